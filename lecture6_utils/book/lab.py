"""JupyterLab on one's own copies of the lessons: `python -m lecture6_utils.book.lab` (make lab).

The copies are in ``mine/``, which git ignores and where no other command looks. What its owner
changed is never overwritten: a hash in a copy's metadata tells whether that is so.
"""

import argparse
import hashlib
import json
import os
import re
import sys
from itertools import chain, count, groupby
from pathlib import Path

import nbformat
from jupyter_core.paths import jupyter_runtime_dir
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_markdown_cell, new_notebook

from lecture6_utils.book.lessons import (
    METADATA_KEY,
    BookError,
    first_line,
    replace_text,
    write_notebook,
)
from lecture6_utils.book.plain import PlainLessons

START = "0_start_here"
WELCOME = """\
# Start here

These notebooks are your own copies of the lessons. Run them and change them as you like:
nothing that you do here changes the book.

{lessons}

- **Run** a cell with Shift+Enter, or a whole lesson with *Run → Run All Cells*.
- Below each **exercise** there is a cell for your code. Put your answer in place of `...` and run
  the cell: `check` says whether it is right, near or neither, and does not give the answer away.
  The solution follows and is folded: click on the dots to see the code or its output.
- A **number** that you measure may differ from the book's. If it lies outside the range that
  the book found, a line below it says so. That is no error.
- **To start a lesson over**, close it, delete its copy (right-click on the file, *Delete*) and
  run `make lab` again.
- If a lesson **changes in the book**, the next `make lab` renews its copy. If you have changed
  or run that copy, it stays as it is, and the new one is put beside it as `…-new.ipynb`.
"""

FOR_STUDENTS = (
    "What you change in mine/ stays. To start a lesson over, delete its copy there and run "
    "`make lab` again."
)
FOR_AUTHORS = "To open a script as a notebook: right-click it, Open With → Notebook."
#: The setting by which JupyterLab asks its authors' site for news and updates, or does not.
NEWS = "lab/user-settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
STYLE = """\
/* A figure is as wide as on the pages, and its letters about as large as those of the text */
.jp-OutputArea .jp-RenderedImage img { max-width: min(100%, 34rem); }
"""


# --- copies -----------------------------------------------------------------------------


def refresh(root):
    """Bring ``mine/`` up to date; return what happened, as sentences."""
    folder = root / "mine"
    folder.mkdir(exist_ok=True)
    plain = PlainLessons(root)
    notebooks = {START: _welcome(plain.titles)}
    notebooks |= {slug: plain.notebook(slug) for slug in plain.titles}
    fresh, said = [], []
    with NotebookNotary(data_dir=str(_state(root, "student"))) as notary:
        for name, notebook in notebooks.items():
            path, renewed = place(folder, name, notebook)
            if path is None:
                continue
            notary.sign(notebook)  # so that its live figures start: they are the book's own
            if renewed:
                said.append(f"{name}: the lesson changed, and so its copy in mine/ is renewed.")
            elif path.stem == name:
                fresh.append(name)
            else:
                said.append(
                    f"{name}: the lesson changed, and your copy differs from the last one: yours "
                    f"stays as it is, the new one is mine/{path.name}."
                )
    _copy_evidence(root, folder, plain.titles)
    if fresh:
        said.insert(0, f"New in mine/: {', '.join(fresh)}.")
    return said


def place(folder, name, notebook):
    """Write a notebook where it overwrites nobody's work.

    Parameters
    ----------
    folder : Path
    name : str
        Of the file, without its ending. Where that is taken, ``-new`` is added, then
        ``-new-2`` and so on.
    notebook : NotebookNode

    Returns
    -------
    path : Path or None
        None if there is a copy of this very notebook already, changed or not.
    renewed : bool
        Whether an older copy, which nobody had changed, was replaced.
    """
    made = contents_hash(notebook)
    notebook.metadata[METADATA_KEY] = {"copy of": made}
    for more in chain(["", "-new"], (f"-new-{n}" for n in count(2))):
        path = folder / f"{name}{more}.ipynb"
        if not path.exists():
            write_notebook(path, notebook)
            return path, False
        try:
            there = nbformat.read(path, as_version=4)
            copied, stands = there.metadata[METADATA_KEY]["copy of"], contents_hash(there)
        except Exception:  # no notebook, or none that was made here: it is its owner's
            continue
        if copied == made:
            return None, False
        if copied == stands:
            write_notebook(path, notebook)
            return path, True


def contents_hash(notebook):
    """A hash of what stands in a notebook's cells and outputs; what is folded does not count."""
    contents = [(c.cell_type, c.source, _said(c.get("outputs", []))) for c in notebook.cells]
    return hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()


