"""The rows of the page “What we measured”: none names what is not there, or says what was not measured."""

import itertools
import re

import pytest
import verdict_book
from helpers import ROOT
from verdict_book import claim, rival, rows, study, write

from lecture6_utils.book import check, claims
from lecture6_utils.book.lessons import BookError

ABOVE = {"net less rule": "net − rule", "interval": "above 0"}
AROUND = {"net less rest": "net − rest", "interval": "includes 0"}
BELOW = {"a less b": "pairs | a over b | gap", "interval": "below 0"}


@pytest.fixture
def book(tmp_path):
    return verdict_book.make(tmp_path)


def first(book, *one, **more):
    write(book, rows(*one, **more))
    return claims.read(book).claims[0]


def test_a_row_has_its_numbers_and_intervals_as_the_lesson_shows_them(book):
    found = first(book, claim(numbers=[{"the sum": "sum"}, ABOVE, AROUND, BELOW]))
    shown = [(f.what, f.text, f.interval, f.says) for f in found.figures]
    assert shown == [
        ("the sum", "≈\u00a02.0", (), ""),
        ("net less rule", "≈\u00a0+0.5", ("+0.2", "+0.8"), "above 0"),
        ("net less rest", "≈\u00a0-0.1", ("-0.4", "+0.3"), "includes 0"),
        ("a less b", "≈\u00a0-3.0", ("-4.0", "-2.0"), "below 0"),
    ]
    assert {f.runs for f in found.figures} == {0}, "nobody has studied the lesson"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (claim(numbers=[{"x": "net − ruler"}]), "measures no 'net − ruler'. The nearest there are: net − rule;"),
        (claim(section="adds#gone"), "adds.ipynb has no section 'gone'"),
        (claim(section="adds"), "'adds' names no section"),
        (claim(section="subtracts#how"), "no lesson 'subtracts'"),
        (claim(slide="A sunset"), "the map of the slides has no slide 'A sunset'"),
        (claim(verdict="perhaps"), "no verdict 'perhaps'; there are: true, partly, false, not shown"),
        (claim(numbers=[ABOVE | {"interval": "below 0"}]), "the interval of 'net − rule' above 0, but the row says 'below 0'"),
        (claim(numbers=[{"x": "net − rule"}]), "but the row says 'nothing of it'"),
        (claim(numbers=[{"x": "sum", "interval": "above 0"}]), "the interval of 'sum' is not measured"),
        (claim(numbers=[AROUND]), "the verdict is “true”, but all it rests on is an interval that includes 0"),
        (claim(verdict="false", numbers=[AROUND]), "the verdict is “false”, but all it rests on"),
        (claim(verdict="not shown", numbers=[ABOVE]), "“not shown”, but no interval of the row includes 0"),
        (claim(numbers=[{"a": "sum", "b": "sum"}]), "two numbers in one: 'a' and 'b'"),
        (claim(colour="red"), "is lacking or unknown: colour"),
        ({"slide": "A sum", "claim": "Bare."}, "is lacking or unknown: because, section, verdict"),
    ],
)  # fmt: skip
def test_a_row_at_fault_is_named_with_its_file_and_line(book, row, message):
    write(book, rows(claim("Good."), row))
    with pytest.raises(BookError) as error:
        claims.read(book)
    [line] = str(error.value).splitlines()
    assert message in line
    assert f"“{row['claim']}”: " in line
    number = int(re.match(r"chapters/verdicts\.yml:(\d+): ", line)[1])
    text = (book / "chapters/verdicts.yml").read_text(encoding="utf-8").splitlines()
    assert row["claim"] in text[number - 1]


@pytest.mark.parametrize(
    ("verdict", "numbers"),
    [
        ("true", [AROUND, {"the sum": "sum"}]),
        ("partly", [AROUND, ABOVE]),
        ("not shown", [AROUND, ABOVE]),
        ("not shown", [{"the sum": "sum"}]),
        ("false", []),
    ],
)
def test_a_verdict_may_rest_on_more_than_one_number_or_on_none(book, verdict, numbers):
    assert first(book, claim(verdict=verdict, numbers=numbers)).verdict == verdict


def test_all_rows_at_fault_are_named_at_once(book):
    write(
        book,
        rows(
            claim("A.", verdict="?"),
            claim("B.", section="adds#no"),
            rivals=[rival(ours={"n": "no"})],
        ),
    )
    with pytest.raises(BookError) as error:
        claims.read(book)
    assert [line.split("“")[1][0] for line in str(error.value).splitlines()] == ["A", "B", "A"]
    assert check.verdict_problems(book) == str(error.value).splitlines()


def test_every_slide_has_a_claim_or_a_reason_why_it_has_none(book):
    write(book, rows(claim(), silent=["A picture"]))
    with pytest.raises(
        BookError, match=r"^chapters/verdicts.yml:1: the slide “A product” has no row: "
    ):
        claims.read(book)


