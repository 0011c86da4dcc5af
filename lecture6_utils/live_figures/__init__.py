"""Figures that answer in the page: no server, no library, no request.

A lesson hands over its own arrays and nets; they are packed into the output of the cell,
together with a small script that draws, decodes and searches in the reader's browser. Where
no script runs, on paper and in the PDF, a picture stands in. A net that runs in the page
carries some of Keras's own outputs along, and the page says how far its numbers are from them.
"""

from lecture6_utils.live_figures.codings import live_codings
from lecture6_utils.live_figures.descent import live_descent
from lecture6_utils.live_figures.filters import live_filters
from lecture6_utils.live_figures.map import live_map
from lecture6_utils.live_figures.penalty import live_penalty
from lecture6_utils.live_figures.plane import live_plane
from lecture6_utils.live_figures.rate_distortion import live_rate_distortion
from lecture6_utils.live_figures.squeeze import live_squeeze
from lecture6_utils.live_figures.walk import live_walk
from lecture6_utils.live_figures.words import live_words
from lecture6_utils.live_figures.writer import live_writer

__all__ = [
    "live_codings",
    "live_descent",
    "live_filters",
    "live_map",
    "live_penalty",
    "live_plane",
    "live_rate_distortion",
    "live_squeeze",
    "live_walk",
    "live_words",
    "live_writer",
]
