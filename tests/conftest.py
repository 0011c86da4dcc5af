"""The room of each test, scratch books, and what is said last."""

from collections import Counter

import pytest
from built import HTML, lack_of_build
from helpers import ROOT, make_small_book

from lecture6_utils.book.lock import alone

#: The folders of tests, in the order in which they are run, after the lessons. The browser comes
#: last: it stays for a whole session, and in a thread that drives one nothing can be awaited.
ROOMS = ["build", "unit", "browser"]
#: The longest files of the last room; shorter ones follow, so that the workers end together.
LONGEST = ["test_every_page", "test_live_figures"]


@pytest.hookimpl(tryfirst=True)  # before pytest chooses by mark
def pytest_collection_modifyitems(items):
    """Mark each test by the folder it lies in; lessons, which lie elsewhere, come first."""
    order = {}
    for item in items:
        room = item.path.parent.name
        if room in ROOMS:
            item.add_marker(room)
        number = ROOMS.index(room) if room in ROOMS else -1
        order[item] = (number, item.path.stem not in LONGEST)
    items.sort(key=order.get)


@pytest.fixture
def small_book(tmp_path):
    """Two lessons, not executed yet."""
    return make_small_book(tmp_path)


@pytest.fixture(scope="session")
def built_book():
    """The pages that all tests share, made once by `make html`, of the sources as they are."""
    # `make test` builds them while the lessons are proved
    with alone(ROOT / "_build" / "build.lock", "A build", wait=True):
        if lack := lack_of_build():
            pytest.fail(lack)
    return HTML


def pytest_terminal_summary(terminalreporter, config):
    """Say last, in one sentence, what was not proved."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    said = "; ".join(f"{reason} ({n} tests)" for reason, n in reasons.items())
    terminalreporter.write_line(f"Not proved here: {said or 'nothing; all was run'}.")
