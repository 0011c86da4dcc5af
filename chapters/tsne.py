# %% [markdown]
# # Look at thirty codings on a plane with t-SNE
#
# The stacked autoencoder turns an image into 30 numbers. Nobody can see 30 dimensions.
# What does a flat map of these codings show, and what does it only seem to show?
#
# - **What you'll do**: write t-SNE in forty lines of NumPy, watch it move 300 garments, then
#   draw and score a map of 5,000 garments and one of 1,104 words.
# - **What you'll learn**: what t-SNE optimizes, which forces move its points, what its
#   perplexity and its start change, and what one must not read from such a map.
# - **What you'll need**:
#   [the lesson on stacked autoencoders](stacked_autoencoders.ipynb), and the idea of a
#   nearest neighbor. For the words,
#   [the lesson on character models](character_models.ipynb).
#
# *Slides covered: “Visualization via t-SNE” (both slides).*

# %%
from lecture6_utils.reproducibility import make_reproducible

import keras
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from scipy.spatial.distance import cdist, pdist, squareform
from scipy.special import entr, rel_entr
from scipy.stats import spearmanr
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.manifold import TSNE, _t_sne, trustworthiness
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lecture6_utils import cases
from lecture6_utils.cases import lemma_difference
from lecture6_utils.datasets import CLASS_NAMES, load_fashion_mnist
from lecture6_utils.live_figures import live_descent, live_map
from lecture6_utils.measurement import Measured, MeasuredTable, difference, measured
from lecture6_utils.models import fit_stacked_autoencoder
from lecture6_utils.plotting import COLORS, WIDTH, name_classes, set_style
from lecture6_utils.words import load_words

make_reproducible("tsne")
set_style()
CLASS_COLORS = ListedColormap(COLORS)
(X_train, y_train), (X_valid, y_valid), _ = load_fashion_mnist()

# %% [markdown]
# ## What does t-SNE do?
#
# t-distributed stochastic neighbor embedding (t-SNE) {cite}`vandermaaten2008` gives every
# point a place on the plane so that *neighbors stay neighbors*. To see how, we write it
# ourselves, and map the pixels of 300 garments.
#
# **Neighbors in the data.** Point $i$, one of $n$, is the vector $\mathbf{x}_i$. It picks point $j$
# as its neighbor with a probability that falls with their distance like a Gaussian bell:
#
# $$
# p_{j \mid i} = \frac{\exp(-\beta_i \lVert \mathbf{x}_i - \mathbf{x}_j \rVert^2)}
# {\sum_{k \ne i} \exp(-\beta_i \lVert \mathbf{x}_i - \mathbf{x}_k \rVert^2)}
# $$
#
# Each point has a bell of its own width. The **perplexity** decides how wide: it is the number of
# neighbors that a point has in effect, $\exp(H_i)$, where $H_i$ is the entropy of
# $p_{\cdot \mid i}$ in nats. A larger $\beta_i$ means a narrower bell and fewer neighbors, so we
# find $\beta_i$ by bisection.
#
# A point far from all others is hardly picked by any of them. So t-SNE counts the picks of that
# point as well: $p_{ij} = (p_{j \mid i} + p_{i \mid j}) / 2n$. These $p_{ij}$, together $P$, are
# **symmetric** and sum to 1.


# %%
def picks(X, perplexity):
    """Row i: with which probability point i picks each other one as its neighbor."""
    squared = cdist(X, X, "sqeuclidean")
    np.fill_diagonal(squared, np.inf)  # nobody picks itself
    squared -= squared.min(axis=1, keepdims=True)  # cancels out, and avoids 0 / 0
    low, high = np.full((len(X), 1), -50.0), np.full((len(X), 1), 50.0)  # of ln beta
    for _ in range(60):
        middle = (low + high) / 2
        p = np.exp(-np.exp(middle) * squared)
        p /= p.sum(axis=1, keepdims=True)
        too_wide = entr(p).sum(axis=1, keepdims=True) > np.log(perplexity)
        low, high = np.where(too_wide, middle, low), np.where(too_wide, high, middle)
    return p


def joint(X, perplexity=30):
    p = picks(X, perplexity)
    return (p + p.T) / (2 * len(X))


n_few = 300
few, few_labels = X_valid[:n_few].reshape(n_few, 784).astype(float), y_valid[:n_few]
P = joint(few)

