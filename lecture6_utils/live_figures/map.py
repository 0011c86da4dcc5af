"""The live figure of dots on a plane: each is an image, and shows its nearest ones."""

from html import escape

import numpy as np

from lecture6_utils.live_figures import checks
from lecture6_utils.live_figures.common import LiveFigure, canvas, figure, picture, strip
from lecture6_utils.live_figures.packing import classes, sheet, whole
from lecture6_utils.plotting import COLORS, WIDTH, name_classes


def live_map(maps, images, labels, names):
    """Dots on a plane: point at one to see its image and its nearest dots.

    Parameters
    ----------
    maps : dict of str to ndarray, each of shape (n, 2)
        Name and positions of each map; the last one is shown first.
    images : ndarray, shape (n, 28, 28), in [0, 1]
    labels : ndarray of int, shape (n,)
    names : sequence of str
        The name of each label, at most ten.

    Returns
    -------
    LiveFigure

    Raises
    ------
    ValueError
        If there is no map, the shapes do not fit together, a value is not finite, or all
        dots of a map lie in one place.
    """
    images = checks.images(images)
    labels = checks.labels(labels, len(images), names)
    maps = {
        name: checks.positions(points, len(images), f"map {name!r}")
        for name, points in checks.named(maps, "maps").items()
    }
    for name, points in maps.items():
        if not np.ptp(points, axis=0).any():
            raise ValueError(
                f"All {len(points)} positions of map {name!r} are the same, and a map needs at "
                "least two places. Give more images, or look for what moved all to one place."
            )
    radios = "".join(
        f'<label><input type="radio" name="@id-map" {"checked" * (k == len(maps) - 1)}>'
        f" {escape(name)}</label>"
        for k, name in enumerate(maps)
    )
    controls = (
        f'<fieldset><legend class="live-note">Map of the</legend>{radios}</fieldset>'
        '<div class="live-pair">'
        + canvas(
            "live-plot",
            880,
            f"Map of {len(images):,} images. Point at a dot, or step "
            "from dot to dot with the arrow keys.",
        )
        + f"<div>{picture('The image of the chosen dot')}"
        '<p class="live-text" aria-live="polite"></p>'
        + strip("The ten images whose dots are nearest")
        + "</div></div>"
    )
    data = {
        "maps": [whole("maps", scaled(points)) for points in maps.values()],
        "sheet": sheet(images, quality=24),
        **classes(labels, names),
    }
    still = figure(WIDTH)
    ax = still.add_subplot(xticks=[], yticks=[], aspect="equal")
    ax.spines[:].set_visible(False)
    points = list(maps.values())[-1]
    ax.scatter(*points.T, c=np.array(COLORS)[labels], s=6, lw=0)
    name_classes(ax, points, labels, names)
    return LiveFigure("map", controls, data, still)


def scaled(points):
    """Points in 0 … 65535, with one scale for both axes."""
    low = points.min(axis=0)
    scaled = (points - low) / np.ptp(points, axis=0).max()
    return (scaled + (1 - scaled.max(axis=0)) / 2) * 65535
