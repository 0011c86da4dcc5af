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
from lecture6_utils.measurement import Measured, MeasuredTable, difference, measured
from lecture6_utils.models import fit_stacked_autoencoder
from lecture6_utils.plotting import COLORS, WIDTH, set_style

make_reproducible("unsupervised_pretraining")
set_style()
(X_train, y_train), (X_valid, y_valid), (X_test, y_test) = load_fashion_mnist()

# %% [markdown]
# ## What if most of the labels are missing?
#
# Then we can work in two phases ({numref}`fig-pretraining-scheme`). An autoencoder learns
# from *all* images, because its target is the image itself. Its encoder is then copied
# into a classifier, and only the classifier needs labels. A few may be enough, if 30 good
# numbers describe an image better than 784 pixels.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Unsupervised pretraining. Phase 1 trains an autoencoder on all images. Phase 2 copies its encoder, puts a fresh softmax layer on top, and trains on the few labeled images; the encoder may stay frozen, or be fine-tuned with the rest.", "name": "fig-pretraining-scheme"}, "image": {"alt": "Two stacks of boxes side by side with arrows pointing up: on the left, phase 1, all 55,000 images pass through an encoder, 30 codings and a decoder to the reconstructions; on the right, phase 2, a few labeled images pass through an encoder, 30 codings and a softmax layer to 10 classes; a bold arrow from the left encoder to the right one says copy the weights."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3.9))
encoder_color, new_color = COLORS[0], COLORS[2]
phases = [
    (
        0,
        "phase 1: all images, no labels",
        ["55,000 images", "encoder", "30 codings", "decoder", "reconstructions"],
    ),
    (
        6,
        "phase 2: few images, labeled",
        ["50 … 2,000 images", "encoder", "30 codings", "softmax layer", "10 classes"],
    ),
]
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
                "",
                (left + 2, bottom),
                (left + 2, bottom - 0.7),
                arrowprops={"arrowstyle": "->", "color": "0.4"},
            )
ax.annotate(
    "",
    (5.95, 2.2),
    (4.05, 2.2),
    arrowprops={"arrowstyle": "-|>", "lw": 2.5, "color": encoder_color},
)
ax.text(5, 2.5, "copy the\nweights", ha="center", va="bottom", fontsize=11)
ax.set(xlim=(-0.3, 10.3), ylim=(0, 9))
_ = ax.axis("off")

# %% [markdown]
# ## Did the pretrained weights arrive?
#
# One call does phase 1. For phase 2 we want a *copy* of the encoder: a classifier built on
# the encoder itself would share its layers, and fine-tuning would change the autoencoder.
# Keras has `clone_model`. What does it copy?

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
# “pretrained” encoder of its few-label exercise was in fact a random one (reported in
# [handson-ml2 #246](https://github.com/ageron/handson-ml2/issues/246)). No error is
# raised: the net trains, but is worse. Below we measure how much worse.
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
# A frozen encoder always gives an image the same 30 numbers, so we compute them only once.
# The softmax layer on top is then a *logistic regression* on 30 features, for which
# scikit-learn finds the optimum in milliseconds.
#
# :::{admonition} Since the slides
# :class: note
# The slide asks its question and shows the scheme, without code. The encoder is that of
# the slides on stacked autoencoders.
# :::
#
# ## Which rivals make the comparison fair?
#
# “Pretraining helps” makes two claims: that its weights give good features as they are,
# and that they are a good *start* for further training. So we cross two questions: is the
# encoder frozen or trained, and does it start random or pretrained? We add two classic
# methods. PCA also learns 30 numbers from the unlabeled images; as a net it is one dense
# layer. Logistic regression on the bare pixels uses no unlabeled image.
#
# | the encoder is | frozen | trained |
# |---|---|---|
# | random at first | random, frozen | from scratch |
# | pretrained | pretrained, frozen | pretrained, fine-tuned |
# | PCA | PCA + logistic regression | |
# | absent | pixels + logistic regression | |
#
# We repeat the study with ten draws of labels. Each has a random encoder of its own; five
# autoencoders from five seeds take turns.


# %%
def random_encoder(seed):
    keras.utils.set_random_seed(seed)
    selu = {"activation": "selu", "kernel_initializer": "lecun_normal"}
    return keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(100, **selu),
            keras.layers.Dense(30, **selu),
        ]
    )


pretrained = [stacked_encoder] + [
    fit_stacked_autoencoder(X_train, seed=seed)[0] for seed in range(43, 47)
]

pca = PCA(n_components=30).fit(X_train.reshape(-1, 784))
pca_encoder = keras.Sequential(
    [
        keras.Input((28, 28)),
        keras.layers.Flatten(),
        keras.layers.Dense(30),
    ]
)
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
# With a frozen encoder, we encode once and fit the logistic regression. The larger `C` is,
# the less its weights are pulled toward zero.


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
# Otherwise we train with Adam on the cross-entropy, with batches of 32 drawn from the few
# labeled images. We train hundreds of nets, so we build *one*, compile 200 steps of its
# training into one function, and reset everything before each run: the weights of the
# encoder, the softmax layer to zeros (as logistic regression starts), and the optimizer.

