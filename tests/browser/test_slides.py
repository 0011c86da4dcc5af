"""The slides in a browser: nothing overflows, offline, by keyboard, on paper, with notes."""

import base64
import re
from pathlib import Path

import pytest
from axe import faults
from built import HTML, Recorder, served
from matplotlib import get_data_path

DECK = HTML / "slides" / "index.html"


def test_without_javascript_all_slides_can_be_read_and_a_sentence_leads_to_the_lessons(new_page):
    page = new_page(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page.goto(DECK.as_uri())
    titles = page.locator(".slides section:not(:has(> section)) > :is(h1, h2, h3)")
    tops = [titles.nth(n).bounding_box()["y"] for n in range(titles.count())]
    assert len(tops) >= 45 and all(b - a > 40 for a, b in zip(tops, tops[1:])), "none hides another"
    assert page.locator("aside.notes").first.is_hidden()
    fragments = page.locator(".fragment")
    assert fragments.count() > 8
    assert all(fragments.nth(n).evaluate(VISIBLE) for n in range(fragments.count()))
    assert page.locator("p", has_text="These slides need JavaScript").is_visible()
    target = page.locator("noscript a").get_attribute("href")
    assert (DECK.parent / target).exists()


VISIBLE = "e => e.checkVisibility({opacityProperty: true, visibilityProperty: true})"
SHOW = "e => { const {h, v} = Reveal.getIndices(e); Reveal.slide(h, v, -1); }"  # no fragment yet


def open_deck(page, address):
    page.goto(address)
    page.wait_for_function("window.Reveal?.isReady() && window.MathJax?.startup?.promise")
    page.evaluate("MathJax.startup.promise.then(() => null)")


FITS = """() => {
    const slide = Reveal.getCurrentSlide(), faults = [];
    const title = slide.querySelector('h1, h2, h3').innerText;
    const shown = e => !e.closest('aside') && e.getBoundingClientRect().width > 0;
    for (const e of [...slide.querySelectorAll('*')].filter(shown)) {
        const box = e.getBoundingClientRect();
        if (box.bottom > 716 || box.right > 1244 || box.left < 36 || box.top < 0)
            faults.push([title, e.tagName, box.bottom, box.right]);
        const own = [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim());
        if (own && !e.closest('mjx-container') && parseFloat(getComputedStyle(e).fontSize) < 20)
            faults.push([title, e.tagName, 'small type']);
        if (e.tagName == 'IMG' && (!e.naturalWidth || box.height < 150))
            faults.push([title, 'IMG', 'small or missing']);
    }
    if (slide.scrollHeight > 720) faults.push([title, slide.scrollHeight]);
    if (slide.innerText.includes('\\\\(') || slide.innerText.includes('\\\\['))
        faults.push([title, 'math not set']);
    return faults;
}"""


def wide_font():
    """A style that sets the deck in the widest font that is common."""
    font = base64.b64encode(Path(get_data_path(), "fonts/ttf/DejaVuSans.ttf").read_bytes()).decode()
    return (
        f"@font-face {{ font-family: Wide; src: url(data:font/ttf;base64,{font}); }}"
        ".reveal, .reveal :not(pre, code, pre *, mjx-container *) { font-family: Wide; }"
    )


@pytest.mark.parametrize(
    ("over", "style"), [("http", "/* as it is */"), ("file", wide_font())], ids=["http", "wide"]
)
def test_every_slide_fits_and_is_reached_by_keyboard_offline_without_complaint(
    new_page, over, style
):
    page = new_page(viewport={"width": 1280, "height": 720})
    with served() as address:
        base = address if over == "http" else HTML.as_uri() + "/"
        recorder = Recorder(page, base)
        open_deck(page, f"{base}slides/index.html")
        page.add_style_tag(content=style)
        page.evaluate("document.fonts.ready")
        faults = []
        for number in range(page.evaluate("Reveal.getTotalSlides()")):
            assert page.evaluate("Reveal.getSlidePastCount()") == number
            while page.evaluate("Reveal.availableFragments().next"):  # a claim, a bet, a verdict
                page.keyboard.press("ArrowRight")
            faults += page.evaluate(FITS)
            page.keyboard.press("ArrowRight")
        assert page.evaluate("Reveal.isLastSlide()")
        assert 45 <= number + 1 <= 72
        assert faults == []
        assert (recorder.foreign, recorder.failed, recorder.complaints) == ([], [], [])


def test_a_class_sees_the_claim_then_the_bet_then_what_was_measured_then_the_verdict(new_page):
    page = new_page(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
    open_deck(page, DECK.as_uri())
    page.add_style_tag(content="* { transition: none !important; }")
    slides = page.locator(".slides section:has(> .bet)")
    assert slides.count() >= 3
    for n in range(slides.count()):
        slide = slides.nth(n)
        slide.evaluate(SHOW)
        steps = [slide.locator(".claim"), *slide.locator(".fragment").all()]
        assert len(steps) == 4
        for shown in range(1, 5):
            seen = [step.evaluate(VISIBLE) for step in steps]
            assert seen == [True] * shown + [False] * (4 - shown)
            page.keyboard.press("ArrowRight")
        assert not slide.evaluate("e => e === Reveal.getCurrentSlide()"), "and on to the next"
        page.keyboard.press("ArrowLeft")
        assert all(step.evaluate(VISIBLE) for step in steps), "going back shows all"


def test_a_slide_that_is_too_full_would_be_noticed(new_page):
    page = new_page(viewport={"width": 1280, "height": 720})
    open_deck(page, DECK.as_uri())
    page.evaluate(
        "Reveal.getCurrentSlide().insertAdjacentHTML('beforeend', '<p style=height:600px>x</p>')"
    )
    assert page.evaluate(FITS)


def test_the_speaker_sees_the_notes_with_their_links(new_page):
    page = new_page()
    open_deck(page, DECK.as_uri() + "#/2/1")
    with page.expect_popup() as popup:
        page.keyboard.press("s")
    link = popup.value.locator(".speaker-controls-notes a").first
    link.wait_for()
    target = link.evaluate("a => a.href")
    assert target.startswith((HTML / "chapters").as_uri()) and "#" in target


def test_axe_finds_no_fault_on_screen_and_on_paper(new_page):
    page = new_page(viewport={"width": 1280, "height": 720})
    with served() as base:
        for part in ("", "#/2/2", "?print-pdf"):  # on paper all slides are shown at once
            page.goto("about:blank")
            open_deck(page, f"{base}slides/index.html{part}")
            assert faults(page) == [], part


def test_it_prints_one_slide_a_page(new_page):
    page = new_page()
    open_deck(page, DECK.as_uri() + "?print-pdf")
    page.wait_for_selector(".pdf-page")
    n_slides = page.evaluate("Reveal.getTotalSlides()")
    margins = page.evaluate(
        """[...document.querySelectorAll('.pdf-page')].map(p => {
            const [paper, title] = [p, p.querySelector('h1, h2, h3')].map(e => e.getBoundingClientRect());
            return [title.left - paper.left, title.top - paper.top];
        })"""
    )
    assert all(left >= 72 and top >= 84 for left, top in margins), "as on the screen"
    fragments = page.locator(".fragment").all()
    page.wait_for_timeout(300)  # they fade in
    assert len(fragments) > 8 and all(fragment.evaluate(VISIBLE) for fragment in fragments)
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == n_slides


def test_a_page_printed_as_it_is_shows_the_verdict_too(new_page):
    page = new_page(viewport={"width": 1280, "height": 720})
    open_deck(page, DECK.as_uri())
    slide = page.locator(".slides section:has(> .bet)").first
    slide.evaluate(SHOW)
    verdict = slide.locator(".verdict")
    assert not verdict.evaluate(VISIBLE)
    page.emulate_media(media="print")
    page.wait_for_timeout(300)
    assert verdict.evaluate(VISIBLE)
