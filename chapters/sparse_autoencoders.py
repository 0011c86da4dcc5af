# %% [markdown]
# # Keep most units silent
#
# A coding need not be narrow: it may be wide and use only a few units for each image.
# Which penalty achieves that, and what does it cost?
#
# - **What you'll do**: train the lecture's two sparse autoencoders and a plain one, look
#   into their 300 coding units, and compare penalties with a net that keeps only the k
#   largest activations.
# - **What you'll learn**: what the L1 and the Kullback–Leibler (KL) penalty compute, how
#   Keras rescales them, and how to measure sparsity.
# - **What you'll need**: [the lesson on stacked autoencoders](stacked_autoencoders.ipynb),
#   and logarithms.
#
# *Slides covered: “L1 Activity Regularization”, “Kullback–Leibler Divergence (or
# Relative Entropy)”.*

# %%
from lecture6_utils.reproducibility import make_reproducible  # before keras

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import ops
from sklearn.decomposition import PCA

from lecture6_utils.datasets import load_fashion_mnist
from lecture6_utils.live_figures import live_codings, live_penalty
from lecture6_utils.measurement import Measured, MeasuredTable, difference, measured
from lecture6_utils.plotting import COLORS, WIDTH, set_style
from lecture6_utils.training import fit_autoencoder

make_reproducible("sparse_autoencoders")
set_style()
(X_train, y_train), (X_valid, y_valid), (X_test, y_test) = load_fashion_mnist()

# %% [markdown]
# ## What does the L1 penalty charge for?
#
# The slide's net has 784 pixels, 100 `selu` units, **300 sigmoid units as codings**, and a
# mirrored decoder. Every activation of a coding costs 0.001 times its size, so a unit should be
# active only where it saves more squared error than it costs.

# %%
selu = {"activation": "selu", "kernel_initializer": "lecun_normal"}
sparse_l1_encoder = keras.Sequential(
    [
        keras.Input((28, 28)),
        keras.layers.Flatten(),
        keras.layers.Dense(100, **selu),
        keras.layers.Dense(300, activation="sigmoid"),
        keras.layers.ActivityRegularization(l1=1e-3),
    ]
)
sparse_l1_decoder = keras.Sequential(
    [
        keras.Input((300,)),
        keras.layers.Dense(100, **selu),
        keras.layers.Dense(28 * 28, activation="sigmoid"),
        keras.layers.Reshape((28, 28)),
    ]
)
sparse_l1_ae = keras.Sequential([sparse_l1_encoder, sparse_l1_decoder])
print(f"{sparse_l1_ae.count_params():,} parameters")

# %% [markdown]
# Is the penalty the sum over the 300 units, averaged over the images? Then it must not depend
# on how many images are in a batch. (Keras collects penalties in `net.losses`.)


# %%
def penalty(net, batch):
    net(batch)
    return float(sum(net.losses))


one_coding = sparse_l1_encoder.predict(X_valid[:1], verbose=0)
print(f"by hand: {np.sum(1e-3 * np.abs(one_coding)):.4f}")
for n in (1, 32, 128, 256):
    same_image = np.repeat(X_valid[:1], n, axis=0)
    print(f"one image {n:3} times: {penalty(sparse_l1_encoder, same_image):.4f}")

# %% [markdown]
# It is, at every batch size.
#
# ## What does the Kullback–Leibler divergence charge for?
#
# The other idea is to set a target: each unit should have the *mean* activation $p = 0.1$
# over the images of a batch. If its mean is $\hat p$ instead, the unit pays
#
# $$D_{\text{KL}}(p \parallel \hat p)
#   = p \ln \frac{p}{\hat p} + (1 - p) \ln \frac{1 - p}{1 - \hat p}.$$
#
# Why not $(\hat p - p)^2$ or $|\hat p - p|$? The slide's reason is the stronger gradient.
# Training moves a sigmoid unit through its input $z$, so the gradient in $z$ counts. If the
# unit has the same activation for every image, this is
#
# $$\frac{\partial D_{\text{KL}}}{\partial z}
# = \frac{\hat p - p}{\hat p\,(1 - \hat p)} \cdot \hat p\,(1 - \hat p) = \hat p - p .$$
#
# The factor $\hat p\,(1 - \hat p)$, which vanishes where a sigmoid saturates, cancels.
# The squared and the absolute error keep it ({numref}`fig-sparse-penalties`; move the
# target yourself in {numref}`fig-sparse-penalty-live`).

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Three ways to penalize a unit for missing the target 0.1: the KL divergence, the absolute error (MAE) and the squared error (MSE). Left: the penalty. Right: its gradient in the unit's input z, before the sigmoid. Only the gradient of KL stays large for a unit that is always on.", "name": "fig-sparse-penalties"}, "image": {"alt": "Two panels over the mean activation from 0 to 1. Left, all three penalties are 0 at 0.1; toward 1, KL rises beyond 2, MAE to about 0.9 and MSE to about 0.8. Right, the gradient of KL is a straight line from about −0.1 to about 0.9; that of MAE jumps at 0.1, and those of MAE and MSE return to 0 at both ends."}}
p = 0.1
q = np.linspace(0.001, 0.995, 500)
fade = q * (1 - q)
curves = [
    ("KL", p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q)), q - p),
    ("MAE", np.abs(q - p), np.where(q < p, -1, 1) * fade),
    ("MSE", (q - p) ** 2, 2 * (q - p) * fade),
]
hues = {"KL": COLORS[2], "MAE": COLORS[1], "MSE": COLORS[0]}
fig, axes = plt.subplots(1, 2, figsize=(WIDTH, 2.9))
for name, value, gradient in curves:
    axes[0].plot(q, value, color=hues[name])
    axes[1].plot(q, gradient, color=hues[name])
