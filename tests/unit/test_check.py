"""`make check` finds what it is for, says where it is, and says all of it at once."""

import json

import pytest
from helpers import make_small_book, pretend_executed
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lecture6_utils.book import check, executor
from lecture6_utils.book.evidence import evidence_path
from lecture6_utils.book.lessons import (
    BookError,
    Lesson,
    evidence_fingerprint,
    read_notebook,
    write_notebook,
)

# --- one notebook -----------------------------------------------------------------------


def notebook(prose="", outputs=(), source="1", count=1, version=None, **metadata):
    cell = new_code_cell(source, outputs=list(outputs), execution_count=count, metadata=metadata)
    language = {"name": "python"} | ({"version": version} if version else {})
    return new_notebook(
        cells=[new_markdown_cell(prose), cell], metadata={"language_info": language}
    )


def printed(text, name="stdout"):
    return new_output("stream", name=name, text=text)


@pytest.mark.parametrize(
    ("faulty", "problem"),
    [
        (notebook(count=None), "not executed in the order"),
        (notebook(count=2), "not executed in the order"),
        (notebook(outputs=[printed("x", "stderr")]), "stderr"),
        (notebook(outputs=[new_output("error", ename="E", evalue="", traceback=[])]), "error"),
        (notebook(outputs=[printed("see /home/ann/x")]), "absolute path"),
        (notebook(outputs=[printed("see C:\\Users\\ann")]), "absolute path"),
        (notebook(source="plt.plot(x);"), "ends in ';'"),
        (notebook(version="3.11.7"), "of one machine"),
    ],
)
def test_faulty_execution_is_named(faulty, problem):
    assert any(problem in p.text for p in check.execution_problems(faulty))


def test_faultless_execution_passes():
    output = printed("T-shirt/top: 1/2, see https://keras.io/api/layers and </td></tr>")
    assert list(check.execution_problems(notebook(outputs=[output]))) == []


PNG = new_output("display_data", data={"image/png": ""})
ALT = "A line that falls steeply at first and then levels off."


@pytest.mark.parametrize(
    ("caption", "name", "alt", "problem"),
    [
        ("Loss.", "fig-loss", ALT, None),
        ("", "fig-loss", ALT, "no caption"),
        ("Loss.", "loss", ALT, "no name"),
        ("Loss.", "fig-loss", "loss.png", "no alt text"),
        ("Loss.", "fig-loss", 7 * ALT, "385 characters; it takes 350 at most"),
    ],
)
def test_a_figure_without_its_words_is_named(caption, name, alt, problem):
    mystnb = {"figure": {"caption": caption, "name": name}, "image": {"alt": alt}}
    found = list(check.figure_problems(notebook(outputs=[PNG], mystnb=mystnb)))
    assert len(found) == (problem is not None)
    assert all(problem in p.text for p in found)
    assert any("no caption" in p.text for p in check.figure_problems(notebook(outputs=[PNG])))


# --- the book ---------------------------------------------------------------------------

PNG_OUT = new_output("display_data", data={"image/png": "iVBORw0KGgo="})
FIGURE = (
    '# %% mystnb={"figure": {"caption": "Drawn.", "name": "fig-SLUG"}, "image": {"alt": "ALT"}}\n'
    "draw = 1\n"
)


def lesson_text(slug, *more):
    """A lesson with every part, one figure, and more cells at its end."""
    prose = "\n".join(f"# {part}\n#" for part in check.PARTS)
    cells = [
        f"# %% [markdown]\n# # {slug}\n#\n{prose}\n",
        FIGURE.replace("SLUG", slug).replace("ALT", ALT),
    ]
    for n in (1, 2, 3):
        cells.append(f"# %% [markdown]\n# :::{{admonition}} Exercise {n}\n# Do it.\n# :::\n")
        prompt = json.dumps({"code_prompt_show": f"Show solution {n}"})
        cells.append(f'# %% tags=["hide-cell"] mystnb={prompt}\nsolution = {n}\n')
        cells.append(f"# %% [markdown]\n# :::{{admonition}} Answer to exercise {n}\n# So.\n# :::\n")
    return "\n".join([*cells, *more])


def executed(lesson):
    pretend_executed(lesson, PNG_OUT)
    path = evidence_path(lesson)
    path.parent.mkdir(exist_ok=True)
    evidence = {"fingerprint": evidence_fingerprint(lesson), "numbers": {}, "figures": {}}
    path.write_text(json.dumps(evidence), encoding="utf-8")


def write(lesson, *more):
    lesson.script.write_text(lesson_text(lesson.slug, *more), encoding="utf-8")


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def line_of(path, text):
    """The number of the one line that has a text."""
    (number,) = [
        n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text in line
    ]
    return number


@pytest.fixture
def book(tmp_path):
    """Two lessons without any problem, as if they had been executed and studied."""
    root = make_small_book(tmp_path)
    for slug in ("adds", "prints"):
        write(Lesson(root, slug))
        executed(Lesson(root, slug))
    return root


def test_a_book_in_order_has_no_problem(book):
    assert check.book_problems(book) == []


