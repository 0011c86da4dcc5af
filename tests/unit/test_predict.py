"""A question to commit to: what is right follows from what was measured, and a fault is one sentence."""

import json
import re
from dataclasses import replace

import pytest
import yaml
from helpers import ROOT

from lecture6_utils.book.evidence import evidence_path
from lecture6_utils.book.lessons import (
    METADATA_KEY,
    BookError,
    code_cells,
    find_lessons,
    read_notebook,
    read_script,
)
from lecture6_utils.book.plain import predictions
from lecture6_utils.book.predict import SCRIPT, answer, read
from lecture6_utils.book.quotes import quotes, read_lock
from lecture6_utils.book.stored import Number, StoredLesson, Table

MEASURED = [
    Number("a", "share", "79.7% ± 0.2%", (0.795, 0.799), ".1%"),
    Number("a", "cost", "+15.1", (15.1,), "+.1f"),
    Number("a", "cost | low", "+13.3", (13.3,), "+.1f"),
    Number("a", "cost | high", "+16.9", (16.9,), "+.1f"),
    Number("a", "gain", "-0.2", (-0.2,), "+.1f"),
    Number("a", "gain | low", "-0.9", (-0.9,), "+.1f"),
    Number("a", "gain | high", "+0.5", (0.5,), "+.1f"),
    Number("a", "MSE | net | test", "0.0110", (0.01101,), ".4f"),
    Number("a", "MSE | deep net | test", "0.0110", (0.01104,), ".4f"),
    Number("a", "MSE | PCA | test", "0.0150", (0.0150,), ".4f"),
]


@pytest.fixture
def lesson():
    """A lesson that measured all that, and has an exact number."""
    made = object.__new__(StoredLesson)
    made.name, made.slug, made.numbers = "x.ipynb", "x", MEASURED
    made.measured = {number.name: number for number in MEASURED}
    exact = Number("a", "layers", "3")
    made.tables = [Table("a", 1, "", ["layers"], ["n"], {("layers", "n"): exact})]
    return made


def ask(lesson, name, *choices, **options):
    return answer(read(name, options, ["Which?", "", *(f"- {c}" for c in choices)]), lesson)


# --- what is right ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "choices", "right"),
    [
        ("share", ["under 50%", "50% to 79%", "over 79%"], 2),
        ("share", ["under 79.8%", "over 79.8%"], 0),
        ("cost", ["under 2 points", "2 to 10 points", "over 10 points"], 2),
        ("cost", ["it is lower = under 0", "it is higher = over 0", "no = not shown"], 1),
        ("gain", ["it is lower = under 0", "it is higher = over 0", "no = not shown"], 2),
        ("gain", ["-1 to 1", "over 1"], 0),
        ("gain", ["−1 to 1", "over 1"], 0),
        ("MSE | PCA | test", ["under 0.01", "0.01 to 0.02"], 1),
        ("PCA | test", ["under 0.01", "0.01 to 0.02"], 1),  # of a table, row and column
    ],
)
def test_the_choice_that_holds_is_right(lesson, name, choices, right):
    assert ask(lesson, name, *choices).right == right


@pytest.mark.parametrize(("which", "right"), [("highest", 0), ("lowest", 1)])
def test_of_arms_the_highest_or_lowest_is_right(lesson, which, right):
    found = ask(lesson, "MSE | … | test", "PCA", "the net = net", **{which: ""})
    assert found.right == right
    assert (
        found.said
        == [
            " ≈ 0.0150 (the net ≈ 0.0110)",
            " ≈ 0.0110 (PCA ≈ 0.0150)",
        ][right]
    )


def test_an_answer_says_the_number_with_its_interval_or_spread(lesson):
    assert ask(lesson, "cost", slider="0 to 20 by 1 points").said == (
        "≈ +15.1 points, 95% interval +13.3 … +16.9"
    )
    assert ask(lesson, "share", slider="0 to 100 by 1%").said == "≈ 79.7% ± 0.2%"
    assert ask(lesson, "share", "under 50%", "over 50%").said == " (share ≈ 79.7% ± 0.2%)"


