"""How long cells run, as the executor saw it: below a slow one, and where a page asks for it.

``{seconds}`tsne: TSNE(``` becomes “about 15 s”, of the one cell with this text in it.
"""

import json
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from lecture6_utils.book.lessons import METADATA_KEY, BookError
from lecture6_utils.book.stored import book_of

logger = logging.getLogger(__name__)

#: CPU-seconds from which a cell is called slow: a reader who waits so long wonders what is wrong.
SLOW = 4


def about(seconds):
    """A time as one says it, e.g. “about 40 s”, “about 2 min”."""
    if seconds < 8:
        return f"about {max(1, round(seconds))} s"
    if seconds < 55:
        return f"about {round(seconds / 5) * 5} s"
    return f"about {max(1, round(seconds / 60))} min"


def say_below_slow_cells(app, doctree):
    """Tell how long a slow cell runs, between its code and what it puts out."""
    notebook = Path(app.env.doc2path(app.env.docname))
    if notebook.suffix != ".ipynb":
        return
    metadata = json.loads(notebook.read_text(encoding="utf-8"))["metadata"]
    seconds = metadata[METADATA_KEY].get("cell_seconds", [])
    for cell in list(doctree.findall(nodes.container)):
        if cell.get("nb_element") != "cell_code" or not cell["exec_count"]:
            continue
        if (took := dict(enumerate(seconds, 1)).get(cell["exec_count"], 0)) >= SLOW:
            said = nodes.paragraph("", f"Runs {about(took)}.", classes=["cell-seconds"])
            cell.insert(1, addnodes.only("", said, expr="builder_html"))


class Seconds(SphinxRole):
    """How long a cell runs."""

    def run(self):
        """Text, or an error that names what there is."""
        try:
            return [nodes.Text(about(book_of(self.env.app).seconds(self.text)))], []
        except BookError as error:
            logger.error("%s: %s", self.rawtext, error, location=self.get_location())
            return [], []


def setup(app):
    """Register with Sphinx."""
    app.add_role("seconds", Seconds())
    app.connect("doctree-read", say_below_slow_cells)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
