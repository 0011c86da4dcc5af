"""Reads a stored lesson: sections, measured numbers, tables, figures, code. Slides, PDF and pages ask here.

What a run measured stands in the notebook's metadata, where the executor put it: nothing
is read back from what a reader sees.
"""

import ast
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from docutils import nodes

from lecture6_utils.book.evidence import evidence_path, in_words
from lecture6_utils.book.lessons import METADATA_KEY, BookError, Lesson, find_lessons, read_notebook


@dataclass(frozen=True)
class Number:
    """A measured number, or an exact cell of a table, whose `values` are None.

    `text` is what the lesson shows, `range` what the study found, in words, or "".
    """

    section: str
    name: str
    text: str
    values: tuple = None
    spec: str = ""
    range: str = ""


@dataclass
class Table:
    """A `MeasuredTable`: ``cells[row, column]`` is a `Number`."""

    section: str
    cell: int
    corner: str
    rows: list
    columns: list
    cells: dict = field(repr=False)


class StoredLesson:
    """What is stored of one lesson.

    Attributes
    ----------
    measured : dict of str to Number
        All measured numbers by name, in the order in which they were measured.
    prose : list of str
        The text of each Markdown cell.
    numbers, tables, figures, lines, sources
        What stands in the lesson outside the solutions of its exercises.
    """

    def __init__(self, lesson):
        self.slug, self.name = lesson.slug, lesson.notebook.name
        self.title, self.sections = "", {}  # section: id on the page → heading
        self.lines, self.figures, self.sources, self.prose = [], {}, [], []
        self.live = {}  # name of a live figure → its HTML
        notebook = read_notebook(lesson)
        record = notebook.metadata.get(METADATA_KEY, {})
        self.dark = record.get("dark", {})  # name of a figure → PNG (base64) for a dark page
        self.seconds = record.get("cell_seconds", [])  # of each code cell
        section, sections, number = "", {}, 0  # sections: visible code cell → its section
        self.places = {}  # code cell → its section, solutions included
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                self.prose.append(cell.source)
                for level, heading in re.findall(r"^(##?) (.+)$", cell.source, re.M):
                    if level == "#":
                        self.title = heading
                    else:
                        section = nodes.make_id(heading)
                        self.sections[section] = heading
                continue
            number += 1
            self.places[number] = section
            if "hide-cell" not in cell.metadata.get("tags", []):
                sections[number] = section
                self._read(section, number, cell)
        ranges = in_words(evidence_path(lesson))
        self.measured, self.cells = {}, {}
        for m in record.get("measured", []):
            one = Number(
                self.places[m["cell"]],
                m["name"],
                m["text"],
                tuple(m["values"]),
                m["spec"],
                ranges.get(m["name"], ""),
            )
            self.measured[m["name"]] = one
            self.cells.setdefault(m["cell"], []).append(one)
        self.all_tables = [self._table(table) for table in record.get("tables", [])]
        self.numbers = [n for cell in sections for n in self.cells.get(cell, [])]
        self.tables = [table for table in self.all_tables if table.cell in sections]

    def _read(self, section, number, cell):
        mystnb = cell.metadata.get("mystnb", {})
        for output in cell.outputs:
            self.lines += [(section, line) for line in output.get("text", "").splitlines()]
            png = output.get("data", {}).get("image/png")
            if png and "figure" in mystnb:
                name, alt = mystnb["figure"]["name"], mystnb.get("image", {}).get("alt", "")
                self.figures[name] = png, alt
                if html := output.data.get("text/html"):
                    self.live[name] = html
        printed = "".join(output.get("text", "") for output in cell.outputs)
        self.sources.append((section, cell.source, printed, number))

    def _table(self, table):
        section, corner = self.places[table["cell"]], table["corner"]
        cells = {}
        for row, *texts in table["rows"]:
            for column, text in zip(table["columns"], texts):
                name = " | ".join(filter(None, (corner, row, column)))
                exact = Number(section, name, text)
                cells[row, column] = self.measured.get(name, exact)
        return Table(
            section,
            table["cell"],
            corner,
            [row[0] for row in table["rows"]],
            table["columns"],
            cells,
        )

    def number(self, name, section=""):
        """The `Number` of that name outside the solutions; of a table, ``row | column`` is enough.

        Raises
        ------
        BookError
            If there is none, or more than one; the message lists what there is.
        """
        exact = [n for t in self.tables for n in t.cells.values() if n.values is None]
        numbers = [n for n in self.numbers + exact if section in ("", n.section)]
        fits = [n for n in numbers if n.name == name or n.name.endswith(f"| {name}")]
        return _only_one(
            [(n.section, n) for n in fits if n.name == name] or [(n.section, n) for n in fits],
            f"measured number {name!r}",
            self,
            sorted({n.name for n in numbers}, key=_likeness(name)),
        )[1]

    @cached_property
    def code(self):
        """Name → list of (section, definition, whole cell)."""
        found = {}
        for section, source, *_ in self.sources:
            for node in ast.parse(source).body:
                for name in _names(node):
                    part = _without_docstring(source, node)
                    found.setdefault(name, []).append((section, part, source))
        return found


