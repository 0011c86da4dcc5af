"""The list of objectives is made of the exercises' entries, in the order of the table of contents."""

import pytest
import yaml
from small_site import build

from lecture6_utils.book.exercises import SOURCE

MINUTES = {"prints-1": 10, "prints-2": 45, "adds-1": 5}
TITLES = {"prints-1": "More", "prints-2": "Print *once*", "adds-1": "Less"}


def write(root, entries):
    (root / SOURCE).write_text(yaml.safe_dump(entries, sort_keys=False), encoding="utf-8")


def entries():
    return {
        name: {
            "level": "hard" if minutes == 45 else "easy",
            "minutes": str(minutes),
            "can": f"compute {name} * 2",
            "asks": "the sum",
            "answer": "sum",
            "near": {},
        }
        for name, minutes in MINUTES.items()
    }


@pytest.fixture
def book(tmp_path):
    """Three lessons as pages of Markdown, of which the table of contents has the last one first."""
    chapters = tmp_path / "chapters"
    chapters.mkdir()
    slugs = ("adds", "prints", "unfinished")
    toc = "".join(f"- file: chapters/{slug}\n" for slug in slugs)
    (tmp_path / "_toc.yml").write_text(
        f"format: jb-book\nroot: chapters/teaching\nchapters:\n{toc}", encoding="utf-8"
    )
    for slug in slugs:
        (chapters / f"{slug}.py").write_text("# %% [markdown]\n", encoding="utf-8")
        boxes = "".join(
            f"\n:::{{admonition}} Exercise {name[-1]} — {title}\n:class: exercise\nDo it.\n:::\n"
            for name, title in TITLES.items()
            if name.startswith(slug)
        )
        (chapters / f"{slug}.md").write_text(f"# It {slug}\n{boxes}", encoding="utf-8")
    (chapters / "teaching.md").write_text(
        "# Teach\n\n```{objectives}\n```\n\n```{toctree}\nadds\nprints\nunfinished\n```\n",
        encoding="utf-8",
    )
    write(tmp_path, entries())
    return tmp_path


def site(book, builder="html"):
    more = {"myst_enable_extensions": ["colon_fence"], "exclude_patterns": ["_build"]}
    return build(book, "exercises", "objectives", page="teaching", builder=builder, **more)


def texts(found):
    return [" ".join(node.get_text().split()) for node in found]


def test_each_lesson_in_the_order_of_the_toc_with_its_minutes_summed(book):
    page, warnings = site(book)
    assert warnings == ""
    lessons = page.select("dl.objectives > dt")
    assert texts(lessons) == ["It adds", "It prints"], "a lesson without entries is not finished"
    assert [dt.a["href"] for dt in lessons] == ["adds.html", "prints.html"]
    assert texts(page.select("dl.objectives dd > .effort")) == [
        "1 exercise · about 5 minutes together",
        "2 exercises · about 55 minutes together",
    ]


def test_each_objective_leads_to_the_exercise_that_checks_it(book):
    page, _ = site(book)
    assert [texts(item.find_all("p")) for item in page.select("dl.objectives li")] == [
        ["compute adds-1 * 2", "Exercise 1 — Less · easy · 5 minutes"],
        ["compute prints-1 * 2", "Exercise 1 — More · easy · 10 minutes"],
        ["compute prints-2 * 2", "Exercise 2 — Print once · hard · 45 minutes"],
    ]
    links = [link["href"] for link in page.select("dl.objectives li a")]
    assert links == ["adds.html#exercise-1", "prints.html#exercise-1", "prints.html#exercise-2"]
    lesson, _ = build(
        book, "exercises", "objectives", page="prints", myst_enable_extensions=["colon_fence"]
    )
    for number in (1, 2):
        (place,) = lesson.select(f"#exercise-{number}")
        box = place.find_next("div")
        assert "exercise" in box["class"] and f"Exercise {number}" in box.get_text()


def test_on_paper_each_link_has_a_place_to_lead_to(book):
    text, warnings = site(book, "latex")
    assert warnings == ""
    for name in ("adds:exercise-1", "prints:exercise-1", "prints:exercise-2"):
        assert f"\\label{{\\detokenize{{chapters/{name}}}}}" in text
        assert f"\\hyperref[\\detokenize{{chapters/{name}}}]" in text


def test_an_entry_without_an_exercise_is_a_fault_of_the_build(book):
    write(book, entries() | {"prints-3": entries()["adds-1"]})
    _, warnings = site(book)
    assert "undefined label: 'prints-3'" in warnings


def test_a_fault_of_an_entry_names_file_and_exercise(book):
    pages = {path: path.read_text(encoding="utf-8") for path in book.glob("chapters/[ap]*.md")}
    for path, text in pages.items():  # a lesson with exercises would stop the build before
        path.write_text(text.partition("\n")[0], encoding="utf-8")
    faulty = entries()
    del faulty["adds-1"]["can"]
    write(book, faulty)
    _, warnings = site(book)
    assert f"{SOURCE}:15: adds-1: expected are asks, can, " in warnings
    assert "chapters/teaching.md:3: ERROR: " in warnings


def test_a_book_without_entries_has_no_list(book):
    (book / SOURCE).unlink()
    page, warnings = site(book)
    assert warnings == "" and page.select("dl") == []
