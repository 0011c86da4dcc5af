"""Live figures, driven in a real browser: what they compute is what Keras and NumPy compute."""

import re
import threading
from contextlib import contextmanager
from functools import cache

import keras
import numpy as np
import pytest
from axe import color_faults, faults
from built import HTML, ROOT, Quiet, Recorder, served
from keras import layers
from playwright.sync_api import TimeoutError, expect
from rapidfuzz.distance import OSA, Prefix

from lecture6_utils.book.lessons import find_lessons, read_script
from lecture6_utils.characters import characters_of, encode
from lecture6_utils.datasets import CLASS_NAMES, load_fashion_mnist
from lecture6_utils.live_figures import (
    live_codings,
    live_descent,
    live_filters,
    live_map,
    live_penalty,
    live_plane,
    live_rate_distortion,
    live_squeeze,
    live_walk,
    live_words,
    live_writer,
)
from lecture6_utils.live_figures.squeeze import codings_of, letter_shares
from lecture6_utils.live_figures.words import as_typed
from lecture6_utils.live_figures.writer import next_letter
from lecture6_utils.plotting import COLORS
from lecture6_utils.words import load_words

N = 200
RNG = np.random.default_rng(0)
(_, _), (IMAGES, LABELS), _ = load_fashion_mnist()
IMAGES, LABELS = IMAGES[:N], LABELS[:N]
MAPS = {"one": RNG.normal(size=(N, 2)), "two": RNG.normal(size=(N, 2)) * [3, 1]}
CODINGS = RNG.normal(size=(N, 10)).astype("float32")
STEPS = [0, 5, 10, 200]
#: Two runs of 40 points, wider from step to step, and in the second one each step elsewhere.
RUNS = {
    name: RNG.normal(size=(4, 40, 2)) * [[[0.001]], [[1]], [[10]], [[30]]] for name in ("on", "off")
}
LOSSES = {"on": [2, 1.5, 1, 0.5], "off": [2, 1.6, 1.1, 0.75]}
NETS = {name: RNG.random((N, 300)) ** power for name, power in [("plain", 1), ("L1", 60)]}
WORDS = list(dict.fromkeys(row.word for row in load_words("english_misspellings")))[:1_499]
WORDS.append("tänä")
CHARACTERS = characters_of(WORDS)
#: Label, rate and distortion of the points of two curves; on the first, not in the order of rates.
CURVES = {
    "VAE": [("β = 1", 13.0, 230.0), ("β = 5", 6.0, 250.0), ("β = 0.1", 30.0, 224.0)],
    "PCA": [("noise 1", 8.0, 290.0), ("noise 2", 20.0, 250.0)],
}
#: A noisy channel: the letter meant costs less than any other.
COST = RNG.uniform(1, 6, size=(len(CHARACTERS) + 2,) * 3).astype("float32")
COST[:, range(len(COST)), range(len(COST))] = 0.125
SWAP = 2.5


def random_decoder(n_codings):
    keras.utils.set_random_seed(n_codings)
    decoder = keras.Sequential([keras.Input((n_codings,))])
    for width, activation in [(50, "silu"), (60, "selu"), (70, "relu"), (784, None)]:
        decoder.add(layers.Dense(width, activation=activation, bias_initializer="normal"))
    decoder.add(layers.Reshape((28, 28)))
    return decoder


def random_encoder():
    keras.utils.set_random_seed(0)
    inputs = keras.Input((12,), dtype="int32")
    x = layers.Embedding(len(CHARACTERS) + 2, 8)(inputs)
    pieces = [
        layers.GlobalMaxPooling1D()(
            layers.Conv1D(16, k, padding="same", activation="relu", bias_initializer="normal")(x)
        )
        for k in (2, 3, 4)
    ]
    vectors = layers.Dense(24)(layers.Concatenate()(pieces))
    return keras.Model(inputs, layers.UnitNormalization()(vectors))


DECODERS = {n: random_decoder(n) for n in (2, 10)}
ENCODER = random_encoder()


def random_reader():
    keras.utils.set_random_seed(1)
    convolution = layers.Conv1D(24, 5, activation="relu", bias_initializer="normal")
    read = [layers.Embedding(len(CHARACTERS) + 2, 8), convolution, layers.GlobalMaxPooling1D()]
    net = keras.Sequential([keras.Input((None,), dtype="int32"), *read, layers.Dropout(0.2)])
    net.add(layers.Dense(4, bias_initializer="normal"))
    net.set_weights([3 * weights for weights in net.get_weights()])  # as large as trained ones
    return net


def as_read(words):
    return np.pad(encode([as_typed(word) for word in words], CHARACTERS, 12), ((0, 0), (2, 2)))


def random_writer():
    keras.utils.set_random_seed(2)
    net = keras.Sequential([keras.Input((None,), dtype="int32")])
    net.add(layers.Embedding(len(CHARACTERS) + 1, 8))
    net.add(layers.GRU(24, return_sequences=True, bias_initializer="normal"))
    net.add(layers.Dense(len(CHARACTERS) + 1, bias_initializer="normal"))
    net.set_weights([5 * weights for weights in net.get_weights()])  # as large as trained ones
    return net


def random_squeezer():
    keras.utils.set_random_seed(3)
    n = len(CHARACTERS) + 2
    encoder = keras.Sequential([keras.Input((16,), dtype="int32"), layers.Embedding(n, 8)])
    encoder.add(layers.Flatten())
    encoder.add(layers.Dense(20, "relu", bias_initializer="normal"))
    encoder.add(layers.Dense(6, bias_initializer="normal"))
    decoder = keras.Sequential([keras.Input((6,))])
    decoder.add(layers.Dense(24, "relu", bias_initializer="normal"))
    decoder.add(layers.Dense(16 * n, bias_initializer="normal"))
    decoder.add(layers.Reshape((16, n)))
    for net in (encoder, decoder):  # as large as trained ones
        net.set_weights([4 * weights for weights in net.get_weights()])
    return encoder, decoder


