"""`make serve` serves what was built, refuses a bad port first, and builds anew what is saved."""

import os
import subprocess
import threading
import urllib.request
from types import SimpleNamespace

import pytest

from lecture6_utils.book import serve


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A built book of one page, without solutions."""
    html = tmp_path / "_build/html"
    html.mkdir(parents=True)
    (html / "index.html").write_text("first", encoding="utf-8")
    (html / ".edition").write_text("no\n", encoding="utf-8")
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters/adds.py").write_text("# %%\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("port", ["abc", "0", "-1", "80000", "8000x", ""])
def test_a_port_that_is_none_is_refused(port, tmp_path):
    with pytest.raises(SystemExit, match=f"PORT is a number from 1 to 65535, not {port}"):
        serve.listen(port, tmp_path)


def test_a_port_in_use_is_refused_even_if_there_is_nothing_to_serve(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with serve.ThreadingHTTPServer(("127.0.0.1", 0), serve.Quiet) as taken:
        monkeypatch.setattr(serve.sys, "argv", ["serve", str(taken.server_port)])
        with pytest.raises(
            SystemExit, match=f"Port {taken.server_port} cannot be had .*Take another"
        ):
            serve.main()
        free = str(taken.server_port)
    monkeypatch.setattr(serve.sys, "argv", ["serve", free])
    with pytest.raises(SystemExit, match="There is no built book to serve: run `make book` first"):
        serve.main()


def test_what_was_built_is_served(book):
    with serve.ThreadingHTTPServer(("127.0.0.1", 0), serve.Quiet) as probe:
        free = str(probe.server_port)
    with serve.listen(free, book / "_build/html") as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with urllib.request.urlopen(f"http://127.0.0.1:{free}/index.html") as page:
            assert page.read() == b"first"
        server.shutdown()


class Enough(Exception):
    pass


def test_what_is_saved_is_built_anew_once_and_what_is_saved_meanwhile_again(
    book, monkeypatch, capsys
):
    script, notebook, built = book / "chapters/adds.py", book / "chapters/adds.ipynb", []
    times = iter(range(1, 100))

    def save(path, text):
        path.write_text(text, encoding="utf-8")
        os.utime(path, (0, next(times)))

    def sleep(_):
        """While the server waits, the author saves; twice at first, as editors do."""
        if not built and script.read_text(encoding="utf-8") != "second":
            save(script, "second" if script.read_text(encoding="utf-8") == "first" else "first")

    def rebuild(root):
        built.append(script.read_text(encoding="utf-8"))
        save(notebook, "prose is taken over")
        if len(built) == 2:
            raise Enough
        save(script, "third")

    monkeypatch.setattr(serve.time, "sleep", sleep)
    with pytest.raises(Enough):
        serve.watch(book, rebuild)
    assert built == ["second", "third"]
    assert capsys.readouterr().out == "Saved: chapters/adds.py\n" * 2


@pytest.mark.parametrize(("status", "n_steps"), [(0, 2), (1, 1)])
def test_what_is_built_anew_is_the_edition_that_was_built(book, monkeypatch, status, n_steps):
    calls = []

    def run(command, cwd, env):
        calls.append((command[2:], env["SOLUTIONS"]))
        return SimpleNamespace(returncode=status)

    monkeypatch.setenv("SOLUTIONS", "yes")  # as the Makefile has it
    monkeypatch.setattr(subprocess, "run", run)
    serve.rebuild(book)
    steps = [["lecture6_utils.book.executor", "prose"], ["lecture6_utils.book.build", "html"]]
    assert calls == [(step, "no") for step in steps[:n_steps]]
