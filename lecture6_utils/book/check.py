"""What must hold of the book's files, as far as it is known in seconds: `make check`.

Nothing is executed here but the unit tests, and the proof of a lesson that is named. Every
problem is a sentence behind the file and the line at fault.
"""

import argparse
import posixpath
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

from lecture6_utils.book import claims
from lecture6_utils.book.evidence import evidence_path, evidence_problems
from lecture6_utils.book.exercises import exercise_problems
from lecture6_utils.book.lessons import (
    METADATA_KEY,
    BookError,
    Problem,
    choose,
    look_for_lessons,
    output_problem,
    pair_problems,
    read_notebook,
    read_script,
    refreshed,
    stale_reasons,
    syntax_problems,
)
from lecture6_utils.book.plain import FENCE, prediction
from lecture6_utils.book.predict import answer
from lecture6_utils.book.quotes import exact_problems, quote_problems, read_lock, read_off
from lecture6_utils.book.stored import Book, StoredLesson
from lecture6_utils.book.wording import unwanted

SCRIPT = re.compile(r"<script.*?</script>", re.S)  # of a live figure: nobody reads it
ABSOLUTE_PATH = re.compile(r"(?<![\w/:.<])/[\w.-]+/[\w.-]+|\b[A-Z]:\\\w")
OTHER_PROSE = ("README.md", "CONTRIBUTING.md", "chapters/verdicts.yml", "chapters/_slides/index.md")
LONGEST_ALT = 350  # characters: a screen reader reads it in one go
PARTS = (
    "What you'll do",
    "What you'll learn",
    "What you'll need",
    "Slides covered",
    "Takeaways",
    "## Exercises",
    "## Further reading",
)

