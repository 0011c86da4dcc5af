"""Measured numbers: named once, readable, held against the study in a proof and not in play."""

import json
import re

import numpy as np
import pytest

from lecture6_utils import measurement
from lecture6_utils.measurement import (
    Measured,
    MeasuredTable,
    OutOfBoundsError,
    compare_with,
    difference,
    measured,
)


@pytest.fixture(autouse=True)
def lesson(monkeypatch, tmp_path):
    """A lesson begins; nothing is recorded, and there is no evidence."""
    for variable in (measurement.PROOF, measurement.RECORD):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    compare_with("some_lesson")


@pytest.fixture
def evidence(tmp_path, monkeypatch):
    """The study found 0.4 to 0.6 for MSE, and for a cell of a table."""
    numbers = {name: {"bounds": [0.4, 0.6]} for name in ("MSE", "nets | deep | MSE", "a − b | low")}
    path = tmp_path / "evidence" / "some_lesson.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"numbers": numbers}), encoding="utf-8")
    compare_with("some_lesson")
    return path


@pytest.fixture
def record(tmp_path, monkeypatch):
    """What is written down of a lesson that a proof runs."""
    path = tmp_path / "record.jsonl"
    monkeypatch.setenv(measurement.RECORD, str(path))
    return lambda: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


# --- how a number reads -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "spec", "text"),
    [
        (0.01118, ".4f", "0.0112"),
        ([0.01118], ".4f", "0.0112"),
        ([0.0110, 0.0113, 0.0116], ".4f", "0.0113 ± 0.0003"),
        ([0.5, 0.5, 0.5], ".4f", "0.5000"),  # no ± 0.0000
        ([0.50001, 0.50002], ".4f", "0.5000"),  # none that rounds to it either
        ([0.1, 0.5, 0.3], ".4f", "0.30 ± 0.20"),  # digits that the spread allows
        ([0.80, 0.81, 0.82], ".1%", "81.0% ± 1.0%"),
        ([0.2, 0.8], ".2%", "50% ± 42%"),
        ([-1.0, 3.0], "+.3f", "+1.0 ± 2.8"),
        ([1e-5, 3e-5], ".1e", "2.0e-05 ± 1.4e-05"),
        ([12_000, 12_400], ",.0f", "12,200 ± 283"),
        (np.array([[1, 2], [3, 4]]), ".1f", "2.5 ± 1.3"),
    ],
)
def test_a_number_shows_the_digits_that_its_spread_allows(values, spec, text):
    assert str(Measured(values, spec)) == text


def test_a_line_says_name_number_and_how_many(capsys):
    measured("validation MSE", 0.01118)
    measured("accuracy", [0.80, 0.81, 0.82], ".1%")
    measured("gain", [1, 3], ".1f", over="draws")
    assert capsys.readouterr().out.splitlines() == [
        "validation MSE ≈ 0.0112",
        "accuracy ≈ 81.0% ± 1.0% over 3 seeds",
        "gain ≈ 2.0 ± 1.4 over 2 draws",
    ]


def test_a_table_reads_like_one_of_a_paper():
    table = MeasuredTable({"PCA <30>": {"MSE": Measured([0.015, 0.017]), "size": 30}}, "net")
    assert repr(table).splitlines() == [
        "net       MSE              size",
        "PCA <30>  0.0160 ± 0.0014  30",
    ]
    html = table._repr_html_()
    assert '<th scope="row">PCA &lt;30&gt;</th>' in html
    assert '<td class="measured">0.0160 ± 0.0014</td><td>30</td>' in html
    assert "≈" not in html and "…" not in html


@pytest.mark.parametrize("value", [[], float("nan"), [0.1, float("inf")]])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match="There is no value|expected finite numbers"):
        Measured(value)


def test_a_ragged_table_is_refused():
    with pytest.raises(ValueError, match="Row 'b' has columns"):
        MeasuredTable({"a": {"x": 1}, "b": {"y": 1}})


# --- differences --------------------------------------------------------------------------


def test_over_seeds_the_interval_is_students_paired_t(capsys):
    difference("a − b", [3.0, 4.0, 8.0], [1.0, 1.0, 4.0], "+.2f")
    # differences 2, 3, 4: mean 3, sd 1, t(.975, 2) = 4.303, so 3 ± 4.303 / √3
    expected = "a − b ≈ +3.00, 95% interval +0.52 … +5.48 (paired t, 3 seeds)\n"
    assert capsys.readouterr().out == expected


