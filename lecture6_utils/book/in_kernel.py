"""Runs in a lesson's kernel before its first cell: moves every seed, and writes down what figures say.

`execution.kernel_environment` has IPython load this file at start, so a lesson reads as if
neither existed. What it draws and measures goes to the file named by ``LECTURE6_RECORD``, a
line of JSON each. ``LECTURE6_SEED_OFFSET`` is added to every integer that the lesson gives to
a random generator, whether it trains or samples by it; 0, the default, changes nothing. With
``LECTURE6_DARK`` each figure is drawn once more for a dark page, when the cell has shown it.
"""

import base64
import functools
import json
import os
import random
import sys

from IPython import get_ipython

OFFSET = int(os.environ.get("LECTURE6_SEED_OFFSET", "0"))
SKETCH = 48  # values kept of an array: enough to tell a curve from another


# --- seeds ------------------------------------------------------------------------------


def moved(seed):
    """The seed to use in place of the one that the lesson states."""
    return seed + OFFSET if isinstance(seed, int) and not isinstance(seed, bool) else seed


def move_seeds():
    """Have every source of chance that a lesson seeds start from another seed."""
    import lecture6_utils.reproducibility  # noqa: F401, I001  it says how Keras is to start
    import numpy as np
    import sklearn.utils
    from keras.src.random import seed_generator
    from keras.src.utils.rng_utils import set_random_seed

    class Random(random.Random):
        def __init__(self, x=None):
            super().__init__(moved(x))

    random.Random = Random
    for function in (
        np.random.default_rng,
        set_random_seed,
        seed_generator.draw_seed,
        sklearn.utils.check_random_state,
    ):
        replace_everywhere(function, moving_first(function))

    start = seed_generator.SeedGenerator.__init__

    def start_moved(self, seed=None, **options):
        start(self, moved(seed), **options)
        if seed is not None:  # made again from its configuration, it is moved once, not twice
            self._initial_seed = seed

    seed_generator.SeedGenerator.__init__ = start_moved


def moving_first(function):
    """The function with its first argument, a seed, moved."""

    @functools.wraps(function)
    def wrapper(seed=None, *arguments, **options):
        return function(moved(seed), *arguments, **options)

    return wrapper


def replace_everywhere(function, other):
    """Put `other` where any module imported so far holds the function under its name."""
    for module in list(sys.modules.values()):
        names = vars(module) if hasattr(module, "__dict__") else {}
        if names.get(function.__name__) is function:
            setattr(module, function.__name__, other)


# --- figures ----------------------------------------------------------------------------


def describe(figure):
    """What a figure says: exact things (texts, kinds and numbers of marks) and data (sketches).

    Parameters
    ----------
    figure : matplotlib.figure.Figure

    Returns
    -------
    dict
        ``says``: path → text or list, compared to the letter; ``data``: path → list of
        float, compared within what the study found.
    """
    says, data = {}, {}
    size = figure.get_size_inches() * figure.dpi
    says["size"] = [round(float(s)) for s in size]
    _texts("figure", figure.texts, says, data)
    for k, ax in enumerate(_all_axes(figure)):
        _describe_axes(f"panel {k + 1}", ax, says, data)
    return {"says": says, "data": data}


def _all_axes(figure):
    for ax in figure.axes:
        yield ax
        yield from ax.child_axes


def _describe_axes(where, ax, says, data):
    from matplotlib.ticker import FixedLocator

    title = getattr(ax, "get_title", lambda loc: "")  # a secondary axis has none
    titles = [title(loc=loc) for loc in ("left", "center", "right")]
    says[f"{where}, title"] = " ".join(filter(None, titles))
    legend = ax.get_legend()
    says[f"{where}, legend"] = [t.get_text() for t in legend.get_texts()] if legend else []
    if ax.axison:
        for name in "xy":
            axis = getattr(ax, f"{name}axis")
            says[f"{where}, {name} axis"] = [axis.get_label_text(), axis.get_scale()]
            if isinstance(axis.get_major_locator(), FixedLocator):
                data[f"{where}, {name} ticks"] = sketch(axis.get_majorticklocs())
            if _are_words(axis):
                labels = [t.get_text() for t in axis.get_majorticklabels()]
                says[f"{where}, {name} tick labels"] = labels
    data[f"{where}, x limits"] = sketch(ax.get_xlim())
    data[f"{where}, y limits"] = sketch(ax.get_ylim())
    _texts(where, ax.texts, says, data)
    for k, line in enumerate(ax.lines):
        mark = f"{where}, line {k + 1}"
        x, y = line.get_data(orig=False)
        says[mark] = [_hex(line.get_color()), line.get_linestyle(), str(line.get_marker()), len(x)]
        data[f"{mark}, x"], data[f"{mark}, y"] = sketch(x), sketch(y)
    for k, points in enumerate(ax.collections):
        _describe_collection(f"{where}, collection {k + 1}", points, says, data)
    for kind, patches in _by_kind(ax.patches).items():
        mark = f"{where}, {kind}"
        says[mark] = len(patches)
        says[f"{mark}, colors"] = _sample([_hex(p.get_facecolor()) for p in patches])
        boxes = [p.get_path().get_extents(p.get_patch_transform()).extents for p in patches]
        for side, values in zip(("left", "bottom", "right", "top"), zip(*boxes)):
            data[f"{mark}, {side}"] = sketch(values)
    for k, image in enumerate(ax.images):
        mark, values = f"{where}, image {k + 1}", image.get_array()
        says[mark] = [*values.shape, image.get_cmap().name]
        data[mark] = _sketch_of_image(values)


