# %% [markdown]
# # Look at thirty codings on a plane with t-SNE
#
# The stacked autoencoder turns an image into 30 numbers. Nobody can see 30 dimensions.
# What does a flat map of these codings show, and what does it only seem to show?
#
# - **What you'll do**: draw 5,000 garments on one map, score the map, and see how such
#   maps mislead.
# - **What you'll learn**: what t-SNE optimizes, what its perplexity and its seed
#   change, and which three things one must not read from such a map.
# - **What you'll need**:
#   [the lesson on stacked autoencoders](stacked_autoencoders.ipynb), and the idea of a
#   nearest neighbor.
#
# *Slides covered: “Visualization via t-SNE” (both slides).*

# %%
from lecture6_utils.reproducibility import make_reproducible

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from scipy.spatial.distance import pdist
from scipy.stats import spearmanr
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.neighbors import NearestNeighbors

from lecture6_utils.datasets import CLASS_NAMES, load_fashion_mnist
from lecture6_utils.live_figures import live_map
from lecture6_utils.measurement import Measured, MeasuredTable, difference, measured
from lecture6_utils.models import fit_stacked_autoencoder
from lecture6_utils.plotting import COLORS, WIDTH, name_classes, set_style

make_reproducible("tsne")
set_style()
CLASS_COLORS = ListedColormap(COLORS)
(X_train, y_train), (X_valid, y_valid), _ = load_fashion_mnist()

# %% [markdown]
# ## What does t-SNE do?
#
# t-distributed stochastic neighbor embedding {cite}`vandermaaten2008` gives every
# point a place on the plane so that *neighbors stay neighbors*.
#
# 1. In the 30 dimensions, it turns distances into probabilities: $p_{ij}$ is large
#    if $i$ or $j$ would pick the other as a neighbor under a Gaussian bell. Each
#    point gets a bell of its own width, chosen so that it has about as many
#    effective neighbors as the **perplexity** says (30 by default).
# 2. On the plane, it uses a bell of one fixed width with heavier tails, Student's t
#    with one degree of freedom:
#    $q_{ij} \propto 1/(1 + \lVert \mathbf{y}_i - \mathbf{y}_j \rVert^2)$. The tails
#    leave room for the many points that are only moderately far away.
# 3. It moves the points by gradient descent until the two sets of probabilities
#    agree as well as they can, that is, until their Kullback–Leibler divergence
#    stops falling:
#
# $$
# \mathrm{KL}(P \,\Vert\, Q) = \sum_{i \ne j} p_{ij} \ln \frac{p_{ij}}{q_{ij}}
# $$
#
# Notice what the formula does *not* say. Two points that are far apart have
# $p_{ij} \approx 0$ and cost almost nothing wherever they land, as long as they are not
# close. And step 1 divides out the width of each bell, the local scale. We come back to
# both.

# %% [markdown]
# ## What does the map of the codings look like?
#
# We start with the slide's three lines. The encoder comes from
# [the lesson on stacked autoencoders](stacked_autoencoders.ipynb); the labels only
# choose the colors.

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

# %% mystnb={"figure": {"caption": "The 5,000 validation codings on the plane. Each name stands near the median position of its class.", "name": "fig-tsne-map"}, "image": {"alt": "A scatter plot of colored dots: trousers and bags form islands of their own, the bags several of them; sandals, sneakers and ankle boots lie side by side, and shirts, pullovers, coats and T-shirts run into one another."}}
fig, ax = plt.subplots(figsize=(WIDTH, 4.4))
ax.scatter(X_valid_2D[:, 0], X_valid_2D[:, 1], c=y_valid, s=10, lw=0, cmap=CLASS_COLORS)
ax.set(xticks=[], yticks=[], aspect="equal")
ax.spines[:].set_visible(False)
name_classes(ax, X_valid_2D, y_valid, CLASS_NAMES)

