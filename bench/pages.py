"""The time to build a book of so many times the lessons: `python bench/pages.py TIMES`.

Only the pages are built, from the stored outputs. A copy of a lesson has other names for its
figures, and no evidence.
"""

import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from turns import Turns

from lecture6_utils.book.lessons import find_lessons

ROOT = Path(__file__).resolve().parents[1]


def multiply(book, times):
    """Put copies of all lessons into a copy of the book; how many lessons it has then."""
    toc = (book / "_toc.yml").read_text(encoding="utf-8")
    lessons = find_lessons(book)
    for lesson in lessons:
        line = re.search(rf"^ *- file: chapters/{lesson.slug}$", toc, re.M)[0]
        lines = [line]
        for k in range(2, times + 1):
            for path in (lesson.script, lesson.notebook):
                text = path.read_text(encoding="utf-8").replace("fig-", f"fig{k}-")
                path.with_stem(f"{path.stem}_{k}").write_text(text, encoding="utf-8")
            lines.append(f"{line}_{k}")
        toc = toc.replace(f"{line}\n", "\n".join(lines) + "\n")
    (book / "_toc.yml").write_text(toc, encoding="utf-8")
    return times * len(lessons)


def main(times):
    """Build; tell what it took."""
    turns = Turns()
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "book"
        ignore = shutil.ignore_patterns(".*", "_build", "mine", "data", "__pycache__")
        shutil.copytree(ROOT, book, ignore=ignore)
        lessons = multiply(book, times)
        # its own script belongs to another environment
        jupyter_book = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()"]
        command = [*jupyter_book, "build", ".", "-q", "--keep-going"]
        start = time.perf_counter()
        built = subprocess.run(command, cwd=book, capture_output=True, text=True)
        wall = time.perf_counter() - start
        pages = [*book.glob("_build/html/chapters/*.html")]
    if built.returncode or len(pages) < lessons:
        sys.exit(f"The book was not built: {built.stderr.strip()[-300:]}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    turns.tell({"cpu": used.ru_utime + used.ru_stime, "wall": wall, "lessons": lessons})


if __name__ == "__main__":
    main(int(sys.argv[1]))
