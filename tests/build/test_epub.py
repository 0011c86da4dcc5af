"""The EPUB of a small book keeps the rules of its format: what is in it, that it is XML, with words for pictures."""

import base64
import zipfile
from pathlib import PurePosixPath
from urllib.parse import unquote, urldefrag
from xml.etree import ElementTree

import pytest
from helpers import make, pretend_executed
from nbformat.v4 import new_output

from lecture6_utils.book.lessons import Lesson

PIXEL = base64.b64encode(
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
    )
).decode()
LIVE = """
# %% mystnb={"figure": {"name": "fig-live", "caption": "A live one."}, "image": {"alt": "A dot."}}
live = 1
"""
XHTML = "{http://www.w3.org/1999/xhtml}"
MATH = "{http://www.w3.org/1998/Math/MathML}math"


@pytest.fixture(scope="module")
def epub(site):
    """Its files by name, in their order."""
    with open(site / "chapters/adds.py", "a", encoding="utf-8") as script:
        script.write(LIVE)
    html = '<div id="live-1" class="live">a<br>&nbsp;b</div><script>let live;</script>'
    live = new_output("display_data", {"text/html": html, "image/png": PIXEL, "text/plain": "x"})
    table = new_output("display_data", {"text/html": "<p>one<br>two&nbsp;</p>", "text/plain": "x"})
    pretend_executed(Lesson(site, "adds"), table, live)
    with open(site / "chapters/index.md", "a", encoding="utf-8") as index:
        index.write(
            '\nA <a href="../slides/index.html">deck</a>, $a < b$.\n\n$$\nx^2 \\ge \\log \\frac{1}{2}\n$$ (square)\n'
        )
    result = make(site, "epub")
    assert result.returncode == 0, result.stderr
    with zipfile.ZipFile(site / "_build/lecture6.epub") as file:
        first = file.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        return {name: file.read(name) for name in file.namelist()}


@pytest.fixture(scope="module")
def pages(epub):
    """Its pages, each of which is XML, or cannot be parsed."""
    return {
        name: ElementTree.fromstring(text) for name, text in epub.items() if name.endswith(".xhtml")
    }


def test_what_is_listed_is_there_and_what_is_there_is_listed(epub, pages):
    assert epub["mimetype"] == b"application/epub+zip"
    package = ElementTree.fromstring(epub["content.opf"])
    items = {item.get("href"): item for item in package.iter("{http://www.idpf.org/2007/opf}item")}
    own = {"mimetype", "content.opf", "META-INF/container.xml"}
    assert {unquote(name) for name in items} == {*epub} - own
    assert len({item.get("id") for item in items.values()}) == len(items)
    for name, page in pages.items():
        has_math = page.find(f".//{MATH}") is not None
        assert ("mathml" in (items[name].get("properties") or "")) == has_math, name
    assert {"chapters/index.xhtml", "chapters/adds.xhtml", "nav.xhtml"} <= {*pages}


def test_links_inside_lead_somewhere_and_ids_are_unique(epub, pages):
    ids = {name: [e.get("id") for e in page.iter() if e.get("id")] for name, page in pages.items()}
    assert {name: found for name, found in ids.items() if len(found) != len(set(found))} == {}
    n_links = 0
    for name, page in pages.items():
        for element in page.iter():
            target = element.get("href") or element.get("src") or ""
            if not target or ":" in target:
                continue
            path, anchor = urldefrag(target)
            parts = []
            for part in PurePosixPath(name).parent.joinpath(unquote(path)).parts:
                parts = parts[:-1] if part == ".." else [*parts, part]
            there = "/".join(parts) if path else name
            assert there in epub, (name, target)
            assert not anchor or unquote(anchor) in ids[there], (name, target)
            n_links += 1
    assert n_links > 10


def test_formulas_are_mathml_pictures_have_words_and_no_script_is_left(pages):
    formulas = [*pages["chapters/index.xhtml"].iter(MATH)]
    assert [f.get("alttext") for f in formulas] == ["a < b", r"x^2 \ge \log \frac{1}{2}"]
    images = [image for page in pages.values() for image in page.iter(f"{XHTML}img")]
    assert images and all(image.get("alt") for image in images)
    lesson = pages["chapters/adds.xhtml"]
    assert [image.get("alt") for image in lesson.iter(f"{XHTML}img")] == ["A dot."]
    assert not [e for page in pages.values() for e in page.iter(f"{XHTML}script")]
    assert "SECRET" in "".join(pages["chapters/prints.xhtml"].itertext())
