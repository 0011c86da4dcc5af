# %% [markdown]
# # Turn characters into vectors
#
# A network computes with numbers, but a text is made of letters. How do letters become
# numbers, and what does the lecture's first character model learn from three strings?
#
# - **What you'll do:** run the lecture's hands-on example line by line, from a string
#   to a prediction, and test each step.
# - **What you'll learn:** what an embedding is, where unseen characters go, what padding
#   does to an LSTM, and what a score on three training strings can tell you.
# - **What you'll need:** Python, and an idea of what training a network means.
#
# *Slides covered: “Introduction to Character Embeddings”, “Methods for Character
# Embeddings (Continued)” (embedding layer), “Hands-On: Character Embeddings in Python”,
# “Hands-On: Character Embeddings in Python (Continued)”.*

# %%
from collections import Counter

from lecture6_utils.reproducibility import make_reproducible

make_reproducible("character_embeddings")  # before Keras computes anything

import keras
import matplotlib.pyplot as plt
import numpy as np
from tensorflow.keras.preprocessing.sequence import pad_sequences
from tensorflow.keras.preprocessing.text import Tokenizer

from lecture6_utils.measurement import Measured, MeasuredTable, measured
from lecture6_utils.plotting import COLORS, WIDTH, set_style
from lecture6_utils.training import fit

set_style()

# %% [markdown]
# ## Why characters?
#
# A model of *words* has one vector per word. It has none for a word that it has never
# seen, for a typo, or for a rare form of a Finnish noun. A model of *characters* has one
# vector per character, a few dozen in all, and builds every word from them: this is
# a **character embedding**.
#
# The slides promise that it handles unknown words, misspellings, prefixes and suffixes,
# and languages rich in inflection. The next lessons measure these promises on real
# language. This lesson builds the model.
#
# ## How does a string become numbers?
#
# Here are the slide's three strings. The first has label 1, the others 0.

# %%
texts = ["hello world", "machine learning", "deep learning"]
labels = np.array([1, 0, 0])

tokenizer = Tokenizer(char_level=True)
tokenizer.fit_on_texts(texts)
sequences = tokenizer.texts_to_sequences(texts)

max_vocab_size = len(tokenizer.word_index) + 1
print("Character Index:", tokenizer.word_index)

# %% [markdown]
# That is exactly the slide's dictionary. Its rule is short enough to write yourself: count
# the characters and give index 1 to the most frequent; of two equally frequent characters,
# the one that occurs first comes first. Index 0 stays free, for padding.

# %%
counts = Counter("".join(texts).lower())
by_frequency = sorted(counts, key=counts.get, reverse=True)  # stable: ties keep order
our_index = {character: i for i, character in enumerate(by_frequency, start=1)}

print("same dictionary:", our_index == tokenizer.word_index)
print("most frequent:", counts.most_common(3))
print("characters + padding:", max_vocab_size)

# %% [markdown]
# A batch must be a rectangle, but the strings have 11, 16 and 13 characters. So we fill up
# the shorter ones with zeros at the end ({numref}`fig-character_embeddings-padded`).

# %%
max_sequence_length = max(len(seq) for seq in sequences)
padded_sequences = pad_sequences(sequences, maxlen=max_sequence_length, padding="post")
print(padded_sequences)

# %% tags=["hide-input"] mystnb={"figure": {"caption": "What the network is given: one row per string, one column per position. Each cell shows the character above and its index below; the gray cells are padding.", "name": "fig-character_embeddings-padded"}, "image": {"alt": "A grid of three rows and sixteen columns spelling hello world, machine learning and deep learning, with the index of each character under it and gray cells with a zero filling the ends of the first and third row."}}
fig, ax = plt.subplots(figsize=(WIDTH, 2.0))
shade = np.ma.masked_equal(padded_sequences, 0)
cmap = plt.get_cmap("Blues").with_extremes(bad="0.85")
_ = ax.imshow(shade, cmap=cmap, vmin=-2, vmax=40, aspect="auto")
for row, sequence in enumerate(padded_sequences):
    for column, index in enumerate(sequence):
        character = tokenizer.index_word.get(index, "").replace(" ", "␣")
        _ = ax.text(column, row - 0.05, character, ha="center", fontsize=13)
        _ = ax.text(column, row + 0.35, index, ha="center", fontsize=9.5)
