"""What can be told of the built pages without a browser: figures, numbers, terms, downloads, weight."""

import copy
import gzip
import re

import pytest
from bs4 import BeautifulSoup
from built import HTML, pages
from helpers import ROOT
from PIL import Image
from pybtex.database import parse_string

from lecture6_utils.book import exercises
from lecture6_utils.book.lessons import find_lessons, read_notebook
from lecture6_utils.book.plain import PlainLessons
from lecture6_utils.book.solutions import drop_from_notebook

pytestmark = pytest.mark.usefixtures("built_book")
LESSONS = find_lessons(ROOT)
SLUGS = [lesson.slug for lesson in LESSONS]


@pytest.fixture(scope="module")
def chapters(built_book):
    """Each page of the chapters, by its name."""
    return {
        path.stem: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in sorted((built_book / "chapters").glob("*.html"))
    }


# --- figures ----------------------------------------------------------------------------


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_every_figure_arrives_with_its_words(chapters, lesson):
    page = chapters[lesson.slug]
    for cell in read_notebook(lesson).cells:
        mystnb = cell.metadata.get("mystnb", {})
        if "figure" not in mystnb:
            continue
        (figure,) = page.select(f"figure#{mystnb.figure.name.replace('_', '-')}")
        caption = figure.figcaption.get_text().strip()
        assert caption.startswith("Fig. "), "every figure has a number"
        assert len(caption.split()) > 4
        light, *dark = figure.select("img")
        assert len(dark) == (not figure.parent.select(".live")), "drawn for both grounds"
        for image in (light, *dark):
            assert image["alt"] == mystnb.image.alt
        sizes = {Image.open(HTML / "chapters" / image["src"]).size for image in (light, *dark)}
        assert len(sizes) == 1 and min(sizes)[0] > 100
    assert [image for image in page.select("main img") if not image.get("alt")] == []


def test_in_jupyter_a_figure_has_the_number_that_it_has_on_its_page(chapters):
    copies = PlainLessons(ROOT)
    for slug in SLUGS:
        found = [cell.source for cell in copies.notebook(slug).cells]
        numbers = re.findall(r"^\*\*(Fig\. \d+)\*\* ", "\n".join(found), re.M)
        captions = [c.get_text().strip() for c in chapters[slug].select(".caption-number")]
        assert numbers == captions != []


def test_every_picture_states_its_size():
    images = [
        img
        for path in pages()
        for img in re.findall("<img[^>]*>", (HTML / path).read_text(encoding="utf-8"))
    ]
    assert len(images) > 50
    assert [img for img in images if not re.search(r'width="\d+" height="\d+"', img)] == []


# --- numbers, times, terms --------------------------------------------------------------


def test_lessons_are_numbered_in_the_order_of_the_toc_and_the_appendix_is_not(chapters):
    for slug, page in chapters.items():
        number = page.select_one("article h1 .section-number")
        expected = f"{SLUGS.index(slug) + 1}. " if slug in SLUGS else None
        assert (number and number.get_text()) == expected, slug


def test_every_number_in_a_reference_is_the_one_that_stands_there(chapters):
    seen = 0
    for slug, page in chapters.items():
        for link in page.select("article a.reference.internal"):
            path, _, anchor = link["href"].partition("#")
            said = re.match(r"(?:[lL]esson (?=\d+ )|(?=[\d.]+\. ))(\d+(?:\.\d+)?)", link.get_text())
            target = chapters.get(path.removesuffix(".html") or slug)
            if not said or not target:
                continue
            place = target.find(id=anchor) if anchor else target.article
            there = place.select_one(":is(h1, h2, h3) .section-number")
            assert there and there.get_text().strip(". ") == said[1], (slug, link)
            seen += 1
    assert seen > 60


def test_lessons_lead_to_the_lessons_they_need(chapters):
    for slug in SLUGS[1:]:
        if slug == "undercomplete_autoencoders":
            continue  # it needs none
        links = chapters[slug].select("article a.reference.internal")
        assert any(re.match(r"[lL]esson \d+ ", link.get_text()) for link in links), slug


def test_each_lesson_says_where_it_stands_and_how_long_it_takes(chapters):
    for number, slug in enumerate(SLUGS, 1):
        text = chapters[slug].select_one(".lesson-times").get_text()
        assert f"· lesson {number} of {len(SLUGS)} ·" in text
        assert "min to read" in text and "to run on one CPU core" in text


def test_each_term_of_the_glossary_is_linked_once_where_a_lesson_first_uses_it(chapters):
    terms = {term["id"] for term in chapters["glossary"].select("dl.glossary dt")}
    assert len(terms) > 40
    linked = set()
    for slug in SLUGS:
        links = chapters[slug].select("a:has(> .glossary-term)")
        targets = [link["href"].partition("glossary.html#")[2] for link in links]
        assert len(targets) == len(set(targets)) >= 3, slug
        linked |= set(targets)
    assert linked == terms


# --- solutions --------------------------------------------------------------------------


