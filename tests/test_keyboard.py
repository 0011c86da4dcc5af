"""A lesson by keyboard alone: skip link first, reading order, focus in sight, no trap, no miss."""

import pytest
from browser import HTML

# What has the focus: its place in the page, and whether and how one can see that.
FOCUS = """() => {
    const e = document.activeElement, all = [...document.querySelectorAll('*')];
    if (e === document.body) return null;
    const style = getComputedStyle(e), box = e.getBoundingClientRect();
    let opacity = 1;
    for (let up = e; up; up = up.parentElement) opacity *= getComputedStyle(up).opacity;
    const drawn = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1
        && !/, 0\\)|transparent/.test(style.outlineColor)) || style.boxShadow !== 'none';
    return {
        name: `${e.tagName}.${e.className} ${(e.textContent || '').trim().slice(0, 30)}`,
        place: all.indexOf(e), landmark: e.closest('main, aside, nav, header, footer')?.tagName,
        inText: !!e.closest('article.bd-article'), tag: e.tagName, text: e.textContent.trim(),
        y: box.y + scrollY, bottom: box.bottom + scrollY,
        seen: drawn && opacity > 0.5 && box.width > 1 && box.height > 1
            && box.bottom > 0 && box.y < innerHeight && box.right > 0 && box.x < innerWidth,
    };
}"""


def tab_through(page, limit=600):
    """Press Tab until the focus leaves the page."""
    stops = []
    while len(stops) < limit:
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop is None:
            return stops
        if not stop["seen"]:  # it may still be on its way in
            page.wait_for_timeout(400)
            stop = page.evaluate(FOCUS)
        stops.append(stop)
    raise AssertionError(f"The focus is caught, at last by {stops[-1]['name']}.")


@pytest.fixture(scope="module", params=[390, 1300])
def stops(browser, request):
    page = browser.new_page(viewport={"width": request.param, "height": 800})
    page.goto(f"{HTML.as_uri()}/chapters/stacked_autoencoders.html", wait_until="networkidle")
    return tab_through(page)


def test_the_first_stop_skips_to_the_text(browser):
    page = browser.new_page(viewport={"width": 1300, "height": 800})
    page.goto(f"{HTML.as_uri()}/chapters/stacked_autoencoders.html", wait_until="networkidle")
    page.keyboard.press("Tab")
    page.wait_for_timeout(400)
    stop = page.evaluate(FOCUS)
    assert stop["text"] == "Skip to main content" and stop["seen"]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["landmark"] == "MAIN"


def test_the_focus_follows_the_text(stops):
    places = [stop["place"] for stop in stops]
    assert places == sorted(set(places))
    text = [stop for stop in stops if stop["inText"]]
    assert len(text) > 30
    back = [(a["name"], b["name"]) for a, b in zip(text, text[1:]) if b["bottom"] < a["y"]]
    assert back == []


def test_the_focus_is_always_in_sight(stops):
    assert [stop["name"] for stop in stops if not stop["seen"]] == []


def test_nothing_that_can_be_used_is_left_out(stops):
    tags = {stop["tag"] for stop in stops if stop["inText"]}
    assert {"A", "BUTTON", "SUMMARY"} <= tags
    names = " ".join(stop["name"] for stop in stops)
    assert "copybtn" in names
