# %% [markdown]
# # Train autoencoders with tied weights, or one layer at a time
#
# This lesson tests two ideas: let the decoder reuse the encoder's weights, and train a
# deep autoencoder layer by layer. What does each of them gain, and is it still needed?
#
# - **What you'll do**: tie a decoder to its encoder, and train tied and untied nets on
#   little and on much data; then compare greedy layerwise training with plain training.
# - **What you'll learn**: how to share a weight in Keras 3 (and keep the tie when you
#   save), where its gradient comes from, and when training layer by layer helps.
# - **What you'll need**:
#   [the lesson on stacked autoencoders](stacked_autoencoders.ipynb), and the chain rule.
#
# *Slides covered: “Training Autoencoders”.*

# %%
from lecture6_utils.reproducibility import make_reproducible  # before keras

from tempfile import TemporaryDirectory

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import ops

from lecture6_utils.datasets import load_fashion_mnist
from lecture6_utils.measurement import Measured, MeasuredTable, difference, measured
from lecture6_utils.plotting import COLORS, WIDTH, plot_image_rows, set_style
from lecture6_utils.training import fit_autoencoder

make_reproducible("training_autoencoders")
set_style()
(X_train, _), (X_valid, _), _ = load_fashion_mnist()

# %% [markdown]
# ## Can the decoder borrow the encoder's weights?
#
# In a mirrored autoencoder the kernels (weight matrices) come in pairs: 784 × 100 in the
# encoder, 100 × 784 in the decoder. **Tying** them means that the second *is* the first,
# transposed. The decoder's layer then needs no kernel of its own, only a bias.


# %%
class DenseTranspose(keras.layers.Layer):
    """A dense layer that uses the kernel of another one, transposed."""

    def __init__(self, dense, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.dense = dense
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        n_outputs = self.dense.kernel.shape[0]  # what `dense` takes in, we give out
        self.bias = self.add_weight(shape=(n_outputs,), initializer="zeros", name="bias")

    def call(self, inputs):
        z = ops.matmul(inputs, ops.transpose(self.dense.kernel)) + self.bias
        return self.activation(z)


# %% [markdown]
# The net around it is the lecture's stacked autoencoder. We make it a class that ties the
# weights in its constructor; you'll see why in a moment.

# %%
selu = {"activation": "selu", "kernel_initializer": "lecun_normal"}


@keras.saving.register_keras_serializable("lecture6")
class TiedAutoencoder(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        dense_1 = keras.layers.Dense(100, **selu)
        dense_2 = keras.layers.Dense(30, **selu)
        self.tied_encoder = keras.Sequential(
            [
                keras.Input((28, 28)),
                keras.layers.Flatten(),
                dense_1,
                dense_2,
            ]
        )
        self.tied_decoder = keras.Sequential(
            [
                keras.Input((30,)),
                DenseTranspose(dense_2, activation="selu"),
                DenseTranspose(dense_1, activation="sigmoid"),
                keras.layers.Reshape((28, 28)),
            ]
        )

    def call(self, images):
        return self.tied_decoder(self.tied_encoder(images))


def build_tied():
    tied_ae = TiedAutoencoder()
    tied_ae.build((None, 28, 28))
    return tied_ae


def build_untied():
    return keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(100, **selu),
            keras.layers.Dense(30, **selu),
            keras.layers.Dense(100, **selu),
            keras.layers.Dense(28 * 28, activation="sigmoid"),
            keras.layers.Reshape((28, 28)),
        ]
    )


tied_ae, untied_ae = build_tied(), build_untied()
for name, net in [("untied", untied_ae), ("tied", tied_ae)]:
    kernels = sum(w.value.shape.num_elements() for w in net.weights if len(w.shape) == 2)
    total = net.count_params()
    print(f"{name:6}: {kernels:7,} in kernels + {total - kernels:5,} biases = {total:7,}")

# %% [markdown]
# Tying removes exactly half of the kernel parameters; the biases stay.
#
# ## Does the tie survive saving and cloning?

