"""Reads `chapters/verdicts.yml`: the lecture's claims, and the measurements that decide each.

A row names measurements of one lesson, and says of each difference where its 95 % interval must
lie. So no sentence outlives its number: what the stored lessons do not have, or contradict, is an
error that names the row.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from statistics import fmean

import yaml

from lecture6_utils.book.how_sure import read_studies
from lecture6_utils.book.lessons import BookError
from lecture6_utils.book.speed import reference_nets
from lecture6_utils.book.stored import Book

SOURCE = "chapters/verdicts.yml"
#: Verdict → how it is said.
VERDICTS = {"true": "True", "partly": "Partly", "false": "False", "not shown": "Not shown"}
#: Where a difference's interval can lie.
INTERVALS = ("above 0", "below 0", "includes 0")
ON_FIRST_PAGE = 3

#: The keys of a row of each kind, the optional ones in the second set.
CLAIM = (
    {"slide", "claim", "verdict", "because", "section"},
    {"numbers", "implied", "first page"},
)
RIVAL = {"task", "ours", "theirs", "difference", "ours is ahead", "section"}, {"citation"}
SILENT = {"slide", "because"}, set()


@dataclass(frozen=True)
class Figure:
    """A number as a row shows it, and what the study says of it.

    `text` and `interval` are as the lesson shows them; `says` is one of `INTERVALS`, or "" of a
    number that is no difference. `runs` is 0 as long as no study fits the lesson, and None of an
    exact number, which needs none.
    """

    what: str
    text: str
    interval: tuple = ()
    says: str = ""
    runs: int | None = None
    remarks: tuple = ()


@dataclass(frozen=True)
class Claim:
    """A claim of the lecture and what came out."""

    slide: str
    text: str
    implied: bool
    verdict: str
    because: str
    place: tuple  # the lesson, as `StoredLesson`, and the section's id
    figures: tuple
    on_first_page: bool


@dataclass(frozen=True)
class Rival:
    """Two ways to do one task; `ahead` is "ours", "theirs" or "not shown"."""

    task: str
    ahead: str
    place: tuple
    figures: tuple
    citation: str


@dataclass(frozen=True)
class Found:
    """All rows: claims in the order of the slides, (slide, reason) of slides without one, rivals."""

    parts: dict  # part of the lecture → its slides
    claims: list
    silent: list
    rivals: list


# --- numbers ----------------------------------------------------------------------------


def ends(name):
    """Under which pairs of names a lesson may have measured the interval of a difference."""
    row = name.rpartition(" | ")[0]
    return (f"{name} | low", f"{name} | high"), (f"{row} | 95% from", f"{row} | to")


def where(low, high):
    """Which of `INTERVALS` is said of an interval."""
    return "above 0" if low > 0 else "below 0" if high < 0 else "includes 0"


def in_the_study(evidence, name, low, high, value, says):
    """In how many runs a number was measured, and of a difference what came out otherwise.

    Parameters
    ----------
    evidence : dict or None
        The lesson's, or None if no study fits it.
    name, low, high : str
        Names of the number and, of a difference, of its interval's ends.
    value : float
        What the book has.
    says : str
        One of `INTERVALS`, or "".

    Returns
    -------
    runs : int
    remarks : tuple of str
    """
    numbers = evidence["numbers"] if evidence else {}
    if name not in numbers:
        return 0, ()
    n = numbers[name]["n"]
    if low not in numbers or high not in numbers:
        return n, ()
    means, lows, highs = ([fmean(run) for run in _runs(numbers[key])] for key in (name, low, high))
    turned = sum(mean * value < 0 for mean in means)
    included = [where(*both) == "includes 0" for both in zip(lows, highs)]
    otherwise = (
        (included.count(False), "excluded 0")
        if says == "includes 0"
        else (included.count(True), "included 0")
    )
    remarks = [
        (turned, "the difference had the other sign"),
        (otherwise[0], f"the interval {otherwise[1]}"),
    ]
    return n, tuple(f"in {k} of {n} runs {what}" for k, what in remarks if k)


def _runs(number):
    return [run for run in number["runs"] if run is not None]


class Reader:
    """Looks up what the rows name in the stored lessons of the book in `root`."""

    def __init__(self, root):
        self.book = Book(root)
        self.studied = read_studies(root)[0]

    def place(self, text):
        """The lesson and the section behind ``lesson#section``."""
        lesson, section = self.book.place(text)
        if not section:
            raise BookError(f"{text!r} names no section; expected lesson#section")
        return lesson, section

    def figure(self, lesson, what, name):
        """The `Figure` of a measurement, or of ``printed: pattern``, see `Book.printed`."""
        if name.startswith("printed: "):
            text = self.book.printed(f"{lesson.slug}: {name.removeprefix('printed: ')}")
            return Figure(what, text)
        number = lesson.measured.get(name)
        if number is None:
            near = "; ".join(get_close_matches(name, lesson.measured, 3, 0)) or "none"
            raise BookError(f"{lesson.name} measures no {name!r}. The nearest there are: {near}")
        low, high = next((p for p in ends(name) if p[0] in lesson.measured), (None, None))
        interval = [lesson.measured[end] for end in (low, high) if end]
        says = where(*(fmean(end.values) for end in interval)) if interval else ""
        evidence, value = self.studied.get(lesson.slug), fmean(number.values)
        study = in_the_study(evidence, name, low, high, value, says)
        return Figure(what, f"≈\u00a0{number.text}", tuple(e.text for e in interval), says, *study)