for ax in axes:
    ax.axvline(p, color="0.5", lw=1, ls=":")
    ax.set(xlabel=r"mean activation $\hat p$", xticks=[0.1, 0.5, 1])
    ax.set_xticklabels(["0.1", "0.5", "1"])
axes[0].set(ylim=(-0.05, 2), title="penalty")
axes[1].set(title="gradient in z")
for name, xy in [("KL", (0.6, 1.1)), ("MAE", (0.2, 0.38)), ("MSE", (0.72, 0.2))]:
    axes[0].text(*xy, name, color=hues[name])
for name, xy in [("KL", (0.4, 0.5)), ("MAE", (0.1, 0.27)), ("MSE", (0.34, 0.0))]:
    axes[1].text(*xy, name, color=hues[name])

# %% tags=["hide-input"] mystnb={"figure": {"caption": "A live figure: move the target and the mean activation of a unit, and compare KL and the squared error (MSE), and their gradients.", "name": "fig-sparse-penalty-live"}, "image": {"alt": "Two panels over the mean activation from 0 to 1, for the target 0.1. On the left the penalties: both touch 0 at 0.1, and KL rises far above MSE toward 1. On the right their gradients in z: that of KL is a straight line, that of MSE rises and returns to 0 at 1."}}
live_penalty(target=0.1)

# %% [markdown]
# ## Does the stronger gradient get there sooner?
#
# We begin with one unit and plain gradient descent on $z$ with step size 1. After how many
# steps is $\hat p$ within 0.01 of the target? The unit starts at 0.5, at 0.99, or at 0.001, where
# it is almost dead. In the last row the squared error is multiplied by $1 / (2\,p\,(1 - p))$, or
# 5.6. Then it has KL's curvature at the target, and only the *shape* differs.


# %%
slopes = {  # in the mean activation q; the chain rule adds q (1 - q)
    "KL": lambda q: (q - p) / (q * (1 - q)),
    "MAE": lambda q: np.sign(q - p),
    "MSE": lambda q: 2 * (q - p),
    "MSE, scaled": lambda q: (q - p) / (p * (1 - p)),
}


def count_steps(slope, start):
    z, steps = np.log(start / (1 - start)), 0
    while abs((q := 1 / (1 + np.exp(-z))) - p) >= 0.01:
        z -= slope(q) * q * (1 - q)
        steps += 1
    return steps


print("steps from        0.5   0.99  0.001")
for name, slope in slopes.items():
    steps = [count_steps(slope, start) for start in (0.5, 0.99, 0.001)]
    print(f"{name:14}", *(f"{n:6,}" for n in steps))

# %% [markdown]
# A part of KL's lead is only scale: the scaled squared error is quicker from above (and the
# absolute error from 0.5). The other part is shape: under KL, **an almost dead unit recovers 14
# times sooner** than under these two, because its gradient does not vanish.
#
# ## What does Keras do to such a regularizer?
#
# This is the slide's regularizer in today's Keras. The slide passes it to a layer as
# `activity_regularizer`. If all codings are 0.5, the penalty should be the same at every
# batch size.

# %%
kl_divergence = keras.losses.kl_divergence


@keras.saving.register_keras_serializable("lecture6")
class KLDivergenceRegularizer(keras.regularizers.Regularizer):
    def __init__(self, weight, target=0.1):
        self.weight = weight
        self.target = target

    def __call__(self, inputs):
        mean_activities = ops.mean(inputs, axis=0)
        target = ops.full_like(mean_activities, self.target)
        return self.weight * (
            kl_divergence(target, mean_activities) + kl_divergence(1 - target, 1 - mean_activities)
        )

    def get_config(self):
        return {"weight": self.weight, "target": self.target}


# %%
kld_reg = KLDivergenceRegularizer(weight=0.05, target=0.1)
for n in (1, 32, 128, 256):
    layer = keras.layers.Activation("linear", activity_regularizer=kld_reg)
    halves = np.full((n, 300), 0.5, "float32")
    print(f"batch of {n:3}: penalty {penalty(layer, halves):.4f}")

# %% [markdown]
# Keras divides whatever an `activity_regularizer` returns by the batch size. That is
# right for the built-in L1, which returns a sum over the batch. The slide's regularizer
# has averaged already, so it is divided twice, without a warning: at 32 images the
# weight 0.05 acts as 0.0016.
#
# We repair this with a layer that adds the value to the loss unchanged.


