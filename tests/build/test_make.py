"""What `make` promises: the Python it needs, a port that it refuses at once, what a check tells."""

import shutil
import sys

import pytest
from helpers import ROOT, make

from lecture6_utils.book import check


@pytest.fixture
def book(tmp_path):
    """What the Makefile needs before anything is made."""
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "lecture6_utils").symlink_to(ROOT / "lecture6_utils")
    return tmp_path


@pytest.mark.parametrize("version", ["(3, 9, 2)", "(3, 14, 0)"])
def test_an_unfit_python_is_named_at_once(book, version):
    fake = book / "fake-python"
    fake.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -c "import sys; sys.version_info = {version}; '
        'exec(sys.argv[1])" "$2"\n',
        encoding="utf-8",
    )
    fake.chmod(0o755)
    result = make(book, "book", f"PYTHON={fake}")
    assert result.returncode != 0
    assert "this book needs 3.11, 3.12 or 3.13" in result.stderr
    assert "make book PYTHON=python3.12" in result.stderr
    assert not (book / ".venv").exists()


def test_a_bad_port_or_nothing_to_serve_is_told_at_once(book):
    refused = make(book, "serve")
    assert refused.returncode != 0
    assert "There is no built book to serve: run make book first" in refused.stdout
    assert not (book / ".venv").exists() and not (book / "_build").exists()
    (book / ".venv").symlink_to(sys.prefix)
    refused = make(book, "serve", "PORT=80000")
    assert refused.returncode != 0
    assert "PORT is a number from 1 to 65535, not 80000" in refused.stderr


def test_the_command_tells_what_tools_and_tests_found_with_file_and_line(
    small_book, monkeypatch, capsys
):
    book = small_book
    (book / "tests/unit").mkdir(parents=True)
    (book / "tests/unit/test_x.py").write_text(
        "import os\n\n\ndef test_x():\n    assert 1 + 1 == 3, 'a sum'\n",
        encoding="utf-8",
    )
    (book / "tests/unit/test_y.py").write_text("import no_such_module\n", encoding="utf-8")
    (book / "lecture6_utils/crooked.py").write_text("x = [1,\n  2]\n", encoding="utf-8")
    monkeypatch.chdir(book)
    monkeypatch.setenv("PYTEST_XDIST_AUTO_NUM_WORKERS", "1")
    with pytest.raises(SystemExit, match=r"^\d+ problems\.$"):
        check.main([])
    said = capsys.readouterr().out
    assert "tests/unit/test_x.py:1:8: F401" in said
    assert "lecture6_utils/crooked.py:1:8: unformatted" in said
    assert "tests.unit.test_y: ModuleNotFoundError: No module named 'no_such_module'" in said
    assert "\ntests/unit/test_x.py:4: test_x: AssertionError: a sum\n" in said
