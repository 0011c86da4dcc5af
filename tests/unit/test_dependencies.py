"""What pyproject.toml says of the package is true: what it needs, and under which licences it comes."""

import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatch

import pytest
from helpers import ROOT
from packaging.licenses import canonicalize_license_expression

PYPROJECT = ROOT / "pyproject.toml"
PROJECT = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
DATA = ROOT / "lecture6_utils" / "data"

#: What is installed, and the lessons that it is for, import only what `dependencies` declares;
#: what makes and proves the book, the packages of its extra, too (DEP004 is their use).
INSTALLED = [
    "lecture6_utils",
    "chapters",
    "--extend-exclude",
    "lecture6_utils/book",
    "--extend-exclude",
    "chapters/conftest.py",
]
ALL = ["lecture6_utils", "chapters", "tests", "--ignore", "DEP004"]


def deptry(folder, arguments):
    """Its findings, a line each; none if all is declared."""
    command = [sys.executable, "-m", "deptry", "--no-ansi", *arguments]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    found = [line for line in result.stderr.splitlines() if " DEP0" in line]
    assert found or result.returncode == 0, result.stderr
    return found


@pytest.mark.parametrize("arguments", [INSTALLED, ALL], ids=["installed", "all"])
def test_every_import_is_declared(arguments):
    assert deptry(ROOT, arguments) == []


@pytest.mark.parametrize(
    ("file", "arguments", "finding"),
    [
        ("lecture6_utils/new.py", INSTALLED, "DEP004 'nbformat'"),
        ("lecture6_utils/new.py", ALL, None),
        ("lecture6_utils/book/new.py", INSTALLED, None),
    ],
)
def test_an_import_of_the_books_own_packages_by_the_package_is_found(
    tmp_path, file, arguments, finding
):
    used = "\n".join(f"import {re.match('[a-z-]+', name)[0]}" for name in PROJECT["dependencies"])
    renamed = {
        "scikit-learn": "sklearn",
        "pillow": "PIL",
        "ipython": "IPython",
        "-inline": "_inline",
    }
    for name, module in renamed.items():
        used = used.replace(name, module)
    for folder in ("lecture6_utils/book", "chapters", "tests"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(
        PYPROJECT.read_text(encoding="utf-8"), encoding="utf-8"
    )
    (tmp_path / "chapters/uses.py").write_text(used, encoding="utf-8")
    (tmp_path / file).write_text("import nbformat\n", encoding="utf-8")
    found = deptry(tmp_path, arguments)
    assert [finding in line for line in found] == ([True] if finding else [])


# --- licences -----------------------------------------------------------------------------


def licence_of(readme):
    """The SPDX identifiers that a README of data states."""
    return set(
        re.search(r"^Licence: +([^,]+)", readme.read_text(encoding="utf-8"), re.M)[1].split(" AND ")
    )


def test_the_licence_is_that_of_the_code_and_of_all_data():
    expression = PROJECT["license"]
    assert canonicalize_license_expression(expression) == expression
    readmes = list(DATA.glob("*/README.txt"))
    assert len(readmes) == len([path for path in DATA.iterdir() if path.is_dir()]) == 2
    assert set(expression.split(" AND ")) == {"MIT"}.union(*map(licence_of, readmes))


def test_the_licence_of_every_table_is_told():
    told = (
        (DATA / "words/README.txt")
        .read_text(encoding="utf-8")
        .partition("Licences of the tables")[2]
    )
    names = re.findall(r"\b[a-z]+_(?:[a-z]+|\*)", told)
    for path in DATA.glob("words/*.tsv.gz"):
        assert any(fnmatch(path.name.partition(".")[0], name) for name in names), path.name


def test_the_texts_of_the_licences_come_with_the_package():
    shipped = {path for pattern in PROJECT["license-files"] for path in ROOT.glob(pattern)}
    assert {ROOT / "LICENSE", *DATA.glob("*/README.txt")} <= shipped
    texts = "\n".join(path.read_text(encoding="utf-8") for path in shipped)
    for words in (
        "Copyright (c) 2026 The Lecture 6 authors",
        "Copyright © 2017 Zalando SE",
        "GNU GENERAL PUBLIC LICENSE\n                       Version 3, 29 June 2007",
        "https://creativecommons.org/licenses/by-sa/4.0/",
        "WordNet 3.0 Copyright 2006 by Princeton University",
        "Copyright (c) 2016 C.J. Hutto",
    ):
        assert words in texts, words
