"""Figures that answer in the page: no server, no library, no request.

A lesson hands over its own arrays and nets; they are packed into the output of the cell,
together with one small script (``live_figures.js``) that draws, decodes and searches in
the reader's browser. Where no script runs, on paper and in the PDF, a picture stands in.
A net that runs in the page carries some of Keras's own outputs along, and the page says
how far its numbers are from them.
"""

import base64
import hashlib
import io
import json
from html import escape
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from lecture6_utils.characters import encode
from lecture6_utils.plotting import COLORS, WIDTH, name_classes

_HERE = Path(__file__)
_ACTIVATIONS = ("linear", "relu", "selu", "sigmoid", "silu")  # those that the script knows
# `COLORS` for a dark ground, found in the same way; each has the hue of its counterpart.
_DARK_COLORS = (
    "#cfddff",
    "#ea760c",
    "#7f5b89",
    "#35ffcf",
    "#bb3b05",
    "#68a9ff",
    "#a09cad",
    "#6748f0",
    "#ffb37a",
    "#b2846e",
)
ACTIVE = 0.05  # a unit is active from here on, as in the lesson on sparse autoencoders


class LiveFigure:
    """The output of a cell that is alive in a page and in a trusted notebook, and else a picture.

    Parameters
    ----------
    kind : str
        Which of the script's figures this is.
    controls : str
        Its HTML; ``@id`` in it becomes the figure's own name.
    data : dict
        What the script needs, ready for JSON.
    still : matplotlib.figure.Figure
        The picture that stands in for it.
    """

    def __init__(self, kind, controls, data, still):
        self.kind, self.controls, self.still = kind, controls, still
        self.data = {"kind": kind, **data}

    def __repr__(self):
        return f"<live figure: {self.kind}>"

    def _repr_mimebundle_(self, include=None, exclude=None):
        drawn, picture = io.BytesIO(), io.BytesIO()
        self.still.savefig(drawn, format="png", dpi=150)
        # 64 colors are enough for dots and curves, and a quarter of the bytes
        Image.open(drawn).convert("RGB").quantize(64).save(picture, "PNG", optimize=True)
        return {
            "text/plain": repr(self),
            "text/html": self.html(),
            "image/png": _base64(picture.getvalue()),
        }

    def html(self):
        """The figure as a piece of HTML that stands on its own."""
        data = json.dumps(self.data).replace("</", "<\\/")
        name = "live-" + hashlib.sha256((self.controls + data).encode()).hexdigest()[:8]
        style, script = (
            _HERE.with_suffix(suffix).read_text(encoding="utf-8") for suffix in (".css", ".js")
        )
        return (
            f'<div id="{name}" class="live">\n'
            f"<style>{style}</style>\n"
            # JupyterLab takes style and script out until it trusts a notebook.
            '<p class="live-dead">A live figure: trust this notebook, and it starts.</p>\n'
            # Without scripts the controls would be dead.
            "<noscript><style>.live { display: none !important; }"
            " .live-still { display: block !important; }</style></noscript>\n"
            f"{self.controls.replace('@id', name)}\n"
            f'<script type="application/json">{data}</script>\n</div>\n'
            f'<script>{script.rstrip()}("{name}");</script>'
        )


# --- the figures ------------------------------------------------------------------------


