"""The map of ideas: short, complete, without circles, and its lines meet its boxes."""

import re

import pytest
from browser import HTML
from docutils import nodes
from docutils.utils import new_document
from helpers import ROOT

from lecture6_utils.book.ideas import draw_line, read_map

PAGE = (ROOT / "chapters/ideas.md").read_text(encoding="utf-8")
IDEAS = dict(re.findall(r"^- \((idea-\S+)\)=\n(.*?)(?=^- \(|^## |\Z)", PAGE, re.M | re.S))


def needs(idea):
    return re.findall(r"\]\(#(idea-\S+)\)", IDEAS[idea])


def test_each_idea_is_told_in_at_most_twelve_words_and_leads_to_a_section():
    """That the sections exist, the build checks: a dead link is a warning, an error."""
    assert len(IDEAS) > 30
    for idea, text in IDEAS.items():
        name, words = [block.strip() for block in text.split("\n\n")][:2]
        assert re.fullmatch(r"\[.+\]\(\w+\.ipynb#\S+\)", name), idea
        assert 3 < len(words.split()) <= 12, words


def test_what_an_idea_needs_comes_before_it():
    """In its own list; so there are no circles there. Lists need only lists to their left."""
    order = list(IDEAS)
    for idea in order:
        assert all(order.index(need) < order.index(idea) for need in needs(idea)), idea


def test_an_idea_without_a_name_is_refused():
    document = new_document("")
    document += nodes.bullet_list("", nodes.list_item("", nodes.paragraph("", "Vocabulary")))
    with pytest.raises(ValueError, match="Say .*idea.* above this idea: 'Vocabulary'"):
        read_map(document)


def test_a_line_ends_at_the_edge_of_the_box_that_needs():
    assert draw_line((0, 0), (0, 1)) == ("M50 80 V97", "M50 97 h0")
    assert draw_line((0, 0), (0, 3))[1] == "M5 340 h0"
    assert draw_line((0, 2), (1, 0))[1] == "M105 28 h0"
    assert draw_line((2, 2), (1, 0))[1] == "M195 28 h0"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_map_is_drawn_where_there_is_room(browser, scheme):
    page = browser.new_page(viewport={"width": 1300, "height": 900}, color_scheme=scheme)
    page.goto(f"{HTML.as_uri()}/chapters/ideas.html")
    assert page.locator(".ideas svg g").count() == sum(len(needs(idea)) for idea in IDEAS)
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
def test_where_there_is_no_room_the_needs_are_told(browser, media):
    page = browser.new_page(viewport={"width": 320 if media == "phone" else 1300, "height": 800})
    if media == "print":
        page.emulate_media(media="print")
    page.goto(f"{HTML.as_uri()}/chapters/ideas.html")
    assert not page.locator(".ideas svg").is_visible()
    need = page.locator("li:has(> #idea-hybrid) p").last
    assert need.inner_text() == "Needs: subwords, char-CNN"
    assert need.evaluate("p => getComputedStyle(p).clipPath") == "none"


def test_the_keyboard_shows_what_an_idea_needs(browser):
    page = browser.new_page(viewport={"width": 1300, "height": 800})
    page.goto(f"{HTML.as_uri()}/chapters/ideas.html")
    need = page.locator("li:has(> #idea-hybrid) p").last
    assert need.evaluate("p => getComputedStyle(p).clipPath") != "none"
    need.locator("a").first.focus()
    assert need.evaluate("p => getComputedStyle(p).clipPath") == "none"