# %% [markdown]
# **Neighbors on the map.** Point $i$ lies at $\mathbf{y}_i$. Here all bells have one width, and
# heavier tails: Student's t with one degree of freedom. The tails leave room for the many points
# that are only moderately far away.
#
# $$
# w_{ij} = \frac{1}{1 + \lVert \mathbf{y}_i - \mathbf{y}_j \rVert^2}, \qquad
# q_{ij} = \frac{w_{ij}}{\sum_{k \ne l} w_{kl}}
# $$
#
# **The loss** is the Kullback–Leibler divergence of the two sets of probabilities:
#
# $$
# \mathrm{KL}(P \,\Vert\, Q) = \sum_{i \ne j} p_{ij} \ln \frac{p_{ij}}{q_{ij}}
# $$
#
# Two things hardly enter the loss. Two points that are far apart in the data have
# $p_{ij} \approx 0$ and cost almost nothing wherever they land, as long as they are not close. And
# each point's own $\beta_i$ removes the local scale of the data. We come back to both.
#
# ## What pulls, and what pushes?
#
# t-SNE moves the points by gradient descent. The step goes against the gradient. For each point it
# is the sum of two forces:
#
# $$
# -\frac{\partial\, \mathrm{KL}}{\partial \mathbf{y}_i} =
# \underbrace{4 \sum_j p_{ij} w_{ij} (\mathbf{y}_j - \mathbf{y}_i)}_{\text{attraction}}
# \; \underbrace{- \; 4 \sum_j q_{ij} w_{ij} (\mathbf{y}_j - \mathbf{y}_i)}_{\text{repulsion}}
# $$
#
# - **Attraction** pulls a point towards its neighbors in the data. It comes from
#   $-\sum p_{ij} \ln w_{ij}$, and a pair with $p_{ij} \approx 0$ feels none.
# - **Repulsion** pushes a point away from every point that is near it on the map, neighbor or not.
#   It comes from the sum in $q$ over *all* pairs, which grows when any two points come closer.


# %%
def pull(weights, Y):
    """For each point, four times the weighted sum of its differences to all points."""
    return 4 * (weights @ Y - weights.sum(axis=1, keepdims=True) * Y)


def forces(Y, P):
    w = 1 / (1 + cdist(Y, Y, "sqeuclidean"))
    np.fill_diagonal(w, 0)
    Q = w / w.sum()
    return pull(P * w, Y), -pull(Q * w, Y), Q


def divergence(Y, P):
    return rel_entr(P, forces(Y, P)[2]).sum()


def descend(P, start, exaggeration=4, rate=50, steps=500):
    """The positions at the start and after each step."""
    Y, velocity, path = start, 0, [start]
    for step in range(steps):
        attraction, repulsion, _ = forces(Y, P)
        factor = exaggeration if step < 100 else 1
        velocity = 0.8 * velocity + rate * (factor * attraction + repulsion)
        Y = Y + velocity
        path.append(Y)
    return np.array(path)


# %% [markdown]
# `rate` is the learning rate. `velocity` is momentum: a step goes on in the direction of the steps
# before. The factor in front of the attraction is explained below. Are our $P$, our loss and our
# gradient those of scikit-learn? We call its private functions.

# %%
places = np.random.default_rng(0).normal(size=(n_few, 2))
attraction, repulsion, _ = forces(places, P)
their_P = _t_sne._joint_probabilities(cdist(few, few, "sqeuclidean"), 30, 0)
their_loss, their_gradient = _t_sne._kl_divergence(places.ravel(), squareform(P), 1, n_few, 2)
print("same P:", np.allclose(P, squareform(their_P), rtol=0, atol=1e-7))
print("same loss:", np.isclose(divergence(places, P), their_loss))
print("same gradient:", np.allclose(-(attraction + repulsion).ravel(), their_gradient))

# %% [markdown]
# {numref}`fig-tsne-forces` draws the forces on a few points. The descent starts from a tiny circle,
# on which the garments stand in the order of the file. So it has no information about them.

# %%
angle = 2 * np.pi * np.arange(n_few) / n_few
circle = 1e-4 * np.column_stack([np.cos(angle), np.sin(angle)])
paths = {"on": descend(P, circle), "off": descend(P, circle, exaggeration=1)}

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The forces on 15 of the 300 points, after 110 steps and at the end: attraction and repulsion. In each panel both are drawn to the same scale. At the end the two forces on each point nearly cancel.", "name": "fig-tsne-forces"}, "image": {"alt": "Two maps of 300 gray dots; 15 dots have two arrows each. On the left, after 110 steps, the arrows of attraction point inward and the longer ones of repulsion outward. On the right, at the end, the two arrows of each dot are equally long and point in opposite directions."}}
shown = np.arange(0, n_few, 20)
fig, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.1))
for ax, step in zip(axes, (110, 500), strict=True):
    places = paths["on"][step]
    ax.scatter(*places.T, s=8, lw=0, color="0.75")
    ax.scatter(*places[shown].T, s=16, lw=0, color="0.2", zorder=3)
    arrows = [force[shown] for force in forces(places, P)[:2]]
    longest = max(np.linalg.norm(force, axis=1).max() for force in arrows)
    for force, color in zip(arrows, (COLORS[0], COLORS[1]), strict=True):
        scale = 0.22 * np.ptp(places) / longest
        style = {"angles": "xy", "scale_units": "xy", "scale": 1, "width": 0.012}
        ax.quiver(*places[shown].T, *(scale * force).T, color=color, zorder=2, **style)
    ax.set(xticks=[], yticks=[], title="after 110 steps" if step == 110 else "at the end")
    ax.set_aspect("equal", adjustable="datalim")
    ax.margins(0.15)
    ax.grid(False)
    ax.spines[:].set_visible(False)
axes[0].text(0.02, 0.0, "attraction", color=COLORS[0], transform=axes[0].transAxes)
_ = axes[1].text(0.98, 0.0, "repulsion", color=COLORS[1], ha="right", transform=axes[1].transAxes)

