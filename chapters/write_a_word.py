# %% [markdown]
# # Write a word letter by letter
#
# A network reads the beginning of a word, and says which letter may come next. Draw a letter,
# read on, draw again: the network writes. How good is it at this, and what does it know that
# counting does not?
#
# - **What you'll do**: predict Finnish and English words letter by letter, with an n-gram model,
#   a convolution and a recurrent network (GRU). Let them write words, and test whether these keep
#   the vowel harmony of Finnish.
# - **What you'll learn**: how to measure a language model in bits per character, how a strong
#   n-gram model is built, what the temperature does, and what a longer memory buys.
# - **What you'll need**: [the lesson on character models](character_models.ipynb).
#
# *Slides covered: “Methods for Character Embeddings” (text generation, sequential dependencies
# across varying lengths).*

# %%
import random

from lecture6_utils.reproducibility import make_reproducible

make_reproducible("write_a_word")

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers

from lecture6_utils.characters import characters_of
from lecture6_utils.live_figures import live_writer
from lecture6_utils.measurement import Measured, MeasuredTable, difference, measured
from lecture6_utils.plotting import COLORS, WIDTH, set_style
from lecture6_utils.training import fit
from lecture6_utils.words import load_words

set_style()
SEEDS = range(42, 45)

# %% [markdown]
# ## Which words are to be written?
#
# We take frequent Finnish nouns and adjectives and frequent English words: all forms in our
# tables, and their lemmas (the forms that stand in a dictionary). Each word counts once, however
# frequent it is.
#
# As in the lessons before, we split by lemma, not by word. A tenth of the lemmas, with all their
# forms, is for the test, and another tenth is for validation. In English a word may belong to two
# lemmas: *found* is a form of *find*, and has the form *founded*. We join such lemmas into one.


# %%
def families(table):
    """For each word, the lemma that stands for all words that are linked with it."""
    parent = {}

    def head(word):
        while parent.setdefault(word, word) != word:
            word = parent[word]
        return word

    for row in load_words(table):
        parent[head(row.word)] = head(row.lemma)
    return {word: head(word) for word in sorted(parent)}


def split_by_lemma(lemma_of):
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


LEMMA_OF = {
    "Finnish": families("finnish_nouns"),
    "English": families("english_inflections"),
}
SPLIT = {language: split_by_lemma(lemma_of) for language, lemma_of in LEMMA_OF.items()}
LETTERS = {language: characters_of(lemma_of) for language, lemma_of in LEMMA_OF.items()}
for language, split in SPLIT.items():
    sizes = ", ".join(f"{len(words):,} {name}" for name, words in split.items())
    print(f"{language}: {sizes}; {len(LETTERS[language])} letters; such as", *split["train"][:5])

# %% [markdown]
# ## What is a language model, and how is it measured?
#
# A **language model** gives each possible next symbol a probability, given the symbols before.
# Our symbols are the letters and the edge of a word, with number 0. The edge stands before the
# first letter, where the model begins to read. It stands after the last letter, too, where the
# model has to say that the word is over. So a word of four letters asks for five predictions. The
# probability of the word is their product:
#
# $$P(\text{talo}) = P(t \mid ·)\; P(a \mid ·t)\; P(l \mid ·ta)\; P(o \mid ·tal)\; P(· \mid ·talo)$$


# %%
def number(words, letters):
    """The symbols that are read before each place, and those to be predicted (−1: none)."""
    number_of = {letter: i for i, letter in enumerate(letters, 1)}
    x = np.zeros((len(words), max(map(len, words)) + 1), np.int32)
    y = np.full_like(x, -1)
    for i, word in enumerate(words):
        numbers = [number_of[letter] for letter in word]
        x[i, 1 : len(word) + 1] = numbers
        y[i, : len(word) + 1] = [*numbers, 0]
    return x, y


x, y = number(["talo", "talossa"], LETTERS["Finnish"])
print("read:", *x, "predict:", *y, sep="\n")

# %% [markdown]
# A model is good if it gives real words a high probability. The measure is **bits per character**,
# the mean of $-\log_2 P$ over all predictions, **with the end of the word counted as one of
# them**:
#
# $$\text{bits per character} = \frac{-\sum \log_2 P(\text{symbol} \mid \text{symbols
# before})}{\text{number of letters and ends}}$$
#
# One bit less means that the right symbol is twice as probable. A model that finds all symbols
# equally probable needs $\log_2 29 = 4.86$ bits for Finnish. No model can reach 0, since a
# beginning of a word has many ends.


# %%
def bits(probabilities, targets):
    """The bits that each prediction costs; places × symbols, and the symbols that stand there."""
    return -np.log2(probabilities[np.arange(len(targets)), targets])


# %% [markdown]
# ## How far does counting get?
#
# An **n-gram model** looks at the last $n-1$ symbols only, the context $h$. It has counted what
# followed this context in the training words. A long context says more, but it was seen seldom. So
# the model mixes all lengths: it takes a **discount** $D$ from each count, and gives what it took
# to the prediction of the context without its first symbol, $h'$:
#
# $$P(c \mid h) = \frac{N(hc) - D(hc) + P(c \mid h') \sum_a D(ha)}{N(h)}$$
#
# $N(hc)$ is the count, and $N(h)$ the sum of the counts of this context. With the same discount
# for all counts this is **Kneser–Ney smoothing** in its interpolated form; {cite:t}`chen1996`
# compare such methods. Its trick concerns the shorter contexts. There $N(hc)$ is not the number of times that
# $hc$ was seen. It is the number of *different symbols* that were seen before it, because the short
# context is needed where a long one is new.
#
# Our words need one change. Forms of one lemma repeat its letters, so a large count may come from
# a few lemmas, and says less about a new one. So we let the discount grow with the count:
# $D = d\, N^p$, but never more than $N$. With $p = 0$ it is the same for all counts.
#
# To count quickly, we write each context as one number, with five binary digits for each symbol.

