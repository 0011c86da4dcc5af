"""A search finds whole words and leads to sections; Sphinx's script and index are changed for it.

The other names of a term stand in its entry of the glossary, in a sentence such as
“Also: KL, relative entropy.” Whoever looks for one of them finds all.
"""

import json
import re
from pathlib import Path

from bs4 import BeautifulSoup
from sphinx.errors import ExtensionError

from lecture6_utils.book.patches import tell_useless

SCRIPT = Path(__file__).with_suffix(".js")

# On the page that a result leads to, “KL” is not marked in “sklearn”, nor “form” in “format”.
SUBSTRING = "const pos = val.toLowerCase().indexOf(text);"
WORD = (
    "const pos = val.toLowerCase().search("
    'new RegExp(`(?<![\\\\p{L}\\\\p{N}_])${text}(?![\\\\p{L}\\\\p{N}_])`, "u"));'
)

# what is no text, and the folded code behind a figure
NOT_READ = "a.headerlink, div.math, details.cite, details > summary, .tag_hide-input .cell_input"
NO_TEXT = re.compile(r"<(script|style)\b.*?</\1>", re.S)
SCRIPTS = re.compile(
    r'\s*<script src="[^"]*(?:searchtools|language_data|searchindex)\.js[^"]*"></script>'
)
ALSO = re.compile(r"\bAlso: ([^.]+)\.")


def read(html):
    """The text of a page: its title, its sections, and the names of the glossary's terms.

    Parameters
    ----------
    html : str

    Returns
    -------
    title : str
    sections : list of (str, str, str)
        Anchor, heading and text of each; an entry of a glossary is a section, too.
    names : list of list of str
        The names of each entry.
    """
    html = NO_TEXT.sub("", html).replace("</td>", " </td>").replace("</th>", " </th>")
    page = BeautifulSoup(html, "html.parser").find("section")
    if page is None:
        return "", [], []
    for element in page.select(NOT_READ):
        element.decompose()
    for formula in page.select("span.math"):
        formula.string = re.sub(r"^\\\(|\\\)$", "", formula.get_text())
    entries, names, sections = [], [], []
    for term in page.select("dl.glossary > dt"):
        name, said = text_of(term), term.find_next_sibling("dd")
        entries.append((term["id"], name, text_of(said)))
        also = ALSO.search(entries[-1][2])
        names.append([name, *(also[1].split(", ") if also else [])])
    for glossary in page.select("dl.glossary"):
        glossary.decompose()
    # the inner ones first: each is cut out of the one around it
    for section in reversed([page, *page.select("section[id]")]):
        heading = section.find(re.compile("^h[1-6]$"))
        title = text_of(heading) if heading else ""
        if heading:
            heading.decompose()
        # code last: of what is found, a result shows the first
        code = [text_of(cell.extract()) for cell in section.select("div.cell")]
        text = " ".join(filter(None, [text_of(section), *code]))
        sections.append(("" if section is page else section["id"], title, text))
        section.extract()
    sections.reverse()
    return sections[0][1], sections + entries, names


def text_of(element):
    return " ".join(element.get_text().split())


def write_index(app):
    """Put the text of all sections in the place of Sphinx's index, whose results are pages."""
    pages, names = [], []
    for docname in sorted(app.env.found_docs):
        url = app.builder.get_target_uri(docname)
        title, sections, terms = read(Path(app.outdir, url).read_text(encoding="utf-8"))
        is_lesson = Path(app.env.doc2path(docname)).suffix == ".ipynb"
        pages.append([url, title, is_lesson, sections])
        names += terms
    index = json.dumps({"pages": pages, "names": names}, ensure_ascii=False, separators=(",", ":"))
    path = Path(app.outdir, "searchindex.js")
    path.write_text(f"Search.setIndex({index})", encoding="utf-8")


def spare_other_pages(app):
    """Let the search page alone load the search; on others it is weight, and no word is marked there."""
    n_scripts = 0
    for path in Path(app.outdir).rglob("*.html"):
        if path.name != "search.html":
            text, n = SCRIPTS.subn("", path.read_text(encoding="utf-8"))
            path.write_text(text, encoding="utf-8")
            n_scripts += n
    if not n_scripts and app.env.fresh_env_used:
        tell_useless("scripts of the search on every page", "pydata-sphinx-theme")


def mend_search(app, exception):
    """Change the scripts in the built book, and write its index."""
    if exception is not None or app.builder.name != "html":
        return
    static = Path(app.outdir, "_static")
    path = static / "sphinx_highlight.js"
    text = path.read_text(encoding="utf-8")
    if WORD not in text:  # else a page was built anew: the script is there from the last time
        if SUBSTRING not in text:
            raise ExtensionError(f"Sphinx's {path.name} has changed: mend {__name__}.")
        path.write_text(text.replace(SUBSTRING, WORD), encoding="utf-8")
    path = static / "searchtools.js"
    text, more = (p.read_text(encoding="utf-8") for p in (path, SCRIPT))
    if more not in text:
        path.write_text(f"{text}\n{more}", encoding="utf-8")
    write_index(app)
    spare_other_pages(app)


def setup(app):
    """Register with Sphinx."""
    app.connect("build-finished", mend_search)
