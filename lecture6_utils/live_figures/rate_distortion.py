"""The live figure of the rate–distortion plane: curves of autoencoders, and the pictures at each point."""

import numpy as np

from lecture6_utils.live_figures import checks
from lecture6_utils.live_figures.common import LiveFigure, canvas, figure, strip
from lecture6_utils.live_figures.packing import colors, sheet
from lecture6_utils.plotting import COLORS

PER_POINT = 10  # five pictures rebuilt, and five new ones
HUES = (0, 1, 2, 4, 5)  # of the curves; with all of these one may write
MARKERS = "osD^v"


def live_rate_distortion(curves, images):
    """Points on the plane of rate and distortion, in nats, and what each net makes there.

    Parameters
    ----------
    curves : dict of str to list of (str, float, float)
        Name of each curve, and label, rate and distortion of its points. At most five
        curves; the point with the smallest sum of all is chosen first.
    images : ndarray, shape (n, 10, 28, 28), in [0, 1]
        For each point, in the order of the curves, five pictures rebuilt and five new ones.

    Returns
    -------
    LiveFigure

    Raises
    ------
    ValueError
        If there is no curve or there are too many, a curve has no point, a value is not
        finite, or there are not ten images for each point.
    """
    checks.named(curves, "curves")
    if len(curves) > len(HUES):
        raise ValueError(
            f"Got {len(curves)} curves, and {len(HUES)} can be told apart: give fewer."
        )
    for name, points in curves.items():
        if not points:
            raise ValueError(f"The curve {name!r} has no point: give one, or leave the curve out.")
    points = [point for curve in curves.values() for point in curve]
    places = checks.positions([point[1:] for point in points], len(points), "points").astype(float)
    images = np.asarray(images)
    if images.shape[:2] != (len(points), PER_POINT):
        raise ValueError(
            f"Expected images of shape ({len(points)}, {PER_POINT}, 28, 28), got {images.shape}. "
            "Give ten for each point, in the order of the curves."
        )
    pictures = checks.images(images.reshape(-1, *images.shape[2:]))
    controls = (
        '<div class="live-pair">'
        + canvas(
            "live-plot live-drag",
            760,
            "Plane of rate and distortion. Point at a dot; the arrow keys left and right go "
            "along a curve, up and down to another one.",
            560,
        )
        + "<div>"
        + strip("At the chosen point: five pictures rebuilt, below them five new ones")
        + '<p class="live-text" aria-live="polite"></p></div></div>'
    )
    data = {
        "names": list(curves),
        "sizes": [len(curve) for curve in curves.values()],
        "settings": [point[0] for point in points],
        "rates": places[:, 0].tolist(),
        "distortions": places[:, 1].tolist(),
        "colors": colors(HUES[: len(curves)]),
        "sheet": sheet(pictures, quality=24, columns=PER_POINT),
    }
    still = figure(3.9)
    ax = still.add_subplot(xlabel="rate, nats", ylabel="distortion, nats")
    start, sums = 0, places.sum(axis=1)
    for hue, marker, (name, curve) in zip(HUES, MARKERS, curves.items()):
        own = places[start : start + len(curve)]
        own = own[np.argsort(own[:, 0])]
        ax.plot(*own.T, f"{marker}-", color=COLORS[hue], markersize=5, label=name)
        start += len(curve)
    ax.legend()
    limits = ax.get_xlim(), ax.get_ylim()
    ends = np.array(limits[0])
    ax.plot(ends, sums.min() - ends, "--", color="0.4", lw=1.2)
    ax.set(xlim=limits[0], ylim=limits[1])
    return LiveFigure("rate_distortion", controls, data, still)
