"""The directive ``deck-time``: how long the slides take, counted from what stands on them.

A teacher plans with it, and a test holds the deck to two hours.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

SOURCE = "chapters/_slides/index.md"
#: Where the second stack begins, for which two hours have no time.
SECOND_STACK = "\n## More, if there is time\n"
#: Words a minute: slower than one talks, since a class looks and thinks meanwhile.
PACE = 120
FORMULA = r"^\$\$.+\$\$$"
#: What is looked at for a minute, by its mark in the source.
LOOKED_AT = {
    "figures": r"\{lesson-figure\}",
    "tables": r"\{lesson-table\}",
    "pieces of code": r"\{lesson-(?:code|output)\}",
    "formulas": FORMULA,
}
#: A class chooses, and then hears who was right.
BET, MINUTES_OF_BET = r"\{bet\}", 2
#: What nobody reads aloud: fences and options of directives, attributes, where links lead.
UNREAD = re.compile(
    rf"^(?:`{{3,}}|:{{3,}}|:\w|\{{\.).*$|\{{section\}}`[^`]*`|<[^>]+>|{FORMULA}", re.M
)


def contents(source):
    """What the first stack holds.

    Parameters
    ----------
    source : str
        Of the slides.

    Returns
    -------
    dict of str to int
        How many ``slides``, ``words`` (notes included), ``bets``, and what `LOOKED_AT` names.
    """
    deck = source.partition(SECOND_STACK)[0]
    words = UNREAD.sub(" ", deck).split()
    marks = {"slides": "^### ", "bets": BET, **LOOKED_AT}
    return {"words": sum(any(map(str.isalnum, word)) for word in words)} | {
        name: len(re.findall(mark, deck, re.M)) for name, mark in marks.items()
    }


def minutes(found):
    """Minutes for all of it, from its `contents`."""
    looked_at = sum(found[name] for name in LOOKED_AT)
    return found["words"] / PACE + looked_at + MINUTES_OF_BET * found["bets"]


def said(found):
    """The count as a sentence or two."""
    *most, last = (f"{found[name]} {name}" for name in LOOKED_AT)
    return (
        f"The deck's {found['slides']} slides and their notes have {found['words']:,} words, which take "
        f"{found['words'] / PACE:.0f} minutes at {PACE} words a minute. With one minute for each "
        f"of its {', '.join(most)} and {last}, and {MINUTES_OF_BET} for each of its "
        f"{found['bets']} bets, it takes about {minutes(found):.0f} minutes, questions of "
        "the class not counted."
    )


class DeckTime(SphinxDirective):
    """Writes that paragraph."""

    def run(self):
        """A paragraph."""
        path = Path(self.env.srcdir, SOURCE)
        self.env.note_dependency(str(path))
        return [nodes.paragraph("", said(contents(path.read_text(encoding="utf-8"))))]


def setup(app):
    """Register with Sphinx."""
    app.add_directive("deck-time", DeckTime)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
