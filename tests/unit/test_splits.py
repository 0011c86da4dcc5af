"""A split by lemma: all forms of a lemma in one part, every word in one, and always the same."""

from lecture6_utils.splits import split_by_lemma

LEMMA_OF = {f"{lemma}{ending}": lemma for lemma in map(str, range(25)) for ending in ("", "n", "t")}


def test_no_lemma_is_in_two_parts_and_no_word_is_lost():
    split = split_by_lemma(LEMMA_OF)
    lemmas = {name: {LEMMA_OF[word] for word in words} for name, words in split.items()}
    assert {name: len(own) for name, own in lemmas.items()} == {"train": 21, "valid": 2, "test": 2}
    assert sorted(word for words in split.values() for word in words) == sorted(LEMMA_OF)
    assert set.union(*lemmas.values()) == set(LEMMA_OF.values()), "so the three are disjoint"


def test_it_is_the_same_whatever_the_order_of_the_words():
    turned = dict(reversed(LEMMA_OF.items()))
    assert split_by_lemma(turned) == split_by_lemma(LEMMA_OF)
    assert split_by_lemma(LEMMA_OF)["train"] != sorted(split_by_lemma(LEMMA_OF)["train"])


def test_of_a_few_lemmas_all_are_for_training():
    assert split_by_lemma({"talon": "talo"}) == {"train": ["talon"], "valid": [], "test": []}
