# %% [markdown]
# # Train autoencoders with tied weights, or one layer at a time
#
# This lesson tests two ideas: let the decoder reuse the encoder's weights, and train a deep
# autoencoder layer by layer. What does each of them gain, and are they still needed?
#
# - **What you'll do**: compare tied with untied nets, and greedy layerwise training with plain
#   training, with equally many steps and with equally many multiplications.
# - **What you'll learn**: how to share a weight in Keras 3, where its gradient comes from,
#   how to count the work of a training, and why a deep sigmoid net may fail.
# - **What you'll need**:
#   [the lesson on stacked autoencoders](stacked_autoencoders.ipynb), and the chain rule.
#
# *Slides covered: “Training Autoencoders”.*

# %%
from lecture6_utils.reproducibility import make_reproducible  # before keras

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
(X_train, _), (X_valid, _), (X_test, _) = load_fashion_mnist()
SEEDS = [42, 43, 44]

# %% [markdown]
# ## Can the decoder borrow the encoder's weights?
#
# In a mirrored autoencoder the kernels (weight matrices) come in pairs: 784 × 100 in the
# encoder, 100 × 784 in the decoder. **Tying** them means that the second *is* the first,
# transposed. With tied weights the decoder's layer needs no kernel of its own, only a bias.


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
# The net around it is the lecture's stacked autoencoder.

# %%
selu = {"activation": "selu", "kernel_initializer": "lecun_normal"}


def stack(*layers):
    before = [keras.Input((28, 28)), keras.layers.Flatten()]
    return keras.Sequential([*before, *layers, keras.layers.Reshape((28, 28))])


def build_tied():
    dense_1 = keras.layers.Dense(100, **selu)
    dense_2 = keras.layers.Dense(30, **selu)
    return stack(
        dense_1,
        dense_2,
        DenseTranspose(dense_2, activation="selu"),
        DenseTranspose(dense_1, activation="sigmoid"),
    )


def build_untied():
    return stack(
        keras.layers.Dense(100, **selu),
        keras.layers.Dense(30, **selu),
        keras.layers.Dense(100, **selu),
        keras.layers.Dense(28 * 28, activation="sigmoid"),
    )


tied_ae, untied_ae = build_tied(), build_untied()
for name, net in [("untied", untied_ae), ("tied", tied_ae)]:
    kernels = sum(w.value.shape.num_elements() for w in net.weights if len(w.shape) == 2)
    total = net.count_params()
    print(f"{name:6}: {kernels:7,} in kernels + {total - kernels:5,} biases = {total:7,}")

# %% [markdown]
# Tying removes exactly half of the kernel parameters; the biases stay. Keras trains the
# tied net like any other:

# %%
tied_ae.compile(loss="mse", optimizer="adam")
tied_ae.fit(X_train[:1_000], X_train[:1_000], epochs=5, verbose=0)
measured("tied, after a short fit: validation MSE", tied_ae.evaluate(X_valid, X_valid, verbose=0))

# %% [markdown]
# :::{admonition} Since the slides
# :class: note
# - The slide has no code. The usual code for it uses `dense.input_shape`, which Keras 3
#   has dropped; we read the kernel's shape instead.
# - `save` cannot store the tie, and says so. Use `save_weights`; to load them, build the net
#   again and call `load_weights`.
# - On the slide, “stuck” should be “stack”.
# :::
#
# ## Where does the shared kernel's gradient come from?
#
# The chain rule adds up every path from a weight to the loss, and a shared kernel has two:
# through the encoder and through the decoder. If an *untied* net has the same kernels in
# encoder and decoder, transposed, then for every pair
#
# $$\frac{\partial\,\text{loss}}{\partial W_{\text{tied}}}
# = \frac{\partial\,\text{loss}}{\partial W_{\text{encoder}}}
# + \left(\frac{\partial\,\text{loss}}{\partial W_{\text{decoder}}}\right)^{\!\top}.$$


# %%
def untie(tied):
    """An untied net that starts with the numbers of a tied one."""
    W1, b1, W2, b2, c2, c1 = tied.get_weights()
    net = build_untied()
    net.set_weights([W1, b1, W2, b2, W2.T, c2, W1.T, c1])
    return net


def kernel_gradients(net, images):
    kernels = [w.value for w in net.trainable_weights if len(w.shape) == 2]
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((net(images) - images) ** 2)
    return [gradient.numpy() for gradient in tape.gradient(loss, kernels)]


