"""The map of ideas: short, complete, without circles."""

import re

import pytest
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
