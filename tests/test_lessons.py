"""Staleness, execution and their faults: nothing stored is ever lost or half-written."""

import errno
import json
import os
import resource
import signal
import subprocess
import sys
import time

import nbformat
import pytest

from lecture6_utils.book import executor, lessons
from lecture6_utils.book.evidence import evidence_path
from lecture6_utils.book.lessons import BookError, Lesson


def run(book):
    return executor.run(book)


def outputs(book, slug):
    notebook = nbformat.read(book / "chapters" / f"{slug}.ipynb", as_version=4)
    return [o.text for c in notebook.cells for o in c.get("outputs", [])]


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def made_book(small_book):
    run(small_book)
    return small_book


def reasons(book):
    return {lesson.slug: lessons.stale_reasons(lesson) for lesson in lessons.find_lessons(book)}


# --- staleness ------------------------------------------------------------------------


def test_a_new_book_is_executed_once_and_then_up_to_date(small_book):
    assert run(small_book) == 2
    assert outputs(small_book, "adds") == ["sum ≈ 3.0\n"]
    assert outputs(small_book, "prints") == ["2\n"]
    assert run(small_book) == 0


def test_making_a_notebook_twice_gives_the_same_cells(made_book):
    path = made_book / "chapters" / "adds.ipynb"
    first = nbformat.read(path, as_version=4).cells
    executor.run(made_book, everything=True)
    assert nbformat.read(path, as_version=4).cells == first


@pytest.mark.parametrize(
    ("file", "old", "new", "stale"),
    [
        ("chapters/prints.py", "print(2)", "print(3)", {"prints": ["the lesson's code changed"]}),
        (
            "lecture6_utils/measurement.py",
            "import re",
            "import re  # edited",
            {"adds": ["lecture6_utils/measurement changed"]},
        ),
        ("lecture6_utils/training.py", "import keras", "import keras  # edited", {}),
        (
            "requirements.txt",
            "numpy==",
            "numpy==99.",
            {
                "adds": ["the numeric stack changed"],
                "prints": ["the numeric stack changed"],
            },
        ),
        ("requirements.txt", "pytest==", "pytest==99.", {}),
    ],
)
def test_a_change_makes_stale_what_depends_on_it(made_book, file, old, new, stale):
    edit(made_book / file, old, new)
    assert {slug: why for slug, why in reasons(made_book).items() if why} == stale


def test_imports_are_followed_through_the_package(made_book):
    edit(made_book / "chapters/prints.py", "print(2)", "from lecture6_utils import models")
    keys = lessons.fingerprint(Lesson(made_book, "prints"))
    assert {"lecture6_utils/models", "lecture6_utils/training"} <= set(keys)


def test_of_a_folder_every_file_counts_whichever_of_its_modules_is_imported(made_book):
    edit(made_book / "chapters/prints.py", "print(2)", "from lecture6_utils.live_figures import live_map")
    lesson, folder = Lesson(made_book, "prints"), made_book / "lecture6_utils/live_figures"
    evidence, seen = lessons.evidence_fingerprint(lesson), []
    for name in ("common.py", "words.py", "map.js", "common.css"):
        seen.append(lessons.fingerprint(lesson))
        with open(folder / name, "a", encoding="utf-8") as file:
            file.write("\n")
    for name in ("__pycache__/map.pyc", ".ipynb_checkpoints/map-checkpoint.py"):
        seen.append(lessons.fingerprint(lesson))
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"\xff")
    seen.append(lessons.fingerprint(lesson))
    key = "lecture6_utils/live_figures"
    changes = [{k for k in a if a[k] != b.get(k)} for a, b in zip(seen, seen[1:])]
    assert changes == [{key}] * 4 + [set()] * 2
    assert "lecture6_utils/characters" in seen[0], "what any of its modules imports counts"
    assert lessons.evidence_fingerprint(lesson) == evidence, "it draws, and computes nothing"


def test_changed_prose_is_taken_over_without_execution(made_book):
    before = nbformat.read(made_book / "chapters/adds.ipynb", as_version=4)
    edit(made_book / "chapters/adds.py", "Add two numbers", "Add 1 and 2")
    assert run(made_book) == 0
    after = nbformat.read(made_book / "chapters/adds.ipynb", as_version=4)
    assert after.cells[0].source.startswith("# Add 1 and 2")
    assert after.cells[1].outputs == before.cells[1].outputs