ax.set_xticks(np.arange(16) - 0.5, minor=True)
ax.set_yticks(np.arange(3) - 0.5, minor=True)
ax.grid(False)
ax.grid(which="minor", color="white", linewidth=2)
ax.tick_params(which="both", length=0)
ax.spines[:].set_visible(False)
ax.set_xticks([0, 5, 10, 15], [1, 6, 11, 16])
ax.set_yticks([0, 1, 2], [f"label {label}" for label in labels])
_ = ax.set_xlabel("position in the string")

# %% [markdown]
# :::{admonition} Since the slides
# :class: note
# `Tokenizer` is no longer part of Keras 3; TensorFlow still ships it under
# `tensorflow.keras`, as deprecated. Its successor is the layer `TextVectorization`. This
# lesson keeps the old one to reproduce the slide. The next section shows why the new one
# is better for text with unseen characters.
# :::
#
# ## Where does an unseen character go?
#
# The three strings have no *q*, *u* or *z*. We encode a string that has them, and decode
# it again.

# %%
for text in ["hello quiz", "Hello!"]:
    indices = tokenizer.texts_to_sequences([text])[0]
    decoded = "".join(tokenizer.index_word[i] for i in indices)
    print(f"{text!r} becomes {decoded!r}")

# %% [markdown]
# The slide's tokenizer silently drops unknown characters: the model reads *hello i*. It
# also turns capitals into small letters. (The argument `oov_token="[UNK]"` would solve the
# first problem, `lower=False` the second.)
#
# `TextVectorization` has an index for unknown characters.

# %%
vectorizer = keras.layers.TextVectorization(standardize=None, split="character")
vectorizer.adapt(texts)
vocabulary = [str(token) for token in vectorizer.get_vocabulary()]
print("vocabulary:", vocabulary)

for text in ["hello quiz", "Hello!"]:
    print(f"{text!r} becomes", "".join(vocabulary[i] for i in vectorizer(text)))

# %% [markdown]
# Now the model can see that something was there, but it can *not* tell *q* from *z*: both
# are `[UNK]`. Even a character model meets unknown characters. The indices differ from
# the slide's too: 0 is padding, 1 is `[UNK]`, and ties are ordered differently. An index
# is only a name.
#
# ## What is an embedding?
#
# This is also why we must not feed the index itself to the network: *d* (10) is not twice
# *r* (5). Instead, a name is coded as a **one-hot row**: all zeros except for a single 1.
# Its product with a matrix $E$ with one row per character is that character's row:
#
# $$ \text{onehot}(i)\, E = E_{i} $$
#
# An `Embedding` layer computes this product by looking up the row. We check it on all
# three strings.

# %%
embedding_dim = 8
embedding = keras.layers.Embedding(input_dim=max_vocab_size, output_dim=embedding_dim)
looked_up = keras.ops.convert_to_numpy(embedding(padded_sequences))

E = keras.ops.convert_to_numpy(embedding.embeddings)
one_hot = np.eye(max_vocab_size, dtype="float32")[padded_sequences]

print("one-hot", one_hot.shape, "times E", E.shape, "gives", (one_hot @ E).shape)
print("equal to the look-up, every bit:", np.array_equal(one_hot @ E, looked_up))

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The look-up of h. Its one-hot row (top) has a 1 at index 8; the product with the matrix (drawn with one column per character) picks that column, the vector of h (right). The numbers are still random: nothing has been trained.", "name": "fig-character_embeddings-lookup"}, "image": {"alt": "A row of sixteen cells with a single dark one at the letter h stands above a colored grid of eight by sixteen cells; the column under h is framed, and repeated alone at the right."}}
h = tokenizer.word_index["h"]
names = ["pad", *(tokenizer.index_word[i].replace(" ", "␣") for i in range(1, 16))]
fig, axes = plt.subplots(2, 2, figsize=(WIDTH, 3.3), width_ratios=[16, 1.4], height_ratios=[1, 8])
(top, corner), (below, right) = axes
corner.set_visible(False)
_ = top.imshow(np.eye(16)[[h]], vmax=1.4, aspect="auto")
for column in range(16):
    digit, color = ("1", "white") if column == h else ("0", "0.35")
    _ = top.text(column, 0, digit, color=color, ha="center", va="center", fontsize=11)
