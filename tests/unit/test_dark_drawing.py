"""The drawing of a figure for a dark page: the same marks, in colors that can be told from the ground."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from colors import DARK, WHITE, contrast
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patheffects import withStroke
from PIL import Image

from lecture6_utils.book.dark_drawing import GROUND, dark, dark_ink, draw_dark
from lecture6_utils.book.in_kernel import describe
from lecture6_utils.live_figures.packing import DARK_COLORS
from lecture6_utils.plotting import COLORS, set_style


@pytest.fixture(autouse=True)
def style():
    set_style()
    yield
    plt.close("all")


def pixels(figure):
    with Image.open(io.BytesIO(draw_dark(figure))) as image:
        return np.asarray(image.convert("RGB"))


def test_the_ground_is_that_of_the_page():
    assert GROUND == DARK


def test_the_colors_of_classes_and_curves_are_those_of_the_live_figures():
    assert [to_hex(dark(color)) for color in COLORS] == list(DARK_COLORS)
    assert dark((*to_rgb(COLORS[0]), 0.3))[3] == 0.3, "what shines through still does"


@pytest.mark.parametrize("color", ["0.9", "0.45", "0.35", "#e8eef6", "#fff3b0", "red", "tab:blue"])
def test_any_other_color_has_the_contrast_that_it_had(color):
    on_white = contrast(to_rgb(color), to_rgb(WHITE))
    on_dark = contrast(dark(color)[:3], to_rgb(DARK))
    assert on_dark == pytest.approx(on_white, rel=0.02)


def test_black_and_white_change_places_but_nothing_dazzles():
    assert to_hex(dark("white")) == DARK
    assert 14 < contrast(dark("black")[:3], to_rgb(DARK)) < 17


def everything():
    """A figure with each kind of mark that the lessons draw."""
    figure, axes = plt.subplots(2, 2, figsize=(5, 5))
    curve, heat, bars, dots = axes.flat
    curve.plot([0, 1], [0, 1], marker="o", markerfacecolor="white", label="a net")
    curve.fill_between([0, 1], [0, 1], [1, 2], alpha=0.3)
    curve.axhline(0.5, color="0.4", linestyle=":")
    curve.annotate("here", (0.5, 0.5), (0.2, 0.8), arrowprops={"arrowstyle": "->"})
    curve.legend()
    heat.imshow([[0.0, 1.0]])
    heat.text(0, 0, "ink", ha="center")
    bars.bar(["a", "b"], [1, 2], color=COLORS[1])
    bars.errorbar([0, 1], [1, 2], yerr=0.3, color="0.2", fmt="none")
    bars.text(0, 1, "boxed", bbox={"facecolor": "white", "edgecolor": "0.3"})
    halo = [withStroke(linewidth=4, foreground="white")]
    dots.scatter([0, 1], [0, 1], c=[0, 1], cmap=plt.cm.colors.ListedColormap(COLORS))
    dots.set_title("titled", path_effects=halo)
    return figure


def test_nothing_stays_as_it_was_on_white_but_what_lies_in_a_picture():
    figure = everything()
    drawn = pixels(figure)
    assert tuple(drawn[0, 0]) == tuple(round(255 * c) for c in to_rgb(DARK))
    heat = figure.axes[1].images[0].get_window_extent()
    top, bottom = len(drawn) - int(heat.y1) - 2, len(drawn) - int(heat.y0) + 2
    inside = drawn[top:bottom, int(heat.x0) - 2 : int(heat.x1) + 2]
    assert (inside == 255).all(axis=2).sum() > 100, "the picture keeps its white"
    assert (inside < 3).all(axis=2).sum() > 100, "and its ink"
    outside = drawn.copy()
    outside[top:bottom, int(heat.x0) - 2 : int(heat.x1) + 2] = 100
    brightest = outside.min(axis=2).max()
    assert brightest < 245, "white was left somewhere"
    assert (outside.max(axis=2) < 10).sum() == 0, "black was left somewhere"


def test_it_is_as_large_and_says_the_same():
    figure = everything()
    before = describe(figure)
    drawn = pixels(figure)
    assert drawn.shape[:2] == (750, 750)
    after = describe(figure)
    assert after["data"] == before["data"]
    colored = ("color", "line", "collection")
    same = {k: v for k, v in before["says"].items() if not any(word in k for word in colored)}
    assert same.items() <= after["says"].items()


def test_the_colors_of_a_picture_and_of_its_scale_agree():
    figure, ax = plt.subplots()
    image = ax.imshow(np.eye(3), vmax=0.5)
    scale = figure.colorbar(image, extend="max").ax
    [beyond] = scale.patches
    draw_dark(figure)
    assert image.get_cmap().name == scale.collections[0].get_cmap().name == "binary"
    assert to_hex(beyond.get_facecolor()) == to_hex("black")


@pytest.mark.parametrize("color", COLORS)
def test_a_name_in_the_color_of_its_curve_can_be_read(color):
    assert contrast(dark_ink(color)[:3], to_rgb(DARK)) >= 4.49


def test_every_mark_can_be_told_from_the_ground():
    figure = everything()
    draw_dark(figure)
    for ax in figure.axes:
        if ax.images:
            continue
        for text in [*ax.texts, ax.title, *ax.get_xticklabels(), *ax.get_yticklabels()]:
            assert contrast(to_rgb(text.get_color()), to_rgb(DARK)) >= 4.5, text
        for line in ax.lines:
            assert contrast(to_rgb(line.get_color()), to_rgb(DARK)) >= 3, line
