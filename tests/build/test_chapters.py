"""The committed book keeps its promises; what `make check` says of it is nothing."""

from helpers import ROOT

from lecture6_utils.book.check import book_problems


def test_the_committed_book_has_no_problem():
    problems = book_problems(ROOT)
    assert problems == [], "\n".join(problems)
