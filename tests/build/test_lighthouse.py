"""`make lighthouse` passes and fails where it should; here without Lighthouse, which needs node."""

import lighthouse
import pytest

pytestmark = pytest.mark.usefixtures("built_book")


def report(score, **audits):
    """What Lighthouse would say: each audit's weight and score."""
    return {
        "categories": {
            "accessibility": {
                "score": score,
                "auditRefs": [{"id": id, "weight": weight} for id, (weight, _) in audits.items()],
            }
        },
        "audits": {id: {"score": score} for id, (_, score) in audits.items()},
    }


FAULTY = report(0.34, label=(7, 0), tabindex=(7, None), mismatch=(0, 0), image=(10, 1))


def run(monkeypatch, last, control=FAULTY):
    """`main`, where the slides, which come last, get one report and all else is without fault."""
    seen = []

    def answer(url):
        seen.append(url)
        return (
            control if len(seen) == 1 else last if url.endswith("/slides/index.html") else report(1)
        )

    monkeypatch.setattr(lighthouse, "require_tools", lambda: None)
    monkeypatch.setattr(lighthouse, "report", answer)
    lighthouse.main()
    return len(seen)


def test_a_verdict_names_the_audits_that_count():
    assert lighthouse.verdict(FAULTY) == (34, ["label"])


def test_every_page_is_asked_and_may_pass(monkeypatch, capsys):
    n_pages = run(monkeypatch, report(0.95)) - 1
    assert n_pages == len(lighthouse.pages()) + 1 > 15
    *_, first, last = capsys.readouterr().out.splitlines()
    assert (first, last) == (" 100  search.html", "  95  slides/index.html")


@pytest.mark.parametrize("last", [report(0.94, label=(7, 0)), report(None)])
def test_one_low_page_is_named_and_fails(monkeypatch, capsys, last):
    with pytest.raises(SystemExit, match="1 of [0-9]+ pages are below 95"):
        run(monkeypatch, last)
    score, lower = lighthouse.verdict(last)
    assert f"{score:4}  slides/index.html  {''.join(lower)}".rstrip() in capsys.readouterr().out


def test_a_blind_lighthouse_fails(monkeypatch):
    with pytest.raises(SystemExit, match="does not see them"):
        run(monkeypatch, report(1), control=report(1))


def test_what_is_missing_is_named(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(lighthouse, "CHROMIUM", None)
    with pytest.raises(SystemExit, match="(?s)what is not here:\n  npx, .*\n  a browser "):
        lighthouse.main()
