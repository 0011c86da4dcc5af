"""The directive ``verdicts``: writes the page “What we measured”, and the first lines of the index.

Its argument is a part of the lecture, or one of `PARTS`. What it writes is read by `claims`.
"""

from collections import Counter
from pathlib import Path

from docutils import nodes
from myst_parser.mdit_to_docutils.base import default_slugify
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from lecture6_utils.book import claims
from lecture6_utils.book.how_sure import count, listed, plain
from lecture6_utils.book.lessons import BookError
from lecture6_utils.book.speed import REFERENCE

logger = logging.getLogger(__name__)

#: Who is ahead → the heading of these rivals, and how each is marked.
AHEAD = {
    "ours": ("What we beat", "Ahead"),
    "theirs": ("What beat us", "Behind"),
    "not shown": ("Where neither is shown to be ahead", "Not shown"),
}
NUMBERS_ON_FIRST_PAGE = 2


def typeset(text):
    """A number with a minus sign in place of the hyphen."""
    return text.replace("-", "−") if text.startswith(("≈", "-", "+")) else text


def studied(figures):
    """In how many runs the numbers of a row were measured, in words; "" if all are exact."""
    runs = sorted({figure.runs for figure in figures if figure.runs is not None})
    if 0 in runs:
        return "not studied since the lesson changed"
    return f"{listed(runs)}\u00a0run{'' if runs == [1] else 's'}" if runs else ""


def address(place):
    """A link to a section, which says its number and heading."""
    lesson, section = place
    return f"[]({lesson.slug}.ipynb#{default_slugify(lesson.sections[section])})"


def summary(found):
    """How many claims there are, and what came of them."""
    verdicts = Counter(claim.verdict for claim in found.claims)
    words = {"true": "true", "partly": "partly true", "false": "false", "not shown": "not shown"}
    told = [f"{verdicts[verdict]:,} {word}" for verdict, word in words.items()]
    told[0] = told[0].replace(" ", " are ", 1)
    return f"Of {count(len(found.claims), 'claim')} {', '.join(told[:-1])}, and {told[-1]}."


def silent(found):
    """The slides that have no claim, and why."""
    return "\n".join(f"- *{plain(slide)}*: {because}" for slide, because in found.silent)


class Verdicts(SphinxDirective):
    """Writes one part of the page."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        """The nodes of the part that the argument names."""
        root = Path(self.env.srcdir)
        for path in sources(root):
            self.env.note_dependency(str(path))
        found, part = self.found(root), self.arguments[0]
        if found is None:
            return []
        if part in PARTS:
            return PARTS[part](self, found)
        if part not in found.parts:
            raise self.error(f"{part!r} is none of {', '.join([*found.parts, *PARTS])}.")
        return self.part_of_lecture(found, part)

    def found(self, root):
        """What `claims.read` finds, once for a build; what it does not find are errors of the build."""
        app = self.env.app
        if not hasattr(app, "lecture6_claims"):
            app.lecture6_claims = None
            try:
                app.lecture6_claims = claims.read(root)
            except BookError as error:
                for line in str(error).splitlines():
                    logger.error("%s", line, location=self.get_location())
        return app.lecture6_claims

    def part_of_lecture(self, found, part):
        """A heading for each slide, and below it its claims."""
        by_slide = {slide: [] for slide in found.parts[part]}
        for claim in found.claims:
            if claim.slide in by_slide:
                by_slide[claim.slide].append(self.claim(claim))
        return [self.section(slide, rows) for slide, rows in by_slide.items() if rows]

    def first_page(self, found):
        """The rows for the first page, with the first of their numbers."""
        rows = [claim for claim in found.claims if claim.on_first_page]
        return [_list([self.claim(claim, NUMBERS_ON_FIRST_PAGE) for claim in rows])]

    def rivals(self, found):
        """A heading for who is ahead, and below it the tasks."""
        return [
            self.section(heading, [self.rival(r, mark) for r in found.rivals if r.ahead == ahead])
            for ahead, (heading, mark) in AHEAD.items()
            if any(r.ahead == ahead for r in found.rivals)
        ]

    def claim(self, claim, most=None):
        """The row of a claim."""
        said = self.inline(claim.text)
        if claim.implied:
            said.append(nodes.inline("", " (implied by the slide)", classes=["implied"]))
        figures = claim.figures[:most]
        source = " · ".join(filter(None, [address(claim.place), studied(figures)]))
        mark = claims.VERDICTS[claim.verdict], claim.verdict
        return self.row(mark, said, claim.because, figures, source)

    def rival(self, rival, mark):
        """The row of a task."""
        cited = f"{{cite}}`{rival.citation}`" if rival.citation else ""
        source = " · ".join(filter(None, [address(rival.place), studied(rival.figures), cited]))
        return self.row((mark, rival.ahead), self.inline(rival.task), "", rival.figures, source)

    def row(self, mark, said, because, figures, source):
        """Of a list: a marked term, and below it the sentence, the numbers and where they are from."""
        word, kind = mark
        badge = nodes.strong("", word, classes=["verdict", kind.replace(" ", "-")])
        colon = nodes.inline("", ": ", classes=["colon"])
        text = nodes.inline("", "", *said)
        body = nodes.definition("", *self.parse_text_to_nodes(because))
        if figures:
            body += nodes.bullet_list("", *map(self.figure, figures))
        body += nodes.paragraph("", "", *self.inline(source), classes=["source"])
        return nodes.definition_list_item("", nodes.term("", "", badge, colon, text), body)

    def figure(self, figure):
        """An item of the list of a row's numbers."""
        line = nodes.paragraph("", "", *self.inline(figure.what), nodes.Text(": "))
        line += nodes.inline("", typeset(figure.text), classes=["number", "value"])
        if figure.interval:
            low, high = map(typeset, figure.interval)
            line += nodes.Text(" (95% interval ")
            line += nodes.inline("", f"{low} … {high}", classes=["number"])
            line += nodes.Text(")")
        for remark in figure.remarks:
            line += nodes.inline("", f"; {remark}", classes=["remark"])
        return nodes.list_item("", line)

    def inline(self, text):
        """The nodes of a line of Markdown."""
        return self.parse_text_to_nodes(text)[0].children

    def section(self, heading, rows):
        """A section with a list of rows."""
        section = nodes.section(
            "", nodes.title("", heading), names=[nodes.fully_normalize_name(heading)]
        )
        self.state.document.note_implicit_target(section, section)
        section += _list(rows)
        return section


def _list(rows):
    return nodes.definition_list("", *rows, classes=["verdicts"])


#: What the argument may be, besides a part of the lecture.
PARTS = {
    "summary": lambda page, found: page.parse_text_to_nodes(summary(found)),
    "no claim": lambda page, found: page.parse_text_to_nodes(silent(found)),
    "first page": Verdicts.first_page,
    "rivals": Verdicts.rivals,
}


def sources(root):
    """The files of which the page is made."""
    chapters = root / "chapters"
    yield from (root / claims.SOURCE, chapters / "slides_map.md", chapters / "references.bib")
    yield root / REFERENCE
    yield from sorted(chapters.glob("*.ipynb"))
    yield from sorted((chapters / "evidence").glob("*.json"))


def setup(app):
    """Register with Sphinx."""
    app.add_directive("verdicts", Verdicts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
