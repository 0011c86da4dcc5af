"""The nets that are trained, in Keras, and their data: as in the lessons."""

import random

import keras
import numpy as np
from keras import layers

from lecture6_utils.characters import characters_of, encode
from lecture6_utils.datasets import load_fashion_mnist
from lecture6_utils.words import load_words


def stacked():
    """The slide's stacked autoencoder; its data are the 55,000 training images."""
    (images, _), _, _ = load_fashion_mnist()
    selu = {"activation": "selu", "kernel_initializer": "lecun_normal"}
    net = [
        keras.Input((28, 28)),
        layers.Flatten(),
        layers.Dense(100, **selu),
        layers.Dense(30, **selu),
        layers.Dense(100, **selu),
        layers.Dense(784, activation="sigmoid"),
        layers.Reshape((28, 28)),
    ]
    return net, "mse", images, images


def _letters():
    """The letters of 20,000 Finnish words as numbers, and the case and number of each word."""
    rows = [row for row in load_words("finnish_nouns") if not row.clitic]
    random.Random(0).shuffle(rows)
    rows = rows[:20_000]
    words = [row.word for row in rows]
    labels = [f"{row.case} {row.number}" for row in rows]
    classes = sorted(set(labels))
    numbers = encode(words, characters_of(words), 18)
    return np.pad(numbers, ((0, 0), (2, 2))), np.array([classes.index(name) for name in labels])


def _reader(embedding, *middle):
    x, y = _letters()
    net = [
        keras.Input((None,), dtype="int32"),
        layers.Embedding(int(x.max()) + 1, 24, **embedding),
        *middle,
        layers.Dropout(0.2),
        layers.Dense(int(y.max()) + 1),
    ]
    return net, keras.losses.SparseCategoricalCrossentropy(from_logits=True), x, y


def char_cnn():
    """The lesson's convolutional net on characters."""
    return _reader({}, layers.Conv1D(128, 5, activation="relu"), layers.GlobalMaxPooling1D())


def char_bilstm():
    """The lesson's recurrent net on characters, which skips the padding."""
    return _reader({"mask_zero": True}, layers.Bidirectional(layers.LSTM(48)))


NETS = {"stacked": stacked, "char-CNN": char_cnn, "char-BiLSTM": char_bilstm}
