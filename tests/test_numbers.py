"""References say the number of what they lead to, and it is the one that stands there."""

import re

import pytest
from browser import HTML
from bs4 import BeautifulSoup
from helpers import ROOT

from lecture6_utils.book.lessons import find_lessons
from lecture6_utils.book.numbers import with_number

SLUGS = [lesson.slug for lesson in find_lessons(ROOT)]


@pytest.mark.parametrize(
    ("text", "title", "expected"),
    [
        ("How good is it?", "How good is it?", "7.3. How good is it?"),
        ("What’s left?", "What's left?", "7.3. What's left?"),
        ("the lesson on maps", "Draw a map", "lesson 7.3 on maps"),
        ("The lesson on maps", "Draw a map", "Lesson 7.3 on maps"),
        ("the two maps", "Draw a map", "the two maps"),
    ],
)
def test_a_reference_takes_the_number_where_it_can(text, title, expected):
    assert with_number(text, title, "7.3") == expected
    assert with_number("tsne", title, "7.3", explicit=False) == f"7.3. {title}"


@pytest.fixture(scope="module")
def pages():
    paths = sorted((HTML / "chapters").glob("*.html"))
    return {
        path.name: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser") for path in paths
    }


def test_lessons_are_numbered_in_the_order_of_the_toc_and_the_appendix_is_not(pages):
    for name, page in pages.items():
        number = page.select_one("article h1 .section-number")
        slug = name.removesuffix(".html")
        expected = f"{SLUGS.index(slug) + 1}. " if slug in SLUGS else None
        assert (number and number.get_text()) == expected, name


def test_every_number_in_a_reference_is_the_one_that_stands_there(pages):
    seen = 0
    for name, page in pages.items():
        for link in page.select("article a.reference.internal"):
            path, _, anchor = link["href"].partition("#")
            said = re.match(r"(?:[lL]esson (?=\d+ )|(?=[\d.]+\. ))(\d+(?:\.\d+)?)", link.get_text())
            target = pages.get(path or name)
            if not said or not target:
                continue
            place = target.find(id=anchor) if anchor else target.article
            there = place.select_one(":is(h1, h2, h3) .section-number")
            assert there and there.get_text().strip(". ") == said[1], (name, link)
            seen += 1
    assert seen > 60


def test_lessons_lead_to_the_lessons_they_need(pages):
    for slug in SLUGS[1:]:
        if slug in ("undercomplete_autoencoders", "stacked_autoencoders"):
            continue  # they need none
        links = pages[f"{slug}.html"].select("article a.reference.internal")
        assert any(re.match(r"[lL]esson \d+ ", link.get_text()) for link in links), slug
