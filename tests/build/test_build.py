"""A build says what it does, names the line at fault, and replaces the last one whole."""

import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from helpers import listen_to_the_lock, make

from lecture6_utils.book import build, edition
from lecture6_utils.book.lessons import BookError
from lecture6_utils.book.lock import alone


def test_make_book_leaves_a_whole_book_and_says_what_it_does(site):
    result = make(site, "book")
    assert result.returncode == 0, result.stderr
    first, second, third, *_, last = result.stdout.splitlines()
    assert first == "Every lesson is up to date."
    assert second == "Building the html, from scratch ..."
    assert third.startswith("Built 4 pages and the slides (This edition has the solutions")
    assert last.startswith(f"The book: file://{site}/_build/html/index.html")
    html = site / "_build/html"
    assert (html / "slides/index.html").exists()
    assert (html / ".edition").read_text(encoding="utf-8") == "yes\n"
    assert "SECRET" in (html / "chapters/prints.html").read_text(encoding="utf-8")
    assert "problems." in result.stderr, "what is wrong with it is told, too"


def test_a_build_cut_off_leaves_the_last_book_and_the_next_may_be_one_without_solutions(site):
    """That the rule finds every solution of the real lessons is proved in test_pages.py."""
    html = site / "_build/html"
    page = html / "chapters/index.html"
    before = page.read_bytes()
    (site / "chapters/index.md").write_text("# Another index\n", encoding="utf-8")
    process = subprocess.Popen(
        ["make", "html"],
        cwd=site,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    half_made = site / "_build/new/_build/html/_static"
    while not half_made.exists():
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert page.read_bytes() == before

    address = "REPOSITORY=https://github.com/an-owner/a-book"
    assert make(site, "html", "SOLUTIONS=no", address).returncode == 0
    assert "Another index" in page.read_text(encoding="utf-8")
    assert (html / ".edition").read_text(encoding="utf-8") == "no\n"
    pages = [*html.glob("chapters/*.html"), *html.glob("_sources/chapters/*.[ip]*y*")]
    texts = {path.name: path.read_text(encoding="utf-8") for path in pages}
    assert all("Exercise 1 — " in texts[f"prints{end}"] for end in (".html", ".ipynb", ".py"))
    assert texts["prints.py"].startswith("# %% [markdown]\n# # ")
    for name, text in texts.items():
        assert text.count(edition.EDITIONS["no"]) == name.endswith(".html"), name
        assert "SECRET" not in text and "Answer to exercise" not in text, name
        assert "Show solution" not in text, name
        assert "an-owner" not in text, "the repository has the solutions"
    (package,) = html.glob("_sources/*.whl")
    assert f'href="../_sources/{package.name}"' in texts["prints.html"]
    assert "Answer to exercise" not in (html / "searchindex.js").read_text(encoding="utf-8")


def test_an_address_that_is_none_is_named(site):
    refused = make(site, "html", 'REPOSITORY=a"; exit 0; "')
    assert refused.returncode != 0 and "is not the address" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_build_that_fails_names_every_line_and_leaves_the_last_one(site):
    page = site / "_build/html/chapters/index.html"
    before = page.read_bytes()
    with open(site / "chapters/index.md", "a", encoding="utf-8") as index:
        index.write("\n{doc}`no_such_page`\n\n{numref}`fig-none`\n")
    result = make(site, "html")
    assert result.returncode != 0
    assert result.stderr.splitlines()[:2] == [
        "chapters/index.md:3: unknown document: 'no_such_page'",
        "chapters/index.md:5: undefined label: 'fig-none'",
    ]
    assert "Traceback" not in result.stderr
    assert page.read_bytes() == before


def test_a_second_build_waits_and_says_for_whom(small_book, monkeypatch):
    said = listen_to_the_lock(monkeypatch)
    with ThreadPoolExecutor(1) as pool:
        with alone(small_book / "_build/build.lock", "A build", wait=False):
            second = pool.submit(build.build, small_book, "slides")
            assert said.get(timeout=60).startswith(
                f"A build already runs in this folder (process {os.getpid()}): waiting"
            )
        with pytest.raises(BookError, match="There is no built book to put the slides into"):
            second.result()  # it went on
