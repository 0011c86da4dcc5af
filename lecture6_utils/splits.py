"""Splits words so that no lemma is trained on and tested on."""

import random


def split_by_lemma(lemma_of):
    """Training, validation and test words; all forms of a lemma are in the same part.

    Parameters
    ----------
    lemma_of : dict of str to str
        The lemma of each word.

    Returns
    -------
    dict of str to list of str
        ``"train"``, ``"valid"`` and ``"test"``, each in random order, always the same. A tenth of
        the lemmas (rounded down) is for the test, as many for validation.
    """
    words, lemmas = sorted(lemma_of), sorted(set(lemma_of.values()))
    rng = random.Random(0)
    rng.shuffle(words)
    rng.shuffle(lemmas)
    tenth = len(lemmas) // 10
    part = dict.fromkeys(lemmas, "train") | dict.fromkeys(lemmas[:tenth], "test")
    part |= dict.fromkeys(lemmas[tenth : 2 * tenth], "valid")
    split = {"train": [], "valid": [], "test": []}
    for word in words:
        split[part[lemma_of[word]]].append(word)
    return split
