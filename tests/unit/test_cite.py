"""A lesson's BibTeX is what CITATION.cff says, and can be read again."""

import pytest
import yaml
from helpers import ROOT
from pybtex.database import parse_string

from lecture6_utils.book.cite import bibtex

BOOK = {
    "title": "A book: with lessons",
    "authors": [{"name": "The group"}, {"given-names": "Ada", "family-names": "Lovelace"}],
    "version": "1.2.0",
    "date-released": "2026-11-23",
}


@pytest.mark.parametrize("address", [None, "https://github.com/an-owner/a-book"])
def test_the_entry_says_what_is_known_and_no_more(address):
    text = bibtex(BOOK, "tsne", 7, "Noise & t-SNE", address)
    ((key, entry),) = parse_string(text, "bibtex").entries.items()
    assert key == "tsne-2026"
    fields = {name.lower(): value for name, value in entry.fields.items()}
    assert fields.pop("url", None) == address
    assert fields == {
        "title": r"{Noise \& t-SNE}",
        "booktitle": "{A book: with lessons}",
        "chapter": "7",
        "year": "2026",
        "note": "Version 1.2.0",
    }
    assert [str(person) for person in entry.persons["author"]] == ["{The group}", "Lovelace, Ada"]


def test_the_real_file_has_what_is_asked_of_it():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert "@incollection{tsne-" in bibtex(citation, "tsne", 7, "A map")
