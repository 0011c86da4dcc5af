"""Packs the built book into one file that opens without a network: `make zip`.

The same pages make the same bytes: files are sorted, and have no dates of their own.
"""

import os
import sys
import zipfile
from pathlib import Path

from lecture6_utils.book.lessons import BookError
from lecture6_utils.book.publish import version

#: Edition → what the name of its file ends with.
ENDINGS = {"yes": "", "no": "-without-solutions"}
DATE = (1980, 1, 1, 0, 0, 0)  # the first one that a zip file can hold


def ending(html):
    """What the name of a file made of these pages ends with; a `BookError` if there are none."""
    if not (html / ".edition").exists():
        raise BookError("There is no built book: run `make html` first.")
    return ENDINGS[(html / ".edition").read_text(encoding="utf-8").strip()]


def bundle(root):
    """Write ``_build/lecture6-VERSION.zip``, whole or not at all.

    Parameters
    ----------
    root : Path
        The book; its pages are built.

    Returns
    -------
    Path
        The file; in it, all lies in a folder of the same name.

    Raises
    ------
    BookError
        If there are no pages.
    """
    html = root / "_build" / "html"
    name = f"lecture6-{version(root)}{ending(html)}"
    target = root / "_build" / f"{name}.zip"
    unfinished = target.with_suffix(".tmp")
    paths = {p.relative_to(html).as_posix(): p for p in html.rglob("*") if p.is_file()}
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(path for path in paths if not path.startswith(".")):
            info = zipfile.ZipInfo(f"{name}/{path}", DATE)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            file.writestr(info, paths[path].read_bytes())
    os.replace(unfinished, target)
    return target


def main():
    """The command."""
    try:
        target = bundle(Path.cwd())
    except BookError as error:
        sys.exit(str(error))
    print(f"The book in one file: {target} ({target.stat().st_size / 1e6:.0f} MB)")


if __name__ == "__main__":
    main()
