"""The evidence: bounds follow by the rule, keep their false-alarm rate, and still bite."""

import json

import nbformat
import numpy as np
import pytest
from helpers import make_small_book
from scipy import stats

from lecture6_utils.book.evidence import evidence_path, evidence_problems, read_evidence
from lecture6_utils.book.figures import ROUNDING
from lecture6_utils.book.held_out import held_out
from lecture6_utils.book.lessons import METADATA_KEY, BookError, Lesson, evidence_fingerprint
from lecture6_utils.book.rule import (
    MOST_CHECKS,
    RATE,
    bounds,
    fit_prior,
    machine_variance,
    seed_deviation,
    tolerance,
    unit,
)
from lecture6_utils.book.summary import sum_up


@pytest.fixture
def lesson(tmp_path):
    return Lesson(make_small_book(tmp_path), "adds")


def run(offset, variant, values, figure=(1.0, 2.0, 4.0), text="loss"):
    measured = [
        {"cell": 1, "name": name, "values": list(v), "spec": ".2f", "text": ""}
        for name, v in values.items()
    ]
    drawn = {"says": {"title": text}, "data": {"line": list(figure)}}
    return {
        "offset": offset,
        "variant": variant,
        "seconds": 9,
        "measured": measured,
        "figures": {"fig-a": drawn},
    }


PLAN = [(0, "here"), (0, "avx"), (0, "sse4.2"), (1_000, "here"), (1_000, "avx"), (2_000, "here")]


def runs_of(values, figures=None):
    """A run of each of the plan's with these values of one number."""
    figures = figures or [(1.0, 2.0, 4.0)] * len(PLAN)
    return [run(*at, {"x": [v]}, f) for at, v, f in zip(PLAN, values, figures)]


# --- the rule -----------------------------------------------------------------------------


def test_without_a_prior_it_is_students_prediction_interval():
    expected = stats.t.isf(0.005, 4) * np.sqrt(2.5 * (1 + 1 / 5))
    assert tolerance(2.5, 4, 5, (0.0, 0.0), rate=0.01) == pytest.approx(expected)


def test_with_a_sure_prior_the_numbers_own_variance_does_not_count():
    assert tolerance(99.0, 1, 3, (4.0, np.inf), rate=0.05) == pytest.approx(
        1.95996 * np.sqrt(4 * 4 / 3), rel=1e-4
    )


@pytest.mark.parametrize(("weight", "typical"), [(4.0, 2.0), (20.0, 0.1)])
def test_the_prior_is_found_again_from_variances_drawn_by_it(weight, typical):
    rng = np.random.default_rng(0)
    true = typical * weight / rng.chisquare(weight, 20_000)
    found = fit_prior(true * rng.chisquare(3, 20_000) / 3, [3] * 20_000)
    assert found == pytest.approx((typical, weight), rel=0.1)


def test_the_rule_raises_as_many_false_alarms_as_it_says():
    rng = np.random.default_rng(0)
    true = 2.0 * 5 / rng.chisquare(5, 10_000)  # numbers that vary, each as much as it does
    old = rng.normal(0, np.sqrt(true)[:, None], (10_000, 3))
    prior = fit_prior(old.var(axis=1, ddof=1), [2] * 40_000)
    half = np.array([tolerance(v, 2, 3, prior, rate=0.01) for v in old.var(axis=1, ddof=1)])
    new = rng.normal(0, np.sqrt(true))
    rate = np.mean(np.abs(new - old.mean(axis=1)) > half)
    assert 0.007 < rate < 0.013


def test_all_checks_together_raise_one_in_a_hundred_proofs():
    assert RATE * MOST_CHECKS == pytest.approx(0.01)


def test_the_spread_between_machines_is_that_of_equal_seeds():
    groups = {0: [[1.0], [3.0]], 1_000: [[50.0]], 2_000: [[10.0], [12.0]]}
    assert machine_variance(groups) == (2.0, 2)
    two_seeds = {0: [[1.0, 10.0], [3.0, 10.0]]}
    assert machine_variance(two_seeds) == (1.0, 2)


def test_a_machine_may_do_what_another_seed_does_but_no_more():
    values = {"x": [[1.0, 2.0], [1.0, 2.0], [3.0, 4.0]], "never moved": [[5.0, 9.0]] * 3}
    found = bounds(dict.fromkeys(values, ".1f"), values, [0, 0, 1_000])
    half = 0.1 + 3 * np.std([1, 2, 3, 4], ddof=1) / np.sqrt(2)  # of a mean of two seeds
    assert found["x"] == pytest.approx([1.5 - half, 1.5 + half])
    groups = {0: [[7.0]], 1_000: [[7.0]]}
    assert seed_deviation(groups) == 0.0


