# %% [markdown]
# # Squeeze a word, and correct it
#
# An autoencoder writes a word as a few numbers, and rebuilds it from them. How many numbers does
# a word need, and what do they keep? And does such a network learn to spell, if it gets misspelled
# words and the right ones as targets?
#
# - **What you'll do**: squeeze Finnish words with PCA and with autoencoders, count bits, and probe
#   the codings. Then train an autoencoder to correct English misspellings, and count what it does
#   to words that were right.
# - **What you'll learn**: what the loss does to the codings, how codings and counting can be
#   compared in bits, and how the split of the data changes a score.
# - **What you'll need**: [the lesson on undercomplete
#   autoencoders](undercomplete_autoencoders.ipynb) and [the one on unseen
#   words](words_from_pieces.ipynb).
#
# *Slides covered: “Autoencoders” (remarks), “Introduction to Character Embeddings” (misspellings).*

# %%
import random

from lecture6_utils.reproducibility import make_reproducible

make_reproducible("word_autoencoders")

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers
from rapidfuzz import process
from rapidfuzz.distance import OSA, Levenshtein, Prefix
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from lecture6_utils.cases import lemma_difference, load_cases
from lecture6_utils.characters import encode
from lecture6_utils.live_figures import live_squeeze
from lecture6_utils.measurement import Measured, MeasuredTable, difference, measured
from lecture6_utils.plotting import COLORS, WIDTH, set_style
from lecture6_utils.spelling import channel_costs, learn_channel, learn_vectors, load_misspellings
from lecture6_utils.training import fit
from lecture6_utils.words import load_words

set_style()
SEEDS = range(42, 45)

# %% [markdown]
# ## How does a word fit through a few numbers?
#
# We take the Finnish nouns and adjectives of [the lesson on character
# models](character_models.ipynb), split by lemma: no form of a test lemma is in training. A word
# of up to 16 letters is a row of 16 numbers, one for each letter, with 0 after its end. As
# **one-hots**, each place has a 1 for its letter, and 0 for all other letters.

# %%
LENGTH = 16
task = load_cases()
FINNISH = task.characters
N = len(FINNISH) + 2  # 0 stands for no letter, 1 for an unknown one


def short(part):
    return part[[i for i, word in enumerate(part.words) if len(word) <= LENGTH]]


train, valid, test = short(task.train), short(task.valid)[:3_000], short(task.test)[:3_000]
x_train, x_valid, x_test = (encode(p.words, FINNISH, LENGTH) for p in (train, valid, test))


def one_hots(x, n_symbols=N):
    return np.eye(n_symbols, dtype="float32")[x].reshape(len(x), -1)


print(f"{len(train):,} training, {len(valid):,} validation, {len(test):,} test words")
print(test.words[0], "→", *x_test[0], f"→ {one_hots(x_test).shape[1]} zeros and ones")

# %% [markdown]
# An autoencoder without hidden layers has an encoder that is linear in the one-hots (an
# `Embedding` multiplies each by a matrix), and a linear decoder. PCA is linear, too. The two differ
# in the **loss**. No linear encoder and decoder rebuild the zeros and ones with a smaller squared
# error than PCA. The network gives each place a softmax over the letters, and makes the
# **cross-entropy** small: it gives the right letter a high probability. A second network has a
# hidden layer in the encoder and another one in the decoder.


# %%
def hidden_layer(units):
    return [layers.Dense(units, activation="relu")] if units else []


def build(n_symbols, size, hidden=0):
    """An encoder to `size` codings, and a decoder to logits (places, symbols).

    `hidden` is how many units a hidden layer of either has (0: none).
    """
    encoder = keras.Sequential(
        [
            keras.Input((LENGTH,), dtype="int32"),
            layers.Embedding(n_symbols, n_symbols),  # as many numbers as letters: no limit
            layers.Flatten(),
            *hidden_layer(hidden),
            layers.Dense(size),
        ]
    )
    decoder = keras.Sequential(
        [
            keras.Input((size,)),
            *hidden_layer(hidden),
            layers.Dense(LENGTH * n_symbols),
            layers.Reshape((LENGTH, n_symbols)),
        ]
    )
    return keras.Sequential([encoder, decoder])


loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
keras.utils.set_random_seed(0)
net = build(N, size=32)
net.compile(loss=loss, optimizer=keras.optimizers.Adam(5e-3))
history = net.fit(x_train, x_train, batch_size=128, verbose=0)
measured("one epoch of Keras's fit: cross-entropy", history.history["loss"][0], ".2f")

# %% [markdown]
# That was one epoch, with Keras's own `fit`. From here on we use ours, which does the same in
# less time. The learning rate falls to 0 by the end of training. Learning rate and hidden units
# were chosen on validation words (in trials that are not shown, equally many for both networks).
# Both then train for ten epochs.


