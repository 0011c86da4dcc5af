"""The lessons on disk: which there are, the two halves of each, what is stale, how files are replaced.

A lesson is a pair: ``chapters/<slug>.py``, edited by hand, and ``chapters/<slug>.ipynb``,
made from it by `executor` with the outputs stored. The notebook keeps a fingerprint of all
that its outputs depend on, so that a fresh clone knows at once that nothing is stale.
"""

import ast
import contextlib
import copy
import functools
import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat
from sphinx_external_toc.parsing import MalformedError, parse_toc_yaml

#: The packages that can change a number or a figure.
NUMERIC_STACK = re.compile(
    r"(?:tensorflow|tensorflow-cpu|keras|numpy|scipy|scikit-learn|matplotlib|pillow"
    r"|rapidfuzz|sentencepiece|seqeval)=="
)
#: The modules whose change leaves a study valid: they draw, print, choose the seeds, or take the
#: intervals of what was measured.
NOT_COMPUTING = {"exercises", "live_figures", "measurement", "plotting", "reproducibility"}
METADATA_KEY = "lecture6"
ROOM = 1_000_000  # bytes that there must be for a notebook that is new


class BookError(Exception):
    """Something in the book's files needs a person; the message says what to do."""


@dataclass(frozen=True)
class Lesson:
    """One lesson of the book in the folder `root`."""

    root: Path
    slug: str

    @property
    def script(self):
        """The percent script, edited by hand."""
        return self.root / "chapters" / f"{self.slug}.py"

    @property
    def notebook(self):
        """The notebook made from it."""
        return self.root / "chapters" / f"{self.slug}.ipynb"

    def at(self, cell=None, line=0):
        """Where a line of a cell stands, as editors know it: ``chapters/tsne.py:123``.

        Parameters
        ----------
        cell : int, optional
            Its number in the notebook, from 0; without it, the beginning of the script.
        line : int, default 0
            Its number in the cell, from 0.
        """
        found = 1
        if cell is not None and self.script.exists():
            begins = cell_lines(self.script.read_text(encoding="utf-8"))
            found = begins[min(cell, len(begins) - 1)] + line
        return f"chapters/{self.script.name}:{found}"


@dataclass(frozen=True)
class Problem:
    """A sentence that says what is wrong in a lesson, and where: in which line of which cell, from 0."""

    text: str
    cell: int | None = None
    line: int = 0


def cell_lines(script):
    """The lines, from 1, at which the cells of a percent script begin, below their markers.

    Parameters
    ----------
    script : str
        Its text.
    """
    lines = script.splitlines()
    marked = [number for number, line in enumerate(lines) if line.startswith("# %%")]
    begins = [0] if any(lines[: marked[0] if marked else None]) else []  # a cell without a marker
    for number in marked:
        begin = number + 1
        while begin < len(lines) and not lines[begin].strip():
            begin += 1  # jupytext leaves empty lines out
        begins.append(begin)
    return [begin + 1 for begin in begins] or [1]


# --- which lessons there are ----------------------------------------------------------


def find_lessons(root):
    """The lessons in the order of ``_toc.yml``.

    Raises
    ------
    BookError
        If the TOC names a file that is not there, a file in ``chapters`` is not in the
        TOC, or a notebook has lost its script.
    """
    lessons, problems = look_for_lessons(root)
    if problems:
        raise BookError("\n".join(problems))
    return lessons


def look_for_lessons(root):
    """The lessons that are there, and where the TOC and the files do not agree, as sentences.

    Raises
    ------
    BookError
        If the TOC cannot be read at all.
    """
    toc = root / "_toc.yml"
    try:
        names = list(parse_toc_yaml(toc))
    except FileNotFoundError:
        raise BookError(f"There is no {toc}: run this from the book's own folder.") from None
    except MalformedError as error:
        raise BookError(f"{toc} cannot be read: {error}") from None
    problems = []
    for name in names:
        if not any((root / f"{name}{suffix}").exists() for suffix in (".py", ".md")):
            problems.append(f"{_line_of(toc, name)}: {_lost(root, name)}")
    for path in sorted((root / "chapters").glob("[!.]*")):
        if path.suffix in (".py", ".ipynb", ".md") and path.name != "conftest.py":
            if f"chapters/{path.stem}" not in names:
                problems.append(
                    f"_toc.yml:1: chapters/{path.name} is not in _toc.yml. {_whose(path)}"
                )
    slugs = [Path(name).name for name in names if (root / f"{name}.py").exists()]
    return [Lesson(root, slug) for slug in slugs], problems


