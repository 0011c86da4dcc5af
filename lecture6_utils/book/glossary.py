"""Each term of the glossary is linked where a lesson's prose first uses it."""

import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes

#: Words that mostly mean something else (a learning rate, a pattern in the data): a lesson
#: speaks of the glossary's where it defines it, in bold.
EVERYDAY = ("pattern", "rate")


def glossary_terms(app):
    """The terms of the glossary page, the longest first."""
    text = Path(app.srcdir, "chapters", "glossary.md").read_text(encoding="utf-8")
    entries = text.partition(":::{glossary}\n")[2].partition("\n:::")[0]
    return sorted(re.findall(r"^(?=\S)(.+)$", entries, re.M), key=len, reverse=True)


def link_terms(app, doctree):
    """Link each term of the glossary where a lesson's prose first uses it."""
    if Path(app.env.doc2path(app.env.docname)).suffix != ".ipynb":
        return
    terms = glossary_terms(app)
    for node in list(doctree.findall(nodes.Text)):
        in_prose = isinstance(node.parent, nodes.paragraph | nodes.emphasis | nodes.strong)
        if not in_prose or node.parent.astext().startswith("Slides covered"):
            continue  # no title, code, link or caption, and not the list of the slides
        for term in terms:
            if term in EVERYDAY and not isinstance(node.parent, nodes.strong):
                continue
            flags = 0 if term.isupper() else re.I
            found = re.search(rf"\b{re.escape(term)}s?\b", node, flags)
            if found:
                link = addnodes.pending_xref(
                    "",
                    nodes.inline("", found[0], classes=["glossary-term"]),
                    refdomain="std",
                    reftype="term",
                    reftarget=term,
                    refexplicit=True,
                    refdoc=app.env.docname,
                    refwarn=True,
                )
                before, after = nodes.Text(node[: found.start()]), nodes.Text(node[found.end() :])
                node.parent.replace(node, [before, link, after])
                terms.remove(term)
                break  # one link a stretch of text: a page must not drown in them


def setup(app):
    """Register with Sphinx."""
    app.connect("doctree-read", link_terms)
