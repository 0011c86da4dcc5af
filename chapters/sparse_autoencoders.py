# %% [markdown]
# # Keep most units silent
#
# A coding need not be narrow: it may be wide and use only a few units for each image.
# Which penalty achieves that, and what does it cost?
#
# - **What you'll do**: train the lecture's two sparse autoencoders and a plain one, look
#   into their 300 coding units, and compare them with a net that has *exactly* k active
#   units.
# - **What you'll learn**: what the L1 and the Kullback–Leibler (KL) penalty compute, how
#   Keras rescales them, and why a unit with a low mean need not be sparse.
# - **What you'll need**:
#   [the lesson on stacked autoencoders](stacked_autoencoders.ipynb), and logarithms.
#
# *Slides covered: “L1 Activity Regularization”, “Kullback–Leibler Divergence (or
# Relative Entropy)”.*

# %%
from lecture6_utils.reproducibility import make_reproducible  # before keras

import tempfile
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import ops
from sklearn.decomposition import PCA

from lecture6_utils.datasets import load_fashion_mnist
from lecture6_utils.live_figures import live_codings, live_penalty
from lecture6_utils.measurement import Measured, MeasuredTable, difference, measured
from lecture6_utils.plotting import COLORS, WIDTH, plot_image_rows, set_style
from lecture6_utils.training import fit, fit_autoencoder

make_reproducible("sparse_autoencoders")
set_style()
(X_train, y_train), (X_valid, y_valid), (X_test, y_test) = load_fashion_mnist()

# %% [markdown]
# ## What does the L1 penalty charge for?
#
# The net of the slide: 784 pixels, 100 `selu` units, **300 sigmoid units as codings**,
# and the way back. Every activation of a coding costs 0.001 times its size, so a unit
# should be active only where it saves more squared error than it costs.

# %%
selu = {"activation": "selu", "kernel_initializer": "lecun_normal"}
keras.utils.set_random_seed(42)
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
# There are more codings (300) than units in the layers around them (100), so the
# bottleneck is not the codings but these layers.
#
# Is the penalty the sum over the 300 units, averaged over the images? Then it must not
# depend on how many images are in a batch.


# %%
def penalty(net, batch):
    net(batch)
    return float(sum(net.losses))


codings = sparse_l1_encoder.predict(X_valid[:32], verbose=0)
by_hand = np.mean(np.sum(1e-3 * np.abs(codings), axis=1))
print(np.isclose(penalty(sparse_l1_encoder, X_valid[:32]), by_hand, rtol=1e-5))

for n in (1, 32, 128, 256):
    same_image = np.repeat(X_valid[:1], n, axis=0)
    print(f"one image {n:3} times: {penalty(sparse_l1_encoder, same_image):.4f}")

# %% [markdown]
# It is, and it does not depend on the batch size. The next penalty will.
#
# ## What does the Kullback–Leibler divergence charge for?
#
# The other idea is to set a target: each unit should have the *mean* activation
# $p = 0.1$ over the images of a batch. If its mean is $\hat p$ instead, the penalty is
#
# $$D_{\text{KL}}(p \parallel \hat p)
#   = p \ln \frac{p}{\hat p} + (1 - p) \ln \frac{1 - p}{1 - \hat p}.$$
#
# Why not simply $(\hat p - p)^2$ or $|\hat p - p|$? The reason usually given is the
# stronger gradient. A sigmoid unit is moved through its input $z$, so the gradient that
# counts is the one in $z$, and it is simple:
#
# $$\frac{\partial D_{\text{KL}}}{\partial z}
#   = \frac{\hat p - p}{\hat p\,(1 - \hat p)} \cdot \hat p\,(1 - \hat p)
#   = \hat p - p .$$
#
# The factor $\hat p\,(1 - \hat p)$, which vanishes where a sigmoid saturates, cancels.
# The squared and the absolute error keep it ({numref}`fig-sparse-penalties`; move the
# target yourself in {numref}`fig-sparse-penalty-live`).

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Three ways to charge a unit for missing the target 0.1. Left: the penalty. Right: its gradient in the unit's input z, before the sigmoid.", "name": "fig-sparse-penalties"}, "image": {"alt": "Two panels over the mean activation from 0 to 1. Left, three curves touch zero at 0.1, and the KL divergence rises far above absolute and squared error toward 1. Right, the KL gradient is a straight line through zero at 0.1, while the gradients of the two errors return to zero at both ends."}}
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