def live_map(maps, images, labels, names):
    """Dots on a plane: point at one to see its image and its nearest dots.

    Parameters
    ----------
    maps : dict of str to ndarray, each of shape (n, 2)
        Name and positions of each map; the last one is shown first.
    images : ndarray, shape (n, 28, 28), in [0, 1]
    labels : ndarray of int, shape (n,)
    names : sequence of str
        The name of each label, at most ten.

    Returns
    -------
    LiveFigure

    Raises
    ------
    ValueError
        If the shapes do not fit together, or a position is not finite.
    """
    _check_images(images)
    _check_labels(labels, len(images), names)
    for name, points in maps.items():
        _check_points(points, len(images), f"map {name!r}")
    radios = "".join(
        f'<label><input type="radio" name="@id-map" {"checked" * (k == len(maps) - 1)}>'
        f" {escape(name)}</label>"
        for k, name in enumerate(maps)
    )
    controls = (
        f'<fieldset><legend class="live-note">Map of the</legend>{radios}</fieldset>'
        '<div class="live-pair">'
        + _canvas(
            "live-plot",
            880,
            f"Map of {len(images):,} images. Point at a dot, or step "
            "from dot to dot with the arrow keys.",
        )
        + f'<div>{_picture()}<p class="live-text" aria-live="polite"></p>{_strip()}</div></div>'
    )
    data = {
        "maps": [_positions(points) for points in maps.values()],
        "sheet": _sheet(images, quality=35),
        **_classes(labels, names),
    }
    still = _figure(WIDTH)
    ax = _bare_axes(still)
    points = list(maps.values())[-1]
    ax.scatter(*points.T, c=np.array(COLORS)[labels], s=6, lw=0)
    name_classes(ax, points, labels, names)
    return LiveFigure("map", controls, data, still)


def live_plane(decoder, codings, labels, names, span=3.2):
    """A plane of two codings: drag over it, and the decoder answers.

    Parameters
    ----------
    decoder : keras.Sequential
        From 2 codings to the *logits* of 28 × 28 pixels, by dense layers.
    codings : ndarray, shape (n, 2)
        Drawn as dots.
    labels : ndarray of int, shape (n,)
    names : sequence of str
    span : float, default 3.2
        The plane reaches from ``-span`` to ``span``; codings beyond it are left out.

    Returns
    -------
    LiveFigure

    Raises
    ------
    ValueError
        If shapes do not fit, or the decoder has a layer that the script cannot run.
    """
    _check_labels(labels, len(codings), names)
    _check_points(codings, len(codings), "codings")
    inside = np.all(np.abs(codings) < span, axis=1)
    codings, labels = codings[inside], labels[inside]
    grid = np.linspace(-span, span, 4)
    check = np.array([(x, y) for x in grid for y in grid], "float32")
    controls = (
        '<div class="live-pair">'
        + _canvas(
            "live-plot live-drag",
            760,
            "Plane of two codings. Drag the ring, or move it "
            "with the arrow keys; Shift moves it farther.",
        )
        + f'<div>{_picture("decoded picture")}<p class="live-text" aria-live="polite"></p>'
        '<p class="live-note live-check"></p></div></div>'
    )
    data = {
        **_decoder(decoder, check),
        "range": span,
        "points": _packed(np.round((codings / span + 1) / 2 * 65535), "<u2"),
        **_classes(labels, names),
    }
    still = _figure(WIDTH)
    ax = still.add_subplot(aspect="equal", xlabel="first coding", ylabel="second coding")
    ax.scatter(*codings.T, c=np.array(COLORS)[labels], s=6, lw=0)
    name_classes(ax, codings, labels, names)
    return LiveFigure("plane", controls, data, still)


