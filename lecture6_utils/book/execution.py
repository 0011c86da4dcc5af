"""How a lesson's kernel is started by the book, and what it wrote down when it is done.

The executor, nbval's proof and the study start kernels in this one way.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from importlib.metadata import version
from pathlib import Path

from nbclient import NotebookClient
from traitlets.config import Config

from lecture6_utils.book.figures import describe_live

CELL_TIMEOUT = 900  # seconds
IN_KERNEL = Path(__file__).with_name("in_kernel.py")
MATPLOTLIB = Path(__file__).parents[2] / "_build" / "matplotlib"

# IPython runs this before the first cell. It leaves no name behind for the lesson to meet.
STARTUP = """import importlib.util as _util
_spec = _util.spec_from_file_location("lecture6_in_kernel", {path!r})
_module = _util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
_module.start()
del _util, _spec, _module
"""


@contextlib.contextmanager
def kernel_environment(root, slug, *, offset=0, variables=(), prove=True):
    """The environment variables with which a lesson's kernel is to start.

    Parameters
    ----------
    root : Path
        The book's folder.
    slug : str
        The lesson.
    offset : int, default 0
        Added to every seed of the lesson.
    variables : dict
        More variables: a machine variant of the study.
    prove : bool, default True
        Whether a number outside the lesson's evidence is an error.

    Yields
    ------
    dict of str to str
        All variables, this process's own included. ``LECTURE6_RECORD`` among them names
        the file to give to `read_record`; it is gone when the context ends, as is a
        folder of IPython's that keeps a reader's own start-up files out of the lessons.
        Matplotlib's settings and list of fonts are not the reader's own, either.
    """
    folder = Path(tempfile.mkdtemp(prefix="lecture6-"))
    try:
        startup = folder / "profile_default" / "startup"
        startup.mkdir(parents=True)
        (startup / "lecture6.py").write_text(STARTUP.format(path=str(IN_KERNEL)), encoding="utf-8")
        evidence = root / "chapters" / "evidence" / f"{slug}.json"
        path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
        yield os.environ | {
            "PYTHONPATH": path,
            "IPYTHONDIR": str(folder),
            "MPLCONFIGDIR": str(matplotlib_folder()),
            "MATPLOTLIBRC": "",
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "LECTURE6_RECORD": str(folder / "record.jsonl"),
            "LECTURE6_SEED_OFFSET": str(offset),
            "LECTURE6_PROOF": str(evidence) if prove else "",
            **dict(variables),
        }
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def matplotlib_folder(parent=MATPLOTLIB):
    """A folder with no settings of Matplotlib's, and its list of this machine's fonts.

    The list is made here, once: a kernel that made it would say so in a lesson's output.
    """
    folder = parent / version("matplotlib")
    if not any(folder.glob("fontlist-*.json")):
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [sys.executable, "-c", "import matplotlib.font_manager"],
            env=os.environ | {"MPLCONFIGDIR": str(folder)},
            check=True,
            capture_output=True,
        )
    return folder


def private_sockets():
    """How to reach a kernel: by files that nobody else may open, where there are such sockets.

    Ports are drawn before the kernel binds them, and another program may take one in between.
    """
    if os.name != "posix":
        return {"transport_encryption": "auto"}  # or any user of the machine could listen in
    # A short path: a socket's name has at most 104 bytes.
    name = f"lecture6-{uuid.uuid4().hex[:12]}.json"
    return {"transport": "ipc", "connection_file": str(Path(tempfile.gettempdir()) / name)}


def lesson_client(notebook, lesson, *, timeout=CELL_TIMEOUT, **callbacks):
    """What executes a lesson's cells, in the lesson's own folder.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    lesson : Lesson
    timeout : int
        Seconds that one cell may take.
    **callbacks
        As nbclient has them, such as ``on_cell_start``.
    """
    return NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=timeout,
        record_timing=False,
        resources={"metadata": {"path": str(lesson.script.parent)}},
        config=Config({"KernelManager": private_sockets()}),
        **callbacks,
    )


def read_record(path):
    """What a kernel wrote down so far, in order, as a list of dict.

    Each has ``cell``, the number of the code cell; a measurement has ``name``, ``values``,
    ``spec`` and ``text``, a table has ``table``, a figure ``figure`` (see `in_kernel.describe`),
    and its drawing for a dark page ``dark``.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []  # no cell has run yet
    cell, record = 0, []
    for line in map(json.loads, lines):
        if line == {"cell": "next"}:
            cell += 1
        else:
            record.append({"cell": cell} | line)
    return record


def measurements(record):
    """The measurements among a record's lines, with values at six significant digits."""
    return [
        line | {"values": [float(f"{value:.6g}") for value in line["values"]]}
        for line in record
        if "name" in line
    ]


def tables(record):
    """The tables among a record's lines: corner, columns, and rows as lists, their name first.

    Not as dict: nbformat sorts the keys of what it writes.
    """
    return [
        {
            "cell": line["cell"],
            "corner": table["corner"],
            "columns": table["columns"],
            "rows": [[name, *texts] for name, texts in table["rows"].items()],
        }
        for line in record
        if (table := line.get("table"))
    ]


def dark_drawings(record, notebook):
    """The drawings for a dark page: name of the figure → PNG in base 64. A live figure needs none."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    found = {}
    for line in record:
        cell = code[line["cell"] - 1]
        if "dark" in line and not describe_live(cell.outputs):
            found[cell.metadata["mystnb"]["figure"]["name"]] = line["dark"]
    return found


def figures(record, notebook):
    """The figures among a record's lines and a notebook's outputs: name → what it says."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    drawn = {line["cell"]: line["figure"] for line in record if "figure" in line}
    found = {}
    for number, cell in enumerate(code, 1):
        name = cell.metadata.get("mystnb", {}).get("figure", {}).get("name")
        if name:
            found[name] = describe_live(cell.outputs) or drawn.get(number)
            if found[name] is None:
                raise ValueError(f"cell [{number}] drew no figure that can be described: {name}")
    return found
