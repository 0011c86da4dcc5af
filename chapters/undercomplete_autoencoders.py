# %% [markdown]
# # Copy through a bottleneck, and see what is kept
#
# A net that only has to repeat its input sounds useless. What happens when it must do
# so through a layer of only a few numbers?
#
# - **What you'll do**: turn the lecture's two number sequences into an experiment,
#   build your first autoencoder for it, then squeeze Fashion-MNIST {cite}`xiao2017`
#   into 2 to 100 numbers with a linear net, a deep net and principal component analysis
#   (PCA).
# - **What you'll learn**: the words *encoder*, *codings*, *decoder*, *reconstruction*,
#   *undercomplete*; when a net beats PCA and when it does not; and what “the most
#   important features” are.
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
from lecture6_utils.training import fit_autoencoder

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
# The second sequence is longer, yet most of us find it easier: it has 22 numbers, but
# only one step. Three facts (start at 70, go down by 2, stop after 22) are enough to
# rebuild it. The first sequence has no such rule, so all its 13 numbers must be kept.
# Chess masters do the same: they recall positions from real games at a glance, but
# randomly placed pieces hardly better than a beginner {cite}`chase1973`.
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
# One sequence alone proves nothing: a decoder could store it in its own biases and use
# no codings at all. Only a whole **family** of sequences can be easy or hard: the net
# is trained on some members and tested on others. We take three families of 13 numbers
# each:
#
# - **lines**, like Sequence 2: random start, random step;
# - **shuffled**, like Sequence 1: the same lines, but in each of the 13 places the
#   numbers are shuffled among the sequences. Each place has exactly the same numbers as
#   before; only the pattern *across* places is gone;
# - **waves**: random period, random shift.
#
# A line is determined by two numbers, and so is a wave: the **intrinsic dimension** of
# these families is 2. That of the shuffled sequences is 13.


# %%
def lines(rng, n):
    start, step = rng.uniform(0, 100, (n, 1)), rng.uniform(-5, 5, (n, 1))
    return start + step * np.arange(13)


def shuffled(rng, n):
    return rng.permuted(lines(rng, n), axis=0)


def waves(rng, n):
    period, shift = rng.uniform(6, 18, (n, 1)), rng.uniform(0, 1, (n, 1))
    return 50 + 35 * np.sin(2 * np.pi * (np.arange(13) / period + shift))


def scaled(sequences):
    return ((sequences - 50) / 35).astype("float32")


# %% [markdown]
# Our autoencoder has two codings, because two numbers determine a line. The helper
# `fit_autoencoder` compiles it with the squared error and trains it with the inputs as
# targets ([the lesson on stacked autoencoders](stacked_autoencoders.ipynb) looks
# inside).


# %%
def build(n_codings, seed):
    keras.utils.set_random_seed(seed)
    selu = {"activation": "selu", "kernel_initializer": "lecun_normal"}
    encoder = keras.Sequential(
        [
            keras.Input((13,)),
            keras.layers.Dense(64, **selu),
            keras.layers.Dense(64, **selu),
            keras.layers.Dense(n_codings),
        ]
    )
    decoder = keras.Sequential(
        [
            keras.Input((n_codings,)),
            keras.layers.Dense(64, **selu),
            keras.layers.Dense(64, **selu),
            keras.layers.Dense(13),
        ]
    )
    return encoder, decoder, keras.Sequential([encoder, decoder])


seeds = [0, 1, 2]
X_lines = scaled(lines(np.random.default_rng(0), 10_000))
slide = np.stack([sequence_1, sequence_2[:13]])
rebuilt = []
for seed in seeds:
    encoder, decoder, autoencoder = build(2, seed)
    fit_autoencoder(autoencoder, X_lines, epochs=20)
    rebuilt.append(50 + 35 * autoencoder.predict(scaled(slide), verbose=0))
errors = np.sqrt(np.mean((np.array(rebuilt) - slide) ** 2, axis=2))

place = np.arange(13)
answers = np.array(rebuilt)[:, 0]  # to Sequence 1, one row per seed
straight = np.array([np.polyval(np.polyfit(place, answer, 1), place) for answer in answers])
off_line = np.sqrt(np.mean((answers - straight) ** 2, axis=1))
measured("Sequence 2, first 13: error", errors[:, 1], ".1f")
measured("Sequence 1: error", errors[:, 0], ".0f")
measured("Sequence 1: how far the answer is from a line", off_line, ".1f")

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The slide's two sequences (dots; of the second, the first 13 numbers) and what an autoencoder that has only seen lines makes of them (curves, one per seed): straight lines in both cases.", "name": "fig-undercomplete-sequences"}, "image": {"alt": "Two panels. Left: the dots of Sequence 1 lie low but for one outlier near 67; the three nets answer with three different straight lines that miss nearly all of them. Right: the dots of Sequence 2 fall on a straight line and all three curves pass through them."}}
fig, axes = plt.subplots(1, 2, figsize=(WIDTH, 2.7), sharey=True)
for i, ax in enumerate(axes):
    for sequences in rebuilt:
        ax.plot(place + 1, sequences[i], color=COLORS[2], lw=1.5)
    ax.plot(place + 1, slide[i], "o", color=COLORS[0], markersize=5)
    ax.set(title=f"Sequence {i + 1}", xlabel="place", xticks=[1, 5, 9, 13])
