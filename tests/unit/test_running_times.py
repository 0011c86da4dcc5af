"""How long a cell runs is said below it, if a reader would wonder, and as one says it."""

import json
from types import SimpleNamespace

import pytest
from docutils import nodes
from docutils.utils import new_document

from lecture6_utils.book.running_times import SLOW, about, say_below_slow_cells


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "about 1 s"),
        (6.4, "about 6 s"),
        (8.1, "about 10 s"),
        (43, "about 45 s"),
        (54.9, "about 55 s"),
        (55, "about 1 min"),
        (110, "about 2 min"),
    ],
)
def test_a_time_is_said_as_one_says_it(seconds, said):
    assert about(seconds) == said


def page(tmp_path, seconds, numbers):
    """The notes on a page whose cells have these numbers, where the executor saw these seconds."""
    path = tmp_path / "lesson.ipynb"
    path.write_text(
        json.dumps({"metadata": {"lecture6": {"cell_seconds": seconds}}}), encoding="utf-8"
    )
    doctree = new_document("")
    for number in numbers:
        code = nodes.container("", nodes.literal_block("", "x = 1"), nb_element="cell_code_source")
        cell = nodes.container("", code, nodes.paragraph("", "output"), nb_element="cell_code")
        cell["exec_count"] = number
        doctree += cell
    env = SimpleNamespace(docname="lesson", doc2path=lambda docname: path)
    say_below_slow_cells(SimpleNamespace(env=env), doctree)
    return [
        [node.astext() for node in cell.findall(nodes.paragraph)]
        for cell in doctree.children
        if isinstance(cell, nodes.container)
    ]


def test_it_stands_between_the_code_and_the_output_of_a_slow_cell(tmp_path):
    assert page(tmp_path, [SLOW - 0.1, SLOW, 31.0], [1, 2, 3]) == [
        ["output"],
        ["Runs about 4 s.", "output"],
        ["Runs about 30 s.", "output"],
    ]


def test_each_cell_has_its_own_time_where_the_solutions_are_left_out(tmp_path):
    assert page(tmp_path, [1, 40, 12], [1, 3]) == [["output"], ["Runs about 10 s.", "output"]]


def test_a_lesson_stored_without_times_has_no_notes(tmp_path):
    assert page(tmp_path, [], [1, 2]) == [["output"], ["output"]]