# %%
def train_net(net, x, y, epochs=10, batch_size=128, learning_rate=2e-2):
    steps = -(-len(x) // batch_size) * epochs  # the last batch may be smaller
    rate = keras.optimizers.schedules.CosineDecay(learning_rate, decay_steps=steps)
    net.compile(loss=loss, optimizer=keras.optimizers.Adam(rate))
    return fit(net, x, y, epochs=epochs, batch_size=batch_size)


def linear_decoder(size):
    outputs = layers.Dense(LENGTH * N), layers.Reshape((LENGTH, N))
    return keras.Sequential([keras.Input((size,)), *outputs])


def squeeze(size, hidden, seed):
    keras.utils.set_random_seed(seed)
    net = build(N, size, hidden)
    train_net(net, x_train, x_train)
    return net


def logits_of(net, x):
    return net.predict(x, batch_size=3_000, verbose=0)


SIZES = (8, 16, 32)
pca = PCA(max(SIZES), svd_solver="covariance_eigh").fit(one_hots(x_train))


def through_pca(codings):
    components = pca.components_[: codings.shape[1]]
    return (codings @ components + pca.mean_).reshape(-1, LENGTH, N)


def pca_codings(x, size):
    return pca.transform(one_hots(x))[:, :size]


# %% [markdown]
# ## How many numbers does a word need?
#
# A word is rebuilt **exactly** if all 16 places are right. We take the most probable letter of
# each place, and for PCA the largest value.
#
# :::{predict} exact match | linear network | 32
# :slider: 0 to 100 by 1%
# With 32 numbers, PCA rebuilds a few in a hundred words of unseen lemmas exactly. What
# share does a network rebuild that is linear, too, and has another loss?
# :::

# %%
HIDDEN = {"linear network": 0, "with hidden layers": 64}
nets = {  # (arm, size) → a network for each seed
    (name, size): [squeeze(size, hidden, seed) for seed in SEEDS]
    for name, hidden in HIDDEN.items()
    for size in SIZES
}
ARMS = ["PCA", *HIDDEN]


def rebuilt_exactly(name, size, x):
    """Which words come back, for each seed."""
    if name == "PCA":
        found = [through_pca(pca_codings(x, size))]
    else:
        found = [logits_of(net, x) for net in nets[name, size]]
    return np.array([(scores.argmax(axis=2) == x).all(axis=1) for scores in found])


exact = {(name, size): rebuilt_exactly(name, size, x_test) for name in ARMS for size in SIZES}
MeasuredTable(
    {
        name: {
            **{f"{size}": Measured(exact[name, size].mean(axis=1), ".1%") for size in SIZES},
            "32, training words": Measured(
                rebuilt_exactly(name, 32, x_train[:3_000]).mean(axis=1), ".1%"
            ),
        }
        for name in ARMS
    },
    corner="exact match",
)

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Words of unseen lemmas that are rebuilt exactly, against the number of codings. Linear network and PCA are both linear, and have different losses.", "name": "fig-squeeze-sizes"}, "image": {"alt": "A line chart over 8, 16 and 32 codings. With 8 codings all lines are near 0%. With 32 codings PCA is at about 3.2%, the linear network at about 74.2%, the network with hidden layers at about 63.6%."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3.4))
for name, color, marker in zip(ARMS, COLORS, "os^"):
    shares = [100 * exact[name, size].mean() for size in SIZES]
    _ = ax.plot(SIZES, shares, color=color, marker=marker, markersize=7)
    _ = ax.annotate(
        name, (SIZES[-1], shares[-1]), (10, -4), textcoords="offset points", color=color
    )
ax.set_xscale("log", base=2)
ax.set_xlim(7, 70)
ax.set_xticks(SIZES, SIZES)
ax.set_xlabel("codings")
_ = ax.set_ylabel("rebuilt exactly (%)")

# %%
for one, other, size in [
    ("linear network", "PCA", 32),
    ("with hidden layers", "linear network", 32),
    ("with hidden layers", "linear network", 8),
]:
    pair = exact[one, size], exact[other, size]
    _ = lemma_difference(f"exact match, {size} codings: {one} − {other}", *pair, test.lemmas)

# %% [markdown]
# - **The loss makes the difference.** With 32 numbers PCA rebuilds ≈ 3.2% of the words exactly,
#   and the linear network ≈ 74.2%. The 95% interval of the difference begins at ≈ 66.4 points.
#   More training would not help PCA: it *is* the best linear autoencoder for its own loss.
# - **Hidden layers do not help here.** With 32 codings the difference from the linear network is
#   ≈ −10.5 points. With 8 codings, where hardly any word comes back, it is ≈ 0.4 points.
# - **The networks overfit.** With 32 codings the linear network rebuilds ≈ 90.0% of 3,000 training
#   words.
#
# In {numref}`fig-squeeze-live` the linear network with 16 codings runs in the page. Type a word,
# move one of its codings, and see which letters change.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "A live figure: type a Finnish word. The linear network squeezes it into 16 codings, and rebuilds each letter with a probability. Move a coding to see what it does.", "name": "fig-squeeze-live"}, "image": {"alt": "Two bar charts. Above are the 16 codings of a Finnish word, some above and some below zero. Below is a bar for each of 16 places, as long as the probability of its most probable letter."}}
live_squeeze(
    *nets["linear network", 16][0].layers,
    FINNISH,
    train.words,
    examples=["talossa", "kaupungeissa", "kirjoja", "vanhempien"],
)

# %% [markdown]
# ## And how many bits?
#
# A real number could hold any amount of information. So we ask for **bits**: the length of a
# message from which the word can be rebuilt without any error. A code can write what has the
# probability $P$ in $-\log_2 P$ bits. An **n-gram model** gives a $P$ for each letter and the end
# of the word, given the letters before. With an autoencoder, we send two parts:
#
# 1. the codings, each **rounded** to a multiple of a step (in standard deviations). A frequent
#    value takes few bits: $-\log_2$ of its share among the training words;
# 2. what the decoder does not know after that: $-\log_2 P$ of each letter, by its softmax.
#
# Large steps make the first part short and the second part long. A decoder that was trained on
# exact codings may be too sure of its letters when they are rounded, and PCA's has no softmax. So
# we train a new linear decoder on the rounded codings, the same for both.
#
# There are two ways without any coding. **Letter frequencies** at each place know nothing of the
# word. The **n-gram model** counts what followed the last letters, and mixes all lengths of
# context:
#
# $$P(c \mid h) = \frac{n(hc) + \theta\, S(h)\, P(c \mid h')}{n(h) + \theta\, S(h)}.$$
#
# Here $n(h)$ is how often the context $h$ was seen, $S(h)$ how many different letters followed it,
# and $h'$ is $h$ without its first letter. A large $\theta$ trusts $h'$ more. The longest context
# and $\theta$ are chosen on validation words.


# %%
def learn_ngrams(x, n_symbols, order, theta):
    """P of each symbol after the last order − 1 ones, as one table; x: letter numbers, 0 at the end."""
    places = np.arange(x.shape[1]) <= (x > 0).sum(axis=1)[:, None]  # the end is predicted, too
    padded = np.pad(x, ((0, 0), (order - 1, 0))).astype(np.int64)
    probability = np.full(n_symbols, 1 / n_symbols, "float32")
    key = np.zeros(places.sum(), np.int64)
    for k in range(order):
        letter = padded[:, order - 1 - k : padded.shape[1] - k][places]
        key = key + letter * n_symbols**k
        n = np.bincount(key, minlength=n_symbols ** (k + 1)).astype("float32")
        n = n.reshape([n_symbols] * (k + 1))
        given = theta * np.count_nonzero(n, axis=-1, keepdims=True).astype("float32")
        total = n.sum(axis=-1, keepdims=True) + given
        mixed = (n + given * probability) / np.maximum(total, 1)
        probability = np.where(total > 0, mixed, probability)
    return probability


def ngram_bits(probability, x):
    """The bits of each word; x has any number of axes, the last one is places."""
    order, places = probability.ndim, x.shape[-1]
    padded = np.pad(x, [(0, 0)] * (x.ndim - 1) + [(order - 1, 0)])
    last = tuple(padded[..., k : k + places] for k in range(order))
    counted = np.arange(places) <= (x > 0).sum(axis=-1)[..., None]
    return np.where(counted, -np.log2(probability[last]), 0).sum(axis=-1)


def tune_ngrams(x, x_valid, n_symbols):
    tables = (learn_ngrams(x, n_symbols, order, theta) for order in (4, 5) for theta in (1, 3))
    return min(tables, key=lambda table: ngram_bits(table, x_valid).mean())


def log2_softmax(logits):
    logits = logits - logits.max(axis=-1, keepdims=True)
    return (logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))) / np.log(2)


