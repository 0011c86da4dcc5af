"""Patches of what others write: each has something to mend, and one that has not is told."""

from importlib.metadata import version
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from small_site import build

from lecture6_utils.book import access, patches, slides, weight
from lecture6_utils.book.patches import mended

PROSE = "# A lesson\n\nSee {cite}`a2000`.\n\n```{bibliography}\n```\n"
BIB = "@book{a2000, author = {A. Author}, title = {A book}, publisher = {P}, year = 2000}\n"
THEME = {
    "html_theme": "sphinx_book_theme",
    "html_context": {"default_mode": "auto"},  # as in _config.yml
    "bibtex_bibfiles": ["a.bib"],
    "exclude_patterns": ["_build/**"],
}


@pytest.fixture
def site(tmp_path):
    """A page with all that the patches of the book's theme are for."""
    (tmp_path / "chapters").mkdir()
    cells = [new_markdown_cell(PROSE), new_code_cell("1", metadata={"tags": ["hide-input"]})]
    python = {"language_info": {"name": "python"}}
    nbformat.write(new_notebook(cells=cells, metadata=python), tmp_path / "chapters" / "page.ipynb")
    (tmp_path / "chapters" / "page.py").write_text("1\n", encoding="utf-8")
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: chapters/page\n", encoding="utf-8")
    (tmp_path / "a.bib").write_text(BIB, encoding="utf-8")
    return tmp_path


def told(patch):
    return f"The patch '{patch.name}' finds nothing to mend in what {patch.package} {version(patch.package)} writes"


def test_every_patch_of_the_theme_has_something_to_mend(site):
    parts = ("access", "weight", "downloads", "sphinxcontrib.bibtex")
    page, warnings = build(site, *parts, page="page", **THEME)
    assert warnings == ""
    assert page.select_one("#pst-primary-sidebar")["aria-label"] == "Book"


@pytest.mark.parametrize("patch", [*access.PATCHES, *slides.PATCHES], ids=lambda patch: patch.name)
def test_mending_twice_is_mending_once(patch):
    once = mended(f"before{patch.fault}after", [patch], set())
    assert once == f"before{patch.remedy}after" == mended(once, [patch], set())


def test_a_patch_that_finds_nothing_is_a_warning_which_fails_the_build(site):
    (site / "chapters" / "page.ipynb").unlink()
    (site / "chapters" / "page.md").write_text("# Another theme\n", encoding="utf-8")
    _, warnings = build(site, "access", page="page", html_theme="basic")
    assert [told(patch) in warnings for patch in access.PATCHES] == [True] * len(access.PATCHES)
    assert warnings.count("WARNING") == len(access.PATCHES)


def test_a_theme_without_buttons_for_downloads_is_told_once(site):
    for name in ("page", "other"):
        text = "# A page\n" + "\n```{toctree}\nother\n```\n" * (name == "page")
        cells = [new_markdown_cell(text)]
        nbformat.write(new_notebook(cells=cells), site / "chapters" / f"{name}.ipynb")
        (site / "chapters" / f"{name}.py").write_text("1\n", encoding="utf-8")
    with (site / "_toc.yml").open("a", encoding="utf-8") as toc:
        toc.write("chapters:\n- file: chapters/other\n")
    _, warnings = build(site, "downloads", page="page", html_theme="basic")
    assert warnings.count("WARNING") == 1
    assert (
        "'script beside the notebook' finds nothing to mend in what sphinx-book-theme" in warnings
    )


@pytest.mark.parametrize(
    ("script", "useless"), [('x={"bars":[1,2,[],"f0c9","M0"]}', []), ("x={}", ["icons"])]
)
def test_icons_written_in_another_way_are_told(tmp_path, monkeypatch, script, useless):
    found = []
    monkeypatch.setattr(weight, "tell_useless", lambda name, package: found.append(name.split()[0]))
    path = tmp_path / "_static" / "scripts" / "fontawesome.js"
    path.parent.mkdir(parents=True)
    path.write_text(script, encoding="utf-8")
    weight.drop_unused_icons(tmp_path)
    assert found == useless
    assert path.read_text(encoding="utf-8") == "x={}"


def test_a_deck_without_what_is_mended_is_told(tmp_path, monkeypatch):
    found = []
    monkeypatch.setattr(patches, "tell_useless", lambda name, package: found.append(name))
    app = SimpleNamespace(outdir=tmp_path, fresh_env_used=True)
    page = (
        '  <body>\n    <div class="reveal">\n<div class="slides" role="main"></div></div>\n'
        "    <script></script>\n  </body>\n"
    )
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    slides.mend_access(app, None)
    assert found == []
    (tmp_path / "index.html").write_text(page.replace(' role="main"', ""), encoding="utf-8")
    slides.mend_access(app, None)
    assert found == ["landmark inside the deck"]
    app.fresh_env_used = False
    slides.mend_access(app, None)
    assert found == ["landmark inside the deck"], "what an earlier build has mended is no fault"
