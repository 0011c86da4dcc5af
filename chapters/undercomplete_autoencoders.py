# %% [markdown]
# # Copy through a bottleneck, and see what is kept
#
# A net that only has to repeat its input sounds useless. What happens when it must do
# so through a **bottleneck**, a layer of only a few numbers?
#
# - **What you'll do**: train autoencoders on sequences that are determined by two
#   numbers, compare a linear net with principal component analysis (PCA) on
#   Fashion-MNIST {cite}`xiao2017`, and put a frame around the pictures to see what five
#   numbers keep.
# - **What you'll learn**: the words *encoder*, *codings*, *decoder*, *reconstruction*,
#   *undercomplete*; how many codings a pattern needs; what a linear autoencoder shares
#   with PCA; and what “the most important features” are.
# - **What you'll need**: dense layers, gradient descent, and the idea of PCA.
#
# *Slides covered: “Autoencoders” (“Example:”, “Remarks:”).*

# %%
from lecture6_utils.reproducibility import make_reproducible  # before keras

import keras
import matplotlib.pyplot as plt
import numpy as np
from scipy.linalg import subspace_angles
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier

from lecture6_utils.datasets import load_fashion_mnist
from lecture6_utils.measurement import Measured, MeasuredTable, difference, measured
from lecture6_utils.plotting import COLORS, WIDTH, plot_image_rows, set_style
from lecture6_utils.training import fit, fit_autoencoder

make_reproducible("undercomplete_autoencoders")
set_style()

# %% [markdown]
# ## Which sequence is easier to remember?
#
# Look at each of the slide's two sequences for a few seconds, then look away.

# %%
sequence_1 = np.array([5, 7, 3, 5, 8, 9, 67, 5, 3, 12, 3, 5, 6])
sequence_2 = np.arange(70, 27, -2)
for sequence in (sequence_1, sequence_2):
    print(f"{len(sequence)} numbers:", *sequence)
    print("   steps between neighbors:", *np.unique(np.diff(sequence)))

# %% [markdown]
# The second sequence is longer, yet most of us find it easier, because all its steps are equal.
# Three facts (start at 70, go down by 2, stop after 22) are enough to rebuild it. The first
# sequence has no such rule, so all its 13 numbers must be kept. Chess masters use patterns, too:
# they recall positions from real games after a short look, but randomly placed pieces hardly better
# than a beginner {cite}`chase1973`.
#
# ## What is an autoencoder?
#
# An autoencoder is a net that has to find such a pattern. It has two parts
# ({numref}`fig-undercomplete-diagram`):
#
# - the **encoder** turns the inputs into the **codings**, its internal representation;
# - the **decoder** turns the codings into outputs, called **reconstructions**.
#
# The target is the input itself. The **reconstruction loss** measures how far the
# reconstructions are from the inputs; ours is the mean squared error (MSE). If there
# are fewer codings than inputs, the autoencoder is **undercomplete**: it cannot pass
# everything on, so it has to choose.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "An undercomplete autoencoder: six inputs must pass through two codings to come out as reconstructions.", "name": "fig-undercomplete-diagram"}, "image": {"alt": "Diagram of a net from left to right: six circles labeled inputs are all connected to two circles labeled codings, and these to six circles labeled reconstructions; the first set of connections is labeled encoder, the second decoder, and an arrow between inputs and reconstructions is labeled reconstruction loss."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3.7))
columns = [(0, 6, "inputs"), (5, 2, "codings"), (10, 6, "reconstructions")]
heights = {n: np.arange(n) - (n - 1) / 2 for n in (2, 6)}
for (x0, n0, _), (x1, n1, _) in zip(columns, columns[1:]):
    for y0 in heights[n0]:
        for y1 in heights[n1]:
            ax.plot([x0, x1], [y0, y1], color="0.55", lw=1, zorder=1)
for (x, n, name), hue in zip(columns, COLORS):
    ax.scatter([x] * n, heights[n], s=230, color=hue, zorder=2)
    ax.text(x, heights[n].max() + 0.5, name, ha="center", va="bottom", color=hue)
for x, name in [(2.5, "encoder"), (7.5, "decoder")]:
    ax.text(x, -2.55, name, ha="center", va="top")
