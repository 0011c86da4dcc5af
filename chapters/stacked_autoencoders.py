# %% [markdown]
# # Squeeze a picture into 30 numbers and rebuild it
#
# How much of a picture of 784 pixels survives a passage through 30 numbers, and does a
# deep net do it better than the classic linear way, principal component analysis (PCA)?
#
# - **What you'll do**: build the lecture's stacked autoencoder, train it on
#   Fashion-MNIST {cite}`xiao2017`, look at its best and worst reconstructions, and
#   compare it with PCA with equally many numbers.
# - **What you'll learn**: what *stacked* means, why the layers are `selu` and the
#   last one `sigmoid`, why the loss is the squared error, and how much a nonlinear net
#   gains over PCA.
# - **What you'll need**: dense layers, gradient descent, and the idea of PCA.
#
# *Slides covered: “Stacked Autoencoders” (“Example”, “Example (continued)”).*

# %%
from lecture6_utils.reproducibility import make_reproducible  # before keras

import keras
import matplotlib.pyplot as plt
import numpy as np
from sklearn.decomposition import PCA

from lecture6_utils.datasets import CLASS_NAMES, load_fashion_mnist
from lecture6_utils.measurement import Measured, MeasuredTable, difference, measured
from lecture6_utils.models import fit_stacked_autoencoder
from lecture6_utils.plotting import COLORS, WIDTH, plot_image_rows, set_style
from lecture6_utils.training import fit, fit_autoencoder

make_reproducible("stacked_autoencoders")
set_style()

# %% [markdown]
# ## What goes in, and what should come out?
#
# The inputs are gray pictures of clothes with 28 × 28 pixels, each a number between 0
# (background) and 1. The target is the input itself, so the labels are not used in
# training; we need them only to see later which clothes are hard to rebuild.

# %%
(X_train, y_train), (X_valid, y_valid), (X_test, y_test) = load_fashion_mnist()
print("train", X_train.shape, " validation", X_valid.shape, " test", X_test.shape)

# %% [markdown]
# ## What is stacked?
#
# An autoencoder with one hidden layer encodes in one step and decodes in one step.
# A **stacked** (or deep) autoencoder has several layers on either side, usually
# mirrored about the middle, as in {numref}`fig-stacked_autoencoders-architecture`. The
# narrow middle layer holds the **codings**, which are all that the decoder gets of the
# picture.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The stacked autoencoder of this lesson. Each bar is a layer with its number of units (bar heights go with the square root of that number), each gray shape is a dense set of connections with its activation function.", "name": "fig-stacked_autoencoders-architecture"}, "image": {"alt": "Diagram of five bars from left to right, mirror-symmetric like an hourglass: an image of 784 units narrows to 100 and to 30 units, the codings, then widens to 100 and to 784 units, the reconstruction; the left half is labeled stacked_encoder, the right half stacked_decoder."}}
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
# Here it is in code. The encoder and the decoder are small nets of their own, and the
# autoencoder applies one after the other, so each half can be used alone after
# training. We put the slide's lines into a function, because we shall need the same net
# from several random starts.


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

# %% [markdown]
# How many parameters is that? A dense layer from *m* to *n* units has *m* × *n* weights
# and *n* biases.

# %%
total = 0
for m, n in [(784, 100), (100, 30), (30, 100), (100, 784)]:
    total += m * n + n
    print(f"{m:3} × {n:3} weights + {n:3} biases = {m * n + n:6,}")
print(f"sum {total:,}, and Keras counts {stacked_ae.count_params():,}")
print(
    f"encoder {stacked_encoder.count_params():,},",
    f"decoder {stacked_decoder.count_params():,}",
)

