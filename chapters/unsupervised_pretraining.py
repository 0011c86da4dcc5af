# %% [markdown]
# # Pretrain without labels, then learn from a few
#
# Pictures are cheap, labels are not. Can an autoencoder, which needs no labels, learn
# from all the pictures something that helps a classifier with only a few labels?
#
# - **What you'll do**: put the encoder of an autoencoder under a classifier, give it
#   50 to 2,000 labels of Fashion-MNIST {cite}`xiao2017`, and compare it with five
#   rivals on equal terms.
# - **What you'll learn**: freezing and fine-tuning, the copying mistake that turns a
#   pretrained net into a random one, and how much pretraining gains, and where.
# - **What you'll need**:
#   [the lesson on stacked autoencoders](stacked_autoencoders.ipynb), and what a softmax
#   layer is.
#
# *Slides covered: “Unsupervised Pretraining using Autoencoders” (“What if most of the
# labels are missing?”).*

# %%
from lecture6_utils.reproducibility import make_reproducible  # before keras

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression

from lecture6_utils.datasets import load_fashion_mnist
from lecture6_utils.measurement import Measured, MeasuredTable, measured
from lecture6_utils.models import fit_stacked_autoencoder
from lecture6_utils.plotting import COLORS, WIDTH, set_style

make_reproducible()
set_style()
(X_train, y_train), (X_valid, y_valid), (X_test, y_test) = load_fashion_mnist()

# %% [markdown]
# ## What if most of the labels are missing?
#
# Then work in two phases ({numref}`fig-pretraining-scheme`). An autoencoder learns from
# *all* images, for its target is the image itself. Its encoder is then copied into a
# classifier, and only the classifier needs labels: a few may do, if 30 good numbers
# describe an image better than 784 pixels.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Unsupervised pretraining. Phase 1 trains an autoencoder on all images. Phase 2 copies its encoder, puts a fresh softmax layer on top, and trains on the few labeled images; the encoder may stay frozen, or be fine-tuned with the rest.", "name": "fig-pretraining-scheme"}, "image": {"alt": "Two stacks of boxes side by side with arrows pointing up: on the left, phase 1, all 55,000 images pass through an encoder, 30 codings and a decoder to the reconstructions; on the right, phase 2, a few labeled images pass through an encoder, 30 codings and a softmax layer to 10 classes; a bold arrow from the left encoder to the right one says copy the weights."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3.9))
encoder_color, new_color = COLORS[0], COLORS[2]
phases = [
    (0, "phase 1: all images, no labels",
     ["55,000 images", "encoder", "30 codings", "decoder", "reconstructions"]),
    (6, "phase 2: few images, labeled",
     ["50 … 2,000 images", "encoder", "30 codings", "softmax layer", "10 classes"]),
]  # fmt: skip
for left, title, boxes in phases:
    ax.text(left + 2, 8.25, title, ha="center", va="bottom", fontsize=11)
    for i, name in enumerate(boxes):
        bottom = 1.7 * i
        if name in ("encoder", "decoder", "softmax layer"):
            colors = {"encoder": encoder_color, "decoder": "0.45"}
            color = colors.get(name, new_color)
            ax.add_patch(plt.Rectangle((left, bottom), 4, 1, color=color))
            ax.text(left + 2, bottom + 0.5, name, ha="center", va="center", color="w")
        else:
            ax.text(left + 2, bottom + 0.5, name, ha="center", va="center")
        if i:
            ax.annotate(
                "", (left + 2, bottom), (left + 2, bottom - 0.7),
                arrowprops={"arrowstyle": "->", "color": "0.4"},
            )  # fmt: skip
ax.annotate(
    "", (5.95, 2.2), (4.05, 2.2),
    arrowprops={"arrowstyle": "-|>", "lw": 2.5, "color": encoder_color},
)  # fmt: skip
ax.text(5, 2.5, "copy the\nweights", ha="center", va="bottom", fontsize=11)
ax.set(xlim=(-0.3, 10.3), ylim=(0, 9))
_ = ax.axis("off")

# %% [markdown]
# ## Did the pretrained weights arrive?
#
# Phase 1 is done by one call. For phase 2 we want a *copy* of the encoder: a classifier
# built on the encoder itself would share its layers, and fine-tuning would spoil the
# autoencoder. Keras has `clone_model`. Watch what it copies:

