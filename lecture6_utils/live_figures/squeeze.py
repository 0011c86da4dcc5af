"""The live figure in which one types a word: its codings as sliders, and the word rebuilt from them."""

from html import escape
from pathlib import Path

import numpy as np

from lecture6_utils.characters import encode
from lecture6_utils.live_figures.common import LiveFigure, figure
from lecture6_utils.live_figures.nets import ACTIVATIONS, layer_data
from lecture6_utils.live_figures.packing import floats
from lecture6_utils.live_figures.words import as_typed
from lecture6_utils.plotting import COLORS

#: The largest packed weights, in characters of the page.
MOST = 300_000


def live_squeeze(encoder, decoder, characters, words, examples):
    """Type a word: its codings, which can be moved, and the letters that are rebuilt from them.

    Parameters
    ----------
    encoder : keras.Sequential
        An Embedding, a Flatten, and Dense layers to the codings. It reads letter numbers as from
        `lecture6_utils.characters.encode`.
    decoder : keras.Sequential
        Dense layers, the last one linear, and a Reshape to logits, (places, symbols).
    characters : str
        As for `lecture6_utils.characters.encode`.
    words : sequence of str
        The training words: the page refuses letters that none of them has, and the sliders reach
        as far as their codings.
    examples : sequence of str
        Words offered on buttons; the first one stands in the field to begin with.

    Returns
    -------
    LiveFigure

    Raises
    ------
    TypeError
        If a word is no str.
    ValueError
        If the nets have other layers or other sizes, their weights are not finite or too many for
        a page, there is no word or no example, or an example cannot be typed into the page.
    """
    words, examples = list(words), list(examples)
    embedding, squeezing, rebuilding = layers_of(encoder, decoder)
    places, symbols = encoder.input_shape[-1], len(characters) + 2
    sizes = (embedding.input_dim, decoder.output_shape[1:], decoder.input_shape[-1])
    if sizes != (symbols, (places, symbols), squeezing[-1].units):
        raise ValueError(
            f"{len(characters)} letters, padding and unknown are {symbols} symbols, got nets "
            f"{encoder.input_shape} → {encoder.output_shape} of {embedding.input_dim} symbols and "
            f"{decoder.input_shape} → {decoder.output_shape}: build them for these letters and "
            "for each other."
        )
    lost = sum(
        int(np.sum(~np.isfinite(w))) for net in (encoder, decoder) for w in net.get_weights()
    )
    if lost:
        raise ValueError(
            f"{lost:,} weights of the nets are NaN or infinite. Their training diverged: train them "
            "again with a smaller learning rate."
        )
    if not words or not examples:
        raise ValueError(
            f"Got {len(words)} words and {len(examples)} examples: give at least one of each."
        )
    limit = float(np.ceil(np.abs(codings_of(encoder, characters, words)).max()))
    known = "".join(sorted(set("".join(words)) & set(characters)))
    for word in examples:
        if set(word) - set(known) or word != as_typed(word) or not 0 < len(word) <= places:
            raise ValueError(
                f"The example {word!r} cannot be typed into the page: give 1 to {places} letters "
                f"of {known!r}."
            )
    data = {
        "characters": characters,
        "known": known,
        "places": places,
        "depth": embedding.output_dim,
        "embedding": floats(embedding.get_weights()[0]),
        "encoder": [layer_data(layer) for layer in squeezing],
        "decoder": [layer_data(layer) for layer in rebuilding],
    }
    packed = sum(
        len(part)
        for piece in [data, *data["encoder"], *data["decoder"]]
        for part in piece.values()
        if isinstance(part, str)
    )
    if packed > MOST:
        raise ValueError(
            f"The weights take {packed:,} characters of the page, at most {MOST:,} are sensible: "
            "give nets with fewer units."
        )
    check = [*examples, *(word for word in words[:3] if len(word) <= places)]
    codings = codings_of(encoder, characters, check)
    shares = letter_shares(decoder, codings)
    data["check"] = {"words": check, "codings": floats(codings), "shares": floats(shares)}
    buttons = " ".join(f'<button type="button">{escape(word)}</button>' for word in examples)
    sliders = "".join(
        f'<label class="live-slide live-coding"><span>{i + 1}</span><input type="range" '
        f'aria-label="coding {i + 1}" min="{-limit:g}" max="{limit:g}" step="{limit / 100:g}" '
        'value="0"><output></output></label>'
        for i in range(codings.shape[1])
    )
    style = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")  # of letters and sliders
    controls = (
        f"<style>{style}</style>\n"
        f'<div><label>A word of 1 to {places} letters: <input type="text" autocomplete="off" '
        f'autocapitalize="off" spellcheck="false" maxlength="40" value="{escape(examples[0])}">'
        f'</label><p class="live-note live-examples">or one of these: {buttons}</p></div>'
        '<p class="live-text" aria-live="polite"></p>'
        '<ol class="live-rebuilt" aria-label="The letters rebuilt from the codings"></ol>'
        f"<p><strong>Its {codings.shape[1]} codings</strong>: move one. "
        '<button type="button" class="live-restore">Restore the codings</button></p>'
        f'<div class="live-codings" role="group" aria-label="The codings">{sliders}</div>'
        '<p class="live-note live-check"></p>'
    )
    return LiveFigure(
        "squeeze", controls, data, still_of(examples[0], codings[0], shares[0], characters), True
    )


