"""What live figures are given: bad input is told, and the same input makes the same output."""

import re
import unicodedata

import keras
import numpy as np
import pytest
from keras import layers

from lecture6_utils.characters import lower_case
from lecture6_utils.live_figures import (
    live_codings,
    live_descent,
    live_filters,
    live_map,
    live_penalty,
    live_plane,
    live_rate_distortion,
    live_walk,
    live_words,
    live_writer,
)
from lecture6_utils.live_figures.words import as_typed

N = 50
RNG = np.random.default_rng(0)
IMAGES = RNG.random((N, 28, 28))
LABELS = np.arange(N) % 10
NAMES = list("abcdefghij")
POINTS = RNG.normal(size=(N, 2))
CODINGS = RNG.normal(size=(N, 10))
UNITS = RNG.random((N, 40))
CURVES = {"VAE": [("β = 1", 13.0, 230.0), ("β = 5", 6.0, 250.0)], "PCA": [("noise 1", 8.0, 270.0)]}
AT_POINTS = RNG.random((3, 10, 28, 28))
PATH = RNG.normal(size=(3, N, 2))


def decoder(n_codings, activation=None, last=None):
    return keras.Sequential(
        [keras.Input((n_codings,)), layers.Dense(4, activation), layers.Dense(784, last)]
    )


def encoder(embeddings=1, padding="same", mixing=None):
    inputs = keras.Input((8,), dtype="int32")
    read = [layers.Embedding(5, 3)(inputs) for _ in range(embeddings)]
    x = layers.Concatenate()(read) if embeddings > 1 else read[0]
    x = layers.GlobalMaxPooling1D()(layers.Conv1D(4, 2, padding=padding, activation="relu")(x))
    x = layers.UnitNormalization()(layers.Dense(2, mixing)(x))
    return keras.Model(inputs, x)


def reader(padding="valid", activation=None, pooling=layers.GlobalMaxPooling1D):
    convolution = layers.Conv1D(4, 3, padding=padding, activation="relu")
    read = [keras.Input((None,), dtype="int32"), layers.Embedding(5, 3), convolution, pooling()]
    return keras.Sequential([*read, layers.Dropout(0.2), layers.Dense(2, activation)])


def writer(symbols=4, outputs=4, units=4, sequences=True, activation=None, weight=None):
    net = keras.Sequential([keras.Input((None,), dtype="int32"), layers.Embedding(symbols, 3)])
    net.add(layers.GRU(units, return_sequences=sequences))
    net.add(layers.Dense(outputs, activation))
    if weight is not None:
        net.set_weights([np.full_like(weights, weight) for weights in net.get_weights()])
    return net


def changed(values, place, value):
    values = np.array(values, float)
    values[place] = value
    return values


GIVEN = {
    live_map: {"maps": {"t-SNE": POINTS}, "images": IMAGES, "labels": LABELS, "names": NAMES},
    live_plane: {"decoder": decoder(2), "codings": POINTS, "labels": LABELS, "names": NAMES},
    live_walk: {
        "decoder": decoder(10),
        "codings": CODINGS,
        "images": IMAGES,
        "labels": LABELS,
        "names": NAMES,
    },
    live_codings: {"nets": {"L1": UNITS}, "images": IMAGES},
    live_descent: {
        "runs": {"on": PATH, "off": 2 * PATH},
        "steps": [0, 1, 5],
        "losses": {"on": [3, 2, 1], "off": [3, 2, 2]},
        "labels": LABELS,
        "names": NAMES,
        "choice": "exaggeration",
    },
    live_penalty: {"target": 0.1},
    live_rate_distortion: {"curves": CURVES, "images": AT_POINTS},
    live_filters: {
        "net": reader(),
        "characters": "abc",
        "length": 8,
        "padding": 2,
        "classes": ["one", "two"],
        "words": ["ab", "ca", "cab"],
        "examples": ["abb"],
    },
    live_words: {
        "encoder": encoder(),
        "characters": "abc",
        "length": 8,
        "words": ["ab", "ca", "cab"],
        "examples": ["abb"],
        "channel": (np.ones((5, 5, 5)), 1),
    },
    live_writer: {
        "net": writer(),
        "characters": "abc",
        "examples": ["ab"],
        "longest_seen": 5,
    },
}
ONE = {"images": IMAGES[:1], "labels": LABELS[:1]}
SAME = np.ones((N, 2))