def _line_of(toc, name):
    lines = enumerate(toc.read_text(encoding="utf-8").splitlines(), 1)
    entry = re.compile(rf"\b(?:file|root): *['\"]?{re.escape(name)}(?:\.\w+)?['\"]? *(?:#.*)?$")
    return f"_toc.yml:{next((number for number, line in lines if entry.search(line)), 1)}"


def _lost(root, name):
    if (root / f"{name}.ipynb").exists():
        return (
            f"{name}.ipynb has no script {name}.py. If the lesson was renamed or deleted, delete "
            f"the notebook and mend this line. If not: `git checkout {name}.py`, or "
            f"`.venv/bin/jupytext --to py:percent {name}.ipynb`."
        )
    return (
        f"this line names {name}, but there is neither {name}.py nor {name}.md. "
        "Add the file, or take the line out."
    )


def _whose(path):
    """What to do with a file that the TOC does not name."""
    add = f"add the line `- file: chapters/{path.stem}` where it belongs, or remove the file."
    if path.suffix == ".ipynb" and not path.with_suffix(".py").exists():
        return (
            f"A notebook to play with belongs in mine/ (`make lab` makes copies there). Else {add}"
        )
    return add[0].upper() + add[1:]


def choose(lessons, slugs):
    """Those of the lessons that are named, or all if none is.

    Raises
    ------
    BookError
        If a name is no lesson's.
    """
    unknown = set(slugs) - {lesson.slug for lesson in lessons}
    if unknown:
        known = ", ".join(lesson.slug for lesson in lessons)
        raise BookError(f"No such lesson: {', '.join(sorted(unknown))}. There are: {known}.")
    return [lesson for lesson in lessons if not slugs or lesson.slug in slugs]


# --- the two halves of a pair ---------------------------------------------------------


def read_script(lesson):
    """The script as a notebook without outputs; cell ids follow from the sources."""
    notebook = copy.deepcopy(_parsed(lesson.script.read_text(encoding="utf-8")))
    seen = {}
    for cell in notebook.cells:
        digest = _sha256(cell.source)[:8]
        seen[digest] = seen.get(digest, 0) + 1
        cell.id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


@functools.lru_cache  # a check asks a dozen times for the same script
def _parsed(script):
    return jupytext.reads(script, "py:percent")


def read_notebook(lesson):
    """The stored notebook, or None if there is none yet."""
    try:
        return nbformat.read(lesson.notebook, as_version=4)
    except FileNotFoundError:
        return None
    except (ValueError, nbformat.ValidationError, nbformat.reader.NotJSONError) as error:
        raise BookError(
            f"{lesson.notebook} is not a notebook any more ({first_line(error)}). "
            f"Restore it with git, or delete it and run `make book`: it is made from "
            f"{lesson.script.name}."
        ) from None


def cells(notebook):
    """What the two halves of a pair must share: type, source, tags and figure of each cell."""
    return [
        (
            cell.cell_type,
            cell.source,
            {k: cell.metadata[k] for k in ("tags", "mystnb") if k in cell.metadata},
        )
        for cell in notebook.cells
    ]


def code_cells(notebook):
    """The code cells of a notebook."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def pins(root):
    """The lines of ``requirements.txt`` that name a package and its version, without the hashes."""
    lines = (root / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [line.removesuffix("\\").rstrip() for line in lines if re.match(r"[\w.\[\]-]+==", line)]


def sources(lesson):
    """The sources of the lesson's code cells.

    Raises
    ------
    BookError
        If one is not plain Python; the message names the line.
    """
    notebook = read_script(lesson)
    if problem := next(syntax_problems(notebook), None):
        raise BookError(f"{lesson.at(problem.cell, problem.line)}: {problem.text}")
    return [cell.source for cell in code_cells(notebook)]


def syntax_problems(notebook):
    """What is not plain Python in a notebook that was read from a script."""
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        try:
            ast.parse(cell.source)
        except SyntaxError as error:
            lines = cell.source.splitlines()
            line = min(error.lineno or 1, len(lines)) - 1
            text = lines[line].strip()
            if text.startswith(("%", "!")) or text.endswith("?"):
                what = (
                    f"`{text}` is for IPython alone. A lesson is plain Python, which every "
                    "editor and checker can read: write it as Python."
                )
            else:
                what = f"this is not Python: {error.msg}."
            yield Problem(what, number, line)


def fingerprint(lesson):
    """A hash for each thing that the lesson's outputs depend on.

    The lesson's code cells; each module of the package that it imports, directly or
    not, with the files of the same name beside it or all in the folder of that name (data
    files are covered, since `datasets` states their hashes); the pinned numeric stack.
    """
    code = sources(lesson)
    return {
        "the lesson's code": _sha256("\n\n".join(code)),
        **_package_hashes(lesson.root, code),
        "the numeric stack": _sha256(
            "\n".join(pin for pin in pins(lesson.root) if NUMERIC_STACK.match(pin))
        ),
    }


def evidence_fingerprint(lesson):
    """A hash of what decides how the lesson's numbers vary: its code and the modules that compute.

    Comments and line breaks do not count, nor does a module that only draws or prints, nor
    the versions of packages: the bounds that follow from the evidence have to hold for all.
    """
    code = sources(lesson)
    parts = [ast.dump(ast.parse(source)) for source in code]
    package = lesson.root / "lecture6_utils"
    for key in _package_hashes(lesson.root, code):
        module = key.removeprefix("lecture6_utils/")
        if module.partition("/")[0] not in NOT_COMPUTING:
            parts.append(_computation((package / f"{module}.py").read_text(encoding="utf-8")))
    return _sha256("\n".join(parts))


def fingerprints(lesson):
    """What a run records of the lesson's source: when it is stale, and which evidence is its own."""
    return {
        "fingerprint": fingerprint(lesson),
        "evidence_fingerprint": evidence_fingerprint(lesson),
    }


