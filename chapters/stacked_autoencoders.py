# %% [markdown]
# # Squeeze a picture into 30 numbers: what does depth buy?
#
# The lecture's autoencoder has several layers on either side of its codings. What do they gain over
# fewer layers, or over principal component analysis (PCA)?
#
# - **What you'll do**: build the lecture's stacked autoencoder, train it on
#   Fashion-MNIST {cite}`xiao2017`, compare it with PCA, and then train nets of depth 1, 2
#   and 3, with 10 and 30 codings, with and without an activation on the codings.
# - **What you'll learn**: what *stacked* means, when another layer lowers the error and
#   when it does not, and why to compare at equal code size *and* at equal parameters.
# - **What you'll need**: dense layers, gradient descent, and [the lesson on undercomplete
#   autoencoders](undercomplete_autoencoders.ipynb).
#
# *Slides covered: “Stacked Autoencoders” (“Example”, “Example (continued)”).*

# %%
from lecture6_utils.reproducibility import make_reproducible  # before keras

import keras
import matplotlib.pyplot as plt
import numpy as np
from sklearn.decomposition import PCA

from lecture6_utils.datasets import load_fashion_mnist
from lecture6_utils.measurement import Measured, MeasuredTable, difference, measured
from lecture6_utils.models import fit_stacked_autoencoder
from lecture6_utils.plotting import COLORS, WIDTH, plot_image_rows, set_style
from lecture6_utils.training import fit, fit_autoencoder

make_reproducible("stacked_autoencoders")
set_style()

(X_train, _), (X_valid, _), (X_test, _) = load_fashion_mnist()
print("train", X_train.shape, " validation", X_valid.shape, " test", X_test.shape)

# %% [markdown]
# ## What is stacked?
#
# An autoencoder of depth 1 encodes in one layer and decodes in one layer. A **stacked** (or deep)
# autoencoder has several layers on either side, usually mirrored about the middle. In the lecture's
# net, {numref}`fig-stacked_autoencoders-architecture`, the depth is 2. The narrow middle layer
# holds the **codings**. The decoder gets nothing else of the picture.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The stacked autoencoder of this lesson. Each bar is a layer with its number of units (its height grows with the square root of that number). Each gray shape stands for dense connections and their activation function.", "name": "fig-stacked_autoencoders-architecture"}, "image": {"alt": "Diagram of five bars from left to right, mirror-symmetric like an hourglass: an image of 784 units narrows to 100 and to 30 units, the codings, then widens to 100 and to 784 units, the reconstruction; the left half is labeled stacked_encoder, the right half stacked_decoder."}}
widths = [784, 100, 30, 100, 784]
names = ["image", "", "codings", "", "reconstruction"]
activations = ["selu", "selu", "selu", "sigmoid"]
hues = [COLORS[0], COLORS[0], COLORS[1], COLORS[2], COLORS[2]]
xs, halves = [1, 3, 5, 7, 9], [np.sqrt(width) / 13 for width in widths]

fig, ax = plt.subplots(figsize=(WIDTH, 2.8))
for i, activation in enumerate(activations):
    x = [xs[i], xs[i + 1]]
    ax.fill_between(x, [-halves[i], -halves[i + 1]], halves[i : i + 2], color="0.9", lw=0)
    ax.text(np.mean(x), 0, activation, ha="center", va="center", fontsize=11)
for x, half, width, name, hue in zip(xs, halves, widths, names, hues):
    ax.bar(x, 2 * half, 0.34, bottom=-half, color=hue)
    ax.text(x, half + 0.12, f"{name}\n{width}".strip(), ha="center", va="bottom")
halves_of_net = [(0.8, 4.75, "stacked_encoder"), (5.25, 9.2, "stacked_decoder")]
for left, right, name in halves_of_net:
    ax.plot([left, left, right, right], [-2.4, -2.6, -2.6, -2.4], color="0.4", lw=1.2)
    ax.text((left + right) / 2, -2.7, name, ha="center", va="top", family="monospace")
ax.set(xlim=(-0.4, 10.4), ylim=(-3.3, 3.4))
_ = ax.axis("off")

# %% [markdown]
# The encoder and the decoder are small nets of their own. We put the slide's lines into a
# function, because we shall need the same net again.