# %%
with TemporaryDirectory() as folder:
    tied_ae.save(f"{folder}/tied.keras")
    loaded = keras.saving.load_model(f"{folder}/tied.keras")
cloned = keras.models.clone_model(tied_ae)

images = X_valid[:100]
expected = tied_ae.predict(images, verbose=0)
for name, net in [("loaded", loaded), ("cloned", cloned)]:
    layer = net.tied_decoder.layers[1]  # the outer DenseTranspose
    print(
        f"{name}: {net.count_params():,} parameters;",
        f"still tied: {layer.dense is net.tied_encoder.layers[1]};",
        f"same output: {np.array_equal(net.predict(images, verbose=0), expected)}",
    )

# %% [markdown]
# Both are still tied. The clone's output differs because `clone_model` copies the
# structure and draws new weights, whether they are tied or not.
#
# :::{admonition} Since the slides
# :class: note
# - The slide has no code. The usual code for it uses `dense.input_shape`, which Keras 3
#   has dropped; we read the kernel's shape instead.
# - Do not describe the tie in `DenseTranspose.get_config`. Keras would load the layer
#   inside as a second one, separate from the encoder's, and its weights would fail to
#   load. We store *one* model without arguments; its constructor ties the weights again.
# - On the slide, read “stack” for “stuck”.
# :::
#
# ## Where does the shared kernel's gradient come from?
#
# The chain rule adds up every path from a weight to the loss, and a shared kernel has
# two: through the encoder and through the decoder. To see them separately, we give an
# *untied* net the same numbers on both sides. Then, for every pair of kernels,
#
# $$\frac{\partial\,\text{loss}}{\partial W_{\text{tied}}}
# = \frac{\partial\,\text{loss}}{\partial W_{\text{encoder}}}
# + \left(\frac{\partial\,\text{loss}}{\partial W_{\text{decoder}}}\right)^{\!\top}.$$


# %%
def kernel_gradients(net, images):
    kernels = [w.value for w in net.trainable_weights if len(w.shape) == 2]
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((net(images) - images) ** 2)
    return [gradient.numpy() for gradient in tape.gradient(loss, kernels)]


W1, b1, W2, b2 = tied_ae.tied_encoder.get_weights()
untied_ae.set_weights([W1, b1, W2, b2, W2.T, np.zeros(100), W1.T, np.zeros(784)])
tied_gradients = kernel_gradients(tied_ae, images)
enc_1, enc_2, dec_2, dec_1 = kernel_gradients(untied_ae, images)
for name, tied, encoder, decoder in [
    ("784 × 100", tied_gradients[0], enc_1, dec_1),
    ("100 × 30", tied_gradients[1], enc_2, dec_2),
]:
    error = np.abs(encoder + decoder.T - tied).max() / np.abs(tied).max()
    print(f"{name}: encoder's + decoder's = tied, to 1 part in a million: {error < 1e-6}")
    ratio = np.linalg.norm(decoder) / np.linalg.norm(encoder)
    measured(f"{name}: norm of decoder's part / encoder's", ratio, ".1f")

# %% [markdown]
# The identity holds for both pairs of kernels, and both parts matter: the norm of the
# decoder's part is ≈ 0.7 of the encoder's in the outer pair, and ≈ 0.7 in the inner one.
#
# ## Does tying help, and when?
#
# Tying is a constraint, and constraints should help when data are scarce. We train both
# nets on 1,000, 5,000 and all 55,000 images, with three seeds each. Every net takes 4,400
# steps of 50 images, so only the number of *different* images changes.


# %%
def mse(net, images):
    return float(np.mean((net(images).numpy() - images) ** 2))


seeds = [42, 43, 44]
epochs_for = {1_000: 220, 5_000: 44, 55_000: 4}
builders = {"untied": build_untied, "tied": build_tied}


