# %% [markdown]
# # Turn characters into vectors
#
# How do letters become numbers, and what does the lecture's first character model learn
# from three strings?
#
# - **What you'll do:** run the lecture's example line by line, from a string to a
#   prediction, and test each step.
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
from keras.utils import pad_sequences
from sklearn.linear_model import LinearRegression
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
# vector per character, a **character embedding**, and builds every word from these vectors.
# This lesson builds such a model; the next ones test what the slides promise of it.
#
# ## How does a string become numbers?
#
# Here are the slide's three strings; the first has label 1, the others 0.

# %%
texts = ["hello world", "machine learning", "deep learning"]
labels = np.array([1, 0, 0])

tokenizer = Tokenizer(char_level=True)
tokenizer.fit_on_texts(texts)
sequences = tokenizer.texts_to_sequences(texts)

max_vocab_size = len(tokenizer.word_index) + 1
print("Character Index:", tokenizer.word_index)

# %% [markdown]
# This is exactly the slide's dictionary. The most frequent character gets index 1; of two
# equally frequent ones, the one that occurs first gets the smaller index. Index 0 stays free.

# %%
counts = Counter("".join(texts).lower())
by_frequency = sorted(counts, key=counts.get, reverse=True)  # stable: ties keep order
our_index = {character: i for i, character in enumerate(by_frequency, start=1)}

print("same dictionary:", our_index == tokenizer.word_index)
print("characters + padding:", max_vocab_size)

# %% [markdown]
# In a batch all strings need the same length, so we add zeros at the end of the shorter
# ones. This is **padding** ({numref}`fig-character_embeddings-padded`).

# %%
max_sequence_length = max(len(seq) for seq in sequences)
padded_sequences = pad_sequences(sequences, maxlen=max_sequence_length, padding="post")
print(padded_sequences)

# %% tags=["hide-input"] mystnb={"figure": {"caption": "What the network is given: one row per string, one column per position. Each cell shows the character above and its index below; the gray cells are padding. The same character has the same index everywhere: the six framed cells hold an e, and its index is 1.", "name": "fig-character_embeddings-padded"}, "image": {"alt": "A grid of three rows and sixteen columns that spell hello world (label 1), machine learning and deep learning (label 0). The index of each character stands under it: every framed e has index 1. Gray cells with index 0 fill the last five positions of the first row and the last three of the third row."}}
fig, ax = plt.subplots(figsize=(WIDTH, 2.0))
_ = ax.imshow(padded_sequences == 0, cmap="binary", vmax=6, aspect="auto")
for row, sequence in enumerate(padded_sequences):
    for column, index in enumerate(sequence):
        character = tokenizer.index_word.get(index, "").replace(" ", "␣")
        _ = ax.text(column, row - 0.05, character, ha="center", fontsize=13)
        _ = ax.text(column, row + 0.35, index, ha="center", fontsize=9.5)
        if character == "e":
            frame = plt.Rectangle((column - 0.43, row - 0.42), 0.86, 0.84)
            frame.set(fill=False, edgecolor=COLORS[0], linewidth=2)
            _ = ax.add_patch(frame)
ax.set_xticks(np.arange(1, 16) - 0.5, minor=True)
ax.set_yticks(np.arange(1, 3) - 0.5, minor=True)
ax.grid(False)
ax.grid(which="minor", color="0.8", linewidth=1)
ax.tick_params(which="both", length=0)
ax.spines[:].set_visible(False)
ax.set_xticks([0, 5, 10, 15], [1, 6, 11, 16])
ax.set_yticks([0, 1, 2], [f"label {label}" for label in labels])
_ = ax.set_xlabel("position in the string")

# %% [markdown]
# :::{admonition} Since the slides
# :class: note
# `Tokenizer` is no longer part of Keras 3; TensorFlow still ships it under
# `tensorflow.keras`, as deprecated. Its successor is the layer `TextVectorization`, and
# `pad_sequences` has moved to `keras.utils`.
# :::
#
# ## Where does an unseen character go?
#
# We encode a string with *q*, *u* and *z*, which the three strings do not have, and decode
# it again.

# %%
for text in ["hello quiz", "Hello!"]:
    indices = tokenizer.texts_to_sequences([text])[0]
    decoded = "".join(tokenizer.index_word[i] for i in indices)
    print(f"{text!r} becomes {decoded!r}")

# %% [markdown]
# The slide's tokenizer drops unknown characters without a warning: the model reads *hello i*.
# It also turns capitals into small letters. `TextVectorization` has an index for unknown
# characters.

