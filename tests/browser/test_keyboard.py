"""A lesson by keyboard alone: skip link first, reading order, focus in sight, no trap, no miss."""

import contextlib

import pytest
from built import HTML, visit
from playwright.sync_api import TimeoutError

LESSON = f"{HTML.as_uri()}/chapters/stacked_autoencoders.html"

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


def see(page):
    """What has the focus; if it is not in sight yet, it may still be on its way in."""
    stop = page.evaluate(FOCUS)
    if stop and not stop["seen"]:
        with contextlib.suppress(TimeoutError):
            page.wait_for_function(f"({FOCUS})()?.seen", timeout=1000)
        stop = page.evaluate(FOCUS)
    return stop


def tab_through(page, limit=600):
    """Press Tab until the focus leaves the page."""
    stops = []
    while len(stops) < limit:
        page.keyboard.press("Tab")
        stop = see(page)
        if stop is None:
            return stops
        stops.append(stop)
    raise AssertionError(f"The focus is caught, at last by {stops[-1]['name']}.")


def test_the_first_stop_skips_to_the_text(new_page):
    page = new_page(viewport={"width": 1300, "height": 800})
    visit(page, LESSON)
    page.keyboard.press("Tab")
    stop = see(page)
    assert stop["text"] == "Skip to main content" and stop["seen"]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["landmark"] == "MAIN"


@pytest.mark.parametrize("width", [390, 1300])
def test_the_focus_follows_the_text_in_sight_and_leaves_nothing_out(new_page, width):
    page = new_page(viewport={"width": width, "height": 800})
    visit(page, LESSON)
    stops = tab_through(page)
    places = [stop["place"] for stop in stops]
    assert places == sorted(set(places))
    text = [stop for stop in stops if stop["inText"]]
    assert len(text) > 30
    back = [(a["name"], b["name"]) for a, b in zip(text, text[1:]) if b["bottom"] < a["y"]]
    assert back == []
    assert [stop["name"] for stop in stops if not stop["seen"]] == []
    assert {"A", "BUTTON", "SUMMARY"} <= {stop["tag"] for stop in text}
    assert "copybtn" in " ".join(stop["name"] for stop in stops)