def letter_bits(logits, x):
    counted = np.arange(LENGTH) <= (x > 0).sum(axis=1)[:, None]
    right = np.take_along_axis(log2_softmax(logits), x[..., None], axis=2)[..., 0]
    return np.where(counted, -right, 0).sum(axis=1)


def round_codings(z_train, z, step):
    """The codings as multiples of a step (in standard deviations), and their bits for each word."""
    width = step * z_train.std(axis=0)
    known, q = np.rint(z_train / width).astype(int), np.rint(z / width).astype(int)
    low, high = known.min(axis=0), known.max(axis=0)
    q, bits = np.clip(q, low, high), np.zeros(len(z))
    for j in range(q.shape[1]):
        counts = 1 + np.bincount(known[:, j] - low[j], minlength=high[j] - low[j] + 1)
        bits += -np.log2(counts / counts.sum())[q[:, j] - low[j]]
    return q * width, bits


def two_parts(squeeze_words, step, x):
    """The bits of the codings and of the letters, for each word of x."""
    z_train = squeeze_words(x_train)
    scale = z_train.std(axis=0)
    rounded, _ = round_codings(z_train, z_train, step)
    codings, bits = round_codings(z_train, squeeze_words(x), step)
    keras.utils.set_random_seed(SEEDS[0])
    decoder = linear_decoder(rounded.shape[1])
    train_net(decoder, (rounded / scale).astype("float32"), x_train, epochs=5, learning_rate=1e-2)
    return np.array([bits, letter_bits(logits_of(decoder, (codings / scale).astype("float32")), x)])


def place_frequencies(x):
    """log P of each letter at each place, whatever the word."""
    counts = np.stack([1 + np.bincount(letters, minlength=N) for letters in x.T])
    return np.log(counts / counts.sum(axis=1, keepdims=True))


# %%
STEPS = (0.5, 1, 2, 3)
encoders = {
    "PCA": lambda x: pca_codings(x, 16),
    "linear network": lambda x: nets["linear network", 16][0].layers[0](x).numpy(),
}
bits = {
    name: np.array([two_parts(squeeze_words, step, x_test) for step in STEPS])
    for name, squeeze_words in encoders.items()
}
MeasuredTable(
    {
        name: {
            f"step {s}": Measured(b, ".1f") for s, b in zip(STEPS, found.sum(axis=1).mean(axis=1))
        }
        for name, found in bits.items()
    },
    corner="bits per word, 16 codings",
)

# %%
frequencies = np.broadcast_to(place_frequencies(x_train), (len(x_test), LENGTH, N))
without = letter_bits(frequencies, x_test)
finnish_ngrams = tune_ngrams(x_train, x_valid, N)
counted = ngram_bits(finnish_ngrams, x_test)
measured("bits per word: letter frequencies", without.mean(), ".1f")
measured("bits per word: n-gram model", counted.mean(), ".1f")


def over_lemmas(values):
    """A value for each lemma, whose mean is that of the words."""
    index = np.unique(test.lemmas, return_inverse=True)[1]
    return np.bincount(index, values) * (index.max() + 1) / len(index)


for name, found in bits.items():
    for other, needed in {"letter frequencies": without, "n-gram model": counted}.items():
        gap = over_lemmas(found[-1].sum(axis=0) - needed)
        difference(f"bits per word, step 3: {name} − {other}", gap, spec="+.1f", over="lemmas")

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Bits for the 16 codings against bits for the letters that the decoder does not know; each dot is a step, from 3 (left) to 0.5 (right). Lower left is better. On a dotted line the sum is the same: that of the letter frequencies, and that of the n-gram model.", "name": "fig-squeeze-bits"}, "image": {"alt": "Two falling curves of four dots each. They start close to the line of the letter frequencies. With more bits for the codings they go away from it. All dots lie above both dotted lines, whose sums are about 43.3 and about 29.1."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3.6))
for (name, found), color, marker in zip(bits.items(), COLORS, "os"):
    codings, letters = found.mean(axis=2).T
    _ = ax.plot(codings, letters, color=color, marker=marker, markersize=7)
    _ = ax.annotate(
        name, (codings[0], letters[0]), (8, -3), textcoords="offset points", color=color
    )
for needed in (without.mean(), counted.mean()):
    _ = ax.plot([0, needed], [needed, 0], color="0.5", linestyle=":", linewidth=1.5)
note = {"textcoords": "offset points", "color": "0.35"}
_ = ax.annotate("letter frequencies", (0, without.mean()), (4, 4), **note)
middle = counted.mean() / 2, counted.mean() / 2
_ = ax.annotate("n-gram\nmodel", middle, (-6, -4), ha="right", va="top", **note)
ax.set_xlim(0, 70)
ax.set_ylim(0, 50)
ax.set_xlabel("bits for the codings")
_ = ax.set_ylabel("bits for the letters")

