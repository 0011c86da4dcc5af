"""The task of misspellings: its split, the noisy channel and the contrastive network."""

import random
from collections import Counter

import numpy as np
import pytest
from helpers import ROOT
from rapidfuzz.distance import OSA, Levenshtein

from lecture6_utils.book.lessons import find_lessons, read_script
from lecture6_utils.characters import characters_of, encode
from lecture6_utils.spelling import (
    channel_costs,
    learn_channel,
    learn_vectors,
    load_misspellings,
)
from lecture6_utils.words import load_words

LETTERS = "abc"


def encoded(*words):
    return encode(words, LETTERS, 6)


def test_no_family_of_words_is_in_two_parts():
    task = load_misspellings()
    families = [{word[:4] for _, word in pairs} for pairs in (task.train, task.valid, task.test)]
    assert not families[0] & families[1]
    assert not families[0] & families[2]
    assert not families[1] & families[2]
    assert len(task.valid) == len(task.test) == 1_500
    assert set(task.words) >= {word for _, word in task.test}


@pytest.fixture
def channel():
    return learn_channel([("ac", "ab"), ("ab", "ab"), ("ba", "ab"), ("a", "ab")], LETTERS, alpha=1)


def test_the_costs_are_those_of_probabilities(channel):
    cost, swap = channel
    assert cost.shape == (5, 5, 5)
    assert np.exp(-cost).sum(axis=2) == pytest.approx(1, rel=1e-5)
    assert swap > 0


def test_what_was_typed_often_costs_less(channel):
    cost, swap = channel
    right, wrong, unseen = channel_costs(
        encoded("ab", "ab", "ab"), encoded("ab", "ac", "bb"), cost, swap
    )
    assert right < wrong < unseen
    swapped = channel_costs(encoded("ab"), encoded("ba"), cost, swap)
    assert swapped == pytest.approx(swap, abs=1e-4)


def test_a_word_is_paid_letter_by_letter(channel):
    cost, swap = channel
    a, b = 2, 3
    paid = channel_costs(encoded("ab"), encoded("ab"), cost, swap)
    assert paid == pytest.approx(cost[0, a, a] + cost[a, b, b], rel=1e-5)
    inserted = channel_costs(encoded("a"), encoded("ac"), cost, swap)
    assert inserted == pytest.approx(cost[0, a, a] + cost[a, 0, 4], rel=1e-4)


@pytest.fixture(scope="module")
def taught():
    """What the lesson on unseen words makes step by step."""
    names = {
        "random": random,
        "Counter": Counter,
        "np": np,
        "OSA": OSA,
        "Levenshtein": Levenshtein,
        "characters_of": characters_of,
        "load_words": load_words,
    }
    lesson = next(one for one in find_lessons(ROOT) if one.slug == "words_from_pieces")
    steps = ["test_families, dev_families = ", "def count_edits(", "def channel_costs("]
    cells = [cell.source for cell in read_script(lesson).cells if cell.cell_type == "code"]
    for step in steps:
        (source,) = (source for source in cells if step in source)
        exec(source, names)
    return names


def test_the_split_is_that_of_the_lesson(taught):
    task = load_misspellings()
    for part, rows in [("train", "train_rows"), ("valid", "dev_rows"), ("test", "test_rows")]:
        assert getattr(task, part) == [(row.typo, row.word) for row in taught[rows]]
    assert task.words == taught["words"]


def test_the_channel_is_that_of_the_lesson(taught):
    pairs, letters = load_misspellings().train[:3_000], taught["LETTERS"]
    cost, swap = learn_channel(pairs, letters, alpha=20)
    own_cost, own_swap = taught["channel_from"](pairs, 20)
    assert np.array_equal(cost, own_cost)
    assert swap == own_swap
    typed, meant = (encode(side, letters, 20) for side in zip(*pairs[:200]))
    assert np.array_equal(
        channel_costs(meant, typed, cost, swap), taught["channel_costs"](meant, typed, cost, swap)
    )


def test_the_contrastive_network_finds_what_was_meant():
    words = ["abba", "cabba", "bccab", "ccc", "acbca", "bab", "baacc", "cbcb"]
    typed = [word[:1] + word[2:] for word in words]
    pairs = list(zip(typed, words)) * 40
    early, trained = (learn_vectors(pairs, LETTERS, 0, epochs=n) for n in (1, 6))
    of_words, of_typed = trained(words), trained(typed)
    assert of_words.shape == (8, 64)
    assert np.linalg.norm(of_words, axis=1) == pytest.approx(1, abs=1e-5)
    assert ((of_typed @ of_words.T).argmax(axis=1) == np.arange(8)).all()
    assert not np.allclose(early(words), of_words, atol=0.01)
