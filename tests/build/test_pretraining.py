"""Pretraining: with which weights the lesson's nets start, which its numbers are too spread to show."""

from functools import cache

import keras
import numpy as np
import pytest
from helpers import definitions

NEEDED = {"copy_of", "softmax_layer", "starting_encoder", "linear_head", "hidden_head", "ARMS"}
NEEDED |= {"on_codings", "all_layers", "two_stages"}


def encoder(seed):
    keras.utils.set_random_seed(seed)
    layers = [keras.layers.Flatten(), keras.layers.Dense(5), keras.layers.Dense(30)]
    return keras.Sequential([keras.Input((4, 4)), *layers])


@pytest.fixture(scope="module")
def lesson():
    """The definitions of the lesson; `train` hands the net back as it is."""
    names = {"keras": keras, "np": np, "cache": cache, "pretrained": [encoder(0), encoder(1)]}
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


def test_two_stages_train_the_head_on_the_codings_and_then_all(lesson, monkeypatch):
    trained = []
    monkeypatch.setitem(
        lesson, "train", lambda net, x, y, rate: trained.append((net, x, rate)) or net
    )
    images = np.ones((2, 4, 4))
    lesson["two_stages"](lesson["pretrained"][0], images, None, 0.001)
    (head, codings, faster), (net, x, slower) = trained
    assert (x is images, faster, slower) == (True, pytest.approx(0.01), 0.001)
    np.testing.assert_array_equal(codings, lesson["pretrained"][0](images))
    assert head.layers == net.layers[1:]  # the one layer, which goes on from where it is
    assert len(net.trainable_variables) == 6
