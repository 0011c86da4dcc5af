"""The directive `pins`: every package that the book is made with, by its version; the hashes stay out."""

from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from lecture6_utils.book.lessons import pins


class Pins(SphinxDirective):
    """The pins as a block of text."""

    def run(self):
        root = Path(self.env.srcdir)
        self.env.note_dependency(str(root / "requirements.txt"))
        text = "\n".join(pins(root))
        return [nodes.literal_block(text, text, language="text")]


def setup(app):
    """Register with Sphinx."""
    app.add_directive("pins", Pins)