@pytest.mark.parametrize(
    ("slider", "middle", "unit"),
    [
        ("0 to 100 by 1%", "50", "%"),
        ("0 to 100 by 1 %", "50", "%"),
        ("0 to 5 by 0.5 points", "2.5", " points"),
        ("-10 to 10 by 1", "0", ""),
        ("0 to 8 by 0.1 times", "4", " times"),  # as a browser writes it
        ("1 to 4 by 1 nets", "3", " nets"),  # a value that the slider can have
    ],
)
def test_a_slider_stands_in_the_middle(slider, middle, unit):
    found = read("share", {"slider": slider}, ["How much?"]).slider
    assert (found.middle, found.unit) == (middle, unit)


def test_a_choice_may_go_on_in_the_next_line_and_text_may_follow():
    lines = ["Which", "of them?", "", "- the one = ", "  under 2", "- over 2", "", "Told."]
    box = read("cost", {}, lines)
    assert box.choices == [("the one", "under 2"), ("over 2", "over 2")]
    assert "".join(lines[box.below :]) == "Told."
    box = read("cost", {"slider": "0 to 9 by 1"}, ["How", "much?", "", "Told."])
    assert (box.question, box.below) == (["How", "much?"], 2)


# --- faults -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "choices", "options", "said"),
    [
        ("costs", ["under 2", "over 2"], {}, "no measured number 'costs' in x.ipynb"),
        ("layers", ["under 2", "over 2"], {}, "'layers' in x.ipynb is exact"),
        ("share", ["under 50%", "over 90%"], {}, "no choice is right, .* share ≈ 79.7% ± 0.2%"),
        ("share", ["under 80%", "over 20%"], {}, r"2 choices are right, .* share ≈ 79.7% ± 0.2%"),
        ("cost", ["under 15", "over 15"], {}, "no choice is right"),  # the interval includes 15
        ("cost", ["not shown", "under 0"], {}, "no choice is right"),
        ("share", ["a little", "a lot"], {}, "the range of a choice is .* not 'a little'"),
        ("share", ["over 50%"], {}, "at least two choices"),
        ("share", [], {}, "needs a question, and a :slider: or at least two choices"),
        ("MSE | … | test", ["net", "PCA"], {}, "has one … and :highest: or :lowest:"),
        ("share", ["net", "PCA"], {"highest": ""}, "has one … and :highest: or :lowest:"),
        ("MSE | … | test", [], {"highest": "", "slider": "0 to 1 by 1"}, "or is one without"),
        ("MSE | … | test", ["net", "VAE"], {"lowest": ""}, "no measured number 'MSE . VAE . test'"),
        # two that a reader sees as equal
        ("MSE | … | test", ["net", "deep net"], {"lowest": ""}, "2 choices are right"),
        ("share", [], {"slider": "0 to 50 by 1%"}, "from 0 to 50, and 'share' .* 79.7%"),
        ("share", [], {"slider": "80 to 100 by 1%"}, "from 80 to 100, and 'share'"),
        ("share", [], {"slider": "0 … 100"}, "is written as `0 to 100 by 1%`, not as '0 … 100'"),
        ("share", [], {"slider": "0 to 100 by 0%"}, "is written as"),
    ],
)
def test_a_fault_is_one_sentence(lesson, name, choices, options, said):
    with pytest.raises(BookError, match=said) as caught:
        ask(lesson, name, *choices, **options)
    assert "\n" not in str(caught.value)


def test_a_box_without_a_question_is_a_fault(lesson):
    with pytest.raises(BookError, match="needs a question"):
        read("share", {}, ["", "- under 1%", "- over 1%"])


# --- the lessons --------------------------------------------------------------------------


def boxes(notebook):
    """The boxes of a lesson, each with the number of its cell."""
    for number, cell in enumerate(notebook.cells):
        for box in predictions(cell.source) if cell.cell_type == "markdown" else ():
            yield number, box


