"""A study of planted faults: `python tests/mutations.py` (`make mutations`).

Bounds that are too wide never raise a false alarm, but then they find no fault either. So
faults of the kind that people make are planted in scratch copies of the book, one at a
time, and the first check that catches one is noted: the unit tests named for it, what
`check.py` sees without running anything, or the proof of its lesson. The lesson's evidence
counts as that of the faulty lesson, else its fingerprint alone would give every fault away.

Results are kept in ``_build/mutations``, so a run that was cut off goes on; delete the
folder to judge all anew. When every fault is judged, ``chapters/evidence/mutations.json``
is written, and the exit status says whether all were caught.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat
from helpers import ROOT, copy_book

from lecture6_utils.book.check import all_problems
from lecture6_utils.book.evidence import evidence_path, out_of_range, read_evidence
from lecture6_utils.book.lessons import (
    METADATA_KEY,
    BookError,
    Lesson,
    evidence_fingerprint,
    read_notebook,
    read_script,
    replace_text,
)
from lecture6_utils.book.study import run

NOT_CAUGHT = "NOT CAUGHT"
PYTEST = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no", "-x"]


@dataclass(frozen=True)
class Mutation:
    """A fault: in `file`, the text `old`, which occurs once, becomes `new`.

    The unit tests in the files `tests` are to catch it, or else the proof of `lesson`, which
    stops at the first failure: `to_the_end` also runs the lesson whole, to see all numbers that
    the fault moves out of their range.
    """

    name: str
    file: str
    old: str
    new: str
    lesson: str | None = None
    tests: tuple = ()
    to_the_end: bool = False


def in_lesson(slug, *faults, to_the_end=False):
    """Faults (name, old text, new text) in a lesson, which its own proof has to catch."""
    file = f"chapters/{slug}.py"
    return [
        Mutation(name, file, old, new, slug, to_the_end=to_the_end) for name, old, new in faults
    ]


def in_module(module, *faults, lesson=None, tests=()):
    """Faults in a module of the package."""
    file = f"lecture6_utils/{module}.py"
    return [Mutation(*fault[:1], file, *fault[1:], lesson, tests) for fault in faults]


# --- the faults ---------------------------------------------------------------------------

MUTATIONS = [
    *in_lesson(
        "character_embeddings",
        (
            "no row of the embedding for padding",
            "max_vocab_size = len(tokenizer.word_index) + 1",
            "max_vocab_size = len(tokenizer.word_index)",
        ),
        (
            "mask_zero left off",
            "unmasked, masked = slide_model(), slide_model(mask_zero=True)",
            "unmasked, masked = slide_model(), slide_model()",
        ),
        (
            "the same seed for every network",
            "    keras.utils.set_random_seed(seed)\n    unmasked, masked",
            "    keras.utils.set_random_seed(0)\n    unmasked, masked",
        ),
        (
            "zeros in front instead of behind",
            'def padded(texts, length, padding="post"):',
            'def padded(texts, length, padding="pre"):',
        ),
        (
            "a curve missing in a figure",
            "_ = ax.plot(lengths, np.ones(len(lengths)), color=COLORS[0])\n",
            "",
        ),
        (
            "padding in front of the crossed strings",
            "p = [probabilities(m, padded([start + rest], 16))[0] for m in readers]",
            'p = [probabilities(m, padded([start + rest], 16, "pre"))[0] for m in readers]',
        ),
        (
            "cross-entropy with the probability of the wrong class",
            "np.where(y == 1, p, 1 - p)",
            "np.where(y == 1, 1 - p, p)",
        ),
        (
            "wrong answers counted as right",
            "np.mean((p > 0.5) == y)",
            "np.mean((p > 0.5) != y)",
        ),
        (
            "a tenth of the epochs",
            "fit(model, padded_sequences, y, epochs=200, batch_size=3)",
            "fit(model, padded_sequences, y, epochs=20, batch_size=3)",
        ),
        (
            "a quoted accuracy changed by one digit",
            "An accuracy of ≈ 66.7%",
            "An accuracy of ≈ 66.8%",
        ),
    ),
    *in_lesson(
        "character_models",
        (
            "test lemmas among the training words",
            "rest = [row for row in rows if row.lemma not in test_lemmas | valid_lemmas]",
            "rest = list(rows)",
        ),
        (
            "off by one: no empty suffix",
            "range(max(0, len(word) - longest), len(word) + 1)",
            "range(max(0, len(word) - longest), len(word))",
        ),
        (
            "the shortest suffix looked up first",
            "return [word[i:] for i in range(max(0, len(word) - longest), len(word) + 1)]",
            "return [word[i:] for i in range(max(0, len(word) - longest), len(word) + 1)][::-1]",
        ),
        (
            "argmax over the words, not the classes",
            "net(prepare(words)).numpy().argmax(axis=1)",
            "net(prepare(words)).numpy().argmax(axis=0)",
        ),
    ),
    *in_lesson(
        "typos_and_order",
        (
            "test words without their typos",
            "words = [make_typo(word, rng) if len(word) > 1 else word for word in words]",
            "words = [word for word in words]",
        ),
        (
            "natural typos with equal chances",
            "kind, typed = rng.choices(names, rates)[0]",
            "kind, typed = rng.choice(names)",
        ),
        (
            "the last two letters in front, not five",
            "word[-5:] + word[:-5]",
            "word[-2:] + word[:-2]",
        ),
        (
            "words shifted among each other, not letters",
            "np.roll(roomy(words), 7, axis=1)",
            "np.roll(roomy(words), 7, axis=0)",
        ),
        (
            "blind to the beginning, not to the end",
            "keras.ops.not_equal(x[:, 6:], 0)",
            "keras.ops.not_equal(x[:, :-6], 0)",
        ),
        (
            "always the rarest case instead of the most frequent",
            "most_frequent = np.bincount(train_y).argmax()",
            "most_frequent = np.bincount(train_y).argmin()",
        ),
    ),
    *in_lesson(
        "codings_of_a_character_model",
        (
            "the largest activation stays, not the k largest",
            'ops.top_k(codings, STRENGTH["TopK"])[0][:, -1:]',
            'ops.top_k(codings, STRENGTH["TopK"])[0][:, :1]',
        ),
        (
            "a threshold between equal values",
            "ranked[:-1] > ranked[1:]",
            "ranked[:-1] >= ranked[1:]",
        ),
        (
            "a hit that may change the number",
            "hit = (CLASS_CASE[after] == case) & (CLASS_NUMBER[after] == CLASS_NUMBER[before])",
            "hit = CLASS_CASE[after] == case",
        ),
        (
            "the 2 of F1 forgotten",
            "return 2 * both / (n_found + n_true)",
            "return both / (n_found + n_true)",
        ),
        (
            "a unit's pattern is the unit itself",
            "along = directions[base] @ (x.T @ x)",
            "along = directions[base]",
        ),
    ),
    *in_lesson(
        "letters_and_pieces",
        (
            "WordPiece merges by count, as BPE does",
            "return n_pair * math.log(n_pair * n_all / (n_first * n_second))",
            "return n_pair",
        ),
        (
            "the first four pieces of a word",
            "for piece in cutters[kind](word)] for word in words]\n        return np.array([([0] * 4 + row)[-4:]",
            "for piece in cutters[kind](word)] for word in words]\n        return np.array([(row + [0] * 4)[:4]",
        ),
    ),
    *in_lesson(
        "sentiment_of_words",
        (
            "relatives of the test words trained on",
            '"family unseen": parts(families, 5)',
            '"family unseen": parts(words, 5)',
        ),
        (
            "test words of the lexicon among the training words",
            "train = ~test & ~dev",
            "train = ~dev",
        ),
        (
            "negations to be tested among the training words",
            "said = predict(~test & ~dev, dev, words[test], seed=fold)",
            "said = predict(~dev, dev, words[test], seed=fold)",
        ),
        (
            "R² measured against zero instead of the mean",
            "return 1 - np.mean((guess - true) ** 2) / np.mean((mean - true) ** 2)",
            "return 1 - np.mean((guess - true) ** 2) / np.mean(true**2)",
        ),
        (
            "n-grams that learn the rating, not the error of the rule",
            "letter_ngrams(words[learned], (y - line)[learned], words)",
            "letter_ngrams(words[learned], y[learned], words)",
        ),
    ),
    *in_lesson(
        "write_a_word",
        (
            "split by word, not by lemma",
            "SPLIT = split_by_lemma(LEMMA_OF)",
            "SPLIT = split_by_lemma({word: word for word in LEMMA_OF})",
        ),
        (
            "the end of the word not predicted",
            "y[i, : len(word) + 1] = [*numbers, 0]",
            "y[i, : len(word)] = numbers",
        ),
        (
            "nats called bits",
            "return -np.log2(probabilities[np.arange(len(targets)), targets])",
            "return -np.log(probabilities[np.arange(len(targets)), targets])",
        ),
        (
            "short contexts counted by occurrence, not by symbols before",
            "pairs = np.concatenate([different, at_start])",
            "pairs = (key * BASE + targets)[key >= 0]",
        ),
        (
            "a discount that is not given away",
            "p[seen] = counts - taken + taken.sum(axis=1, keepdims=True) * p[seen]",
            "p[seen] = counts - taken + 1e-9",
        ),
        (
            "a window that holds the symbol to be predicted",
            "return every[y >= 0]",
            "return np.roll(every, -1, axis=1)[y >= 0]",
        ),
        (
            "the temperature multiplied",
            "p = softmax(logits / temperature)",
            "p = softmax(logits * temperature)",
        ),
        (
            "the distance to the first vowel, not to the one before",
            "asked.append((start + i, partner, i - before))",
            "asked.append((start + i, partner, i - vowels[0]))",
        ),
    ),
    *in_lesson(
        "pretraining_on_words",
        (
            "unlabeled words of test lemmas",
            'load_words("finnish_nouns") if row.lemma not in held_out}',
            'load_words("finnish_nouns")}',
        ),
        (
            "letters asked that were not masked",
            'asked = spoiled if how == "masked" else numbers > 0',
            "asked = numbers > 0",
        ),
        (
            "words read in place of random strings",
            '("masked", strings)',
            '("masked", unlabeled)',
        ),
    ),
    *in_lesson(
        "translate_letters",
        (
            "test lemmas among the training lemmas",
            "lemmas[320:372], lemmas[372:]",
            "lemmas[320:372], lemmas[:100]",
        ),
        (
            "the letter to be written given before it is written",
            "before = np.pad(target[:, :-1], ((0, 0), (1, 0)), constant_values=START)",
            "before = target",
        ),
        (
            "the network with attention does not attend",
            'seen = ops.einsum("nfl,nld->nfd", weights, vectors)',
            'seen = ops.einsum("nfl,nld->nfd", 0 * weights + 1 / LEMMA, vectors)',
        ),
        (
            "no place of a letter in step-by-step writing",
            'read = ops.concatenate([layer["letter"](last) + place, asked], axis=1)',
            'read = ops.concatenate([layer["letter"](last), asked], axis=1)',
        ),
        (
            "rewrite rules that do not look at the lemma",
            "found = shares[next(key for key in keys if key in shares)]",
            "found = shares[keys[-1]]",
        ),
        (
            "front vowels in no ending",
            "return form if is_back else ending_turned(row, form, TO_FRONT)",
            "return form",
        ),
        (
            "no place in the query of step-by-step writing",
            'query = layer["query"](state) + ops.pad(place, ((0, 0), (0, 48)))',
            'query = layer["query"](state)',
        ),
        (
            "stems that stay for stems that change",
            '"stem stays": ~changed, "stem changes": changed}',
            '"stem stays": changed, "stem changes": ~changed}',
        ),
    ),
    *in_lesson(
        "word_autoencoders",
        (
            "letters counted in place of words",
            "(scores.argmax(axis=2) == x).all(axis=1) for scores",
            "(scores.argmax(axis=2) == x).mean(axis=1) for scores",
        ),
        (
            "test words among the correct words to learn from",
            'if word[:4] not in held["valid"] | held["test"]]',
            'if word[:4] not in held["valid"]]',
        ),
        (
            "the bits of the codings not counted",
            "return np.array([bits, letter_bits(",
            "return np.array([0 * bits, letter_bits(",
        ),
        (
            "the end of the word not counted by the n-gram model",
            "counted = np.arange(places) <= (x > 0)",
            "counted = np.arange(places) < (x > 0)",
        ),
        (
            "a probe that answers about the words that it learned from",
            "right = classifier.predict(vectors[~learns]) == labels[~learns]",
            "right = classifier.predict(vectors[learns]) == labels[learns]",
        ),
        (
            "nats of a softmax called bits",
            "keepdims=True))) / np.log(2)",
            "keepdims=True)))",
        ),
        (
            "the misspellings as targets",
            "train_net(net, x, y, epochs=3, batch_size=256, learning_rate=1e-2)",
            "train_net(net, x, x, epochs=3, batch_size=256, learning_rate=1e-2)",
        ),
        (
            "a threshold that lets most correct words be changed",
            'cut = np.quantile(margin["valid"], 0.9, axis=1)',
            'cut = np.quantile(margin["valid"], 0.1, axis=1)',
        ),
    ),
    *in_lesson(
        "variational_words",
        (
            "charged for the smaller of rate and free bits",
            'ops.maximum(latent, arm["free"])',
            'ops.minimum(latent, arm["free"])',
        ),
        (
            "codings without noise",
            'arm["noise"] * noise  #',
            "0 * noise  #",
        ),
        (
            "test words among those of the VAE",
            'train_words = SPLIT["train"][:20_000]',
            'train_words = (SPLIT["test"] + SPLIT["train"])[:20_000]',
        ),
        (
            "importance weights of words without the density of q",
            "ratio = log_normal(z) - log_normal(z, mean, log_var)",
            "ratio = log_normal(z)",
        ),
        (
            "nats of a VAE of words called bits",
            "return -log_w.mean(axis=0) / np.log(2), -bound / np.log(2)",
            "return -log_w.mean(axis=0), -bound",
        ),
        (
            "the end of the word not counted",
            "np.mean([len(word) + 1 for word in words])",
            "np.mean([len(word) for word in words])",
        ),
        (
            "annealing that stays at 0",
            'np.minimum(1, progress / s["anneal"] if s["anneal"] else 1 + progress)',
            'np.minimum(1, 0 * progress if s["anneal"] else 1 + progress)',
        ),
    ),
    *in_lesson(
        "named_entities",
        (
            "a vocabulary of 2,000 BPE pieces for 3,000",
            "vocab_size=3_000",
            "vocab_size=2_000",
        ),
    ),
    *in_lesson(
        "sparse_autoencoders",
        (
            "the colors of two curves swapped",
            'hues = {"KL": COLORS[2], "MAE": COLORS[1], "MSE": COLORS[0]}',
            'hues = {"KL": COLORS[0], "MAE": COLORS[1], "MSE": COLORS[2]}',
        ),
        (
            "a live figure with another target",
            "live_penalty(target=0.1)",
            "live_penalty(target=0.2)",
        ),
        (
            "mean over the units, not the images",
            "mean_activities = ops.mean(inputs, axis=0)",
            "mean_activities = ops.mean(inputs, axis=1)",
        ),
        (
            "Kullback–Leibler divergence the wrong way round",
            "kl_divergence(target, mean_activities)",
            "kl_divergence(mean_activities, target)",
        ),
        (
            "regularizer divided by the batch size twice",
            "self.add_loss(self.regularizer(inputs))",
            'self.add_loss(self.regularizer(inputs) / ops.cast(ops.shape(inputs)[0], "float32"))',
        ),
        (
            "regularizer's weight not divided",
            "kld_reg = KLDivergenceRegularizer(weight=0.05 / 32, target=0.1)",
            "kld_reg = KLDivergenceRegularizer(weight=0.05, target=0.1)",
        ),
        (
            "units count as live from 0.5, not 0.05",
            "codings.max(axis=0) >= 0.05",
            "codings.max(axis=0) >= 0.5",
        ),
        (
            "Hoyer sparsity by the squared norm",
            "(np.linalg.norm(codings, axis=1) + 1e-9)",
            "(np.linalg.norm(codings, axis=1) ** 2 + 1e-9)",
        ),
        (
            "squared error with half of KL's curvature",
            "ops.square(gap) / (2 * p * (1 - p))",
            "ops.square(gap) / (4 * p * (1 - p))",
        ),
    ),
    *in_lesson(
        "stacked_autoencoders",
        (
            "one curve drawn twice",
            "curve = np.array([errors[d, activation, k] for d in hidden_layers])",
            'curve = np.array([errors[d, "linear", k] for d in hidden_layers])',
        ),
        (
            "PCA fitted on the validation images",
            "pca = PCA(n_components=equal_parameters).fit(flat(X_train))",
            "pca = PCA(n_components=equal_parameters).fit(flat(X_valid))",
        ),
        (
            "the mean not counted among PCA's parameters",
            "return n_parameters // 784 - 1",
            "return n_parameters // 784",
        ),
        (
            "the decoder's layers not mirrored",
            "for n in widths[::-1]],",
            "for n in widths],",
        ),
    ),
    *in_lesson(
        "training_autoencoders",
        (
            "the decoder's part of the gradient left out",
            "error = np.abs(encoder + decoder.T - tied).max()",
            "error = np.abs(encoder - tied).max()",
        ),
        (
            "trained on the test images",
            "fit_autoencoder(net, X_train[:n_images], epochs=epochs_for[n_images], batch_size=40)",
            "fit_autoencoder(net, X_test[:n_images], epochs=epochs_for[n_images], batch_size=40)",
        ),
        (
            "fine-tuning left out",
            "return fit_net(sandwich(encoders, decoders), X_small, TUNING_EPOCHS, rate)",
            "return sandwich(encoders, decoders)",
        ),
        (
            "a gain that is not there",
            "VarianceScaling(gain**2,",
            "VarianceScaling(1,",
        ),
        (
            "only the way forward counted",
            "epoch_of_all = 3 * multiplications(PAIRS)",
            "epoch_of_all = multiplications(PAIRS)",
        ),
        (
            "kernel not tied",
            'DenseTranspose(dense_2, activation="selu")',
            "keras.layers.Dense(100, **selu)",
        ),
    ),
    *in_lesson(
        "tsne",
        (
            "labels of the validation images permuted",
            "(X_train, y_train), (X_valid, y_valid), _ = load_fashion_mnist()",
            "(X_train, y_train), (X_valid, y_valid), _ = load_fashion_mnist()\n"
            "y_valid = np.random.default_rng(0).permutation(y_valid)",
        ),
        (
            "P not made symmetric",
            "return (p + p.T) / (2 * len(X))",
            "return (p + p) / (2 * len(X))",
        ),
        (
            "repulsion that is not normalized",
            "Q = w / w.sum()",
            "Q = w / w.sum(axis=1, keepdims=True)",
        ),
        (
            "no early exaggeration in any run",
            "factor = exaggeration if step < 100 else 1",
            "factor = exaggeration if step < 0 else 1",
        ),
        (
            "one nearest neighbor for ten",
            "nearest = NearestNeighbors(n_neighbors=10).fit(points)",
            "nearest = NearestNeighbors(n_neighbors=1).fit(points)",
        ),
        (
            "votes summed over the classes, not the neighbors",
            ".sum(axis=1).argmax(axis=1)",
            ".sum(axis=2).argmax(axis=1)",
        ),
        (
            "perplexity 30 on all three maps",
            "descend(joint(few, perplexity), pca_start(few))",
            "descend(joint(few, 30), pca_start(few))",
        ),
        (
            "PCA not rescaled",
            "pca_30 / pca.explained_variance_**0.25",
            "pca_30 / pca.explained_variance_**0",
        ),
        (
            "a control that is trained, too",
            'vectors["trained"] = word_vectors.predict',
            'vectors["random weights"] = vectors["trained"] = word_vectors.predict',
        ),
        (
            "variance for standard deviation",
            "return np.sqrt(wide.var(axis=0).sum() / tight.var(axis=0).sum())",
            "return wide.var(axis=0).sum() / tight.var(axis=0).sum()",
        ),
    ),
    *in_lesson(
        "undercomplete_autoencoders",
        (
            "off by one in a sequence",
            "sequence_2 = np.arange(70, 27, -2)",
            "sequence_2 = np.arange(70, 28, -2)",
        ),
        (
            "the mean not added back",
            "rebuilt.append(50 + 35 * autoencoder.predict",
            "rebuilt.append(35 * autoencoder.predict",
        ),
        (
            "inputs of two panels swapped",
            'ax.plot(place, slide[i], "o"',
            'ax.plot(place, slide[1 - i], "o"',
        ),
        (
            "off by one in the components that PCA keeps",
            "np.sum(Z[:, k:] ** 2)",
            "np.sum(Z[:, k + 1 :] ** 2)",
        ),
        (
            "shuffled within a sequence, not among them",
            "rng.permuted(lines(rng, n), axis=0)",
            "rng.permuted(lines(rng, n), axis=1)",
        ),
        (
            "the control's frame as random as the other",
            "gray, gray_valid = framed(X_train), framed(X_valid)",
            "gray, gray_valid = framed(X_train, rng), framed(X_valid, rng)",
        ),
        (
            "the loss asks for the frame where it should not",
            '"random frame, gray target": (random, gray, random_valid)',
            '"random frame, gray target": (random, random, random_valid)',
        ),
        (
            "k-nearest neighbors with k = 1",
            "KNeighborsClassifier(10)",
            "KNeighborsClassifier(1)",
        ),
    ),
    *in_lesson(
        "unsupervised_pretraining",
        (
            "clone_model without set_weights",
            "    copy.set_weights(encoder.get_weights())\n",
            "",
        ),
        (
            "encoder frozen where it is to be fine-tuned",
            "encoder.trainable = True  # unfreeze",
            "encoder.trainable = False",
        ),
        (
            "labeled images of one class first",
            'np.ravel(by_class, order="F")',
            'np.ravel(by_class, order="C")',
        ),
        (
            "percent of percent",
            "points = {arm: 100 * values.T for",
            "points = {arm: 100 * 100 * values.T for",
        ),
        (
            "hidden layer of the head without an activation",
            'hidden = keras.layers.Dense(100, activation="selu", kernel_initializer="lecun_normal")',
            'hidden = keras.layers.Dense(100, kernel_initializer="lecun_normal")',
        ),
    ),
    *in_lesson(
        "variational_autoencoders",
        (
            "½ forgotten in the latent loss",
            "return -0.5 * ops.sum(1 + log_var",
            "return -1.0 * ops.sum(1 + log_var",
        ),
        (
            "sign of the log-variance",
            "1 + log_var - ops.exp(log_var)",
            "1 + log_var - ops.exp(-log_var)",
        ),
        (
            "latent loss with the wrong sign",
            "self.add_loss(self.beta * ops.mean",
            "self.add_loss(-self.beta * ops.mean",
        ),
        (
            "variance for standard deviation in the draw",
            "return mean + ops.exp(log_var / 2) * noise",
            "return mean + ops.exp(log_var) * noise",
        ),
        (
            "sum for mean over the pixels",
            "return ops.mean(ops.square(images - ops.sigmoid(logits)), axis=(1, 2))",
            "return ops.sum(ops.square(images - ops.sigmoid(logits)), axis=(1, 2))",
        ),
        (
            "β = 50",
            "def build(seed, beta=1.0,",
            "def build(seed, beta=50.0,",
        ),
        (
            "importance weights: mean of the logarithms",
            "np.mean(logsumexp(groups, axis=1) - np.log(k), axis=0)",
            "np.mean(np.mean(groups, axis=1), axis=0)",
        ),
        (
            "coins tossed upside down",
            ".random(X_test.shape) < X_test)",
            ".random(X_test.shape) > X_test)",
        ),
        (
            "importance weights without the density of q",
            "return log_joint - log_normal(z, mean, log_var)",
            "return log_joint",
        ),
        (
            "the divergence the other way round",
            "np.sum(np.exp(log_q) * (log_q - log_true))",
            "np.sum(np.exp(log_true) * (log_true - log_q))",
        ),
        (
            "the arc's angle left out",
            "np.sin((1 - t) * angle) * a + np.sin(t * angle) * b",
            "(1 - t) * a + t * b",
        ),
        (
            "own normal without its covariance",
            "noise @ np.linalg.cholesky(np.cov(codings.T)).T",
            "noise",
        ),
        (
            "pictures drawn from logits",
            'return ops.convert_to_numpy(ops.sigmoid(decoder(z.astype("float32"))))',
            'return ops.convert_to_numpy(decoder(z.astype("float32")))',
        ),
        (
            "Fréchet distance without its trace term",
            "np.sum((m1 - m2) ** 2) + np.trace(S1) + np.trace(S2) - 2 * root",
            "np.sum((m1 - m2) ** 2)",
        ),
    ),
    *in_lesson(
        "words_from_pieces",
        (
            "test words among the training words",
            "    elif row.word[:4] not in dev_families:",
            "    if row.word[:4] not in dev_families:",
        ),
        (
            "ties count as hits",
            "return np.clip((1 - better) / tied, 0, 1)",
            "return (better < 1).astype(float)",
        ),
        (
            "vectors not scaled to length 1",
            "            layers.UnitNormalization(),\n",
            "",
        ),
        (
            "two arms swapped in a figure",
            "color = COLORS[1] if name.endswith(",
            "color = COLORS[1] if not name.endswith(",
        ),
        (
            "a word may be its own root",
            "row[position[form]] = -np.inf",
            "pass",
        ),
    ),
    # Of the numbers that are quoted most, each is moved by one of these, or by one above.
    *in_lesson(
        "character_models",
        (
            "logits taken as probabilities",
            "    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
            "    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=False)",
        ),
        (
            "the shorter suffix weighed by its own count alone",
            "shorter = shares[suffix[1:]] if suffix else own",
            "shorter = counts[suffix[1:]] / counts[suffix[1:]].sum() if suffix else own",
        ),
        (
            "TnT learns from 2,000 words",
            "learn_tnt(train_words, train_y, theta, len(CLASSES))\nprint(",
            "learn_tnt(train_words[:2_000], train_y[:2_000], theta, len(CLASSES))\nprint(",
        ),
        (
            "the second nearest letter for the nearest",
            "np.argsort(cosines)[-2]",
            "np.argsort(cosines)[-3]",
        ),
        to_the_end=True,
    ),
    *in_lesson(
        "write_a_word",
        (
            "the net mixed with itself",
            "return [weight * p + (1 - weight) * counted for p in nets]",
            "return [weight * p + (1 - weight) * p for p in nets]",
        ),
        to_the_end=True,
    ),
    *in_lesson(
        "pretraining_on_words",
        (
            "fine-tuned from random weights",
            "    copy.set_weights(encoder.get_weights())\n    np",
            "    np",
        ),
        to_the_end=True,
    ),
    *in_lesson(
        "translate_letters",
        (
            "networks that are not told the slot",
            'embedding(len(SLOTS), "slot")(slot))',
            '0 * embedding(len(SLOTS), "slot")(slot))',
        ),
        to_the_end=True,
    ),
    *in_lesson(
        "letters_and_pieces",
        (
            "the rarest pair merged first",
            "best = max(frequent, key=",
            "best = min(frequent, key=",
        ),
        (
            "Turkish test words among the training words",
            "    parts[part].append(row)\n",
            '    parts[part].append(row)\n    parts["train"] += [row] * (part == "test")\n',
        ),
        to_the_end=True,
    ),
    *in_lesson(
        "words_from_pieces",
        (
            "temperature missing in the contrastive loss",
            "ops.log_softmax(cosines / 0.1)",
            "ops.log_softmax(cosines)",
        ),
        (
            "angles for cosines",
            "cosines = np.array([cosine(net)",
            "cosines = np.arccos([cosine(net)",
        ),
        to_the_end=True,
    ),
    *in_lesson(
        "named_entities",
        (
            "affixes of one letter",
            "lengths = range(1, min(5, len(word)) + 1)",
            "lengths = range(1, min(1, len(word)) + 1)",
        ),
        (
            "words in title case for small letters",
            '("small letters", str.lower)',
            '("small letters", str.title)',
        ),
        (
            "one epoch for five in the taggers",
            "net, epochs = build(kinds), 5",
            "net, epochs = build(kinds), 1",
        ),
        to_the_end=True,
    ),
    *in_lesson(
        "sparse_autoencoders",
        (
            "L1 penalty ten times as strong",
            '"L1": train(*build(42, keras.layers.ActivityRegularization(l1=1e-4))),',
            '"L1": train(*build(42, keras.layers.ActivityRegularization(l1=1e-3))),',
        ),
        (
            "the k smallest activations kept",
            "ops.where(activations >= kth_largest, activations, 0.0)",
            "ops.where(activations <= kth_largest, activations, 0.0)",
        ),
        to_the_end=True,
    ),
    *in_lesson(
        "variational_autoencoders",
        (
            "the divergence's sum without the size of its cells",
            "np.sum(np.exp(log_q) * (log_q - log_true)) * step**2",
            "np.sum(np.exp(log_q) * (log_q - log_true))",
        ),
        to_the_end=True,
    ),
    *in_lesson(
        "stacked_autoencoders",
        (
            "the lecture's net trained two epochs for ten",
            "fit_autoencoder(stacked_ae, X_train, epochs=10)",
            "fit_autoencoder(stacked_ae, X_train, epochs=2)",
        ),
        (
            "absolute error for squared error",
            "batch_size=128, learning_rate=rate)",
            'batch_size=128, learning_rate=rate, loss="mae")',
        ),
        (
            "PCA not clipped where it says clipped",
            "return rebuilt.clip(0, 1).reshape(images.shape)",
            "return rebuilt.reshape(images.shape)",
        ),
        (
            "no activation on the codings where it says selu",
            'keras.layers.Dense(n_codings, activation, kernel_initializer="lecun_normal")',
            'keras.layers.Dense(n_codings, kernel_initializer="lecun_normal")',
        ),
        to_the_end=True,
    ),
    *in_lesson(
        "training_autoencoders",
        ("an untied net that is called tied", '"tied": build_tied,', '"tied": build_untied,'),
        to_the_end=True,
    ),
    *in_lesson(
        "tsne",
        (
            "one coordinate of the map for two",
            '"t-SNE map (2)": [X_valid_2D],',
            '"t-SNE map (2)": [X_valid_2D[:, :1]],',
        ),
        to_the_end=True,
    ),
    *in_lesson(
        "unsupervised_pretraining",
        (
            "fine-tuning moves the last layer only",
            "    net = keras.Sequential([copy_of(encoder), softmax or softmax_layer()])\n",
            "    net = keras.Sequential([copy_of(encoder), softmax or softmax_layer()])\n"
            "    net.layers[0].trainable = False\n",
        ),
        to_the_end=True,
    ),
    *in_lesson(
        "typos_and_order",
        (
            "four words behind for four in front",
            '"".join(rng.choices(stems, k=4)) + word for',
            'word + "".join(rng.choices(stems, k=4)) for',
        ),
        to_the_end=True,
    ),
    *in_module(
        "training",
        (
            "training data not shuffled",
            "train_epoch(trained, np.random.permutation(n))",
            "train_epoch(trained, np.arange(n))",
        ),
        (
            "the last, smaller batch left out",
            "        if rest:\n",
            "        if not n_full:\n",
        ),
        (
            "cosine decay missing",
            "    learning_rate = keras.optimizers.schedules.CosineDecay("
            "learning_rate, decay_steps=steps)\n",
            "",
        ),
        (
            "learning rate times 10",
            "learning_rate=3e-3",
            "learning_rate=3e-2",
        ),
        tests=("tests/build/test_training.py",),
    ),
    *in_module(
        "training",
        (
            "batches eight times as large",
            "    batch_size=64,\n",
            "    batch_size=512,\n",
        ),
        lesson="stacked_autoencoders",
    ),
    *in_module(
        "models",
        (
            "epochs halved",
            "fit_autoencoder(stacked_ae, X_train, epochs=10)",
            "fit_autoencoder(stacked_ae, X_train, epochs=5)",
        ),
        lesson="stacked_autoencoders",
    ),
    *in_module(
        "datasets",
        (
            "validation images taken from the training images",
            "(X[-N_VALID:], y[-N_VALID:])",
            "(X[:N_VALID], y[:N_VALID])",
        ),
        tests=("tests/unit/test_datasets.py",),
    ),
    *in_module(
        "datasets",
        (
            "test set = validation set",
            'part in ("train", "t10k"))\n    return',
            'part in ("train", "t10k"))\n    X_test = X[-N_VALID:]\n    return',
        ),
        lesson="stacked_autoencoders",
    ),
    Mutation(
        "fine-tuning starts from random weights",
        "chapters/unsupervised_pretraining.py",
        '"pretrained, fine-tuned": ("pretrained", all_layers)',
        '"pretrained, fine-tuned": ("random", all_layers)',
        tests=("tests/build/test_pretraining.py",),
    ),
    *in_module(
        "characters",
        (
            "the first character numbered as unknown",
            "np.arange(len(known)) + UNKNOWN + 1",
            "np.arange(len(known)) + UNKNOWN",
        ),
        (
            "a typo generator that makes no typo",
            "return before + typed + after",
            "return before + part + after",
        ),
        tests=("tests/unit/test_characters.py",),
    ),
    *in_module(
        "words",
        (
            "development and test texts swapped",
            'for split in ("train", "dev", "test")',
            'for split in ("train", "test", "dev")',
        ),
        lesson="named_entities",
    ),
    *in_module(
        "measurement",
        (
            "a difference the wrong way round",
            "gaps = np.subtract(one, other)",
            "gaps = np.subtract(other, one)",
        ),
        (
            "an interval of 68% said to be one of 95%",
            "stats.ttest_1samp(gaps, 0).confidence_interval(0.95)",
            "stats.ttest_1samp(gaps, 0).confidence_interval(0.68)",
        ),
        tests=("tests/unit/test_measurement.py",),
    ),
    *in_module(
        "plotting",
        (
            "names of the classes permuted on a map",
            "ax.text(x, y, names[k],",
            "ax.text(x, y, names[k - 1],",
        ),
        tests=("tests/unit/test_package.py",),
    ),
    *in_module(
        "reproducibility",
        (
            "no seed set",
            "    keras.utils.set_random_seed(seed)\n",
            "",
        ),
        tests=("tests/build/test_reproducibility.py",),
    ),
]


# --- planting -----------------------------------------------------------------------------

ONE_AT_A_TIME = threading.Lock()  # CPython 3.11's parser fails at times in several threads


def mutated(root, mutation):
    """The text of the mutation's file with the fault in it.

    Raises
    ------
    BookError
        If the text to be replaced does not occur exactly once.
    """
    text = (root / mutation.file).read_text(encoding="utf-8")
    if (n := text.count(mutation.old)) != 1:
        raise BookError(
            f"The mutation {mutation.name!r} no longer fits: its old text occurs {n} times in "
            f"{mutation.file}, not once. Bring tests/mutations.py up to date."
        )
    return text.replace(mutation.old, mutation.new)


def plant(copy, mutation):
    """Put the fault into a scratch copy: in its file and, of a lesson, in the notebook, too."""
    text = mutated(copy, mutation)
    lesson = Lesson(copy, mutation.lesson) if mutation.lesson else None
    replace_text(copy / mutation.file, text)
    if lesson is None:
        return
    notebook = read_notebook(lesson)
    for cell, edited in zip(notebook.cells, read_script(lesson).cells, strict=True):
        cell.source = edited.source
        for key in ("tags", "mystnb"):
            cell.metadata.pop(key, None)
            if key in edited.metadata:
                cell.metadata[key] = edited.metadata[key]
    nbformat.write(notebook, lesson.notebook)
    evidence = evidence_path(lesson).read_text(encoding="utf-8")
    own = f'"fingerprint": "{evidence_fingerprint(lesson)}"'
    replace_text(evidence_path(lesson), re.sub(r'"fingerprint": "\w+"', own, evidence, count=1))


# --- judging ------------------------------------------------------------------------------


def judge(root, mutation):
    """Plant a fault in a copy of the book at `root`, and see what catches it.

    Returns
    -------
    dict
        ``caught_by``; if a proof caught it, ``numbers``, the names of those out of range; and
        ``output``, for who wants to know more.

    Raises
    ------
    BookError
        If the fault cannot be planted, or a check could not be made.
    """
    with tempfile.TemporaryDirectory(prefix="lecture6-mutation-") as folder:
        copy = copy_book(Path(folder), root)
        with ONE_AT_A_TIME:
            plant(copy, mutation)
            problems = all_problems(Lesson(copy, mutation.lesson)) if mutation.lesson else []
        for tests in mutation.tests:
            output = run_pytest(copy, tests)
            if found := re.search(r"^FAILED (\S+)", output, re.M):
                return {"caught_by": f"unit test {found[1]}", "output": output}
        if problems:
            return {"caught_by": "static check", "output": "\n".join(problems)}
        output = ""
        if mutation.lesson:
            notebook = f"chapters/{mutation.lesson}.ipynb"
            output = run_pytest(copy, notebook)
            if found := re.search(r"^FAILED \S+::Cell (\d+)", output, re.M):
                cell = int(found[1]) + 1  # nbval counts from 0
                return {
                    "caught_by": f"proof, cell [{cell}]: {what_failed(output)}",
                    "numbers": numbers_moved(Lesson(copy, mutation.lesson))
                    if mutation.to_the_end
                    else numbers_out_of_range(output),
                    "output": output,
                }
        return {"caught_by": NOT_CAUGHT, "output": output}


def run_pytest(copy, *arguments):
    """What pytest says in a copy of the book, up to the first failure."""
    variables = os.environ | {"PYTHONPATH": str(copy), "PYTEST_ADDOPTS": ""}
    variables.pop("LECTURE6_VARIANT", None)
    result = subprocess.run(
        [*PYTEST, *arguments],
        cwd=copy,
        env=variables,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    output = re.sub(r"\x1b\[[\d;]*m", "", result.stdout)
    counts = Counter(
        dict((what, int(n)) for n, what in re.findall(r"(\d+) (\w+)", last_line(output)))
    )
    # nbval's "plugin exception" is a crash of the proof or of a kernel, and no verdict
    failed = result.returncode == 1 and counts["failed"] and "pytest plugin exception" not in output
    passed = result.returncode == 0 and counts["passed"] and not counts["skipped"]
    if not failed and not passed:
        raise BookError(f"This check could not be made:\n{output[-2_000:]}{result.stderr[-2_000:]}")
    return output


def last_line(text):
    """The last line that says anything."""
    return (text.strip().splitlines() or [""])[-1]


def what_failed(output):
    """What a cell's failure in the proof was about: a number, a figure, an exception or a text."""
    if names := numbers_out_of_range(output):
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        return f"number out of range: {names[0]}{more}"
    if "Cell execution caused an exception" in output:
        errors = re.findall(r"^\w+(?:Error|Exception|Iteration|Interrupt): .*$", output, re.M)
        return f"exception: {errors[-1][:80].strip(' :') if errors else 'unknown'}"
    if figure := re.search(r"^\s*(fig-[\w-]+|figure): ", output, re.M):
        return f"figure {figure[1]}" if figure[1] != "figure" else "figure"
    if re.search(r"^\s*measured \[", output, re.M):
        return "names of the numbers"
    return "text"