# %%
def build(seed):
    keras.utils.set_random_seed(seed)
    selu = {"activation": "selu", "kernel_initializer": "lecun_normal"}
    stacked_encoder = keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(100, **selu),
            keras.layers.Dense(30, **selu),
        ]
    )
    stacked_decoder = keras.Sequential(
        [
            keras.Input((30,)),
            keras.layers.Dense(100, **selu),
            keras.layers.Dense(28 * 28, activation="sigmoid"),
            keras.layers.Reshape((28, 28)),
        ]
    )
    stacked_ae = keras.Sequential([stacked_encoder, stacked_decoder])
    return stacked_encoder, stacked_decoder, stacked_ae


stacked_encoder, stacked_decoder, stacked_ae = build(seed=42)

# %%
for m, n in [(784, 100), (100, 30), (30, 100), (100, 784)]:
    print(f"{m:3} × {n:3} weights + {n:3} biases = {m * n + n:6,}")
print(f"together {stacked_ae.count_params():,} parameters")

# %% [markdown]
# Nearly all parameters are in the two outer layers. The activation `selu` is nearly the identity
# for positive inputs and levels off for negative ones. With weights drawn by `lecun_normal`
# and inputs of mean 0 and variance 1 (our pixels are not scaled so), the activations stay near
# these values, layer after layer {cite}`klambauer2017`. The `sigmoid` at the end keeps each pixel
# between 0 and 1. The loss is the mean squared error (MSE), which PCA minimizes as well.
# (Exercise 2 looks at the cross-entropy.)
#
# :::{admonition} Since the slides
# :class: note
# - `Flatten(input_shape=…)` and `Dense(…, input_shape=…)` draw a warning in Keras 3; a
#   net now opens with `keras.Input`.
# - The slide leaves `selu` with Keras's default initializer; the theory of `selu` asks
#   for `lecun_normal`.
# - The slide calls `fit` on a net that was never compiled, which Keras refuses. We
#   compile with the squared error and Adam.
# :::
#
# ## How do we train it quickly?
#
# The next cell calls `fit` as the slide does, after a `compile`, on 2,000 images. Our helper
# `fit` is faster for small nets: it takes the same arguments and calls the same `train_step` of
# Keras, but loops over a whole epoch inside one compiled function. Both start with the same
# weights; only the order of the images differs.

# %%
small = X_train[:2_000]
for name, any_fit in [("model.fit", keras.Model.fit), ("fit", fit)]:
    _, _, net = build(seed=42)
    net.compile(loss="mse", optimizer=keras.optimizers.Adam(3e-3))
    history = any_fit(
        net, small, small, epochs=3, batch_size=64, validation_data=(X_valid, X_valid), verbose=0
    )
    measured(f"{name}: validation MSE", history.history["val_loss"][-1])

# %% [markdown]
# The errors are close. From here on we use `fit_autoencoder`. It compiles as above, lets
# the learning rate fall from 0.003 to 0 along half a cosine, and calls our `fit` with
# the images as inputs *and* targets. We train for the slide's 10 epochs on all
# 55,000 images.


# %%
def mse(images, rebuilt):
    return float(np.mean((images - rebuilt) ** 2))


stacked_encoder, stacked_decoder, stacked_ae = build(seed=42)
fit_autoencoder(stacked_ae, X_train, epochs=10)
measured("validation MSE", mse(X_valid, stacked_ae.predict(X_valid, verbose=0)))
seen = X_train[:5_000]
measured("MSE of 5,000 training images", mse(seen, stacked_ae.predict(seen, verbose=0)))

# %% [markdown]
# The two errors are close, so there is hardly any overfitting.
#
# Later lessons need this net, so the package keeps its recipe as
# `fit_stacked_autoencoder`. Does it give exactly the same weights?

# %%
_, _, ours = build(seed=42)
fit_autoencoder(ours, small, epochs=10)
_, _, packaged = fit_stacked_autoencoder(small, seed=42)
pairs = zip(ours.get_weights(), packaged.get_weights(), strict=True)
print(all(np.array_equal(one, other) for one, other in pairs))

# %% [markdown]
# ## What do the reconstructions look like?
#
# Here are the slide's two functions, with slightly smaller pictures:


