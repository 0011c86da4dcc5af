"""Contrast of lines, marks and labels of figures; on the pages: browser/test_contrast.py."""

import ast
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from colors import DARK, WHITE, contrast
from colorspacious import cspace_convert
from helpers import ROOT
from matplotlib.colors import to_rgb
from scipy.spatial.distance import pdist

from lecture6_utils.book.lessons import find_lessons, read_script
from lecture6_utils.live_figures.packing import DARK_COLORS
from lecture6_utils.plotting import COLORS

WRITTEN = "text annotate set_title set_xlabel set_ylabel suptitle".split()


def test_contrast_is_measured_right():
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)
    assert contrast(to_rgb("#767676"), (1, 1, 1)) == pytest.approx(4.54, abs=0.01)


def on(ground, color):
    return contrast(to_rgb(color), to_rgb(ground))


def test_every_color_can_be_told_from_its_ground():
    assert {color: on(WHITE, color) for color in COLORS if on(WHITE, color) < 3} == {}
    assert {color: on(DARK, color) for color in DARK_COLORS if on(DARK, color) < 3} == {}


def smallest_distance(colors):
    """The least perceptual distance of two colors, for any kind of color vision.

    In CAM02-UCS, where 1 is about what one just notices; color blindness is complete.
    """
    rgb = np.array([to_rgb(color) for color in colors])
    views = [rgb]
    for kind in ("protanomaly", "deuteranomaly", "tritanomaly"):
        space = {"name": "sRGB1+CVD", "cvd_type": kind, "severity": 100}
        views.append(np.clip(cspace_convert(rgb, space, "sRGB1"), 0, 1))
    return min(pdist(cspace_convert(view, "sRGB1", "CAM02-UCS")).min() for view in views)


@pytest.mark.parametrize("colors", [COLORS, DARK_COLORS], ids=["light", "dark"])
def test_colors_are_farther_apart_than_those_they_replace(colors):
    with plt.style.context("petroff10"):
        petroff = plt.rcParams["axes.prop_cycle"].by_key()["color"]
    assert smallest_distance(colors) > smallest_distance(petroff) + 2
    # T-shirt, pullover, coat and shirt, which lie mixed on every map; and the three shoes
    for group in ([0, 2, 4, 6], [5, 7, 9]):
        ours, theirs = ([palette[k] for k in group] for palette in (colors, petroff))
        assert smallest_distance(ours) > smallest_distance(theirs) + 2
    assert smallest_distance(colors[:3]) > 30


def colors_named(script):
    """Of a lesson's code: the numbers of `COLORS` it names, and the colors it writes with."""
    source = "\n\n".join(cell.source for cell in script.cells if cell.cell_type == "code")
    numbers, written = set(), set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Subscript) and getattr(node.value, "id", "") == "COLORS":
            if isinstance(node.slice, ast.Constant):
                numbers.add(node.slice.value)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in WRITTEN:
            for keyword in node.keywords:
                if keyword.arg == "color" and isinstance(keyword.value, ast.Constant):
                    written.add(keyword.value.value)
    return numbers, written


def test_figures_are_written_in_colors_that_can_be_read():
    all_numbers = set()
    for lesson in find_lessons(ROOT):
        numbers, written = colors_named(read_script(lesson))
        colors = written | {COLORS[k] for k in numbers}
        pale = {c for c in colors if contrast(to_rgb(c), (1, 1, 1)) < 4.5} - {"w", "white"}
        assert pale == set(), f"{lesson.slug}: see `COLORS` for those that one may write with"
        all_numbers |= numbers
    assert len(all_numbers) > 3


def test_a_pale_label_would_be_found():
    code = 'ax.text(0, 0, "a", color="0.6")\nax.plot(x, color=COLORS[3])\n'
    assert colors_named(
        SimpleNamespace(cells=[SimpleNamespace(cell_type="code", source=code)])
    ) == ({3}, {"0.6"})
    assert contrast(to_rgb("0.6"), (1, 1, 1)) < 4.5 and on(WHITE, COLORS[3]) < 4.5