# %%
vectorizer = keras.layers.TextVectorization(standardize=None, split="character")
vectorizer.adapt(texts)
vocabulary = [str(token) for token in vectorizer.get_vocabulary()]
print("vocabulary:", vocabulary)

for text in ["hello quiz", "Hello!"]:
    print(f"{text!r} becomes", "".join(vocabulary[i] for i in vectorizer(text)))

# %% [markdown]
# Now the model sees that something was there, but it cannot tell *q* from *z*: both are
# `[UNK]`, and so is the capital *H*.
#
# ## What is an embedding?
#
# An index is only a name, so we must not feed it to the network as a number: *d* (10) is not
# twice *r* (5). Instead, index $i$ is coded as a **one-hot row**: all zeros except for a single
# 1 at place $i$. A matrix $E$ has one row $E_j$ per character. The product of the two adds up
# all rows of $E$, each multiplied by its entry of the one-hot row, so only row $i$ is left:
#
# $$ \text{onehot}(i)\, E = \sum_j \text{onehot}(i)_j\, E_j = E_i $$
#
# An `Embedding` layer computes this product by looking up the row
# ({numref}`fig-character_embeddings-lookup`). We check it on all three strings.

# %%
embedding_dim = 8
embedding = keras.layers.Embedding(input_dim=max_vocab_size, output_dim=embedding_dim)
looked_up = keras.ops.convert_to_numpy(embedding(padded_sequences))

E = keras.ops.convert_to_numpy(embedding.embeddings)
one_hot = np.eye(max_vocab_size, dtype="float32")[padded_sequences]

print("one-hot", one_hot.shape, "times E", E.shape, "gives", (one_hot @ E).shape)
print("equal to the look-up, every bit:", np.array_equal(one_hot @ E, looked_up))

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The look-up of h. Each row of the matrix E belongs to one character, and is multiplied by the number at its left, an entry of the one-hot row of h. The sum of all rows is the row of h (bottom). The numbers in E are still random: nothing has been trained.", "name": "fig-character_embeddings-lookup"}, "image": {"alt": "A colored grid of sixteen rows, one per character, and eight columns. At the left of each row stands times zero, only at the row of h times one; that row is framed, and stands once more alone below the grid, after an equals sign."}}
h = tokenizer.word_index["h"]
names = ["padding", *(tokenizer.index_word[i].replace(" ", "␣") for i in range(1, 16))]
fig, (above, below) = plt.subplots(2, 1, figsize=(WIDTH, 4.6), height_ratios=[16, 1.3])
limit = np.abs(E).max()
colors = {"cmap": "PuOr", "vmin": -limit, "vmax": limit, "aspect": "auto"}
_ = above.imshow(E, **colors)
above.set_title("E, one row per character")
frame = plt.Rectangle((-0.48, h - 0.5), 7.96, 1, fill=False, linewidth=2.5)
_ = above.add_patch(frame)
for i, name in enumerate(names):
    bold = "bold" if i == h else "normal"
    _ = above.text(-0.65, i, f"{int(i == h)} ×", ha="right", va="center", weight=bold)
    _ = above.text(7.65, i, f"{name} ({i})", ha="left", va="center", fontsize=11, weight=bold)
_ = below.imshow(E[[h]], **colors)
_ = below.text(-0.65, 0, "sum =", ha="right", va="center", weight="bold")
_ = below.text(7.65, 0, "row of h", ha="left", va="center", fontsize=11, weight="bold")
below.set_xlabel("dimension of the vector")
for ax in (above, below):
    ax.grid(False)
    ax.tick_params(length=0)
    ax.set(xticks=[], yticks=[], xlim=(-1.6, 9.6))
    ax.spines[:].set_visible(False)
_ = below.set_xticks(range(8), range(1, 9))