# %% mystnb={"figure": {"caption": "Five validation images (top) and what the autoencoder rebuilds from 30 numbers each (bottom). Shape and shading come back, and the fine details do not.", "name": "fig-stacked_autoencoders-reconstructions"}, "image": {"alt": "Two rows of five gray images of clothes. Each image in the bottom row has the shape and shading of the one above it, but looks smoother: the print on the bag and the straps of the sandal are gone."}}
def plot_image(image):
    plt.imshow(image, cmap="binary", vmin=0, vmax=1)
    plt.axis("off")


def show_reconstructions(model, n_images=5):
    reconstructions = model.predict(X_valid[:n_images], verbose=0)
    fig = plt.figure(figsize=(WIDTH, 2 * WIDTH / n_images))
    for image_index in range(n_images):
        plt.subplot(2, n_images, 1 + image_index)
        plot_image(X_valid[image_index])
        plt.subplot(2, n_images, 1 + n_images + image_index)
        plot_image(reconstructions[image_index])
    fig.supylabel("rebuilt     original", fontsize=12)


show_reconstructions(stacked_ae)

# %% [markdown]
# In {numref}`fig-stacked_autoencoders-reconstructions` outlines and shading are kept; prints and
# fine texture are lost. Encoder and decoder also work alone:

# %%
codings = stacked_encoder.predict(X_valid, verbose=0)
rebuilt = stacked_decoder.predict(codings, verbose=0)
print(X_valid.shape, "→", codings.shape, "→", rebuilt.shape)

# %% [markdown]
# ## Is that good? Ask PCA
#
# PCA with *k* components also keeps *k* numbers per picture. We clip its reconstructions
# to the range from 0 to 1, which makes it a stronger rival. It stores *k* + 1 pictures of
# 784 pixels, the components and the mean, so we can compare in two ways: at equal **code
# size**, and at equal **number of parameters**.


# %%
def flat(images):
    return images.reshape(len(images), -1)


def n_components_for(n_parameters):
    return n_parameters // 784 - 1


equal_parameters = n_components_for(stacked_ae.count_params())
pca = PCA(n_components=equal_parameters).fit(flat(X_train))


def rebuild_by_pca(images, n_components):
    codings = pca.transform(flat(images))[:, :n_components]
    rebuilt = pca.mean_ + codings @ pca.components_[:n_components]
    return rebuilt.clip(0, 1).reshape(images.shape)


def pca_mse(images, n_components):
    return mse(images, rebuild_by_pca(images, n_components))


# %% [markdown]
# The first weights of our net and the order of the images are random, so we train it
# from two more seeds.
#
# :::{predict} reconstruction by | … | validation MSE
# :lowest:
# The stacked autoencoder has 30 codings. Which of these three has the smallest error on the
# validation images?
#
# - the stacked autoencoder = stacked autoencoder, 3 seeds
# - PCA with 30 components = PCA, clipped
# - PCA with as many parameters as the net = PCA, clipped, equal parameters
# :::

# %%
seeds = [42, 43, 44]
nets = [stacked_ae] + [fit_stacked_autoencoder(X_train, seed=seed)[2] for seed in seeds[1:]]
ae_mse = np.array([mse(X_valid, net.predict(X_valid, verbose=0)) for net in nets])
pca_30, pca_equal = pca_mse(X_valid, 30), pca_mse(X_valid, equal_parameters)


def row(numbers, parameters, error):
    return {
        "numbers per image": numbers,
        "parameters": f"{parameters:,}",
        "validation MSE": Measured(error),
    }


MeasuredTable(
    {
        "mean image": row(0, 784, pca_mse(X_valid, 0)),
        "PCA, clipped": row(30, 31 * 784, pca_30),
        "stacked autoencoder, 3 seeds": row(30, stacked_ae.count_params(), ae_mse),
        "PCA, clipped, equal parameters": row(
            equal_parameters, (equal_parameters + 1) * 784, pca_equal
        ),
    },
    corner="reconstruction by",
)

# %%
difference("error below clipped PCA's by", 1, ae_mse / pca_30, ".1%")
difference("stacked autoencoder − PCA at equal parameters", ae_mse, pca_equal, "+.4f")

