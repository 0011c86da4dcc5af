# %% [markdown]
# # Read the sentiment of an unseen word
#
# *Hopeless* sounds bad, *sooo goood* sounds good. Can a network read the sentiment of a
# word from its letters, even if it has never seen the word?
#
# - **What you'll do**: predict how positive people find a word, with a convolution over
#   letters and with rivals that count. Test them on unseen words, and on seen words that
#   are misspelled or lengthened.
# - **What you'll learn**: how the split into training and test words decides the
#   result, and what letters tell about sentiment.
# - **What you'll need**: [the lesson on words from pieces](words_from_pieces.ipynb).
#
# *Slides covered: “Methods for Character Embeddings (Continued)” (hybrid approaches, “crucial
# for tasks like machine translation and sentiment analysis”), “Introduction to Character
# Embeddings” (words out of the vocabulary, misspellings, prefixes and suffixes).*

# %%
import random
import re

from lecture6_utils.reproducibility import make_reproducible

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline

from lecture6_utils.characters import characters_of, encode
from lecture6_utils.measurement import Measured, MeasuredTable, difference, measured
from lecture6_utils.plotting import COLORS, WIDTH, set_style
from lecture6_utils.training import fit
from lecture6_utils.words import load_words

make_reproducible("sentiment_of_words")
set_style()

# %% [markdown]
# ## How well do people agree?
#
# The lexicon of VADER {cite}`hutto2014` lists words with the ratings of ten people, from
# −4 (very negative) to 4 (very positive). The mean of the ten is the word's **sentiment**,
# which we predict. Words with a mean of 0 were left out of the lexicon.
#
# $R^2$ is the share of the variance that a prediction explains: 0 for always saying the
# mean of the training words, 1 for no error. Ten other people would give another mean, so
# not even a perfect model reaches 1. How far it gets follows from the spread of the ten ratings.

# %%
ratings = {
    row.word: np.array(row.ratings.split(), float) for row in load_words("english_sentiment")
}
words = np.array([word for word in ratings if re.fullmatch("[a-z]{3,}", word)])
ten = np.array([ratings[word] for word in words])
y = ten.mean(axis=1)
rating = dict(zip(words, y, strict=True))
print(f"{len(words):,} words, {np.mean(y < 0):.1%} negative")
for word in ("hope", "hopeful", "hopeless"):
    print(f"{word}: mean {rating[word]:.1f} of", *ratings[word].astype(int))

noise = ten.var(axis=1, ddof=1).mean() / 10
measured("R² of a perfect model", 1 - noise / y.var(), ".2f")
halves = ten[:, :5].mean(axis=1), ten[:, 5:].mean(axis=1)
measured("two groups of five agree on the sign", np.equal(*np.sign(halves)).mean(), ".1%")

# %% [markdown]
# ## Which words are unseen?
#
# The lexicon lists *hope*, *hoped*, *hopeful* and *hopefully*. If we draw test words at
# random, most of them have such a relative among the training words. So we split in two ways:
#
# - **relatives seen**: test words are drawn at random, as is often done;
# - **family unseen**: words with the same first four letters stay together. A negating
#   prefix is cut off before, if what is left begins like another word of the lexicon.
#
# Each split has five parts. We train three times, each time with another part for the
# test, another part for choosing settings (validation), and another seed.

# %%
NEGATING = "un dis in im ir il mis".split()
beginnings = {word[:4] for word in words}


def family(word):
    for prefix in NEGATING:
        rest = word.removeprefix(prefix)
        if rest != word and rest[:4] in beginnings:
            return rest[:4]
    return word[:4]


def parts(groups, n):
    """One of n parts for each word; words of the same group are in the same part."""
    names = sorted(set(groups))
    random.Random(0).shuffle(names)
    part = {name: i % n for i, name in enumerate(names)}
    return np.array([part[group] for group in groups])


families = np.array([family(word) for word in words])
splits = {"relatives seen": parts(words, 5), "family unseen": parts(families, 5)}
FOLDS = range(3)
print(f"{len(set(families)):,} families; that of hope:", *words[families == "hope"])

