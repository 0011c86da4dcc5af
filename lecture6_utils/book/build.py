"""Builds the pages, slides, EPUB or the PDF's LaTeX from the stored outputs: `make html`, `slides` …

Always from scratch, which takes half a minute, and put in place whole: a build that is cut
off leaves the last book as it was. Any warning is an error, told behind the file and line
that an author edits: Sphinx knows the notebook only.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from lecture6_utils.book.edition import EDITIONS, edition
from lecture6_utils.book.lessons import BookError, Lesson, without_colors
from lecture6_utils.book.lock import alone

STRICT = ["--keep-going", "-q"]
#: What Sphinx says: file, line if there is one, and the message.
SAID = re.compile(r"^(?:(/.+?)(?::(\d+))?: )?(?:WARNING|ERROR|SEVERE|CRITICAL): (.*)$", re.M)
#: How it ends if an extension fails: the innermost exception is the first that is told.
RAISED = re.compile(r"^\w+(?:Error|Exception|Exit): (?!There was an error in building).*$", re.M)


# --- what Sphinx says -------------------------------------------------------------------


def in_the_sources(root, text):
    """What Sphinx said, as sentences behind the file and line to edit.

    MyST-NB numbers the lines of a notebook by cell: 30010 is line 9 of its third cell. It counts
    from 1, and then MyST adds 1 once more.
    """
    found = []
    for path, line, message in SAID.findall(text):
        place = path and os.path.relpath(path, root)
        if path.endswith(".ipynb") and line:
            cell, below = divmod(int(line), 10_000)
            place = Lesson(root, Path(path).stem).at(cell - 1, max(below - 2, 0))
        elif line:
            place = f"{place}:{line}"
        found.append(f"{place}: {message}" if place else message)
    return [*dict.fromkeys(found)]


def sphinx(root, log, *command):
    """Run a build; what it says goes to a file, and its faults are raised as sentences."""
    environment = os.environ | {"PYTHONUTF8": "1"}
    environment["PYTHONPATH"] = os.pathsep.join(
        filter(None, [str(root), os.environ.get("PYTHONPATH")])
    )
    with open(log, "wb") as file:
        result = subprocess.run(
            command, cwd=root, env=environment, stdout=subprocess.DEVNULL, stderr=file
        )
    if result.returncode == 0:
        return
    text = without_colors(log.read_text(encoding="utf-8", errors="replace"))
    problems = in_the_sources(root, text) + RAISED.findall(text)[:1]
    raise BookError(
        "\n".join(problems or [text.strip()[-1_000:]])
        + f"\nThe last build stays as it was. All that was said: {log}"
    )


# --- the builds -------------------------------------------------------------------------


def fresh(folder):
    """An empty folder to build in."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    except OSError as error:
        raise BookError(f"Cannot write here: {folder.parent} ({error.strerror}).") from None
    return folder


def jupyter_book(root, folder, *options):
    """Jupyter Book's build of the pages into a folder."""
    script = Path(sys.executable).with_name("jupyter-book")
    sphinx(
        root,
        folder / "build.log",
        script,
        "build",
        ".",
        "--path-output",
        folder,
        "--warningiserror",
        "--nitpick",
        *STRICT,
        *options,
    )


def deck(root, folder, target):
    """The slides: a part of the book, which links to them and whose MathJax they use."""
    sphinx(
        root,
        folder / "slides.log",
        sys.executable,
        "-m",
        "sphinx",
        "-b",
        "revealjs",
        "--fail-on-warning",
        "--nitpicky",
        *STRICT,
        "-d",
        folder / "slides.doctrees",
        "chapters/_slides",
        target,
    )


def put_in_place(new, old, aside):
    """Replace a folder by a new one in a moment: someone may be reading there."""
    if old.exists():
        os.replace(old, aside)
    os.replace(new, old)
    shutil.rmtree(aside, ignore_errors=True)


def html(root):
    """All pages, with the slides; which edition they are stands beside them, in ``.edition``."""
    new = fresh(root / "_build" / "new")
    pages = new / "_build" / "html"
    jupyter_book(root, new)
    deck(root, new, pages / "slides")
    (pages / ".edition").write_text(edition() + "\n", encoding="utf-8")
    n_pages = len([*pages.glob("chapters/*.html")])
    put_in_place(pages, root / "_build" / "html", new / "old")
    return f"{n_pages} pages and the slides ({EDITIONS[edition()]})"


def slides(root):
    """The slides alone, into the book that is there."""
    if not (root / "_build" / "html").exists():
        raise BookError("There is no built book to put the slides into: run `make html` first.")
    new = fresh(root / "_build" / "new")
    deck(root, new, new / "slides")
    put_in_place(new / "slides", root / "_build" / "html" / "slides", new / "old")
    return "the slides"


def latex(root):
    """The LaTeX of the PDF, into ``_build/new-pdf``."""
    jupyter_book(root, fresh(root / "_build" / "new-pdf"), "--builder", "latex")
    return "the LaTeX of the PDF"


def epub(root):
    """The book for e-readers, as ``_build/lecture6.epub``."""
    new = fresh(root / "_build" / "new-epub")
    jupyter_book(root, new, "--builder", "custom", "--custom-builder", "epub")
    os.replace(new / "_build" / "epub" / "lecture6.epub", root / "_build" / "lecture6.epub")
    return "the EPUB"


BUILDS = {"html": html, "slides": slides, "latex": latex, "epub": epub}


def build(root, what):
    """Make one of `BUILDS`, tell how long it took, and let nobody else build here meanwhile."""
    edition()
    with alone(root / "_build" / "build.lock", "A build", wait=True):
        print(f"Building the {what}, from scratch ...", flush=True)
        start = time.monotonic()
        made = BUILDS[what](root)
        print(f"Built {made}, in {time.monotonic() - start:.0f} s.")


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m lecture6_utils.book.build")
    parser.add_argument("what", choices=BUILDS)
    arguments = parser.parse_args(argv)
    try:
        build(Path.cwd(), arguments.what)
    except (BookError, ValueError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. The last build stays as it was.")


if __name__ == "__main__":
    main()
