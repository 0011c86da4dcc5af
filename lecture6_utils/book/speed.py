"""The directive ``speed``: the tables and the chart of the page on speed, from what `make bench` measured.

Its argument names one of `PARTS`. What was not measured is left away, and what could not
run is named.
"""

import json
from pathlib import Path
from statistics import fmean, median

import matplotlib
from matplotlib.figure import Figure
from sphinx.util.docutils import SphinxDirective

from lecture6_utils.book.how_sure import link, listed, plain, table
from lecture6_utils.book.lessons import BookError, find_lessons
from lecture6_utils.book.stored import StoredLesson
from lecture6_utils.plotting import COLORS, WIDTH

RESULTS = "bench/results.json"
REFERENCE = "bench/reference.json"
CHART = "_build/speed/epoch.png"

#: What `bench/run.py` compares, in a reader's words; first how the slide's loop becomes ours.
CHANGES = {
    "slide": "Keras `fit`, as on the slide",
    "one thread": "… with one thread",
    "steps": "… and `steps_per_execution=100`",
    "xla": "… and `jit_compile=True` (XLA)",
    "ours": "our `fit`: the whole epoch in one function",
}
PEERS = {
    "slide": CHANGES["slide"],
    "torch compiled": "PyTorch, compiled by `torch.compile`",
    "steps": "Keras `fit`, one thread, `steps_per_execution=100`",
    "torch fused": "PyTorch, fused Adam",
    "keras on jax": "Keras `fit` on JAX, `steps_per_execution=100`",
    "ours": "our `fit`",
    "jax scan": "JAX, loop written by hand (`lax.scan`)",
    "products": "the matrix products alone",
}
READERS = {
    "slide": CHANGES["slide"],
    "steps": PEERS["steps"],
    "keras on jax": PEERS["keras on jax"],
    "ours, no xla": "our `fit` without XLA, as in the lesson",
}


# --- numbers ----------------------------------------------------------------------------


def read(root, name=RESULTS):
    """What was measured; None if nothing was.

    Raises
    ------
    BookError
        If the file is cut off.
    """
    path = root / name
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        raise BookError(f"{path} is cut off or was changed: restore it with git.") from None


def seconds(value):
    """At three significant digits, e.g. “1.04”, “35.2”, “148”."""
    digits = 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:,.{digits}f}"


def times(value):
    """A ratio, e.g. “5.4 ×”."""
    return f"{value:.2f} ×" if value < 2 else f"{value:.1f} ×"


def epochs(results, net, batch_size):
    """Peer → its median CPU-seconds per epoch, of those that were measured."""
    found = results["epochs"].get(net, {}).get(str(batch_size), {})
    return {name: median(told["cpu"]) for name, told in found.items() if told.get("cpu")}


# --- the parts --------------------------------------------------------------------------


def changes(root, results):
    """What each change to the slide's loop buys: a chart and a table."""
    found = epochs(results, "stacked", 32)
    names = [name for name in CHANGES if name in found]
    if len(names) < 2 or names[0] != "slide":
        return ""
    first, fastest = (seconds(found[name]) for name in (names[0], min(names, key=found.get)))
    draw(root / CHART, {CHANGES[name].replace("`", ""): found[name] for name in names})
    rows, last = [], None
    for name in names:
        gain = "–" if last is None else times(last / found[name])
        rows.append(
            [CHANGES[name], seconds(found[name]), gain, times(found["slide"] / found[name])]
        )
        last = found[name]
    head = ["The loop", "CPU-seconds per epoch", "Faster than the line above", "Than the slide's"]
    return f"""
```{{figure}} /{CHART}
:name: fig-speed-changes
:alt: Horizontal bars of CPU-seconds per epoch, one per loop. The slide's, at the top, takes {first}; the fastest takes {fastest}.

CPU-seconds for one epoch of the stacked autoencoder, batches of 32. Each bar adds one change
to the one above it.
```

{table(head, rows)}
"""


def draw(path, bars):
    """A bar for each loop, its seconds beside it."""
    with matplotlib.rc_context({"font.size": 12, "svg.hashsalt": "speed"}):
        figure = Figure(figsize=(WIDTH, 0.7 + 0.55 * len(bars)), dpi=150, layout="constrained")
        ax = figure.subplots()
        drawn = ax.barh(range(len(bars)), bars.values(), color=COLORS[0], height=0.35)
        ax.bar_label(drawn, [seconds(value) for value in bars.values()], padding=4)
        for k, label in enumerate(bars):
            above = {"xytext": (4, 0), "textcoords": "offset points", "va": "bottom"}
            ax.annotate(label, (0, k - 0.3), **above)
        ax.set(xlabel="CPU-seconds per epoch", yticks=[], ylim=(len(bars) - 0.6, -0.85))
        ax.set_xlim(0, 1.12 * max(bars.values()))
        ax.spines[["top", "right"]].set_visible(False)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, facecolor="white")


def peers(root, results):
    """The stacked net's epoch beside other libraries' loops, at two batch sizes."""
    return compared(results, PEERS, [("stacked", 32), ("stacked", 128)], "batches of {1}")


def readers(root, results):
    """The same for the nets that read words."""
    return compared(results, READERS, [("char-CNN", 128), ("char-BiLSTM", 128)], "{0}")