WRONG = [
    # images, the same for all figures
    (
        live_map,
        {"images": changed(IMAGES, (3, 0, 0), np.nan)},
        "images must be finite: 1 of 39,200 values are NaN or infinite.*leave these rows out",
    ),
    (live_walk, {"images": changed(IMAGES, 3, np.inf)}, "images must be finite: 784 of 39,200"),
    (live_map, {"images": IMAGES * 255}, "must lie in .0, 1., got .* divide gray values by 255"),
    (
        live_map,
        {"images": IMAGES.reshape(N, 784)},
        r"images of shape \(n, 28, 28\), got \(50, 784\). Reshape",
    ),
    (
        live_map,
        {"images": [[1, 2], [3]]},
        "images must be an array of numbers, got object: give a NumPy array",
    ),
    (live_map, {"images": np.full(IMAGES.shape, "1")}, "images must be an array of numbers"),
    (live_codings, {"images": IMAGES[:0]}, r"images of shape \(n, 28, 28\), got \(0, 28, 28\)"),
    # labels
    (
        live_map,
        {"labels": LABELS[:5]},
        r"50 whole numbers as labels, shape \(50,\), got int64 of shape \(5,\)",
    ),
    (live_walk, {"labels": LABELS / 2}, "50 whole numbers as labels, .* got float64"),
    (live_map, {"labels": changed(LABELS, 0, np.nan)}, "labels must be finite: 1 of 50"),
    (
        live_plane,
        {"names": NAMES[:3]},
        "labels from 0 to 2 for at most ten names, got labels from 0 to 9 and 3 names",
    ),
    (live_map, {"names": [*NAMES, "k"]}, "at most ten names, got labels from 0 to 9 and 11 names"),
    # maps
    (
        live_map,
        {"maps": {}},
        "maps must be a dict, got an empty one: give a name and an array of each",
    ),
    (live_map, {"maps": POINTS}, "maps must be a dict, got ndarray"),
    (
        live_map,
        {"maps": {"t-SNE": changed(POINTS, (1, 1), np.nan)}},
        "map 't-SNE' must be finite: 1 of 100",
    ),
    (
        live_map,
        {"maps": {"t-SNE": POINTS[:, :1]}},
        r"map 't-SNE' of shape \(50, 2\), got \(50, 1\). Give x and y",
    ),
    (live_map, {"maps": {"t-SNE": POINTS[:9]}}, r"map 't-SNE' of shape \(50, 2\), got \(9, 2\)"),
    (
        live_map,
        {"maps": {"t-SNE": SAME}},
        "All 50 positions of map 't-SNE' are the same, .* at least two places",
    ),
    (
        live_map,
        {"maps": {"t-SNE": POINTS[:1]}, **ONE},
        "All 1 positions of map 't-SNE' are the same.* Give more images",
    ),
    # codings
    (live_plane, {"codings": changed(POINTS, 7, np.nan)}, "codings must be finite: 2 of 100"),
    (live_plane, {"codings": CODINGS}, r"codings of shape \(50, 2\), got \(50, 10\)"),
    (
        live_plane,
        {"codings": POINTS + 9},
        "None of the 50 codings lies between -span and span, which is 3.2: give a larger",
    ),
    (live_plane, {"span": 0}, "span must be a positive number, got 0"),
    (live_plane, {"span": np.nan}, "span must be a positive number, got nan"),
    (live_walk, {"codings": changed(CODINGS, (0, 0), np.nan)}, "codings must be finite: 1 of 500"),
    (
        live_walk,
        {"codings": CODINGS[:5]},
        r"50 images need codings of shape \(50, n_codings\), got \(5, 10\)",
    ),
    (
        live_walk,
        {"codings": CODINGS[:, 0]},
        r"need codings of shape \(50, n_codings\), got \(50,\)",
    ),
    (
        live_walk,
        {"codings": CODINGS[:1], **ONE},
        "Got one image, and a walk leads from one to another: give two",
    ),
    # codings of several nets
    (live_codings, {"nets": {}}, "nets must be a dict, got an empty one"),
    (
        live_codings,
        {"nets": {"L1": changed(UNITS, (0, 0), np.nan)}},
        "codings must be finite: 1 of 2,000",
    ),
    (
        live_codings,
        {"nets": {"L1": UNITS - 0.5}},
        "as those of sigmoid units do; those of 'L1' go from -0.*. Scale them",
    ),
    (
        live_codings,
        {"nets": {"L1": UNITS, "KL": UNITS[:, :20]}},
        r"one shape, .* got \[\(50, 20\), \(50, 40\)\]. Give nets",
    ),
    (live_codings, {"nets": {"L1": UNITS[:, :30]}}, r"a multiple of 20\), got \[\(50, 30\)\]"),
    (
        live_codings,
        {"nets": {"L1": UNITS[:49]}, "images": IMAGES[:49]},
        "Got 49 images, expected a multiple of 25: .* Leave some out",
    ),
    # a descent
    (live_descent, {"runs": {}}, "runs must be a dict, got an empty one"),
    (
        live_descent,
        {"runs": {"on": PATH, "off": PATH[:2]}},
        r"run 'off' of shape \(3, 50, 2\), got \(2, 50, 2\). Give x and y",
    ),
    (
        live_descent,
        {"runs": {"on": PATH, "off": changed(PATH, (0, 0, 0), np.nan)}},
        "run 'off' must be finite: 1 of 300",
    ),
    (
        live_descent,
        {"runs": {"on": PATH, "off": changed(PATH, 1, 2)}},
        "All positions at one step of run 'off' are the same.*leave that step out",
    ),
    (live_descent, {"steps": [0, 5, 5]}, "steps must ascend, and be two or more"),
    (live_descent, {"steps": [0]}, "steps must ascend, and be two or more"),
    (live_descent, {"losses": {"on": [3, 2, 1]}}, r"3 losses of each of \['on', 'off'\], got"),
    (live_descent, {"losses": {"on": [1, 2], "off": [1, 2]}}, "3 losses of each of"),
    (live_descent, {"labels": LABELS / 2}, "50 whole numbers as labels, .* got float64"),
    # nets
    (
        live_walk,
        {"decoder": decoder(2)},
        "from 10 codings to 28 × 28 pixels, got .* Give the decoder of these codings",
    ),
    (
        live_plane,
        {"decoder": decoder(2, "tanh")},
        "cannot run the layer .* Give a decoder of Dense layers",
    ),
    (
        live_plane,
        {"decoder": decoder(2, last="sigmoid")},
        "decoder of logits, got .* sigmoid: leave that activation out",
    ),
    (
        live_words,
        {"encoder": decoder(2)},
        "live_words runs one Embedding, .* build the encoder of these",
    ),
    (live_words, {"encoder": encoder(embeddings=2)}, "live_words runs one Embedding"),
    (live_words, {"encoder": encoder(padding="valid")}, "padding='same'"),
    (live_words, {"encoder": encoder(mixing="tanh")}, "one linear Dense"),
    (
        live_filters,
        {"net": decoder(2)},
        "live_filters runs one Embedding, .* build the net of these",
    ),
    (live_filters, {"net": reader(padding="same")}, "padding='valid'"),
    (live_filters, {"net": reader(activation="softmax")}, "one linear Dense"),
    (live_filters, {"net": reader(pooling=layers.GlobalAveragePooling1D)}, "GlobalMaxPooling1D"),
    (live_filters, {"classes": ["one"]}, "The net has 2 outputs, got 1 classes: name each of them"),
    # words
    (live_filters, {"words": []}, "Got 0 words and 1 examples: give at least one of each"),
    (live_filters, {"examples": []}, "Got 3 words and 0 examples"),
    (live_words, {"words": []}, "Got 0 words and 1 examples: give at least one of each"),
    (live_words, {"examples": []}, "Got 3 words and 0 examples"),
    (
        live_words,
        {"words": ["ab", "Ca"]},
        "'Ca' is never found, since what a reader types is read as 'ca': put that",
    ),
    (live_words, {"words": ["ab", "ta\u0308"]}, "read as 'tä'"),
    (live_words, {"channel": (np.ones((4, 4, 4)), 1)}, r"shape \(5, 5, 5\), .* got \(4, 4, 4\)"),
    (live_words, {"channel": (np.full((5, 5, 5), np.inf), 1)}, "Expected finite costs"),
    (live_words, {"channel": (np.ones((5, 5, 5)), np.nan)}, "Expected finite costs"),
    # a net that writes
    (live_writer, {"net": reader()}, "live_writer runs one Embedding, one GRU .*build the net of"),
    (live_writer, {"net": writer(sequences=False)}, "return_sequences=True"),
    (live_writer, {"net": writer(activation="softmax")}, "one linear Dense"),
    (live_writer, {"net": writer(symbols=5)}, "are 4 symbols, got a net from 5 to 4: build it"),
    (live_writer, {"characters": "abcd"}, "4 letters and the edge of the word are 5 symbols"),
    (live_writer, {"net": writer(weight=np.nan)}, "weights of the net are NaN or infinite"),
    (
        live_writer,
        {"net": writer(units=300)},
        "at most 300,000 are sensible: give a net with fewer",
    ),
    (live_writer, {"examples": []}, "Got no example: give at least one beginning"),
    (live_writer, {"examples": ["abж"]}, "'abж' cannot be typed into the page"),
    (live_writer, {"examples": [""]}, "'' cannot be typed into the page: give 1 to 60"),
    (live_writer, {"examples": ["a" * 61]}, "cannot be typed into the page"),
    # rates and distortions
    (live_rate_distortion, {"curves": {}}, "curves must be a dict, got an empty one"),
    (live_rate_distortion, {"curves": {"PCA": []}}, "The curve 'PCA' has no point: give one"),
    (
        live_rate_distortion,
        {"curves": {str(k): [("", k, k)] for k in range(6)}},
        "Got 6 curves, and 5 can be told apart: give fewer",
    ),
    (
        live_rate_distortion,
        {"curves": {**CURVES, "PCA": [("noise 1", np.nan, 270.0)]}},
        "points must be finite: 1 of 6",
    ),
    (
        live_rate_distortion,
        {"curves": {**CURVES, "PCA": [("noise 1", 8.0)]}},
        "points must be an array of numbers, got object",
    ),
    (
        live_rate_distortion,
        {"images": AT_POINTS[:2]},
        r"images of shape \(3, 10, 28, 28\), got \(2, 10, 28, 28\). Give ten for each point",
    ),
    (live_rate_distortion, {"images": AT_POINTS * 255}, "must lie in .0, 1."),
    (live_penalty, {"target": 0.9}, "from 0.01 to 0.5, got 0.9"),
    (live_penalty, {"target": np.nan}, "from 0.01 to 0.5, got nan"),
]