WRITER = random_writer()
SQUEEZER = random_squeezer()
#: Words that the net can read whole, and those from which it has learned.
SHORT = [word for word in WORDS if len(word) <= 16]
SEEN = [word for word in WORDS if "q" not in word]
READER = random_reader()
KINDS = ["north", "east", "south", "west"]


def pictures(decoder, codings):
    return 1 / (1 + np.exp(-np.array(decoder(np.array(codings, "float32"))))).reshape(-1, 784)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A page with one live figure of each kind, on disk."""
    figures = {
        "map": live_map(MAPS, IMAGES, LABELS, CLASS_NAMES),
        "plane": live_plane(DECODERS[2], CODINGS[:, :2], LABELS, CLASS_NAMES),
        "walk": live_walk(DECODERS[10], CODINGS, IMAGES, LABELS, CLASS_NAMES),
        "codings": live_codings(NETS, IMAGES),
        "descent": live_descent(RUNS, STEPS, LOSSES, LABELS[:40], CLASS_NAMES, "Exaggeration"),
        "penalty": live_penalty(),
        "rate_distortion": live_rate_distortion(CURVES, IMAGES[:50].reshape(5, 10, 28, 28)),
        "filters": live_filters(
            READER, CHARACTERS, 12, 2, KINDS, WORDS[:300], ["naybour", "obleek"]
        ),
        "words": live_words(ENCODER, CHARACTERS, 12, WORDS, ["naybour", "obleek"], (COST, SWAP)),
        "writer": live_writer(WRITER, CHARACTERS, ["nay", "tän"], longest_seen=20),
        "squeeze": live_squeeze(*SQUEEZER, CHARACTERS, SEEN, ["naybour", "tänä"]),
    }
    body = "".join(f'<section id="{kind}">{f.html()}</section>' for kind, f in figures.items())
    path = tmp_path_factory.mktemp("live") / "page.html"
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>t</title><main><h1>t</h1>'
    path.write_text(f"{head}{body}</main></html>", encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def page(new_page, address):
    """That page; whatever a test does to it, no figure asks for anything or complains."""
    page = new_page(viewport={"width": 900, "height": 1200}, has_touch=True)
    recorder = Recorder(page, address)
    page.goto(address)
    yield page
    assert (recorder.foreign, recorder.failed, recorder.complaints) == ([], [], [])


def started(page, kind):
    """One of its figures, which starts when it is near."""
    figure = page.locator(f"#{kind} .live")
    figure.scroll_into_view_if_needed()
    page.wait_for_selector(f"#{kind} .live[data-live]")
    if kind == "words":
        page.wait_for_selector("#words [data-ready]")
    return figure


def start_all(page):
    for figure in page.locator(".live").all():
        figure.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelectorAll('.live:not([data-live])').length === 0")


def drag(page, canvas, x, y):
    """Press on the middle of a canvas, drag to (x, y) in 0 … 1 of its width and height."""
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.mouse.up()


def shown(picture):
    """The gray values of a canvas, 0 … 1, ink is 1."""
    red = picture.evaluate(
        """canvas => {  // from a copy: Chromium warns of reading a canvas that is drawn on
          const copy = Object.assign(document.createElement("canvas"), {width: 28, height: 28});
          const g = copy.getContext("2d", {willReadFrequently: true});
          g.drawImage(canvas, 0, 0);
          return [...g.getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0);
        }"""
    )
    return 1 - np.array(red) / 255


def coding(figure):
    text = figure.locator(".live-text").inner_text().replace("−", "-")
    return [float(number) for number in re.findall(r"-?\d\.\d\d", text)]


@pytest.mark.parametrize(("kind", "n_codings"), [("plane", 2), ("walk", 10)])
def test_the_page_decodes_as_keras_does(page, kind, n_codings):
    codings = np.random.default_rng(1).normal(size=(100, n_codings)) * 1.5
    decoded = started(page, kind).evaluate(
        "(root, all) => all.map(z => [...root.decode(z)])", codings.tolist()
    )
    assert np.abs(decoded - pictures(DECODERS[n_codings], codings)).max() < 1e-3


@pytest.mark.parametrize("kind", ["plane", "walk", "words", "writer", "squeeze"])
def test_the_page_says_how_far_it_is_from_keras(page, kind):
    figure = started(page, kind)
    assert 0 <= float(figure.get_attribute("data-largest-difference")) < 1e-3
    assert "this browser and Keras differ by less than 0.0" in figure.inner_text()


def test_dragging_decodes_what_lies_under_the_ring(page):
    figure = started(page, "plane")
    drag(page, figure.locator(".live-plot"), 0.8, 0.3)
    z = coding(figure)
    assert z == pytest.approx([0.6 * 3.2, 0.4 * 3.2], abs=0.03)
    difference = shown(figure.locator(".live-picture")) - pictures(DECODERS[2], [z])[0]
    assert np.abs(difference).max() < 0.03, "z is told with two digits, gray with 256"


def test_a_finger_moves_the_ring(page):
    figure = started(page, "plane")
    figure.locator(".live-plot").scroll_into_view_if_needed()
    box = figure.locator(".live-plot").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.5)
    assert coding(figure) == pytest.approx([-1.6, 0], abs=0.03)


def test_arrow_keys_move_the_ring_and_shift_moves_it_farther(page):
    figure = started(page, "plane")
    drag(page, figure.locator(".live-plot"), 0.5, 0.5)
    x, y = coding(figure)
    figure.locator(".live-plot").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    assert coding(figure) == pytest.approx([x + 0.05, y + 0.5], abs=0.011)


def test_each_press_of_a_key_draws_and_decodes_once(page):
    plot = started(page, "plane").locator(".live-plot")
    counts = plot.evaluate(
        """plot => {
          const counts = [0, 0], g = CanvasRenderingContext2D.prototype, {clearRect, putImageData} = g;
          g.clearRect = function (...a) { counts[0] += this.canvas === plot; clearRect.apply(this, a); };
          g.putImageData = function (...a) { counts[1]++; putImageData.apply(this, a); };
          for (let i = 0; i < 60; i++)
            plot.dispatchEvent(new KeyboardEvent("keydown", {key: i % 2 ? "ArrowLeft" : "ArrowRight"}));
          Object.assign(g, {clearRect, putImageData});
          return counts;
        }"""
    )
    assert counts == [60, 60]


def test_the_map_finds_the_dot_and_its_neighbors(page):
    figure = started(page, "map")
    for k, (name, points) in enumerate(MAPS.items()):
        figure.get_by_label(name).check()
        scaled = points - points.min(axis=0)
        scaled = scaled / np.ptp(points, axis=0).max()
        scaled = scaled + (1 - scaled.max(axis=0)) / 2  # in the middle of the square
        for i in (17 + k, 141):
            x, y = (16 + scaled[i] * 848) / 880
            drag(page, figure.locator(".live-plot"), x, 1 - y)
            assert figure.get_attribute("data-chosen") == str(i)
            near = np.argsort(np.sum((points - points[i]) ** 2, axis=1))[1:11]
            alike = np.sum(LABELS[near] == LABELS[i])
            text = figure.locator(".live-text").inner_text()
            assert text.startswith(f"{CLASS_NAMES[LABELS[i]]}, image {i}.")
            assert f"10 nearest dots here, {alike} ha" in text


def test_arrow_keys_step_from_dot_to_dot(page):
    figure = started(page, "map")
    figure.get_by_label("two").check()
    figure.locator(".live-plot").focus()
    for key, axis, sign in [("ArrowRight", 0, 1), ("ArrowUp", 1, 1), ("ArrowLeft", 0, -1)]:
        before = int(figure.get_attribute("data-chosen"))
        page.keyboard.press(key)
        after = int(figure.get_attribute("data-chosen"))
        assert sign * (MAPS["two"][after] - MAPS["two"][before])[axis] > 0


def set_slider(slider, value):
    slider.evaluate(
        "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', {bubbles: true})); }", value
    )


def dots_seen(figure, points):
    """The share of points at whose place the figure shows the color of their class."""
    scaled = points - points.min(axis=0)
    scaled = scaled / np.ptp(points, axis=0).max()
    scaled = 24 + (scaled + (1 - scaled.max(axis=0)) / 2) * 832  # in the middle of the square
    pixels = figure.locator(".live-plot").evaluate(
        """(canvas, places) => {
          const copy = Object.assign(document.createElement("canvas"), {width: 880, height: 880});
          const g = copy.getContext("2d", {willReadFrequently: true});
          g.drawImage(canvas, 0, 0);
          return places.map(([x, y]) => [...g.getImageData(x, 880 - y, 1, 1).data.slice(0, 3)]);
        }""",
        scaled.tolist(),
    )
    expected = [[int(COLORS[k][i : i + 2], 16) for i in (1, 3, 5)] for k in LABELS[: len(points)]]
    return np.mean(np.all(np.array(pixels) == expected, axis=1))


def test_a_descent_shows_each_step_of_each_run(page):
    figure = started(page, "descent")
    slider = figure.get_by_role("slider", name="step")
    for name, other in [("on", "off"), ("off", "on")]:
        figure.get_by_label(name).check()
        for k, step in enumerate(STEPS):
            set_slider(slider, k)
            width = np.ptp(RUNS[name][k], axis=0).max()
            width = f"{width:.1f}" if width >= 1 else f"{width:.4f}"
            expected = f"Step {step} of 200: the divergence is {LOSSES[name][k]:.3f}, "
            expected += f"and the map is {width} wide."
            assert figure.locator(".live-text").inner_text() == expected
            assert slider.get_attribute("aria-valuetext") == f"step {step}"
            # a dot or a name may hide another dot
            assert dots_seen(figure, RUNS[name][k]) > 0.5 > 0.3 > dots_seen(figure, RUNS[other][k])


def test_keys_step_through_a_descent_and_it_plays_to_its_end(page):
    figure = started(page, "descent")
    slider, button = figure.get_by_role("slider", name="step"), figure.get_by_role("button")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert figure.get_attribute("data-step") == "5"
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert figure.get_attribute("data-run") == "1"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#descent [data-step]').dataset.step === '200'")
    expect(button).to_have_text("Play")
    button.click()  # from the start again
    expect(button).to_have_text("Stop")
    set_slider(slider, 1)
    expect(button).to_have_text("Play")
    assert figure.get_attribute("data-step") == "5", "a hand on the slider ends it"


def test_a_walk_leads_from_one_image_to_the_other(page):
    figure = started(page, "walk")
    for t in (0.0, 0.25, 1.0):
        set_slider(figure.get_by_label("from image"), 3)
        set_slider(figure.get_by_label("to image"), 8)
        set_slider(figure.get_by_label("on the way"), t)
        expected = pictures(DECODERS[10], [(1 - t) * CODINGS[3] + t * CODINGS[8]])[0]
        assert np.abs(shown(figure.locator(".live-picture")) - expected).max() < 0.01
    assert (
        figure.get_by_label("from image").get_attribute("aria-valuetext") == CLASS_NAMES[LABELS[3]]
    )
    set_slider(figure.get_by_label("on the way"), 0)
    figure.get_by_role("button", name="Walk").click()
    page.wait_for_function("document.querySelector('#walk .live-walk input').value === '1'")


def test_each_coding_has_a_slider_for_keys(page):
    figure = started(page, "walk")
    figure.get_by_role("button", name="Walk").click()
    figure.get_by_role("button", name="All codings 0").click()  # ends the walk
    figure.get_by_label("coding 4").focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    z = 0.2 * np.eye(10)[3]
    assert (
        np.abs(shown(figure.locator(".live-picture")) - pictures(DECODERS[10], [z])[0]).max() < 0.01
    )


def test_codings_and_strongest_images(page):
    figure = started(page, "codings")
    sheet, second = figure.locator(".live-sheet"), figure.locator(".live-heat").nth(1)
    drag(page, sheet, 3.5 / 25, 2.5 / 8)
    assert figure.get_attribute("data-image") == "53"
    quantized = {name: np.round(255 * net) for name, net in NETS.items()}
    for k, net in enumerate(quantized.values()):
        note = figure.locator(".live-heat + .live-note").nth(k).inner_text()
        assert note == f"{np.sum(net[53] >= 255 * 0.05)} of 300 active"
    drag(page, second, 7.5 / 20, 4.5 / 15)
    unit = 4 * 20 + 7
    assert figure.get_attribute("data-unit") == f"1 {unit}"
    strength = quantized["L1"][:, unit]
    best = [i for i in np.argsort(-strength, kind="stable")[:10] if strength[i] >= 255 * 0.05]
    assert figure.get_attribute("data-strongest") == " ".join(map(str, best))
    second.focus()
    page.keyboard.press("ArrowDown")
    assert figure.get_attribute("data-unit") == f"1 {unit + 20}"


def test_penalties_and_gradients(page):
    figure = started(page, "penalty")
    for p, q in [(0.1, 0.6), (0.3, 0.05)]:
        set_slider(figure.get_by_role("slider", name="target p"), p)
        set_slider(figure.get_by_role("slider", name="mean activation"), q)
        kl = p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))
        expected = [kl, q - p, (q - p) ** 2, 2 * (q - p) * q * (1 - q)]
        cells = [t.replace("−", "-") for t in figure.locator("tbody td").all_inner_texts()]
        assert [float(cell) for cell in cells] == pytest.approx(expected, abs=6e-5)
    drag(page, figure.locator(".live-plot").first, (66 + 0.25 * 480) / 560, 0.5)
    mean = figure.locator("output").nth(1)
    assert float(mean.inner_text()) == pytest.approx(0.25, abs=0.01)


def strip_of(figure):
    """The gray values of the first picture of its strip, 0 … 1, ink is 1."""
    red = figure.locator(".live-strip").evaluate(
        """strip => {
          const copy = Object.assign(document.createElement("canvas"), {width: 28, height: 28});
          const g = copy.getContext("2d", {willReadFrequently: true});
          g.drawImage(strip, 0, 0);
          return [...g.getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0);
        }"""
    )
    return 1 - np.array(red) / 255


def test_a_point_of_the_plane_tells_its_rate_and_shows_its_pictures(page):
    figure = started(page, "rate_distortion")
    plot, text = figure.locator(".live-plot"), figure.locator(".live-text")
    first = "VAE, β = 1: rate 13.0 + distortion 230.0 = 243.0 nats."
    assert text.inner_text().startswith(first), "the least sum is shown first"
    said = {
        "ArrowRight": "VAE, β = 0.1: rate 30.0 + distortion 224.0 = 254.0 nats.",
        "Shift+ArrowLeft": "VAE, β = 5: rate 6.0 + distortion 250.0 = 256.0 nats.",
        "ArrowDown": "PCA, noise 1: rate 8.0 + distortion 290.0 = 298.0 nats.",
        "ArrowRight ": "PCA, noise 2: rate 20.0 + distortion 250.0 = 270.0 nats.",
        "ArrowUp": first,
    }
    for key, expected in said.items():
        plot.press(key.strip())
        assert text.inner_text().startswith(expected)
        point = int(figure.get_attribute("data-point"))
        assert np.abs(strip_of(figure) - IMAGES[10 * point].ravel()).mean() < 0.05
    rates, distortions = np.array([point[1:] for curve in CURVES.values() for point in curve]).T
    low, high = distortions.min(), distortions.max()
    room = 0.06 * (high - low)
    y = (484 - (290 - low + room) / (high - low + 2 * room) * 468) / 560
    room = 0.06 * np.ptp(rates)
    x = (84 + (8 - rates.min() + room) / (np.ptp(rates) + 2 * room) * 652) / 760
    drag(page, plot, x + 0.02, y)
    assert text.inner_text().startswith(said["ArrowDown"])


def test_words_are_read_as_keras_reads_them(page):
    words = [*WORDS[:200], "xyzzyx", "a", "incomprehensibilities", "Ünïcödé", "ōr", "e\u0301tude"]
    vectors = started(page, "words").evaluate(
        "(root, words) => words.map(word => [...root.vectorOf(word)])", words
    )
    expected = ENCODER(encode([as_typed(word) for word in words], CHARACTERS, 12))
    assert np.abs(vectors - np.array(expected)).max() < 1e-3


def test_the_classes_of_words_are_those_of_keras(page):
    words = [*WORDS[:200], "xyzzyx", "a", "incomprehensibilities", "Ünïcödé", "e\u0301tude"]
    logits = started(page, "filters").evaluate("(root, words) => words.map(root.logitsOf)", words)
    assert logits == pytest.approx(np.array(READER(as_read(words))), rel=1e-3, abs=1e-3)


def strongest_pieces(j, n=6):
    """The windows of all words to which filter j responds most, by Keras."""
    embedding, convolution = READER.layers[:2]
    words = WORDS[:300]
    responses = np.array(convolution(embedding(as_read(words))))[:, :, j]
    found = {}
    for word, values in zip(words, responses):
        kept = word if len(word) <= 12 else word[:6] + word[-6:]
        padded = f"··{kept}··"
        for at in range(len(padded) - 4):
            found[padded[at : at + 5]] = values[at]
    return sorted(found.items(), key=lambda item: -item[1])[:n]


def test_a_filter_tells_its_pieces_and_its_weights(page):
    figure = started(page, "filters")
    grid = figure.locator("canvas")
    seen = []
    for key in [None, "ArrowDown", "ArrowDown", "ArrowUp"]:
        if key:
            grid.press(key)
        j = int(grid.get_attribute("data-filter"))
        seen.append(j)
        assert f"Filter {j} responds most to" in figure.locator(".live-chosen").inner_text()
        said = [t.split() for t in figure.locator(".live-grams li").all_inner_texts()]
        expected = strongest_pieces(j)
        assert [float(value) for _, value in said] == pytest.approx(
            [value for _, value in expected], abs=0.011
        )
        assert said[0][0] == expected[0][0]
        weights = dict(zip(KINDS, READER.layers[-1].kernel.numpy()[j]))
        for text in figure.locator(".live-weights li").all_inner_texts():
            kind, value = text.removesuffix(" × response").replace("−", "-").split()
            assert float(value) == pytest.approx(weights[kind], abs=0.006)
    assert seen[1] == seen[3] and len(set(seen)) == 3
    # they are those that add most to the answer
    strongest = np.array(READER.layers[1](READER.layers[0](as_read(["naybour"]))))[0].max(axis=0)
    answer = int(np.array(READER(as_read(["naybour"]))).argmax())
    added = strongest * READER.layers[-1].kernel.numpy()[:, answer]
    assert seen[:3] == np.argsort(-added)[:3].tolist()


def test_typing_a_word_says_its_class(page):
    figure = started(page, "filters")
    for word in ("obleek", "Adress", "öäå"):
        figure.get_by_label("A word:").fill(word)
        said = figure.locator(".live-text").inner_text()
        answer = KINDS[int(np.array(READER(as_read([word]))).argmax())]
        assert said.startswith(f"Read as {answer} (")
    assert "Unknown to the net:" in said
    figure.get_by_label("A word:").fill(" ")
    assert figure.locator(".live-text").inner_text() == "Type a word."
    assert figure.locator("li").count() == 0


def lesson_costs(words, typos):
    """What each pair costs by the function that the lesson itself shows."""
    [lesson] = [lesson for lesson in find_lessons(ROOT) if lesson.slug == "words_from_pieces"]
    [source] = [c.source for c in read_script(lesson).cells if "def channel_costs(" in c.source]
    names = {"np": np}
    exec(source, names)
    pair = (encode(side, CHARACTERS, 20) for side in (words, typos))
    return names["channel_costs"](*pair, COST, SWAP)


def test_the_channel_costs_what_it_costs_in_the_lesson(page):
    words = WORDS[:150] + ["tänä", "a", "ab", "abab"]
    rng = RNG.permutation(len(words))
    typos = [words[i][::-1] for i in rng[:50]] + [words[i] for i in rng[50:150]]
    typos += ["xäy", "b", "ba", "baba!"]  # unknown characters, swaps
    costs = started(page, "words").evaluate(
        "(root, [words, typos]) => words.map((word, i) => root.channel(word, typos[i]))",
        [words, typos],
    )
    assert costs == pytest.approx(lesson_costs(words, typos), rel=1e-4)
    assert costs != pytest.approx(lesson_costs(typos, words), rel=1e-4), "which one was typed"


def test_what_is_typed_is_read_as_python_reads_it(page):
    spaces = [chr(c) for c in range(0x3001) if chr(c).isspace()]
    others = ["\ufeff", "\u200b", "\u180e", "\u2060", "\x00"]  # to some a space, not to Python
    texts = [f"{c}ab{c}c{c}{c}" for c in spaces + others]
    texts += [
        "ta\u0308na\u0308",
        "TÄNÄ",
        "İ",
        "I\u0307\u0323",
        "ΟΔΟΣ ",
        "ẞ",
        "\ufb01n",
        "\u212b",
        "  ",
        "",
    ]
    read = started(page, "words").evaluate("(root, texts) => texts.map(root.asTyped)", texts)
    assert read == [as_typed(text) for text in texts]


def test_the_net_the_look_up_and_the_edits_are_given_the_same_word(page):
    figure = started(page, "words")
    said = []
    for typed in ("tänä", "ta\u0308na\u0308", "\u2003TÄNÄ\u001c"):
        figure.get_by_label("A word, right or wrong:").fill(typed)
        said.append(figure.inner_text())
    assert said == 3 * said[:1]
    assert "“tänä” is in the vocabulary." in said[0]
    assert figure.locator(".live-by-edits li").first.inner_text().split() == ["tänä", "0", "edits"]


def test_typing_finds_the_nearest_words(page):
    figure = started(page, "words")
    figure.get_by_label("A word, right or wrong:").fill("Adress")
    vocabulary, typed = (np.array(ENCODER(encode(w, CHARACTERS, 12))) for w in (WORDS, ["adress"]))
    best = [WORDS[i] for i in np.argsort(-vocabulary @ typed[0])[:6]]
    found = figure.locator(".live-by-net li").all_inner_texts()
    assert [line.split()[0] for line in found] == best
    for line in figure.locator(".live-by-edits li").all_inner_texts():
        word, edits, _ = line.split()
        assert OSA.distance("adress", word) == int(edits)
    channel = figure.locator(".live-by-channel li").all_inner_texts()
    near = [(OSA.distance("adress", word), -Prefix.similarity("adress", word)) for word in WORDS]
    near = [WORDS[i] for i in sorted(range(len(WORDS)), key=near.__getitem__)[:20]]
    assert [line.split()[0] for line in figure.locator(".live-by-edits li").all_inner_texts()] == (
        near[:6]
    )
    costs = lesson_costs(near, ["adress"] * 20)
    best = np.argsort(costs)[:6]
    assert [line.split() for line in channel] == [[near[i], f"{costs[i]:.1f}"] for i in best]
    least = min(OSA.distance("adress", word) for word in WORDS)
    assert figure.locator(".live-by-edits li").first.inner_text().split()[1] == str(least)
    pieces = [t.split(" × ")[0] for t in figure.locator(".live-piece").all_inner_texts()]
    assert pieces and all(piece.rstrip("·") in "adress" for piece in pieces)
    figure.get_by_role("button", name="obleek").click()
    assert "“obleek” is not among the 1,500 words" in figure.locator(".live-text").inner_text()
    figure.get_by_label("A word, right or wrong:").fill("")
    assert figure.locator(".live-text").inner_text() == "Type a word."
    assert figure.locator("li").count() == 0


# --- the writer ---------------------------------------------------------------------------


def test_the_next_letters_are_as_probable_as_for_keras(page):
    beginnings = ["", *WORDS[:100], "TÄN", "a" * 60]
    figure = started(page, "writer")
    read = cache(lambda *row: WRITER(np.array([row])))  # once for all temperatures
    for temperature in (0.5, 1, 1.5):
        shares = figure.evaluate(
            "(root, [all, t]) => all.map(text => root.sharesOf(text, t))", [beginnings, temperature]
        )
        expected = [
            next_letter(lambda rows: read(*rows[0]), CHARACTERS, as_typed(b), temperature)
            for b in beginnings
        ]
        assert np.abs(np.array(shares) - expected).max() < 1e-3, temperature
        assert np.ptp(expected, axis=0).max() > 0.1, "it matters what was typed"


def test_a_letter_is_drawn_with_its_probability(page):
    u = (np.arange(1000) + 0.5) / 1000
    shares = next_letter(WRITER, CHARACTERS, "nay")
    drawn = started(page, "writer").evaluate(
        "(root, [p, all]) => all.map(u => root.drawn(p, u))", [shares.tolist(), u.tolist()]
    )
    counts = np.bincount(drawn, minlength=len(shares))
    assert np.abs(counts / 1000 - shares).max() < 2e-3
    last = started(page, "writer").evaluate("root => root.drawn([0.2, 0.7, 0.0999999], 1 - 1e-12)")
    assert last == 1, "where rounding leaves the sum below 1, the likeliest is taken"


def bars(figure):
    rows = [text.split() for text in figure.locator(".live-bar").all_inner_texts()]
    return {name: float(percent.rstrip("%")) / 100 for name, percent in rows}


def test_the_bars_are_the_likeliest_next_letters(page):
    figure = started(page, "writer")
    for beginning, temperature in [("tän", 1), ("na", 0.4), ("na", 2)]:
        figure.get_by_label("The beginning of a word:").fill(beginning)
        set_slider(figure.get_by_role("slider", name="temperature"), temperature)
        shares = next_letter(WRITER, CHARACTERS, beginning, temperature)
        names = ["end", *CHARACTERS]
        best = [names[k] for k in np.argsort(-shares)[:10]]
        shown = bars(figure)
        assert list(shown) == [*best, "others"]
        assert [shown[name] for name in best] == pytest.approx(np.sort(shares)[:-11:-1], abs=6e-3)
        assert sum(shown.values()) == pytest.approx(1, abs=0.03)


def test_a_letter_that_is_chosen_is_written(page):
    figure = started(page, "writer")
    field = figure.get_by_label("The beginning of a word:")
    field.fill("nay")
    letters = [k for k in np.argsort(-next_letter(WRITER, CHARACTERS, "nay")) if k]
    figure.locator("button.live-bar").get_by_text(CHARACTERS[letters[0] - 1], exact=True).click()
    written = "nay" + CHARACTERS[letters[0] - 1]
    assert field.input_value() == written
    assert f"After “{written}” the likeliest is" in figure.locator(".live-text").inner_text()
    figure.locator("button.live-bar").first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.className") == "live-bar", "keys can go on"


def test_it_draws_a_letter_a_word_and_starts_anew(page):
    figure = started(page, "writer")
    field = figure.get_by_label("The beginning of a word:")
    for _ in range(5):
        figure.get_by_role("button", name="Start anew").click()
        assert field.input_value() == ""
        assert figure.locator(".live-text").inner_text().startswith("Nothing is typed yet")
        figure.get_by_role("button", name="Draw a letter").click()
        assert len(field.input_value()) == 1, "the empty word is not drawn"
        figure.get_by_role("button", name="Draw to the end").click()
        word, said = field.input_value(), figure.locator(".live-text").inner_text()
        assert f"The word ends here: “{word}”." in said or len(word) == 60
    # the likeliest letter at a low temperature, the last one of all for the largest number
    field.fill("nay")
    set_slider(figure.get_by_role("slider", name="temperature"), 0.1)
    figure.evaluate("root => root.draw(0.5)")
    shares = next_letter(WRITER, CHARACTERS, "nay", 0.1)
    k = int(np.searchsorted(np.cumsum(shares), 0.5))
    assert field.input_value() == "nay" + ["", *CHARACTERS][k]


def test_what_the_writer_cannot_go_on_from_is_told(page):
    figure = started(page, "writer")
    field, say = figure.get_by_label("The beginning of a word:"), figure.locator(".live-text")
    for typed, unknown in [("жук", "“ж”, “у”, “к”"), ("a b", "the space"), ("🙂", "“🙂”")]:
        field.fill(typed)
        assert say.inner_text().startswith(f"The net does not know {unknown}. Delete it")
        assert figure.locator(".live-bar").count() == 0
        figure.get_by_role("button", name="Draw a letter").click()
        figure.get_by_role("button", name="Draw to the end").click()
        assert field.input_value() == typed
    field.fill("a" * 21)
    assert "is longer than every training word (20 letters)" in say.inner_text()
    field.fill("a" * 60)
    assert say.inner_text().startswith("More than 60 letters are not taken")
    figure.get_by_role("button", name="Draw to the end").click()
    assert field.input_value() == "a" * 60
    field.fill("")
    figure.evaluate("root => root.draw(0)")
    assert len(field.input_value()) == 1


# --- a word that is squeezed --------------------------------------------------------------

FIELD = "A word of 1 to 16 letters:"


def rebuilt(figure):
    """The letters of the cells, and their probabilities."""
    cells = [cell.all_inner_texts() for cell in figure.locator(".live-rebuilt li span").all()]
    texts = [text for (text,) in cells]
    return texts[::2], [float(text.rstrip("%")) / 100 for text in texts[1::2]]


def sliders_of(figure):
    return figure.get_by_role("slider", name=re.compile(r"^coding \d+$"))


def test_a_word_is_squeezed_and_rebuilt_as_by_keras(page):
    encoder, decoder = SQUEEZER
    figure = started(page, "squeeze")
    found = figure.evaluate("(root, all) => all.map(text => root.codingsOf(text))", SHORT[:100])
    expected = codings_of(encoder, CHARACTERS, SHORT[:100])
    assert np.abs(np.array(found) - expected).max() < 1e-3 * np.abs(expected).max()
    codings = np.random.default_rng(1).normal(size=(100, 6)) * 3
    shares = figure.evaluate("(root, all) => all.map(z => root.sharesOf(z))", codings.tolist())
    assert np.abs(np.array(shares) - letter_shares(decoder, codings)).max() < 1e-3
    assert np.ptp(shares, axis=0).max() > 0.5, "it matters what the codings are"


def test_the_cells_are_the_most_probable_letters(page):
    figure = started(page, "squeeze")
    for word in ("naybour", "TÄNÄ", "a"):
        figure.get_by_label(FIELD).fill(word)
        (shares,) = letter_shares(
            SQUEEZER[1], codings_of(SQUEEZER[0], CHARACTERS, [as_typed(word)])
        )
        best = shares.argmax(axis=1)
        letters, shown = rebuilt(figure)
        last = max([len(word), *(np.flatnonzero(best) + 1)])
        assert letters == [["end", "unknown", *CHARACTERS][k] for k in best[: last + 1]]
        assert shown == pytest.approx(shares.max(axis=1)[: last + 1], abs=6e-3)
        wrong = int((best != encode([as_typed(word)], CHARACTERS, 16)[0]).sum())
        said = figure.locator(".live-text").inner_text()
        assert f"{wrong} of 16 places differ" in said or "exactly as it was typed" in said
        assert figure.locator(".live-other").count() <= wrong


def test_a_coding_that_is_moved_changes_the_word_until_it_is_restored(page):
    figure = started(page, "squeeze")
    figure.get_by_label(FIELD).fill("naybour")
    codings = codings_of(SQUEEZER[0], CHARACTERS, ["naybour"])[0]
    before, said = rebuilt(figure), figure.locator(".live-text").inner_text()
    sliders = sliders_of(figure)
    assert sliders.count() == 6
    assert [float(s.input_value()) for s in sliders.all()] == pytest.approx(codings, abs=0.6)
    slider = figure.get_by_role("slider", name="coding 3", exact=True)
    far = float(slider.get_attribute("max")) * (-1 if codings[2] > 0 else 1)
    set_slider(slider, far)
    moved = codings.copy()
    moved[2] = far
    (shares,) = letter_shares(SQUEEZER[1], [moved])
    assert rebuilt(figure) != before
    assert rebuilt(figure)[1][0] == pytest.approx(shares.max(axis=1)[0], abs=6e-3)
    assert figure.locator(".live-text").inner_text().startswith("Coding 3 was ")
    slider.focus()
    value = slider.input_value()
    page.keyboard.press("ArrowLeft" if far > 0 else "ArrowRight")
    assert slider.input_value() != value, "keys move it"
    assert slider.get_attribute("aria-valuetext") == slider.locator("+ output").inner_text()
    figure.get_by_role("button", name="Restore the codings").click()
    assert (rebuilt(figure), figure.locator(".live-text").inner_text()) == (before, said)


def test_a_word_that_cannot_be_squeezed_is_told(page):
    figure = started(page, "squeeze")
    field, say = figure.get_by_label(FIELD), figure.locator(".live-text")
    for typed, message in [
        ("", "Nothing is typed: type a word of 1 to 16 letters."),
        ("  ", "Nothing is typed"),
        ("жук", "No training word has “ж”, “у”, “к”. Delete it"),
        ("a b", "No training word has the space. Delete it"),
        ("quite", "No training word has “q”. Delete it"),
        ("a" * 17, f"“{'a' * 17}” has 17 letters, and the net reads 16 at most"),
    ]:
        field.fill(typed)
        assert say.inner_text().startswith(message)
        assert figure.locator(".live-rebuilt li").count() == 0
        assert all(slider.is_disabled() for slider in sliders_of(figure).all())
        assert figure.get_by_role("button", name="Restore the codings").is_disabled()
    figure.get_by_role("button", name="tänä").click()
    assert figure.locator(".live-rebuilt li").count() > 4
    assert all(slider.is_enabled() for slider in sliders_of(figure).all())


def test_axe_finds_no_fault_in_a_started_figure(page):
    start_all(page)
    assert faults(page) == []
    page.emulate_media(color_scheme="dark")
    assert color_faults(page) == []


# --- in the book ------------------------------------------------------------------------

SLUGS = [
    "character_models",
    "index",
    "sparse_autoencoders",
    "tsne",
    "variational_autoencoders",
    "word_autoencoders",
    "words_from_pieces",
    "write_a_word",
]


def test_these_pages_have_live_figures():
    pages = [
        path.stem
        for path in HTML.glob("chapters/*.html")
        if 'class="live"' in path.read_text(encoding="utf-8")
    ]
    assert sorted(pages) == SLUGS


@pytest.mark.parametrize("slug", sorted({*SLUGS} - {"index"}))  # there it is in sight at once
def test_they_wait_until_they_are_near_and_then_run(new_page, slug):
    page = new_page(viewport={"width": 390, "height": 700}, color_scheme="dark")
    page.goto(f"{HTML.as_uri()}/chapters/{slug}.html")
    assert page.locator(".live").count() >= 1
    assert page.locator(".live[data-live]").count() == 0, "the first screen has no figure"
    start_all(page)
    for figure in page.locator(".live:has(.live-check)").all():
        assert float(figure.get_attribute("data-largest-difference")) < 1e-3
    assert page.locator(".live-still:visible").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.emulate_media(media="print")
    assert page.locator(".live:visible").count() == 0
    stills = page.locator("img.live-still")
    assert stills.count() == page.locator(".live").count()
    for still in stills.all():
        assert still.is_visible()
        assert still.get_attribute("alt").endswith(".")


@contextmanager
def without_its_data(slug, change=lambda html: html):
    """A page that comes as far as the data of its first live figure; the rest once `told`."""
    html = change((HTML / "chapters" / f"{slug}.html").read_text(encoding="utf-8"))
    data = html.index('<script type="application/json">', html.index('class="live"'))
    told = threading.Event()

    class Halting(Quiet):
        def do_GET(self):
            if not self.path.endswith(f"/{slug}.html"):
                return super().do_GET()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html[:data].encode())
            told.wait()
            self.wfile.write(html[data:].encode())

    with served(handler=Halting) as address:
        try:
            yield f"{address}chapters/{slug}.html", told
        finally:
            told.set()


def wait_for_first_paint(page, **options):
    page.wait_for_function(
        """performance.getEntriesByName("first-contentful-paint").length === 1
            && document.querySelector("article h1")?.checkVisibility()""",
        polling=100,
        **options,
    )


@pytest.mark.parametrize("slug", SLUGS)
def test_a_page_is_painted_before_the_data_of_its_figure_come(new_page, slug):
    page = new_page()
    with without_its_data(slug) as (url, told):
        page.goto(url, wait_until="commit")
        wait_for_first_paint(page)
        assert page.locator(".live script").count() == 0
        told.set()
        page.wait_for_load_state()
        start_all(page)
    figure = page.locator(".live").first
    expect(figure.get_by_text("Reading")).to_have_count(0)  # the one of words reads them first
    text = figure.inner_text()
    figure.locator("canvas[tabindex], input:not([type=radio])").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")  # in a field of text
    assert figure.inner_text() != text, "it does not answer"


def put_figure_first(html):
    figure = re.search(r'<div id="live-.*?</div>\n<script>.*?</script>', html, re.S).group()
    return html.replace('<article class="bd-article">', f'<article class="bd-article">{figure}', 1)


def ask_for_a_style(html):
    return html.replace("<head>", '<head><link rel="stylesheet" href="of_the_figure.css">')


@pytest.mark.parametrize("change", [put_figure_first, ask_for_a_style])
def test_a_figure_that_delays_the_first_paint_would_be_caught(new_page, change):
    page = new_page()
    held = []
    page.route("**/of_the_figure.css", lambda route: held.append(route))
    with without_its_data("tsne", change) as (url, told):
        page.goto(url, wait_until="commit")
        with pytest.raises(TimeoutError):
            wait_for_first_paint(page, timeout=1500)
        told.set()
        for style in held:
            style.fulfill(body="", content_type="text/css")
        wait_for_first_paint(page)


@pytest.mark.parametrize("slug", SLUGS)
def test_without_scripts_there_is_a_picture(new_page, slug):
    page = new_page(java_script_enabled=False)
    page.goto(f"{HTML.as_uri()}/chapters/{slug}.html")
    assert page.locator(".live:visible").count() == 0
    assert page.locator("img.live-still:visible").count() == page.locator(".live").count() >= 1


# --- in a notebook ----------------------------------------------------------------------


def notebook(new_page, tmp_path, body):
    """Outputs as JupyterLab shows them: it tells its theme by an attribute and by variables."""
    path = tmp_path / "notebook.html"
    path.write_text(
        """<meta charset="utf-8"><style>
        [data-jp-theme-light=true] { --jp-ui-font-color0: #000; --jp-layout-color0: #fff; }
        [data-jp-theme-light=false] { --jp-ui-font-color0: #fff; --jp-layout-color0: #111; }
        </style><body data-jp-theme-light="true">"""
        + body,
        encoding="utf-8",
    )
    page = new_page()
    page.goto(path.as_uri())
    return page


def test_two_figures_of_a_kind_and_a_copied_cell_all_live(new_page, tmp_path):
    first, second = live_penalty(0.1).html(), live_penalty(0.2).html()
    page = notebook(new_page, tmp_path, first + second + first)
    start_all(page)
    for k in (2, 1, 0):
        figure = page.locator(".live").nth(k)
        before = figure.locator("td").all_inner_texts()
        set_slider(figure.get_by_role("slider", name="mean activation"), 0.3 + 0.1 * k)
        assert figure.locator("td").all_inner_texts() != before
    means = page.locator("output").all_inner_texts()[1::2]
    assert means == ["0.300", "0.400", "0.500"], "each moves alone"


def test_a_figure_follows_the_theme_of_the_notebook(new_page, tmp_path):
    page = notebook(new_page, tmp_path, live_penalty().html())
    start_all(page)
    picture = "document.querySelector('.live canvas').toDataURL()"
    light = page.evaluate(picture)
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    page.wait_for_function(f"light => {picture} !== light", arg=light)


def test_keys_pressed_in_a_figure_are_not_the_notebooks(new_page, tmp_path):
    page = notebook(new_page, tmp_path, live_penalty().html())
    start_all(page)
    controls = page.locator(".live :is(canvas, input, button)")
    assert controls.count() == page.locator(".live [data-lm-suppress-shortcuts]").count() > 2


def test_what_a_notebook_that_is_not_trusted_leaves_of_a_figure_says_so(new_page, tmp_path):
    message = "A live figure: trust this notebook, and it starts."
    page = notebook(new_page, tmp_path, live_penalty().html())
    assert not page.get_by_text(message).is_visible()
    bare = re.sub(r"<(style|script).*?</\1>", "", live_penalty().html(), flags=re.S)
    page = notebook(new_page, tmp_path, bare)
    assert page.get_by_text(message).is_visible()