# %% tags=["hide-input"] mystnb={"figure": {"caption": "A live figure: move the target and the mean activation of a unit, and compare the penalties KL and squared error, and their gradients.", "name": "fig-sparse-penalty-live"}, "image": {"alt": "Two panels with the curves of KL and squared error over the mean activation: the penalties on the left, their gradients in z on the right."}}
live_penalty(target=0.1)

# %% [markdown]
# ## Does the stronger gradient get there sooner?
#
# We begin without a net: one unit, plain gradient descent on $z$ with step size 1. How
# many steps does it take until $\hat p$ is within 0.01 of the target? The unit starts at
# 0.5, at 0.99 or almost dead, at 0.001. The last row is the squared error, scaled to have
# KL's curvature at the target, so that only the *shape* differs.


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
# Part of the claim is only scale: with KL's curvature, the squared error is quicker from
# above. The other part is real: **an almost dead unit recovers 14 times sooner** under
# KL, because its gradient does not vanish.
#
# The net is trained by Adam, which rescales every gradient, so we compare the penalties
# in a net, too. For that we need the slide's regularizer and one for the two errors.


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


@keras.saving.register_keras_serializable("lecture6")
class PowerRegularizer(keras.regularizers.Regularizer):
    def __init__(self, weight, power, target=0.1):
        self.weight, self.power, self.target = weight, power, target

    def __call__(self, inputs):
        deviations = ops.abs(ops.mean(inputs, axis=0) - self.target)
        return self.weight * ops.sum(deviations**self.power)

    def get_config(self):
        return {"weight": self.weight, "power": self.power, "target": self.target}


# %% [markdown]
# ## What does Keras do to such a regularizer?
#
# The slide passes it to a layer as `activity_regularizer`. We give it codings that are
# all 0.5, in batches of several sizes. The batch mean is always 0.5, so the penalty
# should always be the same.

# %%
kld_reg = KLDivergenceRegularizer(weight=0.05, target=0.1)
for n in (1, 32, 128, 256):
    layer = keras.layers.Activation("linear", activity_regularizer=kld_reg)
    halves = np.full((n, 300), 0.5, "float32")
    print(f"batch of {n:3}: penalty {penalty(layer, halves):.4f}")

# %% [markdown]
# Keras divides whatever an `activity_regularizer` returns by the batch size. That is
# right for the built-in L1, which returns a sum over the batch. The slide's regularizer
# has averaged already, so it is divided twice, without a warning, and its strength
# depends on the batch size: at 32 images the weight 0.05 acts as 0.0016.
#
# We repair this with a layer that adds the value to the loss unchanged. The slide's
# class stays as it is.


# %%
@keras.saving.register_keras_serializable("lecture6")
class BatchRegularization(keras.layers.Layer):
    def __init__(self, regularizer, **kwargs):
        super().__init__(**kwargs)
        self.regularizer = keras.regularizers.get(regularizer)

    def call(self, inputs):
        self.add_loss(self.regularizer(inputs))
        return inputs

    def get_config(self):
        regularizer = keras.regularizers.serialize(self.regularizer)
        return {**super().get_config(), "regularizer": regularizer}


for n in (1, 32, 128, 256):
    layer = BatchRegularization(kld_reg)
    halves = np.full((n, 300), 0.5, "float32")
    print(f"batch of {n:3}: penalty {penalty(layer, halves):.4f}")

# %% [markdown]
# The penalty is now the same at every size. Does it also agree with the formula? We
# check it with the weight that we will train with: 0.05 / 32, which is what the slide's
# number meant in Keras 2.

# %%
kld_reg = KLDivergenceRegularizer(weight=0.05 / 32, target=0.1)
random_codings = np.random.default_rng(42).random((64, 300), "float32") ** 3
p_hat = random_codings.mean(axis=0, dtype="float64")
formula = p * np.log(p / p_hat) + (1 - p) * np.log((1 - p) / (1 - p_hat))
layer = BatchRegularization(kld_reg)
error = penalty(layer, random_codings) - 0.05 / 32 * formula.sum()
print(f"agrees to 1e-6: {abs(error) < 1e-6}")

# %% [markdown]
# :::{admonition} Since the slides
# :class: note
# - The Keras 2 of the slides divided by the batch size as well, so its 0.05 meant
#   0.05 / 32 at the default batch size. Keras 3 has divided only since early 2026
#   ([issue 22018](https://github.com/keras-team/keras/issues/22018)). A layer with
#   `add_loss` means the same in all versions.
# - `K.mean` is `keras.ops.mean`; the divergence is `keras.losses.kl_divergence`, and
#   `ops.full_like` repeats the scalar target for every unit.
# - A custom class needs `get_config` and a registered name, or the net cannot be saved
#   and loaded.
# - Nets begin with `keras.Input`; `selu` gets `lecun_normal` initialization.
# - The slides show no loss. We minimize the squared error; exercise 1 shows why that
#   matters for the weights.
# :::
#
# Can the slide's second net, with the repaired penalty, be saved, loaded and cloned?

