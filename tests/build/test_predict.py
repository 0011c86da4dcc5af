"""A question to commit to on a page, in the PDF and on an e-reader; in a browser: browser/test_predict.py."""

import shutil

import nbformat
import pytest
from helpers import ROOT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from small_site import build as build_site

from lecture6_utils.book.build import in_the_sources
from lecture6_utils.book.lessons import without_colors
from lecture6_utils.book.predict import SCRIPT

PROSE = """# Lesson

:::{predict} share
:slider: 0 to 100 by 1%
How *many*?

They are **few**.
:::

:::{predict} net − PCA
Which is better?

- the *net* = over 0
- neither is shown to be = not shown
:::
"""
MEASURED = [
    ("share", 0.797, ".1%", "79.7%"),
    ("net − PCA", 0.2, "+.1f", "+0.2"),
    ("net − PCA | low", -0.5, "+.1f", "-0.5"),
    ("net − PCA | high", 0.9, "+.1f", "+0.9"),
]


def build(root, *parts, builder="html"):
    """The lesson, its fences made of colons as in the book; what Sphinx warned of."""
    extensions = ["colon_fence"]
    return build_site(
        root, *parts, page="lesson", builder=builder, myst_enable_extensions=extensions
    )


@pytest.fixture
def write(tmp_path):
    """Write a lesson with this prose, as if it had measured `MEASURED` below it; its folder."""

    def write_lesson(prose):
        notebook = new_notebook(
            cells=[new_markdown_cell(prose), new_code_cell("1", execution_count=1)],
            metadata={"kernelspec": {"display_name": "", "language": "python", "name": "python3"}},
        )
        measured = [
            {"cell": 1, "name": name, "values": [value], "spec": spec, "text": text}
            for name, value, spec, text in MEASURED
        ]
        notebook.metadata["lecture6"] = {"measured": measured}
        (tmp_path / "chapters").mkdir(exist_ok=True)
        shutil.copy(ROOT / "pyproject.toml", tmp_path)  # an EPUB has a version
        nbformat.write(notebook, tmp_path / "chapters/lesson.ipynb")
        return tmp_path

    return write_lesson


def words(element):
    return " ".join(element.get_text().split())


def test_a_page_has_the_question_with_controls_and_the_answer(write):
    page, warnings = build(write(PROSE), "predict")
    assert warnings == ""
    slider, choices = page.select(".admonition.predict")
    (control,) = slider.select('form[method="dialog"] input[type="range"]')
    assert (control["min"], control["max"], control["value"]) == ("0.0", "100.0", "50")
    assert words(slider.find(id=control["aria-labelledby"])) == "How many?"
    assert words(slider.form) == "From 0% to 100% My answer: 50%"
    assert words(slider.select_one("[aria-live] .answer")) == "Measured: ≈ 79.7%. They are few."
    assert slider.select_one(".answer strong") and slider.select_one("em")

    labels = choices.select("li label")
    assert [words(label) for label in labels] == ["the net", "neither is shown to be"]
    assert len({label.input["name"] for label in labels}) == 1
    assert [words(right) for right in choices.select("li.right")] == ["neither is shown to be"]
    group = choices.find(id=choices.fieldset["aria-labelledby"])
    assert words(group) == "Which is better?" and group["id"] != control["aria-labelledby"]
    assert words(choices.select_one(".answer")) == (
        "Measured: neither is shown to be (net − PCA ≈ +0.2, 95% interval -0.5 … +0.9)."
    )
    scripts = [script.string for script in page.select("script:not([src])")]
    assert scripts.count(SCRIPT.read_text(encoding="utf-8")) == 1


def test_a_page_without_a_question_has_no_script(write):
    page, _ = build(write("# Lesson\n"), "predict")
    assert "predict" not in str(page)


def test_an_e_reader_has_the_question_and_answer_without_controls(write):
    page, _ = build(write(PROSE), "predict", "epub", builder="epub")
    slider, choices = page.select(".admonition.predict")
    assert words(slider).endswith("How many? From 0% to 100% Measured: ≈ 79.7%. They are few.")
    assert [words(item) for item in choices.select("li")] == ["the net", "neither is shown to be"]
    assert not page.select("input, button, form, script")


def test_the_pdf_has_the_question_and_answer(write):
    book, _ = build(write(PROSE), "predict", builder="latex")
    text = " ".join(book.split())
    assert r"{Predict, then see}" in text and r"How \sphinxstyleemphasis{many}?" in text
    assert "From 0\\%" in text and "to 100\\%" in text
    assert "Measured: ≈ 79.7\\%." in text and r"\sphinxstylestrong{few}" in text
    assert r"Measured: \sphinxstylestrong{neither is shown to be} (net" in text
    assert "my answer" not in text.lower()


def test_a_fault_is_told_with_its_line(write):
    root = write(PROSE.replace("} share", "} part"))
    _, warnings = build(root, "predict")
    (root / "chapters/lesson.py").write_text("# %% [markdown]\n# # Lesson\n#\n", encoding="utf-8")
    (said,) = in_the_sources(root, without_colors(warnings))
    assert said.startswith("chapters/lesson.py:4: {predict}: no measured number 'part' in lesson")
