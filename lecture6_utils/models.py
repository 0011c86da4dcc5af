"""Models that one lesson teaches and others build on."""

import keras

from lecture6_utils.training import fit


def fit_stacked_autoencoder(X_train, *, seed=42):
    """The lecture's stacked autoencoder, trained by the recipe of its own lesson.

    784-100-30-100-784, selu, sigmoid output; 10 epochs of Adam on the mean squared
    error, batches of 64, learning rate 0.003 with cosine decay. The lesson
    ``stacked_autoencoders`` builds it step by step and checks that this is the same.

    Parameters
    ----------
    X_train : ndarray of float32, shape (n, 28, 28), in [0, 1]
    seed : int, default 42
        Of the weights and of the order of the images.

    Returns
    -------
    stacked_encoder, stacked_decoder, stacked_ae : keras.Sequential
        (n, 28, 28) → (n, 30), (n, 30) → (n, 28, 28), and the one after the other.

    References
    ----------
    Lecture 6, slide “Stacked Autoencoders: Example (continued)”.
    """
    epochs, batch_size = 10, 64
    keras.utils.set_random_seed(seed)
    selu = {"activation": "selu", "kernel_initializer": "lecun_normal"}
    stacked_encoder = keras.Sequential([
        keras.Input((28, 28)),
        keras.layers.Flatten(),
        keras.layers.Dense(100, **selu),
        keras.layers.Dense(30, **selu),
    ])
    stacked_decoder = keras.Sequential([
        keras.Input((30,)),
        keras.layers.Dense(100, **selu),
        keras.layers.Dense(28 * 28, activation="sigmoid"),
        keras.layers.Reshape((28, 28)),
    ])
    stacked_ae = keras.Sequential([stacked_encoder, stacked_decoder])
    steps = -(-len(X_train) // batch_size) * epochs
    learning_rate = keras.optimizers.schedules.CosineDecay(3e-3, decay_steps=steps)
    stacked_ae.compile(loss="mse", optimizer=keras.optimizers.Adam(learning_rate))
    fit(stacked_ae, X_train, X_train, epochs=epochs, batch_size=batch_size)
    return stacked_encoder, stacked_decoder, stacked_ae