top.set_title("one-hot row of h")
limit = np.abs(E).max()
colors = {"cmap": "PuOr", "vmin": -limit, "vmax": limit, "aspect": "auto"}
_ = below.imshow(E.T, **colors)
frame = plt.Rectangle((h - 0.5, -0.45), 1, 7.9, fill=False, linewidth=2.5)
_ = below.add_patch(frame)
below.set_ylabel("dimension")
below.set_xlabel("character, by index")
below.set_xticks(range(16), ["", *names[1:]])
below.set_yticks([0, 7], [1, 8])
_ = below.text(0, 7.62, "pad", rotation=90, ha="center", va="top", fontsize=10)
_ = right.imshow(E[h][:, None], **colors)
right.set_title("vector of h", fontsize=11, loc="right")
right.set_yticks([])
right.set_xticks([0], ["h"])
for ax in axes.flat:
    ax.grid(False)
    ax.tick_params(length=0)
    ax.spines[["top", "right"]].set_visible(True)
_ = top.set(xticks=[], yticks=[])

# %% [markdown]
# So an embedding is a linear layer without a bias, fed with one-hot rows, that skips the
# multiplications by zero ({numref}`fig-character_embeddings-lookup`). Its 16 × 8 numbers
# start at random and are trained like any other weight.
#
# ## What is the slide's network?
#
# The vectors go, one character at a time, into an LSTM {cite}`hochreiter1997long`: a
# recurrent network that carries a *state* of 64 numbers along the string. After the last
# position, a single sigmoid unit turns the state into a probability.


# %%
def slide_model(mask_zero=False):
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),  # None: strings of any length
            keras.layers.Embedding(max_vocab_size, embedding_dim, mask_zero=mask_zero),
            keras.layers.LSTM(64),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


model = slide_model()
for layer in model.layers:
    print(f"{type(layer).__name__:10} {layer.count_params():7,}")
print(f"{'total':10} {model.count_params():7,}")

# %% [markdown]
# You can check each count by hand.
#
# - **Embedding:** one row of 8 numbers for each of 16 indices, 16 × 8 = 128.
# - **LSTM:** four small layers (three gates and one candidate) for each of the 64 units;
#   each sees the 8 inputs, the 64 states and a bias, 4 × (8 + 64 + 1) × 64 = 18,688.
# - **Dense:** 64 weights and a bias, 65.
#
# What the slides call character embeddings is only 128 of the model's 18,881 numbers. And
# 18,881 is a great many for three strings.
#
# :::{admonition} Since the slides
# :class: note
# Keras 3 ignores `Embedding(…, input_length=…)` with a warning, and the summary then
# shows a model that is not yet built. The shape now comes from `keras.Input`. We added one
# option, `mask_zero`, off by default as on the slide; the next section is about it.
# :::
#
# ## What does padding do to the LSTM?
#
# To us, index 0 means *nothing here*. To the slide's network it is a character like any
# other, with a vector of its own: after *hello world* the LSTM reads five more characters.
# With `mask_zero=True` the LSTM skips them and keeps its state.
#
# We take five untrained networks and give each a twin with the same weights and a mask.
# How far do the five zeros move the state of *hello world*? We compare this with the
# distance between the states of two strings, *hello world* and *deep learning*.

# %%
SEEDS = range(5)
lengths = np.arange(16, 65, 8)


def padded(texts, length, padding="post"):
    sequences = tokenizer.texts_to_sequences(texts)
    return pad_sequences(sequences, maxlen=length, padding=padding)


def states(model, indices):
    embedding, lstm, _ = model.layers
    return keras.ops.convert_to_numpy(lstm(embedding(indices)))