# --- rows -------------------------------------------------------------------------------


def contradiction(verdict, figures):
    """Why the intervals of a row do not allow its verdict, or "" if they do."""
    said = [figure.says for figure in figures if figure.says]
    if verdict == "not shown" and said and "includes 0" not in said:
        return "the verdict is “not shown”, but no interval of the row includes 0"
    if verdict != "not shown" and figures and {f.says for f in figures} == {"includes 0"}:
        return f"the verdict is “{verdict}”, but all it rests on is an interval that includes 0"
    return ""


def read_claim(reader, row):
    """A `Claim` of a row of the file."""
    if row["verdict"] not in VERDICTS:
        raise BookError(f"no verdict {row['verdict']!r}; there are: {', '.join(VERDICTS)}")
    place, figures = reader.place(row["section"]), []
    for entry in row.get("numbers", []):
        (what, name), *rest = (pair for pair in entry.items() if pair[0] != "interval")
        if rest:
            raise BookError(f"two numbers in one: {what!r} and {rest[0][0]!r}")
        figure = reader.figure(place[0], what, name)
        if entry.get("interval", "") != figure.says:
            raise BookError(
                f"the interval of {name!r} {figure.says or 'is not measured'}, but the row says "
                f"{entry.get('interval', 'nothing of it')!r}: does its sentence still hold?"
            )
        figures.append(figure)
    if problem := contradiction(row["verdict"], figures):
        raise BookError(problem)
    return Claim(
        row["slide"],
        row["claim"],
        row.get("implied") == "yes",
        row["verdict"],
        row["because"].strip(),
        place,
        tuple(figures),
        row.get("first page") == "yes",
    )


def read_rival(reader, row, keys):
    """A `Rival` of a row of the file; who is ahead follows from the interval of the difference."""
    citation = row.get("citation", "")
    if citation and citation not in keys:
        raise BookError(f"references.bib has no entry {citation}")
    place, sides = reader.place(row["section"]), ("ours", "theirs", "difference")
    figures = [reader.figure(place[0], *pair) for side in sides for pair in row[side].items()]
    says = figures[-1].says
    if not says:
        raise BookError("its difference has no interval, so nobody is ahead")
    if row["ours is ahead"] not in INTERVALS[:2]:
        raise BookError(f"`ours is ahead` is {' or '.join(INTERVALS[:2])}")
    ahead = "ours" if says == row["ours is ahead"] else "theirs"
    ahead = "not shown" if says == "includes 0" else ahead
    return Rival(row["task"], ahead, place, tuple(figures), citation)


