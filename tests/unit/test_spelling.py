"""The task of misspellings: its split, and the noisy channel."""

import numpy as np
import pytest

from lecture6_utils.characters import encode
from lecture6_utils.spelling import channel_costs, learn_channel, load_misspellings

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
