"""Figures, times and pins: the small parts of the package and what surrounds it."""

import re
import tomllib

import built
import matplotlib.pyplot as plt
import numpy as np
import pytest
from docutils import nodes
from docutils.utils import new_document
from helpers import ROOT

from lecture6_utils import plotting
from lecture6_utils.book.access import keep_numbers_together
from lecture6_utils.book.heading import count_words, lesson_times
from lecture6_utils.book.lessons import pins


def test_image_rows_are_drawn_on_one_scale_and_labeled():
    images = np.stack([np.zeros((28, 28)), np.full((28, 28), 0.5)])
    axes = plotting.plot_image_rows({"a": images, "b": images})
    assert axes.shape == (2, 2)
    assert [ax.images[0].get_clim() for ax in axes.flat] == [(0, 1)] * 4
    assert [row[0].texts[0].get_text() for row in axes] == ["a", "b"]
    plt.close("all")


@pytest.mark.parametrize("rows", [{}, {"a": np.zeros((2, 28, 28)), "b": np.zeros((3, 28, 28))}])
def test_uneven_image_rows_are_refused(rows):
    with pytest.raises(ValueError, match="equally many images"):
        plotting.plot_image_rows(rows)


def test_names_of_classes_do_not_cover_each_other():
    points = np.random.default_rng(0).normal(size=(300, 2))
    labels = np.repeat([0, 1, 3], 100)
    ax = plt.figure().add_subplot()
    ax.scatter(*points.T)
    plotting.name_classes(ax, points, labels, ["a", "b", "c", "d"])
    assert {text.get_text() for text in ax.texts} == {"a", "b", "d"}
    heights = sorted(text.get_position()[1] for text in ax.texts)
    assert np.diff(heights).min() > np.ptp(points[:, 1]) / 20
    plt.close("all")


def test_the_style_does_not_depend_on_the_reader():
    plt.rcParams["font.size"] = 33
    plotting.set_style()
    assert plt.rcParams["font.size"] == 12
    assert len(set(plotting.COLORS)) == 10


def document(*children):
    doc = new_document("")
    doc += nodes.section("", nodes.title("", "Title"), *children)
    return doc


@pytest.mark.parametrize(
    ("words", "cpu_seconds", "expected"),
    [
        (10, 3, "1 min to read · about 3 s to run on one CPU core"),
        (2_000, 43, "10 min to read · about 45 s to run on one CPU core"),
        (3_000, 110, "15 min to read · about 2 min to run on one CPU core"),
    ],
)
def test_times_are_computed(words, cpu_seconds, expected):
    doc = document(nodes.paragraph("", "word " * words))
    assert lesson_times(doc, cpu_seconds) == expected


def output(**formats):
    """An output as MyST-NB keeps it until a page is written: in all its formats."""
    of_mime = [nodes.container("", node, mime_type=mime) for mime, node in formats.items()]
    return nodes.container("", *of_mime, nb_element="mime_bundle")


def cell(*outputs, **attributes):
    source = nodes.literal_block("", "two = 1 + 1")
    source = nodes.container("", source, nb_element="cell_code_source")
    return nodes.container("", source, *outputs, nb_element="cell_code", **attributes)


def html(text="<table><tr><td>three words here</td></tr></table>"):
    return nodes.raw("", text, format="html")


@pytest.mark.parametrize(
    ("node", "words"),
    [
        (nodes.paragraph("", "", nodes.strong("", "In bold"), nodes.Text(", one, two.")), 4),
        (cell(nodes.literal_block("", "2\n")), 6),
        (cell(output(html=html(), plain=nodes.literal_block("", "three words here"))), 8),
        (
            cell(output(markdown=nodes.paragraph("", "a b"), plain=nodes.literal_block("", "a b"))),
            7,
        ),
        (cell(output(png=nodes.image(), plain=nodes.literal_block("", "<Figure size 9x9>"))), 5),
        (cell(nodes.figure("", html("<script>let a</script>"), nodes.caption("", "A map."))), 7),
        (cell(nodes.figure("", nodes.caption("", "A map.")), hide_mode="input"), 2),
        (cell(nodes.literal_block("", "2\n"), hide_mode="all"), 6),  # a solution
        (nodes.comment("", "nobody sees this"), 0),
    ],
)
def test_what_a_reader_reads_is_counted_once(node, words):
    assert count_words(document(node)) == 1 + words  # 1 in the title


def test_a_number_stays_with_its_sign():
    doc = document(nodes.paragraph("", "MSE ≈ 0.1"), nodes.literal_block("", "MSE ≈ 0.1"))
    keep_numbers_together(None, doc)
    assert [n.astext() for n in doc[0][1:]] == ["MSE ≈\u00a00.1", "MSE ≈ 0.1"]


def test_every_direct_dependency_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["book"]
    names = {re.match(r"[\w-]+", line)[0] for line in wanted}
    assert names - {re.match(r"[\w.-]+", pin)[0] for pin in pins(ROOT)} == set()


def test_every_pin_has_its_hashes_and_no_address():
    """So pip takes the very files that were proved, from whichever server it is told."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    text = re.sub(r"^#.*\n", "", text, flags=re.M)
    assert re.fullmatch(
        r"(?:[\w.\[\]-]+==[^\\\n]+(?: \\\n    --hash=sha256:[0-9a-f]{64})+\n)+", text
    )
    assert "://" not in text


def test_tensorflow_comes_in_its_cpu_build_where_there_is_one():
    pinned = "\n".join(pins(ROOT))
    elsewhere = r"^tensorflow==\S+ ; platform_machine != 'x86_64' or sys_platform != 'linux'$"
    assert re.search(elsewhere, pinned, re.M)
    here = r"^tensorflow-cpu==\S+ ; platform_machine == 'x86_64' and sys_platform == 'linux'$"
    assert re.search(here, pinned, re.M)


def test_every_file_says_what_it_is_for():
    files = [
        *ROOT.glob("lecture6_utils/**/*.py"),
        *ROOT.glob("tests/**/*.py"),
        ROOT / "chapters/conftest.py",
    ]
    for path in files:
        assert path.read_text(encoding="utf-8").startswith('"""'), path


def test_every_file_of_the_package_is_installed_with_it():
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "setuptools"
    ]
    wanted = [(package, "*.py") for package in setuptools["packages"]]
    wanted += [(package, p) for package, ps in setuptools["package-data"].items() for p in ps]
    listed = {path for package, p in wanted for path in (ROOT / package.replace(".", "/")).glob(p)}
    made = ROOT / "lecture6_utils/book"  # it stays with the book
    files = {path for path in (ROOT / "lecture6_utils").rglob("*") if path.is_file()}
    files = {path for path in files if made not in path.parents}
    assert {path for path in files - listed if path.suffix != ".pyc"} == set()


@pytest.mark.parametrize(
    ("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)]
)
def test_a_missing_browser_is_skipped_with_a_hint_and_fails_in_ci(monkeypatch, ci, outcome):
    monkeypatch.setattr(built, "CHROMIUM", None)
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="apt install chromium"):
        built.require_browser()
