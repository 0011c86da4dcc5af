"""`make lab`: one's own copies are never lost, and Jupyter does what it shall."""

import json
import os
import subprocess
import sys

import nbformat
import pytest
import yaml
from helpers import (
    LAB_LESSON,
    ROOT,
    contents,
    make_lab_book,
    pretend_executed,
    printed,
    require_jupyterlab,
)
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from sphinx.project import Project

from lecture6_utils.book import executor, lab
from lecture6_utils.book.evidence import evidence_path
from lecture6_utils.book.lessons import (
    Lesson,
    find_lessons,
)

# --- work is never lost -----------------------------------------------------------------


def notebook(text="1 + 1", shown="two"):
    return new_notebook(
        cells=[
            new_markdown_cell("# A lesson"),
            new_code_cell(
                text,
                outputs=[
                    new_output("stream", name="stdout", text=shown),
                    new_output("display_data", {"text/plain": "a figure"}),
                    new_output("stream", name="stdout", text="drawn"),
                ],
            ),
        ]
    )


def edit(path, change):
    there = nbformat.read(path, as_version=4)
    change(there)
    nbformat.write(there, path)


def write_code(there):
    there.cells[1].source += "  # mine"


def run_it(there):
    there.cells[1].outputs[0].text = "3"


def draw_it(there):
    there.cells[1].outputs[1].data["text/plain"] = "another figure"


def fail(there):
    there.cells[1].outputs = [new_output("error", ename="E", evalue="e", traceback=["here"])]


def write_prose(there):
    there.cells.append(new_markdown_cell("I think so."))


def lose_the_hash(there):
    there.metadata = nbformat.NotebookNode()


def open_and_save(there):
    """What JupyterLab changes by itself, and by opening a folded solution."""
    there.metadata["language_info"] = {"name": "python", "version": "3.12.1"}
    cell = there.cells[1]
    cell.metadata["jupyter"] = {"source_hidden": False}
    cell.execution_count = None
    first, second = cell.outputs[0].text[:1], cell.outputs[0].text[1:]
    cell.outputs[:1] = [new_output("stream", name="stdout", text=part) for part in (first, second)]


def garble(path):
    path.write_text("{", encoding="utf-8")


@pytest.fixture
def made_book(tmp_path):
    return make_lab_book(tmp_path)


@pytest.fixture
def copy(tmp_path):
    path, renewed = lab.place(tmp_path, "x", notebook())
    assert (path, renewed) == (tmp_path / "x.ipynb", False)
    return path


def test_the_same_lesson_is_not_copied_twice(copy):
    for change in (open_and_save, write_code):
        edit(copy, change)
        before = contents(copy.parent)
        assert lab.place(copy.parent, "x", notebook()) == (None, False)
        assert contents(copy.parent) == before


@pytest.mark.parametrize("change", [lambda there: None, open_and_save])
def test_a_copy_that_nobody_changed_follows_the_lesson(copy, change):
    edit(copy, change)
    assert lab.place(copy.parent, "x", notebook("2 + 2")) == (copy, True)
    assert [p.name for p in copy.parent.iterdir()] == ["x.ipynb"]
    assert nbformat.read(copy, as_version=4).cells[1].source == "2 + 2"


@pytest.mark.parametrize(
    "change", [write_code, run_it, draw_it, fail, write_prose, lose_the_hash, garble]
)
def test_a_copy_that_was_changed_stays_and_the_new_one_is_put_beside(copy, change):
    garble(copy) if change is garble else edit(copy, change)
    mine = copy.read_bytes()
    new = copy.with_name("x-new.ipynb")
    assert lab.place(copy.parent, "x", notebook("2 + 2")) == (new, False)
    assert lab.place(copy.parent, "x", notebook("2 + 2")) == (None, False)
    assert lab.place(copy.parent, "x", notebook("3 + 3")) == (new, True)
    edit(new, write_code)
    changed = new.read_bytes()
    assert lab.place(copy.parent, "x", notebook("4 + 4"))[0].name == "x-new-2.ipynb"
    assert (copy.read_bytes(), new.read_bytes()) == (mine, changed)


def test_a_disk_that_is_full_leaves_the_copy(copy, monkeypatch):
    def refuse(*_):
        raise OSError(28, "No space left on device")

    before = contents(copy.parent)
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(lab.BookError, match="No space left on device. It is unchanged."):
        lab.place(copy.parent, "x", notebook("2 + 2"))
    assert contents(copy.parent) == before


def test_what_happened_is_said_in_a_sentence_each(made_book):
    mine, adds = made_book / "mine", Lesson(made_book, "adds")
    assert lab.refresh(made_book) == ["New in mine/: 0_start_here, adds."]
    start = (mine / "0_start_here.ipynb").read_text(encoding="utf-8")
    assert "1. [Add two numbers](adds.ipynb)" in start
    assert (mine / "evidence/adds.json").read_bytes() == evidence_path(adds).read_bytes()
    assert lab.refresh(made_book) == []

    pretend_executed(Lesson(made_book, "prints"), printed("2\n"))

    def correct(text):
        adds.script.write_text(LAB_LESSON.replace("It is six.", text), encoding="utf-8")
        executor.run(made_book)

    correct("It is 6.")
    start, new, renewed = lab.refresh(made_book)
    assert start == "New in mine/: prints." and "0_start_here: the lesson changed" in new
    assert renewed == "adds: the lesson changed, and so its copy in mine/ is renewed."
    edit(mine / "adds.ipynb", write_prose)
    correct("Six!")
    (said,) = lab.refresh(made_book)
    assert said.startswith("adds: the lesson changed, and your copy differs from the last one")
    assert said.endswith("the new one is mine/adds-new.ipynb.")
    (mine / "adds.ipynb").unlink()  # how to start over
    assert lab.refresh(made_book) == ["New in mine/: adds."]