# %%
stacked_encoder, _, _ = fit_stacked_autoencoder(X_train, seed=42)


def same_weights(net, other):
    pairs = zip(net.get_weights(), other.get_weights(), strict=True)
    return [bool(np.array_equal(a, b)) for a, b in pairs]


clone = keras.models.clone_model(stacked_encoder)
print("arrays equal after clone_model:", same_weights(clone, stacked_encoder))
clone.set_weights(stacked_encoder.get_weights())
print("arrays equal after set_weights:", same_weights(clone, stacked_encoder))

# %% [markdown]
# `clone_model` copies the *architecture* and draws new weights; `set_weights` makes the
# copy. The notebook of the lecture's source, 2nd edition, left that line out, so the
# “pretrained” encoder of its few-label exercise was in truth a random one (reported in
# [handson-ml2 #246](https://github.com/ageron/handson-ml2/issues/246)). Nothing fails:
# such a net trains and scores, only worse. Below we measure how much worse.
#
# ## What is frozen, what is fine-tuned?
#
# A frozen encoder keeps its weights; only the new softmax layer learns.

# %%
classifier = keras.Sequential([clone, keras.layers.Dense(10, activation="softmax")])
for freeze in (True, False):
    clone.trainable = not freeze  # before compile, which fixes what is trained
    learned = sum(int(np.prod(v.shape)) for v in classifier.trainable_variables)
    print(
        f"{'frozen' if freeze else 'fine-tuned':10}: {learned:6,}",
        f"of {classifier.count_params():,} parameters learn",
    )

# %% [markdown]
# A frozen encoder gives each image the same 30 numbers forever. So compute them once;
# the softmax layer on top is then a *logistic regression* on 30 features, for which
# scikit-learn finds the exact optimum in milliseconds.
#
# :::{admonition} Since the slides
# :class: note
# The slide asks its question and shows the scheme; it has no code. The encoder is the
# one of the slides on stacked autoencoders. The study below is ours.
# :::
#
# ## Which rivals make the comparison fair?
#
# “Pretraining helps” makes two claims: its weights are good features as they are, and
# a good *start* for further training. So we cross two questions: is the encoder frozen
# or trained, and does it start random or pretrained? Two classics complete the field.
# PCA also learns 30 numbers from the unlabeled images, and written as a net it is one
# dense layer. And logistic regression on the bare pixels uses no unlabeled image.
#
# | the encoder is | frozen | trained |
# |---|---|---|
# | random at first | random, frozen | from scratch |
# | pretrained | pretrained, frozen | pretrained, fine-tuned |
# | PCA | PCA + logistic regression | |
# | absent | pixels + logistic regression | |
#
# Ten draws of labels repeat the study. Each has a random encoder of its own; five
# autoencoders from five seeds take turns.


# %%
def random_encoder(seed):
    keras.utils.set_random_seed(seed)
    selu = {"activation": "selu", "kernel_initializer": "lecun_normal"}
    return keras.Sequential([
        keras.Input((28, 28)),
        keras.layers.Flatten(),
        keras.layers.Dense(100, **selu),
        keras.layers.Dense(30, **selu),
    ])


pretrained = [stacked_encoder] + [
    fit_stacked_autoencoder(X_train, seed=seed)[0] for seed in range(43, 47)
]

pca = PCA(n_components=30).fit(X_train.reshape(-1, 784))
pca_encoder = keras.Sequential([
    keras.Input((28, 28)),
    keras.layers.Flatten(),
    keras.layers.Dense(30),
])
pca_encoder.set_weights([pca.components_.T, -pca.components_ @ pca.mean_])

no_encoder = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten()])


def starting_encoder(kind, draw):
    if kind == "random":
        return random_encoder(1_000 + draw)
    if kind == "pretrained":
        return pretrained[draw % 5]
    return {"PCA": pca_encoder, "pixels": no_encoder}[kind]


# %% [markdown]
# The draws are class-balanced, equally many labels for each of the ten classes, and
# nested: the 50 labels of a draw are among its 100, and so on.

# %%
SIZES = [50, 100, 200, 500, 1_000, 2_000]


