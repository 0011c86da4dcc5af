"""Where the book is, and scratch copies of it to break: what several test files use."""

import ast
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from itertools import zip_longest
from pathlib import Path
from queue import Queue

import pytest
from nbformat.v4 import new_output

from lecture6_utils.book import lock
from lecture6_utils.book.evidence import evidence_path
from lecture6_utils.book.lessons import (
    METADATA_KEY,
    Lesson,
    cells_hash,
    evidence_fingerprint,
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

LAB_LESSON = """# %% [markdown]
# # Add two numbers
#
# :::{admonition} Takeaways
# :class: tip
# The sum is ≈ 3.0.
# :::
#
# :::{admonition} Exercise 1 — more
# :class: exercise
# Add three.
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 1"}
print(1 + 2 + 3)

# %% [markdown]
# :::{admonition} Answer to exercise 1
# :class: dropdown
# It is six.
# :::

# %%
from lecture6_utils.measurement import compare_with, measured

compare_with("adds")
measured("sum", 1 + 2, ".1f")
"""

#: An exercise of a lesson; its solution and its answer have a word of their own.
EXERCISE = """
# %% [markdown]
# :::{admonition} Exercise 1 — add more
# Add.
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 1"}
print("SECRET")

# %% [markdown]
# :::{admonition} Answer to exercise 1
# SECRET
# :::
"""

#: The slides of the lecture, in their order.
SLIDES = """
Introduction to Character Embeddings
Applications of Character Embeddings
Methods for Character Embeddings
Methods for Character Embeddings (Continued)
Hands-On: Character Embeddings in Python
Hands-On: Character Embeddings in Python (Continued)
Autoencoders
Stacked Autoencoders
Visualization via t-SNE
Unsupervised Pretraining using Autoencoders
Training Autoencoders
Sparse Autoencoders
Variational Autoencoders
Variational Autoencoders: Latent Loss
""".strip().splitlines()


def definitions(slug, needed, names):
    """`names`, and the needed functions, classes and constants of a lesson: without its trainings."""
    tree = ast.parse((ROOT / f"chapters/{slug}.py").read_text(encoding="utf-8"))
    tree.body = [
        node
        for node in tree.body
        if getattr(node, "name", None) in needed
        or (isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) in needed)
    ]
    exec(compile(tree, f"{slug}.py", "exec"), names)
    return names


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


def copy_book(folder, root=ROOT):
    """Copy a book into a folder, to be tampered with; its data and the environment are linked."""
    copy = folder / "book"
    left_out = ("data", ".venv", ".git", "_build", "mine", "__pycache__", ".*_cache")
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns(*left_out))
    (copy / "lecture6_utils/data").symlink_to(root / "lecture6_utils/data")
    (copy / ".venv").symlink_to(sys.prefix)
    return copy


def make(book, *arguments, **options):
    """Run a target of the book's Makefile, as if no other make had called this one."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", *arguments], cwd=book, env=env, capture_output=True, text=True, **options
    )


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


def printed(text, name="stdout"):
    """An output of a cell that printed."""
    return new_output("stream", name=name, text=text)


def make_lab_book(folder):
    """A small book whose lesson `adds` has an exercise and evidence, as if it had been executed."""
    book = make_small_book(folder)
    adds = Lesson(book, "adds")
    adds.script.write_text(LAB_LESSON, encoding="utf-8")
    pretend_executed(adds, printed("6\n"), printed("sum ≈ 3.0\n"))
    evidence_path(adds).parent.mkdir()
    numbers = {"sum": {"spec": ".1f", "bounds": [2.9, 3.1]}}
    evidence = {"fingerprint": evidence_fingerprint(adds), "numbers": numbers, "figures": {}}
    evidence_path(adds).write_text(json.dumps(evidence), encoding="utf-8")
    return book


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def require_jupyterlab():
    """Skip, or fail in CI, where no JupyterLab is installed."""
    if importlib.util.find_spec("jupyterlab") is None:
        message = "no JupyterLab found: run `make book`, which makes the environment anew"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)


def copy_sources(folder):
    """The book without its notebooks and data, which a new lesson does not touch."""
    ignore = shutil.ignore_patterns("*.ipynb", "evidence", "__pycache__")
    shutil.copytree(ROOT / "chapters", folder / "chapters", ignore=ignore)
    for name in ("_toc.yml", "pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, folder)
    (folder / "lecture6_utils").symlink_to(ROOT / "lecture6_utils")
    return folder


def listen_to_the_lock(monkeypatch):
    """A queue of what whoever waits for a lock says.

    Not capsys: what another thread prints while it is read may be lost, and the test would wait
    for ever.
    """
    said = Queue()
    monkeypatch.setattr(lock, "print", lambda line, flush: said.put(line), raising=False)
    return said