tied_ae = build_tied()
tied_1, tied_2 = kernel_gradients(tied_ae, X_valid[:100])
enc_1, enc_2, dec_2, dec_1 = kernel_gradients(untie(tied_ae), X_valid[:100])
for name, tied, encoder, decoder in [
    ("784 × 100", tied_1, enc_1, dec_1),
    ("100 × 30", tied_2, enc_2, dec_2),
]:
    error = np.abs(encoder + decoder.T - tied).max() / np.abs(tied).max()
    print(f"{name}: encoder's + decoder's = tied, to 1 part in a million: {error < 1e-6}")
    ratio = np.linalg.norm(decoder) / np.linalg.norm(encoder)
    measured(f"{name}: norm of decoder's part / encoder's", ratio, ".1f")

# %% [markdown]
# The identity holds, and both parts matter: the norm of the decoder's part is
# ≈ 0.9 of the encoder's in the
# outer pair, and ≈ 1.0 in the inner one.
#
# ## Does tying help, and when?
#
# Tying is a constraint. A tied net differs from an untied one in two ways: it has fewer
# weights, *and* its decoder starts with other numbers, those of the encoder. So we add a
# control between the two. The net **untied,
# tied start** begins with the numbers of the tied net, and then trains its decoder freely.
#
# With one seed, all nets see the images in the same order, and take equally many steps. With
# 1,000 images we train as long as is best for the *untied* net on the validation images. With
# 55,000 we train only the last two nets, which differ in nothing but the tie.
#
# :::{predict} 1,000 images: tying saves
# Two nets learn from 1,000 images and start with the same numbers. One of them is tied, so it has
# half of the kernel parameters. What does the tie do to the error on the test images?
#
# - it lowers the error = over 0
# - it raises the error = under 0
# - an effect is not shown = not shown
# :::

# %%
builders = {
    "untied": build_untied,
    "untied, tied start": lambda: untie(build_tied()),
    "tied": build_tied,
}
arms = [(1_000, name) for name in builders]
arms += [(55_000, name) for name in builders if name != "untied"]
# Of 40, 60, 80, 110 and 150 epochs, 80 are best for the untied net on the validation images.
epochs_for = {1_000: 80, 55_000: 4}


def mse(net, images):
    return float(np.mean((net(images).numpy() - images) ** 2))


def train(n_images, name, seed):
    keras.utils.set_random_seed(seed)
    net = builders[name]()
    fit_autoencoder(net, X_train[:n_images], epochs=epochs_for[n_images], batch_size=40)
    return net


trained = {arm: [train(*arm, seed) for seed in SEEDS] for arm in arms}
errors = {arm: np.array([mse(net, X_test) for net in nets]) for arm, nets in trained.items()}

for n in epochs_for:
    saved = 1 - errors[n, "tied"] / errors[n, "untied, tied start"]
    difference(f"{n:,} images: tying saves", saved, spec=".1%")
saved = 1 - errors[1_000, "untied, tied start"] / errors[1_000, "untied"]
difference("1,000 images: the tied start alone saves", saved, spec=".1%")
validation = [mse(net, X_valid) for net in trained[55_000, "tied"]]
measured("tied, all images: validation MSE", validation)

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Error on the test images (dots: three seeds; vertical marks: their means). All nets of one group took the same number of steps. Tying saves ≈ 8.4% of the error with 1,000 images. With 55,000 (≈ 1.9%) a saving is not shown.", "name": "fig-training-tied"}, "image": {"alt": "Two groups of dots along an error axis. With 1,000 images, the untied nets with and without the tied start lie together at about 0.016, the tied nets at about 0.0148. With 55,000 images all errors are lower: the untied nets with the tied start lie at about 0.0117, the tied nets at about 0.0114."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3))
hues = dict(zip(builders, [COLORS[0], COLORS[1], COLORS[2]]))
places = [0, 1, 2, 4, 5]
for y, (n, name) in zip(places, arms):
    ax.plot(errors[n, name], [y] * len(SEEDS), "o", color=hues[name], markersize=6)
    ax.plot(errors[n, name].mean(), y, "|", color=hues[name], markersize=16)
for y, n in [(-0.75, 1_000), (3.25, 55_000)]:
    ax.text(0.0172, y, f"{n:,} images", ha="right", va="center", weight="bold")