# %% [markdown]
# Nearly all parameters are in the two outer layers. Three choices need a reason:
#
# - **`selu` inside.** It is the identity, slightly stretched, for positive inputs, and
#   an exponential that levels off for negative ones. With weights drawn by
#   `lecun_normal` it pulls the activations of each layer toward mean 0 and variance 1,
#   so that a deep stack of dense layers trains without further normalization
#   {cite}`klambauer2017`.
# - **`sigmoid` at the end.** A pixel lies between 0 and 1, and so does a sigmoid's
#   output.
# - **Squared error as the loss.** The mean of $(x_i - \hat x_i)^2$ over the 784 pixels
#   is 0 for a perfect reconstruction, and it is exactly what PCA minimizes, so the
#   comparison below is fair. (Exercise 2 shows a problem of the cross-entropy.)
#
# :::{admonition} Since the slides
# :class: note
# - `Flatten(input_shape=…)` and `Dense(…, input_shape=…)` draw a warning in Keras 3; a
#   net now opens with `keras.Input`.
# - The slide leaves `selu` with Keras's default, Glorot's uniform initializer; the
#   theory of `selu` asks for `lecun_normal`.
# - The slide calls `fit` on a net that was never compiled, which Keras refuses. We
#   compile with the squared error and Adam, whose learning rate falls from 0.003 along
#   a cosine.
# - `predict` gets `verbose=0`, since it prints a progress bar otherwise.
# :::
#
# ## How do we train it quickly?
#
# For nets this small, `model.fit` spends most of its time on other things than the
# arithmetic. Our helper `fit` takes the same arguments and calls the same `train_step`
# of Keras, with your loss and optimizer, but it keeps the data in memory and loops over
# a whole epoch inside one compiled function. Does it do the same job? Both get 2,000
# images and the same first weights; only the order of the images differs.

# %%
small = X_train[:2_000]
logs = {}
for name, any_fit in [("model.fit", keras.Model.fit), ("fit", fit)]:
    _, _, net = build(seed=42)
    net.compile(loss="mse", optimizer=keras.optimizers.Adam(3e-3))
    logs[name] = any_fit(
        net,
        small,
        small,
        epochs=3,
        batch_size=64,
        validation_data=(X_valid, X_valid),
        verbose=0,
    ).history

for name, log in logs.items():
    print(f"{name} records {list(log)}")
    measured(f"{name}: validation MSE", log["val_loss"][-1])
ratio = logs["fit"]["val_loss"][-1] / logs["model.fit"]["val_loss"][-1]
measured("difference, relative", ratio - 1, ".1%")

# %% [markdown]
# Both record the same quantities, and the errors are close. From here on we use the
# quick one, on all 55,000 images. `fit_autoencoder` compiles the net as above, but lets
# the learning rate fall from 0.003 to 0 along half a cosine over the whole training,
# and then calls `fit` with the images as inputs *and* targets.


# %%
def train(net):
    validation_data = (X_valid, X_valid)
    return fit_autoencoder(net, X_train, epochs=10, validation_data=validation_data)


stacked_encoder, stacked_decoder, stacked_ae = build(seed=42)
history = train(stacked_ae)
measured("validation MSE", history.history["val_loss"][-1])

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Mean squared error per pixel after each of the 10 epochs. The training curve starts higher because it averages over an epoch in which the net is still learning.", "name": "fig-stacked_autoencoders-learning"}, "image": {"alt": "Two falling curves over epochs 1 to 10: the training error starts well above the validation error, meets it at about the third epoch, and both flatten together, almost touching."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3))
epoch = np.arange(1, 11)
for key, name, hue, xy in [
    ("loss", "training (mean over the epoch)", COLORS[0], (1.25, 0.0202)),
    ("val_loss", "validation", COLORS[2], (1.0, 0.0117)),
]:
    ax.plot(epoch, history.history[key], "o-", color=hue, markersize=4)
    ax.text(*xy, name, color=hue)
ax.set(xlabel="epoch", ylabel="squared error per pixel", xticks=epoch)
_ = ax.set_ylim(0.010, 0.0220)

