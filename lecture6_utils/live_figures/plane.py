"""The live figure of a plane of two codings: wherever the reader drags, the decoder answers."""

import numpy as np

from lecture6_utils.live_figures import checks
from lecture6_utils.live_figures.common import LiveFigure, canvas, figure, picture
from lecture6_utils.live_figures.nets import decoder_data
from lecture6_utils.live_figures.packing import classes, whole
from lecture6_utils.plotting import COLORS, WIDTH, name_classes


def live_plane(decoder, codings, labels, names, span=3.2):
    """A plane of two codings: drag over it, and the decoder answers.

    Parameters
    ----------
    decoder : keras.Sequential
        From 2 codings to the *logits* of 28 × 28 pixels, by dense layers.
    codings : ndarray, shape (n, 2)
        Drawn as dots.
    labels : ndarray of int, shape (n,)
    names : sequence of str
    span : float, default 3.2
        The plane reaches from ``-span`` to ``span``; codings beyond it are left out.

    Returns
    -------
    LiveFigure

    Raises
    ------
    ValueError
        If shapes do not fit, a value is not finite, no coding lies on the plane, or the
        decoder has a layer that the script cannot run.
    """
    codings = checks.positions(codings, np.size(labels), "codings")
    labels = checks.labels(labels, len(codings), names)
    if not 0 < span < np.inf:
        raise ValueError(f"span must be a positive number, got {span}: how far the plane reaches.")
    inside = np.all(np.abs(codings) < span, axis=1)
    if not inside.any():
        raise ValueError(
            f"None of the {len(codings)} codings lies between -span and span, which is {span}: "
            "give a larger span."
        )
    codings, labels = codings[inside], labels[inside]
    grid = np.linspace(-span, span, 4)
    check = np.array([(x, y) for x in grid for y in grid], "float32")
    controls = (
        '<div class="live-pair">'
        + canvas(
            "live-plot live-drag",
            760,
            "Plane of two codings. Drag the ring, or move it "
            "with the arrow keys; Shift moves it farther.",
        )
        + f"<div>{picture('The picture decoded from the chosen place')}"
        '<p class="live-text" aria-live="polite"></p>'
        '<p class="live-note live-check"></p></div></div>'
    )
    data = {
        **decoder_data(decoder, check),
        "range": span,
        "points": whole("points", (codings / span + 1) / 2 * 65535),
        **classes(labels, names),
    }
    still = figure(WIDTH)
    ax = still.add_subplot(aspect="equal", xlabel="first coding", ylabel="second coding")
    ax.set(xlim=(-span, span), ylim=(-span, span))
    ax.scatter(*codings.T, c=np.array(COLORS)[labels], s=6, lw=0)
    name_classes(ax, codings, labels, names)
    return LiveFigure("plane", controls, data, still, with_net=True)