ax.set(xlim=(0.0105, 0.0173), ylim=(5.6, -1.2), yticks=places)
ax.set_yticklabels([name.replace(", ", ",\n") for _, name in arms])
ax.grid(axis="y", visible=False)
_ = ax.set_xlabel("squared error per pixel")

# %% [markdown]
# With 1,000 images the tie saves ≈ 8.4% of the error, and the interval excludes 0
# ({numref}`fig-training-tied`). The tied start alone saves ≈ −0.2%; this interval includes 0,
# so a saving is not shown. The tie itself is a **regularizer**: a constraint that lowers the
# error on new images when data are scarce. With 55,000 images a saving is not shown.
#
# For comparison: the notebook of the lecture's source {cite}`geron2022` has a tied `relu` net
# of the same widths with an error of .0133. In two runs of it we got .0136 and .0141. Our tied nets, with
# `selu` and other settings, reach ≈ 0.0115 on the same validation images.
#
# ## How do you train one layer at a time?
#
# The second idea is **greedy layerwise** training. In phase 1 a small
# autoencoder learns to rebuild the images. In phase 2 the next one learns to rebuild the
# *codes* of the first, and so on. Then all encoders, followed by all decoders in
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
# Our net has ten layers and learns from 5,000 images. After the phases comes **fine-tuning**: we
# train the whole sandwich, because the decoders were trained on exact codes, but all except the
# innermost now receive rebuilt ones.

# %%
WIDTHS = [784, 100, 80, 60, 45, 30]
PAIRS = list(zip(WIDTHS, WIDTHS[1:]))
X_flat_train = X_train.reshape(-1, 784)
X_small = X_flat_train[:5_000]
PHASE_EPOCHS, TUNING_EPOCHS = 1, 5


def new_layers(activation, initializer):
    def dense(n, activation):  # each layer gets its own initializer, which keeps a seed
        return keras.layers.Dense(n, activation=activation, kernel_initializer=initializer())

    encoders = [dense(n, activation) for n in WIDTHS[1:]]
    decoders = [dense(n, activation) for n in WIDTHS[1:-1]]
    return encoders, [dense(WIDTHS[0], "sigmoid"), *decoders]


def sandwich(encoders, decoders, n_inputs=784):
    return keras.Sequential([keras.Input((n_inputs,)), *encoders, *decoders[::-1]])


def fit_net(net, inputs, epochs, rate):
    deep = len(net.layers) > 2  # compiling pays off for a deep net, not for a phase
    fit_autoencoder(net, inputs, epochs=epochs, batch_size=40, learning_rate=rate, jit_compile=deep)
    return net


def train_greedily(recipe, seed, rate):
    keras.utils.set_random_seed(seed)
    encoders, decoders = new_layers(*recipe)
    codes = X_small
    for encoder, decoder in zip(encoders, decoders):
        fit_net(sandwich([encoder], [decoder], codes.shape[1]), codes, PHASE_EPOCHS, rate)
        codes = encoder(codes).numpy()
    return fit_net(sandwich(encoders, decoders), X_small, TUNING_EPOCHS, rate)


def train_end_to_end(recipe, seed, epochs, rate):
    keras.utils.set_random_seed(seed)
    return fit_net(sandwich(*new_layers(*recipe)), X_small, epochs, rate)


# %% [markdown]
# ## What is the same effort?
#
# A step of a phase is less work than a step of the whole net. So “equally long” can mean
# equally many **steps** or equally much **work**, counted in multiplications. For one image, a
# dense layer from *m* to *n* units multiplies *m* × *n* times. The way back takes about twice
# as many: one product gives the gradient of the kernel, another one that of the inputs. So a
# training step counts as three forward passes.


# %%
def multiplications(pairs):
    """Of one image on its way through encoders and decoders of these shapes."""
    return 2 * sum(m * n for m, n in pairs)


for i, pair in enumerate(PAIRS, 1):
    print(f"step of phase {i}: {3 * multiplications([pair]):7,} multiplications per image")
epoch_of_all = 3 * multiplications(PAIRS)
print(f"step of the net: {epoch_of_all:7,}")