@pytest.mark.parametrize(("spec", "last"), [(".4f", 1e-4), ("+.1%", 1e-3), (",.0f", 1), (".2e", 0)])
def test_the_last_digit_of_a_format(spec, last):
    assert unit(spec) == pytest.approx(last)


# --- summing up ---------------------------------------------------------------------------


def test_a_summary_tells_seeds_and_machines_apart(lesson):
    assert "6 runs, 1 numbers (0 chaotic), 1 figures" in sum_up(
        lesson, runs_of([1.0, 1.02, 0.98, 3.0, 3.02, 2.0])
    )
    number = read_evidence(lesson)["numbers"]["x"]
    assert (number["n"], number["min"], number["max"], number["seeds"]) == (6, 0.98, 3.02, 1)
    assert number["by machine"] == pytest.approx(np.sqrt((0.0008 + 0.0002) / 3), rel=1e-3)
    assert number["by seed"] == pytest.approx(np.std([1, 3.01, 2], ddof=1), rel=1e-3)
    low, high = number["bounds"]
    sd = np.std([1, 3, 2], ddof=1)  # of the first run with each seed
    assert (low, high) == pytest.approx((1 - 0.01 - 3 * sd, 1 + 0.01 + 3 * sd), rel=1e-3), (
        "machines move it less than seeds do"
    )


def test_a_number_that_never_changed_may_differ_in_its_last_digit(lesson):
    sum_up(lesson, runs_of([0.5] * 6))
    assert read_evidence(lesson)["numbers"]["x"]["bounds"] == pytest.approx([0.49, 0.51])


def test_where_machines_differ_as_much_as_seeds_it_is_chaos(lesson):
    sum_up(lesson, runs_of([1.0, 2.0, 3.0, 1.5, 2.5, 2.0]))
    assert read_evidence(lesson)["numbers"]["x"]["chaotic"] is True


def test_a_figure_in_which_nothing_moves_is_compared_by_its_pixels(lesson):
    sum_up(lesson, runs_of([1.0] * 6))
    figure = read_evidence(lesson)["figures"]["fig-a"]
    assert (figure["varies"], figure["bounds"], figure["pixels"]) == ([], {}, True)
    moved = [(1.0, 2.0, 4.0)] * 5 + [(1.0, 2.5, 4.0)]  # by another seed only
    sum_up(lesson, runs_of([1.0] * 6, moved))
    assert read_evidence(lesson)["figures"]["fig-a"]["pixels"] is False


def test_as_long_as_no_other_seed_was_studied_no_figure_counts_as_untrained(lesson):
    sum_up(lesson, runs_of([1.0] * 6)[:3])
    assert read_evidence(lesson)["figures"]["fig-a"]["pixels"] is False


def test_what_machines_change_in_a_figure_is_known_and_nothing_else(lesson):
    runs = runs_of([1.0] * 6, [(1, 2, 4), (1, 2.1, 4), (1, 2, 4)] + [(1, 2, 4)] * 3)
    runs[2]["figures"]["fig-a"]["says"]["title"] = "loss 2"
    sum_up(lesson, runs)
    spread = read_evidence(lesson)["figures"]["fig-a"]
    assert spread["varies"] == ["title"]
    assert spread["bounds"]["line"] > 0.1 / 3


def test_runs_that_the_evidence_has_are_kept_when_others_come(lesson):
    figures = [(1, 2, 4), (1, 2.1, 4), (1, 2, 4.2), (1, 2, 4), (1, 2, 5), (1, 2, 4)]
    all_at_once = runs_of([1.0, 1.02, 0.98, 3.0, 3.02, 2.0], figures)
    sum_up(lesson, all_at_once)
    wanted = read_evidence(lesson)
    evidence_path(lesson).unlink()
    sum_up(lesson, all_at_once[:3])
    sum_up(lesson, [all_at_once[0], *all_at_once[3:]])  # as on another day, on another machine
    assert read_evidence(lesson) == wanted


def test_a_figures_data_may_move_as_far_as_seeds_move_them(lesson):
    figures = [(1, 2, 4)] * 3 + [(1, 2.3, 4), (1, 2.3, 4), (1, 2, 4)]
    sum_up(lesson, runs_of([1.0] * 6, figures))
    off = np.sqrt(2 * 0.1**2 / 3)  # 0.3 of a span of 3, in two of three runs
    assert read_evidence(lesson)["figures"]["fig-a"]["bounds"] == pytest.approx(
        {"line": ROUNDING + 3 * off / np.sqrt(2)}, rel=1e-3
    )


# --- held out -----------------------------------------------------------------------------