# %% [markdown]
# {numref}`fig-squeeze-bits` shows the bits for a word of an unseen lemma. The n-gram model needs
# ≈ 29.1 bits. Letter frequencies need ≈ 43.3, and even with the largest step the linear network
# needs ≈ 45.6. Compared with the n-gram model, this is ≈ 16.5 bits more, and the interval (over
# lemmas) excludes 0. So, with these 16 codings and these steps, **codings save nothing**: each bit
# that they take saves less than one bit of the letters. We did not test why. We count the bits of
# each coding alone, though codings may depend on each other, and the encoder was not trained to be
# rounded. [The lesson on variational autoencoders](variational_autoencoders.ipynb) has both parts
# in its loss.
#
# ## What do the codings keep?
#
# A **probe** is a linear classifier that reads a property from the codings, here by linear
# discriminant analysis. It learns from the validation words, and is tested on the test words. We
# ask for the case and number of the word (the “case” below), for its last letter, and for its
# first.
#
# Some labels are frequent, so the score is **balanced accuracy**: the mean over labels of the share
# that is found. A probe may learn by heart, and random labels can only be learned so. So we add
# **control labels**, after an idea of {cite:t}`hewitt2019`: each ending (the last three letters)
# gets a random case as its label, in three draws. The score of the true cases minus that of the
# control labels is the **selectivity**. All codings have 32 numbers, the one-hots 480.


# %%
rng = np.random.default_rng(0)
both = np.array([*valid.words, *test.words])
learns = np.arange(len(both)) < len(valid)
cases = np.concatenate([valid.y, test.y])
endings = np.unique([word[-3:] for word in both], return_inverse=True)[1]
n_cases = cases.max() + 1
print(f"{n_cases} cases: a guess is right in {1 / n_cases:.1%}")
LABELS = {  # the control labels three times
    "case": [cases],
    "control: case by ending": [
        rng.permutation(endings.max() + 1)[endings] % n_cases for _ in range(3)
    ],
    "last letter": [np.array([word[-1] for word in both])],
    "first letter": [np.array([word[0] for word in both])],
}


def probe(vectors, labels):
    """A value for each test word, whose mean is the balanced accuracy."""
    n = len(np.unique(labels[learns]))
    classifier = LinearDiscriminantAnalysis(priors=np.full(n, 1 / n))
    classifier.fit(vectors[learns], labels[learns])
    right = classifier.predict(vectors[~learns]) == labels[~learns]
    _, index, counts = np.unique(labels[~learns], return_inverse=True, return_counts=True)
    return right * (len(right) / len(counts) / counts)[index]


def read_off(vectors, draws):
    return np.mean([probe(vectors, labels) for labels in draws], axis=0)


x_both = np.concatenate([x_valid, x_test])
some_noise = rng.normal(0, 1e-3, (len(x_both), LENGTH * N))  # no column may be constant
vectors = {"one-hots": [one_hots(x_both) + some_noise]}
vectors["PCA"] = [pca_codings(x_both, 32)]
for name in HIDDEN:
    vectors[name] = [net.layers[0].predict(x_both, verbose=0) for net in nets[name, 32]]
keras.utils.set_random_seed(0)
vectors["untrained linear network"] = [build(N, 32).layers[0].predict(x_both, verbose=0)]
read = {
    name: {what: np.array([read_off(v, draws) for v in found]) for what, draws in LABELS.items()}
    for name, found in vectors.items()
}
MeasuredTable(
    {
        name: {what: Measured(right.mean(axis=1), ".1%") for what, right in row.items()}
        for name, row in read.items()
    },
    corner="read by a probe",
)

# %%
for what in ("case", "last letter"):
    pair = read["linear network"][what], read["PCA"][what]
    _ = lemma_difference(f"{what}: linear network − PCA", *pair, test.lemmas)
gap = [
    read[name]["case"] - read[name]["control: case by ending"] for name in ("linear network", "PCA")
]
selective = [over_lemmas(100 * one.mean(axis=0)) for one in gap]
difference("selectivity: linear network − PCA, in points", *selective, spec="+.1f", over="lemmas")

# %% [markdown]
# - **A linear probe reads a little of the case.** The score is ≈ 20.5% from the linear network's
#   codings, and ≈ 11.9% for the control labels. An untrained network reaches ≈ 16.0% (one seed;
#   whether training helps was not tested). A lead over
#   PCA is not shown: it is ≈ 4.8 points here, with an interval above 0, but with [other
#   seeds](how_sure.md) it is gone. Nor is a difference of the selectivities shown.
# - **An ending has no fixed place**, so a linear probe hardly finds it. Even from all 480 one-hots
#   the score is only ≈ 38.0%. Exercise 2 moves the ending to a fixed place.
# - **The first letter has a fixed place.** Its score is ≈ 84.1% from the network's codings, and
#   ≈ 37.8% from PCA's.
#
# ## Can such a network correct words?
#
# A **denoising autoencoder** {cite}`vincent2010` gets a damaged input, and its target is the
# undamaged one. Ours is linear, with 128 codings (in a trial that is not shown, a hidden layer did
# not help). Our damage is real: the misspellings
# of [the lesson on unseen words](words_from_pieces.ipynb), each with the word that was meant. Both
# have at most 16 letters. Words with the same first four letters are a family. An eighth of the
# families is for the test, another eighth for validation. {cite:t}`draszawka2017` study such
# networks on misspellings, too.
#
# We also train on the correct words of our English tables, each paired with itself, but on none of
# the families held out. Correct words of the test families serve to measure **harm**:
# how often a model changes a word that was right.

# %%
ENGLISH = "abcdefghijklmnopqrstuvwxyz"
N_ENGLISH = len(ENGLISH) + 2
misspellings = load_misspellings()


def short_pairs(pairs):
    return [pair for pair in pairs if max(map(len, pair)) <= LENGTH]


pairs = {part: short_pairs(getattr(misspellings, part)) for part in ("train", "valid", "test")}
vocabulary = [word for word in misspellings.words if len(word) <= LENGTH]
held = {part: {word[:4] for _, word in pairs[part]} for part in ("valid", "test")}
dictionary = set(vocabulary)
for row in load_words("english_inflections"):
    dictionary |= {row.word, row.lemma}