# %%
net = keras.Sequential(
    [
        random_encoder(0),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
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
# We choose them on the validation images, with two extra draws. For a fair comparison each
# rival has nine settings, and we take the one with the best mean accuracy over the six
# sizes. (In practice, with 50 labels, one would not have 5,000 more for validation.)

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
    score_trained: [(rate, steps) for rate in (0.001, 0.003, 0.01) for steps in (200, 600, 2_000)],
    score_frozen: [10 ** (power / 2) for power in range(-6, 3)],  # 0.001 … 10
}


def accuracies(arm, draws, settings, X_new, y_new):
    """An array, draws × sizes × settings."""
    kind, score = ARMS[arm]
    rows = []
    for draw in draws:
        labeled = draw_labeled(draw)
        rows.append(
            [
                score(
                    starting_encoder(kind, draw),
                    X_train[labeled[:size]],
                    y_train[labeled[:size]],
                    settings,
                    X_new,
                    y_new,
                    seed=draw,
                )
                for size in SIZES
            ]
        )
    return np.array(rows)


chosen, tuning = {}, {}
for arm, (_, score) in ARMS.items():
    settings = GRIDS[score]
    by_setting = accuracies(arm, [10, 11], settings, X_valid, y_valid).mean(axis=(0, 1))
    chosen[arm] = settings[np.argmax(by_setting)]
    tuning[arm] = by_setting

# %% [markdown]
# What was chosen, and how much does the choice matter? The last two columns are mean
# validation accuracies of the best and the worst setting.


# %%
def tuning_row(arm):
    row = {"learning rate": "", "steps": "", "C": ""}
    if ARMS[arm][1] is score_trained:
        rate, steps = chosen[arm]
        row["learning rate"] = Measured(rate, ".3f")
        row["steps"] = Measured(steps, ",.0f")
    else:
        row["C"] = Measured(chosen[arm], ".2f")
    row["best"] = Measured(tuning[arm].max(), ".1%")
    row["worst"] = Measured(tuning[arm].min(), ".1%")
    return row


MeasuredTable({arm: tuning_row(arm) for arm in ARMS}, corner="rival")

# %% [markdown]
# For each of them a poor setting costs more than most of the differences below, so every
# rival must be tuned. Both trained nets chose the most steps of the grid, and the
# fine-tuned net also the lowest learning rate: settings outside the grid may be better.
#
# ## Who wins, with how many labels?
#
# Now we use the test images, on which nothing was chosen, and ten fresh draws (mean ±
# standard deviation).

# %%
results = {arm: accuracies(arm, range(10), [chosen[arm]], X_test, y_test)[:, :, 0] for arm in ARMS}
rows = {
    arm: {f"{size:,} labels": Measured(values, ".1%") for size, values in zip(SIZES, by_size.T)}
    for arm, by_size in results.items()
}
MeasuredTable(rows, corner="test accuracy")

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
# In {numref}`fig-pretraining-accuracy` the random, frozen encoder is clearly the worst, and
# no method is always the best. With 50 labels PCA has the highest mean, ≈ 67.2%; with
# 2,000 the fine-tuned net, ≈ 82.0%. Draws differ by as much as methods do, so we compare
# methods *within* a draw.
#
# ## What does pretraining gain, draw by draw?

# %% tags=["hide-input"] mystnb={"figure": {"caption": "What pretraining gains, in percentage points of test accuracy: each dot is one draw of labels, the line their mean. Left, encoder trained; right, encoder frozen. The scales are the same.", "name": "fig-pretraining-gaps"}, "image": {"alt": "Two panels over 50 to 2,000 labels: on the left the dots of fine-tuned minus from scratch lie mostly above zero, their mean falling from about two points to about one or less; on the right the dots of frozen minus random frozen all lie far above zero, their mean falling from about eight points to about six."}}
fig, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.2), sharey=True)
for ax, better, worse, title, color in [
    (axes[0], "pretrained, fine-tuned", "from scratch", "fine-tuned\n− from scratch", COLORS[2]),
    (axes[1], "pretrained, frozen", "random, frozen", "frozen\n− random, frozen", COLORS[4]),
]:
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
PAIRS = {
    "fine-tuned − from scratch": ("pretrained, fine-tuned", "from scratch"),
    "frozen − random, frozen": ("pretrained, frozen", "random, frozen"),
    "frozen − from scratch": ("pretrained, frozen", "from scratch"),
    "PCA − frozen": ("PCA + logistic regression", "pretrained, frozen"),
    "fine-tuned − pixels": ("pretrained, fine-tuned", "pixels + logistic regression"),
}
points = {arm: 100 * by_size.T for arm, by_size in results.items()}
print("Percentage points:")
for name, (one, other) in PAIRS.items():
    print()
    for size, *pair in zip(SIZES, points[one], points[other]):
        difference(f"{name} | {size:,} labels", *pair, "+z.2f", over="draws")