def test_over_items_it_is_a_bootstrap_of_them_with_seeds_averaged(capsys, record):
    rng = np.random.default_rng(0)
    items = rng.normal(1, 1, 400)
    difference("a − b", np.stack([items + 0.5, items - 0.5]), over="images")
    mean, low, high = (line["values"][0] for line in record())
    assert mean == pytest.approx(items.mean())
    half = 1.96 * items.std() / 20  # by the normal law
    assert (low, high) == pytest.approx((mean - half, mean + half), abs=0.02)
    assert "(paired bootstrap, 400 images)" in capsys.readouterr().out


def test_an_interval_covers_the_truth_as_often_as_it_says(capsys):
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(200):
        difference("x", rng.normal(1, 1, 5))
        low, high = re.search("interval (.*) … (.*) \\(", capsys.readouterr().out).groups()
        covered += float(low) <= 1 <= float(high)
    assert 180 <= covered <= 198


def test_arms_that_never_differ_and_one_pair(capsys):
    difference("a − b", [1.0, 2.0], [0.0, 1.0])
    assert "interval +1.000 … +1.000" in capsys.readouterr().out
    with pytest.raises(ValueError, match="needs at least two of them, got 1"):
        difference("a − b", [1.0], [2.0])


# --- names, and the study's range ---------------------------------------------------------


def test_what_is_measured_is_recorded_by_name(record):
    measured("MSE", [0.011, 0.012])
    MeasuredTable({"deep": {"MSE": Measured(0.5), "size": 3}}, "nets")
    difference("a − b", [1.0, 2.0])
    lines = record()
    assert [line["name"] for line in lines if "name" in line] == [
        "MSE",
        "nets | deep | MSE",
        "a − b",
        "a − b | low",
        "a − b | high",
    ]
    assert lines[0] == {
        "name": "MSE",
        "values": [0.011, 0.012],
        "spec": ".4f",
        "text": "0.0115 ± 0.0007",
    }
    assert [line["table"] for line in lines if "table" in line] == [
        {"corner": "nets", "columns": ["MSE", "size"], "rows": {"deep": ["0.5000", "3"]}}
    ]


def test_a_name_given_twice_is_an_error_in_a_proof_and_none_in_play(record, monkeypatch):
    measured("MSE", 1)
    with pytest.raises(ValueError, match="'MSE' was measured before in this lesson"):
        measured("MSE", 2)
    monkeypatch.delenv(measurement.RECORD)
    measured("MSE", 3)  # a reader runs the cell again


@pytest.mark.parametrize("value", [0.39, 0.61, [0.3, 0.4]])
def test_outside_the_studys_range_a_proof_fails_with_the_number_shown(
    evidence, monkeypatch, capsys, value
):
    monkeypatch.setenv(measurement.PROOF, str(evidence))
    with pytest.raises(OutOfBoundsError, match=r"'MSE' measured 0\..*range is 0\.4000 … 0\.6000"):
        measured("MSE", value)
    assert capsys.readouterr().out.startswith("MSE ≈ 0.")
    with pytest.raises(OutOfBoundsError, match="nets | deep | MSE"):
        MeasuredTable({"deep": {"MSE": Measured(value)}}, "nets")
    with pytest.raises(OutOfBoundsError, match="a − b | low"):
        difference("a − b", [0.9, 0.8])


@pytest.mark.parametrize("value", [0.4, 0.6, [0.3, 0.6]])
def test_the_ends_belong_to_the_range_and_the_mean_counts(evidence, monkeypatch, value):
    monkeypatch.setenv(measurement.PROOF, str(evidence))
    measured("MSE", value)


def test_a_reader_who_plays_is_told_after_the_number(evidence, capsys):
    measured("MSE", 0.9)
    assert capsys.readouterr().out.splitlines() == [
        "MSE ≈ 0.9000",
        "   (in the book, MSE lies between 0.4000 and 0.6000)",
    ]
    table = MeasuredTable({"deep": {"MSE": Measured(0.9)}}, "nets")
    assert "in the book, nets | deep | MSE lies between" in repr(table)
    assert "in the book, nets | deep | MSE lies between" in table._repr_html_()


@pytest.mark.parametrize("content", [None, "", '{"numbers": {"MSE"', "[]"])
def test_without_evidence_that_can_be_read_a_reader_is_told_nothing(evidence, capsys, content):
    evidence.unlink()
    if content is not None:
        evidence.write_text(content, encoding="utf-8")
    compare_with("some_lesson")
    measured("MSE", 0.9)
    assert capsys.readouterr().out == "MSE ≈ 0.9000\n"