# %%
BASE = 32  # five binary digits: more than the symbols of a language


def contexts(x, y, order):
    """The last 0, 1, … order − 1 symbols before each prediction, as numbers; −1 if there are fewer."""
    asked, x = y >= 0, x.astype(np.int64)
    keys = np.zeros_like(x)
    found = [keys[asked]]
    for k in range(order - 1):
        before = np.pad(x, ((0, 0), (k, 0)), constant_values=-1)[:, : x.shape[1]]
        keys = np.where((keys >= 0) & (before >= 0), keys + (before + 1) * BASE**k, -1)
        found.append(keys[asked])
    return found


def tabulate(pairs, n_symbols):
    """The known contexts, sorted, and how often each symbol followed each of them."""
    pairs, counts = np.unique(pairs, return_counts=True)
    known, row = np.unique(pairs // BASE, return_inverse=True)
    table = np.zeros((len(known), n_symbols), np.float32)
    table[row, pairs % BASE] = counts
    return known, table


def learn_ngrams(x, y, order, n_symbols):
    keys, targets = contexts(x, y, order), y[y >= 0]
    tables = []
    for k, key in enumerate(keys):
        if k == order - 1:
            pairs = (key * BASE + targets)[key >= 0]
        else:  # different symbols before; before the first letter there is none, so all are counted
            longer = keys[k + 1]
            different = np.unique((longer * BASE + targets)[longer >= 0]) % BASE ** (k + 1)
            at_start = (key * BASE + targets)[(key >= 0) & (longer < 0)]
            pairs = np.concatenate([different, at_start])
        tables.append(tabulate(pairs, n_symbols))
    return tables


def mix(tables, keys, discount, power):
    """The probabilities of all symbols, places × symbols: the formula, from the shortest context up."""
    n_symbols = tables[0][1].shape[1]
    p = np.full((len(keys[0]), n_symbols), 1 / n_symbols, np.float32)
    for (known, table), key in zip(tables, keys, strict=True):
        row = np.searchsorted(known, key).clip(max=len(known) - 1)
        seen = known[row] == key
        counts = table[row[seen]]
        taken = np.minimum(counts, discount * counts**power)
        p[seen] = counts - taken + taken.sum(axis=1, keepdims=True) * p[seen]
        p[seen] /= counts.sum(axis=1, keepdims=True)
    return p


# %% [markdown]
# The order $n$, $d$ and $p$ are chosen on validation words, out of 24 combinations.

# %%
ORDERS, DISCOUNTS, POWERS = (5, 6, 7), (0.8, 0.9), (0.2, 0.35, 0.5, 0.65)


def tune_ngrams(words, valid_words, letters):
    """The tables, the discount and the power that are best on the validation words."""
    x, y = number(words, letters)
    x_valid, y_valid = number(valid_words, letters)
    best = (np.inf,)
    for order in ORDERS:
        tables = learn_ngrams(x, y, order, len(letters) + 1)
        keys = contexts(x_valid, y_valid, order)
        for discount in DISCOUNTS:
            for power in POWERS:
                p = mix(tables, keys, discount, power)
                cost = bits(p, y_valid[y_valid >= 0]).mean()
                if cost < best[0]:
                    best = cost, tables, discount, power
    return best[1:]


def ngram_reader(tables, *smoothing):
    """A function from symbols to probabilities."""
    return lambda x, y: mix(tables, contexts(x, y, len(tables)), *smoothing)


ngrams = {
    language: tune_ngrams(split["train"], split["valid"][:1_000], LETTERS[language])
    for language, split in SPLIT.items()
}

# %% [markdown]
# ## How does a network predict?
#
# A network has no table of contexts. It turns each symbol into a vector (the embedding), computes
# a vector of what it has read so far, and from this the logits of the next symbol, one for each
# symbol. We take two networks. They differ in what they see of the word:
#
# - The **causal convolution** sees a window of the last eight symbols. *Causal* means that the
#   window never reaches ahead to the symbol that is to be predicted. Before the word there are
#   edges. Its answer depends on the window alone, so we can train it on single windows.
# - The **GRU** (gated recurrent unit {cite}`cho2014`) carries a state $\mathbf{h}$ from symbol to
#   symbol, as an LSTM does, with fewer weights. At each step it computes a candidate
#   $\tilde{\mathbf{h}}$, and an update gate $\mathbf{z}$ between 0 and 1 that says how much of the
#   old state stays:
#   $\mathbf{h}_t = \mathbf{z}_t \odot \mathbf{h}_{t-1} + (1 - \mathbf{z}_t) \odot \tilde{\mathbf{h}}_t$.
#   So what it read first may stay to the end.
#
# The GRU would read many zeros if each word had a row of its own. So in training a row holds
# several words, one after the other: the edge that ends a word begins the next. The GRU has to
# learn that an edge starts anew. Places without a target have −1, and the loss ignores them.

# %%
WINDOW = 8


def windows(words, letters):
    """The last symbols before each prediction, and the symbol to be predicted."""
    x, y = number(words, letters)
    padded = np.pad(x, ((0, 0), (WINDOW - 1, 0)))
    every = np.lib.stride_tricks.sliding_window_view(padded, WINDOW, axis=1)
    return every[y >= 0], y[y >= 0][:, None]


def rows_of_words(words, letters, places=40):
    """Rows of words, one after the other, as symbols that are read and symbols to be predicted."""
    rows = [[0]]
    for word in words:
        numbers = [*map((" " + letters).index, word), 0]
        if len(rows[-1]) + len(numbers) > places + 1:
            rows.append([0])
        rows[-1] += numbers
    row = np.full((len(rows), places + 1), -1, np.int32)
    for i, numbers in enumerate(rows):
        row[i, : len(numbers)] = numbers
    return np.maximum(row[:, :-1], 0), row[:, 1:]


def convolution(n_symbols):
    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            layers.Embedding(n_symbols, 24),
            layers.Conv1D(128, WINDOW, activation="relu"),
            layers.Dense(96, activation="relu"),
            layers.Dense(n_symbols),
        ]
    )