# %% [markdown]
# After 110 steps, repulsion is the stronger force on most of these points, and the map grows. At
# the end the forces nearly cancel, and it hardly changes.
#
# ## What is early exaggeration for?
#
# In the first 100 steps we multiplied the attraction by 4. This is **early exaggeration**. It keeps
# the map small, so that points can still pass one another and find their neighbors. Without it the
# map grows at once. A group whose parts start on different sides may then stay split: other groups
# push its parts apart. Move the slider of {numref}`fig-tsne-descent`, then switch early
# exaggeration off. Which classes end in one place?

# %% tags=["hide-input"] mystnb={"figure": {"caption": "A live figure: the 300 garments from the start on a circle to the end. Each step is drawn as large as the plot; the text says how wide the map is.", "name": "fig-tsne-descent"}, "image": {"alt": "Two maps of 300 colored dots at the last step, with early exaggeration on the left and without it on the right. The groups of one color have other places and shapes on the right. In both maps some of them are split."}}
kept_steps = [*range(0, 100, 5), *range(100, 200, 10), *range(200, 501, 25)]
live_descent(
    {name: path[kept_steps] for name, path in paths.items()},
    kept_steps,
    {name: [divergence(path[k], P) for k in kept_steps] for name, path in paths.items()},
    few_labels,
    CLASS_NAMES,
    "Early exaggeration",
)

# %% [markdown]
# One start shows little, so we draw ten. We compare three factors: 1 (no exaggeration), 4, and
# scikit-learn's 12. Each gets its own learning rate: the one of eight with the lowest mean loss
# from four other starts ({numref}`fig-tsne-rates`).

# %%
RATES = [12.5, 25, 50, 100, 200, 400, 800, 1600]
FACTORS = {"without": 1, "with exaggeration": 4, "with scikit-learn's factor": 12}


def ends(factor, rate, seeds):
    starts = [1e-4 * np.random.default_rng(seed).normal(size=(n_few, 2)) for seed in seeds]
    return [descend(P, start, factor, rate)[-1] for start in starts]


tuning = {
    name: [np.mean([divergence(Y, P) for Y in ends(factor, rate, range(4))]) for rate in RATES]
    for name, factor in FACTORS.items()
}
best = {name: int(np.argmin(losses)) for name, losses in tuning.items()}
at_an_end = sum(k in (0, len(RATES) - 1) for k in best.values())
measured("rates chosen at an end of the grid", at_an_end, ".0f")

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Loss at the end against the learning rate, for three factors of early exaggeration: means over four random starts. For each factor we take the rate with the lowest loss; the lowest of all belongs to factor 4.", "name": "fig-tsne-rates"}, "image": {"alt": "Three curves over learning rates from 12.5 to 1,600. Factor 4 has the lowest loss, about 0.39 at rate 100. The lowest loss of factor 1 is about 0.41 at rate 800, that of factor 12 is about 0.42 at rate 25, from where its curve rises steeply. At rate 1,600 all three lie above the plot."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3))
for (name, losses), color in zip(tuning.items(), (COLORS[0], COLORS[2], COLORS[1]), strict=True):
    ax.plot(RATES, losses, color=color, label=f"factor {FACTORS[name]}")
ax.set_xscale("log")
ax.set_xticks(RATES, [f"{rate:g}" for rate in RATES])
ax.minorticks_off()
ax.set(xlabel="learning rate", ylabel="KL(P ‖ Q) at the end", ylim=(0.37, 0.6))
_ = ax.legend()


# %%
def neighbors(points):
    """The indices of every point's 10 nearest others."""
    nearest = NearestNeighbors(n_neighbors=10).fit(points)
    return nearest.kneighbors(return_distance=False)


def shared(one, other):
    """The share of 10 nearest neighbors that two representations agree on."""
    pairs = zip(neighbors(one), neighbors(other), strict=True)
    return np.mean([len(np.intersect1d(a, b)) for a, b in pairs]) / 10


loss, agreement = {}, {}
for name, factor in FACTORS.items():
    maps = ends(factor, RATES[best[name]], range(100, 110))
    loss[name] = [divergence(Y, P) for Y in maps]
    agreement[name] = np.array([100 * shared(*maps[k : k + 2]) for k in range(0, 10, 2)])
    measured(f"loss, random starts, {name}", loss[name], ".3f", over="starts")
    measured(f"neighbors that two starts share, {name}", agreement[name] / 100, ".1%", over="pairs")
for name in ("with exaggeration", "with scikit-learn's factor"):
    difference(f"loss, {name} − without", loss[name], loss["without"], over="draws")
pair = agreement["with exaggeration"], agreement["without"]
difference("neighbors that two starts share, gain in points", *pair, ".1f", over="draws")

# %% [markdown]
# The intervals are over ten random starts, or five pairs of them.
#
# - **Factor 4 lowers the loss from a random start.** It ends at ≈ 0.384 instead of ≈ 0.430, and
#   the interval excludes 0. With factor 12 a lower loss is not shown within our 500 steps
#   (≈ 0.423).
# - **With factor 4, the start hardly changes the neighbors.** Two maps share ≈ 94.8% of the
#   neighbors, without exaggeration only ≈ 76.4%. But the map may be turned or mirrored.
#
# A start from the first two principal components makes a map repeatable. It also keeps some of the
# large-scale order of the data {cite}`kobak2019`. From here on we use it.
#
# ## What does the perplexity change?


# %%
def pca_start(X):
    Y = PCA(2, svd_solver="full").fit_transform(X)
    return 1e-4 * Y / Y[:, 0].std()


