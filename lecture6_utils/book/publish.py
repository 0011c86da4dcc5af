"""Writes the notebooks for Colab and Binder: `python -m lecture6_utils.book.publish FOLDER …`.

They go to a branch of their own, `notebooks`. There each lesson installs the package that
the lessons share, of the release that it belongs to. The lessons themselves hold no address.
"""

import argparse
import os
import re
import shutil
import sys
import tomllib
from pathlib import Path

import nbformat

from lecture6_utils.book.lessons import (
    BookError,
    find_lessons,
    stale_reasons,
)
from lecture6_utils.book.plain import PlainLessons

#: The branch that is written for Colab and Binder.
BRANCH = "notebooks"
BINDER = "https://mybinder.org"
COLAB = "https://colab.research.google.com"
#: The version of Python that Binder takes: the one in which CI proves the lessons.
PYTHON = "3.12"

# As a browser shows it, or as `git remote` does.
_GITHUB = re.compile(
    r"(?:https://github\.com/|git@github\.com:)"
    r"(?P<owner>[A-Za-z\d](?:[A-Za-z\d-]{0,37}[A-Za-z\d])?)/(?P<name>[\w.-]{1,100}?)(?:\.git)?/?",
    re.A,
)
_REF = re.compile(r"[A-Za-z\d][\w.-]*", re.A)

# No `%pip`: the lesson may be downloaded as a script, too.
_INSTALL = """\
# The package that the lessons share: installed here where it is missing, as on Colab.
import importlib.util
import subprocess
import sys

if importlib.util.find_spec("lecture6_utils") is None:
    package = "{package}"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", package], check=True)"""

#: The versions of Python that can run a lesson, see pyproject.toml.
PYTHONS = "Python 3.11, 3.12 or 3.13"

_NEEDS = """\
**To run this lesson** you need {pythons}, the package `lecture6_utils`, and
Jupyter, which the package does not bring. {where} this installs both:

```bash
pip install {package} jupyterlab
```

In VS Code, `ipykernel` will do in place of `jupyterlab`."""

_README = """\
# Notebooks of “Character Embeddings and Autoencoders”

These are the lessons of [the book]({repository}) with their stored outputs, as of {ref}. The
first code cell of each installs what it needs. This branch is written anew with every
release: to change a lesson, change its script on the branch `main`.

| Lesson | |
|---|---|
{rows}
"""

_POST_BUILD = """\
#!/bin/bash
# Binder runs this after it has installed requirements.txt: the package that the lessons share.
set -e
python -m pip install --no-deps --no-cache-dir "{package}"
"""


def repository_url(text):
    """The address of a repository on GitHub, in its one plain form.

    Raises
    ------
    BookError
        If `text` is none, or only stands for one.
    """
    match = _GITHUB.fullmatch(text.strip())
    if not match or match["name"] in (".", ".."):
        raise BookError(
            f"{text!r} is not the address of a repository on GitHub. Give it as your browser "
            "shows it on the repository's page: https://github.com/OWNER/NAME"
        )
    if (match["owner"].upper(), match["name"].upper()) == ("OWNER", "NAME"):
        raise BookError("OWNER/NAME stands for your own repository: put its address there.")
    return f"https://github.com/{match['owner']}/{match['name']}"


def known_repository():
    """The address in the environment variable REPOSITORY, or None: the book itself has none."""
    told = os.environ.get("REPOSITORY", "")
    return repository_url(told) if told else None


def version(root):
    """The version of the package; the tag of its release is the same behind a v."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]


def requirement(repository, ref):
    """What pip is told to install the package from a repository."""
    return f"lecture6-utils @ git+{repository}@{ref}"


def install_cell(repository, ref):
    """A code cell that installs the package where it is missing."""
    source = _INSTALL.format(package=requirement(repository, ref))
    return nbformat.v4.new_code_cell(source, id="get-package")


def needs_cell(where, package):
    """A cell that tells a reader how to install the package, where no address can be given."""
    return nbformat.v4.new_markdown_cell(
        _NEEDS.format(pythons=PYTHONS, where=where, package=package), id="needs"
    )


def open_with(notebook, cell):
    """Put a cell below the title of a notebook that leaves the book."""
    notebook.cells.insert(1, cell)
    return notebook


def publish(root, folder, repository, ref):
    """Write what the branch is to hold into a new folder.

    Parameters
    ----------
    root, folder : Path
        The book, and the folder to write, which must not exist.
    repository, ref : str
        Where a reader gets the package: the address, and the tag of the release.

    Raises
    ------
    BookError
        If an argument is not what it should be, or a lesson's outputs are stale. Nothing
        is written then.
    """
    repository = repository_url(repository)
    if not _REF.fullmatch(ref):
        raise BookError(f"{ref!r} is not the name of a tag. Give one such as v{version(root)}.")
    if folder.exists():
        raise BookError(f"{folder} is there already. Name a new folder, or remove this one first.")
    lessons = find_lessons(root)
    stale = [lesson.slug for lesson in lessons if stale_reasons(lesson)]
    if stale:
        raise BookError(f"Stale: {', '.join(stale)}. Run `make book`, and publish what it made.")

    unfinished = folder.with_name(f".{folder.name}.tmp")
    shutil.rmtree(unfinished, ignore_errors=True)
    (unfinished / "chapters").mkdir(parents=True)
    (unfinished / ".binder").mkdir()
    rows = []
    plain = PlainLessons(root)
    for lesson in lessons:
        notebook, title = plain.notebook(lesson.slug), plain.titles[lesson.slug]
        path = f"chapters/{lesson.slug}.ipynb"
        rows.append(
            f"| {title} | [Colab]({COLAB}/github/{repository.removeprefix('https://github.com/')}"
            f"/blob/{BRANCH}/{path}) · [Binder]({BINDER}/v2/gh/"
            f"{repository.removeprefix('https://github.com/')}/{BRANCH}?urlpath=lab/tree/{path}) |"
        )
        nbformat.write(open_with(notebook, install_cell(repository, ref)), unfinished / path)
    texts = {
        "README.md": _README.format(repository=repository, ref=ref, rows="\n".join(rows)),
        ".binder/postBuild": _POST_BUILD.format(package=requirement(repository, ref)),
        ".binder/runtime.txt": f"python-{PYTHON}\n",
    }
    for name, text in texts.items():
        (unfinished / name).write_text(text, encoding="utf-8")
    (unfinished / ".binder/postBuild").chmod(0o755)
    shutil.copyfile(root / "requirements.txt", unfinished / ".binder/requirements.txt")
    os.replace(unfinished, folder)


def main(argv=None):
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m lecture6_utils.book.publish", description=__doc__
    )
    parser.add_argument("folder", type=Path, help="a new folder")
    parser.add_argument("--repository", required=True, help="https://github.com/OWNER/NAME")
    parser.add_argument("--ref", required=True, help="the tag of the release, such as v1.0.0")
    arguments = parser.parse_args(argv)
    try:
        publish(Path.cwd(), arguments.folder, arguments.repository, arguments.ref)
    except BookError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"Cannot write {arguments.folder}: {error.strerror}.")


if __name__ == "__main__":
    main()