def test_a_run_is_held_against_bounds_from_the_others(lesson):
    figures = [(1, 2, 4)] * 2 + [(1, 3, 4)] + [(1, 2.1, 4), (1, 2, 4), (1, 2, 4)]
    sum_up(lesson, runs_of([1.0, 1.0, 2.0, 1.01, 1.01, 1.0], figures))
    found = held_out(lesson.root)
    assert found["checks"][0, "sse4.2"] == 2, "a number and a figure"
    assert found["alarms"] == [("adds", name, (0, "sse4.2")) for name in ("x", "fig-a")]
    sum_up(lesson, runs_of([1.0, 1.0, 1.0, 1.01, 1.01, 1.0]))
    assert held_out(lesson.root)["alarms"] == []


@pytest.mark.parametrize(
    ("runs", "told"),
    [
        (runs_of([1.0] * 6)[1:], "its notebook is of another version"),
        (runs_of([1.0] * 6)[:1], "1 runs, too few"),
    ],
)
def test_too_little_is_not_summed_up(lesson, runs, told):
    assert told in sum_up(lesson, runs)
    assert read_evidence(lesson) is None


# --- what can be wrong with it ------------------------------------------------------------


def test_evidence_that_was_cut_off_is_told(lesson):
    sum_up(lesson, runs_of([1.0] * 6))
    path = evidence_path(lesson)
    path.write_text(path.read_text(encoding="utf-8")[:200], encoding="utf-8")
    with pytest.raises(BookError, match="adds.json is cut off .* make study LESSON=adds"):
        read_evidence(lesson)


def test_evidence_of_another_version_is_told_and_a_comment_makes_none(lesson):
    sum_up(lesson, runs_of([1.0] * 6))
    text = lesson.script.read_text(encoding="utf-8")
    lesson.script.write_text(text + "# a comment\n", encoding="utf-8")
    assert read_evidence(lesson)
    lesson.script.write_text(text + "x = 2\n", encoding="utf-8")
    with pytest.raises(BookError, match="adds was changed since it was studied"):
        read_evidence(lesson)


def test_a_lesson_that_was_rewritten_and_computes_the_same_bits_keeps_its_evidence(lesson):
    runs = runs_of([1.0] * 6)
    sum_up(lesson, runs)
    text = lesson.script.read_text(encoding="utf-8")
    lesson.script.write_text(text + "x = 2\n", encoding="utf-8")
    now = {"evidence_fingerprint": evidence_fingerprint(lesson), "measured": runs[0]["measured"]}
    another = [runs[0]["measured"][0] | {"values": [1.0 + 3e-16]}]
    for record, holds in (
        (now, True),
        (now | {"measured": another}, False),
        (now | {"evidence_fingerprint": "not run since"}, False),
    ):
        notebook = nbformat.v4.new_notebook(metadata={METADATA_KEY: record})
        nbformat.write(notebook, lesson.notebook)
        if holds:
            assert read_evidence(lesson)
        else:
            with pytest.raises(BookError, match="adds was changed since it was studied"):
                read_evidence(lesson)


def test_a_module_that_computes_counts_and_one_that_draws_does_not(lesson):
    sum_up(lesson, runs_of([1.0] * 6))
    for name, of_another in (("measurement", False), ("training", True)):
        path = lesson.root / "lecture6_utils" / f"{name}.py"
        lesson.script.write_text(
            lesson.script.read_text(encoding="utf-8") + f"import lecture6_utils.{name}\n",
            encoding="utf-8",
        )
        sum_up(lesson, runs_of([1.0] * 6))
        path.write_text(path.read_text(encoding="utf-8") + "changed = 1\n", encoding="utf-8")
        assert bool(evidence_problems(lesson, {})) == of_another


def test_names_without_evidence_and_stored_numbers_outside_are_told(lesson):
    assert evidence_problems(lesson, {}) == [], "it is not finished, but nothing is wrong with it"
    sum_up(lesson, runs_of([1.0] * 6))
    record = {
        "measured": run(0, "here", {"x": [1.0], "y": [1.0]})["measured"],
        "figures": {"fig-b": {}},
    }
    assert evidence_problems(lesson, record) == [
        "'y' is not studied yet: make study LESSON=adds",
        "'fig-b' is not studied yet: make study LESSON=adds",
    ]
    record = {"measured": run(0, "here", {"x": [9.0]})["measured"]}
    assert evidence_problems(lesson, record) == ["'x': stored 9.00, outside its range"]


def test_it_is_json_with_a_line_for_each_number(lesson):
    sum_up(lesson, runs_of([1.0] * 6))
    lines = evidence_path(lesson).read_text(encoding="utf-8").splitlines()
    assert json.loads("\n".join(lines))
    assert [line for line in lines if line.startswith('"x": ')]