def state_gap(model, length, padding="post"):
    pair = ["hello world", "deep learning"]
    hello, deep = states(model, padded(pair, length, padding))
    return np.linalg.norm(hello - deep)


pairs = []
for seed in SEEDS:
    keras.utils.set_random_seed(seed)
    unmasked, masked = slide_model(), slide_model(mask_zero=True)
    masked.set_weights(unmasked.get_weights())
    pairs.append((unmasked, masked))

moved = []
for unmasked, masked in pairs:
    hello = padded(["hello world"], 16)
    shift = np.linalg.norm(states(unmasked, hello) - states(masked, hello))
    moved.append(shift / state_gap(masked, 16))
measured("shift by five zeros / distance to another string", moved, ".2f")

# %% [markdown]
# On average, five zeros move the state about twice as far (≈ 1.94) as another string does.
# What happens with more zeros? We pad both strings further and further, and measure the
# distance between their states.

# %%
yardstick = [state_gap(masked, 16) for _, masked in pairs]
left = (
    np.array([[state_gap(unmasked, length) for length in lengths] for unmasked, _ in pairs])
    / np.array(yardstick)[:, None]
)

unchanged = all(
    np.array_equal(states(masked, padded(texts, 16)), states(masked, padded(texts, 64)))
    for _, masked in pairs
)
print("with a mask, the same state at length 16 and at 64, every bit:", unchanged)
for length in (16, 32, 64):
    measured(f"distance left at length {length}", left[:, lengths == length])

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Distance between the LSTM states of two strings as both are padded further, as a share of the distance without padding; five untrained networks. With a mask nothing changes. Without one, the distance falls to nearly zero.", "name": "fig-character_embeddings-padding"}, "image": {"alt": "A line chart with logarithmic vertical axis: a flat line at one, labeled with mask, and five lines labeled without mask that fall steadily as the padded length grows from 16 to 64."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3.3))
_ = ax.plot(lengths, np.ones(len(lengths)), color=COLORS[0])
_ = ax.plot(lengths, left.T, color=COLORS[1], linewidth=1.2)
_ = ax.text(40, 1.35, "with mask", color=COLORS[0], va="bottom", weight="bold")
_ = ax.text(41, 0.025, "without mask", color=COLORS[1], va="bottom", weight="bold")
ax.axvline(16, color="0.4", linestyle=":", linewidth=1.5)
_ = ax.text(16.6, 1.3e-5, "the slide's\nlength, 16", color="0.3")
ax.set(yscale="log", ylim=(1e-5, 4), xlim=(14, 65))
ax.set_xlabel("padded length (positions)")
_ = ax.set_ylabel("distance left (share)")

# %% [markdown]
# The network reads every zero like a letter, and forgets a little of what came before
# ({numref}`fig-character_embeddings-padding`): at length 32 only ≈ 0.031 of the distance
# is left. The last unit sees only the last state, so it gets nearly the same input for
# both strings. Training would have to teach the network to remember, which is hard
# (exercise 2). A mask avoids the problem: use `mask_zero=True` whenever you pad at the
# end.
#
# ## What does a score on three training strings show?
#
# Now we train as on the slide: ten epochs, two strings per batch, no mask. The weights
# start at random, so we do it five times.


# %%
def probabilities(model, indices):
    return keras.ops.convert_to_numpy(model(indices)).ravel()


def score(p, y):
    """Accuracy and mean binary cross-entropy of the probabilities p."""
    return np.mean((p > 0.5) == y), -np.mean(np.log(np.where(y == 1, p, 1 - p)))


slide_p = []
for seed in SEEDS:
    keras.utils.set_random_seed(seed)
    model = slide_model()
    _ = model.fit(padded_sequences, labels, epochs=10, batch_size=2, verbose=0)
    slide_p.append(probabilities(model, padded_sequences))

