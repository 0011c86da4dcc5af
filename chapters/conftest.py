"""The proof: nbval re-runs every cell; here its numbers and figures are held against the study.

nbval compares the text of all outputs. What is measured is masked there: it is guarded by
the range that follows from the study, in the kernel itself (``measurement.py``), and its
name is compared here. A figure has to say the same: its texts, axes and marks to the
letter, its data within what the study found. A figure in which nothing is trained or drawn
by lot must have nearly the same pixels. A lesson whose corpus can be neither found nor
fetched is skipped, and the summary says so; in CI that is a failure.
"""

import base64
import contextlib
import io
import json
import os
import re
from itertools import zip_longest
from pathlib import Path

import numpy as np
import pytest
from nbformat import from_dict
from nbval.plugin import IPyNbCell, IPyNbFile
from PIL import Image

from lecture6_utils.book.evidence import read_evidence
from lecture6_utils.book.execution import CELL_TIMEOUT, kernel_environment, read_record
from lecture6_utils.book.figures import LIVE_DATA, describe_live, differences
from lecture6_utils.book.study import variables
from lecture6_utils.datasets import DataFileError
from lecture6_utils.book.lessons import METADATA_KEY, BookError, Lesson
from lecture6_utils.words import turku_ner_folder

# Another version of Matplotlib draws other pixels: `make oldest` and `make newest` say so.
PIXELS = os.environ.get("LECTURE6_PIXELS") != "no"
# Root mean square difference of two figures, on 0 … 255. On one machine it is 0; a curve
# that moves by a line's width over a tenth of the picture's breadth gives about 5.
TOLERANCE = 4.0
BLANK = 1.0  # standard deviation of the pixels of a picture that shows nothing

NUMBER = r"[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?%?"
MASKS = [
    (re.compile(rf"≈ {NUMBER}(?: ± [\d.,]+(?:e[-+]?\d+)?%?)?"), "≈ MEASURED"),
    (re.compile(rf"95% interval {NUMBER} … {NUMBER} \("), "95% interval MEASURED ("),
    (re.compile(r'<td class="measured">[^<]*</td>'), "<td>MEASURED</td>"),
    # A live figure carries trained weights, and its name is a hash of them.
    (LIVE_DATA, "LIVE DATA"),
    (re.compile(r"live-[0-9a-f]{8}"), "LIVE NAME"),
]


def pytest_configure(config):
    """Whoever runs pytest on a lesson proves it, with the kernel of this environment."""
    config.option.nbval = config.option.nbval_current_env = True
    config.option.nbval_cell_timeout = CELL_TIMEOUT


# --- numbers and text -------------------------------------------------------------------


def sanitize(self, text):
    """A text without what is measured."""
    if isinstance(text, str):
        for pattern, mask in MASKS:
            text = pattern.sub(mask, text)
    return text


def without_plain_tables(outputs):
    """A table's HTML says all; its plain text, padded to its widest number, cannot be masked."""
    for output in outputs:
        data = output.get("data", {})
        if "measured-table" in data.get("text/html", ""):
            output = from_dict(
                {**output, "data": {k: v for k, v in data.items() if k != "text/plain"}}
            )
        yield output


compare_text = IPyNbCell.compare_outputs


def compare_outputs(self, test, ref, skip_compare=None):
    """What nbval compares, and what this cell measured and drew."""
    same = compare_text(
        self, [*without_plain_tables(test)], [*without_plain_tables(ref)], skip_compare
    )
    number = self.cell_num + 1
    stored = self.parent.nb.metadata.get(METADATA_KEY, {})
    lines = [line for line in read_record(self.parent.record) if line["cell"] == number]
    names = [line["name"] for line in lines if "name" in line]
    stored_names = [m["name"] for m in stored.get("measured", []) if m["cell"] == number]
    problems = []
    if names != stored_names:
        problems.append(f"measured {names} now, {stored_names} stored")
    problems += figure_problems(self, test, ref, lines, stored)
    for problem in problems:
        self.comparison_traceback.append(problem)
    return same and not problems


say_failure = IPyNbCell.repr_failure


def repr_failure(self, excinfo):
    """What nbval says of a failed cell, behind its place in the script, which an author edits."""
    path = Path(self.path)
    number = next(n for n, cell in enumerate(self.parent.nb.cells) if cell is self.cell)
    place = Lesson(path.parents[1], path.stem).at(number)
    return f"{place}: this cell is not proved\n{say_failure(self, excinfo)}"


