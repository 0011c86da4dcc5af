"""A book of one lesson, a map of three slides and a file of verdicts, for tests to spoil."""

import json

import yaml
from helpers import pretend_executed

from lecture6_utils.book.lessons import Lesson, evidence_fingerprint

LESSON = """# %% [markdown]
# # Add two numbers
#
# ## How much is it?

# %%
1 + 1
"""
MAP = """# Map

## 1 Sums

| Slide | Here |
|---|---|
| A sum | there |
| A picture | there |

## 2 Products

| Slide | Here |
|---|---|
| A product | there |
"""
SECTION = "adds#how-much-is-it"
NUMBERS = {
    "sum": ([2.0], ".1f"),
    "net − rule": ([0.5], "+.1f"),
    "net − rule | low": ([0.2], "+.1f"),
    "net − rule | high": ([0.8], "+.1f"),
    "net − rest": ([-0.1], "+.1f"),
    "net − rest | low": ([-0.4], "+.1f"),
    "net − rest | high": ([0.3], "+.1f"),
    "pairs | a over b | gap": ([-3.0], "+.1f"),
    "pairs | a over b | 95% from": ([-4.0], "+.1f"),
    "pairs | a over b | to": ([-2.0], "+.1f"),
}


def claim(text="One and one is *two*.", **more):
    """A row of a claim that is true."""
    row = {"slide": "A sum", "claim": text, "verdict": "true", "because": "It was added."}
    return row | {"section": SECTION, "numbers": [{"the sum": "sum"}]} | more


def rival(task="Add.", **more):
    """A row in which a net is ahead of a rule."""
    row = {"task": task, "ours": {"net": "sum"}, "theirs": {"rule": "sum"}, "section": SECTION}
    return row | {"difference": {"net less rule": "net − rule"}, "ours is ahead": "above 0"} | more


def rows(*claims, rivals=(), silent=("A picture", "A product")):
    """A file of verdicts; three of its claims are for the first page."""
    claims = [*claims, *(claim(f"Filler {n}.", **{"first page": "yes"}) for n in range(3))]
    silent = [{"slide": slide, "because": "It shows *one*."} for slide in silent]
    return {"claims": claims, "no claim": silent, "rivals": list(rivals)}


def measure(book, numbers=None):
    """Write the lesson's notebook, as if it had measured these."""
    lesson = Lesson(book, "adds")
    pretend_executed(lesson)
    notebook = json.loads(lesson.notebook.read_text(encoding="utf-8"))
    notebook["metadata"]["lecture6"]["measured"] = [
        {"cell": 1, "name": name, "values": values, "spec": spec, "text": f"{values[0]:{spec}}"}
        for name, (values, spec) in (NUMBERS | (numbers or {})).items()
    ]
    lesson.notebook.write_text(json.dumps(notebook), encoding="utf-8")


def study(book, **runs):
    """Write the lesson's evidence: four runs like the book's, but for the names in `runs`."""
    numbers = {}
    for name, (values, spec) in NUMBERS.items():
        found = runs.get(name, 4 * values)
        ends = {"min": min(found), "max": max(found), "chaotic": False}
        numbers[name] = {"n": 4, "spec": spec, "runs": [[value] for value in found]} | ends
    told = {"fingerprint": evidence_fingerprint(Lesson(book, "adds")), "numbers": numbers}
    path = book / "chapters" / "evidence" / "adds.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(told | {"figures": {}, "runs": []}), encoding="utf-8")


def write(book, content):
    """Write the file of verdicts."""
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1_000)
    (book / "chapters" / "verdicts.yml").write_text(text, encoding="utf-8")


def make(folder):
    """The book, measured but not studied."""
    chapters = folder / "chapters"
    chapters.mkdir()
    (chapters / "adds.py").write_text(LESSON, encoding="utf-8")
    (chapters / "slides_map.md").write_text(MAP, encoding="utf-8")
    entry = "@book{{{},\n author = {{{}}}, title = {{T}}, publisher = {{P}}, year = {{2000}}}}\n"
    sources = "".join(
        entry.format(*e) for e in [("known2000", "Known, A."), ("geron2022", "G, A.")]
    )
    (chapters / "references.bib").write_text(sources, encoding="utf-8")
    (chapters / "verdicts.md").write_text("# What we measured\n", encoding="utf-8")
    files = "".join(f"- file: chapters/{name}\n" for name in ("adds", "slides_map"))
    toc = f"format: jb-book\nroot: chapters/verdicts\nchapters:\n{files}"
    (folder / "_toc.yml").write_text(toc, encoding="utf-8")
    (folder / "requirements.txt").write_text("", encoding="utf-8")
    (folder / "bench").mkdir()
    nets = [("good", 3.0), ("bad", 1.0), ("like ours", 2.0)]
    cells = [{"net": n, "lesson": "adds", "number": "sum", "error": e, "cpu": 1} for n, e in nets]
    (folder / "bench/reference.json").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    measure(folder)
    write(folder, rows(claim()))
    return folder
