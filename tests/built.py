"""The built book, and what a browser tells of it: every page, every request, every console line."""

import functools
import os
import shutil
import threading
from contextlib import contextmanager
from http.server import ThreadingHTTPServer

import pytest
from helpers import ROOT

from lecture6_utils.book.handouts import BROWSERS, READY
from lecture6_utils.book.serve import SOURCES, Quiet

HTML = ROOT / "_build" / "html"
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
# As root there is no sandbox; the rest keeps the browser itself from calling home.
ARGUMENTS = """--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync
  --disable-background-networking --disable-component-update""".split()

TIMEOUT = 120_000  # milliseconds: that a machine is busy is no fault of a page


def require_browser():
    """Skip, or fail in CI, where no browser is installed."""
    if CHROMIUM is None:
        message = "no browser found: install Debian's package chromium (apt install chromium)"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)


@functools.cache
def lack_of_build(root=ROOT):
    """Why the built book cannot be tested, or None: it is not there, or older than its sources."""
    page = root / "_build/html/chapters/index.html"
    if not page.exists():
        return "there is no built book: run `make html` first (make test does)"
    newer = [
        path.relative_to(root).as_posix()
        for pattern in SOURCES
        for path in root.glob(pattern)
        if path.stat().st_mtime > page.stat().st_mtime and ".quotes." not in path.name
    ]
    if newer:
        return f"the built book is older than {', '.join(sorted(newer)[:3])}: run `make html` first"
    return None


def pages():
    """Every page of the built book, as paths below `HTML`; not the one that only forwards.

    Nor the slides and the page for a wrong address: they are no pages, and have tests of their own.
    """
    found = [p.relative_to(HTML).as_posix() for p in sorted(HTML.rglob("*.html"))]
    found = [
        p
        for p in found
        if not p.startswith(("_static/", "slides/")) and p not in ("index.html", "404.html")
    ]
    assert found, f"no pages in {HTML}"
    return found


@contextmanager
def served(folder=HTML, handler=Quiet):
    """Serve the book on this machine; yields its address."""
    at_folder = functools.partial(handler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), at_folder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@contextmanager
def opened(browser, **settings):
    """An empty page in a context of its own, with the settings of one."""
    with browser.new_context(**settings) as context:
        page = context.new_page()
        page.set_default_timeout(TIMEOUT)
        yield page


def visit(page, url):
    """Open a page, and wait until it looks as it will."""
    page.goto(url)
    page.evaluate(READY)


def turn(page, scheme):
    """Let a page be light or dark, each color as it will be.

    Transitions are ended, not awaited: in what is folded they stand still.
    """
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(f"document.documentElement.dataset.theme === '{scheme}'")
    page.evaluate(
        "document.getAnimations().filter(a => a instanceof CSSTransition).forEach(a => a.finish())"
    )


class Recorder:
    """Collects what a page asks for and complains about."""

    def __init__(self, page, base):
        self.base, self.foreign, self.failed, self.complaints = base, [], [], []
        page.on("request", self._request)
        page.on("requestfailed", lambda request: self.failed.append(request.url))
        page.on("response", lambda r: self.failed.append(r.url) if r.status >= 400 else None)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def told(self):
        """All that was noted since the last time."""
        noted = self.foreign + self.failed + self.complaints
        for notes in (self.foreign, self.failed, self.complaints):
            notes.clear()
        return noted

    def _request(self, request):
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.foreign.append(request.url)

    def _console(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)