def train_and_measure(name, n_images, epochs):
    errors = []
    for seed in seeds:
        keras.utils.set_random_seed(seed)
        net = builders[name]()
        fit_autoencoder(net, X_train[:n_images], epochs=epochs, batch_size=50)
        errors.append([mse(net, X_train[:1_000]), mse(net, X_valid)])
    return np.array(errors).T  # (training, validation) × seeds


errors = {
    (name, n_images): train_and_measure(name, n_images, epochs)
    for n_images, epochs in epochs_for.items()
    for name in builders
}

# %%
rows = {
    f"{n_images:,} images, {name}": {
        "parameters": f"{builders[name]().count_params():,}",
        "MSE, first 1,000 training images": Measured(seen),
        "validation MSE": Measured(unseen),
    }
    for (name, n_images), (seen, unseen) in errors.items()
}
MeasuredTable(rows, corner="trained on")

# %%
for n_images in epochs_for:
    gain = 1 - errors["tied", n_images][1] / errors["untied", n_images][1]
    difference(f"{n_images:,} images: tying saves", gain, spec=".1%")

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Validation error of tied and untied nets (dots: three seeds; lines: their means) after 4,400 steps each.", "name": "fig-training-tied"}, "image": {"alt": "Two falling lines over 1,000, 5,000 and 55,000 training images on a logarithmic axis; the tied line starts clearly below the untied one at 1,000 images and the two draw together toward 55,000."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3))
sizes = list(epochs_for)
for name, hue in [("untied", COLORS[0]), ("tied", COLORS[2])]:
    curve = np.array([errors[name, n][1] for n in sizes])
    x = np.array(sizes) * (0.97 if name == "untied" else 1.03)  # side by side
    ax.plot(x, curve.mean(axis=1), color=hue)
    ax.plot(x, curve, "o", color=hue, markersize=5)
ax.text(2_300, 0.0152, "untied", color=COLORS[0])
ax.text(2_300, 0.0117, "tied", color=COLORS[2], ha="right")
ax.set(
    xscale="log",
    xlabel="training images",
    ylabel="squared error per pixel",
    xticks=sizes,
    ylim=(0.010, 0.018),
)
ax.set_xticklabels([f"{n:,}" for n in sizes])
_ = ax.tick_params(axis="x", which="minor", bottom=False)

# %% [markdown]
# With 1,000 images the untied net overfits more: its training error is lower, and tying
# saves ≈ 15.6% of the validation error. With 5,000 images it saves ≈ 4.5%
# ({numref}`fig-training-tied`). These two intervals exclude 0. With all images the interval
# includes 0: three seeds do not show a difference.
#
# So tying acts as a regularizer, and it halves the kernels. But the nets also start
# differently (a tied decoder starts with the encoder's smaller weights), and stopping
# earlier cures a part of the untied net's error (see Exercise 1).
#
# ## How do you train one layer at a time?
#
# The second idea of the slide is **greedy layerwise** training. In phase 1 a small
# autoencoder learns to rebuild the images. In phase 2 the next one learns to rebuild the
# *codes* of the first, and so on. Then all encoders in order, followed by all decoders in
# reverse order, make one deep net, the sandwich of {numref}`fig-training-greedy`.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Greedy layerwise training of 784-100-30-100-784. Each phase trains two layers only; the sandwich puts the four trained layers into one net.", "name": "fig-training-greedy"}, "image": {"alt": "Three diagrams side by side. Phase 1: images of 784 units go down through encoder 1 to 100 units and back through decoder 1 to 784. Phase 2: those 100 codes go through encoder 2 to 30 units and back through decoder 2 to 100. Sandwich: encoder 1, encoder 2, decoder 2 and decoder 1 in one column from 784 to 784."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3.9))
half = {784: 0.9, 100: 0.64, 30: 0.46}
paint = {
    "encoder 1": COLORS[0],
    "encoder 2": COLORS[1],
    "decoder 2": COLORS[1],
    "decoder 1": COLORS[0],
}


