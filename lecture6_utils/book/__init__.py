"""Sphinx extension: MathJax offline, lesson times, glossary links, access, weight, downloads."""

import importlib.util
import io
import json
import os
import re
import shutil
import sys
from pathlib import Path

import jupytext
from docutils import nodes
from jupytext.config import load_jupytext_config
from PIL import Image
from sphinx import addnodes
from sphinx.util.fileutil import copy_asset

from lecture6_utils.book.elsewhere import known_repository
from lecture6_utils.lessons import BookError

ANSWER = re.compile(r"^:::\{admonition\} Answer to exercise.*?^:::\n?", re.M | re.S)
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


def you_are_here(app):
    """Which lesson of the book this is, e.g. “Characters · lesson 2 of 11”."""
    site_map = app.env.external_site_map
    here, number, total = "", 0, 0
    for part in site_map[site_map.root.docname].subtrees:
        for docname in part.files():
            if Path(app.env.doc2path(docname)).suffix == ".ipynb":
                total += 1
                if docname == app.env.docname:
                    here, number = part.caption, total
    return f"{here} · lesson {number} of {total}"


def add_lesson_times(app, doctree):
    """Put the times under the title of a lesson."""
    notebook = Path(app.env.doc2path(app.env.docname))
    title = next(doctree.findall(nodes.title), None)
    if notebook.suffix != ".ipynb" or title is None:
        return
    metadata = json.loads(notebook.read_text(encoding="utf-8"))["metadata"]
    times = lesson_times(doctree, metadata["lecture6"]["cpu_seconds"])
    text = f"{you_are_here(app)} · {times}"
    paragraph = nodes.paragraph("", text, classes=["lesson-times"])
    title.parent.insert(title.parent.index(title) + 1, paragraph)


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
            flags = 0 if term.isupper() else re.I
            found = re.search(rf"\b{re.escape(term)}s?\b", node, flags)
            if found:
                link = addnodes.pending_xref(
                    "", nodes.inline("", found[0], classes=["glossary-term"]),
                    refdomain="std", reftype="term", reftarget=term, refexplicit=True,
                    refdoc=app.env.docname, refwarn=True,
                )  # fmt: skip
                before, after = nodes.Text(node[: found.start()]), nodes.Text(node[found.end() :])
                node.parent.replace(node, [before, link, after])
                terms.remove(term)
                break  # one link a stretch of text: a page must not drown in them


def keep_numbers_together(app, doctree):
    """A line must not break between ≈ and its number."""
    for node in list(doctree.findall(nodes.Text)):
        if "≈ " in node and not isinstance(node.parent, nodes.literal_block):
            node.parent.replace(node, nodes.Text(node.replace("≈ ", "≈\u00a0")))


def keep_stills(app, doctree):
    """The picture of a live figure stays in the page: for paper, and where no script runs."""
    for bundle in list(doctree.findall(nodes.container)):
        if bundle.get("nb_element") == "mime_bundle" and 'class="live"' in bundle.astext():
            live = next(bundle.findall(nodes.raw))
            still = next(bundle.findall(nodes.image))
            still["classes"].append("live-still")
            bundle.replace_self([live, still])


# An icon in the theme's Font Awesome script: "bars":[width,height,[aliases],"f0c9","path"],
ICON = re.compile(
    r'"?([\w-]+)"?:\[\d+,\d+,\[([^\]]*)\],"[0-9a-f]+",(?:"[^"]*"|\[[^\]]*\])\],?'
)


def drop_unused_icons(app, exception):
    """Of Font Awesome's two thousand icons a page shows a dozen; the rest are half a megabyte."""
    if exception is None and app.builder.format == "html":
        static = Path(app.outdir, "_static")
        script = static / "scripts" / "fontawesome.js"
        users = [*Path(app.outdir).rglob("*.html"), *static.rglob("*-theme.js")]
        used = set(re.findall(r"\bfa-([\w-]+)", "".join(map(_read, users))))

        def keep(icon):
            names = {icon[1], *re.findall(r'"([\w-]+)"', icon[2])}
            return icon[0] if names & used else ""

        script.write_text(ICON.sub(keep, _read(script)), encoding="utf-8")


def _read(path):
    return path.read_text(encoding="utf-8")


#: What the theme and docutils leave to a screen reader's or browser's luck, and what mends it.
ACCESS = {
    # https://github.com/pydata/pydata-sphinx-theme: the sidebar's title is in no landmark
    '<div id="pst-primary-sidebar"': '<div id="pst-primary-sidebar" role="complementary" aria-label="Book"',
    # the page's first paint knows no theme: white in the dark, and tables without borders jump
    'localStorage.getItem("theme") || "auto"': 'localStorage.getItem("theme") || '
    '(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")',
    # roles that ARIA 1.2 has given up; https://sourceforge.net/p/docutils/bugs/
    ' role="doc-biblioentry"': "",
    '<div role="list" class="citation-list">': '<div class="citation-list">',
    # a server that sends scripts as text would have them shown, not downloaded
    'target="_blank"\n   class="btn btn-sm btn-download-': (
        'target="_blank" download\n   class="btn btn-sm btn-download-'
    ),
}  # fmt: skip


def mend_access(app, exception):
    """Repair the pages where axe finds fault with the theme."""
    if exception is None and app.builder.format == "html":
        for path in Path(app.outdir).rglob("*.html"):
            page = _read(path)
            for fault, remedy in ACCESS.items():
                page = page.replace(fault, remedy)
            path.write_text(page, encoding="utf-8")


