"""A question to commit to opens by keyboard and finger; without script and in print it is open."""

import pytest
from axe import faults
from built import HTML, opened, turn, visit
from helpers import ROOT

from lecture6_utils.book.lessons import Lesson
from lecture6_utils.book.stored import StoredLesson

SLUG = "undercomplete_autoencoders"  # its first question has a slider, its second has choices
URL = f"{HTML.as_uri()}/chapters/{SLUG}.html"
CONTROLS = "input, button"
IN_BOXES = {"include": [[".predict"]]}


@pytest.fixture(scope="module")
def loaded(browser, built_book):
    """The lesson, opened once."""
    with opened(browser, viewport={"width": 1300, "height": 800}) as page:
        visit(page, URL)
        yield page


@pytest.fixture
def page(loaded):
    """The lesson, as if nobody had answered yet."""
    loaded.emulate_media(media="screen", color_scheme="light")
    loaded.evaluate("""document.querySelectorAll(".predict").forEach(box => {
        box.classList.remove("open"); box.querySelector(".said").textContent = "";
        box.querySelector("form").reset(); document.activeElement.blur();
    })""")
    return loaded


def boxes(page):
    slider, choices = (page.locator(".predict").nth(n) for n in (0, 1))
    return slider, choices


def measured(name):
    return StoredLesson(Lesson(ROOT, SLUG)).number(name).text


def has_focus(locator):
    return locator.evaluate("e => e === document.activeElement")


def test_choices_by_keyboard(page):
    _, box = boxes(page)
    answer, button = box.locator(".answer"), box.locator("button")
    assert not answer.is_visible()
    box.locator("input").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert has_focus(button) and not answer.is_visible()
    page.keyboard.press("Enter")
    said = answer.inner_text()
    assert said.startswith("You said: those of the net with gray frames.\nMeasured: a difference")
    assert measured("kNN accuracy: random frame, gray target − gray frame") in said
    assert answer.evaluate("e => e.parentNode.ariaLive") == "polite"
    assert has_focus(button), "the focus stays where the reader is"
    after = page.evaluate_handle("document.querySelectorAll('.predict')[1].parentNode")
    page.keyboard.press("Tab")
    assert after.evaluate(
        "e => e.contains(document.activeElement) || e.compareDocumentPosition("
        "document.activeElement) === Node.DOCUMENT_POSITION_FOLLOWING"
    )


def test_without_a_choice_nothing_opens(page):
    _, box = boxes(page)
    box.locator("button").click()
    assert not box.locator(".answer").is_visible()
    assert has_focus(box.locator("input").first), "the browser asks for a choice"


def test_a_slider_by_keyboard(page):
    box, other = boxes(page)
    box.locator("input").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert box.locator("button").inner_text() == "My answer: 53%"
    assert box.locator("input").get_attribute("aria-valuetext") == "53%"
    assert not box.locator(".answer").is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    number = measured("error left with 2 codings | waves | PCA")
    assert box.locator(".answer").inner_text().replace("\u00a0", " ") == (
        f"You said: 53%.\nMeasured: ≈ {number}."
    )
    assert not other.locator(".answer").is_visible(), "each box opens by itself"


def test_by_finger_on_a_phone(new_page):
    page = new_page(viewport={"width": 390, "height": 800}, has_touch=True)
    visit(page, URL)
    for box, commit in zip(boxes(page), ("My answer: 50%", "This is my answer"), strict=True):
        control = box.locator("label, input[type=range]").last
        control.tap()
        sizes = [e.bounding_box() for e in (control, box.locator("button"))]
        assert all(size["height"] >= 24 and size["width"] >= 24 for size in sizes)
        assert all(0 <= size["x"] and size["x"] + size["width"] <= 390 for size in sizes)
        assert box.locator("button").inner_text().startswith(commit[:10])
        box.locator("button").tap()
        assert box.locator(".answer").is_visible()
        assert box.locator(".answer").inner_text().startswith("You said: ")
        assert box.evaluate("e => e.scrollWidth <= e.clientWidth")


def test_without_script_it_is_open_and_has_nothing_to_press(new_page):
    page = new_page(java_script_enabled=False)
    page.goto(URL)
    for box in boxes(page):
        assert box.locator(".answer").is_visible()
        assert box.locator(CONTROLS).filter(visible=True).count() == 0
        assert box.locator("form").is_visible(), "the choices can be read"


def test_in_print_it_is_open_and_has_nothing_to_press(page):
    for box in boxes(page):
        assert box.locator(CONTROLS).filter(visible=True).count() >= 2
        assert not box.locator(".answer").is_visible()
    page.emulate_media(media="print")
    for box in boxes(page):
        assert box.locator(".answer").is_visible()
        assert box.locator(CONTROLS).filter(visible=True).count() == 0


def test_what_opens_can_be_read_by_all(page):
    for box in boxes(page):
        box.locator("input").last.focus()
        page.keyboard.press("Space")
        box.locator("button").click()
    for scheme in ("light", "dark"):
        turn(page, scheme)
        assert faults(page, context=IN_BOXES) == []
    tag = page.add_style_tag(content=".predict .answer p { color: #555 !important; }")
    assert "color-contrast" in {rule for rule, _ in faults(page, context=IN_BOXES)}, (
        "the check would see it"
    )
    tag.evaluate("tag => tag.remove()")


def test_nothing_is_sent_and_nothing_is_kept(new_page):
    page = new_page()
    visit(page, URL)
    kept = """() => JSON.stringify([location.href, history.length, document.cookie,
        {...localStorage}, {...sessionStorage}])"""
    asked, before = [], page.evaluate(kept)
    page.on("request", lambda request: asked.append(request.url))
    slider, choices = boxes(page)
    choices.locator("input").last.check()
    for box in (slider, choices):
        box.locator("button").click()
        assert box.locator(".answer").is_visible()
    assert asked == [] and page.evaluate(kept) == before
    page.evaluate("sessionStorage.setItem('a', 'b'), new Image().src = 'nowhere.png', null")
    page.wait_for_event("requestfailed", timeout=10_000) if not asked else None
    assert asked and page.evaluate(kept) != before, "the checks would see it"
    page.reload()
    assert page.locator(".predict input:checked, .predict.open").count() == 0
    assert page.locator(".predict input").first.input_value() == "50"