components = np.r_[10:71, 80:equal_parameters:20, equal_parameters]
pca_curve = np.array([pca_mse(X_valid, k) for k in components])
as_good = [components[np.argmax(pca_curve <= error)] for error in ae_mse]
measured("components clipped PCA needs", as_good, ".0f")

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Validation error against the numbers kept per image: PCA (clipped) along the curve, the stacked autoencoder (three seeds, nearly on top of each other) as dots at 30. The dashed line leads to the PCA with the same error; the curve ends at the PCA with as many parameters as the net.", "name": "fig-stacked_autoencoders-pca"}, "image": {"alt": "A falling curve of PCA's error, from about 0.024 with 10 numbers per image to about 0.0037 with 207. With 30 numbers PCA has about 0.015. Three dots of the autoencoder with 30 numbers lie below it, at about 0.011; a dashed line leads from them to the curve at about 54 numbers."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3.1))
ax.plot(components, pca_curve, color=COLORS[0])
ax.plot([30, np.mean(as_good)], [ae_mse.mean()] * 2, "--", color="0.4", lw=1.2)
ax.plot(np.mean(as_good), ae_mse.mean(), "|", color="0.4", markersize=10)
ax.plot([30] * len(nets), ae_mse, "o", color=COLORS[2], markersize=6)
ax.plot([30, equal_parameters], [pca_30, pca_equal], "o", color=COLORS[0], markersize=6)
ax.text(34, 0.0158, "PCA, 30 numbers", color=COLORS[0])
ax.text(10, 0.0098, "autoencoder", color=COLORS[2], va="top")
ax.text(equal_parameters, 0.0055, "PCA, as many\nparameters", color=COLORS[0], ha="right")
ax.set(xlabel="numbers per image", ylabel="squared error per pixel", ylim=(0, 0.027))
_ = ax.set_xlim(5, equal_parameters + 5)

# %% [markdown]
# With equally many numbers per picture, the autoencoder leaves ≈ 27.0% less error; the interval,
# over three seeds, excludes 0. PCA needs ≈ 54 components to be as good
# ({numref}`fig-stacked_autoencoders-pca`). But the net has nearly seven times as many parameters as
# PCA with 30 components. With equally many parameters PCA has an error of ≈ 0.0037, far less than
# the net's ≈ 0.0110. So here the autoencoder is worth its parameters only if the *codings* have to
# be few.
#
# ## What does depth buy?
#
# We train nets of three depths with 10 and with 30 codings:
#
# - **depth 1**: 784-*k*-784;
# - **depth 2**: 784-100-*k*-100-784;
# - **depth 3**: 784-94-60-*k*-60-94-784, with as many parameters as depth 2, to within 1%.
#
# The codings are linear, or have a `selu`. The slide's net is that of depth 2 with 30 `selu`
# codings. All 36 nets are trained for two epochs, in batches of 128 instead of 64. Each kind of net
# gets the learning rate with the lowest validation error for *it*, averaged over two other seeds.
# Exercise 1 shows why one rate for all would mislead.
#
# :::{predict} 30 codings: depth 3 − depth 2
# The nets of depth 2 and 3 have equally many parameters. Take 30 linear codings. What does the
# third layer do to the validation error?
#
# - it lowers the error = under 0
# - it raises the error = over 0
# - an effect is not shown = not shown
# :::

# %%
hidden_layers = {1: [], 2: [100], 3: [94, 60]}
code_sizes = [10, 30]
best_rate = {  # of .001, .002, .005, .01, .02 and .03, on the validation images, other seeds
    (1, "linear"): {10: 0.02, 30: 0.02},
    (2, "linear"): {10: 0.01, 30: 0.01},
    (3, "linear"): {10: 0.005, 30: 0.01},
    (1, "selu"): {10: 0.01, 30: 0.005},
    (2, "selu"): {10: 0.002, 30: 0.005},
    (3, "selu"): {10: 0.005, 30: 0.005},
}


def train(depth, activation, n_codings, seed, learning_rate=None):
    keras.utils.set_random_seed(seed)
    selu = {"activation": "selu", "kernel_initializer": "lecun_normal"}
    widths = hidden_layers[depth]
    net = keras.Sequential(
        [
            keras.Input((784,)),
            *[keras.layers.Dense(n, **selu) for n in widths],
            keras.layers.Dense(n_codings, activation, kernel_initializer="lecun_normal"),
            *[keras.layers.Dense(n, **selu) for n in widths[::-1]],
            keras.layers.Dense(784, activation="sigmoid"),
        ]
    )
    rate = learning_rate or best_rate[depth, activation][n_codings]
    fit_autoencoder(net, flat(X_train), epochs=2, batch_size=128, learning_rate=rate)
    return net