def draw_labeled(draw):
    """Indices of 2,000 training images; the first 10·k hold k of each class."""
    order = np.random.default_rng(draw).permutation(len(X_train))
    by_class = [order[y_train[order] == label][:200] for label in range(10)]
    return np.ravel(by_class, order="F")


for size in SIZES[:3]:
    print(size, "labels, by class:", np.bincount(y_train[draw_labeled(0)[:size]]))

# %% [markdown]
# ## How is each trained?
#
# Frozen: encode once, fit the logistic regression. `C` sets how free its weights are
# (the larger, the less they are held to zero).


# %%
def score_frozen(encoder, x, y, settings, X_new, y_new, seed=None):
    """Accuracy on new images for each C in settings."""
    codings, new_codings = encoder(x).numpy(), encoder(X_new).numpy()
    return [
        LogisticRegression(C=C, solver="newton-cg", max_iter=1_000)
        .fit(codings, y)
        .score(new_codings, y_new)
        for C in settings
    ]


# %% [markdown]
# Trained: Adam on the cross-entropy, batches of 32 drawn from the few labeled images.
# We train hundreds of nets, so we build *one*, compile 200 steps of its training into
# one function, and for each run put everything back to its start: the encoder given, a
# softmax layer of zeros (as logistic regression starts), and an optimizer without
# memory.

# %%
net = keras.Sequential([
    random_encoder(0),
    keras.layers.Dense(10, activation="softmax"),
])
adam = keras.optimizers.Adam()
adam.build(net.trainable_variables)
cross_entropy = keras.losses.SparseCategoricalCrossentropy()


@tf.function(jit_compile=True)
def two_hundred_steps(x, y):
    for i in tf.range(200):
        with tf.GradientTape() as tape:
            loss = cross_entropy(y[i], net(x[i], training=True))
        gradients = tape.gradient(loss, net.trainable_variables)
        adam.apply(gradients, net.trainable_variables)


def score_trained(encoder, x, y, settings, X_new, y_new, seed):
    """Accuracy on new images for each (learning rate, steps) in settings."""
    scores = {}
    for learning_rate in {rate for rate, _ in settings}:
        net.layers[0].set_weights(encoder.get_weights())
        net.layers[1].set_weights([np.zeros((30, 10)), np.zeros(10)])
        for variable in adam.variables:
            variable.assign(keras.ops.zeros_like(variable))
        adam.learning_rate = learning_rate
        stops = [steps for rate, steps in settings if rate == learning_rate]
        rng = np.random.default_rng(seed)
        for steps in range(200, max(stops) + 1, 200):
            batch = rng.integers(len(x), size=(200, 32))
            two_hundred_steps(x[batch], y[batch])
            if steps in stops:
                predicted = net(X_new).numpy().argmax(axis=1)
                scores[learning_rate, steps] = np.mean(predicted == y_new)
    return [scores[setting] for setting in settings]


# %% [markdown]
# ## How do we choose the settings?
#
# On the validation images, with two extra draws, and with the same effort for each
# rival: nine settings, from which its best mean accuracy over the six sizes chooses one
# for all sizes. (Who has 50 labels has no 5,000 more for validation. We allow
# ourselves this luxury for a fair comparison.)

# %%
ARMS = {  # name: (start of the encoder, how it is trained and scored)
    "from scratch": ("random", score_trained),
    "pretrained, frozen": ("pretrained", score_frozen),
    "pretrained, fine-tuned": ("pretrained", score_trained),
    "random, frozen": ("random", score_frozen),
    "PCA + logistic regression": ("PCA", score_frozen),
    "pixels + logistic regression": ("pixels", score_frozen),
}
GRIDS = {
    score_trained: [
        (rate, steps) for rate in (0.001, 0.003, 0.01) for steps in (200, 600, 2_000)
    ],
    score_frozen: [10 ** (power / 2) for power in range(-6, 3)],  # 0.001 … 10
}


def accuracies(arm, draws, settings, X_new, y_new):
    """An array, draws × sizes × settings."""
    kind, score = ARMS[arm]
    rows = []
    for draw in draws:
        labeled = draw_labeled(draw)
        rows.append([
            score(
                starting_encoder(kind, draw), X_train[labeled[:size]],
                y_train[labeled[:size]], settings, X_new, y_new, seed=draw,
            )
            for size in SIZES
        ])  # fmt: skip
    return np.array(rows)


