"""Sphinx extension of the book: MathJax without a network, lesson times, unbroken numbers."""

import importlib.util
import json
from pathlib import Path

from docutils import nodes
from sphinx.util.fileutil import copy_asset

WORDS_PER_MINUTE = 200  # somewhat below the 238 of Brysbaert (2019) for prose: there is code


def copy_mathjax(app, exception):
    """Copy the one MathJax script and its fonts, 1.6 of the package's 24 MB, into the book.

    Not below ``_static``: Jupyter Book loads every script there on every page.
    """
    if exception is None and app.builder.format == "html":
        package = Path(importlib.util.find_spec("sphinx-mathjax-offline").origin).parent
        source, target = package / "static" / "mathjax", Path(app.outdir) / "mathjax"
        fonts = "output/chtml/fonts/woff-v2"
        copy_asset(source / "tex-chtml.js", target)
        copy_asset(source / fonts, target / fonts)


def lesson_times(doctree, cpu_seconds):
    """How long a lesson takes, e.g. “10 min to read · about 40 s to run on one CPU core”."""
    words = sum(len(node.astext().split()) for node in doctree.findall(nodes.Text))
    reading = max(1, round(words / WORDS_PER_MINUTE))
    if cpu_seconds < 55:
        running = f"{max(5, round(cpu_seconds / 5) * 5)} s"
    else:
        running = f"{max(1, round(cpu_seconds / 60))} min"
    return f"{reading} min to read · about {running} to run on one CPU core"


def add_lesson_times(app, doctree):
    """Put the times under the title of a lesson."""
    notebook = Path(app.env.doc2path(app.env.docname))
    title = next(doctree.findall(nodes.title), None)
    if notebook.suffix != ".ipynb" or title is None:
        return
    metadata = json.loads(notebook.read_text(encoding="utf-8"))["metadata"]
    text = lesson_times(doctree, metadata["lecture6"]["cpu_seconds"])
    paragraph = nodes.paragraph("", text, classes=["lesson-times"])
    title.parent.insert(title.parent.index(title) + 1, paragraph)


def keep_numbers_together(app, doctree):
    """A line must not break between ≈ and its number."""
    for node in list(doctree.findall(nodes.Text)):
        if "≈ " in node and not isinstance(node.parent, nodes.literal_block):
            node.parent.replace(node, nodes.Text(node.replace("≈ ", "≈\u00a0")))


def setup(app):
    """Register with Sphinx."""
    app.config.mathjax_path = "../mathjax/tex-chtml.js"  # relative to _static
    app.connect("doctree-read", add_lesson_times)
    app.connect("doctree-read", keep_numbers_together)
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
