# %% [markdown]
# # Pretrain without labels, then learn from a few
#
# Pictures are cheap, labels are not. Can an autoencoder, which needs no labels, learn
# from all the pictures something that helps a classifier with only a few labels?
#
# - **What you'll do**: put the encoder of an autoencoder into a classifier, train it
#   on 50 to 2,000 labels of Fashion-MNIST {cite}`xiao2017`, and compare it with six
#   rivals.
# - **What you'll learn**: to freeze and to fine-tune in Keras, to check that a copied net
#   has its weights, and how much pretraining gains with how many labels.
# - **What you'll need**:
#   [the lesson on stacked autoencoders](stacked_autoencoders.ipynb), and what a softmax
#   layer is.
#
# *Slides covered: “Unsupervised Pretraining using Autoencoders” (“What if most of the
# labels are missing?”).*

# %%
from lecture6_utils.reproducibility import make_reproducible  # before keras

from functools import cache

import keras
import matplotlib.pyplot as plt
import numpy as np
from scipy import stats
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression

from lecture6_utils.datasets import load_fashion_mnist
from lecture6_utils.measurement import Measured, MeasuredTable, difference, measured
from lecture6_utils.models import fit_stacked_autoencoder
from lecture6_utils.plotting import COLORS, WIDTH, set_style
from lecture6_utils.training import fit

make_reproducible("unsupervised_pretraining")
set_style()
(X_train, y_train), (X_valid, y_valid), (X_test, y_test) = load_fashion_mnist()

# %% [markdown]
# ## What if most of the labels are missing?
#
# We can work in two phases ({numref}`fig-pretraining-scheme`). An autoencoder learns from *all*
# images, because its target is the image itself. Its encoder is then copied into a classifier,
# and only the classifier needs labels.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Unsupervised pretraining. Phase 1 trains an autoencoder on all images. Phase 2 copies its encoder, puts a new softmax layer on top, and trains on the few labeled images.", "name": "fig-pretraining-scheme"}, "image": {"alt": "Two stacks of boxes side by side, with arrows that point up. Phase 1: 55,000 images pass through an encoder, 30 codings and a decoder to the reconstructions. Phase 2: 50 to 2,000 labeled images pass through an encoder, 30 codings and a softmax layer to 10 classes. A bold arrow from the first encoder to the second says copy the weights."}}
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
# Phase 2 needs a *copy* of the encoder: a classifier built on the encoder itself would share
# its layers, and would change the autoencoder when it learns. Keras has `clone_model`. What
# does it copy?

# %%
stacked_encoder, _, _ = fit_stacked_autoencoder(X_train, seed=42)


def same_weights(net, other):
    pairs = zip(net.get_weights(), other.get_weights(), strict=True)
    return [bool(np.array_equal(a, b)) for a, b in pairs]


def copy_of(encoder):
    copy = keras.models.clone_model(encoder)
    copy.set_weights(encoder.get_weights())
    return copy


clone = keras.models.clone_model(stacked_encoder)
print("arrays equal after clone_model:", same_weights(clone, stacked_encoder))
print("arrays equal after set_weights:", same_weights(copy_of(stacked_encoder), stacked_encoder))

# %% [markdown]
# `clone_model` copies the *architecture* and draws new weights; `set_weights` copies the
# weights. The notebook of the lecture's source, 2nd edition, did not call `set_weights`. Keras
# raised no error, but the “pretrained” encoder was a random one
# ([handson-ml2 #246](https://github.com/ageron/handson-ml2/issues/246)).
#
# ## What is frozen, what is fine-tuned?
#
# First we draw labels, equally many for each of the ten classes. The first 50 labels of a draw
# are among its first 100, and so on.


# %%
@cache
def draw_labeled(draw):
    """Indices of 2,000 training images; the first 10·k hold k of each class."""
    order = np.random.default_rng(draw).permutation(len(X_train))
    by_class = [order[y_train[order] == label][:200] for label in range(10)]
    return np.ravel(by_class, order="F")


few = draw_labeled(10)[:500]
print("500 labels, by class:", np.bincount(y_train[few]))

# %% [markdown]
# A **frozen** encoder keeps its weights; only the new layers on top of it, the **head**,
# learn. Here the head is one softmax layer. Its weights start at zero.


