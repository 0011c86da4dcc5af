"""The book in one file: its edition in its name, the same bytes for the same pages, whole."""

import os
import zipfile

import pytest
from helpers import ROOT

from lecture6_utils.book.bundle import bundle
from lecture6_utils.book.lessons import BookError
from lecture6_utils.book.publish import version


@pytest.fixture
def book(tmp_path):
    """A book of two pages."""
    (tmp_path / "pyproject.toml").symlink_to(ROOT / "pyproject.toml")
    html = tmp_path / "_build/html"
    (html / "chapters").mkdir(parents=True)
    for name in ("index.html", "chapters/a.html"):
        (html / name).write_text(f"<p>{name}", encoding="utf-8")
    (html / ".edition").write_text("yes\n", encoding="utf-8")
    return tmp_path


def test_all_pages_are_in_a_folder_of_the_name_of_the_edition(book):
    name = f"lecture6-{version(ROOT)}"
    path = bundle(book)
    assert path == book / f"_build/{name}.zip"
    with zipfile.ZipFile(path) as file:
        assert file.namelist() == [f"{name}/chapters/a.html", f"{name}/index.html"]
    (book / "_build/html/.edition").write_text("no\n", encoding="utf-8")
    assert bundle(book).name == f"{name}-without-solutions.zip"


def test_the_same_pages_make_the_same_bytes(book):
    before = bundle(book).read_bytes()
    for path in (book / "_build/html").rglob("*.html"):
        path.write_bytes(path.read_bytes())
        os.utime(path, (1_000_000_000, 1_000_000_000))
        path.chmod(0o600)
    assert bundle(book).read_bytes() == before
    (book / "_build/html/index.html").write_text("<p>new", encoding="utf-8")
    assert bundle(book).read_bytes() != before


def test_without_pages_it_says_what_to_run(book):
    (book / "_build/html/.edition").unlink()
    with pytest.raises(BookError, match="run `make html` first"):
        bundle(book)
    assert not [*book.glob("_build/*.zip")]
