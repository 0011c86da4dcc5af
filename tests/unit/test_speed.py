"""The page on speed: every number on it follows from what was measured, and what lacks is told."""

import json

import pytest
from helpers import ROOT, module_at, pretend_executed
from small_site import build

from lecture6_utils.book import speed
from lecture6_utils.book.lessons import BookError, find_lessons

PAGE = "# Speed\n\n```{toctree}\n:hidden:\nadds\nprints\n```\n\n" + "".join(
    f"## {part}\n\n```{{speed}} {part}\n```\n\n" for part in speed.PARTS
)
NUMBER = {"cell": 1, "name": "error", "text": "0.0110", "values": [0.010, 0.012], "spec": ".4f"}


def took(*cpu, **more):
    return {"cpu": list(cpu), "wall": list(cpu), "first": {"cpu": 5.0, "wall": 5.0}} | more


def measured(**parts):
    """What a run of the benchmark finds, with round numbers."""
    return {
        "date": "2026-01-02",
        "machine": {
            "processor": "A_B *C*",
            "cores": 2,
            "system": "Linux",
            "load before": [0.3, 0.2, 0.1],
            "load after": [1.0, 1.0, 1.0],
        },
        "versions": {"python": "3.11.7", "keras": "3.15.1"},
        "missing": {},
        "quality": {"cpu": 12.0, "wall": 12.0, "mse": 0.0112},
        "epochs": {
            "stacked": {
                "32": {
                    "slide": took(8.0, 90.0, 6.0),
                    "steps": took(3.0, 4.0, 5.0),
                    "ours": took(1.0, 1.0, 1.0, again={"cpu": 1.25, "wall": 1.25}),
                    "products": took(0.5, 0.5, 0.5),
                },
                "128": {"ours": took(0.5, 0.5, 0.5)},
            },
            "char-CNN": {"128": {"slide": took(3.0), "ours, no xla": took(2.0)}},
        },
        "maps": {"5000": {"openTSNE": {"cpu": 20.0, "accuracy": 0.8, "trustworthiness": 0.991}}},
        "pages": {
            "1": {"cpu": 30.0, "wall": 30.0, "lessons": 2},
            "2": {"cpu": 45.0, "wall": 45.0, "lessons": 4},
        },
    } | parts


@pytest.fixture
def book(small_book):
    """Two lessons, one of which measured a number, and a page with every part."""
    for lesson in find_lessons(small_book):
        pretend_executed(lesson)
    lesson = find_lessons(small_book)[0]
    notebook = json.loads(lesson.notebook.read_text(encoding="utf-8"))
    notebook["metadata"]["lecture6"]["measured"] = [NUMBER]
    lesson.notebook.write_text(json.dumps(notebook), encoding="utf-8")
    (small_book / "bench").mkdir()
    cell = {"net": "a net", "lesson": "adds", "number": "error", "error": 0.0134, "cpu": 219}
    write(small_book, {"cells": [cell]}, speed.REFERENCE)
    (small_book / "chapters" / "speed.md").write_text(PAGE, encoding="utf-8")
    with open(small_book / "_toc.yml", "a", encoding="utf-8") as toc:
        toc.write("- file: chapters/speed\n")
    return small_book


def write(book, results, name=speed.RESULTS):
    (book / name).write_text(json.dumps(results), encoding="utf-8")


def site(book):
    return build(book, "speed", page="speed", exclude_patterns=["chapters/index.md", "_build"])


def rows(page, part):
    """The cells of the table of a part, without its head."""
    table = page.select_one(f"section#{part} table")
    return [[cell.get_text().strip() for cell in row.select("td")] for row in table.select("tr")][
        1:
    ]


