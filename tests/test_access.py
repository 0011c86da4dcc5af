"""No page has a fault of access that axe can find, in light or dark, and none is heavy."""

import gzip
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import HTML, pages

# An experimental rule, on because voice control depends on it: one says what one sees. It
# takes the title of an icon for something one sees, as in the theme's button of color modes.
SAID_AS_SEEN = "label-content-name-mismatch"
ONLY_ICONS = "theme-switch-button"
OPTIONS = {"rules": {SAID_AS_SEEN: {"enabled": True}}}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault(browser, scheme):
    faults = []
    page = browser.new_page(color_scheme=scheme)
    for path in pages():
        page.goto(f"{HTML.as_uri()}/{path}", wait_until="networkidle")
        for fault in Axe().run(page, options=OPTIONS).response["violations"]:
            faults += [
                (path, fault["id"], node["html"][:120])
                for node in fault["nodes"]
                if not (fault["id"] == SAID_AS_SEEN and ONLY_ICONS in node["html"])
            ]
    assert faults == []


def test_axe_would_find_one(browser):
    page = browser.new_page()
    page.set_content("<html lang=en><title>t</title><main><img src='x.png'></main></html>")
    assert "image-alt" in {fault["id"] for fault in Axe().run(page).response["violations"]}


def compressed(path):
    """Bytes over the wire: text is sent compressed, a picture is so already."""
    content = path.read_bytes()
    return len(gzip.compress(content)) if path.suffix != ".png" else len(content)


def test_no_page_weighs_more_than_a_megabyte_and_a_half():
    weights = {}
    for path in pages():
        html = (HTML / path).read_text(encoding="utf-8")
        sources = re.findall(r'(?:src|href)="([^"#?:]+\.(?:css|js|png|svg))', html)
        files = {HTML / path, *(((HTML / path).parent / s).resolve() for s in sources)}
        weights[path] = sum(compressed(file) for file in files)
    assert {path: weight for path, weight in weights.items() if weight > 1.5e6} == {}


def test_the_icons_that_are_used_are_there(browser):
    page = browser.new_page()
    page.goto(f"{HTML.as_uri()}/chapters/tsne.html", wait_until="networkidle")
    drawn = page.evaluate(
        "[...document.querySelectorAll('svg[data-icon]')].map("
        "s => [s.dataset.icon, s.querySelector('path')?.getAttribute('d')?.length ?? 0])"
    )
    assert {"bars", "download", "magnifying-glass"} <= {name for name, _ in drawn}
    assert all(length > 20 for _, length in drawn), drawn
    assert page.locator("i.fa-solid").count() == 0, "an icon was not replaced by its drawing"
