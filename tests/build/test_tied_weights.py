"""Tied weights: what the lesson says of saving its net holds."""

import keras
import numpy as np
import pytest
from helpers import definitions
from keras import ops

NEEDED = {"DenseTranspose", "selu", "stack", "build_tied", "build_untied", "untie"}


@pytest.fixture(scope="module")
def lesson():
    """The definitions of the lesson."""
    return definitions("training_autoencoders", NEEDED, {"keras": keras, "ops": ops})


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).random((32, 28, 28), dtype="float32")


def trained(net, images):
    net.compile(loss="mse", optimizer="adam")
    net.fit(images, images, epochs=2, verbose=0)
    return net


def test_the_tie_holds_in_training_and_after_loading(lesson, images, tmp_path):
    net = trained(lesson["build_tied"](), images)
    net.save_weights(tmp_path / "tied.weights.h5")
    loaded = lesson["build_tied"]()
    loaded.load_weights(tmp_path / "tied.weights.h5")
    np.testing.assert_array_equal(*(n.predict(images, verbose=0) for n in (net, loaded)))
    before = loaded.predict(images, verbose=0)
    dense_1 = loaded.layers[1]
    dense_1.kernel.assign(2 * dense_1.kernel)  # moves the decoder, too
    by_hand = keras.Sequential(loaded.layers[3:])(loaded.layers[2](dense_1(images.reshape(32, -1))))
    np.testing.assert_allclose(loaded.predict(images, verbose=0), by_hand, rtol=1e-5)
    assert np.abs(loaded.predict(images, verbose=0) - before).max() > 0.01
    assert len(loaded.trainable_weights) == 6  # two kernels, four biases


def test_a_whole_tied_net_cannot_be_saved(lesson, tmp_path):
    with pytest.raises(NotImplementedError, match="DenseTranspose"):
        lesson["build_tied"]().save(tmp_path / "tied.keras")


def test_an_untied_net_starts_as_the_tied_one_and_parts_from_it(lesson, images):
    tied = lesson["build_tied"]()
    untied = lesson["untie"](tied)
    outputs = [net.predict(images, verbose=0) for net in (tied, untied)]
    np.testing.assert_allclose(*outputs, rtol=1e-5)
    trained(untied, images)
    encoder, decoder = untied.layers[1].kernel, untied.layers[4].kernel
    assert np.abs(encoder - ops.transpose(decoder)).max() > 1e-4
