"""Models that one lesson teaches and others build on."""

import keras

from lecture6_utils.training import fit_autoencoder


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
    keras.utils.set_random_seed(seed)
    selu = {"activation": "selu", "kernel_initializer": "lecun_normal"}
    stacked_encoder = keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(100, **selu),
            keras.layers.Dense(30, **selu),
        ]
    )
    stacked_decoder = keras.Sequential(
        [
            keras.Input((30,)),
            keras.layers.Dense(100, **selu),
            keras.layers.Dense(28 * 28, activation="sigmoid"),
            keras.layers.Reshape((28, 28)),
        ]
    )
    stacked_ae = keras.Sequential([stacked_encoder, stacked_decoder])
    fit_autoencoder(stacked_ae, X_train, epochs=10)
    return stacked_encoder, stacked_decoder, stacked_ae