# %% [markdown]
# Each line has the mean difference and its 95% interval. The draws share five autoencoders
# and one test set, so the interval covers the choice of labels, but not that of the test
# images.
#
# - **Fine-tuning helps, a little.** It gains ≈ 2.1 points over scratch with 50 labels
#   ({numref}`fig-pretraining-gaps`), and about one point or less from 200 on. All six
#   intervals exclude 0, at 1,000 labels only just.
# - **The codings are real features.** With both encoders frozen, pretraining gains between
#   ≈ 8.0 points with 50 labels and ≈ 6.4 with 2,000. That is also the price of the
#   forgotten `set_weights`: without it, the pretrained, frozen net is its random rival.
# - **Freezing pays only when labels are very few.** With 50 labels the frozen encoder
#   is ahead of the net trained from scratch by ≈ 2.0 points; with 100 and 200 a difference
#   is not shown; from 500 on it is behind. Perhaps the codings leave out what a classifier
#   needs, or a linear softmax layer cannot use it.
# - **The autoencoder's codings are no better than PCA's here.** Up to 200 labels PCA is
#   ahead; from 500 on a difference is not shown. The net of
#   [the lesson on stacked autoencoders](stacked_autoencoders.ipynb) rebuilds images better
#   than PCA, but that does not make its codings better for classification.
# - **Bare pixels are a strong rival.** Logistic regression on pixels uses no unlabeled
#   image. Up to 200 labels a difference from the fine-tuned net is not shown; beyond, the
#   pixels are a point or less behind.
#
# So the slide's idea works as drawn, but on these images the gain is small.
# {cite:t}`erhan2010` found, in a large study, that pretraining acts like a regularizer: it
# starts the net in a region from which training reaches solutions that generalize better.
# Their nets were deeper, and pretrained layer by layer.
#
# :::{admonition} Takeaways
# :class: tip
# - An encoder pretrained without labels, then fine-tuned, beats the same net from
#   scratch: by ≈ 2.1 points with 50 labels, by about one or less from 200 on.
# - `clone_model` copies no weights. Call `set_weights`, and check that they arrived:
#   here the mistake costs ≈ 8.0 points with 50 labels.
# - A frozen encoder under a softmax layer is logistic regression on its codings.
# - Try simpler methods with the same labels: up to 200 labels no difference is shown
#   between the fine-tuned net and logistic regression on pixels.
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
for size in (50, 1_000):
    goal = tuned[SIZES.index(size)]
    needed = np.exp(np.interp(goal, scratch, np.log(SIZES)))
    measured(f"{size:,} labels fine-tuned, from scratch:", needed, ",.0f")

# %% [markdown]
# :::{admonition} Answer to exercise 1
# :class: dropdown
# It needs ≈ 63 labels instead of 50, and ≈ 1,557 instead of 1,000. The curve from scratch
# flattens, so with many labels even a gain of one point saves hundreds of them.
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
    shuffled.set_weights(
        [
            rng.permutation(array.ravel()).reshape(array.shape)
            for array in pretrained[draw % 5].get_weights()
        ]
    )
    labeled = draw_labeled(draw)
    shuffled_results.append(
        [
            score_trained(
                shuffled,
                X_train[labeled[:size]],
                y_train[labeled[:size]],
                [chosen[arm]],
                X_test,
                y_test,
                seed=draw,
            )[0]
            for size in few_and_many
        ]
    )

print("Percentage points:")
for size, shuffled in zip(few_and_many, 100 * np.transpose(shuffled_results)):
    learned, scratch = points[arm], points["from scratch"]
    for name, one, other in [
        ("learned − shuffled", learned[SIZES.index(size)], shuffled),
        ("shuffled − from scratch", shuffled, scratch[SIZES.index(size)]),
    ]:
        difference(f"{size:,} labels | {name}", one, other, "+z.2f", over="draws")

# %% [markdown]
# :::{admonition} Answer to exercise 2
# :class: dropdown
# With 50 labels the shuffle costs ≈ 2.0 points, most of the gain, and the interval over
# draws excludes 0: what was learned helps. With 2,000 labels a cost is not shown, and the
# shuffled net is still ≈ 0.7 points ahead of scratch (this interval excludes 0). That may
# come from the sizes of its weights, or from its lower learning rate. {cite:t}`erhan2010`
# ran a similar control, with weights drawn from the histogram of pretrained ones.
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
        scores += score_frozen(clone, X_train[labeled], y_train[labeled], [best_C], X_test, y_test)
    measured(f"{name}: test accuracy", scores, ".1%")

# %% [markdown]
# :::{admonition} Answer to exercise 3
# :class: dropdown
# The clone alone scores ≈ 65.3%, close to the row *random, frozen* (whose `C` was chosen
# for random codings). With `set_weights` it scores ≈ 73.2%, close to *pretrained, frozen*.
# Only a comparison of the weights, or with a random encoder, finds the mistake.
# :::
#
# ## Further reading
#
# - {cite:t}`erhan2010`: why unsupervised pretraining helps, by many controlled
#   experiments.
# - {cite:t}`hinton2006`: pretraining layer by layer, which made deep autoencoders
#   trainable at all.
# - {cite:t}`geron2022`: pretraining with autoencoders in the lecture's source.