# %% [markdown]
# ## Who predicts?
#
# All models learn from the same words. Each has one setting, for which it may try five
# values on the validation words.
#
# - **Nearest words**: the mean rating of the 1, 3, 10, 30 or 100 training words at the
#   smallest edit distance (divided by the length of the longer word).
# - **Letter n-grams**: an n-gram is a piece of n letters. All pieces of up to five letters
#   are counted, with a mark for both ends of the word, and weighted by TF-IDF. **Ridge
#   regression** is linear regression with a penalty on large weights; this is its setting.
# - **Char-CNN**: an embedding, 128 filters that see five letters, their maxima, and one
#   linear unit. **Dropout** sets a fifth of the maxima to 0 in each training step, so that
#   the network does not rely on a few. The setting is the number of epochs.


# %%
def nearest_words(seen, y_seen, asked, seed=None):
    """Five predictions for each word that is asked for, one per value of the setting."""
    distance = Levenshtein.normalized_distance
    distances = process.cdist(asked, seen, scorer=distance, dtype=np.float32)
    sizes = [1, 3, 10, 30, 100]
    nearest = np.argpartition(distances, sizes, axis=1)
    return [y_seen[nearest[:, :k]].mean(axis=1) for k in sizes]


def letter_ngrams(seen, y_seen, asked, seed=None):
    pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 5), sublinear_tf=True)
    x, x_asked = pieces.fit_transform(seen), pieces.transform(asked)
    return [Ridge(penalty).fit(x, y_seen).predict(x_asked) for penalty in (0.03, 0.1, 1, 10, 100)]


LETTERS, LENGTH = characters_of(words), 16  # of longer words, both ends


def build_cnn():
    net = keras.Sequential(
        [
            keras.Input((LENGTH,), dtype="int32"),
            layers.Embedding(len(LETTERS) + 2, 16),  # + padding and unknown
            layers.Conv1D(128, 5, padding="same", activation="relu"),
            layers.GlobalMaxPooling1D(),
            layers.Dropout(0.2),
            layers.Dense(1),
        ]
    )
    net.compile(optimizer=keras.optimizers.Adam(5e-3), loss="mse")
    return net


net = build_cnn()
_ = net.fit(encode(words[:640], LETTERS, LENGTH), y[:640], batch_size=64, verbose=0)
print(f"{net.count_params():,} parameters")

# %% [markdown]
# That was Keras's own `fit`. From here on we use ours, which does the same in less time.


# %%
def char_cnn(seen, y_seen, asked, seed):
    keras.utils.set_random_seed(seed)
    net, predictions = build_cnn(), []
    x, x_asked = encode(seen, LETTERS, LENGTH), encode(asked, LETTERS, LENGTH)
    for more in (1, 1, 4, 6, 12):  # after 1, 2, 6, 12 and 24 epochs
        fit(net, x, y_seen.astype("float32"), epochs=more, batch_size=64, jit_compile=False)
        predictions.append(net(x_asked).numpy().ravel())
    return predictions


MODELS = {
    "nearest words": nearest_words,
    "letter n-grams": letter_ngrams,
    "char-CNN": char_cnn,
}


def predict(train, dev, asked, seed):
    """What each model says about the words, with the setting that is best on validation."""
    answers = {"mean of training": np.full(len(asked), y[train].mean())}
    for name, model in MODELS.items():
        tried = model(words[train], y[train], np.concatenate([words[dev], asked]), seed)
        errors = [np.mean((p[: dev.sum()] - y[dev]) ** 2) for p in tried]
        answers[name] = tried[np.argmin(errors)][dev.sum() :]
    return answers


# %% [markdown]
# For a later section we also ask for 500 words that the models *have* seen, in three
# spellings: as they were, with a real misspelling from the list of *codespell*, and
# lengthened, with one vowel written four times.

# %%
typos_of = {}
for row in load_words("english_misspellings"):
    typos_of.setdefault(row.word, []).append(row.typo)


def lengthen(word, rng):
    vowels = [i for i, letter in enumerate(word) if letter in "aeiouy"] or [0]
    i = rng.choice(vowels)
    return word[:i] + 4 * word[i] + word[i + 1 :]


answers, again = {}, []
for split, part in splits.items():
    for fold in FOLDS:
        train, dev, test = part > fold + 1, part == fold + 1, part == fold
        train |= part < fold
        rng = random.Random(fold)
        known = rng.sample([word for word in words[train] if word in typos_of], 500)
        spellings = {
            "as it was": known,
            "misspelled": [rng.choice(typos_of[word]) for word in known],
            "lengthened": [lengthen(word, rng) for word in known],
        }
        asked = np.concatenate([words[test], *spellings.values()])
        said = predict(train, dev, asked, seed=fold)
        answers[split, fold] = {name: p[: test.sum()] for name, p in said.items()}
        if split == "relatives seen":
            respelled = {name: np.split(p[test.sum() :], 3) for name, p in said.items()}
            again.append((train, spellings, respelled))


