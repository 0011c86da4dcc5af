"""The Makefile's own promises: the Python it needs, a build that was cut off, help."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest


def make(book, *arguments, **options):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", *arguments], cwd=book, env=env, capture_output=True, text=True, **options
    )


@pytest.mark.parametrize("version", ["(3, 9, 2)", "(3, 14, 0)"])
def test_an_unfit_python_is_named_at_once(book_copy, version):
    (book_copy / ".venv").unlink()
    fake = book_copy / "fake-python"
    fake.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -c "import sys; sys.version_info = {version}; '
        'exec(sys.argv[1])" "$2"\n',
        encoding="utf-8",
    )
    fake.chmod(0o755)
    result = make(book_copy, "book", f"PYTHON={fake}")
    assert result.returncode != 0
    assert "this book needs 3.11, 3.12 or 3.13" in result.stderr
    assert "make book PYTHON=python3.12" in result.stderr
    assert not (book_copy / ".venv").exists()


def test_a_build_cut_off_leaves_the_last_book_and_the_next_is_right(ready_book):
    assert make(ready_book, "html").returncode == 0
    page = ready_book / "_build/html/chapters/index.html"
    before = page.read_bytes()
    (ready_book / "chapters/index.md").write_text("# Another index\n", encoding="utf-8")
    process = subprocess.Popen(
        ["make", "html"],
        cwd=ready_book,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    half_made = ready_book / "_build/new/_build/html/_static"
    while not half_made.exists():
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert page.read_bytes() == before
    assert make(ready_book, "html").returncode == 0
    assert "Another index" in page.read_text(encoding="utf-8")


def test_a_warning_of_the_build_is_an_error(ready_book):
    with open(ready_book / "chapters/index.md", "a", encoding="utf-8") as index:
        index.write("\n{doc}`no_such_page`\n")
    result = make(ready_book, "html")
    assert result.returncode != 0
    assert re.search(
        r"^chapters/index.md:\d+: unknown document: 'no_such_page'", result.stderr, re.M
    )
    assert "Traceback" not in result.stderr


def test_nothing_is_stale_in_a_fresh_clone(ready_book):
    result = make(ready_book, "book")
    assert result.returncode == 0, result.stderr
    assert "Every lesson is up to date." in result.stdout
    assert "No problem found." in result.stdout
    assert "file://" in result.stdout


def test_an_address_that_is_none_is_named(ready_book):
    refused = make(ready_book, "html", 'REPOSITORY=a"; exit 0; "')
    assert refused.returncode != 0 and "is not the address" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_bad_port_or_nothing_to_serve_is_told_at_once(book_copy):
    refused = make(book_copy, "serve", "PORT=80000")
    assert (
        refused.returncode != 0 and "PORT is a number from 1 to 65535, not 80000" in refused.stderr
    )
    (book_copy / ".venv").unlink()
    refused = make(book_copy, "serve")
    assert (
        refused.returncode != 0
        and "There is no built book to serve: run make book first" in refused.stdout
    )
    assert not (book_copy / ".venv").exists() and not (book_copy / "_build").exists()


def test_help_lists_the_targets(book_copy):
    text = make(book_copy).stdout
    for target in (
        "book",
        "check",
        "test",
        "lighthouse",
        "run",
        "lab",
        "serve",
        "bench",
        "html",
        "newest",
        "clean",
    ):
        assert f"make {target} " in text


def test_one_switch_builds_the_book_without_solutions(ready_book):
    address = "REPOSITORY=https://github.com/an-owner/a-book"
    assert make(ready_book, "html", "SOLUTIONS=no", address).returncode == 0
    html = ready_book / "_build/html"
    pages = [*html.glob("chapters/*.html"), *html.glob("_sources/chapters/*.[ip]*y*")]
    texts = {path.name: path.read_text(encoding="utf-8") for path in pages}
    for slug in ("tsne", "character_embeddings"):
        for name in (f"{slug}.html", f"{slug}.ipynb", f"{slug}.py"):
            assert "Exercise 1 — " in texts[name]
        assert texts[f"{slug}.py"].startswith("# %% [markdown]\n# # ")
    assert (html / ".edition").read_text(encoding="utf-8") == "no\n"
    for name, text in texts.items():
        assert ("This edition is for students" in text) == name.endswith(".html"), name
        assert "Answer to exercise" not in text, name
        assert "Show solution" not in text, name
        assert "an-owner" not in text, "the repository has the solutions"
    (package,) = html.glob("_sources/*.whl")
    assert f'href="../_sources/{package.name}"' in texts["tsne.html"]
    assert "Answer to exercise" not in (html / "searchindex.js").read_text(encoding="utf-8")

    refused = make(ready_book, "html", "SOLUTIONS=perhaps")
    assert refused.returncode != 0 and "SOLUTIONS is yes or no, not perhaps" in refused.stderr
    assert (html / "index.html").exists(), "the last book stays"
