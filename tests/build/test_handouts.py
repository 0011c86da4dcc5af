"""The PDF of a lesson: tagged, with its alternative texts; what lacks is said."""

import re
import shutil

import pytest
from built import HTML, require_browser
from helpers import ROOT

from lecture6_utils.book import handouts
from lecture6_utils.book.bundle import ending
from lecture6_utils.book.handouts import print_handouts
from lecture6_utils.book.lessons import BookError, Lesson
from lecture6_utils.book.stored import StoredLesson

SLUG = "sentiment_of_words"


@pytest.fixture(scope="module")
def book(built_book, tmp_path_factory):
    """A book of one built page, whose handouts go to a folder of their own."""
    require_browser()
    root = tmp_path_factory.mktemp("handouts")
    shutil.copy(ROOT / "_toc.yml", root)
    (root / "chapters").symlink_to(ROOT / "chapters")
    (root / "_build").mkdir()
    (root / "_build/html").symlink_to(HTML)
    return root


def test_a_handout_is_tagged_and_has_every_alternative_text_and_an_outline(book):
    (path,) = print_handouts(book, [SLUG])
    assert path == book / "_build/handouts" / f"{SLUG}{ending(HTML)}.pdf"
    pdf = path.read_bytes()
    assert pdf.startswith(b"%PDF") and b"/StructTreeRoot" in pdf and b"/Outlines" in pdf
    figures = StoredLesson(Lesson(ROOT, SLUG)).figures
    assert len(re.findall(rb"/Alt\b", pdf)) >= len(figures) > 1
    boxes = re.findall(rb"/MediaBox \[0 0 (\d+)\S* (\d+)", pdf)
    assert set(boxes) == {(b"595", b"842")}, "A4"
    assert [p.name for p in path.parent.iterdir()] == [path.name], "nothing half-written"


def test_what_lacks_is_said(book, tmp_path, monkeypatch):
    with pytest.raises(BookError, match="No such lesson: tsnee. There are: character_embeddings"):
        print_handouts(book, ["tsnee"])
    with pytest.raises(BookError, match="There is no built book: run `make html` first"):
        print_handouts(tmp_path)
    monkeypatch.setattr(handouts, "BROWSERS", ("no-such-browser",))
    with pytest.raises(BookError, match="apt install chromium"):
        print_handouts(book, [SLUG])
