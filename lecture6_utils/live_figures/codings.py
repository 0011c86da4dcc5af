"""The live figure of several nets' codings of one image, and of each unit's strongest images."""

from html import escape

from lecture6_utils.live_figures import checks
from lecture6_utils.live_figures.common import LiveFigure, canvas, figure, picture, strip
from lecture6_utils.live_figures.packing import sheet, whole
from lecture6_utils.plotting import COLORS

ACTIVE = 0.05  # a unit is active from here on, as in the lesson on sparse autoencoders
IMAGES_PER_ROW, UNITS_PER_ROW = 25, 20


def live_codings(nets, images):
    """The codings of several nets for the same image; and each unit's strongest images.

    Parameters
    ----------
    nets : dict of str to ndarray, each of shape (n, n_units), in [0, 1]
        Name and codings of each net; n_units is a multiple of 20.
    images : ndarray, shape (n, 28, 28), in [0, 1]
        Twenty-five in a row of the sheet: n is a multiple of that.

    Returns
    -------
    LiveFigure

    Raises
    ------
    ValueError
        If there is no net, the shapes do not fit together, or a value is not finite or
        outside [0, 1].
    """
    images = checks.images(images, per_row=IMAGES_PER_ROW)
    nets = {
        name: checks.codings(codings, len(images))
        for name, codings in checks.named(nets, "nets").items()
    }
    shapes = {codings.shape for codings in nets.values()}
    n_units = next(iter(shapes))[1]
    if len(shapes) > 1 or not n_units or n_units % UNITS_PER_ROW:
        raise ValueError(
            f"{len(images)} images need codings of one shape, ({len(images)}, a multiple of "
            f"{UNITS_PER_ROW}), got {sorted(shapes)}. Give nets with equally many units."
        )
    for name, codings in nets.items():
        if codings.min() < 0 or codings.max() > 1:
            raise ValueError(
                f"Codings must lie in [0, 1], as those of sigmoid units do; those of {name!r} go "
                f"from {codings.min():g} to {codings.max():g}. Scale them."
            )
    panels = "".join(
        f"<div><p><strong>{escape(name)}</strong></p>"
        + canvas(
            "live-heat",
            UNITS_PER_ROW * 14,
            f"The {n_units} codings of the net: {name}. Pick a unit, or step with the arrow keys.",
            n_units // UNITS_PER_ROW * 14,
        )
        + '<p class="live-note"></p></div>'
        for name in nets
    )
    controls = (
        '<div class="live-pair">'
        + canvas(
            "live-sheet live-drag",
            IMAGES_PER_ROW * 28,
            f"Sheet of {len(images)} images. Pick one, or step with the arrow keys.",
            len(images) // IMAGES_PER_ROW * 28,
        )
        + f'<div>{picture("The chosen image")}</div></div><div class="live-three">{panels}</div>'
        '<p class="live-text" aria-live="polite"></p>'
        + strip("The images that excite the chosen unit most, up to ten")
    )
    data = {
        "nets": [whole("nets", 255 * codings) for codings in nets.values()],
        "names": list(nets),
        "n_units": n_units,
        "threshold": 255 * ACTIVE,
        "accent": COLORS[9],  # this one can be told from a white ground and from a dark one
        "sheet": sheet(images, quality=70, columns=IMAGES_PER_ROW),
    }
    still = figure(2.1)
    for k, (name, codings) in enumerate(nets.items()):
        ax = still.add_subplot(1, len(nets), k + 1, title=name, xticks=[], yticks=[])
        ax.imshow(codings[0].reshape(-1, UNITS_PER_ROW), vmin=0, vmax=1)
    return LiveFigure("codings", controls, data, still)