def not_python(book):
    edit(book / "chapters/adds.py", "solution = 2", "solution = = 2")
    return "solution = = 2", "this is not Python: invalid syntax."


def string_left_open(book):
    """It swallows the cells below it; the line is that of its beginning all the same."""
    edit(book / "chapters/adds.py", "solution = 2", 'solution = """2')
    return 'solution = """2', "this is not Python: unterminated triple-quoted string literal"


def magic(book):
    edit(book / "chapters/adds.py", "solution = 2", "%time solution = 2")
    return "%time", "`%time solution = 2` is for IPython alone."


def hidden_magic(book):
    """Jupytext makes a magic of this."""
    edit(book / "chapters/adds.py", "solution = 2", "# %time solution = 2")
    return "%time", "`%time solution = 2` is for IPython alone."


def no_alt(book):
    edit(book / "chapters/adds.py", f', "image": {{"alt": "{ALT}"}}', "")
    return "fig-adds", "this figure has no alt text that is a sentence: ''"


def word_in_an_alt(book):
    edit(book / "chapters/adds.py", ALT, ALT.replace("falls", "simply falls"))
    executed(Lesson(book, "adds"))
    return "fig-adds", "“simply”: write “only”, or nothing"


def same_name(book):
    edit(book / "chapters/prints.py", "fig-prints", "fig-adds")
    executed(Lesson(book, "prints"))
    place = f"chapters/adds.py:{line_of(book / 'chapters/adds.py', 'fig-adds')}"
    return "chapters/prints.py", "fig-adds", f"{place} has a figure of that name, too: fig-adds"


def prose(text, said):
    def fault(book):
        edit(
            book / "chapters/adds.py",
            '# Do it.\n# :::\n\n# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 2"}',
            f'# Do\n# {text}\n# :::\n\n# %% tags=["hide-cell"] mystnb={{"code_prompt_show": "Show solution 2"}}',
        )
        executed(Lesson(book, "adds"))
        return text.split("\n")[0], said

    return fault


def dead_link_on_a_page(book):
    with open(book / "chapters/index.md", "a", encoding="utf-8") as page:
        page.write("\n[the lesson on sums](sums.ipynb#how)\n")
    return "chapters/index.md", "(sums.ipynb", "there is no page sums"


def part_lost(book):
    edit(book / "chapters/adds.py", "# Takeaways\n", "")
    executed(Lesson(book, "adds"))
    return 1, "there is no “Takeaways”"


def answer_lost(book):
    edit(book / "chapters/adds.py", "Answer to exercise 3", "Answer")
    executed(Lesson(book, "adds"))
    return 1, "the exercises are ['1', '2', '3'], their answers ['1', '2']"


def code_changed(book):
    edit(book / "chapters/adds.py", "draw = 1", "draw = 2")
    return "draw = 2", "this cell differs between the script and the notebook"


def prose_changed(book):
    edit(book / "chapters/adds.py", "# # adds", "# # Adds")
    return "# # Adds", "this cell differs between the script and the notebook"


def package_changed(book):
    (book / "requirements.txt").write_text("numpy==1\n", encoding="utf-8")
    executed(Lesson(book, "prints"))
    return 1, "the numeric stack changed: make book"


def edited_by_hand(book):
    edit(book / "chapters/adds.ipynb", "# adds", "# Adds")
    return (
        "# # adds",
        "adds.ipynb was edited by hand, and its cell here is not the script's.\nTo play",
    )


def nothing_to_predict(book):
    box = "# :::{predict} sums\n# Which?\n#\n# - under 1\n# - over 1\n# :::\n#\n"
    exercise = "# :::{admonition} Exercise 2\n"
    edit(book / "chapters/adds.py", exercise, box + exercise)
    executed(Lesson(book, "adds"))
    return ":::{predict}", "{predict}: no measured number 'sums' in adds.ipynb"


def outputs(book, change):
    notebook = read_notebook(Lesson(book, "adds"))
    change([cell for cell in notebook.cells if cell.cell_type == "code"][2])
    write_notebook(Lesson(book, "adds").notebook, notebook)


def output_changed(book):
    def print_something(cell):
        cell.outputs = [printed("other\n")]

    outputs(book, print_something)
    return (
        "solution = 2",
        "the output of this cell was changed after its run. To play with a lesson, use the copies",
    )


def opened_in_jupyter(book):
    """Its metadata tell of the machine; the outputs are as they were."""
    notebook = read_notebook(Lesson(book, "adds"))
    notebook.metadata.language_info["version"] = "3.11.7"
    write_notebook(Lesson(book, "adds").notebook, notebook)
    return 1, "the metadata tell of one machine"