axes[1].text(8.6, 60, "input", color=COLORS[0])
axes[1].text(1, 40, "reconstruction", color=COLORS[2])
_ = axes[0].set(ylabel="number", ylim=(-29, 82))

# %% [markdown]
# The nets were trained on neither sequence. They return the second one with an error of
# ≈ 0.3 (root mean square, in units of the sequence). For the first one they return a
# nearly straight line, a different one for each seed
# ({numref}`fig-undercomplete-sequences`). These nets can only remember lines.
#
# ## How many codings does a family need?
#
# Now we compare all three families at code sizes from 1 to 13, with three seeds (fresh
# data and fresh weights), on 2,000 held-out sequences. That is 54 nets, so we train the
# six code sizes of one family side by side in one model. They share only the batches; a
# mask switches off the codings that a net may not use. The rival is PCA, the best
# *linear* way to keep *k* numbers.

# %% tags=["hide-input"]
code_sizes = [1, 2, 3, 4, 8, 13]


def build_side_by_side():
    n_nets, most = len(code_sizes), max(code_sizes)

    def dense(n_in, n_out, activation=None):  # one dense layer for each of the nets
        return keras.layers.EinsumDense(
            "bni,nio->bno",
            (n_nets, n_out),
            activation,
            bias_axes="no",
            kernel_initializer=keras.initializers.RandomNormal(stddev=n_in**-0.5),
        )

    allowed = np.arange(most) < np.array(code_sizes)[:, None]
    inputs = keras.Input((n_nets, 13))
    hidden = dense(64, 64, "selu")(dense(13, 64, "selu")(inputs))
    codings = dense(64, most)(hidden) * allowed.astype("float32")
    hidden = dense(64, 64, "selu")(dense(most, 64, "selu")(codings))
    return keras.Model(inputs, dense(64, 13)(hidden))


def error_left(family, seed):
    """Held-out error per code size, as a part of the error of the mean sequence."""
    rng = np.random.default_rng(seed)
    X, X_new = scaled(family(rng, 10_000)), scaled(family(rng, 2_000))
    total = np.mean((X_new - X.mean(axis=0)) ** 2)
    pca = PCA().fit(X)
    Z = pca.transform(X_new)
    pca_errors = [np.sum(Z[:, k:] ** 2) / Z.size for k in code_sizes]
    keras.utils.set_random_seed(seed)
    nets = build_side_by_side()
    side_by_side = np.repeat(X[:, None], len(code_sizes), axis=1)
    fit_autoencoder(nets, side_by_side, epochs=20)
    inputs = np.repeat(X_new[:, None], len(code_sizes), axis=1)
    outputs = nets.predict(inputs, verbose=0)
    net_errors = np.mean((outputs - X_new[:, None]) ** 2, axis=(0, 2))
    return np.array([pca_errors, net_errors]) / total


# %%
families = {"lines": lines, "waves": waves, "shuffled": shuffled}
left = {
    name: np.array([error_left(family, seed) for seed in seeds])
    for name, family in families.items()
}  # per family: seed × (PCA, autoencoder) × code size
MeasuredTable(
    {
        f"{name}, {method}": {
            f"k = {k}": Measured(left[name][:, i, j], ".2%") for j, k in enumerate(code_sizes)
        }
        for name in families
        for i, method in enumerate(["PCA", "autoencoder"])
    },
    corner="error left",
)

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Held-out error against code size, as a part of the error made by always answering the mean sequence; means over three seeds. A family with a pattern needs few codings; PCA can use the pattern only if it is linear.", "name": "fig-undercomplete-families"}, "image": {"alt": "Three panels of error against code size. Lines: the curves of PCA and autoencoder lie together, near zero from 2 codings on. Waves: the autoencoder is near zero from 2 codings on; PCA still leaves a little at 4 codings and nothing visible at 8. Shuffled: both curves fall slowly and almost evenly, and come down to zero only at 13 codings."}}
fig, axes = plt.subplots(1, 3, figsize=(WIDTH, 2.8), sharey=True)
for ax, (name, values) in zip(axes, left.items()):
    pca_mean, net_mean = 100 * values.mean(axis=0)
    ax.plot(pca_mean, "s-", color=COLORS[0], markersize=6)
    ax.plot(net_mean, "o-", color=COLORS[2], markersize=4.5)
    ax.set(title=name, xticks=range(6), xticklabels=code_sizes)