by_perplexity = {}
for perplexity in (5, 30, 100):
    by_perplexity[perplexity] = descend(joint(few, perplexity), pca_start(few))[-1]
    kept = shared(few, by_perplexity[perplexity])
    measured(f"neighbors in the pixels that the map keeps, perplexity {perplexity}", kept, ".1%")

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The 300 garments at three perplexities, colored by class. The higher the perplexity, the closer together the groups lie.", "name": "fig-tsne-perplexity"}, "image": {"alt": "Three small scatter plots of the same garments: at perplexity 5 small clumps and chains, at 30 a few islands, at 100 one round shape in which most islands touch."}}
fig, axes = plt.subplots(1, 3, figsize=(WIDTH, 2.1))
for ax, (perplexity, points) in zip(axes, by_perplexity.items(), strict=True):
    ax.scatter(*points.T, c=few_labels, s=8, lw=0, cmap=CLASS_COLORS)
    ax.set(title=f"perplexity {perplexity}", xticks=[], yticks=[])
    ax.set_aspect("equal", adjustable="datalim")
    _ = ax.spines[:].set_visible(False)

# %% [markdown]
# Perplexity sets how many neighbors each point considers. In {numref}`fig-tsne-perplexity`, 5
# breaks the islands into pieces, and at 100, a third of all the points, most islands touch. So look
# at several perplexities before you believe a shape. In these single runs at one learning rate the
# map keeps ≈ 59.4% of the 10 nearest neighbors at 5, ≈ 64.7% at 30 and ≈ 58.3% at 100.

# %% [markdown]
# ## What does the map of the codings look like?
#
# Here are the slide's three lines. They use scikit-learn's t-SNE, which computes the repulsion of
# far points approximately, and so needs much less time for 5,000 points. The encoder comes from
# [the lesson on stacked autoencoders](stacked_autoencoders.ipynb); the labels only choose the
# colors.

# %%
stacked_encoder, _, _ = fit_stacked_autoencoder(X_train, seed=42)

X_valid_compressed = stacked_encoder.predict(X_valid, verbose=0)
tsne = TSNE(random_state=42)
X_valid_2D = tsne.fit_transform(X_valid_compressed)

print("codings", X_valid_compressed.shape, "→ map", X_valid_2D.shape)

# %% [markdown]
# :::{admonition} Since the slides
# :class: note
# `TSNE()` now starts from the first two principal components (`init="pca"`) and
# chooses its own learning rate (`learning_rate="auto"`); it used to start from random
# positions. We fix `random_state` and keep `predict` silent (`verbose=0`).
# :::

# %% mystnb={"figure": {"caption": "The 5,000 validation codings on the plane. Each name stands near the median position of its class. Trousers, bags and footwear lie apart; pullovers, coats and shirts overlap.", "name": "fig-tsne-map"}, "image": {"alt": "A scatter plot of 5,000 dots in ten colors. Trousers and bags form islands of their own, the bags several of them; sandals, sneakers and ankle boots lie side by side, and shirts, pullovers, coats and T-shirts overlap."}}
fig, ax = plt.subplots(figsize=(WIDTH, 4.4))
ax.scatter(X_valid_2D[:, 0], X_valid_2D[:, 1], c=y_valid, s=10, lw=0, cmap=CLASS_COLORS)
ax.set(xticks=[], yticks=[], aspect="equal")
ax.spines[:].set_visible(False)
name_classes(ax, X_valid_2D, y_valid, CLASS_NAMES)

# %% [markdown]
# {numref}`fig-tsne-map` separates trousers, bags and footwear, and puts most upper garments in one
# large region. The axes have no meaning and no unit, so they are not drawn.
# {numref}`fig-tsne-upper` shows the region in which three classes overlap.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The part of the map where most pullovers, coats and shirts lie, with three colors of their own. All other garments are gray. The three classes are mixed; in small patches one of them is more frequent.", "name": "fig-tsne-upper"}, "image": {"alt": "A part of the map with dots in three colors, the pullovers, coats and shirts. They lie scattered among one another; small patches have mostly one color, but no larger area does. Gray dots of other garments lie mostly in the lower part."}}
merged = dict(zip((2, 4, 6), COLORS))  # the first three are the farthest apart
inside = X_valid_2D[np.isin(y_valid, list(merged))]
low, high = np.percentile(inside, [5, 95], axis=0)
fig, ax = plt.subplots(figsize=(WIDTH, 4))
ax.scatter(*X_valid_2D[~np.isin(y_valid, list(merged))].T, s=8, lw=0, color="0.85")
order = np.random.default_rng(0).permutation(len(y_valid))  # no class is drawn over another
order = order[np.isin(y_valid[order], list(merged))]
ax.scatter(*X_valid_2D[order].T, s=10, lw=0, c=[merged[k] for k in y_valid[order]])
for k, color in merged.items():
    ax.scatter([], [], s=40, color=color, label=CLASS_NAMES[k])
ax.set(xticks=[], yticks=[], xlim=(low[0], high[0]), ylim=(low[1], high[1]))
ax.spines[:].set_visible(False)
_ = ax.legend(ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1), handletextpad=0.1)

