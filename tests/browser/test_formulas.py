"""Formulas appear without a flash of raw TeX, and are seen where MathJax does not come."""

from built import HTML

MATH = "chapters/variational_autoencoders.html"


def visibility(page):
    return page.locator(".math").first.evaluate("math => getComputedStyle(math).visibility")


def test_raw_tex_waits_unseen_and_shows_if_mathjax_never_comes(new_page):
    page = new_page()
    page.route("**/tex-chtml.js*", lambda route: route.abort())  # a second build adds ?v=…
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
