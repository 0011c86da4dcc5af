"""Where the book is, and scratch copies of it to break."""

import importlib.util
import os
import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

HEADER = """# %% [markdown]
# # Add two numbers
#
# It is ≈ 3.0 today.

# %%
from lecture6_utils.measurement import measured

"""


def module_at(path):
    """Import a file that is in no package."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_small_book(folder):
    """A book of two lessons that take a second: `adds` imports the package, `prints` does not."""
    for name in ("requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    ignore = shutil.ignore_patterns("data", "__pycache__")
    shutil.copytree(ROOT / "lecture6_utils", folder / "lecture6_utils", ignore=ignore)
    chapters = folder / "chapters"
    chapters.mkdir()
    shutil.copy(ROOT / "chapters" / "jupytext.toml", chapters)
    (chapters / "adds.py").write_text(HEADER + 'measured("sum", 1 + 2, ".1f")\n', encoding="utf-8")
    (chapters / "prints.py").write_text("# %% [markdown]\n# # Print\n\n# %%\nprint(2)\n", encoding="utf-8")
    (chapters / "index.md").write_text("# Index\n", encoding="utf-8")
    (folder / "_toc.yml").write_text(
        "format: jb-book\nroot: chapters/index\nchapters:\n"
        "- file: chapters/adds\n- file: chapters/prints\n", encoding="utf-8"
    )
    return folder


@pytest.fixture
def small_book(tmp_path):
    """Two lessons, not executed yet."""
    return make_small_book(tmp_path)


def copy_book(folder):
    """Copy the real book into a folder; the environment is linked, not copied."""
    copy = folder / "book"
    ignore = shutil.ignore_patterns(".venv", ".git", "_build", "mine", "__pycache__", ".*_cache")
    shutil.copytree(ROOT, copy, ignore=ignore)
    os.symlink(sys.prefix, copy / ".venv")
    return copy


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