axes[1].text(0.35, 58, "PCA", color=COLORS[0])
axes[2].text(5.4, 92, "autoencoder", color=COLORS[2], ha="right")
axes[0].set(ylabel="error left (%)", ylim=(-4, 100))
_ = axes[1].set_xlabel("code size")

# %% [markdown]
# {numref}`fig-undercomplete-families` answers the question of the slide's example:
#
# - **Lines** need only two codings. With two, PCA is the better
#   autoencoder: a line is a *linear* function of start and step, so two components
#   rebuild it exactly. The net only comes close.
# - **Waves** bend. With two codings the net leaves ≈ 0.25% of the error, PCA ≈ 28%. The
#   net finds the intrinsic dimension; PCA needs as many components as the flat space
#   around the waves has dimensions.
# - **Shuffled** sequences have no pattern that would save codings: the error falls
#   slowly, and only 13 codings rebuild all 13 numbers.
#
# So a bottleneck makes a net learn a pattern *if there is one*. Without a bottleneck
# the net need not learn any: with 13 codings it copies even shuffled sequences, except
# for ≈ 0.2% of the error. Here are the three comparisons in numbers:

# %%
pca_left, net_left = {}, {}  # with two codings, one value per seed
for name in families:
    pca_left[name], net_left[name] = left[name][:, :, 1].T
measured("lines, 2 codings: what the net still misses", net_left["lines"], ".4%")
difference(
    "waves, 2 codings: PCA's error minus the net's",
    pca_left["waves"],
    net_left["waves"],
    ".1%",
)
difference(
    "2 codings: the net's error on shuffled minus lines",
    net_left["shuffled"],
    net_left["lines"],
    ".1%",
)

# %% [markdown]
# The two intervals are over three seeds, and both exclude 0: the net beats PCA on
# waves, and it finds shuffled sequences harder than lines.
#
# ## What does a linear autoencoder learn?
#
# The simplest net for pictures of 784 pixels has one layer in, one layer out and no
# activation.

# %%
(X_train, y_train), (X_valid, y_valid), (X_test, y_test) = load_fashion_mnist()
X_train, X_valid, X_test = (X.reshape(len(X), 784) for X in (X_train, X_valid, X_test))
pca = PCA(n_components=100).fit(X_train)


def mse(X, rebuilt):
    return np.mean((X - rebuilt) ** 2)


def rebuild_by_pca(X, k, low=None, high=None):
    rebuilt = pca.mean_ + pca.transform(X)[:, :k] @ pca.components_[:k]
    return rebuilt if low is None else rebuilt.clip(low, high)


def linear_autoencoder(n_codings, seed):
    keras.utils.set_random_seed(seed)
    encoder = keras.Sequential([keras.Input((784,)), keras.layers.Dense(n_codings)])
    decoder = keras.layers.Dense(784)
    autoencoder = keras.Sequential([encoder, decoder])
    fit_autoencoder(autoencoder, X_train, epochs=10)
    return encoder, autoencoder, decoder.kernel.numpy()  # n_codings × 784


ten = [linear_autoencoder(10, seed) for seed in seeds]
pca_mse = mse(X_valid, rebuild_by_pca(X_valid, 10))
ten_mse = np.array([mse(X_valid, net.predict(X_valid, verbose=0)) for _, net, _ in ten])
measured("PCA, 10 components: validation MSE", pca_mse)
measured("linear autoencoder, 10 codings: validation MSE", ten_mse)
measured("error above PCA's, relative", ten_mse / pca_mse - 1, ".2%")

# %% [markdown]
# The errors are nearly equal. But do the two methods keep the same thing? Each spans a
# 10-dimensional subspace of the 784-dimensional space of pictures: PCA by its
# components, the net by the rows of the decoder's kernel. **Principal angles** measure
# how two subspaces lie: if all are 0°, they are the same; 90° means a direction in one
# that is at right angles to all of the other.


# %%
def angles(A, B):
    return np.degrees(subspace_angles(A.T, B.T))