arrow = {"arrowstyle": "<->", "color": "0.3"}
ax.annotate("", (0, -3.35), (10, -3.35), arrowprops=arrow)
ax.text(5, -3.45, "reconstruction loss: how far apart?", ha="center", va="top")
ax.set(xlim=(-1.9, 12.1), ylim=(-4.2, 3.6))
_ = ax.axis("off")

# %% [markdown]
# ## How do we make the example measurable?
#
# One sequence alone proves nothing: a decoder could store it in its own biases and use no codings
# at all. So we use three **families** of sequences of 13 numbers. Nets are trained on some members
# and tested on others:
#
# - **lines**, like Sequence 2: random start, random step;
# - **waves**: random period, random shift;
# - **shuffled**, like Sequence 1: the same lines, but in each of the 13 places the
#   numbers are shuffled among the sequences. Each place has exactly the same numbers as
#   before; only the pattern *across* places is gone.
#
# The **intrinsic dimension** of a family is how many numbers determine a member: 2 for
# lines, 2 for waves, 13 for shuffled sequences.


# %%
def lines(rng, n):
    start, step = rng.uniform(0, 100, (n, 1)), rng.uniform(-5, 5, (n, 1))
    return start + step * np.arange(13)


def waves(rng, n):
    period, shift = rng.uniform(6, 18, (n, 1)), rng.uniform(0, 1, (n, 1))
    return 50 + 35 * np.sin(2 * np.pi * (np.arange(13) / period + shift))


def shuffled(rng, n):
    return rng.permuted(lines(rng, n), axis=0)


def scaled(sequences):
    return ((sequences - 50) / 35).astype("float32")


# %% [markdown]
# The first autoencoder has two codings, because two numbers determine a line. We
# compile it with the squared error and train it with the inputs as targets.


# %%
def build(n_codings, seed):
    keras.utils.set_random_seed(seed)
    selu = {"activation": "selu", "kernel_initializer": "lecun_normal"}
    return keras.Sequential(
        [
            keras.Input((13,)),
            keras.layers.Dense(64, **selu),  # encoder
            keras.layers.Dense(64, **selu),
            keras.layers.Dense(n_codings),
            keras.layers.Dense(64, **selu),  # decoder
            keras.layers.Dense(64, **selu),
            keras.layers.Dense(13),
        ]
    )


X_lines = scaled(lines(np.random.default_rng(0), 10_000))
autoencoder = build(n_codings=2, seed=0)
autoencoder.compile(loss="mse", optimizer=keras.optimizers.Adam(3e-3))
history = autoencoder.fit(X_lines, X_lines, epochs=3, batch_size=64, verbose=0)
for epoch in (1, 3):
    measured(f"lines, epoch {epoch}: training MSE", history.history["loss"][epoch - 1])

# %% [markdown]
# From here on the helper `fit_autoencoder` compiles and trains. It does the same more quickly, and
# it lets the learning rate fall to 0 ([the lesson on stacked
# autoencoders](stacked_autoencoders.ipynb) looks inside). What do three such nets return for the
# slide's sequences?

# %%
seeds = [0, 1, 2]
slide = np.stack([sequence_1, sequence_2[:13]])
rebuilt = []
for seed in seeds:
    autoencoder = build(2, seed)
    fit_autoencoder(autoencoder, X_lines, epochs=8)
    rebuilt.append(50 + 35 * autoencoder.predict(scaled(slide), verbose=0))
errors = np.sqrt(np.mean((np.array(rebuilt) - slide) ** 2, axis=2))
measured("Sequence 1: error", errors[:, 0], ".0f")
measured("Sequence 2, first 13: error", errors[:, 1], ".1f")

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The slide's two sequences (dots; of the second, the first 13 numbers) and what autoencoders trained only on lines return (curves, one per seed): nearly straight lines in both cases.", "name": "fig-undercomplete-sequences"}, "image": {"alt": "Two panels of 13 places each. Left: the dots of Sequence 1 lie between 3 and 12, with an outlier at 67; the three nets answer with nearly straight lines, two above all dots but the outlier and one below all dots. Right: the dots of Sequence 2 fall on a straight line from 70 to 46, and all three curves pass through them."}}
fig, axes = plt.subplots(1, 2, figsize=(WIDTH, 2.7), sharey=True)
place = np.arange(1, 14)
for i, ax in enumerate(axes):
    for sequences in rebuilt:
        ax.plot(place, sequences[i], color=COLORS[2], lw=1.5)
    ax.plot(place, slide[i], "o", color=COLORS[0], markersize=5)
    ax.set(title=f"Sequence {i + 1}", xlabel="place", xticks=[1, 5, 9, 13])