def gru(n_symbols):
    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            layers.Embedding(n_symbols, 24),
            layers.GRU(96, return_sequences=True),
            layers.Dense(n_symbols),
        ]
    )


x, y = rows_of_words(["talo", "talossa", "kirjakauppa"], LETTERS["Finnish"], places=16)
print("read:", *x, "predict:", *y, sep="\n")

# %%
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1)
keras.utils.set_random_seed(0)
net = gru(len(LETTERS["Finnish"]) + 1)
net.compile(loss=loss, optimizer=keras.optimizers.Adam(5e-3))
x, y = rows_of_words(SPLIT["Finnish"]["train"][:2_000], LETTERS["Finnish"])
history = net.fit(x, y, batch_size=32, verbose=0)
nats = history.history["loss"][0]
measured("2,000 words, one epoch of Keras's fit: bits", nats / np.log(2), ".2f")

# %% [markdown]
# That was one epoch on a few words, with Keras's own `fit`. Keras counts in nats, and a nat is
# $1 / \ln 2$ bits. From here on we use our own `fit`, which does the same in less time, with all
# training words and three seeds. Learning rate, batch size and number of epochs were chosen on the
# validation words.


# %%
def train(build, words, letters, seed, epochs, batch_size, learning_rate):
    x, y = (windows if build is convolution else rows_of_words)(words, letters)
    steps = -(-len(x) // batch_size) * epochs  # the last batch may be smaller
    rate = keras.optimizers.schedules.CosineDecay(learning_rate, decay_steps=steps)
    keras.utils.set_random_seed(seed)
    net = build(len(letters) + 1)
    net.compile(loss=loss, optimizer=keras.optimizers.Adam(rate))
    fit(net, x, y, epochs=epochs, batch_size=batch_size, jit_compile=False)
    return net


def softmax(logits):
    odds = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return odds / odds.sum(axis=-1, keepdims=True)


def net_reader(net):
    """A function from words to probabilities, places × symbols, as of the n-gram model."""
    before = WINDOW - 1 if isinstance(net.layers[1], layers.Conv1D) else 0

    def read(x, y):
        x = np.pad(x, ((0, 0), (before, 0)))
        parts = [softmax(net(x[i : i + 1_000]).numpy()) for i in range(0, len(x), 1_000)]
        return np.concatenate(parts)[y >= 0]

    read.net = net
    return read


GRU_SETTINGS = {
    "Finnish": {"epochs": 5, "batch_size": 64, "learning_rate": 8e-3},
    "English": {"epochs": 8, "batch_size": 64, "learning_rate": 8e-3},
}
CONVOLUTION_SETTINGS = {
    "Finnish": {"epochs": 3, "batch_size": 1_024, "learning_rate": 6e-3},
    "English": {"epochs": 4, "batch_size": 1_024, "learning_rate": 6e-3},
}
NETS = {"convolution": (convolution, CONVOLUTION_SETTINGS), "GRU": (gru, GRU_SETTINGS)}
readers = {}
for language, split in SPLIT.items():
    readers[language, "n-gram"] = [ngram_reader(*ngrams[language])]
    for name, (build, settings) in NETS.items():
        readers[language, name] = [
            net_reader(train(build, split["train"], LETTERS[language], seed, **settings[language]))
            for seed in SEEDS
        ]

# %% [markdown]
# ## What does the network buy over counting?

# %%
tests = {language: number(split["test"], LETTERS[language]) for language, split in SPLIT.items()}
costs = {}  # (language, model) → seeds × predictions
for (language, name), seeds in readers.items():
    x, y = tests[language]
    costs[language, name] = np.array([bits(read(x, y), y[y >= 0]) for read in seeds])
for language, split in SPLIT.items():  # the n-gram model of order 1, without any context
    x, y = number(split["train"], LETTERS[language])
    share = np.bincount(y[y >= 0]) / np.sum(y >= 0)
    targets = tests[language][1]
    costs[language, "letters alone"] = -np.log2(share[targets[targets >= 0]])[None]

tables = ngrams["Finnish"][0]
size = {
    "letters alone": f"{len(LETTERS['Finnish']) + 1} shares",
    "n-gram": f"{sum(np.count_nonzero(table) for _, table in tables):,} counts",
}
for name in NETS:
    size[name] = f"{readers['Finnish', name][0].net.count_params():,} weights"
MeasuredTable(
    {
        name: {
            "size, Finnish": size[name],
            "Finnish": Measured(costs["Finnish", name].mean(axis=1), ".3f"),
            "English": Measured(costs["English", name].mean(axis=1), ".3f"),
        }
        for name in size
    },
    corner="bits per character",
)

# %% [markdown]
# For the gaps between models, a bootstrap draws whole lemmas with all their words. Its intervals
# cover the choice of the lemmas, and not that of the seeds. Many unseen lemmas are compounds of
# known words, and so we also take only lemmas whose last five letters end no training word.


# %%
def of_predictions(words, values):
    """The value of its word for each prediction."""
    return np.repeat(values, [len(word) + 1 for word in words])


def compare(name, one, other, lemmas):
    """How many bits per character the second one saves, with an interval over lemmas."""
    index = np.unique(lemmas, return_inverse=True)[1]
    gap = one.mean(axis=0) - other.mean(axis=0)
    sums = np.bincount(index, gap) * (index.max() + 1) / len(index)
    difference(name, sums, over="lemmas")


lemmas = {
    language: of_predictions(split["test"], [LEMMA_OF[language][w] for w in split["test"]])
    for language, split in SPLIT.items()
}
for language in SPLIT:
    for name in NETS:
        cost = costs[language, "n-gram"], costs[language, name]
        compare(f"{language}: n-gram − {name}", *cost, lemmas[language])
    cost = costs[language, "convolution"], costs[language, "GRU"]
    compare(f"{language}: convolution − GRU", *cost, lemmas[language])

test_words = SPLIT["Finnish"]["test"]
known_ends = {word[-5:] for word in SPLIT["Finnish"]["train"]}
new_end = [LEMMA_OF["Finnish"][word][-5:] not in known_ends for word in test_words]
new_end = of_predictions(test_words, new_end)
compare(
    "Finnish, new last five letters: n-gram − GRU",
    costs["Finnish", "n-gram"][:, new_end],
    costs["Finnish", "GRU"][:, new_end],
    lemmas["Finnish"][new_end],
)

# %% [markdown]
# - **Context is worth much.** Letters alone need ≈ «bits per character | letters alone | Finnish»
#   bits in Finnish, the n-gram model ≈ «bits per character | n-gram | Finnish».
# - **The GRU buys a little over counting.** In Finnish it needs ≈ «bits per character | GRU |
#   Finnish» bits, ≈ «Finnish: n-gram − GRU» less than the n-gram model. In English it needs ≈
#   «bits per character | GRU | English» and saves ≈ «English: n-gram − GRU».
# - **The convolution** saves ≈ «Finnish: n-gram − convolution» bits in Finnish and ≈ «English:
#   n-gram − convolution» in English.
# - **New words, not only new compounds.** Where even the last five letters are new, the GRU saves
#   ≈ «Finnish, new last five letters: n-gram − GRU» bits.
#
# ## How many words does each model need?
#
# We train on the first 500, 2,000 and 8,000 Finnish words, and on all. The n-gram model is tuned
# anew for each number, and so were the epochs and the batches of the GRU.

# %%
SCHEDULE = {
    500: {"epochs": 40, "batch_size": 8, "learning_rate": 8e-3},
    2_000: {"epochs": 20, "batch_size": 16, "learning_rate": 8e-3},
    8_000: {"epochs": 10, "batch_size": 32, "learning_rate": 8e-3},
}
words, letters = SPLIT["Finnish"]["train"], LETTERS["Finnish"]
x, y = tests["Finnish"]
curves = {}  # (model, words) → seeds × predictions
for n, settings in SCHEDULE.items():
    counted = ngram_reader(*tune_ngrams(words[:n], SPLIT["Finnish"]["valid"][:1_000], letters))
    curves["n-gram", n] = bits(counted(x, y), y[y >= 0])[None]
    nets = [net_reader(train(gru, words[:n], letters, seed, **settings)) for seed in SEEDS]
    curves["GRU", n] = np.array([bits(read(x, y), y[y >= 0]) for read in nets])
    compare(f"{n:,} words: n-gram − GRU", curves["n-gram", n], curves["GRU", n], lemmas["Finnish"])
for name in ("n-gram", "GRU"):
    curves[name, len(words)] = costs["Finnish", name]

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Bits per character on words of unseen lemmas against the number of Finnish training words. Bands: 95% of what comes out if the test lemmas are drawn again.", "name": "fig-write-curves"}, "image": {"alt": "A line chart of bits per character over 500 to more than 60,000 training words. Both lines fall; the n-gram model lies lower at the left, and the GRU lower at the right."}}
index = np.unique(lemmas["Finnish"], return_inverse=True)[1]
n_lemmas = index.max() + 1
draws = np.random.default_rng(0).multinomial(n_lemmas, np.full(n_lemmas, 1 / n_lemmas), 1_000)
predictions_drawn = draws @ np.bincount(index)


def band(cost):
    """95% of the means, over draws of the test lemmas."""
    drawn = draws @ np.bincount(index, cost.mean(axis=0)) / predictions_drawn
    return np.percentile(drawn, [2.5, 97.5])


fig, ax = plt.subplots(figsize=(WIDTH, 3.6))
sizes = [*SCHEDULE, len(words)]
for name, color, marker, above in (("n-gram", COLORS[0], "o", -1), ("GRU", COLORS[1], "s", 1)):
    means = [curves[name, n].mean() for n in sizes]
    low, high = np.transpose([band(curves[name, n]) for n in sizes])
    _ = ax.plot(sizes, means, color=color, marker=marker, markersize=6)
    _ = ax.fill_between(sizes, low, high, color=color, alpha=0.2, linewidth=0)
    offset = (0, 12 if above > 0 else -20)
    label = {"xytext": offset, "textcoords": "offset points", "color": color}
    _ = ax.annotate(name, (sizes[0], means[0]), **label)
ax.set_xscale("log")
ax.set_xticks(sizes, [f"{n:,}" for n in sizes])
ax.minorticks_off()
ax.set_xlabel("training words")
_ = ax.set_ylabel("bits per character")

# %% [markdown]
# With 500 words the difference n-gram less GRU is ≈ «500 words: n-gram − GRU» bits, with 2,000 ≈
# «2,000 words: n-gram − GRU», and with 8,000 ≈ «8,000 words: n-gram − GRU»
# ({numref}`fig-write-curves`). So with few words counting is better, and the net needs thousands
# of words before it pays.
#
# ## How does a model write?
#
# It begins at the edge, and then goes on in the same way for each symbol:
#
# 1. compute the logits of the next symbol;
# 2. divide them by the **temperature** $T$, and turn them into probabilities by the softmax;
# 3. draw a symbol with these probabilities;
# 4. stop if it is the edge, else read the symbol and go on.
#
# With $T = 1$ the model draws with the probabilities that it has learned. A smaller $T$ makes the
# likely symbols likelier still: near 0 the likeliest one is always taken. A larger $T$ brings all
# symbols nearer to each other.


# %%
def draw(logits, temperature, rng):
    """One symbol for each row of logits."""
    p = softmax(logits / temperature)
    return (p.cumsum(axis=1) > rng.random((len(p), 1))).argmax(axis=1)


def write(step, letters, n_words, temperature, seed, longest=40):
    """Let a model write words. A step reads a symbol of each word, and returns logits and a state."""
    rng = np.random.default_rng(seed)
    symbols, state = np.zeros(n_words, np.int32), None
    written, going = [""] * n_words, np.ones(n_words, bool)
    for _ in range(longest):
        logits, state = step(symbols, state)
        symbols = draw(logits, temperature, rng)
        going &= symbols > 0
        if not going.any():
            break
        for i in np.flatnonzero(going):
            written[i] += letters[symbols[i] - 1]
    return written


def gru_step(net):
    embedding, recurrent, output = net.layers

    def step(symbols, state):
        if state is None:
            state = np.zeros((len(symbols), recurrent.units), np.float32)
        state, _ = recurrent.cell(embedding(symbols), [state])
        return output(state).numpy(), state

    return step


def ngram_step(tables, *smoothing):
    def step(symbols, state):
        state = symbols[:, None] if state is None else np.hstack([state, symbols[:, None]])
        y = np.full_like(state, -1)
        y[:, -1] = 0  # only the symbol after the last one is asked for
        return np.log(mix(tables, contexts(state, y, len(tables)), *smoothing)), state

    return step


first = gru_step(readers["Finnish", "GRU"][0].net)
for temperature in (0.5, 1.0, 1.5):
    print(f"T = {temperature}:", *write(first, letters, 6, temperature, seed=1))

# %% [markdown]
# These words depend on the trained weights, so we do not rely on single ones. We let each model
# write 4,000 words at each of five temperatures, three times: three GRUs, and three draws of the
# n-gram model. Of each word we ask:
#
# - Is it **new**, that is, not a training word?
# - Is it a **hit**, a real word of the validation or test lemmas?
# - Does it keep **vowel harmony**? Finnish has the back vowels *a, o, u* and the front vowels
#   *ä, ö, y*. The rule says: a simple word does not have vowels of both kinds. The vowels *e* and *i* go with
#   both. Compounds may break the rule (*työpaikka*, work place).
# - Does it **end like a real word**: do its last five letters end one of the validation words?
#
# Whether a new word is a *possible* Finnish word, we cannot judge. The tables list words that exist
# with their analysis, and the analyzer itself does not come with the book.

# %%
BACK, FRONT = set("aou"), set("äöy")
TEMPERATURES = (0.5, 0.75, 1.0, 1.25, 1.5)
N_WRITTEN = 4_000
train_words, valid_words = set(words), SPLIT["Finnish"]["valid"]
held_out = (set(valid_words) | set(test_words)) - train_words
valid_ends = {word[-5:] for word in valid_words}


def keeps_harmony(word):
    return not (set(word) & BACK and set(word) & FRONT)


QUESTIONS = {
    "new": lambda word: word not in train_words,
    "hit": lambda word: word in held_out,
    "keeps harmony": keeps_harmony,
    "ends like a real word": lambda word: word[-5:] in valid_ends,
}
steps = {
    "n-gram": [ngram_step(*ngrams["Finnish"])] * len(SEEDS),
    "GRU": [gru_step(read.net) for read in readers["Finnish", "GRU"]],
}
answers = {}  # (model, temperature, question) → seeds × words
for name, of_seeds in steps.items():
    for temperature in TEMPERATURES:
        written = [
            write(step, letters, N_WRITTEN, temperature, seed)
            for step, seed in zip(of_seeds, SEEDS, strict=True)
        ]
        for question, ask in QUESTIONS.items():
            answers[name, temperature, question] = np.array(
                [[ask(word) for word in words_of_seed] for words_of_seed in written]
            )
real = {
    question: np.mean([ask(word) for word in test_words]) for question, ask in QUESTIONS.items()
}

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Words written at five temperatures. Left: new words, and real words of unseen lemmas among them (hits). Right: words that keep vowel harmony; the dashed line is their share among the real test words. Bands: two standard deviations over three seeds on either side.", "name": "fig-write-temperature"}, "image": {"alt": "Three small line charts over temperatures from 0.5 to 1.5, for the n-gram model and the GRU. The share of new words rises with the temperature, that of hits falls at high temperatures, and that of words in harmony falls, for the n-gram model below that for the GRU."}}
fig, axes = plt.subplots(3, 1, figsize=(WIDTH, 6.6), sharex=True)
for ax, question in zip(axes, ("new", "hit", "keeps harmony"), strict=True):
    for name, color, marker in (("n-gram", COLORS[0], "o"), ("GRU", COLORS[1], "s")):
        shares = np.array([answers[name, t, question].mean(axis=1) for t in TEMPERATURES]) * 100
        mean, sd = shares.mean(axis=1), shares.std(axis=1, ddof=1)
        _ = ax.plot(TEMPERATURES, mean, color=color, marker=marker, markersize=6, label=name)
        low, high = mean - 2 * sd, mean + 2 * sd
        _ = ax.fill_between(TEMPERATURES, low, high, color=color, alpha=0.2, linewidth=0)
    ax.set_title({"hit": "hits"}.get(question, question), loc="left")
    ax.set_ylabel("% of the words")
_ = axes[2].axhline(100 * real["keeps harmony"], color="0.4", linestyle="--", linewidth=1.5)
_ = axes[2].annotate(
    "real words",
    (0.5, 100 * real["keeps harmony"]),
    (0, -14),
    color="0.35",
    textcoords="offset points",
)
axes[2].set_xticks(TEMPERATURES)
axes[2].set_xlabel("temperature")
_ = axes[0].legend(loc="lower right")

# %%
MeasuredTable(
    {
        "real test words": {
            question: Measured(real[question], ".1%")
            if question in ("keeps harmony", "ends like a real word")
            else "–"
            for question in QUESTIONS
        }
    }
    | {
        name: {
            question: Measured(answers[name, 1.0, question].mean(axis=1), ".1%")
            for question in QUESTIONS
        }
        for name in steps
    },
    corner="temperature 1",
)

# %%
for question in QUESTIONS:
    pair = 100 * answers["GRU", 1.0, question], 100 * answers["n-gram", 1.0, question]
    difference(f"{question}: GRU − n-gram, in points", *pair, spec="+.1f", over="written words")
half, one_and_a_half = (answers["GRU", t, "hit"].mean(axis=1) * 100 for t in (0.5, 1.5))
measured("GRU, temperature 0.5: hits, in %", half, ".1f")
measured("GRU, temperature 1.5: hits, in %", one_and_a_half, ".1f")

# %% [markdown]
# - **A higher temperature writes newer words, and worse ones.** The share of new words rises with
#   $T$ ({numref}`fig-write-temperature`). At $T = 0.5$, ≈ «GRU, temperature 0.5: hits, in %»% of the
#   GRU's words are hits, and at $T = 1.5$ only ≈ «GRU, temperature 1.5: hits, in %»%.
# - **Hits.** At $T = 1$, ≈ «temperature 1 | GRU | hit» of the GRU's words are real words of unseen
#   lemmas, and ≈ «temperature 1 | n-gram | hit» of the n-gram model's. The difference is ≈ «hit: GRU
#   − n-gram, in points» points.
# - **Vowel harmony.** Of the real test words ≈ «temperature 1 | real test words | keeps harmony» keep
#   it, the rest being compounds and loans. The GRU's words keep it in ≈ «temperature 1 | GRU | keeps
#   harmony», the n-gram model's in ≈ «temperature 1 | n-gram | keeps harmony».
# - **Endings.** The last five letters of ≈ «temperature 1 | real test words | ends like a real word»
#   of the test words end a validation word, of the GRU's words ≈ «temperature 1 | GRU | ends like a
#   real word», and of the n-gram model's ≈ «temperature 1 | n-gram | ends like a real word».
#
# ## Who remembers the vowel?
#
# Written words may break the rule because they look like compounds. So we test it directly, on real
# words. In *talossa* the *a* of the ending must follow the *o*, three letters before. In *kaupungeissa* the
# vowel that decides is the *u*, with only neutral vowels between, seven letters before. At each *a, o, u, ä, ö* or *y* of a test word we ask: does the model
# give this vowel more probability than its partner (*a* and *ä*, *o* and *ö*, *u* and *y*)? We sort
# the answers by the distance to the vowel before that has a partner. We take simple words only,
# without compounds, and of these the ones that keep harmony.

# %%
PARTNER = dict(zip("aouäöy", "äöyaou", strict=True))
last_part_of = {row.word: row.last_part for row in load_words("finnish_nouns")}
simple = [word for word in test_words if last_part_of.get(word) == ""]
measured("simple test words that keep harmony", np.mean([*map(keeps_harmony, simple)]), ".1%")

asked = []  # of each question: the prediction, the vowel's partner, the distance
simple, start = set(simple), 0
for word in test_words:
    if word in simple and keeps_harmony(word):
        vowels = [i for i, letter in enumerate(word) if letter in PARTNER]
        for before, i in zip(vowels, vowels[1:]):
            partner = 1 + letters.index(PARTNER[word[i]])
            asked.append((start + i, partner, i - before))
    start += len(word) + 1
place, partner, distance = np.transpose(asked)
x, y = tests["Finnish"]
vowel = y[y >= 0][place]
kept = {}  # model → seeds × questions
for name in ("n-gram", *NETS):
    p = np.array([read(x, y)[place] for read in readers["Finnish", name]])
    every = np.arange(len(place))
    kept[name] = p[:, every, vowel] > p[:, every, partner]
n_seen = len(ngrams["Finnish"][0]) - 1  # symbols that the n-gram model sees
far = distance > n_seen
MeasuredTable(
    {
        name: {
            "in the n-gram model's window": Measured(right[:, ~far].mean(axis=1), ".1%"),
            "beyond it": Measured(right[:, far].mean(axis=1), ".1%"),
        }
        for name, right in kept.items()
    },
    corner="vowel in harmony",
)

# %%
lemma_of_question = lemmas["Finnish"][place]


def compare_kept(name, one, other, where):
    index = np.unique(lemma_of_question[where], return_inverse=True)[1]
    gap = 100.0 * (kept[one][:, where].mean(axis=0) - kept[other][:, where].mean(axis=0))
    sums = np.bincount(index, gap) * (index.max() + 1) / len(index)
    difference(f"{name}: {one} − {other}, in points", sums, spec="+.1f", over="lemmas")


for name, where in [("in the window", ~far), ("beyond the window", far)]:
    compare_kept(name, "GRU", "n-gram", where)
    compare_kept(name, "GRU", "convolution", where)

# %% tags=["hide-input"] mystnb={"figure": {"caption": "How often a model prefers the vowel in harmony to its partner, by the distance to the vowel that decides, on simple words of unseen lemmas. Bands: 95% of what comes out if the test lemmas are drawn again. Dotted lines: the last distance that the n-gram model and the convolution see.", "name": "fig-write-harmony"}, "image": {"alt": "A line chart of the share of vowels in harmony over distances from 1 to 10 letters. All three lines are high at short distances. Those of the n-gram model and of the convolution fall at the end of their windows; that of the GRU falls least."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3.8))
FARTHEST = 10
groups = np.minimum(distance, FARTHEST)
index = np.unique(lemma_of_question, return_inverse=True)[1]
rng = np.random.default_rng(0)
weights = rng.multinomial(index.max() + 1, np.full(index.max() + 1, 1 / (index.max() + 1)), 500)
at = np.unique(groups)
for (name, right), color, marker in zip(kept.items(), (*COLORS[:1], COLORS[2], COLORS[1]), "o^s"):
    shares, low, high = [], [], []
    for d in at:
        here = groups == d
        drawn = weights @ np.bincount(index[here], right[:, here].mean(axis=0), index.max() + 1)
        drawn = drawn / np.maximum(weights @ np.bincount(index[here], minlength=index.max() + 1), 1)
        shares.append(100 * right[:, here].mean())
        low.append(100 * np.percentile(drawn, 2.5))
        high.append(100 * np.percentile(drawn, 97.5))
    _ = ax.plot(at, shares, color=color, marker=marker, markersize=6, label=name)
    _ = ax.fill_between(at, low, high, color=color, alpha=0.15, linewidth=0)
for seen, color in ((n_seen, COLORS[0]), (WINDOW, COLORS[2])):
    _ = ax.axvline(seen + 0.5, color=color, linestyle=":", linewidth=1.5)
ax.set_xticks(at, [f"{d}" if d < FARTHEST else f"{d}+" for d in at])
ax.set_xlabel("letters to the vowel before that has a partner")
ax.set_ylabel("vowel in harmony preferred (%)")
_ = ax.legend(loc="lower left")

# %% [markdown]
# Of the simple test words ≈ «simple test words that keep harmony» keep the rule. In the n-gram
# model's window all models nearly always prefer the right vowel: the GRU in ≈ «vowel in harmony | GRU
# | in the n-gram model's window», the n-gram model in ≈ «vowel in harmony | n-gram | in the n-gram
# model's window». Beyond it the n-gram model is right in only ≈ «vowel in harmony | n-gram | beyond
# it», and the GRU in ≈ «vowel in harmony | GRU | beyond it»: it is ahead by ≈ «beyond the window: GRU
# − n-gram, in points» points ({numref}`fig-write-harmony`). So the GRU's state carries the vowel over
# letters that a window has lost, and this is **the** thing that it knows and counting does not. The
# slides say that recurrent nets maintain a memory of previous inputs; here this is **true**.
#
# ## Write in the page
#
# In {numref}`fig-write-live` the GRU of the first seed runs in the page. Type a beginning, such as *hämä*, then
# *hama*, and see how the probabilities of the endings change. Choose a letter, or draw one.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "A live figure: type the beginning of a Finnish word. The bars are the GRU's probabilities of the next letter, or of the end of the word, at the chosen temperature. Choose a letter to go on with it, or draw one.", "name": "fig-write-live"}, "image": {"alt": "A bar for each of the ten likeliest next letters after the beginning of a Finnish word, as long as its probability."}}
live_writer(
    readers["Finnish", "GRU"][0].net,
    letters,
    examples=["talossa", "kirja", "hämär", "hamar", "keskustel"],
    longest_seen=max(map(len, words)),
)

# %% [markdown]
# ## Which promises hold?
#
# | The slides say | Verdict | Measured here |
# |:--|:--|:--|
# | Character models excel at text generation | **partly** | bits per character, Finnish: GRU ≈ «bits per character | GRU | Finnish», counting ≈ «bits per character | n-gram | Finnish» |
# | RNNs maintain a memory of previous inputs | **true** | vowel harmony beyond the n-gram model's window: GRU ≈ «vowel in harmony | GRU | beyond it», counting ≈ «vowel in harmony | n-gram | beyond it» |
# | CNNs capture local patterns | **true, as counting does** | in the window: convolution ≈ «vowel in harmony | convolution | in the n-gram model's window», counting ≈ «vowel in harmony | n-gram | in the n-gram model's window» |
#
# :::{admonition} Takeaways
# :class: tip
# - A language model is measured in bits per character on words of unseen lemmas. Say whether the
#   end of the word counts.
# - A well-smoothed n-gram model is a strong rival: with all Finnish words the GRU saves ≈ «Finnish:
#   n-gram − GRU» bits per character, and with 500 words it is behind.
# - What the GRU buys is memory: it keeps vowel harmony over distances that a window does not reach.
# - The temperature trades new words for good words. Report it with every sample.
# - A sampled word that looks real is no evidence. Count, and count the same for real words.
# :::

# %% [markdown]
# ## Exercises
#
# :::{admonition} Exercise 1 — Both together
# :class: exercise
# Does the n-gram model know anything that the GRU does not? Mix their probabilities,
# $w P_\text{GRU} + (1 - w) P_\text{n-gram}$. Choose $w$ among 0.5, 0.7, 0.9 and 1 on validation
# words, and test it once. (To check: with $w = 1$ you get the GRU's own bits.)
# :::


# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 1", "code_prompt_hide": "Hide solution 1"}
def both(w, x, y):
    counted, *_ = (read(x, y) for read in readers["Finnish", "n-gram"])
    return [w * read(x, y) + (1 - w) * counted for read in readers["Finnish", "GRU"]]


def mixed_bits(w, x, y):
    return np.array([bits(p, y[y >= 0]) for p in both(w, x, y)])


valid_x, valid_y = number(valid_words[:2_000], letters)
weight = min((0.5, 0.7, 0.9, 1), key=lambda w: mixed_bits(w, valid_x, valid_y).mean())
mixed = mixed_bits(weight, *tests["Finnish"])
measured("GRU and n-gram mixed, Finnish: bits per character", mixed.mean(axis=1), ".3f")
compare("Finnish: GRU − mixed", costs["Finnish", "GRU"], mixed, lemmas["Finnish"])

# %% [markdown]
# :::{admonition} Answer to exercise 1
# :class: dropdown
# Together they need ≈ «GRU and n-gram mixed, Finnish: bits per character» bits, ≈ «Finnish: GRU −
# mixed» less than the GRU alone. So counting still knows something that the net does not: exact
# pieces of words that it has seen.
# :::
#
# :::{admonition} Exercise 2 — Which letter surprises?
# :class: exercise
# Print the bits that each letter of *työpaikassa* (at the work place) and of its end costs, for the GRU
# of the first seed and for the n-gram model. Where is the surprise? (To check: the bits of a word
# add up to $-\log_2$ of its probability.)
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 2", "code_prompt_hide": "Hide solution 2"}
word = "työpaikassa"
x, y = number([word], letters)
print(" " * 8, *[f"{letter:>5}" for letter in [*word, "end"]], "  all")
for name in ("n-gram", "GRU"):
    cost = bits(readers["Finnish", name][0](x, y), y[y >= 0])
    print(f"{name:8}", *[f"≈{c:4.0f}" for c in cost], f"≈{cost.sum():4.0f}")
    measured(f"{name}: bits of työpaikassa", cost.sum(), ".0f")

# %% [markdown]
# :::{admonition} Answer to exercise 2
# :class: dropdown
# The GRU needs ≈ «GRU: bits of työpaikassa» bits for the word, the n-gram model ≈ «n-gram: bits of
# työpaikassa». Most bits go to the first letters of the word and of its second part, *paikassa*.
# The ending costs hardly any.
# :::
#
# :::{admonition} Exercise 3 — From the end to the beginning
# :class: exercise
# Turn all Finnish words around, tune the n-gram model on them, and compare the bits per character.
# What would you expect of a perfect model? (To check: the test has as many predictions as before.)
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 3", "code_prompt_hide": "Hide solution 3"}
turned = {name: [word[::-1] for word in part] for name, part in SPLIT["Finnish"].items()}
backward = ngram_reader(*tune_ngrams(turned["train"], turned["valid"][:1_000], letters))
x, y = number(turned["test"], letters)
cost_backward = bits(backward(x, y), y[y >= 0])[None]
print("as many predictions:", cost_backward.size == costs["Finnish", "n-gram"].size)
for name, cost in (("forward", costs["Finnish", "n-gram"]), ("backward", cost_backward)):
    measured(f"n-gram, {name}: bits per character", cost.mean(), ".3f")
compare("forward − backward", costs["Finnish", "n-gram"], cost_backward, lemmas["Finnish"])

# %% [markdown]
# :::{admonition} Answer to exercise 3
# :class: dropdown
# A perfect model needs equally many bits in both directions, since the probability of a word does
# not depend on the order in which its letters are told. The n-gram model needs ≈ «n-gram, forward:
# bits per character» bits forward and ≈ «n-gram, backward: bits per character» backward.
# :::
#
# ## Further reading
#
# - {cite:t}`sutskever2011` let a recurrent net write text letter by letter; {cite:t}`karpathy2015`
#   made this popular, and shows what the temperature does.
# - {cite:t}`goldberg2015` answers that counted letters write well, too, and says what they cannot do.
# - {cite:t}`pimentel2020` measure words of 106 languages in bits per sound, by the same kinds of
#   models.
# - {cite:t}`chen1996` compare ways to smooth n-gram models, and {cite:t}`bai2018` compare causal
#   convolutions with recurrent nets.