# %%
def softmax_layer():
    return keras.layers.Dense(10, activation="softmax", kernel_initializer="zeros")


encoder = copy_of(stacked_encoder)
classifier = keras.Sequential([encoder, softmax_layer()])


def compile_and_fit(learning_rate):
    classifier.compile(
        loss="sparse_categorical_crossentropy",
        optimizer=keras.optimizers.Adam(learning_rate),
        metrics=["accuracy"],
    )
    classifier.fit(X_train[few], y_train[few], epochs=10, verbose=0)
    learned = sum(int(np.prod(v.shape)) for v in classifier.trainable_variables)
    print(f"{learned:,} of {classifier.count_params():,} parameters learn")
    return classifier.evaluate(X_valid, y_valid, verbose=0)[1]


encoder.trainable = False  # freeze
measured("Keras's fit, frozen: validation accuracy", compile_and_fit(0.01), ".1%")
print("encoder as it was:", all(same_weights(encoder, stacked_encoder)))

# %% [markdown]
# **Fine-tuning** trains the encoder, too. We unfreeze it, and compile again, because
# `compile` fixes which weights are trained. The learning rate is lower now, as is usual,
# to change little of what the encoder has learned.

# %%
encoder.trainable = True  # unfreeze
measured("Keras's fit, then fine-tuned: validation accuracy", compile_and_fit(0.001), ".1%")
print("encoder as it was:", all(same_weights(encoder, stacked_encoder)))

# %% [markdown]
# These two numbers cannot be compared: the second net was also trained for longer.
#
# :::{admonition} Since the slides
# :class: note
# The slide has no code. The encoder is that of the slides on stacked autoencoders.
# :::
#
# ## Which rivals make the comparison fair?
#
# The encoder may give good features as it is, or be a good *start* for further training. So we
# compare encoders that are frozen or trained, and that start random or pretrained. We add two
# classic methods. PCA also learns 30 numbers per image without labels. Logistic regression on
# pixels uses no unlabeled image.
#
# | the encoder is | frozen | trained |
# |---|---|---|
# | random at first | | from scratch |
# | pretrained | pretrained, frozen; hidden head, frozen | pretrained, fine-tuned; two stages |
# | PCA | PCA + logistic regression | |
# | absent | pixels + logistic regression | |
#
# Only *hidden head, frozen* has 100 `selu` units before the softmax layer.
#
# We make eight draws of labels. Each draw has its own random encoder, a clone without
# `set_weights`. Two pretrained encoders, from two seeds, take turns.

# %%
pretrained = [stacked_encoder, fit_stacked_autoencoder(X_train, seed=43)[0]]
pca = PCA(n_components=30, random_state=0).fit(X_train.reshape(-1, 784))


@cache
def starting_encoder(kind, draw):
    if kind == "pretrained":
        return pretrained[draw % 2]
    if kind == "random":
        keras.utils.set_random_seed(1_000 + draw)
        return keras.models.clone_model(stacked_encoder)
    if kind == "PCA":
        return lambda images: pca.transform(images.reshape(-1, 784))
    return lambda images: images.reshape(-1, 784)


# %% [markdown]
# ## How is each trained?
#
# A frozen encoder always gives an image the same 30 numbers, so we compute them once. The
# softmax layer on top is then a **logistic regression**, for which scikit-learn finds the
# optimum. The larger `C` is, the less its weights are pulled toward zero.
#
# The other nets are trained by 500 steps of Adam, however few the labels are. The learning
# rate falls after each 100 steps. *From scratch* and *fine-tuned* train all layers from
# the first step, and differ only in the weights with which the encoder starts and in the learning
# rate, which each chooses below. *Two stages* first trains only the head, for 500 steps at ten
# times the rate, and then does the same as *fine-tuned*. From here on our own `fit` does what
# Keras's does in less time.


# %%
def linear_head(encoder, x, y, C):
    return LogisticRegression(C=C, solver="newton-cg").fit(np.asarray(encoder(x)), y).predict


def train(net, x, y, learning_rate):
    repeated = np.resize(np.arange(len(x)), 4_000)  # each image equally often
    rates = [learning_rate * (1 - epoch / 5) for epoch in range(5)]
    falling = keras.optimizers.schedules.PiecewiseConstantDecay([99, 199, 299, 399], rates)
    net.compile(loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.Adam(falling))
    fit(net, x[repeated], y[repeated], epochs=5, batch_size=40)
    return lambda images: net(images).numpy().argmax(axis=1)


