"""The first page: a picture on the card of each lesson, and a live figure of one of them.

Both are looked up in the stored lessons, by the name of the figure::

    {lesson-picture} fig-tsne-map     its upper part, small; the card's text says what it is
    {lesson-live} fig-vae-walk        the live figure itself, with its picture where no script runs

They stand on the pages only, not in the PDF nor on an e-reader.
"""

import base64
import io
import os
from pathlib import Path

from docutils import nodes
from PIL import Image, ImageOps
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from lecture6_utils.book.lessons import BookError
from lecture6_utils.book.stored import book_of

logger = logging.getLogger(__name__)

SIZE = 600, 270  # pixels; a card shows half as many
COLORS = 24  # enough for curves and dots, and a third of the bytes


class _FromLesson(SphinxDirective):
    """Writes what `made` makes of a stored figure, or says what is not there."""

    required_arguments = 1

    def run(self):
        """The nodes, for the pages only."""
        root = Path(self.env.srcdir)
        for notebook in sorted(root.glob("chapters/*.ipynb")):
            self.env.note_dependency(str(notebook))
        try:
            made = self.made(book_of(self.env.app), self.arguments[0])
        except BookError as error:
            logger.error("%s", error, location=self.get_location())
            return []
        return [addnodes.only("", *made, expr="builder_html")]

    def image(self, name, png, **attributes):
        """An image of the page, its file beside those that Sphinx keeps."""
        path = Path(self.env.doctreedir, "landing", f"{name}.png")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png)
        uri = "/" + os.path.relpath(path, self.env.srcdir).replace(os.sep, "/")
        return nodes.image(uri=uri, **attributes)


class LessonPicture(_FromLesson):
    """The upper part of a figure, for a card; a screen reader passes it over."""

    def made(self, book, name):
        light, dark = book.figure(name)[0], book.dark(name)
        if not dark:
            return [self.card(f"card-{name}", light)]
        return [
            self.card(f"card-{name}", light, "only-light"),
            self.card(f"card-{name}-dark", dark, "only-dark"),
        ]

    def card(self, name, png, *classes):
        """An image of the upper part."""
        with Image.open(io.BytesIO(base64.b64decode(png))) as image:
            small = ImageOps.fit(image.convert("RGB"), SIZE, centering=(0.5, 0))
        drawn = io.BytesIO()
        small.quantize(COLORS).save(drawn, "PNG", optimize=True)
        return self.image(name, drawn.getvalue(), alt="", classes=["lesson-picture", *classes])


class LessonLive(_FromLesson):
    """A live figure, and its picture for paper and where no script runs."""

    def made(self, book, name):
        png, alt = book.figure(name)
        still = self.image(name, base64.b64decode(png), alt=alt, classes=["live-still"])
        return [nodes.raw("", book.live(name), format="html"), still]


def setup(app):
    """Register with Sphinx."""
    app.add_directive("lesson-picture", LessonPicture)
    app.add_directive("lesson-live", LessonLive)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
