"""Pretraining: with which weights the lesson's nets start, which its numbers are too spread to show."""

import keras
import numpy as np
import pytest
from helpers import definitions

NEEDED = {"copy_of", "starting_encoder", "all_layers", "linear_head", "hidden_head", "ARMS"}


def encoder(seed):
    keras.utils.set_random_seed(seed)
    layers = [keras.layers.Flatten(), keras.layers.Dense(5), keras.layers.Dense(3)]
    return keras.Sequential([keras.Input((4, 4)), *layers])


@pytest.fixture(scope="module")
def lesson():
    """The definitions of the lesson; `train` hands the net back as it is."""
    names = {"keras": keras, "np": np, "pretrained": [encoder(0), encoder(1)]}
    names |= {"stacked_encoder": names["pretrained"][0], "train": lambda net, *rest: net}
    return definitions("unsupervised_pretraining", NEEDED, names)


def start_of(lesson, arm, draw):
    kind, learn = lesson["ARMS"][arm]
    return learn(lesson["starting_encoder"](kind, draw), None, None, 0.001)


@pytest.mark.parametrize("draw", [0, 1])
def test_fine_tuning_starts_from_the_autoencoder_and_moves_all_of_it(lesson, draw):
    net = start_of(lesson, "pretrained, fine-tuned", draw)
    for ours, theirs in zip(
        net.layers[0].get_weights(), lesson["pretrained"][draw].get_weights(), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)
    assert len(net.trainable_variables) == len(net.variables) == 6
    net.layers[0].layers[1].kernel.assign(0 * net.layers[0].layers[1].kernel)
    assert np.any(lesson["pretrained"][draw].get_weights()[0])  # the autoencoder stays as it was


def test_from_scratch_is_the_same_net_with_weights_of_its_own_for_each_draw(lesson):
    nets = [start_of(lesson, "from scratch", draw) for draw in (0, 1)]
    kernels = [net.layers[0].get_weights()[0] for net in nets]
    kernels += [net.get_weights()[0] for net in lesson["pretrained"]]
    assert all(np.any(a != b) for i, a in enumerate(kernels) for b in kernels[:i])
    fine_tuned = start_of(lesson, "pretrained, fine-tuned", 0)
    assert [w.shape for w in nets[0].weights] == [w.shape for w in fine_tuned.weights]
