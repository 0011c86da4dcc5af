"""Serves the built book on this machine, and builds it anew when a source is saved: `make serve`.

What is served first is what was built, in the edition in which it was built; a new build is
the same edition. Nothing is executed: changed prose is taken over, changed code waits for
`make book`. Only Python's own library is imported, so that a bad port is refused at once.
"""

import functools
import os
import subprocess
import sys
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

#: What the pages are made of.
SOURCES = [
    "_config.yml",
    "_toc.yml",
    "CITATION.cff",
    "chapters/**/*.ipynb",
    "chapters/**/*.md",
    "chapters/**/*.bib",
    "chapters/*.yml",
    "chapters/**/*.json",
    "chapters/_root/*",
    "chapters/_static/*",
    "chapters/_slides/_static/*",
    "lecture6_utils/book/*.py",
    "lecture6_utils/book/*.js",
]
PAUSE = 1  # seconds from one look at the sources to the next


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing of it."""

    def log_message(self, *_):
        pass


def listen(port, folder):
    """A server for a folder; a port that is none, or in use, ends the program with a sentence."""
    if not port.isdecimal() or not 0 < int(port) < 65_536:
        sys.exit(f"PORT is a number from 1 to 65535, not {port}: make serve PORT=8000")
    handler = functools.partial(Quiet, directory=str(folder))
    try:
        return ThreadingHTTPServer(("127.0.0.1", int(port)), handler)
    except OSError as error:
        sys.exit(
            f"Port {port} cannot be had ({error.strerror}). Take another: make serve PORT=8001"
        )


def saved(root):
    """When each source was saved."""
    paths = {path for pattern in [*SOURCES, "chapters/*.py"] for path in root.glob(pattern)}
    times = {}
    for path in paths:
        try:
            times[path] = path.stat().st_mtime_ns
        except FileNotFoundError:
            pass  # an editor replaces the file right now: the next look sees it
    return times


def rebuild(root):
    """Take over changed prose and build the pages, in the edition that is served."""
    wanted = (root / "_build" / "html" / ".edition").read_text(encoding="utf-8").strip()
    environment = os.environ | {"SOLUTIONS": wanted}
    for module in (["executor", "prose"], ["build", "html"]):
        command = [sys.executable, "-m", f"lecture6_utils.book.{module[0]}", *module[1:]]
        if subprocess.run(command, cwd=root, env=environment).returncode:
            break  # it said why; the last pages are served on


def later(root):
    """When each source was saved, after a pause."""
    time.sleep(PAUSE)
    return saved(root)


def watch(root, rebuild=rebuild):
    """Build anew after each change, once no more changes come."""
    built = saved(root)
    while True:
        now = later(root)
        if now == built:
            continue
        while (then := later(root)) != now:
            now = then
        names = sorted(str(path.relative_to(root)) for path, _ in now.items() ^ built.items())
        print(f"Saved: {', '.join(dict.fromkeys(names))}", flush=True)
        rebuild(root)
        # what was saved meanwhile is seen next; not the notebooks into which prose was taken over
        built = now | {path: t for path, t in saved(root).items() if path.suffix == ".ipynb"}


def main():
    """The command: its argument is the port."""
    root = Path.cwd()
    html = root / "_build" / "html"
    with listen(sys.argv[1], html) as server:
        if not (html / ".edition").exists():
            sys.exit("There is no built book to serve: run `make book` first.")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(
            f"http://127.0.0.1:{sys.argv[1]}   (builds anew what you save; Ctrl-C ends it)",
            flush=True,
        )
        try:
            watch(root)
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
