"""`make pdf`: it says what it lacks, breaks nothing when LaTeX fails, and leaves nothing out."""

import contextlib
import os
import re
import shutil
import subprocess
import zlib

import pytest
from helpers import ROOT, copy_book, make

from lecture6_utils.book.lessons import find_lessons, read_notebook

TOOLS = ("latexmk", "xelatex", "makeindex", "kpsewhich", "fc-list", "pdftotext")


def fake_tools(folder, **scripts):
    """Programs by the names of TeX's that find everything, or do as `scripts` says."""
    folder.mkdir()
    for name in TOOLS:
        program = folder / name
        program.write_text(f"#!/bin/sh\n{scripts.get(name, 'echo found')}\n", encoding="utf-8")
        program.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture
def makefile(tmp_path):
    """A folder in which nothing was made yet."""
    folder = tmp_path / "book"
    folder.mkdir()
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    return folder


def test_without_tex_it_names_what_is_missing_and_touches_nothing(makefile, tmp_path, monkeypatch):
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("make", "grep"):
        (programs / name).symlink_to(shutil.which(name))
    monkeypatch.setenv("PATH", str(programs))
    result = make(makefile, "pdf")
    assert result.returncode != 0
    for lack in ("the command latexmk", "the command xelatex", "adjustbox.sty", "the font STIX"):
        assert lack in result.stdout
    assert "apt install --no-install-recommends latexmk texlive-xetex" in result.stdout
    assert not (makefile / ".venv").exists() and not (makefile / "_build").exists()


def test_it_names_only_what_is_missing(makefile, tmp_path, monkeypatch):
    tools = fake_tools(tmp_path / "fakes", **{"fc-list": 'case "$1" in *STIX) ;; *) echo x;; esac'})
    monkeypatch.setenv("PATH", tools)
    lines = make(makefile, "pdf").stdout.splitlines()
    assert [line.strip() for line in lines if line.startswith("  ")] == ["the font STIX"]


def test_when_latex_fails_the_last_pdf_stays_and_solutions_can_be_left_out(
    site, tmp_path, monkeypatch
):
    last = site / "_build" / "lecture6.pdf"
    last.parent.mkdir()
    last.write_bytes(b"the last one")
    latexmk = "echo '! Undefined control sequence.'; exit 12"
    monkeypatch.setenv("PATH", fake_tools(tmp_path / "fakes", latexmk=latexmk))
    result = make(site, "pdf", "SOLUTIONS=no")
    assert result.returncode != 0
    assert "! Undefined control sequence." in result.stdout
    assert last.read_bytes() == b"the last one"

    text = (site / "_build/new-pdf/_build/latex/lecture6.tex").read_text(encoding="utf-8")
    assert "Exercise 1" in text
    assert "Answer to exercise" not in text and "SECRET" not in text


@pytest.fixture(scope="module")
def cells():
    """Every code cell of the book."""
    lessons = [read_notebook(lesson) for lesson in find_lessons(ROOT)]
    return [cell for book in lessons for cell in book.cells if cell.cell_type == "code"]


def alternative_texts(pdf):
    """What is read aloud in place of each picture."""
    content, streams = pdf.read_bytes(), []
    for start in re.finditer(rb"(?<!end)stream\r?\n", content):
        with contextlib.suppress(zlib.error):  # not every stream is packed
            streams.append(zlib.decompressobj().decompress(content[start.end() :]))
    texts = re.findall(rb"/Alt<([0-9a-fA-F]+)>", b"".join(streams))
    return {bytes.fromhex(text.decode()).decode("utf-16") for text in texts}


def test_the_pdf_has_every_lesson_figure_number_and_solution(tmp_path, cells):
    if not all(map(shutil.which, TOOLS)):
        lack = "the PDF: no TeX here; `make pdf` names what it needs"
        pytest.fail(lack) if os.environ.get("CI") else pytest.skip(lack)
    book = copy_book(tmp_path)
    for name in ("requirements.txt", "pyproject.toml"):
        os.utime(book / name, (0, 0))  # older than the environment, which is not to be made anew
    result = make(book, "pdf")
    assert result.returncode == 0, result.stdout + result.stderr
    log = (book / "_build/new-pdf/_build/latex/lecture6.log").read_text(
        encoding="utf-8", errors="replace"
    )
    wide = [float(w) for w in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log)]
    assert max(wide, default=0) < 5, "something runs into the margin"

    pages = subprocess.run(
        ["pdftotext", book / "_build/lecture6.pdf", "-"], capture_output=True, check=True
    )
    text = " ".join(pages.stdout.decode().split())
    for lesson in find_lessons(ROOT):
        title = read_notebook(lesson).cells[0].source.splitlines()[0]
        assert text.count(title.removeprefix("# ").replace("'", "’")) >= 2  # contents, chapter

    figures = [c.metadata.mystnb for c in cells if "figure" in c.metadata.get("mystnb", {})]
    captions = [int(n) for n in re.findall(r"Fig\. (\d+): ", text)]
    # as on the pages; the chart of the page on speed is no lesson's
    assert sorted(captions) == list(range(1, len(figures) + 2))
    assert len(figures) > 50
    assert {figure["image"]["alt"] for figure in figures} <= alternative_texts(
        book / "_build/lecture6.pdf"
    )
    solutions = [c for c in cells if "hide-cell" in c.metadata.get("tags", [])]
    assert len(re.findall(r"Solution \d", text)) == len(solutions) > 30
    assert len(re.findall(r"Answer to exercise \d", text)) >= len(solutions)

    numbers = {
        measurement["text"]
        for lesson in find_lessons(ROOT)
        for measurement in read_notebook(lesson).metadata["lecture6"]["measured"]
    }
    # In a narrow table pdftotext overlooks spaces; a long printed line breaks anywhere, with an arrow.
    closed_up = re.sub(r"[\s↪→֒]+", "", text)
    lost = {number for number in numbers if number.replace(" ", "") not in closed_up}
    assert len(numbers) > 500 and not lost
