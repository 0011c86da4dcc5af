"""The built book in a real browser, over http and from disk: its first page, search, solutions, icons."""

from axe import faults
from built import HTML, Quiet, Recorder, served, visit
from helpers import ROOT
from sphinx_external_toc.parsing import parse_toc_yaml


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


def in_their_order():
    """The pages that the table of contents lists."""
    site_map = parse_toc_yaml(ROOT / "_toc.yml")
    return [f"{name}.html" for name in site_map if name != site_map.root.docname]


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
            targets = page.locator("nav a").evaluate_all("links => links.map(a => a.href)")
            assert targets == [f"{address}a-book/{path}" for path in in_their_order()]
            page.get_by_role("searchbox").fill("ELBO")
            page.get_by_role("searchbox").press("Enter")
            page.wait_for_url(f"{address}a-book/search.html?q=ELBO")
            page.go_back()
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


def test_how_to_cite_is_folded_copied_at_a_click_and_not_printed(new_page):
    with served() as base:
        page = new_page(permissions=["clipboard-read"])
        visit(page, f"{base}chapters/tsne.html")
        cite = page.locator("details.cite")
        assert not cite.locator("pre").is_visible()
        cite.locator("summary").click()
        cite.locator("button.copybtn").click()
        page.wait_for_function("navigator.clipboard.readText().then(t => t.startsWith('@'))")
        assert (
            page.evaluate("navigator.clipboard.readText()")
            == cite.locator("pre").inner_text().strip()
        )
        page.emulate_media(media="print")
        assert cite.is_hidden()
