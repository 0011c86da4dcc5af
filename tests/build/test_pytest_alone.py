"""pytest alone does the natural thing in any folder: lessons are proved, tests are run plainly."""

import os
import shutil
import subprocess
import sys

import nbformat
import pytest
from helpers import ROOT, make_small_book, pretend_executed

from lecture6_utils.book.lessons import Lesson

CELLS = [
    "chapters/prints.ipynb::Cell 0",
    "chapters/prints.ipynb::Cell 1",
    "chapters/prints.ipynb::Cell 2",
]
TEST = "tests/unit/test_x.py::test_x"


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A lesson whose second cell needs its first, and whose third prints what is not stored."""
    root = make_small_book(tmp_path_factory.mktemp("book"))
    shutil.copy(ROOT / "chapters/conftest.py", root / "chapters")
    text = (
        "# %% [markdown]\n# # Print\n\n# %%\nx = 2\n\n# %%\nprint(x)\n\n# %%\n# three\nprint(3)\n"
    )
    (root / "chapters/prints.py").write_text(text, encoding="utf-8")
    two, four = (
        nbformat.v4.new_output("stream", name="stdout", text=text) for text in ("2\n", "4\n")
    )
    pretend_executed(Lesson(root, "prints"), None, two, four)
    (root / "tests/unit").mkdir(parents=True)
    for name in ("conftest.py", "built.py", "helpers.py"):
        shutil.copy(ROOT / "tests" / name, root / "tests")
    (root / "tests/unit/test_x.py").write_text(
        "from helpers import ROOT\n\n\ndef test_x():\n    pass\n", encoding="utf-8"
    )
    return root


def run_pytest(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTEST_ADDOPTS": "", "COLUMNS": "200"},
    )


@pytest.mark.parametrize(
    ("folder", "arguments", "collected"),
    [
        (".", [], [*CELLS, TEST]),
        (".", ["chapters", "tests"], [*CELLS, TEST]),
        (".", ["tests", "chapters"], [TEST, *CELLS]),
        (".", ["tests/unit/test_x.py"], [TEST]),
        (".", ["chapters/prints.ipynb"], CELLS),
        (".", ["-m", "unit"], [TEST]),
        ("chapters", [], CELLS),
        ("tests", [], [TEST]),
    ],
)
def test_what_is_collected(book, folder, arguments, collected):
    result = run_pytest(book / folder, "--collect-only", "-q", *arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    found = [line for line in result.stdout.splitlines() if "::" in line]
    assert sorted(found) == sorted(collected)


def test_a_unit_test_starts_no_workers(book):
    result = run_pytest(book, "tests/unit/test_x.py")
    assert "1 passed" in result.stdout and "worker" not in result.stdout


def test_with_workers_a_lesson_is_whole_on_one_and_a_failure_names_the_line_of_the_script(book):
    result = run_pytest(book, "-n", "2")
    assert "1 failed, 3 passed" in result.stdout, result.stdout
    assert "\nchapters/prints.py:11: this cell is not proved\n" in result.stdout


def test_what_hangs_fails_and_says_where_and_the_rest_goes_on(book):
    hanging = book / "tests/unit/test_hangs.py"
    hanging.write_text(
        "import time\n\n\ndef test_hangs():\n    time.sleep(600)\n", encoding="utf-8"
    )
    try:
        result = run_pytest(book, "-n", "2", "-o", "timeout=3", "tests")
    finally:
        hanging.unlink()
    assert "1 failed, 1 passed" in result.stdout, result.stdout
    assert "time.sleep(600)\nE       Failed: Timeout" in result.stdout
