"""A PDF of each lesson, as a browser prints its page: `make handouts`, or with LESSON=slug only one.

Unlike the PDF of the whole book, which LaTeX sets, these are tagged: a reader hears each
figure's alternative text, and finds the sections in the outline. Solutions are in them if the book
was built with them.
"""

import os
import shutil
import sys
from html import escape
from pathlib import Path

from playwright.sync_api import sync_playwright

from lecture6_utils.book.bundle import ending
from lecture6_utils.book.edition import EDITIONS
from lecture6_utils.book.lessons import BookError, choose, find_lessons

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
#: A page looks as it will: its fonts are there, its formulas set.
READY = "Promise.all([document.fonts.ready, window.MathJax?.startup?.promise]).then(() => null)"
FOOT = (
    '<div style="font: 7pt sans-serif; width: 100%; margin: 0 15mm; display: flex">'
    '<span style="flex: 1">{}</span><span class="pageNumber"></span>/<span class="totalPages"></span>'
    "</div>"
)


def browser():
    """The path of a Chromium, which prints; a `BookError` if there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise BookError(
            "The handouts are printed by Chromium, which is not here.\n"
            "On Debian or Ubuntu: apt install chromium"
        )
    return found


def print_handouts(root, slugs=()):
    """Print the pages of lessons, of all or of those named.

    Parameters
    ----------
    root : Path
        The book; its pages are built.
    slugs : sequence of str
        Lessons.

    Returns
    -------
    list of Path
        The files, in ``_build/handouts``.

    Raises
    ------
    BookError
        If there are no pages, no such lesson, or no browser.
    """
    html, folder = root / "_build" / "html", root / "_build" / "handouts"
    end = ending(html)
    foot = FOOT.format(escape(EDITIONS["no" if end else "yes"]))
    lessons = choose(find_lessons(root), slugs)
    folder.mkdir(parents=True, exist_ok=True)
    printed = []
    with sync_playwright() as playwright:
        # as root there is no sandbox; the pages are our own
        chromium = playwright.chromium.launch(executable_path=browser(), args=["--no-sandbox"])
        page = chromium.new_page(color_scheme="light")
        for lesson in lessons:
            page.goto((html / "chapters" / f"{lesson.slug}.html").as_uri())
            page.evaluate(READY)
            target = folder / f"{lesson.slug}{end}.pdf"
            unfinished = target.with_suffix(".tmp")
            page.pdf(
                path=unfinished,
                format="A4",
                prefer_css_page_size=True,
                tagged=True,
                outline=True,
                display_header_footer=True,
                header_template="<span></span>",
                footer_template=foot,
            )
            os.replace(unfinished, target)
            printed.append(target)
        chromium.close()
    return printed


def main():
    """The command."""
    try:
        for path in print_handouts(Path.cwd(), sys.argv[1:]):
            print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
    except BookError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
