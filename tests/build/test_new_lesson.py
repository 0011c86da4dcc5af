"""A lesson that `make lesson` began can be run at once."""

import shutil

from helpers import ROOT, copy_sources

from lecture6_utils.book import executor, new_lesson
from lecture6_utils.book.check import all_problems
from lecture6_utils.book.lessons import find_lessons

SLUG = "a_new_one"


def test_the_command_runs_the_new_lesson_and_no_check_complains(tmp_path, monkeypatch, capsys):
    book = copy_sources(tmp_path)
    for lesson in find_lessons(ROOT):
        shutil.copy(lesson.notebook, book / "chapters")
    monkeypatch.chdir(book)
    new_lesson.main([SLUG])
    said = capsys.readouterr().out
    assert f"chapters/{SLUG}.py:2: TODO" in said and f"make study LESSON={SLUG}" in said
    lesson = find_lessons(book)[-1]
    assert all_problems(lesson) == []
    assert executor.run(book) == 0, "nothing is stale"
