"""The task of reading Finnish cases: its split, its counting rival, its nets."""

import numpy as np
import pytest

from lecture6_utils.cases import (
    char_bilstm,
    char_cnn,
    learn_tnt,
    lemma_difference,
    letters,
    load_cases,
    reader,
    suffixes,
    train_net,
)


@pytest.fixture(scope="module")
def task():
    return load_cases()


def test_no_lemma_of_the_test_is_trained_on(task):
    train, valid, test = (set(part.lemmas) for part in (task.train, task.valid, task.test))
    assert not test & train and not test & valid and not valid & train
    assert set(task.new_forms.lemmas) <= train
    assert not set(task.new_forms.words) & set(task.train.words)


def test_a_part_has_words_classes_and_lemmas_in_one_order(task):
    part = task.test[[3, 1]]
    rows = task.test.rows[3], task.test.rows[1]
    assert part.words == [row.word for row in rows]
    assert [task.classes[k] for k in part.y] == [f"{row.case} {row.number}" for row in rows]
    assert part.lemmas.tolist() == [row.lemma for row in rows]
    assert task.test[:5].words == task.test.words[:5] and len(task.test[:5]) == 5


def test_clitics_are_kept_apart(task):
    assert all(row.clitic for row in task.with_clitic.rows)
    assert not any(row.clitic for row in task.train.rows + task.test.rows)


def test_suffixes_go_from_the_longest_to_none():
    assert suffixes("talo") == ["talo", "alo", "lo", "o", ""]
    assert suffixes("talo", longest=2) == ["lo", "o", ""]


def test_without_theta_the_longest_suffix_decides():
    words, y = ["ab", "cb", "cb", "b", "b", "b"], [0, 1, 1, 2, 2, 2]
    read, shares = learn_tnt(words, y, theta=0, n_classes=3)
    assert read(["ab", "cb", "xb", "x"]).tolist() == [0, 1, 2, 2]
    assert shares["b"] == pytest.approx([1 / 6, 2 / 6, 3 / 6])


def test_theta_mixes_the_shares_of_shorter_suffixes():
    words, y = ["ab", "b", "b", "b"], [0, 1, 1, 1]
    _, shares = learn_tnt(words, y, theta=3, n_classes=2)
    root = np.array([0.25, 0.75])
    b = (root + 3 * root) / 4
    assert shares["ab"] == pytest.approx((np.array([1, 0]) + 3 * b) / 4)
    read, _ = learn_tnt(words, y, theta=3, n_classes=2)
    assert read(["ab"]).tolist() == [1], "three shorter ones weigh more than one"


def test_tnt_needs_a_class_for_each_word():
    with pytest.raises(ValueError, match="shorter"):
        learn_tnt(["ab"], [], theta=1, n_classes=1)


def test_letters_stand_between_zeros():
    assert letters(["ab"], "ab", length=4, padding=2).tolist() == [[0, 0, 2, 3, 0, 0, 0, 0]]


def test_the_interval_is_over_lemmas(capsys):
    one = np.array([[1, 1, 0, 1], [1, 1, 1, 1]])
    sums = lemma_difference("a − b", one, np.zeros(4), ["x", "x", "y", "z"])
    assert sums.mean() == pytest.approx(100 * one.mean())
    assert sums.tolist() == pytest.approx([100 * 2 * 3 / 4, 50 * 3 / 4, 100 * 3 / 4])
    assert "3 lemmas" in capsys.readouterr().out


@pytest.mark.parametrize("build", [char_cnn, char_bilstm])
def test_a_net_learns_to_tell_two_endings(build):
    words = [stem + ending for stem in ("ba", "aab", "bb", "abab") for ending in ("c", "d")] * 8
    y = np.array([word.endswith("d") for word in words], int)

    def prepare(words):
        return letters(words, "abcd")

    net = train_net(build(6, 2), prepare(words), y, epochs=20, batch_size=16)
    assert reader(net, prepare)(["babac", "babad"]).tolist() == [0, 1]
