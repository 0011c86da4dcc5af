"""The map of ideas in a browser: its lines meet its boxes, and where there is no room it is told."""

import pytest
from built import HTML, turn
from helpers import ROOT

IDEAS = (ROOT / "chapters/ideas.md").read_text(encoding="utf-8")


def test_the_map_is_drawn_where_there_is_room(new_page):
    page = new_page(viewport={"width": 1300, "height": 900})
    page.goto(f"{HTML.as_uri()}/chapters/ideas.html")
    assert page.locator(".ideas svg g").count() == IDEAS.count("](#idea-")
    for scheme in ("light", "dark"):
        turn(page, scheme)
        dots = page.locator(".ideas .dot").evaluate_all(
            """dots => dots.map(dot => {
                const {x, y} = dot.getBoundingClientRect(), id = dot.parentNode.classList[1];
                const box = document.querySelector(`li:has(> #${id})`).getBoundingClientRect();
                const out = (at, from, to) => Math.max(from - at, at - to, 0);
                return [id, out(x, box.left, box.right) + out(y, box.top, box.bottom)];
            })"""
        )
        assert [(idea, gap) for idea, gap in dots if gap > 5] == []
        full = page.locator(".ideas li").evaluate_all(
            "list => list.filter(e => [...e.children].slice(0, 2).some("
            "p => p.getBoundingClientRect().bottom > e.getBoundingClientRect().bottom)).length"
        )
        assert full == 0, "the words of an idea leave its box"


@pytest.mark.parametrize("media", ["phone", "print"])
def test_where_there_is_no_room_the_needs_are_told(new_page, media):
    page = new_page(viewport={"width": 320 if media == "phone" else 1300, "height": 800})
    if media == "print":
        page.emulate_media(media="print")
    page.goto(f"{HTML.as_uri()}/chapters/ideas.html")
    assert not page.locator(".ideas svg").is_visible()
    need = page.locator("li:has(> #idea-hybrid) p").last
    assert need.inner_text() == "Needs: subwords, char-CNN"
    assert need.evaluate("p => getComputedStyle(p).clipPath") == "none"


def test_the_keyboard_shows_what_an_idea_needs(new_page):
    page = new_page(viewport={"width": 1300, "height": 800})
    page.goto(f"{HTML.as_uri()}/chapters/ideas.html")
    need = page.locator("li:has(> #idea-hybrid) p").last
    assert need.evaluate("p => getComputedStyle(p).clipPath") != "none"
    need.locator("a").first.focus()
    assert need.evaluate("p => getComputedStyle(p).clipPath") == "none"