# %% [markdown]
# So an embedding layer is a linear layer without a bias. Its 16 × 8 numbers start at random
# and are trained like any other weights.
#
# ## What is the slide's network?
#
# The vectors go, one character at a time, into an LSTM {cite}`hochreiter1997long`. This is
# a recurrent network: it carries a *state* of 64 numbers along the string. After the last
# position, a sigmoid unit turns the state into the probability of label 1.


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
# - **LSTM:** each of the 64 units has three gates, which decide what to keep, and a candidate for
#   the new state. Each of these four sees the 8 inputs, the 64 states and a bias,
#   4 × (8 + 64 + 1) × 64 = 18,688.
# - **Dense:** 64 weights and a bias, 65.
#
# :::{admonition} Since the slides
# :class: note
# Keras 3 ignores `Embedding(…, input_length=…)`; the shape now comes from `keras.Input`. We
# added the option `mask_zero`, off by default as on the slide.
# :::
#
# ## What does padding do to the LSTM?
#
# To the slide's network, index 0 is a character like any other, with a vector of its own:
# after *hello world* the LSTM reads five more characters. With a *mask* (`mask_zero=True`) it
# skips them and keeps its state.
#
# We take five untrained networks and give each a twin with the same weights and a mask. Without
# a mask, we append five zeros to *hello world*, and divide the shift of the state by the
# distance between the states of *hello world* and *deep learning* without zeros. As controls,
# we append five random letters, and one letter five times.
#
# :::{predict} shift by five zeros / distance to another string
# The slide pads its strings with zeros. How far do five zeros move the state of *hello
# world*, compared with the distance to the other string?
#
# - hardly at all = under 0.1
# - less far than the other string is = 0.1 to 1
# - farther than the other string is = over 1
# :::

# %%
SEEDS = range(5)
lengths = np.arange(16, 65, 8)


def padded(texts, length, padding="post"):
    sequences = tokenizer.texts_to_sequences(texts)
    return pad_sequences(sequences, maxlen=length, padding=padding)


def states(model, indices):
    embedding, lstm, _ = model.layers
    return keras.ops.convert_to_numpy(lstm(embedding(indices)))


HELLO, DEEP = padded(["hello world", "deep learning"], 64)
rng = np.random.default_rng(0)
twins, yardstick = [], []
for seed in SEEDS:
    keras.utils.set_random_seed(seed)
    unmasked, masked = slide_model(), slide_model(mask_zero=True)
    masked.set_weights(unmasked.get_weights())
    hello, deep = states(masked, np.stack([HELLO, DEEP]))
    twins.append((unmasked, masked))
    yardstick.append(np.linalg.norm(hello - deep))

endings = {
    "five zeros": np.zeros((1, 5), int),
    "five random letters": rng.integers(1, max_vocab_size, (50, 5)),
    "one letter five times": np.arange(1, max_vocab_size)[:, None].repeat(5, axis=1),
}
for what, ending in endings.items():
    rows = np.hstack([np.tile(HELLO[:11], (len(ending), 1)), ending])
    moves = [states(net, rows) - states(net, HELLO[None, :11]) for net, _ in twins]
    shifts = np.linalg.norm(moves, axis=2).mean(axis=1) / yardstick
    measured(f"shift by {what} / distance to another string", shifts, ".2f")

# %% [markdown]
# Five zeros move the state about twice as far (≈ 1.94) as the other string is away. One
# letter five times moves it nearly as far (≈ 1.51), and five random letters ≈ 0.85. So the network
# reads zeros like text. What happens with more zeros? We append them, or the same random
# letters, to both strings, and measure the distance between the two states.

# %%
left = {}
pair = np.stack([HELLO, DEEP])
for what, tail in (("zeros", 0), ("letters", rng.integers(1, max_vocab_size, 64))):
    rows = np.where(pair > 0, pair, tail)
    ends = np.array([[states(net, rows[:, :n]) for n in lengths] for net, _ in twins])
    apart = np.linalg.norm(ends[:, :, 0] - ends[:, :, 1], axis=2)  # networks × lengths
    left[what] = apart / np.array(yardstick)[:, None]
    measured(f"{what}: distance left at length 32", left[what][:, lengths == 32])

unchanged = [np.array_equal(states(net, pair[:, :16]), states(net, pair)) for _, net in twins]
print("with a mask, the same state at length 16 and at 64, every bit:", all(unchanged))

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Two strings grow by the same characters, by zeros or by letters. Plotted is the distance between their LSTM states, as a share of the distance between the strings alone, for five untrained networks. With a mask, zeros change nothing. Without one, the network forgets the beginning, and it does so with letters, too.", "name": "fig-character_embeddings-padding"}, "image": {"alt": "A line chart with a logarithmic vertical axis over lengths from 16 to 64. Zeros with a mask: a flat line at 1. Zeros without a mask and letters: two bundles of five lines that overlap and fall steadily. At length 32 about 0.03 and about 0.02 of the distance is left, at length 64 almost nothing."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3.3))
_ = ax.plot(lengths, np.ones(len(lengths)), color=COLORS[0])
_ = ax.plot(lengths, left["zeros"].T, color=COLORS[1], linewidth=1.2)
_ = ax.plot(lengths, left["letters"].T, color=COLORS[2], linewidth=1.2, linestyle="--")
_ = ax.text(40, 1.35, "zeros, with mask", color=COLORS[0], va="bottom", weight="bold")
_ = ax.text(41, 0.025, "zeros, without mask", color=COLORS[1], va="bottom", weight="bold")
_ = ax.text(31, 1.2e-3, "letters", ha="right", color=COLORS[2], va="bottom", weight="bold")
ax.set(yscale="log", ylim=(1e-5, 4), xlim=(14, 65))
ax.set_xlabel("length (positions)")
_ = ax.set_ylabel("distance left (share)")