for row in load_words("english_derivations"):
    dictionary |= {row.word, row.base}
dictionary = sorted(word for word in dictionary if len(word) <= LENGTH)
random.Random(0).shuffle(dictionary)
right_words = {
    name: [word for word in dictionary if word[:4] in families][:600]
    for name, families in held.items()
}
known_words = [word for word in dictionary if word[:4] not in held["valid"] | held["test"]]


def english(words):
    return encode(words, ENGLISH, LENGTH)


typed = {part: [typo for typo, _ in pairs[part]] for part in held}
meant = {part: [word for _, word in pairs[part]] for part in held}
print(f"{len(pairs['train']):,} misspellings and {len(known_words):,} correct words to learn from")
for name in held:
    print(f"{name}: {len(typed[name]):,} misspellings, {len(right_words[name]):,} correct words")


# %%
def learn_to_spell(pairs, seed):
    keras.utils.set_random_seed(seed)
    net = build(N_ENGLISH, size=128)
    x, y = (english(side) for side in zip(*pairs))
    train_net(net, x, y, epochs=3, batch_size=256, learning_rate=1e-2)
    return net


def same(words):
    return [(word, word) for word in words]


spellers = [learn_to_spell(pairs["train"] + same(known_words), seed) for seed in SEEDS]

# %% [markdown]
# The network can be asked in two ways. **Free**, it writes the most probable letter of each
# place. **In the vocabulary** (all words that were meant), we take the word to
# whose letters it gives the largest probability: the sum of $\log P$ over the places. The
# vocabulary has the test words, too, but no model was trained on their misspellings.


# %%
vocabulary_one_hots = one_hots(english(vocabulary), N_ENGLISH)


def write(net, words):
    """What the network writes for each word, and the log-probability of that and of the word itself."""
    x = english(words)
    logs = log2_softmax(logits_of(net, x))
    written = logs.argmax(axis=2)
    return (
        written,
        logs.max(axis=2).sum(axis=1),
        np.take_along_axis(logs, x[..., None], 2).sum((1, 2)),
    )


def choose(net, words):
    logs = log2_softmax(logits_of(net, english(words))).reshape(len(words), -1)
    return np.array(vocabulary)[(logs @ vocabulary_one_hots.T).argmax(axis=1)]


# %% [markdown]
# The rivals get the same data, or a part of it:
#
# - **Edit distance** takes the nearest word of the vocabulary; it learns nothing.
# - The **contrastive network** of [the lesson on unseen
#   words](words_from_pieces.ipynb#how-does-a-network-learn-which-words-belong-together) learns
#   vectors from the same misspellings, and takes the word with the nearest vector.
# - The **noisy channel** {cite}`kernighan1990spelling` has counted what people type for each
#   letter. The **cost** of a candidate is $-\ln P(\text{typed} \mid \text{candidate})$. In the
#   vocabulary, the channel takes the word of lowest cost among the 20 nearest ones. Free, an
#   **n-gram model** of the correct words stands in for the vocabulary. Candidates are the typed
#   word and all that is one edit away from it. Of the 40 that the n-gram model finds most probable,
#   we take the one with the lowest sum of its cost and $\lambda$ times its $-\ln P$ by the n-gram
#   model. The weight $\lambda$ is chosen on validation misspellings.


# %% tags=["hide-input"]
channel = learn_channel(pairs["train"], ENGLISH, alpha=20)
ROOM = LENGTH + 2


def nearest(words, candidates=20):
    """The nearest words of the vocabulary by edit distance, then by common beginning."""
    edits = process.cdist(words, vocabulary, scorer=OSA.distance, dtype=np.float32)
    common = process.cdist(words, vocabulary, scorer=Prefix.similarity, dtype=np.float32)
    return np.argsort(edits - common / 100, axis=1, kind="stable")[:, :candidates]


def costs(candidates, words, channel=channel):
    """What the channel asks for each candidate of each word; candidates: (words, n, places)."""
    n = candidates.shape[1]
    x = np.repeat(encode(words, ENGLISH, 24), n, axis=0)
    flat = candidates.reshape(-1, candidates.shape[2])
    return channel_costs(flat, x, *channel).reshape(-1, n)


def one_edit(x):
    """Each row and all rows that are one edit away: (n, candidates, places), and which are words."""
    blank, found = np.zeros((len(x), 1), x.dtype), [x]
    for i in range(x.shape[1]):
        before, here, after = x[:, :i], x[:, i : i + 1], x[:, i + 1 :]
        found.append(np.hstack([before, after, blank]))
        if after.shape[1]:
            found.append(np.hstack([before, after[:, :1], here, after[:, 1:]]))
        for letter in range(2, N_ENGLISH):
            new = np.full_like(blank, letter)
            inserted = np.hstack([before, new, here, after])[:, :-1]
            found += [np.hstack([before, new, after]), inserted]
    found = np.stack(found, axis=1)
    return found, ~((found[..., :-1] == 0) & (found[..., 1:] > 0)).any(axis=2)


def free_candidates(words, keep=40):
    """The candidates of each word, the word itself first: their channel costs and −ln P."""
    found = []
    for i in range(0, len(words), 100):  # a hundred words at a time, to save memory
        candidates, possible = one_edit(encode(words[i : i + 100], ENGLISH, ROOM))
        nats = np.where(possible, ngram_bits(english_ngrams, candidates) * np.log(2), np.inf)
        order = np.argsort(np.where(np.arange(nats.shape[1]) == 0, -1, nats), axis=1)[:, :keep]
        candidates = np.take_along_axis(candidates, order[..., None], axis=1)
        found.append((candidates, np.take_along_axis(nats, order, axis=1)))
    candidates, nats = (np.concatenate(part) for part in zip(*found))
    return candidates, costs(candidates, words), nats