# %% [markdown]
# {numref}`fig-tsne-map` separates trousers, bags and footwear, though t-SNE was never
# told a label, and puts most upper garments in one large region. The axes have no
# meaning and no unit, so they are not drawn.
#
# *Which* shirts lie among the coats? Small pictures of the garments show it.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The same map with pictures: a garment is drawn wherever there is room for one. The dots are the class colors of the map above.", "name": "fig-tsne-garments"}, "image": {"alt": "The same map covered with small pictures of garments: shapes change smoothly across it, from sandals to sneakers to boots in one part and from sleeveless to long-sleeved garments in another."}}
fig, ax = plt.subplots(figsize=(WIDTH, 4.4))
ax.scatter(X_valid_2D[:, 0], X_valid_2D[:, 1], c=y_valid, s=2, lw=0, cmap=CLASS_COLORS)
size = np.ptp(X_valid_2D) / 19
shown = []
for i, (x, y) in enumerate(X_valid_2D):
    if all(max(abs(X_valid_2D[j] - X_valid_2D[i])) > size for j in shown):
        shown.append(i)
        extent = (x - 0.48 * size, x + 0.48 * size, y - 0.48 * size, y + 0.48 * size)
        ax.imshow(X_valid[i], extent=extent, zorder=2, interpolation="nearest")
ax.set(
    xlim=(X_valid_2D[:, 0].min() - size, X_valid_2D[:, 0].max() + size),
    ylim=(X_valid_2D[:, 1].min() - size, X_valid_2D[:, 1].max() + size),
    xticks=[],
    yticks=[],
    aspect="equal",
)
ax.grid(visible=False)
_ = ax.spines[:].set_visible(False)

# %% [markdown]
# {numref}`fig-tsne-garments` shows that neighbors on the map look alike, whatever
# their label: the map follows shape, and shape is what the autoencoder was trained
# to keep.

# %% [markdown]
# ## How good is the map?
#
# We use two scores, both about the 10 nearest neighbors:
#
# - **10-NN accuracy**: let each image's 10 nearest neighbors vote on its class. The
#   neighbors are sought among the *other* 4,999 validation images (leave-one-out).
# - **Trustworthiness** {cite}`venna2001`: are the 10 neighbors on a map also near in the
#   original *pixels*? Each false neighbor lowers the score according to its rank
#   there; 1 is perfect, and a random map scores about one half.
#
# Ten neighbors are fewer than the roughly 500 images of a class, and fewer than the
# perplexity, so we test inside the range that t-SNE tries to keep.


# %%
def neighbors(points):
    """The indices of every point's 10 nearest others."""
    nearest = NearestNeighbors(n_neighbors=10).fit(points)
    return nearest.kneighbors(return_distance=False)


def votes(points, labels):
    """The class that each point's 10 neighbors elect (a tie: the smaller label)."""
    return np.eye(10)[labels[neighbors(points)]].sum(axis=1).argmax(axis=1)


def hits(points, labels=y_valid):
    """Whether the vote on each point is right."""
    return votes(points, labels) == labels


def accuracy(points, labels=y_valid):
    return hits(points, labels).mean()


# %% [markdown]
# We compare the autoencoder with the 784 pixels and with the first 30 principal
# components, the *linear* codings of the same size with the least squared error (fitted
# on the training images, like the autoencoder). PCA with 2 components is the linear map.
# The autoencoder depends on its seed, so we train it three times; each t-SNE map is one
# run.

# %%
pixels, pixels_train = X_valid.reshape(-1, 784), X_train.reshape(-1, 784)
pca_30 = PCA(30).fit(pixels_train).transform(pixels)
pca_2 = pca_30[:, :2]
ae_30 = [X_valid_compressed]
for seed in (0, 1):
    encoder, _, _ = fit_stacked_autoencoder(X_train, seed=seed)
    ae_30.append(encoder.predict(X_valid, verbose=0))

# %%
pixels_2D = TSNE(random_state=42).fit_transform(pixels)
pca_2D = TSNE(random_state=42).fit_transform(pca_30)