# %% [markdown]
# {numref}`fig-stacked_autoencoders-learning` shows no overfitting: the two errors fall
# together and end close to each other. For scale: the notebook that goes with the
# lecture's source {cite}`geron2022` has a `relu` net of the same widths at .0132 after
# 20 epochs. Its output layer and its optimizer differ from ours, too, so this
# comparison does not show which activation is better.
#
# ## What do the reconstructions look like?
#
# Here are the slide's two functions, with slightly smaller pictures:


# %% mystnb={"figure": {"caption": "Five validation images (top) and what the autoencoder rebuilds from 30 numbers each (bottom).", "name": "fig-stacked_autoencoders-reconstructions"}, "image": {"alt": "Two rows of five gray images of clothes; each image in the bottom row has the shape and shading of the one above it, but looks smoother and lacks its fine texture."}}
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
# In {numref}`fig-stacked_autoencoders-reconstructions` outline and shading are kept;
# prints, seams and fine texture are lost. The two halves also work alone: the encoder
# turns pictures into codings, and the decoder turns codings into pictures.

# %%
codings = stacked_encoder.predict(X_valid, verbose=0)
rebuilt = stacked_decoder.predict(codings, verbose=0)
print(X_valid.shape, "→", codings.shape, "→", rebuilt.shape)

# %% [markdown]
# ## Is that good? Ask PCA
#
# An error means little without a comparison. PCA also reduces a picture to 30 numbers
# and rebuilds it, and among all *linear* ways to do so it has the least squared error
# on the images it was fitted to. Its reconstructions can leave the range from 0 to 1,
# which the sigmoid never does, so we also clip them: this makes a stronger rival. With
# no components at all PCA answers with the mean image, our simplest baseline.


# %%
def flat(images):
    return images.reshape(len(images), -1)


pca = PCA(n_components=100).fit(flat(X_train))


def rebuild_by_pca(images, n_components, clip=True):
    codings = pca.transform(flat(images))[:, :n_components]
    rebuilt = pca.mean_ + codings @ pca.components_[:n_components]
    return (rebuilt.clip(0, 1) if clip else rebuilt).reshape(images.shape)


def mse_per_image(images, rebuilt):
    return np.mean((images - rebuilt) ** 2, axis=(1, 2))


# %% [markdown]
# PCA has no randomness, but our net does: its first weights and the order of the images
# are random. We train it from two more seeds and report mean ± standard deviation over
# the three.

# %%
seeds = [42, 43, 44]
nets = [stacked_ae]
for seed in seeds[1:]:
    _, _, net = build(seed)
    train(net)
    nets.append(net)

ae_errors = np.array(
    [  # one row per seed, one column per validation image
        mse_per_image(X_valid, net.predict(X_valid, verbose=0)) for net in nets
    ]
)
pca_errors = mse_per_image(X_valid, rebuild_by_pca(X_valid, 30))
mean_mse = mse_per_image(X_valid, rebuild_by_pca(X_valid, 0)).mean()
plain_mse = mse_per_image(X_valid, rebuild_by_pca(X_valid, 30, clip=False)).mean()
pca_mse, ae_mse = pca_errors.mean(), ae_errors.mean(axis=1)


def row(numbers, mse):
    return {
        "numbers per image": numbers,
        "validation MSE": Measured(mse),
        "variance kept": Measured(1 - mse / mean_mse, ".1%") if numbers else "0%",
    }


MeasuredTable(
    {
        "mean image": row(0, mean_mse),
        "PCA": row(30, plain_mse),
        "PCA, clipped": row(30, pca_mse),
        "stacked autoencoder, 3 seeds": row(30, ae_mse),
    },
    corner="reconstruction by",
)

# %% [markdown]
# *Variance kept* is the part of the mean image's error that is gone. How large is the
# difference to clipped PCA, and does it come from a few pictures or from most?

# %%
difference("error below clipped PCA's by", 1, ae_mse / pca_mse, ".1%")
better = np.mean(ae_errors < pca_errors, axis=1)
measured("validation images rebuilt better than by PCA", better, ".1%")

