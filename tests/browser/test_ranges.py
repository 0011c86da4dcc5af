"""A measured number of a page shows the study's range, to mouse, keyboard and finger."""

import pytest
from built import HTML, turn, visit
from colors import computed, contrast

LESSON = "chapters/stacked_autoencoders.html"


SHOWN = "e => getComputedStyle(e, '::after').content"


COLORS = """e => [getComputedStyle(e, '::after').color, getComputedStyle(e, '::after').backgroundColor]"""


# What is seen just inside the corners of a box: the number's own box, or what covers or cuts it.
SEEN = """(e, [left, top, right, bottom]) => [[left, top], [right, top], [left, bottom], [right, bottom]]
    .every(([x, y]) => document.elementFromPoint(x, y) === e)"""


def box(page, span):
    """Left, top, right and bottom of what a number shows, just inside its rounded corners."""
    session = page.context.new_cdp_session(page)
    span.evaluate("e => e.id = 'asked'")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    found = session.send("DOM.querySelector", {"nodeId": root, "selector": "#asked"})["nodeId"]
    node = session.send("DOM.describeNode", {"nodeId": found})["node"]
    after = next(p for p in node["pseudoElements"] if p["pseudoType"] == "after")
    model = session.send("DOM.getBoxModel", {"backendNodeId": after["backendNodeId"]})["model"]
    left, top, right, _, _, bottom, *_ = model["border"]
    span.evaluate("e => e.removeAttribute('id')")
    return left + 2, top + 2, right - 2, bottom - 2


def some_numbers(page):
    """The first and the last number of lines and of tables, and those at the right of a table."""
    for selector in ("pre span.measured", "td:last-child span.measured", "td span.measured"):
        numbers = page.locator(selector).filter(visible=True)
        assert numbers.count() > 0, f"no number to ask for: {selector}"
        yield from (numbers.first, numbers.last)


@pytest.mark.parametrize("width", [390, 1300])
def test_who_asks_sees_the_range(new_page, width):
    page = new_page(viewport={"width": width, "height": 800})
    visit(page, f"{HTML.as_uri()}/{LESSON}")
    for number in some_numbers(page):
        assert number.evaluate(SHOWN) == "none", "shown to who did not ask"
        number.focus()
        assert number.get_attribute("data-range") in number.evaluate(SHOWN)
        left, top, right, bottom = box(page, number)
        assert 0 <= left < right <= width and 0 <= top < bottom <= 800
        assert right - left > 100 and number.evaluate(SEEN, [left, top, right, bottom])
        for scheme in ("light", "dark"):
            turn(page, scheme)
            assert contrast(*map(computed, number.evaluate(COLORS))) > 4.5
        page.keyboard.press("Tab")
        assert number.evaluate(SHOWN) == "none", "it stays when the focus has gone"
        number.hover()
        assert number.get_attribute("data-range") in number.evaluate(SHOWN)
        page.mouse.move(0, 0)
    number.focus()
    page.emulate_media(media="print")
    assert number.evaluate(SHOWN) == "none", "printed"


def test_a_finger_can_ask(new_page):
    page = new_page(viewport={"width": 390, "height": 800}, has_touch=True)
    visit(page, f"{HTML.as_uri()}/{LESSON}")
    number = page.locator("span.measured").first
    number.tap()
    assert number.get_attribute("data-range") in number.evaluate(SHOWN)