def numbers_moved(lesson):
    """The names of all numbers out of their range when a lesson runs to its end."""
    result = run(lesson.root, lesson.slug, 0, "here", evidence_fingerprint(lesson))
    return [m["name"] for m in out_of_range(result["measured"], read_evidence(lesson))]


def numbers_out_of_range(output):
    """The names of the numbers that a cell's failure in the proof was about."""
    told = output.rpartition("OutOfBoundsError: ")[2]
    found = re.findall(r"^(['\"])(.+)\1 measured \S+; the study's range", told, re.M)
    return [name for _, name in found]


# --- the study ----------------------------------------------------------------------------


def result_path(root, mutation):
    """Where the result is kept, as long as fault, lesson and evidence are the same."""
    with ONE_AT_A_TIME:
        if mutation.lesson:
            lesson = Lesson(root, mutation.lesson)
            basis = [
                evidence_fingerprint(lesson),
                evidence_path(lesson).read_text(encoding="utf-8"),
            ]
        else:
            basis = (root / mutation.file).read_text(encoding="utf-8")
    key = json.dumps([asdict(mutation), basis])
    return root / "_build" / "mutations" / f"{hashlib.sha256(key.encode()).hexdigest()[:16]}.json"


def cost(root, mutation):
    """CPU-seconds of the lesson whose proof may have to run; unit tests are cheap."""
    if not mutation.lesson:
        return 0
    return read_notebook(Lesson(root, mutation.lesson)).metadata[METADATA_KEY]["cpu_seconds"]