def live_walk(decoder, codings, images, labels, names):
    """Sliders for all codings, and a walk from one image's codings to another's.

    Parameters
    ----------
    decoder : keras.Sequential
        From the codings to the *logits* of 28 × 28 pixels, by dense layers.
    codings : ndarray, shape (n, n_codings)
    images : ndarray, shape (n, 28, 28), in [0, 1]
        The images with these codings.
    labels : ndarray of int, shape (n,)
    names : sequence of str

    Returns
    -------
    LiveFigure

    Raises
    ------
    ValueError
        If shapes do not fit, or the decoder has a layer that the script cannot run.
    """
    _check_images(images)
    _check_labels(labels, len(images), names)
    if codings.shape[:1] != images.shape[:1] or codings.ndim != 2:
        raise ValueError(
            f"{len(images)} images need codings of shape ({len(images)}, n_codings), "
            f"got {codings.shape}."
        )
    n, n_codings = codings.shape
    ends = "".join(
        f'<div class="live-end"><canvas width="28" height="28" aria-hidden="true"></canvas>'
        f'<label for="@id-{end}">{end} image</label>'
        f'<input id="@id-{end}" type="range" min="0" max="{n - 1}" step="1" value="{i}"></div>'
        for end, i in [("from", 0), ("to", n - 1)]
    )
    sliders = "".join(
        f'<label class="live-slide live-coding">coding {i + 1}'
        '<input type="range" min="-4" max="4" step="0.01" value="0"><output></output></label>'
        for i in range(n_codings)
    )
    controls = (
        f'<div class="live-pair"><div>{ends}'
        '<label class="live-slide live-walk">on the way'
        '<input type="range" min="0" max="1" step="0.01" value="0.5"><output></output></label>'
        '<p><button type="button" class="live-go">Walk</button> '
        '<button type="button" class="live-zero">All codings 0</button></p></div>'
        f'<div>{_picture("decoded picture")}<p class="live-note live-check"></p></div></div>'
        f'<div class="live-two">{sliders}</div>'
    )
    data = {
        **_decoder(decoder, codings[:12]),
        "codings": _floats(codings),
        "labels": [int(label) for label in labels],
        "names": list(names),
        "sheet": _sheet(images, quality=80),
    }
    t = np.linspace(0, 1, 7)[:, None]
    path = _logistic(decoder((1 - t) * codings[0] + t * codings[-1]))
    still = _figure(1.0)
    for k, image in enumerate(path):
        still.add_subplot(1, 7, k + 1).imshow(image, vmin=0, vmax=1)
        still.axes[-1].axis("off")
    return LiveFigure("walk", controls, data, still)


def live_codings(nets, images):
    """The codings of several nets for the same image; and each unit's strongest images.

    Parameters
    ----------
    nets : dict of str to ndarray, each of shape (n, n_units), in [0, 1]
        Name and codings of each net.
    images : ndarray, shape (n, 28, 28), in [0, 1]
        Twenty-five in a row of the sheet.

    Returns
    -------
    LiveFigure

    Raises
    ------
    ValueError
        If the codings have different shapes, or leave [0, 1].
    """
    _check_images(images)
    shapes = {codings.shape for codings in nets.values()}
    n_units = next(iter(shapes))[-1]
    if shapes != {(len(images), n_units)} or n_units % 20:
        raise ValueError(
            f"{len(images)} images need codings of one shape, ({len(images)}, a multiple of 20), "
            f"got {sorted(shapes)}."
        )
    if not all(0 <= codings.min() and codings.max() <= 1 for codings in nets.values()):
        raise ValueError("Codings must lie in [0, 1], as those of sigmoid units do.")
    panels = "".join(
        f"<div><p><strong>{escape(name)}</strong></p>"
        + _canvas(
            "live-heat",
            20 * 14,
            f"The {n_units} codings of the net: {name}. Pick a unit, or step with the arrow keys.",
            n_units // 20 * 14,
        )
        + '<p class="live-note"></p></div>'
        for name in nets
    )
    controls = (
        '<div class="live-pair">'
        + _canvas(
            "live-sheet live-drag",
            25 * 28,
            f"Sheet of {len(images)} images. Pick one, or step with the arrow keys.",
            len(images) // 25 * 28,
        )
        + f'<div>{_picture()}</div></div><div class="live-three">{panels}</div>'
        f'<p class="live-text" aria-live="polite"></p>{_strip()}'
    )
    data = {
        "nets": [_packed(np.round(255 * codings), "u1") for codings in nets.values()],
        "names": list(nets),
        "n_units": n_units,
        "threshold": 255 * ACTIVE,
        "accent": COLORS[9],  # this one can be told from a white ground and from a dark one
        "sheet": _sheet(images, quality=70, columns=25),
    }
    still = _figure(2.1)
    for k, (name, codings) in enumerate(nets.items()):
        ax = still.add_subplot(1, len(nets), k + 1, title=name, xticks=[], yticks=[])
        ax.imshow(codings[0].reshape(-1, 20), vmin=0, vmax=1)
    return LiveFigure("codings", controls, data, still)


