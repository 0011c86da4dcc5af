"""Measured numbers: each has a name, reads as mean ± spread, and is held against the book's own.

An exact number (a shape, a count) is printed as it is, and the proof compares it to the
letter. A measured one (a loss, an accuracy) differs in its last digits from machine to
machine. What values are admissible is not written in a lesson: it follows from the study,
which runs every lesson with other seeds and on other machines (``evidence/<lesson>.json``).
In a proof a number outside that range is an error; a reader who plays is only told.
"""

import json
import math
import os
import re
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from statistics import fmean, stdev

import numpy as np
from scipy import stats

#: The proof's file of a lesson's evidence. Where it is set, a number outside raises.
PROOF = "LECTURE6_PROOF"
#: A file to which every measurement is added as a line of JSON.
RECORD = "LECTURE6_RECORD"

_lesson = None  # its evidence is looked for when a reader plays
_names = set()  # of all numbers so far


class OutOfBoundsError(AssertionError):
    """A measured number lies outside the range that the study found for it."""


@dataclass(frozen=True)
class Measured:
    """A measured number, or one per seed: a cell of a `MeasuredTable`.

    Parameters
    ----------
    value : float or sequence of float
        One measurement, or one per seed: then mean ± standard deviation is shown.
    spec : str, default ".4f"
        Format, as for `format`: ".1%", ".2f", ".3e" … A spread that forbids so many
        digits takes some of them away.

    Raises
    ------
    ValueError
        If there is no value, or one of them is NaN or infinite.
    """

    value: object
    spec: str = ".4f"

    def __post_init__(self):
        if not self.values:
            raise ValueError("There is no value: expected a number, or one per seed.")
        if not all(map(math.isfinite, self.values)):
            raise ValueError(
                f"Measured {self.values}: expected finite numbers. Did training diverge?"
            )

    @property
    def values(self):
        """The measurements as a list of float."""
        return np.ravel(self.value).astype(float).tolist()

    @property
    def mean(self):
        """Their mean."""
        return fmean(self.values)

    def __str__(self):
        spread = stdev(self.values) if len(self.values) > 1 else 0
        spec = _spec_for(self.spec, spread)
        plus_minus = f"{spread:{re.sub('^[+z]+', '', spec)}}"
        no_spread = not re.search("[1-9]", plus_minus.partition("e")[0])
        return f"{self.mean:{spec}}" + ("" if no_spread else f" ± {plus_minus}")


def _spec_for(spec, spread):
    """The format, less the decimals beyond the second significant digit of the spread."""
    found = re.fullmatch(r"(.*)\.(\d+)([f%])", spec)
    if not found or spread == 0:
        return spec
    spread *= 100 if found[3] == "%" else 1
    decimals = max(0, 1 - math.floor(math.log10(spread)))
    return f"{found[1]}.{min(int(found[2]), decimals)}{found[3]}"


def measured(name, value, spec=".4f", over="seeds"):
    """Print ``name ≈ value``; several values as mean ± standard deviation.

    Parameters
    ----------
    name : str
        What was measured. No other number of the lesson has this name.
    value : float or sequence of float
        One measurement, or one per seed.
    spec : str, default ".4f"
        Format, as for `Measured`.
    over : str, default "seeds"
        What several values are one per.

    Raises
    ------
    ValueError
        As from `Measured`; in a proof also if the name was measured before.
    OutOfBoundsError
        In a proof, if the number is not in the range that the study found.
    """
    number = Measured(value, spec)
    n = len(number.values)
    print(f"{name} ≈ {number}" + (f" over {n} {over}" if n > 1 else ""))
    for line in _hold({name: number}):
        print(line)


def difference(name, one, other=0, spec="+.3f", *, over="seeds"):
    """Print the paired difference ``one − other`` with its 95 % confidence interval.

    Parameters
    ----------
    name : str
        What is compared, such as ``"deep net − PCA"``. The ends of the interval are
        measured as ``"… | low"`` and ``"… | high"``.
    one, other : array_like
        Paired by their last axis. A constant, such as an arm without a seed, is
        subtracted from every value.
    spec : str, default "+.3f"
    over : str, default "seeds"
        What the last axis counts. Over "seeds" or "draws" the interval is Student's t.
        Over anything else, such as "images" or "words", it is a bootstrap of these
        items, their differences being averaged over a first axis of seeds, if there is
        one: it then covers the choice of the items, and not that of the seeds.

    Raises
    ------
    ValueError
        If there are fewer than two pairs.
    OutOfBoundsError
        As from `measured`.
    """
    gaps = np.subtract(one, other).astype(float)
    if over in ("seeds", "draws"):
        gaps, method = gaps.ravel(), "paired t"
    else:
        gaps, method = gaps.reshape(-1, gaps.shape[-1]).mean(axis=0), "paired bootstrap"
    if gaps.size < 2:
        raise ValueError(f"An interval over {over} needs at least two of them, got {gaps.size}.")
    if np.ptp(gaps) == 0:  # neither method has an answer; it is plain
        low = high = gaps[0]
    elif method == "paired t":
        low, high = stats.ttest_1samp(gaps, 0).confidence_interval(0.95)
    else:
        rng = np.random.default_rng(0)
        draws = stats.bootstrap(
            (gaps,), np.mean, n_resamples=2_000, batch=100, method="percentile", random_state=rng
        )
        low, high = draws.confidence_interval
    numbers = {
        name: Measured(gaps.mean(), spec),
        f"{name} | low": Measured(low, spec),
        f"{name} | high": Measured(high, spec),
    }
    mean, low, high = numbers.values()
    print(f"{name} ≈ {mean}, 95% interval {low} … {high} ({method}, {gaps.size:,} {over})")
    for line in _hold(numbers):
        print(line)


