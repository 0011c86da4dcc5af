"""Train small Keras models quickly: a whole epoch inside one compiled function."""

import contextlib
import functools
import json
import random
import warnings
from collections import OrderedDict

import keras
import numpy as np
import tensorflow as tf


def fit(
    model,
    x,
    y,
    *,
    epochs,
    batch_size=32,
    validation_data=None,
    callbacks=None,
    verbose=0,
    jit_compile=True,
):
    """Train as ``model.fit`` does, without its cost per batch.

    For nets this small, ``model.fit`` spends most of its time fetching batches and
    calling back into Python. Here the data lie in memory as one tensor, shuffled anew
    for each epoch, and Keras's own ``train_step`` (your loss, metrics, regularizers and
    optimizer) loops over them inside one `tf.function`, compiled by XLA. The last,
    smaller batch of an epoch is trained on too, as in Keras. What was compiled for a
    model serves later models of the same layers, loss and optimizer, at any learning rate.

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
        so the first time: set it to False for a training shorter than that, or for an
        operation XLA does not know.

    Returns
    -------
    keras.callbacks.History
        As from ``model.fit``. The shuffle draws on NumPy's global generator, so after
        `keras.utils.set_random_seed` a repeat gives the same bits.

    Raises
    ------
    ValueError
        If the model is not compiled, is to run eagerly or has several inputs or outputs;
        if `x` or `y` is not an array, their lengths differ or they have no rows; if
        `epochs` or `batch_size` is not a positive integer, or `validation_data` is not a pair.
    """
    _check(model, x, y, epochs, batch_size, validation_data)
    n = len(x)
    _build(model, x[:1], y[:1])
    program = _program(model, x[:1], y[:1], jit_compile)
    inputs = tf.constant(x)
    targets = None if y is x else tf.constant(y)
    n_full, rest = divmod(n, batch_size)
    n_steps = n_full + bool(rest)
    schedule = _schedule(model.optimizer, epochs * n_steps) if program.is_told else None

    def train_epoch(trained, order):
        """Train on all rows in this order."""
        if schedule is None:
            rates = tf.fill([n_steps], tf.cast(model.optimizer.learning_rate, "float32"))
        else:
            rates = schedule[int(trained.optimizer.iterations.value) :][:n_steps]
        full, last = order[: n - rest].reshape(n_full, batch_size), order[n - rest :]
        if n_full:
            program.train_full_batches(inputs, targets, full, rates[:n_full])
        if rest:
            x_last = tf.gather(inputs, last)
            y_last = x_last if targets is None else tf.gather(targets, last)
            program.train_last_batch(x_last, y_last, rates[-1])

    watched = bool(callbacks)
    callbacks = keras.callbacks.CallbackList(
        callbacks,
        add_history=True,
        add_progbar=verbose != 0,
        model=model,
        verbose=verbose,
        epochs=epochs,
        steps=1,
    )
    model.stop_training = False
    callbacks.on_train_begin()
    # A callback may look into the model, or change it: then it has its state between the epochs.
    with contextlib.nullcontext() if watched else program.lent(model):
        for epoch in range(epochs):
            callbacks.on_epoch_begin(epoch)
            callbacks.on_train_batch_begin(0)
            with program.lent(model) as trained:
                trained.reset_metrics()
                train_epoch(trained, np.random.permutation(n))
                logs = {name: float(value) for name, value in trained.get_metrics_result().items()}
            callbacks.on_train_batch_end(0, logs)
            if validation_data is not None:
                with program.lent(model) as trained:
                    results = trained.evaluate(
                        *validation_data, batch_size=1_000, verbose=0, return_dict=True
                    )
                logs |= {f"val_{name}": value for name, value in results.items()}
            callbacks.on_epoch_end(epoch, logs)
            if model.stop_training:
                break
    callbacks.on_train_end(logs)
    return model.history


def _schedule(optimizer, n_steps):
    """The learning rates of all steps up to the last of the next n; None if no schedule tells."""
    schedule = optimizer.get_config()["learning_rate"]
    if isinstance(schedule, dict):
        return _rates(json.dumps(schedule), int(optimizer.iterations.value) + n_steps)


