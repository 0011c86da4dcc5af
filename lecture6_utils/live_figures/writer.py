"""The live figure in which a net writes a word: its odds for the next letter, and a draw among them."""

from html import escape
from pathlib import Path

import numpy as np

from lecture6_utils.live_figures.common import LiveFigure, figure
from lecture6_utils.live_figures.nets import layer_data
from lecture6_utils.live_figures.packing import floats
from lecture6_utils.live_figures.words import as_typed
from lecture6_utils.plotting import COLORS

#: Letters at which the page stops drawing, and the field stops taking more.
LONGEST = 60
#: Bars that are shown; all other letters are added up.
SHOWN = 10
#: The largest packed weights, in characters of the page.
MOST = 300_000


def live_writer(net, characters, examples, longest_seen):
    """Type a beginning: the net's probabilities of the next letter; choose one, or draw.

    Parameters
    ----------
    net : keras.Sequential
        An Embedding, a GRU that returns sequences, and a linear Dense layer. Number 0 is the
        edge of a word, its start among the inputs and its end among the outputs; ``1 + i`` is
        ``characters[i]``.
    characters : str
        The letters that it knows.
    examples : sequence of str
        Beginnings offered on buttons; the first one stands in the field to begin with.
    longest_seen : int
        Letters of the longest training word: the page says so of a longer beginning.

    Returns
    -------
    LiveFigure

    Raises
    ------
    ValueError
        If the net has other layers or other sizes, its weights are not finite or too many for
        a page, there is no example, an example has a letter that the net does not know, or is
        too long.
    """
    examples = list(examples)
    embedding, gru, output = layers_of(net)
    n = len(characters) + 1
    if embedding.input_dim != n or output.units != n:
        raise ValueError(
            f"{len(characters)} letters and the edge of the word are {n} symbols, got a net from "
            f"{embedding.input_dim} to {output.units}: build it for these letters."
        )
    lost = sum(int(np.sum(~np.isfinite(weights))) for weights in net.get_weights())
    if lost:
        raise ValueError(
            f"{lost:,} weights of the net are NaN or infinite. Its training diverged: train it "
            "again with a smaller learning rate."
        )
    if not examples:
        raise ValueError("Got no example: give at least one beginning of a word.")
    for beginning in examples:
        unknown = sorted(set(beginning) - set(characters))
        if unknown or beginning != as_typed(beginning) or not 0 < len(beginning) <= LONGEST:
            raise ValueError(
                f"The beginning {beginning!r} cannot be typed into the page: give 1 to {LONGEST} "
                f"small letters of {characters!r}."
            )
    kernel, recurrent, bias = gru.get_weights()
    data = {
        "characters": characters,
        "longest": LONGEST,
        "longest_seen": longest_seen,
        "shown": SHOWN,
        "depth": embedding.output_dim,
        "units": gru.units,
        "embedding": floats(embedding.get_weights()[0]),
        "kernel": floats(kernel),
        "recurrent": floats(recurrent),
        "bias": floats(bias),
        "output": layer_data(output),
    }
    packed = sum(
        len(part) for part in [*data.values(), *data["output"].values()] if isinstance(part, str)
    )
    if packed > MOST:
        raise ValueError(
            f"The weights take {packed:,} characters of the page, at most {MOST:,} are sensible: "
            "give a net with fewer units."
        )
    check = ["", *examples, examples[0] * 3]
    shares = np.array([next_letter(net, characters, beginning) for beginning in check])
    data["check"] = {"words": check, "shares": floats(shares)}
    buttons = " ".join(f'<button type="button">{escape(word)}</button>' for word in examples)
    style = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")  # of the bars
    controls = (
        f"<style>{style}</style>\n"
        '<div><label>The beginning of a word: <input type="text" autocomplete="off" '
        f'autocapitalize="off" spellcheck="false" maxlength="{LONGEST}" '
        f'value="{escape(examples[0])}"></label>'
        f'<p class="live-note live-examples">or one of these: {buttons}</p></div>'
        '<label class="live-slide">temperature <input type="range" min="0.1" max="2" step="0.1" '
        'value="1"><output>1.0</output></label>'
        '<p class="live-draw"><button type="button">Draw a letter</button> '
        '<button type="button">Draw to the end</button> '
        '<button type="button">Start anew</button></p>'
        '<p class="live-text" aria-live="polite"></p>'
        '<div class="live-bars" role="group" aria-label="The next letter: choose one"></div>'
        '<p class="live-note live-check"></p>'
    )
    return LiveFigure("writer", controls, data, still_of(examples[0], shares[1], characters), True)


def next_letter(net, characters, beginning, temperature=1):
    """The net's probabilities of what follows a beginning: the end of the word, then each letter.

    Parameters
    ----------
    net, characters
        As for `live_writer`.
    beginning : str
    temperature : float, default 1
        By which the logits are divided.

    Returns
    -------
    ndarray, shape (len(characters) + 1,)
    """
    row = np.array([[0, *(1 + characters.index(letter) for letter in beginning)]])
    logits = np.array(net(row))[0, -1].astype(float) / temperature
    odds = np.exp(logits - logits.max())
    return odds / odds.sum()


def still_of(beginning, shares, characters):
    """The picture that stands in: the likeliest next letters of a beginning as bars."""
    order = np.argsort(-shares, kind="stable")[:SHOWN]
    names = ["end", *characters]
    still = figure(3.4)
    ax = still.add_subplot()
    ax.barh(range(len(order)), 100 * shares[order], color=COLORS[0])
    ax.set_yticks(range(len(order)), [names[k] for k in order])
    ax.invert_yaxis()
    ax.set_xlabel(f"probability of the next letter after “{beginning}” (%)")
    return still


def layers_of(net):
    """The embedding, the recurrent and the dense layer of a net that the page can run."""
    layers = [
        layer for layer in net.layers if type(layer).__name__ not in ("InputLayer", "Dropout")
    ]
    runs = [type(layer).__name__ for layer in layers] == ["Embedding", "GRU", "Dense"]
    if runs:
        _, gru, output = layers
        runs = (
            gru.return_sequences,
            gru.go_backwards,
            gru.reset_after,
            gru.use_bias,
            gru.activation.__name__,
            gru.recurrent_activation.__name__,
            output.activation.__name__,
        ) == (True, False, True, True, "tanh", "sigmoid", "linear")
    if not runs:
        raise ValueError(
            "live_writer runs one Embedding, one GRU (return_sequences=True, all else as Keras has "
            f"it) and one linear Dense, got {[type(layer).__name__ for layer in net.layers]}: "
            "build the net of these."
        )
    return layers