phases = sum(3 * PHASE_EPOCHS * multiplications([pair]) for pair in PAIRS)
codes = multiplications(PAIRS) // 2  # each encoder encodes the images once, only forward
tuning = TUNING_EPOCHS * epoch_of_all
greedy_work = phases + codes + tuning
steps_epochs = PHASE_EPOCHS * len(PAIRS) + TUNING_EPOCHS
work_epochs = greedy_work // epoch_of_all
print(f"greedy, in all: {greedy_work:,} per image")
print(f"end to end: {steps_epochs} epochs are as many steps,")
print(f"{work_epochs} epochs as many multiplications ({work_epochs * epoch_of_all:,})")

# %% [markdown]
# The five phases, of one epoch each, are together as much work as one epoch of the whole net,
# because each layer is in one phase. But they have five times as many steps.
#
# ## Greedy or all at once?
#
# We train the same ten layers with three recipes:
#
# - **sigmoid**, with Keras's default initializer, that of Glorot {cite}`glorot2010`;
# - **sigmoid, gain 4**: the same initial weights times 4. Such a factor is the
#   **gain of an initializer**. Glorot's formula assumes an activation with slope 1, but the
#   slope of a sigmoid is at most ¼;
# - **selu**, with the initializer that its theory asks for, `lecun_normal`.
#
# For each recipe and way, we chose the learning rate on the validation images from the same seven
# rates, 0.0005 to 0.032, each twice the one before. The best was never the first or the last. Only
# the sigmoid net with Glorot's weights, trained end to end, did equally badly at all rates.
#
# :::{predict} test MSE | …
# :lowest:
# Three nets of ten layers are trained over equally many steps. Which of them has the
# smallest error on the test images?
#
# - sigmoids with Glorot's weights, layer by layer = sigmoid | greedy
# - sigmoids with Glorot's weights, end to end = sigmoid | end to end, same steps
# - selu, end to end = selu | end to end, same steps
# :::


# %%
def glorot(activation, gain):
    """The activation, and what makes initial weights: Glorot's, `gain` times as large."""
    return activation, lambda: keras.initializers.VarianceScaling(gain**2, "fan_avg", "uniform")


recipes = {
    "sigmoid": glorot("sigmoid", gain=1),
    "sigmoid, gain 4": glorot("sigmoid", gain=4),
    "selu": ("selu", keras.initializers.LecunNormal),
}
ways = {
    "greedy": train_greedily,
    "end to end, same steps": lambda *start: train_end_to_end(*start[:2], steps_epochs, start[2]),
    "end to end, same work": lambda *start: train_end_to_end(*start[:2], work_epochs, start[2]),
}
rates = {"sigmoid": [16e-3, 8e-3, 8e-3], "sigmoid, gain 4": [16e-3, 8e-3, 8e-3], "selu": [4e-3] * 3}
nets = {
    (name, way): [ways[way](recipe, seed, rate) for seed in range(42, 46)]
    for name, recipe in recipes.items()
    for way, rate in zip(ways, rates[name])
}

# %%
X_flat = X_test.reshape(-1, 784)
deep = {key: np.array([mse(net, X_flat) for net in trained]) for key, trained in nets.items()}
rows = {name: {way: Measured(deep[name, way]) for way in ways} for name in recipes}
MeasuredTable(rows, corner="test MSE")

# %%
measured("mean image: test MSE", np.mean((X_flat - X_small.mean(axis=0)) ** 2))
for name in recipes:
    for way in list(ways)[1:]:
        saved = 1 - deep[name, "greedy"] / deep[name, way]
        difference(f"{name}: greedy saves, against {way}", saved, spec="+.1%")

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Error on the test images of a net with ten layers, by recipe and way of training (four seeds each). The dashed line is the error of the mean image. Greedy training helps the sigmoid net most. End to end, this net learns no more than the mean image.", "name": "fig-training-race"}, "image": {"alt": "Three groups of dots on a logarithmic axis. Sigmoid: both end-to-end ways lie on the line of the mean image at about 0.0867, greedy training at about 0.0297. Sigmoid with gain 4: greedy training lies at about 0.0300, end to end at about 0.0311 and about 0.0347. Selu: greedy training at about 0.0207, end to end at about 0.0187 and about 0.0211."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3.8))
line = np.mean((X_flat - X_small.mean(axis=0)) ** 2)
ax.axvline(line, color="0.4", ls="--", lw=1.2)
ax.text(line * 0.97, -0.6, "mean image", color="0.3", ha="right")
for i, name in enumerate(recipes):
    for j, (way, hue) in enumerate(zip(ways, COLORS)):
        x = deep[name, way]
        ax.plot(x, [4 * i + j] * len(x), "o", color=hue, markersize=6)
        right = x.min() > 0.06
        place = {"x": x.min() / 1.06, "ha": "right"} if right else {"x": x.max() * 1.06}
        ax.text(y=4 * i + j, s=way, color=hue, va="center", fontsize=10, **place)
