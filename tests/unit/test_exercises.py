"""`check` says right, near or not, gives no answer away, and knows nothing that was typed."""

import json
import math
import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from statistics import fmean

import numpy as np
import pytest
import yaml
from helpers import ROOT, pretend_executed, printed
from small_site import build

from lecture6_utils.book import exercises as book
from lecture6_utils.book.check import book_problems
from lecture6_utils.book.evidence import read_evidence
from lecture6_utils.book.lessons import BookError, Lesson, evidence_fingerprint, read_notebook
from lecture6_utils.exercises import SHARE, check, read

WRITTEN, TOLD = book.read(ROOT), read()
BY_NUMBER = [name for name in WRITTEN if not isinstance(TOLD[name]["right"], str)]
BY_WORD = [name for name in WRITTEN if name not in BY_NUMBER]


@pytest.fixture
def says(capsys):
    """What `check` prints of an answer."""

    def say(exercise, *value):
        capsys.readouterr()
        assert check(exercise, *value) is None
        return capsys.readouterr().out.removesuffix("\n")

    return say


@cache
def reader(slug):
    return book.Reader(Lesson(ROOT, slug))


@cache
def studied(slug):
    return read_evidence(Lesson(ROOT, slug))["numbers"]


@cache
def measured(slug):
    record = read_notebook(Lesson(ROOT, slug)).metadata["lecture6"]["measured"]
    return {m["name"]: fmean(m["values"]) for m in record}


def stored(exercise, text, answer=None):
    """What the lesson has for an entry's text."""
    if text.startswith("= "):
        return eval(text[2:], {"answer": answer})
    if text.startswith("printed: "):
        found = reader(exercise.lesson).find(text)
        return found.value or found.right
    return measured(exercise.lesson)[text.removeprefix("0 to ")]


# --- every exercise of the book ---------------------------------------------------------------


def test_every_exercise_has_an_entry_and_the_package_has_its_answer():
    titles = re.compile(r"\{admonition\} Exercise (\d)")
    names = {
        f"{path.stem}-{number}"
        for path in (ROOT / "chapters").glob("*.py")
        for number in titles.findall(path.read_text(encoding="utf-8"))
    }
    assert len(names) >= 42 and names == set(WRITTEN) == set(TOLD)
    assert book.exercise_problems(ROOT) == []


@pytest.mark.parametrize("name", BY_NUMBER)
def test_the_stored_answer_is_right_each_misconception_near_and_ten_times_as_much_neither(
    name, says
):
    exercise = WRITTEN[name]
    answer = stored(exercise, exercise.answer)
    assert says(name, answer) == says(name, np.array([answer])) == f"{name}: right."
    for hint, text in exercise.near.items():
        assert says(name, stored(exercise, text, answer)) == f"{name}: near. {hint}"
    assert not says(name, 10 * answer).startswith((f"{name}: right", f"{name}: near"))


@pytest.mark.parametrize("name", BY_NUMBER)
def test_what_any_run_of_the_study_measured_is_right(name, says):
    exercise = WRITTEN[name]
    number = studied(exercise.lesson).get(exercise.answer.removeprefix("0 to "), {"runs": []})
    for run in filter(None, number["runs"]):
        assert {says(name, value) for value in (*run, fmean(run))} == {f"{name}: right."}


@pytest.mark.parametrize("name", BY_WORD)
def test_a_word_is_right_near_or_neither(name, says):
    exercise, right = WRITTEN[name], TOLD[name]["right"]
    assert says(name, right) == says(name, right.split()) == f"{name}: right."
    assert says(name, right.upper()) == f"{name}: right."
    for hint, text in exercise.near.items():
        wrong = text if exercise.highest else stored(exercise, text)
        assert says(name, wrong) == f"{name}: near. {hint}"
    assert says(name, "no such thing").startswith(f"{name}: not right. Expected is ")
    if exercise.highest:
        values = {w: 0 if t == "= 0" else stored(exercise, t) for w, t in exercise.highest.items()}
        assert right == max(values, key=values.get)


def numbers_in(text, form):
    """The numbers in a text, and the shares that they may be percents of."""
    for found in re.findall(r"\d[\d,]*(?:\.\d+)?", text):
        number = float(found.replace(",", ""))
        yield from (number, number / 100) if form == SHARE else (number,)


@pytest.mark.parametrize("name", WRITTEN)
def test_nothing_that_is_said_gives_the_answer_away(name, says):
    exercise, told = WRITTEN[name], TOLD[name]
    texts = [*exercise.near, exercise.asks, exercise.how_to_check.replace(exercise.call, "")]
    texts += [says(name), says(name, "no such thing")]
    for text in texts:
        text = text.replace(name, "").replace(SHARE, "")
        if isinstance(told["right"], str):
            assert told["right"] not in text.replace(told["form"], "").replace(exercise.call, "")
        else:
            low, high = told["right"]
            assert [n for n in numbers_in(text, told["form"]) if low <= n <= high] == []