def _said(outputs):
    """What outputs show. Jupyter joins two pieces of one stream when it saves."""
    said = []
    for stream, pieces in groupby(outputs, lambda output: output.get("name")):
        if stream:
            said.append([stream, "".join(piece.text for piece in pieces)])
        else:
            said += [piece.get("data") or piece.get("traceback") for piece in pieces]
    return said


def _welcome(titles):
    lessons = "\n".join(
        f"{number}. [{title}]({slug}.ipynb)"
        for slug, (number, _, title) in ((s, t.partition(". ")) for s, t in titles.items())
    )
    return new_notebook(
        cells=[new_markdown_cell(WELCOME.format(lessons=lessons), id="start")],
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
        },
    )


def _copy_evidence(root, folder, slugs):
    """Put the book's numbers where `measured` looks for them; a copy, for a link could be written through."""
    (folder / "evidence").mkdir(exist_ok=True)
    for slug in slugs:
        path = root / "chapters" / "evidence" / f"{slug}.json"
        if path.exists():
            replace_text(folder / "evidence" / path.name, path.read_text(encoding="utf-8"))


# --- JupyterLab ---------------------------------------------------------------------------


def _state(root, who):
    """Where JupyterLab keeps settings and layout: one's own, from other projects, stay away."""
    folder = root / "mine" / ".jupyter" / who
    style, news = folder / "custom" / "custom.css", folder / NEWS
    style.parent.mkdir(parents=True, exist_ok=True)
    replace_text(style, STYLE)
    if not news.exists():  # else its owner may have chosen otherwise
        news.parent.mkdir(parents=True, exist_ok=True)
        replace_text(news, '{"fetchNews": "false"}\n')
    return folder


def keep_headers(model, **_):
    """Before Jupytext saves a script: headers of cells as we write them, with ä and ≈ as they are."""
    if model["type"] == "file" and model["content"].startswith("# %%"):
        model["content"] = re.sub(r"^# %% .*$", _header, model["content"], flags=re.M)


def _header(match):
    return re.sub(r"(?:\\u[0-9a-f]{4})+", lambda m: json.loads(f'"{m[0]}"'), match[0])


def command(root, author, more=()):
    """What starts JupyterLab: arguments and environment."""
    state = _state(root, "author" if author else "student")
    arguments = [
        sys.executable,
        "-m",
        "jupyterlab",
        # only the Python that runs this, whatever other kernels there are
        "--KernelSpecManager.allowed_kernelspecs=python3",
        "--KernelManager.transport_encryption=auto",
        "--ServerApp.log_level=WARN",
        "--LabApp.log_level=WARN",
        "--ServerApp.tornado_settings={'ws_ping_timeout': 30_000}",  # Tornado warns of the default
        *(["--allow-root"] if getattr(os, "geteuid", lambda: 1)() == 0 else []),
        "--LabApp.extension_manager=readonly",  # the other asks PyPI what there is
        "--custom-css",
    ]
    if author:
        arguments += [
            f"--ServerApp.root_dir={root / 'chapters'}",
            "--ContentsManager.hide_globs=['*.ipynb', 'conftest.py', '__pycache__']",
            "--FileContentsManager.pre_save_hook=lecture6_utils.book.lab.keep_headers",
        ]
    else:
        arguments += [
            f"--ServerApp.root_dir={root / 'mine'}",
            f"--LabApp.default_url=/lab/tree/{START}.ipynb",
            "--ContentsManager.hide_globs=['evidence', '__pycache__']",
            "--ServerApp.jpserver_extensions=jupyterlab_jupytext=False",
            "--LabApp.labextensions_path=[]",
        ]
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(state),
        "JUPYTER_DATA_DIR": str(state),
        "JUPYTER_RUNTIME_DIR": jupyter_runtime_dir(),
        "IPYTHONDIR": str(state / "ipython"),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")])),
    }
    for name in ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH"):
        environment.pop(name, None)
    return [*arguments, *more], environment


def main(argv=None):
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m lecture6_utils.book.lab", description=__doc__)
    parser.add_argument("--author", action="store_true", help="open the scripts, not the copies")
    arguments, more = parser.parse_known_args(argv)  # the rest is JupyterLab's
    root = Path.cwd()
    try:
        said = [FOR_AUTHORS] if arguments.author else [*refresh(root), FOR_STUDENTS]
        words, environment = command(root, arguments.author, more)
    except BookError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"Cannot write into mine/: {first_line(error)}. Nothing in it was changed.")
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. Each copy in mine/ is as it was, or whole; run it again.")
    print(*said, "Ctrl-C ends JupyterLab.", sep="\n", flush=True)
    os.execve(words[0], words, environment)


if __name__ == "__main__":
    main()
