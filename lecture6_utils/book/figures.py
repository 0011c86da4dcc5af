"""What two runs of a figure say differently, given how much the study saw it vary."""

import base64
import hashlib
import io
import json
import math
import re

import numpy as np
from PIL import Image

from lecture6_utils.book.in_kernel import five_digits, sketch
from lecture6_utils.live_figures.packing import WHOLE

LIVE_DATA = re.compile(r'<script type="application/json">(.*)</script>')
TEXTS = {"characters", "words"}  # these only look packed

#: Deviations below this part of the data's own span are rounding, not a difference.
ROUNDING = 2e-3

#: A picture that was seen to vary as much as black from white is chosen, not drawn: which one is
#: shown depends on the machine, and any other may stand in its place.
ANOTHER_PICTURE = 0.9


# --- live figures -----------------------------------------------------------------------


def describe_live(outputs):
    """What a live figure among a cell's outputs carries, as `in_kernel.describe` has it; or None.

    Weights, codings and points are decoded: their sketches and their sizes are data.
    """
    for output in outputs:
        found = LIVE_DATA.search(output.get("data", {}).get("text/html", ""))
        if found:
            says, data = {}, {}
            _walk("live", json.loads(found[1]), says, data)
            return {"says": says, "data": data}
    return None


def _walk(where, part, says, data):
    key = where.split()[-2] if where.split()[-1].isdigit() else where.split()[-1]
    if isinstance(part, dict):
        for name, value in part.items():
            _walk(f"{where} {name}", value, says, data)
    elif isinstance(part, list) and part and not all(isinstance(v, (int, float)) for v in part):
        for k, value in enumerate(part):
            _walk(f"{where} {k}", value, says, data)
    elif isinstance(part, list):
        _numbers(where, np.array(part, float), says, data)
    elif isinstance(part, str) and part.startswith("data:image"):
        image = Image.open(io.BytesIO(base64.b64decode(part.partition(",")[2])))
        says[where] = list(image.size)
        small = np.asarray(image.convert("L").resize((7, 7), Image.Resampling.BOX), float)
        data[where] = [round(v) for v in small.ravel()]
    elif isinstance(part, str) and key not in TEXTS and re.fullmatch(r"[A-Za-z0-9+/]{23,}=*", part):
        raw = base64.b64decode(part)
        if key in WHOLE:
            values = np.frombuffer(raw, WHOLE[key]).astype(float)
        else:  # three bytes of each float32, the high bytes first
            high, middle, low = np.frombuffer(raw, "u1").astype("<u4").reshape(3, -1)
            values = (high << 24 | middle << 16 | low << 8).view("<f4").astype(float)
        _numbers(where, values, says, data)
    elif isinstance(part, float):
        data[where] = [part]
    else:  # a text; of a long one only whether it is the same
        says[where] = part if len(str(part)) < 200 else hashlib.sha256(part.encode()).hexdigest()


def _numbers(where, values, says, data):
    says[f"{where}, how many"] = values.size
    if values.size:
        data[where] = sketch(values)
        # zeroed or rescaled weights show here, however their single values vary
        data[f"{where}, root mean square"] = [five_digits(np.sqrt(np.mean(values**2)))]


# --- comparing --------------------------------------------------------------------------


def deviation(new, stored):
    """The largest deviation of two sketches, as a part of the stored one's span."""
    if len(new) != len(stored):
        return math.inf
    a, b = (np.array([np.nan if v is None else v for v in s], float) for s in (new, stored))
    if not np.array_equal(np.isnan(a), np.isnan(b)):
        return math.inf
    if np.isnan(b).all():
        return 0.0
    span = np.nanmax(b) - np.nanmin(b) or abs(np.nanmax(b)) or 1.0
    return float(np.nanmax(np.abs(a - b)) / span)


def differences(new, stored, spread=None):
    """What a re-made figure says otherwise than the stored one, as a list of sentences.

    Parameters
    ----------
    new, stored : dict
        As from `in_kernel.describe` or `describe_live`.
    spread : dict, optional
        The figure's part of the evidence: ``varies``, the paths of exact things that
        were not the same in every run, ``bounds``, for a path of data the largest
        admissible deviation, and ``otherwise``, that of all other paths. Without it, texts
        and marks are compared and data are not.
    """
    varies = set(spread["varies"]) if spread else set()
    problems = []
    for kind in ("says", "data"):
        paths = (new[kind].keys() | stored[kind].keys()) - varies
        for path in sorted(p for p in paths if p not in new[kind] or p not in stored[kind]):
            problems.append(f"{path}: {'missing' if path in stored[kind] else 'was not there'}")
    for path in sorted(new["says"].keys() & stored["says"].keys() - varies):
        if new["says"][path] != stored["says"][path]:
            problems.append(f"{path}: {new['says'][path]!r} now, {stored['says'][path]!r} stored")
    if spread:
        for path in sorted(new["data"].keys() & stored["data"].keys() - varies):
            off = deviation(new["data"][path], stored["data"][path])
            allowed = spread["bounds"].get(path, spread["otherwise"])
            if ", image " in path and allowed > ANOTHER_PICTURE:
                continue
            if off > allowed:
                problems.append(f"{path}: off by {off:.1%} of its span, {allowed:.1%} is allowed")
    return problems