# %%
keras.utils.set_random_seed(42)
sparse_kl_encoder = keras.Sequential(
    [
        keras.Input((28, 28)),
        keras.layers.Flatten(),
        keras.layers.Dense(100, **selu),
        keras.layers.Dense(300, activation="sigmoid"),
        BatchRegularization(kld_reg),
    ]
)
sparse_kl_decoder = keras.models.clone_model(sparse_l1_decoder)
sparse_kl_ae = keras.Sequential([sparse_kl_encoder, sparse_kl_decoder])

with tempfile.TemporaryDirectory() as folder:
    sparse_kl_ae.save(Path(folder) / "sparse_kl.keras")
    loaded = keras.saving.load_model(Path(folder) / "sparse_kl.keras")
batch = X_valid[:64]
outputs = [net.predict(batch, verbose=0) for net in (sparse_kl_ae, loaded)]
print("loaded, same output: ", np.array_equal(*outputs))
print("loaded, same penalty:", penalty(sparse_kl_ae, batch) == penalty(loaded, batch))
cloned = keras.models.clone_model(sparse_kl_encoder)
config = cloned.layers[-1].regularizer.get_config()
print("cloned, same settings:", config == kld_reg.get_config())

# %% [markdown]
# ## Is KL ahead in the net, too?
#
# One function builds all our nets from here on. With each of the three penalties, all
# with weight 0.05 / 32, we train 120 steps of 64 images, always from the same 320 images.
# Every 5 steps we measure how far the units' mean activations are from 0.1, on average
# over the 300 units.


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
    decoder = keras.Sequential(
        [
            keras.Input((300,)),
            keras.layers.Dense(100, **selu),
            keras.layers.Dense(28 * 28, activation="sigmoid"),
            keras.layers.Reshape((28, 28)),
        ]
    )
    return encoder, decoder


def approach(regularizer, seed):
    encoder, decoder = build(seed, BatchRegularization(regularizer))
    ae = keras.Sequential([encoder, decoder])
    ae.compile(loss="mse", optimizer=keras.optimizers.Adam(3e-3))
    distances = []

    def note(*_):
        means = np.mean(encoder(X_valid[:1_000]), axis=0)
        distances.append(np.mean(np.abs(means - 0.1)))

    callback = keras.callbacks.LambdaCallback(on_train_begin=note, on_epoch_end=note)
    images = X_train[: 5 * 64]  # so an "epoch" is 5 steps
    fit(
        ae,
        images,
        images,
        epochs=24,
        batch_size=64,
        callbacks=[callback],
        jit_compile=False,
    )
    return distances


seeds = [42, 43, 44]
paths = {
    name: np.array([approach(regularizer, seed) for seed in seeds])
    for name, regularizer in [
        ("KL", kld_reg),
        ("MAE", PowerRegularizer(0.05 / 32, power=1)),
        ("MSE", PowerRegularizer(0.05 / 32, power=2)),
    ]
}

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Distance between the units' mean activation and the target 0.1, on average over 300 units and three seeds, during 120 training steps on 320 images.", "name": "fig-sparse-approach"}, "image": {"alt": "Three falling curves on a logarithmic scale over 120 training steps: all drop tenfold within 15 steps; then KL and MAE continue to fall together while MSE stays on a plateau for some 30 steps before it follows, and at the end KL is lowest."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3))
for name, distances in paths.items():
    ax.plot(np.arange(0, 121, 5), distances.mean(axis=0), color=hues[name])
ax.axhline(0.02, color="0.5", lw=1, ls=":")
for name, xy in [("KL", (50, 0.0075)), ("MAE", (31, 0.0235)), ("MSE", (45, 0.036))]:
    ax.text(*xy, name, color=hues[name])
ax.set(yscale="log", xlabel="training step", ylabel="distance to the target")
_ = ax.set(yticks=[0.01, 0.1], xlim=(0, 124), yticklabels=["0.01", "0.1"])


# %%
def steps_to(distances, goal=0.02):
    return 5 * np.argmax(distances <= goal, axis=1)


steps = {name: steps_to(distances) for name, distances in paths.items()}
ends = {name: distances[:, -5:].mean(axis=1) for name, distances in paths.items()}
rows = {
    name: {
        "steps to a distance of 0.02": Measured(steps[name], ".0f"),
        "distance at the end": Measured(ends[name]),
    }
    for name in paths
}
MeasuredTable(rows, corner="penalty")

