"""What must hold of a committed notebook, as lists of problems: used on ours and on tampered ones."""

import re

from lecture6_utils.lessons import cells, read_notebook, read_script
from lecture6_utils.measurement import MEASURED

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


def prose_problems(notebook):
    """Each ≈ number in prose is one the lesson measured, at the digits quoted."""
    printed = [
        number
        for cell in notebook.cells
        for text in texts(cell.get("outputs", []))
        for number in MEASURED.findall(text)
    ]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            prose = cell.source
        else:
            mystnb = cell.metadata.get("mystnb", {})
            prose = " ".join([
                mystnb.get("figure", {}).get("caption", ""),
                mystnb.get("image", {}).get("alt", ""),
            ])  # fmt: skip
        for quoted in re.findall(r"≈\s*([^\s]*)", prose):
            match = MEASURED.match(f"≈ {quoted}")
            if not match:
                yield f"≈ {quoted}: not a number as `Measured` prints it"
            elif not any(_rounds_to(number, match[1]) for number in printed):
                yield f"≈ {match[1]} was not measured in this lesson"


def _rounds_to(printed, quoted):
    """Whether a printed number, rounded to the digits of the quoted one, is it."""
    if printed.endswith("%") != quoted.endswith("%"):
        return False
    printed, quoted = (text.rstrip("%").replace(",", "") for text in (printed, quoted))
    digits = [len(n.partition(".")[2]) for n in (printed, quoted) if "e" not in n]
    if len(digits) < 2:  # 1e-05 and the like: quoted as printed
        return printed == quoted
    return digits[1] <= digits[0] and f"{float(printed):.{digits[1]}f}" == quoted


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
    return [
        *execution_problems(notebook),
        *figure_problems(notebook),
        *prose_problems(notebook),
        *pair_problems(lesson),
    ]
