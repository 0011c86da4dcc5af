"""Train small Keras models quickly: a whole epoch inside one compiled function."""

import keras
import numpy as np
import tensorflow as tf


def fit(
    model, x, y, *, epochs, batch_size=32, validation_data=None, callbacks=None, verbose=0,
    jit_compile=True,
):  # fmt: skip
    """Train as ``model.fit`` does, without its cost per batch.

    For nets this small, ``model.fit`` spends most of its time fetching batches and
    calling back into Python. Here the data lie in memory as one tensor, shuffled anew
    for each epoch, and Keras's own ``train_step`` (your loss, metrics, regularizers and
    optimizer) loops over them inside one `tf.function`, compiled by XLA. The last, smaller batch of an
    epoch is trained on too, as in Keras.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    x, y : ndarray, shapes (n, ...)
        Inputs and targets; ``y is x`` for an autoencoder. Kept in memory whole.
    epochs, batch_size : int
    validation_data : (ndarray, ndarray), optional
        Evaluated by ``model.evaluate`` after each epoch, logged as ``val_*``.
    callbacks : list of keras.callbacks.Callback, optional
        Batch hooks fire once per epoch, as with Keras's ``steps_per_execution`` set to
        the number of batches.
    verbose : {0, 1, 2}, default 0
        As in ``model.fit``.
    jit_compile : bool, default True
        Compile with XLA, which Keras by itself does on a GPU only. It costs a second or
        so per call: set it to False for a training shorter than that, or for an
        operation XLA does not know.

    Returns
    -------
    keras.callbacks.History
        As from ``model.fit``. The shuffle draws on NumPy's global generator, so after
        `keras.utils.set_random_seed` a repeat gives the same bits.

    Raises
    ------
    ValueError
        If the model is not compiled, the lengths of `x` and `y` differ, there are no
        rows, `epochs` or `batch_size` is not a positive integer, or `validation_data`
        is not a pair.
    """
    _check(model, x, y, epochs, batch_size, validation_data)
    n = len(x)
    model.test_step((x[:1], y[:1]))  # eagerly, once: creates weights and metrics
    model.optimizer.build(model.trainable_variables)
    inputs = tf.constant(x)
    targets = inputs if y is x else tf.constant(y)
    n_full, rest = divmod(n, batch_size)

    @tf.function(jit_compile=jit_compile)
    def train_full_batches(x, y):
        for step in tf.range(n_full):
            model.train_step((x[step], y[step]))

    # One odd batch an epoch is not worth an XLA compilation of its own.
    train_last_batch = tf.function(model.train_step)

    def batches(data, order):
        """The shuffled rows as an array of full batches, and what is left over."""
        full = tf.gather(data, order[: n - rest])
        full = tf.reshape(full, (n_full, batch_size, *data.shape[1:]))
        return full, tf.gather(data, order[n - rest :])

    def train_epoch(order):
        x_full, x_rest = batches(inputs, order)
        y_full, y_rest = (x_full, x_rest) if y is x else batches(targets, order)
        if n_full:
            train_full_batches(x_full, y_full)
        if rest:
            train_last_batch((x_rest, y_rest))

    callbacks = keras.callbacks.CallbackList(
        callbacks, add_history=True, add_progbar=verbose != 0, model=model,
        verbose=verbose, epochs=epochs, steps=1,
    )  # fmt: skip
    model.stop_training = False
    callbacks.on_train_begin()
    for epoch in range(epochs):
        model.reset_metrics()
        callbacks.on_epoch_begin(epoch)
        callbacks.on_train_batch_begin(0)
        train_epoch(np.random.permutation(n))
        logs = {name: float(value) for name, value in model.get_metrics_result().items()}
        callbacks.on_train_batch_end(0, logs)
        if validation_data is not None:
            results = model.evaluate(
                *validation_data, batch_size=1_000, verbose=0, return_dict=True
            )
            logs |= {f"val_{name}": value for name, value in results.items()}
        callbacks.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    callbacks.on_train_end(logs)
    return model.history


def fit_autoencoder(
    autoencoder, X, *, epochs, batch_size=64, learning_rate=3e-3, loss="mse",
    global_clipnorm=None, **fit_options,
):  # fmt: skip
    """Compile with Adam and cosine decay, then `fit` the inputs to themselves.

    The recipe of all our autoencoders: the learning rate falls along half a cosine to 0
    at the last step, so nets that train equally long are compared at rest.

    Parameters
    ----------
    autoencoder : keras.Model
        Maps shape (n, ...) to the same shape. Compiled here, whatever it was before.
    X : ndarray, shape (n, ...)
        Inputs and targets.
    epochs, batch_size : int
    learning_rate : float, default 0.003
        At the first step.
    loss : str, callable or keras.losses.Loss, default "mse"
        The reconstruction loss.
    global_clipnorm : float, optional
        Largest norm of the gradient of all weights together, see `keras.optimizers.Adam`.
    **fit_options
        Passed on to `fit`.

    Returns
    -------
    keras.callbacks.History

    Raises
    ------
    ValueError
        As from `fit`, and if `X` has no rows.

    References
    ----------
    Loshchilov and Hutter (2017), SGDR: Stochastic Gradient Descent with Warm Restarts
    (the cosine; we take one period and no restart).
    """
    _check_sizes(epochs, batch_size)
    if not len(X):
        raise ValueError("X has no rows: give at least one to train on.")
    steps = -(-len(X) // batch_size) * epochs  # the last batch may be smaller
    learning_rate = keras.optimizers.schedules.CosineDecay(learning_rate, decay_steps=steps)
    optimizer = keras.optimizers.Adam(learning_rate, global_clipnorm=global_clipnorm)
    autoencoder.compile(loss=loss, optimizer=optimizer)
    return fit(autoencoder, X, X, epochs=epochs, batch_size=batch_size, **fit_options)


def _check(model, x, y, epochs, batch_size, validation_data):
    if not model.compiled:
        raise ValueError("The model is not compiled: call model.compile(loss=…, optimizer=…) first.")
    if not len(x) == len(y) > 0:
        raise ValueError(f"x and y must have equally many rows, and some: got {len(x)} and {len(y)}.")
    _check_sizes(epochs, batch_size)
    if validation_data is not None and (
        not isinstance(validation_data, tuple) or len(validation_data) != 2
    ):
        raise ValueError("validation_data must be a tuple (x, y); the slide's list is Keras 2.")


def _check_sizes(epochs, batch_size):
    for name, value in (("epochs", epochs), ("batch_size", batch_size)):
        if not isinstance(value, (int, np.integer)) or value < 1:
            raise ValueError(f"{name} must be a positive integer, got {value!r}.")
