"""A lesson can be downloaded as a script, too; the theme offers the notebook alone."""

import shutil
from pathlib import Path

from lecture6_utils.book.patches import tell_useless


def offer_script(app, pagename, templatename, context, doctree):
    """A lesson is downloaded as a notebook or as a percent script; the theme offers the first."""
    if context.get("page_source_suffix") != ".ipynb":
        return
    groups = [g for g in context.get("header_buttons", []) if g.get("label") == "download-buttons"]
    for group in groups:
        script = {
            "type": "link",
            "url": context["pathto"](f"_sources/{pagename}.py", resource=True),
            "text": ".py",
            "tooltip": "Download script, whose cells VS Code and Jupyter know",
            "icon": "fas fa-code",
            "label": "download-script-button",
        }
        group["buttons"].insert(1, script)
    if not groups:
        tell_useless("script beside the notebook", "sphinx-book-theme")


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
    app.connect("html-page-context", offer_script, priority=502)  # after the theme's 501
    app.connect("build-finished", copy_scripts)
