"""Sphinx's search gets our script and index, and never silently not; in a browser: browser/test_search.py."""

import json
from types import SimpleNamespace

import pytest
from sphinx.errors import ExtensionError

from lecture6_utils.book.search import SCRIPT, SUBSTRING, WORD, mend_search, read

PAGE = """<nav>Not this</nav><section id="page"><h1>7. A map<a class="headerlink">#</a></h1>
<p>Intro with <span class="math">\\(p_i\\)</span>.</p><script>let script;</script>
<section id="one"><h2>One</h2><div class="cell"><pre>code()</pre></div><p>First.</p>
<div class="cell tag_hide-input"><details><summary>Show</summary><div class="cell_input">draw()</div></details></div><div class="math">\\[x\\]</div>
<section id="inner"><h3>Inner</h3><table><tr><td>left</td><td>right</td></tr></table></section>
<p>More.</p></section><details class="cite">BibTeX</details></section>
<script src="_static/searchtools.js"></script><script src="searchindex.js"></script>"""

GLOSSARY = """<section id="glossary"><h1>Glossary</h1><dl class="glossary">
<dt id="term-ELBO">ELBO<a class="headerlink">#</a></dt>
<dd><p>A bound. Also: evidence lower
bound, VLB.</p></dd>
<dt id="term-nat">nat</dt><dd><p>A unit.</p></dd></dl></section>"""


@pytest.fixture
def app(tmp_path):
    static = tmp_path / "_static"
    static.mkdir()
    (static / "sphinx_highlight.js").write_text(f"one;\n{SUBSTRING}\n", encoding="utf-8")
    (static / "searchtools.js").write_text("two;\n", encoding="utf-8")
    for name, page in {"map": PAGE, "glossary": GLOSSARY}.items():
        (tmp_path / f"{name}.html").write_text(page, encoding="utf-8")
    suffix = {"map": ".ipynb", "glossary": ".md"}
    return SimpleNamespace(
        outdir=tmp_path,
        builder=SimpleNamespace(name="html", get_target_uri=lambda name: f"{name}.html"),
        env=SimpleNamespace(
            found_docs={*suffix}, doc2path=lambda name: name + suffix[name], fresh_env_used=False
        ),
    )


def test_a_second_build_changes_nothing_more(app):
    for _ in range(2):
        mend_search(app, None)
        highlight, tools = (
            (app.outdir / "_static" / name).read_text(encoding="utf-8")
            for name in ("sphinx_highlight.js", "searchtools.js")
        )
        assert highlight == f"one;\n{WORD}\n"
        assert tools == f"two;\n\n{SCRIPT.read_text(encoding='utf-8')}"


def test_another_sphinx_is_not_left_unmended(app):
    (app.outdir / "_static/sphinx_highlight.js").write_text("new;", encoding="utf-8")
    with pytest.raises(ExtensionError, match="sphinx_highlight.js has changed"):
        mend_search(app, None)


def test_a_page_is_read_section_by_section():
    title, sections, names = read(PAGE)
    assert (title, names) == ("7. A map", [])
    assert sections == [
        ("", "7. A map", "Intro with p_i."),
        ("one", "One", "First. More. code()"),
        ("inner", "Inner", "left right"),
    ]


def test_an_entry_of_the_glossary_is_a_section_and_has_its_other_names():
    _, sections, names = read(GLOSSARY)
    assert [section[:2] for section in sections] == [
        ("", "Glossary"),
        ("term-ELBO", "ELBO"),
        ("term-nat", "nat"),
    ]
    assert names == [["ELBO", "evidence lower bound", "VLB"], ["nat"]]


def test_only_the_search_page_loads_the_search(app):
    (app.outdir / "search.html").write_text(PAGE, encoding="utf-8")
    mend_search(app, None)
    loads = {
        path.name: "search" in path.read_text(encoding="utf-8")
        for path in app.outdir.glob("*.html")
    }
    assert loads == {"search.html": True, "map.html": False, "glossary.html": False}


def test_the_index_is_what_the_script_loads(app):
    mend_search(app, None)
    text = (app.outdir / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(text.removeprefix("Search.setIndex(").removesuffix(")"))
    assert [page[:3] for page in index["pages"]] == [
        ["glossary.html", "Glossary", False],
        ["map.html", "7. A map", True],
    ]
    assert len(index["names"]) == 2
