"""The counting rival of two lessons: an n-gram model of letters, smoothed and tuned.

``write_a_word`` builds it step by step; a test compares its model with the one made here.
"""

import numpy as np

BASE = 32  # five binary digits for a symbol of a context
ORDERS, DISCOUNTS, POWERS = (6, 7, 8), (0.8, 0.9), (0.35, 0.5)  # what is tried


def _contexts(symbols, order):
    """The last 0, 1, … order − 1 symbols before each prediction, and what is to be predicted."""
    ends = symbols[:, :-1] > 0
    asked = np.pad(ends, ((0, 0), (1, 0)), constant_values=True)
    before = np.pad(symbols[:, :-1], ((0, 0), (1, 0))).astype(np.int64)  # begins at the edge, 0
    keys = [np.zeros_like(before)]
    for k in range(order - 1):
        symbol = np.pad(before, ((0, 0), (k, 0)), constant_values=-1)[:, : before.shape[1]]
        there = (keys[-1] >= 0) & (symbol >= 0)
        keys.append(np.where(there, keys[-1] + (symbol + 1) * BASE**k, -1))
    return [key[asked] for key in keys], symbols[asked]


def learn_ngrams(symbols, order, n_symbols):
    """Count which symbol follows which context.

    Parameters
    ----------
    symbols : ndarray of int, shape (n, places)
        Words as the numbers 1 … `n_symbols` − 1, then at least one 0, the end of the word.
    order : int
        The longest context has ``order - 1`` symbols.
    n_symbols : int
        At most 31.

    Returns
    -------
    list of (ndarray of int, ndarray of int)
        For each length of the context, from 0 up: the contexts that were seen, sorted, and how
        often each symbol followed; for all but the longest, by how many different symbols before
        [chen1996].

    Raises
    ------
    ValueError
        If a word has no end, or if there are too many symbols.
    """
    if n_symbols >= BASE:
        raise ValueError(f"At most {BASE - 1} symbols can be counted, got {n_symbols}.")
    if not np.all(symbols[:, -1] == 0):
        raise ValueError("Each row of symbols must end in 0, the end of the word. Pad the rows.")
    keys, targets = _contexts(symbols, order)
    tables = []
    for k, key in enumerate(keys):
        pairs = (key * BASE + targets)[key >= 0]
        if k < order - 1:
            longer = keys[k + 1]
            inside = longer >= 0  # elsewhere the word begins, with nothing different before it
            different = np.unique((longer * BASE + targets)[inside]) % BASE ** (k + 1)
            pairs = np.concatenate([different, (key * BASE + targets)[(key >= 0) & ~inside]])
        pairs, counts = np.unique(pairs, return_counts=True)
        known, row = np.unique(pairs // BASE, return_inverse=True)
        table = np.zeros((len(known), n_symbols), np.int32)
        table[row, pairs % BASE] = counts
        tables.append((known, table))
    return tables


def ngram_bits(tables, symbols, discount, power):
    """How many bits each word needs, its end included.

    Parameters
    ----------
    tables : list
        From `learn_ngrams`.
    symbols : ndarray of int, shape (n, places)
        As for `learn_ngrams`.
    discount, power : float
        ``discount * count ** power`` of a count, at most all of it, is given to the prediction of
        the shorter context: with a power of 0 this is interpolated Kneser–Ney smoothing [chen1996].

    Returns
    -------
    ndarray of float, shape (n,)
    """
    keys, targets = _contexts(symbols, len(tables))
    p = np.full(len(targets), 1 / tables[0][1].shape[1])
    for (known, table), key in zip(tables, keys, strict=True):
        row = np.searchsorted(known, key).clip(max=len(known) - 1)
        seen = known[row] == key
        counts = table[row[seen]]
        given = np.minimum(counts, discount * counts.astype(float) ** power) * (counts > 0)
        left = (counts - given)[np.arange(len(counts)), targets[seen]]
        p[seen] = (left + given.sum(axis=1) * p[seen]) / counts.sum(axis=1)
    lengths = np.count_nonzero(symbols, axis=1) + 1
    return np.bincount(np.repeat(np.arange(len(symbols)), lengths), -np.log2(p))


def tune_ngrams(symbols, valid, n_symbols):
    """The order, the discount and the power that need the fewest bits for validation words.

    Parameters
    ----------
    symbols, valid : ndarray of int, shape (n, places)
        Training and validation words, as for `learn_ngrams`.
    n_symbols : int

    Returns
    -------
    tables : list
        From `learn_ngrams`.
    discount, power : float
    """
    by_order = [learn_ngrams(symbols, order, n_symbols) for order in ORDERS]
    tried = [(tables, d, p) for tables in by_order for d in DISCOUNTS for p in POWERS]
    return min(tried, key=lambda one: ngram_bits(one[0], valid, *one[1:]).mean())
