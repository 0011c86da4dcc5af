"""Leaves the solutions of the exercises out of the pages and the downloads: `make SOLUTIONS=no`."""

import json
import re
from pathlib import Path

import jupytext
from docutils import nodes
from jupytext.config import load_jupytext_config

ANSWER = re.compile(r"^:::\{admonition\} Answer to exercise.*?^:::\n?", re.M | re.S)


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


def setup(app):
    """Register with Sphinx."""
    app.connect("doctree-read", drop_solutions)
    app.connect("build-finished", drop_solutions_from_downloads)