# %%
for other in ("MAE", "MSE"):
    difference(f"{other} − KL, steps", steps[other], steps["KL"], "+.0f")
    difference(f"{other} − KL, distance at the end", ends[other], ends["KL"], "+.4f")

# %% [markdown]
# KL needs ≈ 25 steps and the squared error ≈ 58 ({numref}`fig-sparse-approach`). Over
# three seeds, the interval of this difference excludes 0: KL gets there sooner. Part of
# its lead may be scale, because no error here has KL's curvature. Against the absolute
# error the interval includes 0, so a lead in steps is not shown. At the end KL is closest
# to the target (both intervals exclude 0). In a training of ten epochs, which has 8,600
# steps, all this matters little.
#
# ## How strong should the penalty be?
#
# We count, over the 5,000 validation images:
#
# - a unit is **active** for an image if its activation is at least 0.05, else *near
#   zero*;
# - a unit is **dead** if it is active for none of the images.
#
# The counts depend on this threshold, which is half of KL's target.
#
# For comparison we use a net without any penalty: the **k-sparse autoencoder**
# {cite}`makhzani2014ksparse` keeps the k largest of the 300 activations of each image
# and sets all others to zero. Its units are `relu`, not sigmoid.


# %%
@keras.saving.register_keras_serializable("lecture6")
class TopK(keras.layers.Layer):
    def __init__(self, k, **kwargs):
        super().__init__(**kwargs)
        self.k = k

    def call(self, inputs):
        kth_largest = ops.sort(inputs, axis=-1)[:, -self.k, None]
        return ops.where(inputs >= kth_largest, inputs, 0.0)

    def get_config(self):
        return {**super().get_config(), "k": self.k}


# %% [markdown]
# This layer and `PowerRegularizer` can be saved and cloned as well:

# %%
rival = keras.Sequential(
    [
        keras.Input((300,)),
        TopK(50),
        BatchRegularization(PowerRegularizer(0.05, power=1)),
    ]
)
with tempfile.TemporaryDirectory() as folder:
    rival.save(Path(folder) / "rival.keras")
    loaded = keras.saving.load_model(Path(folder) / "rival.keras")
for name, net in [("loaded", loaded), ("cloned", keras.models.clone_model(rival))]:
    same = np.array_equal(net(random_codings), rival(random_codings))
    paid = penalty(net, random_codings) == penalty(rival, random_codings)
    print(f"{name}: same output {same}, same penalty {paid}")


# %% [markdown]
# One function trains the nets from here on, and another inspects them.


# %%
def train(encoder, decoder, epochs, loss="mse"):
    ae = keras.Sequential([encoder, decoder])
    fit_autoencoder(ae, X_train, epochs=epochs, loss=loss)
    return encoder, decoder


def predict(net, x):
    return ops.convert_to_numpy(net(x))


def inspect(encoder, decoder, images=X_valid):
    codings = predict(encoder, images)
    active = codings >= 0.05
    silenced = np.where(active, codings, 0)
    return {
        "mse": np.mean((predict(decoder, codings) - images) ** 2),
        "silenced": np.mean((predict(decoder, silenced) - images) ** 2),
        "mean": codings.mean(),
        "near zero": 1 - active.mean(),
        "active": active.sum(axis=1).mean(),
        "dead": np.sum(~active.any(axis=0)),
    }


# %% [markdown]
# We train each weight for only 3 epochs and with one seed, in order to choose weights.


# %%
def l1_layer(l1):
    return keras.layers.ActivityRegularization(l1=l1)


def kl_layer(weight):
    return BatchRegularization(KLDivergenceRegularizer(weight))


found = {}


def try_out(name, *sparsity, **options):
    encoder, decoder = train(*build(42, *sparsity, **options), epochs=3)
    found[name] = inspect(encoder, decoder)


try_out("no penalty")
for l1 in (3e-5, 1e-4, 3e-4, 1e-3):
    try_out(f"L1, weight {l1:.5f}", l1_layer(l1))
for weight in (0.0005, 0.05 / 32, 0.005, 0.05):
    try_out(f"KL, weight {weight:.4f}", kl_layer(weight))
for k in (10, 30, 100):
    try_out(f"TopK, k = {k}", TopK(k), activation="relu")

rows = {
    name: {
        "validation MSE": Measured(net["mse"]),
        "active units": Measured(net["active"], ".0f"),
        "dead units": Measured(net["dead"], ".0f"),
    }
    for name, net in found.items()
}
MeasuredTable(rows, corner="3 epochs")