def check_sound(root, mutations):
    """Every fault can be planted, and the lessons are in order without them.

    Raises
    ------
    BookError
        Else whatever is wrong would count as caught.
    """
    for mutation in mutations:
        mutated(root, mutation)
    for slug in sorted({m.lesson for m in mutations if m.lesson}):
        if problems := all_problems(Lesson(root, slug)):
            raise BookError(
                f"{slug} is not in order, even without a fault:\n" + "\n".join(problems)
            )


def study(root, mutations, n_workers):
    """Judge every fault; by name what `judge` says of it, None where it could not be judged."""
    check_sound(root, mutations)
    found, start = {}, time.monotonic()

    def result_of(mutation):
        path = result_path(root, mutation)
        if not path.exists():
            result = judge(root, mutation)
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_text(path, json.dumps(result, ensure_ascii=False))
        return json.loads(path.read_text(encoding="utf-8"))

    with ThreadPoolExecutor(n_workers) as pool:
        cheapest_first = sorted(mutations, key=lambda mutation: cost(root, mutation))
        futures = {pool.submit(result_of, mutation): mutation for mutation in cheapest_first}
        try:
            for future in as_completed(futures):
                name = futures[future].name
                try:
                    found[name] = future.result()
                    said = found[name]["caught_by"]
                except BookError as error:
                    found[name], said = None, f"NOT JUDGED: {error}"
                seconds = round(time.monotonic() - start)
                print(
                    f"{seconds // 60:3d}:{seconds % 60:02d}  {len(found)} of {len(futures)}  "
                    f"{name}: {said}",
                    flush=True,
                )
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return found


