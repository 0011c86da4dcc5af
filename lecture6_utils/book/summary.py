"""Sums up the runs of a lesson into its evidence: the spread of every number and figure, and their bounds."""

import json
import math
from statistics import fmean, stdev

from lecture6_utils.book.evidence import evidence_path, read_evidence, values_hash
from lecture6_utils.book.figures import ROUNDING, deviation
from lecture6_utils.book.lessons import BookError, evidence_fingerprint, replace_text
from lecture6_utils.book.rule import (
    SEEDS,
    bounds,
    by_offset,
    fit_prior,
    machine_variance,
    tolerance,
)

#: A spread between machines that is so large a part of the spread over all runs is chaos:
#: the last digit of a sum decides as much as the seed does.
CHAOTIC = 0.5

#: The run whose outputs the notebook stores: its seed offset and its machine variant.
STORED = 0, "here"


def sum_up(lesson, runs):
    """Write a lesson's evidence; return a line that says what it holds.

    Parameters
    ----------
    lesson : Lesson
    runs : list of dict
        As from `study.run`, that of the stored notebook first. Runs that the evidence has
        already, of the same lesson, are kept beside them.
    """
    first = next((run for run in runs if at(run) == STORED), None)
    if not first:
        return (
            f"{lesson.slug}: nothing to sum up, since its notebook is of another version: make book"
        )
    runs = [condensed(run, first) for run in runs]
    known = {at(run) for run in runs}
    runs += [run for run in earlier_runs(lesson) if at(run) not in known]
    if len([run for run in runs if run["offset"] == 0]) < 2:
        return (
            f"{lesson.slug}: {len(runs)} runs, too few to sum up: there must be two of equal seeds"
        )
    runs.sort(key=at)
    evidence = {
        "fingerprint": evidence_fingerprint(lesson),
        "values": values_hash(first["measured"]),
        "runs": [{key: run[key] for key in ("offset", "variant", "seconds")} for run in runs],
        "numbers": sum_up_numbers(runs, first),
        "figures": sum_up_figures(list(first["figures"]), runs),
    }
    path = evidence_path(lesson)
    path.parent.mkdir(exist_ok=True)
    replace_text(path, _compact(evidence))
    chaotic = sum(number["chaotic"] for number in evidence["numbers"].values())
    return (
        f"{lesson.slug}: {len(runs)} runs, {len(evidence['numbers'])} numbers "
        f"({chaotic} chaotic), {len(evidence['figures'])} figures"
    )


def at(run):
    """What tells a run from others: its seed offset and its machine variant."""
    return run["offset"], run["variant"]


def condensed(run, first):
    """A run as evidence keeps it: each number's values, and how each figure differs from the first."""
    return {
        "offset": run["offset"],
        "variant": run["variant"],
        "seconds": run["seconds"],
        "numbers": {m["name"]: m["values"] for m in run["measured"]},
        "figures": {
            name: unlike(figure, first["figures"][name])
            for name, figure in run["figures"].items()
            if name in first["figures"]
        },
    }


def earlier_runs(lesson):
    """The runs that a lesson's evidence holds, as from `condensed`; none if it is of another version."""
    try:
        evidence = read_evidence(lesson)
    except BookError:
        evidence = None
    if evidence is None:
        return []
    return [
        run
        | {
            "numbers": {
                name: number["runs"][k]
                for name, number in evidence["numbers"].items()
                if number["runs"][k] is not None
            },
            "figures": {
                name: figure["runs"][k]
                for name, figure in evidence["figures"].items()
                if figure["runs"][k] is not None
            },
        }
        for k, run in enumerate(evidence["runs"])
    ]


def sum_up_numbers(runs, first):
    """For each number its runs, their spread by seed and by machine, and its bounds."""
    offsets = [run["offset"] for run in runs]
    numbers = {}
    for measurement in first["measured"]:
        values = [run["numbers"].get(measurement["name"]) for run in runs]
        there = [fmean(v) for v in values if v is not None]
        groups = by_offset(offsets, [v and [fmean(v)] for v in values])
        means = [fmean(v for (v,) in group) for group in groups.values()]
        spread = math.sqrt(machine_variance(groups)[0])
        numbers[measurement["name"]] = {
            "spec": measurement["spec"],
            "seeds": len(measurement["values"]),
            "n": len(there),
            "mean": fmean(there),
            "sd": stdev(there),
            "min": min(there),
            "max": max(there),
            "by machine": spread,
            "by seed": stdev(means) if len(means) > 1 else 0.0,
            "chaotic": len(groups) > 1 and spread > CHAOTIC * stdev(there) > 0,
            "runs": values,
        }
    specs = {name: number["spec"] for name, number in numbers.items()}
    found = bounds(specs, {name: number["runs"] for name, number in numbers.items()}, offsets)
    for name, low_high in found.items():
        numbers[name]["bounds"] = low_high
    return numbers


