"""What a page need not carry: most of MathJax, of the icons, and of the pictures' colors."""

import importlib.util
import io
import re
from pathlib import Path

from PIL import Image
from sphinx.util.fileutil import copy_asset

from lecture6_utils.book.patches import tell_useless

# An icon in the theme's Font Awesome script: "bars":[width,height,[aliases],"f0c9","path"],
ICON = re.compile(r'"?([\w-]+)"?:\[\d+,\d+,\[([^\]]*)\],"[0-9a-f]+",(?:"[^"]*"|\[[^\]]*\])\],?')


def copy_mathjax(book):
    """Copy the one MathJax script and its fonts, 1.6 of the package's 24 MB, into the book.

    Not below ``_static``: Jupyter Book loads every script there on every page.
    """
    package = Path(importlib.util.find_spec("sphinx-mathjax-offline").origin).parent
    source, target = package / "static" / "mathjax", book / "mathjax"
    fonts = "output/chtml/fonts/woff-v2"
    copy_asset(source / "tex-chtml.js", target)
    copy_asset(source / fonts, target / fonts)


def slim_pictures(book):
    """With 256 colors a scatter plot weighs a third, and looks the same."""
    for path in (book / "_images").glob("*.png"):
        slim = io.BytesIO()
        with Image.open(path) as image:
            image.convert("RGB").quantize(256).save(slim, "PNG", optimize=True)
        if slim.tell() < path.stat().st_size:
            path.write_bytes(slim.getvalue())


def drop_unused_icons(book):
    """Of Font Awesome's two thousand icons a page shows a dozen; the rest are half a megabyte."""
    script = book / "_static" / "scripts" / "fontawesome.js"
    users = [*book.rglob("*.html"), *(book / "_static").rglob("*-theme.js")]
    used = {name for path in users for name in re.findall(r"\bfa-([\w-]+)", _read(path))}

    def keep(icon):
        names = {icon[1], *re.findall(r'"([\w-]+)"', icon[2])}
        return icon[0] if names & used else ""

    text, n_icons = ICON.subn(keep, _read(script))
    script.write_text(text, encoding="utf-8")
    if not n_icons:
        tell_useless("icons that no page shows", "pydata-sphinx-theme")


def _read(path):
    return path.read_text(encoding="utf-8")


def lighten(app, exception):
    """Work on the folder of the built book."""
    if exception is None and app.builder.name == "html":
        for step in (copy_mathjax, slim_pictures, drop_unused_icons):
            step(Path(app.outdir))


def setup(app):
    """Register with Sphinx."""
    app.config.mathjax_path = "../mathjax/tex-chtml.js"  # the copy; relative to _static
    app.connect("build-finished", lighten)