def live_penalty(target=0.1):
    """Kullback–Leibler divergence and squared error of a unit's mean activation.

    Parameters
    ----------
    target : float, default 0.1
        The target to begin with, from 0.01 to 0.5.

    Returns
    -------
    LiveFigure

    Raises
    ------
    ValueError
        If the target is outside these limits.
    """
    if not 0.01 <= target <= 0.5:
        raise ValueError(f"target must be from 0.01 to 0.5, got {target}.")
    sliders = "".join(
        f'<label class="live-slide">{name}<input type="range" min="{low}" max="{high}" '
        f'step="0.001" value="{value}"><output></output></label>'
        for name, low, high, value in [
            ("target p", 0.01, 0.5, target),
            ("mean activation p̂", 0.001, 0.999, 0.6),
        ]
    )
    rows = "".join(
        f'<tr><th scope="row" style="border-left: 6px solid; padding-left: 0.5rem">{name}</th>'
        "<td></td><td></td></tr>"
        for name in _RULES
    )
    plots = "".join(
        f'<canvas class="live-plot live-drag" width="560" height="440" role="img" '
        f'aria-label="{what}; the numbers are in the table below"></canvas>'
        for what in (
            "Penalty of KL and MSE over the mean activation",
            "Gradient of both in the unit’s input z",
        )
    )
    controls = (
        f'<div class="live-two">{sliders}</div><div class="live-two">{plots}</div>'
        '<table><thead><tr><td></td><th scope="col">penalty</th>'
        f'<th scope="col">gradient in z</th></tr></thead><tbody>{rows}</tbody></table>'
    )
    q = np.linspace(0.001, 0.995, 300)
    kl = target * np.log(target / q) + (1 - target) * np.log((1 - target) / (1 - q))
    still = _figure(2.7)
    for k, (title, curves) in enumerate(
        {
            "penalty": (kl, (q - target) ** 2),
            "gradient in z": (q - target, 2 * (q - target) * q * (1 - q)),
        }.items()
    ):
        ax = still.add_subplot(1, 2, k + 1, title=title, xlabel="mean activation")
        for (name, color), curve in zip(_RULES.items(), curves):
            ax.plot(q, curve, color=COLORS[color], label=name)
    still.axes[0].set_ylim(-0.05, 2)
    still.axes[1].legend()
    return LiveFigure("penalty", controls, {"colors": _colors(_RULES.values())}, still)


_RULES = {"KL": 2, "MSE": 0}  # and their colors, as in the lesson on sparse autoencoders