def draw_column(x, top, widths, pieces, title):
    ax.text(x, 5.05, title, ha="center", va="bottom", fontsize=11)
    for i, width in enumerate(widths):
        y = top - i
        ax.plot([x - half[width], x + half[width]], [y, y], color="0.25", lw=3)
        ax.text(x + half[width] + 0.07, y, width, va="center", fontsize=10)
    for i, piece in enumerate(pieces):
        y = top - i
        ax.fill_betweenx(
            [y - 0.06, y - 0.94],
            [x - half[widths[i]], x - half[widths[i + 1]]],
            [x + half[widths[i]], x + half[widths[i + 1]]],
            color=paint[piece],
            alpha=0.35,
            lw=0,
        )
        ax.text(x, y - 0.5, piece, ha="center", va="center", fontsize=9)


draw_column(1, 4.5, [784, 100, 784], ["encoder 1", "decoder 1"], "phase 1:\nimages")
draw_column(3.5, 3.5, [100, 30, 100], ["encoder 2", "decoder 2"], "phase 2:\ncodes")
draw_column(5.9, 4.5, [784, 100, 30, 100, 784], list(paint), "the\nsandwich")
ax.annotate("", (2.8, 3.5), (2.15, 3.5), arrowprops={"arrowstyle": "->", "lw": 1.5})
ax.set(xlim=(0, 7.4), ylim=(0.2, 5.8))
_ = ax.axis("off")


# %% [markdown]
# In code: a list of encoders, a list of decoders, and a loop.


# %%
def new_layers(widths, activation, initializer):
    def dense(n, activation):
        return keras.layers.Dense(n, activation=activation, kernel_initializer=initializer)

    encoders = [dense(n, activation) for n in widths[1:]]
    decoders = [dense(n, activation) for n in widths[1:-1]]
    return encoders, [dense(widths[0], "sigmoid"), *decoders]


def sandwich(encoders, decoders, n_inputs):
    return keras.Sequential([keras.Input((n_inputs,)), *encoders, *decoders[::-1]])


def train_greedily(encoders, decoders, images, epochs_per_layer):
    codes = images
    for encoder, decoder in zip(encoders, decoders):
        autoencoder = sandwich([encoder], [decoder], codes.shape[1])
        fit_autoencoder(
            autoencoder,
            codes,
            epochs=epochs_per_layer,
            batch_size=100,
            jit_compile=False,
        )
        codes = encoder(codes).numpy()


# %% [markdown]
# ## Greedy or all at once?
#
# For a fair comparison every way gets the same number of gradient steps: 20 epochs of
# 10,000 images, 2,000 steps in all.
#
# - **end to end** trains the whole net for all 20 epochs;
# - **greedy** splits them evenly over the phases, and then only stacks the layers;
# - **greedy + fine-tuning** spends 10 epochs on the phases and 10 on the whole stack.
#
# (A step of a phase takes less time than a step of the whole net; we count steps.)
# We train three nets: the lecture's, with two encoders; a deeper one with five, as we
# would build it today (`selu` with `lecun_normal`); and the same deep one with the classic
# `sigmoid` in every layer and Keras's default initializer {cite}`glorot2010`.

# %%
lecture, deep = [784, 100, 30], [784, 300, 200, 100, 50, 30]
recipes = {
    "lecture's, selu": (lecture, "selu", "lecun_normal"),
    "deep, selu": (deep, "selu", "lecun_normal"),
    "deep, sigmoid": (deep, "sigmoid", "glorot_uniform"),
}
X_small = X_train[:10_000].reshape(-1, 784)
X_check = X_valid.reshape(-1, 784)


def end_to_end(recipe, seed):
    keras.utils.set_random_seed(seed)
    net = sandwich(*new_layers(*recipe), 784)
    fit_autoencoder(net, X_small, epochs=20, batch_size=100)
    return net


