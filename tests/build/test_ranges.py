"""Each measured number of a page carries the study's range; in a browser: browser/test_ranges.py."""

import contextlib
import io
import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from small_site import build

from lecture6_utils import measurement
from lecture6_utils.book.execution import measurements, read_record, tables
from lecture6_utils.measurement import Measured, MeasuredTable, difference, measured

LOST = "but the output of its cell does not show that"

# --- a small page ---------------------------------------------------------------------------


def lines():
    measured("loss", 0.01123)
    measured("validation loss", [0.0112, 0.0115, 0.0110])
    difference("net − PCA, <30>", [1.2, 1.9, 0.7], spec="+.2f")
    print("shape (55000, 28, 28)")


def table():
    rows = {
        "the net": {"parameters": "34", "accuracy": Measured([0.81, 0.85], ".1%")},
        "PCA & more": {"parameters": "12", "accuracy": Measured(0.91, ".1%")},
    }
    return MeasuredTable(rows, "model")


def solution():
    measured("exercise | low", 0.5, ".1f")  # an end of no interval


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A lesson that prints lines, shows a table, and has a solution; its evidence."""
    record = tmp_path / "record.jsonl"
    monkeypatch.setenv(measurement.RECORD, str(record))
    monkeypatch.delenv(measurement.PROOF, raising=False)
    monkeypatch.setattr(measurement, "_names", set())
    notebook = new_notebook(cells=[new_markdown_cell("# Lesson\n\n## First")])
    for number, cell in enumerate([lines, table, solution], 1):
        with record.open("a") as file:
            file.write('{"cell": "next"}\n')
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            shown = cell()
        outputs = [new_output("stream", name="stdout", text=printed.getvalue())]
        if shown:
            data = {"text/plain": repr(shown), "text/html": shown._repr_html_()}
            outputs = [new_output("execute_result", data=data, execution_count=number)]
        tags = ["hide-cell"] if cell is solution else []
        notebook.cells.append(
            new_code_cell(
                cell.__name__, outputs=outputs, execution_count=number, metadata={"tags": tags}
            )
        )
    written = read_record(record)
    notebook.metadata["lecture6"] = {"measured": measurements(written), "tables": tables(written)}
    notebook.metadata["kernelspec"] = {"display_name": "", "language": "python", "name": "python3"}
    folder = tmp_path / "chapters"
    (folder / "evidence").mkdir(parents=True)
    nbformat.write(notebook, folder / "lesson.ipynb")
    numbers = {
        m["name"]: {
            "min": m["values"][0] - 0.1,
            "max": m["values"][0],
            "n": 9,
            "spec": m["spec"],
            "chaotic": False,
        }
        for m in notebook.metadata["lecture6"]["measured"]
    }
    study(tmp_path, numbers)
    return tmp_path


def study(root, numbers):
    text = json.dumps({"numbers": numbers})
    (root / "chapters" / "evidence" / "lesson.json").write_text(text, encoding="utf-8")


def edit(root, old, new):
    path = root / "chapters" / "lesson.ipynb"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def ranges(page):
    """What stands in the page → what it shows besides."""
    return [(span.get_text(), span["data-range"]) for span in page.select("span.measured")]


def test_each_number_shows_its_range(site):
    page, warnings = build(site, "ranges", page="lesson")
    assert ranges(page) == [
        ("0.0112", "-0.0888 … 0.0112 in 9 runs of the study"),
        ("0.0112 ± 0.0003", "-0.0888 … 0.0112 in 9 runs of the study"),
        ("+1.27", "+1.17 … +1.27 in 9 runs of the study"),
        ("-0.23", "-0.33 … -0.23 in 9 runs of the study"),
        ("+2.76", "+2.66 … +2.76 in 9 runs of the study"),
        ("83.0% ± 2.8%", "71.0% … 81.0% in 9 runs of the study"),
        ("91.0%", "81.0% … 91.0% in 9 runs of the study"),
        ("0.5", "0.4 … 0.5 in 9 runs of the study"),
    ]
    assert LOST not in warnings
    span = page.select_one("td.measured > span.measured")
    assert span["tabindex"] == "0"
    assert span["aria-description"] == "71.0% to 81.0% in 9 runs of the study"


def test_lines_and_tables_say_what_they_said(site):
    """Letter by letter, and in the theme's own frame around printed lines."""
    with_ranges, _ = build(site, "ranges", page="lesson")
    without, _ = build(site, page="lesson")
    for span in with_ranges.select("span.measured"):
        span.unwrap()
    for selector in (".cell_output", ".output.stream > .highlight > pre", "td"):
        texts = [[e.get_text() for e in page.select(selector)] for page in (with_ranges, without)]
        assert texts[0] == texts[1] != []


def test_a_number_that_was_not_studied_stays_plain(site):
    study(site, {"loss": {"min": 0.01, "max": 0.01, "n": 9, "spec": ".4f", "chaotic": False}})
    page, warnings = build(site, "ranges", page="lesson")
    assert ranges(page) == [("0.0112", "the same in all 9 runs of the study")]
    (site / "chapters" / "evidence" / "lesson.json").unlink()
    page, more = build(site, "ranges", page="lesson")
    assert ranges(page) == [] and LOST not in warnings + more


@pytest.mark.parametrize(
    ("edits", "lost"),
    [
        (
            {
                '"validation loss ≈ 0.0112 ': '"validation loss ≈ 0.01123 ',
                "interval -0.23": "interval -0.24",
                ">91.0%<": ">91.1%<",
            },
            ["validation loss", "net − PCA, <30> | low", "model | PCA & more | accuracy"],
        ),
        (
            {'"stdout"': '"stderr"', 'class=\\"measured-table\\"': "", "… +2.76": "… +2.7"},
            ["loss", "net − PCA, <30> | high", "model | the net | accuracy", "exercise | low"],
        ),
    ],
)
def test_a_number_that_the_page_lacks_is_an_error(site, edits, lost):
    for old, new in edits.items():
        edit(site, old, new)
    _, warnings = build(site, "ranges", page="lesson")
    for name in lost:
        assert f"lesson.ipynb: WARNING: {name!r} was measured as" in warnings
    assert warnings.count(LOST) == {3: 4, 4: 8}[len(lost)]  # a table is lost as a whole


def test_solutions_that_are_not_handed_out_are_not_missed(site, monkeypatch):
    # this site is no package to be handed out
    monkeypatch.setattr("lecture6_utils.book.solutions.build_package", lambda app, exception: None)
    page, warnings = build(site, "solutions", "ranges", page="lesson")
    assert len(ranges(page)) == 7 and LOST not in warnings


def test_the_pdf_has_none(site):
    book, warnings = build(site, "ranges", page="lesson", builder="latex")
    assert "0.0112" in book and "runs of the study" not in book and LOST not in warnings
