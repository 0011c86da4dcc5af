"""What a figure says is compared: each kind of fault is seen, another machine's digits are not."""

import json

import matplotlib
import numpy as np
import pytest
from helpers import ROOT, module_at
from matplotlib.figure import Figure

from lecture6_utils.book.figures import ROUNDING, describe_live, deviation, differences
from lecture6_utils.live_figures.common import LiveFigure
from lecture6_utils.live_figures.packing import floats, whole

in_kernel = module_at(ROOT / "lecture6_utils/book/in_kernel.py")
COLORS = np.array(["#aa0000", "#00aa00", "#0000aa"])


def figure(change="", noise=0.0, seed=0):
    """A figure of curves, bars, dots and an image, with one thing changed, and a machine's noise."""
    rng = np.random.default_rng(seed)
    x = np.linspace(0, 1, 200)
    curves = {"net": x**2, "PCA": 1 - x}
    if change == "arms swapped":
        curves = {"net": curves["PCA"], "PCA": curves["net"]}
    if change == "curve missing":
        del curves["PCA"]
    fig = Figure(figsize=(5.4, 3), dpi=100)
    axes = fig.subplots(2, 2)
    for name, y in curves.items():
        axes[0, 0].plot(
            x, y + noise * rng.normal(size=200), label=name, color=COLORS[len(name) % 3]
        )
    axes[0, 0].legend()
    axes[0, 0].set(
        xlabel="codings" if change == "label changed" else "code size",
        ylabel="loss",
        ylim=(0, 2 if change == "limits changed" else 1.5),
    )
    if change == "log scale":
        axes[0, 0].set_yscale("log")
    heights = np.array([3.0, 2.0, 4.0]) * (1 + noise * rng.normal(size=3))
    if change == "one bar longer":
        heights[1] *= 1.2
    axes[0, 1].bar(["a", "c", "b"] if change == "categories permuted" else ["a", "b", "c"], heights)
    names = ["one", "two", "three"]
    axes[0, 1].set_yticks([0, 2, 4], names[::-1] if change == "tick labels permuted" else names)
    labels = np.arange(300) % 3
    points = np.random.default_rng(1).normal(size=(300, 2)) + labels[:, None]
    colors = COLORS[[1, 2, 0]] if change == "classes permuted" else COLORS
    axes[1, 0].scatter(*(points + noise * rng.normal(size=(300, 2))).T, c=colors[labels], s=5)
    axes[1, 0].text(0, 0, "shirt" if change == "name changed" else "coat")
    image = np.outer(x, x) + noise * rng.normal(size=(200, 200))
    axes[1, 1].imshow(image[::-1] if change == "image turned" else image, vmin=0, vmax=1)
    return in_kernel.describe(fig)


FAULTS = [
    "categories permuted",
    "tick labels permuted",
    "arms swapped",
    "curve missing",
    "label changed",
    "limits changed",
    "log scale",
    "one bar longer",
    "classes permuted",
    "name changed",
    "image turned",
]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_a_fault_is_seen_on_the_same_machine_and_on_another(fault, noise):
    stored = figure()
    other = figure(noise=0.01, seed=5)  # what the study saw another machine do
    bounds = {
        path: 3 * deviation(other["data"][path], d) + ROUNDING for path, d in stored["data"].items()
    }
    spread = {"varies": [], "bounds": bounds, "otherwise": ROUNDING}
    assert differences(figure(noise=noise, seed=9), stored, spread) == []
    assert differences(figure(fault, noise, seed=9), stored, spread)


def test_without_evidence_texts_and_marks_are_compared_still():
    assert differences(figure(noise=0.1), figure()) == []
    assert differences(figure("label changed", noise=0.1), figure())
    assert differences(figure("curve missing", noise=0.1), figure())


def test_what_the_study_saw_vary_is_not_compared():
    (problem,) = differences(figure("name changed"), figure())
    path = problem.partition(": ")[0]
    assert path == "panel 3, texts"
    assert (
        differences(
            figure("name changed"),
            figure(),
            {"varies": [path], "bounds": {}, "otherwise": ROUNDING},
        )
        == []
    )


def test_where_another_picture_may_stand_its_values_are_free_and_its_size_is_not():
    def shown(values):
        fig = Figure()
        fig.subplots().imshow(values, vmin=0, vmax=1)
        return in_kernel.describe(fig)

    black, white = shown(np.zeros((4, 4))), shown(np.eye(4))
    for allowed, problems in [(0.95, 0), (0.5, 1)]:
        spread = {"varies": [], "bounds": {"panel 1, image 1": allowed}, "otherwise": ROUNDING}
        assert len(differences(black, white, spread)) == problems
    spread["bounds"]["panel 1, image 1"] = 0.95
    assert differences(shown(np.zeros((5, 4))), white, spread)