chosen, tuning = {}, {}
for arm, (_, score) in ARMS.items():
    settings = GRIDS[score]
    by_setting = accuracies(arm, [10, 11], settings, X_valid, y_valid).mean(axis=(0, 1))
    chosen[arm] = settings[np.argmax(by_setting)]
    tuning[arm] = by_setting

# %% [markdown]
# What was chosen, and how much does the choice matter? The last two columns are mean
# validation accuracies of the best and the worst of the nine settings.

# %%
BEST = {  # expected of the best setting, and of the worst
    "from scratch": (0.754, 0.722), "pretrained, frozen": (0.750, 0.688),
    "pretrained, fine-tuned": (0.763, 0.740), "random, frozen": (0.679, 0.560),
    "PCA + logistic regression": (0.756, 0.664),
    "pixels + logistic regression": (0.763, 0.668),
}  # fmt: skip


def tuning_row(arm):
    row = {"learning rate": "", "steps": "", "C": ""}
    if ARMS[arm][1] is score_trained:
        rate, steps = chosen[arm]
        row["learning rate"] = Measured(rate, 0.001, 0.01, ".3f")
        row["steps"] = Measured(steps, 600, 2_000, ",.0f")
    else:
        row["C"] = Measured(chosen[arm], 0.03, 3.2, ".2f")
    for name, value, expected in zip(
        ["best", "worst"], [tuning[arm].max(), tuning[arm].min()], BEST[arm]
    ):
        row[name] = Measured(value, expected - 0.015, expected + 0.015, ".1%")
    return row


MeasuredTable({arm: tuning_row(arm) for arm in ARMS}, corner="rival")

# %% [markdown]
# A poor setting costs each of them more than most of the differences we are after, so
# an untuned rival is no rival. Both trained nets had at most 2,000 steps; longer
# training might add a little to either.
#
# ## Who wins, with how many labels?
#
# Now the test images, on which nothing was chosen: ten fresh draws, mean ± standard
# deviation.

# %%
results = {
    arm: accuracies(arm, range(10), [chosen[arm]], X_test, y_test)[:, :, 0]
    for arm in ARMS
}

EXPECTED = {  # mean test accuracy at each size
    "from scratch": [0.638, 0.701, 0.740, 0.779, 0.795, 0.810],
    "pretrained, frozen": [0.658, 0.705, 0.739, 0.769, 0.783, 0.795],
    "pretrained, fine-tuned": [0.660, 0.714, 0.749, 0.784, 0.804, 0.820],
    "random, frozen": [0.578, 0.633, 0.671, 0.701, 0.718, 0.731],
    "PCA + logistic regression": [0.672, 0.711, 0.742, 0.768, 0.784, 0.795],
    "pixels + logistic regression": [0.670, 0.713, 0.748, 0.779, 0.796, 0.811],
}
MARGINS = [0.030, 0.016, 0.016, 0.012, 0.013, 0.012]


def result_row(arm):
    return {
        f"{size:,} labels": Measured(values, middle - margin, middle + margin, ".1%")
        for size, values, middle, margin in zip(
            SIZES, results[arm].T, EXPECTED[arm], MARGINS
        )
    }


MeasuredTable({arm: result_row(arm) for arm in ARMS}, corner="test accuracy")

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Test accuracy against the number of labels (logarithmic): mean over ten class-balanced draws, bars one standard deviation up and down. Points are moved a little sideways to keep the bars apart; the bare pixels (dashed) have no bars, for clarity.", "name": "fig-pretraining-accuracy"}, "image": {"alt": "Six rising curves over 50 to 2,000 labels: the random frozen encoder runs far below all others; at 50 labels PCA and pixels lead and the net from scratch is last of the remaining five; at 2,000 labels the fine-tuned net leads, pixels and the net from scratch follow together, and the frozen pretrained encoder and PCA coincide below them."}}
STYLES = {  # color, marker, short label, its height
    "pretrained, fine-tuned": (COLORS[2], "o", "fine-tuned", 0.828),
    "pixels + logistic regression": ("0.15", "", "pixels", 0.811),
    "from scratch": (COLORS[0], "s", "from scratch", 0.794),
    "pretrained, frozen": (COLORS[4], "D", "frozen", 0.777),
    "PCA + logistic regression": (COLORS[5], "^", "PCA", 0.760),
    "random, frozen": (COLORS[8], "v", "random,\nfrozen", 0.727),
}
fig, ax = plt.subplots(figsize=(WIDTH, 4.4))
for i, (arm, (color, marker, label, height)) in enumerate(STYLES.items()):
    mean, sd = results[arm].mean(axis=0), results[arm].std(axis=0, ddof=1)
    if marker:
        x = np.array(SIZES) * 1.03 ** (i - 2.5)
        ax.errorbar(x, mean, sd, color=color, marker=marker, ms=5, lw=1.6, elinewidth=1)
    else:
        ax.plot(SIZES, mean, "--", color=color, lw=1.6)
    ax.plot([2_300, 2_800], [mean[-1], height], color=color, lw=0.8, clip_on=False)
    ax.text(2_950, height, label, color=color, va="center", fontsize=11)
