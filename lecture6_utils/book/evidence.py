"""Reads and validates a lesson's evidence: what the study found of its numbers and figures."""

import hashlib
import json
import re
from statistics import fmean

from lecture6_utils.book.lessons import (
    METADATA_KEY,
    BookError,
    evidence_fingerprint,
    read_notebook,
)


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
    if told[0] != evidence_fingerprint(lesson) and not _computes_the_same(lesson, evidence):
        raise BookError(
            f"{lesson.slug} was changed since it was studied: how its numbers vary is not known. "
            f"Study it again: make study LESSON={lesson.slug}"
        )
    return evidence


def values_hash(measured):
    """A hash of all numbers of a run, to the bit."""
    values = [[m["name"], m["values"]] for m in measured]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


def _computes_the_same(lesson, evidence):
    """Whether a lesson whose code was rewritten since its study measures the same to the bit.

    Then what the study found holds for it, too.
    """
    record = (read_notebook(lesson) or {"metadata": {}})["metadata"].get(METADATA_KEY, {})
    return record.get("evidence_fingerprint") == evidence_fingerprint(lesson) and values_hash(
        record["measured"]
    ) == evidence.get("values")


def evidence_problems(lesson, record):
    """What keeps a lesson's stored numbers and figures from being held against its evidence.

    A lesson without any is not finished: `check.unfinished` says so.
    """
    try:
        evidence = read_evidence(lesson)
    except BookError as error:
        return [str(error)]
    if evidence is None:
        return []
    names = [m["name"] for m in record.get("measured", [])]
    lacking = [n for n in names if n not in evidence["numbers"]]
    lacking += [n for n in record.get("figures", {}) if n not in evidence["figures"]]
    outside = [
        f"{m['name']!r}: stored {fmean(m['values']):{m['spec']}}, outside its range"
        for m in out_of_range(record.get("measured", []), evidence)
    ]
    return [
        f"{name!r} is not studied yet: make study LESSON={lesson.slug}" for name in lacking
    ] + outside


def out_of_range(measured, evidence):
    """Those of a run's measurements that lie outside the bounds of a lesson's evidence."""
    numbers = evidence["numbers"]
    return [m for m in measured if m["name"] in numbers and not _within(m, numbers[m["name"]])]


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
