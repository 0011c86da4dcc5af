"""Draws a figure once more for a dark page: the same marks in other colors.

What stands in `COLORS` becomes its counterpart in `DARK_COLORS`. Any other color gets the contrast
with the dark ground that it has with white, so that a faint grid stays faint. Pictures and
heat maps stay as they are, and with them what is drawn upon them: ink remains ink.
"""

import io

import numpy as np
from matplotlib.collections import Collection
from matplotlib.colors import ListedColormap, to_hex, to_rgb, to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from PIL import Image

from lecture6_utils.live_figures.packing import DARK_COLORS
from lecture6_utils.plotting import COLORS

#: The ground of a page of the book's theme in the dark.
GROUND = "#121212"
INK = 0.85  # the luminance of what is black on white: pure white would dazzle
COUNTERPARTS = dict(zip(COLORS, map(to_rgb, DARK_COLORS), strict=True))
WEIGHTS = np.array([0.2126, 0.7152, 0.0722])  # of red, green and blue in the luminance (WCAG 2.2)


def _linear(rgb):
    rgb = np.asarray(rgb, float)
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def _displayed(linear):
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def dark(color):
    """A color's counterpart on the dark ground; its alpha stays.

    Parameters
    ----------
    color : Matplotlib color

    Returns
    -------
    tuple of float, shape (4,)
        Red, green, blue and alpha.
    """
    *rgb, alpha = to_rgba(color)
    if to_hex(rgb) in COUNTERPARTS:
        return (*COUNTERPARTS[to_hex(rgb)], alpha)
    linear, ground = _linear(rgb), _linear(to_rgb(GROUND))
    luminance, of_ground = WEIGHTS @ linear, WEIGHTS @ ground
    wanted = min(1.05 / (luminance + 0.05) * (of_ground + 0.05) - 0.05, INK)
    if wanted <= luminance:
        return (*np.clip(_displayed(linear * wanted / luminance), 0, 1), alpha)
    return (*_lightened(linear, wanted), alpha)


def dark_ink(color):
    """The same for a text, which needs more contrast than a line: 4.5 (WCAG 2.2)."""
    *rgb, alpha = dark(color)
    linear = _linear(rgb)
    wanted = 4.5 * (WEIGHTS @ _linear(to_rgb(GROUND)) + 0.05) - 0.05
    return (*rgb, alpha) if WEIGHTS @ linear >= wanted else (*_lightened(linear, wanted), alpha)


def _lightened(linear, wanted):
    """Mixed with white, which keeps the hue, up to this luminance."""
    luminance = WEIGHTS @ linear
    return np.clip(_displayed(linear + (1 - linear) * (wanted - luminance) / (1 - luminance)), 0, 1)


def draw_dark(figure):
    """Recolor a figure for a dark ground, and draw it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        It is changed: call this when it has been shown.

    Returns
    -------
    bytes
        A PNG of the same size as the figure's own.
    """
    figure.draw_without_rendering()  # places everything, and makes the labels of the ticks
    kept = set()
    for ax in figure.axes:
        if hasattr(ax, "_colorbar"):  # it shows the colors of a picture
            kept |= {*ax.collections, *ax.patches}  # the patches: its ends beyond the scale
        for image in ax.images:
            box = image.get_window_extent()
            kept |= {artist for artist in _upon(ax) if _lies_in(artist, box)}
    for artist in figure.findobj(lambda artist: artist not in kept):
        _recolor(artist)
    drawn, slim = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=figure.dpi, facecolor=GROUND)
    with Image.open(drawn) as image:  # as `weight` does with the light ones
        image.convert("RGB").quantize(256).save(slim, "PNG", optimize=True)
    return slim.getvalue()


def _upon(ax):
    return [*ax.texts, *ax.lines, *ax.patches, *ax.collections]


def _lies_in(artist, box):
    extent = artist.get_window_extent()
    return box.padded(1).contains(*extent.min) and box.padded(1).contains(*extent.max)


def _recolor(artist):
    if isinstance(artist, Text):
        artist.set_color(dark_ink(artist.get_color()))
        if artist.get_bbox_patch():
            _recolor(artist.get_bbox_patch())
        if getattr(artist, "arrow_patch", None):
            _recolor(artist.arrow_patch)
    elif isinstance(artist, Line2D):
        face, edge = artist.get_markerfacecolor(), artist.get_markeredgecolor()
        artist.set_color(dark(artist.get_color()))
        artist.set_markerfacecolor(dark(face))
        artist.set_markeredgecolor(dark(edge))
    elif isinstance(artist, Patch):
        artist.set_facecolor(dark(artist.get_facecolor()))
        artist.set_edgecolor(dark(artist.get_edgecolor()))
    elif isinstance(artist, Collection) and artist.get_array() is not None:
        colors = artist.get_cmap()(np.arange(artist.get_cmap().N))
        artist.set_cmap(ListedColormap([dark(color) for color in colors]))
    elif isinstance(artist, Collection):
        face, edge = artist.get_facecolor(), artist.get_edgecolor()
        artist.set_facecolor([dark(color) for color in face])
        artist.set_edgecolor([dark(color) for color in edge])
    effects = artist.get_path_effects()
    if effects:  # the halo of a name
        stroke = effects[0]._gc
        artist.set_path_effects([withStroke(**stroke | {"foreground": dark(stroke["foreground"])})])