# %%
ratio = found["TopK, k = 30"]["mse"] / found["L1, weight 0.00010"]["mse"]
measured("error of TopK (k = 30) below L1 (0.0001)", 1 - ratio, ".0%")

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Error against the number of active units per image, after 3 epochs; lower left is better. Along the curves of L1 and KL the weight of the penalty grows, along that of TopK the number k; the small labels give its ends.", "name": "fig-sparse-frontier"}, "image": {"alt": "Three curves over active units per image on a logarithmic axis: TopK lies lowest; L1 climbs to the left as its weight grows; KL climbs to the right, away from the sparse side, as its weight grows; a square without penalty lies below the KL curve."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3.4))
for kind, hue in [("L1", COLORS[1]), ("KL", COLORS[2]), ("TopK", COLORS[0])]:
    points = [(f["active"], f["mse"]) for name, f in found.items() if name.startswith(kind)]
    ax.plot(*np.transpose(points), "o-", color=hue)
ax.plot(found["no penalty"]["active"], found["no penalty"]["mse"], "s", color="0.4")
for text, xy, ha, hue in [
    ("L1", (24, 0.0168), "left", COLORS[1]),
    ("TopK", (16, 0.0128), "right", COLORS[0]),
    ("KL", (225, 0.0175), "right", COLORS[2]),
    ("no penalty", (190, 0.0110), "center", "0.4"),
]:
    ax.text(*xy, text, ha=ha, color=hue)
for text, xy, ha, hue in [
    ("0.001", (9.2, 0.0213), "left", COLORS[1]),
    ("0.00003", (74, 0.0120), "right", COLORS[1]),
    ("0.05", (265, 0.0201), "right", COLORS[2]),
    ("0.0005", (136, 0.0120), "right", COLORS[2]),
    ("k = 10", (8.8, 0.0155), "right", COLORS[0]),
    ("k = 100", (103, 0.0099), "left", COLORS[0]),
]:
    ax.text(*xy, text, ha=ha, color=hue, fontsize=10)
ax.set(
    xscale="log",
    xlabel="active units per image (of 300)",
    ylabel="squared error per pixel",
    xticks=[10, 30, 100, 300],
    xlim=(5, 350),
    ylim=(0.0092, 0.0222),
)
ax.minorticks_off()
_ = ax.set_xticklabels(["10", "30", "100", "300"])

# %% [markdown]
# We find, with one seed each:
#
# - **L1 kills units.** At the slide's weight of 0.001, ≈ 8 units are active per image,
#   but ≈ 287 of 300 are dead (exercise 1 shows why).
# - **TopK has less error than L1**, by ≈ 17% with about as many active units, and about
#   as many dead ones. But its activation function differs, too, so we cannot conclude
#   that keeping k units is better than a penalty.
# - **KL goes the wrong way.** The stronger the penalty, the *more* units are active:
#   ≈ 291 of 300 at the slide's 0.05. We will see why.
#
# We go on with L1 at 0.0001 and KL at 0.05 / 32, whose effect is clear and whose error
# is moderate.
#
# ## What is left after a full training?
#
# We train ten epochs with three seeds, and compare with PCA (clipped to 0 … 1): with 100
# components, as many as the layers of 100 let through, and with 50, about as many as L1
# keeps active.

# %%
sparsity = {
    "no penalty": lambda: [],
    "L1": lambda: [l1_layer(1e-4)],
    "KL": lambda: [kl_layer(0.05 / 32)],
}
nets = {
    name: [train(*build(seed, *make()), epochs=10) for seed in seeds]
    for name, make in sparsity.items()
}
sparse_l1_encoder, sparse_l1_decoder = nets["L1"][0]
sparse_kl_encoder, sparse_kl_decoder = nets["KL"][0]

# %%
pca = PCA(n_components=100).fit(X_train.reshape(-1, 784))


def pca_mse(images, n=100):
    flat = images.reshape(-1, 784)
    codings = pca.transform(flat)[:, :n]
    rebuilt = (pca.mean_ + codings @ pca.components_[:n]).clip(0, 1)
    return np.mean((rebuilt - flat) ** 2)


results = {name: [inspect(*net) for net in nets_of_kind] for name, nets_of_kind in nets.items()}


def every(name, key):
    return [result[key] for result in results[name]]


rows = {
    f"PCA, {n} components": {
        "validation MSE": Measured(pca_mse(X_valid, n)),
        "mean activation": "–",
        "near zero": "–",
        "active units": n,
        "dead units": "–",
    }
    for n in (50, 100)
}
for name in nets:
    rows[f"{name}, 3 seeds"] = {
        "validation MSE": Measured(every(name, "mse")),
        "mean activation": Measured(every(name, "mean"), ".3f"),
        "near zero": Measured(every(name, "near zero"), ".0%"),
        "active units": Measured(every(name, "active"), ".0f"),
        "dead units": Measured(every(name, "dead"), ".0f"),
    }
