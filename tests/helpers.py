"""Where the book is, and scratch copies of it to break: what several test files use."""

import importlib.util
import os
import shutil
import sys
from itertools import zip_longest
from pathlib import Path

from lecture6_utils.book.lessons import (
    METADATA_KEY,
    cells_hash,
    fingerprints,
    output_hashes,
    read_script,
    write_notebook,
)

ROOT = Path(__file__).resolve().parents[1]

HEADER = """# %% [markdown]
# # Add two numbers
#
# It is ≈ 3.0 today.

# %%
from lecture6_utils.measurement import measured

"""


def module_at(path):
    """Import a file that is in no package."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_small_book(folder):
    """A book of two lessons that take a second: `adds` imports the package, `prints` does not."""
    for name in ("requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    ignore = shutil.ignore_patterns("data", "__pycache__")
    shutil.copytree(ROOT / "lecture6_utils", folder / "lecture6_utils", ignore=ignore)
    chapters = folder / "chapters"
    chapters.mkdir()
    shutil.copy(ROOT / "chapters" / "jupytext.toml", chapters)
    (chapters / "adds.py").write_text(HEADER + 'measured("sum", 1 + 2, ".1f")\n', encoding="utf-8")
    (chapters / "prints.py").write_text(
        "# %% [markdown]\n# # Print\n\n# %%\nprint(2)\n", encoding="utf-8"
    )
    (chapters / "index.md").write_text("# Index\n", encoding="utf-8")
    (folder / "_toc.yml").write_text(
        "format: jb-book\nroot: chapters/index\nchapters:\n"
        "- file: chapters/adds\n- file: chapters/prints\n",
        encoding="utf-8",
    )
    return folder


def copy_book(folder):
    """Copy the real book into a folder; the environment is linked, not copied."""
    copy = folder / "book"
    ignore = shutil.ignore_patterns(".venv", ".git", "_build", "mine", "__pycache__", ".*_cache")
    shutil.copytree(ROOT, copy, ignore=ignore)
    os.symlink(sys.prefix, copy / ".venv")
    return copy


def pretend_executed(lesson, *outputs):
    """Write a lesson's notebook as if it had been run, and its code cells had put these out, one each."""
    notebook = read_script(lesson)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, (cell, output) in enumerate(zip_longest(code, outputs), 1):
        cell.execution_count, cell.outputs = number, [output] if output else []
    notebook.metadata[METADATA_KEY] = fingerprints(lesson) | {
        "cells": cells_hash(notebook),
        "outputs": output_hashes(notebook),
        "cpu_seconds": 1,
        "measured": [],
        "tables": [],
        "figures": {},
    }
    write_notebook(lesson.notebook, notebook)