def test_the_cell_below_an_exercise_begins_with_the_call_that_checks_it(made_book):
    entry = "adds-1: {level: easy, minutes: 5, asks: the sum, answer: sum, near: {}}\n"
    (made_book / "chapters/exercises.yml").write_text(entry, encoding="utf-8")
    lab.refresh(made_book)
    copy = nbformat.read(made_book / "mine/adds.ipynb", as_version=4)
    (own,) = [cell.source for cell in copy.cells if cell.source.startswith("# Your code for")]
    assert own.endswith('from lecture6_utils.exercises import check\n\ncheck("adds-1", ...)')
    start = (made_book / "mine/0_start_here.ipynb").read_text(encoding="utf-8")
    assert "`check` says whether it is right, near or neither" in start


def test_a_folder_that_cannot_be_made_is_named(made_book, monkeypatch):
    (made_book / "mine").write_text("not a folder", encoding="utf-8")
    monkeypatch.chdir(made_book)
    with pytest.raises(SystemExit, match="Cannot write into mine/: .*File exists"):
        lab.main([])


# --- nobody else looks into mine/ ----------------------------------------------------------


def test_neither_the_pages_nor_ruff_look_into_mine(tmp_path):
    """Nor does pytest: see build/test_pytest_alone.py."""
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "page.md").write_text("# A page\n", encoding="utf-8")
    (mine / "test_mine.py").write_text("import  os\ndef test_x(): assert 0\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())

    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    project = Project(str(tmp_path), {".md": "markdown"})
    assert project.discover() == {"mine/page"}
    assert project.discover(exclude_paths=config["exclude_patterns"]) == set()

    def ruff(*arguments):
        command = [sys.executable, "-m", "ruff", *arguments, "--no-cache"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).returncode

    assert ruff("check", ".") == ruff("format", "--check", ".") == 0
    assert ruff("check", "mine/test_mine.py") == 1


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout of git")
def test_git_ignores_mine():
    subprocess.run(["git", "check-ignore", "-q", "mine/x.ipynb"], cwd=ROOT, check=True)


# --- authors ------------------------------------------------------------------------------


@pytest.fixture
def manager(tmp_path):
    """Jupytext's contents manager as `make lab AUTHOR=yes` has it, on copies of the real scripts."""
    require_jupyterlab()
    from jupytext import TextFileContentsManager

    for lesson in find_lessons(ROOT):
        (tmp_path / lesson.script.name).write_bytes(lesson.script.read_bytes())
        (tmp_path / lesson.notebook.name).write_text("{}", encoding="utf-8")
    (tmp_path / "jupytext.toml").write_bytes((ROOT / "chapters/jupytext.toml").read_bytes())
    (hook,) = [
        argument.partition("=")[2]
        for argument in lab.command(tmp_path, author=True)[0]
        if "pre_save_hook" in argument
    ]
    return TextFileContentsManager(root_dir=str(tmp_path), pre_save_hook=hook)


def test_a_script_opened_and_saved_in_jupyter_is_the_same_to_the_byte(manager, tmp_path):
    for lesson in find_lessons(ROOT):
        model = manager.get(lesson.script.name, type="notebook")
        assert len(model["content"].cells) > 20
        manager.save(json.loads(json.dumps(model, default=str)), lesson.script.name)
        assert (tmp_path / lesson.script.name).read_bytes() == lesson.script.read_bytes()
        assert (tmp_path / lesson.notebook.name).read_text(encoding="utf-8") == "{}"


def test_an_edit_in_jupyter_is_saved(manager, tmp_path):
    model = manager.get("tsne.py", type="notebook")
    model["content"].cells[0].source += "\n\nMore “prose”."
    manager.save(json.loads(json.dumps(model, default=str)), "tsne.py")
    assert "\n#\n# More “prose”.\n" in (tmp_path / "tsne.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("suffix", [".py", ".ipynb"])
def test_jupytext_refuses_neither_half_of_a_pair_that_differs(manager, tmp_path, suffix):
    """It would if it paired them ("File Load Error"): the notebook is newer, and another."""
    nbformat.write(notebook(), tmp_path / "tsne.ipynb")
    os.utime(tmp_path / "tsne.py", (1, 1))
    script = (tmp_path / "tsne.py").read_bytes()
    model = manager.get(f"tsne{suffix}", type="notebook")
    assert len(model["content"].cells) == 2 if suffix == ".ipynb" else 50
    if suffix == ".ipynb":
        manager.save(json.loads(json.dumps(model, default=str)), "tsne.ipynb")
        assert (tmp_path / "tsne.py").read_bytes() == script