# %%
class BatchRegularization(keras.layers.Layer):
    def __init__(self, regularizer):
        super().__init__()
        self.regularizer = regularizer

    def call(self, inputs):
        self.add_loss(self.regularizer(inputs))
        return inputs


for n in (1, 32, 128, 256):
    layer = BatchRegularization(kld_reg)
    halves = np.full((n, 300), 0.5, "float32")
    print(f"batch of {n:3}: penalty {penalty(layer, halves):.4f}")

# %% [markdown]
# Now the penalty is the same. Does it also agree with the formula, at the weight that we will
# train with, 0.05 / 32?

# %%
kld_reg = KLDivergenceRegularizer(weight=0.05 / 32, target=0.1)
random_codings = np.random.default_rng(42).random((64, 300), "float32") ** 3
p_hat = random_codings.mean(axis=0, dtype="float64")
formula = p * np.log(p / p_hat) + (1 - p) * np.log((1 - p) / (1 - p_hat))
error = penalty(BatchRegularization(kld_reg), random_codings) - 0.05 / 32 * formula.sum()
print(f"agrees to 1e-6: {abs(error) < 1e-6}")

# %% [markdown]
# :::{admonition} Since the slides
# :class: note
# - The Keras 2 of the slides divided by the batch size as well, so its 0.05 meant 0.05 / 32
#   at the default batch size. Keras 3 has divided only since early 2026 ([issue
#   22018](https://github.com/keras-team/keras/issues/22018)). A layer with `add_loss` means
#   the same in all versions.
# - `K.mean` is `keras.ops.mean`; the divergence is `keras.losses.kl_divergence`, and
#   `ops.full_like` repeats the scalar target for every unit. A custom class needs
#   `get_config` and a registered name to be saved with a net.
# - Nets begin with `keras.Input`; `selu` gets `lecun_normal` initialization.
# - The slides show no loss. We minimize the squared error; exercise 1 shows why that
#   matters for the weights.
# :::
#
# ## Is KL ahead in the net, too?
#
# Adam, which trains the net, rescales every gradient, so the lead may vanish. One function
# builds all nets from here on; a layer for sparsity may follow the codings.


# %%
def build(seed, *sparsity, activation="sigmoid"):
    keras.utils.set_random_seed(seed)
    encoder = keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(100, **selu),
            keras.layers.Dense(300, activation=activation),
            *sparsity,
        ]
    )
    return encoder, keras.models.clone_model(sparse_l1_decoder)  # its layers, new weights


# %% [markdown]
# We train 120 steps of 64 new images each, with weight 0.05 / 32. The squared error is scaled
# as above. Every 5 steps we measure the distance of the units' mean activations from 0.1,
# averaged over the 300 units.
#
# :::{predict} MSE, scaled − KL, steps
# At the target, KL and the scaled squared error have the same curvature. They differ only
# farther away. Which of the two brings the units to a distance of 0.02 in fewer steps?
#
# - KL = over 0
# - the scaled squared error = under 0
# - a difference is not shown = not shown
# :::


# %%
def per_unit(miss):
    return lambda codings: 0.05 / 32 * ops.sum(miss(ops.mean(codings, axis=0) - p))


charges = {
    "KL": kld_reg,
    "MAE": per_unit(ops.abs),
    "MSE, scaled": per_unit(lambda gap: ops.square(gap) / (2 * p * (1 - p))),
}
first_images = X_train[: 120 * 64]


def approach(charge, seed):
    encoder, decoder = build(seed, BatchRegularization(charge))
    ae = keras.Sequential([encoder, decoder])
    ae.compile(loss="mse", optimizer=keras.optimizers.Adam(3e-3))
    distances = []

    def note(step, logs):
        if step % 5 == 0:
            means = np.mean(encoder(X_valid[:1_000]), axis=0)
            distances.append(np.mean(np.abs(means - p)))

    callback = keras.callbacks.LambdaCallback(on_train_batch_begin=note)
    ae.fit(first_images, first_images, batch_size=64, verbose=0, callbacks=[callback])
    return distances


seeds = [42, 43, 44]
paths = {
    name: np.array([approach(charge, seed) for seed in seeds]) for name, charge in charges.items()
}

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Distance between the units' mean activation and the target 0.1, on average over 300 units and three seeds, during the first 120 training steps. The dotted line is a distance of 0.02. KL and the absolute error (MAE) reach it sooner than the scaled squared error (MSE).", "name": "fig-sparse-approach"}, "image": {"alt": "Three falling curves on a logarithmic scale over 120 training steps. All drop from about 0.40 to about 0.08 in the first 5 steps. KL and MAE cross the dotted line at 0.02 after about 25 and about 27 steps, the scaled MSE after about 50. At the end KL and the scaled MSE lie below 0.01, MAE lies a little above it."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3))
means = {name: distances.mean(axis=0) for name, distances in paths.items()}
for rank, name in enumerate(sorted(means, key=lambda name: means[name][-1])):
    hue, mean = hues[name.partition(",")[0]], means[name]
    ax.plot(5 * np.arange(len(mean)), mean, color=hue)
    end = 5 * len(mean) - 5, mean[-1]
    style = {"textcoords": "offset points", "color": hue, "va": "center"}
    ax.annotate(name, end, (5, 11 * rank - 6), **style)
