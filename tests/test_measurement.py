"""Measured numbers are guarded by their bounds, and printed so that the proof can mask them."""

import re

import pytest
from conftest import ROOT

from lecture6_utils.measurement import MEASURED, Measured, MeasuredTable, OutOfBoundsError, measured


def test_a_number_is_printed_with_its_bounds(capsys):
    measured("validation MSE", 0.01118, 0.0108, 0.0115)
    assert capsys.readouterr().out == "validation MSE ≈ 0.0112   (bounds 0.0108 … 0.0115)\n"


def test_several_seeds_are_printed_as_mean_and_spread(capsys):
    measured("accuracy", [0.80, 0.81, 0.82], 0.75, 0.85, ".1%")
    expected = "accuracy ≈ 81.0% ± 1.0% over 3 seeds   (bounds 75.0% … 85.0%)\n"
    assert capsys.readouterr().out == expected


@pytest.mark.parametrize("value", [0.9, 2.1, float("nan"), float("inf"), [0.0, 1.0]])
def test_outside_its_bounds_is_an_error(value):
    with pytest.raises(OutOfBoundsError, match="outside its bounds 1.0000 … 2.0000"):
        Measured(value, 1, 2)


@pytest.mark.parametrize("value", [1, 2, 1.5, [0.5, 1.5]])
def test_bounds_are_included_and_hold_for_the_mean(value):
    Measured(value, 1, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1, 2, 0), "low ≤ high"),
        ((1, float("nan"), 2), "low ≤ high"),
        (([], 0, 1), "There is no value"),
    ],
)
def test_senseless_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Measured(*arguments)


def test_a_table_shows_every_number_and_bound():
    table = MeasuredTable({"PCA <30>": {"MSE": Measured(0.0151, 0.015, 0.016), "size": "30"}}, "net")
    assert repr(table) == "PCA <30> | MSE ≈ 0.0151 (bounds 0.0150 … 0.0160) | size 30"
    html = table._repr_html_()
    assert '<th scope="row">PCA &lt;30&gt;</th>' in html
    assert "<td>≈ 0.0151<br><small>0.0150 … 0.0160</small></td><td>30</td>" in html


def test_a_table_without_measured_numbers_does_not_speak_of_them():
    html = MeasuredTable({"train": {"sentences": 12_217}})._repr_html_()
    assert "<td>12217</td>" in html
    assert "measured," not in html and "≈" not in html


def test_a_ragged_table_is_refused():
    with pytest.raises(ValueError, match="Row 'b' has columns"):
        MeasuredTable({"a": {"x": 1}, "b": {"y": 1}})


def mask(text):
    config = (ROOT / "chapters" / "sanitize.cfg").read_text()
    (regex, replacement), *_ = re.findall(r"^regex: (.*)\nreplace: (.*)$", config, re.M)
    return re.sub(regex, replacement, text)


@pytest.mark.parametrize("spec", [".4f", ".1%", ".2e", ",.0f", "+.3f"])
def test_the_proof_masks_the_figure_and_nothing_else(spec):
    values = [[-1234.5678], [1234.5678], [0.5, 0.7]]
    lines = {mask(f"x {Measured(v, -1e4, 1e4, spec)}   (bounds 1 … 2)") for v in values}
    assert lines == {"x ≈ MEASURED   (bounds 1 … 2)"}


@pytest.mark.parametrize("spec", [".4f", ".1%", ".2e", ",.0f"])
def test_the_prose_check_reads_what_is_printed(spec):
    assert MEASURED.findall(str(Measured([12345.5, 12345.7], 0, 1e5, spec))) == [
        format(12345.6, spec)
    ]