axes[1].text(8.6, 60, "input", color=COLORS[0])
axes[1].text(1, 40, "reconstruction", color=COLORS[2])
_ = axes[0].set(ylabel="number", ylim=(-45, 82))

# %% [markdown]
# The nets were trained on neither sequence. They return the second one with an error of ≈ 0.6 (root
# mean square, in units of the sequence). For the first one they return nearly straight lines
# ({numref}`fig-undercomplete-sequences`), with an error of ≈ 35. The three lines differ: no net was
# trained on such sequences.
#
# ## How many codings does a family need?
#
# Now we train nets with 1, 2, 4 and 13 codings on each family, with three seeds (new data and new
# weights), and measure the error on 2,000 held-out sequences. The rival is PCA, the best *linear*
# way to keep *k* numbers.
#
# :::{predict} error left with 2 codings | waves | PCA
# :slider: 0 to 100 by 1%
# Two numbers determine a wave: its period and its shift. PCA keeps two numbers of each wave. How
# much of the error does it leave? (If it always answered the mean wave, that would be 100%.)
# :::


# %%
code_sizes = [1, 2, 4, 13]


def errors_left(family, seed, code_sizes):
    """Of PCA with 1 … 13 components and of each net, as a part of the mean sequence's error."""
    rng = np.random.default_rng(seed)
    X, X_new = scaled(family(rng, 10_000)), scaled(family(rng, 2_000))
    total = np.mean((X_new - X.mean(axis=0)) ** 2)
    Z = PCA().fit(X).transform(X_new)
    pca_errors = [np.sum(Z[:, k:] ** 2) / Z.size / total for k in range(1, 14)]
    net_errors = []
    for k in code_sizes:
        net = build(k, seed)
        fit_autoencoder(net, X, epochs=8)
        net_errors.append(np.mean((net(X_new) - X_new) ** 2) / total)
    return pca_errors, net_errors


pca_left, net_left = {}, {}  # per family: seeds × code sizes
families = {"lines": lines, "waves": waves, "shuffled": shuffled}
for name, family in families.items():
    runs = [errors_left(family, seed, code_sizes) for seed in seeds]
    pca_left[name], net_left[name] = map(np.array, zip(*runs))

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Held-out error against code size, as a part of the error made by always answering the mean sequence; means over three seeds. PCA has a value at each size, the nets were trained at four of them. The net is far ahead of PCA for the waves only.", "name": "fig-undercomplete-families"}, "image": {"alt": "Three panels over code sizes from 1 to 13. Lines: net and PCA leave about 6% and about 7% with 1 coding, and almost nothing with 2. Waves: with 2 codings the net leaves about 3%, PCA about 28%; PCA reaches 0 at 6. Shuffled: both fall slowly together, from about 85% and about 87% with 1 coding to about 57% with 4."}}
fig, axes = plt.subplots(1, 3, figsize=(WIDTH, 2.8), sharey=True)
for ax, name in zip(axes, families):
    ax.plot(range(1, 14), 100 * pca_left[name].mean(axis=0), color=COLORS[0])
    ax.plot(code_sizes, 100 * net_left[name].mean(axis=0), "o", color=COLORS[2], markersize=6)
    ax.set(title=name, xticks=[1, 4, 7, 10, 13])
axes[1].text(2.6, 32, "PCA", color=COLORS[0])
axes[2].text(13.4, 92, "autoencoder", color=COLORS[2], ha="right")
axes[0].set(ylabel="error left (%)", ylim=(-4, 100))
_ = axes[1].set_xlabel("code size")

# %%
MeasuredTable(
    {
        name: {
            "PCA": Measured(pca_left[name][:, 1], ".2%"),
            "autoencoder": Measured(net_left[name][:, 1], ".2%"),
        }
        for name in families
    },
    corner="error left with 2 codings",
)