IPyNbCell.repr_failure = repr_failure
IPyNbCell.sanitize = sanitize
IPyNbCell.compare_outputs = compare_outputs


# --- figures ----------------------------------------------------------------------------


def figure_problems(cell, test, ref, lines, stored):
    """What the figures of a cell say otherwise than the stored ones, as sentences."""
    new, old = pngs(test), pngs(ref)
    if len(new) != len(old):
        yield f"figure: {len(new)} now, {len(old)} stored"
    spread = None
    name = cell.cell.metadata.get("mystnb", {}).get("figure", {}).get("name")
    if name:
        spread = cell.parent.evidence.get("figures", {}).get(name)
        says = describe_live(test) or next((x["figure"] for x in lines if "figure" in x), None)
        said = stored.get("figures", {}).get(name)
        if says is None or said is None:
            yield f"{name}: {'nothing was drawn' if says is None else 'nothing is stored of it'}"
        else:
            yield from (f"{name}: {problem}" for problem in differences(says, said, spread))
    for a, b in zip_longest(new, old):
        if a is not None and b is not None:
            yield from picture_problems(a, b, by_pixel=bool(spread and spread["pixels"]) and PIXELS)


def pngs(outputs):
    return [
        np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB"), float)
        for output in outputs
        if (png := output.get("data", {}).get("image/png"))
    ]


def picture_problems(new, stored, by_pixel):
    """What is wrong with a re-made picture, as sentences."""
    if new.shape != stored.shape:
        yield f"figure: its shape is {new.shape}, stored is {stored.shape}"
    elif new.std() < BLANK or stored.std() < BLANK:
        yield "figure: it is blank"
    elif by_pixel:
        rms = np.sqrt(np.mean((new - stored) ** 2))
        if rms > TOLERANCE:
            yield f"figure: its pixels differ by {rms:.1f} RMS, allowed are {TOLERANCE}"


# --- kernels ----------------------------------------------------------------------------

start, stop = IPyNbFile.setup, IPyNbFile.teardown


def setup(self):
    """Start the lesson's kernel as the book does; once more if it does not come up.

    That says nothing of the lesson, and happens: two workers draw their ports at the same
    moment and may draw the same one.
    """
    path = Path(self.path)
    lesson = Lesson(path.parents[1], path.stem)
    try:
        self.evidence = read_evidence(lesson) or {}
    except BookError:
        self.evidence = {}  # tests/build/test_chapters.py says what is wrong with it
    self.own = contextlib.ExitStack()
    environment = self.own.enter_context(
        kernel_environment(
            lesson.root,
            lesson.slug,
            prove=bool(self.evidence),
            variables=variables(os.environ.get("LECTURE6_VARIANT") or "here"),
        )
    )
    self.record = environment["LECTURE6_RECORD"]
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        try:
            start(self)
        except RuntimeError:  # what nbval and jupyter_client raise for it
            start(self)
    finally:
        os.environ.clear()
        os.environ.update(before)


def teardown(self):
    stop(self)
    self.own.close()


IPyNbFile.setup, IPyNbFile.teardown = setup, teardown


# --- order, and what is lacking ---------------------------------------------------------


def pytest_collection_modifyitems(items):
    """Longest lesson first, then the rest: the workers end together."""
    lessons = {
        path: path.read_text(encoding="utf-8")
        for path in {item.path for item in items}
        if path.suffix == ".ipynb"
    }
    costs = {
        path: json.loads(text)["metadata"].get(METADATA_KEY, {}).get("cpu_seconds", 0)
        for path, text in lessons.items()
    }
    items.sort(key=lambda item: -costs.get(item.path, 0))  # stable: cells keep their order
    on_demand = {path for path, text in lessons.items() if "load_turku_ner()" in text}
    # A folder that was named and is wrong is a mistake to be told, not a lack.
    if on_demand and not os.environ.get("LECTURE6_TURKU_NER") and not os.environ.get("CI"):
        try:
            turku_ner_folder()
        except DataFileError as error:
            lack = pytest.mark.skip(reason=" ".join(f"NOT PROVED: {error}".split()))
            for item in items:
                if item.path in on_demand:
                    item.add_marker(lack)
