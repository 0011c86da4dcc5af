"""Packs arrays into the text of a page; ``common.js`` unpacks them, and ``book/figures.py`` for the proof."""

import base64
import io

import numpy as np
from PIL import Image

from lecture6_utils.plotting import COLORS

#: How whole numbers are packed, by the name that they have in a figure's data. All else is `floats`.
WHOLE = {"points": "<u2", "maps": "<u2", "labels": "u1", "nets": "u1", "pictures": "<u2"}
#: `COLORS` for a dark ground, found in the same way; each has the hue of its counterpart.
DARK_COLORS = (
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


def as_text(data):
    """Bytes in base 64."""
    return base64.b64encode(data).decode()


def whole(name, values):
    """Values from 0 to 255 or 65535, rounded, as `WHOLE` has it for the name."""
    return as_text(np.round(np.ascontiguousarray(values)).astype(WHOLE[name]).tobytes())


def floats(values):
    """Float32 rounded to its first three bytes (a relative 2⁻¹⁶), the high bytes first.

    Half precision is not enough: its decoder differs from Keras's by more than 0.001.
    """
    words = np.ascontiguousarray(values, "<f4").ravel().view("<u4")
    words = words + np.uint32(0x80)
    return as_text(b"".join((words >> shift).astype("u1").tobytes() for shift in (24, 16, 8)))


def sheet(images, quality, columns=70):
    """All images in one, ink on white, as a data URL."""
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    sheet = np.zeros((rows * columns, 28, 28))
    sheet[: len(images)] = images
    sheet = sheet.reshape(rows, columns, 28, 28).transpose(0, 2, 1, 3)
    gray = np.round(255 * (1 - sheet)).astype("u1").reshape(rows * 28, columns * 28)
    file = io.BytesIO()
    Image.fromarray(gray).save(file, "WEBP", quality=quality, method=6)
    return "data:image/webp;base64," + as_text(file.getvalue())


def classes(labels, names):
    """The class of each dot, with the names and colors of all."""
    return {
        "labels": whole("labels", labels),
        "names": list(names),
        "colors": colors(range(len(names))),
    }


def colors(numbers):
    """The colors with these numbers, for either ground."""
    grounds = {"light": COLORS, "dark": DARK_COLORS}
    return {ground: [colors[k] for k in numbers] for ground, colors in grounds.items()}
