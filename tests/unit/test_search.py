"""Sphinx's search scripts are changed once, and never silently not at all; in a browser: test_pages.py."""

from types import SimpleNamespace

import pytest
from sphinx.errors import ExtensionError

from lecture6_utils.book.search import SECTIONS, SUBSTRING, WORD, mend_search


@pytest.fixture
def app(tmp_path):
    static = tmp_path / "_static"
    static.mkdir()
    (static / "sphinx_highlight.js").write_text(f"one;\n{SUBSTRING}\n", encoding="utf-8")
    (static / "searchtools.js").write_text("two;\n", encoding="utf-8")
    return SimpleNamespace(outdir=tmp_path, builder=SimpleNamespace(format="html"))


def test_a_second_build_changes_nothing_more(app):
    for _ in range(2):
        mend_search(app, None)
        highlight, tools = (
            (app.outdir / "_static" / name).read_text(encoding="utf-8")
            for name in ("sphinx_highlight.js", "searchtools.js")
        )
        assert highlight == f"one;\n{WORD}\n"
        assert tools == f"two;\n\n{SECTIONS.read_text(encoding='utf-8')}"


def test_another_sphinx_is_not_left_unmended(app):
    (app.outdir / "_static/sphinx_highlight.js").write_text("new;", encoding="utf-8")
    with pytest.raises(ExtensionError, match="sphinx_highlight.js has changed"):
        mend_search(app, None)
