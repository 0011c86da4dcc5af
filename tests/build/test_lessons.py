"""Staleness, execution and their faults: nothing stored is ever lost or half-written."""

import base64
import errno
import io
import json
import os
import resource
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import nbformat
import pytest
from helpers import listen_to_the_lock, pretend_executed
from PIL import Image

from lecture6_utils.book import executor, lessons
from lecture6_utils.book.evidence import evidence_path
from lecture6_utils.book.execution import matplotlib_folder
from lecture6_utils.book.lessons import BookError, Lesson, read_notebook
from lecture6_utils.book.lock import alone


def run(book):
    return executor.run(book)


def outputs(book, slug):
    notebook = nbformat.read(book / "chapters" / f"{slug}.ipynb", as_version=4)
    return [o.text for c in notebook.cells for o in c.get("outputs", [])]


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def printed(text):
    return nbformat.v4.new_output("stream", name="stdout", text=text)


@pytest.fixture
def made_book(small_book):
    """With the outputs that a run gives, which the tests below compare with those of real runs."""
    pretend_executed(Lesson(small_book, "adds"), printed("sum ≈ 3.0\n"))
    pretend_executed(Lesson(small_book, "prints"), printed("2\n"))
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


@pytest.mark.parametrize(
    ("imported", "changes"),
    [
        # of a folder only the module that defines what is imported, and what that imports
        ("from lecture6_utils.live_figures import live_map", ["common", "", "map", "common"]),
        (
            "from lecture6_utils.live_figures.words import as_typed",
            ["common", "words", "", "common"],
        ),
        ("from lecture6_utils import live_figures", [". common", ". words", ". map", ". common"]),
    ],
)
def test_of_a_folder_counts_what_is_imported(made_book, imported, changes):
    edit(made_book / "chapters/prints.py", "print(2)", imported)
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
    found = [{k for k in a if a[k] != b.get(k)} for a, b in zip(seen, seen[1:])]
    folder_key = "lecture6_utils/live_figures"
    keys = [{f"{folder_key}/{part}".removesuffix("/.") for part in c.split()} for c in changes]
    assert found == keys + [set()] * 2
    assert "lecture6_utils/plotting" in seen[0], "what such a module imports counts"
    assert lessons.evidence_fingerprint(lesson) == evidence, "it draws, and computes nothing"


def test_changed_prose_is_taken_over_without_execution(made_book):
    before = nbformat.read(made_book / "chapters/adds.ipynb", as_version=4)
    edit(made_book / "chapters/adds.py", "Add two numbers", "Add 1 and 2")
    assert run(made_book) == 0
    after = nbformat.read(made_book / "chapters/adds.ipynb", as_version=4)
    assert after.cells[0].source.startswith("# Add 1 and 2")
    assert after.cells[1].outputs == before.cells[1].outputs


# --- outputs are part of what is recorded -------------------------------------------------


def change(book, slug, change_it):
    """Change a stored notebook as Jupyter would."""
    path = book / "chapters" / f"{slug}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    change_it(notebook)
    nbformat.write(notebook, path)
    return notebook


def clear_outputs(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None


def run_with_the_wrong_kernel(notebook):
    error = nbformat.v4.new_output("error", ename="ModuleNotFoundError", evalue="", traceback=[])
    notebook.cells[1].outputs = [error]


def run_with_success(notebook):
    notebook.cells[1].outputs[0].text = "sum ≈ 3.1\n"


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        (clear_outputs, "cleared"),
        (run_with_the_wrong_kernel, "changed"),
        (run_with_success, "changed"),
    ],
)
def test_outputs_that_are_not_those_of_the_run_are_stale(made_book, fault, what):
    change(made_book, "adds", fault)
    found = reasons(made_book)
    assert found["prints"] == []
    assert found["adds"][0].startswith(
        f"chapters/adds.py:7: the output of this cell was {what} after its run"
    )
    assert "the copies that `make lab` puts into mine/" in found["adds"][0]
    assert (
        "To get the output back: `git checkout chapters/adds.ipynb`; or run the lesson again"
        in found["adds"][0]
    )
    assert run(made_book) == 1
    assert outputs(made_book, "adds") == ["sum ≈ 3.0\n"]


def save_in_jupyter(notebook):
    """Nothing was run but the last cell, which printed in two pieces what it prints."""
    notebook.metadata.language_info["version"] = "3.12.1"
    cell = notebook.cells[1]
    cell.execution_count = 7
    cell.outputs = [printed("sum ≈ "), printed("3.0\n")]


