"""Every page, in light and dark: offline, quiet, readable by all, as wide as the window, at rest.

Each is opened once from disk, where all is asked of it, and over http at two widths, where it
may not jump. The tests only look at what was found there; each check has one that plants a fault.
"""

import re
from collections import defaultdict

import pytest
from axe import color_faults, faults
from built import HTML, READY, Recorder, opened, pages, served, turn, visit
from colors import computed, contrast
from helpers import ROOT

from lecture6_utils.book.heading import WORDS_PER_MINUTE
from lecture6_utils.book.lessons import find_lessons

# An experimental rule, on because voice control depends on it: one says what one sees. It
# takes the title of an icon for something one sees, as in the theme's button of color modes.
SAID_AS_SEEN = "label-content-name-mismatch"
ONLY_ICONS = "theme-switch-button"

# Every cell of every table: its color and the first opaque ground beneath it.
CELLS = """() => [...document.querySelectorAll('main :is(td, th, td small, th small)')].map(cell => {
    let ground = cell;
    while (ground && /rgba\\(.*, 0\\)/.test(getComputedStyle(ground).backgroundColor)) ground = ground.parentElement;
    const canvas = ground ? getComputedStyle(ground).backgroundColor : 'rgb(255, 255, 255)';
    return [cell.textContent.slice(0, 30), getComputedStyle(cell).color, canvas];
})"""

RAW_TEX = "document.querySelectorAll('.math:not(:has(mjx-container))').length"

OPEN_ANSWERS = "window.dispatchEvent(new Event('beforeprint'))"

# A displayed formula can be scrolled; what stands in a line and is too long is cut at the edge.
CUT = """[...document.querySelectorAll('main mjx-container:not([display])')]
    .filter(formula => formula.getBoundingClientRect().right > innerWidth)
    .map(formula => formula.textContent)"""

SHIFTS = """window.shift = 0;
    new PerformanceObserver(list => list.getEntries().forEach(e => window.shift += e.value))
        .observe({type: 'layout-shift', buffered: true});"""

PAINTED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


# --- what is asked of a page --------------------------------------------------------------


def access_faults(page, scheme):
    """What axe finds; in the dark, only what depends on colors is asked again."""
    told = faults(page, SAID_AS_SEEN) if scheme == "light" else color_faults(page)
    return [f for f in told if not (f[0] == SAID_AS_SEEN and ONLY_ICONS in f[1])]


def pale_cells(page):
    """The cells of tables that cannot be read, and how many cells there are."""
    cells = page.evaluate(CELLS)
    pale = [cell for cell in cells if contrast(computed(cell[1]), computed(cell[2])) < 4.5]
    return pale, len(cells)