def given_away(notebook, record, lock):
    """What boxes ask for, and what the lesson has measured or quoted before they ask."""
    code = [n for n, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    known = [(m["name"], code[m["cell"] - 1]) for m in record["measured"]]
    known += [(lock[quote.key], quote.cell) for quote in quotes(notebook) if quote.key in lock]
    for cell, box in boxes(notebook):
        for name in names(box):
            yield from (n for n, place in known if n.endswith(name) and place <= cell)


def names(box):
    """What a box asks for: one measurement, or that of each arm."""
    return [
        box.name.replace("…", arm) for arm in ([a for _, a in box.choices] if box.best else [""])
    ]


def test_each_lesson_that_measures_a_claim_asks_two_or_three_questions():
    claims = yaml.safe_load((ROOT / "chapters/verdicts.yml").read_text(encoding="utf-8"))["claims"]
    claimed = {claim["section"].partition("#")[0] for claim in claims}
    lessons = [lesson for lesson in find_lessons(ROOT) if lesson.slug in claimed]
    asked = {lesson.slug: len([*boxes(read_script(lesson))]) for lesson in lessons}
    assert {slug: n for slug, n in asked.items() if not 2 <= n <= 3} == {}
    assert len(asked) >= 13


def test_a_question_stands_just_before_the_result():
    for lesson in find_lessons(ROOT):
        notebook, stored = read_script(lesson), StoredLesson(lesson)
        code = [n for n, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
        cell_of = {
            m["name"]: m["cell"] for m in read_notebook(lesson).metadata[METADATA_KEY]["measured"]
        }
        for cell, box in boxes(notebook):
            answers = min(cell_of[stored.number(name).name] for name in names(box))
            following = next(number for number, place in enumerate(code, 1) if place > cell)
            assert following <= answers <= following + 3, (box.name, following, answers)


def in_run(stored, evidence, run):
    """A lesson as if this run of its study were the stored one."""

    def measured(number):
        values = evidence["numbers"].get(number.name, {}).get("runs") if number.values else None
        if values is None:
            return number
        values = values[run] if isinstance(values[run], list) else [values[run]]
        return replace(number, values=tuple(values))

    made = object.__new__(StoredLesson)
    made.__dict__.update(stored.__dict__)
    made.numbers = [measured(number) for number in stored.numbers]
    made.measured = {name: measured(number) for name, number in stored.measured.items()}
    return made


def test_in_every_run_of_the_study_the_same_choice_is_right():
    runs = 0
    for lesson in find_lessons(ROOT):
        if not (asked := [box for _, box in boxes(read_script(lesson))]):
            continue
        stored = StoredLesson(lesson)
        evidence = json.loads(evidence_path(lesson).read_text(encoding="utf-8"))
        for run, of in enumerate(evidence["runs"]):
            there = in_run(stored, evidence, run)
            for box in asked:
                assert answer(box, there).right == answer(box, stored).right, (box.name, of)
                runs += 1
    assert runs > 200


def test_a_run_of_the_study_that_answers_otherwise_would_be_found(lesson):
    box = read("cost", {}, ["Which?", "", "- under 2", "- over 2"])
    numbers = {name: {"runs": [value]} for name, value in (("cost | low", 0.5), ("cost | high", 1))}
    lesson.numbers = [number for number in lesson.numbers if "cost" in number.name]
    there = in_run(lesson, {"numbers": numbers}, 0)
    assert (answer(box, lesson).right, answer(box, there).right) == (1, 0)


def test_no_lesson_tells_an_answer_before_it_asks():
    asked = 0
    for lesson in find_lessons(ROOT):
        notebook, record = read_script(lesson), read_notebook(lesson).metadata[METADATA_KEY]
        asked += len([*boxes(notebook)])
        assert [*given_away(notebook, record, read_lock(lesson))] == [], lesson.slug
    assert asked >= 28


def test_an_answer_that_is_told_too_early_would_be_found():
    lesson = next(lesson for lesson in find_lessons(ROOT) if lesson.slug == "tsne")
    notebook, record = read_script(lesson), read_notebook(lesson).metadata[METADATA_KEY]
    number, box = next(boxes(notebook))
    notebook.cells.append(notebook.cells[number])  # asked once more, at the end
    assert {*given_away(notebook, record, {})} == {box.name}
    assert {*given_away(notebook, record, read_lock(lesson))} == {box.name}
    assert len(code_cells(notebook)) > 10


def test_script_and_style_weigh_less_than_four_kilobytes():
    css = (ROOT / "chapters/_static/book.css").read_text(encoding="utf-8")
    (style,) = re.findall(r"^/\* A question to commit to .*?\n\n", css, re.M | re.S)
    script = SCRIPT.read_text(encoding="utf-8")
    assert style.count(".predict") == css.count(".predict") > 10
    assert len((script + style).encode()) < 4_000
    assert not re.search(r"\b(?:import|export|fetch|XMLHttpRequest|\w*Storage|cookie)\b", script)