def forget_outputs(notebook):
    """As a notebook of before outputs were recorded."""
    del notebook.metadata.lecture6["outputs"]


@pytest.mark.parametrize("saved", [save_in_jupyter, forget_outputs])
def test_a_notebook_with_its_own_outputs_is_put_in_order_without_a_run(
    made_book, saved, monkeypatch
):
    monkeypatch.setattr(executor, "lesson_client", None)  # to execute would raise a TypeError
    before = nbformat.read(made_book / "chapters/adds.ipynb", as_version=4)
    change(made_book, "adds", saved)
    assert reasons(made_book)["adds"] == []
    assert run(made_book) == 0
    after = nbformat.read(made_book / "chapters/adds.ipynb", as_version=4)
    assert "".join(outputs(made_book, "adds")) == "sum ≈ 3.0\n"
    for cell in (before.cells[1], after.cells[1]):
        cell.outputs = []
    assert after == before


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
    assert "chapters/adds.py:9: this failed, see above" in message
    assert "adds.ipynb is unchanged" in message


def test_a_number_outside_the_studys_range_stops_the_run(made_book, monkeypatch, capsys):
    lesson = Lesson(made_book, "adds")
    (made_book / "chapters/evidence").mkdir()
    numbers = {"sum": {"spec": ".1f", "bounds": [2.9, 3.1]}}

    def studied():  # as if the changed lesson had been studied with the old numbers
        evidence = {
            "fingerprint": lessons.evidence_fingerprint(lesson),
            "numbers": numbers,
            "figures": {},
        }
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
    edit(
        made_book / "_toc.yml",
        "- file: chapters/adds\n",
        "- file: chapters/adds\n- file: chapters/third\n",
    )
    books = {lesson.slug: lesson for lesson in lessons.find_lessons(made_book)}
    monkeypatch.setattr(executor, "_last_cpu_seconds", lambda lesson: lesson.slug == "prints")
    with pytest.raises(BookError, match="ZeroDivisionError"):
        executor.Run(n_workers=1).execute_all([*books.values()])
    assert not touched.exists()
    assert not books["third"].notebook.exists()


def test_it_is_noted_how_long_each_cell_takes(made_book):
    busy = "import time\nend = time.process_time() + 1.0\nwhile time.process_time() < end: pass\n"
    lesson = Lesson(made_book, "prints")
    with open(lesson.script, "a", encoding="utf-8") as script:
        script.write(f"\n# %%\n{busy}\n# %%\nprint(3)\n")
    run(made_book)
    record = read_notebook(lesson).metadata.lecture6
    first, second, third = record.cell_seconds
    assert 1.0 <= second < 2 and third < 0.5
    assert record.cpu_seconds == round(first + second + third)


def test_a_figure_is_drawn_for_a_dark_page_too(made_book):
    lesson = Lesson(made_book, "prints")
    with open(lesson.script, "a", encoding="utf-8") as script:
        script.write(
            '\n# %% mystnb={"figure": {"caption": "A line.", "name": "fig-line"}, '
            '"image": {"alt": "A line rises from the lower left corner to the upper right one."}}\n'
            "import matplotlib.pyplot as plt\nfrom lecture6_utils.plotting import set_style\n"
            "set_style()\n_ = plt.plot([0, 1], color='black')\n"
        )
    run(made_book)
    notebook = read_notebook(lesson)
    light = notebook.cells[-1].outputs[-1].data["image/png"]
    dark = notebook.metadata.lecture6.dark["fig-line"]
    light, dark = (Image.open(io.BytesIO(base64.b64decode(png))) for png in (light, dark))
    assert light.size == dark.size
    assert light.convert("RGB").getpixel((1, 1)) == (255, 255, 255)
    assert dark.convert("RGB").getpixel((1, 1)) == (0x12, 0x12, 0x12)


def test_a_cell_that_writes_to_stderr_stops_the_run(made_book):
    message = fail(made_book, '(__import__("sys").stderr.write("beware"), 1)[1]')
    assert "chapters/adds.py:7: this cell wrote the following to stderr" in message
    assert "beware" in message and "adds.ipynb is unchanged" in message