def on_codings(layers, encoder, x, y, learning_rate):
    head = keras.Sequential([keras.Input((30,)), *layers])
    return train(head, encoder(x).numpy(), y, learning_rate)


def hidden_head(encoder, x, y, learning_rate):
    hidden = keras.layers.Dense(100, activation="selu", kernel_initializer="lecun_normal")
    return on_codings([hidden, softmax_layer()], encoder, x, y, learning_rate)


def all_layers(encoder, x, y, learning_rate, softmax=None):
    net = keras.Sequential([copy_of(encoder), softmax or softmax_layer()])
    return train(net, x, y, learning_rate)


def two_stages(encoder, x, y, learning_rate):
    softmax = softmax_layer()
    on_codings([softmax], encoder, x, y, 10 * learning_rate)
    return all_layers(encoder, x, y, learning_rate, softmax)


# %% [markdown]
# ## How do we choose the settings?
#
# Each rival chooses one of five settings, values of `C` or of the learning rate, by its mean
# accuracy on the validation images over three more draws. Few labels and many may need different
# settings, so it chooses twice: with 100 labels for 50 and 200, and with 1,000 for 500 and 2,000.
# (In practice, with 50 labels, one would not have 5,000 more for validation.)

# %%
ARMS = {  # name: (start of the encoder, what is trained)
    "from scratch": ("random", all_layers),
    "pretrained, fine-tuned": ("pretrained", all_layers),
    "pretrained, two stages": ("pretrained", two_stages),
    "pretrained, frozen": ("pretrained", linear_head),
    "hidden head, frozen": ("pretrained", hidden_head),
    "PCA + logistic regression": ("PCA", linear_head),
    "pixels + logistic regression": ("pixels", linear_head),
}
RATES, CS = [0.0003, 0.001, 0.003, 0.01, 0.03], [0.03, 0.1, 0.3, 1, 3]
TUNED_AT = {50: 100, 200: 100, 500: 1_000, 2_000: 1_000}
SIZES = list(TUNED_AT)
SETS = {"validation": (X_valid, y_valid), "test": (X_test, y_test)}
results, chosen, at_an_end = {}, {}, 0


@cache
def inputs(kind, learn, draw, of):
    frozen = learn in (linear_head, hidden_head)  # its codings are the same for each setting
    return np.asarray(starting_encoder(kind, draw)(SETS[of][0])) if frozen else SETS[of][0]


def accuracy(arm, draw, size, setting, of):
    kind, learn = ARMS[arm]
    encoder, few = starting_encoder(kind, draw), draw_labeled(draw)[:size]
    keras.utils.set_random_seed(draw)  # the same batches for all
    predict = learn(encoder, X_train[few], y_train[few], setting)
    return np.mean(predict(inputs(kind, learn, draw, of)) == SETS[of][1])


for arm, (_, learn) in ARMS.items():
    grid = CS if learn is linear_head else RATES
    for size in (100, 1_000):
        tried = [
            [accuracy(arm, draw, size, s, "validation") for s in grid] for draw in (100, 101, 102)
        ]
        best = np.mean(tried, axis=0).argmax()
        chosen[arm, size] = grid[best]
        at_an_end += best in (0, 4)
    settings = [(size, chosen[arm, tuned_at]) for size, tuned_at in TUNED_AT.items()]
    results[arm] = np.array(
        [[accuracy(arm, draw, *s, "test") for s in settings] for draw in range(8)]
    )

measured("grids of 14 with their best mean at an end", at_an_end, ".0f")