@pytest.mark.parametrize(("figure", "wrong", "message"), WRONG)
def test_bad_input_is_told(figure, wrong, message):
    with pytest.raises(ValueError, match=message):
        figure(**GIVEN[figure] | wrong)


def test_a_word_that_is_no_word_is_told():
    with pytest.raises(TypeError, match="Word 1 is None"):
        live_words(**GIVEN[live_words] | {"words": ["ab", None]})


@pytest.mark.parametrize("figure", GIVEN)
def test_the_same_input_makes_the_same_output(figure):
    one, other = (figure(**GIVEN[figure])._repr_mimebundle_() for _ in range(2))
    assert one == other
    assert set(one) == {"text/plain", "text/html", "image/png"}
    assert one["text/plain"] == f"<live figure: {figure.__name__.removeprefix('live_')}>"


@pytest.mark.parametrize(
    "figure, name", [(live_map, "maps"), (live_plane, "codings"), (live_descent, "runs")]
)
def test_the_picture_is_as_large_whatever_the_data(figure, name):
    """Trained on another processor, points lie elsewhere, and the proof compares pictures by size."""
    flatter = keras.tree.map_structure(lambda points: points * [1, 0.5], GIVEN[figure][name])
    sizes = [
        figure(**GIVEN[figure] | given).still.get_size_inches() for given in ({}, {name: flatter})
    ]
    np.testing.assert_array_equal(*sizes)


@pytest.mark.parametrize("figure", GIVEN)
def test_a_figure_carries_its_own_script_and_no_others(figure):
    made = figure(**GIVEN[figure])
    assert len(re.findall(r"^function begin\(figure\)", made.html(), re.M)) == 1
    runs_a_net = "live-check" in made.controls
    assert ("function dense(" in made.html()) == runs_a_net


def test_what_lists_hold_is_taken_as_arrays():
    lists = {
        "maps": {"t-SNE": POINTS.tolist()},
        "images": IMAGES.tolist(),
        "labels": LABELS.tolist(),
    }
    assert live_map(**GIVEN[live_map] | lists).html() == live_map(**GIVEN[live_map]).html()


# --- what is typed ----------------------------------------------------------------------


def test_a_typed_word_is_trimmed_small_and_composed():
    assert as_typed("\u3000 Ta\u0308na\u0308\u001c\x85 ") == "tänä"
    assert as_typed("\ufefftänä") == "\ufefftänä", "no space for Python's str.strip"
    odd = "I\u0307\u0323"  # a capital with two marks, whose small letters must be put in order
    assert unicodedata.is_normalized("NFC", as_typed(odd))
    assert as_typed("Ångström") == lower_case("Ångström"), "what lessons do to words"
