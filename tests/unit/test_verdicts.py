"""The page “What we measured” and the first lines of the index are made of the rows, and nothing else."""

import pytest
import verdict_book
from small_site import build
from verdict_book import claim, rival, rows, study, write

PAGE = """# What we measured

```{verdicts} summary
```

## 1 Sums

```{verdicts} 1 Sums
```

## Silent

```{verdicts} no claim
```

## Rivals

```{verdicts} rivals
```

## First page

```{verdicts} first page
```

```{toctree}
adds
```
"""
ABOVE = {"net *less* rule": "net − rule", "interval": "above 0"}
MORE = {
    "extensions": ["myst_nb", "sphinxcontrib.bibtex", "lecture6_utils.book.verdicts"],
    "bibtex_bibfiles": ["chapters/references.bib"],
    "myst_heading_anchors": 3,
    "suppress_warnings": ["bibtex.missing_field"],
    "exclude_patterns": ["chapters/slides_map.md", "_build"],
}


@pytest.fixture
def book(tmp_path):
    book = verdict_book.make(tmp_path)
    page = PAGE + "\n```{bibliography}\n```\n"
    (book / "chapters" / "verdicts.md").write_text(page, encoding="utf-8")
    return book


def site(book, **more):
    return build(book, page="verdicts", **MORE | more)


def texts(nodes):
    return [" ".join(node.get_text().split()) for node in nodes]


def test_the_page_shows_each_row_with_verdict_sentence_numbers_link_and_runs(book):
    study(book, **{"net − rule": [0.5, 0.5, 0.5, -0.5]})
    write(book, rows(claim(verdict="partly", implied="yes", numbers=[{"the sum": "sum"}, ABOVE])))
    page, warnings = site(book)
    assert warnings == ""
    item = page.select_one("section#a-sum dl.verdicts")
    assert texts(item.select("dt"))[0] == "Partly: One and one is two. (implied by the slide)"
    assert item.select_one("dt .verdict")["class"] == ["verdict", "partly"]
    row = item.select_one("dd")
    assert texts(row.select("li")) == [
        "the sum: ≈ 2.0",
        "net less rule: ≈ +0.5 (95% interval +0.2 … +0.8); in 1 of 4 runs the difference had the other sign",
    ]
    assert texts(row.select("p.source")) == ["How much is it? · 4 runs"]
    assert row.select_one("p.source a")["href"] == "adds.html#how-much-is-it"


def test_a_minus_is_a_minus_sign(book):
    below = {"a less b": "pairs | a over b | gap", "interval": "below 0"}
    write(book, rows(claim(numbers=[below])))
    page, _ = site(book)
    assert (
        texts(page.select("section#a-sum li"))[0] == "a less b: ≈ −3.0 (95% interval −4.0 … −2.0)"
    )


def test_without_a_study_it_says_so(book):
    page, _ = site(book)
    assert (
        texts(page.select("p.source"))[0]
        == "How much is it? · not studied since the lesson changed"
    )


def test_claims_are_counted_and_slides_without_one_are_named(book):
    write(book, rows(claim(), claim("False.", verdict="false"), claim("Half.", verdict="partly")))
    page, _ = site(book)
    said = " ".join(page.get_text().split())
    assert "Of 6 claims 4 are true, 1 partly true, 1 false, and 0 not shown." in said
    assert texts(page.select("section#silent li")) == [
        "A picture: It shows one.",
        "A product: It shows one.",
    ]


def test_rivals_stand_below_who_is_ahead(book):
    behind = rival("Lose.") | {"ours is ahead": "below 0", "citation": "known2000"}
    even = rival("Draw.", difference={"net less rest": "net − rest"})
    write(book, rows(claim(), rivals=[rival("Win."), behind, even]))
    page, warnings = site(book)
    assert warnings == ""

    def tasks(section):
        return texts(page.select(f"section#{section} dt"))

    notebook = "Train the net that the notebook calls"
    assert tasks("what-we-beat") == ["Ahead: Win.", f"Ahead: {notebook} good."]
    assert tasks("what-beat-us") == ["Behind: Lose.", f"Behind: {notebook} bad."]
    neither = tasks("where-neither-is-shown-to-be-ahead")
    assert neither == ["Not shown: Draw.", f"Not shown: {notebook} like ours."]
    sources = texts(page.select("section#what-beat-us p.source"))
    assert sources[0].startswith("How much is it? ·") and "Kno00" in sources[0]


def test_the_first_page_has_the_marked_rows_with_their_first_two_numbers(book):
    numbers = [{"one": "sum"}, ABOVE, {"three": "sum"}]
    marked = claim("Surprise.", numbers=numbers, **{"first page": "yes"})
    content = rows(marked)
    del content["claims"][-1]
    write(book, content)
    page, _ = site(book)
    assert texts(page.select("section#first-page dt")) == [
        "True: Surprise.",
        "True: Filler 0.",
        "True: Filler 1.",
    ]
    assert len(page.select_one("section#first-page dd").select("li")) == 2
    assert len(page.select_one("section#a-sum dd").select("li")) == 3


def test_a_row_at_fault_is_an_error_of_the_build_told_once(book):
    write(book, rows(claim(verdict="false", section="adds#gone")))
    page, warnings = site(book)
    assert warnings.count("has no section 'gone'") == 1 and "ERROR" in warnings
    assert page.select("dl.verdicts") == []


def test_a_part_that_is_none_is_named(book):
    (book / "chapters" / "verdicts.md").write_text(
        "# A\n\n```{verdicts} 3 Roots\n```\n", encoding="utf-8"
    )
    _, warnings = site(book)
    assert "'3 Roots' is none of 1 Sums, 2 Products, summary, no claim" in warnings


def test_paper_has_the_rows_too(book):
    write(book, rows(claim(numbers=[ABOVE])))
    text, _ = site(book, builder="latex", latex_engine="xelatex")
    assert "\\sphinxstylestrong{True}" in text and "One and one is" in text
    assert "(95\\% interval \\DUrole{number}{+0.2 … +0.8})" in text