@pytest.mark.parametrize(
    "fault",
    [
        not_python,
        string_left_open,
        magic,
        hidden_magic,
        no_alt,
        word_in_an_alt,
        same_name,
        dead_link_on_a_page,
        part_lost,
        answer_lost,
        code_changed,
        prose_changed,
        package_changed,
        edited_by_hand,
        output_changed,
        opened_in_jupyter,
        nothing_to_predict,
        prose("{doc}`sums`", "there is no page sums"),
        prose("{doc}\n# `sums <sums>`", "there is no page sums"),
        prose("{numref}`fig-sums`", "no figure and no section is named fig-sums"),
        prose("{numref}`the map <fig-sums>`", "no figure and no section is named fig-sums"),
        prose("{ref}`sums`", "no figure and no section is named sums"),
        prose("{cite:t}`sums2020`", "references.bib has no entry sums2020"),
        prose("it in order\n# to add.", "“in order to”: write “to”"),
        prose("It is ≈ 3.0 now.", "Do It is ≈ 3.0”: not said which measurement this is"),
    ],
)
def test_a_fault_is_told_with_its_file_and_line(book, fault):
    *file, wanted, said = fault(book)
    file = file[0] if file else "chapters/adds.py"
    line = wanted if isinstance(wanted, int) else line_of(book / file, wanted)
    place = f"{file}:{line}: "
    problems = check.book_problems(book)
    assert any(problem.startswith(place) and said in problem for problem in problems), (
        place,
        problems,
    )


def test_what_a_lesson_still_lacks_is_noted_and_no_problem(book, monkeypatch, capsys):
    monkeypatch.chdir(book)
    evidence_path(Lesson(book, "adds")).unlink()
    edit(book / "chapters/adds.py", "draw = 1", "draw = 1  # TODO")
    monkeypatch.setattr(check, "book_problems", lambda root: [])
    check.main(["--no-tests"])
    said = capsys.readouterr().out
    line = line_of(book / "chapters/adds.py", "TODO")
    assert f"not finished: chapters/adds.py:{line}: TODO" in said
    assert "not finished: chapters/ideas.md: an idea of its own" in said
    assert "not finished: chapters/evidence/adds.json: a study (make study LESSON=adds)" in said
    assert "No problem found." in said


def test_references_that_lead_somewhere_are_no_problem(book):
    (book / "chapters/references.bib").write_text(
        "@book{a, title={A}}\n@book{b,\n}\n", encoding="utf-8"
    )
    write(
        Lesson(book, "adds"),
        "# %% [markdown]\n# (my-place)=\n# ## Here\n#\n# {doc}`prints`, {doc}`the index </chapters/index>`,\n"
        "# {numref}`fig-prints`, {ref}`there <my-place>`, {cite}`a, b`, [x](prints.ipynb#y), [z](#z),\n"
        "# [out](https://example.org/a.md).\n",
    )
    executed(Lesson(book, "adds"))
    assert check.book_problems(book) == []


def test_all_problems_are_told_at_once_and_each_lesson_is_treated(book):
    edit(book / "chapters/adds.py", "draw = 1", "draw = = 1")
    edit(book / "chapters/prints.py", ALT, "a picture")
    edit(book / "_toc.yml", "root: chapters/index", "root: chapters/index\n# the lessons")
    edit(
        book / "_toc.yml",
        "- file: chapters/prints",
        "- file: chapters/prints\n- file: chapters/sums",
    )
    for name in ("more.md", "copy.ipynb", "evidence/sums.json"):
        (book / "chapters" / name).write_text("{}", encoding="utf-8")
    found, figure = check.book_problems(book), line_of(book / "chapters/prints.py", "fig-prints")
    assert [problem.partition(": ")[0] for problem in found] == [
        "_toc.yml:7",
        "_toc.yml:1",
        "_toc.yml:1",
        f"chapters/adds.py:{figure + 1}",
        f"chapters/prints.py:{figure}",
        f"chapters/prints.py:{figure + 1}",
        "chapters/evidence/sums.json:1",
    ]
    assert "copy.ipynb is not in _toc.yml. A notebook to play with belongs in mine/" in found[1]
    assert "more.md is not in _toc.yml. Add the line `- file: chapters/more`" in found[2]


# --- the same faults, met by the executor ---------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (not_python, "adds.py:41: this is not Python"),
        (magic, "is for IPython alone"),
        (no_alt, "no alt text"),
    ],
)
def test_a_lesson_at_fault_is_named_and_the_others_are_run(book, fault, said, monkeypatch, capsys):
    fault(book)
    edit(book / "chapters/prints.py", "draw = 1", "draw = 3")
    ran = []
    monkeypatch.setattr(executor.Run, "execute_all", lambda self, lessons: ran.extend(lessons))
    with pytest.raises(BookError, match=said):
        executor.run(book)
    assert [lesson.slug for lesson in ran] == ["prints"]
    monkeypatch.chdir(book)
    capsys.readouterr()
    with pytest.raises(SystemExit, match=said):
        executor.main(["status"])
    assert "prints: the lesson's code changed" in capsys.readouterr().out


# --- the command ------------------------------------------------------------------------------


def test_a_lesson_that_is_not_there_is_named(book, monkeypatch):
    monkeypatch.chdir(book)
    with pytest.raises(SystemExit, match="No such lesson: sums. There are: adds, prints"):
        check.main(["sums"])