grid = {
    (d, activation, k): [train(d, activation, k, seed) for seed in seeds]
    for d, activation in best_rate
    for k in code_sizes
}


def grid_mse(images, key):
    return np.array([mse(flat(images), net(flat(images)).numpy()) for net in grid[key]])


errors = {key: grid_mse(X_valid, key) for key in grid}
n_parameters = {
    (d, k): grid[d, "linear", k][0].count_params() for d in hidden_layers for k in code_sizes
}
pca_at = {k: pca_mse(X_valid, k) for k in code_sizes}
equal_at = {key: pca_mse(X_valid, n_components_for(n)) for key, n in n_parameters.items()}

# %%
MeasuredTable(
    {
        "PCA, clipped": {
            **{f"{k} codings": Measured(pca_at[k]) for k in code_sizes},
            "parameters, 30 codings": f"{31 * 784:,}",
            "PCA with as many": "–",
        },
        **{
            f"depth {d}, {activation}": {
                **{f"{k} codings": Measured(errors[d, activation, k]) for k in code_sizes},
                "parameters, 30 codings": f"{n_parameters[d, 30]:,}",
                "PCA with as many": Measured(equal_at[d, 30]),
            }
            for d, activation in best_rate
        },
    },
    corner="validation MSE",
)

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Validation error after two epochs against depth, with linear codings and with selu on the codings (dots: three seeds; lines: their means). Dashed: PCA (clipped) with as many codings, and PCA with as many parameters as the nets of depth 2. With linear codings, a second layer lowers the error with 10 codings, and hardly with 30.", "name": "fig-stacked_autoencoders-depth"}, "image": {"alt": "Two panels over depth 1 to 3. 10 codings: the linear curve falls from about 0.021 to about 0.017, PCA has about 0.024; the selu curve falls from about 0.033 to about 0.020. 30 codings: the linear curve ends higher, at about 0.016, than it starts, PCA has about 0.015. PCA of equal parameters lies at about 0.004."}}
fig, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.6), sharey=True)
hues = {"linear": COLORS[2], "selu": COLORS[1]}
for ax, k in zip(axes, code_sizes):
    for activation, hue in hues.items():
        curve = np.array([errors[d, activation, k] for d in hidden_layers])
        ax.plot([1, 2, 3], curve.mean(axis=1), color=hue)
        ax.plot([1, 2, 3], curve, "o", color=hue, markersize=4.5)
    for level, name in [(pca_at[k], f"PCA, {k}"), (equal_at[2, k], "PCA, equal\nparameters")]:
        ax.axhline(level, color=COLORS[0], ls="--", lw=1.2)
        ax.text(3.15, level, name, color=COLORS[0], va="bottom", fontsize=10)
    ax.set(title=f"{k} codings", xlabel="depth", xticks=[1, 2, 3], xlim=(0.8, 4.4))
axes[0].text(1.2, errors[1, "selu", 10].mean(), "selu codings", color=hues["selu"])
axes[0].text(0.9, errors[2, "linear", 10].mean(), "linear\ncodings", color=hues["linear"], va="top")
axes[1].annotate(
    "the slide's net",
    (2, errors[2, "selu", 30].max()),
    xytext=(0, 25),
    textcoords="offset points",
    ha="center",
    color=hues["selu"],
    arrowprops={"arrowstyle": "-", "color": "0.4"},
)
_ = axes[0].set(ylabel="squared error per pixel", ylim=(0, 0.042))

# %%
for k in code_sizes:
    difference(f"{k} codings: depth 1 − clipped PCA", errors[1, "linear", k], pca_at[k], "+.4f")
    for d in (2, 3):
        deeper, shallower = errors[d, "linear", k], errors[d - 1, "linear", k]
        difference(f"{k} codings: depth {d} − depth {d - 1}", deeper, shallower, "+.4f")

second = {k: errors[2, "linear", k] - errors[1, "linear", k] for k in code_sizes}
difference("depth 2 − depth 1: 10 codings − 30 codings", second[10], second[30], "+.4f")

