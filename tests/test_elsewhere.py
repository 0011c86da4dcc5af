"""Each lesson opens elsewhere: on Colab and Binder once the address is known, as a file, in VS Code."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from urllib.parse import urlsplit

import jupytext
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import HTML, Recorder, served
from helpers import ROOT, copy_book, make_small_book
from jupytext.config import load_jupytext_config
from packaging.requirements import Requirement

from lecture6_utils.book import elsewhere, executor, lessons
from lecture6_utils.book.check import all_problems, execution_problems
from lecture6_utils.book.elsewhere import CELL, known_repository, repository_url, set_repository
from lecture6_utils.book.lessons import (
    BookError,
    find_lessons,
    pair_problems,
    read_notebook,
    read_script,
    stale_reasons,
)

URL = "https://github.com/an-owner/a-book"  # nobody's, and never written outside of a copy
TOLD = os.environ.get("REPOSITORY")  # for this one build of the book
LESSONS = find_lessons(ROOT)
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)


@pytest.fixture(autouse=True)
def no_address_from_outside(monkeypatch):
    monkeypatch.delenv("REPOSITORY", raising=False)


def contents(book):
    """The files that the command may write."""
    paths = [book / "pyproject.toml", *book.glob("chapters/*.py"), *book.glob("chapters/*.ipynb")]
    return {path: path.read_bytes() for path in paths}


def package_cells(notebook):
    return [
        (number, cell)
        for number, cell in enumerate(notebook.cells)
        if lessons.GET_PACKAGE in cell.metadata.get("tags", [])
    ]


# --- the address ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        URL,
        URL + "/",
        URL + ".git",
        URL + ".git/",
        f" {URL}\n",
        "git@github.com:an-owner/a-book.git",
    ],
)
def test_an_address_comes_in_one_form(text):
    assert repository_url(text) == URL


@pytest.mark.parametrize(
    "text",
    [
        "",
        "an-owner/a-book",
        "http://github.com/an-owner/a-book",
        "https://github.com/an-owner",
        "https://github.com/an-owner/a-book/tree/main",
        "https://github.com/an-owner/..",
        "https://github.com/-an-owner/a-book",
        "https://github.com/an-owner/a book",
        "https://token@github.com/an-owner/a-book",
        "https://github.com.evil.example/an-owner/a-book",
        'https://github.com/an-owner/a-book"',
        "https://gitlab.com/an-owner/a-book",
    ],
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(BookError, match="is not the address of a repository on GitHub"):
        repository_url(text)


def test_the_placeholder_is_no_address():
    with pytest.raises(BookError, match="stands for your own repository"):
        repository_url("https://github.com/owner/name")


HEAD = '[project]\nname = "x"\ndependencies = [\n  "a[b]>=1",\n]\n\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (HEAD + "[tool.y]\n", HEAD + f'[project.urls]\nRepository = "{URL}"\n\n[tool.y]\n'),
        (
            HEAD + '[project.urls]\nA = "b"\n[tool.y]\n',
            HEAD + f'[project.urls]\nRepository = "{URL}"\nA = "b"\n[tool.y]\n',
        ),
        (
            HEAD + '[project.urls]\nRepository  = "b"\n[tool.y]\n',
            HEAD + f'[project.urls]\nRepository = "{URL}"\n[tool.y]\n',
        ),
    ],
)
def test_pyproject_keeps_its_layout(before, after):
    assert elsewhere.with_url(before, URL) == after
    assert elsewhere.with_url(after, URL) == after


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('project.name = "x"\n', "Write these two lines into it by hand"),
        ("[project\n", "cannot be read"),
        ("[tool.x]\n", "cannot be read"),
    ],
)
def test_a_pyproject_that_is_not_understood_is_left(text, message):
    with pytest.raises(BookError, match=message):
        elsewhere.with_url(text, URL)


def test_one_build_can_be_told_another_address(small_book, monkeypatch):
    path = small_book / "pyproject.toml"
    path.write_text(HEAD + "[tool.y]\n", encoding="utf-8")
    assert known_repository(small_book) is None
    path.write_text(elsewhere.with_url(path.read_text(encoding="utf-8"), URL), encoding="utf-8")
    assert known_repository(small_book) == URL
    monkeypatch.setenv("REPOSITORY", URL + "-2")
    assert known_repository(small_book) == URL + "-2"


# --- the cell -------------------------------------------------------------------------


def run_cell(monkeypatch, installed):
    commands = []
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if installed else None)
    monkeypatch.setattr(subprocess, "run", lambda args, check: commands.append((args, check)))
    exec(CELL % URL, {})
    return commands


def test_the_cell_fetches_the_package_where_it_is_missing(monkeypatch):
    ((arguments, check),) = run_cell(monkeypatch, installed=False)
    *pip, what = arguments
    assert pip == [sys.executable, "-m", "pip", "install", "-qq"] and check
    name = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["name"]
    assert (Requirement(what).name, Requirement(what).url) == (name, f"git+{URL}")


def test_the_cell_does_nothing_where_the_package_is(monkeypatch):
    assert run_cell(monkeypatch, installed=True) == []


@each_lesson
def test_a_committed_lesson_fetches_from_the_book_itself_or_not_at_all(lesson):
    url = known_repository(ROOT)
    found = [(number, cell.source) for number, cell in package_cells(read_notebook(lesson))]
    assert found == ([(1, (CELL % url).strip())] if url else []), "run `make repository URL=…`"


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    book = make_small_book(tmp_path_factory.mktemp("executed"))
    executor.run(book)
    return book


@pytest.fixture
def made_book(executed, tmp_path):
    return shutil.copytree(executed, tmp_path / "book")


def test_the_command_adds_one_cell_and_makes_nothing_stale(made_book):
    before = {les.slug: read_notebook(les) for les in find_lessons(made_book)}
    assert len(set_repository(made_book, URL)) == 5
    for lesson in find_lessons(made_book):
        notebook = read_notebook(lesson)
        ((number, cell),) = package_cells(notebook)
        assert number == 1 and cell.source == (CELL % URL).strip() and cell.outputs == []
        assert cell.metadata.tags == ["remove-cell", "get-package"]
        del notebook.cells[1]
        was = [(c.source, c.get("outputs")) for c in before[lesson.slug].cells]
        assert [(c.source, c.get("outputs")) for c in notebook.cells] == was
        assert stale_reasons(lesson) == []
        stored = read_notebook(lesson)
        assert [*execution_problems(stored), *pair_problems(read_script(lesson), stored)] == []
    assert known_repository(made_book) == URL

    now = contents(made_book)
    assert set_repository(made_book, URL) == []
    assert contents(made_book) == now

    assert len(set_repository(made_book, URL + "-2")) == 5
    texts = "".join(map(bytes.decode, contents(made_book).values()))
    assert texts.count(URL) == texts.count(URL + "-2") == 5

    shutil.copy(ROOT / "chapters/conftest.py", made_book / "chapters")
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "chapters/adds.ipynb"],
        cwd=made_book,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTEST_ADDOPTS": ""},
    )
    assert "2 passed" in result.stdout, result.stdout  # one of them the new cell
    assert executor.run(made_book) == 0


def test_a_stale_lesson_takes_its_cell_when_it_is_executed(made_book):
    adds, prints = find_lessons(made_book)
    prints.script.write_text(
        prints.script.read_text(encoding="utf-8").replace("print(2)", "print(3)"), encoding="utf-8"
    )
    before = prints.notebook.read_bytes()
    set_repository(made_book, URL)
    assert prints.notebook.read_bytes() == before
    assert executor.run(made_book) == 1
    ((_, cell),) = package_cells(read_notebook(prints))
    assert (cell.outputs, cell.execution_count) == ([], 1)
    assert set_repository(made_book, URL) == []


def edit_by_hand(book, monkeypatch):
    path = book / "chapters/adds.ipynb"
    path.write_text(
        path.read_text(encoding="utf-8").replace("Add two numbers", "Add 2 numbers"),
        encoding="utf-8",
    )


def lock(book, monkeypatch):
    def refuse(*_args, **_kwargs):  # a real one would not stop root, whom CI often is
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(lessons.Path, "write_text", refuse)


@pytest.mark.parametrize(
    ("fault", "url", "message"),
    [
        (edit_by_hand, URL, "adds.ipynb was edited by hand"),
        (lock, URL, "Cannot write .*Nothing was changed"),
        (lambda *_: None, "nonsense", "'nonsense' is not the address"),
    ],
)
def test_a_fault_is_named_and_nothing_is_written(made_book, monkeypatch, fault, url, message):
    fault(made_book, monkeypatch)
    before = contents(made_book)
    monkeypatch.chdir(made_book)
    with pytest.raises(SystemExit, match=message):
        elsewhere.main([url])
    assert contents(made_book) == before
    assert not list(made_book.rglob("*.tmp"))


def test_the_command_says_where_to_run_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="run this from the book's own folder"):
        elsewhere.main([URL])


# --- the built book -------------------------------------------------------------------


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A copy of the book that knows an address, built."""
    book = copy_book(tmp_path_factory.mktemp("published"))
    set_repository(book, URL)
    subprocess.run(
        [".venv/bin/jupyter-book", "build", ".", "-q", "--warningiserror", "--nitpick"],
        cwd=book,
        check=True,
        capture_output=True,
        env={k: v for k, v in os.environ.items() if k not in ("REPOSITORY", "SOLUTIONS")},
    )
    return book


