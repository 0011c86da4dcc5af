"""One look for every figure: readable on a phone, in the dark and without color vision."""

import matplotlib.pyplot as plt
import numpy as np
from IPython import get_ipython
from matplotlib.patheffects import withStroke
from matplotlib_inline.backend_inline import set_matplotlib_formats

#: Width in inches of a figure that fills the text column.
WIDTH = 5.4

#: One color per class or curve. All are at least 3 : 1 on white (WCAG 2.2, 1.4.11), and all
#: but those at 3, 7 and 9 at least 4.5 : 1, so that one may write with them. They were found
#: by simulated annealing over the smallest perceptual distance of any two, seen with each of
#: the three kinds of color blindness and without, after the method of Petroff (2021), and
#: lie farther apart than his ten, of which four are paler than 3 : 1: see test_contrast.py.
COLORS = (
    "#5c31ff",
    "#bb3b06",
    "#4a2e42",
    "#1ca398",
    "#8c524f",
    "#242498",
    "#6d6186",
    "#9785db",
    "#761302",
    "#e86d51",
)


def set_style():
    """Set Matplotlib's defaults for the lesson.

    A figure `WIDTH` inches wide is shown 34 rem wide on a desktop and some 340 pixels
    wide on a phone, where 12 points come out at about 10 pixels.

    References
    ----------
    Petroff (2021), *Accessible color sequences for data visualization*, arXiv:2107.02270.
    """
    plt.rcdefaults()  # a reader's own matplotlibrc would change the figures
    plt.rcParams.update(
        {
            "axes.prop_cycle": plt.cycler(color=COLORS),
            "figure.figsize": (WIDTH, 3.4),
            "figure.dpi": 150,
            "figure.constrained_layout.use": True,
            "savefig.facecolor": "white",
            "font.size": 12,
            "axes.titlesize": 12,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.color": "0.9",
            "axes.axisbelow": True,
            "image.cmap": "binary",
            "legend.frameon": False,
            "lines.linewidth": 2,
        }
    )
    if get_ipython():  # as large as asked for: a tight crop would change size with a tick label
        set_matplotlib_formats("png", bbox_inches=None)


def plot_image_rows(rows):
    """Draw images in labeled rows of a new figure, to compare column by column.

    Parameters
    ----------
    rows : dict of str to ndarray, shapes (n, 28, 28), in [0, 1]
        Row label and its images; every row has the same number n. 0 is drawn white.

    Returns
    -------
    ndarray of Axes, shape (len(rows), n)

    Raises
    ------
    ValueError
        If there are no rows, or rows of different lengths.
    """
    lengths = {len(images) for images in rows.values()}
    if len(lengths) != 1:
        raise ValueError(f"Every row needs equally many images, got {sorted(lengths) or 'no row'}.")
    n = lengths.pop()
    size = (WIDTH, len(rows) * WIDTH / n)
    _, axes = plt.subplots(len(rows), n, figsize=size, squeeze=False)
    for axes_row, (name, images) in zip(axes, rows.items()):
        for ax, image in zip(axes_row, images):
            ax.imshow(image, vmin=0, vmax=1)
            ax.axis("off")
        axes_row[0].text(-3, 14, name, rotation=90, ha="right", va="center")
    return axes


def name_classes(ax, points, labels, names):
    """Write the name of each class at the median of its points, or just above if taken.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        On which the points were drawn.
    points : ndarray, shape (n, 2)
    labels : ndarray of int, shape (n,)
    names : sequence of str
        The name of each label; one that no point has is left out.
    """
    width, height = np.ptp(points, axis=0)
    medians = {k: np.median(points[labels == k], axis=0) for k in np.unique(labels)}
    taken = []
    for k, (x, y) in sorted(medians.items(), key=lambda item: item[1][1]):
        while any(abs(x - a) < width / 4 and abs(y - b) < height / 18 for a, b in taken):
            y += height / 90
        taken.append((x, y))
        halo = [withStroke(linewidth=3, foreground="white")]
        ax.text(x, y, names[k], ha="center", va="center", path_effects=halo)
