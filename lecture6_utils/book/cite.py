"""At the end of each lesson: how to cite it, in BibTeX, folded; what it says is in CITATION.cff."""

from pathlib import Path

import yaml
from docutils import nodes
from pybtex.database import BibliographyData, Entry, Person

from lecture6_utils.book.heading import place_in_the_book
from lecture6_utils.book.publish import known_repository


def bibtex(citation, slug, number, title, address=None):
    """An entry for a lesson.

    Parameters
    ----------
    citation : dict
        What CITATION.cff says of the book.
    slug, number, title : str, int, str
    address : str, optional

    Returns
    -------
    str
    """
    authors = [
        Person("{" + author["name"] + "}")
        if "name" in author  # of a group
        else Person(first=author["given-names"], last=author["family-names"])
        for author in citation["authors"]
    ]
    year = str(citation["date-released"])[:4]
    fields = {
        "title": "{" + title + "}",  # a second pair of braces keeps the capitals
        "booktitle": "{" + citation["title"] + "}",
        "chapter": str(number),
        "year": year,
        "note": f"Version {citation['version']}",
    } | ({"url": address} if address else {})
    entry = Entry("incollection", fields=fields, persons={"author": authors})
    return BibliographyData({f"{slug}-{year}": entry}).to_string("bibtex").strip()


def add_citation(app, doctree):
    """Put the entry at the end of a lesson's page."""
    title = next(doctree.findall(nodes.title), None)
    lesson = Path(app.env.doc2path(app.env.docname))
    if lesson.suffix != ".ipynb" or title is None or app.builder.name != "html":
        return
    citation = yaml.safe_load(Path(app.srcdir, "CITATION.cff").read_text(encoding="utf-8"))
    without = "lecture6_utils.book.solutions" in app.extensions  # its repository has them
    _, number, _ = place_in_the_book(app)
    text = bibtex(
        citation, lesson.stem, number, title.astext(), None if without else known_repository()
    )
    title.parent.extend(
        [
            nodes.raw(
                "", '<details class="cite"><summary>Cite this lesson</summary>', format="html"
            ),
            nodes.literal_block(text, text, language="bibtex"),
            nodes.raw("", "</details>", format="html"),
        ]
    )


def setup(app):
    """Register with Sphinx."""
    app.connect("doctree-read", add_citation)