ax.axhline(0.02, color="0.5", lw=1, ls=":")
ax.set(yscale="log", xlabel="training step", ylabel="distance to the target")
ax.minorticks_off()
ax.margins(y=0.12)
_ = ax.set(xlim=(0, 155), xticks=range(0, 121, 20), yticks=[0.01, 0.1], yticklabels=["0.01", "0.1"])


# %%
def steps_to(distances, goal=0.02):
    return 5 * np.sum(np.minimum.accumulate(distances, axis=1) > goal, axis=1)


steps = {name: steps_to(distances) for name, distances in paths.items()}
MeasuredTable(
    {name: {"steps to a distance of 0.02": Measured(n, ".0f")} for name, n in steps.items()},
    corner="penalty",
)

# %%
for other in ("MAE", "MSE, scaled"):
    difference(f"{other} − KL, steps", steps[other], steps["KL"], "+.0f")

# %% [markdown]
# KL needs ≈ 25 steps and the scaled squared error ≈ 50 ({numref}`fig-sparse-approach`). The
# interval of this difference, over three seeds, excludes 0, so the lead is not only scale.
# Against the absolute error, which was not scaled, a lead is not shown: the interval includes 0.
#
# ## What is left after a full training?
#
# We train the slide's two nets and one without a penalty, each with one seed. L1 gets a tenth
# of the slide's weight (exercise 1 shows why). KL gets the slide's weight as it acted, 0.05 / 32,
# so the two penalties need not be equally strong.


# %%
def train(encoder, decoder, images=X_train, epochs=11, **options):
    ae = keras.Sequential([encoder, decoder])
    fit_autoencoder(ae, images, epochs=epochs, **options)
    return encoder, decoder


def predict(net, x):
    return ops.convert_to_numpy(net(x))


def mse_per_image(decoder, codings, images=X_valid):
    return np.mean((predict(decoder, codings) - images) ** 2, axis=(1, 2))


nets = {
    "no penalty": train(*build(42)),
    "L1": train(*build(42, keras.layers.ActivityRegularization(l1=1e-4))),
    "KL": train(*build(42, BatchRegularization(kld_reg))),
}
codings = {name: predict(encoder, X_valid) for name, (encoder, _) in nets.items()}
errors = {name: mse_per_image(decoder, codings[name]) for name, (_, decoder) in nets.items()}

# %% [markdown]
# We can count the **active** units of an image: those whose activation reaches some threshold.
#
# :::{predict} active units of 300 | KL | at 0.05
# The KL penalty gives each unit the target 0.1. How many of the 300 units reach the threshold
# 0.05, on average over the images?
#
# - about 30, a tenth of them = under 60
# - 60 to 150
# - more than half of them = over 150
# :::

# %%
MeasuredTable(
    {
        name: {
            f"at {cut}": Measured(np.sum(c >= cut, axis=1).mean(), ".0f")
            for cut in (0.01, 0.05, 0.1, 0.2)
        }
        for name, c in codings.items()
    },
    corner="active units of 300",
)

# %% [markdown]
# The counts depend on the threshold: with KL, ≈ 219 units are active at 0.05, and ≈ 29 at
# 0.2. So we also use a measure without one, **Hoyer sparsity** {cite}`hoyer2004`. For $n$
# activations $a_i$ it is
#
# $$\frac{\sqrt n - \sum |a_i| \big/ \sqrt{\sum a_i^2}}{\sqrt n - 1},$$
#
# which is 0 if all activations are equal, and 1 if only one is not zero. We average it
# over the images. A **dead unit** is one that no validation image activates to 0.05; all
# others are *live*.
#
# :::{predict} 11 epochs | L1 | live units
# L1 charges for every activation. How many of the 300 units of the L1 net are live?
#
# - nearly all of them = over 250
# - 150 to 250
# - less than half of them = under 150
# :::


# %%
def hoyer(codings):
    root = np.sqrt(codings.shape[1])
    ratio = np.abs(codings).sum(axis=1) / (np.linalg.norm(codings, axis=1) + 1e-9)
    return np.mean((root - ratio) / (root - 1))


def live_units(codings):
    return np.flatnonzero(codings.max(axis=0) >= 0.05)


rows = {
    name: {
        "validation MSE": Measured(errors[name].mean()),
        "mean activation": Measured(c.mean(), ".3f"),
        "Hoyer": Measured(hoyer(c), ".2f"),
        "live units": Measured(len(live_units(c)), ".0f"),
        "Hoyer, live units": Measured(hoyer(c[:, live_units(c)]), ".2f"),
    }
    for name, c in codings.items()
}
MeasuredTable(rows, corner="11 epochs")