ax.set_xscale("log")
ax.set_xticks(SIZES, [f"{size:,}" for size in SIZES])
ax.minorticks_off()
ax.set(xlabel="labels", ylabel="test accuracy", xlim=(43, 2_700), ylim=(0.54, 0.84))
_ = ax.yaxis.set_major_formatter("{x:.0%}")

# %% [markdown]
# {numref}`fig-pretraining-accuracy` has a clear loser and no clear winner. With 50
# labels the simple methods lead, PCA at ≈ 67.2%; with 2,000 the fine-tuned net does, at
# ≈ 82.0%. Draws differ by as much as methods do, so compare *within* a draw, where both
# have the same labels.
#
# ## What does pretraining gain, draw by draw?

# %% tags=["hide-input"] mystnb={"figure": {"caption": "What pretraining gains, in percentage points of test accuracy: each dot is one draw of labels, the line their mean. Left, encoder trained; right, encoder frozen. The scales are the same.", "name": "fig-pretraining-gaps"}, "image": {"alt": "Two panels over 50 to 2,000 labels: on the left the dots of fine-tuned minus from scratch lie mostly above zero, their mean falling from about two points to about one or less; on the right the dots of frozen minus random frozen all lie far above zero, their mean falling from about eight points to about six."}}
fig, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.2), sharey=True)
for ax, better, worse, title, color in [
    (axes[0], "pretrained, fine-tuned", "from scratch",
     "fine-tuned\n− from scratch", COLORS[2]),
    (axes[1], "pretrained, frozen", "random, frozen",
     "frozen\n− random, frozen", COLORS[4]),
]:  # fmt: skip
    gaps = 100 * (results[better] - results[worse])
    ax.axhline(0, color="0.4", lw=1)
    ax.plot(SIZES, gaps.T, "o", color=color, alpha=0.6, ms=4.5, mew=0)
    ax.plot(SIZES, gaps.mean(axis=0), color=color)
    ax.set_xscale("log")
    ax.set_xticks([50, 200, 1_000], ["50", "200", "1,000"])
    ax.minorticks_off()
    ax.set(title=title, xlabel="labels")
_ = axes[0].set_ylabel("gain (points)")

# %%
GAPS = {  # better, worse, expected points at each size, margins
    "fine-tuned − from scratch": (
        "pretrained, fine-tuned", "from scratch",
        [2.1, 1.2, 0.9, 0.5, 0.9, 1.0], [1.4, 1.1, 0.8, 0.7, 1.5, 1.3],
    ),
    "frozen − random, frozen": (
        "pretrained, frozen", "random, frozen",
        [8.0, 7.2, 6.8, 6.8, 6.5, 6.4], [2.1, 1.5, 1.1, 1.1, 1.2, 1.2],
    ),
    "frozen − from scratch": (
        "pretrained, frozen", "from scratch",
        [2.0, 0.4, -0.2, -1.1, -1.2, -1.5], [1.7, 1.7, 1.6, 1.0, 1.1, 1.3],
    ),
    "PCA − frozen": (
        "PCA + logistic regression", "pretrained, frozen",
        [1.4, 0.6, 0.3, 0.0, 0.1, 0.0], [1.3, 0.9, 0.6, 0.6, 0.5, 0.5],
    ),
    "fine-tuned − pixels": (
        "pretrained, fine-tuned", "pixels + logistic regression",
        [-1.0, 0.1, 0.1, 0.5, 0.8, 0.9], [1.9, 1.0, 1.2, 0.6, 0.7, 0.8],
    ),
}  # fmt: skip


