"""The first page: each lesson's card has its picture, a live figure is at the head, and what is not there is said."""

import shutil

import pytest
from bs4 import BeautifulSoup
from built import HTML
from helpers import ROOT, make_small_book
from PIL import Image
from small_site import build

from lecture6_utils.book.lessons import find_lessons
from lecture6_utils.book.stored import StoredLesson

LIGHT = 25_000  # bytes of a card's picture


@pytest.fixture(scope="module")
def first_page(built_book):
    text = (HTML / "chapters/index.html").read_text(encoding="utf-8")
    return BeautifulSoup(text, "html.parser").select_one("article.bd-article")


def test_each_lesson_has_a_card_with_a_light_picture_of_its_own(first_page):
    cards = {
        card.select_one("a.sd-stretched-link")["href"]: card
        for card in first_page.select(".sd-card")
    }
    assert list(cards) == [f"{lesson.slug}.html" for lesson in find_lessons(ROOT)]
    pictures = [card.select("img.lesson-picture") for card in cards.values()]
    assert all(len(found) == 1 for found in pictures)
    files = [(HTML / "chapters" / found["src"]).resolve() for (found,) in pictures]
    assert len(set(files)) == len(cards)
    for path, (image,) in zip(files, pictures, strict=True):
        assert image["alt"] == "", "the card's text says what it is"
        assert path.stat().st_size < LIGHT
        with Image.open(path) as drawn:
            assert len(drawn.getcolors()) > 2, f"{path.name} shows nothing"


def test_a_live_figure_stands_above_all_with_its_picture_for_paper(first_page):
    (live,) = first_page.select(".live")
    assert live.select_one('script[type="application/json"]')
    assert first_page.select("h2, .live")[0] is live
    (still,) = first_page.select("img.live-still")
    assert len(still["alt"]) > 40


def test_the_first_page_and_the_teachers_are_told_how_many_figures_are_live():
    n = sum(len(StoredLesson(lesson).live) for lesson in find_lessons(ROOT))
    number = ["Eight", "Nine", "Ten", "Eleven", "Twelve", "Thirteen", "Fourteen"][n - 8]
    for page in ("index", "teaching"):
        assert f"{number} figures" in (ROOT / f"chapters/{page}.md").read_text(encoding="utf-8")


def test_a_figure_that_is_not_there_is_named_with_file_and_line(tmp_path):
    book = make_small_book(tmp_path)
    shutil.copy(ROOT / "chapters/tsne.ipynb", book / "chapters/adds.ipynb")
    (book / "chapters/index.md").write_text(
        "# Book\n\n```{lesson-picture} fig-tsne-mop\n```\n\n```{lesson-live} fig-tsne-map\n```\n",
        encoding="utf-8",
    )
    _, warnings = build(
        book, "landing", page="index", exclude_patterns=["chapters/[ap]*", "_build"]
    )
    assert "chapters/index.md:3: ERROR: no figure 'fig-tsne-mop'; there are: " in warnings
    assert "chapters/index.md:6: ERROR: no live figure 'fig-tsne-map'; there are: " in warnings
    assert "fig-tsne-live" in warnings, "the others are named"