# %% [markdown]
# At every zero, as at every letter, the untrained network forgets a part of what came before
# ({numref}`fig-character_embeddings-padding`): at length 32 only ≈ 0.031 of the distance
# is left, with letters ≈ 0.0223. So use `mask_zero=True` whenever you pad at the end.
# Otherwise training has to teach the network to remember (exercise 2).
#
# ## What does a score on three training strings show?
#
# Now we train five networks as on the slide: ten epochs, two strings per batch, no mask.
#
# :::{predict} the slide's model, 10 epochs | accuracy
# The network has 18,881 parameters, and three strings to learn. What share of these three
# strings does it label right after ten epochs?
#
# - less than half of them = under 50%
# - about two thirds of them = 50% to 90%
# - all of them = over 90%
# :::


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
# which is right for two strings in three. The loss, ≈ 0.609, is a little below that of
# always saying 1/3, the share of label 1. Always compare a score with that of a rule that
# ignores the input.
#
# Are ten epochs too few? We train for 200, all three strings in a batch, with our own `fit`,
# which does the same as Keras's in less time. As a control, we give the label 1 to *another*
# string. If a network learns that, too, then its score does not show that the labels fit the
# text.

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
    accuracy = [score(probabilities(m, padded_sequences), y)[0] for m in memorized[one]]
    measured(f"accuracy, label 1 on {one}", accuracy, ".1%")

# %% [markdown]
# All labelings reach ≈ 100.0%. The network memorizes each of the three, as large networks do
# with random labels on a million images {cite}`zhang2017understanding`.
#
# What *did* it memorize? Three strings allow many rules: *has a w*, *starts with h*,
# *is short*. So we give 4,000 strings of 11 random characters to the networks that learned
# the slide's labels. The **logit** is the number that the sigmoid turns into the probability.
# How much of its variance does the character at one position explain? This is the $R^2$ of a
# linear regression on one-hot rows. Then we replace the ends of the strings by zeros, and
# count how often the answer is 1.

# %%
readers = memorized["hello world"]
strings = np.zeros((4_000, 16), int)
strings[:, :11] = rng.integers(1, max_vocab_size, (4_000, 11))


def logits(model, indices):
    p = probabilities(model, indices)
    return np.log(p / (1 - p))


def share_explained(characters, logit):
    one_hot = np.eye(max_vocab_size)[characters]
    return LinearRegression().fit(one_hot, logit).score(one_hot, logit)


places = np.arange(1, 12)
explained, ones = [], []
for model in readers:
    logit = logits(model, strings)
    explained.append([share_explained(strings[:, k - 1], logit) for k in places])
    shortened = [np.where(np.arange(16) < n, strings, 0) for n in places]
    ones.append([np.mean(logits(model, rows) > 0) for rows in shortened])
explained, ones = np.array(explained), np.array(ones)

# %% tags=["hide-input"]
measured("variance explained by the first character", explained[:, 0], ".1%")
measured("variance explained by the first three", explained[:, :3].sum(axis=1), ".1%")
measured("answers 1 to strings of 2 characters", ones[:, 1], ".1%")
measured("answers 1 to strings of 11 characters", ones[:, 10], ".1%")

# %% tags=["hide-input"] mystnb={"figure": {"caption": "What three networks memorized, tested with random strings (one line and marker per network). Left: the share of the logit's variance that the character at each position explains; positions after the third explain little. Right: the share of strings that get the answer 1, by length; strings of one or two characters nearly always get it.", "name": "fig-character_embeddings-probes"}, "image": {"alt": "Two line charts of three lines each. Left: the lines nearly coincide; the share falls from about 0.45 at position 1 to about 0.14 at position 2, and is nearly 0 from position 5 on. Right: the share falls from 1 at length 1 to about 47% on average at length 11, and the lines part."}}
fig, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.0), sharey=True)
for ax, shares in zip(axes, (explained, ones), strict=True):
    for marker, color, share in zip("os^", COLORS, shares, strict=False):
        _ = ax.plot(places, share, marker + "-", color=color, markersize=5, clip_on=False)
    ax.set(xticks=places[::2], ylim=(0, 1))
