"""Lessons in plain Markdown: nothing of MyST is left, numbers are the book's, solutions are folded."""

import re

import nbformat
import pytest
from helpers import ROOT

from lecture6_utils.book.lessons import (
    Lesson,
    find_lessons,
    read_notebook,
    read_script,
    write_notebook,
)
from lecture6_utils.book.plain import PlainLessons

BIBLIOGRAPHY = """@book{one, author = {Géron, Aurélien}, title = {A Book}, publisher = {X}, year = {2022}}
@article{two, author = {van der Maaten, Laurens and Hinton, Geoffrey}, title = {t-SNE (1)},
  journal = {J}, year = {2008}, doi = {10.1/a(1)2}}
@article{three, author = {A, B and C, D and E, F}, title = {Three}, journal = {J}, year = {2001}}
"""
FIGURE = (
    '# %% mystnb={{"figure": {{"caption": "{}", "name": "{}"}}, "image": {{"alt": "x"}}}}\ndraw()\n'
)
SECOND = f"""# %% [markdown]
# # Look at b
#
# $$y$$ (eq-two)
#
# (place)=
# ## A place
#
# Text.

{FIGURE.format("Of b.", "fig-b")}
"""


@pytest.fixture
def book(tmp_path):
    """A book of the lessons `first`, to be written, and `second`; nothing is executed."""
    chapters = tmp_path / "chapters"
    chapters.mkdir()
    (tmp_path / "_toc.yml").write_text(
        "format: jb-book\nroot: chapters/index\nchapters:\n"
        "- file: chapters/first\n- file: chapters/second\n",
        encoding="utf-8",
    )
    (chapters / "index.md").write_text("# All of it\n", encoding="utf-8")
    (chapters / "references.bib").write_text(BIBLIOGRAPHY, encoding="utf-8")
    write(tmp_path, "first", "# %% [markdown]\n# # See a\n")
    write(tmp_path, "second", SECOND)
    return tmp_path


def write(book, slug, script):
    lesson = Lesson(book, slug)
    lesson.script.write_text(script, encoding="utf-8")
    write_notebook(lesson.notebook, read_script(lesson))


def prose(text):
    return "# %% [markdown]\n# # See a\n#\n" + re.sub("^", "# ", text, flags=re.M)


def plain(book, script):
    write(book, "first", script)
    notebook = PlainLessons(book).notebook("first")
    nbformat.validate(notebook)
    return notebook.cells


# --- references -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("myst", "markdown"),
    [
        ("{numref}`fig-a`", "Fig. 1"),
        ("{numref}`fig-b`", "[Fig. 2](second.ipynb)"),
        ("{numref}`figure %s <fig-a>`", "figure 1"),
        ("{numref}`figure {number} <fig-b>`", "[figure 2](second.ipynb)"),
        ("{doc}`second`", "[2. Look at b](second.ipynb)"),
        ("{doc}`the next one <second>`", "[the next one](second.ipynb)"),
        ("[the lesson on\nb](second.ipynb)", "[lesson 2 on\nb](second.ipynb)"),
        ("[The lesson on b](second.ipynb#a-place)", "[Lesson 2 on b](second.ipynb)"),
        ("{doc}`index`", "“All of it”"),
        ("[the start](index.md)", "the start"),
        ("{ref}`place`", "[A place](second.ipynb)"),
        ("{ref}`there <place>`", "[there](second.ipynb)"),
        ("{eq}`eq-two`", "[(2)](second.ipynb)"),
        ("{term}`perplexity`", "perplexity"),
        ("{term}`perplexities <perplexity>`", "perplexities"),
        ("{unheard-of}`of`", "of"),
        ("{cite}`one`", "(Géron, 2022)"),
        ("{cite}`two,one`", "(van der Maaten and Hinton, 2008; Géron, 2022)"),
        ("{cite:t}`three`", "A et al. (2001)"),
        ("{cite}`none`", "(none, n.d.)"),
        ("[a page](https://example.org/x.md)", "[a page](https://example.org/x.md)"),
        ("`$a$` and $b$", "`$a$` and $b$"),
    ],
)
def test_a_reference_says_what_it_says_in_the_book(book, myst, markdown):
    cells = plain(
        book, prose(f"$$x$$ (eq-one)\n\nSee {myst}.") + "\n\n" + FIGURE.format("Of a.", "fig-a")
    )
    assert cells[0].source == f"# 1. See a\n\n$$x\\tag{{1}}$$\n\nSee {markdown}."