def _names(node):
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []


def _without_docstring(source, node):
    """The lines of a definition, less decorators: the slide says what it is for."""
    lines = source.splitlines()
    drop = set()
    if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
        doc = node.body[0]
        drop = set(range(doc.lineno, doc.end_lineno + 1))
        if not lines[doc.end_lineno].strip():
            drop.add(doc.end_lineno + 1)  # the empty line below it
    return "\n".join(lines[n - 1] for n in range(node.lineno, node.end_lineno + 1) if n not in drop)


class Book:
    """Looks things up in the stored lessons of the book in the folder `root`.

    Every method takes what the deck wrote, and raises `BookError` if that names nothing or
    more than one thing; the message lists what there is.
    """

    def __init__(self, root):
        self._lessons = {lesson.slug: lesson for lesson in find_lessons(root)}
        self._read = {}

    def lesson(self, slug):
        """The lesson of that name."""
        if slug not in self._lessons:
            raise BookError(f"no lesson {slug!r}; there are: {', '.join(self._lessons)}")
        if slug not in self._read:
            self._read[slug] = StoredLesson(self._lessons[slug])
        return self._read[slug]

    def place(self, text):
        """``lesson#section`` as (lesson, section); the section is "" if it is left away."""
        slug, _, section = text.partition("#")
        lesson = self.lesson(slug)
        if section and section not in lesson.sections:
            raise BookError(
                f"{lesson.name} has no section {section!r}; it has: {', '.join(lesson.sections)}"
            )
        return lesson, section

    def heading(self, lesson, section):
        """What the book's page says there, with its number: ``7.3. Title › How good is the map?``"""
        number = [1 + list(self._lessons).index(lesson.slug)]
        if section:
            number.append(1 + list(lesson.sections).index(section))
        text = " › ".join(filter(None, [lesson.title, lesson.sections.get(section)]))
        return f"{'.'.join(map(str, number))}. {text}"

    def _split(self, text):
        place, colon, name = text.partition(": ")
        if not colon:
            raise BookError(f"{text!r} names no lesson; expected `lesson: name`")
        return *self.place(place), name.strip()

    def number(self, text):
        """The `Number` that ``lesson: name`` or ``lesson: row | column`` stands for."""
        lesson, section, name = self._split(text)
        return lesson.number(name, section)

    def printed(self, text):
        """What stands where the pattern has …, in the one printed line that fits it."""
        lesson, section, pattern = self._split(text)
        lines = [(s, line) for s, line in lesson.lines if section in ("", s)]
        found = [(s, fits(pattern, line)) for s, line in lines]
        known = sorted({line for _, line in lines}, key=_likeness(pattern))
        match = _only_one([m for m in found if m[1]], f"printed line {pattern!r}", lesson, known)
        return match[1][1]

    def figure(self, name):
        """PNG (base64) and alt text of the figure of that name, in whichever lesson it is."""
        return self._named(name, "figure", "figures")

    def dark(self, name):
        """PNG (base64) of that figure for a dark page; None for one that was not drawn twice.

        The name may be as on a page, where a hyphen stands for each underscore.
        """
        executed = [slug for slug, lesson in self._lessons.items() if lesson.notebook.exists()]
        drawn = {n: png for slug in executed for n, png in self.lesson(slug).dark.items()}
        return drawn.get(name) or {_on_page(n): png for n, png in drawn.items()}.get(name)

    def live(self, name):
        """The HTML of the live figure of that name, in whichever lesson it is."""
        return self._named(name, "live figure", "live")

    def _named(self, name, what, of):
        executed = [slug for slug, lesson in self._lessons.items() if lesson.notebook.exists()]
        known = {n: f for slug in executed for n, f in getattr(self.lesson(slug), of).items()}
        if name not in known:
            raise BookError(f"no {what} {name!r}; there are: {', '.join(known)}")
        return known[name]

    def table(self, text, rows, columns, corner=None):
        """The one table of a lesson that has these rows and columns, as a `Table`."""
        lesson, section = self.place(text)
        fits = [
            table
            for table in lesson.tables
            if section in ("", table.section)
            and corner in (None, table.corner)
            and set(rows) <= set(table.rows)
            and set(columns) <= set(table.columns)
        ]
        known = [
            f"{t.corner!r} in #{t.section}: rows {'; '.join(t.rows)}: columns {'; '.join(t.columns)}"
            for t in lesson.tables
        ]
        what = f"table with rows {rows} and columns {columns}"
        return _only_one([(t.section, t) for t in fits], what, lesson, known)[1]

    def code(self, text):
        """What defines ``lesson: name``: the definition, and its whole cell."""
        lesson, section, name = self._split(text)
        found = [f for f in lesson.code.get(name, []) if section in ("", f[0])]
        known = sorted(lesson.code, key=_likeness(name))
        return _only_one(found, f"definition of {name!r}", lesson, known)[1:]

    def output(self, text):
        """What the one code cell prints that contains the text in ``lesson: text``."""
        return self._source(text)[1][2]

    def seconds(self, text):
        """CPU-seconds of the one code cell that contains the text in ``lesson: text``."""
        lesson, (*_, number) = self._source(text)
        return lesson.seconds[number - 1]

    def _source(self, text):
        lesson, section, part = self._split(text)
        sources = [s for s in lesson.sources if section in ("", s[0])]
        known = [source.partition("\n")[0] for _, source, *_ in sources]
        found = [s for s in sources if part in s[1]]
        return lesson, _only_one(found, f"code cell with {part!r}", lesson, known)


