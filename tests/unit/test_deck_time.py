"""How long the slides take is counted from what is said and shown in the first stack, and no more."""

from lecture6_utils.book.deck_time import SECOND_STACK, contents, minutes, said

DECK = """# A deck

## Part

### One slide

{.lecture}
Where it is

:::{claim}
Four words stand here.
:::

```{lesson-figure} fig-x
:alt: what it shows
```

$$a + b$$

:::{bet} lesson: number
:::

:::{revealjs-notes}
Say it. {section}`lesson#where` <a href="x.html">Two words</a>
:::
"""


def test_what_is_read_is_counted_and_what_is_looked_at_has_its_minutes():
    found = contents(DECK + SECOND_STACK + DECK)
    words = "A deck Part One slide Where it is Four words stand here Say it Two words".split()
    assert found == {
        "words": len(words),
        "slides": 1,
        "bets": 1,
        "figures": 1,
        "tables": 0,
        "pieces of code": 0,
        "formulas": 1,
    }
    assert minutes(found) == len(words) / 120 + 1 + 1 + 2
    assert "about 4 minutes" in said(found)
