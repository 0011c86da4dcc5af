"""References to a lesson or section say its number, which `_toc.yml` alone decides.

    {doc}`tsne`                         →  7. Look at thirty codings on a plane with t-SNE
    [the lesson on maps](tsne.ipynb)    →  lesson 7 on maps
    [How good is the map?](tsne.ipynb#how-good-is-the-map)  →  7.3. How good is the map?

In Jupyter, where no order is known, they read as they are written.
"""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import docname_join


def with_number(text, title, number, explicit=True):
    """What a reference says: by `text`, if that is its own, to what is called `title`."""
    if not explicit or _plain(text) == _plain(title):
        return f"{number}. {title}"
    return re.sub(r"^(?:the (l)|The l)esson\b", lambda m: f"{m[1] or 'L'}esson {number}", text)


def _plain(text):
    return text.replace("’", "'")


class NumberReferences(SphinxPostTransform):
    """Put the numbers in while a reference still knows what it refers to."""

    default_priority = 8  # MyST resolves its references at 9, Sphinx at 10

    def run(self):
        for ref in list(self.document.findall(addnodes.pending_xref)):
            kind = ref.get("refdomain"), ref["reftype"]
            if kind == ("std", "doc"):
                docname, slug = docname_join(ref["refdoc"], ref["reftarget"]), None
            elif kind == ("doc", "myst"):
                docname, slug = ref["reftarget"], ref.get("reftargetid")
            else:
                continue
            if docname not in self.env.titles:
                continue  # no such page: Sphinx says so, and where
            numbers = self.env.toc_secnumbers.get(docname, {})
            if slug:
                _, anchor, title = self.env.metadata[docname]["myst_slugs"].get(slug, (0, "", ""))
                number = numbers.get(f"#{anchor}")
            else:
                title, number = self.env.titles[docname].astext(), numbers.get("")
            if not number:
                continue  # the appendix has none
            number = ".".join(map(str, number))
            text = with_number(ref.astext(), title, number, ref["refexplicit"])
            if text != ref.astext():
                ref["refexplicit"] = True  # else Sphinx would put the bare title back
                ref.clear()
                ref += nodes.inline("", text, classes=["std", "std-doc"])


def setup(app):
    """Register with Sphinx."""
    app.add_post_transform(NumberReferences)