# %%
use = np.mean(codings["L1"][:, live_units(codings["L1"])] >= 0.05, axis=0)
measured("L1: share of images that activate a live unit, median", np.median(use), ".0%")

# %% [markdown]
# - **L1 is the sparsest, mostly because units are dead.** Only ≈ 102 of 300 are live. Half
#   of these are active for at least ≈ 50% of the images. The Hoyer sparsity is ≈ 0.66, but
#   ≈ 0.39 among the live units.
# - **KL meets its target and is not sparse.** Its mean is ≈ 0.101, and its Hoyer sparsity,
#   ≈ 0.20, is below that of the net without penalty, ≈ 0.31.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Top: all activations of the 300 units for 5,000 validation images; bars that reach the upper edge are cut. Bottom: the mean activation of each unit; the dotted line is the target of the KL penalty. L1 brings most activations near 0; KL brings the mean of every unit to the target.", "name": "fig-sparse-histograms"}, "image": {"alt": "Six histograms from 0 to 1. Top: without penalty the first bar is cut, and the activations fill the range; with L1 about 81% lie below 0.04; with KL the highest bar, about 30%, lies between 0.04 and 0.08. Bottom: the unit means spread widely without penalty; with L1 about 69% lie below 0.04; with KL all lie in one bar at 0.1."}}
fig, axes = plt.subplots(2, 3, figsize=(WIDTH, 4), sharex=True, sharey="row")
for (top, bottom), (name, c), hue in zip(axes.T, codings.items(), ["0.4", COLORS[1], COLORS[2]]):
    for ax, values in [(top, c.ravel()), (bottom, c.mean(axis=0))]:
        each = np.full(values.size, 1 / values.size)
        ax.hist(values, bins=25, range=(0, 1), weights=each, color=hue)
    top.set(title=name, ylim=(0, 0.3), yticks=[0, 0.1, 0.2, 0.3])
    bottom.set(xlabel="activation", xticks=[0, 0.5, 1], xticklabels=["0", "0.5", "1"])
    bottom.set(ylim=(0, 1.05), yticks=[0, 0.5, 1])
axes[1, 2].axvline(0.1, color="0.2", lw=1, ls=":")
axes[0, 0].set(ylabel="share, all", yticklabels=["0", "10%", "20%", "30%"])
_ = axes[1, 0].set(ylabel="share, unit means", yticklabels=["0", "50%", "100%"])

# %% [markdown]
# In {numref}`fig-sparse-histograms`, the activations of the KL net spread around 0.1. Which
# units of the L1 net in {numref}`fig-sparse-live` respond to one kind of clothes? Does any unit
# of the KL net?

# %% tags=["hide-input"] mystnb={"figure": {"caption": "A live figure: pick one of 500 validation images to see its 300 activations in three nets (units in the order of their mean activation), and pick a unit to see the ten of these images that activate it most.", "name": "fig-sparse-live"}, "image": {"alt": "Three grids of 300 cells, the activations for one image. Without penalty many cells are dark. With L1 a few in the upper rows are gray or dark, and all below are white. With KL nearly all cells are pale, and a few gray ones lie anywhere."}}
by_mean = {name: np.argsort(-c.mean(axis=0)) for name, c in codings.items()}
live_codings({name: c[:500, by_mean[name]] for name, c in codings.items()}, X_valid[:500])

# %% [markdown]
# ## Do the layers of 100 units limit the nets?
#
# The layers around the 300 codings have only 100 units. Are they the bottleneck? We leave them
# out, and train a net without penalty for as many steps.

# %%
keras.utils.set_random_seed(42)
direct_encoder = keras.Sequential(
    [keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(300, activation="sigmoid")]
)
direct_decoder = keras.Sequential(
    [
        keras.Input((300,)),
        keras.layers.Dense(28 * 28, activation="sigmoid"),
        keras.layers.Reshape((28, 28)),
    ]
)
train(direct_encoder, direct_decoder)
direct_errors = mse_per_image(direct_decoder, predict(direct_encoder, X_valid))
measured("784-300-784: validation MSE", direct_errors.mean())
difference(
    "MSE without − with the layers of 100",
    direct_errors,
    errors["no penalty"],
    "+.4f",
    over="images",
)
pca = PCA(n_components=300).fit(X_train.reshape(-1, 784))
for n in (100, 300):
    numbers = pca.transform(X_valid.reshape(-1, 784))[:, :n]
    rebuilt = (pca.mean_ + numbers @ pca.components_[:n]).clip(0, 1)
    pca_mse = np.mean((rebuilt - X_valid.reshape(-1, 784)) ** 2)
    measured(f"PCA with {n} components, clipped: validation MSE", pca_mse)

# %% [markdown]
# It seems so: without these layers the error is ≈ 0.0037, with them ≈ 0.0072, about that of
# PCA with 100 components, ≈ 0.0073. (PCA with 300 has ≈ 0.0022.) The interval, over the
# images, excludes 0. But the net without them also has twice as many parameters, and we
# trained one of each.
#
# ## Does near zero mean silent?
#
# A net can evade a penalty on sizes: its activations become small, and its decoder
# multiplies them by large weights. So we set every activation below 0.05 to zero and
# decode again.

