"""Whether the rule keeps its promise: each run of the study, held against bounds from all the others."""

import json
from statistics import fmean

from lecture6_utils.book.rule import bounds


def held_out(root):
    """The rule's false alarms: each run of the study in turn against bounds from all the others.

    Returns
    -------
    dict
        ``checks``, how many numbers were checked, and ``alarms``, a list of (lesson, name,
        (seed offset, machine)) of those that lay outside.
    """
    checks, alarms = 0, []
    for path in sorted((root / "chapters" / "evidence").glob("*.json")):
        if path.name.endswith(".quotes.json") or path.name == "mutations.json":
            continue
        evidence = json.loads(path.read_text(encoding="utf-8"))
        offsets = [run["offset"] for run in evidence["runs"]]
        specs = {name: number["spec"] for name, number in evidence["numbers"].items()}
        for held, run in enumerate(evidence["runs"]):
            rest = {
                name: [None if k == held else v for k, v in enumerate(number["runs"])]
                for name, number in evidence["numbers"].items()
            }
            for name, (low, high) in bounds(specs, rest, offsets, run["offset"]).items():
                values = evidence["numbers"][name]["runs"][held]
                if values is not None:
                    checks += 1
                    if not low <= fmean(values) <= high:
                        alarms.append((path.stem, name, (run["offset"], run["variant"])))
    return {"checks": checks, "alarms": alarms}
