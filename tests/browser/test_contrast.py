"""The grounds on which live figures draw are those for which their colors were chosen."""

import pytest
from built import HTML, turn
from colors import DARK, WHITE, computed
from matplotlib.colors import to_rgb


def test_live_figures_draw_on_these_grounds(new_page):
    page = new_page()
    page.goto(f"{HTML.as_uri()}/chapters/tsne.html")
    for scheme, ground in (("light", WHITE), ("dark", DARK)):
        turn(page, scheme)
        color = page.locator(".live").first.evaluate("e => getComputedStyle(e).backgroundColor")
        assert computed(color) == pytest.approx(to_rgb(ground))
