"""A build names the line at fault and says which edition it makes."""

import sys
from types import SimpleNamespace

import pytest
from small_site import build as build_site

from lecture6_utils.book import build, edition
from lecture6_utils.book.lessons import BookError

SAID = """\
\x1b[91m{root}/chapters/adds.ipynb:10004: WARNING: unknown document: 'nodoc' [ref.doc]\x1b[39;49;00m
{root}/chapters/adds.ipynb:20001: WARNING: a word of the figure's marker
{root}/chapters/adds.ipynb:10004: WARNING: unknown document: 'nodoc' [ref.doc]
{root}/chapters/index.md:7: ERROR: Unknown directive type: "notes".
{root}/chapters/index.md: WARNING: document isn't included in any toctree
WARNING: a thing without a place
Traceback (most recent call last):
  File "x.py", line 3, in <module>
KeyError: 'image'
RuntimeError: There was an error in building your book. Look above for the cause.
"""


def test_each_fault_is_told_once_behind_the_line_of_the_script(small_book):
    told = f"import sys; sys.stderr.write({SAID.format(root=small_book)!r}); sys.exit(2)"
    with pytest.raises(BookError) as error:
        build.sphinx(small_book, small_book / "log", sys.executable, "-c", told)
    assert str(error.value).splitlines() == [
        "chapters/adds.py:4: unknown document: 'nodoc' [ref.doc]",  # “It is ≈ 3.0 today.”
        "chapters/adds.py:7: a word of the figure's marker",
        'chapters/index.md:7: Unknown directive type: "notes".',
        "chapters/index.md: document isn't included in any toctree",
        "a thing without a place",
        "KeyError: 'image'",
        f"The last build stays as it was. All that was said: {small_book / 'log'}",
    ]


def test_what_is_no_warning_is_told_as_it_is(small_book):
    with pytest.raises(BookError, match="^nonsense'' is not the address"):
        build.sphinx(
            small_book,
            small_book / "log",
            sys.executable,
            "-c",
            "import sys; sys.exit(\"nonsense'' is not the address\")",
        )


@pytest.mark.parametrize(
    ("wanted", "said"),
    [("", "has the solutions"), ("yes", "has the solutions"), ("no", "has no solutions")],
)
def test_an_edition_says_which_it_is(small_book, monkeypatch, wanted, said):
    monkeypatch.setenv("SOLUTIONS", wanted)
    config = SimpleNamespace(html_theme_options={"search": 1}, latex_elements={"a": "b"})
    edition.mark(None, config)
    assert said in config.html_theme_options["extra_footer"] and config.html_theme_options["search"]
    (small_book / "chapters/index.md").write_text("# Index\n", encoding="utf-8")
    (small_book / "_toc.yml").unlink()
    tex, _ = build_site(small_book, "edition", page="index", builder="latex")
    assert r"\release{This edition" in tex and said in tex


def test_another_edition_is_refused_before_anything_is_built(small_book, monkeypatch):
    monkeypatch.setenv("SOLUTIONS", "perhaps")
    monkeypatch.chdir(small_book)
    with pytest.raises(SystemExit, match="SOLUTIONS is yes or no, not perhaps"):
        build.main(["html"])
    assert not (small_book / "_build").exists()
