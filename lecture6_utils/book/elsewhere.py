"""Tell the book where it is published: `python -m lecture6_utils.book.elsewhere URL`.

The address stands in ``pyproject.toml`` ([project.urls] Repository), and nowhere before
someone says it: a made-up one would have readers install a stranger's code. From it come
the links to Colab and Binder and, in each lesson, one cell that fetches the package where
it is missing. That cell is hidden in the book and runs silently.
"""

import os
import re
import sys
import tomllib
from pathlib import Path

from lecture6_utils.book.lessons import (
    GET_PACKAGE,
    BookError,
    check_writable,
    find_lessons,
    refresh_prose,
    replace_text,
    stale_reasons,
)

#: As a browser shows it, or as `git remote` does.
GITHUB = re.compile(
    r"(?:https://github\.com/|git@github\.com:)"
    r"(?P<owner>[A-Za-z\d](?:[A-Za-z\d-]{0,37}[A-Za-z\d])?)/(?P<name>[\w.-]{1,100}?)(?:\.git)?/?",
    re.A,
)
MARKER = f'# %% tags=["remove-cell", "{GET_PACKAGE}"]\n'
CELL = """\
# Where the package is missing, as on Colab, fetch it from the book's repository.
import importlib.util

if importlib.util.find_spec("lecture6_utils") is None:
    import subprocess
    import sys

    source = "lecture6-utils @ git+%s"
    subprocess.run([sys.executable, "-m", "pip", "install", "-qq", source], check=True)
    importlib.invalidate_caches()
"""


def repository_url(text):
    """The address of a repository on GitHub, in its one plain form.

    Raises
    ------
    BookError
        If `text` is none, or only stands for one.
    """
    match = GITHUB.fullmatch(text.strip())
    if not match or match["name"] in (".", ".."):
        raise BookError(
            f"{text!r} is not the address of a repository on GitHub. Give it as your browser "
            "shows it on the repository's page: https://github.com/OWNER/NAME"
        )
    if (match["owner"].upper(), match["name"].upper()) == ("OWNER", "NAME"):
        raise BookError("OWNER/NAME stands for your own repository: put its address there.")
    return f"https://github.com/{match['owner']}/{match['name']}"


def known_repository(root):
    """The address of the book's repository, or None while nobody has said it.

    The environment variable REPOSITORY, for one build, goes before ``pyproject.toml``.
    """
    told = os.environ.get("REPOSITORY", "").strip()
    stored = _project(_read(root / "pyproject.toml")).get("urls", {}).get("Repository", "")
    return repository_url(told or stored) if told or stored else None


def set_repository(root, url):
    """Write the address into ``pyproject.toml`` and every lesson, executing nothing.

    Returns the paths of the files that changed. Each is replaced whole; what a run that
    was cut off has left undone, the next one does.
    """
    url = repository_url(url)
    lessons = find_lessons(root)
    fresh = [lesson for lesson in lessons if not stale_reasons(lesson)]
    texts = {lesson.script: with_cell(_read(lesson.script), url) for lesson in lessons}
    texts[root / "pyproject.toml"] = with_url(_read(root / "pyproject.toml"), url)  # the last
    texts = {path: text for path, text in texts.items() if text != _read(path)}
    for path in [*texts, *(lesson.notebook for lesson in fresh)]:
        check_writable(path)
    for path, text in texts.items():
        replace_text(path, text)
    # A stale lesson's notebook follows when `make book` executes it.
    return [*texts, *(lesson.notebook for lesson in fresh if refresh_prose(lesson))]


def with_cell(script, url):
    """A percent script with the cell that fetches the package second, below the title."""
    cells = re.split(r"^(?=# %%)", script, flags=re.M)
    cells = [cell for cell in cells if not cell.startswith(MARKER)]
    # [0] is what stands before the first cell: nothing, in our lessons
    return "".join([*cells[:2], MARKER, CELL % url, "\n", *cells[2:]])


def with_url(pyproject, url):
    """The text of ``pyproject.toml`` with the address, and otherwise as it was."""
    line = f'Repository = "{url}"\n'
    urls = _project(pyproject).get("urls")
    if urls is None:
        text = re.sub(
            r"^\[project\]\n.*?(?=^\[)",
            rf"\g<0>[project.urls]\n{line}\n",
            pyproject,
            count=1,
            flags=re.M | re.S,
        )
    elif "Repository" in urls:
        text = re.sub(r"^Repository *=.*\n", line, pyproject, count=1, flags=re.M)
    else:
        text = pyproject.replace("[project.urls]\n", f"[project.urls]\n{line}", 1)
    if _project(text).get("urls", {}).get("Repository") != url:
        raise BookError(
            "pyproject.toml is laid out in a way that this command does not know. Write these "
            f"two lines into it by hand, then run the command again:\n[project.urls]\n{line}"
        )
    return text


def _project(pyproject):
    try:
        return tomllib.loads(pyproject)["project"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise BookError(f"pyproject.toml cannot be read: {error!r}. Restore it with git.") from None


def _read(path):
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BookError(
            f"Cannot read {path}: {error.strerror}. Run this from the book's own folder."
        ) from None


def link_elsewhere(app, config):
    """Buttons that open a lesson on Colab and Binder, once the book's address is known."""
    try:
        url = known_repository(Path(app.srcdir))
    except BookError as error:
        sys.exit(str(error))  # an exception would be buried under Jupyter Book's tracebacks
    if url:
        config.html_theme_options |= {
            "repository_url": url,
            "use_repository_button": True,
            "launch_buttons": {
                "binderhub_url": "https://mybinder.org",
                "colab_url": "https://colab.research.google.com",
                "notebook_interface": "jupyterlab",
            },
        }


def setup(app):
    """Register with Sphinx."""
    app.connect("config-inited", link_elsewhere)


def main(argv=None):
    """The command."""
    arguments = sys.argv[1:] if argv is None else argv
    root = Path.cwd()
    try:
        changed = set_repository(root, " ".join(arguments))
    except BookError as error:
        sys.exit(str(error))
    for path in changed:
        print(f"changed: {path.relative_to(root)}")
    print("Look at it with `git diff`, and commit it." if changed else "It was so already.")


if __name__ == "__main__":
    main()