@functools.lru_cache(maxsize=16)
def _rates(schedule, n_steps):
    schedule = keras.saving.deserialize_keras_object(json.loads(schedule))

    @tf.function(jit_compile=True)
    def rates():
        found = tf.TensorArray("float32", size=n_steps)
        for step in tf.range(n_steps):  # one by one: of a vector, cosines are rounded otherwise
            found = found.write(step, schedule(step))
        return found.stack()

    return rates().numpy()


# --- one compilation for all models that are alike ---------------------------------------


class _Program:
    """The loops of an epoch, compiled for one model, the twin of all that are trained by them.

    Compiled code holds on to the variables of the model that it was compiled for. Another
    model of the same make lends its twin its state, and takes it back.
    """

    def __init__(self, twin, jit_compile, is_told=False):
        self.twin, self.borrower = twin, None
        self.is_told = is_told  # the learning rate of each step

        def train_batch(x, y, learning_rate):
            if is_told:
                twin.optimizer.learning_rate.assign(learning_rate)
            return twin.train_step((x, y))  # as Keras does: without an output the last bits differ

        @tf.function(jit_compile=jit_compile)
        def train_full_batches(x, y, rows, learning_rates):
            for step in tf.range(len(rows)):
                x_batch = tf.gather(x, rows[step])
                y_batch = x_batch if y is None else tf.gather(y, rows[step])
                train_batch(x_batch, y_batch, learning_rates[step])

        self.train_full_batches = train_full_batches
        # One odd batch an epoch is not worth an XLA compilation of its own.
        self.train_last_batch = tf.function(train_batch)

    @contextlib.contextmanager
    def lent(self, model):
        """The twin in the state of the model, which is in the twin's state afterwards."""
        if model in (self.twin, self.borrower):
            yield self.twin
            return
        pairs = [
            (own.value, twins.value)
            for own, twins in zip(_state(model, self.is_told), _state(self.twin, self.is_told))
        ]
        for own, twins in pairs:
            _copy(own, twins)
        self.borrower = model
        try:
            yield self.twin
        finally:
            self.borrower = None
            for own, twins in pairs:
                _copy(twins, own)


def _copy(source, target):
    """As ``target.assign(source)``, without the checks, which take longer than the copy."""
    value = tf.raw_ops.ReadVariableOp(resource=source.handle, dtype=source.dtype)
    tf.raw_ops.AssignVariableOp(resource=target.handle, value=value)


_PROGRAMS = OrderedDict()  # the latest last
_MOST_PROGRAMS = 16  # each keeps a model and its compiled code in memory


def _program(model, x, y, jit_compile):
    """The program of an earlier model that is like this one, or a new one."""
    is_told = jit_compile  # XLA compiles for a second or more: once for all learning rates
    key = _make(model, is_told)
    if key is None:  # who knows what its own code does
        return _Program(model, jit_compile)
    key = (key, jit_compile)
    if key not in _PROGRAMS:
        seeds = random.getstate()  # the twin's initial weights must cost the next model nothing
        twin = keras.models.clone_model(model)
        config = model.get_compile_config()
        if is_told:
            config["optimizer"]["config"]["learning_rate"] = 0.0
        twin.compile_from_config(config)
        _build(twin, x, y)
        random.setstate(seeds)
        states = _state(twin, is_told), _state(model, is_told)
        if list(map(_kind, states[0])) != list(map(_kind, states[1])):
            return _Program(model, jit_compile)  # it shares weights in a way no config tells
        _PROGRAMS[key] = _Program(twin, jit_compile, is_told)
        while len(_PROGRAMS) > _MOST_PROGRAMS:
            _PROGRAMS.popitem(last=False)
    _PROGRAMS.move_to_end(key)
    return _PROGRAMS[key]


def _build(model, x, y):
    """Create all variables: weights, metrics, the optimizer's."""
    if model.loss is None:  # its own train_step needs none
        model(x)
    else:
        model.test_step((x, y))  # eagerly, once
    model.optimizer.build(model.trainable_variables)


