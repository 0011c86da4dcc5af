"""The proof compares figures too, proves the longest lessons first, and knows what it lacks.

nbval re-runs every cell and compares its outputs, but passes over images. A figure must
come out in the same size and nearly the same pixels; one tagged `chaotic-figure`, whose
layout no two machines share, in the same size and not blank. The data of a live figure
must have the same parts of nearly the same size. A lesson whose data can be
neither found nor fetched is skipped, and the summary says so.
"""

import base64
import io
import json
import os
import re
from itertools import zip_longest

import numpy as np
import pytest
from nbval.plugin import IPyNbCell, IPyNbFile
from PIL import Image

from lecture6_utils.datasets import DataFileError
from lecture6_utils.words import turku_ner_folder

# Root mean square difference of two figures, on 0 … 255. On one machine it is 0; a curve
# that moves by a line's width over a tenth of the picture's breadth gives about 5.
TOLERANCE = 4.0
BLANK = 1.0  # standard deviation of the pixels of a picture that shows nothing

compare_text = IPyNbCell.compare_outputs


def pngs(outputs):
    return [
        np.asarray(Image.open(io.BytesIO(base64.b64decode(o["data"]["image/png"]))).convert("RGB"), float)
        for o in outputs
        if "image/png" in o.get("data", {})
    ]  # fmt: skip


def difference(new, stored, chaotic):
    """What is wrong with a re-made figure, or None."""
    if new.shape != stored.shape:
        return f"its shape is {new.shape}, stored is {stored.shape}"
    if new.std() < BLANK or stored.std() < BLANK:
        return "it is blank"
    rms = np.sqrt(np.mean((new - stored) ** 2))
    if not chaotic and rms > TOLERANCE:
        return f"its pixels differ by {rms:.1f} RMS, allowed are {TOLERANCE}"
    return None


LIVE_DATA = re.compile(r'<script type="application/json">(.*)</script>')


def live_data(outputs):
    """For each live figure, its parts and how many characters each has."""
    for output in outputs:
        found = LIVE_DATA.search(output.get("data", {}).get("text/html", ""))
        if found:
            yield {key: len(json.dumps(value)) for key, value in json.loads(found[1]).items()}


def live_difference(new, stored):
    """What is wrong with the data of a live figure, or None."""
    if new.keys() != stored.keys():
        return f"live data: parts {sorted(new)} now, {sorted(stored)} stored"
    for key, size in stored.items():
        if abs(new[key] - size) > 0.2 * size + 20:
            return f"live data: {key!r} has {new[key]} characters now, {size} stored"
    return None


def compare_outputs(self, test, ref, skip_compare=None):
    same = compare_text(self, test, ref, skip_compare)
    new, stored = pngs(test), pngs(ref)
    problems = [f"{len(new)} figures now, {len(stored)} stored"] * (len(new) != len(stored))
    chaotic = "chaotic-figure" in self.cell.metadata.get("tags", [])
    problems += filter(None, (difference(a, b, chaotic) for a, b in zip(new, stored)))
    pairs = zip_longest(live_data(test), live_data(ref), fillvalue={})
    problems += filter(None, (live_difference(a, b) for a, b in pairs))
    for problem in problems:
        self.comparison_traceback.append(f"figure: {problem}")
    return same and not problems


IPyNbCell.compare_outputs = compare_outputs


def twice(start):
    """Start a kernel once more if it does not come up.

    That says nothing of the lesson, and happens: two workers draw their ports at the same
    moment and may draw the same one.
    """

    def setup(self):
        try:
            start(self)
        except RuntimeError:  # what nbval and jupyter_client raise for it
            start(self)

    return setup


IPyNbFile.setup = twice(IPyNbFile.setup)


def pytest_collection_modifyitems(items):
    """Longest lesson first, then the rest: the workers end together."""
    lessons = {path: path.read_text() for path in {item.path for item in items}}
    lessons = {path: text for path, text in lessons.items() if path.suffix == ".ipynb"}

    def cost(path):
        if path not in lessons:
            return 0
        return json.loads(lessons[path])["metadata"].get("lecture6", {}).get("cpu_seconds", 0)

    costs = {path: cost(path) for path in {item.path for item in items}}
    items.sort(key=lambda item: -costs[item.path])  # stable: cells keep their order
    on_demand = {path for path, text in lessons.items() if "load_turku_ner()" in text}
    # A folder that was named and is wrong is a mistake to be told, not a lack.
    if on_demand and not os.environ.get("LECTURE6_TURKU_NER"):
        try:
            turku_ner_folder()
        except DataFileError as error:
            lack = pytest.mark.skip(reason=" ".join(f"NOT PROVED: {error}".split()))
            for item in items:
                if item.path in on_demand:
                    item.add_marker(lack)