def test_what_is_cited_is_listed_at_the_end(book):
    *_, last = plain(book, prose("{cite}`two` and {cite:t}`one,two`"))
    assert last.source == (
        "## References\n\n- Aurélien Géron. *A Book*. X, 2022.\n"
        "- Laurens van der Maaten and Geoffrey Hinton. T-sne (1). *J*, 2008. "
        "[doi:10.1/a(1)2](https://doi.org/10.1/a(1)2)."
    )


def test_a_target_is_left_out_and_its_heading_stays(book):
    assert PlainLessons(book).notebook("second").cells[0].source.endswith("\n\n## A place\n\nText.")


# --- figures, admonitions, exercises ----------------------------------------------------


def test_a_caption_stands_beneath_its_figure(book):
    cells = plain(
        book, prose("Text.") + "\n\n" + FIGURE.format("Of a, see {numref}`fig-b`.", "fig-a")
    )
    assert [cell.source for cell in cells[1:]] == [
        "draw()",
        "**Fig. 1** Of a, see [Fig. 2](second.ipynb).",
    ]
    assert "mystnb" not in cells[1].metadata


@pytest.mark.parametrize(
    ("myst", "markdown"),
    [
        (
            ":::{admonition} Since *then*\n:class: note\n- One\n\n- Two\n:::",
            "> **Since *then***\n>\n> - One\n>\n> - Two",
        ),
        (":::{tip}\nDo.\n:::\nNext.", "> **Tip**\n>\n> Do.\n\nNext."),
        (
            "::::{note} Out\n:::{tip} In\n:::\n::::",
            "> **Note**\n>\n> Out\n> > **Tip**\n> >\n> > In",
        ),
        (
            ":::{admonition} Answer\n:class: dropdown\n\nIt *is*:\n\n$$a\n= b$$\n:::",
            "<details>\n<summary><b>Answer</b></summary>\n\nIt *is*:\n\n$$a\n= b$$\n\n</details>",
        ),
        (":::{admonition} Sum\nSo\n$$a\n  = b$$\n:::", "> **Sum**\n>\n> So\n> $$a = b$$"),
    ],
)
def test_an_admonition_is_quoted_or_folded(book, myst, markdown):
    (cell,) = plain(book, prose(myst))
    assert cell.source == f"# 1. See a\n\n{markdown}"


@pytest.mark.parametrize(
    ("myst", "markdown"),
    [
        (
            ":::{predict} net − PCA\nWhich *is*\nbetter?\n\n- the net = over 0\n- over 1\n:::\nNext.",
            "> **Predict, then see**\n>\n> Which *is*\n> better?\n>\n> - the net\n> - over 1\n>\n"
            "> Decide before you run the next cell.\n\nNext.",
        ),
        (
            ":::{predict} share\n:slider: 0 to 5 by 1 nets\nHow many?\n\nFor they\nare few.\n:::",
            "> **Predict, then see**\n>\n> How many?\n>\n> Your answer: from 0 to 5 nets\n>\n"
            "> Decide before you run the next cell.\n\n"
            "<details>\n<summary><b>After you have run it</b></summary>\n\nFor they\nare few.\n\n</details>",
        ),
    ],
)
def test_a_prediction_comes_without_its_answer(book, myst, markdown):
    (cell,) = plain(book, prose(myst))
    assert cell.source == f"# 1. See a\n\n{markdown}"