def _state(model, is_told):
    """All variables that a training step reads or writes, in an order fixed by the model's make.

    But the learning rate, if it is told.
    """
    variables = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
    distinct = {id(variable): variable for variable in variables}
    if is_told:
        distinct.pop(id(model.optimizer.learning_rate), None)  # with a schedule there is none
    return list(distinct.values())


def _kind(variable):
    """What a variable's training depends on, besides its value."""
    rules = [variable.regularizer, variable.constraint]
    rules = [keras.saving.serialize_keras_object(rule) for rule in rules]
    return variable.shape, variable.dtype, variable.trainable, json.dumps(rules)


_NAMES = {"name", "keras_history", "input_layers", "output_layers"}  # where layers are named


def _make(model, is_told):
    """All that tells how a model trains but its variables, as text; None if no text can tell.

    Layers of Keras are what their config says. A layer, loss or function of anyone else
    may do anything, and its model is compiled by itself.
    """
    names = {}

    def plain(node, key=None):
        if isinstance(node, dict):
            module = str(node.get("module", "keras"))
            if node.get("class_name") == "__lambda__" or not module.startswith("keras"):
                raise ValueError(f"{node['class_name']} is not of Keras.")
            # the variables hold what came of seeds and initializers
            return {
                k: plain(v, k)
                for k, v in node.items()
                if k not in ("seed", "compile_config") and not k.endswith("_initializer")
            }
        if isinstance(node, (list, tuple)):
            return [plain(item, key) for item in node]
        if key in _NAMES and isinstance(node, str):  # dense_7 and dense_8 do the same
            return names.setdefault(node, len(names))
        return node

    try:
        with warnings.catch_warnings(action="error"):  # Keras warns of each lambda
            layers = plain(keras.saving.serialize_keras_object(model))
            compiled = keras.saving.serialize_keras_object(model.get_compile_config())
        plain(compiled)  # a metric keeps its name, which the logs tell
        compiled["optimizer"]["config"].pop("name")  # adam_7 and adam_8 do the same
        if is_told:
            compiled["optimizer"]["config"].pop("learning_rate")
        kinds = [_kind(variable) for variable in _state(model, is_told)]
        return json.dumps([layers, compiled, kinds], default=tuple)  # of a TensorShape
    except Exception:  # what is not of Keras cannot be put into words, each time in another way
        return None


# --- the recipe of our autoencoders ------------------------------------------------------


def fit_autoencoder(
    autoencoder,
    X,
    *,
    epochs,
    batch_size=64,
    learning_rate=3e-3,
    loss="mse",
    global_clipnorm=None,
    **fit_options,
):
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
        raise ValueError(
            "The model is not compiled: call model.compile(loss=…, optimizer=…) first."
        )
    if model.run_eagerly:
        raise ValueError("The model is to run eagerly: train it with model.fit, step by step.")
    several = [name for name in ("inputs", "outputs") if len(getattr(model, name, None) or [1]) > 1]
    for name, data in (("x", x), ("y", y)):
        if several or not (hasattr(data, "shape") and hasattr(data, "__getitem__")):
            got = (
                f"a model with several {several[0]}"
                if several
                else f"{name} of type {type(data).__name__}"
            )
            raise ValueError(
                f"fit takes one array of inputs and one of targets, got {got}: use model.fit."
            )
    if not len(x) == len(y) > 0:
        raise ValueError(
            f"x and y must have equally many rows, and some: got {len(x)} and {len(y)}."
        )
    _check_sizes(epochs, batch_size)
    if validation_data is not None and (
        not isinstance(validation_data, tuple) or len(validation_data) != 2
    ):
        raise ValueError(
            "validation_data must be a tuple (x, y) of arrays, "
            f"got {type(validation_data).__name__}."
        )


def _check_sizes(epochs, batch_size):
    for name, value in (("epochs", epochs), ("batch_size", batch_size)):
        if not isinstance(value, (int, np.integer)) or value < 1:
            raise ValueError(f"{name} must be a positive integer, got {value!r}.")