largest = [angles(kernel, pca.components_[:10]).max() for _, _, kernel in ten]
measured("largest of the 10 angles, net to PCA (degrees)", largest, ".1f")
largest = angles(ten[0][2], ten[1][2]).max()
measured("largest of the 10 angles, net to net (degrees)", largest, ".1f")
rng = np.random.default_rng(0)
smallest = angles(rng.normal(size=(10, 784)), pca.components_[:10]).min()
print(f"for scale, a random subspace: smallest angle {smallest:.0f} degrees")

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The first five of PCA's components, the decoder's first five rows, and the net's best combinations of its ten rows to match the components. White is negative, black positive, each picture on its own scale.", "name": "fig-undercomplete-components"}, "image": {"alt": "Three rows of five ghostly pictures of clothes. The top row, PCA, and the bottom row, the recombined net, look the same; the middle row, the net's own pictures, shows mixtures of shoes, shirts and trousers that match none of them."}}
kernel, components = ten[0][2], pca.components_[:5]
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
# The subspaces agree to within about a degree, from three random starts. The net does
# not find PCA's *basis*, however: its codings are a mixture of the principal components
# ({numref}`fig-undercomplete-components`), a different one for each seed, because the
# loss is the same for all of them. {cite:t}`baldi1989` proved that this loss has no
# other minimum: from almost any start, a linear autoencoder ends in PCA's subspace. PCA
# gets there by a single matrix decomposition, so for a *linear* bottleneck use PCA.
#
# ## How much does each code size keep?
#
# We give the net one more layer on either side, 784-100-*k*-100-784, with `selu` inside
# and a sigmoid at the end, so that pixels stay between 0 and 1. The codings themselves
# have no activation, so that only their number limits them (exercise 1 shows what an
# activation costs). [The lesson on stacked autoencoders](stacked_autoencoders.ipynb)
# explains such a net; here we only compare it, at *k* = 2, 5, 10, 30 and 100.


# %%
def deep_autoencoder(n_codings, seed, X=X_train, n_units=100, activation=None):
    keras.utils.set_random_seed(seed)
    selu = {"activation": "selu", "kernel_initializer": "lecun_normal"}
    encoder = keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(n_units, **selu),
            keras.layers.Dense(n_codings, activation, kernel_initializer="lecun_normal"),
        ]
    )
    decoder = keras.Sequential(
        [
            keras.Input((n_codings,)),
            keras.layers.Dense(n_units, **selu),
            keras.layers.Dense(784, activation="sigmoid"),
        ]
    )
    autoencoder = keras.Sequential([encoder, decoder])
    fit_autoencoder(autoencoder, X, epochs=5)
    return encoder, autoencoder


sizes = [2, 5, 10, 30, 100]
deep = {k: [deep_autoencoder(k, seed) for seed in seeds] for k in sizes}
linear = {k: ten[0] if k == 10 else linear_autoencoder(k, seed=0) for k in sizes}

# %% [markdown]
# We ask three questions about each set of codings:
#
# - **MSE**: how well can the picture be rebuilt?
# - **Explained variance**: which part of the mean image's error is gone?
# - **kNN accuracy**: do the codings still tell what the picture shows? For each
#   validation picture we find the 10 of 10,000 training pictures whose codings are
#   nearest, and predict the class that most of them have.
#
# A bottleneck may help just by being narrow, so a fourth candidate keeps *k* **random**
# mixtures of pixels and rebuilds by the best linear decoder. PCA gets help in two ways:
# its reconstructions are *clipped* to the range from 0 to 1, and for the vote its
# codings are *rescaled*, each divided by the root of its standard deviation, so that
# the first few do not dominate the distances. The deep net is trained from three seeds;
# the linear net, which always finds the same subspace, from one.


# %%
few = X_train[:10_000]


def knn_hits(codings, codings_valid):
    """Per validation picture: 1 if the vote finds its class, else 0."""
    knn = KNeighborsClassifier(10).fit(codings, y_train[:10_000])
    return (knn.predict(codings_valid) == y_valid).astype(int)


def net_hits(encoder, X=few, X_new=X_valid):
    return knn_hits(*(encoder.predict(inputs, verbose=0) for inputs in (X, X_new)))


covariance = np.cov(X_train.T)
results = {}  # (method, k): (list of MSE, list of kNN hits)
for k in sizes:
    random = np.linalg.qr(rng.normal(size=(784, k)))[0].astype("float32")
    decode = np.linalg.solve(random.T @ covariance @ random, random.T @ covariance)
    from_random = pca.mean_ + (X_valid - pca.mean_) @ random @ decode
    hits = knn_hits(few @ random, X_valid @ random)
    results["random", k] = [mse(X_valid, from_random)], [hits]
    Z, Z_valid = (pca.transform(X)[:, :k] for X in (few, X_valid))
    plain = mse(X_valid, rebuild_by_pca(X_valid, k))
    results["PCA", k] = [plain], [knn_hits(Z, Z_valid)]
    results["PCA, clipped", k] = [mse(X_valid, rebuild_by_pca(X_valid, k, 0, 1))], []
    scale = pca.explained_variance_[:k] ** 0.25
    results["PCA, rescaled", k] = [], [knn_hits(Z / scale, Z_valid / scale)]
    for name, nets in [("linear net", [linear[k]]), ("deep net", deep[k])]:
        results[name, k] = (
            [mse(X_valid, net.predict(X_valid, verbose=0)) for _, net, *_ in nets],
            [net_hits(encoder) for encoder, *_ in nets],
        )

