"""One look for every figure: readable on a phone, in the dark and without colour vision."""

import matplotlib.pyplot as plt
from IPython import get_ipython
from matplotlib_inline.backend_inline import set_matplotlib_formats

#: Width in inches of a figure that fills the text column.
WIDTH = 5.4

#: One colour per class or curve: Petroff's ten, ordered to stay apart for colour-blind readers.
COLORS = tuple(entry["color"] for entry in plt.style.library["petroff10"]["axes.prop_cycle"])


def set_style():
    """Set Matplotlib's defaults for the lesson.

    A figure `WIDTH` inches wide is shown 34 rem wide on a desktop and some 340 pixels
    wide on a phone, where 12 points come out at about 10 pixels.

    References
    ----------
    Petroff (2021), *Accessible color sequences for data visualization*, arXiv:2107.02270.
    """
    plt.rcdefaults()  # a reader's own matplotlibrc would change the figures
    plt.style.use("petroff10")
    plt.rcParams.update({
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
    })  # fmt: skip
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