# %%
difference(
    "waves, 2 codings: PCA − autoencoder", pca_left["waves"][:, 1], net_left["waves"][:, 1], "+.1%"
)
difference(
    "autoencoder, 2 codings: shuffled − lines",
    net_left["shuffled"][:, 1],
    net_left["lines"][:, 1],
    "+.1%",
)
difference(
    "shuffled, 1 coding: PCA − autoencoder",
    pca_left["shuffled"][:, 0],
    net_left["shuffled"][:, 0],
    "+.1%",
)
enough = 1 + np.argmax(pca_left["waves"] < 0.01, axis=1)
measured("waves: components that leave less than 1%", enough, ".0f")

# %% [markdown]
# {numref}`fig-undercomplete-families` and these numbers show how many codings a family needs:
#
# - **Lines** need two codings. A line is a *linear* function of start and step, so two components
#   of PCA rebuild it exactly. The net does so nearly.
# - **Waves** nearly fit into two codings, but only in a net: it leaves ≈ 2.82% of the error, PCA
#   ≈ 27.74%. All waves together form a curved surface. A net can follow it; PCA needs a flat space
#   that contains it. PCA leaves less than 1% with ≈ 6 components. The net with 2 leaves more.
# - **Shuffled** sequences have no pattern across places. The error falls slowly, and PCA needs all
#   13 components.
#
# All three intervals, over three seeds, exclude 0. The third shows that with one coding the net
# leaves a little less *error* on shuffled sequences than PCA. As this one number grows, the output
# of the decoder can move along a curve through all 13 dimensions. A curve with enough turns comes
# close to every sequence, so in theory the intrinsic dimension is not a strict limit.
#
# ## What does a linear autoencoder learn?
#
# The simplest net for pictures of 784 pixels has one layer in, one layer out and no
# activation. We give it ten codings.

# %%
(X_train, y_train), (X_valid, y_valid), (X_test, y_test) = load_fashion_mnist()
X_train, X_valid, X_test = (X.reshape(len(X), 784) for X in (X_train, X_valid, X_test))
pca = PCA(n_components=10).fit(X_train)


def mse(X, rebuilt):
    return float(np.mean((X - rebuilt) ** 2))


def linear_autoencoder(seed):
    keras.utils.set_random_seed(seed)
    decoder = keras.layers.Dense(784)
    autoencoder = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10), decoder])
    fit_autoencoder(autoencoder, X_train, epochs=10)
    return autoencoder, decoder.kernel.numpy()  # 10 × 784


linear = [linear_autoencoder(seed) for seed in seeds]
pca_mse = mse(X_valid, pca.inverse_transform(pca.transform(X_valid)))
linear_mse = [mse(X_valid, net(X_valid).numpy()) for net, _ in linear]
measured("PCA, 10 components: validation MSE", pca_mse)
measured("linear autoencoder, 10 codings: validation MSE", linear_mse)

# %% [markdown]
# The errors are nearly equal. But do the two methods keep the same thing? Each spans a
# 10-dimensional subspace of the 784-dimensional space of pictures: PCA by its components, the net
# by the rows of the decoder's kernel. **Principal angles** measure how far apart two subspaces are.
# If all are 0°, the subspaces are the same; 90° means that a direction in one is at right angles to
# all of the other.


# %%
def angles(A, B):
    return np.degrees(subspace_angles(A.T, B.T))


largest = [angles(kernel, pca.components_).max() for _, kernel in linear]
measured("largest of the 10 angles, net to PCA (degrees)", largest, ".1f")
rng = np.random.default_rng(0)
smallest = angles(rng.normal(size=(10, 784)), pca.components_).min()
print(f"for scale, a random subspace: smallest angle {smallest:.0f} degrees")

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The first five of PCA's components, the decoder's first five rows, and the net's best combinations of its ten rows to match the components. White is negative, black positive, each picture on its own scale. None of the net's rows shown is a component, but the combinations nearly are.", "name": "fig-undercomplete-components"}, "image": {"alt": "Three rows of five blurred gray pictures that resemble clothes. The top row, PCA, and the bottom row, the matched net, look the same; the middle row, the net's own pictures, shows mixtures of shoes, shirts and trousers that match none of them."}}
kernel, components = linear[0][1], pca.components_[:5]
basis = np.linalg.qr(kernel.T)[0].T  # an orthonormal basis of the net's subspace
matched = components @ basis.T @ basis


def on_gray(rows):
    largest = np.abs(rows).max(axis=1, keepdims=True)
    return (0.5 + 0.5 * rows / largest).reshape(-1, 28, 28)