def trust(points):
    return trustworthiness(pixels, points, n_neighbors=10)


hit = {
    "pixels": hits(pixels),
    "PCA": hits(pca_30),
    "AE": np.array([hits(codings) for codings in ae_30]),  # seeds × images
    "map": hits(X_valid_2D),
}
trusted = {"PCA": trust(pca_30), "AE": [trust(codings) for codings in ae_30]}

rows = {
    "pixels (784)": {
        "10-NN accuracy": Measured(hit["pixels"].mean(), ".1%"),
        "after t-SNE": Measured(accuracy(pixels_2D), ".1%"),
        "trustworthiness": "1 (by definition)",
        "of the t-SNE map": Measured(trust(pixels_2D)),
    },
    "PCA (30)": {
        "10-NN accuracy": Measured(hit["PCA"].mean(), ".1%"),
        "after t-SNE": Measured(accuracy(pca_2D), ".1%"),
        "trustworthiness": Measured(trusted["PCA"]),
        "of the t-SNE map": Measured(trust(pca_2D)),
    },
    "autoencoder (30)": {
        "10-NN accuracy": Measured(hit["AE"].mean(axis=1), ".1%"),
        "after t-SNE": Measured(hit["map"].mean(), ".1%"),
        "trustworthiness": Measured(trusted["AE"]),
        "of the t-SNE map": Measured(trust(X_valid_2D)),
    },
    "PCA (2), a linear map": {
        "10-NN accuracy": Measured(accuracy(pca_2), ".1%"),
        "after t-SNE": "–",
        "trustworthiness": Measured(trust(pca_2)),
        "of the t-SNE map": "–",
    },
}
MeasuredTable(rows, corner="representation")

# %% [markdown]
# Some of these differences are small, so we measure them themselves, image by image.

# %%
for name, one, other in [
    ("autoencoder − pixels", hit["AE"], hit["pixels"]),
    ("autoencoder − PCA", hit["AE"], hit["PCA"]),
    ("codings − their t-SNE map", hit["AE"][0], hit["map"]),
]:
    difference(f"accuracy, {name}, in points", 100 * one, 100 * other, ".1f", over="images")
difference("trustworthiness, PCA − autoencoder", trusted["PCA"], trusted["AE"], ".4f")

# %% [markdown]
# The intervals of the accuracies cover the choice of the test images, that of
# trustworthiness the three seeds. All four exclude 0.
#
# - **The codings are better than the pixels.** Their vote is right for ≈ 82.4% of the
#   images, ≈ 2.1 points more, with 30 numbers instead of 784.
# - **Their lead over PCA is small**: ≈ 0.8 points. It may come from scale alone, since we
#   did not rescale the components.
#   PCA keeps the pixels' neighbors better: its trustworthiness is ≈ 0.9980 against
#   ≈ 0.9964.
# - **t-SNE costs some accuracy.** The map of the codings loses ≈ 2.2 points. That is
#   little for two dimensions: two principal components reach only ≈ 52.8%, the map of
#   the codings ≈ 80.4%.

# %% [markdown]
# These scores are averages, so look at single garments, too. In {numref}`fig-tsne-live`,
# find a shirt among the coats, or a bag far from the others, and switch maps: does it
# have the same neighbors in the pixels?

# %% tags=["hide-input"] mystnb={"figure": {"caption": "A live figure: point at one of the 5,000 dots (or use the arrow keys) to see its garment and the ten dots nearest to it, and switch between the three maps of the table.", "name": "fig-tsne-live"}, "image": {"alt": "A scatter plot of 5,000 dots in ten colors, each color's name written on it: the t-SNE map of the autoencoder's codings, in which trousers, bags and footwear form islands of their own."}}
live_map(
    {"pixels": pixels_2D, "PCA (30)": pca_2D, "autoencoder (30)": X_valid_2D},
    X_valid,
    y_valid,
    CLASS_NAMES,
)

