"""Begins a lesson: `python -m lecture6_utils.book.new_lesson SLUG`; and says what it still lacks."""

import re
import sys
from pathlib import Path

from lecture6_utils.book import executor
from lecture6_utils.book.check import unfinished
from lecture6_utils.book.lessons import (
    BookError,
    Lesson,
    check_writable,
    find_lessons,
    replace_text,
)

TEMPLATE = Path(__file__).with_name("lesson_template.txt")


def begin(root, slug):
    """Write a lesson's script from the template, and its line into ``_toc.yml``, as the last.

    Returns
    -------
    Lesson

    Raises
    ------
    BookError
        If the name will not do or is taken, or ``_toc.yml`` is not understood. Nothing is
        written then.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*", slug):
        raise BookError(
            f"{slug!r} cannot be a lesson's name. Take small letters, digits and _, such as "
            "make lesson NAME=sparse_autoencoders"
        )
    taken = sorted(path.name for path in (root / "chapters").glob(f"{slug}.*"))
    if taken:
        raise BookError(f"There is a chapters/{taken[0]} already. Take another name.")
    last = find_lessons(root)[-1]
    toc = root / "_toc.yml"
    line = re.compile(rf"^( *- file: chapters/){last.slug}\b.*\n", re.M)
    text, n = line.subn(rf"\g<0>\g<1>{slug}\n", toc.read_text(encoding="utf-8"))
    if n != 1:
        raise BookError(f"_toc.yml has no line `- file: chapters/{last.slug}` of its own: add it.")
    lesson = Lesson(root, slug)
    check_writable(lesson.script)
    check_writable(toc)
    replace_text(lesson.script, TEMPLATE.read_text(encoding="utf-8").replace("SLUG", slug))
    replace_text(toc, text)
    return lesson


def main(argv=None):
    """The command."""
    slug = " ".join(sys.argv[1:] if argv is None else argv)
    try:
        lesson = begin(Path.cwd(), slug)
        executor.run(lesson.root, [slug])
    except BookError as error:
        sys.exit(str(error))
    print(f"\nThe lesson is begun: chapters/{slug}.py. It is the last in _toc.yml; move its line.")
    print("`make check` passes. What `make test` asks for besides:")
    for lack in unfinished(lesson):
        print(f"  {lack}")
    print("  three terms of the glossary or more, in its prose (chapters/glossary.md)")
    print("`make check LESSON=" + slug + "` proves it while you write. See CONTRIBUTING.md.")


if __name__ == "__main__":
    main()
