"""The live figure of sliders for all codings, and of a walk from one image to another."""

import numpy as np

from lecture6_utils.live_figures import checks
from lecture6_utils.live_figures.common import LiveFigure, figure, picture
from lecture6_utils.live_figures.nets import decoder_data, logistic
from lecture6_utils.live_figures.packing import floats, sheet


def live_walk(decoder, codings, images, labels, names):
    """Sliders for all codings, and a walk from one image's codings to another's.

    Parameters
    ----------
    decoder : keras.Sequential
        From the codings to the *logits* of 28 × 28 pixels, by dense layers.
    codings : ndarray, shape (n, n_codings)
    images : ndarray, shape (n, 28, 28), in [0, 1]
        The images with these codings, two or more.
    labels : ndarray of int, shape (n,)
    names : sequence of str

    Returns
    -------
    LiveFigure

    Raises
    ------
    ValueError
        If shapes do not fit, a value is not finite, there is one image only, or the decoder
        has a layer that the script cannot run.
    """
    images = checks.images(images)
    labels = checks.labels(labels, len(images), names)
    codings = checks.codings(codings, len(images))
    n, n_codings = codings.shape
    if n < 2:
        raise ValueError("Got one image, and a walk leads from one to another: give two or more.")
    ends = "".join(
        f'<div class="live-end"><canvas width="28" height="28" aria-hidden="true"></canvas>'
        f'<label for="@id-{end}">{end} image</label>'
        f'<input id="@id-{end}" type="range" min="0" max="{n - 1}" step="1" value="{i}"></div>'
        for end, i in [("from", 0), ("to", n - 1)]
    )
    sliders = "".join(
        f'<label class="live-slide live-coding">coding {i + 1}'
        '<input type="range" min="-4" max="4" step="0.01" value="0"><output></output></label>'
        for i in range(n_codings)
    )
    controls = (
        f'<div class="live-pair"><div>{ends}'
        '<label class="live-slide live-walk">on the way'
        '<input type="range" min="0" max="1" step="0.01" value="0.5"><output></output></label>'
        '<p><button type="button" class="live-go">Walk</button> '
        '<button type="button" class="live-zero">All codings 0</button></p></div>'
        f"<div>{picture('The picture decoded from these codings')}"
        '<p class="live-note live-check"></p></div></div>'
        f'<div class="live-two">{sliders}</div>'
    )
    data = {
        **decoder_data(decoder, codings[:12]),
        "codings": floats(codings),
        "labels": [int(label) for label in labels],
        "names": list(names),
        "sheet": sheet(images, quality=80),
    }
    t = np.linspace(0, 1, 7)[:, None]
    path = logistic(decoder((1 - t) * codings[0] + t * codings[-1])).reshape(-1, 28, 28)
    still = figure(1.0)
    for k, image in enumerate(path):
        still.add_subplot(1, 7, k + 1).imshow(image, vmin=0, vmax=1)
        still.axes[-1].axis("off")
    return LiveFigure("walk", controls, data, still, with_net=True)