def test_the_file_cannot_be_read_at_a_glance():
    text = (ROOT / "lecture6_utils/exercises.json").read_text(encoding="utf-8")
    assert set(json.loads(text)) == set(WRITTEN)
    assert "right" not in text and "near" not in text and "." not in text


def test_all_levels_are_used_the_minutes_are_round_and_each_has_a_misconception():
    assert {exercise.level for exercise in WRITTEN.values()} == set(book.LEVELS)
    assert {int(exercise.minutes) % 5 for exercise in WRITTEN.values()} == {0}
    assert all(exercise.near for exercise in WRITTEN.values())


# --- what a student may give besides ----------------------------------------------------------

CNN = "character_models-3"  # a share


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ((), "asks for the share of the UPPER CASE words that TnT reads right: a share between"),
        ((...,), "Put yours in place of the dots."),
        (("0.5",), "'0.5' is not a number."),
        ((None,), "None is not a number."),
        ((True,), "True is not a number."),
        ((["a", 1],), "is not a number."),
        (([[1], [1, 2]],), "[[1], [1, 2]] is not a number."),
        (({1, 2},), "{1, 2} is not a number."),
        ((2j,), "2j is not a number."),
        ((list(range(100)),), "these are 100 numbers, not one. If there is one per seed, take"),
        (([],), "these are 0 numbers, not one."),
        ((math.nan,), "nan is not finite. Did a training diverge?"),
        ((np.float32("inf"),), "inf is not finite."),
        ((50,), "did you mean a share between 0 and 1?"),
        ((0.5,), "not right. Expected is the share of the UPPER CASE words"),
        ((-7,), "not right. Expected is the share of the UPPER CASE words"),
    ],
)
def test_what_cannot_be_an_answer_gets_a_sentence(value, said, says):
    assert said in says(CNN, *value)


@pytest.mark.parametrize(
    ("exercise", "nearest"),
    [
        ("tnse-1", "tsne-1"),
        ("tsne_1", "tsne-1"),
        ("tsne-9", "tsne-"),
        (3, "-3"),
        (["tsne"], "tsne"),
    ],
)
def test_a_name_that_is_none_gets_the_nearest(exercise, nearest, says):
    said = says(exercise, 1)
    assert said.startswith(f"There is no exercise {exercise!r}. The nearest names are: ")
    assert nearest in said.partition(": ")[2]


def test_a_number_in_another_type_is_a_number_all_the_same(says):
    low, high = TOLD["tsne-1"]["right"]
    middle = (low + high) / 2
    for value in (middle, np.float32(middle), np.array(middle), [[middle]]):
        assert says("tsne-1", value) == "tsne-1: right."


