"""The handout, `make SOLUTIONS=no`: pages and downloads without the solutions of the exercises.

Nothing in it leads to the repository, which has the solutions. The package that the lessons
need therefore lies beside their downloads, as a wheel: it holds no lesson.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from docutils import nodes
from sphinx.errors import ExtensionError

from lecture6_utils.book.publish import version

ANSWER = re.compile(r"^:::\{admonition\} Answer to exercise.*?^:::\n?", re.M | re.S)


def drop_solutions(app, doctree):
    """Leave out the solutions and answers of the exercises, if the teacher wants them out."""
    for node in list(doctree.findall(nodes.Element)):
        solution = "tag_hide-cell" in node.get("classes", [])  # a solution's cell has this tag
        title = node.next_node(nodes.title) if isinstance(node, nodes.admonition) else None
        if solution or (title and title.astext().startswith("Answer to exercise")):
            node.parent.remove(node)


def drop_from_notebook(notebook):
    """The notebooks and scripts behind the download buttons must not give them away either."""
    notebook.cells = [c for c in notebook.cells if "hide-cell" not in c.metadata.get("tags", [])]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = ANSWER.sub("", cell.source)


def wheel(root):
    """The name of the package as a file."""
    return f"lecture6_utils-{version(root)}-py3-none-any.whl"


def build_package(app, exception):
    """Put the package beside the downloads, built in a copy: setuptools leaves files behind."""
    if exception is not None or app.builder.name != "html":
        return
    root = Path(app.srcdir)
    with tempfile.TemporaryDirectory() as copy:
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(root / name, copy)
        shutil.copytree(root / "lecture6_utils", Path(copy, "lecture6_utils"))
        build = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
        command = [sys.executable, "-c", build, str(Path(app.outdir, "_sources"))]
        result = subprocess.run(command, cwd=copy, capture_output=True, text=True)
    if result.returncode:
        raise ExtensionError(f"The package for the handout was not built:\n{result.stderr}")


def setup(app):
    """Register with Sphinx."""
    app.connect("doctree-read", drop_solutions)
    app.connect("build-finished", build_package)