# %% [markdown]
# A grid is a list of settings that we try. In ≈ 1 of the 14 the best one is the first or the last:
# for the pixels with 100 labels. A larger `C` might be better, but hardly changes the accuracy (not
# shown here).
#
# ## Who wins, with how many labels?
#
# The test images were not used for any choice. The table has mean ± standard deviation over
# eight draws.
#
# :::{predict} fine-tuned − from scratch | 50 labels
# :slider: 0 to 20 by 0.5 points
# One net starts from an encoder that was pretrained on 55,000 images. The other is the same net,
# and starts from random weights. Both learn from 50 labels. How many percentage points of test
# accuracy does pretraining gain, on average over the draws?
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

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Test accuracy against the number of labels (logarithmic): mean over eight draws of labels. With 50 labels PCA and the pixels have the highest means, with 2,000 labels the two trained nets. The hidden head has a figure further down. Two stages are close to the fine-tuned net, and are not drawn.", "name": "fig-pretraining-accuracy"}, "image": {"alt": "Five rising curves over 50 to 2,000 labels. With 50 labels PCA and pixels lie highest, at about 67%. With 2,000 labels the fine-tuned net and the net from scratch lie highest, at about 82%, and the frozen encoder and PCA at about 79%."}}
STYLES = {  # color, marker, short label, its height
    "pretrained, fine-tuned": (COLORS[2], "o", "fine-tuned", 0.843),
    "from scratch": (COLORS[0], "s", "from scratch", 0.829),
    "pixels + logistic regression": ("0.15", "x", "pixels", 0.813),
    "pretrained, frozen": (COLORS[4], "D", "frozen", 0.799),
    "PCA + logistic regression": (COLORS[5], "^", "PCA", 0.785),
}
fig, ax = plt.subplots(figsize=(WIDTH, 4.4))
for arm, (color, marker, label, height) in STYLES.items():
    mean = results[arm].mean(axis=0)
    ax.plot(SIZES, mean, color=color, marker=marker, ms=5, lw=1.6)
    ax.plot([2_200, 2_800], [mean[-1], height], color=color, lw=0.8, clip_on=False)
    ax.text(2_950, height, label, color=color, va="center", fontsize=11)
ax.set_xscale("log")
ax.set_xticks(SIZES, [f"{size:,}" for size in SIZES])
ax.minorticks_off()
ax.set(xlabel="labels", ylabel="test accuracy", xlim=(43, 2_700), ylim=(0.63, 0.85))
ax.set_yticks([0.65, 0.7, 0.75, 0.8, 0.85])
_ = ax.yaxis.set_major_formatter("{x:.0%}")

# %% [markdown]
# In {numref}`fig-pretraining-accuracy` no method has the highest mean everywhere. With few labels,
# draws differ by as much as most methods do. But in a draw all methods have the same labels, so
# we take the difference of two methods *within* each draw.
#
# ## What does pretraining gain, draw by draw?

# %%
points = {arm: 100 * values.T for arm, values in results.items()}  # sizes × draws


def compare(name, one, other, sizes=(50, 2_000)):
    for size in sizes:
        pair = [points[arm][SIZES.index(size)] for arm in (one, other)]
        difference(f"{name} | {size:,} labels", *pair, "+z.2f", over="draws")


print("Percentage points:")
compare("fine-tuned − from scratch", "pretrained, fine-tuned", "from scratch", SIZES)
gains = points["pretrained, fine-tuned"] - points["from scratch"]
difference("gain with 50 labels − with 2,000", gains[0], gains[-1], "+z.2f", over="draws")
compare("two stages − fine-tuned", "pretrained, two stages", "pretrained, fine-tuned")