class MeasuredTable:
    """A table of exact and measured numbers.

    Parameters
    ----------
    rows : dict of dict
        ``{row: {column: cell}}``; a cell is a `Measured`, or anything exact. Every row
        has the same columns. A measured cell's name is ``corner | row | column``, or
        ``row | column`` if there is no corner.
    corner : str, default ""
        What the table shows, for the header above the names of its rows.

    Raises
    ------
    ValueError
        If rows have different columns; in a proof also if a name was measured before.
    OutOfBoundsError
        In a proof, if a number is not in the range that the study found.
    """

    def __init__(self, rows, corner=""):
        self.rows, self.corner = rows, corner
        self.columns = list(next(iter(rows.values()), {}))
        for name, row in rows.items():
            if list(row) != self.columns:
                raise ValueError(f"Row {name!r} has columns {list(row)}, expected {self.columns}.")
        self.remarks = _hold(
            {
                " | ".join(filter(None, (corner, name, column))): cell
                for name, row in rows.items()
                for column, cell in row.items()
                if isinstance(cell, Measured)
            }
        )
        _record(
            {
                "table": {
                    "corner": corner,
                    "columns": self.columns,
                    "rows": {
                        name: [str(cell) for cell in row.values()] for name, row in rows.items()
                    },
                }
            }
        )

    def __repr__(self):
        head = [self.corner, *self.columns]
        body = [[name, *(str(row[c]) for c in self.columns)] for name, row in self.rows.items()]
        widths = [max(map(len, column)) for column in zip(head, *body)]
        lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths)) for row in [head, *body]]
        return "\n".join([*map(str.rstrip, lines), *self.remarks])

    def _repr_html_(self):
        corner = f'<th scope="col">{escape(self.corner)}</th>' if self.corner else "<td></td>"
        head = corner + "".join(f'<th scope="col">{escape(c)}</th>' for c in self.columns)
        body = "".join(
            f'<tr><th scope="row">{escape(name)}</th>'
            + "".join(_html(row[column]) for column in self.columns)
            + "</tr>\n"
            for name, row in self.rows.items()
        )
        remarks = "".join(f"<p><small>{escape(remark)}</small></p>" for remark in self.remarks)
        return (
            '<div class="measured-table" tabindex="0" role="group" aria-label="Table">'
            f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>{remarks}</div>"
        )


def _html(cell):
    kind = ' class="measured"' if isinstance(cell, Measured) else ""
    return f"<td{kind}>{escape(str(cell))}</td>"


# --- the book's own numbers -----------------------------------------------------------


def compare_with(lesson):
    """Name the lesson whose numbers in the book these are to be compared with."""
    global _lesson
    _lesson = lesson
    _ranges.cache_clear()
    _names.clear()


@cache
def _ranges():
    """Name → (low, high), from the lesson's evidence; empty if there is none to be read."""
    if RECORD in os.environ and not os.environ.get(PROOF):
        return {}  # the book runs a lesson that is not studied yet, or studies it
    path = os.environ.get(PROOF) or Path("evidence") / f"{_lesson}.json"
    try:
        numbers = json.loads(Path(path).read_text(encoding="utf-8"))["numbers"]
        return {name: tuple(number["bounds"]) for name, number in numbers.items()}
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # the run that proves has read the file before, and said what is wrong


def _hold(numbers):
    """Record named numbers, and hold them against the book's: remarks for the reader, or an error."""
    outside = []
    for name, number in numbers.items():
        if RECORD in os.environ and name in _names:
            raise ValueError(f"{name!r} was measured before in this lesson: name one of them anew.")
        _names.add(name)
        _record({"name": name, "values": number.values, "spec": number.spec, "text": str(number)})
        low, high = _ranges().get(name, (-math.inf, math.inf))
        if not low <= number.mean <= high:
            outside.append((name, number, low, high))
    if outside and os.environ.get(PROOF):
        raise OutOfBoundsError(
            "\n".join(
                f"{name!r} measured {n.mean:{n.spec}}; the study's range is {low:{n.spec}} … "
                f"{high:{n.spec}}. Find out what changed; if it is meant to, study the lesson again."
                for name, n, low, high in outside
            )
        )
    return [
        f"   (in the book, {name} lies between {low:{n.spec}} and {high:{n.spec}})"
        for name, n, low, high in outside
    ]


def _record(line):
    """Add a line of JSON to the record, if one is kept."""
    if RECORD in os.environ:
        with open(os.environ[RECORD], "a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
