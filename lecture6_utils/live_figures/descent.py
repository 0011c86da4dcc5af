"""The live figure of points that move: a slider over the steps of a descent, and a choice of runs."""

from html import escape

import numpy as np

from lecture6_utils.live_figures import checks
from lecture6_utils.live_figures.common import LiveFigure, figure
from lecture6_utils.live_figures.map import scaled
from lecture6_utils.live_figures.packing import classes, whole
from lecture6_utils.plotting import COLORS, WIDTH, name_classes


def live_descent(runs, steps, losses, labels, names, choice):
    """Dots at each kept step of a descent, a slider over the steps, and a choice of runs.

    Each step fills the plot: the text beside it says how wide the map is.

    Parameters
    ----------
    runs : dict of str to ndarray, each of shape (n_steps, n, 2)
        Name of each run, and its positions at the kept steps; the first one is shown first.
    steps : sequence of int, length n_steps
        The number of each kept step, ascending.
    losses : dict of str to array_like, each of shape (n_steps,)
        The loss of each run at these steps.
    labels : ndarray of int, shape (n,)
    names : sequence of str
        The name of each label, at most ten.
    choice : str
        In what the runs differ: the text above the choice.

    Returns
    -------
    LiveFigure

    Raises
    ------
    ValueError
        If there is no run, the shapes do not fit together, a value is not finite, the steps do
        not ascend, or all dots of a step lie in one place.
    """
    steps = checks.numbers(steps, "steps")
    if steps.ndim != 1 or len(steps) < 2 or np.any(np.diff(steps) <= 0):
        raise ValueError("steps must ascend, and be two or more: give the number of each one kept.")
    labels = checks.labels(labels, len(np.ravel(labels)), names)
    runs = {
        name: positions(values, (len(steps), len(labels), 2), name)
        for name, values in checks.named(runs, "runs").items()
    }
    losses = {
        name: checks.numbers(values, f"losses of {name!r}")
        for name, values in checks.named(losses, "losses").items()
    }
    shapes = {name: values.shape for name, values in losses.items()}
    if shapes != {name: (len(steps),) for name in runs}:
        raise ValueError(
            f"Expected {len(steps)} losses of each of {list(runs)}, got {shapes}. Give the loss of "
            "each run at each step."
        )
    radios = "".join(
        f'<label><input type="radio" name="@id-run" {"checked" * (k == 0)}> {escape(name)}</label>'
        for k, name in enumerate(runs)
    )
    controls = (
        '<div class="live-pair"><canvas class="live-plot" width="880" height="880" role="img" '
        f'aria-label="Map of {len(labels):,} points at the chosen step; the text tells its numbers">'
        '</canvas><div><label class="live-slide">step<input type="range" min="0" '
        f'max="{len(steps) - 1}" step="1" value="0"><output></output></label>'
        f'<fieldset><legend class="live-note">{escape(choice)}</legend>{radios}</fieldset>'
        '<p><button type="button">Play</button></p>'
        '<p class="live-text" aria-live="polite"></p></div></div>'
    )
    data = {
        "maps": [
            whole("maps", np.array([scaled(points) for points in frames]))
            for frames in runs.values()
        ],
        "widths": [
            [float(np.ptp(points, axis=0).max()) for points in run] for run in runs.values()
        ],
        "losses": [[float(loss) for loss in losses[name]] for name in runs],
        "steps": [int(step) for step in steps],
        **classes(labels, names),
    }
    still = figure(WIDTH / len(runs) + 0.4)
    for k, (name, frames) in enumerate(runs.items()):
        ax = still.add_subplot(1, len(runs), k + 1, xticks=[], yticks=[], aspect="equal")
        ax.set_title(f"{choice}: {name}", fontsize=11)
        ax.spines[:].set_visible(False)
        ax.scatter(*frames[-1].T, c=np.array(COLORS)[labels], s=8, lw=0)
        if len(runs) == 1:  # two small ones have no room for names
            name_classes(ax, frames[-1], labels, names)
    return LiveFigure("descent", controls, data, still)


def positions(values, shape, name):
    """The positions of a run at each step, if they are more than one place."""
    values = checks.numbers(values, f"run {name!r}")
    if values.shape != shape:
        raise ValueError(
            f"Expected run {name!r} of shape {shape}, got {values.shape}. Give x and y of each "
            "point at each step."
        )
    if not np.ptp(values, axis=1).any(axis=1).all():
        raise ValueError(
            f"All positions at one step of run {name!r} are the same, and a map needs at least two "
            "places: leave that step out, or give more points."
        )
    return values
