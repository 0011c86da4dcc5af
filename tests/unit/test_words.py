"""The word tables and the NER corpus are what they say, and a lack of them is explained."""

import re
import shutil
import socket

import pytest
from helpers import module_at

from lecture6_utils import words
from lecture6_utils.datasets import DATA_DIR, DataFileError


@pytest.fixture(scope="module")
def rows():
    return words.load_words("finnish_nouns")


@pytest.fixture(scope="module")
def finnish(rows):
    return {row.word: row for row in rows}


def test_finnish_readings_are_right(finnish):
    assert finnish["taloissa"][1:5] == ("talo", "noun", "inessive", "plural")
    assert finnish["rautatieasemalla"].last_part == "asema"
    assert finnish["voittoni"].possessive == "1s"
    assert all(row.case and row.number for row in finnish.values())


def test_an_ambiguous_word_is_left_out(finnish, rows):
    assert "kuusi" not in finnish  # six; spruce; your moon
    assert len(finnish) == len(rows)  # no word twice


def test_paradigms_are_whole():
    forms = {}
    for row in words.load_words("finnish_paradigms"):
        forms.setdefault(row.lemma, {})[row.case, row.number] = row.form
    assert len(forms) == 500
    assert forms["aika"]["genitive", "singular"] == "ajan"
    assert sum(len(cells) >= 24 for cells in forms.values()) > 490


def test_turkish_readings_are_right():
    turkish = {row.word: row for row in words.load_words("turkish_nouns")}
    assert turkish["okulun"][1:5] == ("okul", "genitive", "singular", "")
    assert turkish["okulda"].case == "locative"


def test_english_pairs_are_right():
    inflections = {(row.word, row.lemma) for row in words.load_words("english_inflections")}
    assert {("ran", "run"), ("running", "run"), ("mice", "mouse")} <= inflections
    derivations = {(row.word, row.base) for row in words.load_words("english_derivations")}
    assert {("runner", "run"), ("teacher", "teach")} <= derivations
    typos = words.load_words("english_misspellings")
    assert ("neccesities", "necessities") in {row[:2] for row in typos}
    assert len({row.word for row in typos}) > 10_000
    assert all(isinstance(row.rank, int) and row.rank > 0 for row in typos)


def test_ratings_of_sentiment_are_whole():
    ratings = {row.word: row.ratings for row in words.load_words("english_sentiment")}
    assert len(ratings) == len(words.load_words("english_sentiment"))  # no word twice
    mean = {word: sum(map(int, text.split())) / 10 for word, text in ratings.items()}
    assert mean["hope"] == 1.9 and mean["hopeless"] == -2.0 and mean[":)"] == 2.0
    for word, text in ratings.items():
        given = [int(rating) for rating in text.split()]
        assert len(given) == 10 and all(-4 <= rating <= 4 for rating in given), word


def test_an_unknown_table_is_named():
    with pytest.raises(ValueError, match="no table 'latin'; there are finnish_nouns, "):
        words.load_words("latin")


def test_a_damaged_table_is_named(tmp_path, monkeypatch):
    shutil.copytree(DATA_DIR / "words", tmp_path / "words")
    monkeypatch.setattr(words, "DATA_DIR", tmp_path)
    path = tmp_path / "words/turkish_nouns.tsv.gz"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DataFileError, match=re.escape(str(path))):
        words.load_words("turkish_nouns")


def test_every_table_has_its_origin_told():
    told = (DATA_DIR / "words/README.txt").read_text(encoding="utf-8")
    for table in words.WORDS_SHA256:
        assert f"\n{table} " in told
    pins = (DATA_DIR / "words/requirements.txt").read_text(encoding="utf-8")
    for name, version in re.findall(r"^(\w+)==(\S+)", pins, re.M):
        assert f"{name} {version}" in told


def test_sentences_are_read_with_the_number_of_their_document():
    text = '-DOCSTART-\tO\n\nUlla\tB-PER\n"\tO\n\n\nOulu\tB-LOC\n\n-DOCSTART-\tO\n\nTurku\tB-LOC\n'
    assert words._read_sentences(text) == [
        (("Ulla", '"'), ("B-PER", "O"), 0),
        (("Oulu",), ("B-LOC",), 0),
        (("Turku",), ("B-LOC",), 1),
    ]


def test_the_named_folder_is_looked_in_first(tmp_path, monkeypatch):
    monkeypatch.setenv("LECTURE6_TURKU_NER", str(tmp_path))
    words.turku_ner_folder.cache_clear()
    with pytest.raises(DataFileError, match="train.tsv is not the file") as error:
        words.turku_ner_folder()
    assert "no such file" in str(error.value)
    assert "unset LECTURE6_TURKU_NER" in str(error.value)


def test_without_network_and_folder_it_says_what_to_do(tmp_path, monkeypatch):
    def no_network(*_, **__):
        raise OSError("Network is unreachable")

    monkeypatch.delenv("LECTURE6_TURKU_NER", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("pooch.os_cache", lambda name: tmp_path / name)
    monkeypatch.setattr(socket, "create_connection", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    words.turku_ner_folder.cache_clear()
    with pytest.raises(DataFileError) as error:
        words.turku_ner_folder()
    assert "could not be fetched" in str(error.value)
    assert "name it in LECTURE6_TURKU_NER" in str(error.value)


@pytest.fixture(scope="module")
def derive():
    return module_at(DATA_DIR / "words/derive.py")


def test_a_reading_counts_only_if_it_is_the_only_one(derive):
    assert derive.only(["a", "a"]) == "a"
    assert derive.only(["a", "b"]) is derive.only([]) is None


def test_wordnet_missing_is_explained(derive, tmp_path, monkeypatch):
    monkeypatch.setenv("WORDNET", str(tmp_path))
    with pytest.raises(SystemExit, match="Install Debian's wordnet-base, or set WORDNET"):
        derive.english_derivations()


def test_a_table_is_written_without_a_time_stamp(derive, tmp_path, monkeypatch):
    monkeypatch.setattr(derive, "HERE", tmp_path)
    contents = []
    for _ in range(2):
        derive.write("english_inflections", [("ran", "run", 1437)])
        contents.append((tmp_path / "english_inflections.tsv.gz").read_bytes())
    assert contents[0] == contents[1]
    assert [path.name for path in tmp_path.iterdir()] == ["english_inflections.tsv.gz"]