def overhang(page):
    """The widths of windows that the page does not fit into."""
    too_narrow = []
    for width in (1300, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            too_narrow.append(width)
    return too_narrow


def words_seen(page):
    """How many words there are on paper: there solutions are open, and a live figure is a picture."""
    page.emulate_media(media="print")
    page.evaluate(OPEN_ANSWERS)
    return len(page.locator("article").inner_text().split())


def shift(page, url, change=None):
    """Cumulative layout shift for one who goes to the first figure before it has arrived."""
    held, let_go = [], []

    def picture(image):
        image.continue_() if let_go else held.append(image)

    page.route("**/*.png", picture)
    if change:
        html = change(page.request.get(url).text())
        page.route(url, lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(url, wait_until="domcontentloaded")
    page.evaluate(
        # in the middle: the browser keeps in place what stands highest, which may not be the caption
        "(document.querySelector('main figure') ?? document.querySelector('footer'))"
        ".scrollIntoView({block: 'center'})"
    )
    page.evaluate(PAINTED)
    let_go.append(True)
    for image in held:
        image.continue_()
    page.wait_for_load_state("load")
    page.evaluate(READY)
    page.evaluate(PAINTED)
    page.unroute("**/*.png", picture)
    return page.evaluate("shift")


# --- what was found ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def on_disk(browser, built_book):
    """What was found of each page that was opened from disk: question → path → answer."""
    found, base = defaultdict(dict), HTML.as_uri() + "/"
    lessons = {f"chapters/{lesson.slug}.html" for lesson in find_lessons(ROOT)}
    with opened(browser) as page:
        recorder = Recorder(page, base)
        for path in pages():
            page.set_viewport_size({"width": 1280, "height": 720})
            page.emulate_media(media="screen", color_scheme="light")
            visit(page, base + path)
            found["too narrow"][path] = overhang(page)
            found["raw TeX"][path] = page.evaluate(RAW_TEX)
            found["noise"][path] = recorder.told()
            page.set_viewport_size({"width": 1280, "height": 720})
            for scheme in ("light", "dark"):
                turn(page, scheme)
                found["access"][path, scheme] = access_faults(page, scheme)
                found["pale"][path, scheme], found["cells"][path, scheme] = pale_cells(page)
            if path in lessons:
                times = page.locator(".lesson-times").inner_text()
                minutes = int(re.search(r"(\d+) min to read", times)[1])
                found["pace"][path] = minutes * WORDS_PER_MINUTE / words_seen(page)
            page.emulate_media(media="screen")
            page.set_viewport_size({"width": 390, "height": 800})
            page.evaluate(OPEN_ANSWERS)
            found["cut formulas"][path] = page.evaluate(CUT)
            recorder.told()  # what axe asked for
    return found


@pytest.fixture(scope="module", params=[390, 1300])
def over_http(browser, built_book, request):
    """The same of each page that came over http, into a window of this width."""
    found = defaultdict(dict)
    viewport = {"width": request.param, "height": 800}
    with served() as address, opened(browser, viewport=viewport) as page:
        page.add_init_script(SHIFTS)
        recorder = Recorder(page, address)
        for path in pages():
            found["shift"][path] = shift(page, address + path)
            found["raw TeX"][path] = page.evaluate(RAW_TEX)
            found["noise"][path] = recorder.told()
        # Once more: a page that jumps does so each time; a busy machine may, seldom, paint too soon.
        for path, value in found["shift"].items():
            if value > 0.01:
                found["shift"][path] = shift(page, address + path)
    return found


def some(found):
    """The answers that tell of something."""
    return {path: answer for path, answer in found.items() if answer}


def test_from_disk_no_page_asks_another_host_or_complains(on_disk):
    assert len(on_disk["noise"]) >= len(find_lessons(ROOT)) + 3
    assert some(on_disk["noise"]) == {}


def test_over_http_no_page_asks_another_host_or_complains(over_http):
    assert len(over_http["noise"]) >= len(find_lessons(ROOT)) + 3
    assert some(over_http["noise"]) == {}


def test_every_formula_is_typeset(on_disk, over_http):
    assert some(on_disk["raw TeX"]) == some(over_http["raw TeX"]) == {}


def test_no_formula_is_cut_on_a_phone(on_disk):
    assert some(on_disk["cut formulas"]) == {}


def test_no_page_has_a_fault_of_access(on_disk):
    assert some(on_disk["access"]) == {}


def test_every_table_can_be_read(on_disk):
    assert some(on_disk["pale"]) == {}
    assert sum(on_disk["cells"].values()) > 1000


def test_no_page_scrolls_sideways(on_disk):
    assert some(on_disk["too narrow"]) == {}


def test_the_time_to_read_is_that_of_the_words_one_sees(on_disk):
    assert len(on_disk["pace"]) == len(find_lessons(ROOT))
    assert {path: pace for path, pace in on_disk["pace"].items() if not 0.8 < pace < 1.25} == {}


def test_no_page_jumps_while_it_loads(over_http):
    assert {path: value for path, value in over_http["shift"].items() if value > 0.01} == {}


# --- a fault would be found ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("<img src='x.png'>", "image-alt"),
        ("<p>a<p>b<p>c<p>d<p style='color: #ccc'>pale", "color-contrast"),
        ("<p>a<p>b<p>c<p>d<div style='background: #666'><p>on gray</div>", "color-contrast"),
        ("<style>p:last-child { color: #ccc }</style><p>a<p>b<p>c<p>d<p>pale", "color-contrast"),
        ("<button aria-label='Close'>Open</button>", SAID_AS_SEEN),
    ],
)
def test_a_fault_of_access_would_be_found(new_page, body, rule):
    page = new_page()
    page.set_content(f"<html lang=en><title>t</title><main>{body}</main></html>")
    assert rule in {fault[0] for fault in access_faults(page, "light")}


def test_whatever_else_a_page_does_wrong_would_be_found(new_page):
    page = new_page()
    recorder = Recorder(page, HTML.as_uri())
    page.set_content(
        "<main><p style='width: 350px'>wide</p><span class=math>\\(x\\)</span>"
        "<p style='width: 9px; overflow: hidden'><mjx-container style='padding: 700px'>y</mjx-container>"
        "<table><td style='color: #ccc'>pale</table></main>"
        "<script>console.warn('beware')</script><script src='file:///nowhere.js'></script>"
    )
    assert overhang(page) == [320]
    assert page.evaluate(RAW_TEX) == 1
    assert page.evaluate(CUT) == ["y"]
    assert len(pale_cells(page)[0]) == 1
    told = recorder.told()
    assert "file:///nowhere.js" in told and "beware" in told


def test_a_page_whose_pictures_have_no_size_would_jump(new_page):
    page = new_page(viewport={"width": 390, "height": 800})
    page.add_init_script(SHIFTS)
    with served() as address:
        url = address + "chapters/tsne.html"
        assert shift(page, url, lambda html: html.replace("<img width=", "<img data-w=")) > 0.01
