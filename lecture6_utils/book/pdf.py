"""What paper needs and a page does not: parts, set tables, open solutions."""

import textwrap

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.texescape import escape
from sphinxcontrib.bibtex.nodes import bibliography

from lecture6_utils.book.stored import stored_lesson


def command(name, *arguments):
    r"""A command of LaTeX, e.g. ``\name{argument}``."""
    return f"\\{name}" + "".join("{" + argument + "}" for argument in arguments)


def latex(app, text):
    """The text, its special characters escaped for LaTeX."""
    return escape(text, app.config.latex_engine)


def raw(source):
    """A node of LaTeX that is passed on as it is."""
    return nodes.raw("", source, format="latex")


def head_cell(app, position, text, width):
    """A cell of a head, its text broken into lines of so many characters."""
    lines = textwrap.wrap(text, width) or ["~"]
    return command(f"makecell[{position}]", r"\\".join(latex(app, line) for line in lines))


def measured_table(app, table):
    """A `stored.Table` in LaTeX; see measuredtable in _config.yml."""
    name_width, width = (24, 14) if len(table.columns) > 3 else (44, 24)
    lines = [
        [
            head_cell(app, "bl", table.corner, name_width),
            *(head_cell(app, "br", column, width) for column in table.columns),
        ]
    ]
    for row in table.rows:
        numbers = (latex(app, table.cells[row, column].text) for column in table.columns)
        lines.append([head_cell(app, "tl", row, name_width), *numbers])
    lines = [" & ".join(line) + r" \\\addlinespace" for line in lines]
    lines.insert(1, r"\midrule")
    begin = command("begin", "measuredtable", "l" + "r" * len(table.columns))
    return "\n".join([begin, *lines, command("end", "measuredtable")])


def set_measured_tables(app, doctree):
    """Set the tables of measured numbers; else their plain text would be taken."""
    shown = [h for h in doctree.findall(nodes.raw) if 'class="measured-table"' in h.astext()]
    if shown:
        stored = stored_lesson(app, app.env.docname)
        without = "lecture6_utils.book.solutions" in app.extensions
        for html, table in zip(shown, stored.tables if without else stored.all_tables, strict=True):
            bundle = html.parent.parent  # the output in all its formats
            bundle.replace_self(raw(measured_table(app, table)))


def open_hidden_cells(app, doctree):
    """Head each solution, as there is nothing to unfold; leave out the code behind a figure."""
    for node in list(doctree.findall(nodes.container)):
        if node.get("hide_mode") == "all":
            title = node["prompt_show"].removeprefix("Show ").capitalize()
            node.insert(0, nodes.rubric("", title))
        elif node.get("hide_mode") == "input":
            node.remove(node.children[0])


def shrink_figures(app, doctree):
    """Figures are drawn with 12 pt type; beside print they look right at four fifths."""
    for image in doctree.findall(nodes.image):
        image["scale"] = 80


def describe_figures(app, doctree):
    """Give each figure its alternative text, which Sphinx would leave out of a PDF."""
    for image in list(doctree.findall(nodes.image)):
        if alt := image.get("alt"):
            options = f"method=hex,unicode,Alt={alt.encode('utf-16-be').hex()}"
            at = image.parent.index(image)
            image.parent.insert(at + 1, raw(r"\EndAccSupp{}"))
            image.parent.insert(at, raw(command("BeginAccSupp", options)))


def turn_cards_into_a_list(app, doctree):
    """Turn each grid of cards into a list: the linked title of the page, the card's text."""
    for grid in list(doctree.findall(nodes.container)):
        if grid.get("design_component") == "grid-container":
            items = nodes.bullet_list()
            for card in grid.findall(nodes.container):
                if card.get("design_component") == "card":
                    body, link = card.children
                    title, text = nodes.strong("", "", *link.children), body.children[-1]
                    line = nodes.paragraph("", "", title, nodes.Text(": "), *text.children)
                    items += nodes.list_item("", line)
            grid.replace_self(items)


def open_the_book(app, doctree):
    """Make a preface of the landing page, and put each part's title before its lessons."""
    if app.env.docname != app.config.root_doc:
        return
    top = next(doctree.findall(nodes.section))
    name = "About this book"
    opening = command("chapter*", name), command("markboth", name, name)
    top.insert(1, raw("".join(opening) + command("addcontentsline", "toc", "chapter", name)))
    for section in list(top.findall(nodes.section)):
        if section is not top:
            title = latex(app, section.children[0].astext())
            section.replace_self([raw(command("section*", title)), *section.children[1:]])
    parts = app.env.external_site_map.root.subtrees
    toctrees = [n for n in top.findall(nodes.compound) if "toctree-wrapper" in n["classes"]]
    for part, toctree in zip(parts, toctrees, strict=True):
        title = command("part", latex(app, part.caption))
        letters = command("appendix") if part.caption == "Appendix" else ""
        top.insert(top.index(toctree), raw(letters + title))
        toctree.children[0]["caption"] = None  # Sphinx would head the contents with the first


def leave_the_title_to_the_references(app, doctree):
    """LaTeX gives a bibliography a chapter of its own: its page needs no second title."""
    if any(doctree.findall(bibliography)):
        title = next(doctree.findall(nodes.title))
        title.parent.remove(title)


class SpellOutDoi(SphinxPostTransform):
    """A DOI shows its whole address, else that would be repeated in a footnote."""

    default_priority = 100  # after the bibliography is made, before Sphinx adds footnotes
    formats = ("latex",)

    def run(self, **_):
        """Replace the text of each link to a DOI."""
        for link in self.document.findall(nodes.reference):
            if link.get("refuri", "").startswith("https://doi.org/"):
                link.children = [nodes.Text(link["refuri"])]


def prepare_for_latex(app):
    """Change the pages only where LaTeX is made of them."""
    if app.builder.format == "latex":
        app.add_post_transform(SpellOutDoi)
        for change in (
            set_measured_tables,
            open_hidden_cells,
            shrink_figures,
            describe_figures,
            turn_cards_into_a_list,
            open_the_book,
            leave_the_title_to_the_references,
        ):
            app.connect("doctree-read", change)


def setup(app):
    """Register with Sphinx."""
    app.connect("builder-inited", prepare_for_latex)
