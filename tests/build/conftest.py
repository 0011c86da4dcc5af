"""A book of four pages, which its tests build, and what makes nbval prove lessons."""

import os
import shutil
import sys

import pytest
from helpers import EXERCISE, ROOT, make_small_book, module_at, pretend_executed
from nbval.plugin import IPyNbCell, IPyNbFile

from lecture6_utils.book.lessons import Lesson


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Two lessons, all that the book's extensions look for, a deck of one slide, and the Makefile.

    The environment counts as installed. It is one for all tests of a file, built by one after
    the other.
    """
    book = make_small_book(tmp_path_factory.mktemp("site"))
    for name in (
        "Makefile",
        "_config.yml",
        "README.md",
        "LICENSE",
        "CITATION.cff",
        "chapters/references.bib",
    ):
        shutil.copy(ROOT / name, book / name)
    for name in ("_static", "_root", "_slides"):
        shutil.copytree(ROOT / "chapters" / name, book / "chapters" / name)
    (book / "chapters/_slides/index.md").write_text(
        "# Deck\n\n## Slide\n\nOne.\n", encoding="utf-8"
    )
    (book / "chapters/glossary.md").write_text(
        "# Glossary\n\n:::{glossary}\nVocabulary\n  Words.\n:::\n\n"
        "{cite:t}`baldi1989`\n\n```{bibliography}\n```\n",
        encoding="utf-8",
    )
    (book / "_toc.yml").write_text(
        "format: jb-book\nroot: chapters/index\nparts:\n- caption: A\n  numbered: true\n  chapters:\n"
        "  - file: chapters/adds\n  - file: chapters/prints\n- caption: B\n  chapters:\n"
        "  - file: chapters/glossary\n",
        encoding="utf-8",
    )
    with open(book / "chapters/prints.py", "a", encoding="utf-8") as script:
        script.write('\n# %% tags=["hide-input"]\nfolded = 1\n' + EXERCISE)
    for slug in ("adds", "prints"):
        pretend_executed(Lesson(book, slug))
    (book / ".venv").symlink_to(sys.prefix)
    for name in ("requirements.txt", "pyproject.toml"):
        os.utime(book / name, (0, 0))
    if not (book / ".venv/.ready").exists():
        pytest.skip("the environment was not made by `make`")
    return book


@pytest.fixture
def proof(monkeypatch):
    """The module `chapters/conftest.py`; nbval is as it was when the test is over."""
    for name in ("setup", "teardown"):
        monkeypatch.setattr(IPyNbFile, name, getattr(IPyNbFile, name))
    for name in ("sanitize", "compare_outputs", "repr_failure"):
        monkeypatch.setattr(IPyNbCell, name, getattr(IPyNbCell, name))
    return module_at(ROOT / "chapters/conftest.py")