# %% [markdown]
# With equally many numbers per picture, the autoencoder leaves ≈ 27% less error; the
# interval, over three seeds, excludes 0. It rebuilds ≈ 92% of the pictures better.
# {numref}`fig-stacked_autoencoders-pca` answers the reverse question: how many numbers
# does PCA need for the same error?

# %%
components = np.arange(101)
pca_curve = np.array(
    [mse_per_image(X_valid, rebuild_by_pca(X_valid, k)).mean() for k in components]
)
equal = [np.argmax(pca_curve <= mse) for mse in ae_mse]  # first k that is as good
measured("components clipped PCA needs", equal, ".0f")
measured("MSE of clipped PCA with 100 components", pca_curve[100])

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Validation error against the numbers kept per image: PCA (clipped) along the curve, the autoencoder (three seeds, nearly on top of each other) as dots at 30. The dashed line leads to the PCA with the same error.", "name": "fig-stacked_autoencoders-pca"}, "image": {"alt": "A falling curve of PCA's error against its number of components from 10 to 100; three dots of the autoencoder at 30 lie clearly below the curve, and a dashed horizontal line from them meets the curve between 50 and 60 components."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3.1))
ax.plot(components[10:], pca_curve[10:], color=COLORS[0])
ax.plot([30, np.mean(equal)], [ae_mse.mean()] * 2, "--", color="0.4", lw=1.2)
ax.plot(np.mean(equal), ae_mse.mean(), "|", color="0.4", markersize=10)
ax.plot([30] * 3, ae_mse, "o", color=COLORS[2], markersize=6)
ax.plot(30, pca_mse, "o", color=COLORS[0], markersize=6)
ax.text(31, 0.0158, "PCA", color=COLORS[0])
ax.text(29, 0.0094, "autoencoder", color=COLORS[2], ha="center", va="top")
ax.set(
    xlabel="numbers per image",
    ylabel="squared error per pixel",
    xticks=range(10, 101, 10),
    ylim=(0, 0.027),
)
_ = ax.set_xlim(8, 102)

# %% [markdown]
# PCA needs ≈ 54 components to match the autoencoder's 30. With more components PCA
# becomes strong: 100 leave ≈ 0.0073, so a net with more codings should be compared with
# a PCA of the same size. The autoencoder also needs more parameters: PCA stores the
# mean image and 30 more, the autoencoder the parameters counted above.
#
# ## Can you see the difference?


# %% tags=["hide-input"] mystnb={"figure": {"caption": "The same five images as they are, rebuilt by the autoencoder, and by PCA (clipped), from 30 numbers each.", "name": "fig-stacked_autoencoders-versus"}, "image": {"alt": "Three rows of five images of clothes: originals, autoencoder and PCA; the autoencoder's images have clean edges and an empty background, while PCA's are blurrier, with gray ghosts of other clothes around them."}}
def show_rows(images):
    rows = {
        "original": images,
        "autoencoder": stacked_ae.predict(images, verbose=0),
        "PCA": rebuild_by_pca(images, 30),
    }
    return plot_image_rows(rows)


_ = show_rows(X_valid[:5])

# %% [markdown]
# PCA can only add and subtract fixed pictures, so other clothes show through as gray
# ghosts ({numref}`fig-stacked_autoencoders-versus`).
#
# ## Which pictures does it rebuild best, which worst?
#
# We rank the validation images by their error, averaged over the three seeds.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The three validation images with the smallest error (left) and the three with the largest (right), averaged over three seeds.", "name": "fig-stacked_autoencoders-extremes"}, "image": {"alt": "Three rows of six images: on the left three plain trousers, rebuilt almost perfectly by autoencoder and PCA; on the right a top with zigzags and two striped bags, whose patterns both smear to gray."}}
ranked = np.argsort(ae_errors.mean(axis=0))
chosen = np.concatenate([np.sort(ranked[:3]), np.sort(ranked[-3:])])
axes = show_rows(X_valid[chosen])
axes[0, 1].set_title("best")
_ = axes[0, 4].set_title("worst")