def slim_pictures(app, exception):
    """With 256 colors a scatter plot weighs a third, and looks the same."""
    if exception is None and app.builder.format == "html":
        for path in Path(app.outdir, "_images").glob("*.png"):
            slim = io.BytesIO()
            with Image.open(path) as image:
                image.convert("RGB").quantize(256).save(slim, "PNG", optimize=True)
            if slim.tell() < path.stat().st_size:
                path.write_bytes(slim.getvalue())


IMAGE = re.compile(r'<img (?![^>]*\bwidth=)(?=[^>]*\bsrc="([^":]+\.(?:png|svg))")')


def reserve_space(app, exception):
    """Say how large each picture is, so that the text below does not jump when it arrives.

    All pictures are loaded with the page, none lazily: a page once open must be whole on a
    train, in print and for a search.
    """
    if exception is None and app.builder.format == "html":
        for path in Path(app.outdir).rglob("*.html"):

            def with_size(image, folder=path.parent):
                width, height = picture_size(folder / image[1])
                return f'<img width="{width}" height="{height}" '

            path.write_text(IMAGE.sub(with_size, _read(path)), encoding="utf-8")


def picture_size(path):
    """Width and height in pixels of a PNG, or of an SVG that states them or its view box."""
    if path.suffix == ".png":
        with Image.open(path) as image:
            return image.size
    root = re.search(r"<svg[^>]*>", _read(path))[0]
    sizes = [re.search(rf'\b{side}="(\d+)(?:px)?"', root) for side in ("width", "height")]
    if all(sizes):
        return tuple(int(size[1]) for size in sizes)
    box = re.search(r'viewBox="\S+ \S+ (\d+)\S* (\d+)', root)
    if not box:
        raise ValueError(f"{path} has no width and height: state them in its <svg> tag.")
    return int(box[1]), int(box[2])


def drop_solutions(app, doctree):
    """Leave out the solutions and answers of the exercises, if the teacher wants them out."""
    for node in list(doctree.findall(nodes.Element)):
        solution = "tag_hide-cell" in node.get("classes", [])  # a solution's cell has this tag
        title = node.next_node(nodes.title) if isinstance(node, nodes.admonition) else None
        if solution or (title and title.astext().startswith("Answer to exercise")):
            node.parent.remove(node)


def drop_solutions_from_downloads(app, exception):
    """The notebooks and scripts behind the download buttons must not give them away either."""
    layout = load_jupytext_config(str(Path(app.srcdir, "chapters")))
    for path in Path(app.outdir, "_sources").rglob("*.ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        notebook["cells"] = [
            cell
            for cell in notebook["cells"]
            if "hide-cell" not in cell["metadata"].get("tags", [])
        ]
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                cell["source"] = ANSWER.sub("", "".join(cell["source"]))
        path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1), encoding="utf-8")
        script = jupytext.writes(jupytext.read(path), "py:percent", config=layout)
        path.with_suffix(".py").write_text(script, encoding="utf-8")


def link_elsewhere(app, config):
    """Buttons that open a lesson on Colab and Binder, once the book's address is known."""
    try:
        url = known_repository(Path(app.srcdir))
    except BookError as error:
        sys.exit(str(error))  # an exception would be buried under Jupyter Book's tracebacks
    if url:
        config.html_theme_options |= {
            "repository_url": url,
            "use_repository_button": True,
            "launch_buttons": {
                "binderhub_url": "https://mybinder.org",
                "colab_url": "https://colab.research.google.com",
                "notebook_interface": "jupyterlab",
            },
        }


def offer_script(app, pagename, templatename, context, doctree):
    """A lesson is downloaded as a notebook or as a percent script; the theme offers the first."""
    if context.get("page_source_suffix") != ".ipynb":
        return
    for group in context.get("header_buttons", []):
        if group.get("label") == "download-buttons":
            script = {
                "type": "link",
                "url": context["pathto"](f"_sources/{pagename}.py", resource=True),
                "text": ".py",
                "tooltip": "Download script, whose cells VS Code and Jupyter know",
                "icon": "fas fa-code",
                "label": "download-script-button",
            }
            group["buttons"].insert(1, script)


def copy_scripts(app, exception):
    """Put the scripts beside the notebooks behind the download buttons."""
    if exception is not None:
        return  # a build that failed may lack either
    sources = Path(app.outdir, "_sources")
    for path in sources.rglob("*.ipynb"):
        script = path.relative_to(sources).with_suffix(".py")
        shutil.copyfile(Path(app.srcdir, script), sources / script)


def setup(app):
    """Register with Sphinx."""
    app.connect("build-finished", copy_scripts)
    if os.environ.get("SOLUTIONS", "yes") == "no":
        app.connect("doctree-read", drop_solutions)
        app.connect("build-finished", drop_solutions_from_downloads)
    else:  # a book without solutions does not lead to its repository, which has them
        app.connect("config-inited", link_elsewhere)
    app.connect("html-page-context", offer_script, priority=502)  # after the theme's 501
    app.setup_extension("lecture6_utils.book.ideas")
    app.config.mathjax_path = "../mathjax/tex-chtml.js"  # relative to _static
    app.connect("doctree-read", link_terms)
    app.connect("doctree-read", add_lesson_times)
    app.connect("doctree-read", keep_numbers_together)
    app.connect("doctree-read", keep_stills)
    app.connect("build-finished", copy_mathjax)
    app.connect("build-finished", mend_access)
    app.connect("build-finished", reserve_space)
    app.connect("build-finished", slim_pictures)
    app.connect("build-finished", drop_unused_icons)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
