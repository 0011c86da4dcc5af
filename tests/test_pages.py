"""The built book in a real browser, over http and from disk: offline, quiet, searchable, described."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import HTML, Quiet, Recorder, pages, served
from helpers import ROOT

from lecture6_utils.book.heading import WORDS_PER_MINUTE
from lecture6_utils.book.lessons import find_lessons, read_notebook
from lecture6_utils.book.plain import PlainLessons


@pytest.fixture(scope="module", params=["http", "file"])
def base(request):
    if request.param == "file":
        yield HTML.as_uri() + "/"
    else:
        with served() as address:
            yield address


def test_no_page_asks_another_host_or_complains(browser, base):
    assert len(pages()) >= len(find_lessons(ROOT)) + 3
    page = browser.new_page()
    recorder = Recorder(page, base)
    for path in pages():
        page.goto(base + path, wait_until="networkidle")
    assert recorder.foreign == []
    assert recorder.failed == []
    assert recorder.complaints == []


def test_the_root_leads_to_the_landing_page(browser, base):
    page = browser.new_page()
    page.goto(base + "index.html")
    page.wait_for_url("**/chapters/index.html", timeout=10_000)


def test_math_is_typeset(browser, base):
    page = browser.new_page()
    page.goto(base + "chapters/tsne.html")
    page.wait_for_selector("mjx-container", timeout=10_000)


def test_search_finds_a_word(browser, base):
    page = browser.new_page()
    page.goto(base + "search.html?q=trustworthiness")
    page.wait_for_selector("#search-results li a[href*=tsne]", timeout=10_000)
    first = page.locator("#search-results li a").first
    assert "glossary.html#term-trustworthiness" in first.get_attribute("href")


def test_a_search_on_a_phone_marks_whole_words_and_leads_to_a_section(browser):
    with served() as base:
        page = browser.new_page(viewport={"width": 390, "height": 800})
        page.goto(f"{base}search.html?q=KL")
        page.wait_for_function(
            """document.querySelectorAll('#search-results .context').length > 4 &&
            !document.querySelector('#search-results li:not(:has(.context))')"""
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        before = page.locator("#search-results .highlighted").evaluate_all(
            "list => list.map(e => e.previousSibling?.textContent.slice(-1) ?? '')"
        )
        assert len(before) > 4 and not any(map(str.isalnum, before))
        result = page.locator("#search-results a[href*=sparse_autoencoders]")
        title, section = result.inner_text().split(" › ")
        result.click()
        page.wait_for_function("location.hash && scrollY > 0")
        heading = page.locator("section:target > :is(h2, h3)")
        assert section in heading.inner_text()
        assert "KL" in page.locator("section:target").inner_text()


def test_a_wrong_address_leads_back_to_the_book_from_any_depth(browser):
    class LikePages(Quiet):  # of a project: the book lies in a folder of the server
        def translate_path(self, path):
            here = super().translate_path(path.removeprefix("/a-book"))
            return here if path.startswith("/a-book/") else "/nowhere"

        def send_error(self, code, message=None, explain=None):
            self.send_response(code)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write((HTML / "404.html").read_bytes())

    with served(handler=LikePages) as address:
        page = browser.new_page()
        recorder = Recorder(page, address)
        for path in ("a-book/nowhere.html", "a-book/chapters/old/and/older/"):
            page.goto(address + path)
            assert page.locator("h1").inner_text() == "This page is not here"
            link = page.get_by_role("link", name="To the start of the book")
            link.wait_for()
            assert link.evaluate("a => a.href") == f"{address}a-book/chapters/index.html"
        assert recorder.foreign == []
        assert Axe().run(page).response["violations"] == []
        page.goto(f"{address}elsewhere/")
        page.wait_for_load_state("networkidle")
        assert page.locator("#ways").is_hidden(), "no link that leads nowhere"


@pytest.mark.parametrize("width", [320, 390, 1300])
def test_no_page_scrolls_sideways(browser, width):
    page = browser.new_page(viewport={"width": width, "height": 800})
    for path in pages():
        page.goto(f"{HTML.as_uri()}/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize("lesson", find_lessons(ROOT), ids=lambda lesson: lesson.slug)
def test_every_figure_arrives_with_its_words(browser, lesson):
    page = browser.new_page()
    page.goto(f"{HTML.as_uri()}/chapters/{lesson.slug}.html")
    for cell in read_notebook(lesson).cells:
        mystnb = cell.metadata.get("mystnb", {})
        if "figure" not in mystnb:
            continue
        figure = page.locator(f"figure#{mystnb.figure.name.replace('_', '-')}")
        caption = figure.locator("figcaption").inner_text()
        assert caption.startswith("Fig. "), "every figure has a number"
        assert len(caption.split()) > 4
        image = figure.locator("img")
        assert image.get_attribute("alt") == mystnb.image.alt
        assert image.evaluate("image => image.naturalWidth") > 100, "it loads"
    assert page.locator("main img:not([alt]), main img[alt='']").count() == 0


def test_each_lesson_offers_a_notebook_and_a_script_that_are_there():
    for lesson in find_lessons(ROOT):
        page = HTML / f"chapters/{lesson.slug}.html"
        found = re.findall(
            r'href="([^"]+)" target="_blank" download\n', page.read_text(encoding="utf-8")
        )
        assert found == [f"../_sources/chapters/{lesson.slug}{end}" for end in (".ipynb", ".py")]
        assert all((page.parent / path).exists() for path in found)


def test_solutions_are_folded_and_open(browser):
    page = browser.new_page()
    page.goto(f"{HTML.as_uri()}/chapters/stacked_autoencoders.html")
    solution = page.locator("details", has_text="Show solution 1").first
    assert not solution.locator("pre").first.is_visible()
    solution.locator("summary").first.click()
    assert solution.locator("pre").first.is_visible()


def test_each_lesson_says_where_it_stands_and_how_long_it_takes(browser):
    page = browser.new_page()
    lessons = find_lessons(ROOT)
    for number, lesson in enumerate(lessons, 1):
        page.goto(f"{HTML.as_uri()}/chapters/{lesson.slug}.html")
        text = page.locator(".lesson-times").inner_text()
        assert f"· lesson {number} of {len(lessons)} ·" in text
        assert "min to read" in text and "to run on one CPU core" in text


def test_the_time_to_read_is_that_of_the_words_one_sees(browser):
    """On paper: there solutions are open, and a live figure is a picture."""
    page = browser.new_page()
    page.emulate_media(media="print")
    for lesson in find_lessons(ROOT):
        page.goto(f"{HTML.as_uri()}/chapters/{lesson.slug}.html", wait_until="networkidle")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")  # opens the answers
        words = len(page.locator("article").inner_text().split())
        minutes = int(
            re.search(r"(\d+) min to read", page.locator(".lesson-times").inner_text())[1]
        )
        assert 0.8 < minutes * WORDS_PER_MINUTE / words < 1.25, lesson.slug


def test_each_term_of_the_glossary_is_linked_once_where_a_lesson_first_uses_it(browser):
    page = browser.new_page()
    page.goto(f"{HTML.as_uri()}/chapters/glossary.html")
    terms = set(page.locator("dl.glossary dt").evaluate_all("list => list.map(e => e.id)"))
    assert len(terms) > 40
    linked = set()
    for lesson in find_lessons(ROOT):
        page.goto(f"{HTML.as_uri()}/chapters/{lesson.slug}.html")
        targets = page.locator("a:has(> .glossary-term)").evaluate_all(
            "list => list.map(e => e.href.split('glossary.html#')[1])"
        )
        assert len(targets) == len(set(targets)) >= 3, lesson.slug
        linked |= set(targets)
    assert linked == terms


def test_in_jupyter_a_figure_has_the_number_that_it_has_on_its_page():
    copies = PlainLessons(ROOT)
    for lesson in find_lessons(ROOT):
        page = (HTML / f"chapters/{lesson.slug}.html").read_text(encoding="utf-8")
        found = [cell.source for cell in copies.notebook(lesson.slug).cells]
        numbers = re.findall(r"^\*\*(Fig\. \d+)\*\* ", "\n".join(found), re.M)
        assert numbers == re.findall(r'class="caption-number">(Fig\. \d+)', page) != []