always_third = score(np.full(3, 1 / 3), labels)
accuracies, losses = zip(*(score(p, labels) for p in slide_p), strict=True)
always_0 = sum((p < 0.5).all() for p in slide_p)
print("networks that answer 0 to all three strings:", always_0, "of", len(slide_p))
MeasuredTable(
    {
        "say 1/3, whatever the string": {
            "accuracy": f"{always_third[0]:.1%}",
            "loss": f"{always_third[1]:.3f}",
        },
        "the slide's model, 10 epochs": {
            "accuracy": Measured(accuracies, ".1%"),
            "loss": Measured(losses, ".3f"),
        },
    }
)

# %% [markdown]
# An accuracy of ≈ 66.7% sounds like a start, but all five networks answer 0 to everything,
# which is right for two strings in three. The loss, ≈ 0.609, is close to that of knowing
# only that *one string in three has label 1*. Always compare a score with that of a rule
# that ignores the input.
#
# Are ten epochs just too few? We train for 200 (with all three strings in each step, which
# is quicker). And we add a control: we give the label 1 to *another* string. If a network
# learns that as easily, then its score says nothing about the text.

# %%
memorized = {}
for one in texts:
    y = np.array([int(text == one) for text in texts])
    memorized[one] = []
    for seed in SEEDS[:3]:
        keras.utils.set_random_seed(seed)
        model = slide_model()
        _ = fit(model, padded_sequences, y, epochs=200, batch_size=3)
        memorized[one].append(model)

rows = {}
for one, models in memorized.items():
    y = np.array([int(text == one) for text in texts])
    scores = [score(probabilities(model, padded_sequences), y) for model in models]
    accuracies, losses = zip(*scores, strict=True)
    rows[one] = {"accuracy": Measured(accuracies, ".1%"), "loss": Measured(losses)}
MeasuredTable(rows, corner="label 1 goes to")

# %% [markdown]
# The slide's labeling reaches ≈ 100%, and so do the two made-up ones. With its 18,881
# parameters the network memorizes any of them, as large networks do with random labels on
# a million images {cite}`zhang2017understanding`.
#
# Then what *did* it memorize? Three strings allow many rules: *has a w*, *starts with h*,
# *does not end in ing*, *is short*. We test strings on which these rules disagree.

# %%
probes = [
    "hello learning",
    "machine world",
    "whale",
    "no idea",
    "deep hello",
    "deep world",
]
readers = memorized["hello world"]
answers = np.array([probabilities(m, padded(texts + probes, 16)) for m in readers])

for probe in ("hello learning", "machine world"):
    measured(f"P(1 | {probe})", answers[:, (texts + probes).index(probe)])
measured("deep world: highest − lowest P", np.ptp(answers[:, -1]), ".2f")

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Probability of label 1 from three networks trained for 200 epochs on the three strings in bold, for these and for six new strings; one color per network. The networks agree on the training strings and on most new ones, but not on deep world.", "name": "fig-character_embeddings-probes"}, "image": {"alt": "A dot plot of nine strings with three dots each: the three training strings sit at one, zero and zero; hello learning and whale sit at one; machine world, no idea and deep hello sit at or near zero; the dots of deep world are spread out."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3.9))
rows = np.arange(len(texts + probes), dtype=float)
rows[len(texts) :] += 0.6
for seed, p in enumerate(answers):
    _ = ax.scatter(p, rows + 0.22 * (seed - 1), s=38, color=COLORS[seed], clip_on=False, zorder=3)
ax.axvline(0.5, color="0.4", linestyle=":", linewidth=1.5)
ax.set_yticks(rows, texts + probes)
for tick in ax.get_yticklabels()[: len(texts)]:
    tick.set_weight("bold")
ax.tick_params(axis="y", length=0)
ax.set(xlim=(-0.03, 1.03), ylim=(rows[-1] + 0.6, -0.6))
_ = ax.set_xlabel("probability of label 1")

