"""Words become the right numbers whatever the script, and typos are what they claim to be."""

import random
import unicodedata

import numpy as np
import pytest
from rapidfuzz.distance import OSA

from lecture6_utils.characters import characters_of, encode, lower_case, mistype

FINNISH = "abcdefghijklmnopqrstuvwxyzåäö"


def test_numbers_follow_the_characters():
    assert encode(["abba", "b?"], "ab", 5).tolist() == [[2, 3, 3, 2, 0], [3, 1, 0, 0, 0]]
    assert encode(["ab"], "ab", 5).dtype == np.int32
    assert encode("ab", "ab", 3).tolist() == [[2, 3, 0]]
    assert encode([], "ab", 3).shape == (0, 3)


def test_both_ends_of_a_long_word_are_kept():
    assert encode(["abcdefg"], "abcdefg", 4).tolist() == [[2, 3, 7, 8]]
    assert encode(["abcdefg"], "abcdefg", 5).tolist() == [[2, 3, 6, 7, 8]]
    long = "a" + "x" * 9_998 + "b"
    assert encode([long], "abx", 6).tolist() == [[2, 4, 4, 4, 4, 3]]


def test_combining_marks_are_composed():
    composed, typed_apart = "äiti", unicodedata.normalize("NFD", "äiti")
    assert len(typed_apart) == 5
    assert encode([typed_apart], FINNISH, 8).tolist() == encode([composed], FINNISH, 8).tolist()
    assert characters_of([typed_apart]) == "itä"


def test_an_unseen_script_is_unknown_not_an_error():
    assert encode(["дом", "家"], FINNISH, 4).tolist() == [[1, 1, 1, 0], [1, 0, 0, 0]]


def test_turkish_has_two_letters_i():
    assert lower_case("ISPARTA", "tr") == "ısparta"
    assert lower_case("İzmir", "tr") == "izmir"
    assert lower_case("I\u0307zmir", "tr") == "izmir"  # the dot as a mark of its own
    assert lower_case("ISPARTA") == "isparta"
    assert characters_of(["ıi"]) == "iı"
    assert encode(["ıi"], "iı", 2).tolist() == [[3, 2]]


def test_lower_case_of_nothing_is_nothing():
    assert lower_case("") == ""


@pytest.mark.parametrize("bad", [None, float("nan"), 7, b"talo"])
@pytest.mark.parametrize(
    "function",
    [
        lambda word: encode(["talo", word], FINNISH, 5),
        lambda word: characters_of(["talo", word]),
        lambda word: mistype(word, 1, random.Random(0), FINNISH),
        lambda word: lower_case(word),
    ],
)
def test_what_is_no_word_is_named(function, bad):
    with pytest.raises(TypeError, match=f"is {bad!r}, a {type(bad).__name__}; it must be a str"):
        function(bad)


def test_an_empty_word_is_an_error_with_its_place():
    with pytest.raises(ValueError, match="Word 1 is empty"):
        encode(["talo", ""], FINNISH, 5)
    with pytest.raises(ValueError, match="Word 0 is empty"):
        mistype("", 1, random.Random(0), FINNISH)
    with pytest.raises(ValueError, match="length must be at least 2, got 1"):
        encode(["talo"], FINNISH, 1)


@pytest.mark.parametrize("n_typos", [1, 2, 3])
def test_typos_are_as_many_as_asked_for(n_typos):
    rng = random.Random(0)
    distances = [
        OSA.distance("rautatie", mistype("rautatie", n_typos, rng, FINNISH)) for _ in range(2_000)
    ]
    assert min(distances) >= 1
    assert max(distances) <= n_typos + (n_typos > 1)  # a letter put between two swapped ones
    assert np.mean(distances) > n_typos - 0.4  # some undo one another, or swap two of a kind


def test_all_four_kinds_of_typos_occur():
    rng = random.Random(0)
    typed = {mistype("talo", 1, rng, FINNISH) for _ in range(5_000)}
    assert {"alo", "tlo", "tao", "tal"} <= typed  # left out
    assert {"atlo", "tlao", "taol"} <= typed  # swapped
    assert {"tali", "salo"} <= typed and {"taloö", "xtalo"} <= typed
    assert "talo" not in typed


def test_only_the_part_asked_for_is_mistyped():
    rng = random.Random(0)
    for _ in range(200):
        assert mistype("taloissa", 1, rng, FINNISH, start=4).startswith("talo")
        assert mistype("taloissa", 1, rng, FINNISH, stop=4).endswith("issa")
        assert mistype("taloissa", 1, rng, FINNISH, start=-3).startswith("taloi")


def test_a_one_letter_word_stays_a_word_and_ten_thousand_letters_are_fine():
    rng = random.Random(0)
    assert all(mistype("a", 2, rng, "ab") not in ("", "a") for _ in range(200))
    assert 9_999 <= len(mistype("a" * 10_000, 1, rng, FINNISH)) <= 10_001


def test_no_typos_leave_the_word_and_impossible_ones_are_an_error():
    rng = random.Random(0)
    assert mistype("talo", 0, rng, FINNISH) == "talo"
    for arguments in [{"start": 9}, {"n_typos": -1}, {"characters": "a"}]:
        with pytest.raises(ValueError, match="Nothing to mistype"):
            mistype(**{"word": "talo", "n_typos": 1, "rng": rng, "characters": FINNISH} | arguments)


def test_the_same_seed_gives_the_same_typos():
    one, other = (
        [mistype("rautatie", 2, random.Random(seed), FINNISH) for _ in range(3)] for seed in (1, 1)
    )
    assert one == other
