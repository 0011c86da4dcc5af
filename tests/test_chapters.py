"""Every committed lesson keeps the promises of the book; nbval re-runs them besides."""

import re
from collections import Counter

import pytest
from checks import all_problems
from helpers import ROOT

from lecture6_utils.book.lessons import find_lessons, read_notebook, stale_reasons

LESSONS = find_lessons(ROOT)  # raises if the TOC and the files do not agree, both ways
SECTIONS = ("What you'll do", "What you'll learn", "What you'll need", "Slides covered",
            "Takeaways", "## Exercises", "## Further reading")  # fmt: skip


@pytest.fixture(params=LESSONS, ids=lambda lesson: lesson.slug)
def lesson(request):
    return request.param


def test_the_committed_lesson_has_no_problem(lesson):
    assert all_problems(lesson) == []


def test_no_output_is_stale(lesson):
    assert stale_reasons(lesson) == [], "run `make book`, look at the result and commit it"


def test_the_lesson_has_every_part(lesson):
    prose = "\n".join(c.source for c in read_notebook(lesson).cells if c.cell_type == "markdown")
    assert [part for part in SECTIONS if part not in prose] == []
    exercises = re.findall(r"\{admonition\} Exercise (\d)", prose)
    answers = re.findall(r"\{admonition\} Answer to exercise (\d)", prose)
    assert len(exercises) >= 3
    assert exercises == answers


def test_each_exercise_has_a_folded_solution_that_runs(lesson):
    notebook = read_notebook(lesson)
    n_exercises = sum("{admonition} Exercise" in c.source for c in notebook.cells)
    folded = [c for c in notebook.cells if "hide-cell" in c.metadata.get("tags", [])]
    prompts = [c.metadata.get("mystnb", {}).get("code_prompt_show", "") for c in folded]
    assert sum(prompt.startswith("Show solution") for prompt in prompts) >= n_exercises


def test_figure_names_are_unique_in_the_book():
    names = Counter(
        cell.metadata.mystnb.figure.name
        for lesson in LESSONS
        for cell in read_notebook(lesson).cells
        if "figure" in cell.metadata.get("mystnb", {})
    )
    assert [name for name, n in names.items() if n > 1] == []