# %% [markdown]
# ## How good is the map?
#
# We use two scores, both about the 10 nearest neighbors:
#
# - **10-NN accuracy**: let each image's 10 nearest neighbors vote on its class. The
#   neighbors are sought among the *other* 4,999 validation images (leave-one-out).
# - **Trustworthiness** {cite}`venna2001`: are the 10 neighbors also near in the
#   original *pixels*? Each false neighbor lowers the score according to its rank
#   there; 1 is perfect, and a random map scores about one half.


# %%
def votes(points, labels):
    """The class that each point's 10 neighbors elect (a tie: the smaller label)."""
    return np.eye(labels.max() + 1)[labels[neighbors(points)]].sum(axis=1).argmax(axis=1)


def hits(points, labels=y_valid):
    """Whether the vote on each point is right."""
    return votes(points, labels) == labels


# %% [markdown]
# The rivals of the codings are the 784 pixels, and the first 30 principal components (PCA, fitted
# on the training images like the autoencoder). PCA enters twice: as it is, and **rescaled**, each
# component divided by the square root of its standard deviation. As it is, the first few components
# dominate the distances; divided by the standard deviation itself (*whitened*), all 30 would count
# the same. We rescale half-way. The first two components are the rival of the map. We train the
# autoencoder with three seeds; the map is that of the first.
#
# :::{predict} accuracy, autoencoder − rescaled PCA, in points
# The autoencoder and rescaled PCA both keep 30 numbers of each image. Which of them has the better
# 10-NN accuracy?
#
# - the autoencoder = over 0
# - rescaled PCA = under 0
# - a difference is not shown = not shown
# :::

# %%
pixels, pixels_train = X_valid.reshape(-1, 784), X_train.reshape(-1, 784)
pca = PCA(30, random_state=0).fit(pixels_train)
pca_30 = pca.transform(pixels)
ae_30 = [X_valid_compressed]
for seed in (0, 1):
    encoder, _, _ = fit_stacked_autoencoder(X_train, seed=seed)
    ae_30.append(encoder.predict(X_valid, verbose=0))

representations = {
    "pixels (784)": [pixels],
    "PCA (30)": [pca_30],
    "PCA (30), rescaled": [pca_30 / pca.explained_variance_**0.25],
    "autoencoder (30)": ae_30,
    "PCA map (2)": [pca_30[:, :2]],
    "t-SNE map (2)": [X_valid_2D],
}
hit = {name: np.array([hits(p) for p in arms]) for name, arms in representations.items()}
rows = {
    name: {
        "10-NN accuracy": Measured(hit[name].mean(axis=1), ".1%"),
        "trustworthiness": "1 (by definition)"
        if points is pixels
        else Measured(trustworthiness(pixels, points, n_neighbors=10), ".3f"),
    }
    for name, (points, *_) in representations.items()
}
MeasuredTable(rows, corner="representation")

# %% [markdown]
# The trustworthiness of the autoencoder is that of the first seed. Some differences are small, so
# we compare image by image.

# %%
for name, rival in [
    ("pixels", "pixels (784)"),
    ("PCA", "PCA (30)"),
    ("rescaled PCA", "PCA (30), rescaled"),
]:
    gain = 100 * hit["autoencoder (30)"], 100 * hit[rival]
    difference(f"accuracy, autoencoder − {name}, in points", *gain, ".1f", over="images")
cost = 100 * hit["autoencoder (30)"][0], 100 * hit["t-SNE map (2)"]
difference("accuracy, codings − their t-SNE map, in points", *cost, ".1f", over="images")
upper = np.array([0, 2, 4, 6])  # T-shirt, pullover, coat, shirt
wrong = ~hit["t-SNE map (2)"][0]
stay = np.isin(y_valid[wrong], upper) & np.isin(votes(X_valid_2D, y_valid)[wrong], upper)
measured("share of the map's errors that take one upper garment for another", stay.mean(), ".1%")

# %% [markdown]
# The intervals cover the choice of the images, not the seeds.
#
# - **The codings are better than the pixels**: ≈ 2.1 points more, with 30 numbers instead
#   of 784. The interval excludes 0.
# - **Over rescaled PCA, a lead is not shown.** The codings lead PCA as it is by ≈ 0.8 points, and
#   that interval excludes 0, too. Rescaled, PCA is only ≈ 0.2 points behind, and the interval
#   includes 0.
# - **t-SNE costs some accuracy.** The map loses ≈ 2.2 points against the codings of the same seed.
#   That is little for two dimensions: two principal components of the pixels reach only ≈ 52.8%,
#   the map ≈ 80.4%.
# - **Most errors stay among the upper garments**: ≈ 57.1% of the map's errors take a T-shirt,
#   pullover, coat or shirt for another of the four.
#
# In {numref}`fig-tsne-live`, find a shirt among the coats, or a bag far from the others. Do its
# neighbors look like it? Then switch to the two principal components.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "A live figure: point at one of the 5,000 dots (or use the arrow keys) to see its garment and the ten dots nearest to it, and switch between the t-SNE map of the codings and the first two principal components.", "name": "fig-tsne-live"}, "image": {"alt": "A scatter plot of 5,000 dots in ten colors, each color's name written on it: the t-SNE map of the autoencoder's codings, in which trousers, bags and footwear form islands of their own."}}
live_map(
    {"pixels, by PCA": pca_30[:, :2], "codings, by t-SNE": X_valid_2D},
    X_valid,
    y_valid,
    CLASS_NAMES,
)

