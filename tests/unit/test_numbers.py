"""References say the number of what they lead to; on the built pages: build/test_pages.py."""

import pytest

from lecture6_utils.book.numbers import with_number


@pytest.mark.parametrize(
    ("text", "title", "expected"),
    [
        ("How good is it?", "How good is it?", "7.3. How good is it?"),
        ("What’s left?", "What's left?", "7.3. What's left?"),
        ("the lesson on maps", "Draw a map", "lesson 7.3 on maps"),
        ("The lesson on maps", "Draw a map", "Lesson 7.3 on maps"),
        ("the two maps", "Draw a map", "the two maps"),
    ],
)
def test_a_reference_takes_the_number_where_it_can(text, title, expected):
    assert with_number(text, title, "7.3") == expected
    assert with_number("tsne", title, "7.3", explicit=False) == f"7.3. {title}"