def gap_row(better, worse, expected, margins):
    gaps = 100 * (results[better] - results[worse])
    return {
        f"{size:,} labels": Measured(values, middle - margin, middle + margin, "+z.1f")
        for size, values, middle, margin in zip(SIZES, gaps.T, expected, margins)
    }


MeasuredTable(
    {name: gap_row(*row) for name, row in GAPS.items()},
    corner="points, paired by draw",
)

# %% [markdown]
# Where the bounds keep to one side of zero, the sign is safe. Row by row:
#
# - **Fine-tuning helps, a little.** It gains ≈ 2.1 points over scratch with 50 labels
#   ({numref}`fig-pretraining-gaps`). From 500 labels on it gains a point or less, too
#   little to keep the bounds of each size off zero, but not those of the three sizes
#   together:

# %%
many = 100 * (results["pretrained, fine-tuned"] - results["from scratch"])[:, 3:]
measured(
    "fine-tuned − from scratch, points, mean of 500, 1,000 and 2,000 labels:",
    many.mean(), 0.2, 1.4, "+.1f",
)  # fmt: skip

# %% [markdown]
# - **The codings are real features.** Frozen for frozen, pretraining is worth ≈ 8.0 to
#   ≈ 6.4 points. That is also the price of the forgotten `set_weights`: without it, the
#   pretrained, frozen net *is* its random rival.
# - **Freezing pays only when labels are very few.** With 50 labels the frozen encoder
#   is ahead of the net trained from scratch by ≈ 2.0 points; from 500 on it is behind.
#   Thirty codings made to rebuild the image leave out what a classifier could use.
# - **The autoencoder's codings are no better than PCA's here.** With 50 labels PCA is
#   ahead, and from 500 on the two are level. The net of
#   [the lesson on stacked autoencoders](stacked_autoencoders.ipynb) rebuilds images better
#   than PCA, but good for rebuilding is not the same as good for telling apart.
# - **The plainest rival is the hardest.** Logistic regression on pixels, which never
#   saw an unlabeled image, is level with the fine-tuned net up to 200 labels, and a
#   point or less behind it beyond.
#
# So the slide's idea works as drawn, and its gain is real, but on these images it is
# small. In a large study {cite:t}`erhan2010` found that pretraining acts like a
# regularizer: it starts the net in a region from which training reaches solutions that
# generalize better. That fits a gain which is largest when labels are fewest. Their
# nets were deeper, and pretrained layer by layer; a small net on small images leaves
# less to gain.
#
# :::{admonition} Takeaways
# :class: tip
# - An encoder pretrained without labels, then fine-tuned, beats the same net from
#   scratch: by ≈ 2.1 points with 50 labels, by a point or less from 500 on.
# - `clone_model` copies no weights. Call `set_weights`, and check that they arrived:
#   here the mistake costs ≈ 8.0 points with 50 labels.
# - A frozen encoder under a softmax layer is logistic regression on its codings.
# - Ask what simpler methods do with the same labels: PCA or bare pixels with logistic
#   regression match the pretrained net up to a few hundred labels.
# - Tune each rival on validation data with the same effort, and compare within draws.
# :::
#
# ## Exercises
#
# :::{admonition} Exercise 1 — what is pretraining worth in labels?
# :class: exercise
# How many labels would the net from scratch need to reach the fine-tuned net's accuracy
# with 50, and with 1,000? Interpolate between the measured sizes.
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 1", "code_prompt_hide": "Hide solution 1"}
scratch = results["from scratch"].mean(axis=0)
tuned = results["pretrained, fine-tuned"].mean(axis=0)
for size, low, high in [(50, 52, 85), (1_000, 1_100, 2_000)]:
    goal = tuned[SIZES.index(size)]
    needed = np.exp(np.interp(goal, scratch, np.log(SIZES)))
    measured(f"{size:,} labels fine-tuned, from scratch:", needed, low, high, ",.0f")

