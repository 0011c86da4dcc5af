"""The planted faults fit the lessons as they are, and the study of them can tell fault from no fault."""

import ast
import json
import re
import shutil
from collections import Counter
from dataclasses import replace

import pytest
from helpers import ROOT, make_small_book
from mutations import (
    MUTATIONS,
    NOT_CAUGHT,
    Mutation,
    judge,
    mutated,
    study,
    what_failed,
)

from lecture6_utils.book.check import all_problems
from lecture6_utils.book.evidence import evidence_path
from lecture6_utils.book.executor import run as run_lessons
from lecture6_utils.book.lessons import (
    BookError,
    Lesson,
    evidence_fingerprint,
    find_lessons,
    read_script,
)
from lecture6_utils.book.quotes import bind, quotes, read_lock
from lecture6_utils.book.stored import Book

COMMITTED = ROOT / "chapters/evidence/mutations.json"
FILE = "chapters/adds.py"
FAULT = Mutation("a sum off by one", FILE, "1 + 2", "1 + 3", "adds")


# --- the list -----------------------------------------------------------------------------


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_fault_fits_the_file_and_is_still_python(mutation):
    assert mutation.lesson or mutation.tests
    assert mutation.new != mutation.old
    ast.parse(mutated(ROOT, mutation))


def test_there_are_enough_faults_everywhere():
    names = [mutation.name for mutation in MUTATIONS]
    assert len(set(names)) == len(names) >= 45
    per_file = Counter(mutation.file for mutation in MUTATIONS)
    for lesson in find_lessons(ROOT):
        assert per_file[f"chapters/{lesson.slug}.py"] >= 3, lesson.slug


def test_the_book_tells_of_these_faults_and_all_were_caught():
    rows = json.loads(COMMITTED.read_text(encoding="utf-8"))["mutations"]
    assert [(row["name"], row["where"]) for row in rows] == [(m.name, m.file) for m in MUTATIONS]
    assert [row["name"] for row in rows if row["caught_by"] in ("", NOT_CAUGHT)] == []


def most_quoted():
    """The numbers that three places or more of prose and slides quote, as (lesson, name)."""
    book = Book(ROOT)
    deck = (ROOT / "chapters/_slides/index.md").read_text(encoding="utf-8")
    told = re.findall("{measured}`(.*?)`", deck)
    quoted = Counter((re.match(r"\w+", text)[0], book.number(text).name) for text in told)
    for lesson in find_lessons(ROOT):
        lock, told = read_lock(lesson), quotes(read_script(lesson))
        quoted.update((lesson.slug, lock[quote.key]) for quote in told if not quote.figure)
    return {number for number, places in quoted.items() if places >= 3}


def test_each_of_the_numbers_quoted_most_is_moved_by_a_fault():
    rows = json.loads(COMMITTED.read_text(encoding="utf-8"))["mutations"]
    lessons = {m.name: m.lesson for m in MUTATIONS}
    moved = {(lessons[row["name"]], name) for row in rows for name in row.get("numbers", [])}
    quoted = most_quoted()
    assert len(quoted) >= 20
    assert quoted - moved == set()


# --- the study ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A book with one proved lesson, whose only number is 3.0."""
    root = make_small_book(tmp_path_factory.mktemp("book"))
    shutil.copy(ROOT / "chapters/conftest.py", root / "chapters")
    run_lessons(root, ["adds"])
    lesson = Lesson(root, "adds")
    number = {"spec": ".1f", "bounds": [2.9, 3.1]}
    evidence = {
        "fingerprint": evidence_fingerprint(lesson),
        "numbers": {"sum": number},
        "figures": {},
    }
    evidence_path(lesson).parent.mkdir()
    evidence_path(lesson).write_text(json.dumps(evidence), encoding="utf-8")
    bind(lesson)
    assert all_problems(lesson) == []
    return root


