"""The gate can fail: each kind of tampering with a small lesson is caught, and nothing else is."""

import base64
import copy
import io
import os
import re
import shutil
import subprocess
import sys

import nbformat
import numpy as np
import pytest
from helpers import ROOT, make_small_book
from PIL import Image

from lecture6_utils.book import executor
from lecture6_utils.book.lessons import METADATA_KEY, Lesson, read_notebook
from lecture6_utils.book.summary import sum_up

FIGURE = """# %% mystnb={{"figure": {{"caption": "Drawn.", "name": "fig-{0}"}}, "image": {{"alt": "A line rises from one to four in two steps."}}}}
ax = plt.figure().subplots()
_ = ax.plot([1, 2, 4])
_ = ax.set_xlabel("epoch")

"""
LESSON = f"""# %% [markdown]
# # A lesson

# %%
import os
import matplotlib.pyplot as plt
from lecture6_utils.measurement import measured

# %%
print({{"e": 1}})

# %%
measured("loss", 1.94, ".2f")

{FIGURE.format("drawn")}{FIGURE.format("trained")}# %%
measured("gain", 0.5, ".1f")

# %%
print(os.environ.get("LECTURE6_THREADS"))
"""
EXACT, LOSS, DRAWN, TRAINED, GAIN, MACHINE = range(1, 7)  # cells, as nbval counts them


@pytest.fixture
def lesson(tmp_path):
    """A lesson that was executed and studied; another seed moved the line of one figure."""
    root = make_small_book(tmp_path)
    shutil.copy(ROOT / "chapters/conftest.py", root / "chapters")
    lesson = Lesson(root, "adds")
    lesson.script.write_text(LESSON, encoding="utf-8")
    executor.run(root, ["adds"])
    record = read_notebook(lesson).metadata[METADATA_KEY]
    runs = []
    for at in ((0, "here"), (0, "avx"), (1_000, "here")):
        run = {"offset": at[0], "variant": at[1], "seconds": 1}
        runs.append(copy.deepcopy(run | {key: record[key] for key in ("measured", "figures")}))
    moved = runs[-1]["figures"]["fig-trained"]["data"]
    path = next(path for path in moved if "line" in path)
    moved[path] = [2 * value for value in moved[path]]
    sum_up(lesson, runs)
    return lesson


def change_pixels(output):
    """A mark as large as a legend."""
    image = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))
    pixels = np.array(image.convert("RGB"))
    pixels[20:120, 20:200] = 0
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    output.data["image/png"] = base64.b64encode(buffer.getvalue()).decode()


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def failed_cells(lesson, variant):
    """The cells that the proof does not accept on a machine, and what it says."""
    result = subprocess.run(
        [sys.executable, "-m", "pytest", lesson.notebook.relative_to(lesson.root), "-rf"],
        cwd=lesson.root,
        capture_output=True,
        text=True,
        env=os.environ
        | {"PYTHONPATH": str(lesson.root), "PYTEST_ADDOPTS": "", "LECTURE6_VARIANT": variant},
    )
    failed = re.findall(r"^FAILED .*::Cell (\d+)", result.stdout, re.M)
    return {int(number) for number in failed}, result.stdout


def test_the_proof_catches_what_was_tampered_with_and_nothing_else(lesson):
    notebook = read_notebook(lesson)
    record, code = notebook.metadata[METADATA_KEY], code_cells(notebook)
    change_pixels(code[DRAWN].outputs[0])
    change_pixels(code[TRAINED].outputs[0])  # another machine's line may lie elsewhere
    nbformat.write(notebook, lesson.notebook)
    failed, said = failed_cells(lesson, "here")
    assert failed == {DRAWN}, said

    says = record["figures"]["fig-trained"]["says"]
    path = next(path for path in says if path.endswith("x axis"))
    says[path] = ["another label", *says[path][1:]]
    code[EXACT].outputs[0].text = code[EXACT].outputs[0].text.replace("1", "2")
    code[LOSS].outputs[0].text = (
        code[LOSS].outputs[0].text.replace("1.94", "1.95")
    )  # its range tells
    next(m for m in record["measured"] if m["name"] == "gain")["name"] += ", or so"
    nbformat.write(notebook, lesson.notebook)
    failed, said = failed_cells(lesson, "threads")
    assert failed == {DRAWN, TRAINED, EXACT, GAIN, MACHINE}, said


def test_a_kernel_that_does_not_start_is_started_once_more_and_no_more(proof, monkeypatch):
    tries = []

    def start(self):
        tries.append(dict(os.environ))
        if len(tries) <= self.failures:
            raise RuntimeError("Kernel died before replying to kernel_info")

    class File:
        path = ROOT / "chapters" / "character_embeddings.ipynb"
        failures = 1

    monkeypatch.setattr(proof, "start", start)
    before = dict(os.environ)
    proof.setup(File())
    assert len(tries) == 2
    assert "LECTURE6_RECORD" in tries[0], "the kernel starts as the book starts it"
    assert dict(os.environ) == before
    tries.clear()
    File.failures = 2
    with pytest.raises(RuntimeError, match="Kernel died"):
        proof.setup(File())
    assert len(tries) == 2