# %% [markdown]
# ## What does a map of words show?
#
# t-SNE maps any vectors. The char-CNN of [the lesson on character models](character_models.ipynb)
# turns a Finnish word into 128 numbers, the largest response of each filter, and is trained to
# tell the word's case and number (below, its “case”). {numref}`fig-tsne-words` maps the forms of 48
# nouns of which it has seen no form. In which case is each word, and of which noun is it a form?
# The control is the same net with random weights.

# %%
task = cases.load_cases()
keras.utils.set_random_seed(0)
char_cnn = cases.char_cnn(len(task.characters) + 2, len(task.classes))
word_vectors = keras.Sequential(char_cnn.layers[:3])  # embedding, filters, maximum

held_out = set(task.test.lemmas)
forms = [
    row
    for row in load_words("finnish_paradigms")
    if row.lemma in held_out and cases.case_and_number(row) in task.classes
]
letters = cases.letters([row.form for row in forms], task.characters)
vectors = {"random weights": word_vectors.predict(letters, verbose=0)}
train_letters = cases.letters(task.train.words, task.characters)
_ = cases.train_net(char_cnn, train_letters, task.train.y, epochs=8)
vectors["trained"] = word_vectors.predict(letters, verbose=0)
word_maps = {name: TSNE(random_state=42).fit_transform(v) for name, v in vectors.items()}

noun_names, nouns = np.unique([row.lemma for row in forms], return_inverse=True)
case_names, case = np.unique([cases.case_and_number(row) for row in forms], return_inverse=True)
print(f"{len(forms):,} forms of {len(noun_names)} nouns, in {len(case_names)} classes")

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Two t-SNE maps of the same Finnish words. Six cases of the singular have colors, all other forms are gray. Names stand above the median of their forms, of six cases in the upper map and of six nouns in the lower one. The trained net groups the words by case, random weights group them by noun.", "name": "fig-tsne-words"}, "image": {"alt": "Two scatter plots. In the upper one, of the trained net, most dots of each color lie together on one small island that bears the name of a case. In the lower one, of random weights, there are many small islands, six of them named by a noun, and each has dots of several colors."}}
six = ["inessive", "elative", "illative", "adessive", "essive", "translative"]
numbers = [list(case_names).index(f"{name} singular") for name in six]
fig, axes = plt.subplots(2, 1, figsize=(WIDTH, 7.4))
for ax, name in zip(axes, ("trained", "random weights"), strict=True):
    places = word_maps[name]
    ax.scatter(*places.T, s=7, lw=0, color="0.8")
    for k, color in zip(numbers, (0, 9, 3, 2, 4, 7), strict=True):
        ax.scatter(*places[case == k].T, s=12, lw=0, color=COLORS[color])
    if name == "trained":
        some, labels, names = np.isin(case, numbers), case, [n.split()[0] for n in case_names]
    else:
        some, labels, names = nouns % 8 == 0, nouns, noun_names
    above = [0, 0.035 * np.ptp(places[:, 1])]  # so that a name does not hide its island
    name_classes(ax, places[some] + above, labels[some], names)
    ax.set(title=name, xticks=[], yticks=[])
    ax.set_aspect("equal", adjustable="datalim")
    _ = ax.spines[:].set_visible(False)

# %% [markdown]
# We let the 10 nearest neighbors vote again. A **linear probe** reads the noun, too: a logistic
# regression, tested on each fifth of the forms in turn after training on the others.


# %%
def probe(points, labels):
    """Whether a linear probe reads the label of each point, which it was not trained on."""
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000))
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    return cross_val_predict(model, points, labels, cv=folds) == labels


read = {
    f"{name}, {where}": {
        "case, 10-NN": hits(points[name], case),
        "noun, 10-NN": hits(points[name], nouns),
        "noun, linear probe": probe(points[name], nouns),
    }
    for name in ("trained", "random weights")
    for where, points in (("vectors", vectors), ("map", word_maps))
}
MeasuredTable(
    {
        name: {what: Measured(right.mean(), ".1%") for what, right in row.items()}
        for name, row in read.items()
    },
    corner="read right",
)

# %%
of_noun = noun_names[nouns]
for name, one, other, what in [
    ("case on the map, trained − random", "trained, map", "random weights, map", "case, 10-NN"),
    ("noun on the map, trained − random", "trained, map", "random weights, map", "noun, 10-NN"),
    ("noun by probe, vectors − map", "trained, vectors", "trained, map", "noun, linear probe"),
]:
    _ = lemma_difference(name, read[one][what], read[other][what], of_noun)

# %% [markdown]
# All three intervals exclude 0. They cover the choice of the nouns, not the seed of the net.
#
# - **The map shows what the net was trained for.** On the map of the trained net the neighbors vote
#   for the right case of ≈ 90.4% of the words. With random weights they vote for the right case of
#   ≈ 0.2%, and for the right noun of ≈ 96.2%. (A noun has one form of each case, so no neighbor
#   shares both with a word.)
# - **What the map does not show may still be there.** On the map of the trained net nearly no noun
#   is read right (≈ 0.1%). But a linear probe reads it from ≈ 68.5% of the vectors. Their nearest
#   neighbors rarely vote for the noun either, and t-SNE keeps only neighbors.

