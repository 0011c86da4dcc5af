"""Every slide of the lecture is on the map, and every lesson too."""

from helpers import ROOT, SLIDES


def mapped():
    """Slide → where it is taught, in the map's order."""
    lines = (ROOT / "chapters/slides_map.md").read_text(encoding="utf-8").splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    return {slide: place for slide, place in rows if slide != "Slide"}


def test_every_slide_is_on_the_map():
    slides = list(mapped())
    found = [any(s == t or s.startswith((f"{t}:", f"{t} (")) for s in slides) for t in SLIDES]
    assert [title for title, there in zip(SLIDES, found) if not there] == []


def test_each_slide_leads_to_a_section():
    """That the sections exist, the build checks: a dead link is a warning, an error."""
    for slide, place in mapped().items():
        assert ".ipynb#" in place, slide
