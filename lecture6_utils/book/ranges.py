"""Who points at a measured number, or comes to it by keyboard, sees the range that the study found.

Only pages have this: notebooks stay as they are. book.css shows ``data-range``.
"""

import re
from html import escape

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from lecture6_utils.book.stored import stored_lesson

logger = logging.getLogger(__name__)

CELL = re.compile(r'(<td class="measured">)(.*?)(</td>)', re.S)
# Around a number in a printed line, until it is HTML. Unicode leaves them to private use.
START, END = "\ue000", "\ue001"
# What stands before an end of an interval.
BEFORE = {"low": "", "high": r"\S+ … "}


class printed_numbers(nodes.literal_block):
    """Printed lines, their numbers between `START` and `END`; ``ranges`` has one for each."""


def with_range(html, text):
    """A number that shows its range, and says it to a screen reader."""
    said = text.replace(" … ", " to ")
    return (
        f'<span class="measured" tabindex="0" data-range="{escape(text)}" '
        f'aria-description="{escape(said)}">{html}</span>'
    )


def visit_printed_numbers(self, node):
    """Write the lines as any others, then make of the marks what they stand for."""
    ranges = iter(node["ranges"])
    try:
        self.visit_literal_block(node)
    finally:  # it has written, and leaves by SkipNode
        self.body[-1] = re.sub(
            f"{START}(.*?){END}", lambda m: with_range(m[1], next(ranges)), self.body[-1]
        )


def show_in_table(raw, numbers):
    """Put ranges into the HTML of a table; return the numbers that it does not have."""
    if [m[2] for m in CELL.finditer(raw.astext())] != [escape(n.text) for n in numbers]:
        return numbers
    todo = iter(numbers)

    def cell(match):
        number = next(todo)
        return (
            match[1] + (with_range(match[2], number.range) if number.range else match[2]) + match[3]
        )

    raw[:] = [nodes.Text(CELL.sub(cell, raw.astext()))]
    return []


def printed(number):
    """A pattern of what `measured` or `difference` prints of a number, whose group is the number."""
    compared, _, end = number.name.rpartition(" | ")
    line = f"{re.escape(number.name)} ≈ "
    if end in BEFORE:
        line = f"(?:{line}|{re.escape(compared)} ≈ .*, 95% interval {BEFORE[end]})"
    return re.compile(rf"^{line}({re.escape(number.text)})(?![\w.%])", re.M)


def show_in_lines(block, numbers):
    """Mark numbers in printed lines; return those that are not in them."""
    text, marks, lost = block.astext(), [], []
    for number in numbers:
        match = printed(number).search(text)
        if not match:
            lost.append(number)
        elif number.range:
            marks.append((*match.span(1), number.range))
    if marks:
        for start, end, _ in sorted(marks, reverse=True):
            text = text[:start] + START + text[start:end] + END + text[end:]
        ranges = [text for *_, text in sorted(marks)]
        block.replace_self(printed_numbers(text, text, **block.attributes, ranges=ranges))
    return lost


def show_ranges(document, lesson, numbers):
    """Put the ranges of a lesson's numbers into its page.

    Parameters
    ----------
    document : docutils.nodes.document
    lesson : StoredLesson
    numbers : list of Number
        Those that the page is to have.

    Returns
    -------
    list of Number
        Those that it has not.
    """
    outputs = {
        node["exec_count"]: node
        for node in document.findall(nodes.container)
        if node.get("nb_element") == "cell_code"
    }
    lost = []
    for cell, measured in lesson.cells.items():
        todo = [number for number in measured if number in numbers]
        output = outputs.get(cell, nodes.container())
        raws = [
            raw for raw in output.findall(nodes.raw) if 'class="measured-table"' in raw.astext()
        ]
        for table in lesson.all_tables:
            if table.cell == cell:
                own = [n for n in todo if n in table.cells.values()]  # as they were measured
                todo = [n for n in todo if n not in own]
                lost += show_in_table(raws.pop(0), own) if raws else own
        blocks = [b for b in output.findall(nodes.literal_block) if "stream" in b["classes"]]
        for block in blocks:
            todo = show_in_lines(block, todo)
        lost += todo
    return lost


class ShowRanges(SphinxPostTransform):
    """Show the ranges in the pages of lessons."""

    default_priority = 900  # by then one of each output's formats is chosen
    formats = ("html",)

    def run(self, **_):
        """Work on one page."""
        lesson = stored_lesson(self.app, self.env.docname)
        if lesson is None:
            return
        without = "lecture6_utils.book.solutions" in self.app.extensions
        numbers = lesson.numbers if without else list(lesson.measured.values())
        for number in show_ranges(self.document, lesson, numbers):
            logger.warning(
                "%r was measured as %s, but the output of its cell does not show that",
                number.name,
                number.text,
                location=self.env.docname,
            )


def setup(app):
    """Register with Sphinx."""
    app.add_node(printed_numbers, html=(visit_printed_numbers, None))
    app.add_post_transform(ShowRanges)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