def test_every_number_follows_from_what_was_measured(book):
    write(book, measured())
    page, warnings = site(book)
    assert warnings == ""
    assert rows(page, "changes") == [
        ["Keras fit, as on the slide", "8.00", "–", "1.00 ×"],
        ["… and steps_per_execution=100", "4.00", "2.0 ×", "2.0 ×"],
        ["our fit: the whole epoch in one function", "1.00", "4.0 ×", "8.0 ×"],
    ]
    assert rows(page, "peers") == [
        ["Keras fit, as on the slide", "8.00", "8.0 ×", "–", "–"],
        ["Keras fit, one thread, steps_per_execution=100", "4.00", "4.0 ×", "–", "–"],
        ["our fit", "1.00", "1.00 ×", "0.50", "1.00 ×"],
        ["the matrix products alone", "0.50", "0.50 ×", "–", "–"],
    ]
    assert rows(page, "readers") == [
        ["Keras fit, as on the slide", "3.00", "1.50 ×"],
        ["our fit without XLA, as in the lesson", "2.00", "1.00 ×"],
    ]
    assert rows(page, "quality") == [["a net", "Add two numbers", "0.0110", "0.0134", "219"]]
    assert rows(page, "maps") == [["5,000", "openTSNE", "20.0", "80.0%", "0.9910"]]
    assert rows(page, "pages") == [["2", "30.0", "1.00 ×"], ["4", "45.0", "1.50 ×"]]
    text = " ".join(page.get_text().split())
    for said in (
        "the compilation took 4.00 CPU-seconds for the first net",
        "needed 0.25 to start",
        "took 12.0 CPU-seconds here, compilation included, and its validation error was 0.0112.",
        "made on 2026-01-02, with 2 cores (A_B *C*, Linux)",
        "Before they began, 0.3 programs on average",
        "Versions: python 3.11.7, keras 3.15.1.",
        "medians of 1 or 3 epochs",
    ):
        assert said in text
    assert "could not run" not in text and "Other programs" not in text
    image = page.select_one("#changes figure img")
    assert (book / "_build/html/chapters" / image["src"]).resolve().exists()
    assert image["alt"].startswith("Horizontal bars") and page.select_one("figcaption")
    bars = [float(row[1]) for row in rows(page, "changes")]
    assert f"takes {bars[0]:.2f}; the fastest takes {min(bars):.2f}." in image["alt"]


def test_what_could_not_run_and_a_busy_machine_are_told(book):
    busy = measured()["machine"] | {"load before": [3.0, 2.0, 1.0]}
    text = speed.machine(book, measured(missing={"jax scan": "No module"}, machine=busy))
    assert "\n- JAX, loop written by hand (`lax.scan`): No module\n" in text
    assert "Other programs were running, so the seconds may be too long." in text


def test_what_was_not_measured_is_left_away(book):
    results = measured(epochs={}, maps={}, pages={}, quality=None)
    for name in ("changes", "peers", "starts", "readers", "maps", "pages"):
        assert speed.PARTS[name](book, results) == ""
    assert "CPU-seconds here" not in speed.quality(book, results)
    assert "medians" not in speed.machine(book, results)


def test_without_a_measurement_the_page_says_so(book):
    page, warnings = site(book)
    assert page.select("table") == [] and "Not measured yet." in page.get_text()


def test_what_was_cut_off_is_told(book):
    (book / speed.RESULTS).write_text('{"date": "20', encoding="utf-8")
    with pytest.raises(BookError, match="results.json is cut off or was changed"):
        speed.read(book)


def test_a_number_that_its_lesson_no_longer_measures_is_told(book):
    reference = speed.read(book, speed.REFERENCE)
    reference["cells"][0]["number"] = "loss"
    write(book, reference, speed.REFERENCE)
    with pytest.raises(BookError, match="a number that adds does not measure: 'loss'"):
        speed.quality(book, measured())


def test_the_pages_have_every_part():
    pages = [ROOT / "chapters" / name for name in ("speed.md", "slides_map.md")]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    assert all(f"{{speed}} {part}\n" in text for part in speed.PARTS)


# --- the runner -------------------------------------------------------------------------


def test_each_peer_has_its_words():
    module = module_at(ROOT / "bench" / "run.py")
    assert set(module.STACKED) == set(speed.PEERS) | set(speed.CHANGES)
    for net in ("char-CNN", "char-BiLSTM"):
        assert set(module.EPOCHS[net][128]) == set(speed.READERS)


def test_a_larger_book_has_lessons_and_figures_of_its_own(book):
    pages = module_at_beside(ROOT / "bench" / "pages.py")
    write(book, measured())
    script = book / "chapters" / "prints.py"
    script.write_text(script.read_text(encoding="utf-8") + "# fig-a\n", encoding="utf-8")
    assert pages.multiply(book, 3) == 6
    assert [lesson.slug for lesson in find_lessons(book)] == [
        *("adds", "adds_2", "adds_3"),
        *("prints", "prints_2", "prints_3"),
    ]
    assert "fig3-a" in (book / "chapters" / "prints_3.py").read_text(encoding="utf-8")


def module_at_beside(path):
    """Import a script that imports its neighbors."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(path.parent)
        return module_at(path)