# %% [markdown]
# ## What does the perplexity change?
#
# To save time, we map only the first 1,000 codings from here on. We also count the
# share of an image's 10 neighbors in the codings that are still among its 10
# neighbors on the map.


# %%
def shared(one, other):
    """The share of 10 nearest neighbors that two representations agree on."""
    pairs = zip(neighbors(one), neighbors(other), strict=True)
    return np.mean([len(np.intersect1d(a, b)) for a, b in pairs]) / 10


codings, labels = X_valid_compressed[:1_000], y_valid[:1_000]
by_perplexity = {
    p: TSNE(perplexity=p, random_state=42).fit_transform(codings) for p in (5, 30, 300)
}

# %% tags=["hide-input"]
rows = {
    f"perplexity {p}": {
        "10-NN accuracy": Measured(accuracy(points, labels), ".1%"),
        "trustworthiness (codings)": Measured(
            trustworthiness(codings, points, n_neighbors=10), ".3f"
        ),
        "neighbors kept": Measured(shared(codings, points), ".1%"),
    }
    for p, points in by_perplexity.items()
}
MeasuredTable(rows, corner="map of 1,000 codings")


# %% tags=["hide-input"] mystnb={"figure": {"caption": "One thousand codings at three perplexities, colored by class as before.", "name": "fig-tsne-perplexity"}, "image": {"alt": "Three small scatter plots of the same codings: at perplexity 5 many small scattered clumps, at 30 a few islands, at 300 one compact shape in which the islands touch."}}
def small_maps(maps):
    """Maps side by side, without axes."""
    fig, axes = plt.subplots(1, len(maps), figsize=(WIDTH, 2.1))
    for ax, (title, points) in zip(axes, maps.items(), strict=True):
        ax.scatter(*points.T, c=labels, s=4, lw=0, cmap=CLASS_COLORS)
        ax.set(title=title, xticks=[], yticks=[])
        ax.set_aspect("equal", adjustable="datalim")
        ax.spines[:].set_visible(False)


small_maps({f"perplexity {p}": points for p, points in by_perplexity.items()})

# %% [markdown]
# Perplexity sets how many neighbors each point considers. In
# {numref}`fig-tsne-perplexity`, 5 breaks the islands into pieces. At 300, nearly a third
# of all the points, the islands merge and fewer neighbors are kept (≈ 45.4% against
# ≈ 61.5% at 30). The pictures at 5 and 30 look different, although their accuracies
# are close (≈ 75.3% and ≈ 76.3%). So look at several perplexities before you believe a
# shape.
#
# A trustworthiness of ≈ 0.992 sounds perfect, yet four of ten neighbors have been
# replaced. Most of the new ones were *nearly* neighbors, which hardly lowers the score.

# %% [markdown]
# ## What does the seed change?
#
# We draw three maps from random starts, as the slide's `TSNE()` did, and compare two maps
# from principal components with different seeds.

# %%
by_seed = {
    seed: TSNE(init="random", random_state=seed).fit_transform(codings) for seed in (0, 1, 2)
}
pca_start_again = TSNE(random_state=0).fit_transform(codings)

random_pairs = [shared(by_seed[a], by_seed[b]) for a, b in ((0, 1), (0, 2), (1, 2))]
same_start = shared(by_perplexity[30], pca_start_again)
print("same map from two random starts:", np.allclose(by_seed[0], by_seed[1]))
measured("neighbors shared by two maps, random start", np.mean(random_pairs), ".1%")
measured("neighbors shared by two maps, PCA start", same_start, ".1%")
measured(
    "neighbors shared by a random-start map and the codings",
    [shared(points, codings) for points in by_seed.values()],
    ".1%",
)
measured(
    "10-NN accuracy of a random-start map",
    [accuracy(points, labels) for points in by_seed.values()],
    ".1%",
)

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The same thousand codings, mapped from three random starts.", "name": "fig-tsne-seed"}, "image": {"alt": "Three small scatter plots with the same colored islands, turned and mirrored and with some islands in other places from one plot to the next."}}
small_maps({f"seed {seed}": points for seed, points in by_seed.items()})

