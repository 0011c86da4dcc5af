"""Each ≈ number in prose says one measurement, the one that is named for it."""

import json
import re
from dataclasses import replace

import pytest
from helpers import ROOT, make_small_book, pretend_executed
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from lecture6_utils.book.lessons import (
    METADATA_KEY,
    BookError,
    Lesson,
    find_lessons,
    read_notebook,
)
from lecture6_utils.book.quotes import (
    bind,
    exact_problems,
    fits,
    lock_path,
    quote_problems,
    quotes,
    read_lock,
    read_off,
)

MEASURED = [
    {"name": "MSE", "values": [0.0110, 0.0114], "spec": ".4f"},
    {"name": "share", "values": [0.8744], "spec": ".1%"},
    {"name": "images", "values": [1234.0], "spec": ",.0f"},
    {"name": "loss", "values": [-0.415], "spec": "+.1%"},
    {"name": "rate", "values": [1.2e-5], "spec": ".1e"},
    {"name": "another MSE", "values": [0.0112], "spec": ".4f"},
]


def notebook(prose, caption="", alt=""):
    figure = {"caption": caption, "name": "fig-a"}
    cell = new_code_cell("1", metadata={"mystnb": {"figure": figure, "image": {"alt": alt}}})
    return new_notebook(cells=[new_markdown_cell(prose), cell])


@pytest.mark.parametrize(
    ("quoted", "name", "fault"),
    [
        ("0.0112", "MSE", False),
        ("0.011.", "MSE", False),  # fewer digits, and the end of a sentence
        ("0.0112 ± 0.0003", "MSE", False),
        ("0.0112 ± 0.0004", "MSE", True),
        ("0.012", "MSE", True),
        ("0.01120", "MSE", True),  # more digits than the lesson shows
        ("87.4%", "share", False),
        ("87%", "share", False),
        ("87", "share", True),  # not a percentage any more
        ("88%", "share", True),
        ("1,234", "images", False),
        ("1,235", "images", True),
        ("-41.5%", "loss", False),
        ("41.5%", "loss", True),
        ("1.2e-05", "rate", False),
        ("1.3e-05", "rate", True),
        ("0.0112", "share", True),  # a number of the lesson, but not the one that is named
        ("many", "MSE", True),
    ],
)
def test_a_quote_is_held_against_the_measurement_it_names(quoted, name, fault):
    book = notebook(f"It is ≈ {quoted} then")
    assert bool(list(quote_problems(book, MEASURED, {"It is": name}))) == fault


def test_quotes_of_captions_and_alternative_texts_count():
    book = notebook("a ≈ 1.0", "b ≈ 2.0", "c ≈ 3.0")
    assert [(q.key, q.number) for q in quotes(book)] == [("a", "1.0"), ("b", "2.0"), ("c", "3.0")]


FIGURES = {
    "fig-a": {"says": {"panel 1, title": "2 nets"}, "data": {"line 1": [0.0284, None, 12.6]}},
    "fig-b": {"says": {}, "data": {"line 1": [0.5]}},
}


@pytest.mark.parametrize(
    ("number", "place", "fault"),
    [
        ("0.03", 1, False),
        ("0.028", 1, False),
        ("0.029", 1, True),
        ("3%", 1, False),
        ("4%", 1, True),
        ("13", 3, False),
        ("12", 3, True),
        ("10", 3, True),
        ("-13", 3, True),
    ],
)
def test_about_in_a_figures_words_is_held_against_the_figure(number, place, fault):
    book, lock = notebook("", alt=f"It is about {number}."), {"It is": f"fig-a: line 1, {place}"}
    assert bool([*quote_problems(book, read_off(FIGURES), lock)]) == fault


def test_about_in_prose_is_no_quote():
    assert [*quotes(notebook("It is about 7.", "about ten"))] == []