ax.set(xscale="log", xlim=(0.0165, 0.1), ylim=(10.7, -1.2), yticks=[1, 5, 9])
ax.set(xlabel="squared error per pixel (logarithmic)", xticks=[0.02, 0.04, 0.08])
ax.minorticks_off()
ax.grid(axis="y", visible=False)
ax.set_xticklabels(["0.02", "0.04", "0.08"])
_ = ax.set_yticklabels(["sigmoid", "sigmoid,\ngain 4", "selu"])

# %% [markdown]
# {numref}`fig-training-race` shows a different result for each recipe:
#
# - **sigmoid**: end to end the net learns nothing but the mean image, with every seed. Its
#   error is ≈ 0.0867. Greedy training reaches ≈ 0.0297. So the claim of the slide, that a very
#   deep autoencoder can be built layer by layer, is **true** for this recipe.
# - **sigmoid, gain 4**: end to end the same net learns. Greedy training saves ≈ 3.3% of the error
#   over as many steps, and ≈ 13.5% over as much work. Both intervals include 0, so an advantage is
#   **not shown**. But the second saving is above 0 with all three sets of seeds of [the study](how_sure.md),
#   so an advantage is possible.
# - **selu**: end to end it reaches ≈ 0.0187. Greedy training saves
#   ≈ −10.6% over as many steps, and the interval excludes 0: end to end is better. Over as much
#   work (≈ 2.2%) a difference is not shown.
#
# So the initial scale decides whether the sigmoid net learns end to end in at most ten epochs. This
# lesson does not test longer training.
#
# ## What does the scale change?

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Five test images, and what three of the nets make of them. Trained end to end, the sigmoid net gives the same picture for every image.", "name": "fig-training-collapse"}, "image": {"alt": "Four rows of five images: the originals; below them the sigmoid net trained end to end, which shows the same gray blur for every image; the same net trained greedily, and the sigmoid net with gain 4 trained end to end, which both show blurred clothes."}}
rows = {"original": X_test[:5]}
for label, key in [
    ("sigmoid,\nend to end", ("sigmoid", "end to end, same steps")),
    ("sigmoid,\ngreedy", ("sigmoid", "greedy")),
    ("gain 4,\nend to end", ("sigmoid, gain 4", "end to end, same steps")),
]:
    rows[label] = nets[key][0](X_flat[:5]).numpy().reshape(-1, 28, 28)
_ = plot_image_rows(rows)

# %% [markdown]
# In {numref}`fig-training-collapse`, the net with Glorot's weights fails end to end. A likely
# reason can be seen before training: how much do the 30 codings of a *new* net differ from
# image to image?


# %%
def spread_of_codings(recipe, seed):
    keras.utils.set_random_seed(seed)
    encoders, _ = new_layers(*recipe)
    codings = sandwich(encoders, [])(X_flat).numpy().astype(float)  # the spread is tiny
    return codings.std(axis=0).mean()


for name, recipe in recipes.items():
    spreads = [spread_of_codings(recipe, seed) for seed in SEEDS]
    measured(f"{name}: standard deviation of a coding, new net", spreads, ".5f")

# %% [markdown]
# The slope of a sigmoid is at most ¼, so with Glorot's weights each layer shrinks the differences
# between images on the way forward, and the gradient on the way back. After five layers the
# standard deviation of a coding is only ≈ 0.00034. The decoder receives nearly a constant,
# and the best answer to a constant is the mean image. With weights four times as large, the
# standard deviation is ≈ 0.03143, and the net learns.
#
# A phase has only two layers, which shrink the differences much less. This may be one reason why
# layerwise training helped deep nets around 2006 {cite}`hinton2006,bengio2007`.
#
# :::{admonition} Takeaways
# :class: tip
# - A tied decoder reuses the encoder's kernels, transposed. This halves the kernel
#   parameters, and the gradient is the sum of the encoder's and the decoder's.
# - Tying acts as a regularizer: with 1,000 images it saves ≈ 8.4% of
#   the error. With 55,000 images a saving is not shown.
# - Compare ways of training with equally many steps *and* with equally many multiplications.
# - With Glorot's weights and few epochs, this deep sigmoid net learns only layer by layer. With
#   gain 4, or with `selu`, it also learns end to end. So check the initial scale before you blame
#   a method.
# :::
#
# ## Exercises
#
# :::{admonition} Exercise 1 — a linear tied autoencoder
# :class: exercise
# Build a *linear* tied autoencoder with 30 codings and train it on `X_small`. Which
# property do the columns of its kernel $W$ acquire, although the loss does not ask for it?
# (Look at $W^\top W$.)
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 1", "code_prompt_hide": "Hide solution 1"}
keras.utils.set_random_seed(42)
dense = keras.layers.Dense(30, kernel_initializer="lecun_normal")
linear_ae = keras.Sequential([keras.Input((784,)), dense, DenseTranspose(dense)])


