"""Tells whether an answer to an exercise is right, without giving the answer away: `check`.

What is right follows from what the lessons measured. It stands in ``exercises.json``, which
``lecture6_utils.book.exercises`` makes, in Base64: that is no secret, only no spoiler.
"""

import base64
import json
from difflib import get_close_matches
from pathlib import Path

import numpy as np

#: What is right, for each exercise.
ANSWERS = Path(__file__).with_suffix(".json")
#: What is expected where a measurement is shown in percent.
SHARE = "a share between 0 and 1"


def check(exercise, value=...):
    """Print whether the answer to an exercise is right, near or neither.

    Near is a value that a known misconception gives: a question then hints at it.

    Parameters
    ----------
    exercise : str
        Its name, such as ``"tsne-1"``: the lesson and the number of the exercise.
    value : float or array_like of one number, or str or sequence of str, optional
        The answer. Without it, what the exercise asks for is printed.

    Examples
    --------
    >>> check("tsne-1")
    tsne-1 asks for the rank correlation for PCA's map: a number. Put yours in place of the dots.
    """
    known = read()
    answer = known.get(str(exercise))
    if answer:
        print(_judged(exercise, answer, value))
    else:
        nearest = ", ".join(get_close_matches(str(exercise), known, 3, 0))
        print(f"There is no exercise {exercise!r}. The nearest names are: {nearest}.")


def _judged(exercise, answer, value):
    right, expected = answer["right"], f"{answer['asks']}: {answer['form']}"
    if value is ...:
        return f"{exercise} asks for {expected}. Put yours in place of the dots."
    try:
        given = _word(value) if isinstance(right, str) else _number(value)
    except ValueError as error:
        return f"{exercise}: {error} Expected is {expected}."
    if _fits(given, right):
        return f"{exercise}: right."
    for wrong, hint in answer["near"]:
        if _fits(given, wrong):
            return f"{exercise}: near. {hint}"
    if answer["form"] == SHARE and 1 < given <= 100:
        return f"{exercise}: did you mean {SHARE}?"
    return f"{exercise}: not right. Expected is {expected}."


def _fits(given, wanted):
    return given == _word(wanted) if isinstance(wanted, str) else wanted[0] <= given <= wanted[1]


def _word(value):
    """A word, or several in their order, as one text."""
    return " ".join(map(str, np.ravel(value))).casefold()


def _number(value):
    try:
        array = np.asarray(value)
    except Exception:  # a list of lists of unequal length, a tensor without a value
        array = np.asarray(None)
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{value!r:.60} is not a number.")
    if array.size != 1:
        raise ValueError(
            f"these are {array.size} numbers, not one. If there is one per seed, take their mean."
        )
    if not np.isfinite(array).all():
        raise ValueError(f"{array.item()} is not finite. Did a training diverge?")
    return array.item()


# --- the file -----------------------------------------------------------------------------


def read(path=ANSWERS):
    """Name of an exercise → what it asks for, in which form, what is right and what is near."""
    lines = json.loads(path.read_text(encoding="utf-8"))
    return {name: json.loads(base64.b64decode(line)) for name, line in lines.items()}


def as_file(answers):
    """The text of the file that `read` reads."""
    lines = {
        name: base64.b64encode(json.dumps(answer, ensure_ascii=False).encode()).decode()
        for name, answer in answers.items()
    }
    return json.dumps(lines, indent=0) + "\n"