# %% [markdown]
# In {numref}`fig-tsne-seed` the seed turns and flips the map and moves islands. Yet two of
# the maps share ≈ 92.3% of the neighbors on average, far more than the ≈ 61.2% that a map
# shares with the codings. So the seed decides where an island lies, but hardly which
# points are on it. Most of the lost neighbors are lost by flattening, not by chance.
#
# From principal components the seed changes almost nothing (≈ 100.0% shared). That makes
# the map repeatable, but not more correct. This start does keep some of the large-scale
# order of the data, a good reason for today's default {cite}`kobak2019`.

# %% [markdown]
# ## What must one not read into the map?
#
# We make data whose structure we know, and see how t-SNE maps them
# {cite}`wattenberg2016`. There are three sets of Gaussian points:
#
# - **size**: two clusters in 10 dimensions, one spread five times as wide;
# - **distance**: three equal clusters in 10 dimensions, the third five times as far
#   from the second as the second from the first;
# - **noise**: one cloud in 100 dimensions, with no structure at all, mapped with a
#   perplexity of 2.


# %%
def make_clouds(seed, n=100):
    rng = np.random.default_rng(seed)
    size = rng.normal(size=(2 * n, 10))
    size[n:] = 5 * size[n:] + 50 * np.eye(10)[0]
    distance = rng.normal(size=(3 * n, 10))
    distance[n : 2 * n, 0] += 10
    distance[2 * n :, 0] += 60
    return {"size": size, "distance": distance, "noise": rng.normal(size=(3 * n, 100))}


def map_clouds(clouds):
    return {
        name: TSNE(perplexity=2 if name == "noise" else 30, random_state=42).fit_transform(points)
        for name, points in clouds.items()
    }


clouds = [make_clouds(seed) for seed in (0, 1, 2)]
maps = [map_clouds(c) for c in clouds]

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Above: two of the coordinates of three artificial data sets. Below: their t-SNE maps.", "name": "fig-tsne-misread"}, "image": {"alt": "Three pairs of scatter plots: a tight and a wide cluster become two discs of equal size, three clusters at unequal distances become three discs at similar distances, and a featureless cloud of noise breaks up into many small clumps."}}
fig, axes = plt.subplots(2, 3, figsize=(WIDTH, 3.9))
for row, (what, sets) in enumerate({"data": clouds, "map": maps}.items()):
    for ax, (name, points) in zip(axes[row], sets[0].items(), strict=True):
        part = np.arange(len(points)) // 100 if name != "noise" else 5
        color = np.array(COLORS)[part]
        ax.scatter(points[:, 0], points[:, 1], s=6, lw=0, c=color)
        ax.set(xticks=[], yticks=[], title=name if row == 0 else "")
        ax.set_aspect("equal", adjustable="datalim")
    axes[row, 0].set_ylabel(what)

# %% [markdown]
# We compare the data with the map, over three draws of the data. Spread is the root mean
# square distance from the cluster's mean. The radius is the distance to the tenth
# neighbor, which is smaller in a denser cluster. The silhouette says how well 30 groups
# found by k-means are separated: 0 not at all, 1 perfectly.


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
    "noise: silhouette": row("noise", clumpiness),
}
MeasuredTable(rows, corner="what the map seems to say")

# %%
flat = [np.random.default_rng(seed).normal(size=(300, 2)) for seed in (3, 4, 5)]
silhouettes = [clumpiness(points) for points in flat]
measured("silhouette of plain noise in two dimensions", silhouettes, ".2f", over="draws")