# %% [markdown]
# Plain trousers are rebuilt almost perfectly; bold zigzags and stripes are lost
# ({numref}`fig-stacked_autoencoders-extremes`). A pattern that only few training images
# have lowers the total error very little, so the 30 numbers are used for other things.
#
# ## Which clothes are hard?

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Validation error by class: autoencoder (mean of three seeds) and clipped PCA, 30 numbers each, in the order of PCA's error.", "name": "fig-stacked_autoencoders-classes"}, "image": {"alt": "Ten horizontal bars between two dots, one per class: in every class the autoencoder's dot lies left of PCA's, with trousers at the small end and sandals and bags at the large end."}}
by_class = np.array(
    [
        (ae_errors[:, y_valid == label].mean(), pca_errors[y_valid == label].mean())
        for label in range(10)
    ]
)
order = np.argsort(by_class[:, 1])
ae_dots, pca_dots = by_class[order].T
fig, ax = plt.subplots(figsize=(WIDTH, 3.7))
ax.hlines(range(10), ae_dots, pca_dots, color="0.55", lw=3)
ax.plot(ae_dots, range(10), "o", color=COLORS[2], markersize=8)
ax.plot(pca_dots, range(10), "o", color=COLORS[0], markersize=8)
ax.text(ae_dots[0], -0.45, "autoencoder", color=COLORS[2], ha="center", va="bottom")
ax.text(pca_dots[0], -0.45, "PCA", color=COLORS[0], ha="center", va="bottom")
ax.set(
    xlabel="squared error per pixel",
    xlim=(0, 0.0245),
    ylim=(9.5, -1.2),
    yticks=range(10),
)
_ = ax.set_yticklabels([CLASS_NAMES[label] for label in order])

# %%
wins = np.sum(by_class[:, 0] < by_class[:, 1])
measured("classes of 10 in which the autoencoder is better", wins, ".0f")
for name in ["Trouser", "Bag"]:
    mse = ae_errors[:, y_valid == CLASS_NAMES.index(name)].mean(axis=1)
    measured(f"{name}: validation MSE", mse)

# %% [markdown]
# The autoencoder is better in all ten classes
# ({numref}`fig-stacked_autoencoders-classes`). Trousers, nearly all of one shape, have
# the least error; bags, with different handles, straps and prints, have the most.
#
# ## And on pictures nobody looked at?
#
# All choices were made on the validation set. We use the test set once, here.

# %%
test_mse = {
    "mean image": mse_per_image(X_test, rebuild_by_pca(X_test, 0)).mean(),
    "PCA, clipped, 30": mse_per_image(X_test, rebuild_by_pca(X_test, 30)).mean(),
    "stacked autoencoder, 30, 3 seeds": [
        mse_per_image(X_test, net.predict(X_test, verbose=0)).mean() for net in nets
    ],
}
MeasuredTable(
    {name: {"test MSE": Measured(mse)} for name, mse in test_mse.items()},
    corner="reconstruction by",
)

# %% [markdown]
# The order is the same. The next lessons use this very net, so the package keeps its
# recipe as `fit_stacked_autoencoder`. Does it give exactly the same weights?

# %%
_, _, again = fit_stacked_autoencoder(X_train, seed=42)
pairs = zip(stacked_ae.get_weights(), again.get_weights(), strict=True)
print(all(np.array_equal(ours, theirs) for ours, theirs in pairs))