MeasuredTable(
    {
        name: {f"k = {k}": Measured(results[name, k][0]) for k in sizes}
        for name in ["random", "PCA", "PCA, clipped", "linear net", "deep net"]
    },
    corner="validation MSE",
)

# %%
pixel_hits = knn_hits(few, X_valid)
measured("kNN accuracy on all 784 pixels", pixel_hits.mean(), ".3f")
MeasuredTable(
    {
        name: {f"k = {k}": Measured(np.mean(results[name, k][1], axis=1), ".3f") for k in sizes}
        for name in ["random", "PCA", "PCA, rescaled", "linear net", "deep net"]
    },
    corner="kNN accuracy",
)

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Top: validation error (left axis) and explained variance (right axis) against the code size. Bottom: accuracy of a 10-nearest-neighbor vote on the codings; the thin line is the vote on all pixels. PCA dashed: clipped above, rescaled below. Deep net: mean of three seeds.", "name": "fig-undercomplete-sizes"}, "image": {"alt": "Two panels over code sizes 2 to 100. Top: the errors of PCA and the linear net coincide and the deep net lies well below them, except at 100 codings, where clipped PCA is a little lower. Bottom: the accuracies rise with the code size; the deep net's are highest, then those of PCA and the linear net, and random mixtures have the lowest; from 30 codings on the deep net lies above the line of the raw pixels."}}
mean_mse = mse(X_valid, pca.mean_)
looks = {
    "random": ("D:", "0.45"),
    "PCA": ("s-", COLORS[0]),
    "PCA, clipped": ("s--", COLORS[0]),  # above
    "PCA, rescaled": ("s--", COLORS[0]),  # below
    "linear net": ("x", COLORS[1]),
    "deep net": ("o-", COLORS[2]),
}
fig, axes = plt.subplots(2, 1, figsize=(WIDTH, 5.6), sharex=True)
for i, ax in enumerate(axes):
    for name, (style, hue) in looks.items():
        if name == ["PCA, rescaled", "PCA, clipped"][i]:
            continue
        heights = [np.mean(results[name, k][i]) for k in sizes]
        big = {"markersize": 9, "markeredgewidth": 2} if name == "linear net" else {}
        kind = {"color": hue, "label": name, "markersize": 5} | big
        ax.plot(sizes, heights, style, **kind)
axes[0].set(ylabel="squared error per pixel", xscale="log", ylim=(0, 0.08))
right = axes[0].secondary_yaxis(
    "right", functions=(lambda e: 1 - e / mean_mse, lambda v: (1 - v) * mean_mse)
)
right.set_ylabel("explained variance")
axes[0].legend(handlelength=2.6)
axes[1].axhline(pixel_hits.mean(), color="0.3", lw=1.2)
axes[1].text(2, pixel_hits.mean() + 0.01, "all 784 pixels", va="bottom")
axes[1].set(xlabel="code size", ylabel="kNN accuracy", ylim=(0.2, 0.9))
axes[1].set_xticks(sizes, sizes)
_ = axes[1].minorticks_off()

# %% [markdown]
# Does the deep net win against clipped and rescaled PCA, and by how much?

# %%
rows = {}
for k in sizes:
    net_mse, rival = np.array(results["deep net", k][0]), results["PCA, clipped", k][0]
    rows[f"k = {k}"] = {
        "error against PCA's": Measured(net_mse / rival - 1, "+.1%"),
        "explained variance": Measured(1 - net_mse / mean_mse, ".1%"),
    }
MeasuredTable(rows, corner="deep net")

# %%
difference(
    "validation MSE, 100 codings: deep net − clipped PCA",
    results["deep net", 100][0],
    results["PCA, clipped", 100][0],
    "+.4f",
)
for k in sizes:
    deep_hits, rival_hits = results["deep net", k][1], results["PCA, rescaled", k][1]
    difference(f"k = {k}: kNN gain over PCA", deep_hits, rival_hits, over="images")
for name in ["deep net", "PCA, rescaled"]:
    difference(
        f"{name}, 30 codings: kNN gain over all pixels",
        results[name, 30][1],
        pixel_hits,
        over="images",
    )

