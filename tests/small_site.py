"""A site of a page or two, built by Sphinx with one of the book's extensions, in a second."""

import io

from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace


def build(root, *parts, page, builder="html", **more):
    """Build the pages in ``root/chapters``.

    Parameters
    ----------
    root : Path
    *parts : str
        Modules of `lecture6_utils.book` to use, or others by their whole names.
    page : str
        The page that is wanted.
    builder : str, default "html"
    **more
        Settings of Sphinx.

    Returns
    -------
    page : BeautifulSoup or str
        Its HTML, or the whole book in LaTeX.
    warnings : str
    """
    settings = {
        "extensions": [
            "myst_nb",
            *(part if "." in part else f"lecture6_utils.book.{part}" for part in parts),
        ],
        "nb_execution_mode": "off",
        "html_sourcelink_suffix": "",  # as Jupyter Book has it
        "root_doc": f"chapters/{page}",
        "myst_enable_extensions": ["dollarmath"],
        **more,
    }
    out, warnings = root / "_build" / builder, io.StringIO()
    with docutils_namespace():
        app = Sphinx(
            root,
            None,
            out,
            root / "_build" / f"{builder}.doctrees",
            builder,
            settings,
            status=None,
            warning=warnings,
            freshenv=True,
        )
        app.build()
    if builder == "latex":
        return next(out.glob("*.tex")).read_text(encoding="utf-8"), warnings.getvalue()
    (path,) = (out / "chapters").glob(f"{page}.*html")  # .xhtml of an EPUB
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser"), warnings.getvalue()
