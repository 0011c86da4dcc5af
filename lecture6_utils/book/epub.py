"""The book for e-readers: formulas in MathML, pictures for live figures, nothing that needs a script."""

import re
from html import escape, unescape
from pathlib import Path

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.builders.epub3 import Epub3Builder
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.math import get_node_equation_number

from lecture6_utils.book.edition import EDITIONS, edition
from lecture6_utils.book.pdf import open_hidden_cells, turn_cards_into_a_list
from lecture6_utils.book.publish import version

ITEM = re.compile(r'<item id="[^"]*" href="(?P<href>[^"]*\.xhtml)" media-type="[^"]*"(?= />)')
NAMED = re.compile(r"&(?!(?:amp|apos|gt|lt|quot);)[A-Za-z]\w*;")  # XML has but these five names
VOID = re.compile(r"<(br|col|hr|img|input|wbr)\b([^<>]*?)\s*/?>")


# --- formulas -----------------------------------------------------------------------------


def mathml(node, block):
    """A formula of LaTeX as MathML, which keeps its LaTeX for whoever cannot show it."""
    tex = node.astext()
    made = NAMED.sub(lambda name: unescape(name[0]), tex2mathml(tex, as_block=block))
    return made.replace("<math ", f'<math alttext="{escape(" ".join(tex.split()))}" ', 1)


def visit_math(translator, node):
    translator.body.append(mathml(node, block=False))
    raise nodes.SkipNode


def visit_math_block(translator, node):
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    if node["number"]:
        number = get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})</span>')
    translator.body.append(mathml(node, block=True) + "</div>\n")
    raise nodes.SkipNode


# --- pages --------------------------------------------------------------------------------


def prepare_page(app, doctree):
    """Make lists of cards and pictures of live figures; leave out links to the slides, which stay outside."""
    if app.builder.name != "epub":
        return
    turn_cards_into_a_list(app, doctree)
    open_hidden_cells(app, doctree)
    for cell in doctree.findall(nodes.container):
        cell.attributes.pop(
            "hide_mode", None
        )  # else MyST-NB would fold it, in HTML that is not valid
    for bundle in list(doctree.findall(nodes.container)):
        if bundle.get("nb_element") == "mime_bundle" and 'class="live"' in bundle.astext():
            bundle.replace_self(next(bundle.findall(nodes.image)))
    for raw in list(doctree.findall(nodes.raw)):
        if raw.astext().startswith("<svg"):  # the lines of the map of ideas
            raw.parent.remove(raw)
        elif raw.astext().startswith('<a href="../slides/'):
            end = next(n for n in raw.parent[raw.parent.index(raw) :] if n.astext() == "</a>")
            for node in (raw, end):
                node.parent.remove(node)


def keep_own_styles(app, pagename, templatename, context, doctree):
    """Leave out the styles that the extensions bring for a browser."""
    if app.builder.name == "epub":
        own = {f"_static/{name}" for name in ("pygments.css", "epub.css", "ereader.css")}
        context["css_files"] = [file for file in context["css_files"] if file.filename in own]


class CloseTags(SphinxPostTransform):
    """An e-reader takes XHTML, where every element is closed."""

    default_priority = 950  # when nothing more is written into them, see ranges.py
    formats = ("html",)

    def run(self, **_):
        """Mend what is passed on as HTML."""
        if self.app.builder.name == "epub":
            for raw in list(self.document.findall(nodes.raw)):
                text = VOID.sub(r"<\1\2/>", raw.astext())
                text = NAMED.sub(lambda name: unescape(name[0]), text)
                raw.children = [nodes.Text(text)]


# --- the file -----------------------------------------------------------------------------


class Epub(Epub3Builder):
    """Sphinx's builder, which does not say which pages have formulas or drawings, as it must."""

    math_renderer_name = "mathml"

    def copy_extra_files(self):
        """Leave out what is for a server."""

    def build_content(self):
        """Write the list of the contents."""
        super().build_content()

        def with_properties(item):
            page = Path(self.outdir, item["href"]).read_text(encoding="utf-8")
            found = [name for name, tag in (("mathml", "<math "), ("svg", "<svg")) if tag in page]
            return item[0] + (f' properties="{" ".join(found)}"' if found else "")

        path = Path(self.outdir, "content.opf")
        path.write_text(
            ITEM.sub(with_properties, path.read_text(encoding="utf-8")), encoding="utf-8"
        )


def prepare(app):
    """Set up what only this builder uses, before Sphinx looks at it."""
    if app.builder.name == "epub":
        app.config.version = version(Path(app.srcdir))
        app.config.epub_description += f" {EDITIONS[edition()]}"
        app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))


def setup(app):
    """Register with Sphinx."""
    app.add_builder(Epub, override=True)
    app.connect("builder-inited", prepare, priority=400)
    app.connect("doctree-read", prepare_page, priority=400)
    app.connect("html-page-context", keep_own_styles)
    app.add_post_transform(CloseTags)
