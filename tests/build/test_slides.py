"""The slides: taken from the stored lessons, in the lecture's order, with all links; in a browser: browser/test_slides.py."""

import base64
import json
import re
import shutil
import subprocess
import sys

import pytest
from bs4 import BeautifulSoup
from built import HTML
from helpers import ROOT, SLIDES

from lecture6_utils.book.deck_time import contents, minutes
from lecture6_utils.book.lessons import BookError, find_lessons, read_notebook
from lecture6_utils.book.plain import predictions
from lecture6_utils.book.predict import answer
from lecture6_utils.book.stored import Book

pytestmark = pytest.mark.usefixtures("built_book")
DECK = HTML / "slides" / "index.html"
SOURCE = ROOT / "chapters" / "_slides" / "index.md"


def soup_of(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def deck():
    return soup_of(DECK)


def slides_of(deck):
    """The slides that carry content, each below a slide of its section."""
    return [heading.parent for heading in deck.select("section > h3")]


def second_stack(deck):
    """Those of them for which two hours have no time."""
    return [s for s in slides_of(deck) if s.parent.h2.get_text().startswith("More")]


@pytest.fixture
def copy(tmp_path):
    """What the slides are made from, to be tampered with."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "chapters", tmp_path / "chapters", ignore=ignore)
    shutil.copy(ROOT / "_toc.yml", tmp_path)
    return tmp_path


def build(copy):
    """Build a copy's slides as the Makefile does."""
    command = [sys.executable, "-m", "sphinx", "-b", "revealjs", "--fail-on-warning", "--nitpicky"]
    command += [
        "--keep-going",
        "-q",
        "-d",
        copy / "doctrees",
        copy / "chapters/_slides",
        copy / "slides",
    ]
    result = subprocess.run(command, capture_output=True, text=True)
    return result, copy / "slides" / "index.html"


# --- in the lecture's order -----------------------------------------------------------


def lecture_slides(slides):
    """The numbers of the lecture's slides that these take up, one for each."""
    found = []
    for title in (slide.select_one(".lecture").get_text() for slide in slides):
        fits = [s for s in SLIDES if title == s or title.startswith((f"{s}:", f"{s} ("))]
        assert fits, f"{title!r} is no slide of the lecture"
        found.append(SLIDES.index(max(fits, key=len)))  # some titles begin like others
    return found


def test_every_slide_of_the_lecture_is_on_the_deck_in_its_order_and_what_two_hours_lack_behind(
    deck,
):
    more = second_stack(deck)
    main = [s for s in slides_of(deck) if s not in more]
    found = lecture_slides(main)
    assert list(dict.fromkeys(found)) == list(range(len(SLIDES))), "two hours have them all"
    assert len(main) <= 50, "more than two minutes for each"
    behind = lecture_slides(more)
    assert len(behind) > 8 and behind == sorted(behind)
    assert slides_of(deck)[-len(more) :] == more


def test_the_deck_takes_less_than_two_hours_by_a_count_that_the_built_slides_bear_out(deck):
    found = contents(SOURCE.read_text(encoding="utf-8"))
    main = [s for s in slides_of(deck) if s not in second_stack(deck)]
    assert found["slides"] == len(main)
    for name, mark in {"bets": ".bet", "figures": "img", "tables": "table"}.items():
        assert found[name] == sum(len(s.select(mark)) for s in main), name
    words = sum(len(s.get_text(" ").split()) for s in main)
    assert found["words"] < words < 2 * found["words"], "tables, code and links are no speech"
    assert minutes(found) <= 110, "a class asks questions, too"


def test_each_slide_has_notes_that_lead_to_a_section_of_the_book(deck):
    pages = {}
    for slide in slides_of(deck):
        links = slide.select("aside.notes a")
        assert links, slide.h3.get_text()
        for link in links:
            path, _, section = link["href"].partition("#")
            if path not in pages:
                pages[path] = soup_of(DECK.parent / path)
            heading = pages[path].find(id=section).find(["h1", "h2"])
            number = heading.select_one(".section-number").get_text()
            assert link.get_text().startswith(number), "as on the page it leads to"


def test_book_and_slides_lead_to_each_other(deck):
    for page in ("index", "teaching"):
        links = [a.get("href") for a in soup_of(HTML / f"chapters/{page}.html").select("main a")]
        assert "../slides/index.html" in links
    target = deck.select_one("section section a")["href"]
    assert (DECK.parent / target).resolve() == HTML / "chapters" / "index.html"


# --- claim, bet, verdict --------------------------------------------------------------

BET = re.compile(r"^:::\{bet\} (\w+): (.*)$", re.M)
CHANGED = "words_from_pieces: real typos: network − channel, in points"


def bets_of(deck):
    return [slide for slide in slides_of(deck) if slide.select(".bet")]


def text_of(element):
    return " ".join(element.get_text().split())


def test_a_claim_can_be_read_and_the_bet_what_was_measured_and_the_verdict_come_one_by_one(deck):
    bets = bets_of(deck)
    assert 3 <= len(bets) <= 10
    for slide in bets:
        boxes = slide.select(".claim, .bet, .verdict")
        assert [box["class"][0] for box in boxes] == ["claim", "bet", "verdict"]
        claim, bet, verdict = boxes
        assert not claim.find_parent(class_="fragment") and "fragment" not in claim["class"]
        steps = slide.select(".fragment")
        assert steps[0] is bet and steps[-1] is verdict and len(steps) == 3
        assert steps[1].select("table, img"), "what was measured"
    fragments = deck.select(".fragment")
    assert len(fragments) == 3 * len(bets), "on the other slides all is there at once"


def test_the_choices_are_those_of_the_lesson_and_the_verdict_says_which_is_right(deck):
    book, asked = Book(ROOT), BET.findall(SOURCE.read_text(encoding="utf-8"))
    slides = bets_of(deck)
    assert len(asked) == len(slides)
    for slide, (slug, name) in zip(slides, asked, strict=True):
        lesson = book.lesson(slug)
        (box,) = [b for source in lesson.prose for b in predictions(source) if b.name == name]
        labels = [label.replace("'", "’") for label, _ in box.choices]
        assert [text_of(item) for item in slide.select(".bet li")] == labels
        right = slide.select_one(".verdict .label + p")
        assert right.strong.get_text() == labels[answer(box, lesson).right]
        assert right.select(".number")
        interval = [lesson.measured.get(f"{name} | {end}") for end in ("low", "high")]
        numbers = [number.get_text() for number in right.select(".number")]
        assert numbers[1:] == [f"≈\u00a0{end.text}" for end in interval if end]
        assert len(slide.select(".verdict .number")) >= 3, "a number with its interval"


# --- from the stored lessons ----------------------------------------------------------


def test_every_figure_is_a_stored_one_with_its_alt_text(deck):
    stored = {}
    for lesson in find_lessons(ROOT):
        for cell in read_notebook(lesson).cells:
            for output in cell.get("outputs", []):
                if "image/png" in output.get("data", {}) and "mystnb" in cell.metadata:
                    figure = cell.metadata.mystnb
                    stored[figure.figure.name] = (output.data["image/png"], figure.image.alt)
    images = deck.find_all("img")
    assert len(images) > 20
    for image in images:
        name = image["src"].removeprefix("figures/").removesuffix(".png")
        png, alt = stored[name]
        assert image["alt"] == alt
        assert (DECK.parent / image["src"]).read_bytes() == base64.b64decode(png)


def test_no_measured_number_is_typed_into_the_deck():
    typed = SOURCE.read_text(encoding="utf-8")
    typed = BET.sub("", typed)
    typed = re.sub(r"\$\$.*?\$\$|\{\w+\}`[^`]*`|^```.*?^```", "", typed, flags=re.S | re.M)
    assert re.findall(r"≈ ?[-+\d].*|\d+\.\d\d+.*|\d+\.\d+%.*", typed) == []


def shifted(text):
    """The same text, with each digit raised by one (9 becomes 0)."""
    return re.sub(r"\d", lambda digit: str((int(digit[0]) + 1) % 10), text)


def test_every_number_follows_the_stored_one_and_code_does_too(copy, deck):
    changed = CHANGED.partition(": ")[2]
    for path in (copy / "chapters").glob("*.ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for measurement in notebook["metadata"]["lecture6"]["measured"]:
            measurement["text"] = shifted(measurement["text"])
            if measurement["name"] in (f"{changed} | low", f"{changed} | high"):
                measurement["values"] = [1.0]
        path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    path = copy / "chapters/character_embeddings.ipynb"  # an exact number, and code
    text = path.read_text(encoding="utf-8").replace("18,881", "77,777")
    path.write_text(text.replace("LSTM(64)", "LSTM(99)"), encoding="utf-8")
    result, page = build(copy)
    assert result.returncode == 0, result.stderr
    assert "LSTM(99)" in soup_of(page).get_text()
    answers = [
        [slide.select_one(".verdict strong").get_text() for slide in bets_of(one)]
        for one in (deck, soup_of(page))
    ]
    differ = [pair for pair in zip(*answers, strict=True) if pair[0] != pair[1]]
    assert differ == [("the noisy channel", "the network")], "an answer follows, too"
    before, after = ([n.get_text() for n in d.select(".number")] for d in (deck, soup_of(page)))
    assert sum("≈" in number for number in before) > 150
    assert "18,881" in before
    expected = [shifted(n) if "≈" in n else n.replace("18,881", "77,777") for n in before]
    assert after == expected


def test_what_is_not_there_fails_the_build_and_is_named(copy):
    (copy / "chapters/_slides/index.md").write_text(
        "# Deck\n\n## Part\n\n### Slide\n\n"
        "{measured}`tsne: PCA (31) | 10-NN accuracy` {section}`tsne#how-god-is-the-map`\n\n"
        "```{lesson-figure} fig-tsne-mop\n```\n\n:::{verdict} trueish\nYes.\n:::\n\n"
        f":::{{bet}} {CHANGED}s\nWho?\n:::\n\n### Another\n\n"
        f":::{{bet}} {CHANGED}\nWho?\n:::\n\nAll.\n\n### A third\n\n"
        ":::{verdict} true\nYes.\n:::\n",
        encoding="utf-8",
    )
    result, _ = build(copy)
    assert result.returncode != 0
    first = result.stderr.partition("\n")[0]
    assert "chapters/_slides/index.md:" in first
    assert "no measured number 'PCA (31) | 10-NN accuracy' in tsne.ipynb" in first
    assert "PCA (30) | 10-NN accuracy" in first, "the nearest are named"
    for message in (
        "has no section 'how-god-",
        "no figure 'fig-tsne-mop'",
        "no verdict 'trueish'",
        "no question with choices asks for 'real typos: network − channel, in pointss' in words_",
        "{bet}: there is no {verdict} below it",
    ):
        assert message in result.stderr


@pytest.mark.parametrize(
    ("method", "text", "message"),
    [
        ("number", "tsnee: trust", "no lesson 'tsnee'; there are: character_embeddings, "),
        ("number", "silhouette", "names no lesson; expected `lesson: name`"),
        (
            "number",
            "tsne: rust",
            "no measured number 'rust' in tsne.ipynb. The nearest there are: ",
        ),
        ("number", "tsne#how: x", "tsne.ipynb has no section 'how'; it has: what-does-t-sne-do, "),
        ("number", "stacked_autoencoders: PCA, clipped | 30 codings", "2 times measured number"),
        ("number", "stacked_autoencoders: linear autoencoder: validation MSE", "no measured"),
        ("printed", "tsne: codings", "must have one …"),
        ("printed", "sparse_autoencoders: batch of 32: penalty …", "2 times printed line"),
        ("figure", "fig-tsne-mop", "no figure 'fig-tsne-mop'; there are: fig-character_embedd"),
        ("code", "stacked_autoencoders: bild", "no definition of 'bild' in stacked_autoenc"),
        ("output", "tsne: TSNE(", "times code cell with 'TSNE('"),
        ("seconds", "tsne: TSNEE(", "no code cell with 'TSNEE(' in tsne.ipynb"),
    ],
)
def test_a_name_that_is_wrong_or_not_unique_is_told(method, text, message):
    with pytest.raises(BookError) as error:
        getattr(Book(ROOT), method)(text)
    assert message in str(error.value)


def test_a_table_is_found_by_its_rows_columns_and_corner():
    book, lesson = Book(ROOT), "stacked_autoencoders"
    with pytest.raises(BookError, match="2 times table with rows .* corner"):
        book.table(lesson, ["PCA, clipped"], ["30 codings"])
    table = book.table(lesson, ["PCA, clipped"], ["30 codings"], corner="test MSE")
    assert table.cells["PCA, clipped", "30 codings"].text.startswith("0.01")
    with pytest.raises(BookError, match="no table with rows"):
        book.table(lesson, ["PCB"], [])


# --- as it is built -------------------------------------------------------------------


def test_nothing_is_carried_that_the_deck_does_not_use():
    weight = sum(path.stat().st_size for path in DECK.parent.rglob("*") if path.is_file())
    assert weight < 4e6
    assert not list(DECK.parent.rglob("*mathjax*")), "it uses the book's"
    assert "mathjax/tex-chtml.js" in DECK.read_text(encoding="utf-8")
    assert (HTML / "mathjax/tex-chtml.js").exists()