# %% [markdown]
# :::{admonition} Answer to exercise 1
# :class: dropdown
# About ≈ 63 labels instead of 50, and ≈ 1,557 instead of 1,000. The curve from scratch
# flattens, so even a gain of one point is worth hundreds of labels out there: a small
# gain in accuracy can be a large saving in labeling.
# :::
#
# :::{admonition} Exercise 2 — is it what the weights know, or how large they are?
# :class: exercise
# Shuffle the numbers within each weight array of the pretrained encoders: same sizes,
# nothing learned. Train from there with the fine-tuned net's settings, with 50 and with
# 2,000 labels. Which part of the gain survives?
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 2", "code_prompt_hide": "Hide solution 2"}
arm, few_and_many = "pretrained, fine-tuned", [50, 2_000]
shuffled_results = []
for draw in range(10):
    rng = np.random.default_rng(draw)
    shuffled = random_encoder(0)
    shuffled.set_weights([
        rng.permutation(array.ravel()).reshape(array.shape)
        for array in pretrained[draw % 5].get_weights()
    ])
    labeled = draw_labeled(draw)
    shuffled_results.append([
        score_trained(
            shuffled, X_train[labeled[:size]], y_train[labeled[:size]], [chosen[arm]],
            X_test, y_test, seed=draw,
        )[0]
        for size in few_and_many
    ])  # fmt: skip

columns = [SIZES.index(size) for size in few_and_many]
lost = 100 * (results[arm][:, columns] - shuffled_results)
left = 100 * (shuffled_results - results["from scratch"][:, columns])
MeasuredTable({
    "50 labels": {
        "learned − shuffled": Measured(lost[:, 0], 0.2, 3.7, "+z.1f"),
        "shuffled − from scratch": Measured(left[:, 0], -1.9, 2.3, "+z.1f"),
    },
    "2,000 labels": {
        "learned − shuffled": Measured(lost[:, 1], -0.8, 1.8, "+z.1f"),
        "shuffled − from scratch": Measured(left[:, 1], -1.7, 2.0, "+z.1f"),
    },
}, corner="points, ten draws")  # fmt: skip

# %% [markdown]
# :::{admonition} Answer to exercise 2
# :class: dropdown
# With 50 labels the shuffle costs ≈ 2.0 points, most of the gain: what helps there is
# what the weights know. With 2,000 labels it costs ≈ 0.3, too little to tell from
# nothing: that gain could as well come from the mere spread of the weights, a better
# initialization. {cite:t}`erhan2010` ran a like control, with initial weights drawn
# from the histogram of pretrained ones.
# :::
#
# :::{admonition} Exercise 3 — the price of the forgotten line
# :class: exercise
# Build a frozen classifier the wrong way, with `clone_model` alone, and score it with
# 200 labels of draw 0. Between which rows of the table does it fall?
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 3", "code_prompt_hide": "Hide solution 3"}
labeled = draw_labeled(0)[:200]
for name, seeds in [("clone_model alone", range(5)), ("with set_weights", [0])]:
    scores = []
    for seed in seeds:
        keras.utils.set_random_seed(seed)
        clone = keras.models.clone_model(stacked_encoder)
        if name == "with set_weights":
            clone.set_weights(stacked_encoder.get_weights())
        best_C = chosen["pretrained, frozen"]
        scores += score_frozen(
            clone, X_train[labeled], y_train[labeled], [best_C], X_test, y_test
        )
    low, high = (0.62, 0.69) if len(seeds) > 1 else (0.72, 0.745)
    measured(f"{name}: test accuracy", scores, low, high, ".1%")

# %% [markdown]
# :::{admonition} Answer to exercise 3
# :class: dropdown
# The clone alone scores ≈ 65.3%, beside the row *random, frozen* (a little lower,
# since its `C` was chosen for good codings); with `set_weights` it is ≈ 73.2%, as
# *pretrained, frozen* should be with this one draw. No error, no warning: only a
# comparison of the weights, or a random control, finds the mistake.
# :::
#
# ## Further reading
#
# - {cite:t}`erhan2010`: why unsupervised pretraining helps, by many controlled
#   experiments.
# - {cite:t}`hinton2006`: pretraining layer by layer, which made deep autoencoders
#   trainable at all.
# - {cite:t}`geron2022`: pretraining with autoencoders in the lecture's source.