# %% [markdown]
# :::{admonition} Takeaways
# :class: tip
# - A stacked autoencoder is an encoder and a decoder of several layers each, trained
#   as one net to return its input; here 784-100-30-100-784.
# - From 30 numbers it rebuilds Fashion-MNIST with a validation MSE of ≈ 0.0110, PCA
#   (clipped) with ≈ 0.0150, the mean image with ≈ 0.0875.
# - PCA needs ≈ 54 numbers to be as good.
# - Compare with a strong baseline, and say which: clipping alone improves PCA.
# - Shape and shading survive the bottleneck; rare prints and textures do not.
# :::
#
# ## Exercises
#
# :::{admonition} Exercise 1 — take the nonlinearity away
# :class: exercise
# Remove all four activation functions and train again. How large is the error, and why?
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 1", "code_prompt_hide": "Hide solution 1"}
keras.utils.set_random_seed(42)
linear_ae = keras.Sequential(
    [
        keras.Input((28, 28)),
        keras.layers.Flatten(),
        *[keras.layers.Dense(n, kernel_initializer="lecun_normal") for n in widths[1:]],
        keras.layers.Reshape((28, 28)),
    ]
)
linear_mse = train(linear_ae).history["val_loss"][-1]
measured("linear autoencoder: validation MSE", linear_mse)
measured("PCA, not clipped: validation MSE", plain_mse)
measured("linear autoencoder against PCA, relative", linear_mse / plain_mse - 1, ".1%")

# %% [markdown]
# :::{admonition} Answer to exercise 1
# :class: dropdown
# It is ≈ 0.0157, and PCA without clipping has ≈ 0.0157. Four linear layers in a row are
# one linear map, and the narrow middle limits its rank to 30. The best such map is the
# projection on the first 30 principal components {cite}`baldi1989`. Depth without
# nonlinearity brings no gain.
# :::
#
# :::{admonition} Exercise 2 — why not cross-entropy?
# :class: exercise
# A sigmoid output suggests the binary cross-entropy as a loss. What is its value for a
# *perfect* reconstruction, `X_valid` by `X_valid`, and for our net?
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 2", "code_prompt_hide": "Hide solution 2"}
cross_entropy = keras.losses.BinaryCrossentropy()
perfect = float(cross_entropy(X_valid, X_valid))
ours = float(cross_entropy(X_valid, rebuilt))
measured("cross-entropy per pixel, perfect", perfect)
measured("cross-entropy per pixel, our net", ours)
measured("part that no net can remove", perfect / ours, ".1%")

# %% [markdown]
# :::{admonition} Answer to exercise 2
# :class: dropdown
# A gray pixel counts as a biased coin, and a coin keeps its entropy however well you
# know its bias: even a perfect reconstruction scores ≈ 0.241. So no net can remove
# ≈ 87% of our net's cross-entropy. It works as a loss, but as a reported number it hides
# the differences. Report the excess over the perfect value, or the MSE.
# :::
#
# :::{admonition} Exercise 3 — clothes in a mirror
# :class: exercise
# Mirror every validation image (`X_valid[:, :, ::-1]`). How do the errors of the
# autoencoder and of PCA change, and what does that say about what was learned?
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 3", "code_prompt_hide": "Hide solution 3"}
mirrored = X_valid[:, :, ::-1]
ae_mirrored = np.array(
    [mse_per_image(mirrored, net.predict(mirrored, verbose=0)).mean() for net in nets]
)
pca_mirrored = mse_per_image(mirrored, rebuild_by_pca(mirrored, 30)).mean()
measured("autoencoder, mirrored: MSE", ae_mirrored)
measured("PCA (clipped), mirrored: MSE", pca_mirrored)
difference("autoencoder below PCA by", 1, ae_mirrored / pca_mirrored, ".1%")

# %% [markdown]
# :::{admonition} Answer to exercise 3
# :class: dropdown
# Both get worse, from ≈ 0.0110 to ≈ 0.0192 and from ≈ 0.0150 to ≈ 0.0193. The interval
# over three seeds now includes 0: a difference is not shown. In this collection shoes
# point to the left. The net has not learned what clothes are in general, but what
# *these* pictures look like, and that is how it beat PCA.
# :::
#
# ## Further reading
#
# - {cite:t}`geron2022`, the chapter on autoencoders: the lecture's own example, with a
#   notebook.
# - {cite:t}`hinton2006`: an early and influential deep autoencoder, also compared with
#   PCA.
# - {cite:t}`baldi1989`: why a linear autoencoder is PCA.
# - {cite:t}`klambauer2017`: where `selu` and its two constants come from.
