# %% [markdown]
# # Learn from words without labels
#
# A list of words costs little. Somebody has to analyze each word before we know its case. Can a
# net learn something from 50,000 words alone that helps it when labels are few? And does it need
# *words* for that?
#
# - **What you'll do**: train small nets to repair spoiled words, without labels. Let them then
#   learn the case of Finnish words from 50 to 2,000 labels, and compare them with counting.
# - **What you'll learn**: how masked letters and denoising work, how to find out whether a
#   pretrained net gains by what it has read, and how far this is from BERT.
# - **What you'll need**: [the lesson on pretraining](unsupervised_pretraining.ipynb), and the task
#   and TnT of [the lesson on character models](character_models.ipynb).
#
# *Slides covered: “Unsupervised Pretraining using Autoencoders” (“What if most of the labels are
# missing?”), with words instead of images.*

# %%
from lecture6_utils.reproducibility import make_reproducible  # before keras

import random
from functools import cache

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers
from scipy import stats
from sklearn.linear_model import LogisticRegression

from lecture6_utils.cases import learn_tnt, lemma_difference, load_cases
from lecture6_utils.measurement import Measured, MeasuredTable, difference, measured
from lecture6_utils.plotting import COLORS, WIDTH, set_style
from lecture6_utils.training import fit
from lecture6_utils.words import load_words

make_reproducible("pretraining_on_words")
set_style()
TASK = load_cases()
N_CLASSES = len(TASK.classes)

# %% [markdown]
# ## Which words have no labels?
#
# The task is that of [the lesson on character models](character_models.ipynb#what-is-the-task): a
# net reads one Finnish word, and names its case and number. No lemma of a validation or test word
# occurs in training.
#
# The **unlabeled words** are the 20,000 training words, without their labels, and 30,000 other
# forms. We take none of a validation or test lemma. For a control we make **random strings**: each
# is as long as one of the words, and its letters are drawn as often as they occur in the words.

# %%
held_out = {row.lemma for part in (TASK.valid, TASK.test) for row in part.rows}
usable = {row.word for row in load_words("finnish_nouns") if row.lemma not in held_out}
others = sorted(usable - set(TASK.train.words))
random.Random(0).shuffle(others)
unlabeled = TASK.train.words + others[:30_000]


def random_strings(words, seed):
    """As many strings, as long as the words, with letters drawn as often as they occur."""
    letters = list("".join(words))
    drawn = "".join(np.random.default_rng(seed).choice(letters, len(letters)))
    ends = np.cumsum([len(word) for word in words])
    return [drawn[end - len(word) : end] for word, end in zip(words, ends, strict=True)]


strings = random_strings(unlabeled, seed=0)

print(f"{len(usable):,} words could be used, {len(unlabeled):,} are")
print("words:  ", *unlabeled[:5])
print("strings:", *strings[:5])

# %% [markdown]
# ## What can one learn from a word alone?
#
# A net can learn to *repair* words. We spoil one letter in four, in one of two ways:
#
# - **Masked letters**: a mask (·) stands in place of the letter. The net has to say which letter
#   was there. It is asked for the masked letters only, as in BERT {cite}`devlin2019`.
# - **Denoising**: another letter is put in its place, drawn as often as it occurs. The net is not
#   told which letters are spoiled, so it has to give all letters of the word. This is a *denoising
#   autoencoder*.
#
# The net reads the last 12 letters of a word, where the case endings are. Shorter words have zeros
# in front. The letters have the numbers 1 to 28, and the mask has 29. The target −1 means that
# nothing is asked at this place.

# %%
PLACES, MASK = 12, len(TASK.characters) + 1
N_SYMBOLS = MASK + 1


def last_letters(words):
    """The numbers of the last 12 letters of each word, zeros in front."""
    number_of = {letter: i for i, letter in enumerate(TASK.characters, 1)}
    numbers = np.zeros((len(words), PLACES), np.int32)
    for row, word in zip(numbers, words, strict=True):
        row[-len(word) :] = [number_of[letter] for letter in word[-PLACES:]]
    return numbers