_ = plot_image_rows(
    {
        "PCA": on_gray(components),
        "net": on_gray(kernel[:5]),
        "matched": on_gray(matched),
    }
)

# %% [markdown]
# The subspaces agree to within about a degree, from three random starts. The net does not find
# PCA's *basis*, however: its codings are a mixture of the principal components
# ({numref}`fig-undercomplete-components`), because the loss is the same for every basis of the
# subspace. {cite:t}`baldi1989` proved that a linear autoencoder that reaches a minimum of the loss
# has PCA's subspace. PCA finds it by a single matrix decomposition, so for a *linear* bottleneck
# use PCA.
#
# ## The most important features, but important to whom?
#
# The slide says that an undercomplete net has to learn the most important features. To
# test what counts as important, we put a frame around each picture, 3 pixels wide; each
# of its four sides gets a random gray level. These four numbers say nothing about the
# clothes, but many pixels depend on them. The net is 784-100-5-100-784, with `selu` in
# the layers of 100 and a sigmoid at the end.
#
# The frame also *hides* 300 of the 784 pixels. So we need a control: a frame that hides
# the same pixels but is the same gray in each picture, so that there is nothing to remember.
# Besides these two nets, one sees no frame, and one sees the random frame but has targets with the
# gray one. Its loss does not ask for the random frame.


# %%
def framed(X, rng=None):
    """Gray frames; with a generator, each side of each frame has its own random level."""
    images = X.reshape(-1, 28, 28).copy()
    levels = rng.uniform(size=(4, len(X), 1, 1)) if rng else np.full((4, 1, 1, 1), 0.5)
    top, bottom, left, right = levels
    images[:, :, :3], images[:, :, -3:] = left, right
    images[:, :3], images[:, -3:] = top, bottom
    return images.reshape(-1, 784)


gray, gray_valid = framed(X_train), framed(X_valid)
random, random_valid = framed(X_train, rng), framed(X_valid, rng)
arms = {  # inputs and targets; validation inputs
    "no frame": (X_train, X_train, X_valid),
    "gray frame": (gray, gray, gray_valid),
    "random frame": (random, random, random_valid),
    "random frame, gray target": (random, gray, random_valid),
}


