"""A test that found nothing to look at does not pass."""

import os

import pytest
from built import lack_of_build
from helpers import ROOT

from lecture6_utils.book.lessons import find_lessons, read_notebook


@pytest.fixture
def built(tmp_path):
    """A book that was built, and one of its sources."""
    page = tmp_path / "_build/html/chapters/index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<html></html>", encoding="utf-8")
    source = tmp_path / "chapters/adds.ipynb"
    source.parent.mkdir()
    source.write_text("{}", encoding="utf-8")
    os.utime(source, (1, 1))
    return tmp_path, page, source


def test_a_build_newer_than_its_sources_will_do(built):
    assert lack_of_build(built[0]) is None


def test_without_a_build_page_tests_fail(built):
    built[1].unlink()
    assert "there is no built book: run `make html`" in lack_of_build(built[0])


@pytest.mark.parametrize("name", ["chapters/adds.ipynb", "_toc.yml", "lecture6_utils/book/pdf.py"])
def test_with_an_old_build_they_fail_and_name_what_is_newer(built, name):
    root, page, _ = built
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text("x", encoding="utf-8")
    os.utime(page, (2, 2))
    assert f"the built book is older than {name}" in lack_of_build(root)


def test_no_page_at_all_fails(monkeypatch, tmp_path):
    import built

    monkeypatch.setattr(built, "HTML", tmp_path)
    with pytest.raises(AssertionError, match="no pages in"):
        built.pages()


def test_nothing_stored_is_unproved():
    """Each cell with an output has a number: nbval compares none without."""
    for lesson in find_lessons(ROOT):
        code = [cell for cell in read_notebook(lesson).cells if cell.cell_type == "code"]
        assert code and all(cell.execution_count for cell in code), lesson.slug
