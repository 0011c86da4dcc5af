"""What the study found of each lesson, and the one rule by which bounds follow from it.

The rule. A proof repeats a lesson with the same seeds on a machine that nobody has seen.
How far a number may then lie from the mean of the runs with these seeds is a prediction
interval of Student's t, with the spread between machines that the study saw, of the single
values where there is one per seed. Few runs of one number say little of its spread, so the
numbers of a lesson that vary at all lend each other strength: each variance is drawn towards the lesson's typical one, by as much as they
are alike (Smyth 2004, the moderated t statistic of limma). `RATE` is the false-alarm rate
of one check; all checks of the book together then raise fewer than one false alarm in a
hundred proofs, as long as there are fewer than `MOST_CHECKS`.

References
----------
Smyth (2004), Linear models and empirical Bayes methods for assessing differential
expression in microarray experiments, Statistical Applications in Genetics and Molecular
Biology 3(1).
"""

import json
import math
import re
from statistics import fmean, stdev

import numpy as np
from scipy import optimize, special, stats

from lecture6_utils.book.figures import ROUNDING, deviation
from lecture6_utils.book.lessons import BookError, evidence_fingerprint, replace_text

MOST_CHECKS = 2_000
RATE = 0.01 / MOST_CHECKS

#: A spread between machines that is so large a part of the spread over all runs is chaos:
#: the last digit of a sum decides as much as the seed does.
CHAOTIC = 0.5


# --- reading ----------------------------------------------------------------------------


def evidence_path(lesson):
    """Where a lesson's evidence is stored."""
    return lesson.root / "chapters" / "evidence" / f"{lesson.slug}.json"


def read_evidence(lesson):
    """A lesson's evidence, or None if it was never studied.

    Raises
    ------
    BookError
        If the file cannot be read, or was summed up of another version of the lesson.
    """
    path = evidence_path(lesson)
    try:
        evidence = json.loads(path.read_text(encoding="utf-8"))
        told = evidence["fingerprint"], evidence["numbers"], evidence["figures"]
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise BookError(
            f"{path} is cut off or was changed. Restore it with git, or make it anew: "
            f"make study LESSON={lesson.slug}"
        ) from None
    if told[0] != evidence_fingerprint(lesson):
        raise BookError(
            f"{lesson.slug} was changed since it was studied: how its numbers vary is not known. "
            f"Study it again: make study LESSON={lesson.slug}"
        )
    return evidence


def evidence_problems(lesson, record):
    """What keeps a lesson's stored numbers and figures from being held against evidence."""
    try:
        evidence = read_evidence(lesson)
    except BookError as error:
        return [str(error)]
    if evidence is None:
        return [f"{lesson.slug} is not studied yet: make study LESSON={lesson.slug}"]
    names = [m["name"] for m in record.get("measured", [])]
    lacking = [n for n in names if n not in evidence["numbers"]]
    lacking += [n for n in record.get("figures", {}) if n not in evidence["figures"]]
    outside = [
        f"{m['name']!r}: stored {fmean(m['values']):{m['spec']}}, outside its range"
        for m in record.get("measured", [])
        if m["name"] in evidence["numbers"] and not _within(m, evidence["numbers"][m["name"]])
    ]
    return [
        f"{name!r} is not studied yet: make study LESSON={lesson.slug}" for name in lacking
    ] + outside


def _within(measurement, number):
    low, high = number["bounds"]
    return low <= fmean(measurement["values"]) <= high


def in_words(path):
    """Name → the range that the study found for it, for a reader who asks."""
    try:
        evidence = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: _words(number) for name, number in evidence["numbers"].items()}


def _words(number):
    low, high = (shown(number[end], number["spec"]) for end in ("min", "max"))
    if low == high:
        return f"the same in all {number['n']} runs of the study"
    chaos = "; the machine matters as much as the seed" if number["chaotic"] else ""
    return f"{low} … {high} in {number['n']} runs of the study{chaos}"


def shown(value, spec):
    """A number as its lesson shows it, without the sign of what rounds to zero."""
    text = format(value, spec)
    return text if re.search("[1-9]", text.partition("e")[0]) else text.lstrip("-+")


# --- the rule ---------------------------------------------------------------------------


def tolerance(variance, freedom, n, prior, rate=RATE):
    """How far a new value may lie from the mean of `n` old ones.

    Parameters
    ----------
    variance, freedom : float
        Of the values between machines, and its degrees of freedom.
    n : int
        How many values the mean is of.
    prior : (float, float)
        The lesson's typical variance, in the same unit, and what it weighs in degrees of
        freedom; see `fit_prior`.
    rate : float
        The probability of a value farther away.

    Returns
    -------
    float
    """
    typical, weight = prior
    if math.isinf(weight):
        spread, freedom = typical, math.inf
    else:
        spread = (weight * typical + freedom * variance) / (weight + freedom)
        freedom += weight
    return stats.t.isf(rate / 2, freedom) * math.sqrt(spread * (1 + 1 / n))


