"""The same outputs whatever the locale, the time zone and the hash seed."""

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
from lecture6_utils.measurement import Measured, MeasuredTable, compare_with, measured
from lecture6_utils.words import load_words
from lecture6_utils.live_figures import live_penalty
compare_with("adds")

# %%
measured("π ≈, roughly", 3.14159, ".2f")
print(sorted({"ä", "å", "z", "ı", "İ"}), "İSTANBUL".lower(), f"{1234.5:,.1f}")
print(load_words("finnish_nouns")[0], len(live_penalty().html()))
print(sum(hash(c) % 2 for c in "ab") >= 0, list({"b": 1, "a": 2}))
MeasuredTable({"ö": {"β": Measured([1, 2])}})
"""

PLACES = {
    "Tokyo, in ASCII": {
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "TZ": "Asia/Tokyo",
        "PYTHONHASHSEED": "1",
    },
    "Turkey": {"LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "2"},
}


@pytest.fixture
def book(tmp_path):
    root = make_small_book(tmp_path)
    (root / "lecture6_utils/data").symlink_to(ROOT / "lecture6_utils/data")
    (root / "chapters/adds.py").write_text(LESSON, encoding="utf-8")
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