# %% [markdown]
# Each 95% interval says how far the mean difference may move if other labels are drawn. The eight
# draws share two autoencoders and one test set. So the interval does not cover other test images
# and settings, and other autoencoders only in part.
#
# **Pretraining helps when labels are few.** The mean gain is ≈ 1.67 points with 50 labels and
# ≈ 0.41 with 500. The intervals at 50, 200 and 500 labels exclude 0 (that at 50 barely; with other
# seeds, that at 500 not always). With 2,000 labels (≈ 0.26) a gain is not shown. That the gain
# falls is not shown either: the interval of *gain with 50 labels − with 2,000* includes 0.
#
# **A gain by two stages is not shown**: both intervals include 0.
#
# ## Why does the frozen encoder fall behind?
#
# With many labels the frozen encoder falls behind the net from scratch
# ({numref}`fig-pretraining-gaps`, right). The 30 codings may leave out what a classifier needs.
# Or they contain it, but a *linear* head cannot use it. The hidden head gets the same codings,
# and is not linear.
#
# :::{predict} codings of 30 that hardly vary
# :slider: 0 to 30 by 1 codings
# The autoencoder was trained to rebuild every image from its 30 codings. How many of the 30 hardly
# vary from image to image? (Their standard deviation over the training images is below 0.1.)
# :::

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Test accuracy compared with the net from scratch, in percentage points. Left: the fine-tuned net, each dot a draw of labels. Right: the frozen encoder under a linear and under a hidden head. Lines join the means, bars are 95% intervals over eight draws. The frozen encoder falls behind with more labels.", "name": "fig-pretraining-gaps"}, "image": {"alt": "Two panels over 50 to 2,000 labels. Left: the mean gain of fine-tuning falls from about 2 points to about 0.3, and the bar with 2,000 labels includes 0. Right: the linear head falls from about 0.6 points to about −2.7, the hidden head from about −0.4 to about −1.4."}}
fig, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.6), sharey=True)
for ax, arm, label, above, shift, color in [
    (axes[0], "pretrained, fine-tuned", "", "bottom", 1, COLORS[2]),
    (axes[1], "hidden head, frozen", "hidden\nhead", "center", 1.04, COLORS[1]),
    (axes[1], "pretrained, frozen", "linear\nhead", "center", 0.96, COLORS[4]),
]:
    gaps = results[arm] - results["from scratch"]
    if not label:
        ax.plot(SIZES, 100 * gaps.T, "o", color=color, alpha=0.4, ms=4, mew=0)
    mean = 100 * gaps.mean(axis=0)
    half = 100 * stats.sem(gaps) * stats.t.ppf(0.975, len(gaps) - 1)
    x = np.array(SIZES) * shift  # sideways, to keep the bars apart
    ax.errorbar(x, mean, half, color=color, capsize=3, lw=1.6)
    ax.text(2_300, mean[-1], label, color=color, va=above, fontsize=11)
for ax, title, right in zip(axes, ["fine-tuned\n− from scratch", "frozen\n− from scratch"], [2, 4]):
    ax.axhline(0, color="0.4", lw=1)
    ax.set_xscale("log")
    ax.set_xticks(SIZES, ["50", "200", "500", "2,000"])
    ax.minorticks_off()
    ax.set(title=title, xlabel="labels", xlim=(40, right * 1_300))
_ = axes[0].set_ylabel("difference (points)")

# %%
print("Percentage points:")
compare("linear head, frozen − from scratch", "pretrained, frozen", "from scratch")
compare("hidden head − linear head", "hidden head, frozen", "pretrained, frozen")
compare("hidden head, frozen − from scratch", "hidden head, frozen", "from scratch")

spreads = np.array([encoder(X_train).numpy().std(axis=0) for encoder in pretrained])
measured("codings of 30 that hardly vary", (spreads < 0.1).sum(axis=1), ".1f")
measured("median standard deviation of a coding", np.median(spreads, axis=1), ".1f")

# %% [markdown]
# With 2,000 labels the hidden head gains ≈ 1.32 points over the linear one (with 50 it does not),
# but it is also trained in another way. So **the linear head is probably a part of the reason**.
# Even with the hidden head, the difference from the net from scratch is ≈ −1.39 points. The encoder
# may be **the other part**: it learned to rebuild images, not to tell classes apart. But we tried
# no larger head. The encoder also seems not to use all 30 codings: on average ≈ 6.0 hardly vary.
# The standard deviation of a typical coding (the median) is ≈ 2.3.
#
# ## Are simpler methods as good?

# %%
print("Percentage points:")
compare("PCA − frozen", "PCA + logistic regression", "pretrained, frozen")
compare("fine-tuned − pixels", "pretrained, fine-tuned", "pixels + logistic regression")