def live_words(encoder, characters, length, words, examples):
    """Type a word: its strongest pieces, and the nearest words of a vocabulary.

    Parameters
    ----------
    encoder : keras.Model
        An Embedding, several Conv1D (same padding, relu) with a maximum over places each,
        a linear Dense layer of all of them, and scaling to length 1.
    characters : str
        The characters that it knows, in the order of `lecture6_utils.characters.encode`.
    length : int
        Its places per word.
    words : sequence of str
        The vocabulary; the page computes its vectors itself.
    examples : sequence of str
        Words offered on buttons; the first one is looked up to begin with.

    Returns
    -------
    LiveFigure

    Raises
    ------
    ValueError
        If the encoder has other layers.
    """
    by_class = {}
    for layer in encoder.layers:
        by_class.setdefault(type(layer).__name__, []).append(layer)
    convolutions, mixing = by_class.pop("Conv1D", []), by_class.pop("Dense", [])
    (embedding,) = by_class.pop("Embedding", [None])
    other = set(by_class) - {"InputLayer", "GlobalMaxPooling1D", "Concatenate", "UnitNormalization"}
    plain = all(
        (c.padding, c.activation.__name__, c.strides, c.dilation_rate)
        == ("same", "relu", (1,), (1,))
        for c in convolutions
    )
    if embedding is None or not convolutions or len(mixing) != 1 or other or not plain:
        raise ValueError(
            "live_words runs one Embedding, Conv1D layers (padding='same', relu), their "
            "GlobalMaxPooling1D, one Dense and UnitNormalization; got "
            f"{[type(layer).__name__ for layer in encoder.layers]}."
        )
    filters = [
        {
            "width": layer.kernel_size[0],
            "kernel": _floats(layer.kernel),
            "bias": _floats(layer.bias),
        }
        for layer in convolutions
    ]
    check = [*examples, *words[:3]]
    vectors = np.array(encoder(encode(check, characters, length)))
    buttons = " ".join(f'<button type="button">{escape(word)}</button>' for word in examples)
    controls = (
        '<div><label>A word, right or wrong: <input type="text" autocomplete="off" '
        f'autocapitalize="off" spellcheck="false" maxlength="40" value="{escape(examples[0])}">'
        f'</label><p class="live-note">or one of these: {buttons}</p></div>'
        f'<p class="live-text" aria-live="polite">Reading {len(words):,} words …</p>'
        "<div><p><strong>Its pieces</strong>, and how many filters each piece moved most</p>"
        '<p class="live-pieces"></p></div>'
        '<div class="live-two"><div><p><strong>Nearest for the net</strong> (cosine)</p>'
        '<ol class="live-by-net"></ol></div><div><p><strong>Nearest by edit distance</strong></p>'
        '<ol class="live-by-edits"></ol></div></div><p class="live-note live-check"></p>'
    )
    data = {
        "words": "\n".join(words),
        "characters": characters,
        "length": length,
        "embedding": _floats(embedding.embeddings),
        "depth": embedding.embeddings.shape[1],
        "filters": filters,
        "mix": _layer(mixing[0]),
        "n_outputs": vectors.shape[1],
        "check": {"words": check, "vectors": _floats(vectors)},
    }
    vocabulary = np.array(encoder(encode(words, characters, length)))
    still = _figure(0.42 * len(examples) + 0.2)
    ax = still.add_subplot(xlim=(0, 10), ylim=(-len(examples) + 0.4, 0.6))
    ax.axis("off")
    for k, (word, vector) in enumerate(zip(examples, vectors)):
        nearest = np.argsort(-vocabulary @ vector)[:3]
        ax.text(0, -k, word, va="center", weight="bold")
        ax.text(3, -k, "→  " + ", ".join(words[i] for i in nearest), va="center")
    return LiveFigure("words", controls, data, still)


# --- packing ----------------------------------------------------------------------------


def _base64(data):
    return base64.b64encode(data).decode()


def _packed(values, dtype):
    return _base64(np.ascontiguousarray(values).astype(dtype).tobytes())


def _floats(values):
    """Float32 rounded to its first three bytes (a relative 2⁻¹⁶), the high bytes first.

    Half precision is not enough: its decoder differs from Keras's by more than 0.001.
    """
    words = np.ascontiguousarray(values, "<f4").ravel().view("<u4")
    words = words + np.uint32(0x80)
    return _base64(b"".join((words >> shift).astype("u1").tobytes() for shift in (24, 16, 8)))


def _positions(points):
    """Points scaled into 0 … 65535, with one scale for both axes."""
    low = points.min(axis=0)
    scaled = (points - low) / np.ptp(points, axis=0).max()
    return _packed(np.round((scaled + (1 - scaled.max(axis=0)) / 2) * 65535), "<u2")


def _sheet(images, quality, columns=70):
    """All images in one, ink on white, as a data URL."""
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    sheet = np.zeros((rows * columns, 28, 28))
    sheet[: len(images)] = images
    sheet = sheet.reshape(rows, columns, 28, 28).transpose(0, 2, 1, 3)
    gray = np.round(255 * (1 - sheet)).astype("u1").reshape(rows * 28, columns * 28)
    file = io.BytesIO()
    Image.fromarray(gray).save(file, "WEBP", quality=quality, method=6)
    return "data:image/webp;base64," + _base64(file.getvalue())


