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
    {bet} tsne: name                     the choices of that lesson's `predict.py` box of this name,
                                         below a claim. They come up first, then what stands below
                                         them; the verdict begins with the right choice

Wherever a lesson is named, ``lesson#section`` narrows the search to one section.
"""

import base64
import shutil
from copy import deepcopy
from html import escape
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.writers.html5 import HTML5Translator
from sphinx_revealjs._ext.notes import revealjs_notes  # its only home

from lecture6_utils.book.lessons import BookError
from lecture6_utils.book.patches import Patch, mended, tell_unused
from lecture6_utils.book.plain import predictions
from lecture6_utils.book.predict import answer
from lecture6_utils.book.stored import book_of

logger = logging.getLogger(__name__)

#: Verdict → how it is said on the slide.
VERDICTS = {"true": "True", "partly": "Partly", "false": "False", "measured": "Measured"}

#: What the deck needs of the 6 MB that sphinx-revealjs copies; the rest is deleted again.
NEEDED = {"dist/reveal.js", "dist/reveal.css", "plugin/notes/notes.js", "LICENSE"}
NEEDED |= {"plugin/notes/speaker-view.html"}

#: Without JavaScript reveal.js shows nothing: then the slides stand below one another.
NO_SCRIPT = """<noscript><style>
html, body, .reveal, .reveal .slides { position: static; width: auto; height: auto; overflow: visible; }
.reveal .slides section { display: block !important; position: relative !important; width: auto;
  visibility: visible; opacity: 1; transform: none; pointer-events: auto; }
.reveal .slides section:not(.stack) { height: auto; padding: 84px 5% 36px; }
.reveal .slides section .fragment { visibility: inherit; opacity: 1; }
.reveal .slides section:has(> section) { padding: 0; }
.reveal .slides section .lecture { left: 5%; }
.reveal .slides section :is(img, table, .columns) { display: block; max-width: 100%; overflow-x: auto; }
.reveal aside.notes { display: none; }
@media (max-width: 60rem) { .reveal .slides { zoom: 0.55; } }
</style><p>These slides need JavaScript to be shown one at a time. What they show is in
<a href="../chapters/slides_map.html">the lessons</a>, too.</p></noscript>"""


# --- directives and roles -------------------------------------------------------------


def _html(html):
    return [nodes.raw("", html, format="html")]


def _number_html(number):
    """Mean or value as text, the spread beside it; the range shows when the mouse rests on it."""
    value, _, spread = number.text.partition(" ± ")
    if number.values is None:  # an exact one
        return f'<span class="number">{escape(value)}</span>'
    beside = f'<small class="spread">\u00a0± {escape(spread)}</small>' if spread else ""
    return (
        f'<span class="number" title="{escape(number.range)}">≈\u00a0{escape(value)}{beside}</span>'
    )


class _LookUp(SphinxRole):
    """A role whose text is looked up; what is not found is an error of the build."""

    def run(self):
        try:
            return self.look_up(book_of(self.env.app)), []
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
            return self.look_up(book_of(self.env.app), self.arguments[0])
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


class Bet(_LookUpDirective):
    """What a class can bet on: a short question, and the choices of the lesson's own."""

    has_content = True

    def look_up(self, book, text):
        slug, _, name = text.partition(": ")
        lesson = book.lesson(slug)
        boxes = [box for source in lesson.prose for box in predictions(source)]
        box = next((box for box in boxes if box.name == name and box.choices), None)
        if box is None:
            there = "; ".join(box.name for box in boxes if box.choices) or "none"
            raise BookError(f"no question with choices asks for {name!r} in {lesson.name}: {there}")
        right = answer(box, lesson).right
        labels = [self.state.inline_text(label, self.lineno)[0] for label, _ in box.choices]
        number = lesson.number(name.replace("…", box.choices[right][1]))
        what = "" if box.best else f"{escape(number.name)} "
        said = nodes.paragraph("", "", nodes.strong("", "", *deepcopy(labels[right])))
        said += _html(f" ({what}{_with_interval(lesson, number)}).")
        self.env.temp_data["lecture6_right"] = said
        made = _box("bet fragment", nodes.paragraph("", "Your bet", classes=["label"]), self)
        choices = (nodes.list_item("", nodes.paragraph("", "", *label)) for label in labels)
        made += nodes.bullet_list("", *choices)
        return [made]


def _with_interval(lesson, number):
    """A number, of a difference with its 95% interval."""
    ends = [lesson.measured.get(f"{number.name} | {end}") for end in ("low", "high")]
    interval = ", 95% interval {} to {}".format(*map(_number_html, ends)) if all(ends) else ""
    return _number_html(number) + interval


def show_later(app, doctree):
    """What stands below a bet comes up when the class has made it."""
    for bet in [box for box in doctree.findall(nodes.container) if "bet" in box["classes"]]:
        slide, later = bet.parent, []
        for node in slide.children[slide.index(bet) + 1 :]:
            later += node.children if "columns" in node.get("classes", ()) else [node]
        later = [node for node in later if not isinstance(node, revealjs_notes)]
        if not any("verdict" in node["classes"] for node in later):
            logger.error("{bet}: there is no {verdict} below it", location=bet)
        for node in later:
            node["classes"].append("fragment")


class Verdict(SphinxDirective):
    """What came out of measuring it; if there is a bet on the slide, which choice was right."""

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
        box = _box(f"verdict {kind}", label, self)
        if right := self.env.temp_data.pop("lecture6_right", None):
            box.insert(1, right)
        return [box]


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


#: The landmark is around the whole deck, since reveal.js makes an application of what is in it.
PATCHES = (
    Patch("landmark inside the deck", "sphinx-revealjs", ' role="main"', ""),
    Patch(
        "landmark around the deck",
        "sphinx-revealjs",
        '<body>\n    <div class="reveal">',
        f'<body><main>{NO_SCRIPT}\n    <div class="reveal">',
    ),
    Patch(
        "end of that landmark",
        "sphinx-revealjs",
        "</script>\n  </body>",
        "</script>\n  </main></body>",
    ),
)


def mend_access(app, exception):
    """Repair what a screen reader would stumble over."""
    if exception is None:
        found, path = set(), Path(app.outdir, "index.html")
        page = mended(path.read_text(encoding="utf-8"), PATCHES, found)
        path.write_text(page, encoding="utf-8")
        tell_unused(app, PATCHES, found)


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
    app.add_directive("bet", Bet)
    app.add_directive("verdict", Verdict)
    app.connect("doctree-read", show_later)
    app.connect("build-finished", drop_unused_files)
    app.connect("build-finished", mend_access)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
