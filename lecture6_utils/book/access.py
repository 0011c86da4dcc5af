"""Every reader gets a page whole: by ear, on paper, without scripts, while pictures arrive."""

import re
from pathlib import Path

from docutils import nodes
from PIL import Image

from lecture6_utils.book.patches import Patch, mended, tell_unused

#: What the theme and others leave to a screen reader's or browser's luck, and what mends it.
PATCHES = (
    Patch(
        "sidebar as a landmark",  # its title is in none
        "pydata-sphinx-theme",
        '<div id="pst-primary-sidebar" class=',
        '<div id="pst-primary-sidebar" role="complementary" aria-label="Book" class=',
    ),
    Patch(
        "theme of the first paint",  # white in the dark, and tables without borders jump
        "pydata-sphinx-theme",
        'localStorage.getItem("theme") || "auto"',
        'localStorage.getItem("theme") || '
        '(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")',
    ),
    # roles that ARIA 1.2 has given up; https://sourceforge.net/p/docutils/bugs/
    Patch("role of a reference", "docutils", ' role="doc-biblioentry"', ""),
    Patch(
        "role of the references",
        "docutils",
        '<div role="list" class="citation-list">',
        '<div class="citation-list">',
    ),
    Patch(
        "name of what unfolds",  # it hides what is written there, e.g. “Show solution 1”
        "myst-nb",
        '<summary aria-label="Toggle hidden content">',
        "<summary>",
    ),
    Patch(
        "name of the search button",  # the same
        "pydata-sphinx-theme",
        'search-button-field search-button__button pst-js-only" title="Search" aria-label="Search"',
        'search-button-field search-button__button pst-js-only" title="Search"',
    ),
    Patch(
        "download of scripts",  # a server that sends them as text would have them shown
        "sphinx-book-theme",
        'target="_blank"\n   class="btn btn-sm btn-download-',
        'target="_blank" download\n   class="btn btn-sm btn-download-',
    ),
)

IMAGE = re.compile(r'<img (?![^>]*\bwidth=)(?=[^>]*\bsrc="([^":]+\.(?:png|svg))")')


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


def mend_pages(app, exception):
    """Repair what axe finds fault with, and give each picture its place."""
    if exception is None and app.builder.name == "html":
        found = set()
        for path in Path(app.outdir).rglob("*.html"):
            page = mended(path.read_text(encoding="utf-8"), PATCHES, found)
            path.write_text(reserve_space(page, path.parent), encoding="utf-8")
        tell_unused(app, PATCHES, found)


def reserve_space(page, folder):
    """Say how large each picture is, so that the text below does not jump when it arrives.

    All pictures are loaded with the page, none lazily: a page once open must be whole on a
    train, in print and for a search.
    """

    def with_size(image):
        width, height = picture_size(folder / image[1])
        return f'<img width="{width}" height="{height}" '

    return IMAGE.sub(with_size, page)


def picture_size(path):
    """Width and height in pixels of a PNG, or of an SVG that states them or its view box."""
    if path.suffix == ".png":
        with Image.open(path) as image:
            return image.size
    root = re.search(r"<svg[^>]*>", path.read_text(encoding="utf-8"))[0]
    sizes = [re.search(rf'\b{side}="(\d+)(?:px)?"', root) for side in ("width", "height")]
    if all(sizes):
        return tuple(int(size[1]) for size in sizes)
    box = re.search(r'viewBox="\S+ \S+ (\d+)\S* (\d+)', root)
    if not box:
        raise ValueError(f"{path} has no width and height: state them in its <svg> tag.")
    return int(box[1]), int(box[2])


def setup(app):
    """Register with Sphinx."""
    app.connect("doctree-read", keep_numbers_together)
    app.connect("doctree-read", keep_stills)
    app.connect("build-finished", mend_pages)
