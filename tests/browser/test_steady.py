"""Pages hold still while they load: pictures keep their place, formulas appear without a flash."""

import pytest
from built import HTML, pages, served

SHIFTS = """window.shift = 0;
    new PerformanceObserver(list => list.getEntries().forEach(e => window.shift += e.value))
        .observe({type: 'layout-shift', buffered: true});"""
MATH = "chapters/variational_autoencoders.html"


PAINTED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def shift(new_page, url, width, change=None):
    """Cumulative layout shift for one who goes to the first figure before it has arrived."""
    page = new_page(viewport={"width": width, "height": 800})
    page.add_init_script(SHIFTS)
    held, let_go = [], []
    page.route("**/*.png", lambda image: image.continue_() if let_go else held.append(image))
    if change:
        html = change(page.request.get(url).text())
        page.route(url, lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(url, wait_until="domcontentloaded")
    page.evaluate(
        "(document.querySelector('main figure') ?? document.querySelector('footer')).scrollIntoView()"
    )
    page.evaluate(PAINTED)
    let_go.append(True)
    for image in held:
        image.continue_()
    page.wait_for_load_state("load")
    page.evaluate("window.MathJax?.startup?.promise")
    page.evaluate(PAINTED)
    total = page.evaluate("shift")
    page.context.close()
    return total


@pytest.mark.parametrize("width", [390, 1300])
def test_no_page_jumps_while_it_loads(new_page, width):
    with served() as address:
        jumps = pages()
        # twice: a page that jumps does so each time; a busy machine may, seldom, paint too soon
        for _ in range(2):
            shifts = {path: shift(new_page, address + path, width) for path in jumps}
            jumps = [path for path, value in shifts.items() if value > 0.01]
    assert jumps == [], shifts


def test_a_page_whose_pictures_have_no_size_would_jump(new_page):
    with served() as address:
        url = address + "chapters/tsne.html"
        assert (
            shift(new_page, url, 390, lambda html: html.replace("<img width=", "<img data-w="))
            > 0.01
        )


def visibility(page):
    return page.locator(".math").first.evaluate("math => getComputedStyle(math).visibility")


def test_raw_tex_waits_unseen_and_shows_if_mathjax_never_comes(new_page):
    page = new_page()
    page.route("**/tex-chtml.js", lambda route: route.abort())
    page.goto(f"{HTML.as_uri()}/{MATH}")
    assert visibility(page) == "hidden"
    page.emulate_media(media="print")
    assert visibility(page) == "visible"
    page.emulate_media(media="screen")
    page.wait_for_function(
        "getComputedStyle(document.querySelector('.math')).visibility === 'visible'"
    )


def test_formulas_are_seen_once_set(new_page):
    page = new_page()
    page.goto(f"{HTML.as_uri()}/{MATH}")
    page.wait_for_selector(".math mjx-container")
    assert visibility(page) == "visible"


def test_raw_tex_is_seen_where_no_script_runs(new_page):
    page = new_page(java_script_enabled=False)
    page.goto(f"{HTML.as_uri()}/{MATH}")
    assert page.locator(".math").first.is_visible()