def test_a_readers_settings_of_matplotlib_change_nothing(made_book, tmp_path, monkeypatch):
    settings = tmp_path / "matplotlibrc"
    settings.write_text("figure.dpi: 33\nfont.family: serif\n", encoding="utf-8")
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    monkeypatch.setenv("MATPLOTLIBRC", str(settings))
    monkeypatch.setenv("MPLBACKEND", "pdf")
    with open(Lesson(made_book, "adds").script, "a", encoding="utf-8") as script:
        script.write(
            "\n# %%\nimport matplotlib as mpl\n"
            "print(mpl.get_backend(), mpl.rcParams['figure.dpi'], *mpl.rcParams['font.family'])\n"
        )
    run(made_book)
    backend, *settings = outputs(made_book, "adds")[-1].split()
    assert "inline" in backend and settings == ["100.0", "sans-serif"]


def test_matplotlibs_list_of_fonts_is_made_once_before_any_kernel(tmp_path):
    folder = matplotlib_folder(tmp_path)
    (made,) = folder.glob("fontlist-*.json")
    time = made.stat().st_mtime_ns
    assert matplotlib_folder(tmp_path) == folder and made.stat().st_mtime_ns == time


def test_a_cell_that_puts_out_too_much_is_refused_with_its_size(made_book):
    message = fail(made_book, "print('x' * 5_000_000) or 1")
    assert "chapters/adds.py:7: this cell put out 5.0 MB" in message
    assert "ZeroDivision" not in message and "Traceback" not in message


def test_a_cell_that_takes_too_long_is_told_in_one_sentence(made_book, monkeypatch):
    monkeypatch.setattr(executor, "CELL_TIMEOUT", 1)
    message = fail(made_book, "__import__('time').sleep(60) or 1")
    assert message == (
        "chapters/adds.py:7: this cell was not done after 1 seconds, so it was stopped. "
        "adds.ipynb is unchanged."
    )


def command(book):
    env = os.environ | {"PYTHONPATH": str(book)}
    return subprocess.Popen(
        [sys.executable, "-m", "lecture6_utils.book.executor", "run"],
        cwd=book,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # tests that run in the background may have been told to ignore it, and hand that down
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


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


@contextmanager
def small_disk():
    """No file may have more than 100 kB, of this process and its kernels, as if the disk were full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_fills_up_leaves_the_stored_notebook(made_book):
    path = made_book / "chapters/prints.ipynb"
    before = path.read_bytes()
    edit(made_book / "chapters/prints.py", "print(2)", "print('x' * 10**6)")
    with small_disk(), pytest.raises(BookError, match="Cannot write .*prints.ipynb.*unchanged"):
        run(made_book)
    assert path.read_bytes() == before
    assert not list(made_book.rglob("*.tmp"))


def test_a_disk_that_is_full_is_noticed_before_any_work(made_book):
    """There is less room than the stored notebook takes."""
    change(made_book, "prints", lambda book: book.cells[1].update(outputs=[printed("x" * 200_000)]))
    started = made_book / "started"
    edit(made_book / "chapters/prints.py", "print(2)", f"open({str(started)!r}, 'w')")
    with small_disk(), pytest.raises(BookError, match="Cannot write .*Nothing was changed"):
        run(made_book)
    assert not started.exists()
    assert not list(made_book.rglob("*.tmp"))


def test_a_second_run_waits_and_says_for_whom(made_book, capsys, monkeypatch):
    said = listen_to_the_lock(monkeypatch)
    with ThreadPoolExecutor(1) as pool:
        with alone(made_book / "_build/run.lock", "A run of the lessons", wait=False):
            second = pool.submit(run, made_book)
            assert said.get(timeout=60) == (
                f"A run of the lessons already runs in this folder (process {os.getpid()}): waiting for "
                "its end. Ctrl-C ends the wait."
            )
            # what the first one does meanwhile
            edit(made_book / "chapters/adds.py", "Add two", "Add 2")
        assert second.result() == 0
    rest = capsys.readouterr().out
    assert "adds: brought up to date" in rest, "it looked at the lessons after the wait"


def test_a_lock_is_refused_with_a_sentence_and_dies_with_its_process(tmp_path):
    path = tmp_path / "_build/lock"
    code = (
        "import sys; from pathlib import Path; from lecture6_utils.book.lock import alone\n"
        "with alone(Path(sys.argv[1]), 'A study', wait=False):\n"
        "    print('locked', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "locked\n"
    with pytest.raises(
        BookError, match=rf"A study already runs in this folder \(process {process.pid}\)"
    ):
        with alone(path, "A study", wait=False):
            pass
    process.kill()
    process.communicate()
    with alone(path, "A study", wait=False):
        assert path.read_text(encoding="utf-8") == str(os.getpid())


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