# %% [markdown]
# {numref}`fig-undercomplete-sizes` and these numbers show:
#
# - **The linear net is about as good as PCA** at every size, but slower to train.
# - **The deep net has less error up to 30 codings**: ≈ -41.5% against clipped PCA with
#   5 codings, ≈ -28.2% with 30.
# - **PCA wins at 100**: the deep net's error is ≈ 14.7% higher, and the interval of the
#   difference over three seeds excludes 0. Its layers of 100 units are now as narrow as
#   its codings, and add a nonlinearity that PCA does not have (exercise 2).
# - **The codings tell the classes apart**, though no label was used: with 30 codings
#   the deep net (≈ 0.839) and rescaled PCA (≈ 0.833) are more accurate than all 784
#   pixels (≈ 0.820). The deep net is ahead of PCA by ≈ 0.130 with 2 codings, but only
#   by ≈ 0.006 with 30 and by ≈ 0.006 with 100. All these intervals exclude 0, the last
#   two only just; they cover the choice of the 5,000 images, not that of the seeds.
# - **A narrow layer alone is not enough**: random mixtures are far behind at every
#   small size. The features have to be learned.
#
# The linear net votes slightly better than plain PCA on the same subspace because its
# codings are scaled differently: rescaled PCA does about as well.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Six validation pictures and what the deep net rebuilds from 2, 10 and 100 numbers each.", "name": "fig-undercomplete-pictures"}, "image": {"alt": "Four rows of six pictures of clothes: the originals, and their reconstructions from 2, 10 and 100 codings; with 2 they are blurred types of garment, with 10 the outline is right, with 100 a strap and the traces of a print have returned."}}
_ = plot_image_rows(
    {
        "original": X_valid[:6].reshape(-1, 28, 28),
        **{
            f"k = {k}": deep[k][0][1].predict(X_valid[:6], verbose=0).reshape(-1, 28, 28)
            for k in (2, 10, 100)
        },
    }
)

# %% [markdown]
# ## The most important features, but important to whom?
#
# The slide says that an undercomplete net has to learn the most important features. To
# test what counts as important, we put a frame around each picture, 3 pixels wide; each
# of its four sides gets a random gray level. These four numbers say nothing about the
# clothes, but many pixels depend on them. What do five codings keep?


# %%
def framed(X, rng):
    images = X.reshape(-1, 28, 28).copy()
    top, bottom, left, right = rng.uniform(size=(4, len(X), 1, 1))
    images[:, :, :3], images[:, :, -3:] = left, right
    images[:, :3], images[:, -3:] = top, bottom
    return images.reshape(-1, 784)


rng = np.random.default_rng(0)
F_train, F_valid = framed(X_train, rng), framed(X_valid, rng)
framed_nets = [deep_autoencoder(5, seed, X=F_train) for seed in seeds]


def inner_mse(X, net):
    gaps = (X - net.predict(X, verbose=0)).reshape(-1, 28, 28)
    return np.mean(gaps[:, 3:-3, 3:-3] ** 2)  # the same pixels, framed or not


def frame_mse(net):
    rebuilt = net.predict(F_valid, verbose=0) if net else F_train.mean(axis=0)
    gaps = (F_valid - rebuilt).reshape(-1, 28, 28)
    gaps[:, 3:-3, 3:-3] = 0
    return np.mean(gaps**2)


errors, accuracies = {}, {}
for name, nets, X, X_new in [
    ("as they are", deep[5], few, X_valid),
    ("framed", framed_nets, F_train[:10_000], F_valid),
]:
    errors[name] = [inner_mse(X_new, net) for _, net in nets]
    accuracies[name] = [net_hits(encoder, X, X_new).mean() for encoder, _ in nets]

kept = [1 - frame_mse(net) / frame_mse(None) for _, net in framed_nets]
measured("part of the frame's variance kept", kept, ".1%")
for name, values in [("MSE inside", errors), ("kNN accuracy", accuracies)]:
    gap = np.subtract(values["framed"], values["as they are"])
    difference(f"{name}: framed − as they are", gap, spec="+.4f")
MeasuredTable(
    {
        name: {
            "MSE inside": Measured(errors[name]),
            "kNN accuracy": Measured(accuracies[name], ".3f"),
        }
        for name in errors
    },
    corner="5 codings of pictures",
)

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Framed validation pictures and what the deep net rebuilds from five codings: mostly the frame.", "name": "fig-undercomplete-frame"}, "image": {"alt": "Two rows of six pictures of clothes, each in a frame whose four sides have different gray levels; in the bottom row the frames come back with their gray levels, the clothes only as blurred shapes."}}
_ = plot_image_rows(
    {
        "framed": F_valid[:6].reshape(-1, 28, 28),
        "rebuilt": framed_nets[0][1].predict(F_valid[:6], verbose=0).reshape(-1, 28, 28),
    }
)

