"""Contrast: text of tables in light and dark, and the colors of lines and marks on white."""

import pytest
from browser import HTML
from conftest import ROOT

from lecture6_utils.lessons import find_lessons
from lecture6_utils.plotting import COLORS

# Four of Petroff's ten are paler on white than WCAG 2.2 (1.4.11) asks of what one must see;
# a figure must not say with one of them alone what no label, marker or line style says too.
PALE = {"#ffa90e": 1.92, "#94a4a2": 2.60, "#b9ac70": 2.28, "#92dadd": 1.58}

# Every cell of every table: its color and the first opaque ground beneath it.
CELLS = """() => [...document.querySelectorAll('main :is(td, th, td small, th small)')].map(cell => {
    let ground = cell;
    while (ground && /rgba\\(.*, 0\\)/.test(getComputedStyle(ground).backgroundColor)) ground = ground.parentElement;
    const canvas = ground ? getComputedStyle(ground).backgroundColor : 'rgb(255, 255, 255)';
    return [cell.textContent.slice(0, 30), getComputedStyle(cell).color, canvas];
})"""


def luminance(red, green, blue):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """WCAG's contrast ratio of two colors, given by their channels from 0 to 1."""
    light, dark = sorted((luminance(*one), luminance(*other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def hexadecimal(color):
    return [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def computed(color):
    red, green, blue, *alpha = [float(n) for n in color[color.index("(") + 1 : -1].split(",")]
    assert not alpha or alpha == [1], f"{color} is translucent: measure what lies beneath it"
    return [red / 255, green / 255, blue / 255]


def test_contrast_is_measured_right():
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)
    assert contrast(hexadecimal("#767676"), (1, 1, 1)) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_tables_can_be_read(browser, scheme):
    page = browser.new_page(color_scheme=scheme)
    for slug in [*(lesson.slug for lesson in find_lessons(ROOT)), "glossary", "slides_map"]:
        page.goto(f"{HTML.as_uri()}/chapters/{slug}.html")
        cells = page.evaluate(CELLS)
        pale = [c for c in cells if contrast(computed(c[1]), computed(c[2])) < 4.5]
        assert cells and pale == [], slug


def test_all_colors_but_four_can_be_told_from_white():
    ratios = {color: contrast(hexadecimal(color), (1, 1, 1)) for color in COLORS}
    assert {color: round(ratio, 2) for color, ratio in ratios.items() if ratio < 3} == PALE