# %% [markdown]
# ## What must one not read into the map?
#
# We make data whose structure we know, and see how t-SNE maps them
# {cite}`wattenberg2016`. There are three sets of Gaussian points, mapped by our own code:
#
# - **size**: two clusters in 10 dimensions, one spread five times as wide;
# - **distance**: three equal clusters in 10 dimensions, the third five times as far
#   from the second as the second from the first;
# - **noise**: one cloud in 100 dimensions, without structure, mapped with a perplexity
#   of 2 and of 30.
#
# :::{predict} size: spread, wide : tight | on the map
# :slider: 0 to 8 by 0.1 times
# In the first set, one cluster is spread five times as wide as the other. How many times as wide is
# it on the map?
# :::


# %%
def make_clouds(seed, n=100):
    rng = np.random.default_rng(seed)
    size = rng.normal(size=(2 * n, 10))
    size[n:] = 5 * size[n:] + 50 * np.eye(10)[0]
    distance = rng.normal(size=(3 * n, 10))
    distance[n : 2 * n, 0] += 10
    distance[2 * n :, 0] += 60
    noise = rng.normal(size=(3 * n, 100))
    return {"size": size, "distance": distance, "noise, 2": noise, "noise, 30": noise}


def map_cloud(name, points):
    P = joint(points, 2 if name == "noise, 2" else 30)
    return descend(P, pca_start(points))[-1]


clouds = [make_clouds(seed) for seed in (0, 1, 2)]
maps = [{name: map_cloud(name, points) for name, points in sets.items()} for sets in clouds]

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Above: two of the coordinates of three artificial data sets. Below: their t-SNE maps. The maps lose the sizes of clusters and the distances between them, and, at perplexity 2, show groups in plain noise.", "name": "fig-tsne-misread"}, "image": {"alt": "Three pairs of scatter plots, data above and map below. A tight and a wide cluster become two discs of equal size. Three clusters, two of them close together, become three discs at equal distances. A cloud of noise without groups breaks up into many small clumps."}}
fig, axes = plt.subplots(2, 3, figsize=(WIDTH, 3.9))
for row, (what, sets) in enumerate({"data": clouds, "map": maps}.items()):
    for ax, name in zip(axes[row], ("size", "distance", "noise, 2"), strict=True):
        points = sets[0][name]
        part = np.arange(len(points)) // 100 if name != "noise, 2" else 5
        color = np.array(COLORS)[part]
        ax.scatter(points[:, 0], points[:, 1], s=6, lw=0, c=color)
        ax.set(xticks=[], yticks=[], title=name.removesuffix(", 2") if row == 0 else "")
        ax.set_aspect("equal", adjustable="datalim")
    axes[row, 0].set_ylabel(what)

# %% [markdown]
# {numref}`fig-tsne-misread` shows the first of the three draws that we score. Spread is the root
# mean square distance from the cluster's mean. The radius is the median distance to the tenth
# neighbor, which is smaller in a denser cluster. The silhouette says how well 30 groups found by
# k-means are separated: 0 not at all, 1 perfectly.


# %%
def spread_ratio(points):
    tight, wide = np.split(points, 2)
    return np.sqrt(wide.var(axis=0).sum() / tight.var(axis=0).sum())


def radius_ratio(points):
    nearest = NearestNeighbors(n_neighbors=10)
    tight, wide = (
        np.median(nearest.fit(part).kneighbors()[0][:, -1]) for part in np.split(points, 2)
    )
    return wide / tight


def distance_ratio(points):
    a, b, c = (part.mean(axis=0) for part in np.split(points, 3))
    return np.linalg.norm(c - b) / np.linalg.norm(b - a)


def clumpiness(points):
    groups = KMeans(30, n_init=1, random_state=0).fit_predict(points)
    return silhouette_score(points, groups)


def row(name, score):
    return {
        "in the data": Measured([score(c[name]) for c in clouds], ".2f"),
        "on the map": Measured([score(m[name]) for m in maps], ".2f"),
    }


rows = {
    "size: spread, wide : tight": row("size", spread_ratio),
    "density: radius, wide : tight": row("size", radius_ratio),
    "distance, far : near": row("distance", distance_ratio),
    "noise, perplexity 2: silhouette": row("noise, 2", clumpiness),
    "noise, perplexity 30: silhouette": row("noise, 30", clumpiness),
}
MeasuredTable(rows, corner="what the map seems to say")

# %%
flat = [np.random.default_rng(seed).normal(size=(300, 2)) for seed in (3, 4, 5)]
silhouettes = [clumpiness(points) for points in flat]
measured("silhouette of plain noise in two dimensions", silhouettes, ".2f", over="draws")