# %% [markdown]
# These differences, over three seeds, are for linear codings
# ({numref}`fig-stacked_autoencoders-depth`):
#
# - **Depth 1 has less error than clipped PCA**, although its codings are linear, too: with
#   30 codings the difference is ≈ −0.0015. A likely reason: PCA is fitted first and clipped
#   afterwards; the net is trained through its sigmoid.
# - **The second layer helps where the codings are few**: it changes the error by ≈ −0.0043 with 10
#   codings, and by only ≈ −0.0003 with 30, which not all other seeds show. (The last interval
#   compares these two.) It also adds parameters, and this experiment cannot tell which of the two
#   helps: at depth 1 the number of codings fixes the number of parameters.
# - **The third layer does not help.** Here the parameters are equal. With 30 codings the error
#   rises, by ≈ 0.0023. With 10 codings the difference is tiny, and other seeds do not show it.
#
# All this holds for two epochs; a deeper net may need more steps. At equal *parameters* PCA has
# less error than each of these nets with 30 codings: see the last column of the table.
#
# ## What does an activation on the codings cost?
#
# At each depth, we compare `selu` codings, as on the slide, with linear codings.

# %%
for k in code_sizes:
    for d in hidden_layers:
        with_selu, linear = errors[d, "selu", k], errors[d, "linear", k]
        difference(f"depth {d}, {k} codings: selu − linear", with_selu, linear, "+.4f")

cost = {d: errors[d, "selu", 30] - errors[d, "linear", 30] for d in (1, 2)}
difference("selu − linear, 30 codings: depth 1 − depth 2", cost[1], cost[2], "+.4f")

# %% [markdown]
# With 30 codings the `selu` raises the error by ≈ 0.0035, ≈ 0.0020 and ≈ 0.0008 at depth 1, 2 and
# 3; at depth 1 and 2 the intervals exclude 0. That the cost falls from depth 1 to 2 is not
# shown: the last interval includes 0. With 10 codings the `selu` nets differ much from seed to
# seed, and only the interval of depth 2 excludes 0. A likely reason for the cost: `selu` cannot go
# below about −1.76 and flattens on its way there, so pictures on that side get nearly the same
# coding. We conclude: give the codings no activation. (The slide's net, and the lessons that use
# it, keep theirs.)
#
# After two epochs the slide's net has an error of ≈ 0.0152, and a lead over PCA is not shown. The
# simplest net of all, 784-30-784 with linear codings, has ≈ 0.0135.
#
# ## Can you see the difference?

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Five validation images as they are, and rebuilt from 10 numbers each: by PCA (clipped) and by nets of depth 1, 2 and 3 with linear codings. At depth 2 and 3 the edges are cleaner.", "name": "fig-stacked_autoencoders-versus"}, "image": {"alt": "Five rows of five images of clothes: originals, PCA, and the nets of depth 1, 2 and 3. PCA's images are blurry, with gray traces of other clothes around them; those of depth 1 are similar, and those of depth 2 and 3 have cleaner edges and an almost empty background."}}
_ = plot_image_rows(
    {
        "original": X_valid[:5],
        "PCA": rebuild_by_pca(X_valid[:5], 10),
        **{
            f"depth {d}": grid[d, "linear", 10][0](flat(X_valid[:5])).numpy().reshape(-1, 28, 28)
            for d in hidden_layers
        },
    }
)

# %% [markdown]
# PCA can only add and subtract fixed pictures, so gray traces of other clothes remain
# ({numref}`fig-stacked_autoencoders-versus`). The decoder of depth 1 adds in the same way before
# its sigmoid.
#
# ## And on pictures nobody looked at?
#
# All comparisons above were made on the validation set. We use the test set once, here.

# %%
slide_mse = [mse(X_test, net.predict(X_test, verbose=0)) for net in nets]
MeasuredTable(
    {
        "PCA, clipped": {f"{k} codings": Measured(pca_mse(X_test, k)) for k in code_sizes},
        **{
            f"depth {d}, linear": {
                f"{k} codings": Measured(grid_mse(X_test, (d, "linear", k))) for k in code_sizes
            }
            for d in hidden_layers
        },
        "the slide's net, 10 epochs": {"10 codings": "–", "30 codings": Measured(slide_mse)},
    },
    corner="test MSE",
)