english_ngrams = tune_ngrams(
    encode(known_words, ENGLISH, ROOM),
    encode(right_words["valid"], ENGLISH, ROOM),
    N_ENGLISH,
)
tuning = typed["valid"][:500]
candidates, paid, nats = free_candidates(tuning)
targets = encode(meant["valid"][:500], ENGLISH, ROOM)
hits = (candidates == targets[:, None]).all(axis=2)
weight = max(
    (0.3, 0.5, 0.7, 1.0),
    key=lambda w: np.take_along_axis(hits, (paid + w * nats).argmin(axis=1)[:, None], 1).mean(),
)

# %% [markdown]
# - A **window network** has no bottleneck. It reads each typed letter with four on either side. For
#   each it says whether to keep, leave out or replace this letter, and whether to insert one before
#   it. Its targets are the edits that turn the typed word of a pair into the other. It makes the
#   one most probable edit, if that is more probable than to keep the word. (The channel's one edit
#   may also be a swap of two letters.)

# %% tags=["hide-input"]
AROUND = 4  # letters on either side


def windows(words):
    x = np.pad(encode(words, ENGLISH, ROOM), ((0, 0), (AROUND, AROUND + 1)))
    return np.lib.stride_tricks.sliding_window_view(x, 2 * AROUND + 1, axis=1)


def edits_between(typo, word):
    """For each place: 0 to keep the letter, 1 to leave it out, or a new one; and what to insert."""
    edits = np.zeros((ROOM + 1, 2), np.int32)
    for kind, i, j in Levenshtein.editops(typo, word):
        edits[i, int(kind == "insert")] = 1 if kind == "delete" else ENGLISH.index(word[j]) + 2
    return edits


def learn_edits(pairs, seed):
    typos = [typo for typo, _ in pairs]
    places = np.arange(ROOM + 1) <= np.array([*map(len, typos)])[:, None]
    y = np.array([edits_between(*pair) for pair in pairs])
    keras.utils.set_random_seed(seed)
    net = keras.Sequential(
        [
            keras.Input((2 * AROUND + 1,), dtype="int32"),
            layers.Embedding(N_ENGLISH, 16),
            layers.Flatten(),
            *hidden_layer(256),
            layers.Dense(2 * N_ENGLISH),
            layers.Reshape((2, N_ENGLISH)),
        ]
    )
    train_net(net, windows(typos)[places], y[places], epochs=3, batch_size=256, learning_rate=5e-3)
    return net


window_nets = [learn_edits(pairs["train"] + same(known_words), seed) for seed in SEEDS]

# %% [markdown]
# Free, each model has a **margin**: by how much its correction is more probable than the typed word
# (for the channel, by how much its sum is lower). It changes a word if the margin is above 0.
#
# :::{predict} in the vocabulary: autoencoder − edit distance, in points
# The autoencoder has learned from almost 38,000 misspellings, edit distance from none. Which of
# them finds more of the words that were meant, in the vocabulary?
#
# - the autoencoder = over 0
# - edit distance = under 0
# - a difference is not shown = not shown
# :::


# %% tags=["hide-input"]
def channel_freely(words):
    candidates, paid, nats = free_candidates(words)
    scores = paid + weight * nats
    best = scores.argmin(axis=1)
    return candidates[np.arange(len(words)), best, :LENGTH], scores[:, 0] - scores.min(axis=1)


def edit_freely(net):
    def correct(words):
        x = windows(words)
        logs = log2_softmax(logits_of(net, x.reshape(-1, x.shape[2])))
        odds = (logs - logs[..., :1]).reshape(*x.shape[:2], 2, N_ENGLISH)
        length = np.minimum([*map(len, words)], ROOM)
        odds[..., 0] = -np.inf  # only changes
        odds[..., 1, 1] = -np.inf
        odds[np.arange(ROOM + 1) > length[:, None]] = -np.inf
        odds[np.arange(len(words)), length, 0] = -np.inf  # behind the word one can only insert
        odds = odds.reshape(len(words), -1)
        edits = zip(*np.unravel_index(odds.argmax(axis=1), (ROOM + 1, 2, N_ENGLISH)))
        written = []
        for word, (i, insert, letter) in zip(words, edits, strict=True):
            new = "" if letter == 1 else ENGLISH[letter - 2]
            written.append(word[:i] + new + word[i if insert else i + 1 :])
        return english(written), odds.max(axis=1)

    return correct


def net_freely(net):
    def correct(words):
        written, best, as_typed = write(net, words)
        return written, best - as_typed

    return correct


def channel_chooses(words, channel=channel):
    near = nearest(words)
    best = costs(encode(vocabulary, ENGLISH, ROOM)[near], words, channel).argmin(axis=1)
    return np.array(vocabulary)[np.take_along_axis(near, best[:, None], 1)[:, 0]]


vectors_of = learn_vectors(pairs["train"], ENGLISH, SEEDS[0])


def nearest_vector(words):
    return np.array(vocabulary)[(vectors_of(words) @ vectors_of(vocabulary).T).argmax(axis=1)]


choosers = {
    "edit distance": [lambda words: np.array(vocabulary)[nearest(words, 1)[:, 0]]],
    "noisy channel": [channel_chooses],
    "contrastive network": [nearest_vector],
    "autoencoder": [lambda words, net=net: choose(net, words) for net in spellers],
}
writers = {
    "noisy channel": [channel_freely],
    "autoencoder": [net_freely(net) for net in spellers],
    "window network": [edit_freely(net) for net in window_nets],
}
in_vocabulary = [word for word in vocabulary if word[:4] in held["test"]][:600]
chosen, spoiled = {}, {}  # model → seeds × words: is it right; is a correct word changed
for name, of_seeds in choosers.items():
    chosen[name] = np.array([one(typed["test"]) == np.array(meant["test"]) for one in of_seeds])
    spoiled[name] = np.array([one(in_vocabulary) != np.array(in_vocabulary) for one in of_seeds])
corrected, margins = {}, {}  # the same, free; and the margins of three sets of words
for name, of_seeds in writers.items():
    answers = [one(typed["test"]) for one in of_seeds]
    corrected[name] = np.array([(w == english(meant["test"])).all(axis=1) for w, _ in answers])
    margins[name] = {
        "misspellings": np.array([margin for _, margin in answers]),
        **{part: np.array([one(right_words[part])[1] for one in of_seeds]) for part in held},
    }
