"""Sphinx extension for the slides: they take figures, numbers, code and links out of the stored lessons.

Nothing that a lesson measured is written in the deck by hand. Its directives and roles name
it, and it is looked up in the notebook; a name that is not there, or not unique, is an error.

What the deck may write, and what that becomes::

    {measured}`tsne: silhouette of plain noise in two dimensions`   a number `measured` printed
    {measured}`tsne: PCA (30) | 10-NN accuracy`   a cell of a `MeasuredTable`: row | column,
                                                  or corner | row | column
    {printed}`tsne: codings … → map *`   what stands for … in a printed line; * is anything
    {section}`tsne#how-good-is-the-map`  a link to a section of the book
    {lesson-figure} fig-tsne-map         a figure with its alt text
    {lesson-table} tsne                  rows and columns of a `MeasuredTable`
    {lesson-code} tsne: neighbors        the function, class or variable of that name
    {lesson-output} tsne: name_classes() what the one cell with this text in it prints
    {claim}, {verdict} true              what the lecture says, and what came out

Wherever a lesson is named, ``lesson#section`` narrows the search to one section.
"""

import ast
import base64
import re
import shutil
from collections import namedtuple
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path

from bs4 import BeautifulSoup
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.writers.html5 import HTML5Translator
from sphinx_revealjs._ext.notes import revealjs_notes  # its only home

from lecture6_utils.lessons import BookError, find_lessons, read_notebook
from lecture6_utils.measurement import MEASURED

logger = logging.getLogger(__name__)

#: A line that `measured` prints: name, ≈ number, bounds.
PRINTED = re.compile(rf"(.+?) ({MEASURED.pattern})(?: over \d+ seeds)?   \(bounds (.+)\)")

#: Verdict → how it is said on the slide.
VERDICTS = {"true": "True", "partly": "Partly", "false": "False", "measured": "Measured"}

#: What the deck needs of the 6 MB that sphinx-revealjs copies; the rest is deleted again.
NEEDED = {"dist/reveal.js", "dist/reveal.css", "plugin/notes/notes.js", "LICENSE"}
NEEDED |= {"plugin/notes/speaker-view.html"}

#: A measured number or a cell of a table: where it stands, its text, the text of its bounds.
Number = namedtuple("Number", "section name text bounds")


# --- a lesson as the slides see it ----------------------------------------------------


@dataclass
class Table:
    """A `MeasuredTable` read back from its HTML: ``cells[row, column]`` is a `Number`."""

    section: str
    corner: str
    rows: list
    columns: list
    cells: dict = field(repr=False)


class StoredLesson:
    """The sections, figures, numbers and code of one lesson, less the solutions of its exercises."""

    def __init__(self, lesson):
        self.slug, self.name = lesson.slug, lesson.notebook.name
        self.title, self.sections = "", {}  # section: id on the page → heading
        self.lines, self.numbers, self.tables, self.figures, self.sources = [], [], [], {}, []
        section = ""
        for cell in read_notebook(lesson).cells:
            if cell.cell_type == "markdown":
                for level, heading in re.findall(r"^(##?) (.+)$", cell.source, re.M):
                    if level == "#":
                        self.title = heading
                    else:
                        section = nodes.make_id(heading)
                        self.sections[section] = heading
            elif "hide-cell" not in cell.metadata.get("tags", []):
                for output in cell.outputs:
                    self._read(section, output, cell.metadata.get("mystnb", {}))
                printed = "".join(output.get("text", "") for output in cell.outputs)
                self.sources.append((section, cell.source, printed))

    def _read(self, section, output, mystnb):
        for line in output.get("text", "").splitlines():
            self.lines.append((section, line))
            found = PRINTED.fullmatch(line)
            if found:
                self.numbers.append(Number(section, found[1], found[2], found[4]))
        data = output.get("data", {})
        if "image/png" in data and "figure" in mystnb:
            self.figures[mystnb["figure"]["name"]] = (data["image/png"], mystnb["image"]["alt"])
        if "measured-table" in data.get("text/html", ""):
            self.tables.append(_read_table(section, data["text/html"]))

    @cached_property
    def code(self):
        """Name → list of (section, definition, whole cell)."""
        found = {}
        for section, source, _ in self.sources:
            for node in ast.parse(source).body:
                for name in _names(node):
                    part = _without_docstring(source, node)
                    found.setdefault(name, []).append((section, part, source))
        return found