# %% [markdown]
# The differences shown above have the same sign here. (This table leaves out the two-epoch nets
# with `selu` codings, and PCA at equal parameters.)
#
# :::{admonition} Takeaways
# :class: tip
# - A stacked autoencoder is an encoder and a decoder of several layers each, trained as one
#   net to return its input; the lecture's is 784-100-30-100-784.
# - From 30 numbers it rebuilds Fashion-MNIST with a validation MSE of ≈ 0.0110, PCA
#   (clipped) with ≈ 0.0150. PCA needs ≈ 54 numbers to be as good.
# - At equal parameters PCA is better, with ≈ 0.0037. Say what you keep equal: code size or
#   parameters.
# - A second layer, with its parameters, helps with 10 linear codings, and hardly with 30; a third
#   does not help in two epochs.
# - Tune the learning rate of each net: with 0.003 for all, depth would seem to help more.
# - A `selu` on 30 codings raises the error at depth 1 and 2. Give them no activation.
# :::
#
# ## Exercises
#
# :::{admonition} Exercise 1 — one learning rate for all
# :class: exercise
# Train the nets of depth 1 and 2 with 30 linear codings again, both with the learning rate of 0.003
# that we used at first. What would you now say about depth 1 and PCA, and about the gain of the
# second layer?
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 1", "code_prompt_hide": "Hide solution 1"}
for d in (1, 2):
    grid[d, "one rate", 30] = [train(d, "linear", 30, seed, 3e-3) for seed in seeds]
one, two = (grid_mse(X_valid, (d, "one rate", 30)) for d in (1, 2))
difference("one rate: depth 1 − clipped PCA", one, pca_at[30], "+.4f")
difference("one rate: depth 2 − depth 1", two, one, "+.4f")

# %% [markdown]
# :::{admonition} Answer to exercise 1
# :class: dropdown
# Depth 1 would seem to lose to PCA, by ≈ 0.0024, and the second layer would seem to change the
# error by ≈ −0.0030, several times what it does. The learning rate causes both: at 0.003 the net of
# depth 1 probably needs more than two epochs.
# :::
#
# :::{admonition} Exercise 2 — why not cross-entropy?
# :class: exercise
# A sigmoid output suggests the binary cross-entropy as a loss. What is its value for a
# *perfect* reconstruction, `X_valid` by `X_valid`, and for the slide's net?
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 2", "code_prompt_hide": "Hide solution 2"}
cross_entropy = keras.losses.BinaryCrossentropy()
perfect = float(cross_entropy(X_valid, X_valid))
of_net = float(cross_entropy(X_valid, rebuilt))
measured("cross-entropy per pixel, perfect", perfect)
measured("cross-entropy per pixel, the slide's net", of_net)
measured("part that no net can remove", perfect / of_net, ".1%")

# %% [markdown]
# :::{admonition} Answer to exercise 2
# :class: dropdown
# The cross-entropy treats a gray pixel as a biased coin. A coin keeps its entropy even if you know
# its bias, so a perfect reconstruction scores ≈ 0.2413. So no net can remove ≈ 86.7% of this net's
# cross-entropy. It works as a loss, but if you report it, it hides differences. Report the excess
# over the perfect value, or the MSE.
# :::
#
# :::{admonition} Exercise 3 — clothes in a mirror
# :class: exercise
# Mirror every validation image (`X_valid[:, :, ::-1]`). How do the errors of the slide's
# net and of PCA with 30 components change, and what does that say about what was learned?
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 3", "code_prompt_hide": "Hide solution 3"}
mirrored = X_valid[:, :, ::-1]
ae_mirrored = np.array([mse(mirrored, net.predict(mirrored, verbose=0)) for net in nets])
pca_mirrored = pca_mse(mirrored, 30)
measured("autoencoder, mirrored: MSE", ae_mirrored)
measured("PCA (clipped), mirrored: MSE", pca_mirrored)
difference("mirrored: error below clipped PCA's by", 1, ae_mirrored / pca_mirrored, ".1%")

# %% [markdown]
# :::{admonition} Answer to exercise 3
# :class: dropdown
# Both get worse, from ≈ 0.0110 to ≈ 0.0192 and from ≈ 0.0150 to ≈ 0.0193. The interval now includes
# 0: a difference between the two is not shown. In this collection shoes point to the left. So both
# have learned what *these* pictures look like, and less what clothes look like in general.
# :::
#
# ## Further reading
#
# - {cite:t}`geron2022`, the chapter on autoencoders: the lecture's own example, with a
#   notebook.
# - {cite:t}`hinton2006`: an early and influential deep autoencoder, also compared with
#   PCA.
# - {cite:t}`bourlard1988`: why depth 1 with a linear output cannot beat PCA, whatever the
#   activation on the codings.
# - {cite:t}`klambauer2017`: where `selu` and its two constants come from.
