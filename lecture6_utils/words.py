"""Real language: word tables shipped with the package, and the Turku NER corpus on demand."""

import csv
import gzip
import io
import os
from collections import namedtuple
from functools import lru_cache
from pathlib import Path

from lecture6_utils.datasets import DATA_DIR, DataFileError, read_verified

#: SHA-256 of the word tables as `make words` derives them.
WORDS_SHA256 = {
    "finnish_nouns": "87eaf339505afbf8ffa3ccbd50a207602805e6e1ca0176c6c5e7d749199e0b11",
    "finnish_paradigms": "63c605ae9f554141a0392a4b499223e1265695d6766521f3a8d214ec4906a658",
    "turkish_nouns": "3ebcb56875d27664d2b127ce920198fb76428762e22929d0046cf05342ebb891",
    "english_inflections": "54daebd8ac4247bd665365b1a35beb8af678424d1827a2e45867e3fb46d6b209",
    "english_derivations": "2dc7dc54ccf6244730d1fdf2d0a7ee8a76bfd2a1c7623eb1a7f5e33ad22cb4f3",
    "english_misspellings": "e31635fe13ceb510c90bfe7a177aea8f0da043d99c4399708b331f37994358f4",
    "english_sentiment": "88a626c9ba6f16e7d33b5226239f23ab04b65ec4e0e45cc0f42a88673d2f9c20",
}

TURKU_NER_URL = (
    "https://raw.githubusercontent.com/TurkuNLP/turku-ner-corpus/"
    "41856819d45580f1c4ce7100e75ea6b859fb75dc/data/conll/"
)
#: SHA-256 of the corpus's files at that commit.
TURKU_NER_SHA256 = {
    "train.tsv": "e271a8d926126ed908ffd4ff01819aa3271dd314e80a9ec7dbd03ab669daa66f",
    "dev.tsv": "53c74ef4185eaa45b403c1265a199bd64a6629098769d0935fb23c60403ffc0c",
    "test.tsv": "b8940ba922bcd67809e862df611d5fb17f462d7c65d0ac60a15b09ad12bb704a",
}


def load_words(table):
    """One of the word tables, derived from published sources.

    Parameters
    ----------
    table : str
        ``finnish_nouns``: frequent nouns and adjectives with exactly one reading
        (word, lemma, pos, case, number, possessive, clitic, last_part, rank);
        ``finnish_paradigms``: all forms of 500 frequent nouns (lemma, case, number, form);
        ``turkish_nouns`` (word, lemma, case, number, possessor, rank);
        ``english_inflections`` (word, lemma, rank);
        ``english_derivations``: pairs such as *runner*, *run* (word, pos, base, base_pos,
        rank);
        ``english_misspellings``: real ones (typo, word, rank);
        ``english_sentiment``: words and emoticons with ten people's ratings from −4 (very
        negative) to 4 (word, ratings: ten numbers with spaces between them).
        ``data/words/README.txt`` tells their origin, licence and meaning.

    Returns
    -------
    list of namedtuple
        The rows in the order of the file; all fields are str, but ``rank``, an int: the
        word's place in the language's list of frequent words, from 1.

    Raises
    ------
    ValueError
        If there is no such table.
    DataFileError
        If the file is missing, truncated or replaced.
    """
    if table not in WORDS_SHA256:
        raise ValueError(f"There is no table {table!r}; there are {', '.join(WORDS_SHA256)}.")
    raw = read_verified(DATA_DIR / "words" / f"{table}.tsv.gz", WORDS_SHA256[table])
    lines = gzip.decompress(raw).decode().splitlines()
    Row = namedtuple("Row", lines[0].split("\t"))
    if Row._fields[-1] != "rank":
        return [Row(*line.split("\t")) for line in lines[1:]]
    rows = (line.split("\t") for line in lines[1:])
    return [Row(*fields, int(rank)) for *fields, rank in rows]


@lru_cache
def turku_ner_folder():
    """Where the corpus is, fetched if need be.

    The folder named by the environment variable ``LECTURE6_TURKU_NER`` is looked in first,
    then the user's cache; only if it is in neither is it fetched, once.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    DataFileError
        If the named folder lacks a file or holds another one, or if there is no network.
    """
    named = os.environ.get("LECTURE6_TURKU_NER")
    if named:
        for name, sha256 in TURKU_NER_SHA256.items():
            read_verified(
                Path(named) / name,
                sha256,
                f"Put the file from {TURKU_NER_URL} there, or unset LECTURE6_TURKU_NER.",
            )
        return Path(named)
    import pooch

    corpus = pooch.create(
        path=pooch.os_cache("lecture6/turku_ner"),
        base_url=TURKU_NER_URL,
        registry={name: f"sha256:{sha256}" for name, sha256 in TURKU_NER_SHA256.items()},
    )
    pooch.get_logger().setLevel("WARNING")  # where it is cached is nothing to a reader
    try:
        paths = [
            corpus.fetch(name, downloader=pooch.HTTPDownloader(timeout=10))
            for name in TURKU_NER_SHA256
        ]
    except (OSError, ValueError) as error:  # no network; another file than expected
        raise DataFileError(
            f"The Turku NER corpus could not be fetched ({str(error).splitlines()[0][:200]}).\n"
            f"Connect to the network once, or put {', '.join(TURKU_NER_SHA256)} from\n"
            f"{TURKU_NER_URL}\ninto a folder and name it in LECTURE6_TURKU_NER."
        ) from error
    return Path(paths[0]).parent


def load_turku_ner():
    """The Turku NER corpus v1.0: Finnish text with named entities.

    Returns
    -------
    train, dev, test : lists of (tokens, tags, document)
        One per sentence: two equally long tuples of str, and the number of its document in
        the file, from 0. Tags are IOB2 of six kinds: PER, LOC, ORG, PRO, EVENT and DATE.

    Raises
    ------
    DataFileError
        If it is not on this machine and cannot be fetched, see `turku_ner_folder`.

    References
    ----------
    Luoma, Oinonen, Pyykönen, Laippala and Pyysalo (2020), A Broad-coverage Corpus for
    Finnish Named Entity Recognition, LREC. Licence: CC BY-SA 4.0.
    """
    folder = turku_ner_folder()
    return tuple(
        _read_sentences((folder / f"{split}.tsv").read_text(encoding="utf-8"))
        for split in ("train", "dev", "test")
    )


def _read_sentences(text):
    sentences, tokens, document = [], [], -1
    reader = csv.reader(io.StringIO(text + "\n\n"), delimiter="\t", quoting=csv.QUOTE_NONE)
    for row in reader:
        if row and row[0] != "-DOCSTART-":
            tokens.append(row[:2])
            continue
        if tokens:
            sentences.append((*zip(*tokens), document))
            tokens = []
        document += bool(row)
    return sentences