@pytest.mark.parametrize(
    ("alt", "lost"),
    [
        ("2 nets, 12.6 and 1 in all, 95%", []),  # in the figure, in the code, in the prose
        ("3 nets and L4", ["3"]),
        ("0.5 of another figure", ["0.5"]),
        ("about 9 or ≈ 8 ± 7, which are quotes", []),
    ],
)
def test_an_exact_number_in_a_figures_words_is_in_the_figure_or_the_lesson(alt, lost):
    found = [p.text for p in exact_problems(notebook("intervals of 95%", alt=alt), FIGURES)]
    assert [text.split()[1] for text in found] == lost


def test_a_quote_is_known_by_the_words_before_it_whatever_numbers_they_quote():
    before, after = (
        [q.key for q in quotes(notebook(f"one two three, from ≈ {n} to ≈ {n}; from ≈ {n} to ≈ 1"))]
        for n in ("0.5", "0.75 ± 0.2")
    )
    assert before == after
    assert len(set(before)) == 4, "the same words again are told apart"


@pytest.mark.parametrize(
    ("lock", "problem"),
    [
        ({}, "not said which measurement this is"),
        ({"It is": ["MSE", "another MSE"]}, "choose which of these it is: MSE; another MSE"),
        ({"It is": "gone"}, "'gone' is not measured any more"),
        (
            {"It is": "MSE", "It was": "MSE"},
            "“It was ≈”: such a quote is not in the prose any more",
        ),
    ],
)
def test_what_is_wrong_with_the_lock_is_told(lock, problem):
    (found,) = quote_problems(notebook("It is ≈ 0.0112"), MEASURED, lock)
    assert problem in found.text


def test_the_lock_is_written_where_one_fits_and_leaves_the_choice_where_several_do(tmp_path):
    lesson = Lesson(make_small_book(tmp_path), "adds")
    pretend_executed(lesson)
    stored = read_notebook(lesson)
    stored.metadata[METADATA_KEY]["measured"] = MEASURED
    lesson.notebook.write_text(json.dumps(stored), encoding="utf-8")
    lesson.script.write_text(
        "# %% [markdown]\n# First ≈ 87.4% and then ≈ 0.0112 or ≈ 7.\n", encoding="utf-8"
    )
    open_ones, found = bind(lesson)
    assert [q.number for q in open_ones] == ["0.0112", "7"]
    assert [(q.number, name) for q, name in found.items()] == [("87.4%", "share")]
    assert read_lock(lesson) == {
        "First": "share",
        "First ≈ … and then": ["MSE", "another MSE"],
        "… and then ≈ … or": [],
    }
    lock = read_lock(lesson) | {"First ≈ … and then": "MSE"}
    lock_path(lesson).write_text(json.dumps(lock), encoding="utf-8")
    open_ones, found = bind(lesson)
    assert [q.number for q in open_ones] == ["7"] and not found, "what was chosen is kept"
    lock_path(lesson).write_text("{", encoding="utf-8")
    with pytest.raises(BookError, match="adds.quotes.json is cut off"):
        read_lock(lesson)


# --- in the real book ---------------------------------------------------------------------


def moved(quote, step):
    """The quoted number with its last digit one up or down."""
    digits = re.sub(r"[,%]", "", quote.number).replace("−", "-")
    decimals = len(digits.partition(".")[2])
    value = float(digits) + step * 10.0**-decimals
    return f"{value:.{decimals}f}" + "%" * quote.number.endswith("%")


def test_of_all_quotes_moved_by_one_in_the_last_digit_none_passes():
    tried = passed = 0
    for lesson in find_lessons(ROOT):
        stored, lock = read_notebook(lesson), read_lock(lesson)
        record = stored.metadata[METADATA_KEY]
        measured = {m["name"]: m for m in [*record["measured"], *read_off(record["figures"])]}
        for quote in quotes(stored):
            for step in (1, -1):
                changed = replace(quote, number=moved(quote, step))
                tried += 1
                passed += fits(changed, measured[lock[quote.key]])
    assert tried > 400
    assert passed == 0, f"{passed} of {tried}"