@pytest.mark.parametrize(
    ("mutation", "caught_by"),
    [
        (FAULT, "proof, cell [1]: number out of range: sum"),
        (
            Mutation("a name", FILE, '"sum"', '"a sum"', "adds"),
            "proof, cell [1]: names of the numbers",
        ),
        (Mutation("a quote", FILE, "≈ 3.0", "≈ 3.1", "adds"), "static check"),
        (Mutation("a comment", FILE, "\n\nmeasured", "\n# Three\n\nmeasured", "adds"), NOT_CAUGHT),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_fault_is_caught_and_an_innocent_change_is_not(book, mutation, caught_by):
    assert judge(book, mutation)["caught_by"] == caught_by


def test_the_numbers_that_a_fault_moves_are_told(book):
    for to_the_end in (False, True):
        assert judge(book, replace(FAULT, to_the_end=to_the_end))["numbers"] == ["sum"]


def test_a_fault_in_the_package_is_caught_by_the_unit_test_named(book):
    (book / "tests").mkdir()
    (book / "tests/test_sum.py").write_text(
        "from lecture6_utils.measurement import Measured\n\n\n"
        "def test_mean():\n    assert Measured([1, 3]).mean == 2\n",
        encoding="utf-8",
    )
    mutation = Mutation(
        "a mean doubled",
        "lecture6_utils/measurement.py",
        "return fmean(self.values)",
        "return 2 * fmean(self.values)",
        "adds",
        ("tests/test_sum.py",),
    )
    assert judge(book, mutation)["caught_by"] == "unit test tests/test_sum.py::test_mean"


def test_what_was_judged_is_not_judged_again(book, monkeypatch, capsys):
    judged = []

    def quick(root, mutation):
        judged.append(mutation.name)
        return {"caught_by": "static check"}

    monkeypatch.setattr("mutations.judge", quick)
    for _ in range(2):
        assert study(book, [FAULT], n_workers=1) == {FAULT.name: {"caught_by": "static check"}}
    assert judged == [FAULT.name]
    assert "1 of 1  a sum off by one: static check" in capsys.readouterr().out


def test_a_fault_whose_place_is_gone_is_named(book):
    with pytest.raises(BookError, match="'a sum off by one'.*0 times in chapters/adds.py"):
        study(book, [Mutation(FAULT.name, FILE, "1 + 1", "1 + 3", "adds")], n_workers=1)


def test_a_check_that_cannot_be_made_catches_nothing(book):
    mutation = Mutation(FAULT.name, FILE, "1 + 2", "1 + 3", "adds", ("tests/test_nowhere.py",))
    with pytest.raises(BookError, match="could not be made"):
        judge(book, mutation)


def test_a_proof_that_crashes_catches_nothing(book, tmp_path):
    broken = shutil.copytree(book, tmp_path / "broken")
    with open(broken / "chapters/conftest.py", "a", encoding="utf-8") as conftest:
        conftest.write("\n\nIPyNbCell.compare_outputs = lambda *_: 1 / 0\n")
    with pytest.raises(BookError, match="(?s)could not be made.*division by zero"):
        judge(broken, replace(FAULT, new="1 + 2.0"))


@pytest.mark.parametrize(
    ("output", "what"),
    [
        (
            "OutOfBoundsError: 'a | b' measured 3.0; the study's range is 1.0 … 2.0. Find out\n"
            "\"c's\" measured 3.0; the study's range is 1.0 … 2.0. Find out",
            "number out of range: a | b and 1 more",
        ),
        (
            "Cell execution caused an exception\n\nValueError: no\n\n====",
            "exception: ValueError: no",
        ),
        ("Cell execution caused an exception\nStopIteration: \n", "exception: StopIteration"),
        (
            "Cell outputs differ\n\nTraceback:\nfig-one: panel 1, line 2: missing\n",
            "figure fig-one",
        ),
        ("Cell outputs differ\n\nTraceback:\n mismatch 'stdout'\n", "text"),
    ],
)
def test_the_study_says_what_was_seen(output, what):
    assert what_failed(output) == what
