"""The page "How sure are these numbers?", written from the evidence.

The directive ``how-sure`` stands for the whole text: every number in it is counted or
computed from ``chapters/evidence``, and what the evidence does not have is left away.
"""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from statistics import median

from sphinx.util.docutils import SphinxDirective

from lecture6_utils.book.evidence import read_evidence, shown
from lecture6_utils.book.held_out import held_out
from lecture6_utils.book.lessons import BookError, find_lessons
from lecture6_utils.book.rule import MOST_CHECKS, RATE, SEEDS, unit
from lecture6_utils.book.study import OLDEST
from lecture6_utils.book.summary import CHAOTIC

#: The machine variants of `study.variables`, in a reader's words.
MACHINES = {
    "here": "the machine on which the book was made",
    "avx2": "a processor without AVX-512: no instructions newer than AVX2 (2013)",
    "avx": "an older processor: no instructions newer than AVX (2011)",
    "xla-avx": "such an older processor, but the library oneDNN uses newer instructions",
    "sse4.2": "a still older processor: no instructions newer than SSE4.2 (2008)",
    "threads": "a processor whose two cores share each sum",
    "onednn": "the library oneDNN computes the layers of the nets",
    OLDEST: "the oldest packages that the book admits",
}
MOST_SHOWN = 10
MOST_ALARMS = 4  # of one run


# --- words ------------------------------------------------------------------------------


def plain(text):
    """The text for Markdown to show as it is, in a table too."""
    return re.sub(r"([\\`*_{}\[\]<>()#|$~^!&])", r"\\\1", text)


def count(n, thing):
    """How many of them, e.g. “1 run”, “1,200 runs”."""
    return f"{n:,} {thing}{'' if n == 1 else 's'}"


def percent(share):
    """A share at two significant digits, e.g. “0.042%”; “0” if it is none."""
    return f"{float(f'{100 * share:.2g}'):g}%" if share else "0"


def link(slug):
    """A link to a lesson, which says its number and title."""
    return f"{{doc}}`/chapters/{slug}`"