MeasuredTable(rows, corner="10 epochs")

# %%
mse = {name: np.array(every(name, "mse")) for name in nets}
ratios = {
    "L1 over no penalty": mse["L1"] / mse["no penalty"],
    "KL over no penalty": mse["KL"] / mse["no penalty"],
    "L1 over PCA, 50": mse["L1"] / pca_mse(X_valid, 50),
    "no penalty over PCA, 100": mse["no penalty"] / pca_mse(X_valid),
}
for text, ratio in ratios.items():
    difference(f"error of {text}", ratio, 1, "+.1%")

# %% [markdown]
# **PCA with 100 components is better than every net**, even than the one without penalty,
# whose error is ≈ 2% higher (the interval over three seeds excludes 0). All 300 codings
# are computed from 100 numbers. The penalties add to the error of the plain net: KL
# ≈ 14% and L1 ≈ 33%.
#
# With L1, ≈ 50 units are active per image, and the error is lower than with 50 components
# of PCA. (This favors L1: which units are active is information, too.)
# With KL, the mean is on target, but ≈ 214 units are active, about as many as without
# any penalty.
#
# For scale: the notebook that goes with the lecture's source {cite}`geron2022` ends at
# .0111 for L1, with our weight, and at .0099 for KL, with a tenth of our weight.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Top: all activations of the 300 units for 5,000 validation images. Bottom: the mean activation of each unit; the dotted line is the target of the KL penalty. Shares are on a logarithmic scale.", "name": "fig-sparse-histograms"}, "image": {"alt": "Six histograms in two rows. Top: without penalty the activations fill the range with peaks at both ends; with L1 nearly all lie at zero with a tail to the right; with KL they form a hump at the low end that falls off to the right. Bottom: unit means spread widely without penalty, crowd near zero with L1, and form one bar at 0.1 with KL."}}
fig, axes = plt.subplots(2, 3, figsize=(WIDTH, 4), sharex=True, sharey=True)
columns = zip(axes.T, nets, ["0.4", COLORS[1], COLORS[2]])
for (top, bottom), name, hue in columns:
    codings = predict(nets[name][0][0], X_valid)
    for ax, values in [(top, codings.ravel()), (bottom, codings.mean(axis=0))]:
        each = np.full(values.size, 1 / values.size)
        ax.hist(values, bins=25, range=(0, 1), weights=each, color=hue)
        ax.set(yscale="log", ylim=(3e-4, 1.5), yticks=[0.001, 0.01, 0.1, 1])
    top.set_title(name)
    bottom.set(xlabel="activation", xticks=[0, 0.5, 1], xticklabels=["0", "0.5", "1"])
axes[1, 2].axvline(0.1, color="0.2", lw=1, ls=":")
axes[0, 0].set(ylabel="share, all", yticklabels=["0.1%", "1%", "10%", "100%"])
_ = axes[1, 0].set_ylabel("share, unit means")

# %% [markdown]
# In {numref}`fig-sparse-histograms`, L1 concentrates the activations at zero. KL
# concentrates the *means* at 0.1, while the activations themselves are spread out.
#
# Look at the units in {numref}`fig-sparse-live`. Which units of the L1 net respond to one
# kind of clothes? Does any unit of the KL net?

# %% tags=["hide-input"] mystnb={"figure": {"caption": "A live figure: pick one of 500 validation images to see its 300 activations in three nets, and pick a unit to see the ten of these images that activate it most.", "name": "fig-sparse-live"}, "image": {"alt": "Three grids of 300 cells, the activations for one image: many dark cells without penalty, few with L1, and many pale ones with KL."}}
live_codings(
    {name: predict(nets_of_kind[0][0], X_valid[:500]) for name, nets_of_kind in nets.items()},
    X_valid[:500],
)

# %% [markdown]
# ## Does near zero mean silent?
#
# A net can evade a penalty on sizes: its activations become small, and its decoder
# multiplies them by large weights. So we set every activation below 0.05 to zero and
# decode again. If those units did not matter, the error would not change.

# %%
rows = {
    name: {
        "validation MSE": Measured(every(name, "mse")),
        "near zeros silenced": Measured(every(name, "silenced")),
    }
    for name in nets
}
MeasuredTable(rows, corner="3 seeds")