def sum_up_figures(names, runs):
    """For each figure what is not the same in all runs, and how far its data may be off.

    The rule is that of numbers: a deviation, as a part of its data's span, is foreseen from
    those of the runs with the same seeds, and from the lesson's typical one. A machine may do
    what another seed does.
    """
    others = [run for run in runs if at(run) != STORED]
    same_seed = [run for run in others if run["offset"] == 0]
    seeds_moved = len(same_seed) < len(others)
    squares = _mean_squares(names, same_seed)
    seeds = _mean_squares(names, [run for run in others if run["offset"] != 0])
    freedom = len(same_seed)
    prior = fit_prior(squares.values(), [freedom] * len(squares))
    figures = {}
    for name in names:
        drawn = [run["figures"][name] for run in others if name in run["figures"]]
        moved = any(figure["varies"] or figure["off"] for figure in drawn)
        still = seeds_moved and not moved
        varies = {
            p for run in same_seed if name in run["figures"] for p in run["figures"][name]["varies"]
        }
        figures[name] = {
            "varies": sorted(varies),
            "bounds": {
                path: ROUNDING
                + max(
                    tolerance(squares.get((name, path), 0.0), freedom, 1, prior),
                    # both runs have a seed of their own, so they differ by √2 deviations
                    SEEDS * math.sqrt(seeds.get((name, path), 0.0) / 2),
                )
                for figure, path in squares | seeds
                if figure == name and path not in varies
            },
            "otherwise": ROUNDING + (0 if still else tolerance(0.0, freedom, 1, prior)),
            "pixels": still,
            "runs": [run["figures"].get(name) for run in runs],
        }
    return figures


def _mean_squares(names, runs):
    """(Figure, path) → the mean square of its deviations from the stored notebook's."""
    squares = {}
    for name in names:
        drawn = [run["figures"][name] for run in runs if name in run["figures"]]
        for path in {path for figure in drawn for path in figure["off"]}:
            squares[name, path] = fmean([figure["off"].get(path, 0.0) ** 2 for figure in drawn])
    return squares


def unlike(figure, stored):
    """How a run's figure differs from the stored one: ``varies``, exact paths; ``off``, deviations of data."""
    varies = sorted(
        path
        for kind in ("says", "data")
        for path in stored[kind].keys() | figure[kind].keys()
        if _differs(kind, path, figure, stored)
    )
    off = {
        path: deviation(figure["data"][path], data)
        for path, data in stored["data"].items()
        if path not in varies
    }
    return {"varies": varies, "off": {path: d for path, d in off.items() if d > 0}}


def _differs(kind, path, figure, stored):
    """Whether something exact is not the same; of data, whether there is equally much of them."""
    new, old = figure[kind].get(path), stored[kind].get(path)
    if new is None or old is None:
        return True
    if kind == "says":
        return new != old
    return math.isinf(deviation(new, old))


def _compact(evidence):
    """JSON with a line for each number and figure, floats at six significant digits."""

    def rounded(value):
        if isinstance(value, float):
            return float(f"{value:.6g}")
        if isinstance(value, list):
            return [rounded(v) for v in value]
        if isinstance(value, dict):
            return {k: rounded(v) for k, v in value.items()}
        return value

    def lines(part):
        return ",\n".join(
            f"{json.dumps(k, ensure_ascii=False)}: {json.dumps(rounded(v), ensure_ascii=False)}"
            for k, v in part.items()
        )

    return (
        f'{{"fingerprint": "{evidence["fingerprint"]}", "values": "{evidence["values"]}",\n"runs": {json.dumps(evidence["runs"])},\n'
        f'"numbers": {{\n{lines(evidence["numbers"])}\n}},\n"figures": {{\n{lines(evidence["figures"])}\n}}}}\n'
    )