def table(head, rows, rest="--:"):
    """A table in Markdown; all columns but the first stand at the right."""
    lines = [head, ["---", *[rest] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


# --- numbers ----------------------------------------------------------------------------


def relative(number, spread):
    """A spread of a number as a share of its mean; None if the mean is zero."""
    return number[spread] / abs(number["mean"]) if number["mean"] else None


def typical(numbers, spread):
    """The median of the relative spreads: half of the numbers vary less."""
    shares = [share for n in numbers if (share := relative(n, spread)) is not None]
    return percent(median(shares)) if shares else "–"


def most_dependent(studied):
    """The numbers that vary most between machines: (share, slug, name, number), largest first.

    Left out are numbers whose shown digits hardly move, such as an error of 0.00%, and
    differences: they may be near zero, and any spread is large beside that.
    """
    found = [
        (relative(number, "by machine"), slug, name, number)
        for slug, lesson in studied.items()
        for name, number in lesson["numbers"].items()
        if number["by machine"] > unit(number["spec"])
        and number["mean"]
        and not _is_difference(name, number, lesson["numbers"])
    ]
    return sorted(found, key=lambda f: (-f[0], *f[1:3]))[:MOST_SHOWN]


def _is_difference(name, number, numbers):
    compared = re.sub(r" \| (low|high)$", "", name)
    return number["spec"].startswith("+") or f"{compared} | low" in numbers


# --- the parts of the page --------------------------------------------------------------


def what_was_repeated(studied):
    """How many runs there were, and of what."""
    runs = [run for lesson in studied.values() for run in lesson["runs"]]
    each = sorted({len(lesson["runs"]) for lesson in studied.values()})
    per_lesson = f"{each[0]} each" if len(each) == 1 else f"{each[0]} to {each[-1]} each"
    offsets = sorted({run["offset"] for run in runs} - {0})
    own = sum(run["offset"] == 0 for run in runs)
    moved = f", and {len(runs) - own:,} had all seeds moved by {listed(offsets)}" if offsets else ""
    seconds = sum(run["seconds"] for run in runs)
    took = (
        f"{seconds / 3600:.1f} hours"
        if seconds >= 5400
        else count(max(1, round(seconds / 60)), "minute")
    )
    machines = Counter(run["variant"] for run in runs)
    rows = [
        [MACHINES.get(name, plain(name)), machines[name]] for name in sorted(machines, key=_order)
    ]
    return f"""
## What was repeated?

A net starts from random weights and sees the data in random order. A **seed** decides
these random choices: with the same seed they come out the same. But another processor
adds numbers in another order and rounds differently, and training makes small
differences larger. So a result can depend on the seed and on the machine.

To see how much, we ran the lessons again, with other seeds and on other machines: this is
the **study**. It has {count(len(runs), "run")} of {count(len(studied), "lesson")}, {per_lesson}, and took {took} in all.
Of these, {own:,} used the seeds of the book{moved}. The other machines are settings that
make one computer calculate like another:

{table(["Machine", "Runs"], rows)}
"""


def _order(variant):
    return list(MACHINES).index(variant) if variant in MACHINES else len(MACHINES)


def listed(numbers):
    """For example “1,000, 2,000 or 3,000”."""
    *others, last = [f"{n:,}" for n in numbers]
    return f"{', '.join(others)} or {last}" if others else last


def spread_by_lesson(studied):
    """The table of the lessons."""
    rows, all_numbers = [], []
    for slug, lesson in studied.items():
        numbers, figures = list(lesson["numbers"].values()), lesson["figures"].values()
        all_numbers += numbers
        pixels = sum(figure["pixels"] for figure in figures)
        rows.append(
            [
                link(slug),
                len(numbers),
                len(lesson["runs"]),
                typical(numbers, "by machine"),
                typical(numbers, "by seed"),
                sum(n["chaotic"] for n in numbers),
                f"{len(figures)} ({pixels})",
            ]
        )
    chaotic = sum(n["chaotic"] for n in all_numbers)
    still = sum(n["by machine"] == 0 for n in all_numbers)
    head = [
        "Lesson",
        "Numbers",
        "Runs",
        "Spread: machines",
        "Spread: seeds",
        "Chaotic",
        "Figures",
    ]
    return f"""
## How much do the numbers vary?

{table(head, rows)}

- **Spread** is the standard deviation, as a share of the number. The table has the
  lesson's median: half of its numbers vary less. Between machines the seeds stay the same.
- A number is **chaotic** if its spread between machines is more than {percent(CHAOTIC)} of its
  spread over all runs: the machine then matters about as much as the random choices. This holds
  for {chaotic:,} of {count(len(all_numbers), "number")}; {still:,} came out the same on all machines.
- **Figures** that were the same in all runs, counted in parentheses, are compared pixel by
  pixel. Of the others the proof compares the data: points, lines and bars may move as far as
  they did in the study.
"""


def machine_dependent(studied):
    """The table of the numbers that depend most on the machine."""
    most = most_dependent(studied)
    if not most:
        return ""
    rows = [
        [
            f"{plain(name)}, in {link(slug)}",
            shown(number["mean"], number["spec"]),
            percent(share),
            " … ".join(shown(number[end], number["spec"]) for end in ("min", "max")),
            "yes" if number["chaotic"] else "no",
        ]
        for share, slug, name, number in most
    ]
    head = ["Number", "Mean of all runs", "Spread between machines", "Range", "Chaotic"]
    return f"""
## Which numbers depend most on the machine?

{table(head, rows)}

Expect other digits here when you run the lesson yourself. Two kinds are left out:
numbers whose shown digits hardly change, and differences, since these may be close to
zero, and then any spread is large beside them.
"""


def ranges_and_intervals(studied):
    """What a range is, how the bounds of the proof are made, and what an interval is."""
    numbers = [(name, n) for lesson in studied.values() for name, n in lesson["numbers"].items()]
    intervals = sum(name.endswith(" | low") for name, _ in numbers)
    example = f" The book has {count(intervals, 'such interval')}." if intervals else ""
    return f"""
## How is a range made?

Point at a measured number of a lesson, tap it, or go to it with the Tab key. You then see
its **range**: the smallest and the largest value of all runs of the study.

The proof of the book (`make test`) runs every lesson again with the same seeds, on a machine
that may be new. It has to tell a rounding difference from a mistake. So it accepts a
number within **bounds**, which follow from the study by one rule:

- Take the mean of the runs with the book's seeds, and the number's spread between machines.
- A few runs tell little about the spread of one number. So the numbers of a lesson share
  what they know: each spread is drawn towards the one that is typical of the lesson.
- The bounds are a prediction interval of Student's *t*, so wide that a correct number should
  lie outside once in {1 / RATE:,.0f} times.
- They are never narrower than {SEEDS:g} standard deviations between seeds. In a training of
  thousands of steps, the last digit of one step can change all that follow. On a new machine
  this may happen to a training that it happened to on no other. Then it ends as with another seed.

If a correct number lies outside, this is a **false alarm**. The rule allows for {MOST_CHECKS:,} checks:
even with so many, fewer than {percent(RATE * MOST_CHECKS)} of all proofs should raise one. For the
{count(len(numbers), "number")} in these tables it is {percent(RATE * len(numbers))}.

## What is the difference between a range and an interval?

A **range** says what came out when we repeated a lesson. It is no evidence that one net
is better than another.

A **95% interval** of a difference is made for this question. It says how large the
difference may be, given how much it varies between seeds or between test items; the line
says which of the two. If zero lies outside the interval, chance alone would rarely give
such a difference.{example}
"""


def false_alarms(root):
    """What the rule says of runs that it has not seen."""
    try:
        found = held_out(root)
    except json.JSONDecodeError:
        return ""  # of a file that is cut off; its lesson is named as not counted
    checks, alarms = found["checks"], found["alarms"]
    if not checks:
        return ""
    proofs = sum(n for run, n in checks.items() if _as_in_a_proof(run))
    raised = sum(_as_in_a_proof(run) for _, _, run in alarms)
    by_run = defaultdict(list)
    for slug, name, run in alarms:
        by_run[slug, run].append(plain(name))
    lines = [
        f"- {link(slug)} ({MACHINES.get(variant, plain(variant))}; "
        + (f"seeds moved by {offset:,}" if offset else "the seeds of the book")
        + f"): {'; '.join(first_of(names))}"
        for (slug, (offset, variant)), names in by_run.items()
    ]
    return f"""
## Does the rule keep its promise?

We held out each run of the study in turn, made the bounds from the other runs, and
checked the run's numbers and figures against them. The rule speaks of other machines with the
seeds of the book. For these {there_were(raised)} in {count(proofs, "check")}. So few checks can refute the rate above; they cannot confirm it.
{with_other_seeds(checks.total() - proofs, len(alarms) - raised)}
{chr(10).join(lines)}
"""


def _as_in_a_proof(run):
    """Whether a run's seeds and packages are the book's, so that only the machine is another."""
    offset, variant = run
    return offset == 0 and variant != OLDEST


def there_were(alarms):
    """How many false alarms there were, as a part of a sentence."""
    return (
        "there were no false alarms"
        if not alarms
        else (f"there {'was' if alarms == 1 else 'were'} {count(alarms, 'false alarm')}")
    )


def with_other_seeds(checks, raised):
    """What the rule does not speak of: runs with other seeds, or with other packages."""
    if not checks:
        return ""
    return f"""
In runs with other seeds there are fewer to learn from, and other packages may compute
something else, not only less exactly. In {count(checks, "check")} of such runs {there_were(raised)}.
"""


def first_of(items):
    """The first few, and how many more there are."""
    rest = len(items) - MOST_ALARMS
    return items if rest <= 0 else [*items[:MOST_ALARMS], f"and {rest:,} more"]


def mutations(root):
    """What a mutation study is, and its table, if there was one."""
    path = root / "chapters" / "evidence" / "mutations.json"
    if not path.exists():
        return ""
    faults = json.loads(path.read_text(encoding="utf-8"))["mutations"]
    caught = sum(bool(fault["caught_by"]) for fault in faults)
    rows = [[plain(f["name"]), place(f["where"]), catcher(f["caught_by"])] for f in faults]
    return f"""
## Would a mistake be found?

Bounds that are too wide never raise a false alarm, but they do not find mistakes either.
A **mutation study** tests this: it plants one fault at a time in a copy of the book and
runs the proof and the tests. Of {count(len(faults), "fault")}, they caught {"all" if caught == len(faults) else f"{caught:,}"}.

:::{{admonition}} The faults, one by one
:class: dropdown
```{{tabularcolumns}} \\X{{4}}{{12}}\\X{{3}}{{12}}\\X{{5}}{{12}}
```

{table(["Fault", "Where", "Caught by"], rows, rest="---")}

:::
"""


def place(where):
    """Where a fault was planted: a lesson, or a file of the package."""
    path = Path(where)
    return link(path.stem) if path.parent.name == "chapters" else plain(path.name)


def catcher(text):
    """What caught a fault; the name of a test is a sentence."""
    _, _, test = text.partition("::test_")
    return plain(f"a test: {test.replace('_', ' ')}" if test else text) or "**nothing**"


# --- the page ---------------------------------------------------------------------------


def read_studies(root):
    """Slug → evidence of the lessons that were studied as they stand, and the slugs of the others."""
    studied, others = {}, []
    for lesson in find_lessons(root):
        try:
            found = read_evidence(lesson)
        except BookError:  # of another version, or cut off: the proof of the lesson says which
            found = None
        if found:
            studied[lesson.slug] = found
        else:
            others.append(lesson.slug)
    return studied, others


def page(root):
    """The text of the page in Markdown."""
    studied, others = read_studies(root)
    if not studied:
        return "The lessons, as they stand now, have not been studied yet.\n"
    lacking = ""
    if others:
        slugs = ", ".join(map(link, others))
        lacking = f"\nNot counted here, since no study fits them as they stand now: {slugs}.\n"
    return "".join(
        [
            what_was_repeated(studied),
            lacking,
            spread_by_lesson(studied),
            machine_dependent(studied),
            ranges_and_intervals(studied),
            false_alarms(root),
            mutations(root),
        ]
    )


class HowSure(SphinxDirective):
    """Writes the page."""

    def run(self):
        """Parse the text where the directive stands."""
        root = Path(self.env.srcdir)
        for path in sorted((root / "chapters" / "evidence").glob("*.json")):
            self.env.note_dependency(str(path))
        return self.parse_text_to_nodes(page(root), allow_section_headings=True)


def setup(app):
    """Register with Sphinx."""
    app.add_directive("how-sure", HowSure)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
