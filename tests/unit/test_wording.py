"""Words that the book does not write are found in prose, and only there."""

import re

import pytest
from helpers import ROOT

from lecture6_utils.book.check import prose
from lecture6_utils.book.lessons import find_lessons
from lecture6_utils.book.wording import LIST, unwanted

NOT_PROSE = "`obviously`, $obviously$, “obviously”, [x](obviously.md)\n```\nobviously\n```"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One.\nObviously it is.", [(1, "Obviously")]),
        ("We add in\norder to sum.", [(0, "in order to")]),
        ("They utilized it, e.g. twice.", [(0, "utilized"), (0, "e.g.")]),
        ("This is just-in-time, unjust and adjusted.", []),
        (f"{NOT_PROSE}\nhence", [(4, "hence")]),
        ("```{note}\nhence\n```", [(1, "hence")]),  # a directive holds prose
    ],
)
def test_a_word_is_found_in_its_line(text, found):
    told = [(line, words) for line, words, _ in unwanted(text)]
    assert sorted(told) == sorted(found)


def test_each_word_has_something_to_write_instead():
    assert all(instead for _, instead in LIST)
    assert not any(pattern.search("") for pattern, _ in LIST)


def test_the_style_guide_shows_sentences_as_they_stand_now():
    written = " ".join(" ".join(text.split()) for text, _ in prose(ROOT, find_lessons(ROOT)))
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    pairs = re.findall(r"^\| [^|]+ \| “([^|]+)\.” \| “([^|]+)\.” \|$", guide, re.M)
    assert len(pairs) == 10
    for before, after in pairs:
        assert after.lower() in written.lower()
        assert before.lower() not in written.lower()
