"""What every live figure is: an output with its own data and script, and a picture that stands in."""

import hashlib
import io
import json
from html import escape
from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image

from lecture6_utils.live_figures.packing import as_text
from lecture6_utils.plotting import WIDTH

HERE = Path(__file__).parent


class LiveFigure:
    """The output of a cell that is alive in a page and in a trusted notebook, and else a picture.

    Parameters
    ----------
    kind : str
        Which figure this is: its script is ``<kind>.js``.
    controls : str
        Its HTML; ``@id`` in it becomes the figure's own name.
    data : dict
        What the script needs, ready for JSON.
    still : matplotlib.figure.Figure
        The picture that stands in for it.
    with_net : bool, default False
        Whether the script runs a net, and needs ``nets.js``.
    """

    def __init__(self, kind, controls, data, still, with_net=False):
        self.kind, self.controls, self.still = kind, controls, still
        self.data = {"kind": kind, **data}
        self.scripts = ["common", *["nets"] * with_net, kind]

    def __repr__(self):
        return f"<live figure: {self.kind}>"

    def _repr_mimebundle_(self, include=None, exclude=None):
        drawn, picture = io.BytesIO(), io.BytesIO()
        self.still.savefig(drawn, format="png", dpi=150)
        # 64 colors are enough for dots and curves, and a quarter of the bytes
        Image.open(drawn).convert("RGB").quantize(64).save(picture, "PNG", optimize=True)
        return {
            "text/plain": repr(self),
            "text/html": self.html(),
            "image/png": as_text(picture.getvalue()),
        }

    def html(self):
        """The figure as a piece of HTML that stands on its own."""
        data = json.dumps(self.data).replace("</", "<\\/")
        name = "live-" + hashlib.sha256((self.controls + data).encode()).hexdigest()[:8]
        script = "\n".join(_read(f"{part}.js") for part in self.scripts)
        return (
            f'<div id="{name}" class="live">\n'
            f"<style>{_read('common.css')}</style>\n"
            # JupyterLab takes style and script out until it trusts a notebook.
            '<p class="live-dead">A live figure: trust this notebook, and it starts.</p>\n'
            # Without scripts the controls would be dead.
            "<noscript><style>.live { display: none !important; }"
            " .live-still { display: block !important; }</style></noscript>\n"
            f"{self.controls.replace('@id', name)}\n"
            f'<script type="application/json">{data}</script>\n</div>\n'
            f'<script>(function (id) {{\n"use strict";\n{script}}})("{name}");</script>'
        )


def _read(name):
    return (HERE / name).read_text(encoding="utf-8")


# --- pieces of HTML and of pictures -----------------------------------------------------


def canvas(classes, width, label, height=None):
    """A canvas to point at, which keys can reach."""
    return (
        f'<canvas class="{classes}" width="{width}" height="{height or width}" tabindex="0" '
        f'role="application" aria-label="{escape(label)}"></canvas>'
    )


def picture(what):
    """The place of one image; `what` says which."""
    return (
        f'<canvas class="live-picture" width="28" height="28" role="img" aria-label="{what}">'
        "</canvas>"
    )


def strip(what):
    """The place of ten images; `what` says which, for those who do not see them."""
    return (
        '<canvas class="live-strip" width="148" height="58" role="img" '
        f'aria-label="{what}"></canvas>'
    )


def figure(height):
    """An empty picture of the text's width."""
    return Figure(figsize=(WIDTH, height), layout="constrained")