# %% tags=["hide-input"]
def r2(guess, true, base):
    return 1 - np.mean((guess - true) ** 2) / np.mean((base - true) ** 2)


rows = {}
for name in ["mean of training", *MODELS]:
    for split, part in splits.items():
        scores = [[], []]
        for fold in FOLDS:
            true, said = y[part == fold], answers[split, fold]
            scores[0].append(r2(said[name], true, said["mean of training"]))
            scores[1].append(np.mean((said[name] > 0) == (true > 0)))
        row = rows.setdefault(name, {})
        row[f"{split}: R²"] = Measured(scores[0], ".2f")
        row[f"{split}: right sign"] = Measured(scores[1], ".1%")
MeasuredTable(rows, corner="unseen words")

# %% [markdown]
# Are the gaps more than chance? We draw families again and again, each with all its
# words (a paired bootstrap), and take the gap in right signs each time.


# %%
def compare(name, one, other, groups):
    """A difference in points; its interval draws whole families."""
    index = np.unique(groups, return_inverse=True)[1]
    gap = 100 * (np.asarray(one, float) - other)
    sums = np.bincount(index, gap) * (index.max() + 1) / len(index)
    difference(f"{name}, in points", sums, spec="+.1f", over="families")


for split, part in splits.items():
    order = np.concatenate([np.flatnonzero(part == fold) for fold in FOLDS])
    right = {}
    for name in ["mean of training", *MODELS]:
        guess = np.concatenate([answers[split, fold][name] for fold in FOLDS])
        right[name] = (guess > 0) == (y[order] > 0)
    n_grams, constant = right["letter n-grams"], right["mean of training"]
    compare(f"{split}: char-CNN − n-grams", right["char-CNN"], n_grams, families[order])
    compare(f"{split}: n-grams − mean", n_grams, constant, families[order])

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The same model and the same lexicon, split in two ways: predictions by letter n-grams for unseen words (first part), over the people's rating. On the line, both are equal. On the left, relatives of the test words were trained on; on the right, they were not.", "name": "fig-sentiment-splits"}, "image": {"alt": "Two scatter plots of predictions over ratings. Left, relatives seen: two clouds along the diagonal. Right, family unseen: a flat band at zero, whatever the rating."}}
fig, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.1), sharey=True)
for ax, color, (split, part) in zip(axes, COLORS, splits.items(), strict=False):
    guess = answers[split, 0]["letter n-grams"]
    _ = ax.scatter(y[part == 0], guess, s=7, alpha=0.35, linewidth=0, color=color)
    _ = ax.plot([-3.5, 3.5], [-3.5, 3.5], color="0.4", linewidth=1)
    ax.set(title=split, xlabel="rating", aspect="equal", xlim=(-3.7, 3.7), ylim=(-3.7, 3.7))
_ = axes[0].set_ylabel("prediction")

# %% [markdown]
# PROSE1
#
# ## Do affixes help?
#
# An **affix** is a prefix or a suffix. What do the ratings say about some of them?


# %%
def with_affix(affix):
    if affix.endswith("-"):
        return np.array([word.startswith(affix[:-1]) for word in words])
    return np.array([word.endswith(affix[1:]) for word in words])


for affix in ("un-", "dis-", "mis-", "in-", "-less", "-ful"):
    has = with_affix(affix)
    print(f"{affix}: {has.sum()} words, {np.mean(y[has] < 0):.0%} negative")

# %% [markdown]
# Words in *un-*, *dis-* and *mis-* are nearly all negative, so letters do tell something here. But
# *-ful* says nothing by itself (*hopeful*, *painful*), and *-less* turns the base around
# (*hopeless*, *painless*). To read these, one must know the **base**. So we make it easy: the
# models see all words but some negations. Test words are all negations of a
# third of the families; their bases and other relatives are trained on, and so are the
# negations of another third. (The last third is for validation.)
#
# The rival here is a rule with two numbers: a line through the ratings of the base and of the negation,
# fitted to the negations in training.


# %%
def negates(word):
    """The word that this one negates, if both are in the lexicon."""
    for prefix in NEGATING:
        if word.startswith(prefix) and word[len(prefix) :] in rating:
            return word[len(prefix) :]
    stem, less, _ = word.partition("less")
    for base in (stem, stem + "e", stem + "ful"):
        if less and base in rating:
            return base