EXERCISES = (
    prose(
        ":::{admonition} Exercise 1 — add\n:class: exercise\nAdd.\n:::\n\n"
        ":::{admonition} Exercise 2 — think\n:class: exercise\nThink.\n:::\n\nAfter."
    )
    + """

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 2"}
1 + 1

# %% tags=["hide-input"]
2 + 2

# %%
3 + 3
"""
)


def test_a_cell_for_ones_own_code_waits_below_each_exercise(book):
    cells = plain(book, EXERCISES)
    assert [(cell.cell_type, cell.source.partition("\n")[0]) for cell in cells[:5]] == [
        ("markdown", "# 1. See a"),
        ("code", "# Your code for exercise 1"),
        ("markdown", "> **Exercise 2 — think**"),
        ("code", "# Your code for exercise 2"),
        ("markdown", "After."),
    ]
    assert len({cell.id for cell in cells}) == len(cells)


def test_below_an_exercise_that_can_be_checked_stands_the_call(book):
    entry = "first-1:\n  {level: easy, minutes: 5, asks: the sum, answer: sum, near: {}}\n"
    (book / "chapters/exercises.yml").write_text(entry, encoding="utf-8")
    cells = plain(book, EXERCISES)
    assert cells[0].source == (
        "# 1. See a\n\n> **Exercise 1 — add**\n>\n> *Easy · about 5 minutes*\n>\n> Add.\n>\n"
        '> To check your answer: `check("first-1", ...)`. The dots stand for the sum.'
    )
    assert cells[1].source == (
        "# Your code for exercise 1\nfrom lecture6_utils.exercises import check\n\n"
        'check("first-1", ...)'
    )
    assert cells[3].source == "# Your code for exercise 2"


def test_solutions_come_folded_with_their_output_and_drawing_without(book):
    solution, drawing, own = plain(book, EXERCISES)[-3:]
    assert solution.source == "# Solution 2\n1 + 1"
    assert solution.metadata["jupyter"] == {"source_hidden": True, "outputs_hidden": True}
    assert drawing.metadata["jupyter"] == {"source_hidden": True}
    assert "jupyter" not in own.metadata


def test_a_lesson_that_was_never_executed_is_left_out(book):
    (book / "chapters/second.ipynb").unlink()
    assert PlainLessons(book).titles == {"first": "1. See a"}


# --- the real lessons -------------------------------------------------------------------

MYST = re.compile(r"\{[\w:-]+\}`|^:::|^```\{|^\([\w-]+\)=$|^%", re.M)


def test_no_lesson_has_myst_left_and_none_has_lost_code_or_outputs(capsys):
    lessons = PlainLessons(ROOT)
    for lesson in find_lessons(ROOT):
        stored, made = read_notebook(lesson), lessons.notebook(lesson.slug)
        nbformat.validate(made)
        prose = [cell.source for cell in made.cells if cell.cell_type == "markdown"]
        assert [found for text in prose for found in MYST.findall(text)] == [], lesson.slug
        code = [(c.source, c.outputs) for c in made.cells if c.cell_type == "code"]
        own = [source for source, _ in code if source.startswith("# Your code for exercise ")]
        code = [x for x in code if x[0] not in own]
        for number, source in enumerate(own, 1):
            exec(source, {})  # so the whole notebook runs, and says what is wanted
            assert capsys.readouterr().out.startswith(f"{lesson.slug}-{number} asks for ")
        assert len(own) >= 3
        assert [outputs for _, outputs in code] == [
            cell.outputs for cell in stored.cells if cell.cell_type == "code"
        ]
        assert sum("<details>" in text for text in prose) >= 3, "answers are folded"


def test_what_is_left_of_myst_would_be_found():
    assert len(MYST.findall("{a:b}`c`\n:::\n```{d}\n(e)=\n% f\n50 % g")) == 5