def test_no_solution_escapes_the_rule_by_which_the_handout_leaves_them_out(chapters):
    """What a small book without solutions proves in test_build.py, for every real lesson."""
    copies = PlainLessons(ROOT, drop_from_notebook)
    for slug in SLUGS:
        page = copy.copy(chapters[slug].article)
        solutions = page.select(".tag_hide-cell")
        answers = [a for a in page.select(".admonition") if is_answer(a)]
        assert len(solutions) >= 1 and len(answers) >= 3
        for element in solutions + answers:
            element.decompose()
        texts = [page.get_text(), *(cell.source for cell in copies.notebook(slug).cells)]
        for text in texts:
            assert "Answer to exercise" not in text and "olution 1" not in text, slug
        assert sum("Exercise 1 — " in text for text in texts) == 2


def is_answer(admonition):
    """Whether its title says so."""
    return admonition.select_one(".admonition-title").get_text().startswith("Answer to exercise")


# --- objectives -------------------------------------------------------------------------


def test_the_teacher_finds_each_exercise_with_what_it_checks_and_the_minutes_of_each_lesson(
    chapters,
):
    written = exercises.read(ROOT)
    rows = chapters["teaching"].select("dl.objectives > dt")
    assert [row.a["href"] for row in rows] == [f"{slug}.html" for slug in SLUGS]
    seen = []
    for slug, row in zip(SLUGS, rows, strict=True):
        total, minutes = row.find_next_sibling("dd").select_one(".effort").get_text(), 0
        for item in row.find_next_sibling("dd").select("li"):
            can, checked = item.find_all("p")
            page, _, anchor = checked.a["href"].partition("#")
            name = f"{slug}-{anchor.removeprefix('exercise-')}"
            seen.append(name)
            assert page == f"{slug}.html"
            assert can.get_text().replace("’", "'") == written[name].can
            box = chapters[slug].find(id=anchor).find_next("div")
            title, effort = (p.get_text() for p in box.find_all("p")[:2])
            assert checked.a.get_text() == title
            level, n = re.fullmatch(r"\s· (\w+)\s· (\d+)\sminutes", checked.a.next_sibling).groups()
            assert effort == f"{level.capitalize()} · about {n} minutes"
            minutes += int(n)
        assert total.endswith(f" · about {minutes} minutes together")
    assert seen == list(written)


# --- files ------------------------------------------------------------------------------


def test_each_lesson_offers_a_notebook_and_a_script_that_are_there():
    for slug in SLUGS:
        page = HTML / f"chapters/{slug}.html"
        found = re.findall(
            r'href="([^"]+)" target="_blank" download\n', page.read_text(encoding="utf-8")
        )
        assert found == [f"../_sources/chapters/{slug}{end}" for end in (".ipynb", ".py")]
        assert all((page.parent / path).exists() for path in found)


def test_the_menu_of_downloads_says_what_a_lesson_needs(chapters):
    for slug in SLUGS:
        (item,) = chapters[slug].select(".dropdown-download-buttons .btn-needs-button")
        assert " ".join(item.get_text().split()) == (
            "To run it you need Python 3.11, 3.12 or 3.13. "
            "In the folder of the book: pip install . jupyterlab"
        )
        page, _, anchor = item["href"].partition("#")
        assert chapters[page.removesuffix(".html")].find(id=anchor)
    assert not chapters["glossary"].select(".btn-needs-button")


def test_each_lesson_says_how_to_cite_it_and_only_what_is_known(chapters):
    keys = []
    for slug, page in chapters.items():
        cited = page.select("details.cite pre")
        assert len(cited) == (slug in SLUGS), slug
        for entry in cited:
            ((key, found),) = parse_string(entry.get_text(), "bibtex").entries.items()
            title = page.select_one("article h1").find_all(string=True, recursive=False)
            assert found.fields["title"] == "{" + "".join(title).strip() + "}"
            assert "url" not in found.fields, "this edition has no address"
            keys.append((found.fields["chapter"], key))
    assert sorted(keys, key=lambda k: int(k[0])) == [
        (str(number), f"{slug}-2026") for number, slug in enumerate(SLUGS, 1)
    ]


def compressed(path):
    """Bytes over the wire: text is sent compressed, a picture is so already."""
    content = path.read_bytes()
    return len(gzip.compress(content)) if path.suffix != ".png" else len(content)


def test_no_page_weighs_more_than_a_megabyte_and_a_half():
    weights = {}
    for path in pages():
        html = (HTML / path).read_text(encoding="utf-8")
        # not fetched by a light page: see test_dark.py
        html = re.sub('<img [^>]*loading="lazy" class="only-dark"[^>]*>', "", html)
        sources = re.findall(r'(?:src|href)="([^"#?:]+\.(?:css|js|png|svg))', html)
        files = {HTML / path, *(((HTML / path).parent / s).resolve() for s in sources)}
        weights[path] = sum(compressed(file) for file in files)
    assert {path: weight for path, weight in weights.items() if weight > 1.5e6} == {}


def test_a_live_figure_is_light():
    for path in pages():
        html = (HTML / path).read_text(encoding="utf-8")
        figures = re.findall(r'<div id="live-.*?\("live-[0-9a-f]{8}"\);</script>', html, re.S)
        assert len(figures) == html.count('<div id="live-'), path
        for figure in figures:
            assert len(gzip.compress(figure.encode())) < 1.2e6, path
