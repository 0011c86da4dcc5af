"""The Makefile's own promises: the Python it needs, and a port that it refuses at once."""

import shutil
import sys

import pytest
from helpers import ROOT, make


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