def _classes(labels, names):
    return {
        "labels": _packed(labels, "u1"),
        "names": list(names),
        "colors": _colors(range(len(names))),
    }


def _colors(numbers):
    """The colors with these numbers, for either ground."""
    grounds = {"light": COLORS, "dark": _DARK_COLORS}
    return {ground: [colors[k] for k in numbers] for ground, colors in grounds.items()}


def _layer(layer):
    return {
        "kernel": _floats(layer.kernel),
        "bias": _floats(layer.bias),
        "activation": layer.activation.__name__,
    }


def _decoder(decoder, check):
    """The dense layers of a decoder of logits, and its pictures for some codings."""
    layers = []
    for layer in decoder.layers:
        name = type(layer).__name__
        if name == "Dense" and layer.activation.__name__ in _ACTIVATIONS:
            layers.append(_layer(layer))
        elif name not in ("InputLayer", "Reshape", "Flatten"):
            raise ValueError(
                f"The page cannot run the layer {layer.name!r}. Give a decoder of Dense layers "
                f"with one of these activations: {', '.join(_ACTIVATIONS)}."
            )
    n_codings = decoder.input_shape[-1]
    if check.shape[1] != n_codings or int(np.prod(decoder.output_shape[1:])) != 784:
        raise ValueError(
            f"Expected a decoder from {check.shape[1]} codings to 28 × 28 pixels, got "
            f"{decoder.input_shape} → {decoder.output_shape}."
        )
    if layers[-1]["activation"] != "linear":
        raise ValueError("Expected a decoder of logits: its last Dense layer must be linear.")
    layers[-1]["activation"] = "sigmoid"
    pictures = _packed(np.round(65535 * _logistic(decoder(check))), "<u2")
    return {
        "layers": layers,
        "n_codings": n_codings,
        "check": {"codings": _floats(check), "pictures": pictures},
    }


def _logistic(logits):
    return 1 / (1 + np.exp(-np.array(logits)))


# --- pieces of HTML and of pictures -----------------------------------------------------


def _canvas(classes, width, label, height=None):
    return (
        f'<canvas class="{classes}" width="{width}" height="{height or width}" tabindex="0" '
        f'role="application" aria-label="{escape(label)}"></canvas>'
    )


def _picture(what="chosen image"):
    return (
        f'<canvas class="live-picture" width="28" height="28" role="img" aria-label="{what}">'
        "</canvas>"
    )


def _strip():
    return (
        '<canvas class="live-strip" width="148" height="58" role="img" '
        'aria-label="ten images"></canvas>'
    )


def _figure(height):
    return Figure(figsize=(WIDTH, height), layout="constrained")


def _bare_axes(figure):
    ax = figure.add_subplot(xticks=[], yticks=[], aspect="equal")
    ax.spines[:].set_visible(False)
    return ax


# --- checking ---------------------------------------------------------------------------


def _check_images(images):
    if images.ndim != 3 or images.shape[1:] != (28, 28) or not len(images):
        raise ValueError(f"Expected images of shape (n, 28, 28), got {images.shape}.")
    if images.min() < 0 or images.max() > 1:
        raise ValueError("Images must lie in [0, 1]: divide gray values by 255.")


def _check_labels(labels, n, names):
    if (
        np.shape(labels) != (n,)
        or np.min(labels) < 0
        or np.max(labels) >= len(names)
        or len(names) > 10
    ):
        raise ValueError(
            f"Expected {n} labels from 0 to {len(names) - 1} for at most ten names, got shape "
            f"{np.shape(labels)}, from {np.min(labels)} to {np.max(labels)}, and {len(names)} names."
        )


def _check_points(points, n, what):
    if points.shape != (n, 2) or not np.isfinite(points).all():
        raise ValueError(
            f"Expected finite positions of shape ({n}, 2) for {what}, got {points.shape}."
        )