def write_evidence(root, mutations, found):
    """Write down for the book what caught each fault; nothing is an empty text."""
    rows = [
        {
            "name": m.name,
            "where": m.file,
            "caught_by": found[m.name]["caught_by"].replace(NOT_CAUGHT, ""),
        }
        | ({"numbers": numbers} if (numbers := found[m.name].get("numbers")) else {})
        for m in mutations
    ]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    replace_text(root / "chapters/evidence/mutations.json", f'{{"mutations": [\n{lines}\n]}}\n')


def main(argv=None):
    parser = argparse.ArgumentParser(
        description="Plant faults in copies of the book, and see what catches them."
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", help="plant these faults only")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="how many side by side")
    arguments = parser.parse_args(argv)
    chosen = [m for m in MUTATIONS if not arguments.only or m.name in arguments.only]
    if unknown := set(arguments.only or ()) - {m.name for m in chosen}:
        sys.exit(f"No such fault: {', '.join(sorted(unknown))}")
    try:
        found = study(ROOT, chosen, arguments.workers)
    except BookError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. What was judged is kept; the same command goes on from there.")
    print()
    for m in chosen:
        said = found[m.name]["caught_by"] if found[m.name] else "NOT JUDGED"
        print(f"{m.file.removeprefix('chapters/'):32} {m.name:56} {said}")
    caught = sum(bool(result) and result["caught_by"] != NOT_CAUGHT for result in found.values())
    print(f"\n{caught} of {len(chosen)} faults caught.")
    if len(chosen) == len(MUTATIONS) and None not in found.values():
        write_evidence(ROOT, MUTATIONS, found)
    sys.exit(caught < len(chosen))


if __name__ == "__main__":
    main()