def _on_page(name):
    return name.replace("_", "-")


def fits(pattern, line):
    """The match of a printed line with a pattern: group 1 is what stands where the pattern has …

    Raises
    ------
    BookError
        If the pattern has not one …; it may have * for any text, and any space for others.
    """
    if pattern.count("…") != 1:
        raise BookError(f"{pattern!r} must have one … where the wanted text stands")
    regex = re.escape(" ".join(pattern.split()))
    regex = regex.replace(r"\ ", r"\s+").replace(r"\*", ".*").replace("…", r"(\S.*?)")
    return re.fullmatch(rf"\s*{regex}\s*", line)


def _only_one(found, what, lesson, known):
    if len(found) == 1:
        return found[0]
    if found:
        where = ", ".join(f"#{f[0]}" for f in found)
        raise BookError(
            f"{len(found)} times {what} in {lesson.name}: in {where}. Put the section behind "
            f"the lesson ({lesson.slug}#section), or the table's corner before the row"
        )
    there = "; ".join(known[:12]) or "none"
    raise BookError(f"no {what} in {lesson.name}. The nearest there are: {there}")


def _likeness(name):
    """Sort key: those that share most words with `name` first."""
    words = set(re.findall(r"\w+", name.lower()))
    return lambda other: (-len(words & set(re.findall(r"\w+", other.lower()))), other)


def stored_lesson(app, docname):
    """What is stored of the lesson that a page of the book is made of, or None for another page."""
    lesson = Lesson(Path(app.srcdir), Path(docname).name)
    return StoredLesson(lesson) if lesson.notebook.exists() else None


def book_of(app):
    """The stored lessons, read once for a build; the sources of the deck lie deeper than `_toc.yml`."""
    if not hasattr(app, "lecture6_book"):
        source = Path(app.srcdir).resolve()
        folders = (source, *source.parents)
        app.lecture6_book = Book(next(f for f in folders if (f / "_toc.yml").is_file()))
    return app.lecture6_book