def notebook_rival(reader, cell, number):
    """A `Rival` of one net of the notebook that goes with the slides' book.

    There is one run of theirs and no interval: a net is ahead if it is in all runs of ours.
    """
    lesson = reader.book.lesson(cell["lesson"])
    ours = reader.figure(lesson, "error of ours", cell["number"])
    theirs = Figure("of the notebook’s, one run", str(cell["error"]))
    values = [*number.values, fmean(number.values)]
    if evidence := reader.studied.get(lesson.slug):
        values += [fmean(run) for run in _runs(evidence["numbers"][number.name])]
    ahead = "ours" if max(values) < cell["error"] else "not shown"
    ahead = "theirs" if min(values) > cell["error"] else ahead
    task = f"Train the net that the notebook calls {cell['net']}."
    return Rival(task, ahead, (lesson, number.section), (ours, theirs), "geron2022")


def slides(root):
    """Part of the lecture → its slides, as the map of the slides has them."""
    parts = {}
    for line in (root / "chapters" / "slides_map.md").read_text(encoding="utf-8").splitlines():
        if found := re.match(r"## (\d .+)", line):
            parts[found[1]] = []
        elif line.startswith("| ") and parts and not line.startswith("| Slide |"):
            parts[next(reversed(parts))].append(line.strip("| ").split(" | ")[0])
    return parts


# --- the file ---------------------------------------------------------------------------


def read(root):
    """All rows of the file.

    Parameters
    ----------
    root : Path
        The book's folder.

    Returns
    -------
    Found

    Raises
    ------
    BookError
        With one line for each row at fault, behind the file and the row's line.
    """
    text = (root / SOURCE).read_text(encoding="utf-8")
    try:
        rows = yaml.load(text, yaml.BaseLoader)  # all values are text: “true” is a word here
    except yaml.YAMLError as error:
        raise BookError(f"{SOURCE}:1: this is not YAML: {' '.join(str(error).split())}") from None
    reader, parts, problems = Reader(root), slides(root), []
    known = [slide for part in parts.values() for slide in part]
    bibliography = (root / "chapters" / "references.bib").read_text(encoding="utf-8")
    keys = re.findall(r"@\w+\{([^,\s]+)", bibliography)

    def each(kind, name, wanted, make):
        for row in rows.get(kind, []):
            title = row.get(name, f"a row of {kind}")
            try:
                needed, optional = wanted
                if wrong := needed - set(row) or set(row) - needed - optional:
                    raise BookError(f"is lacking or unknown: {', '.join(sorted(wrong))}")
                if "slide" in row and row["slide"] not in known:
                    raise BookError(f"the map of the slides has no slide {row['slide']!r}")
                yield make(row)
            except BookError as error:
                line = 1 + text.count("\n", 0, max(0, text.find(title)))
                problems.append(f"{SOURCE}:{line}: “{title}”: {error}")

    claims = list(each("claims", "claim", CLAIM, lambda row: read_claim(reader, row)))
    silent = list(
        each("no claim", "slide", SILENT, lambda row: (row["slide"], row["because"].strip()))
    )
    rivals = list(each("rivals", "task", RIVAL, lambda row: read_rival(reader, row, keys)))
    rivals += [notebook_rival(reader, *net) for net in reference_nets(root)]
    named = {row.get("slide") for kind in ("claims", "no claim") for row in rows.get(kind, [])}
    problems += [
        f"{SOURCE}:1: the slide “{slide}” has no row: give it one, under `claims` or `no claim`"
        for slide in known
        if slide not in named
    ]
    first = sum(row.get("first page") == "yes" for row in rows["claims"])
    if first != ON_FIRST_PAGE:
        problems.append(f"{SOURCE}:1: {first} rows are for the first page, not {ON_FIRST_PAGE}")
    if problems:
        raise BookError("\n".join(problems))
    return Found(parts, sorted(claims, key=lambda c: known.index(c.slide)), silent, rivals)
