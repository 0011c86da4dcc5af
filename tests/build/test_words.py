"""A lesson whose corpus is lacking is not proved, and that is said."""

import os
import re
import shutil
import subprocess
import sys
from types import SimpleNamespace

import nbformat
import pytest
from helpers import ROOT


@pytest.fixture
def names(tmp_path):
    """A lesson that loads the corpus, in a book of its own."""
    (tmp_path / "chapters").mkdir()
    for name in ("pyproject.toml", "chapters/conftest.py", "_toc.yml", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    cell = nbformat.v4.new_code_cell(
        "from lecture6_utils.words import load_turku_ner\n_ = load_turku_ner()", execution_count=1
    )
    path = tmp_path / "chapters/names.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    return path


def test_a_lesson_without_its_corpus_is_skipped_and_that_is_said(names, tmp_path):
    offline = {"HTTPS_PROXY": "http://127.0.0.1:9", "XDG_CACHE_HOME": str(tmp_path)}
    variables = {"PYTEST_ADDOPTS": "", "LECTURE6_TURKU_NER": "", "CI": "", "PYTHONPATH": str(ROOT)}
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "chapters/names.ipynb"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=os.environ | offline | variables,
    )
    lines = re.sub(r"SKIPPED \[1\] \S+:", "SKIPPED [1] {}:", result.stdout)
    said = "SKIPPED [1] {}: NOT PROVED: The Turku NER corpus could not be fetched"
    assert said in lines, result.stdout


@pytest.mark.parametrize(("named", "ci"), [("", "true"), ("nowhere", "")])
def test_in_ci_or_with_a_wrong_folder_it_is_not_skipped(proof, names, monkeypatch, named, ci):
    """So its cell raises what unit/test_words.py says, and fails as any that raises."""
    monkeypatch.setenv("LECTURE6_TURKU_NER", named)
    monkeypatch.setenv("CI", ci)
    marks = []
    proof.pytest_collection_modifyitems([SimpleNamespace(path=names, add_marker=marks.append)])
    assert marks == []