def _read_table(section, html):
    soup = BeautifulSoup(html, "html.parser")
    corner, *columns = (cell.get_text() for cell in soup.thead.find_all(["th", "td"]))
    rows, cells = [], {}
    for tr in soup.tbody.find_all("tr"):
        row = tr.th.get_text()
        rows.append(row)
        for column, td in zip(columns, tr.find_all("td")):
            bounds = td.small.extract().get_text() if td.small else ""
            cells[row, column] = Number(section, f"{row} | {column}", td.get_text(), bounds)
    return Table(section, corner, rows, columns, cells)


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
        numbers = lesson.numbers + [
            number._replace(name=f"{corner}{number.name}")
            for table in lesson.tables
            for number in table.cells.values()
            for corner in ("", f"{table.corner} | ")
        ]
        return _only_one(
            [n for n in numbers if n.name == name and section in ("", n.section)],
            f"measured number {name!r}", lesson,
            sorted({n.name for n in numbers if section in ("", n.section)}, key=_likeness(name)),
        )  # fmt: skip

    def printed(self, text):
        """What stands where the pattern has …, in the one printed line that fits it."""
        lesson, section, pattern = self._split(text)
        if pattern.count("…") != 1:
            raise BookError(f"{pattern!r} must have one … where the wanted text stands")
        regex = re.escape(" ".join(pattern.split()))
        regex = regex.replace(r"\ ", r"\s+").replace(r"\*", ".*").replace("…", r"(\S.*?)")
        lines = [(s, line) for s, line in lesson.lines if section in ("", s)]
        found = [(s, re.fullmatch(rf"\s*{regex}\s*", line)) for s, line in lines]
        known = sorted({line for _, line in lines}, key=_likeness(pattern))
        match = _only_one([m for m in found if m[1]], f"printed line {pattern!r}", lesson, known)
        return match[1][1]

    def figure(self, name):
        """PNG (base64) and alt text of the figure of that name, in whichever lesson it is."""
        known = {n: f for slug in self._lessons for n, f in self.lesson(slug).figures.items()}
        if name not in known:
            raise BookError(f"no figure {name!r}; there are: {', '.join(known)}")
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
        lesson, section, part = self._split(text)
        sources = [s for s in lesson.sources if section in ("", s[0])]
        known = [source.partition("\n")[0] for _, source, _ in sources]
        found = [s for s in sources if part in s[1]]
        return _only_one(found, f"code cell with {part!r}", lesson, known)[2]


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


# --- directives and roles -------------------------------------------------------------


def _book(env):
    """One `Book` for a build; the deck lies in chapters/_slides."""
    if not hasattr(env.app, "lecture6_book"):
        env.app.lecture6_book = Book(Path(env.srcdir).resolve().parents[1])
    return env.app.lecture6_book


def _html(html):
    return [nodes.raw("", html, format="html")]


def _number_html(number):
    """Mean or value as text; spread and bounds show when the mouse rests on it."""
    value, _, spread = number.text.partition(" ± ")
    if not number.bounds:
        return f'<span class="number">{escape(value)}</span>'
    hint = f"± {spread}, bounds {number.bounds}" if spread else f"bounds {number.bounds}"
    value = escape(value).replace("≈ ", "≈\u00a0")
    return f'<span class="number" title="{escape(hint)}">{value}</span>'


class _LookUp(SphinxRole):
    """A role whose text is looked up; what is not found is an error of the build."""

    def run(self):
        try:
            return self.look_up(_book(self.env)), []
        except BookError as error:
            logger.error("%s: %s", self.rawtext, error, location=self.get_location())
            return [], []


class MeasuredRole(_LookUp):
    def look_up(self, book):
        return _html(_number_html(book.number(self.text)))


class PrintedRole(_LookUp):
    def look_up(self, book):
        return _html(f'<span class="number">{escape(book.printed(self.text))}</span>')


class SectionRole(_LookUp):
    def look_up(self, book):
        lesson, section = book.place(self.text)
        target = f"../chapters/{lesson.slug}.html" + (f"#{section}" if section else "")
        text = book.heading(lesson, section)
        # a new tab: from the speaker's window a plain link would replace the notes
        return _html(f'<a href="{target}" target="_blank">{escape(text)}</a>')


class _LookUpDirective(SphinxDirective):
    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        try:
            return self.look_up(_book(self.env), self.arguments[0])
        except BookError as error:
            logger.error("{%s}: %s", self.name, error, location=self.get_location())
            return []


class LessonFigure(_LookUpDirective):
    option_spec = {"class": directives.unchanged}

    def look_up(self, book, name):
        png, alt = book.figure(name)
        png = base64.b64decode(png)
        folder = Path(self.env.app.outdir, "figures")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.png").write_bytes(png)
        width, height = (int.from_bytes(png[i : i + 4], "big") for i in (16, 20))  # of IHDR
        classes = f"figure {self.options.get('class', '')}".strip()
        return _html(
            f'<img class="{classes}" src="figures/{name}.png" alt="{escape(alt)}" '
            f'width="{width}" height="{height}">'
        )