# %% [markdown]
# It changes a lot: L1's error rises from ≈ 0.0099 to ≈ 0.0143. Its small activations
# carry part of the picture, so the share "near zero" overstates its sparsity. TopK cannot
# evade in this way: it sets units to exactly zero, in training too.
#
# ## Why is the KL net not sparse?
#
# It meets its target, and yet most of its units are active for most images. A unit can
# have the mean 0.1 in two ways: it is fully on for one image in ten, or it is 0.1 for
# every image. The formula does not distinguish them, but training does, because it uses
# the mean over a batch. The mean of an on/off unit over 64 images fluctuates, and every
# deviation is charged. To second order, a unit with variance $v$ over the images pays
#
# $$\mathbb E\,[D_{\text{KL}}] \approx \frac{v}{2\,p\,(1 - p)\,B}
#   \qquad\text{in batches of } B \text{ images,}$$
#
# which is $1 / (2B)$ for a unit that is fully on or off, and nothing for a constant one.
# Is that right?

# %%
rng = np.random.default_rng(42)
for batch_size in (64, 512):
    on = rng.random((20_000, batch_size)) < 0.1
    p_hat = np.where(on, 0.91, 0.01).mean(axis=1)  # mean 0.1, nearly on or off
    charged = p * np.log(p / p_hat) + (1 - p) * np.log((1 - p) / (1 - p_hat))
    formula = 0.9**2 * p * (1 - p) / (2 * p * (1 - p) * batch_size)
    print(f"B = {batch_size:3}: charged {charged.mean():.4f}, formula {formula:.4f}")

# %% [markdown]
# It is roughly right at 64 images, and closely at 512. With 300 units, weight 0.05 and
# batches of 64, on/off units would cost about 0.1, ten times the squared error. So the
# penalty drives the units away from on/off, and the curve in
# {numref}`fig-sparse-frontier` goes the wrong way. **The KL penalty controls how active a
# unit is on average, not how rarely it is active.** (Exercise 3 changes the batch size.)
#
# ## What does a single unit respond to?
#
# We show, for the first four units that are not dead, the seven validation images that
# activate each of them most. Nothing is handpicked.


# %%
def live_units(codings):
    return np.flatnonzero(codings.max(axis=0) >= 0.05)


def strongest(codings, n):
    return np.argsort(-codings, axis=0)[:n].T  # one row of image numbers per unit


def plot_units(encoder):
    codings = predict(encoder, X_valid)
    rows = strongest(codings, 7)
    plot_image_rows({f"unit {u}": X_valid[rows[u]] for u in live_units(codings)[:4]})


# %% mystnb={"figure": {"caption": "Without penalty: the images that activate four units most.", "name": "fig-sparse-units-plain"}, "image": {"alt": "Four rows of seven images of clothes, one row per unit of the net without penalty; within a row the images share some of their outline or shade."}}
plot_units(nets["no penalty"][0][0])

# %% mystnb={"figure": {"caption": "With the L1 penalty: the images that activate four units most.", "name": "fig-sparse-units-l1"}, "image": {"alt": "Four rows of seven images of clothes, one row per unit of the L1 net; most rows show one kind of clothes, much alike in outline and shade."}}
plot_units(sparse_l1_encoder)

# %% mystnb={"figure": {"caption": "With the KL penalty: the images that activate four units most.", "name": "fig-sparse-units-kl"}, "image": {"alt": "Four rows of seven images of clothes, one row per unit of the KL net; within a row the images share some of their outline or shade."}}
plot_units(sparse_kl_encoder)

# %% [markdown]
# It is tempting to call a unit a "sandal detector". We count instead: among the nine
# strongest images of a unit, how many belong to the most common class? There are two
# baselines: random images, and a net that was never trained.


# %%
def purity(codings):
    labels = y_valid[strongest(codings, 9)]
    counts = [np.bincount(labels[u]).max() / 9 for u in live_units(codings)]
    return np.mean(counts)


purities = {
    "random images": [rng.random((5_000, 300)) for _ in seeds],
    "untrained net": [predict(build(seed)[0], X_valid) for seed in seeds],
} | {
    name: [predict(encoder, X_valid) for encoder, _ in nets_of_kind]
    for name, nets_of_kind in nets.items()
}
purities = {name: [purity(c) for c in codings] for name, codings in purities.items()}
rows = {
    name: {"share of commonest class": Measured(shares, ".1%")} for name, shares in purities.items()
}
MeasuredTable(rows, corner="9 strongest images")

# %%
untrained = purities["untrained net"]
for name in nets:
    difference(f"{name} above the untrained net", purities[name], untrained, "+.1%")