# %% [markdown]
# The first letters seem to matter ({numref}`fig-character_embeddings-probes`): *hello
# learning* gets ≈ 0.999, *machine world* ≈ 0.0002. But *whale* gets 1 too, and six strings
# cannot tell which rule the networks use. On *deep world*, three networks that differ only
# in their random seed are up to ≈ 0.63 apart. The score cannot say whether the model has
# learned anything about language. That takes many strings, and a test on strings that the
# model has not seen.
#
# :::{admonition} Takeaways
# :class: tip
# - An embedding look-up *is* a one-hot row times a matrix, bit for bit. Here the matrix
#   has 128 of the model's 18,881 parameters.
# - The slide's `Tokenizer` silently drops unseen characters; `TextVectorization` gives
#   them the index of `[UNK]`.
# - Without a mask the LSTM reads the padding: before training, five zeros move its state
#   ≈ 1.94 times as far as another string would, and at length 32 only ≈ 0.031 of the
#   distance between two strings is left. With `mask_zero=True` the state does not change.
# - The slide's ≈ 66.7% is the score of always answering 0. Trained longer, the network
#   memorized each of three labelings. Three training strings only show that the code runs.
# :::
#
# ## Exercises
#
# :::{admonition} Exercise 1 — Zeros in front
# :class: exercise
# By default, `pad_sequences` pads in front. Predict first: without a mask, how much of the
# distance between *hello world* and *deep learning* is left at length 64 if the zeros come
# *before* the string? Then measure it with `state_gap`.
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 1", "code_prompt_hide": "Hide solution 1"}
front = [
    state_gap(unmasked, 64, padding="pre") / distance
    for (unmasked, _), distance in zip(pairs, yardstick, strict=True)
]
measured("zeros in front: distance left at length 64", front, ".3f")

# %% [markdown]
# :::{admonition} Answer to exercise 1
# :class: dropdown
# All of it (≈ 1.00). The zeros move the state to nearly the same point for both strings;
# then the network reads the string, and no zeros follow. If you cannot mask, pad in front.
# :::
#
# :::{admonition} Exercise 2 — Learning through padding
# :class: exercise
# Pad the three strings to length 64 and train for 60 epochs, batch size 2, once without
# and once with a mask. Compare the losses with that of always saying 1/3.
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 2", "code_prompt_hide": "Hide solution 2"}
long = padded(texts, 64)
loss = {}
for mask_zero in (False, True):
    keras.utils.set_random_seed(0)
    model = slide_model(mask_zero)
    _ = fit(model, long, labels, epochs=60, batch_size=2)
    loss[mask_zero] = score(probabilities(model, long), labels)[1]

measured("loss without a mask", loss[False], ".3f")
measured("loss with a mask", loss[True], ".3f")

# %% [markdown]
# :::{admonition} Answer to exercise 2
# :class: dropdown
# Without a mask the loss stays at ≈ 0.643, no better than the 0.637 of always saying 1/3.
# With a mask it falls to ≈ 0.006. Data and starting weights are the same; only the mask
# differs.
# :::
#
# :::{admonition} Exercise 3 — Count before you build
# :class: exercise
# How many parameters has Embedding(24) → LSTM(128) → Dense(1) for a vocabulary of 40
# indices? Work it out with the formulas above, then build it and compare.
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 3", "code_prompt_hide": "Hide solution 3"}
by_hand = 40 * 24 + 4 * (24 + 128 + 1) * 128 + (128 + 1)
built = keras.Sequential(
    [
        keras.Input((None,), dtype="int32"),
        keras.layers.Embedding(40, 24),
        keras.layers.LSTM(128),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
print(f"by hand {by_hand:,}, built {built.count_params():,}")

# %% [markdown]
# :::{admonition} Answer to exercise 3
# :class: dropdown
# 960 + 78,336 + 129 = 79,425. Twice as many units need about four times as many
# parameters in the LSTM, since each unit sees all the others; the embedding is small.
# :::
#
# ## Further reading
#
# - {cite:t}`hochreiter1997long` introduced the LSTM; {cite:t}`gers2000learning` added the
#   forget gate, through which the padding erases the state.
# - {cite:t}`zhang2017understanding` show on large image networks what our control
#   shows on three strings: they can fit random labels.
# - {cite:t}`kim2016character` build words from characters with a convolution, and compare
#   with word vectors on languages rich in inflection.
