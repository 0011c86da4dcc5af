"""The same outputs whatever the locale, the time zone and the hash seed; every file says its encoding."""

import ast
import json
import os
import subprocess
import sys

import pytest
from helpers import ROOT, make_small_book

from lecture6_utils.book.lessons import Lesson, read_notebook

LESSON = """# %% [markdown]
# # Ä ≈ ß

# %%
from lecture6_utils.reproducibility import make_reproducible
from lecture6_utils.measurement import Measured, MeasuredTable, measured
from lecture6_utils.words import load_finnish_nouns
from lecture6_utils.live_figures import live_penalty
make_reproducible("adds")

# %%
measured("π ≈, roughly", 3.14159, ".2f")
print(sorted({"ä", "å", "z", "ı", "İ"}), "İSTANBUL".lower(), f"{1234.5:,.1f}")
print(sum(hash(c) % 2 for c in "ab") >= 0, list({"b": 1, "a": 2}))
MeasuredTable({"ö": {"β": Measured([1, 2])}})
"""

PLACES = {
    "C": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "Turkish": {"LC_ALL": "tr_TR.UTF-8"},
    "Tokyo": {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "1"},
    "here": {"PYTHONHASHSEED": "2"},
}


@pytest.fixture
def book(tmp_path):
    root = make_small_book(tmp_path)
    (root / "lecture6_utils/data").symlink_to(ROOT / "lecture6_utils/data")
    text = LESSON.replace("from lecture6_utils.words import load_finnish_nouns\n", "")
    (root / "chapters/adds.py").write_text(text, encoding="utf-8")
    return root


def test_a_lesson_gives_the_same_outputs_everywhere(book):
    lesson, found = Lesson(book, "adds"), {}
    for place, variables in PLACES.items():
        result = subprocess.run(
            [sys.executable, "-m", "lecture6_utils.book.executor", "run", "adds"],
            cwd=book,
            capture_output=True,
            env=os.environ | {"PYTHONPATH": str(book)} | variables,
        )
        assert result.returncode == 0, (place, result.stderr.decode("utf-8", "replace"))
        notebook = read_notebook(lesson)
        found[place] = json.dumps([notebook.cells, notebook.metadata.lecture6.measured])
    assert len(set(found.values())) == 1, found


@pytest.mark.parametrize("place", PLACES)
def test_a_lesson_run_as_a_script_prints_into_a_file(book, place, tmp_path):
    with open(tmp_path / "out", "wb") as out:
        result = subprocess.run(
            [sys.executable, "chapters/adds.py"],
            cwd=book,
            stdout=out,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(book)} | PLACES[place],
        )
    assert result.returncode == 0, result.stderr.decode("utf-8", "replace")
    assert "π ≈, roughly ≈ 3.14" in (tmp_path / "out").read_text(encoding="utf-8")


def nameless(tree):
    """Lines that open a text file and do not say its encoding."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        owner = getattr(getattr(node.func, "value", None), "id", "")
        texts = [
            a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
        ]
        binary = name == "open" and any("b" in text for text in texts[-1:] if len(text) <= 3)
        if name in ("read_text", "write_text") or (name == "open" and not owner and not binary):
            if "encoding" not in {keyword.arg for keyword in node.keywords}:
                yield node.lineno


def test_a_file_opened_without_encoding_would_be_found():
    code = "open('x')\nopen('x', 'rb')\np.read_text()\np.write_text('x', encoding='utf-8')\ngzip.open('x')\n"
    assert [*nameless(ast.parse(code))] == [1, 3]


def test_every_file_is_opened_with_its_encoding():
    paths = [
        p
        for folder in ("lecture6_utils", "chapters", "tests")
        for p in (ROOT / folder).rglob("*.py")
    ]
    assert len(paths) > 50
    found = {
        p.name: lines
        for p in paths
        if (lines := [*nameless(ast.parse(p.read_text(encoding="utf-8")))])
    }
    assert found == {}
