"""The live figure of what one unit pays for missing the target: two rules, and their gradients."""

import numpy as np

from lecture6_utils.live_figures.common import LiveFigure, figure
from lecture6_utils.live_figures.packing import colors
from lecture6_utils.plotting import COLORS

RULES = {"KL": 2, "MSE": 0}  # and their colors, as in the lesson on sparse autoencoders


def live_penalty(target=0.1):
    """Kullback–Leibler divergence and squared error of a unit's mean activation.

    Parameters
    ----------
    target : float, default 0.1
        The target to begin with, from 0.01 to 0.5.

    Returns
    -------
    LiveFigure

    Raises
    ------
    ValueError
        If the target is outside these limits.
    """
    if not 0.01 <= target <= 0.5:
        raise ValueError(f"target must be from 0.01 to 0.5, got {target}.")
    sliders = "".join(
        f'<label class="live-slide">{name}<input type="range" min="{low}" max="{high}" '
        f'step="0.001" value="{value}"><output></output></label>'
        for name, low, high, value in [
            ("target p", 0.01, 0.5, target),
            ("mean activation p̂", 0.001, 0.999, 0.6),
        ]
    )
    rows = "".join(
        f'<tr><th scope="row" style="border-left: 6px solid; padding-left: 0.5rem">{name}</th>'
        "<td></td><td></td></tr>"
        for name in RULES
    )
    plots = "".join(
        f'<canvas class="live-plot live-drag" width="560" height="440" role="img" '
        f'aria-label="{what}; the numbers are in the table below"></canvas>'
        for what in (
            "Penalty of KL and MSE over the mean activation",
            "Gradient of both in the unit’s input z",
        )
    )
    controls = (
        f'<div class="live-two">{sliders}</div><div class="live-two">{plots}</div>'
        '<table><thead><tr><td></td><th scope="col">penalty</th>'
        f'<th scope="col">gradient in z</th></tr></thead><tbody>{rows}</tbody></table>'
    )
    q = np.linspace(0.001, 0.995, 300)
    kl = target * np.log(target / q) + (1 - target) * np.log((1 - target) / (1 - q))
    still = figure(2.7)
    for k, (title, curves) in enumerate(
        {
            "penalty": (kl, (q - target) ** 2),
            "gradient in z": (q - target, 2 * (q - target) * q * (1 - q)),
        }.items()
    ):
        ax = still.add_subplot(1, 2, k + 1, title=title, xlabel="mean activation")
        for (name, color), curve in zip(RULES.items(), curves):
            ax.plot(q, curve, color=COLORS[color], label=name)
    still.axes[0].set_ylim(-0.05, 2)
    still.axes[1].legend(loc="best")  # said, else Matplotlib warns where it takes a second
    return LiveFigure("penalty", controls, {"colors": colors(RULES.values())}, still)