def greedy(recipe, seed, fine_tuning):
    keras.utils.set_random_seed(seed)
    encoders, decoders = new_layers(*recipe)
    epochs_per_layer = (20 - fine_tuning) // len(encoders)
    train_greedily(encoders, decoders, X_small, epochs_per_layer)
    net = sandwich(encoders, decoders, 784)
    if fine_tuning:
        fit_autoencoder(net, X_small, epochs=fine_tuning, batch_size=100)
    return net


ways = {
    "end to end": end_to_end,
    "greedy": lambda recipe, seed: greedy(recipe, seed, fine_tuning=0),
    "greedy + fine-tuning": lambda recipe, seed: greedy(recipe, seed, fine_tuning=10),
}
nets = {
    (name, way): [make(recipe, seed) for seed in seeds]
    for name, recipe in recipes.items()
    for way, make in ways.items()
}
valid_mse = {key: np.array([mse(net, X_check) for net in trained]) for key, trained in nets.items()}

# %%
rows = {name: {way: Measured(valid_mse[name, way]) for way in ways} for name in recipes}
mean_image_mse = np.mean((X_check - X_small.mean(axis=0)) ** 2)
rows["mean image"] = {way: Measured(mean_image_mse) for way in ways}
MeasuredTable(rows, corner="validation MSE")

# %%
for name in recipes:
    gain = 1 - valid_mse[name, "greedy + fine-tuning"] / valid_mse[name, "end to end"]
    difference(f"{name}: error saved by greedy + fine-tuning", gain, spec="+.1%")

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Validation error of three nets trained in three ways with 2,000 steps each (three seeds). The dashed line is the error of the mean image.", "name": "fig-training-race"}, "image": {"alt": "Three groups of dots on a logarithmic error axis: for both selu nets, end to end and greedy with fine-tuning lie close together at the left with greedy alone to their right; for the deep sigmoid net end to end lies on the dashed line of the mean image at the far right, and both greedy ways lie far to its left."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3.6))
ax.axvline(mean_image_mse, color="0.4", ls="--", lw=1.2)
ax.text(mean_image_mse * 0.97, -0.45, "mean image", color="0.3", ha="right")
hues = dict(zip(ways, [COLORS[2], COLORS[1], COLORS[0]]))
for i, name in enumerate(recipes):
    for j, way in enumerate(ways):
        y = np.full(len(seeds), 4 * i + j)
        ax.plot(valid_mse[name, way], y, "o", color=hues[way], markersize=6)
        right = name == "deep, sigmoid" and way == "end to end"
        x = valid_mse[name, way].min() / 1.06 if right else valid_mse[name, way].max() * 1.06
        ax.text(
            x,
            4 * i + j,
            way,
            color="0.2",
            va="center",
            fontsize=10,
            ha="right" if right else "left",
        )
ax.set(
    xscale="log",
    xlim=(0.011, 0.1),
    ylim=(10.6, -1),
    yticks=[1, 5, 9],
    xlabel="squared error per pixel (logarithmic)",
    xticks=[0.0125, 0.025, 0.05, 0.1],
)
ax.minorticks_off()
ax.set_xticklabels(["0.0125", "0.025", "0.05", "0.1"])
_ = ax.set_yticklabels(["lecture's,\nselu", "deep,\nselu", "deep,\nsigmoid"])

# %% [markdown]
# {numref}`fig-training-race` shows a different result for each net:
#
# - **The lecture's net**: the interval includes 0, so a difference between greedy with
#   fine-tuning and end to end is not shown.
# - **Deep, `selu`**: greedy with fine-tuning is worse on average (≈ -13.7% saved), but
#   the interval of three seeds is wide and includes 0. A difference is not shown.
# - **Deep, `sigmoid`**: greedy with fine-tuning saves ≈ 72.9%, and the interval is narrow.
#   In these 2,000 steps end to end gets nowhere. (More steps may help.)
#
# Greedy alone, without fine-tuning, is never the best. Each phase keeps what rebuilds its
# own input, and no decoder has been trained on the errors of the ones before it.
#
# ## What does “nowhere” look like?

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Five validation images, and what three of the deep nets make of them.", "name": "fig-training-collapse"}, "image": {"alt": "Four rows of five images: the originals; below them the deep sigmoid net trained end to end, which shows the same gray blur for every image; the same net trained greedily and fine-tuned, which shows blurred but recognizable clothes; and the deep selu net trained end to end, which shows clear clothes."}}
rows = {"original": X_valid[:5]}
for label, key in [
    ("sigmoid,\nend to end", ("deep, sigmoid", "end to end")),
    ("sigmoid,\ngreedy,\nfine-tuned", ("deep, sigmoid", "greedy + fine-tuning")),
    ("selu,\nend to end", ("deep, selu", "end to end")),
]:
    rebuilt = nets[key][0].predict(X_check[:5], verbose=0)
    rows[label] = rebuilt.reshape(-1, 28, 28)
