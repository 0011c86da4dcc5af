"""Reads `chapters/exercises.yml`: how hard each exercise is, what it teaches, and its answer.

The answer is a measurement. ``python -m lecture6_utils.book.exercises`` writes what is right into
the package, for a student who calls `lecture6_utils.exercises.check`. No right answer is typed: it
is what the stored lesson measured or printed, and its range is what the study found. The Sphinx
extension, and `plain` for the notebooks, put level and minutes below an exercise's title, and the
call at its end.
"""

import re
import sys
from collections import defaultdict
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from statistics import fmean

import yaml
from docutils import nodes

from lecture6_utils.book.evidence import read_evidence
from lecture6_utils.book.lessons import (
    METADATA_KEY,
    BookError,
    find_lessons,
    first_line,
    read_notebook,
    read_script,
    replace_text,
)
from lecture6_utils.book.rule import unit
from lecture6_utils.book.stored import fits
from lecture6_utils.exercises import ANSWERS, SHARE, as_file, check

SOURCE = "chapters/exercises.yml"
LEVELS = ("easy", "medium", "hard")
KEYS = {"level", "minutes", "can", "asks", "near"}
MOST_WORDS = 16  # of an objective
UNSEEN = {"appreciate", "become", "know", "learn", "see", "think", "understand"}  # nobody can check
TITLE = re.compile(r"\{admonition\} Exercise (\d+)")
NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.(\d+))?(%?)")
WIDE = 0.5  # of the value: a range that is wider tells little


@dataclass(frozen=True)
class Exercise:
    """What an author wrote of an exercise. `highest` is a word → what is compared, or None."""

    name: str
    level: str
    minutes: str
    can: str
    asks: str
    near: dict
    answer: str | None = None
    highest: dict | None = None

    @property
    def lesson(self):
        """The slug of its lesson."""
        return self.name.rpartition("-")[0]

    @property
    def effort(self):
        """Such as “Medium · about 15 minutes”."""
        return f"{self.level.capitalize()} · about {self.minutes} minutes"

    @property
    def call(self):
        """The call that checks an answer."""
        return f'check("{self.name}", ...)'

    @property
    def how_to_check(self):
        """The last line of the exercise, in Markdown."""
        words = f" ({listed(self.highest)})" if self.highest else ""
        return f"To check your answer: `{self.call}`. The dots stand for {self.asks}{words}."

    @property
    def code(self):
        """What the cell for the reader's code begins with. It runs as it is, and says what is wanted."""
        return f"from {check.__module__} import {check.__name__}\n\n{self.call}"


def listed(words):
    """Words as a text: "a", "b" or "c", as Python wants them."""
    *most, last = (f'"{word}"' for word in words)
    return f"{', '.join(most)} or {last}"


# --- what an author wrote -----------------------------------------------------------------


def read(root):
    """Name → `Exercise`, of all that the file has; none if there is no file.

    Raises
    ------
    BookError
        With one line for each entry at fault, behind the file and the entry's line.
    """
    path, found, problems = root / SOURCE, {}, []
    if not path.exists():
        return found
    text = path.read_text(encoding="utf-8")
    try:
        rows = yaml.load(text, yaml.BaseLoader) or {}  # all values are text
    except yaml.YAMLError as error:
        raise BookError(f"{SOURCE}:1: this is not YAML: {' '.join(str(error).split())}") from None
    for name, row in rows.items():
        if KEYS - set(row) or len(set(row) - KEYS) != 1 or set(row) - KEYS - {"answer", "highest"}:
            what = f"expected are {', '.join(sorted(KEYS))} and either answer or highest"
        elif row["level"] not in LEVELS:
            what = f"the level is one of {', '.join(LEVELS)}, not {row['level']!r}"
        elif not row["minutes"].isdecimal():
            what = f"the minutes are a whole number, not {row['minutes']!r}"
        elif fault := _fault_of_objective(row["can"]):
            what = f"“You can {row['can']}”: {fault}"
        elif not all(isinstance(row.get(key, {}), dict) for key in ("near", "highest")):
            what = (
                "near and highest have a line for each hint or word, such as `Why?: a measurement`"
            )
        else:
            found[name] = Exercise(name, **row)
            continue
        problems.append(_at(text, name, what))
    if problems:
        raise BookError("\n".join(problems))
    return found


def _fault_of_objective(can):
    """What is wrong with what stands behind “You can”, or None."""
    words = can.split() if isinstance(can, str) else []
    first = words[0].rstrip(",") if words else ""
    if not (first.isalpha() and first.islower()):
        return "begin with a verb, without a capital"
    if first in UNSEEN:
        return f"name what can be observed, such as compute or compare; {first} cannot"
    if len(words) > MOST_WORDS:
        return f"these are {len(words)} words; write {MOST_WORDS} at most"
    return "leave out the full stop" if can.endswith(".") else None