def test_three_rows_are_for_the_first_page(book):
    write(book, rows(claim(**{"first page": "yes"})))
    with pytest.raises(BookError, match="4 rows are for the first page, not 3"):
        claims.read(book)


def test_claims_stand_in_the_order_of_the_slides(book):
    write(book, rows(claim("Late.", slide="A product"), silent=["A picture"]))
    assert [c.text for c in claims.read(book).claims] == [
        "Filler 0.",
        "Filler 1.",
        "Filler 2.",
        "Late.",
    ]


def test_a_file_that_is_no_yaml_is_named(book):
    (book / "chapters/verdicts.yml").write_text("claims: [", encoding="utf-8")
    with pytest.raises(BookError, match="^chapters/verdicts.yml:1: this is not YAML"):
        claims.read(book)


def test_a_book_without_such_a_file_has_no_problem(small_book):
    assert check.verdict_problems(small_book) == []


# --- the study ----------------------------------------------------------------------------


def remarks(book, number, **runs):
    study(book, **runs)
    figure = first(book, claim(numbers=[{"the sum": "sum"}, number])).figures[1]
    return figure.runs, figure.remarks


def test_runs_that_agree_are_only_counted(book):
    assert remarks(book, ABOVE) == (4, ())


def test_it_is_told_how_often_the_sign_turned_and_zero_was_in_the_interval(book):
    runs = {"net − rule": [0.5, 0.4, -0.1, -0.2], "net − rule | low": [0.2, 0.1, -0.4, -0.5]}
    assert remarks(book, ABOVE, **runs) == (
        4,
        (
            "in 2 of 4 runs the difference had the other sign",
            "in 2 of 4 runs the interval included 0",
        ),
    )
    assert remarks(book, AROUND, **{"net − rest | high": [0.3, -0.1, 0.3, 0.3]}) == (
        4,
        ("in 1 of 4 runs the interval excluded 0",),
    )


def test_a_study_of_another_version_of_the_lesson_counts_for_nothing(book):
    study(book)
    script = book / "chapters" / "adds.py"
    script.write_text(
        script.read_text(encoding="utf-8").replace("1 + 1", "1 + 2"), encoding="utf-8"
    )
    verdict_book.measure(book)
    assert first(book, claim()).figures[0].runs == 0


# --- rivals -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("difference", "ours_if", "ahead"),
    [
        ("net − rule", "above 0", "ours"),
        ("net − rule", "below 0", "theirs"),
        ("net − rest", "above 0", "not shown"),
        ("pairs | a over b | gap", "below 0", "ours"),
    ],
)
def test_who_is_ahead_follows_from_the_interval(book, difference, ours_if, ahead):
    row = rival(difference={"gap": difference}, citation="known2000") | {"ours is ahead": ours_if}
    write(book, rows(rivals=[row]))
    assert claims.read(book).rivals[0].ahead == ahead


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (rival(citation="unknown1900"), "references.bib has no entry unknown1900"),
        (rival(difference={"gap": "sum"}), "its difference has no interval"),
        (rival() | {"ours is ahead": "includes 0"}, "`ours is ahead` is above 0 or below 0"),
    ],
)
def test_a_rival_at_fault_is_named(book, row, message):
    write(book, rows(rivals=[row]))
    with pytest.raises(
        BookError, match=rf"^chapters/verdicts.yml:\d+: “Add.”: {re.escape(message)}"
    ):
        claims.read(book)


def test_a_net_of_the_notebook_is_ahead_or_behind_in_all_runs_or_not_at_all(book):
    def ahead():
        return [r.ahead for r in claims.read(book).rivals]

    assert ahead() == ["ours", "theirs", "not shown"]
    study(book, sum=[2.0, 2.0, 2.0, 3.5])
    assert ahead() == ["not shown", "theirs", "not shown"]


# --- the book's own rows --------------------------------------------------------------------


@pytest.fixture(scope="module")
def found():
    return claims.read(ROOT)


def test_the_slides_have_the_same_verdict_of_the_same_claim(found):
    deck = (ROOT / "chapters/_slides/index.md").read_text(encoding="utf-8")
    box = re.compile(r":::\{(claim|verdict)\} ?(\w*)\n(.+?)\n:::", re.S)
    boxes = [(kind, verdict, text) for kind, verdict, text in box.findall(deck)]
    there = {
        claim[2]: verdict[1]
        for claim, verdict in itertools.pairwise(boxes)
        if (claim[0], verdict[0]) == ("claim", "verdict")
    }
    ours = {c.text: c.verdict for c in found.claims}
    both = ours.keys() & there.keys()
    assert len(both) >= 10
    assert {text for text in both if there[text] != ours[text]} == set()


def test_no_sentence_has_a_measured_number(found):
    """It would outlive the measurement; an exact number, such as 2,000 labels, has no decimals."""
    for c in found.claims:
        assert not re.search(r"≈|\d%|±", c.because), c.text