def test_a_problem_says_where_and_by_how_much():
    problems = differences(
        figure("one bar longer"), figure(), {"varies": [], "bounds": {}, "otherwise": ROUNDING}
    )
    assert problems == ["panel 2, Rectangle, top: off by 20.0% of its span, 0.2% is allowed"]


@pytest.mark.parametrize(
    ("new", "stored", "expected"),
    [
        ([1, 2, 3], [1, 2, 3], 0),
        ([1, 2.5, 3], [1, 2, 3], 0.25),
        ([1.1], [1.0], 0.1),  # a single value: against its own size
        ([0.0], [0.0], 0),
        ([1, None], [1, None], 0),
        ([1, None], [1, 2], float("inf")),
        ([1, 2], [1, 2, 3], float("inf")),
    ],
)
def test_a_deviation_is_a_part_of_the_datas_span(new, stored, expected):
    assert deviation(new, stored) == pytest.approx(expected)


def test_every_kind_of_mark_that_a_lesson_draws_is_described():
    fig = Figure()
    ax = fig.subplots()
    ax.plot([1, 2], [3, 4])
    ax.barh(["a"], [2])
    ax.fill_between([1, 2], [1, 2], [2, 3], color="#123456")
    ax.vlines([1, 2], 0, 1, color="#654321")
    ax.axhline(0.5)
    ax.pcolormesh(np.eye(3))
    ax.hist([1, 2, 2, 3], bins=3)
    ax.errorbar([1], [2], yerr=[0.5])
    ax.imshow(np.ones((4, 4, 3)))
    ax.add_patch(matplotlib.patches.Ellipse((0, 0), 1, 2, facecolor="#abcdef"))
    ax.annotate("here", (0, 0), (1, 1), arrowprops={"arrowstyle": "->"})
    ax.secondary_yaxis("right").set_ylabel("other")
    says = json.dumps(in_kernel.describe(fig))
    for wanted in (
        "#123456",
        "#654321",
        "QuadMesh",
        "Ellipse",
        "#abcdef",
        "here",
        "other",
        "line 2",
    ):
        assert wanted in says, wanted
    data = in_kernel.describe(fig)["data"]
    assert all(isinstance(v, float) or v is None for values in data.values() for v in values)


# --- live figures -------------------------------------------------------------------------


def live(**changed):
    rng = np.random.default_rng(0)
    data = {
        "layers": [{"kernel": floats(rng.normal(size=(10, 30))), "activation": "silu"}],
        "points": whole("points", rng.integers(0, 65535, (50, 2))),
        "labels": whole("labels", np.arange(50) % 10),
        "names": ["coat", "bag"],
        "range": 3.2,
    } | changed
    still = Figure()
    return describe_live(
        [{"data": {"text/html": LiveFigure("plane", "<p></p>", data, still).html()}}]
    )


def test_the_data_of_a_live_figure_are_decoded():
    rng = np.random.default_rng(0)
    kernel = rng.normal(size=300)
    found = live()["data"]["live layers 0 kernel"]
    assert found == pytest.approx(kernel[np.linspace(0, 299, 48).round().astype(int)], rel=1e-4)
    assert live()["data"]["live labels"][:3] == [0, 1, 2]
    assert describe_live([{"data": {"text/html": "<p>no figure</p>"}}]) is None


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"layers": [{"kernel": floats(np.zeros(300)), "activation": "silu"}]}, "root mean square"),
        ({"layers": [{"kernel": floats(np.ones(30)), "activation": "silu"}]}, "how many"),
        ({"layers": [{"kernel": floats(np.ones(300)), "activation": "relu"}]}, "activation"),
        ({"names": ["bag", "coat"]}, "live names 0"),
        ({"labels": whole("labels", np.arange(1, 51) % 10)}, "live labels"),
        ({"range": 4.0}, "live range"),
    ],
)
def test_live_data_that_are_zeroed_cut_or_exchanged_are_seen(changed, path):
    # however much another machine's weights differ, one by one
    bounds = {"live layers 0 kernel": 5.0, "live layers 0 kernel, root mean square": 0.3}
    assert (
        differences(live(), live(), {"varies": [], "bounds": bounds, "otherwise": ROUNDING}) == []
    )
    problems = differences(
        live(**changed), live(), {"varies": [], "bounds": bounds, "otherwise": ROUNDING}
    )
    assert any(path in problem for problem in problems), problems
