"""No page has a fault of access that axe can find, in light or dark."""

import pytest
from axe import color_faults, faults
from built import HTML, pages, turn, visit
from colors import computed, contrast

# An experimental rule, on because voice control depends on it: one says what one sees. It
# takes the title of an icon for something one sees, as in the theme's button of color modes.
SAID_AS_SEEN = "label-content-name-mismatch"
ONLY_ICONS = "theme-switch-button"

# Every cell of every table: its color and the first opaque ground beneath it.
CELLS = """() => [...document.querySelectorAll('main :is(td, th, td small, th small)')].map(cell => {
    let ground = cell;
    while (ground && /rgba\\(.*, 0\\)/.test(getComputedStyle(ground).backgroundColor)) ground = ground.parentElement;
    const canvas = ground ? getComputedStyle(ground).backgroundColor : 'rgb(255, 255, 255)';
    return [cell.textContent.slice(0, 30), getComputedStyle(cell).color, canvas];
})"""


def test_no_page_has_a_fault_and_every_table_can_be_read(new_page):
    """A page is loaded once: in the dark, only what depends on colors is asked again."""
    page, found, n_cells = new_page(), [], 0
    for path in pages():
        visit(page, f"{HTML.as_uri()}/{path}")
        for scheme in ("light", "dark"):
            turn(page, scheme)
            told = faults(page, SAID_AS_SEEN) if scheme == "light" else color_faults(page)
            found += [
                (path, scheme, *fault)
                for fault in told
                if not (fault[0] == SAID_AS_SEEN and ONLY_ICONS in fault[1])
            ]
            cells = page.evaluate(CELLS)
            found += [
                (path, scheme, *cell)
                for cell in cells
                if contrast(computed(cell[1]), computed(cell[2])) < 4.5
            ]
            n_cells += len(cells)
    assert found == []
    assert n_cells > 1000


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("<img src='x.png'>", "image-alt"),
        ("<p>a<p>b<p>c<p>d<p style='color: #ccc'>pale", "color-contrast"),
        ("<p>a<p>b<p>c<p>d<div style='background: #666'><p>on gray</div>", "color-contrast"),
        ("<style>p:last-child { color: #ccc }</style><p>a<p>b<p>c<p>d<p>pale", "color-contrast"),
        ("<button aria-label='Close'>Open</button>", SAID_AS_SEEN),
    ],
)
def test_a_fault_would_be_found(new_page, body, rule):
    page = new_page()
    page.set_content(f"<html lang=en><title>t</title><main>{body}</main></html>")
    assert rule in {fault[0] for fault in faults(page, SAID_AS_SEEN)}


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