REFERENCE = re.compile(r"\{(doc|ref|numref|cite|cite:t)\}\s*`(?:[^`<]*<)?([^`<>]+)>?`")
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)\.(?:ipynb|md|py)(?:#[^)]*)?\)")
LABEL = re.compile(r"^\s*\(([\w:-]+)\)=\s*$|^\s*:(?:name|label):\s*(\S+)", re.M)
LOOK_UP = re.compile(r"\{(measured|printed|section)\}`([^`]+)`|\{lesson-figure\}\s+(\S+)")


# --- one notebook -----------------------------------------------------------------------


def texts(outputs):
    """Every text among a cell's outputs."""
    for output in outputs:
        yield output.get("text", "")
        for mime, data in output.get("data", {}).items():
            if mime.startswith("text/"):
                yield SCRIPT.sub("", data)


def execution_problems(notebook):
    """Executed in order, without errors, stderr or traces of one machine."""
    code = [(n, cell) for n, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    counts = [cell.execution_count for _, cell in code]
    if counts != list(range(1, len(code) + 1)):
        yield Problem(f"not executed in the order 1 … {len(code)}: {counts}")
    if notebook.metadata.language_info != {"name": "python"}:
        yield Problem(f"the metadata tell of one machine: {notebook.metadata.language_info}")
    for number, cell in code:
        for output in cell.outputs:
            if output.output_type == "error" or output.get("name") == "stderr":
                yield Problem("this cell has an error or stderr output", number)
        if ABSOLUTE_PATH.search("\n".join(texts(cell.outputs))):
            yield Problem("this cell shows an absolute path", number)
        if cell.source.rstrip().endswith(";"):
            yield Problem("this cell ends in ';': write `_ = …`", number, cell.source.count("\n"))


def figure_problems(notebook, executed=True):
    """Every figure alone in its cell, with a caption, a name and a sentence of alt text."""
    for number, cell in enumerate(notebook.cells):
        images = [o for o in cell.get("outputs", []) if "image/png" in o.get("data", {})]
        mystnb = cell.metadata.get("mystnb", {})
        figure, image = mystnb.get("figure", {}), mystnb.get("image", {})
        if executed and figure and not images:
            yield Problem("the figure of this cell is missing", number)
        if images and len(cell.outputs) != 1:
            yield Problem("the figure is not this cell's only output", number)
        if not figure and not images:
            continue
        if not figure.get("caption"):
            yield Problem("this figure has no caption", number, -1)
        if not figure.get("name", "").startswith("fig-"):
            yield Problem("this figure has no name fig-…", number, -1)
        alt = image.get("alt", "")
        if len(alt.split()) < 8 or not alt.endswith("."):
            yield Problem(f"this figure has no alt text that is a sentence: {alt!r}", number, -1)
        if len(alt) > LONGEST_ALT:
            said = f"this alt text has {len(alt)} characters; it takes {LONGEST_ALT} at most"
            yield Problem(said, number, -1)


def part_problems(notebook):
    """Every part that a lesson has to have, and each exercise with its answer and solution."""
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    for part in PARTS:
        if part not in prose:
            yield Problem(f"there is no “{part.lstrip('# ')}”")
    exercises = re.findall(r"\{admonition\} Exercise (\d)", prose)
    answers = re.findall(r"\{admonition\} Answer to exercise (\d)", prose)
    if len(exercises) < 3:
        yield Problem(f"there are {len(exercises)} exercises; it takes three")
    if exercises != answers:
        yield Problem(f"the exercises are {exercises}, their answers {answers}")
    folded = [cell for cell in notebook.cells if "hide-cell" in cell.metadata.get("tags", [])]
    prompts = [cell.metadata.get("mystnb", {}).get("code_prompt_show", "") for cell in folded]
    n_solutions = sum(prompt.startswith("Show solution") for prompt in prompts)
    if n_solutions < len(exercises):
        yield Problem(f"there are {len(exercises)} exercises, and {n_solutions} folded solutions")


def predict_problems(notebook, lesson):
    """Questions to commit to whose answer is not what the lesson measured, one and no other."""
    for number, cell in enumerate(notebook.cells):
        for match in FENCE.finditer(cell.source) if cell.cell_type == "markdown" else ():
            if match["kind"] == "predict":
                try:
                    answer(prediction(match), StoredLesson(lesson))
                except BookError as error:
                    line = cell.source.count("\n", 0, match.start())
                    yield Problem(f"{{predict}}: {error}", number, line)


# --- one lesson -------------------------------------------------------------------------


def all_problems(lesson):
    """Whatever is wrong with what a lesson's two files say, as sentences with their place."""
    script = read_script(lesson)
    if syntax := [*syntax_problems(script)]:
        return placed(lesson, syntax)
    try:
        stored = read_notebook(lesson)
        lock = read_lock(lesson)
    except BookError as error:
        return [f"{lesson.at()}: {error}"]
    if stored is None:
        return placed(
            lesson,
            [
                *figure_problems(script, executed=False),
                Problem("there is no notebook yet: make book"),
            ],
        )
    # The script with the outputs, so that each cell has a line; if there are others, without.
    code, old = ([c for c in book.cells if c.cell_type == "code"] for book in (script, stored))
    same = [c.source for c in code] == [c.source for c in old]
    if same:
        script.metadata = stored.metadata
        for cell, executed in zip(code, old):
            cell.outputs, cell.execution_count = executed.outputs, executed.execution_count
    record = stored.metadata.get(METADATA_KEY, {})
    measured, shown = record.get("measured", []), record.get("figures", {})
    problems = [
        *(execution_problems(script) if same else ()),
        *figure_problems(script, executed=same),
        *quote_problems(script, [*measured, *read_off(shown)], lock),
        *exact_problems(script, shown),
        *predict_problems(script, lesson),
    ]
    cells = {
        f"{m['name']!r}": [n for n, c in enumerate(stored.cells) if c.cell_type == "code"][
            m["cell"] - 1
        ]
        for m in measured
    }
    for text in evidence_problems(lesson, record):
        about = next((cell for name, cell in cells.items() if text.startswith(name)), None)
        problems.append(Problem(text, about))
    return placed(lesson, problems)


def placed(lesson, problems):
    """Problems of one lesson as sentences behind file and line."""
    return [f"{lesson.at(problem.cell, problem.line)}: {problem.text}" for problem in problems]


def lesson_problems(lesson):
    """Whatever is wrong with a lesson's files, stale outputs and missing parts included."""
    script = read_script(lesson)
    problems = all_problems(lesson) + placed(lesson, part_problems(script))
    try:
        reasons, stored = stale_reasons(lesson), read_notebook(lesson)
    except BookError as error:  # not Python, edited by hand, or no notebook any more
        return problems if str(error) in "\n".join(problems) else [*problems, str(error)]
    if stored is None:
        return problems
    found = [*pair_problems(script, stored)]
    if found:
        reasons = [reason for reason in reasons if reason != "the lesson's code changed"]
    if changed := output_problem(lesson, stored):
        found.append(changed)
    elif reasons:
        found.append(Problem("; ".join(reasons)))
    elif not found and refreshed(lesson) != stored:
        found.append(Problem("the notebook has to be put in order, which takes no run"))
    return problems + [f"{problem}: make book" for problem in placed(lesson, found)]


# --- the whole book ---------------------------------------------------------------------


def book_problems(root):
    """Whatever is wrong with the book's files.

    Returns
    -------
    list of str
    """
    lessons, problems = look_for_lessons(root)
    for lesson in lessons:
        problems += lesson_problems(lesson)
    problems += reference_problems(root, lessons)
    problems += wording_problems(root, lessons)
    known = {lesson.slug for lesson in lessons} | {"mutations"}
    for path in sorted((root / "chapters" / "evidence").glob("*.json")):
        if path.name.partition(".")[0] not in known:
            problems.append(
                f"chapters/evidence/{path.name}:1: there is no such lesson: delete or rename it"
            )
    # The deck, the verdicts and the exercises look things up in the stored lessons, which must be in order for that.
    if problems:
        return problems + [*deck_problems(root, lessons, None)]
    deck = deck_problems(root, lessons, Book(root))
    return [*deck, *verdict_problems(root), *exercise_problems(root)]


def prose(root, lessons):
    """Every text of the book's pages, each with a function from a position in it to its place."""
    for lesson in lessons:
        for number, cell in enumerate(read_script(lesson).cells):
            if cell.cell_type == "markdown":
                yield (
                    cell.source,
                    lambda line, lesson=lesson, number=number: lesson.at(number, line),
                )
    for path in sorted((root / "chapters").glob("*.md")):
        name = path.name
        yield (
            path.read_text(encoding="utf-8"),
            lambda line, name=name: f"chapters/{name}:{line + 1}",
        )


def wording_problems(root, lessons):
    """Words that the book does not write, in all prose, captions and alternative texts."""
    written = [*prose(root, lessons)]
    for lesson in lessons:
        for number, cell in enumerate(read_script(lesson).cells):
            mystnb = cell.metadata.get("mystnb", {})
            for text in [*mystnb.get("figure", {}).values(), *mystnb.get("image", {}).values()]:
                written.append(
                    (text, lambda _, lesson=lesson, number=number: lesson.at(number, -1))
                )
    for name in OTHER_PROSE:
        if (root / name).exists():
            text = (root / name).read_text(encoding="utf-8")
            written.append((text, lambda line, name=name: f"{name}:{line + 1}"))
    for text, place in written:
        for line, words, instead in unwanted(text):
            yield f"{place(line)}: “{words}”: write {instead}"


def reference_problems(root, lessons):
    """References and links that lead nowhere, and names that two figures share."""
    labels, pages = {"genindex"}, {path.stem for path in (root / "chapters").glob("*.md")}
    pages |= {lesson.slug for lesson in lessons}
    figures = defaultdict(list)
    for lesson in lessons:
        for number, cell in enumerate(read_script(lesson).cells):
            if name := cell.metadata.get("mystnb", {}).get("figure", {}).get("name"):
                figures[name].append(lesson.at(number, -1))
    for text, _ in prose(root, lessons):
        labels |= {name for pair in LABEL.findall(text) for name in pair if name}
    sources = root / "chapters" / "references.bib"
    keys = re.findall(
        r"@\w+\{([^,\s]+)", sources.read_text(encoding="utf-8") if sources.exists() else ""
    )
    for name, places in figures.items():
        for place in places[1:]:
            yield f"{place}: {places[0]} has a figure of that name, too: {name}"
    for text, place in prose(root, lessons):
        for found in [*REFERENCE.finditer(text), *LINK.finditer(text)]:
            role, target = found.groups() if found.re is REFERENCE else ("doc", found[1])
            if role.startswith("cite"):
                lost = [key for key in re.split(r"\s*,\s*", target.strip()) if key not in keys]
                what = "references.bib has no entry"
            elif role == "doc":
                page = posixpath.normpath(posixpath.join("/chapters", target.strip()))
                lost = [] if page.removeprefix("/chapters/") in pages else [target]
                what = "there is no page"
            else:
                lost = [] if target in labels or target in figures else [target]
                what = "no figure and no section is named"
            for name in lost:
                yield f"{place(text.count(chr(10), 0, found.start()))}: {what} {name}"


def deck_problems(root, lessons, book):
    """What the slides look up and do not find; without a `Book`, only lessons that are not there."""
    path = root / "chapters" / "_slides" / "index.md"
    slugs = {lesson.slug for lesson in lessons}
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    for number, line in enumerate(text.splitlines(), 1):
        for role, wanted, figure in LOOK_UP.findall(line):
            problem = None
            if role and re.split("[#:]", wanted)[0] not in slugs:
                problem = f"there is no lesson {re.split('[#:]', wanted)[0]}"
            elif book:
                find = {"measured": book.number, "printed": book.printed, "section": book.place}
                try:
                    find.get(role, book.figure)(wanted or figure)
                except BookError as error:
                    problem = str(error)
            if problem:
                yield f"chapters/_slides/index.md:{number}: {problem}"


def verdict_problems(root):
    """Rows of the page “What we measured” that name what is not there, or contradict what was measured."""
    if not (root / claims.SOURCE).exists():
        return []
    try:
        claims.read(root)
    except BookError as error:
        return str(error).splitlines()
    return []


# --- what is not finished ----------------------------------------------------------------

#: Page → what leads from it to a lesson, and what is lacking if nothing does.
LINKS = {
    "index.md": (":link: {}\n", "a card on the first page"),
    "slides_map.md": ("({}.ipynb#", "a line that says which slides it teaches, and where"),
    "ideas.md": ("({}.ipynb#", "an idea of its own on the map of ideas"),
    "exercises.yml": ("{}-1:", "how hard each of its exercises is, and what its answer is"),
    "verdicts.yml": ("section: {}#", "a row that says what it measured of which claim"),
    "_slides/index.md": ("`{}#", "a slide whose notes lead to one of its sections"),
}


def unfinished(lesson):
    """What a lesson lacks before it can be published, as sentences; `make check` notes it and passes."""
    path = f"chapters/{lesson.slug}.py"
    lines = lesson.script.read_text(encoding="utf-8").splitlines()
    todo = [str(number) for number, line in enumerate(lines, 1) if "TODO" in line]
    if todo:
        yield f"{path}:{todo[0]}: TODO, there and in the lines {', '.join(todo[1:]) or '—'}"
    for page, (link, what) in LINKS.items():
        there = lesson.root / "chapters" / page
        text = there.read_text(encoding="utf-8") if there.exists() else ""
        if link.format(lesson.slug) not in text:
            yield f"chapters/{page}: {what}: {link.format(lesson.slug).strip()}…"
    if not evidence_path(lesson).exists():
        yield f"chapters/evidence/{lesson.slug}.json: a study (make study LESSON={lesson.slug})"


# --- tools and tests --------------------------------------------------------------------


def ruff_problems(root):
    """What the linter and the formatter find."""
    ruff, found = Path(sys.executable).with_name("ruff"), []
    for command in (["check"], ["format", "--check"]):
        said = subprocess.run(
            [ruff, *command, "--output-format=concise", "."],
            cwd=root,
            capture_output=True,
            encoding="utf-8",
        )
        lines = re.findall(r"^\S+:\d+:\d+: .*$", said.stdout, re.M)
        if said.returncode and not lines:
            lines = [f"pyproject.toml:1: ruff {command[0]} says: {said.stderr.strip()}"]
        remedy = " (.venv/bin/ruff format .)" if "--check" in command else ""
        found += [line + remedy for line in lines]
    return found


class Tests:
    """pytest at work in the background; its output is told only if it fails."""

    def __init__(self, root, *arguments):
        self.folder = tempfile.TemporaryDirectory(prefix="lecture6-check-")
        self.report, self.said = (
            Path(self.folder.name, "report.xml"),
            Path(self.folder.name, "said"),
        )
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--color=no",
            "-o",
            "junit_family=xunit1",
            f"--junitxml={self.report}",
            *arguments,
        ]
        with open(self.said, "wb") as said:
            self.process = subprocess.Popen(
                command, cwd=root, stdout=said, stderr=subprocess.STDOUT
            )

    def problems(self):
        """Wait for the end; what failed, behind its file and line."""
        status, problems = self.process.wait(), []
        if status == 0:
            return problems
        print(self.said.read_text(encoding="utf-8", errors="replace"))
        if self.report.exists():
            for case in ElementTree.parse(self.report).iter("testcase"):
                for fault in (*case.iter("failure"), *case.iter("error")):
                    said = fault.get("message", "").partition("\n")[0]
                    if said == "collection failure":  # its reason stands in the last line
                        said = (re.findall(r"^E +(.*)$", fault.text or "", re.M) or [said])[-1]
                    place = f"{case.get('file', 'tests')}:{int(case.get('line', 0)) + 1}: {case.get('name')}"
                    # the proof of a lesson says itself which line of the script it is about
                    problems.append(said if said.startswith("chapters/") else f"{place}: {said}")
        return problems or [f"tests:1: pytest ended with {status}, see above"]


# --- the command ------------------------------------------------------------------------


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m lecture6_utils.book.check", description=__doc__
    )
    parser.add_argument("slugs", nargs="*", help="prove these lessons, too")
    parser.add_argument("--no-tests", action="store_true", help="leave the unit tests out")
    arguments = parser.parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a terminal may lack ≈
    root = Path.cwd()
    tests = []
    try:
        if arguments.slugs:
            choose(look_for_lessons(root)[0], arguments.slugs)
        if not arguments.no_tests:
            tests.append(Tests(root, "tests/unit", "-n", "auto", "--tb=short"))
        problems = ruff_problems(root) + book_problems(root)
        problems += [problem for run in tests for problem in run.problems()]
        for slug in arguments.slugs:
            problems += Tests(root, f"chapters/{slug}.ipynb").problems()
    except BookError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit("\nInterrupted.")
    lessons, _ = look_for_lessons(root)
    for lack in (lack for lesson in lessons for lack in unfinished(lesson)):
        print(f"not finished: {lack}")
    for problem in problems:
        print(problem)
    if problems:
        sys.exit(f"{len(problems)} problem{'s' * (len(problems) > 1)}.")
    print(
        "No problem found." + (" Lessons are proved by make test." if not arguments.slugs else "")
    )


if __name__ == "__main__":
    main()
