"""The built book in a real browser, over http and from disk: its first page, search, solutions, icons."""

import pytest
from axe import faults
from built import HTML, Quiet, Recorder, served, visit


@pytest.fixture(scope="module", params=["http", "file"])
def base(request):
    if request.param == "file":
        yield HTML.as_uri() + "/"
    else:
        with served() as address:
            yield address


def test_the_root_leads_to_the_landing_page(new_page, base):
    page = new_page()
    page.goto(base + "index.html")
    page.wait_for_url("**/chapters/index.html")


def test_search_finds_a_word(new_page, base):
    page = new_page()
    page.goto(base + "search.html?q=trustworthiness")
    page.wait_for_selector("#search-results li a[href*=tsne]")
    first = page.locator("#search-results li a").first
    assert "glossary.html#term-trustworthiness" in first.get_attribute("href")


def test_a_search_on_a_phone_marks_whole_words_and_leads_to_a_section(new_page):
    with served() as base:
        page = new_page(viewport={"width": 390, "height": 800})
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


def test_a_wrong_address_leads_back_to_the_book_from_any_depth(new_page):
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
        page = new_page()
        recorder = Recorder(page, address)
        for path in ("a-book/nowhere.html", "a-book/chapters/old/and/older/"):
            page.goto(address + path)
            assert page.locator("h1").inner_text() == "This page is not here"
            link = page.get_by_role("link", name="To the start of the book")
            link.wait_for()
            assert link.evaluate("a => a.href") == f"{address}a-book/chapters/index.html"
        assert recorder.foreign == []
        assert faults(page) == []
        page.goto(f"{address}elsewhere/")
        page.evaluate("showWays()")  # once more, to its end
        assert page.locator("#ways").is_hidden(), "no link that leads nowhere"


def test_solutions_are_folded_and_open(new_page):
    page = new_page()
    page.goto(f"{HTML.as_uri()}/chapters/stacked_autoencoders.html")
    solution = page.locator("details", has_text="Show solution 1").first
    assert not solution.locator("pre").first.is_visible()
    solution.locator("summary").first.click()
    assert solution.locator("pre").first.is_visible()


def test_the_icons_that_are_used_are_there(new_page):
    page = new_page()
    visit(page, f"{HTML.as_uri()}/chapters/tsne.html")
    page.wait_for_selector("svg[data-icon]", state="attached")
    drawn = page.evaluate(
        "[...document.querySelectorAll('svg[data-icon]')].map("
        "s => [s.dataset.icon, s.querySelector('path')?.getAttribute('d')?.length ?? 0])"
    )
    assert {"bars", "download", "magnifying-glass"} <= {name for name, _ in drawn}
    assert all(length > 20 for _, length in drawn), drawn
    assert page.locator("i.fa-solid").count() == 0, "an icon was not replaced by its drawing"
