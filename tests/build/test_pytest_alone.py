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
TESTS = ["tests/unit/test_x.py::test_x", "tests/unit/test_x.py::test_y"]


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
        "import pytest\nfrom helpers import ROOT\n\n\ndef test_x():\n    pass\n\n\n"
        "def test_y():\n    pytest.skip('NOT PROVED: the corpus')\n",
        encoding="utf-8",
    )
    (root / "mine").mkdir()
    shutil.copy(root / "tests/unit/test_x.py", root / "mine/test_mine.py")
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
        (".", ["tests", "chapters"], [*TESTS, *CELLS]),
        (".", ["."], [*TESTS, *CELLS]),  # nothing of mine/
        ("chapters", [], CELLS),
        ("tests", [], TESTS),
    ],
)
def test_what_is_collected(book, folder, arguments, collected):
    result = run_pytest(book / folder, "--collect-only", "-q", *arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    found = [line for line in result.stdout.splitlines() if "::" in line]
    assert sorted(found) == sorted(collected)


@pytest.mark.parametrize(
    ("arguments", "done", "not_proved"),
    [
        ([TESTS[0]], "1 passed", "nothing; all was run."),
        (["-m", "unit"], "1 passed, 1 skipped, 3 deselected", "NOT PROVED: the corpus (1 tests)."),
    ],
)
def test_a_unit_test_starts_no_workers_and_what_was_not_proved_is_said(
    book, arguments, done, not_proved
):
    said = run_pytest(book, *arguments).stdout
    assert done in said and f"\nNot proved here: {not_proved}\n" in said, said
    assert "worker" not in said


def test_with_workers_a_lesson_is_whole_on_one_and_what_failed_or_hung_says_where(book):
    """All is run, that the second cell needs the first included; a worker whose test hung goes on."""
    hanging = book / "tests/unit/test_hangs.py"
    hanging.write_text(
        "import time\n\nimport pytest\n\n\n@pytest.mark.timeout(3)\n"
        "def test_hangs():\n    time.sleep(600)\n\n\ndef test_after():\n    pass\n",
        encoding="utf-8",
    )
    try:
        result = run_pytest(book, "-n", "2")
    finally:
        hanging.unlink()
    assert "2 failed, 4 passed, 1 skipped" in result.stdout, result.stdout
    assert "\nchapters/prints.py:11: this cell is not proved\n" in result.stdout
    assert "time.sleep(600)\nE       Failed: Timeout" in result.stdout
