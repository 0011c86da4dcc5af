"""The page on how sure the numbers are: every number on it follows from the evidence."""

import json
from collections import Counter

import pytest
from helpers import ROOT
from small_site import build

from lecture6_utils.book import how_sure
from lecture6_utils.book.evidence import shown
from lecture6_utils.book.lessons import Lesson, evidence_fingerprint
from lecture6_utils.book.study import PLAN, variables

PAGE = (ROOT / "chapters" / "how_sure.md").read_text(encoding="utf-8")
RUNS = [(0, "here", 1_000), (0, "avx", 2_000), (2_000, "avx", 3_000), (1_000, "here", 4_000)]
RUNS += [(0, "sse4.2", 1_000)]


def number(by_machine, mean=2.0, spec=".2f"):
    """A number whose spread between seeds is 0.1."""
    return {
        "spec": spec,
        "seeds": 1,
        "n": 5,
        "mean": mean,
        "sd": 0.1,
        "min": 1.5,
        "max": 2.5,
        "by machine": by_machine,
        "by seed": 0.1,
        "chaotic": by_machine > 0.05,
        "runs": [[2.0]] * 5,
        "bounds": [1.0, 3.0],
    }


@pytest.fixture
def book(tmp_path):
    """Two lessons, not studied yet, and the page."""
    chapters = tmp_path / "chapters"
    (chapters / "evidence").mkdir(parents=True)
    for slug in ("adds", "prints"):
        (chapters / f"{slug}.py").write_text(
            f"# %% [markdown]\n# # It {slug}\n\n# %%\na = 1\n", encoding="utf-8"
        )
        (chapters / f"{slug}.md").write_text(
            f"---\norphan: true\n---\n# It {slug}\n", encoding="utf-8"
        )
    (chapters / "how_sure.md").write_text(PAGE, encoding="utf-8")
    files = "".join(f"- file: chapters/{name}\n" for name in ("adds", "prints"))
    (tmp_path / "_toc.yml").write_text(
        f"format: jb-book\nroot: chapters/how_sure\nchapters:\n{files}", encoding="utf-8"
    )
    return tmp_path


def study(book, slug, numbers, figures=("data", "pixels"), runs=RUNS):
    told = {
        "fingerprint": evidence_fingerprint(Lesson(book, slug)),
        "runs": [{"offset": o, "variant": v, "seconds": s} for o, v, s in runs],
        "numbers": numbers,
        "figures": {
            f"fig-{k}": {"varies": [], "bounds": {}, "pixels": how == "pixels", "runs": [None] * 5}
            for k, how in enumerate(figures)
        },
    }
    path = book / "chapters" / "evidence" / f"{slug}.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    return path


@pytest.fixture
def studied(book):
    """Both lessons studied; every digit below follows from these."""
    study(
        book,
        "adds",
        {
            "loss": number(0.02),
            "accuracy | PCA": number(0.06),
            "left": number(0.0),
            "PCA − net": number(0.1, mean=1.0, spec="+.3f"),
            "better by": number(0.1, mean=1.0, spec=".3f"),
            "better by | low": number(0.1, mean=1.0, spec=".3f"),
            "error": number(0.001, mean=-0.0002, spec=".2f"),  # 0.00, on every machine
        },
    )
    study(book, "prints", {"*odd* $name$": number(0.04)}, ["data"], RUNS[:3])
    return book


def tables(page):
    """The rows of each table, cell by cell."""
    return [
        [[cell.get_text().strip() for cell in row.select("th, td")] for row in table.select("tr")]
        for table in page.select("table")
    ]


def words(page):
    return " ".join(page.select_one("[role=main], .body").get_text().split())


def test_without_evidence_the_page_says_so(book):
    page, warnings = build(book, "how_sure", page="how_sure")
    assert "The lessons, as they stand now, have not been studied yet." in words(page)
    assert page.select("h2, table") == [] and warnings == ""


def test_every_number_is_counted(studied):
    page, warnings = build(studied, "how_sure", page="how_sure")
    assert warnings == ""
    machines, lessons, most = tables(page)
    assert machines[1:] == [
        [how_sure.MACHINES["here"], "3"],
        [how_sure.MACHINES["avx"], "4"],
        [how_sure.MACHINES["sse4.2"], "1"],
    ]
    assert lessons[1:] == [
        ["It adds", "7", "5", "10%", "10%", "4", "2 (1)"],
        ["It prints", "1", "3", "2%", "5%", "0", "1 (0)"],
    ]
    assert [row[0] for row in most[1:]] == [
        "accuracy | PCA, in It adds",
        "*odd* $name$, in It prints",
        "loss, in It adds",
    ]
    assert most[1][1:] == ["2.00", "3%", "1.50 … 2.50", "yes"]
    text = words(page)
    for said in (
        "It has 8 runs of 2 lessons, 3 to 5 each, and took 4.7 hours in all.",
        "Of these, 5 used the seeds of the book, and 3 had all seeds moved by 1,000 or 2,000.",
        "more than 50% of its spread over all runs",
        "This holds for 4 of 8 numbers; 1 came out the same on all machines.",
        "should lie outside once in 200,000 times.",
        "They are never narrower than 3 standard deviations between seeds.",
        "allows for 2,000 checks: even with so many, fewer than 1% of all proofs should raise one. "
        "For the 8 numbers in these tables it is 0.004%.",
        "The book has 1 such interval.",
    ):
        assert said in text
    assert "For these there were no false alarms in 21 checks." in text  # 7 numbers, 3 runs
    assert "of such runs" not in text
    assert "mutation" not in text and "Not counted" not in text


