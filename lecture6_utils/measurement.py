"""Measured numbers: printed behind ≈ together with the bounds they were checked against.

An exact number (a shape, a parameter count) is printed as it is, and the proof compares
it to the letter. A measured one (a loss, an accuracy) differs in its last digits between
machines: the proof compares the bounds to the letter, and the check made here guards the
number itself.
"""

import re
from dataclasses import dataclass
from html import escape
from statistics import fmean, stdev

#: A number as `Measured` prints it, for the prose check and the mask in the proof.
MEASURED = re.compile(r"≈ ([-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?%?)(?: ± [\d.,]+(?:e[-+]?\d+)?%?)?")


class OutOfBoundsError(AssertionError):
    """A measured number lies outside the bounds stated for it."""


@dataclass(frozen=True)
class Measured:
    """A number, or one per seed, that must lie in its bounds.

    Parameters
    ----------
    value : float or sequence of float
        One measurement, or one per seed: then mean ± standard deviation is shown.
    low, high : float
        Bounds of the value (of the mean, if there are several), both included.
    spec : str, default ".4f"
        Format of the value and its bounds, as for `format`: ".1%", ".2f", ".3e" …

    Raises
    ------
    OutOfBoundsError
        If the value, as measured now, is not within the bounds, or is NaN.
    ValueError
        If the bounds are reversed or there is no value.
    """

    value: object
    low: float
    high: float
    spec: str = ".4f"

    def __post_init__(self):
        if not self.low <= self.high:
            raise ValueError(f"Bounds must be low ≤ high, got {self.low} and {self.high}.")
        if not self.values:
            raise ValueError("There is no value: expected a number, or one per seed.")
        if not self.low <= self.mean <= self.high:
            raise OutOfBoundsError(
                f"measured {self.mean:{self.spec}}, outside its bounds {self.bounds}. "
                "Something changed that matters, or the bounds were too tight: find out which."
            )

    @property
    def values(self):
        """The measurements as a list of float."""
        try:
            return [float(v) for v in self.value]
        except TypeError:
            return [float(self.value)]

    @property
    def mean(self):
        """Their mean."""
        return fmean(self.values)

    @property
    def bounds(self):
        """The bounds as text, ``low … high``."""
        return f"{self.low:{self.spec}} … {self.high:{self.spec}}"

    def __str__(self):
        spread = f" ± {stdev(self.values):{self.spec.lstrip('+')}}" if len(self.values) > 1 else ""
        return f"≈ {self.mean:{self.spec}}{spread}"


def measured(name, value, low, high, spec=".4f"):
    """Print ``name ≈ value   (bounds low … high)``; see `Measured` for the rest."""
    number = Measured(value, low, high, spec)
    seeds = f" over {len(number.values)} seeds" if len(number.values) > 1 else ""
    print(f"{name} {number}{seeds}   (bounds {number.bounds})")


class MeasuredTable:
    """A table of exact and measured numbers, with every bound in sight.

    Parameters
    ----------
    rows : dict of dict
        ``{row name: {column name: cell}}``; a cell is a `Measured`, or anything exact.
        Every row has the same columns.
    corner : str, default ""
        What the rows are, for the header above their names.

    Raises
    ------
    ValueError
        If rows have different columns.
    """

    def __init__(self, rows, corner=""):
        self.rows, self.corner = rows, corner
        self.columns = list(next(iter(rows.values()), {}))
        for name, row in rows.items():
            if list(row) != self.columns:
                raise ValueError(f"Row {name!r} has columns {list(row)}, expected {self.columns}.")

    def __repr__(self):
        return "\n".join(
            f"{name} | " + " | ".join(f"{column} {_text(row[column])}" for column in self.columns)
            for name, row in self.rows.items()
        )

    def _repr_html_(self):
        corner = f'<th scope="col">{escape(self.corner)}</th>' if self.corner else "<td></td>"
        head = corner + "".join(f'<th scope="col">{escape(c)}</th>' for c in self.columns)
        body = "".join(
            f'<tr><th scope="row">{escape(name)}</th>'
            + "".join(f"<td>{_html(row[column])}</td>" for column in self.columns)
            + "</tr>\n"
            for name, row in self.rows.items()
        )
        measured = any(isinstance(cell, Measured) for row in self.rows.values() for cell in row.values())
        note = "<p><small>≈ measured, within the bounds beneath it</small></p>" if measured else ""
        return (
            '<div class="measured-table" tabindex="0" role="group" aria-label="Table">'
            f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>{note}</div>"
        )


def _text(cell):
    return f"{cell} (bounds {cell.bounds})" if isinstance(cell, Measured) else str(cell)


def _html(cell):
    if isinstance(cell, Measured):
        return f"{cell}<br><small>{cell.bounds}</small>"
    return escape(str(cell))
