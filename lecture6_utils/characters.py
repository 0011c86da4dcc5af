"""Words as rows of character numbers, and the typing errors that befall them."""

import unicodedata

import numpy as np

PADDING, UNKNOWN = 0, 1  # the first character has number 2


def lower_case(word, language=""):
    """Lower-case a word in Unicode's composed form (NFC).

    Parameters
    ----------
    word : str
    language : str, default ""
        ``"tr"`` for Turkish, where I is the capital of dotless ı, and İ of dotted i.

    Returns
    -------
    str

    Raises
    ------
    TypeError
        If `word` is no str, such as None or NaN.
    """
    _check_words([word], empty=True)
    word = unicodedata.normalize("NFC", word)
    if language == "tr":
        word = word.replace("I", "ı").replace("İ", "i")
    return word.lower()


def characters_of(words):
    """The distinct characters of the words (composed, NFC), sorted, as one str.

    Raises
    ------
    TypeError, ValueError
        If a word is no str, or empty.
    """
    words = _check_words(words)
    return "".join(sorted(set(unicodedata.normalize("NFC", "".join(words)))))


def encode(words, characters, length):
    """Number the characters of each word, for an Embedding layer.

    Parameters
    ----------
    words : sequence of str, or one str
        Accents typed as marks of their own are composed first (NFC).
    characters : str
        The known ones, as from `characters_of`.
    length : int
        Places per word. Of a longer word both ends are kept, for there sit prefix and
        suffix, and its middle is dropped.

    Returns
    -------
    ndarray of int32, shape (len(words), length)
        0 after the end of a word, 1 for an unknown character, ``2 + i`` for
        ``characters[i]``.

    Raises
    ------
    TypeError
        If a word is no str, such as None or NaN.
    ValueError
        If a word is empty, or `length` is below 2.
    """
    words = _check_words(words)
    if length < 2:
        raise ValueError(f"length must be at least 2, got {length}: a word has two ends.")
    head = length // 2
    words = [unicodedata.normalize("NFC", word) for word in words]
    words = [w if len(w) <= length else w[:head] + w[head - length :] for w in words]
    codes = np.array(words, dtype=f"U{length}").view(np.uint32).reshape(len(words), length)
    known = np.array([ord(character) for character in characters], dtype=np.intp)
    number = np.full(max(codes.max(initial=0), known.max(initial=0)) + 1, UNKNOWN, np.int32)
    number[known] = np.arange(len(known)) + UNKNOWN + 1
    number[0] = PADDING  # with which NumPy fills up a word
    return number[codes]


def mistype(word, n_typos, rng, characters, start=0, stop=None):
    """Make typing errors: leave out, insert, replace or swap letters.

    These four are what Damerau (1964) found behind 80 % of misspellings.

    Parameters
    ----------
    word : str
    n_typos : int
        Errors to make, one after the other, each of a kind drawn at random.
    rng : random.Random
    characters : str
        Letters to insert or to put in place of others.
    start, stop : int, optional
        Only the part ``word[start:stop]`` is mistyped, such as the ending.

    Returns
    -------
    str
        Never empty, and never `word` itself (unless `n_typos` is 0).

    Raises
    ------
    TypeError
        If `word` is no str.
    ValueError
        If the part is empty, `n_typos` is negative, or `characters` has fewer than two.

    References
    ----------
    Damerau (1964), A technique for computer detection and correction of spelling errors.
    """
    _check_words([word])
    start, stop, _ = slice(start, stop).indices(len(word))
    before, part, after = word[:start], word[start:stop], word[stop:]
    if not part or n_typos < 0 or len(characters) < 2:
        raise ValueError(
            f"Nothing to mistype: part {part!r} of {word!r}, {n_typos} typos, "
            f"{len(characters)} characters. Give a part that is not empty, a number of typos "
            "from 0 up, and at least two characters."
        )
    while n_typos:
        typed = part
        for _ in range(n_typos):
            typed = _one_typo(typed, rng, characters)
        if typed != part:
            return before + typed + after
    return word


def _one_typo(part, rng, characters):
    kind, i = rng.randrange(4), rng.randrange(len(part))
    if kind == 0 and len(part) > 1:
        return part[:i] + part[i + 1 :]
    if kind == 1:
        i = rng.randrange(len(part) + 1)
        return part[:i] + rng.choice(characters) + part[i:]
    if kind == 2 and i + 1 < len(part):
        return part[:i] + part[i + 1] + part[i] + part[i + 2 :]
    return part[:i] + rng.choice(characters) + part[i + 1 :]


def _check_words(words, empty=False):
    words = [words] if isinstance(words, str) else list(words)
    for i, word in enumerate(words):
        if not isinstance(word, str):
            raise TypeError(f"Word {i} is {word!r}, a {type(word).__name__}; it must be a str.")
        if not word and not empty:
            raise ValueError(f"Word {i} is empty. Drop it: without characters nothing is known.")
    return words
