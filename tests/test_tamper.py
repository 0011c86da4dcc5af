"""The gate can fail: each kind of tampering with a copy of the book is caught."""

import base64
import io
import os
import re
import subprocess
import sys

import nbformat
import numpy as np
import pytest
from helpers import ROOT, module_at
from nbval.plugin import IPyNbCell, IPyNbFile
from PIL import Image

from lecture6_utils.book.evidence import read_evidence
from lecture6_utils.book.lessons import (
    METADATA_KEY,
    Lesson,
    pair_problems,
    read_notebook,
    read_script,
)
from lecture6_utils.book.quotes import quote_problems, read_lock

SLUG = "character_embeddings"  # the quickest lesson


@pytest.fixture
def lesson(book_copy):
    return Lesson(book_copy, SLUG)


def first(notebook, wanted):
    """The first output that fits, and the number of its cell as nbval counts them."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code):
        for output in cell.outputs:
            if wanted(output):
                return number, output
    raise AssertionError("no such output")


def change_pixels(output):
    """A mark as large as a legend."""
    image = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))
    pixels = np.array(image.convert("RGB"))
    pixels[20:120, 20:200] = 0
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    output.data["image/png"] = base64.b64encode(buffer.getvalue()).decode()


@pytest.mark.parametrize("variant", ["here", "avx2"])
def test_the_proof_catches_what_was_tampered_with_and_nothing_else(lesson, variant):
    notebook = read_notebook(lesson)
    record = notebook.metadata[METADATA_KEY]
    spread = read_evidence(lesson)["figures"]
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    drawn = {
        name: number
        for number, cell in enumerate(code)
        if (name := cell.metadata.get("mystnb", {}).get("figure", {}).get("name"))
    }
    pixels = next(name for name in drawn if spread[name]["pixels"])
    change_pixels(code[drawn[pixels]].outputs[0])
    label = next(name for name in drawn if name != pixels)
    says = record["figures"][label]["says"]
    path = next(path for path in says if path.endswith("x axis"))
    says[path] = ["another label", *says[path][1:]]
    exact, output = first(notebook, lambda o: "'e': 1" in o.get("text", ""))
    output.text = output.text.replace("'e': 1", "'e': 2")
    measurement = next(
        m for m in record["measured"] if m["cell"] - 1 not in (exact, *drawn.values())
    )
    named = measurement["cell"] - 1
    measurement["name"] += ", or so"
    nbformat.write(notebook, lesson.notebook)

    result = subprocess.run(
        [sys.executable, "-m", "pytest", lesson.notebook.relative_to(lesson.root), "-rf"],
        cwd=lesson.root,
        capture_output=True,
        text=True,
        env=os.environ
        | {"PYTHONPATH": str(lesson.root), "PYTEST_ADDOPTS": "", "LECTURE6_VARIANT": variant},
    )
    failed = {int(n) for n in re.findall(r"^FAILED .*::Cell (\d+)", result.stdout, re.M)}
    assert failed == {drawn[pixels], drawn[label], exact, named}, result.stdout


def test_a_quote_changed_by_one_digit_is_caught(lesson):
    notebook, lock = read_notebook(lesson), read_lock(lesson)
    measured = notebook.metadata[METADATA_KEY]["measured"]
    assert list(quote_problems(notebook, measured, lock)) == []
    cell = next(c for c in notebook.cells if c.cell_type == "markdown" and "≈ 1.94" in c.source)
    cell.source = cell.source.replace("≈ 1.94", "≈ 1.95")
    (problem,) = quote_problems(notebook, measured, lock)
    assert "≈ 1.95”" in problem.text and "is 1.94" in problem.text


def test_the_pair_check_catches_a_cell_changed_in_the_script_alone(lesson):
    stored = read_notebook(lesson)
    assert list(pair_problems(read_script(lesson), stored)) == []
    text = lesson.script.read_text(encoding="utf-8")
    assert "embedding_dim = 8" in text
    lesson.script.write_text(
        text.replace("embedding_dim = 8", "embedding_dim = 9"), encoding="utf-8"
    )
    (problem,) = pair_problems(read_script(lesson), stored)
    assert "differs between the script and the notebook" in problem.text


def test_a_kernel_that_does_not_start_is_started_once_more_and_no_more(monkeypatch, tmp_path):
    for name in ("setup", "teardown"):  # to be as they are when this test is over
        monkeypatch.setattr(IPyNbFile, name, getattr(IPyNbFile, name))
    for name in ("sanitize", "compare_outputs", "repr_failure"):
        monkeypatch.setattr(IPyNbCell, name, getattr(IPyNbCell, name))
    conftest = module_at(ROOT / "chapters/conftest.py")
    tries = []

    def start(self):
        tries.append(dict(os.environ))
        if len(tries) <= self.failures:
            raise RuntimeError("Kernel died before replying to kernel_info")

    class File:
        path = ROOT / "chapters" / f"{SLUG}.ipynb"
        failures = 1

    monkeypatch.setattr(conftest, "start", start)
    before = dict(os.environ)
    conftest.setup(File())
    assert len(tries) == 2
    assert "LECTURE6_RECORD" in tries[0], "the kernel starts as the book starts it"
    assert dict(os.environ) == before
    tries.clear()
    File.failures = 2
    with pytest.raises(RuntimeError, match="Kernel died"):
        conftest.setup(File())
    assert len(tries) == 2