freely = {name: corrected[name] & (margins[name]["misspellings"] > 0) for name in writers}


def cell(values):
    return Measured(np.mean(values, axis=1), ".1%")


MeasuredTable(
    {
        name: {
            "in the vocabulary": cell(chosen[name]) if name in choosers else "–",
            "… correct words changed": cell(spoiled[name]) if name in choosers else "–",
            "free": cell(freely[name]) if name in writers else "–",
            "free, correct words changed": cell(margins[name]["test"] > 0)
            if name in writers
            else "–",
        }
        for name in [*choosers, "window network"]
    },
    corner="unseen words",
)


# %%
def over_words(one, other):
    """The gap in points, as a value for each word that was meant, with all its misspellings."""
    index = np.unique(meant["test"], return_inverse=True)[1]
    gap = 100 * (np.mean(one, axis=0) - np.mean(other, axis=0))
    return np.bincount(index, gap) * (index.max() + 1) / len(index)


for where, found, one, other in [
    ("in the vocabulary", chosen, "autoencoder", "edit distance"),
    ("in the vocabulary", chosen, "autoencoder", "noisy channel"),
    ("in the vocabulary", chosen, "contrastive network", "autoencoder"),
    ("free", freely, "autoencoder", "noisy channel"),
    ("free", freely, "window network", "autoencoder"),
    ("free", freely, "window network", "noisy channel"),
]:
    gap = over_words(found[one], found[other])
    difference(f"{where}: {one} − {other}, in points", gap, spec="+.1f", over="words")

# %% [markdown]
# - **In the vocabulary** the autoencoder finds ≈ 52.9% of the words that were meant. The
#   noisy channel finds ≈ 96.6%, and edit distance, which has learned nothing, ≈ 92.0%. The
#   difference between the autoencoder and edit distance is ≈ −39.1 points.
# - **The contrastive network** finds ≈ 94.6%. It has other layers, another loss and less data,
#   so we cannot say which of these helps. It has one seed.
# - **Free**, the autoencoder corrects ≈ 0.7%, and changes ≈ 48.8% of the correct words. It
#   often fails even to copy a word that it has not seen. The noisy channel corrects
#   ≈ 27.5%.
# - **Without a bottleneck**, the window network changes only ≈ 7.0% of the correct words,
#   and corrects ≈ 7.5%. It leads the autoencoder by ≈ 6.8 points, and is behind the noisy
#   channel (≈ −20.0 points), which changes more correct words. The next section compares them at
#   about the same harm, for which the window network's units and epochs were chosen, on validation
#   words. The two networks differ in more than the bottleneck, so how much of
#   the lead is due to it is not shown.
#
# The two columns of correct words use different words. Those of the first are in the vocabulary, so
# edit distance cannot change one of them. The intervals of this section and the next are over the
# words that were meant, those before over lemmas. None covers the seeds.
#
# ## What harm does a corrector do?
#
# Most words in a text are right, and a corrector that changes them does harm. It can leave a word
# as it is unless its margin is above a **threshold**. {numref}`fig-squeeze-harm` shows all
# thresholds. We choose the one that changes a tenth of the correct validation words. Then we use
# it on the test words. A threshold may lie below 0: then a model also makes corrections that it
# finds less probable than the typed word.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Free correction of unseen words: misspellings corrected against correct words changed, for all thresholds. Up and to the left is better. Dotted: a tenth of the correct words changed.", "name": "fig-squeeze-harm"}, "image": {"alt": "Misspellings corrected against correct words changed. The noisy channel's line rises steeply to about 27.5% and ends at about 23.8% of correct words changed. The window network's lines lie lower and go on to the right. The autoencoder's lines stay near zero."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3.4))
for (name, margin), color in zip(margins.items(), COLORS):
    for seed in range(len(margin["test"])):
        cuts = np.quantile(margin["test"][seed], np.linspace(0, 1, 101))
        harm = [100 * np.mean(margin["test"][seed] > cut) for cut in cuts]
        good = [
            100 * np.mean(corrected[name][seed] & (margin["misspellings"][seed] > cut))
            for cut in cuts
        ]
        _ = ax.plot(harm, good, color=color)
    _ = ax.annotate(name, (harm[0], good[0]), (4, 5), textcoords="offset points", color=color)
_ = ax.axvline(10, color="0.5", linestyle=":", linewidth=1.5)
ax.set_xlabel("correct words changed (%)")
ax.set_xlim(-4, 140)
ax.set_xticks(range(0, 101, 20))
_ = ax.set_ylabel("misspellings corrected (%)")

# %%
at_a_tenth = {}
for name, margin in margins.items():
    cut = np.quantile(margin["valid"], 0.9, axis=1)[:, None]
    at_a_tenth[name] = corrected[name] & (margin["misspellings"] > cut)
    measured(f"threshold: {name} corrects", at_a_tenth[name].mean(axis=1), ".1%")
    measured(f"threshold: {name} changes correct words", (margin["test"] > cut).mean(axis=1), ".1%")
for name in ("autoencoder", "window network"):
    gap = over_words(at_a_tenth[name], at_a_tenth["noisy channel"])
    difference(f"threshold: {name} − noisy channel, in points", gap, spec="+.1f", over="words")

# %% [markdown]
# At these thresholds the noisy channel corrects ≈ 20.1% of the test misspellings, the window
# network ≈ 8.3%, and the autoencoder ≈ 0.3%. Of the correct test words the channel changes
# ≈ 8.8%, the window network ≈ 8.2%, the autoencoder ≈ 7.3%. The window network's difference from
# the channel is ≈ −11.8 points. Without a vocabulary, no model of this lesson is fit to correct a
# text.
#
# Of larger networks we know only what their authors report. A transformer with 1.0 million
# parameters corrects 40.0% of
# synthetic misspellings of unseen English words {cite}`etheridge2026`. One with 6.9 million
# corrects 63.0% of those of unseen Azerbaijani words, and changes 10.0% of the correct ones
# {cite}`localdoc2026`. Words, errors and splits differ from ours, so do not rank them with our
# numbers.
#
# ## What does the split change?
#
# So far no training word had the same first four letters as a test word. Now we split the
# misspellings at random. Then most test words were seen in training, with other misspellings and
# written correctly. The network and the number of pairs stay the same. The correct words and the
# test misspellings are other ones, so we give no interval.
#
# :::{predict} by typo: autoencoder, free
# :slider: 0 to 100 by 1%
# Free, the autoencoder corrects almost no misspelling of an unseen word. What share does it
# correct if most words were in its training, with other misspellings?
# :::