_ = plot_image_rows(rows)

# %%
collapsed = nets["deep, sigmoid", "end to end"][0].predict(X_check, verbose=0)
spread = collapsed.std(axis=0).mean() / X_check.std(axis=0).mean()
measured("spread of its outputs, relative to the images'", spread, ".1%")

# %% [markdown]
# The net answers every image with the mean image ({numref}`fig-training-collapse`). We
# look for the reason before training: how much do the 30 codings differ from image to
# image in a new net?


# %%
def spread_of_codings(recipe, seed):
    keras.utils.set_random_seed(seed)
    encoders, _ = new_layers(*recipe)
    codings = sandwich(encoders, [], 784).predict(X_check, verbose=0)
    return codings.std(axis=0).mean()


for name, spec in [("deep, selu", ".2f"), ("deep, sigmoid", ".5f")]:
    spreads = [spread_of_codings(recipes[name], seed) for seed in seeds]
    measured(f"{name}: standard deviation of a coding", spreads, spec)

# %% [markdown]
# A sigmoid's slope is at most ¼, so each layer shrinks the differences between images in
# the forward pass and the gradient in the backward pass. The decoder receives nearly a
# constant, and the best answer to a constant is the mean image. A single layer does not
# have this problem, which is why layerwise training made deep nets possible around 2006
# {cite}`hinton2006,bengio2007`. With `selu` the differences between images survive (≈ 0.47
# against ≈ 0.00037), and layerwise training is not needed.
#
# ## How does that compare?


# %%
def compare(values, stored, rerun):
    return {
        "ours": Measured(values),
        "reference, as stored": stored,
        "reference, run again": rerun,
    }


fine_tuned = valid_mse["lecture's, selu", "greedy + fine-tuning"]
rows = {
    "untied": compare(errors["untied", 55_000][1], "0.0132", "0.0132 … 0.0134"),
    "tied": compare(errors["tied", 55_000][1], "0.0133", "0.0136 … 0.0141"),
    "greedy + fine-tuning (ours: 10,000 images)": compare(fine_tuned, "0.0133", "0.0147 … 0.0151"),
}
MeasuredTable(rows, corner="validation MSE")

# %% [markdown]
# The reference is the notebook that goes with the lecture's source {cite}`geron2022`:
# `relu` nets of the same widths; we ran each of them twice. Our untied and tied nets have
# lower errors than all its figures. Our greedy net, with less than a fifth of the images,
# has a lower error than in our runs of the notebook, and about the stored one. Do not
# compare the reference's rows: its tied net trains for 10 epochs, its untied one for 20.
#
# :::{admonition} Takeaways
# :class: tip
# - A tied decoder reuses the encoder's kernels, transposed. This halves the kernel
#   parameters, and the gradient is the sum of the encoder's and the decoder's.
# - Tying acts as a regularizer: it saves ≈ 15.6% of the error with 1,000 images. With
#   55,000 a saving is not shown.
# - Tie the weights in the constructor of one model; then saving and cloning keep the tie.
# - A very deep autoencoder can be built one layer at a time. With `sigmoid` layers this
#   reduced the error from ≈ 0.0875, the mean image, to ≈ 0.0237. With `selu` and a matching
#   initializer it is not needed: plain end-to-end training reached ≈ 0.0141.
# - Always fine-tune the sandwich.
# :::
#
# ## Exercises
#
# :::{admonition} Exercise 1 — did the untied net just train too long?
# :class: exercise
# On 1,000 images, 220 epochs may be too many for the net with more parameters. Train
# both for half as long, and compare each at its better length.
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 1", "code_prompt_hide": "Hide solution 1"}
halved = {name: train_and_measure(name, 1_000, 110)[1] for name in builders}
better = {}
for name in builders:
    measured(f"{name}, 110 epochs: validation MSE", halved[name])
    better[name] = min(halved[name], errors[name, 1_000][1], key=np.mean)