def train(inputs, targets, seed):
    keras.utils.set_random_seed(seed)
    selu = {"activation": "selu", "kernel_initializer": "lecun_normal"}
    encoder = keras.Sequential(
        [keras.Input((784,)), keras.layers.Dense(100, **selu), keras.layers.Dense(5)]
    )
    decoder = keras.Sequential(
        [
            keras.Input((5,)),
            keras.layers.Dense(100, **selu),
            keras.layers.Dense(784, activation="sigmoid"),
        ]
    )
    net = keras.Sequential([encoder, decoder])
    n_steps = 3 * -(-len(inputs) // 128)
    rate = keras.optimizers.schedules.CosineDecay(3e-3, n_steps)
    net.compile(loss="mse", optimizer=keras.optimizers.Adam(rate))
    fit(net, inputs, targets, epochs=3, batch_size=128)
    return encoder, net


nets = {
    name: [train(inputs, targets, seed) for seed in seeds]
    for name, (inputs, targets, _) in arms.items()
}

# %% [markdown]
# We ask two questions about the five codings. How well do they rebuild the pixels inside
# the frame? And do they still tell what the picture shows? For each validation picture
# we find the 10 of 10,000 training pictures whose codings are nearest, and predict the
# class that most of them have (kNN). No net has seen a label.
#
# :::{predict} kNN accuracy: random frame, gray target − gray frame
# One net gets pictures in *random* frames, another pictures in gray frames. Both have targets with
# the gray frame. The codings of which net have the better kNN accuracy?
#
# - those of the net with random frames = over 0
# - those of the net with gray frames = under 0
# - a difference is not shown = not shown
# :::

# %%
inside = np.zeros((28, 28), bool)
inside[3:-3, 3:-3] = True
inside = inside.ravel()


def knn_accuracy(encoder, X, X_new, y_new):
    knn = KNeighborsClassifier(10).fit(encoder(X[:10_000]).numpy(), y_train[:10_000])
    return knn.score(encoder(X_new).numpy(), y_new)


accuracy, inside_mse = {}, {}
for name, (X, _, X_new) in arms.items():
    accuracy[name] = [knn_accuracy(encoder, X, X_new, y_valid) for encoder, _ in nets[name]]
    inside_mse[name] = [
        mse(X_valid[:, inside], net(X_new).numpy()[:, inside]) for _, net in nets[name]
    ]

MeasuredTable(
    {
        name: {
            "MSE inside": Measured(inside_mse[name]),
            "kNN accuracy": Measured(accuracy[name], ".3f"),
        }
        for name in arms
    },
    corner="5 codings",
)

# %%
for one, other in [
    ("gray frame", "no frame"),
    ("random frame", "gray frame"),
    ("random frame, gray target", "gray frame"),
]:
    difference(f"kNN accuracy: {one} − {other}", accuracy[one], accuracy[other])


def frame_kept(rebuilt):
    """The part of the frame's variance that is not lost."""
    frame, mean = random_valid[:, ~inside], random[:, ~inside].mean(axis=0)
    return 1 - mse(frame, rebuilt[:, ~inside]) / mse(frame, mean)


kept = [frame_kept(net(random_valid).numpy()) for _, net in nets["random frame"]]
measured("random frame: part of the frame's variance kept", kept, ".1%")


# %% tags=["hide-input"] mystnb={"figure": {"caption": "Validation pictures in a random frame, and what two nets rebuild from five codings: one whose targets have the same frame, and one whose targets have a gray frame. The first net rebuilds top and bottom of the frame, but does not tell left from right, and rebuilds the clothes worse.", "name": "fig-undercomplete-frame"}, "image": {"alt": "Three rows of six pictures of clothes. Top: each in a frame whose four sides have different gray levels. Middle: top and bottom come back with nearly their gray levels, left and right nearly alike, the clothes only as blurred shapes. Bottom: all frames are the same gray, and the clothes are a little clearer than in the middle row."}}
def rebuild(name):
    return nets[name][0][1].predict(random_valid[:6], verbose=0).reshape(-1, 28, 28)


_ = plot_image_rows(
    {
        "input": random_valid[:6].reshape(-1, 28, 28),
        "random\ntarget": rebuild("random frame"),
        "gray\ntarget": rebuild("random frame, gray target"),
    }
)

# %% [markdown]
# The three intervals are over seeds ({numref}`fig-undercomplete-frame` shows the
# pictures):
#
# - **Hiding the border costs a little**: the gray frame changes the accuracy by ≈ −0.030.
#   Only what is lost beyond this is due to the random levels.
# - **The random frame costs much more**: another ≈ −0.132. Both intervals exclude 0. The five
#   codings now keep ≈ 81.7% of the frame's variance, and the clothes are rebuilt worse. What the
#   codings hold of the frame may also disturb kNN.
# - **If the loss does not ask for the frame, no cost is shown**: with gray targets the
#   interval includes 0, although the inputs have the same random frames.
#
# So here the loss decides what is kept. The slide's remark is true in this sense: the net learns
# the features that lower the *reconstruction loss* most. Whether they matter to you depends
# on your data and on your loss. (A net whose input is disturbed and whose target is clean
# is called a *denoising* autoencoder {cite}`vincent2010`.)
#
# ## And on pictures nobody looked at?
#
# We use the test set once, here.

# %%
test_inputs = {"gray frame": framed(X_test), "random frame": framed(X_test, rng)}
test_inputs["random frame, gray target"] = test_inputs["random frame"]
test_accuracy = {
    name: [knn_accuracy(encoder, arms[name][0], X_new, y_test) for encoder, _ in nets[name]]
    for name, X_new in test_inputs.items()
}
for name in ["random frame", "random frame, gray target"]:
    difference(f"test: {name} − gray frame", test_accuracy[name], test_accuracy["gray frame"])

# %% [markdown]
# Both results agree with those on the validation pictures.
#
# :::{admonition} Takeaways
# :class: tip
# - An autoencoder returns its input: inputs → encoder → codings → decoder →
#   reconstructions, trained on the reconstruction loss. With fewer codings than inputs
#   it is undercomplete.
# - What matters is the pattern, not the length: with 2 codings a net rebuilds lines and, nearly,
#   waves, but not shuffled sequences. PCA finds only flat patterns: for waves it needs ≈ 6
#   components.
# - A linear autoencoder finds PCA's subspace, to ≈ 0.5 degrees, but not its basis.
# - The “most important” features are those that lower the loss most, even if they belong
#   to a random frame. To measure what a feature costs, compare with a control that
#   hides the same pixels.
# :::
#
# ## Exercises
#
# :::{admonition} Exercise 1 — a third number
# :class: exercise
# Give each wave a random height between 5 and 35 as well. How many codings will the net
# need now? How many components will PCA need? Decide before you measure.
# :::


# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 1", "code_prompt_hide": "Hide solution 1"}
def waves_of_any_height(rng, n):
    return 50 + rng.uniform(5, 35, (n, 1)) / 35 * (waves(rng, n) - 50)


runs = [errors_left(waves_of_any_height, seed, [2, 3]) for seed in seeds]
by_pca, by_net = map(np.array, zip(*runs))
measured("any height, net with 2 codings: error left", by_net[:, 0], ".1%")
measured("any height, net with 3 codings: error left", by_net[:, 1], ".1%")
enough = 1 + np.argmax(by_pca < 0.01, axis=1)
measured("any height: components that leave less than 1%", enough, ".0f")

# %% [markdown]
# :::{admonition} Answer to exercise 1
# :class: dropdown
# Three numbers determine a wave now, and the net can use a third coding: it leaves ≈ 3.0%
# instead of ≈ 17.2%. PCA needs as many components as before (≈ 6). A wave of another height
# is a multiple of a wave that its flat space already contains.
# :::
#
# :::{admonition} Exercise 2 — does PCA keep the frame, too?
# :class: exercise
# Fit a PCA with five components to the pictures in random frames. What share of the
# frame's variance does it keep? Why?
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 2", "code_prompt_hide": "Hide solution 2"}
five = PCA(n_components=5).fit(random)
rebuilt = five.inverse_transform(five.transform(random_valid))
measured("PCA, 5 components: part of the frame's variance kept", frame_kept(rebuilt), ".1%")

# %% [markdown]
# :::{admonition} Answer to exercise 2
# :class: dropdown
# It keeps ≈ 78.0%. PCA minimizes the same squared error, and each side of the frame moves
# 66 or 84 pixels together. Only the first components of the clothes have more variance.
# :::
#
# :::{admonition} Exercise 3 — a bottleneck against noise
# :class: exercise
# Add normal noise of standard deviation 10 to every number of the lines, and train the net with 2
# codings on the noisy lines only. How much of the noise (as squared error, against the *clean*
# lines) is left in its reconstructions of new noisy lines? What would you expect from 2 codings for
# 13 numbers?
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 3", "code_prompt_hide": "Hide solution 3"}
rng = np.random.default_rng(0)
clean = lines(rng, 12_000)
noisy = clean + rng.normal(0, 10, clean.shape)
X_noisy, X_new, X_clean = scaled(noisy[:10_000]), scaled(noisy[10_000:]), clean[10_000:]
noise = mse(noisy[10_000:], X_clean)
by_net = []
for seed in seeds:
    net = build(2, seed)
    fit_autoencoder(net, X_noisy, epochs=8)
    by_net.append(mse(50 + 35 * net(X_new).numpy(), X_clean) / noise)
line_pca = PCA(2).fit(X_noisy)
outputs = line_pca.inverse_transform(line_pca.transform(X_new))
by_pca = mse(50 + 35 * outputs, X_clean) / noise
measured("part of the noise that the net lets through", by_net, ".1%")
measured("part of the noise that PCA lets through", by_pca, ".1%")
print(f"2 / 13 = {2 / 13:.1%}")

# %% [markdown]
# :::{admonition} Answer to exercise 3
# :class: dropdown
# The net lets ≈ 17.6% of the noise through, PCA ≈ 15.3%. Noise spreads over all 13 directions
# alike, but the lines fill only 2 of them, and PCA removes what lies outside these 2. So its share
# is 2/13.
# :::
#
# ## Further reading
#
# - {cite:t}`baldi1989`: why a linear autoencoder finds PCA's subspace, and has no false minima.
# - {cite:t}`bourlard1988`: with linear outputs, a net whose only nonlinear layer is the
#   codings cannot beat PCA either; it takes more layers.
# - {cite:t}`vincent2010`: autoencoders that must repair their input.
# - {cite:t}`chase1973`: the chess masters and their memory for patterns.
