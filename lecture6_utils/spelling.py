"""A task of two lessons: find the word that was meant, given how it was misspelled.

``words_from_pieces`` builds the split, the noisy channel and the contrastive network step by
step; a test compares its split and its channel with those made here.
"""

import random
from collections import Counter, namedtuple

import keras
import numpy as np
from keras import layers, ops
from rapidfuzz.distance import OSA, Levenshtein

from lecture6_utils.characters import encode
from lecture6_utils.training import fit
from lecture6_utils.words import load_words

Misspellings = namedtuple("Misspellings", "words train valid test")


def load_misspellings():
    """Real English misspellings with the word that was meant, split by families of words.

    Words with the same first four letters are a family. An eighth of the families is for the
    test, another eighth for validation. So no test word is trained on, nor nearly any other form
    of one: those of *write* and *wrote* are two families.

    Returns
    -------
    Misspellings
        `words` are all words that were meant, a list of str. `train`, `valid` and `test` are
        lists of pairs (typo, word), of which `valid` and `test` have 1,500.
    """
    rows = [(row.typo, row.word) for row in load_words("english_misspellings")]
    words = list(dict.fromkeys(word for _, word in rows))
    families = sorted({word[:4] for word in words})
    random.Random(0).shuffle(families)
    eighth = len(families) // 8
    part = dict.fromkeys(families[:eighth], "test")
    part |= dict.fromkeys(families[eighth : 2 * eighth], "valid")
    found = {"train": [], "valid": [], "test": []}
    for typo, word in rows:
        found[part.get(word[:4], "train")].append((typo, word))
    rng = random.Random(0)
    test, valid = rng.sample(found["test"], 1_500), rng.sample(found["valid"], 1_500)
    return Misspellings(words, found["train"], valid, test)


def learn_channel(pairs, characters, alpha):
    """Count a noisy channel: what people type for the letter that is meant, after the one before.

    Parameters
    ----------
    pairs : sequence of (str, str)
        What was typed, and what was meant.
    characters : str
        The known ones, as for `lecture6_utils.characters.encode`.
    alpha : float
        The weight of the shares over all letters before, in counts.

    Returns
    -------
    cost : ndarray of float32, shape (n, n, n)
        −ln P of typing a letter, given the letter before and the letter that is meant, by their
        numbers as from `encode` (0: no letter); n is ``len(characters) + 2``.
    swap : float
        −ln P of a swap of two letters.

    References
    ----------
    Kernighan, Church and Gale (1990), A Spelling Correction Program Based on a Noisy Channel
    Model.
    """
    counts, n_swaps = Counter(), 0
    for typo, word in pairs:
        before = ["", *word]
        counts.update((letter, "", "") for letter in before)  # nothing was inserted here
        counts.update((a, b, b) for a, b in zip(before, word))
        if sorted(typo) == sorted(word) and OSA.distance(typo, word) == 1:
            n_swaps += 1
            continue
        for kind, i, j in Levenshtein.editops(word, typo):
            meant = "" if kind == "insert" else word[i]
            counts[before[i], meant, "" if kind == "delete" else typo[j]] += 1
            counts[before[i], meant, meant] -= 1
    numbers = {letter: i for i, letter in enumerate(characters, 2)} | {"": 0}
    n = np.zeros([len(characters) + 2] * 3)
    for letters, count in counts.items():
        n[tuple(numbers[letter] for letter in letters)] = count
    overall = n.sum(axis=0) + 1  # whatever the letter before
    overall /= overall.sum(axis=1, keepdims=True)
    probability = (n + alpha * overall) / (n.sum(axis=2, keepdims=True) + alpha)
    return -np.log(probability).astype("float32"), -np.log(n_swaps / n[:, 1:].sum())


def channel_costs(words, typos, cost, swap):
    """The cost of the cheapest way from each word to what was typed.

    Parameters
    ----------
    words, typos : ndarray of int, shapes (n, places)
        Letter numbers, 0 after the end.
    cost, swap
        As from `learn_channel`.

    Returns
    -------
    ndarray of float32, shape (n,)
        The sums of −ln P over the steps.
    """
    n, length = words.shape
    before = np.pad(words, ((0, 0), (1, 0)))
    best = np.full((length + 1, typos.shape[1] + 1, n), np.inf, "float32")
    best[0, 0] = 0
    for i in range(length + 1):  # the first i letters meant, the first j typed
        for j in range(typos.shape[1] + 1):
            ways = []
            if j:
                ways.append(best[i, j - 1] + cost[before[:, i], 0, typos[:, j - 1]])
            if i:
                last = before[:, i - 1], words[:, i - 1]
                ways.append(best[i - 1, j] + cost[*last, 0])
            if i and j:
                ways.append(best[i - 1, j - 1] + cost[*last, typos[:, j - 1]])
            if i > 1 and j > 1:
                same = words[:, i - 2 : i] == typos[:, [j - 1, j - 2]]
                ways.append(np.where(same.all(axis=1), best[i - 2, j - 2] + swap, np.inf))
            for way in ways:
                best[i, j] = np.minimum(best[i, j], way)
    return best[(words > 0).sum(axis=1), (typos > 0).sum(axis=1), np.arange(n)]


class PairModel(keras.Model):
    """Encodes both words of each pair."""

    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def call(self, pairs):
        return ops.stack([self.encoder(pairs[:, 0]), self.encoder(pairs[:, 1])], axis=1)


def _contrastive_loss(group, vectors):
    cosines = vectors[:, 0] @ ops.transpose(vectors[:, 1])  # each with each
    right = ops.cast(group[:, None] == group[None, :], "float32")
    right = right / ops.sum(right, axis=1, keepdims=True)
    return -ops.sum(right * ops.log_softmax(cosines / 0.1), axis=1)


def learn_vectors(pairs, characters, seed, length=16, epochs=2):
    """Train the contrastive network: what was typed comes to lie near the word that was meant.

    Parameters
    ----------
    pairs : sequence of (str, str)
        What was typed, and what was meant.
    characters : str
        The known ones, as for `lecture6_utils.characters.encode`.
    seed : int
        Of the weights and of the order of the pairs.
    length : int, default 16
        Places per word.
    epochs : int, default 2

    Returns
    -------
    callable
        From words to vectors of length 1, shape (n, 64).

    References
    ----------
    van den Oord, Li and Vinyals (2018), Representation Learning with Contrastive Predictive
    Coding.
    """
    keras.utils.set_random_seed(seed)
    encoder = keras.Sequential(
        [
            keras.Input((length,), dtype="int32"),
            layers.Embedding(len(characters) + 2, 24),  # + padding and unknown
            layers.Conv1D(128, 3, padding="same", activation="relu"),
            layers.GlobalMaxPooling1D(),
            layers.Dense(64),
            layers.UnitNormalization(),
        ]
    )
    x = np.stack([encode(side, characters, length) for side in zip(*pairs)], axis=1)
    group = np.unique([word for _, word in pairs], return_inverse=True)[1].astype("int32")
    rate = keras.optimizers.schedules.CosineDecay(0.02 / epochs, decay_steps=epochs * len(x) // 128)
    net = PairModel(encoder)
    net.compile(loss=_contrastive_loss, optimizer=keras.optimizers.Adam(rate))
    # Compiling these layers with XLA would cost more time than it saves.
    fit(net, x, group, epochs=epochs, batch_size=128, jit_compile=False)
    return lambda words: encoder(encode(words, characters, length)).numpy()
