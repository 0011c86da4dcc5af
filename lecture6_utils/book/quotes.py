"""Each ≈ number in prose quotes one measurement, by name; the names stand in a lock file.

The prose stays as a reader likes it ("≈ 0.0112"); which measurement it quotes is written
once, in ``chapters/evidence/<lesson>.quotes.json``, under the words before the number.
``python -m lecture6_utils.book.quotes <lesson>`` adds what is new: by itself where only one
measurement fits, else with the candidates, for the author to choose from.

In a caption or an alternative text, "about" before a number says the same as ≈: a screen reader
reads it out. What was not measured there may be read off the figure, which the record of the
run has: ``fig-sparse-approach: panel 1, line 2, y, 5``. All other numbers in these texts are
exact: each has to stand in its figure, or in the lesson's cells or what they print.
"""

import argparse
import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, stdev

from lecture6_utils.book.lessons import (
    METADATA_KEY,
    BookError,
    Problem,
    find_lessons,
    read_notebook,
    read_script,
    replace_text,
)

NUMBER = r"[-+−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?%?"
QUOTE = re.compile(rf"≈\s*(?:({NUMBER})(?:\s*±\s*({NUMBER}))?|(\S*))")
ABOUT = re.compile(r"\babout (?=[-+−]?\d)")
EXACT = re.compile(rf"(?<![\w.]){NUMBER}(?!\w)")
WORDS = 6  # before a number, by which it is known


@dataclass(frozen=True)
class Quote:
    """A number in prose: the words before it, the number, its spread, or what stands there instead."""

    key: str
    number: str
    spread: str
    wrong: str
    cell: int = field(compare=False)  # where it stands, from 0: the cell, the line in it
    line: int = field(compare=False)
    figure: str = field(default="", compare=False)  # whose caption or alternative text it is in

    def __str__(self):
        return f"“{self.key} ≈ {self.number or self.wrong}”"


def quotes(notebook):
    """The quotes of a lesson's prose, captions and alternative texts, in order."""
    seen = {}
    for index, cell in enumerate(notebook.cells):
        figure, texts = _figure(cell)
        for text in [cell.source] if cell.cell_type == "markdown" else texts:
            for found in QUOTE.finditer(text):
                before = QUOTE.sub("≈ …", text[: found.start()])
                key = " ".join(before.split()[-WORDS:])
                seen[key] = seen.get(key, 0) + 1
                key += f" ({seen[key]})" if seen[key] > 1 else ""
                markdown = cell.cell_type == "markdown"  # a caption stands above its cell
                line = text[: found.start()].count("\n") if markdown else -1
                parts = [found[k] or "" for k in (1, 2, 3)]
                yield Quote(key, *parts, index, line, figure)


def _figure(cell):
    """The name of a cell's figure, and its caption and alternative text."""
    mystnb = cell.metadata.get("mystnb", {})
    figure = mystnb.get("figure", {})
    texts = [figure.get("caption", ""), mystnb.get("image", {}).get("alt", "")]
    return figure.get("name", ""), [ABOUT.sub("≈ ", text) for text in texts]


def read_off(figures):
    """What can be read off a lesson's figures, each value as a measurement without a format."""
    return [
        {"name": f"{name}: {path}, {k}", "values": [value], "spec": None}
        for name, told in figures.items()
        for path, values in told["data"].items()
        for k, value in enumerate(values, 1)
        if value is not None
    ]


def fits(quote, measurement):
    """Whether a quote says what was measured, at no more digits than the lesson shows."""
    values = measurement["values"]
    if measurement["spec"] is None:
        return not quote.spread and _reads(quote.number, values[0])
    if not _says(quote.number, fmean(values), measurement["spec"]):
        return False
    return not quote.spread or (
        len(values) > 1 and _says(quote.spread, stdev(values), measurement["spec"])
    )


def _says(quoted, value, spec):
    percent = quoted.endswith("%")
    if percent != spec.endswith("%"):
        return False
    if "e" in spec:
        return float(format(value, spec)) == float(quoted.replace(",", "").replace("−", "-"))
    digits = len(quoted.rstrip("%").partition(".")[2])
    if digits > int(re.search(r"\.(\d+)", spec)[1]):
        return False
    shown = f"{value * (100 if percent else 1):.{digits}f}"
    wanted = quoted.rstrip("%").replace(",", "").replace("−", "-").removeprefix("+")
    return shown == wanted or (float(shown) == 0 == float(wanted))


def _value(number):
    return float(number.rstrip("%").replace(",", "").replace("−", "-"))


def _reads(quoted, value):
    """Whether a number is a value rounded to its last digit, and by a tenth at most."""
    number, digits = _value(quoted), len(quoted.rstrip("%").partition(".")[2])
    room = 1.001 * min(0.5 * 10.0**-digits, abs(number) / 10)
    return any(abs(number - v) <= room for v in (value, 100 * value)[: 1 + quoted.endswith("%")])


