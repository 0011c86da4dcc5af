"""A lesson whose corpus is lacking is not proved, and that is said."""

import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from helpers import ROOT


@pytest.mark.parametrize(
    ("named", "ci", "outcome"),
    [
        ("", "", "SKIPPED [1] {}: NOT PROVED: The Turku NER corpus could not be fetched"),
        ("", "true", "1 failed"),
        ("nowhere", "", "1 failed"),
    ],
)
def test_a_lesson_without_its_corpus_is_skipped_but_fails_in_ci_or_with_a_wrong_folder(
    tmp_path, named, ci, outcome
):
    (tmp_path / "chapters").mkdir()
    for name in ("pyproject.toml", "chapters/conftest.py", "_toc.yml", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    cell = nbformat.v4.new_code_cell(
        "from lecture6_utils.words import load_turku_ner\n_ = load_turku_ner()", execution_count=1
    )
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "chapters/names.ipynb")
    offline = {"HTTPS_PROXY": "http://127.0.0.1:9", "XDG_CACHE_HOME": str(tmp_path)}
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "chapters/names.ipynb"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={
            **os.environ,
            **offline,
            "PYTEST_ADDOPTS": "",
            "LECTURE6_TURKU_NER": named,
            "CI": ci,
            "PYTHONPATH": str(ROOT),
        },
    )
    lines = re.sub(r"SKIPPED \[1\] \S+:", "SKIPPED [1] {}:", result.stdout)
    assert outcome in lines, result.stdout