# --- faults in the files --------------------------------------------------------------


def break_toc(book):
    edit(book / "_toc.yml", "chapters/adds", "chapters/subtracts")


def forget_in_toc(book):
    edit(book / "_toc.yml", "- file: chapters/adds\n", "")


def lose_script(book):
    (book / "chapters/adds.py").unlink()


def edit_by_hand(book):
    edit(book / "chapters/adds.ipynb", "Add two numbers", "Add 2 numbers")


def garble(book):
    (book / "chapters/adds.ipynb").write_text('{"cells": [', encoding="utf-8")


def lose_toc(book):
    (book / "_toc.yml").unlink()


def garble_toc(book):
    (book / "_toc.yml").write_text("format: jb-book\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (break_toc, "names chapters/subtracts, but there is neither"),
        (forget_in_toc, "chapters/adds.ipynb is not in _toc.yml"),
        (lose_script, "chapters/adds.ipynb has no script chapters/adds.py"),
        (edit_by_hand, "adds.ipynb was edited by hand"),
        (garble, "adds.ipynb is not a notebook any more"),
        (lose_toc, "run this from the book's own folder"),
        (garble_toc, "_toc.yml cannot be read"),
    ],
)
def test_a_fault_is_named_and_nothing_is_overwritten(made_book, fault, message):
    fault(made_book)
    before = {p: p.read_bytes() for p in made_book.rglob("*.ipynb")}
    with pytest.raises(BookError, match=message):
        run(made_book)
    assert {p: p.read_bytes() for p in made_book.rglob("*.ipynb")} == before


def test_an_edit_saved_to_both_halves_is_only_stale(made_book):
    """Jupyter with the jupytext extension writes both."""
    for name in ("adds.py", "adds.ipynb"):
        edit(made_book / "chapters" / name, "1 + 2", "1 + 1")
    assert reasons(made_book)["adds"] == ["the lesson's code changed"]


def test_an_unknown_lesson_is_named_with_those_there_are(made_book):
    with pytest.raises(BookError, match="No such lesson: x. There are: adds, prints"):
        executor.run(made_book, slugs=["x"])


# --- faults in a run ------------------------------------------------------------------


def fail(book, code):
    path = book / "chapters/adds.ipynb"
    before = path.read_bytes()
    edit(book / "chapters/adds.py", "1 + 2", f"{code} + 2")
    with pytest.raises(BookError) as error:
        run(book)
    assert path.read_bytes() == before
    assert not list(book.rglob("*.tmp"))
    return str(error.value)


def test_a_raising_cell_stops_the_run_and_is_shown(made_book):
    message = fail(made_book, "1 / 0")
    assert "ZeroDivisionError" in message
    assert "chapters/adds.py, cell 2 of 2, failed" in message
    assert "adds.ipynb is unchanged" in message


def test_a_number_outside_the_studys_range_stops_the_run(made_book, monkeypatch, capsys):
    lesson = Lesson(made_book, "adds")
    (made_book / "chapters/evidence").mkdir()
    numbers = {"sum": {"spec": ".1f", "bounds": [2.9, 3.1]}}

    def studied():  # as if the changed lesson had been studied with the old numbers
        evidence = {"fingerprint": lessons.evidence_fingerprint(lesson), "numbers": numbers, "figures": {}}
        evidence_path(lesson).write_text(json.dumps(evidence), encoding="utf-8")

    edit(lesson.script, "1 + 2", "7 + 2")
    studied()
    with pytest.raises(BookError, match="'sum' measured 9.0; the study's range is 2.9 … 3.1"):
        run(made_book)
    edit(lesson.script, "7 + 2", "1 + 2.05")
    studied()
    assert run(made_book) == 1
    edit(lesson.script, "1 + 2.05", "7 + 2")  # changed, and not studied again: said, not refused
    assert run(made_book) == 1
    assert "adds was changed since it was studied" in capsys.readouterr().out
    assert outputs(made_book, "adds") == ["sum ≈ 9.0\n"]