def test_an_installed_package_needs_no_notebook(tmp_path):
    """As a plain script, in a folder that has what pip installs and nothing else."""
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = packages["tool"]["setuptools"]
    for package in packages["packages"]:
        folder = ROOT / package.replace(".", "/")
        for pattern in ("*.py", *packages["package-data"].get(package, ())):
            for path in folder.glob(pattern):
                if path.is_file() and "data" not in path.parts:
                    copy = tmp_path / path.relative_to(ROOT)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(path, copy)
    script = tmp_path / "mine.py"
    script.write_text(
        "import lecture6_utils\nfrom lecture6_utils.exercises import check\n\n"
        f'check("tsne-2", "codings")\ncheck("{CNN}")\nprint(lecture6_utils.__file__)\n',
        encoding="utf-8",
    )
    result = subprocess.run(
        [sys.executable, script.name], cwd=tmp_path, env={}, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    near, asks, where = result.stdout.splitlines()
    assert near.startswith("tsne-2: near.") and asks.startswith(f"{CNN} asks for")
    assert where.startswith(str(tmp_path)) and not (tmp_path / "chapters").exists()


# --- what an author may write -----------------------------------------------------------------

LESSON = """# %% [markdown]
# # Add two numbers
#
# :::{admonition} Exercise 1 — more
# :class: exercise
# Add *three*.
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 1"}
1 + 2 + 3
"""
NUMBERS = {"sum": 6.0, "product": 3.0, "unsteady": 1.0, "chaotic": 2.0}
ENTRY = {
    "level": "easy",
    "minutes": "5",
    "asks": "the sum",
    "answer": "sum",
    "near": {"Did you multiply?": "product", "Did you add twice?": "= 2 * answer"},
}


@pytest.fixture
def small(tmp_path):
    """A book of one lesson with one exercise, measured and studied; nothing is executed."""
    chapters = tmp_path / "chapters"
    (chapters / "evidence").mkdir(parents=True)
    (tmp_path / "lecture6_utils").mkdir()
    (tmp_path / "requirements.txt").write_text("", encoding="utf-8")
    toc = "format: jb-book\nroot: chapters/index\nchapters:\n- file: chapters/adds\n"
    (tmp_path / "_toc.yml").write_text(toc, encoding="utf-8")
    toctree = "# Index\n\n```{toctree}\nadds\n```\n"
    (chapters / "index.md").write_text(toctree, encoding="utf-8")
    lesson = Lesson(tmp_path, "adds")
    lesson.script.write_text(LESSON, encoding="utf-8")
    pretend_executed(
        lesson, printed("exact 1,234\nexact 20.5%\nshare 20.5%\ntwice 1\ntwice 2\nwords a b\n")
    )
    notebook = json.loads(lesson.notebook.read_text(encoding="utf-8"))
    notebook["metadata"]["lecture6"]["measured"] = [
        {"cell": 1, "name": name, "values": [value], "spec": ".1f"}
        for name, value in NUMBERS.items()
    ]
    lesson.notebook.write_text(json.dumps(notebook), encoding="utf-8")
    numbers = {
        name: {"spec": ".1f", "bounds": [v - 0.2, v + 0.2], "runs": [[v], [v], None]}
        for name, v in NUMBERS.items()
    }
    numbers["unsteady"]["runs"][1] = [7.0]
    numbers["chaotic"] |= {"bounds": [-98.0, 102.0], "runs": [[2.0], [5.0], None]}
    evidence = {"fingerprint": evidence_fingerprint(lesson), "numbers": numbers, "figures": {}}
    (chapters / "evidence/adds.json").write_text(json.dumps(evidence), encoding="utf-8")
    write(tmp_path, {"adds-1": ENTRY})
    return tmp_path


def write(root, entries):
    text = yaml.safe_dump(entries, allow_unicode=True, sort_keys=False, width=1_000)
    (root / book.SOURCE).write_text(f"# A comment\n{text}", encoding="utf-8")


def told(root, **more):
    """What `check` is told of the exercise whose entry is changed so; None takes a key away."""
    entry = {key: value for key, value in (ENTRY | more).items() if value is not None}
    write(root, {"adds-1": entry})
    return book.answers(root)["adds-1"]


def test_an_entry_becomes_ranges_and_hints(small):
    assert told(small) == {
        "asks": "the sum",
        "form": "a number",
        "right": [5.85, 6.15],  # the bounds, less half of the last digit
        "near": [[[2.95, 3.05], "Did you multiply?"], [[11.9, 12.1], "Did you add twice?"]],
    }


@pytest.mark.parametrize(
    ("answer", "form", "right"),
    [
        ("printed: exact …,234", "a whole number", [0.5, 1.5]),
        ("printed: exact …%", "a number", [20, 20.55]),  # 20 is what two digits leave
        ("printed: share …", SHARE, [0.2, 0.2055]),
        ("printed: words …", "words", "a b"),
        ("0 to sum", "a number", [0, 6.15]),
        ("unsteady", "a number", [0.85, 7.05]),  # with any seed
        ("chaotic", "a number", [-1, 8]),  # its bounds admit 100 on either side
    ],
)
def test_ranges_follow_from_what_was_printed_or_measured(small, answer, form, right):
    found = told(small, answer=answer, near={})
    assert (found["form"], found["right"]) == (form, right)


HIGHEST = {"add": "sum", "multiply": "product", "nothing": "= 0"}


def test_the_highest_in_every_run_is_the_word(small):
    found = told(small, answer=None, highest=HIGHEST, near={"Sure?": "multiply"})
    assert found["right"] == "add" and found["form"] == '"add", "multiply" or "nothing"'
    assert found["near"] == [["multiply", "Sure?"]]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"minutes": None}, "expected are asks, level, minutes, near and either answer or highest"),
        ({"answer": None}, "and either answer or highest"),
        ({"highest": HIGHEST}, "and either answer or highest"),
        ({"hint": "so"}, "and either answer or highest"),
        ({"level": "tough"}, "the level is one of easy, medium, hard, not 'tough'"),
        ({"minutes": "some"}, "the minutes are a whole number, not 'some'"),
        ({"near": "product"}, "near and highest have a line for each hint or word"),
        ({"near": {"So?": "= answr"}}, "'= answr' cannot be computed: name 'answr' is not defined"),
        ({"answer": "sums"}, "adds measures no 'sums'. The nearest there are: sum; "),
        ({"near": {"So?": "products"}}, "adds measures no 'products'. The nearest there are: prod"),
        ({"near": {"So?": "sum"}}, "what “So?” is said of is right, too"),
        ({"near": {"So?": "unsteady"}}, "what “So?” is said of is right, too"),
        ({"near": {"So?": "0 to sum"}}, "what “So?” is said of is right, too"),
        ({"near": {"So?": "= answer + 0.1"}}, "what “So?” is said of is right, too"),
        ({"answer": "printed: three …"}, "adds printed no line like 'three …'"),
        ({"answer": "printed: twice …"}, "adds printed 2 different lines like 'twice …'"),
        ({"answer": "printed: twice"}, "'twice' must have one …"),
        (
            {"answer": "printed: words …"},
            "what “Did you multiply?” is said of is [2.95, 3.05], and the answer is a b",
        ),
        (
            {"answer": None, "highest": HIGHEST | {"both": "unsteady"}},
            "which is highest differs between runs: add, both",
        ),
        (
            {"answer": None, "highest": HIGHEST, "near": {"Sure?": "divide"}},
            'divide is none of "add", "multiply" or "nothing"',
        ),
        (
            {"answer": None, "highest": HIGHEST, "near": {"Sure?": "add"}},
            "what “Sure?” is said of is right, too",
        ),
    ],
)
def test_a_fault_of_an_entry_is_told_with_its_line(small, more, message):
    with pytest.raises(BookError) as error:
        told(small, **more)
    assert str(error.value).startswith("chapters/exercises.yml:2: adds-1: ")
    assert message in str(error.value)


