"""On a dark page a figure's dark drawing stands in place of the other; the theme shows the one or the other.

Paper, PDF, slides and e-readers have the light one.
"""

import base64
import re
from pathlib import Path

from lecture6_utils.book.stored import book_of

FIGURE = re.compile(r'<figure\b[^>]*id="(fig-[^"]*)"')
IMAGE = r"<img\b[^>]*?>"
LAZY = re.compile(r'<img (?=[^>]*class="[^"]*\bonly-dark\b)(?![^>]*\bloading=)')


def add_dark_drawings(app, pagename, templatename, context, doctree):
    """Put each dark drawing behind the figure that it belongs to."""
    if app.builder.name != "html" or not doctree:
        return
    book = book_of(app)
    for name in FIGURE.findall(context["body"]):
        if not (png := book.dark(name)):
            continue
        file = f"{name}-dark.png"
        folder = Path(app.outdir, "_images")
        folder.mkdir(exist_ok=True)
        (folder / file).write_bytes(base64.b64decode(png))

        def twice(match, file=file):
            image = match[2]
            dark = re.sub(r'(src="[^"]*/)[^"/]*"', rf'\1{file}"', image)
            return match[1] + "".join(
                one.replace("<img ", f'<img class="{shown}" ')
                for one, shown in ((image, "only-light"), (dark, "only-dark"))
            )

        figure = rf'(<figure\b[^>]*id="{name}"[^>]*>\s*)({IMAGE})'
        context["body"] = re.sub(figure, twice, context["body"])
    # What a light page hides is not fetched; a figure's light drawing always is, for paper.
    context["body"] = LAZY.sub('<img loading="lazy" ', context["body"])


def setup(app):
    """Register with Sphinx."""
    app.connect("html-page-context", add_dark_drawings)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