class LessonTable(_LookUpDirective):
    option_spec = {
        "rows": directives.unchanged,
        "columns": directives.unchanged,
        "corner": directives.unchanged,
        "mark": directives.unchanged,  # the row to look at
    }

    def look_up(self, book, place):
        rows, columns, mark = (self._list(option) for option in ("rows", "columns", "mark"))
        table = book.table(place, rows + mark, columns, self.options.get("corner"))
        rows, columns = rows or table.rows, columns or table.columns
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
        body = "".join(
            ('<tr class="mark">' if row in mark else "<tr>")
            + f'<th scope="row">{escape(row)}</th>'
            + "".join(f"<td>{_number_html(table.cells[row, column])}</td>" for column in columns)
            + "</tr>"
            for row in rows
        )
        corner = f'<th scope="col">{escape(table.corner)}</th>' if table.corner else "<td></td>"
        return _html(f"<table><thead><tr>{corner}{head}</tr></thead><tbody>{body}</tbody></table>")

    def _list(self, option):
        return [name.strip() for name in self.options.get(option, "").split(";") if name.strip()]


class LessonCode(_LookUpDirective):
    option_spec = {"cell": directives.flag}

    def look_up(self, book, name):
        definition, cell = book.code(name)
        source = cell if "cell" in self.options else definition
        return [nodes.literal_block(source, source, language="python")]


class LessonOutput(_LookUpDirective):
    def look_up(self, book, name):
        printed = book.output(name).rstrip()
        return [nodes.literal_block(printed, printed, language="none")]


class Claim(SphinxDirective):
    """What the lecture's slide says."""

    has_content = True

    def run(self):
        label = nodes.paragraph("", "The lecture", classes=["label"])
        return [_box("claim", label, self)]


class Verdict(SphinxDirective):
    """What came out of measuring it."""

    has_content = True
    required_arguments = 1

    def run(self):
        kind = self.arguments[0]
        if kind not in VERDICTS:
            logger.error(
                "no verdict %r; there are: %s",
                kind,
                ", ".join(VERDICTS),
                location=self.get_location(),
            )
            return []
        label = nodes.paragraph("", VERDICTS[kind], classes=["label"])
        return [_box(f"verdict {kind}", label, self)]


def _box(classes, label, directive):
    box = nodes.container("", label, classes=classes.split())
    directive.state.nested_parse(directive.content, directive.content_offset, box)
    return box


# --- the deck's pages -----------------------------------------------------------------


def _visit_notes(translator, node):
    translator.body.append('<aside class="notes">')


def _depart_notes(translator, node):
    translator.body.append("</aside>")


def drop_unused_files(app, exception):
    """Delete what sphinx-revealjs copies for themes and plugins that the deck does not use."""
    if exception is None:
        revealjs = Path(app.outdir, "_static", "revealjs")
        for path in revealjs.rglob("*"):
            if path.is_file() and path.relative_to(revealjs).as_posix() not in NEEDED:
                path.unlink()
        for folder in sorted((p for p in revealjs.rglob("*") if p.is_dir()), reverse=True):
            if not any(folder.iterdir()):
                folder.rmdir()
        shutil.rmtree(Path(app.outdir, "_sources"), ignore_errors=True)


def mend_access(app, exception):
    """The landmark around the whole deck, since reveal.js makes an application of what is in it."""
    if exception is None:
        path = Path(app.outdir, "index.html")
        page = path.read_text(encoding="utf-8")
        for fault, remedy in (
            (' role="main"', ""),
            ("<body>", "<body><main>"),
            ("</body>", "</main></body>"),
        ):
            page = page.replace(fault, remedy)
        path.write_text(page, encoding="utf-8")


def setup(app):
    """Register with Sphinx."""
    app.setup_extension("sphinx_revealjs")
    # notes with links, where sphinx-revealjs writes their bare text
    app.add_node(revealjs_notes, override=True, revealjs=(_visit_notes, _depart_notes))
    # code colored by Pygments as in the book, where sphinx-revealjs waits for highlight.js (1 MB)
    code = (HTML5Translator.visit_literal_block, HTML5Translator.depart_literal_block)
    app.add_node(nodes.literal_block, override=True, revealjs=code)
    app.add_role("measured", MeasuredRole())
    app.add_role("printed", PrintedRole())
    app.add_role("section", SectionRole())
    app.add_directive("lesson-figure", LessonFigure)
    app.add_directive("lesson-table", LessonTable)
    app.add_directive("lesson-code", LessonCode)
    app.add_directive("lesson-output", LessonOutput)
    app.add_directive("claim", Claim)
    app.add_directive("verdict", Verdict)
    app.connect("build-finished", drop_unused_files)
    app.connect("build-finished", mend_access)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
