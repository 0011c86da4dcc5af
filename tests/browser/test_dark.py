"""A figure is seen once: drawn for a dark page in the dark, for white in the light and on paper."""

import pytest
from built import HTML, turn, visit
from colors import computed, contrast

LESSON = f"{HTML.as_uri()}/chapters/sentiment_of_words.html"
FIGURES = "figure:has(img.only-dark)"
SHOWN = "imgs => imgs.filter(i => i.checkVisibility()).map(i => [i.className, i.complete && i.naturalWidth])"


def shown(page, selector=FIGURES):
    """The kind of each picture that is seen; each has arrived."""
    for image in page.locator(f"{selector} img:visible").all():
        image.scroll_into_view_if_needed()  # those of a dark page are fetched when they are near
        image.evaluate("i => i.decode()")
    found = page.locator(f"{selector} img").evaluate_all(SHOWN)
    assert all(width for _, width in found)
    return [kind for kind, _ in found]


@pytest.fixture
def lesson(new_page):
    page = new_page()
    visit(page, LESSON)
    return page


def captions(page):
    """How many captions are seen below figures with two drawings."""
    return page.locator(f"{FIGURES} figcaption:visible").count()


def test_one_drawing_is_shown_and_it_is_that_for_the_ground(lesson):
    n = lesson.locator(FIGURES).count()
    assert n > 1
    turn(lesson, "light")
    assert shown(lesson) == ["only-light"] * n and captions(lesson) == n
    turn(lesson, "dark")
    assert shown(lesson) == ["only-dark"] * n and captions(lesson) == n
    filters = lesson.locator(f"{FIGURES} img:visible").evaluate_all(
        "imgs => imgs.map(i => getComputedStyle(i).filter)"
    )
    assert set(filters) == {"none"}, "drawn, not filtered"
    lesson.emulate_media(media="print")
    assert shown(lesson) == ["only-light"] * n and captions(lesson) == n


def test_without_script_a_figure_is_seen_once(new_page):
    page = new_page(java_script_enabled=False, color_scheme="dark")
    page.goto(LESSON)
    assert page.locator(f"{FIGURES} img.only-light:visible").count() > 1
    assert page.locator("img.only-dark:visible").count() == 0
    assert captions(page) == page.locator(FIGURES).count()


def test_without_script_code_can_be_read_where_the_system_is_dark(new_page):
    page = new_page(java_script_enabled=False, color_scheme="dark")
    page.goto(LESSON)
    pairs = page.locator(".cell_input pre:visible").evaluate_all(
        """boxes => boxes.map(box => {
            const ground = node => {
                const color = getComputedStyle(node).backgroundColor
                return color === "rgba(0, 0, 0, 0)" ? ground(node.parentElement) : color
            }
            return [getComputedStyle(box).color, ground(box)]
        })"""
    )
    assert len(pairs) > 5
    assert min(contrast(computed(text), computed(ground)) for text, ground in pairs) > 7


def test_a_light_page_does_not_fetch_the_dark_drawings(new_page):
    page = new_page(color_scheme="light")
    fetched = []
    page.on("request", lambda request: fetched.append(request.url))
    visit(page, LESSON)
    page.mouse.wheel(0, 20_000)
    page.wait_for_timeout(300)
    pictures = [url for url in fetched if url.endswith(".png")]
    assert len(pictures) > 1
    assert [url for url in pictures if url.endswith("-dark.png")] == []


def test_on_the_first_page_each_card_shows_one_picture(new_page):
    page = new_page()
    visit(page, f"{HTML.as_uri()}/chapters/index.html")
    for scheme in ("light", "dark"):
        turn(page, scheme)
        for card in page.locator(".sd-card:has(img.lesson-picture)").all():
            assert card.locator("img.lesson-picture:visible").count() == 1
