"""A test that found nothing to look at does not pass, and what was not proved is said last."""

import os
import subprocess
import sys

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


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "pytest.skip('NOT PROVED: the corpus')",
            "Not proved here: NOT PROVED: the corpus (1 tests).",
        ),
        ("pass", "Not proved here: nothing; all was run."),
    ],
)
def test_the_last_line_says_what_was_not_proved(tmp_path, body, said):
    (tmp_path / "conftest.py").write_text(
        f"import sys; sys.path.insert(0, {str(ROOT / 'tests')!r})\n"
        f"from importlib import util\nspec = util.spec_from_file_location('own', {str(ROOT / 'tests/conftest.py')!r})\n"
        "own = util.module_from_spec(spec); spec.loader.exec_module(own)\n"
        "pytest_terminal_summary = own.pytest_terminal_summary\n",
        encoding="utf-8",
    )
    (tmp_path / "test_x.py").write_text(
        f"import pytest\ndef test_x():\n    {body}\n", encoding="utf-8"
    )
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_x.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTEST_ADDOPTS": ""},
    )
    assert said in result.stdout


def test_nothing_stored_is_unproved():
    """Each cell with an output has a number: nbval compares none without."""
    for lesson in find_lessons(ROOT):
        code = [cell for cell in read_notebook(lesson).cells if cell.cell_type == "code"]
        assert code and all(cell.execution_count for cell in code), lesson.slug