def links(page):
    """Where a page's buttons lead outside."""
    found = re.findall(
        r'<a href="(https://[^"]*)" target="_blank"\s+class="btn', page.read_text(encoding="utf-8")
    )
    return {urlsplit(link).netloc: link for link in found}


@each_lesson
def test_each_lesson_opens_its_own_notebook(published, lesson):
    notebook = f"chapters/{lesson.slug}.ipynb"
    assert links(published / f"_build/html/chapters/{lesson.slug}.html") == {
        "colab.research.google.com": "https://colab.research.google.com/github/an-owner/a-book"
        f"/blob/main/{notebook}",
        "mybinder.org": f"https://mybinder.org/v2/gh/an-owner/a-book/main?urlpath=lab/tree/{notebook}",
        "github.com": URL,
    }
    assert (published / notebook).exists()


def test_a_page_without_code_leads_to_the_repository_alone(published):
    pages = [p.with_suffix(".html").name for p in (ROOT / "chapters").glob("*.md")]
    assert len(pages) >= 6
    for page in pages:
        assert links(published / "_build/html/chapters" / page) == {"github.com": URL}, page


def test_the_book_as_it_is_has_no_button_that_leads_nowhere():
    url = repository_url(TOLD) if TOLD else known_repository(ROOT)
    for lesson in LESSONS:
        found = links(HTML / f"chapters/{lesson.slug}.html")
        assert len(found) == (3 if url else 0) and found.get("github.com") == url