# %%
silenced = {
    name: mse_per_image(decoder, np.where(codings[name] >= 0.05, codings[name], 0))
    for name, (_, decoder) in nets.items()
}
for name in nets:
    one, other = (e / errors[name].mean() for e in (silenced[name], errors[name]))
    difference(f"{name}: error added by silencing", one, other, "+.0%", over="images")

# %% [markdown]
# L1's error rises by ≈ 54% (KL's by about as much): its decoder uses small activations, too. So
# a count of the units above 0.05 overstates its sparsity.
#
# ## Why is the KL net not sparse?
#
# A unit has the mean 0.1 if it is fully on for one image in ten, and also if it is 0.1 for
# every image. The formula does not distinguish the two, but training does, because it uses
# the mean over a batch. The mean of an on/off unit over 64 images fluctuates, and every
# deviation is charged. To second order, a unit with variance $v$ over the images pays
#
# $$\mathrm E\,[D_{\text{KL}}] \approx \frac{v}{2\,p\,(1 - p)\,B}
#   \qquad\text{in batches of } B \text{ images,}$$
#
# which is $1 / (2B)$ for a unit that is fully on or off, and 0 for a constant one. Is this right?

# %%
rng = np.random.default_rng(42)
for batch_size in (64, 512):
    on = rng.random((20_000, batch_size)) < 0.1
    p_hat = np.where(on, 0.91, 0.01).mean(axis=1)  # mean 0.1, nearly on or off
    charged = p * np.log(p / p_hat) + (1 - p) * np.log((1 - p) / (1 - p_hat))
    formula = 0.9**2 * p * (1 - p) / (2 * p * (1 - p) * batch_size)
    print(f"B = {batch_size:3}: charged {charged.mean():.4f}, formula {formula:.4f}")

# %% [markdown]
# It is roughly right at 64 images, and right to the printed digit at 512. With our weight and batches of 64,
# 300 on/off units would cost about 0.003, more than a third of the KL net's squared error. So
# training favors units that are not on/off (exercise 3 tests it). **The penalty controls how
# active a unit is on average, not how rarely it is active.**
#
# ## How strong should the penalty be?
#
# The **k-sparse autoencoder** {cite}`makhzani2014ksparse`, or TopK, has no penalty. It keeps the
# k largest of the 300 activations of each image and sets all others to zero.


# %%
def top_k(k):
    activations = keras.Input((300,))
    kth_largest = ops.top_k(activations, k)[0][:, -1:]
    return keras.Model(activations, ops.where(activations >= kth_largest, activations, 0.0))


# %% [markdown]
# Which method is best? A weight and a k cannot be set equal, so we compare the error together
# with the sparsity. All nets of a panel have the same activation function, three seeds, 9,600
# images, 3 epochs and one learning rate. (A higher rate alone makes the codings sparser, so rates
# must not differ. We tried six rates on the validation images, with other seeds: for each
# method, the best was at most 4% better than ours.) We leave out KL with `relu`, because it needs activations between
# 0 and 1, and TopK with sigmoid units, because it does not settle in so short a training.

# %%
short = {"images": X_train[:9_600], "epochs": 3, "jit_compile": False}
layer_for = {
    "L1": lambda weight: keras.layers.ActivityRegularization(l1=weight),
    "KL": lambda weight: BatchRegularization(KLDivergenceRegularizer(weight)),
    "TopK": top_k,
}
contest = {  # strengths
    ("sigmoid", "L1"): [1e-4, 3e-4],
    ("sigmoid", "KL"): [0.05 / 32, 0.005],
    ("relu", "L1"): [2e-5, 1e-4],
    ("relu", "TopK"): [15, 8],
}


def train_seeds(activation, kind=None, strength=None):
    trained = []
    for seed in seeds:
        layers = [layer_for[kind](strength)] if kind else []
        net = build(seed, *layers, activation=activation)
        trained.append(train(*net, **short, learning_rate=0.01))
    return trained


no_penalty = {activation: train_seeds(activation) for activation in ("sigmoid", "relu")}
grid = {}
for (activation, kind), strengths in contest.items():
    levels = [train_seeds(activation, kind, strength) for strength in strengths]
    grid[activation, kind] = [no_penalty[activation], *levels]


def place(encoder, decoder):
    c = predict(encoder, X_valid)
    return hoyer(c), mse_per_image(decoder, c).mean()


