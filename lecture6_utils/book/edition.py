"""Which edition of the book is built, with or without the solutions; every page says so at its foot."""

import os

#: SOLUTIONS → what the edition says of itself.
EDITIONS = {
    "yes": "This edition has the solutions of the exercises.",
    "no": "This edition is for students: it has no solutions of the exercises.",
}


def edition():
    """The wanted one, "yes" or "no"."""
    wanted = os.environ.get("SOLUTIONS") or "yes"
    if wanted not in EDITIONS:
        raise ValueError(f"SOLUTIONS is yes or no, not {wanted}")
    return wanted


def mark(app, config):
    """Put the line at the foot of each page and on the title page of the PDF."""
    line = EDITIONS[edition()]
    config.html_theme_options = config.html_theme_options | {"extra_footer": f"<p>{line}</p>"}
    config.latex_elements = config.latex_elements | {"releasename": " "}
    config.release = line


def setup(app):
    """Register with Sphinx."""
    app.connect("config-inited", mark)