def spoil(numbers, how, rng):
    """Words with one letter in four spoiled, the letters to be given (−1: none), and where it was."""
    spoiled = (rng.random(numbers.shape) < 0.25) & (numbers > 0)
    put = MASK if how == "masked" else rng.choice(numbers[numbers > 0], numbers.shape)
    asked = spoiled if how == "masked" else numbers > 0
    return np.where(spoiled, put, numbers), np.where(asked, numbers, -1), spoiled


def as_text(numbers):
    return "".join(f" {TASK.characters}·"[number] for number in numbers).strip()


example = last_letters(["kirjastossa"])  # in the library
for how in ("masked", "denoising"):
    x, y, _ = spoil(example, how, np.random.default_rng(5))
    print(f"{how:9}  read: {as_text(x[0])}  to be given: {y[0]}")

# %% [markdown]
# The **encoder** has a vector for each letter, and two layers. The **decoder** is one layer, with
# an output for each letter at each place. Keras's `fit` trains them together, for a start on
# 5,000 words. `ignore_class=-1` leaves out the places that are not asked.


# %%
def new_encoder():
    return keras.Sequential(
        [
            keras.Input((PLACES,), dtype="int32"),
            layers.Embedding(N_SYMBOLS, 16),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(128, activation="relu"),
        ]
    )


def with_decoder(encoder):
    decoder = [layers.Dense(PLACES * N_SYMBOLS), layers.Reshape((PLACES, N_SYMBOLS))]
    return keras.Sequential([encoder, *decoder])


loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1)
keras.utils.set_random_seed(0)
net = with_decoder(new_encoder())
net.compile(loss=loss, optimizer="adam")
x, y, _ = spoil(last_letters(unlabeled[:5_000]), "masked", np.random.default_rng(0))
history = net.fit(x, y, epochs=1, verbose=0)
measured("one epoch of Keras's fit on 5,000 words: loss", history.history["loss"][0], ".2f")

# %% [markdown]
# We now train three kinds of nets on 50,000 words or strings, each with two seeds: masked letters
# on words, denoising on words, and denoising on random strings. The words are spoiled anew in each
# of five epochs. Our own `fit` does what Keras's does in less time. Each net gets the same steps
# with the same learning rate.

# %%
EPOCHS, SEEDS = 5, (42, 43)
PRETRAINING = {  # name: (how a word is spoiled, what is read)
    "masked": ("masked", unlabeled),
    "denoising": ("denoising", unlabeled),
    "random strings": ("denoising", strings),
}