def test_the_published_lessons_keep_the_promises_of_the_book(published):
    for lesson in find_lessons(published):
        assert all_problems(lesson) == [] and stale_reasons(lesson) == []
    html = published / "_build/html"
    for path in [*html.glob("chapters/*.html"), html / "searchindex.js"]:
        assert "invalidate_caches" not in path.read_text(encoding="utf-8"), (
            f"{path.name} shows the cell"
        )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_buttons_ask_no_other_host_and_are_accessible(browser, published, scheme):
    base = (published / "_build/html").as_uri() + "/"
    page = browser.new_page(color_scheme=scheme, viewport={"width": 320, "height": 800})
    recorder = Recorder(page, base)
    for path in ("glossary.html", "named_entities.html"):
        page.goto(f"{base}chapters/{path}", wait_until="networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert page.locator("svg[data-icon=github] path").get_attribute("d")
    page.locator(".dropdown-launch-buttons > button").click()
    logos = page.locator(".dropdown-launch-buttons img:visible")
    assert logos.evaluate_all("list => list.map(i => i.naturalWidth > 0)") == [True, True]
    assert (recorder.foreign, recorder.failed, recorder.complaints) == ([], [], [])
    page.locator(".dropdown-download-buttons ul").evaluate("menu => menu.classList.add('show')")
    found = Axe().run(page, context=".bd-header-article").response
    assert {"link-name", "image-alt", "color-contrast"} <= {rule["id"] for rule in found["passes"]}
    faults = found["violations"]
    assert [(fault["id"], node["html"]) for fault in faults for node in fault["nodes"]] == []


# --- downloads and VS Code ------------------------------------------------------------


@pytest.fixture(scope="module")
def address(published):
    with served(published / "_build/html") as base:
        yield base


@pytest.mark.parametrize("suffix", [".ipynb", ".py"])
@each_lesson
def test_each_lesson_can_be_downloaded_as_it_is(published, lesson, suffix):
    page = published / f"_build/html/chapters/{lesson.slug}.html"
    name = f"chapters/{lesson.slug}{suffix}"
    assert f'<a href="../_sources/{name}" target="_blank" download\n' in page.read_text(
        encoding="utf-8"
    )
    download = published / f"_build/html/_sources/{name}"
    assert download.read_bytes() == (published / name).read_bytes()


@pytest.mark.parametrize("suffix", [".ipynb", ".py"])
def test_a_click_downloads_from_a_server_and_opens_from_disk(browser, published, address, suffix):
    original = (published / f"chapters/tsne{suffix}").read_text(encoding="utf-8")
    for base in (address, (published / "_build/html").as_uri() + "/"):
        page = browser.new_page()
        page.goto(f"{base}chapters/tsne.html", wait_until="networkidle")
        page.locator(".dropdown-download-buttons > button").click()
        link = page.locator(f".dropdown-download-buttons a[href$='tsne{suffix}']")
        if base == address:
            with page.expect_download() as download:
                link.click()
            assert download.value.suggested_filename == f"tsne{suffix}"
            assert download.value.path().read_text(encoding="utf-8") == original
        else:
            with page.expect_popup() as popup:
                link.click()
            assert popup.value.locator("body").inner_text().strip() == original.strip()


CELL_IN_VS_CODE = re.compile(r"^(#\s*%%|#\s*\<codecell\>|#\s*In\[\d*?\]|#\s*In\[ \])", re.M)
PROSE_IN_VS_CODE = re.compile(r"^(#\s*%%\s*\[markdown\]|#\s*\<markdowncell\>)", re.M)


@each_lesson
def test_vs_code_sees_the_cells_of_the_script(lesson):
    text = lesson.script.read_text(encoding="utf-8")
    cells = read_notebook(lesson).cells
    assert CELL_IN_VS_CODE.match(text)
    assert len(CELL_IN_VS_CODE.findall(text)) == len(cells)
    prose = [cell for cell in cells if cell.cell_type == "markdown"]
    assert len(PROSE_IN_VS_CODE.findall(text)) == len(prose)
    # and what an editor saves through Jupytext is the same lesson
    notebook, layout = jupytext.read(lesson.script), load_jupytext_config(str(lesson.script))
    saved = jupytext.writes(notebook, "py:percent", config=layout)
    assert lessons.cells(jupytext.reads(saved, "py:percent")) == lessons.cells(notebook)


# --- Binder ---------------------------------------------------------------------------


def test_binder_installs_the_pinned_environment_and_the_package():
    folder = ROOT / ".binder"
    lines = (folder / "requirements.txt").read_text(encoding="utf-8").splitlines()
    (included,) = [line for line in lines if not line.startswith("#")]
    assert (folder / included.removeprefix("-r ")).resolve() == ROOT / "requirements.txt"
    script = folder / "postBuild"
    assert os.access(script, os.X_OK) and script.read_text(encoding="utf-8").startswith(
        "#!/bin/bash\n"
    )
    assert "pip install --no-deps" in script.read_text(encoding="utf-8")
    workflow = (ROOT / ".github/workflows/prove.yml").read_text(encoding="utf-8")
    version = (folder / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")
    assert f'python-version: "{version}"' in workflow, "the one that CI proves"
