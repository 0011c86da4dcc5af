"""What must hold of a committed notebook, as lists of problems: used on ours and on tampered ones."""

import re

from lecture6_utils.book.evidence import evidence_problems
from lecture6_utils.book.lessons import METADATA_KEY, cells, read_notebook, read_script
from lecture6_utils.book.quotes import quote_problems, read_lock

SCRIPT = re.compile(r"<script.*?</script>", re.S)  # of a live figure: nobody reads it
ABSOLUTE_PATH = re.compile(r"(?<![\w/:.<])/[\w.-]+/[\w.-]+|\b[A-Z]:\\\w")


def texts(outputs):
    """Every text among a cell's outputs."""
    for output in outputs:
        yield output.get("text", "")
        for mime, data in output.get("data", {}).items():
            if mime.startswith("text/"):
                yield SCRIPT.sub("", data)


def execution_problems(notebook):
    """Executed in order, without errors, stderr or traces of one machine."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    counts = [cell.execution_count for cell in code]
    if counts != list(range(1, len(code) + 1)):
        yield f"not executed in the order 1 … {len(code)}: {counts}"
    if notebook.metadata.language_info != {"name": "python"}:
        yield f"the metadata tell of one machine: {notebook.metadata.language_info}"
    for number, cell in enumerate(code, 1):
        for output in cell.outputs:
            if output.output_type == "error" or output.get("name") == "stderr":
                yield f"cell [{number}] has an error or stderr output"
        if ABSOLUTE_PATH.search("\n".join(texts(cell.outputs))):
            yield f"cell [{number}] shows an absolute path"
        if cell.source.rstrip().endswith(";"):
            yield f"cell [{number}] ends in ';': write `_ = …`"


def figure_problems(notebook):
    """Every figure alone in its cell, with a caption, a name and a sentence of alt text."""
    for cell in notebook.cells:
        images = [o for o in cell.get("outputs", []) if "image/png" in o.get("data", {})]
        mystnb = cell.metadata.get("mystnb", {})
        figure, image = mystnb.get("figure", {}), mystnb.get("image", {})
        where = f"the figure of cell [{cell.get('execution_count')}]"
        if figure and not images:
            yield f"{where} is missing"
        if not images:
            continue
        if len(cell.outputs) != 1:
            yield f"{where} is not the cell's only output"
        if not figure.get("caption"):
            yield f"{where} has no caption"
        if not figure.get("name", "").startswith("fig-"):
            yield f"{where} has no name fig-…"
        alt = image.get("alt", "")
        if len(alt.split()) < 8 or not alt.endswith("."):
            yield f"{where} has no alt text that is a sentence: {alt!r}"


def pair_problems(lesson):
    """The script and the notebook hold the same cells."""
    script, notebook = cells(read_script(lesson)), cells(read_notebook(lesson))
    for number, (a, b) in enumerate(zip(script, notebook), 1):
        if a != b:
            yield f"cell {number} differs between the script and the notebook"
            return
    if len(script) != len(notebook):
        yield f"{len(script)} cells in the script, {len(notebook)} in the notebook"


def all_problems(lesson):
    """Whatever is wrong with a lesson's committed files."""
    notebook = read_notebook(lesson)
    if notebook is None:
        return [f"{lesson.notebook.name} is missing: run `make book` and commit it"]
    measured = notebook.metadata.get(METADATA_KEY, {}).get("measured", [])
    return [
        *execution_problems(notebook),
        *figure_problems(notebook),
        *quote_problems(notebook, measured, read_lock(lesson)),
        *evidence_problems(lesson, notebook.metadata.get(METADATA_KEY, {})),
        *pair_problems(lesson),
    ]