_ = axes[0].set(title="variance explained", xlabel="position of the character")
_ = axes[1].set(title="answers 1", xlabel="length of the string")

# %% [markdown]
# All three networks look at the beginning ({numref}`fig-character_embeddings-probes`): the
# first character alone explains ≈ 45.1% of the variance, the first three ≈ 68.2%. They also
# answer 1 more often to shorter random strings. Which decides for real ones? We take the first
# five letters of *hello world* or of *machine learning*, alone or with *learning* after them.

# %% tags=["hide-input"]
crossed = {}
for start in ("hello", "machi"):
    for size, rest in (("5 characters", ""), ("14 characters", " learning")):
        p = [probabilities(m, padded([start + rest], 16))[0] for m in readers]
        crossed.setdefault(f"{start} …", {})[size] = Measured(p, ".3f")
MeasuredTable(crossed, corner="probability of label 1")

# %% [markdown]
# The beginning decides: *hello* has probability ≈ 0.999 alone and ≈ 0.999 with *learning*, *machi*
# ≈ 0.000 and ≈ 0.000. The score shows nothing of this. To find out whether a model has learned
# something about language, you need many strings that it has not seen.
#
# ## Which promises hold?
#
# | The slides say | Verdict | Measured here |
# |---|---|---|
# | the embedding layer “converts characters into dense vectors” | **true** | the look-up equals one-hot row times matrix, every bit |
# | the example trains and evaluates a character model | **it runs, but its score shows nothing** | accuracy ≈ 66.7%, as always answering 0; trained longer, it learns other labels, too |
#
# :::{admonition} Takeaways
# :class: tip
# - An embedding look-up *is* a one-hot row times a matrix. Here the matrix has 128 of the
#   model's 18,881 parameters.
# - The slide's `Tokenizer` drops unseen characters; `TextVectorization` gives them the
#   index of `[UNK]`.
# - Without a mask the untrained LSTM reads the padding like text, and forgets: at length 32 only
#   ≈ 0.031 of the distance between two strings is left. With a mask, all of it is left.
# - Trained longer, the slide's network memorized each of three labelings, the slide's by the
#   first characters. Three training strings only show that the code runs.
# :::
#
# ## Exercises
#
# :::{admonition} Exercise 1 — Zeros in front
# :class: exercise
# By default, `pad_sequences` pads in front. Predict first: without a mask, how much of the
# distance between *hello world* and *deep learning* is left at length 64 if the zeros come
# *before* the string? Then measure it. (To check: with a mask, all of it.)
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 1", "code_prompt_hide": "Hide solution 1"}
front = padded(["hello world", "deep learning"], 64, padding="pre")
apart = [np.linalg.norm(np.subtract(*states(net, front))) for net, _ in twins]
measured("zeros in front: distance left at length 64", np.divide(apart, yardstick), ".3f")

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
# and once with a mask. Compare the losses of three seeds with 0.637, that of always saying 1/3.
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 2", "code_prompt_hide": "Hide solution 2"}
long = padded(texts, 64)
for name, mask_zero in [("without a mask", False), ("with a mask", True)]:
    losses = []
    for seed in SEEDS[:3]:
        keras.utils.set_random_seed(seed)
        model = slide_model(mask_zero)
        _ = fit(model, long, labels, epochs=60, batch_size=2)
        losses.append(score(probabilities(model, long), labels)[1])
    measured(f"loss {name}", losses, ".3f")

# %% [markdown]
# :::{admonition} Answer to exercise 2
# :class: dropdown
# Without a mask the loss stays at ≈ 0.639, no better than always saying 1/3. With a mask it
# falls to ≈ 0.007. Only the mask differs.
# :::
#
# :::{admonition} Exercise 3 — Count before you build
# :class: exercise
# How many parameters has Embedding(24) → LSTM(128) → Dense(1) for a vocabulary of 40
# indices? Work it out with the formulas above, then build it to check.
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
# parameters in the LSTM, since each unit sees all the others.
# :::
#
# ## Further reading
#
# - {cite:t}`hochreiter1997long` introduced the LSTM; {cite:t}`gers2000learning` added the
#   forget gate, through which the state is erased.
# - {cite:t}`zhang2017understanding` show that large image networks can fit random labels, too.
# - {cite:t}`kim2016character` build words from characters with a convolution.
