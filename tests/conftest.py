"""Scratch copies of the book, a browser, the marks of the tests, and what is said last."""

import os
from collections import Counter

import pytest
from helpers import copy_book, make_small_book

#: Files whose tests execute lessons, build pages, train, or start other programs that do.
EXECUTING = {
    f"test_{name}"
    for name in (
        "anywhere",
        "publish",
        "lessons",
        "lighthouse",
        "make",
        "mutations",
        "pdf",
        "study",
        "tamper",
        "training",
    )
}


def pytest_ignore_collect(collection_path, config):
    """Not even imported for `-m unit`: TensorFlow alone takes seconds."""
    return (config.option.markexpr == "unit" and collection_path.stem in EXECUTING) or None


@pytest.hookimpl(tryfirst=True)  # before pytest chooses by mark
def pytest_collection_modifyitems(items):
    """Mark each test as unit, build or browser, if it does not say so itself."""
    for item in items:
        if any(item.get_closest_marker(mark) for mark in ("unit", "build", "browser")):
            continue
        looks_at_pages = "HTML" in vars(getattr(item, "module", None) or type(item))
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
        elif item.path.suffix == ".ipynb" or item.path.stem in EXECUTING or looks_at_pages:
            item.add_marker("build")
        else:
            item.add_marker("unit")


@pytest.fixture
def small_book(tmp_path):
    """Two lessons, not executed yet."""
    return make_small_book(tmp_path)


@pytest.fixture
def book_copy(tmp_path):
    """The real book, to be tampered with."""
    return copy_book(tmp_path)


@pytest.fixture
def ready_book(book_copy):
    """A copy whose environment counts as installed."""
    for name in ("requirements.txt", "pyproject.toml"):
        os.utime(book_copy / name, (0, 0))
    if not (book_copy / ".venv" / ".ready").exists():
        pytest.skip("the environment was not made by `make`")
    return book_copy


@pytest.fixture(autouse=True)
def built_book(request):
    """Whatever looks at the built book looks at one made of the sources as they are."""
    if "HTML" in vars(request.module):
        from browser import lack_of_build

        if lack := lack_of_build():
            pytest.fail(lack)


@pytest.fixture(scope="module")
def browser():
    """Headless Chromium; without it the test is skipped, or fails in CI."""
    from browser import ARGUMENTS, CHROMIUM, require_browser
    from playwright.sync_api import sync_playwright

    require_browser()
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


def pytest_terminal_summary(terminalreporter, config):
    """Say last, in one sentence, what was not proved."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    said = "; ".join(f"{reason} ({n} tests)" for reason, n in reasons.items())
    terminalreporter.write_line(f"Not proved here: {said or 'nothing; all was run'}.")
