"""The line beneath a lesson's title: where it stands in the book, how long it takes."""

import json
from pathlib import Path

from docutils import nodes

from lecture6_utils.book.running_times import about

WORDS_PER_MINUTE = 200  # somewhat below the 238 of Brysbaert (2019) for prose: there is code


def count_words(node):
    """How many words there are to read below a node: prose, code and what it prints.

    The solutions of the exercises count. They are folded, but to be opened.
    """
    if isinstance(node, nodes.raw | nodes.Invisible):
        return 0  # HTML: the script of a live figure, or a table that is there as text, too
    if isinstance(node, nodes.TextElement):
        return len(node.astext().split())
    element = node.get("nb_element")
    if element == "cell_code_source" and node.parent.get("hide_mode") == "input":
        return 0  # the code behind a figure stays folded
    words = [count_words(child) for child in node.children]
    if element == "mime_bundle":  # one output in several formats, of which one is shown
        return 0 if node.next_node(nodes.image) else max(words)
    return sum(words)


def lesson_times(doctree, cpu_seconds):
    """How long a lesson takes, e.g. “10 min to read · about 40 s to run on one CPU core”."""
    reading = max(1, round(count_words(doctree) / WORDS_PER_MINUTE))
    return f"{reading} min to read · {about(cpu_seconds)} to run on one CPU core"


def place_in_the_book(app):
    """The part to which this lesson belongs, its number, and how many lessons there are."""
    site_map = app.env.external_site_map
    here, number, total = "", 0, 0
    for part in site_map[site_map.root.docname].subtrees:
        for docname in part.files():
            if Path(app.env.doc2path(docname)).suffix == ".ipynb":
                total += 1
                if docname == app.env.docname:
                    here, number = part.caption, total
    return here, number, total


def add_lesson_times(app, doctree):
    """Put the times under the title of a lesson."""
    notebook = Path(app.env.doc2path(app.env.docname))
    title = next(doctree.findall(nodes.title), None)
    if notebook.suffix != ".ipynb" or title is None:
        return
    metadata = json.loads(notebook.read_text(encoding="utf-8"))["metadata"]
    times = lesson_times(doctree, metadata["lecture6"]["cpu_seconds"])
    part, number, total = place_in_the_book(app)
    text = f"{part} · lesson {number} of {total} · {times}"
    paragraph = nodes.paragraph("", text, classes=["lesson-times"])
    title.parent.insert(title.parent.index(title) + 1, paragraph)


def setup(app):
    """Register with Sphinx."""
    app.connect("doctree-read", add_lesson_times)