def test_its_links_and_headings_are_the_pages_own(studied):
    page, _ = build(studied, "how_sure", page="how_sure")
    links = {link["href"] for link in page.select("table a")}
    assert links == {"adds.html", "prints.html"}
    assert len(page.select("section > section > h2")) == 6


@pytest.mark.parametrize("fault", ["missing", "of another version", "cut off"])
def test_a_lesson_without_evidence_of_its_own_is_named(studied, fault):
    path = studied / "chapters" / "evidence" / "prints.json"
    if fault == "missing":
        path.unlink()
    elif fault == "cut off":
        path.write_text(path.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    else:
        (studied / "chapters" / "prints.py").write_text("# %%\na = 2\n", encoding="utf-8")
    text = how_sure.page(studied)
    assert "no study fits them as they stand now: {doc}`/chapters/prints`." in text
    assert "of 1 lesson, 5 each" in text


def test_only_the_ten_largest_are_shown(book):
    study(book, "adds", {f"n{k}": number(k / 10) for k in range(20)})
    found = how_sure.most_dependent(how_sure.read_studies(book)[0])
    assert [name for _, _, name, _ in found] == [f"n{k}" for k in range(19, 9, -1)]


def test_what_rounds_to_zero_has_no_sign():
    assert shown(-0.0002, ".2%") == "-0.02%"
    assert [shown(-0.0002, spec) for spec in (".1%", ".2f", ".0f")] == ["0.0%", "0.00", "0"]


def test_a_mean_of_zero_has_no_relative_spread(book):
    study(book, "adds", {"zero": number(0.1, mean=0.0)})
    assert "| 1 | 5 | – | – |" in how_sure.page(book)


def test_false_alarms_of_runs_held_out_are_told(studied, monkeypatch):
    alarms, checks = [], Counter({(0, "here"): 1_000, (0, "avx"): 234})
    monkeypatch.setattr(how_sure, "held_out", lambda root: {"checks": checks, "alarms": alarms})
    assert "For these there were no false alarms in 1,234 checks." in how_sure.page(studied)
    checks |= {(1_000, "new"): 5, (0, "oldest"): 6}
    assert "In 11 checks of such runs there were no false alarms." in how_sure.page(studied)
    alarms.append(("adds", "a | b", (1_000, "new")))
    assert (
        "In 11 checks of such runs there was 1 false alarm.\n\n"
        "- {doc}`/chapters/adds` (new; seeds moved by 1,000): a \\| b"
    ) in how_sure.page(studied)
    assert "For these there were no false alarms in" in how_sure.page(studied)
    alarms += 5 * alarms
    assert "a \\| b; and 2 more" in how_sure.page(studied), "those of one run stand together"
    alarms.append(("adds", "a", (0, "avx")))
    assert "For these there was 1 false alarm in 1,234 checks." in how_sure.page(studied)
    assert "of such runs there were 6 false alarms." in how_sure.page(studied)


def test_what_each_mutation_was_caught_by_is_told(studied):
    path = studied / "chapters" / "evidence" / "mutations.json"
    faults = [
        {"name": "sum | mean", "where": "chapters/adds.py", "caught_by": "the range of `loss`"},
        {"name": "sign", "where": "package/a_b.py", "caught_by": "unit test a.py::test_a_sign"},
    ]
    path.write_text(json.dumps({"mutations": faults}), encoding="utf-8")
    page, warnings = build(studied, "how_sure", page="how_sure")
    assert tables(page)[-1][1:] == [
        ["sum | mean", "It adds", "the range of `loss`"],
        ["sign", "a_b.py", "a test: a sign"],
    ]
    assert "Of 2 faults, they caught all." in words(page) and warnings == ""
    faults[1]["caught_by"] = ""
    path.write_text(json.dumps({"mutations": faults}), encoding="utf-8")
    text = how_sure.page(studied)
    assert "Of 2 faults, they caught 1." in text and "| **nothing** |" in text


def test_every_machine_of_the_study_has_its_words():
    assert {variant for _, variant in PLAN} <= set(how_sure.MACHINES)
    machines = set(how_sure.MACHINES) - {"oldest"}  # these are other packages
    assert all(isinstance(variables(variant), dict) for variant in machines)
