"""The checks on notebooks catch what they are for."""

import checks
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output


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
    assert any(problem in p for p in checks.execution_problems(faulty))


def test_faultless_execution_passes():
    output = printed("T-shirt/top: 1/2, see https://keras.io/api/layers and </td></tr>")
    assert list(checks.execution_problems(notebook(outputs=[output]))) == []


PNG = new_output("display_data", data={"image/png": ""})
ALT = "A line that falls steeply at first and then levels off."


@pytest.mark.parametrize(
    ("caption", "name", "alt", "problem"),
    [
        ("Loss.", "fig-loss", ALT, None),
        ("", "fig-loss", ALT, "no caption"),
        ("Loss.", "loss", ALT, "no name"),
        ("Loss.", "fig-loss", "loss.png", "no alt text"),
    ],
)
def test_a_figure_without_its_words_is_named(caption, name, alt, problem):
    mystnb = {"figure": {"caption": caption, "name": name}, "image": {"alt": alt}}
    found = list(checks.figure_problems(notebook(outputs=[PNG], mystnb=mystnb)))
    assert len(found) == (problem is not None)
    assert all(problem in p for p in found)
    assert any("no caption" in p for p in checks.figure_problems(notebook(outputs=[PNG])))
