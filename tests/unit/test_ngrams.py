"""The n-gram model of the package is that of the lesson on writing words."""

import numpy as np
import pytest
from helpers import ROOT

from lecture6_utils.book.lessons import find_lessons, read_script
from lecture6_utils.ngrams import learn_ngrams, ngram_bits, tune_ngrams

WORDS = ["talo", "talossa", "talot", "kala", "kalassa", "tal", "alas"]
LETTERS = sorted(set("".join(WORDS)))


def rows(words, places=9):
    numbers = [[LETTERS.index(letter) + 1 for letter in word] for word in words]
    return np.array([row + [0] * (places - len(row)) for row in numbers], np.int32)


@pytest.fixture(scope="module")
def taught():
    """What the lesson on writing words makes step by step."""
    names = {"np": np, "LETTERS": LETTERS, "SPLIT": {"train": WORDS[:5]}, "TUNING": WORDS[5:]}
    lesson = next(one for one in find_lessons(ROOT) if one.slug == "write_a_word")
    cells = [cell.source for cell in read_script(lesson).cells if cell.cell_type == "code"]
    for step in ("def number(", "def bits(", "def contexts(", "def tune_ngrams("):
        (source,) = (source for source in cells if step in source)
        exec(source, names)
    return names


@pytest.mark.parametrize("order", [1, 2, 4])
@pytest.mark.parametrize("smoothing", [(0.8, 0.35), (0.9, 0.5)])
def test_it_is_that_of_the_lesson(taught, order, smoothing):
    train, test = WORDS[:5], WORDS[3:]
    x, y = taught["number"](train)
    tables = taught["learn_ngrams"](x, y, order, len(LETTERS) + 1)
    x, y = taught["number"](test)
    p = taught["mix"](tables, taught["contexts"](x, y, order), *smoothing)
    word = np.nonzero(y >= 0)[0]
    expected = np.bincount(word, taught["bits"](p, y[y >= 0]))
    ours = learn_ngrams(rows(train), order, len(LETTERS) + 1)
    assert ngram_bits(ours, rows(test), *smoothing) == pytest.approx(expected, rel=1e-5)


def test_what_is_tuned_is_the_best_on_the_validation_words(taught):
    tables, *smoothing = tune_ngrams(rows(WORDS[:5]), rows(WORDS[5:]), len(LETTERS) + 1)
    of_the_lesson = taught["tune_ngrams"](WORDS[:5], WORDS[5:])
    assert (len(tables), *smoothing) == (len(of_the_lesson[0]), *of_the_lesson[1:])


def test_a_word_without_an_end_is_refused():
    with pytest.raises(ValueError, match="must end in 0"):
        learn_ngrams(rows(["talossa"], places=7), 3, len(LETTERS) + 1)


def test_too_many_symbols_are_refused():
    with pytest.raises(ValueError, match="At most 31 symbols"):
        learn_ngrams(rows(WORDS), 3, 32)
