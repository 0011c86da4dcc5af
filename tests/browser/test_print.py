"""A printed page: black on white in any mode, nothing of the screen, nothing cut off."""

import re
from contextlib import contextmanager

import pytest
from axe import color_faults
from built import HTML, opened, visit

A4 = 680  # CSS pixels between the margins of 15 mm
SCREEN_ONLY = (
    ".bd-sidebar-primary, .bd-sidebar-secondary, .bd-header, .bd-header-article, "
    ".bd-footer, .bd-footer-content, button, input, .headerlink, summary"
)
WIDE = """selector => [...document.querySelectorAll(selector)]
  .filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth)
  .map(e => e.textContent.slice(0, 60))"""


@pytest.fixture(scope="module", params=["tsne", "words_from_pieces"])
def loaded(browser, built_book, request):
    """A lesson for a reader in dark mode."""
    with opened(browser, color_scheme="dark") as page:
        visit(page, f"{HTML.as_uri()}/chapters/{request.param}.html")
        yield page


@pytest.fixture
def lesson(loaded):
    """The lesson on a screen as wide as the paper."""
    loaded.emulate_media(media="screen")
    loaded.set_viewport_size({"width": A4, "height": 960})
    return loaded


@contextmanager
def style(page, content):
    """The page with one more style."""
    tag = page.add_style_tag(content=content)
    yield
    tag.evaluate("tag => tag.remove()")


def seen(page, selector):
    """The classes of those of these elements that a reader sees."""
    return page.evaluate(
        """selector => [...document.querySelectorAll(selector)]
      .filter(e => e.checkVisibility({checkVisibilityCSS: true}) && e.getClientRects().length)
      .map(e => `${e.localName}.${e.className}`)""",
        selector,
    )


def dark_grounds(page):
    """The colors behind visible text that are darker than #e0e0e0."""
    colors = page.evaluate("""[...new Set([...document.querySelectorAll("body, body *")]
      .filter(e => e.checkVisibility()).map(e => getComputedStyle(e).backgroundColor))]""")
    opaque = [color for color in colors if color.startswith("rgb(")]
    return [color for color in opaque if min(map(int, re.findall(r"\d+", color))) < 0xE0]


def pale_text(page):
    """The elements whose color is too near that of bare paper: a printer may leave out grounds."""
    with style(page, "* { background: none !important; }"):
        return [html for rule, html in color_faults(page) if rule == "color-contrast"]


def test_print_has_nothing_of_the_screen(lesson):
    lesson.set_viewport_size({"width": 1300, "height": 800})  # else the sidebars are folded away
    assert len(seen(lesson, SCREEN_ONLY)) > 10
    lesson.emulate_media(media="print")
    assert seen(lesson, SCREEN_ONLY) == []


def test_print_is_dark_on_white(lesson):
    assert dark_grounds(lesson)
    lesson.emulate_media(media="print")
    assert dark_grounds(lesson) == []
    assert pale_text(lesson) == []


def test_pale_text_would_be_found(new_page):
    page = new_page()
    page.set_content("<html lang=en><title>t</title><main style='color: #ccc'>pale</main></html>")
    assert pale_text(page)


def test_print_cuts_nothing_off(lesson):
    lesson.emulate_media(media="print")
    for selector in ("pre", ".measured-table", "html"):
        assert lesson.evaluate(WIDE, selector) == []
    with style(lesson, "pre { white-space: pre !important; font-size: 20px !important; }"):
        assert lesson.evaluate(WIDE, "pre"), "the check would see it"


def test_print_opens_the_solutions_but_not_the_code_of_figures(lesson):
    folded = ".tag_hide-cell .cell_input, .tag_hide-input .cell_input"
    assert len(seen(lesson, folded)) == 0
    lesson.emulate_media(media="print")
    assert len(seen(lesson, ".tag_hide-cell .cell_input")) >= 3
    assert seen(lesson, ".tag_hide-input .cell_input") == []