def fit_prior(variances, freedoms):
    """The scaled inverse χ² of which sample variances look drawn: its typical value, its weight.

    Smyth (2004), section 6.2: by the mean and the variance of the logarithms. Numbers that
    do not vary at all do not count.
    """
    pairs = [(v, f) for v, f in zip(variances, freedoms) if v > 0]
    if len(pairs) < 3:
        return 0.0, 0.0
    variances, halves = np.array(pairs).T / [[1], [2]]
    logs = np.log(variances) - special.digamma(halves) + np.log(halves)
    excess = np.var(logs, ddof=1) - special.polygamma(1, halves).mean()
    if excess <= special.polygamma(1, 500):
        return float(np.exp(logs.mean())), math.inf
    half = optimize.brentq(lambda x: special.polygamma(1, x) - excess, 1e-3, 1e3)
    return math.exp(logs.mean() + special.digamma(half) - math.log(half)), 2 * half


def unit(spec):
    """The last digit that a format shows: 0.0001 for ".4f", 0.001 for ".1%"."""
    found = re.search(r"\.(\d+)([f%])", spec)
    return 10.0 ** -(int(found[1]) + 2 * (found[2] == "%")) if found else 0.0


def machine_variance(groups):
    """Variance between machines of the single values, and its degrees of freedom.

    Parameters
    ----------
    groups : dict of int to list of list of float
        Seed offset → for each run with these seeds, the values, one per seed.
    """
    squares = freedom = 0
    for runs in groups.values():
        for values in zip(*runs):  # of one seed, on each machine
            if max(values) > min(values):  # else their mean may differ from each by rounding
                squares += sum((v - fmean(values)) ** 2 for v in values)
            freedom += len(values) - 1
    return squares / freedom if freedom else 0.0, freedom


# --- summing up -------------------------------------------------------------------------


def sum_up(lesson, runs):
    """Write a lesson's evidence; return a line that says what it holds.

    Parameters
    ----------
    lesson : Lesson
    runs : list of dict
        As from `study.run`, that of the stored notebook first. Runs that the evidence has
        already, of the same lesson, are kept beside them.
    """
    first = next((run for run in runs if at(run) == (0, "here")), None)
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


def by_offset(offsets, values):
    """Values of the runs with the same seeds, together."""
    groups = {}
    for offset, value in zip(offsets, values):
        if value is not None:
            groups.setdefault(offset, []).append(value)
    return groups


def bounds(specs, values, offsets, offset=0):
    """The rule, for all numbers of a lesson: name → [low, high] of a run with these seeds.

    Parameters
    ----------
    specs : dict of str to str
        Name → format.
    values : dict of str to list
        Name → its values in each run, one per seed; None where it was not measured.
    offsets : list of int
        The seed offset of each run.
    offset : int, default 0
        The seeds of the run that is to come.
    """
    groups = {name: by_offset(offsets, values[name]) for name in values}
    units, variances, freedoms = {}, {}, {}
    for name in values:
        there = [v for group in groups[name].values() for run in group for v in run]
        units[name] = unit(specs[name]) or 0.01 * max(map(abs, there))
        variance, freedoms[name] = machine_variance(groups[name])
        variances[name] = variance / units[name] ** 2 if units[name] else 0.0
    studied = [name for name in values if freedoms[name]]
    prior = fit_prior([variances[name] for name in studied], [freedoms[name] for name in studied])
    found = {}
    for name in studied:
        old = [fmean(run) for run in groups[name].get(offset, [])]
        if old:
            half = 1.0  # of the last digit shown: enough where neither seed nor machine matters
            still = len(groups[name]) > 1 and all(
                run in (None, values[name][0]) for run in values[name]
            )
            if not still:
                # as if machines moved all seeds alike: then the mean varies as much as each
                half += tolerance(variances[name], freedoms[name], len(old), prior)
            found[name] = [fmean(old) - half * units[name], fmean(old) + half * units[name]]
    return found


def held_out(root):
    """The rule's false alarms: each run of the study in turn against bounds from all the others.

    Returns
    -------
    dict
        ``checks``, how many numbers were checked, and ``alarms``, a list of (lesson, name,
        run) of those that lay outside.
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
                        alarms.append((path.stem, name, f"+{run['offset']} {run['variant']}"))
    return {"checks": checks, "alarms": alarms}


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


def sum_up_figures(names, runs):
    """For each figure what is not the same in all runs, and how far its data may be off.

    The rule is that of numbers: a deviation, as a part of its data's span, is foreseen from
    those of the runs with the same seeds, and from the lesson's typical one.
    """
    others = [run for run in runs if at(run) != (0, "here")]
    same_seed = [run for run in others if run["offset"] == 0]
    seeds_moved = len(same_seed) < len(others)
    squares = {}  # (figure, path) → mean square of its deviations
    for name in names:
        drawn = [run["figures"][name] for run in same_seed if name in run["figures"]]
        for path in {path for figure in drawn for path in figure["off"]}:
            squares[name, path] = fmean([figure["off"].get(path, 0.0) ** 2 for figure in drawn])
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
                path: ROUNDING + tolerance(square, freedom, 1, prior)
                for (figure, path), square in squares.items()
                if figure == name and path not in varies
            },
            "otherwise": ROUNDING + (0 if still else tolerance(0.0, freedom, 1, prior)),
            "pixels": still,
            "runs": [run["figures"].get(name) for run in runs],
        }
    return figures


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
        f'{{"fingerprint": "{evidence["fingerprint"]}",\n"runs": {json.dumps(evidence["runs"])},\n'
        f'"numbers": {{\n{lines(evidence["numbers"])}\n}},\n"figures": {{\n{lines(evidence["figures"])}\n}}}}\n'
    )