def exact_problems(notebook, figures):
    """Numbers in captions and alternative texts that stand neither in the figure nor in the lesson.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    figures : dict
        What the lesson's figures say, as its notebook's metadata have it.
    """
    printed = [o.get("text", "") for c in notebook.cells for o in c.get("outputs", [])]
    lesson = _numbers_in("\n".join([*(c.source for c in notebook.cells), *printed]))
    for index, cell in enumerate(notebook.cells):
        name, texts = _figure(cell)
        told = figures.get(name, {"says": {}, "data": {}})
        there = lesson | _numbers_in(json.dumps(told["says"], ensure_ascii=False))
        there |= {value for values in told["data"].values() for value in values}
        for text in texts:
            for number in EXACT.findall(QUOTE.sub("", text)):
                if not {_value(number), _value(number) / 100} & there:
                    what = "is neither in the figure nor in the lesson"
                    yield Problem(
                        f"{name}: {number} {what}; of what is measured, write “about {number}”",
                        index,
                        -1,
                    )


def _numbers_in(text):
    found = re.findall(r"\d[\d,_]*(?:\.\d+)?", text)
    return {sign * float(re.sub("[,_]", "", number)) for number in found for sign in (1, -1)}


def lock_path(lesson):
    """The file that says which measurement each quote of a lesson is of."""
    return lesson.root / "chapters" / "evidence" / f"{lesson.slug}.quotes.json"


def read_lock(lesson):
    """Words before a quote → name of the measurement; a list of candidates if none is chosen."""
    try:
        return json.loads(lock_path(lesson).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        raise BookError(
            f"{lock_path(lesson)} is cut off or was changed: restore it with git."
        ) from None


def quote_problems(notebook, measured, lock):
    """What is wrong with the ≈ numbers of a lesson's prose, as `Problem` each.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    measured : list of dict
        What the lesson measured, as its notebook's metadata have it, and what is `read_off`.
    lock : dict
        As from `read_lock`.
    """
    by_name = {m["name"]: m for m in measured}
    known = set()
    for quote in quotes(notebook):
        known.add(quote.key)
        name = lock.get(quote.key)
        if quote.wrong or not quote.number:
            what = "this is no number"
        elif name is None:
            what = "not said which measurement this is: make quotes"
        elif isinstance(name, list):
            what = f"choose which of these it is: {'; '.join(name) or 'none fits'}"
        elif name not in by_name:
            what = f"{name!r} is not measured any more"
        elif not fits(quote, by_name[name]):
            m = by_name[name]
            what = f"{name!r} is {fmean(m['values']):{m['spec'] or '.5g'}}"
        else:
            continue
        yield Problem(f"{quote}: {what}", quote.cell, quote.line)
    for key in lock.keys() - known:
        yield Problem(f"“{key} ≈”: such a quote is not in the prose any more: make quotes")


def bind(lesson):
    """Bring a lesson's lock file up to date.

    Returns
    -------
    open_ones : list of Quote
        Those for which a name is to be chosen.
    found : dict
        From each other new quote to the only name that fits. It need not be the one that is meant.
    """
    record = read_notebook(lesson).metadata.get(METADATA_KEY, {})
    measured, points = record.get("measured", []), read_off(record.get("figures", {}))
    old, new, open_ones, found = read_lock(lesson), {}, [], {}
    for quote in quotes(read_script(lesson)):
        name = old.get(quote.key)
        if not isinstance(name, str) and quote.number:
            own = [p for p in points if quote.figure and p["name"].startswith(f"{quote.figure}: ")]
            candidates = [m["name"] for m in [*measured, *own] if fits(quote, m)]
            name = candidates[0] if len(candidates) == 1 else candidates
            if isinstance(name, str):
                found[quote] = name
            else:
                open_ones.append(quote)
        new[quote.key] = name
    if new != old:
        lock_path(lesson).parent.mkdir(exist_ok=True)
        replace_text(lock_path(lesson), json.dumps(new, ensure_ascii=False, indent=0) + "\n")
    return open_ones, found


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m lecture6_utils.book.quotes", description=__doc__
    )
    parser.add_argument("slugs", nargs="*", help="these lessons only")
    arguments = parser.parse_args(argv)
    try:
        for lesson in find_lessons(Path.cwd()):
            if not arguments.slugs or lesson.slug in arguments.slugs:
                open_ones, found = bind(lesson)
                for quote, name in found.items():
                    print(f"{lesson.slug}: {quote} is now bound to “{name}”. Is this the one?")
                for quote in open_ones:
                    print(
                        f"{lesson.slug}: choose the measurement for {quote} in {lock_path(lesson)}"
                    )
    except BookError as error:
        sys.exit(f"\n{error}")


if __name__ == "__main__":
    main()