# %%
all_pairs = pairs["train"] + pairs["valid"] + pairs["test"]
random.Random(0).shuffle(all_pairs)
test_pairs, train_pairs = all_pairs[:1_500], all_pairs[1_500:][: len(pairs["train"])]
typos_of_known, known_meant = (list(side) for side in zip(*test_pairs))
by_typo = [
    learn_to_spell(train_pairs + same(dictionary[: len(known_words)]), seed) for seed in SEEDS
]
free = [(write(net, typos_of_known)[0] == english(known_meant)).all(axis=1) for net in by_typo]
picked = [choose(net, typos_of_known) == np.array(known_meant) for net in by_typo]
channel_by_typo = learn_channel(train_pairs, ENGLISH, alpha=20)
measured("by typo: autoencoder, free", np.mean(free, axis=1), ".1%")
measured("by typo: autoencoder, in the vocabulary", np.mean(picked, axis=1), ".1%")
channel_picked = channel_chooses(typos_of_known, channel_by_typo) == np.array(known_meant)
measured("by typo: noisy channel, in the vocabulary", channel_picked.mean(), ".1%")

# %% [markdown]
# With this split, the same network corrects ≈ 8.9% of the misspellings free, and ≈ 75.5%
# in the vocabulary. On unseen words it was ≈ 0.7% and ≈ 52.9%. So a part of its score is that
# it knows the words. The noisy channel finds ≈ 97.5% in the vocabulary, about as many as
# before: it counts letters, and has learned no word.
#
# :::{admonition} Takeaways
# :class: tip
# - The loss changes which words come back. A linear network whose loss asks for the right letter
#   rebuilds far more words than PCA, whose loss asks for the right zeros and ones.
# - Compare codings with counting in bits: a coding takes bits, and what the decoder does not
#   know takes bits, too.
# - Read a probe beside control labels. If these get the same score, the probe shows nothing.
# - A denoising autoencoder of this kind finds words that it knows more often than new ones. Split
#   by word to see this, and count the harm done to correct words.
# :::

# %% [markdown]
# ## Exercises
#
# :::{admonition} Exercise 1 — Encoder or decoder?
# :class: exercise
# Keep the 32 codings of PCA, and train a new linear decoder on them, with the loss and the epochs
# of the networks. What share of the test words does it rebuild exactly? Predict first whether it is
# nearer to PCA or to the linear network. (To check: your share should not be
# lower than PCA's.)
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 1", "code_prompt_hide": "Hide solution 1"}
keras.utils.set_random_seed(SEEDS[0])
decoder = linear_decoder(32)
train_net(decoder, pca_codings(x_train, 32).astype("float32"), x_train)
rebuilt = logits_of(decoder, pca_codings(x_test, 32)).argmax(axis=2)
measured("PCA's codings, new decoder: exact match", (rebuilt == x_test).all(axis=1).mean(), ".1%")

# %% [markdown]
# :::{admonition} Answer to exercise 1
# :class: dropdown
# It rebuilds ≈ 9.7%, where PCA with its own decoder has ≈ 3.2% and the linear network
# ≈ 74.2%. So a new linear decoder closes only a small part of the gap.
# :::
#
# :::{admonition} Exercise 2 — From right to left
# :class: exercise
# Turn all words around, so that the last letter comes first, and fit PCA anew on the training
# words. What is the score of the probe for the case now, from 32 codings? (To
# check: without turning, you get the number of our table.)
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 2", "code_prompt_hide": "Hide solution 2"}


def turned(words):
    return one_hots(encode([word[::-1] for word in words], FINNISH, LENGTH))


turned_codings = (
    PCA(32, svd_solver="covariance_eigh").fit(turned(train.words)).transform(turned(both))
)
for what in ("case", "control: case by ending"):
    measured(f"turned around: {what}", read_off(turned_codings, LABELS[what]).mean(), ".1%")

# %% [markdown]
# :::{admonition} Answer to exercise 2
# :class: dropdown
# The score for the case is now ≈ 78.5% instead of ≈ 15.7%, and ≈ 37.2% for the control
# labels: the end stands at a fixed place, and PCA keeps it.
# :::
#
# :::{admonition} Exercise 3 — What is the noise worth?
# :class: exercise
# Train the same network, with the first seed, without misspellings: in each pair, put the word that
# was meant in place of the misspelling. For what share of the misspellings does it find the word
# that was meant, in the vocabulary? (To check: you have as many pairs as before.)
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 3", "code_prompt_hide": "Hide solution 3"}
clean_pairs = same([word for _, word in pairs["train"]]) + same(known_words)
clean_net = learn_to_spell(clean_pairs, SEEDS[0])
clean_hits = choose(clean_net, typed["test"]) == np.array(meant["test"])
measured("without misspellings: in the vocabulary", clean_hits.mean(), ".1%")
gap = over_words(chosen["autoencoder"][:1], clean_hits[None])
difference("noise − none: in the vocabulary, in points", gap, spec="+.1f", over="words")

# %% [markdown]
# :::{admonition} Answer to exercise 3
# :class: dropdown
# It finds ≈ 35.5%, which is ≈ 17.9 points less than with misspellings in training (both with the
# first seed). So the noise is worth much, but not enough to catch up with edit distance.
# :::
#
# ## Further reading
#
# - {cite:t}`vincent2010` train denoising autoencoders, mostly on images.
# - {cite:t}`draszawka2017` use misspellings to study such networks.
# - {cite:t}`kann2017` train an encoder–decoder to rebuild words, or random strings, besides
#   its task, where there are few examples of the task.
# - {cite:t}`kernighan1990spelling` built an early noisy channel for spelling.
# - {cite:t}`hewitt2019` tell what a probe shows, and what it does not.