def _at(text, name, what):
    line = 1 + text[: max(0, f"\n{text}".find(f"\n{name}:"))].count("\n")
    return f"{SOURCE}:{line}: {name}: {what}"


# --- what is right ------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """What a lesson measured or printed: a number, or a text.

    `right` is what is admissible of it, `seen` the narrower range of what the study's runs had; of a
    text both are the text. `runs` are the means of these runs, none of what was printed.
    """

    right: object
    seen: object
    form: str
    value: float = 0.0
    runs: tuple = ()


class Reader:
    """Looks up in a stored lesson what an entry names."""

    def __init__(self, lesson):
        notebook, evidence = read_notebook(lesson), read_evidence(lesson)
        if notebook is None or evidence is None:
            raise BookError(f"{lesson.slug} was not executed and studied yet")
        record = notebook.metadata[METADATA_KEY]["measured"]
        self.slug, self.studied = lesson.slug, evidence["numbers"]
        self.measured = {m["name"]: fmean(m["values"]) for m in record}
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
        self.lines = [line for o in outputs for line in o.get("text", "").splitlines()]

    def find(self, text):
        """The `Found` behind the name of a measurement, or ``printed: pattern``.

        ``0 to`` before the name takes in all that is less.
        """
        if text.startswith("printed: "):
            return self._printed(text.removeprefix("printed: "))
        name = text.removeprefix("0 to ")
        if name not in self.measured:
            near = "; ".join(get_close_matches(name, self.measured, 3, 0)) or "none"
            raise BookError(f"{self.slug} measures no {name!r}. The nearest there are: {near}")
        found = self._studied(self.measured[name], self.studied[name])
        if name == text:
            return found
        return replace(found, right=[0.0, found.right[1]], seen=[0.0, found.seen[1]])

    def _printed(self, pattern):
        texts = {match[1] for line in self.lines if (match := fits(pattern, line))}
        if len(texts) != 1:
            what = "no line" if not texts else f"{len(texts)} different lines"
            raise BookError(f"{self.slug} printed {what} like {pattern!r}")
        (text,) = texts
        number = NUMBER.fullmatch(text)
        if not number:
            return Found(text, text, "words")
        decimals, percent = number.groups()
        value = float(text.replace(",", "").rstrip("%")) / (100 if percent else 1)
        half = 10.0 ** -len(decimals or "") / (200 if percent else 2)
        seen = [value - half, value + half]
        if not decimals:  # a count
            return Found(seen, seen, "a whole number", value)
        return Found(_hull(*seen, _rounded(value)), seen, SHARE if percent else "a number", value)

    def _studied(self, value, number):
        """What any seed of any run gave is right, and what the bounds of the proof admit."""
        spec, runs = number["spec"], [run for run in number["runs"] if run is not None]
        half = (unit(spec) or abs(value) / 100) / 2
        values = [value, *(v for run in runs for v in run)]
        least, most = min(values), max(values)
        low, high = number["bounds"]
        low, high = low + half, high - half  # they lie half a digit further out than is shown
        if high - low > WIDE * abs(value):  # from few runs it follows that nearly all is admissible
            low, high = max(low, 2 * least - most), min(high, 2 * most - least)
        right = [low, high, least - half, most + half]
        if spec.endswith(".0f"):
            form = "a whole number"
        else:
            form = SHARE if spec.endswith("%") else "a number"
            right.append(_rounded(value))
        means = [fmean(run) for run in runs]
        seen = [min(value, *means) - half, max(value, *means) + half]
        return Found(_hull(*right), seen, form, value, tuple(means))

    def near(self, text, answer):
        """What a misconception gives: what was `seen` of a measurement, or ``= expression``."""
        if not text.startswith("= "):
            return self.find(text).seen
        try:  # eval: it is the author's own file, as safe as the code of a lesson
            return _hull(
                *(eval(text[2:], {"__builtins__": {}}, {"answer": x}) for x in answer.seen)
            )
        except Exception as error:
            raise BookError(f"{text!r} cannot be computed: {first_line(error)}") from None

    def highest(self, words):
        """The word of what is highest in the book and in every run of the study."""
        found = {word: None if text == "= 0" else self.find(text) for word, text in words.items()}
        n_runs = min(len(one.runs) for one in found.values() if one)
        runs = [{w: f.value if f else 0.0 for w, f in found.items()}]
        runs += [{w: f.runs[n] if f else 0.0 for w, f in found.items()} for n in range(n_runs)]
        best = {max(run, key=run.get) for run in runs}
        if len(best) > 1:
            raise BookError(f"which is highest differs between runs: {', '.join(sorted(best))}")
        return best.pop()


def _hull(*values):
    return [min(values), max(values)]


def _rounded(value):
    """What is left of a number with two digits: a student may have rounded it."""
    return float(f"{value:.2g}")


def _overlap(one, other):
    if isinstance(one, str):
        return one == other
    return one[0] < other[1] and other[0] < one[1]


def resolved(exercise, reader):
    """What `lecture6_utils.exercises.check` is told of an exercise.

    Raises
    ------
    BookError
        If the lesson has not measured what it names, or a wrong answer is right in some run.
    """
    if exercise.highest:
        right, form = reader.highest(exercise.highest), listed(exercise.highest)
        near = exercise.near
        if unknown := set(near.values()) - set(exercise.highest):
            raise BookError(f"{', '.join(sorted(unknown))} is none of {form}")
    else:
        found = reader.find(exercise.answer)
        right, form = found.right, found.form
        near = {hint: reader.near(text, found) for hint, text in exercise.near.items()}
    for hint, wrong in near.items():
        if isinstance(right, str) != isinstance(wrong, str):
            raise BookError(f"what “{hint}” is said of is {wrong}, and the answer is {right}")
        if _overlap(right, wrong):
            raise BookError(f"what “{hint}” is said of is right, too: {wrong}, {right}")
    return {
        "asks": exercise.asks,
        "form": form,
        "right": _short(right),
        "near": [[_short(wrong), hint] for hint, wrong in near.items()],
    }


def _short(span):
    return span if isinstance(span, str) else [float(f"{end:.8g}") for end in span]


def answers(root):
    """Name → what `check` is told, of every exercise of the book; none if the book has no file.

    Raises
    ------
    BookError
        With a line for each exercise that lacks an entry, and each entry at fault.
    """
    written = read(root)
    if not written:
        return {}
    text = (root / SOURCE).read_text(encoding="utf-8")
    found, problems, there = {}, [], set()
    by_lesson = defaultdict(list)
    for exercise in written.values():
        by_lesson[exercise.lesson].append(exercise)
    for lesson in find_lessons(root):
        if lesson.slug not in by_lesson:  # a lesson that is not finished, see `check.unfinished`
            continue
        prose = "\n".join(c.source for c in read_script(lesson).cells if c.cell_type == "markdown")
        names = {f"{lesson.slug}-{number}" for number in TITLE.findall(prose)}
        there |= names
        problems += [
            f"{SOURCE}:1: {name} has no entry: give it one" for name in sorted(names - set(written))
        ]
        try:
            reader = Reader(lesson)
        except BookError as error:
            problems.append(f"{SOURCE}:1: {error}")
            continue
        for exercise in by_lesson[lesson.slug]:
            try:
                found[exercise.name] = resolved(exercise, reader)
            except BookError as error:
                problems.append(_at(text, exercise.name, error))
    problems += [_at(text, n, "there is no such exercise") for n in written if n not in there]
    if problems:
        raise BookError("\n".join(problems))
    return found


def exercise_problems(root):
    """What is wrong with the entries, or that the package does not have what they say; as sentences."""
    try:
        found = answers(root)
    except BookError as error:
        return str(error).splitlines()
    path = root / "lecture6_utils" / ANSWERS.name
    if found and (not path.exists() or path.read_text(encoding="utf-8") != as_file(found)):
        return [
            f"lecture6_utils/{ANSWERS.name}:1: this is not what the lessons measured: make book, or "
            "python -m lecture6_utils.book.exercises"
        ]
    return []


def main():
    """The command: write the file into the package."""
    root = Path.cwd()
    try:
        if found := answers(root):
            replace_text(root / "lecture6_utils" / ANSWERS.name, as_file(found))
    except BookError as error:
        sys.exit(str(error))


# --- the page -----------------------------------------------------------------------------


def add_check(app, doctree):
    """Put level and minutes below the title of each exercise of a lesson, and the call at its end.

    An exercise can be linked by its name, such as ``{ref}`tsne-1```.
    """
    root, slug = Path(app.srcdir), Path(app.env.docname).name
    boxes = [b for b in doctree.findall(nodes.admonition) if "exercise" in b["classes"]]
    if not boxes or not (root / SOURCE).exists():
        return
    app.env.note_dependency(str(root / SOURCE))
    written = read(root)
    for box in boxes:
        number = re.match(r"Exercise (\d+)", box[0].astext())
        exercise = written.get(f"{slug}-{number[1]}") if number else None
        if exercise:
            _name(app.env, exercise.name, number[0], box)
            box.insert(1, nodes.paragraph("", exercise.effort, classes=["effort"]))
            before, call, after = exercise.how_to_check.split("`")
            line = [nodes.Text(before), nodes.literal("", call), nodes.Text(after)]
            box += nodes.paragraph("", "", *line)


def _name(env, name, place, box):
    """Make a target of it: before the box, as LaTeX writes none for the box itself."""
    anchor = nodes.make_id(place)
    box.parent.insert(box.parent.index(box), nodes.target("", "", ids=[anchor]))
    title = box[0].astext()
    env.get_domain("std").note_hyperlink_target(name, env.docname, anchor, title)


def setup(app):
    """Register with Sphinx."""
    app.connect("doctree-read", add_check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    main()
