"""`make lab` in a browser: a student plays, and what is proved stays as it was."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.request import urlopen

from built import Recorder
from helpers import contents, make_lab_book, require_jupyterlab
from playwright.sync_api import expect
from small_site import build

from lecture6_utils.book import lab
from lecture6_utils.book.lessons import Lesson, cells, read_notebook, read_script, stale_reasons


def settle_other_projects(home):
    """Settings of a reader's own that would be in the way: a kernel that is wrong, pairs for all."""
    for place in ("path", ".local/share/jupyter"):
        kernel = home / place / "kernels/python3/kernel.json"
        kernel.parent.mkdir(parents=True)
        kernel.write_text(
            '{"argv": ["false"], "display_name": "Wrong", "language": "python"}', encoding="utf-8"
        )
    (home / ".config/jupytext").mkdir(parents=True)
    (home / ".config/jupytext/jupytext.toml").write_text(
        'formats = "ipynb,py:percent"\n', encoding="utf-8"
    )
    return {"HOME": str(home), "JUPYTER_PATH": str(home / "path")}


@contextmanager
def jupyterlab(book):
    """JupyterLab as `make lab` starts it; yields its address."""
    require_jupyterlab()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with open(book / "log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "lecture6_utils.book.lab",
                "--no-browser",
                f"--port={port}",
                "--ServerApp.port_retries=0",
                "--IdentityProvider.token=secret",
            ],
            cwd=book,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONPATH": str(book)} | settle_other_projects(book / "home"),
        )
        base = f"http://127.0.0.1:{port}/"
        try:
            wait_until(lambda: process.poll() is not None or answers(f"{base}api"))
            assert process.poll() is None, (book / "log").read_text(encoding="utf-8")
            yield base
        finally:
            process.terminate()
            process.wait(120)


def wait_until(true, seconds=120):
    for _ in range(10 * seconds):
        if true():
            return
        time.sleep(0.1)
    raise AssertionError(f"not in {seconds} s")


def answers(url):
    try:
        return urlopen(url).close() is None
    except OSError:
        return False


def test_a_student_plays_and_the_book_stays_as_it_was(new_page, tmp_path):
    made_book = make_lab_book(tmp_path)
    chapters, copy = made_book / "chapters", made_book / "mine" / "adds.ipynb"
    before = contents(chapters)
    with jupyterlab(made_book) as base:
        page = new_page(viewport={"width": 1200, "height": 1500})
        recorder = Recorder(page, base)
        page.goto(f"{base}?token=secret")
        page.get_by_role("link", name="Add two numbers").click()
        lesson = page.locator(".jp-NotebookPanel:visible").last
        cell = lesson.locator(".jp-Cell")

        for shown in (
            lesson.locator("blockquote strong", has_text="Takeaways"),
            lesson.locator("blockquote strong", has_text="Exercise 1 — more"),
            cell.locator(".cm-content", has_text="# Your code for exercise 1"),
            cell.locator(".jp-Placeholder", has_text="# Solution 1"),
            lesson.locator("summary", has_text="Answer to exercise 1"),
        ):
            shown.wait_for()
        unfolded = cell.locator(".cm-content:visible")
        expect(unfolded).to_have_count(2)  # a busy machine shows one after the other
        first = [text.split()[0] for text in unfolded.all_inner_texts()]
        assert first == ["#", "from"], "the solution is folded"
        assert not lesson.locator("p", has_text="It is six.").is_visible()
        assert ":::" not in lesson.inner_text()
        names = page.locator(".jp-DirListing-itemName").all_inner_texts()
        assert names == ["0_start_here.ipynb", "adds.ipynb"]

        measuring = cell.filter(has_text="compare_with")
        code = measuring.locator(".cm-content")
        code.click()
        for key in ("Control+End", *len(', ".1f")') * ["ArrowLeft"], "Backspace", "8"):
            code.press(key)  # 1 + 2 becomes 1 + 8
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.locator(".lm-Menu-item", has_text="Run All Cells").first.click()
        measuring.locator(".jp-OutputArea-output", has_text="sum ≈ 9.0").wait_for()
        said = measuring.locator(".jp-OutputArea").inner_text()
        assert "(in the book, sum lies between 2.9 and 3.1)" in said
        page.keyboard.press("Control+s")
        wait_until(lambda: "≈ 9.0" in copy.read_text(encoding="utf-8"))
        assert page.locator(".jp-Dialog, .Toastify__toast").all_inner_texts() == []
        assert (recorder.foreign, recorder.failed) == ([], [])
        page.close()
    log = (made_book / "log").read_text(encoding="utf-8")
    assert "[W" not in log and "[E" not in log, log
    seen = sorted(path.name for path in copy.parent.glob("[!.]*"))
    assert seen == ["0_start_here.ipynb", "adds.ipynb", "evidence"], "no script: nothing is paired"

    assert contents(chapters) == before
    adds = Lesson(made_book, "adds")
    assert stale_reasons(adds) == [] and cells(read_script(adds)) == cells(read_notebook(adds))
    html, _ = build(made_book, page="adds")
    assert "sum ≈ 3.0" in html.get_text() and "9.0" not in html.get_text()
    mine = copy.read_bytes()
    assert lab.refresh(made_book) == []
    assert copy.read_bytes() == mine