# %% [markdown]
# - **Size and density are not kept.** A cluster ≈ 5.11 times as wide becomes
#   ≈ 0.99 times as wide, and about as dense, because every point's bell has its own width.
# - **Distances between clusters are not kept.** A ratio of ≈ 4.98 becomes
#   ≈ 1.00. Once $p_{ij}$ is practically zero, *far* and *five times as far* cost the same.
# - **Clumps may not exist in the data.** At perplexity 2, noise without any groups gets a
#   silhouette of ≈ 0.51. The plane explains part of that, since k-means can cut any flat cloud into
#   patches (≈ 0.34). At perplexity 30 it is ≈ 0.32, so the clumps came from the small perplexity.
#
# You may read roughly which points are near each other. The `TSNE` of scikit-learn cannot place a
# new image on an old map: it has no `transform`.
#
# :::{admonition} Takeaways
# :class: tip
# - t-SNE places points so that neighbors stay neighbors. Attraction pulls neighbors of the
#   data together, repulsion pushes apart whatever is near on the map.
# - It promises nothing else: not size, not density, not the distance between islands.
# - A map shows what the nearest neighbors of the vectors share. What it does not show may still
#   be in the vectors.
# - Use the map to look, and compute with the codings: the map costs ≈ 2.2 points of
#   accuracy.
# - Rescale PCA before you compare the codings with it: then a lead of theirs is not shown.
# - Try several perplexities and more than one start, and score the map before you draw
#   conclusions from it.
# :::

# %% [markdown]
# ## Exercises
#
# :::{admonition} Exercise 1 — Near and far
# :class: exercise
# Compare the t-SNE map of the 5,000 codings with the first two principal components
# of the same codings. Which has the better 10-NN accuracy, and which keeps the
# distances *between classes*? For the second, take the 45 distances between class
# medians and their rank correlation (Spearman) with those in the 30 dimensions.
# :::


# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 1", "code_prompt_hide": "Hide solution 1"}
def class_distances(points):
    medians = [np.median(points[y_valid == k], axis=0) for k in range(10)]
    return pdist(np.array(medians))


def keeps_far(points):
    truth = class_distances(X_valid_compressed)
    return spearmanr(truth, class_distances(points)).statistic


linear = PCA(2).fit_transform(X_valid_compressed)
rows = {
    name: {
        "10-NN accuracy": Measured(hits(points).mean(), ".1%"),
        "rank correlation": Measured(keeps_far(points), ".2f"),
    }
    for name, points in [("t-SNE", X_valid_2D), ("PCA", linear)]
}
MeasuredTable(rows, corner="map of the codings")

# %% [markdown]
# :::{admonition} Answer to exercise 1
# :class: dropdown
# t-SNE has the better accuracy (≈ 80.4% against ≈ 52.5%): two principal components do not separate
# ten classes. PCA keeps the order of the distances between classes better (≈ 0.95 against ≈ 0.84).
# t-SNE's order is not random, perhaps because it starts from PCA and classes that share many
# neighbors stay together. Its loss hardly rewards that order.
# :::
#
# :::{admonition} Exercise 2 — Should you cluster the map?
# :class: exercise
# Run k-means with ten groups on the pixels, on the codings and on the map. Which
# groups agree best with the ten classes (adjusted Rand index: 0 is chance, 1 is the
# same partition)? Then say what the noise experiment has to do with it.
# :::


# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 2", "code_prompt_hide": "Hide solution 2"}
def rand_index(points):
    return [
        adjusted_rand_score(y_valid, KMeans(10, n_init=1, random_state=seed).fit_predict(points))
        for seed in range(5)
    ]


spaces = {"pixels": pixels, "codings": X_valid_compressed, "map": X_valid_2D}
rows = {
    name: {"adjusted Rand index": Measured(rand_index(points), ".2f")}
    for name, points in spaces.items()
}
MeasuredTable(rows, corner="k-means on")

# %% [markdown]
# :::{admonition} Answer to exercise 2
# :class: dropdown
# The groups found on the map agree best with the classes (≈ 0.46, against ≈ 0.38 on the codings and
# ≈ 0.36 on the pixels). k-means works best on round groups of similar size, and t-SNE makes such
# groups. That may help here, since these data have groups. In the noise, k-means found clumps too,
# so check the clusters of a map in the vectors that were mapped.
# :::
#
# :::{admonition} Exercise 3 — Which force is missing?
# :class: exercise
# Start from the end of our first run, and descend for 100 more steps without any
# repulsion. Then do the same without any attraction. What happens to the width of the map?
# (To check: with both forces it hardly changes.)
# :::


# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 3", "code_prompt_hide": "Hide solution 3"}
def descend_with(attract, repel, Y, steps=100):
    velocity = 0
    for _ in range(steps):
        attraction, repulsion, _ = forces(Y, P)
        velocity = 0.8 * velocity + 50 * (attract * attraction + repel * repulsion)
        Y = Y + velocity
    return Y


end = paths["on"][-1]
for name, attract, repel in [("both", 1, 1), ("attraction", 1, 0), ("repulsion", 0, 1)]:
    width = np.ptp(descend_with(attract, repel, end)) / np.ptp(end)
    measured(f"width of the map with {name}, against before", width, ".2f")

# %% [markdown]
# :::{admonition} Answer to exercise 3
# :class: dropdown
# With attraction alone the map shrinks to ≈ 0.41 of its width, since nothing keeps
# the points apart. With repulsion alone it grows to ≈ 2.18 of its width, since
# nothing holds them together.
# :::

# %% [markdown]
# ## Further reading
#
# - {cite:t}`vandermaaten2008` introduced t-SNE; their section on the crowding problem explains the
#   heavy tails.
# - {cite:t}`wattenberg2016` let you change the perplexity yourself on many toy data sets in the
#   browser.
# - {cite:t}`kobak2019` give a recipe for maps that keep more of the large-scale structure, and the
#   reasons for starting from principal components.