def codings_of(encoder, characters, words):
    """The codings of words, shape (n, codings)."""
    return np.array(encoder(encode(words, characters, encoder.input_shape[-1])))


def letter_shares(decoder, codings):
    """The probability of each symbol at each place, shape (n, places, symbols), as the page shows it.

    Parameters
    ----------
    decoder : keras.Model
        From codings to logits.
    codings : ndarray, shape (n, codings)
    """
    logits = np.array(decoder(np.asarray(codings, "float32"))).astype(float)
    odds = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return odds / odds.sum(axis=-1, keepdims=True)


def still_of(word, codings, shares, characters):
    """The picture that stands in: the codings of a word, and the letters that come back."""
    still = figure(4.2)
    squeezed, rebuilt = still.subplots(2, 1)
    squeezed.bar(range(1, len(codings) + 1), codings, color=COLORS[0])
    squeezed.set_xlabel(f"the codings of “{word}”")
    names = ["", "?", *characters]
    rebuilt.bar(range(len(shares)), 100 * shares.max(axis=1), color=COLORS[0])
    rebuilt.set_xticks(range(len(shares)), [names[k] for k in shares.argmax(axis=1)])
    rebuilt.set_xlabel("the most probable letter of each place")
    rebuilt.set_ylabel("probability (%)")
    return still


def layers_of(encoder, decoder):
    """The embedding, and the dense layers of an encoder and a decoder that the page can run."""
    layers = [layer for layer in encoder.layers if type(layer).__name__ != "InputLayer"]
    after = [layer for layer in decoder.layers if type(layer).__name__ != "InputLayer"]
    squeezing, rebuilding = layers[2:], after[:-1]
    runs = (
        [type(layer).__name__ for layer in layers[:2]] == ["Embedding", "Flatten"]
        and [type(layer).__name__ for layer in after[-1:]] == ["Reshape"]
        and squeezing
        and rebuilding
        and all(
            type(layer).__name__ == "Dense" and layer.activation.__name__ in ACTIVATIONS
            for layer in [*squeezing, *rebuilding]
        )
        and rebuilding[-1].activation.__name__ == "linear"
    )
    if not runs:
        found = [[type(layer).__name__ for layer in net.layers] for net in (encoder, decoder)]
        raise ValueError(
            "live_squeeze runs an encoder of one Embedding, one Flatten and Dense layers, and a "
            "decoder of Dense layers, the last one linear, and one Reshape; activations may be "
            f"{', '.join(ACTIVATIONS)}. Got {found[0]} and {found[1]}: build the nets of these."
        )
    return layers[0], squeezing, rebuilding
