"""A build of the pages says what it does, names the line at fault, and replaces the last one whole."""

import os
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest
from helpers import ROOT, make_small_book, pretend_executed
from small_site import build as build_site

from lecture6_utils.book import build, edition
from lecture6_utils.book.lessons import BookError, Lesson
from lecture6_utils.book.lock import alone

# --- what Sphinx says -------------------------------------------------------------------

SAID = """\
\x1b[91m{root}/chapters/adds.ipynb:10003: WARNING: unknown document: 'nodoc' [ref.doc]\x1b[39;49;00m
{root}/chapters/adds.ipynb:20001: WARNING: a word of the figure's marker
{root}/chapters/adds.ipynb:10003: WARNING: unknown document: 'nodoc' [ref.doc]
{root}/chapters/index.md:7: ERROR: Unknown directive type: "notes".
{root}/chapters/index.md: WARNING: document isn't included in any toctree
WARNING: a thing without a place
Traceback (most recent call last):
  File "x.py", line 3, in <module>
KeyError: 'image'
RuntimeError: There was an error in building your book. Look above for the cause.
"""


@pytest.fixture
def book(tmp_path):
    return make_small_book(tmp_path)


def test_each_fault_is_told_once_behind_the_line_of_the_script(book):
    told = f"import sys; sys.stderr.write({SAID.format(root=book)!r}); sys.exit(2)"
    with pytest.raises(BookError) as error:
        build.sphinx(book, book / "log", sys.executable, "-c", told)
    assert str(error.value).splitlines() == [
        "chapters/adds.py:4: unknown document: 'nodoc' [ref.doc]",  # “It is ≈ 3.0 today.”
        "chapters/adds.py:7: a word of the figure's marker",
        'chapters/index.md:7: Unknown directive type: "notes".',
        "chapters/index.md: document isn't included in any toctree",
        "a thing without a place",
        "KeyError: 'image'",
        f"The last build stays as it was. All that was said: {book / 'log'}",
    ]


def test_what_is_no_warning_is_told_as_it_is(book):
    with pytest.raises(BookError, match="^nonsense'' is not the address"):
        build.sphinx(
            book,
            book / "log",
            sys.executable,
            "-c",
            "import sys; sys.exit(\"nonsense'' is not the address\")",
        )


# --- editions ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "said"),
    [("", "has the solutions"), ("yes", "has the solutions"), ("no", "has no solutions")],
)
def test_an_edition_says_which_it_is(book, monkeypatch, wanted, said):
    monkeypatch.setenv("SOLUTIONS", wanted)
    config = SimpleNamespace(html_theme_options={"search": 1}, latex_elements={"a": "b"})
    edition.mark(None, config)
    assert said in config.html_theme_options["extra_footer"] and config.html_theme_options["search"]
    (book / "chapters/index.md").write_text("# Index\n", encoding="utf-8")
    (book / "_toc.yml").unlink()
    tex, _ = build_site(book, "edition", page="index", builder="latex")
    assert r"\release{This edition" in tex and said in tex


def test_another_edition_is_refused_before_anything_is_built(book, monkeypatch):
    monkeypatch.setenv("SOLUTIONS", "perhaps")
    monkeypatch.chdir(book)
    with pytest.raises(SystemExit, match="SOLUTIONS is yes or no, not perhaps"):
        build.main(["html"])
    assert not (book / "_build").exists()


# --- builds -----------------------------------------------------------------------------


def run_build(book, what="html", **variables):
    return subprocess.run(
        [sys.executable, "-m", "lecture6_utils.book.build", what],
        cwd=book,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(book)} | variables,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Two lessons, all that the book's extensions look for, and a deck of one slide."""
    book = make_small_book(tmp_path_factory.mktemp("site"))
    for name in ("_config.yml", "README.md", "LICENSE", "chapters/references.bib"):
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
        script.write('\n# %% tags=["hide-input"]\nfolded = 1\n')
    for slug in ("adds", "prints"):
        pretend_executed(Lesson(book, slug))
    return book


@pytest.mark.build
def test_a_build_says_what_it_does_and_leaves_a_whole_book(site):
    result = run_build(site, SOLUTIONS="no")
    assert result.returncode == 0, result.stderr
    first, last = result.stdout.splitlines()
    assert first == "Building the html, from scratch ..."
    assert last.startswith("Built 4 pages and the slides (This edition is for students")
    html = site / "_build/html"
    assert (html / "slides/index.html").exists()
    assert (html / ".edition").read_text(encoding="utf-8") == "no\n"
    for page in html.glob("chapters/*.html"):
        assert page.read_text(encoding="utf-8").count(edition.EDITIONS["no"]) == 1, page.name


@pytest.mark.build
def test_a_build_that_fails_names_every_line_and_leaves_the_last_one(site):
    html = site / "_build/html"
    html.mkdir(parents=True, exist_ok=True)
    (html / "mark").write_text("the last", encoding="utf-8")
    with open(site / "chapters/index.md", "a", encoding="utf-8") as page:
        page.write("\n{doc}`no_such_page`\n\n{numref}`fig-none`\n")
    result = run_build(site)
    assert result.returncode == 1
    assert result.stderr.splitlines()[:2] == [
        "chapters/index.md:3: unknown document: 'no_such_page'",
        "chapters/index.md:5: undefined label: 'fig-none'",
    ]
    assert "Traceback" not in result.stderr
    assert (html / "mark").read_text(encoding="utf-8") == "the last"


@pytest.mark.build
def test_a_second_build_waits_and_says_for_whom(book):
    with alone(book / "_build/build.lock", "A build", wait=False):
        process = subprocess.Popen(
            [sys.executable, "-m", "lecture6_utils.book.build", "slides"],
            cwd=book,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONPATH": str(book)},
        )
        line = process.stdout.readline()
        assert line.startswith(
            f"A build already runs in this folder (process {os.getpid()}): waiting"
        )
    rest, _ = process.communicate(timeout=600)
    assert "There is no built book to put the slides into" in rest, "it went on"
