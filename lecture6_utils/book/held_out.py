"""Whether the rule keeps its promise: each run of the study, held against bounds from all the others."""

import json
from collections import Counter
from statistics import fmean

from lecture6_utils.book.rule import bounds
from lecture6_utils.book.summary import STORED, at, sum_up_figures


def held_out(root):
    """The rule's false alarms: each run of the study in turn against bounds from all the others.

    Returns
    -------
    dict
        ``checks``, how many numbers and figures were checked of all runs at a (seed offset,
        machine), and ``alarms``, a list of (lesson, name, (seed offset, machine)) of those that
        lay outside.
    """
    checks, alarms = Counter(), []
    for path in sorted((root / "chapters" / "evidence").glob("*.json")):
        if path.name.endswith(".quotes.json") or path.name == "mutations.json":
            continue
        evidence = json.loads(path.read_text(encoding="utf-8"))
        for held, run in enumerate(evidence["runs"]):
            found = {**numbers_outside(evidence, held), **figures_outside(evidence, held)}
            checks[at(run)] += len(found)
            alarms += [(path.stem, name, at(run)) for name, outside in found.items() if outside]
    return {"checks": checks, "alarms": alarms}


def numbers_outside(evidence, held):
    """Name → whether the number of the run that is held out lies outside the others' bounds."""
    rest = {
        name: [None if k == held else v for k, v in enumerate(number["runs"])]
        for name, number in evidence["numbers"].items()
    }
    specs = {name: number["spec"] for name, number in evidence["numbers"].items()}
    offsets = [run["offset"] for run in evidence["runs"]]
    values = {name: number["runs"][held] for name, number in evidence["numbers"].items()}
    return {
        name: not low <= fmean(values[name]) <= high
        for name, (low, high) in bounds(specs, rest, offsets, offsets[held]).items()
        if values[name] is not None
    }


def figures_outside(evidence, held):
    """Name → whether the figure of the run that is held out says what the others did not.

    Of runs with the book's seeds only: a figure is known by how it differs from the stored one.
    """
    run = evidence["runs"][held]
    if run["offset"] != 0 or at(run) == STORED:
        return {}
    drawn = {
        name: figure["runs"] for name, figure in evidence["figures"].items() if figure["runs"][held]
    }
    others = [
        other | {"figures": {name: runs[k] for name, runs in drawn.items() if runs[k]}}
        for k, other in enumerate(evidence["runs"])
        if k != held
    ]
    spreads = sum_up_figures(list(drawn), others)
    return {name: _outside(runs[held], spreads[name]) for name, runs in drawn.items()}


def _outside(figure, spread):
    return not set(figure["varies"]) <= set(spread["varies"]) or any(
        deviation > spread["bounds"].get(path, spread["otherwise"])
        for path, deviation in figure["off"].items()
        if path not in spread["varies"]
    )
