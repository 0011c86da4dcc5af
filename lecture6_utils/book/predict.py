"""A question to commit to before its answer opens; the answer is looked up in what the lesson measured.

What a lesson may write; the first line names a measurement of the same lesson::

    :::{predict} accuracy | TnT | new lemma
    :slider: 0 to 100 by 1%
    The question. It ends with an empty line.

    What stands below it is shown with the answer.
    :::

    :::{predict} net − PCA, in points
    The question. A choice is a range, or a label with its range.

    - under 2 points
    - 2 to 10 points
    - A difference is not shown = not shown
    :::

    :::{predict} accuracy | … | new lemma
    :highest:
    The question. Each choice is put in the place of …; `:lowest:` is the other way round.

    - TnT
    - the net = char-CNN
    :::

Of a difference the whole 95% interval has to lie in a range, and a difference is not shown if the
interval includes 0. On a page predict.js opens the box. Without a script, in print, in the PDF and on
an e-reader it is open; a notebook has the question alone (plain.py).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from statistics import fmean

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from lecture6_utils.book.evidence import shown
from lecture6_utils.book.lessons import BookError
from lecture6_utils.book.quotes import NUMBER
from lecture6_utils.book.stored import stored_lesson

logger = logging.getLogger(__name__)

SCRIPT = Path(__file__).with_suffix(".js")
TITLE = "Predict, then see"
N = NUMBER.removesuffix("%?")
SLIDER = re.compile(rf"({N}) to ({N}) by ({N})(?: ?(%)|( .+))?")
RANGE = re.compile(rf"(?:(under|over) ({N})|({N})%? to ({N}))%?(?: .*)?")


@dataclass(frozen=True)
class Slider:
    """The numbers that a reader can choose, as they are shown: 50 is 50%."""

    low: str
    high: str
    step: str
    unit: str

    @property
    def middle(self):
        """Where it stands at first."""
        low, step = _float(self.low), _float(self.step)
        return f"{low + round((_float(self.high) - low) / 2 / step) * step:g}"

    @property
    def ends(self):
        """From where to where, in words: ``0%``, ``100%`` or ``0``, ``20 points``."""
        percent = self.unit if self.unit == "%" else ""
        return f"{self.low}{percent}", f"{self.high}{self.unit}"


@dataclass(frozen=True)
class Box:
    """What an author wrote.

    `choices` are pairs of a label and its range or arm. `best` is `max` or `min`, if arms are
    compared. What is shown with the answer begins in the line `below`.
    """

    name: str
    question: list
    choices: list
    slider: Slider | None
    best: Callable | None
    below: int


@dataclass(frozen=True)
class Answer:
    """Which choice is right, from 0, or None if there is a slider; what is said behind its label."""

    right: int | None
    said: str


def _float(text):
    return float(text.replace(",", "").replace("−", "-"))


# --- what an author wrote ---------------------------------------------------------------


def read(name, options, lines):
    """A box as its author wrote it.

    Parameters
    ----------
    name : str
        The measurement, or a pattern of several with one …
    options : dict of str to str
    lines : list of str
        The content.

    Returns
    -------
    Box

    Raises
    ------
    BookError
        If it is written in another way than the first lines of this module say.
    """
    best = max if "highest" in options else min if "lowest" in options else None
    if (best is None) == ("…" in name) or (best and "slider" in options):
        raise BookError(
            f"{name!r} compares several measurements if it has one … and :highest: or :lowest:, "
            "or is one without them"
        )
    slider, choices = None, []
    if "slider" in options:
        slider = _slider(options["slider"])
        start = end = next((n for n, line in enumerate(lines) if not line.strip()), len(lines))
    else:
        start = next((n for n, line in enumerate(lines) if line.startswith("- ")), len(lines))
        choices, end = _choices(lines, start)
    if not "".join(lines[:start]).strip() or not slider and len(choices) < 2:
        raise BookError(
            f"the box of {name!r} needs a question, and a :slider: or at least two choices"
        )
    return Box(name, lines[:start], choices, slider, best, end)


def _slider(text):
    found = SLIDER.fullmatch(text.strip())
    if not found or not _float(found[3]):
        raise BookError(f":slider: is written as `0 to 100 by 1%`, not as {text!r}")
    low, high, step, percent, unit = found.groups()
    return Slider(low, high, step, percent or unit or "")


def _choices(lines, start):
    """The choices from a line on, and the number of the line below them."""
    items, end = [], start
    while end < len(lines) and lines[end].startswith(("- ", "  ")):
        if lines[end].startswith("- "):
            items.append("")
        items[-1] = f"{items[-1]} {lines[end][2:].strip()}".strip()
        end += 1
    parts = (item.rpartition(" = ") for item in items)
    return [(label or said, said) for label, _, said in parts], end


# --- what was measured ------------------------------------------------------------------


def answer(box, lesson):
    """What was measured, and which choice that makes right.

    Parameters
    ----------
    box : Box
    lesson : StoredLesson

    Returns
    -------
    Answer

    Raises
    ------
    BookError
        If there is no such measurement, not one choice alone is right, or the slider does not
        reach the measured value.
    """
    if box.best:
        return _best_arm(box, lesson)
    number = _measured(lesson, box.name)
    ends = [lesson.measured.get(f"{number.name} | {end}") for end in ("low", "high")]
    unit = box.slider.unit.replace("%", "") if box.slider else ""
    text = f"≈ {number.text}{unit}"
    if all(ends):
        text += f", 95% interval {ends[0].text} … {ends[1].text}"
    if box.slider:
        if not _float(box.slider.low) <= _value(number) <= _float(box.slider.high):
            raise BookError(
                f"the slider goes from {box.slider.low} to {box.slider.high}, and {number.name!r} "
                f"is measured: {text}"
            )
        return Answer(None, text)
    low, high = map(_value, ends) if all(ends) else [_value(number)] * 2
    holds = [_holds(said, low, high) for _, said in box.choices]
    return Answer(_only(box, holds, f"{number.name} {text}"), f" ({number.name} {text})")


def _measured(lesson, name):
    number = lesson.number(name)
    if number.values is None:
        raise BookError(f"{number.name!r} in {lesson.name} is exact: ask for what was measured")
    return number


def _value(number):
    """A number as it is shown: 50 for 50%."""
    return fmean(number.values) * (100 if number.spec.endswith("%") else 1)


def _holds(said, low, high):
    """Whether what was measured, with its interval, lies in a range."""
    if said == "not shown":
        return low <= 0 <= high
    found = RANGE.fullmatch(said)
    if not found:
        raise BookError(
            f"the range of a choice is `under 2`, `2 to 10`, `over 10` or `not shown`, not {said!r}"
        )
    side, bound, *between = found.groups()
    if side:
        return high < _float(bound) if side == "under" else low > _float(bound)
    return _float(between[0]) <= low and high <= _float(between[1])


def _best_arm(box, lesson):
    numbers = [_measured(lesson, box.name.replace("…", arm)) for _, arm in box.choices]
    best = box.best(numbers, key=_value)
    seen = [shown(fmean(number.values), best.spec) for number in numbers]  # else it is no winner
    texts = [f"≈ {number.text}" for number in numbers]
    all_arms = [f"{label} {text}" for (label, _), text in zip(box.choices, texts, strict=True)]
    holds = [one == seen[numbers.index(best)] for one in seen]
    right = _only(box, holds, "; ".join(all_arms))
    others = all_arms[:right] + all_arms[right + 1 :]
    return Answer(right, f" {texts[right]} ({'; '.join(others)})")


def _only(box, holds, measured):
    right = [label for (label, _), holds_true in zip(box.choices, holds) if holds_true]
    if len(right) != 1:
        which = "no choice is" if not right else f"{len(right)} choices are"
        raise BookError(f"{which} right, and one has to be; measured: {measured}")
    return holds.index(True)


# --- the page ---------------------------------------------------------------------------


class Predict(SphinxDirective):
    """A box with a question, its choices or slider, and its answer."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {
        "highest": directives.flag,
        "lowest": directives.flag,
        "slider": directives.unchanged,
    }

    def run(self):
        try:
            lesson = stored_lesson(self.env.app, self.env.docname)
            if lesson is None:
                raise BookError("only a lesson has measurements to predict")
            box = read(self.arguments[0], self.options, list(self.content))
            found = answer(box, lesson)
        except BookError as error:
            logger.error("{predict}: %s", error, location=self.get_location())
            return []
        name = f"predict-{self.env.new_serialno('predict')}"
        node = nodes.admonition("", nodes.title("", TITLE), classes=["predict"])
        self._parse(0, len(box.question), node)
        node[-1]["ids"].append(name)
        node += self._raw('<form method="dialog" autocomplete="off">')
        if box.slider:
            node += self._slider(box.slider, name)
        else:
            node += self._choices(box, found.right, name)
        value = f"{box.slider.middle}{box.slider.unit}" if box.slider else ""
        said = f"My answer: <output>{escape(value)}</output>" if box.slider else "This is my answer"
        node += self._raw(f'<button>{said}</button></form><div aria-live="polite">')
        line = nodes.paragraph(
            "", "", *self._raw('<span class="said"></span>'), nodes.Text("Measured: ")
        )
        if not box.slider:
            label, _ = box.choices[found.right]
            line += nodes.strong("", "", *self._inline(label))
        together = found.said.replace(" ± ", "\u00a0±\u00a0").replace(" …", "\u00a0…")
        line += nodes.Text(f"{together}.")
        result = nodes.container("", line, classes=["answer"])
        self._parse(box.below, len(self.content), result)
        node += result
        node += self._raw("</div>")
        return [node]

    def _slider(self, slider, name):
        unit = escape(slider.unit)
        low, high = slider.ends
        control = self._raw(
            f'<input type="range" aria-labelledby="{name}" min="{_float(slider.low)}" '
            f'max="{_float(slider.high)}" step="{slider.step}" value="{slider.middle}" '
            f'data-unit="{unit}" aria-valuetext="{slider.middle}{unit}">'
        )
        return nodes.paragraph(
            "", "", nodes.inline("", f"From {low} "), *control, nodes.inline("", f"to {high}")
        )

    def _choices(self, box, right, name):
        items = nodes.bullet_list(bullet="-")
        for number, (label, _) in enumerate(box.choices):
            control = f'<label><input type="radio" name="{name}" required>'
            text = nodes.inline("", "", *self._inline(label))
            line = nodes.paragraph("", "", *self._raw(control), text, *self._raw("</label>"))
            items += nodes.list_item("", line, classes=["right"] if number == right else [])
        group = self._raw(f'<fieldset aria-labelledby="{name}">'), self._raw("</fieldset>")
        return [*group[0], items, *group[1]]

    def _raw(self, html):
        """HTML that makes a box close and open, which an e-reader cannot."""
        live = self.env.app.builder.name == "html"
        return [nodes.raw("", html, format="html")] if live else []

    def _inline(self, text):
        found, _ = self.state.inline_text(text, self.lineno)
        return found

    def _parse(self, start, end, node):
        self.state.nested_parse(self.content[start:end], self.content_offset + start, node)


def add_script(app, pagename, templatename, context, doctree):
    """Give the script to the pages that have a box."""
    boxes = doctree.findall(nodes.admonition) if doctree else ()
    if any("predict" in box["classes"] for box in boxes):
        app.add_js_file(None, body=SCRIPT.read_text(encoding="utf-8"))


def setup(app):
    """Register with Sphinx."""
    app.add_directive("predict", Predict)
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
