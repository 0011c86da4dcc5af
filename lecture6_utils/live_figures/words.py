"""The live figure in which one types a word: its strongest pieces, and the nearest words."""

import unicodedata
from html import escape

import numpy as np

from lecture6_utils.characters import encode
from lecture6_utils.live_figures.common import LiveFigure, figure
from lecture6_utils.live_figures.nets import layer_data
from lecture6_utils.live_figures.packing import floats


def live_words(encoder, characters, length, words, examples, channel):
    """Type a word: its strongest pieces, and the nearest words of a vocabulary.

    The page answers three times: by the net, by a noisy channel among the 20 words nearest by
    edit distance, and by edit distance (ties are broken by the longest common prefix, then by
    the order of the vocabulary).

    Parameters
    ----------
    encoder : keras.Model
        An Embedding, several Conv1D (same padding, relu) with a maximum over places each,
        a linear Dense layer of all of them, and scaling to length 1.
    characters : str
        The characters that it knows, in the order of `lecture6_utils.characters.encode`.
    length : int
        Its places per word.
    words : sequence of str
        The vocabulary, as `as_typed` has it; the page computes its vectors itself.
    examples : sequence of str
        Words offered on buttons; the first one is looked up to begin with.
    channel : (ndarray of shape (n, n, n), float)
        A noisy channel: the cost, −ln P, of typing a letter for the one that is meant, given
        the letter meant before, by their numbers as from `encode` (0: no letter); and the cost of
        a swap. n is ``len(characters) + 2``.

    Returns
    -------
    LiveFigure

    Raises
    ------
    TypeError
        If a word is no str.
    ValueError
        If the encoder has other layers, there is no word or no example, a word of the
        vocabulary cannot be typed, or the channel has costs for other characters.
    """
    words, examples = list(words), list(examples)
    if not words or not examples:
        raise ValueError(
            f"Got {len(words)} words and {len(examples)} examples: give at least one of each."
        )
    embedding, convolutions, mixing = layers_of(encoder)
    vocabulary = np.array(encoder(encode(words, characters, length)))
    for word in words:
        if word != as_typed(word):
            raise ValueError(
                f"The word {word!r} is never found, since what a reader types is read as "
                f"{as_typed(word)!r}: put that into the vocabulary."
            )
    cost, swap = np.asarray(channel[0]), float(channel[1])
    if (
        cost.shape != (len(characters) + 2,) * 3
        or not np.isfinite([cost.min(), cost.max(), swap]).all()
    ):
        raise ValueError(
            f"Expected finite costs of shape {(len(characters) + 2,) * 3}, for padding, unknown and "
            f"{len(characters)} characters, got {cost.shape}: count the channel with these characters."
        )
    filters = [
        {"width": layer.kernel_size[0], "kernel": floats(layer.kernel), "bias": floats(layer.bias)}
        for layer in convolutions
    ]
    check = [*map(as_typed, examples), *words[:3]]
    vectors = np.array(encoder(encode(check, characters, length)))
    buttons = " ".join(f'<button type="button">{escape(word)}</button>' for word in examples)
    controls = (
        '<div><label>A word, right or wrong: <input type="text" autocomplete="off" '
        f'autocapitalize="off" spellcheck="false" maxlength="40" value="{escape(examples[0])}">'
        f'</label><p class="live-note">or one of these: {buttons}</p></div>'
        f'<p class="live-text" aria-live="polite">Reading {len(words):,} words …</p>'
        "<div><p><strong>Its pieces</strong>, and how many filters each piece moved most</p>"
        '<p class="live-pieces"></p></div>'
        '<div class="live-three"><div><p><strong>Nearest for the net</strong> (cosine)</p>'
        '<ol class="live-by-net"></ol></div>'
        "<div><p><strong>Cheapest for the noisy channel</strong> (cost)</p>"
        '<ol class="live-by-channel"></ol></div>'
        "<div><p><strong>Nearest by edit distance</strong></p>"
        '<ol class="live-by-edits"></ol></div></div><p class="live-note live-check"></p>'
    )
    data = {
        "words": "\n".join(words),
        "characters": characters,
        "length": length,
        "embedding": floats(embedding.embeddings),
        "depth": embedding.embeddings.shape[1],
        "filters": filters,
        "mix": layer_data(mixing),
        "n_outputs": vectors.shape[1],
        "cost": floats(cost),
        "swap": swap,
        "check": {"words": check, "vectors": floats(vectors)},
    }
    still = figure(0.42 * len(examples) + 0.2)
    ax = still.add_subplot(xlim=(0, 10), ylim=(-len(examples) + 0.4, 0.6))
    ax.axis("off")
    for k, (word, vector) in enumerate(zip(examples, vectors)):
        nearest = np.argsort(-vocabulary @ vector)[:3]
        ax.text(0, -k, word, va="center", weight="bold")
        ax.text(3, -k, "→  " + ", ".join(words[i] for i in nearest), va="center")
    return LiveFigure("words", controls, data, still, with_net=True)


def as_typed(word):
    """A word as the page reads it when it is typed: without spaces around it, small, composed (NFC)."""
    return unicodedata.normalize("NFC", word.strip().lower())


def layers_of(encoder):
    """The one embedding, the convolutions and the one dense layer of an encoder that the page can run."""
    by_class = {}
    for layer in encoder.layers:
        by_class.setdefault(type(layer).__name__, []).append(layer)
    embeddings, convolutions, mixing = (
        by_class.pop(name, []) for name in ("Embedding", "Conv1D", "Dense")
    )
    other = set(by_class) - {"InputLayer", "GlobalMaxPooling1D", "Concatenate", "UnitNormalization"}
    plain = all(
        (c.padding, c.activation.__name__, c.strides, c.dilation_rate)
        == ("same", "relu", (1,), (1,))
        for c in convolutions
    ) and all(dense.activation.__name__ == "linear" for dense in mixing)
    if len(embeddings) != 1 or not convolutions or len(mixing) != 1 or other or not plain:
        raise ValueError(
            "live_words runs one Embedding, Conv1D layers (padding='same', relu), their "
            "GlobalMaxPooling1D, one linear Dense and UnitNormalization, got "
            f"{[type(layer).__name__ for layer in encoder.layers]}: build the encoder of these."
        )
    return embeddings[0], convolutions, mixing[0]
