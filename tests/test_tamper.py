"""The gate can fail: each kind of tampering with a copy of the book is caught."""

import base64
import io
import json
import os
import re
import subprocess
import sys

import nbformat
import numpy as np
import pytest
from checks import pair_problems, prose_problems
from conftest import ROOT, module_at
from PIL import Image

from lecture6_utils.lessons import Lesson, read_notebook

SLUG = "character_embeddings"  # the quickest lesson


@pytest.fixture
def lesson(book_copy):
    return Lesson(book_copy, SLUG)


def change_figure(output):
    """A mark as large as a legend."""
    image = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))
    pixels = np.array(image.convert("RGB"))
    pixels[20:120, 20:200] = 0
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    output.data["image/png"] = base64.b64encode(buffer.getvalue()).decode()


def first(notebook, wanted):
    """The first output that fits, and the number of its cell as nbval counts them."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code):
        for output in cell.outputs:
            if wanted(output):
                return number, output
    raise AssertionError("no such output")


def test_the_proof_catches_a_changed_figure_output_and_bound(lesson):
    notebook = read_notebook(lesson)
    figure, output = first(notebook, lambda o: "image/png" in o.get("data", {}))
    change_figure(output)
    exact, output = first(notebook, lambda o: "'e': 1" in o.get("text", ""))
    output.text = output.text.replace("'e': 1", "'e': 2")
    bound, output = first(notebook, lambda o: "(bounds" in o.get("text", ""))
    output.text = re.sub(r"… (\d)", r"… 9\1", output.text, count=1)
    hidden, output = first(notebook, lambda o: "≈ 0.0307" in o.get("text", ""))
    output.text = output.text.replace("≈ 0.0307", "≈ 0.0308")  # masked: not for the proof
    nbformat.write(notebook, lesson.notebook)

    result = subprocess.run(
        [sys.executable, "-m", "pytest", lesson.notebook.relative_to(lesson.root), "-n0", "-rf"],
        cwd=lesson.root, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(lesson.root), "PYTEST_ADDOPTS": ""},
    )  # fmt: skip
    failed = {int(n) for n in re.findall(r"^FAILED .*::Cell (\d+)", result.stdout, re.M)}
    assert failed == {figure, exact, bound}, result.stdout


def test_the_prose_check_catches_a_changed_number(lesson):
    notebook = read_notebook(lesson)
    assert list(prose_problems(notebook)) == []
    cell = next(c for c in notebook.cells if c.cell_type == "markdown" and "≈ 1.94" in c.source)
    cell.source = cell.source.replace("≈ 1.94", "≈ 1.95")
    assert list(prose_problems(notebook)) == ["≈ 1.95 was not measured in this lesson"]


def test_the_pair_check_catches_a_cell_changed_in_the_script_alone(lesson):
    assert list(pair_problems(lesson)) == []
    text = lesson.script.read_text()
    assert "embedding_dim = 8" in text
    lesson.script.write_text(text.replace("embedding_dim = 8", "embedding_dim = 9"))
    (problem,) = pair_problems(lesson)
    assert "differs between the script and the notebook" in problem


@pytest.fixture
def nbval_conftest():
    return module_at(ROOT / "chapters/conftest.py")


def test_the_proof_catches_live_data_that_lost_a_part(nbval_conftest):
    def sizes(**data):
        html = f'<script type="application/json">{json.dumps(data)}</script>'
        return next(nbval_conftest.live_data([{"data": {"text/html": html}}]))

    stored = sizes(layers="x" * 1_000, range=3.2)
    assert nbval_conftest.live_difference(sizes(layers="y" * 1_010, range=3.25), stored) is None
    problem = nbval_conftest.live_difference(sizes(layers="x" * 600, range=3.2), stored)
    assert problem == "live data: 'layers' has 602 characters now, 1002 stored"
    problem = nbval_conftest.live_difference(sizes(layers="x" * 1_000), stored)
    assert problem == "live data: parts ['layers'] now, ['layers', 'range'] stored"


def test_a_kernel_that_does_not_start_is_started_once_more_and_no_more(nbval_conftest):
    tries = []

    def start(failures):
        tries.append(failures)
        if len(tries) <= failures:
            raise RuntimeError("Kernel died before replying to kernel_info")

    nbval_conftest.twice(start)(1)
    assert tries == [1, 1]
    tries.clear()
    with pytest.raises(RuntimeError, match="Kernel died"):
        nbval_conftest.twice(start)(2)
    assert tries == [2, 2]
