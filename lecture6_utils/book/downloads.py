"""A lesson is downloaded as a notebook or as a script; either says how to get what it needs."""

from pathlib import Path

import jupytext
import nbformat
from jupytext.config import load_jupytext_config

from lecture6_utils.book import solutions
from lecture6_utils.book.patches import tell_useless
from lecture6_utils.book.plain import PlainLessons
from lecture6_utils.book.publish import (
    PYTHONS,
    install_cell,
    known_repository,
    needs_cell,
    open_with,
    version,
)

HANDOUT = "Save the package from the same menu (`.whl`); in the folder of that file"


#: Where the book itself says how to run a lesson.
HOW_TO_RUN = "#how-to-run-and-change-it"


def is_handout(app):
    """Whether this is the edition without solutions."""
    return solutions.__name__ in app.extensions


def needs(app):
    """What it takes to run a lesson that was downloaded, in a line or two."""
    if is_handout(app):
        package = solutions.wheel(Path(app.srcdir))
        more = f". In the folder with the .whl: pip install {package} jupyterlab"
    elif known_repository():
        more = " and Jupyter. Its first code cell installs the rest."
    else:
        more = ". In the folder of the book: pip install . jupyterlab"
    return f"To run it you need {PYTHONS}{more}"


def offer_files(app, pagename, templatename, context, doctree):
    """Add to the download menu of a lesson, where the theme offers the notebook alone."""
    if context.get("page_source_suffix") != ".ipynb":
        return
    files = [(".py", f"{pagename}.py", "Download script, whose cells VS Code and Jupyter know")]
    if is_handout(app):
        package = solutions.wheel(Path(app.srcdir))
        files.append((".whl", package, "Download the package that the lessons need"))
    groups = [g for g in context.get("header_buttons", []) if g.get("label") == "download-buttons"]
    for group in groups:
        group["buttons"][1:1] = [
            {
                "type": "link",
                "url": context["pathto"](f"_sources/{path}", resource=True),
                "text": text,
                "tooltip": tooltip,
                "icon": "fas fa-code",
                "label": "download-script-button",
            }
            for text, path, tooltip in files
        ]
        group["buttons"].append(
            {
                "type": "link",
                "url": context["pathto"](app.config.root_doc) + HOW_TO_RUN,
                "text": needs(app),
                "tooltip": "More on how to run a lesson",
                "label": "needs-button",
            }
        )
    if not groups:
        tell_useless("script beside the notebook", "sphinx-book-theme")


def write_downloads(app, exception):
    """Make what lies behind the download buttons of the stored notebooks."""
    if exception is not None or app.builder.name != "html":
        return  # a build that failed may lack them
    root = Path(app.srcdir)
    layout = load_jupytext_config(str(root / "chapters"))
    handout = is_handout(app)
    lessons = PlainLessons(root, solutions.drop_from_notebook if handout else None)
    for path in Path(app.outdir, "_sources").rglob("*.ipynb"):
        notebook = lessons.notebook(path.stem)
        if handout:
            cell = needs_cell(HANDOUT, solutions.wheel(root))
        elif url := known_repository():
            cell = install_cell(url, f"v{version(root)}")
        else:
            cell = needs_cell("In the folder of the book", ".")
        nbformat.write(open_with(notebook, cell), path)
        script = jupytext.writes(notebook, "py:percent", config=layout)
        path.with_suffix(".py").write_text(script, encoding="utf-8")


def setup(app):
    """Register with Sphinx."""
    app.connect("html-page-context", offer_files, priority=502)  # after the theme's 501
    app.connect("build-finished", write_downloads)