def _are_words(axis):
    """Whether the labels of an axis are what the lesson wrote there, and not Matplotlib's numbers."""
    from matplotlib.category import StrCategoryFormatter
    from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter

    formatter = axis.get_major_formatter()
    # set_yticklabels leaves a function, if the places of the ticks were set
    placed = isinstance(axis.get_major_locator(), FixedLocator)
    return isinstance(formatter, (FixedFormatter, StrCategoryFormatter)) or (
        placed and isinstance(formatter, FuncFormatter)
    )


def _describe_collection(mark, points, says, data):
    import numpy as np

    offsets, values = points.get_offsets(), points.get_array()
    placed = type(points).__name__ == "PathCollection"
    n = len(offsets) if placed else len(points.get_paths())
    says[mark] = [type(points).__name__, n]
    if values is not None:
        data[f"{mark}, values"] = sketch(values)
    else:
        colors = [*points.get_facecolor(), *points.get_edgecolor()]
        says[f"{mark}, colors"] = _sample([_hex(c) for c in colors])
    if placed:
        data[f"{mark}, x"], data[f"{mark}, y"] = sketch(offsets[:, 0]), sketch(offsets[:, 1])
    else:
        vertices = [path.vertices for path in points.get_paths()]
        if vertices:
            x, y = np.concatenate(vertices).T
            data[f"{mark}, x"], data[f"{mark}, y"] = sketch(x), sketch(y)


def _texts(where, texts, says, data):
    """Texts to the letter, with their colors; their places are data."""
    shown = [t for t in texts if t.get_text()]
    if shown:
        says[f"{where}, texts"] = [t.get_text() for t in shown]
        says[f"{where}, text colors"] = [_hex(t.get_color()) for t in shown]
        for name, values in zip("xy", zip(*(t.get_position() for t in shown))):
            try:
                data[f"{where}, texts, {name}"] = sketch(values)
            except (TypeError, ValueError):  # a category, not a number
                says[f"{where}, texts, {name}"] = list(map(str, values))


def _by_kind(patches):
    kinds = {}
    for patch in patches:
        kinds.setdefault(type(patch).__name__, []).append(patch)
    return kinds


def _hex(color):
    from matplotlib.colors import to_hex

    return to_hex(color, keep_alpha=False)


def _sample(values):
    """At most `SKETCH` of a list, evenly spread."""
    if len(values) <= SKETCH:
        return list(values)
    return [values[round(k * (len(values) - 1) / (SKETCH - 1))] for k in range(SKETCH)]


def sketch(values):
    """A sample of an array, ready for JSON."""
    import numpy as np

    values = np.ma.filled(np.ma.asarray(values, float), np.nan).ravel()
    return [five_digits(v) if np.isfinite(v) else None for v in _sample(values)]


def five_digits(value):
    """A number as figures are told: its first five digits."""
    return float(f"{value:.5g}")


def _sketch_of_image(values):
    """Means of a grid of blocks, so that every pixel counts."""
    import numpy as np

    values = np.ma.filled(np.ma.asarray(values, float), np.nan)
    values = values.mean(axis=2) if values.ndim == 3 else values
    rows = np.array_split(values, min(6, len(values)))
    return sketch([b.mean() for row in rows for b in np.array_split(row, min(6, row.shape[1]), 1)])


def add_to_record(line):
    """Write a line of JSON; measurements come into the same file, from `measurement`."""
    with open(os.environ["LECTURE6_RECORD"], "a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def note_the_cell(_):
    """All that follows in the record is of the next cell."""
    add_to_record({"cell": "next"})


shown = []  # the figures of this cell


def note_the_figures():
    """Before the pictures of a cell are sent and closed, write down what they say."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    for number in pyplot.get_fignums() if pyplot else ():
        shown.append(pyplot.figure(number))
        add_to_record({"figure": describe(shown[-1])})


def draw_them_dark(_):
    """Now that they were sent, nobody sees that their colors change."""
    from lecture6_utils.book.dark_drawing import draw_dark

    for (
        figure
    ) in shown:  # in the order of `note_the_figures`: the last of a cell is the one that is kept
        add_to_record({"dark": base64.b64encode(draw_dark(figure)).decode()})
    shown.clear()


def start():
    """Set all this up in the kernel that is just starting."""
    shell = get_ipython()
    if OFFSET:
        move_seeds()
    if "LECTURE6_RECORD" in os.environ:
        shell.events.register("pre_run_cell", note_the_cell)
        shell.events.register("post_execute", note_the_figures)
    if os.environ.get("LECTURE6_DARK"):
        shell.events.register("post_run_cell", draw_them_dark)