base_of = {word: negates(word) for word in words if negates(word)}
negation = np.array([word in base_of for word in words])
base = np.array([rating[base_of[word]] if word in base_of else 0 for word in words])
print(len(base_of), "negations:", *[f"{n} ({b})" for n, b in [*base_of.items()][5::50]])

third = parts(families, 3)
guess = {}
for fold in FOLDS:
    test, dev = negation & (third == fold), negation & (third == (fold + 1) % 3)
    train = ~test & ~dev
    said = predict(train, dev, words[test], seed=fold)
    learned = train & negation
    said["mean of training"][:] = y[learned].mean()
    said["turn the base"] = np.polyval(np.polyfit(base[learned], y[learned], 1), base[test])
    for name, values in said.items():
        guess.setdefault(name, np.zeros(len(words)))[test] = values
guess["mean of negations"] = guess.pop("mean of training")

# %% tags=["hide-input"]
kinds = {"good base": negation & (base > 0), "bad base": negation & (base < 0)}
print({name: int(part.sum()) for name, part in kinds.items()})
rows = {}
for name in ["mean of negations", "turn the base", *MODELS]:
    score = r2(guess[name][negation], y[negation], guess["mean of negations"][negation])
    rows[name] = {"R²": Measured(score, ".2f")}
    for kind, part in kinds.items():
        right = np.mean((guess[name][part] > 0) == (y[part] > 0))
        rows[name][f"{kind}: right sign"] = Measured(right, ".1%")
MeasuredTable(rows, corner="unseen negations of seen words")

# %%
right = {name: (values > 0) == (y > 0) for name, values in guess.items()}
for name in ("letter n-grams", "char-CNN"):
    one, other = right["turn the base"][negation], right[name][negation]
    compare(f"negations: turn the base − {name}", one, other, families[negation])

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Negations of words that the network has seen: rating of the base (across) and of its negation (up). People turn the sign around (circles). The char-CNN has not seen these negations (triangles).", "name": "fig-sentiment-negations"}, "image": {"alt": "A scatter plot of negations over their bases. Circles lie in the upper left, such as painless, and in the lower right, such as hopeless. Triangles lie below zero on both sides."}}
fig, ax = plt.subplots(figsize=(WIDTH, 4.2))
_ = ax.scatter(base[negation], y[negation], s=24, facecolor="none", edgecolor=COLORS[0])
of_net = guess["char-CNN"]
_ = ax.scatter(base[negation], of_net[negation], s=20, marker="^", color=COLORS[1], alpha=0.6)
for word in ("hopeless", "painless", "fearless", "unhappy"):
    [i] = np.flatnonzero(words == word)
    for value, color in ((y[i], COLORS[0]), (of_net[i], COLORS[1])):
        place = {"textcoords": "offset points", "fontsize": 11, "color": color, "weight": "bold"}
        _ = ax.annotate(word, (base[i], value), (5, 4), **place)
ax.axhline(0, color="0.4", linewidth=1)
ax.axvline(0, color="0.4", linewidth=1)
_ = ax.text(0.02, 0.98, "○ people", color=COLORS[0], transform=ax.transAxes, va="top")
_ = ax.text(0.02, 0.91, "▲ char-CNN", color=COLORS[1], transform=ax.transAxes, va="top")
ax.set(xlabel="rating of the base, such as hope", ylabel="rating of the negation, such as hopeless")

# %% [markdown]
# PROSE2
#
# ## Is a known word still known in another spelling?
#
# Now the words have been seen, but are spelled otherwise. The rival is a look-up: a letter
# that stands three times or more is written once, or else twice (**squeezed**), until the
# word is in the list of training words. If it never is, the answer is the mean.

# %% tags=["hide-input"]
rows = {}
for train, spellings, respelled in again:
    seen = {word: rating[word] for word in words[train]}
    true = np.array([rating[word] for word in spellings["as it was"]])
    for i, (spelling, asked) in enumerate(spellings.items()):
        squeezed = [[re.sub(r"(.)\1{2,}", n, word) for n in (r"\1", r"\1\1")] for word in asked]
        found = [next((seen[w] for w in ways if w in seen), y[train].mean()) for ways in squeezed]
        said = {
            "squeeze and look up": np.array(found),
            "nearest word": nearest_words(words[train], y[train], asked)[0],
            "letter n-grams": respelled["letter n-grams"][i],
            "char-CNN": respelled["char-CNN"][i],
        }
        for name, values in said.items():
            score = r2(values, true, y[train].mean())
            rows.setdefault(name, {}).setdefault(spelling, []).append(score)