curves = {  # per method: Hoyer or MSE, strength, seed
    method: np.transpose([[place(*net) for net in trained] for trained in levels], (2, 0, 1))
    for method, levels in grid.items()
}

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Error against Hoyer sparsity after a short training, with sigmoid and with relu codings; lower right is better. The panels have different scales. Small dots: three seeds; lines: their means. Each line begins at the net without penalty (square) and goes on to two strengths.", "name": "fig-sparse-frontier"}, "image": {"alt": "Two panels of error over Hoyer sparsity. Sigmoid, from a square at about 0.57 and an error of about 0.021: L1 reaches a sparsity of about 0.88 at about 0.026; KL goes left to about 0.31. Relu: L1 and TopK rise close together from about 0.017 to about 0.021."}}
fig, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.3))
panels = dict(zip(["sigmoid", "relu"], axes))
hues_of = {"L1": COLORS[1], "KL": COLORS[2], "TopK": COLORS[0]}
for (activation, kind), (sparsity, mse) in curves.items():
    ax, hue = panels[activation], hues_of[kind]
    ax.plot(sparsity.mean(axis=1), mse.mean(axis=1), color=hue)
    ax.plot(sparsity[1:].ravel(), mse[1:].ravel(), "o", color=hue, markersize=4)
    end = sparsity[-1].max(), mse[-1].mean()  # the name stands beside all dots
    if kind == "KL":
        end = sparsity[-1].mean(), mse[-1].max()
        place_of_name = {"xytext": (0, 6), "ha": "center"}
    else:  # away from the name of the rival
        others = (m for m in curves if m[0] == activation and m[1] != kind)
        rival = curves[next(others)][1, -1].mean()
        place_of_name = {"xytext": (6, 7 if end[1] > rival else -7), "va": "center"}
    ax.annotate(kind, end, textcoords="offset points", color=hue, **place_of_name)
    ax.plot(sparsity[0].mean(), mse[0].mean(), "s", color="0.4")
    ax.set(title=activation, xlabel="Hoyer sparsity")
for ax in axes:
    low, high = ax.get_xlim()
    ax.set_xlim(low - 0.05 * (high - low), high + 0.35 * (high - low))
    ax.margins(y=0.12)
_ = axes[0].set_ylabel("squared error per pixel")

# %% [markdown]
# Here are L1 and KL with the weights from above, against no penalty:

# %%
for kind in ("L1", "KL"):
    sparsity, mse = curves["sigmoid", kind]
    difference(f"Hoyer of {kind} − no penalty", sparsity[1], sparsity[0], "+.2f")
    difference(f"error of {kind} over no penalty", mse[1] / mse[0], 1, "+.0%")

# %% [markdown]
# For TopK against L1, we compare the weaker strengths of both, which are about equally sparse:

# %%
(top_hoyer, top_mse), (l1_hoyer, l1_mse) = (curves["relu", kind][:, 1] for kind in ("TopK", "L1"))
difference("relu: Hoyer of TopK − L1", top_hoyer, l1_hoyer, "+.2f")
difference("relu: error of TopK over L1", top_mse / l1_mse, 1, "+.0%")

# %% [markdown]
# - **L1 makes the codings sparser and costs error**, here ≈ 11%.
# - **KL makes the codings less sparse at this learning rate** ({numref}`fig-sparse-frontier`), as
#   in the full training. The interval of the Hoyer sparsity excludes 0; that of the error, ≈ 1%,
#   includes 0. (At the lowest and the highest of the six rates, where the error is larger, the KL
#   net was the sparser one.)
# - **A lead of TopK over L1 is not shown** with `relu`: the interval of the error includes 0. All
#   these trainings are short.
# - TopK is easier to set: at most k units are active.
#
# ## What does a unit of a sparse autoencoder respond to?
#
# Is a unit a “sandal detector”? We count, in the sigmoid nets of the short training: among the
# nine validation images that activate a live unit most, how many belong to the most common
# class? The baselines are random images and untrained nets.


# %%
def purity(codings):
    labels = y_valid[np.argsort(-codings, axis=0)[:9].T]  # a row for each unit
    return np.mean([np.bincount(labels[u]).max() / 9 for u in live_units(codings)])


plain, l1, _ = grid["sigmoid", "L1"]
units_of = {
    "untrained net": [build(seed) for seed in seeds],
    "no penalty": plain,
    "L1": l1,
    "KL": grid["sigmoid", "KL"][1],
}
purities = {"random images": [purity(rng.random((len(X_valid), 300))) for _ in seeds]} | {
    name: [purity(predict(encoder, X_valid)) for encoder, _ in trained]
    for name, trained in units_of.items()
}
MeasuredTable(
    {name: {"share of commonest class": Measured(v, ".0%")} for name, v in purities.items()},
    corner="9 strongest images",
)

# %%
for name in ("no penalty", "L1", "KL"):
    difference(f"{name} above the untrained net", purities[name], purities["untrained net"], "+.0%")

# %% [markdown]
# Even in untrained nets, ≈ 63% of a unit's images come from one class, because similar
# images activate the same unit. Training raises the share, to ≈ 81% without a penalty and
# to ≈ 78% with KL; both intervals exclude 0. With L1 it is ≈ 72%, and the interval includes
# 0. Neither penalty is above no penalty, so a gain in selectivity from a penalty is not shown.
#
# ## And on pictures nobody looked at?
#
# We use the test images only once, here, for the three nets of 11 epochs.