# %% [markdown]
# Now five codings keep ≈ 84.5% of the frame's variance, at the cost of the clothes
# ({numref}`fig-undercomplete-frame`): the error inside rises from ≈ 0.0228 to ≈ 0.0362,
# and the accuracy falls from ≈ 0.780 to ≈ 0.659. Both intervals, over three seeds,
# exclude 0. (The frame also covers 300 of the 784 pixels, which may explain a part of
# this.) So the slide's remark is true in this sense: the net learns the features that
# lower the *reconstruction loss* most. Whether they matter to you depends on your data
# and on your choice of loss.
#
# ## Why not report the cross-entropy?
#
# Many autoencoders of gray pictures, also in the second edition of the lecture's
# source, use the binary cross-entropy as reconstruction loss, as if each pixel were the
# probability of black. It has a floor: even a *perfect* reconstruction costs the
# entropy of its gray pixels. How large is this floor, and how much is left above it?


# %%
def cross_entropy(X, rebuilt):
    rebuilt = np.clip(rebuilt.astype("float64"), 1e-7, 1 - 1e-7)  # as Keras does
    return -np.mean(X * np.log(rebuilt) + (1 - X) * np.log(1 - rebuilt))


floor = cross_entropy(X_valid, X_valid)
measured("floor per pixel (nats)", floor)
measured("floor per picture (nats)", 784 * floor, ".1f")

margins = [1e-7, 0.001, 0.003, 0.01, 0.03]  # PCA is clipped to [margin, 1 - margin]
on_train = [cross_entropy(few, rebuild_by_pca(few, 30, margin, 1 - margin)) for margin in margins]
margin = margins[np.argmin(on_train)]
print(f"best margin for PCA on 10,000 training pictures: {margin}")

rebuilt = {
    "mean image": [np.tile(pca.mean_, (5_000, 1))],
    "PCA, 30, clipped to [0, 1]": [rebuild_by_pca(X_valid, 30, 0, 1)],
    "PCA, 30, with margin": [rebuild_by_pca(X_valid, 30, margin, 1 - margin)],
    "deep net, 30, 3 seeds": [net.predict(X_valid, verbose=0) for _, net in deep[30]],
}
losses = {
    name: np.array([cross_entropy(X_valid, images) for images in versions])
    for name, versions in rebuilt.items()
}
excess = {name: values - floor for name, values in losses.items()}
gap = 1 - excess["deep net, 30, 3 seeds"] / excess["PCA, 30, with margin"]
whole = 1 - losses["deep net, 30, 3 seeds"] / losses["PCA, 30, with margin"]
measured("deep net below PCA: whole cross-entropy", whole, ".1%")
measured("deep net below PCA: excess over the floor", gap, ".1%")
MeasuredTable(
    {
        name: {
            "cross-entropy": Measured(losses[name]),
            "excess over the floor": Measured(excess[name]),
        }
        for name in losses
    },
    corner="nats per pixel",
)

# %% [markdown]
# The floor is ≈ 0.2413 nats per pixel, ≈ 189.2 per picture. The deep net's whole
# cross-entropy is only ≈ 6.2% below PCA's, but its excess over the floor is ≈ 33%
# lower: the first number hides how far apart the two are. Where clipped PCA answers 0
# for a gray pixel, the logarithm costs a lot; the small margin repairs that. Report the
# excess, or the MSE.
#
# ## And on pictures nobody looked at?
#
# Everything above was measured on the validation set. We use the test set once, here.

# %%
MeasuredTable(
    {
        f"k = {k}": {
            "PCA, clipped": Measured(mse(X_test, rebuild_by_pca(X_test, k, 0, 1))),
            "deep net, 3 seeds": Measured(
                [mse(X_test, net.predict(X_test, verbose=0)) for _, net in deep[k]]
            ),
        }
        for k in sizes
    },
    corner="test MSE",
)