MeasuredTable(
    {
        name: {spelling: Measured(scores, ".2f") for spelling, scores in row.items()}
        for name, row in rows.items()
    },
    corner="R², seen words",
)

# %% [markdown]
# PROSE3
#
# ## Which promises hold?
#
# | The slides say | Verdict | Measured here |
# |---|---|---|
# | characters are crucial for sentiment analysis | TODO | |
# | they help with words out of the vocabulary | TODO | |
# | … and with misspellings | TODO | |
# | prefixes and suffixes are captured | TODO | |
#
# :::{admonition} Takeaways
# :class: tip
# - TODO
# :::
#
# ## Exercises
#
# :::{admonition} Exercise 1 — How large is a family?
# :class: exercise
# We called words with the same first four letters relatives. Group by the first 2, 3, 4, 6 and 8
# letters, and measure $R^2$ of the letter n-grams with penalty 1 on the first part. (To check: the
# larger the number, the larger $R^2$.)
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 1", "code_prompt_hide": "Hide solution 1"}
for n in (2, 3, 4, 6, 8):
    test = parts([word[:n] for word in words], 5) == 0
    said = letter_ngrams(words[~test], y[~test], words[test])[2]
    score = r2(said, y[test], y[~test].mean())
    measured(f"families of {n} letters: R²", score, ".2f")

# %% [markdown]
# :::{admonition} Answer to exercise 1
# :class: dropdown
# TODO
# :::
#
# :::{admonition} Exercise 2 — Tell the model about the base
# :class: exercise
# Give the ridge regression one more input: the rating of the base, and 0 for words that negate
# nothing. Train it on all words but the negations of the first third of the families, with penalty
# 0.1. For how many of the test words with a bad base is the sign right now? (To check: without the
# input, it is about that of the letter n-grams in the table.)
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 2", "code_prompt_hide": "Hide solution 2"}
test = negation & (third == 0)
pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 5), sublinear_tf=True)
x = pieces.fit(words[~test]).transform(words).tocsr()
with_base = hstack([x, base[:, None]]).tocsr()
bad = test & (base < 0)
for name, inputs in (("letters", x), ("letters and base", with_base)):
    said = Ridge(0.1).fit(inputs[~test], y[~test]).predict(inputs[bad])
    measured(f"{name}: right sign, bad base", np.mean((said > 0) == (y[bad] > 0)), ".1%")

# %% [markdown]
# :::{admonition} Answer to exercise 2
# :class: dropdown
# TODO
# :::
#
# :::{admonition} Exercise 3 — Emoticons
# :class: exercise
# The lexicon has emoticons, too, such as `:)` and `):`. Predict them by ridge regression on single characters
# and on n-grams of up to three. Keep emoticons with the same characters in the same part (noses apart).
# What does the difference show? (To check: always saying positive is right for 59.8%.)
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 3", "code_prompt_hide": "Hide solution 3"}
emoticons = [word for word in ratings if not re.search("[A-Za-z0-9]{2}", word)]
means = np.array([ratings[emoticon].mean() for emoticon in emoticons])
groups = ["".join(sorted(set(emoticon) - set("-o^'"))) for emoticon in emoticons]
print(f"{len(emoticons)} emoticons in {len(set(groups))} groups, {np.mean(means > 0):.1%} positive")
for name, longest in (("single characters", 1), ("up to three characters", 3)):
    n_grams = TfidfVectorizer(analyzer="char", lowercase=False, ngram_range=(1, longest))
    said = cross_val_predict(
        make_pipeline(n_grams, Ridge(0.3)), emoticons, means, groups=groups, cv=GroupKFold(5)
    )
    measured(f"emoticons, {name}: right sign", np.mean((said > 0) == (means > 0)), ".1%")

# %% [markdown]
# :::{admonition} Answer to exercise 3
# :class: dropdown
# TODO
# :::
#
# ## Further reading
#
# - {cite:t}`hutto2014` tell how the lexicon was made, and how VADER reads whole sentences: it
#   handles *not good* and *GOOD!!!* by rules.
# - {cite:t}`kim2016character` is the source of our network.
# - {cite:t}`bojanowski2017enriching` add up vectors of letter n-grams.
