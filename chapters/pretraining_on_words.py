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

from lecture6_utils.cases import learn_tnt, load_cases
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

letters = np.array(list("".join(unlabeled)))
ends = np.cumsum([len(word) for word in unlabeled])[:-1]
strings = ["".join(s) for s in np.split(np.random.default_rng(0).choice(letters, len(letters)), ends)]

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
    return "".join(f"{' ' + TASK.characters}·"[number] for number in numbers).strip()


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
    x, y = (np.concatenate(part) for part in zip(*(spoil(numbers, how, rng)[:2] for _ in range(EPOCHS))))
    keras.utils.set_random_seed(seed)
    net = with_decoder(new_encoder())
    rate = keras.optimizers.schedules.CosineDecay(0.003, decay_steps=-(-len(x) // 128))
    net.compile(loss=loss, optimizer=keras.optimizers.Adam(rate))
    fit(net, x, y, epochs=1, batch_size=128)
    return net


repairers = {
    name: [pretrain(*task, seed) for seed in SEEDS] for name, task in PRETRAINING.items()
}

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
# PROSE restored
#
# ## Which rivals make the comparison fair?
#
# As in [the lesson on images](unsupervised_pretraining.ipynb#which-rivals-make-the-comparison-fair),
# two arms differ in one thing:
#
# | arm | starts from | spoiled by | learns from the labels |
# |---|---|---|---|
# | from scratch | random weights | | all layers |
# | masked | 50,000 words | a mask | all layers |
# | denoising | 50,000 words | other letters | all layers |
# | random strings | 50,000 random strings | other letters | all layers |
# | masked, frozen | 50,000 words | a mask | a linear head only |
# | letters + logistic regression | no encoder | | a linear head only |
# | TnT | no net | | counts of suffixes |
#
# (*Masked* and *denoising* are two whole recipes: they also differ in the letters that are asked
# for.) The labels are those of 2,000 training words, drawn at random. The first 50 of a draw are
# among its first 200, and so on. Of each arm the head starts at zero, and 400 steps of Adam follow,
# however few the labels are. We make eight draws of labels. Each has its own random encoder, and the
# two pretrained encoders take turns.

# %%
X_TRAIN = last_letters(TASK.train.words)


@cache
def draw_labeled(draw):
    return np.random.default_rng(draw).permutation(len(X_TRAIN))[:2_000]


@cache
def starting_encoder(kind, draw):
    if kind in repairers:
        return repairers[kind][draw % 2].layers[0]
    keras.utils.set_random_seed(1_000 + draw)
    return new_encoder()


def all_layers(kind, draw, few, learning_rate):
    encoder = new_encoder()
    encoder.set_weights(starting_encoder(kind, draw).get_weights())
    head = layers.Dense(N_CLASSES, activation="softmax", kernel_initializer="zeros")
    net = keras.Sequential([encoder, head])
    rate = keras.optimizers.schedules.CosineDecay(learning_rate, decay_steps=400)
    net.compile("adam", loss="sparse_categorical_crossentropy")
    net.optimizer = None
    return net


# %%