def pretrain(how, words, seed):
    """A net that has learned to repair words."""
    numbers, rng = last_letters(words), np.random.default_rng(seed)
    x, y = (
        np.concatenate(part) for part in zip(*(spoil(numbers, how, rng)[:2] for _ in range(EPOCHS)))
    )
    keras.utils.set_random_seed(seed)
    net = with_decoder(new_encoder())
    rate = keras.optimizers.schedules.CosineDecay(0.003, decay_steps=-(-len(x) // 128))
    net.compile(loss=loss, optimizer=keras.optimizers.Adam(rate))
    fit(net, x, y, epochs=1, batch_size=128)
    return net


repairers = {name: [pretrain(*task, seed) for seed in SEEDS] for name, task in PRETRAINING.items()}

# %% [markdown]
# Do they repair words that they have not seen? We spoil the validation words, and count the
# spoiled letters that a net gives right. For comparison, we always answer *a*, the most frequent
# letter.

# %%
clean = last_letters(TASK.valid.words)
right = {"always a": [np.mean(clean[spoil(clean, "masked", np.random.default_rng(0))[2]] == 1)]}
for name, nets in repairers.items():
    x, y, spoiled = spoil(clean, PRETRAINING[name][0], np.random.default_rng(0))
    answers = [net(x).numpy().argmax(axis=2) for net in nets]
    right[name] = [np.mean(answer[spoiled] == clean[spoiled]) for answer in answers]
for name, share in right.items():
    measured(f"spoiled letters given right: {name}", share, ".1%")

# %% [markdown]
# TODO: how many spoiled letters the masked and the denoising nets give right, against always *a*
# and against the net of random strings.
#
# ## Which rivals make the comparison fair?
#
# As in [the lesson on images](unsupervised_pretraining.ipynb#which-rivals-make-the-comparison-fair)
# we compare starts that are random or pretrained, and encoders that are trained or frozen:
#
# | arm | start of the encoder | pretrained by | the labels train |
# |---|---|---|---|
# | from scratch | random | | all layers |
# | masked | 50,000 words | masked letters | all layers |
# | denoising | 50,000 words | denoising | all layers |
# | random strings | 50,000 random strings | denoising | all layers |
# | masked, frozen | 50,000 words | masked letters | a linear head |
# | letters + logistic regression | no encoder | | a linear head |
# | TnT | no net | | counts of suffixes |
#
# *Random strings* and *denoising* differ in what was read, and in nothing else. *Masked* and
# *denoising* are two recipes: besides the way of spoiling, they differ in which letters are asked.
#
# We draw 2,000 labeled words from the training words. The first 50 of a draw are among its first
# 200, and so on. Each of eight draws has its own random encoder, and the two pretrained encoders of
# an arm take turns. The nets are trained by 400 steps of Adam, however few the labels are, and the
# learning rate falls after each 80. Their new last layer starts at zero. The frozen encoder gives a
# word the same 128 numbers each time, so its head is a logistic regression. *Letters + logistic
# regression* reads the 12 letters themselves.

# %%
X_TRAIN = last_letters(TASK.train.words)


@cache
def draw_labeled(draw):
    return np.random.default_rng(draw).permutation(len(X_TRAIN))[:2_000]


@cache
def starting_encoder(start, draw):
    if start in repairers:
        return repairers[start][draw % 2].layers[0]
    keras.utils.set_random_seed(1_000 + draw)
    return new_encoder()


def all_layers(encoder, few, learning_rate, draw, steps=400, batch_size=32):
    """A function from words to classes, learned from the training words at the places `few`."""
    copy = new_encoder()  # the pretrained encoder itself must stay as it is
    copy.set_weights(encoder.get_weights())
    keras.utils.set_random_seed(draw)  # the same batches for all
    head = layers.Dense(N_CLASSES, activation="softmax", kernel_initializer="zeros")
    net = keras.Sequential([copy, head])
    net.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    falling = keras.callbacks.LearningRateScheduler(lambda epoch: learning_rate * (1 - epoch / 5))
    repeated = np.resize(few, steps // 5 * batch_size)  # each word equally often
    x, y = X_TRAIN[repeated], TASK.train.y[repeated]
    fit(net, x, y, epochs=5, batch_size=batch_size, callbacks=[falling])
    return lambda words: net(last_letters(words)).numpy().argmax(axis=1)


def linear_head(inputs, few, C):
    model = LogisticRegression(C=C, solver="newton-cg")
    model.fit(inputs(X_TRAIN[few]), TASK.train.y[few])
    return lambda words: model.predict(inputs(last_letters(words)))


def frozen(encoder, few, C, draw):
    return linear_head(lambda numbers: encoder(numbers).numpy(), few, C)


def letters_alone(encoder, few, C, draw):
    def one_hot(numbers):
        return np.eye(N_SYMBOLS)[numbers].reshape(len(numbers), -1)

    return linear_head(one_hot, few, C)


def count_suffixes(encoder, few, theta, draw):
    words = [TASK.train.words[i] for i in few]
    return learn_tnt(words, TASK.train.y[few], theta, N_CLASSES)[0]


# %% [markdown]
# ## How do we choose the settings?
#
# Each arm chooses one of five settings: a learning rate, the `C` of the logistic regression, or
# TnT's θ. It takes the one with the best mean accuracy on the validation words over three more
# draws of labels. It chooses twice: with 100 labels for 50 and 200, and with 1,000 for 500 and
# 2,000. All nets choose among the same rates.

# %%
ARMS = {  # name: (start of the encoder, what is trained)
    "from scratch": ("random", all_layers),
    "masked": ("masked", all_layers),
    "denoising": ("denoising", all_layers),
    "random strings": ("random strings", all_layers),
    "masked, frozen": ("masked", frozen),
    "letters + logistic regression": ("none", letters_alone),
    "TnT": ("none", count_suffixes),
}
GRIDS = {
    all_layers: [0.0005, 0.0015, 0.005, 0.015, 0.05],
    frozen: [0.01, 0.1, 1, 10, 100],
    letters_alone: [0.01, 0.1, 1, 10, 100],
    count_suffixes: [0.1, 0.5, 2, 8, 32],
}
TUNED_AT = {50: 100, 200: 100, 500: 1_000, 2_000: 1_000}
SIZES = list(TUNED_AT)


def accuracy(arm, draw, size, setting, part):
    start, learn = ARMS[arm]
    few = draw_labeled(draw)[:size]
    read = learn(starting_encoder(start, draw), few, setting, draw)
    return np.mean(read(part.words) == part.y)


chosen, results, at_an_end = {}, {}, 0
for arm, (_, learn) in ARMS.items():
    grid = GRIDS[learn]
    for size in (100, 1_000):
        tried = [[accuracy(arm, d, size, s, TASK.valid) for s in grid] for d in (100, 101, 102)]
        best = np.mean(tried, axis=0).argmax()
        chosen[arm, size] = grid[best]
        at_an_end += best in (0, len(grid) - 1)
    results[arm] = np.array(
        [
            [accuracy(arm, d, n, chosen[arm, at], TASK.test) for n, at in TUNED_AT.items()]
            for d in range(8)
        ]
    )

measured("grids of 14 with their best mean at an end", at_an_end, ".0f")

# %% [markdown]
# TODO: how many of the 14 grids have their best setting at an end (widen those; θ, rates, `C`).
#
# ## Who wins, with how many labels?
#
# The test words were not used for any choice. The table has mean ± standard deviation over eight
# draws.
#
# :::{predict} random strings − from scratch | 50 labels
# The net has repaired random strings, which say nothing of Finnish but how frequent its letters
# are. Then it learns from 50 labels. How does it compare with the net from scratch?
#
# - it is behind = under 0
# - a difference is not shown = not shown
# - it is ahead = over 0
# :::

# %%
MeasuredTable(
    {
        arm: {
            f"{size:,} labels": Measured(by_draw, ".1%") for size, by_draw in zip(SIZES, values.T)
        }
        for arm, values in results.items()
    },
    corner="test accuracy",
)

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Test accuracy against the number of labels (logarithmic): mean over eight draws of labels. TnT, which counts suffixes, lies highest with each number of labels.", "name": "fig-pretraining_on_words-accuracy"}, "image": {"alt": "Five rising curves over 50 to 2,000 labels. The curve of TnT lies above the four curves of the nets."}}
STYLES = {  # color, marker
    "TnT": ("0.15", "x"),
    "masked": (COLORS[2], "o"),
    "random strings": (COLORS[1], "^"),
    "from scratch": (COLORS[0], "s"),
    "masked, frozen": (COLORS[4], "D"),
}
fig, ax = plt.subplots(figsize=(WIDTH, 4.4))
for arm, (color, marker) in STYLES.items():
    ax.plot(SIZES, results[arm].mean(axis=0), color=color, marker=marker, ms=5, lw=1.6, label=arm)
ax.set_xscale("log")
ax.set_xticks(SIZES, [f"{size:,}" for size in SIZES])
ax.minorticks_off()
ax.set(xlabel="labels", ylabel="test accuracy")
_ = ax.yaxis.set_major_formatter("{x:.0%}")
_ = ax.legend(loc="lower right")

# %% [markdown]
# ## What does pretraining gain, draw by draw?
#
# In a draw all arms have the same labels. So we take the difference of two arms *within* each draw.

# %%
points = {arm: 100 * values.T for arm, values in results.items()}  # sizes × draws


def compare(one, other, sizes=SIZES):
    for size in sizes:
        pair = [points[arm][SIZES.index(size)] for arm in (one, other)]
        difference(f"{one} − {other} | {size:,} labels", *pair, "+z.1f", over="draws")


print("Percentage points:")
for arm in ("masked", "denoising", "random strings"):
    compare(arm, "from scratch")
compare("masked, frozen", "masked", (50, 2_000))

# %% [markdown]
# Each line has the mean difference and its 95% interval over draws of labels. The two pretrained
# encoders of an arm and the test words are the same in all draws, so the interval covers other
# encoders only in part, and other test words not at all.
#
# TODO: at which numbers of labels the intervals of the three starts exclude 0; what freezing costs.
#
# ## Is it the words?
#
# A pretrained net may gain because it has read Finnish words. Or it may gain because its weights
# are no longer random, whatever it has read. *Denoising* and *random strings* differ in what was
# read, and in nothing else.

# %%
print("Percentage points:")
compare("denoising", "random strings")
compare("masked", "denoising")

# %% [markdown]
# TODO: what the words add to the random strings, and whether masked letters and denoising differ
# (two recipes: the interval does not say which of their differences matters). {cite:t}`kann2017`
# also found that copying random strings helps a net that learns to inflect.
#
# ## Where does the crossover lie?
#
# TnT learns from the same labels, and needs no unlabeled word. With which number of labels does a
# net draw level with it?

# %%
print("Percentage points:")
compare("masked", "TnT")
compare("letters + logistic regression", "from scratch", (50, 2_000))

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Differences of test accuracy in percentage points, with 95% intervals over eight draws of labels. Left: two pretrained nets, compared with the net from scratch. Right: two nets, compared with TnT.", "name": "fig-pretraining_on_words-gaps"}, "image": {"alt": "Two panels over 50 to 2,000 labels, with two curves each and a line at zero. Left the curves are near zero. Right both lie below zero, and rise with more labels."}}
fig, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.8))
panels = [
    (axes[0], "from scratch", ["masked", "random strings"]),
    (axes[1], "TnT", ["masked", "from scratch"]),
]
for ax, rival, arms in panels:
    for i, arm in enumerate(arms):
        color, marker = STYLES[arm]
        gaps = points[arm] - points[rival]
        half = stats.sem(gaps, axis=1) * stats.t.ppf(0.975, gaps.shape[1] - 1)
        x = np.array(SIZES) * (0.96, 1.04)[i]  # sideways, to keep the bars apart
        style = {"color": color, "marker": marker, "ms": 5, "lw": 1.6}
        ax.errorbar(x, gaps.mean(axis=1), half, capsize=3, label=arm, **style)
    ax.axhline(0, color="0.4", lw=1)
    ax.set_xscale("log")
    ax.set_xticks(SIZES, ["50", "200", "500", "2,000"])
    ax.minorticks_off()
    ax.set(title=f"− {rival}", xlabel="labels")
    ax.legend(fontsize=10)
_ = axes[0].set_ylabel("difference (points)")

# %% [markdown]
# TODO: the mean differences from TnT with 50 and with 2,000 labels; whether a crossover lies
# between them (an interval that includes or exceeds 0), or beyond (exercise 3).
#
# ## How far is it from here to BERT?
#
# BERT {cite}`devlin2019` does the same as our arm *masked*: it learns to give what was masked, and
# then all its layers are fine-tuned on a task with labels. It differs in size and in what it reads.
# It has 110 or 340 million weights, was trained on texts of 3.3 billion words, and masks pieces of
# words in *sentences*. The words around a mask say something about the meaning of what is masked;
# the letters of one word say little. BERT's gains were measured on eleven tasks with sentences, and
# nothing in this lesson contradicts them. But our control can be carried over. For summaries of
# texts, {cite:t}`krishna2021` pretrained a large net on random strings of letters, too, and nearly
# reached the scores of nets that had read real texts. So before you say that a net has learned a
# language by pretraining, pretrain it once on something that is no language.
#
# :::{admonition} Takeaways
# :class: tip
# - TODO: the gain with 50 labels; what random strings give; how far counting is ahead.
# - A gain by pretraining need not come from what was read. Pretrain once on random data to find
#   out.
# - Masked letters ask for what is hidden, denoising for the whole word.
# - Give counting the same labels and the same tuning, then look for the crossover.
# :::
#
# ## Exercises
#
# :::{admonition} Exercise 1 — What the weights know, or how large they are?
# :class: exercise
# Shuffle the numbers within each weight array of the *masked* encoders, which keeps their sizes and
# nothing else. Train from there with the settings of *masked*, with 50 labels. How far is the
# shuffled start from the net from scratch? (To check: a shuffle leaves the mean of each array as it
# was.)
# :::


# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 1", "code_prompt_hide": "Hide solution 1"}
def shuffled(encoder, draw):
    rng, copy = np.random.default_rng(draw), new_encoder()
    copy.set_weights([rng.permutation(w.ravel()).reshape(w.shape) for w in encoder.get_weights()])
    return copy


from_shuffled = []
for draw in range(8):
    encoder = shuffled(starting_encoder("masked", draw), draw)
    read = all_layers(encoder, draw_labeled(draw)[:50], chosen["masked", 100], draw)
    from_shuffled.append(100 * np.mean(read(TASK.test.words) == TASK.test.y))

print("Percentage points:")
masked, scratch = points["masked"][0], points["from scratch"][0]
difference("masked − shuffled | 50 labels", masked, from_shuffled, "+z.1f", over="draws")
difference("shuffled − from scratch | 50 labels", from_shuffled, scratch, "+z.1f", over="draws")

# %% [markdown]
# :::{admonition} Answer to exercise 1
# :class: dropdown
# TODO
# :::
#
# :::{admonition} Exercise 2 — Masked letters of random strings
# :class: exercise
# Train one net to give the masked letters of the random strings. What can it learn there? Which
# share of the masked letters does it give right on fresh random strings? (To check: it cannot be
# more than the share of the most frequent letter, but for chance.)
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 2", "code_prompt_hide": "Hide solution 2"}
net = pretrain("masked", strings, SEEDS[0])
fresh = last_letters(random_strings(unlabeled[:5_000], seed=1))
x, _, spoiled = spoil(fresh, "masked", np.random.default_rng(1))
given = net(x).numpy().argmax(axis=2)[spoiled]
measured("masked letters of random strings given right", np.mean(given == fresh[spoiled]), ".1%")
measured("always a, on random strings", np.mean(fresh[spoiled] == 1), ".1%")
print("letters that the net ever gives:", as_text(np.unique(given)))

# %% [markdown]
# :::{admonition} Answer to exercise 2
# :class: dropdown
# TODO
# :::
#
# :::{admonition} Exercise 3 — With all labels
# :class: exercise
# Train from scratch and from the *masked* encoders with all 20,000 labels: 3,000 steps of 128
# words, two seeds, and the rates that were chosen with 1,000 labels. Choose TnT's θ again. Does a
# crossover lie beyond 2,000 labels?
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 3", "code_prompt_hide": "Hide solution 3"}
every, right = np.arange(len(X_TRAIN)), {}
for arm in ("from scratch", "masked"):
    setting = chosen[arm, 1_000]
    encoders = [starting_encoder(ARMS[arm][0], draw) for draw in range(2)]
    reads = [all_layers(e, every, setting, i, 3_000, 128) for i, e in enumerate(encoders)]
    right[arm] = np.array([read(TASK.test.words) == TASK.test.y for read in reads])
counting = {theta: count_suffixes(None, every, theta, None) for theta in GRIDS[count_suffixes]}
best = max(counting, key=lambda theta: np.mean(counting[theta](TASK.valid.words) == TASK.valid.y))
right["TnT"] = [counting[best](TASK.test.words) == TASK.test.y]
for arm, hits in right.items():
    measured(f"20,000 labels: {arm}", np.mean(hits, axis=1), ".1%")
for one, other in [("masked", "from scratch"), ("masked", "TnT")]:
    name = f"20,000 labels: {one} − {other}"
    _ = lemma_difference(name, right[one], right[other], TASK.test.lemmas)

# %% [markdown]
# :::{admonition} Answer to exercise 3
# :class: dropdown
# TODO
# :::
#
# ## Further reading
#
# - {cite:t}`kann2017` let a net copy unlabeled words or random strings while it learns to inflect,
#   and gain up to 9.9%.
# - {cite:t}`wiemerslage2025` compare 13 such tasks in 19 languages. Copying is best with very few
#   unlabeled words, masked letters as there are more.
# - {cite:t}`devlin2019`: BERT.
# - {cite:t}`vincent2010`: denoising autoencoders.