# %% [markdown]
# Even in untrained nets, ≈ 63% of a unit's images come from one class, because similar
# images activate the same unit. With L1 the share is ≈ 74%, and the interval of the
# difference, over three seeds, excludes 0: its units *are* more selective. For KL and for
# no penalty, the interval includes 0: a difference is not shown.
#
# ## And on pictures nobody looked at?
#
# We chose the weights on the validation set. We use the test set only once, here.

# %%
rows = {"PCA, 100 components": {"test MSE": Measured(pca_mse(X_test))}}
for name, nets_of_kind in nets.items():
    errors = [inspect(*net, X_test)["mse"] for net in nets_of_kind]
    rows[f"{name}, 3 seeds"] = {"test MSE": Measured(errors)}
MeasuredTable(rows, corner="10 epochs")

# %% [markdown]
# The order of the means is the same as on the validation set.
#
# :::{admonition} Takeaways
# :class: tip
# - L1 charges for every activation. Here ≈ 50 of 300 units are active per image, ≈ 198
#   are dead, and the error is ≈ 33% higher.
# - The KL penalty charges for a wrong *mean*. It meets its target of 0.1, the error is
#   ≈ 14% higher, and the codings are not sparse: ≈ 214 units are active.
# - Its stronger gradient helps where a sigmoid saturates, above all an almost dead unit.
#   On the way down from 0.5 it saves ≈ 33 steps against the squared error.
# - Keras divides an `activity_regularizer` by the batch size. A regularizer that averages
#   by itself belongs in a layer with `add_loss`.
# - To have exactly k active units, keep the k largest.
# - No net was better than PCA with 100 components, at ≈ 0.0073, in ten epochs.
# :::
#
# ## Exercises
#
# :::{admonition} Exercise 1 — the weight and the loss belong together
# :class: exercise
# With the slide's L1 weight of 0.001, almost all units died. The weight comes from an
# edition of the lecture's source that used binary cross-entropy. Train with that loss and
# weight for 3 epochs: how many units are alive, and what is the squared error?
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 1", "code_prompt_hide": "Hide solution 1"}
entropy_net = inspect(*train(*build(42, l1_layer(1e-3)), epochs=3, loss="binary_crossentropy"))
squared_net = found["L1, weight 0.00100"]
measured("cross-entropy: live units", 300 - entropy_net["dead"], ".0f")
measured("cross-entropy: validation MSE", entropy_net["mse"])
measured("squared error: live units", 300 - squared_net["dead"], ".0f")
measured("squared error: validation MSE", squared_net["mse"])

# %% [markdown]
# :::{admonition} Answer to exercise 1
# :class: dropdown
# With this one seed, three times as many units are alive, ≈ 41 against ≈ 13, and even the
# *squared* error is smaller, though it was not the training loss. Cross-entropy has
# steeper gradients per pixel, so the same weight counts less against it. When the source
# changed to the squared error, it also changed the weight, to 0.0001.
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
# multiply the penalty by the batch size, again without a warning.
# :::
#
# :::{admonition} Exercise 3 — a larger batch
# :class: exercise
# If the fluctuation of the batch mean prevents on/off units, a larger batch should allow
# them. Train with KL weight 0.005 for equally many steps, in batches of 64 (1 epoch) and
# of 512 (8 epochs), and compare the share of near-zero activations.
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 3", "code_prompt_hide": "Hide solution 3"}
shares = {}
for batch_size, epochs in [(64, 1), (512, 8)]:
    encoder, decoder = build(42, kl_layer(0.005))
    ae = keras.Sequential([encoder, decoder])
    ae.compile(loss="mse", optimizer=keras.optimizers.Adam(3e-3))
    fit(ae, X_train, X_train, epochs=epochs, batch_size=batch_size)
    shares[batch_size] = inspect(encoder, decoder)["near zero"]
measured("batch of 64: near zero", shares[64], ".1%")
measured("batch of 512: near zero", shares[512], ".1%")

# %% [markdown]
# :::{admonition} Answer to exercise 3
# :class: dropdown
# It does, with this one seed: ≈ 50% are near zero, against ≈ 27%. The penalty and its
# weight are the same, but a fluctuation costs only an eighth. (The comparison is
# confounded: the larger batches also see each image eight times instead of once.)
# :::
#
# ## Further reading
#
# - {cite}`geron2022`, chapter 17: the source of the slides' examples.
# - {cite}`makhzani2014ksparse`: sparsity without a penalty.
# - {cite}`ng2011sparse`: the KL penalty, derived in lecture notes.
# - {cite}`gao2024scaling`: TopK autoencoders that read the activations of language
#   models, and what to do about dead units.
