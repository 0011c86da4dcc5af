"""The live figure that opens a char-CNN: which filters answer to a word, where, and for which class."""

from html import escape

import numpy as np

from lecture6_utils.characters import encode
from lecture6_utils.live_figures.common import LiveFigure, canvas, figure
from lecture6_utils.live_figures.nets import layer_data
from lecture6_utils.live_figures.packing import floats
from lecture6_utils.live_figures.words import as_typed

#: Filters that are shown at a time.
SHOWN = 10


def live_filters(net, characters, length, padding, classes, words, examples):
    """Type a word: the filters that decide its class, what each responds to, what it speaks for.

    Parameters
    ----------
    net : keras.Model
        An Embedding, a Conv1D (no padding of its own, relu), a maximum over places, and a linear
        Dense layer; it may have Dropout.
    characters : str
        The characters that it knows, in the order of `lecture6_utils.characters.encode`.
    length : int
        Its places per word.
    padding : int
        Zeros before and after these places.
    classes : sequence of str
        The names of its outputs.
    words : sequence of str
        Where the pieces come from to which a filter responds most.
    examples : sequence of str
        Words offered on buttons; the first one is read to begin with.

    Returns
    -------
    LiveFigure

    Raises
    ------
    TypeError
        If a word is no str.
    ValueError
        If the net has other layers or another number of outputs, or there is no word or no
        example.
    """
    words, examples, classes = list(words), list(examples), list(classes)
    if not words or not examples:
        raise ValueError(
            f"Got {len(words)} words and {len(examples)} examples: give at least one of each."
        )
    embedding, convolution, output = layers_of(net)
    if output.units != len(classes):
        raise ValueError(
            f"The net has {output.units} outputs, got {len(classes)} classes: name each of them."
        )

    def read(words):
        return np.pad(encode(words, characters, length), ((0, 0), (padding, padding)))

    check = [*map(as_typed, examples), *words[:3]]
    buttons = " ".join(f'<button type="button">{escape(word)}</button>' for word in examples)
    width = 2 * padding + length
    controls = (
        '<div><label>A word: <input type="text" autocomplete="off" autocapitalize="off" '
        f'spellcheck="false" maxlength="40" value="{escape(examples[0])}"></label>'
        f'<p class="live-note">or one of these: {buttons}</p></div>'
        '<p class="live-text" aria-live="polite"></p>'
        + canvas(
            "live-grid",
            100 + 26 * width,
            "Filters in rows, letters in columns: arrow keys choose a filter",
            40 + 26 * SHOWN,
        )
        + '<p class="live-chosen" aria-live="polite"></p>'
        '<div class="live-two"><div><p><strong>Pieces it responds to most</strong></p>'
        '<ol class="live-grams"></ol></div>'
        "<div><p><strong>What it adds to the classes</strong></p>"
        '<ol class="live-weights"></ol></div></div><p class="live-note live-check"></p>'
    )
    data = {
        "words": "\n".join(words),
        "characters": characters,
        "length": length,
        "padding": padding,
        "classes": classes,
        "shown": SHOWN,
        "embedding": floats(embedding.embeddings),
        "depth": embedding.embeddings.shape[1],
        "width": convolution.kernel_size[0],
        "kernel": floats(convolution.kernel),
        "bias": floats(convolution.bias),
        "output": layer_data(output),
        "check": {"words": check, "shares": floats(softmax(np.array(net(read(check)))))},
    }
    word = as_typed(examples[0])
    responses = np.array(convolution(embedding(read([word]))))[0]
    strongest = responses.max(axis=0)
    kernel, bias = output.get_weights()
    answer = int(np.argmax(strongest @ kernel + bias))
    chosen = np.argsort(-strongest * kernel[:, answer])[:SHOWN]
    return LiveFigure("filters", controls, data, still_of(word, responses[:, chosen].T), True)


def softmax(logits):
    """Probabilities of the classes."""
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


def still_of(word, responses):
    """The picture that stands in: filters in rows, the windows that touch the word in columns."""
    still = figure(2.8)
    ax = still.add_subplot()
    ax.imshow(responses[:, : len(word)], aspect="auto", cmap="binary", vmin=0)
    ax.set_xticks(range(len(word)), list(word))
    ax.set_yticks([])
    ax.grid(False)
    ax.set_ylabel("ten filters")
    ax.set_xlabel("letter in the middle of the window")
    return still


def layers_of(net):
    """The embedding, the convolution and the dense layer of a net that the page can run."""
    by_class = {}
    for layer in net.layers:
        by_class.setdefault(type(layer).__name__, []).append(layer)
    found = [by_class.pop(name, []) for name in ("Embedding", "Conv1D", "Dense")]
    pooled = by_class.pop("GlobalMaxPooling1D", [])
    runs = [len(layers) for layers in [*found, pooled]] == [1, 1, 1, 1]
    if runs:
        [[_], [convolution], [output]] = found
        runs = (
            convolution.padding,
            convolution.activation.__name__,
            convolution.strides,
            convolution.dilation_rate,
            output.activation.__name__,
        ) == ("valid", "relu", (1,), (1,), "linear")
    if not runs or set(by_class) - {"InputLayer", "Dropout"}:
        raise ValueError(
            "live_filters runs one Embedding, one Conv1D (padding='valid', relu), "
            "GlobalMaxPooling1D, Dropout and one linear Dense, got "
            f"{[type(layer).__name__ for layer in net.layers]}: build the net of these."
        )
    return [layers[0] for layers in found]
