"""Imports point down only: the book stands above the lessons, the lessons above the package."""

import ast
import re

import pytest
from helpers import ROOT

PACKAGE = ROOT / "lecture6_utils"
BOOK = PACKAGE / "book"  # what makes and proves the book
FOUNDATION = ["measurement.py", "plotting.py", "training.py"]
#: Who → a pattern of what they must not import. Nobody imports by a relative name, which the
#: fingerprint of a lesson does not follow.
FORBIDDEN = {
    "a lesson": r"lecture6_utils\.book\b|conftest\b|\.",
    "the package": r"lecture6_utils\.book\b|\.",
    "its foundation": r"lecture6_utils\b|\.",
}
FILES = {
    "a lesson": [p for p in (ROOT / "chapters").glob("*.py") if p.name != "conftest.py"],
    "the package": [p for p in PACKAGE.rglob("*.py") if BOOK not in p.parents],
    "its foundation": [PACKAGE / name for name in FOUNDATION],
}


def forbidden(source, who):
    """What a piece of Python imports and must not."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            names = [f"{module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name for name in names if re.match(FORBIDDEN[who], name))


@pytest.mark.parametrize("who", FORBIDDEN)
def test_imports_point_down_only(who):
    assert FILES[who]
    found = {p.name: list(forbidden(p.read_text(encoding="utf-8"), who)) for p in FILES[who]}
    assert {name: names for name, names in found.items() if names} == {}


def test_a_folder_of_the_package_is_looked_into():
    assert PACKAGE / "live_figures" / "map.py" in FILES["the package"]


@pytest.mark.parametrize(
    ("who", "source", "faulty"),
    [
        ("a lesson", "import lecture6_utils.book.pdf as pdf", True),
        ("a lesson", "from lecture6_utils import datasets, book", True),
        ("a lesson", "def later():\n    from lecture6_utils.book.lessons import BookError", True),
        ("a lesson", "import conftest", True),
        ("a lesson", "from lecture6_utils.datasets import load_fashion_mnist", False),
        ("the package", "from lecture6_utils.book import figures", True),
        ("the package", "from . import plotting", True),
        ("the package", "from .training import fit", True),
        ("the package", "import lecture6_utils.booklets, lessons, book", False),
        ("its foundation", "from lecture6_utils.words import load_words", True),
        ("its foundation", "import lecture6_utils", True),
        ("its foundation", "import keras", False),
    ],
)
def test_an_import_that_points_up_is_found(who, source, faulty):
    assert bool(list(forbidden(source, who))) == faulty