# %% [markdown]
# - **Size and density are not kept.** A cluster ≈ 5.11 times as wide becomes ≈ 1.00 times
#   as wide, and about as dense. Every point's bell has its own width, so scale is
#   divided out.
# - **Distances between clusters are not kept.** A ratio of ≈ 4.98 becomes ≈ 1.15. Once
#   $p_{ij}$ is practically zero, *far* and *five times as far* are the same.
# - **Clumps may not exist in the data.** Noise without any groups gets a silhouette of
#   ≈ 0.52. The plane explains part of that, since k-means can cut any flat cloud into
#   patches (≈ 0.34); the map adds the rest.
#
# What you may read is who is near whom, roughly. And scikit-learn's `TSNE` has no
# `transform`: it cannot place a new image on an old map.
#
# :::{admonition} Takeaways
# :class: tip
# - t-SNE places points so that neighbors stay neighbors. It promises nothing else: not
#   size, not density, not the distance between islands.
# - In the autoencoder's 30 codings the neighbors' vote is right more often than in the
#   pixels (≈ 82.4% against ≈ 80.2%).
# - The map keeps ≈ 80.4%: a little less than the codings, far more than a linear map.
#   Use the map to look, and compute with the codings.
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
        "10-NN accuracy": Measured(accuracy(points), ".1%"),
        "rank correlation": Measured(keeps_far(points), ".2f"),
    }
    for name, points in [("t-SNE", X_valid_2D), ("PCA", linear)]
}
MeasuredTable(rows, corner="map of the codings")

# %% [markdown]
# :::{admonition} Answer to exercise 1
# :class: dropdown
# Each map is better in one score. t-SNE has the better accuracy (≈ 80.4% against
# ≈ 52.5%): two linear axes cannot separate ten classes. PCA keeps the order of the
# distances between classes better (≈ 0.95 against ≈ 0.84). t-SNE's order is not random,
# because it starts from PCA and classes that share many neighbors stay together, but its
# loss does nothing to keep that order.
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
# The groups found on the map agree best with the classes (≈ 0.46, against ≈ 0.38 on
# the codings and ≈ 0.36 on the pixels). k-means works best on round groups of similar
# size, and t-SNE makes such groups. That helped because these data do have groups. On the
# noise it would also have found clumps, so check clusters that you see on a map in the
# space that it was drawn from.
# :::
#
# :::{admonition} Exercise 3 — Which class is found worst?
# :class: exercise
# For each class, for what share of its images do the 10 neighbors on the map elect the
# right class? Which class is worst, and which classes are elected instead?
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 3", "code_prompt_hide": "Hide solution 3"}
elected = votes(X_valid_2D, y_valid)
found = [np.mean(elected[y_valid == k] == k) for k in range(10)]
worst = int(np.argmin(found))
mistaken = np.bincount(elected[y_valid == worst], minlength=10)
mistaken[worst] = 0
print("worst class:", CLASS_NAMES[worst])
to_upper = mistaken[[0, 2, 4]].sum() / mistaken.sum()
measured(f"{CLASS_NAMES[worst]}, found", found[worst], ".1%")
measured("Trouser, found", found[1], ".1%")
measured("share of the worst class's errors that are upper garments", to_upper, ".1%")

# %% [markdown]
# :::{admonition} Answer to exercise 3
# :class: dropdown
# Shirts are worst: the vote finds only ≈ 37.0% of them, and ≈ 89.1% of the errors go to
# T-shirts, pullovers and coats. Of the trousers it finds ≈ 91.1%. The average accuracy
# hides this; the map in {numref}`fig-tsne-map` shows it, as dots of one color scattered
# over the region of upper garments.
# :::

# %% [markdown]
# ## Further reading
#
# - {cite}`vandermaaten2008` introduced t-SNE; its section on the crowding problem
#   explains the heavy tails.
# - {cite}`wattenberg2016` lets you change the perplexity yourself on many toy data
#   sets in the browser.
# - {cite}`kobak2019` gives a recipe for maps that keep more of the large-scale
#   structure, and the reasons for starting from principal components.
