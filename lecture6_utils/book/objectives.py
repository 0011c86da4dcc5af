"""The directive ``objectives``: what students can do after each lesson, and which exercise checks it.

An objective is the line ``can`` of an exercise in `exercises.SOURCE`; the minutes are summed here.
"""

from collections import defaultdict
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from lecture6_utils.book.exercises import SOURCE, read
from lecture6_utils.book.how_sure import count, link, plain
from lecture6_utils.book.lessons import BookError, find_lessons

NBSP = "\u00a0"  # a line does not begin with a dot, and a number keeps its unit


class Objectives(SphinxDirective):
    """Writes the list, in the order of the table of contents."""

    def run(self):
        """A definition list: a lesson, and its objectives with their exercises."""
        root = Path(self.env.srcdir)
        try:
            lessons, written = find_lessons(root), read(root)
        except BookError as error:
            raise self.error(str(error)) from None
        by_lesson = defaultdict(list)
        for exercise in written.values():
            by_lesson[exercise.lesson].append(exercise)
        # an exercise is linked by its title, which stands in the lesson
        for path in (root / SOURCE, root / "_toc.yml", *(lesson.notebook for lesson in lessons)):
            self.env.note_dependency(str(path))
        rows = [
            self.lesson(lesson.slug, by_lesson[lesson.slug])
            for lesson in lessons
            if lesson.slug in by_lesson  # else it is not finished
        ]
        return [nodes.definition_list("", *rows, classes=["objectives"])] if rows else []

    def lesson(self, slug, exercises):
        """A lesson, how long its exercises take together, and its objectives."""
        minutes = sum(int(exercise.minutes) for exercise in exercises)
        total = f"{count(len(exercises), 'exercise')} · about {count(minutes, 'minute')} together"
        return nodes.definition_list_item(
            "",
            nodes.term("", "", *self.inline(link(slug))),
            nodes.definition(
                "",
                nodes.paragraph("", total, classes=["effort"]),
                nodes.bullet_list("", *map(self.objective, exercises)),
            ),
        )

    def objective(self, exercise):
        """An objective, and on a line of its own the exercise that checks it."""
        effort = f"{NBSP}· {exercise.level}{NBSP}· {exercise.minutes}{NBSP}minutes"
        checked = f"{{ref}}`{exercise.name}`{effort}"
        return nodes.list_item(
            "",
            nodes.paragraph("", "", *self.inline(plain(exercise.can))),
            nodes.paragraph("", "", *self.inline(checked), classes=["effort"]),
        )

    def inline(self, text):
        """The nodes of a line of Markdown."""
        return self.parse_text_to_nodes(text)[0].children


def setup(app):
    """Register with Sphinx."""
    app.add_directive("objectives", Objectives)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
