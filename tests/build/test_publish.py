"""Lessons open elsewhere: on Colab and Binder from a branch of their own, and as downloads."""

import importlib.util
import re
import shutil
import subprocess
import sys
import zipfile
from types import SimpleNamespace

import jupytext
import nbformat
import pytest
import yaml
from helpers import EXERCISE, ROOT, make_small_book, pretend_executed, printed
from jupytext.config import load_jupytext_config
from packaging.requirements import Requirement
from small_site import build
from sphinx_book_theme.header_buttons.launch import add_launch_buttons

from lecture6_utils.book import launch, lessons, publish
from lecture6_utils.book.lessons import BookError, Lesson, find_lessons
from lecture6_utils.book.plain import PlainLessons
from lecture6_utils.book.publish import repository_url

URL = "https://github.com/an-owner/a-book"  # nobody's, and never written outside of a copy
REF = "v7.8.9"


@pytest.fixture(autouse=True)
def no_address_from_outside(monkeypatch):
    monkeypatch.delenv("REPOSITORY", raising=False)


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A book of two lessons, as if executed; `prints` has an exercise."""
    book = make_small_book(tmp_path_factory.mktemp("executed"))
    with open(book / "chapters/prints.py", "a", encoding="utf-8") as script:
        script.write(EXERCISE)
    pretend_executed(Lesson(book, "adds"), printed("sum ≈ 3.0\n"))
    pretend_executed(Lesson(book, "prints"), printed("2\n"), printed("SECRET\n"))
    for name in ("README.md", "LICENSE"):
        shutil.copy(ROOT / name, book)
    return book


@pytest.fixture
def book(executed, tmp_path):
    return shutil.copytree(executed, tmp_path / "book")


# --- the address ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", [URL, URL + "/", URL + ".git", f" {URL}\n", "git@github.com:an-owner/a-book.git"]
)
def test_an_address_comes_in_one_form(text):
    assert repository_url(text) == URL


@pytest.mark.parametrize(
    "text",
    [
        "an-owner/a-book",
        "https://github.com/an-owner",
        "https://github.com/an-owner/a-book/tree/main",
        "https://github.com/an-owner/..",
        "https://github.com/an-owner/a book",
        "https://token@github.com/an-owner/a-book",
        "https://github.com.evil.example/an-owner/a-book",
        'https://github.com/an-owner/a-book"',
        "https://github.com/owner/name",
    ],
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(BookError, match="is not the address|stands for your own"):
        repository_url(text)


def test_the_book_itself_holds_no_address():
    for lesson in find_lessons(ROOT):
        for path in (lesson.script, lesson.notebook):
            assert "git+http" not in path.read_text(encoding="utf-8"), path.name


def test_the_version_is_the_same_wherever_it_is_said():
    version = publish.version(ROOT)
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == version
    released = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[?{re.escape(version)}\b", released, re.M)


# --- the branch `notebooks` -----------------------------------------------------------


def test_each_lesson_is_published_with_what_it_needs_below_its_title(book):
    folder = book / "out" / "notebooks"
    publish.publish(book, folder, URL, REF)
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for lesson in find_lessons(book):
        notebook = nbformat.read(folder / "chapters" / lesson.notebook.name, as_version=4)
        nbformat.validate(notebook)
        cell = notebook.cells.pop(1)
        assert cell.source == publish.install_cell(URL, REF).source and not cell.metadata
        assert notebook.cells == PlainLessons(book).notebook(lesson.slug).cells
        assert f"/an-owner/a-book/blob/notebooks/chapters/{lesson.slug}.ipynb)" in readme
    assert not [path.name for path in folder.parent.iterdir() if path != folder]


def test_binder_installs_the_pinned_environment_and_the_package(book):
    folder = book / "notebooks"
    publish.publish(book, folder, URL, REF)
    binder = folder / ".binder"
    assert (binder / "requirements.txt").read_bytes() == (ROOT / "requirements.txt").read_bytes()
    assert publish.requirement(URL, REF) in (binder / "postBuild").read_text(encoding="utf-8")
    assert (binder / "postBuild").stat().st_mode & 0o111
    subprocess.run(["bash", "-n", binder / "postBuild"], check=True)
    proved = (ROOT / ".github/workflows/prove.yml").read_text(encoding="utf-8")
    proof = yaml.safe_load(proved)["jobs"]["proof"]["steps"]
    versions = [step["with"]["python-version"] for step in proof if "setup-python" in str(step)]
    assert (binder / "runtime.txt").read_text(encoding="utf-8") == f"python-{versions[0]}\n"


def run_cell(monkeypatch, installed):
    commands = []
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if installed else None)
    monkeypatch.setattr(subprocess, "run", lambda args, check: commands.append((args, check)))
    exec(publish.install_cell(URL, REF).source, {})
    return commands


def test_the_cell_installs_the_package_only_where_it_is_missing(monkeypatch):
    assert run_cell(monkeypatch, installed=True) == []
    ((arguments, check),) = run_cell(monkeypatch, installed=False)
    *pip, what = arguments
    assert pip == [sys.executable, "-m", "pip", "install", "-q"] and check
    assert (Requirement(what).name, Requirement(what).url) == ("lecture6-utils", f"git+{URL}@{REF}")


def make_stale(book):
    with open(book / "chapters/adds.py", "a", encoding="utf-8") as script:
        script.write("\n# %%\nprint(1)\n")


@pytest.mark.parametrize(
    ("fault", "arguments", "message"),
    [
        (make_stale, [URL, REF], "Stale: adds. Run `make book`"),
        (lambda book: (book / "out").mkdir(), [URL, REF], "out is there already"),
        (lambda book: None, ["nonsense", REF], "'nonsense' is not the address"),
        (lambda book: None, [URL, 'v1"; rm'], "is not the name of a tag"),
    ],
)
def test_a_fault_is_named_and_nothing_is_written(book, monkeypatch, fault, arguments, message):
    fault(book)
    before = {*book.rglob("*")}
    monkeypatch.chdir(book)
    url, ref = arguments
    with pytest.raises(SystemExit, match=message):
        publish.main(["out", "--repository", url, "--ref", ref])
    assert {*book.rglob("*")} == before


# --- the buttons ----------------------------------------------------------------------


def test_the_buttons_lead_to_the_published_notebooks(monkeypatch, tmp_path):
    """The theme itself puts the links together of what we tell it."""
    monkeypatch.setenv("REPOSITORY", URL)
    options = {}
    launch.add_buttons(None, SimpleNamespace(html_theme_options=options))
    page = "chapters/tsne"
    app = SimpleNamespace(
        env=SimpleNamespace(doc2path=lambda name: f"{name}.ipynb", metadata={page: {}}),
        config={"html_theme_options": options},
    )
    context = {"pagename": page, "page_source_suffix": ".ipynb", "header_buttons": []}
    context |= {"sourcename": f"{page}.ipynb"}
    provider, owner, name = options["repository_url"].rsplit("/", 2)  # as the theme takes it apart
    context |= {"github_url": provider, "github_user": owner, "github_repo": name}
    add_launch_buttons(app, page, "", context, None)
    (group,) = context["header_buttons"]
    assert [button["url"] for button in group["buttons"]] == [
        f"https://mybinder.org/v2/gh/an-owner/a-book/notebooks?urlpath=lab/tree/{page}.ipynb",
        f"https://colab.research.google.com/github/an-owner/a-book/blob/notebooks/{page}.ipynb",
    ]


def test_without_an_address_there_are_no_buttons():
    options = {}
    launch.add_buttons(None, SimpleNamespace(html_theme_options=options))
    assert options == {}


def test_an_address_that_is_none_stops_the_build_with_a_sentence(monkeypatch):
    monkeypatch.setenv("REPOSITORY", "nonsense")
    with pytest.raises(SystemExit, match="'nonsense' is not the address"):
        launch.add_buttons(None, SimpleNamespace(html_theme_options={}))


# --- the downloads --------------------------------------------------------------------


def downloads(site, *parts):
    build(site, "downloads", *parts, page="prints")
    sources = site / "_build/html/_sources"
    texts = [
        (sources / f"chapters/prints{s}").read_text(encoding="utf-8") for s in (".ipynb", ".py")
    ]
    notebook = nbformat.reads(texts[0], as_version=4)
    nbformat.validate(notebook)
    assert texts[1].startswith("# %% [markdown]\n# # 2. Print")
    compile(texts[1], "prints.py", "exec")
    assert all(notebook.cells[1].source.splitlines()[0] in text for text in texts)
    return sources, notebook.cells[1], texts


def test_a_download_installs_the_package_where_the_address_is_known(book, monkeypatch):
    monkeypatch.setenv("REPOSITORY", URL)
    for _ in ("once", "again, in the same folder"):
        _, cell, texts = downloads(book)
        assert cell.source == publish.install_cell(URL, f"v{publish.version(ROOT)}").source
        assert [text.count("an-owner") for text in texts] == [1, 1]


def test_without_an_address_a_download_says_what_it_needs(book):
    _, cell, texts = downloads(book)
    assert cell.cell_type == "markdown"
    assert "In the folder of the book this installs both" in cell.source
    assert "pip install . jupyterlab" in cell.source
    assert all("SECRET" in text for text in texts)


def test_a_handout_carries_the_package_and_does_not_lead_to_the_solutions(book, monkeypatch):
    monkeypatch.setenv("REPOSITORY", URL)
    sources, cell, texts = downloads(book, "solutions")
    (package,) = sources.glob("*.whl")
    assert f"pip install {package.name} jupyterlab" in cell.source
    assert all("SECRET" not in text and "an-owner" not in text for text in texts)
    with zipfile.ZipFile(package) as files:
        names = files.namelist()
        assert "lecture6_utils/measurement.py" in names
        assert [name for name in names if "book/" in name or "chapters" in name] == []
        assert not any(b"an-owner" in files.read(name) for name in names)
    assert not (book / "build").exists()


# --- VS Code --------------------------------------------------------------------------

# What its Python extension takes for the beginning of a cell.
CELL_IN_VS_CODE = re.compile(r"^(#\s*%%|#\s*\<codecell\>|#\s*In\[\d*?\]|#\s*In\[ \])", re.M)


def test_vs_code_sees_the_cells_of_each_script_and_saves_the_same_lesson():
    for lesson in find_lessons(ROOT):
        script = jupytext.read(lesson.script)
        text = lesson.script.read_text(encoding="utf-8")
        assert len(CELL_IN_VS_CODE.findall(text)) == len(script.cells), lesson.slug
        layout = load_jupytext_config(str(lesson.script))
        saved = jupytext.writes(script, "py:percent", config=layout)
        assert lessons.cells(jupytext.reads(saved, "py:percent")) == lessons.cells(script)