def off_identity():
    W = dense.get_weights()[0]
    return np.abs(W.T @ W - np.eye(30)).mean()


measured("mean |WᵀW − 1| before training", off_identity(), ".3f")
fit_autoencoder(linear_ae, X_small, epochs=20, batch_size=40, learning_rate=1e-2)
measured("mean |WᵀW − 1| after training", off_identity())
measured("linear, tied: validation MSE", mse(linear_ae, X_valid.reshape(-1, 784)))

# %% [markdown]
# :::{admonition} Answer to exercise 1
# :class: dropdown
# They become orthonormal: $W^\top W$ is the identity to within ≈ 0.0001 on average.
# Apart from the biases, the net returns $W W^\top x$. Among all such maps the squared error is
# least for a projection on the subspace of the first principal components {cite}`baldi1989`, and a
# projection of the form $W W^\top$ needs orthonormal columns.
# :::
#
# :::{admonition} Exercise 2 — what does a gain do through five layers?
# :class: exercise
# How many times as large is the standard deviation of a coding in a new sigmoid net, if you
# double the gain from 0.5 to 1, from 1 to 2, and so on up to 8? (To check: as long as a sigmoid
# is nearly a straight line, each of the five layers contributes a factor of 2.)
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 2", "code_prompt_hide": "Hide solution 2"}
spread = {}
for gain in (0.5, 1, 2, 4, 8):
    recipe = glorot("sigmoid", gain)
    spread[gain] = np.array([spread_of_codings(recipe, seed) for seed in SEEDS])
for gain in (0.5, 1, 2, 4):
    factor = spread[2 * gain] / spread[gain]
    measured(f"spread of a coding, gain {2 * gain:g} against {gain:g}, factor", factor, ".1f")

# %% [markdown]
# :::{admonition} Answer to exercise 2
# :class: dropdown
# From 0.5 to 1 the factor is ≈ 24.7, below
# 2 × 2 × 2 × 2 × 2 = 32. Then it becomes smaller, down to
# ≈ 3.0: with larger weights, more and more units
# work where the sigmoid is flat.
# :::
#
# :::{admonition} Exercise 3 — the slope or the saturation?
# :class: exercise
# At 0, `tanh` has slope 1, as Glorot's formula assumes. But like the sigmoid, it is flat far
# from 0. How much do the codings of a new net with `tanh` and gain 1 differ? Predict whether it
# learns more than the mean image, and train it end to end.
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 3", "code_prompt_hide": "Hide solution 3"}
tanh = glorot("tanh", gain=1)
spreads = [spread_of_codings(tanh, seed) for seed in SEEDS]
measured("tanh: standard deviation of a coding, new net", spreads)
tanh_net = train_end_to_end(tanh, 42, work_epochs, rate=4e-3)
measured("tanh, end to end: test MSE", mse(tanh_net, X_flat))

# %% [markdown]
# :::{admonition} Answer to exercise 3
# :class: dropdown
# Their standard deviation is ≈ 0.2153, and the net learns: its error is ≈ 0.0423. So neither
# the depth nor the flat ends of the curve alone stop a net.
# :::
#
# ## Further reading
#
# - {cite:t}`hinton2006`: deep autoencoders by layerwise pretraining (with Boltzmann
#   machines) and fine-tuning.
# - {cite:t}`bengio2007`: the same with autoencoders for the layers, and why it helps.
# - {cite:t}`glorot2010`: why deep sigmoid nets got stuck, and an initializer for `tanh`.
# - {cite:t}`vincent2010`: stacked *denoising* autoencoders, with tied weights.