# %%
rows = {
    name: {"test MSE": Measured(mse_per_image(decoder, predict(encoder, X_test), X_test).mean())}
    for name, (encoder, decoder) in nets.items()
}
MeasuredTable(rows, corner="11 epochs")

# %% [markdown]
# The order is the same as on the validation images.
#
# :::{admonition} Takeaways
# :class: tip
# - L1 charges for every activation. It makes the codings sparse, here mostly by letting
#   units die: ≈ 102 of 300 live. It costs error.
# - The KL penalty charges for a wrong *mean*. It meets its target, and our codings become less
#   sparse. With other learning rates they may become sparser.
# - The gradient of KL does not vanish where a sigmoid saturates, which helps an almost dead
#   unit.
# - A count of active units depends on its threshold; Hoyer sparsity has none.
# - Keras divides an `activity_regularizer` by the batch size. A regularizer that averages
#   by itself belongs in a layer with `add_loss`.
# - To have at most k active units, keep the k largest.
# :::
#
# ## Exercises
#
# :::{admonition} Exercise 1 — the weight and the loss belong together
# :class: exercise
# The slide's L1 weight of 0.001 comes from an edition of the lecture's source that used
# binary cross-entropy. Train a net with this weight (with `**short`) once with
# `loss="mse"` and once with `loss="binary_crossentropy"`. How many units are live?
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 1", "code_prompt_hide": "Hide solution 1"}
for loss in ("mse", "binary_crossentropy"):
    encoder, _ = train(*build(42, layer_for["L1"](1e-3)), **short, loss=loss)
    measured(f"{loss}: live units", len(live_units(predict(encoder, X_valid))), ".0f")

# %% [markdown]
# :::{admonition} Answer to exercise 1
# :class: dropdown
# With this one seed, ≈ 65 units are live with the squared error, and ≈ 132 with the
# cross-entropy. Cross-entropy has steeper gradients per pixel, so the same weight counts less
# against it. When the source changed to the squared error, it also changed the weight, to
# 0.0001.
# :::
#
# :::{admonition} Exercise 2 — the other repair
# :class: exercise
# Instead of using a layer, the regularizer could undo the division and multiply by the
# batch size, `ops.shape(inputs)[0]`. Write it, check that it agrees with the layer at
# batches of 1, 32, 128 and 256, and say what its disadvantage is.
# :::


# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 2", "code_prompt_hide": "Hide solution 2"}
class ScaledRegularizer(KLDivergenceRegularizer):
    def __call__(self, inputs):
        batch_size = ops.cast(ops.shape(inputs)[0], inputs.dtype)
        return batch_size * super().__call__(inputs)


for n in (1, 32, 128, 256):
    batch = np.repeat(random_codings[:1], n, axis=0)
    layer = keras.layers.Activation(
        "linear", activity_regularizer=ScaledRegularizer(weight=0.05 / 32)
    )
    repaired = penalty(BatchRegularization(kld_reg), batch)
    print(n, np.isclose(penalty(layer, batch), repaired, rtol=1e-6, atol=0))

# %% [markdown]
# :::{admonition} Answer to exercise 2
# :class: dropdown
# It agrees, and the slide's `activity_regularizer=…` can stay. But it is right only as
# long as Keras divides. In versions of Keras 3 before 2026, which did not, it would
# multiply the penalty by the batch size, without a warning.
# :::
#
# :::{admonition} Exercise 3 — more images per mean
# :class: exercise
# If the fluctuation of the batch mean prevents on/off units, a mean over more images
# should allow them. Train with KL weight 0.005 in batches of 512, once with the mean over
# all 512 images, and once with eight means over 64 images each, whose penalties are
# averaged. (`codings[i::8]` is every eighth image from image `i` on.) Nothing else
# differs. Which codings are sparser?
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 3", "code_prompt_hide": "Hide solution 3"}
strong = KLDivergenceRegularizer(0.005)
means_over = {
    512: strong,
    64: lambda codings: sum(strong(codings[i::8]) for i in range(8)) / 8,
}
for n, charge in means_over.items():
    net = build(42, BatchRegularization(charge))
    encoder, _ = train(*net, **short | {"epochs": 12}, batch_size=512)
    measured(f"means over {n} images: Hoyer", hoyer(predict(encoder, X_valid)), ".2f")

# %% [markdown]
# :::{admonition} Answer to exercise 3
# :class: dropdown
# With this one seed the Hoyer sparsity is ≈ 0.27 with the mean over 512 images, and ≈ 0.22
# with means over 64. Over 512 images, the fluctuation costs only an eighth.
# :::
#
# ## Further reading
#
# - {cite}`geron2022`, chapter 17: the source of the slides' examples.
# - {cite}`makhzani2014ksparse`: sparsity without a penalty.
# - {cite}`ng2011sparse`: the KL penalty, derived in lecture notes.
# - {cite}`hoyer2004`: the measure of sparsity, and how to prescribe it.
# - {cite}`gao2024scaling`: TopK autoencoders that read the activations of language
#   models, and what to do about dead units.