@functools.lru_cache
def _computation(source):
    """The syntax of a module without its docstrings, as text."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(
            node
        ):
            node.body[0].value = ast.Constant("")
    return ast.dump(tree)


def _package_hashes(root, sources):
    package = root / "lecture6_utils"
    hashes, todo = {}, list(sources)
    while todo:
        for module in _imported(package, todo.pop()):
            key = f"lecture6_utils/{module.relative_to(package).as_posix()}"
            if key not in hashes:
                texts = {file: file.read_text(encoding="utf-8") for file in _files_of(module)}
                hashes[key] = _sha256("".join(texts.values()))
                todo += [text for file, text in texts.items() if file.suffix == ".py"]
    return dict(sorted(hashes.items()))


def _files_of(module):
    """The files of a module, with the scripts beside it; of a folder, all that are in it."""
    if not module.is_dir():
        return sorted(module.parent.glob(f"{module.name}.*"))
    found = [path for path in module.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return sorted(path for path in found if "/." not in f"/{path.relative_to(module).as_posix()}")


def _imported(package, source):
    """The package's modules that a piece of Python imports, as paths without suffix."""
    for name in _imported_names(source):
        first, *path = name.split(".")
        module = _module(package, path) if first == package.name else package
        if module != package:
            yield module


@functools.lru_cache(2_000)  # cells and modules
def _imported_names(source):
    """Whatever a piece of Python imports, with its dots."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def _module(folder, path):
    """Where a dotted name is defined, looked up from a folder; the folder itself if it cannot say."""
    for part in path:
        if (folder / f"{part}.py").exists():
            return folder / part
        if not (folder / part / "__init__.py").exists():
            return _defined_by_module(folder, part) or folder
        folder /= part
    return folder


def _defined_by_module(folder, name):
    """The module from which a folder's ``__init__`` imports a name; None if it does not."""
    for node in ast.parse((folder / "__init__.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and name in [alias.name for alias in node.names]:
            return folder / node.module.rpartition(".")[2]


def _sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def cells_hash(notebook):
    """A hash of what the two halves share."""
    return _sha256(json.dumps(cells(notebook), sort_keys=True))


def output_hashes(notebook):
    """A short hash of what each code cell put out, numbering apart.

    Jupyter joins what a cell prints in pieces, so it is joined here, too.
    """
    hashes = []
    for cell in code_cells(notebook):
        outputs = []
        for output in cell.outputs:
            output = {key: value for key, value in output.items() if key != "execution_count"}
            if outputs and "text" in output and outputs[-1].get("name") == output["name"]:
                outputs[-1]["text"] += output["text"]
            else:
                outputs.append(output)
        hashes.append(_sha256(json.dumps(outputs, sort_keys=True))[:12])
    return hashes


def output_problem(lesson, notebook):
    """If a stored notebook's outputs are not those that its run recorded, the first as a `Problem`."""
    recorded = notebook.metadata.get(METADATA_KEY, {}).get("outputs")
    if recorded is None:
        return None  # of an older run: `refresh_prose` adds it
    code = [(n, cell) for n, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    pairs = zip(code, output_hashes(notebook), recorded)
    changed = [(number, cell) for (number, cell), now, then in pairs if now != then]
    if not changed:
        return None
    what = "changed" if any(cell.outputs for _, cell in changed) else "cleared"
    more = f", and {len(changed) - 1} more below it" if len(changed) > 1 else ""
    return Problem(
        f"the output of this cell was {what} after its run{more}. To play with a lesson, use the copies "
        "that `make lab` puts into mine/. To get the output back: `git checkout "
        f"chapters/{lesson.notebook.name}`; or run the lesson again",
        changed[0][0],
    )


def stale_reasons(lesson):
    """Why the stored outputs may be wrong, as a list of str: empty if they are not.

    Raises
    ------
    BookError
        If the notebook was edited by hand: overwriting it would lose the edit. Or if the
        script is not plain Python.
    """
    stored = read_notebook(lesson)
    if stored is None:
        sources(lesson)
        return ["it has no notebook yet"]
    record = stored.metadata.get(METADATA_KEY, {})
    script, slug = read_script(lesson), lesson.slug
    if cells(stored) != cells(script) and record.get("cells") != cells_hash(stored):
        here = lesson.at(next(pair_problems(script, stored)).cell)
        raise BookError(
            f"{here}: {lesson.notebook.name} was edited by hand, and its cell here is not the script's.\n"
            "To play with a lesson:  make lab, and open its copy in mine/\n"
            f"To throw the edit away: git checkout -- chapters/{slug}.ipynb\n"
            f"To keep it:             .venv/bin/jupytext --to py:percent chapters/{slug}.ipynb\n"
            "Then run `make book` again."
        )
    then, now = record.get("fingerprint", {}), fingerprint(lesson)
    reasons = [f"{key} changed" for key in {**then, **now} if then.get(key) != now.get(key)]
    if not reasons and (problem := output_problem(lesson, stored)):
        reasons.append(f"{lesson.at(problem.cell)}: {problem.text}")
    return reasons


def pair_problems(script, notebook):
    """Where the two halves of a pair, both read, differ first."""
    a, b = cells(script), cells(notebook)
    for number, (one, other) in enumerate(zip(a, b)):
        if one != other:
            yield Problem("this cell differs between the script and the notebook", number)
            return
    if len(a) != len(b):
        yield Problem(
            f"{len(a)} cells in the script, {len(b)} in the notebook", min(len(a), len(b))
        )


# --- prose ------------------------------------------------------------------------------


def refreshed(lesson):
    """The notebook as it has to be stored: the cells of the script with the outputs of the last run.

    The lesson must not be stale.
    """
    notebook, stored = read_script(lesson), read_notebook(lesson)
    pairs = zip(code_cells(notebook), code_cells(stored), strict=True)
    for number, (cell, old) in enumerate(pairs, 1):
        cell.outputs, cell.execution_count = old.outputs, number  # Jupyter counts on
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = number
    record = stored.metadata[METADATA_KEY] | {
        "cells": cells_hash(notebook),
        "outputs": output_hashes(notebook),
    }
    notebook.metadata[METADATA_KEY] = record
    return notebook


def refresh_prose(lesson):
    """Carry changed prose, tags or captions into the notebook; its outputs stay as they are.

    What Jupyter adds when it saves a notebook goes.
    """
    notebook = refreshed(lesson)
    if notebook == read_notebook(lesson):
        return False
    write_notebook(lesson.notebook, notebook)
    return True


# --- replacing files --------------------------------------------------------------------


def _temporary(path):
    return path.with_name(f".{path.name}.tmp")


def check_writable(path):
    """Raise a `BookError` if the file cannot be replaced, be it for want of room on the disk."""
    size = path.stat().st_size if path.exists() else ROOM
    temporary = _temporary(path)
    try:
        temporary.write_text("x" * size, encoding="utf-8")
    except OSError as error:
        raise BookError(f"Cannot write {path}: {error.strerror}. Nothing was changed.") from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_notebook(path, notebook):
    """Replace a notebook at once, or leave it as it is."""
    replace_text(path, nbformat.writes(notebook) + "\n")


def replace_text(path, text):
    """Replace a file's text at once, or leave the file as it is."""
    temporary = _temporary(path)
    try:
        with open(temporary, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise BookError(f"Cannot write {path}: {error.strerror}. It is unchanged.") from None


def first_line(error):
    """The first line of what an error says."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def without_colors(text):
    """What a program says on a terminal, less the codes for its colors."""
    return re.sub(r"\x1b\[[\d;]*m", "", text)