def test_an_exercise_without_entry_and_an_entry_without_exercise_are_told(small):
    write(small, {"adds-2": ENTRY})
    assert book.exercise_problems(small) == [
        "chapters/exercises.yml:1: adds-1 has no entry: give it one",
        "chapters/exercises.yml:2: adds-2: there is no such exercise",
    ]
    (small / book.SOURCE).write_text("a: [", encoding="utf-8")
    (said,) = book.exercise_problems(small)
    assert said.startswith("chapters/exercises.yml:1: this is not YAML")


def test_a_lesson_that_was_not_studied_has_no_ranges(small):
    (small / "chapters/evidence/adds.json").unlink()
    assert book.exercise_problems(small) == [
        "chapters/exercises.yml:1: adds was not executed and studied yet"
    ]


def test_a_file_that_is_stale_is_told_until_the_command_has_made_it(small, monkeypatch, capsys):
    monkeypatch.chdir(small)
    (stale,) = book.exercise_problems(small)
    assert stale.startswith(
        "lecture6_utils/exercises.json:1: this is not what the lessons measured"
    )
    book.main()
    assert book.exercise_problems(small) == []
    path = small / "lecture6_utils/exercises.json"
    assert read(path)["adds-1"]["right"] == [5.85, 6.15]
    write(small, {"adds-1": ENTRY | {"answer": "product", "near": {"Did you add?": "sum"}}})
    assert book.exercise_problems(small) == [stale]
    write(small, {"adds-1": ENTRY | {"answer": "none"}})
    before = path.read_bytes()
    with pytest.raises(SystemExit, match="adds measures no 'none'"):
        book.main()
    assert path.read_bytes() == before
    (small / book.SOURCE).unlink()
    book.main()
    assert book.exercise_problems(small) == [] and path.read_bytes() == before


def test_make_check_tells_it(monkeypatch):
    monkeypatch.setattr("lecture6_utils.book.check.exercise_problems", lambda root: ["stale"])
    monkeypatch.setattr("lecture6_utils.book.check.lesson_problems", lambda lesson: [])
    assert book_problems(ROOT)[-1] == "stale"


# --- the page ---------------------------------------------------------------------------------


def page_of(root):
    """The lesson's page."""
    more = {"root_doc": "chapters/index", "myst_enable_extensions": ["colon_fence"]}
    page, warnings = build(root, "exercises", page="adds", **more)
    assert warnings == ""
    return page


def test_the_page_tells_level_minutes_and_how_to_check(small):
    page = page_of(small)
    box = page.select_one(".admonition.exercise")
    assert [p.get_text() for p in box.find_all("p")] == [
        "Exercise 1 — more",
        "Easy · about 5 minutes",
        "Add three.",
        'To check your answer: check("adds-1", ...). The dots stand for the sum.',
    ]
    assert box.select_one(".effort") and box.select_one("code").get_text() == 'check("adds-1", ...)'


def test_a_page_of_a_book_without_entries_is_as_it_was(small):
    (small / book.SOURCE).unlink()
    page = page_of(small)
    assert len(page.select(".admonition.exercise p")) == 2