def compared(results, words, measured, heading):
    """A table of loops: their seconds, and how often as long as ours they take."""
    columns = [(place, epochs(results, *place)) for place in measured]
    head, cells = ["The loop"], {name: [] for name in words}
    for place, found in columns:
        ours = found.get("ours", found.get("ours, no xla"))
        if ours is None:
            continue
        head += [f"CPU-seconds, {heading.format(*place)}", "Ours = 1"]
        for name in words:
            known = name in found
            cells[name] += [seconds(found[name]), times(found[name] / ours)] if known else ["–"] * 2
    rows = [[words[name], *row] for name, row in cells.items() if set(row) - {"–"}]
    return f"\n{table(head, rows)}\n" if rows else ""


def starts(root, results):
    """How long the first training of a net takes to start, and that of the next one like it."""
    found = results["epochs"].get("stacked", {}).get("32", {}).get("ours")
    if not found:
        return ""
    epoch = median(found["cpu"])
    first, again = (max(0.0, found[key]["cpu"] - epoch) for key in ("first", "again"))
    return (
        f"\nOn this machine the compilation took {seconds(first)} CPU-seconds for the first net. "
        f"The next net of the same make needed {seconds(again)} to start.\n"
    )


def reference_nets(root):
    """What the notebook measured that goes with the slides' book, each with our `Number` of it.

    Raises
    ------
    BookError
        If no lesson measures that number.
    """
    lessons = {lesson.slug: StoredLesson(lesson) for lesson in find_lessons(root)}
    for cell in read(root, REFERENCE)["cells"]:
        number = lessons[cell["lesson"]].measured.get(cell["number"])
        if number is None:
            raise BookError(
                f"{REFERENCE} names a number that {cell['lesson']} does not measure: "
                f"{cell['number']!r}. Give it the number's new name."
            )
        yield cell, number


def quality(root, results):
    """Our lessons' errors beside those of the notebook that goes with the slides' book."""
    rows = []
    for cell, number in reference_nets(root):
        theirs = f"{cell['error']:{number.spec}}"
        ours = f"{fmean(number.values):{number.spec}}"
        rows.append([cell["net"], link(cell["lesson"]), ours, theirs, cell["cpu"]])
    head = ["Net", "Our lesson", "Our error", "Its error", "Its CPU-seconds"]
    trained = results["quality"]
    one = (
        f"Our stacked net took {seconds(trained['cpu'])} CPU-seconds here, compilation included, "
        f"and its validation error was {trained['mse']:.4f}.\n"
        if trained
        else ""
    )
    return f"\n{table(head, rows)}\n\n{one}"


def maps(root, results):
    """t-SNE in two libraries."""
    rows = [
        [
            f"{int(n):,}",
            library,
            seconds(told["cpu"]),
            f"{told['accuracy']:.1%}",
            f"{told['trustworthiness']:.4f}",
        ]
        for n, libraries in results["maps"].items()
        for library, told in libraries.items()
    ]
    head = ["Codings", "Library", "CPU-seconds", "10-NN accuracy of the map", "Trustworthiness"]
    return f"\n{table(head, rows)}\n" if rows else ""


def pages(root, results):
    """The build of larger books."""
    found = results["pages"]
    if "1" not in found:
        return ""
    rows = [
        [told["lessons"], seconds(told["cpu"]), times(told["cpu"] / found["1"]["cpu"])]
        for told in found.values()
    ]
    return f"\n{table(['Lessons', 'CPU-seconds for the pages', 'Today’s = 1'], rows)}\n"


def machine(root, results):
    """Where, when and with what it was measured."""
    told, load = results["machine"], results["machine"]["load before"][0]
    packages = [f"{plain(name)} {number}" for name, number in results["versions"].items()]
    left_out = [
        f"- {(READERS | CHANGES | PEERS).get(name, plain(name))}: {plain(why)}"
        for name, why in results["missing"].items()
    ]
    lacking = (
        "\nNot measured, since it could not run:\n\n" + "\n".join(left_out) if left_out else ""
    )
    busy = (
        " Other programs were running, so the seconds may be too long."
        if load > 0.5 * told["cores"]
        else ""
    )
    runs = sorted(
        {
            len(peer["cpu"])
            for batches in results["epochs"].values()
            for found in batches.values()
            for peer in found.values()
        }
    )
    medians = f" Seconds per epoch are medians of {listed(runs)} epochs." if runs else ""
    return f"""
The measurements were made on {results["date"]}, with {told["cores"]} cores
({plain(told["processor"])}, {told["system"]}). Before they began, {load:.1f} programs on average
were running or waiting (the load).{busy}{medians}
Versions: {", ".join(packages)}.
{lacking}
"""


PARTS = {
    part.__name__: part for part in (changes, peers, starts, readers, quality, maps, pages, machine)
}


class Speed(SphinxDirective):
    """Writes one part of the page."""

    required_arguments = 1

    def run(self):
        """Parse the text where the directive stands."""
        root = Path(self.env.srcdir)
        for name in (RESULTS, REFERENCE):
            self.env.note_dependency(str(root / name))
        if self.arguments[0] not in PARTS:
            raise self.error(f"{self.arguments[0]!r} is none of {', '.join(PARTS)}.")
        results = read(root)
        text = PARTS[self.arguments[0]](root, results) if results else "*Not measured yet.*"
        return self.parse_text_to_nodes(text)


def setup(app):
    """Register with Sphinx."""
    app.add_directive("speed", Speed)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