# %% [markdown]
# - **A lead of the frozen encoder over PCA is not shown.** With 50 labels PCA leads the frozen
#   encoder by ≈ 2.10 points, but we have only two such encoders. With 2,000 a difference is not
#   shown.
# - **Bare pixels are a strong rival.** With 50 labels the fine-tuned net differs from them by
#   ≈ −0.97 points, and the interval includes 0. With 2,000 the fine-tuned net leads by
#   ≈ 1.31 points.
#
# So the slide's idea works here, though the gain is small.
# {cite:t}`erhan2010` asked in a large study why pretraining helps. Their results suggest that it
# guides training toward minima that generalize better, and support an explanation as a
# **regularizer**: something that keeps a net from fitting chance features of its training data.
#
# :::{admonition} Takeaways
# :class: tip
# - An encoder pretrained without labels, then fine-tuned, is ahead of the same net from
#   scratch, by ≈ 1.67 points on average with 50 labels. With 2,000 a gain is not shown. With 50
#   labels a lead over logistic regression on the pixels is not shown either.
# - To fine-tune a frozen encoder, unfreeze it and compile again. A gain over training all layers
#   from the first step is not shown.
# - `clone_model` copies no weights. Call `set_weights`, and check that they arrived.
# - A frozen encoder under a softmax layer is a logistic regression on its codings. With 2,000
#   labels a hidden head does better, with 50 worse.
# - Tune each rival with the same effort, and compare within draws.
# :::
#
# ## Exercises
#
# :::{admonition} Exercise 1 — what is pretraining worth in labels?
# :class: exercise
# How many labels does the net from scratch need to be as accurate as the fine-tuned net with 50
# labels, and with 500? Interpolate in the logarithm of the number of labels.
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 1", "code_prompt_hide": "Hide solution 1"}
scratch = results["from scratch"].mean(axis=0)
tuned = results["pretrained, fine-tuned"].mean(axis=0)
for size in (50, 500):
    goal = tuned[SIZES.index(size)]
    needed = np.exp(np.interp(goal, scratch, np.log(SIZES)))
    measured(f"{size:,} labels fine-tuned, from scratch:", needed, ",.0f")

# %% [markdown]
# :::{admonition} Answer to exercise 1
# :class: dropdown
# It needs ≈ 64 labels instead of 50, and
# ≈ 583 instead of 500. The curve from scratch flattens, so
# with more labels a smaller gain can save more of them.
# :::
#
# :::{admonition} Exercise 2 — is it what the weights know, or how large they are?
# :class: exercise
# Shuffle the numbers within each weight array of the pretrained encoders, which keeps the
# numbers but not their places. Train from there with the fine-tuned net's settings and 50 labels.
# How much of the gain is left?
# :::


# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 2", "code_prompt_hide": "Hide solution 2"}
def shuffled(encoder, draw):
    rng, copy = np.random.default_rng(draw), copy_of(encoder)
    copy.set_weights([rng.permutation(w.ravel()).reshape(w.shape) for w in encoder.get_weights()])
    return copy


arm, from_shuffled = "pretrained, fine-tuned", []
for draw in range(8):
    few = draw_labeled(draw)[:50]
    encoder = shuffled(starting_encoder("pretrained", draw), draw)
    keras.utils.set_random_seed(draw)
    predict = all_layers(encoder, X_train[few], y_train[few], chosen[arm, 100])
    from_shuffled.append(100 * np.mean(predict(X_test) == y_test))

print("Percentage points:")
difference("learned − shuffled | 50 labels", points[arm][0], from_shuffled, "+z.2f", over="draws")
difference(
    "shuffled − from scratch | 50 labels",
    from_shuffled,
    points["from scratch"][0],
    "+z.2f",
    over="draws",
)

# %% [markdown]
# :::{admonition} Answer to exercise 2
# :class: dropdown
# On average the shuffle costs ≈ 1.18 points, and the shuffled net is ≈ 0.49 points ahead of
# scratch, which has its own learning rate. Both intervals include 0. So eight draws do not
# separate what was learned from the size of the weights.
# :::
#
# :::{admonition} Exercise 3 — how many draws make a difference sure?
# :class: exercise
# The half-width of the 95% interval is $t_{0.975,\,n-1} \cdot s / \sqrt{n}$ for $n$ draws whose
# differences have the standard deviation $s$. How many draws make it half as wide as our eight
# do? (To check: a factor of 2 in $\sqrt{n}$ alone would need 32.)
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 3", "code_prompt_hide": "Hide solution 3"}
draws = np.arange(8, 40)
half_widths = stats.t.ppf(0.975, draws - 1) / np.sqrt(draws)
print("draws for half the width:", draws[half_widths <= half_widths[0] / 2][0])

# %% [markdown]
# :::{admonition} Answer to exercise 3
# :class: dropdown
# 25 draws are enough, because $t$ falls, too: with more draws we also know $s$ better.
# :::
#
# ## Further reading
#
# - {cite:t}`erhan2010`: many controlled experiments on pretraining.
# - {cite:t}`hinton2006`: pretraining layer by layer, which then made deep autoencoders
#   trainable.
# - {cite:t}`geron2022`: pretraining with autoencoders in the lecture's source.