# %% [markdown]
# The order of deep net and PCA is the same at each size.
#
# :::{admonition} Takeaways
# :class: tip
# - An autoencoder returns its input: inputs → encoder → codings → decoder →
#   reconstructions, trained on the reconstruction loss. With fewer codings than inputs
#   it is undercomplete.
# - What matters is the pattern, not the length: 2 codings suffice for lines and for
#   waves, while shuffled sequences need all 13.
# - A linear autoencoder finds PCA's subspace, to ≈ 0.5 degrees, but not its basis.
# - On Fashion-MNIST the deep net beats PCA up to 30 codings (≈ 0.0108 against
#   ≈ 0.0150); at 100 PCA wins (≈ 0.0073 against ≈ 0.0083). Always compare with PCA of the
#   same size.
# - The “most important” features are those that save most squared error, even if they
#   belong to a random frame.
# - A perfect reconstruction has a cross-entropy of ≈ 0.2413: report the excess.
# :::
#
# ## Exercises
#
# :::{admonition} Exercise 1 — squeeze the codings
# :class: exercise
# Give the two codings of the deep net an activation function, `selu`, as the slide on
# stacked autoencoders does. How much does it cost, and why so much here?
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 1", "code_prompt_hide": "Hide solution 1"}
squeezed = [deep_autoencoder(2, seed, activation="selu")[1] for seed in seeds[:2]]
squeezed_mse = [mse(X_valid, net.predict(X_valid, verbose=0)) for net in squeezed]
measured("2 codings with selu: validation MSE", squeezed_mse)

# %% [markdown]
# :::{admonition} Answer to exercise 1
# :class: dropdown
# The error rises from ≈ 0.0314 to ≈ 0.0468 (two seeds), about that of PCA. The likely
# reason: `selu` cannot go below about −1.76 and flattens on its way there, so pictures
# on that side get nearly the same coding. With 30 codings others can make up for it;
# with two they cannot.
# :::
#
# :::{admonition} Exercise 2 — beat PCA at 100
# :class: exercise
# With 100 codings the deep net lost to PCA. Which part of it is the bottleneck now?
# Widen it and train once more.
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 2", "code_prompt_hide": "Hide solution 2"}
_, wide = deep_autoencoder(100, seed=0, n_units=200)
wide_mse = mse(X_valid, wide.predict(X_valid, verbose=0))
measured("layers of 200, 100 codings: validation MSE", wide_mse)
rival = results["PCA, clipped", 100][0][0]
measured("error against clipped PCA's", wide_mse / rival - 1, "+.1%")
print(f"parameters: {wide.count_params():,}, PCA's {101 * 784:,}")

# %% [markdown]
# :::{admonition} Answer to exercise 2
# :class: dropdown
# The bottleneck is in the layers before and after the codings: 100 units cannot carry
# more than 100 codings. With 200 units the error falls to ≈ 0.0062, ≈ -14.3% against
# clipped PCA (one seed). The net has more than four times PCA's parameters, and takes
# longer to train.
# :::
#
# :::{admonition} Exercise 3 — a bottleneck against noise
# :class: exercise
# Add normal noise of standard deviation 10 to every number of the lines, and train the
# net with 2 codings on the noisy lines only. How far are its reconstructions of new
# noisy lines from the *clean* ones? What would you expect from 2 codings for 13
# numbers?
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 3", "code_prompt_hide": "Hide solution 3"}
rng = np.random.default_rng(0)
clean = lines(rng, 12_000)
noisy = clean + rng.normal(0, 10, clean.shape)
X_noisy, X_new, X_clean = scaled(noisy[:10_000]), scaled(noisy[10_000:]), clean[10_000:]
noise = np.mean((noisy[10_000:] - X_clean) ** 2)
kept = []
for seed in seeds:
    _, _, net = build(2, seed)
    fit_autoencoder(net, X_noisy, epochs=20)
    outputs = 50 + 35 * net.predict(X_new, verbose=0)
    kept.append(np.mean((outputs - X_clean) ** 2) / noise)
measured("part of the noise that the net lets through", kept, ".1%")
line_pca = PCA(2).fit(X_noisy)
outputs = 50 + 35 * line_pca.inverse_transform(line_pca.transform(X_new))
by_pca = np.mean((outputs - X_clean) ** 2) / noise
measured("part of the noise that PCA lets through", by_pca, ".1%")
difference("noise let through: net − PCA", kept, by_pca, "+.1%")
print(f"2 / 13 = {2 / 13:.1%}")

# %% [markdown]
# :::{admonition} Answer to exercise 3
# :class: dropdown
# The net lets ≈ 16.2% of the noise through, PCA ≈ 15.3%. Noise spreads over all 13
# directions alike, but the lines fill only 2 of them, and what lies outside these 2
# cannot pass: hence 2/13. The family is linear, and PCA is slightly better here: the
# interval of the difference, over three seeds, excludes 0.
# :::
#
# ## Further reading
#
# - {cite:t}`baldi1989`: why a linear autoencoder is PCA, and has no false minima.
# - {cite:t}`bourlard1988`: with linear outputs, a net whose only nonlinear layer is the
#   codings cannot beat PCA either; it takes more layers.
# - {cite:t}`hinton2006`: the deep autoencoder that beat PCA, on faces and digits.
# - {cite:t}`chase1973`: the chess masters and their memory for patterns.