gain = 1 - better["tied"] / better["untied"]
difference("each at its better length, tying saves", gain, spec=".1%")

# %% [markdown]
# :::{admonition} Answer to exercise 1
# :class: dropdown
# Partly. With 110 epochs the untied net's error is ≈ 0.0164 instead of ≈ 0.0172, while the
# tied net's hardly changes (≈ 0.0147 and ≈ 0.0146). With each at its better length, tying
# still saves ≈ 11.2% (the interval excludes 0).
# :::
#
# :::{admonition} Exercise 2 — a linear tied autoencoder
# :class: exercise
# Build a *linear* tied autoencoder with 30 codings and train it on `X_small`. Which
# property do the columns of its kernel $W$ acquire, although the loss does not ask for it?
# (Look at $W^\top W$.)
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 2", "code_prompt_hide": "Hide solution 2"}
keras.utils.set_random_seed(42)
dense = keras.layers.Dense(30, kernel_initializer="lecun_normal")
linear_ae = keras.Sequential([keras.Input((784,)), dense, DenseTranspose(dense)])


def off_identity():
    W = dense.get_weights()[0]
    return np.abs(W.T @ W - np.eye(30)).mean()


measured("mean |WᵀW − 1| before training", off_identity(), ".3f")
fit_autoencoder(linear_ae, X_small, epochs=20, batch_size=100, learning_rate=1e-2)
measured("mean |WᵀW − 1| after training", off_identity())
measured("validation MSE", mse(linear_ae, X_check))

# %% [markdown]
# :::{admonition} Answer to exercise 2
# :class: dropdown
# They become orthonormal: $W^\top W$ is the identity to within ≈ 0.0001. Without biases
# the net returns $W W^\top x$. Among all such maps the squared error is least for a
# projection on the subspace of the first principal components {cite}`baldi1989`, and a
# projection of the form $W W^\top$ needs orthonormal columns. An untied linear net finds
# the same subspace, but its basis need not be orthonormal.
# :::
#
# :::{admonition} Exercise 3 — the depth or the sigmoid?
# :class: exercise
# Train the deep net end to end once more, with `tanh` in place of `sigmoid` and all else
# unchanged. Does it learn more than the mean image?
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 3", "code_prompt_hide": "Hide solution 3"}
tanh_net = end_to_end((deep, "tanh", "glorot_uniform"), seed=42)
measured("deep, tanh, end to end: validation MSE", mse(tanh_net, X_check))

# %% [markdown]
# :::{admonition} Answer to exercise 3
# :class: dropdown
# It does: its error is ≈ 0.0209. At 0, `tanh` has slope 1 where `sigmoid` has ¼, and its
# outputs are centered on 0. So depth alone did not stop the net. (Glorot's initializer
# assumes slope 1; we have not tried `sigmoid` with larger initial weights.)
# :::
#
# ## Further reading
#
# - {cite:t}`hinton2006`: deep autoencoders by layerwise pretraining (with Boltzmann
#   machines) and fine-tuning.
# - {cite:t}`bengio2007`: the same with autoencoders for the layers, and why it helps.
# - {cite:t}`glorot2010`: why deep sigmoid nets got stuck, and an initializer against it.
# - {cite:t}`vincent2010`: stacked *denoising* autoencoders, with tied weights.
