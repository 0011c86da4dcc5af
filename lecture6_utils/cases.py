"""A task of three lessons: name the case and number of a Finnish word from its letters.

``character_models`` builds each piece step by step, and checks that it is the same.
"""

import random
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import keras
import numpy as np
from keras import layers

from lecture6_utils.characters import characters_of, encode
from lecture6_utils.measurement import difference
from lecture6_utils.training import fit
from lecture6_utils.words import load_words

# --- the words --------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """Some words of the task.

    Parameters
    ----------
    rows : list of namedtuple
        As from ``load_words("finnish_nouns")``.
    classes : list of str
        The names of the classes, such as ``"inessive plural"``.
    """

    rows: list
    classes: list

    @cached_property
    def words(self):
        """The words, a list of str."""
        return [row.word for row in self.rows]

    @cached_property
    def y(self):
        """The number of the class of each word, an array of int, shape (n,)."""
        return np.array([self.classes.index(case_and_number(row)) for row in self.rows])

    @cached_property
    def lemmas(self):
        """The lemma of each word, an array of str, shape (n,)."""
        return np.array([row.lemma for row in self.rows])

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, chosen):
        """The part of the words that a slice or a list of places chooses."""
        rows = self.rows[chosen] if isinstance(chosen, slice) else [self.rows[i] for i in chosen]
        return Part(rows, self.classes)


@dataclass(frozen=True)
class Cases:
    """The task: its classes, its letters, and its words, split by lemma (see `load_cases`)."""

    classes: list
    characters: str
    train: Part
    new_forms: Part
    valid: Part
    test: Part
    with_clitic: Part


def case_and_number(row):
    """The class of a row, such as ``"inessive plural"``."""
    return f"{row.case} {row.number}"


def load_cases():
    """Frequent Finnish nouns and adjectives with their case and number, split by lemma.

    A tenth of the lemmas is for the test, with all their forms, another tenth for validation.
    Of the words of all other lemmas 20,000 are for training.

    Returns
    -------
    Cases
        `new_forms` are 5,000 words that are not in `train`, of lemmas that are. Words with a
        clitic are in `with_clitic` only. Classes are sorted by frequency, and have 100 words
        or more.
    """
    table = load_words("finnish_nouns")
    without = [row for row in table if not row.clitic]
    frequency = Counter(map(case_and_number, without))
    classes = [name for name, count in frequency.most_common() if count >= 100]
    rows = [row for row in without if case_and_number(row) in classes]
    characters = characters_of(row.word for row in rows)

    rng = random.Random(0)
    lemmas = sorted({row.lemma for row in rows})
    rng.shuffle(lemmas)
    rng.shuffle(rows)
    tenth = len(lemmas) // 10
    test_lemmas, valid_lemmas = set(lemmas[:tenth]), set(lemmas[tenth : 2 * tenth])
    held_out = test_lemmas | valid_lemmas
    rest = [row for row in rows if row.lemma not in held_out]
    train_lemmas = {row.lemma for row in rest[:20_000]}
    parts = {
        "train": rest[:20_000],
        "new_forms": [row for row in rest[20_000:] if row.lemma in train_lemmas][:5_000],
        "valid": [row for row in rows if row.lemma in valid_lemmas],
        "test": [row for row in rows if row.lemma in test_lemmas],
        "with_clitic": [r for r in table if r.clitic and case_and_number(r) in classes],
    }
    parts = {name: Part(rows, classes) for name, rows in parts.items()}
    return Cases(classes=classes, characters=characters, **parts)


def lemma_difference(name, one, other, lemmas):
    """Print by how many points one arm reads more words right, with an interval over lemmas.

    The bootstrap draws whole lemmas with all their words, since words of one lemma are often
    read right or wrong together. The interval covers the choice of the lemmas, not that of
    the seeds.

    Parameters
    ----------
    name : str
        As for `lecture6_utils.measurement.difference`; ", in points" is added.
    one, other : array_like of bool, shape (n,) or (seeds, n)
        Whether each word is read right, by each seed.
    lemmas : sequence of str, shape (n,)

    Returns
    -------
    ndarray, shape (number of lemmas,)
        What was drawn from: the sum of the differences of each lemma in points, scaled so that their
        mean is the difference.

    Raises
    ------
    ValueError
        As from `difference`.
    """
    index = np.unique(lemmas, return_inverse=True)[1]
    one, other = (np.mean(np.atleast_2d(right), axis=0) for right in (one, other))
    sums = np.bincount(index, 100 * (one - other)) * (index.max() + 1) / len(index)
    difference(f"{name}, in points", sums, spec="+.1f", over="lemmas")
    return sums


# --- counting ---------------------------------------------------------------------------


def suffixes(word, longest=10):
    """The suffixes of a word, longest first, down to the empty one."""
    return [word[i:] for i in range(max(0, len(word) - longest), len(word) + 1)]


def learn_tnt(words, y, theta, n_classes, longest=10):
    """How the tagger TnT guesses the class of a word: suffixes of all lengths, interpolated.

    Parameters
    ----------
    words : sequence of str
    y : sequence of int
        The class of each word.
    theta : float
        The weight of the next shorter suffix, where the suffix itself weighs 1. With 0 the
        longest known suffix decides alone: a suffix table.
    n_classes : int
    longest : int, default 10
        Letters of the longest suffix.

    Returns
    -------
    read : callable
        From words to class numbers.
    shares : dict of str to ndarray, shape (n_classes,)
        For each suffix the interpolated share of each class.

    References
    ----------
    Brants (2000), TnT: a statistical part-of-speech tagger, section 2.3.
    """
    row_of = {}  # of each suffix in the tables
    rows = [
        [row_of.setdefault(suffix, len(row_of)) for suffix in suffixes(word, longest)]
        for word, _ in zip(words, y, strict=True)
    ]
    cells = np.repeat(y, [len(row) for row in rows]) + n_classes * np.concatenate(rows)
    counts = np.bincount(cells, minlength=len(row_of) * n_classes).reshape(-1, n_classes)
    own = counts / counts.sum(axis=1, keepdims=True)
    lengths = np.array([len(suffix) for suffix in row_of])
    shorter = np.array([row_of[suffix[1:]] for suffix in row_of])
    table = own.copy()  # the empty suffix has none that is shorter but itself
    for n in range(lengths.max() + 1):
        here = lengths == n
        table[here] = (own[here] + theta * table[shorter[here]]) / (1 + theta)
    shares = dict(zip(row_of, table, strict=True))

    def read(words):
        known = (next(s for s in suffixes(word, longest) if s in shares) for word in words)
        return np.array([shares[suffix].argmax() for suffix in known])

    return read, shares


# --- nets -------------------------------------------------------------------------------


def letters(words, characters, length=16, padding=3):
    """Number the letters of each word, with zeros on either side.

    Parameters
    ----------
    words, characters, length
        As for `lecture6_utils.characters.encode`.
    padding : int, default 3
        Zeros before the first place and after the last: a filter that is seven letters wide can
        have each letter in the middle of its window.

    Returns
    -------
    ndarray of int32, shape (len(words), length + 2 * padding)
    """
    return np.pad(encode(words, characters, length), ((0, 0), (padding, padding)))


def char_cnn(n_characters, n_classes, filters=128):
    """A net of filters that are seven letters wide; the largest response of each is kept.

    Parameters
    ----------
    n_characters : int
        Numbers of letters, with 0 (padding) and 1 (unknown).
    n_classes : int
    filters : int, default 128

    Returns
    -------
    keras.Sequential
        From (n, places) to logits (n, n_classes).

    References
    ----------
    Kim, Jernite, Sontag and Rush (2016), Character-Aware Neural Language Models.
    """
    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            layers.Embedding(n_characters, 24),
            layers.Conv1D(filters, 7, activation="relu"),
            layers.GlobalMaxPooling1D(),
            layers.Dropout(0.2),
            layers.Dense(n_classes),
        ]
    )


def char_bilstm(n_characters, n_classes):
    """A net that reads the letters from either end, and keeps the last state of each direction.

    Parameters and result as for `char_cnn`.

    References
    ----------
    Ling et al. (2015), Finding Function in Form.
    """
    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            layers.Embedding(n_characters, 24, mask_zero=True),
            layers.Bidirectional(layers.LSTM(48)),
            layers.Dropout(0.2),
            layers.Dense(n_classes),
        ]
    )


def train_net(net, x, y, epochs, batch_size=128, learning_rate=0.01):
    """Compile for whole-number classes, with Adam and cosine decay, and `fit`.

    Parameters
    ----------
    net : keras.Model
        Its outputs are logits.
    x, y : ndarray, shapes (n, ...) and (n,)
    epochs, batch_size : int
    learning_rate : float, default 0.01
        At the first step; it falls along half a cosine to 0 at the last.

    Returns
    -------
    keras.Model
        The net.
    """
    steps = -(-len(x) // batch_size) * epochs  # the last batch may be smaller
    rate = keras.optimizers.schedules.CosineDecay(learning_rate, decay_steps=steps)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    net.compile(loss=loss, optimizer=keras.optimizers.Adam(rate))
    # Compiling these layers with XLA would cost more time than it saves.
    fit(net, x, y, epochs=epochs, batch_size=batch_size, jit_compile=False)
    return net


def reader(net, prepare):
    """A function from words to class numbers.

    Parameters
    ----------
    net : keras.Model
        Its outputs are logits.
    prepare : callable
        From words to the inputs of the net.
    """

    def read(words):
        return net(prepare(words)).numpy().argmax(axis=1)

    read.net = net
    return read
