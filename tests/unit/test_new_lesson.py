"""`make lesson` begins a lesson that passes all that is checked at once, and says what else it takes."""

import subprocess
import sys

import pytest
from helpers import ROOT, copy_sources

from lecture6_utils.book import check, new_lesson
from lecture6_utils.book.check import unfinished
from lecture6_utils.book.lessons import BookError, find_lessons, read_script
from lecture6_utils.book.new_lesson import TEMPLATE, begin

SLUG = "a_new_one"


@pytest.fixture
def book(tmp_path):
    return copy_sources(tmp_path)


def test_a_new_lesson_is_the_last_of_the_lessons(book):
    before = [lesson.slug for lesson in find_lessons(book)]
    toc = (book / "_toc.yml").read_text(encoding="utf-8")
    begin(book, SLUG)
    assert [lesson.slug for lesson in find_lessons(book)] == [*before, SLUG]
    now = (book / "_toc.yml").read_text(encoding="utf-8")
    assert now.replace(f"      - file: chapters/{SLUG}\n", "") == toc


def test_the_template_is_formatted_and_has_every_part_of_a_lesson(book):
    script = begin(book, SLUG).script
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["check", "-q"], ["format", "-q", "--check"]):
        subprocess.run([*ruff, *command, script], cwd=book, check=True)
    prose = "\n".join(cell.source for cell in read_script(find_lessons(book)[-1]).cells)
    for part in (
        "What you'll do",
        "What you'll learn",
        "What you'll need",
        "Slides covered",
        "Takeaways",
        "## Exercises",
        "## Further reading",
    ):
        assert part in prose
    assert (
        prose.count("{admonition} Exercise ")
        == prose.count("{admonition} Answer to exercise ")
        == 3
    )


def test_what_it_lacks_is_named_until_it_is_there(book):
    lesson = begin(book, SLUG)
    lacks = list(unfinished(lesson))
    assert lacks[0].startswith(f"chapters/{SLUG}.py:2: TODO")
    assert [lack.partition(":")[0] for lack in lacks[1:]] == [
        "chapters/index.md",
        "chapters/slides_map.md",
        "chapters/ideas.md",
        "chapters/exercises.yml",
        "chapters/verdicts.yml",
        "chapters/_slides/index.md",
        f"chapters/evidence/{SLUG}.json",
    ]
    text = lesson.script.read_text(encoding="utf-8").replace("TODO", "done")
    lesson.script.write_text(text, encoding="utf-8")
    for page, (link, _) in check.LINKS.items():
        with open(book / "chapters" / page, "a", encoding="utf-8") as file:
            file.write(link.format(SLUG))
    assert list(unfinished(lesson)) == lacks[-1:]


@pytest.mark.parametrize(
    ("slug", "message"),
    [
        ("", "'' cannot be a lesson's name"),
        ("../tsne", "cannot be a lesson's name"),
        ("Tsne", "cannot be a lesson's name"),
        ("tsne", "There is a chapters/tsne.py already"),
        ("glossary", "There is a chapters/glossary.md already"),
        ("conftest", "There is a chapters/conftest.py already"),
    ],
)
def test_a_name_that_will_not_do_is_refused_and_nothing_is_written(
    book, monkeypatch, slug, message
):
    monkeypatch.chdir(book)
    before = {path: path.read_bytes() for path in book.glob("*/*") if path.is_file()}
    with pytest.raises(SystemExit, match=message):
        new_lesson.main([slug])
    assert {path: path.read_bytes() for path in book.glob("*/*") if path.is_file()} == before


def test_a_toc_that_is_not_understood_is_left(book):
    toc = book / "_toc.yml"
    text = toc.read_text(encoding="utf-8").replace(
        "- file: chapters/variational_words", '- {file: "chapters/variational_words"}'
    )
    toc.write_text(text, encoding="utf-8")
    with pytest.raises(BookError, match="_toc.yml has no line"):
        begin(book, SLUG)
    assert not (book / f"chapters/{SLUG}.py").exists()


def test_every_lesson_of_the_book_is_finished():
    assert [lack for lesson in find_lessons(ROOT) for lack in unfinished(lesson)] == []
    assert "TODO" in TEMPLATE.read_text(encoding="utf-8")