def test_a_failed_run_starts_no_other_lesson(made_book, monkeypatch):
    """Three lessons on one worker: the first fails, and the others are not begun."""
    fails, touched = made_book / "chapters/prints.py", made_book / "touched"
    edit(fails, "print(2)", "1 / 0")
    for slug in ("adds", "third"):
        text = f"# %% [markdown]\n# # T\n\n# %%\nopen({str(touched)!r}, 'a').write('x')\n"
        (made_book / f"chapters/{slug}.py").write_text(text, encoding="utf-8")
    edit(made_book / "_toc.yml", "- file: chapters/adds\n", "- file: chapters/adds\n- file: chapters/third\n")
    books = {lesson.slug: lesson for lesson in lessons.find_lessons(made_book)}
    monkeypatch.setattr(executor, "_last_cpu_seconds", lambda lesson: lesson.slug == "prints")
    with pytest.raises(BookError, match="ZeroDivisionError"):
        executor.Run(n_workers=1).execute_all([*books.values()])
    assert not touched.exists()
    assert not books["third"].notebook.exists()


def test_a_cell_that_writes_to_stderr_stops_the_run(made_book):
    message = fail(made_book, '(__import__("sys").stderr.write("beware"), 1)[1]')
    assert "beware" in message and "cell 2 of 2" in message and "stderr" in message


def command(book):
    env = os.environ | {"PYTHONPATH": str(book)}
    return subprocess.Popen(
        [sys.executable, "-m", "lecture6_utils.book.executor", "run"],
        cwd=book, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        # tests that run in the background may have been told to ignore it, and hand that down
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_a_run_cut_off_leaves_the_stored_notebook_and_no_kernel(made_book, sent):
    path, started = made_book / "chapters/adds.ipynb", made_book / "started"
    before = path.read_bytes()
    slow = f"__import__('time').sleep(open({str(started)!r}, 'w').write('x') * 60) or 1"
    edit(made_book / "chapters/adds.py", "1 + 2", f"({slow}) + 2")
    process = command(made_book)
    while not started.exists():
        assert process.poll() is None
        time.sleep(0.1)
    process.send_signal(sent)
    text, _ = process.communicate(timeout=20)  # a kernel left behind would hold the pipe open
    assert process.returncode != 0
    if sent == signal.SIGINT:
        assert "Interrupted" in text and "Traceback" not in text
    assert path.read_bytes() == before
    edit(made_book / "chapters/adds.py", slow, "1")
    assert run(made_book) in (0, 1)
    assert outputs(made_book, "adds") == ["sum ≈ 3.0\n"]
    assert not list(made_book.rglob("*.tmp"))


def test_a_disk_that_fills_up_leaves_the_stored_notebook(made_book):
    path = made_book / "chapters/prints.ipynb"
    before = path.read_bytes()
    edit(made_book / "chapters/prints.py", "print(2)", "print('x' * 10**6)")

    def limit():  # the kernel refuses any file over 100 kB, as a full disk would
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    result = subprocess.run(
        [sys.executable, "-m", "lecture6_utils.book.executor", "run"],
        cwd=made_book, preexec_fn=limit, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(made_book), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert result.returncode != 0
    assert "Cannot write" in result.stderr and "prints.ipynb" in result.stderr
    assert "unchanged" in result.stderr and "Traceback" not in result.stderr
    assert path.read_bytes() == before
    assert not list(made_book.rglob("*.tmp"))


def test_a_read_only_folder_is_noticed_before_any_work(made_book, monkeypatch):
    edit(made_book / "chapters/prints.py", "print(2)", "print(3)")

    def refuse(*_args, **_kwargs):  # a real one would not stop root, whom CI often is
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(lessons.Path, "write_text", refuse)
    monkeypatch.setattr(executor, "lesson_client", None)  # to execute would raise a TypeError
    with pytest.raises(BookError, match="Cannot write .*prints.ipynb: Read-only file system"):
        run(made_book)


def test_the_longest_lesson_starts_first(made_book, monkeypatch):
    for slug, seconds in [("adds", 5), ("prints", 50)]:
        path = made_book / "chapters" / f"{slug}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        notebook.metadata.lecture6.cpu_seconds = seconds
        nbformat.write(notebook, path)
    order = []
    monkeypatch.setattr(executor.Run, "execute", lambda self, les, *_: order.append(les.slug))
    executor.Run(n_workers=1).execute_all(lessons.find_lessons(made_book))
    assert order == ["prints", "adds"]
