# %% [markdown]
# # Draw new pictures with a variational autoencoder
#
# Can an autoencoder invent clothes that nobody photographed, and how probable does it
# find real ones?
#
# - **What you'll do**: build the lecture's variational autoencoder (VAE), derive and
#   check its latent loss, draw new pictures, and measure its likelihood on images it
#   has never seen.
# - **What you'll learn**: why codings are drawn at random, how the loss bounds the
#   likelihood, and what you gain and lose by weighting its two parts.
# - **What you'll need**:
#   [the lesson on stacked autoencoders](stacked_autoencoders.ipynb); expectation, density,
#   and the normal distribution.
#
# *Slides covered: “Variational Autoencoders”, “Variational Autoencoders: Latent Loss”.*

# %%
from lecture6_utils.reproducibility import make_reproducible  # before keras

import tempfile

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import ops
from scipy.integrate import quad
from scipy.special import logsumexp

from lecture6_utils.datasets import CLASS_NAMES, load_fashion_mnist
from lecture6_utils.live_figures import live_plane, live_walk
from lecture6_utils.measurement import Measured, MeasuredTable, difference, measured
from lecture6_utils.plotting import COLORS, WIDTH, plot_image_rows, set_style
from lecture6_utils.training import fit, fit_autoencoder

make_reproducible("variational_autoencoders")
set_style()
(X_train, y_train), (X_valid, y_valid), (X_test, y_test) = load_fashion_mnist()

# %% [markdown]
# ## What is variational about it?
#
# A plain encoder answers with one point. The encoder of a VAE
# {cite}`kingma2014,rezende2014` answers with a *distribution*: for each coding a mean
# $\mu_i$ and a log-variance $\gamma_i = \ln\sigma_i^2$. The decoder gets a point drawn
# from it ({numref}`fig-vae-architecture`), so it must cope with every point nearby, and codings
# that lie close together come to mean similar pictures. A second loss, the *latent
# loss*, keeps all these distributions near the same $\mathcal N(0, 1)$. So after training
# we can leave the encoder out, draw codings from $\mathcal N(0, 1)$, and decode them.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The variational autoencoder of this lesson. Bars are layers with their number of units; μ and γ have 10 each, and so has the noise ε.", "name": "fig-vae-architecture"}, "image": {"alt": "Diagram from left to right: an image of 784 units narrows over 150 to 100 units, splits into two short bars of 10 units, mu above and gamma below, which join with noise epsilon in a bar of 10 codings z, and widens over 100 and 150 to 784 units, the reconstruction."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3.1))
hues = [COLORS[0], COLORS[1], COLORS[2]]


def draw_bar(x, units, name, hue, y=0.0):
    half = max(np.sqrt(units) / 13, 0.4)
    ax.bar(x, 2 * half, 0.36, bottom=y - half, color=hue)
    below = y < 0
    ax.text(
        x,
        y - half - 0.15 if below else y + half + 0.1,
        name,
        ha="center",
        va="top" if below else "bottom",
    )
    return half


def connect(a, b):
    (x0, half0, y0), (x1, half1, y1) = a, b
    ax.fill_between(
        [x0, x1],
        [y0 - half0, y1 - half1],
        [y0 + half0, y1 + half1],
        color="0.9",
        lw=0,
        zorder=0,
    )


layers = {}
for key, x, units, name, hue, y in [
    ("in", 0, 784, "image\n784", 0, 0),
    ("h1", 1.4, 150, "150", 0, 0),
    ("h2", 2.8, 100, "100", 0, 0),
    ("mean", 4.4, 10, "μ  10", 1, 0.95),
    ("var", 4.4, 10, "γ  10", 1, -0.95),
    ("z", 6.0, 10, "z  10", 1, 0),
    ("h3", 7.6, 100, "100", 2, 0),
    ("h4", 9.0, 150, "150", 2, 0),
    ("out", 10.4, 784, "rebuilt\n784", 2, 0),
]:
    layers[key] = (x, draw_bar(x, units, name, hues[hue], y), y)
for a, b in [
    ("in", "h1"),
    ("h1", "h2"),
    ("h2", "mean"),
    ("h2", "var"),
    ("z", "h3"),
    ("h3", "h4"),
    ("h4", "out"),
]:
    connect(layers[a], layers[b])
arrow = {"arrowstyle": "->", "color": "0.3", "lw": 1.4}
for y in (0.95, -0.95):
    ax.annotate("", (5.75, 0.25 * y), (4.65, y), arrowprops=arrow)
ax.annotate("", (6, -0.45), (6, -1.55), arrowprops=arrow)
ax.text(6, -1.6, "noise ε", ha="center", va="top")
for x, hue, name in [(1.4, 0, "variational_encoder"), (9, 2, "variational_decoder")]:
    ax.text(x, -2.75, name, ha="center", color=hues[hue], family="monospace", size=11)
ax.set(xlim=(-0.7, 11.1), ylim=(-3.0, 3.3))
_ = ax.axis("off")

# %% [markdown]
# ## How can one train through a random draw?
#
# We draw the noise separately: $z_i = \mu_i + \sigma_i\varepsilon_i$ with
# $\varepsilon_i \sim \mathcal N(0, 1)$ and $\sigma_i = e^{\gamma_i/2}$. The noise has no
# parameters, so $\mu$ and $\gamma$ get ordinary gradients. This is the
# *reparameterization trick*. The encoder outputs $\gamma$, not $\sigma$, because
# $\gamma$ may be any number, while $\sigma$ must be positive.


# %%
@keras.saving.register_keras_serializable(package="lecture6")
class Sampling(keras.layers.Layer):
    """Draw codings from N(mean, exp(log_var))."""

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs):
        mean, log_var = inputs
        noise = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        return mean + ops.exp(log_var / 2) * noise

    def get_config(self):
        return super().get_config() | {"seed": self.seed}


# %% [markdown]
# The noise must be new at each call. A `SeedGenerator` changes its state at each draw; an
# integer seed would repeat the same noise:

# %%
generator = keras.random.SeedGenerator(42)
for name, seed in [("integer 42", 42), ("SeedGenerator(42)", generator)]:
    first, second = (np.array(keras.random.normal((3,), seed=seed)) for _ in range(2))
    print(f"{name}: second draw equals first: {np.array_equal(first, second)}")

# %% [markdown]
# ## What is the latent loss?
#
# It is the Kullback–Leibler divergence from the encoder's $q = \mathcal N(\mu, \sigma^2)$ to
# the prior $p = \mathcal N(0, 1)$. For one coding:
#
# $$
# \begin{aligned}
# D(q\,\|\,p) &= \mathrm E_q\left[\ln q(z) - \ln p(z)\right] \\
# &= \mathrm E_q\left[-\tfrac12\ln(2\pi\sigma^2) - \tfrac{(z-\mu)^2}{2\sigma^2}
#    + \tfrac12\ln(2\pi) + \tfrac{z^2}{2}\right] \\
# &= -\tfrac12\ln\sigma^2 - \tfrac12 + \tfrac12\left(\sigma^2 + \mu^2\right)
# \end{aligned}
# $$
#
# since $\mathrm E_q(z-\mu)^2 = \sigma^2$ and $\mathrm E_q z^2 = \sigma^2 + \mu^2$.
# Codings are independent of each other, under $q$ and under $p$, so their divergences add
# up to the slide's formula:
#
# $$
# \mathcal L = -\frac12\sum_{i=1}^n\Bigl[1
#   + \underbrace{\ln\sigma_i^2}_{\gamma_i}
#   - \underbrace{\sigma_i^2}_{e^{\gamma_i}} - \mu_i^2\Bigr].
# $$
#
# :::{admonition} Since the slides
# :class: note
# - The slide's underbraces read $\gamma_i^2$ and $e^{\gamma_i^2}$. With
#   $\gamma_i = \ln\sigma_i^2$ they must read $\gamma_i$ and $e^{\gamma_i}$. Taken
#   literally, $\sigma_i^2 = e^{\gamma_i^2} \ge 1$: no coding could be more exact than the
#   prior.
# - `model.add_loss(tensor)` on a finished functional model raises an error in Keras 3. A
#   small layer that calls `self.add_loss` replaces it.
# - Our decoder outputs logits. The sigmoid is part of the loss, which so stays exact for
#   pixels whose probability is close to 0 or 1.
# :::


# %%
def latent_loss(mean, log_var):
    return -0.5 * ops.sum(1 + log_var - ops.exp(log_var) - ops.square(mean), axis=-1)


@keras.saving.register_keras_serializable(package="lecture6")
class LatentLoss(keras.layers.Layer):
    """Pass (mean, log_var) on; add weight × their latent loss, mean over a batch."""

    def __init__(self, weight=1.0, **kwargs):
        super().__init__(**kwargs)
        self.weight = weight

    def call(self, inputs):
        self.add_loss(self.weight * ops.mean(latent_loss(*inputs)))
        return inputs

    def get_config(self):
        return super().get_config() | {"weight": self.weight}


# %% [markdown]
# Is the formula right? For ten codings we compare it with the general divergence of two
# Gaussians (with matrices), with numerical integration of each coding, and with an
# average of $\ln q - \ln p$ over 200,000 draws from $q$.


# %%
def log_normal(z, mean=0.0, log_var=0.0):
    squares = (z - mean) ** 2 * ops.exp(-log_var)
    return -0.5 * ops.sum(np.log(2 * np.pi) + log_var + squares, axis=-1)


rng = np.random.default_rng(0)
mean, log_var = rng.normal([[0], [-2]], 1, (2, 10)).astype("float32")
formula = float(latent_loss(mean, log_var))

S, eye = np.diag(np.exp(log_var)), np.eye(10)  # covariances of q and p
general = 0.5 * (
    np.trace(np.linalg.solve(eye, S))
    + mean @ np.linalg.solve(eye, mean)
    - 10
    + np.linalg.slogdet(eye)[1]
    - np.linalg.slogdet(S)[1]
)


def integrand(z, m, v):
    log_q = -0.5 * (np.log(2 * np.pi) + v + (z - m) ** 2 / np.exp(v))
    log_p = -0.5 * (np.log(2 * np.pi) + z**2)
    return np.exp(log_q) * (log_q - log_p)


integral = sum(
    quad(integrand, m - 12 * np.exp(v / 2), m + 12 * np.exp(v / 2), args=(m, v))[0]
    for m, v in zip(mean, log_var)
)
z = mean + np.exp(log_var / 2) * rng.normal(size=(200_000, 10)).astype("float32")
draws = np.array(log_normal(z, mean, log_var) - log_normal(z))
error = draws.std() / np.sqrt(len(draws))

print("equals the general divergence:", np.isclose(formula, general, rtol=1e-5))
print("equals the integral:", np.isclose(formula, integral, rtol=1e-5))
measured("formula", formula, ".2f")
measured("average of the draws", draws.mean(), ".2f")
away = (draws.mean() - formula) / error
measured("away from the formula, in standard errors", away, ".2f")

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Latent loss of one coding, against its mean (with σ = 1) and against its log-variance (with μ = 0). Both are least at the prior itself.", "name": "fig-vae-latent-loss"}, "image": {"alt": "Two curves with their minimum 0 at 0: on the left a parabola in mu; on the right a curve in gamma that rises almost as a straight line to the left, where sigma is small, and exponentially to the right."}}
fig, axes = plt.subplots(1, 2, figsize=(WIDTH, 2.7), sharey=True)
t = np.linspace(-4, 4, 201)
zero = np.zeros_like(t)
axes[0].plot(t, latent_loss(t[:, None], zero[:, None]), color=COLORS[0])
axes[1].plot(t, latent_loss(zero[:, None], t[:, None]), color=COLORS[1])
axes[0].set(xticks=range(-4, 5, 2), xlim=(-4.3, 4.3))
axes[0].set(xlabel="mean μ", ylabel="latent loss, nats", ylim=(-0.1, 4.1))
_ = axes[1].set(xlabel="log-variance γ", xticks=range(-4, 5, 2), xlim=(-4.3, 4.3))

# %% [markdown]
# A confident coding is expensive: on the left of the right panel of
# {numref}`fig-vae-latent-loss`, each halving of σ adds about $\ln 2$. This pays only where
# it improves the reconstruction by more.
#
# ## How is the net put together?
#
# The encoder has 784-150-100-(10, 10) units, the decoder 10-100-150-784. We tried `relu`,
# `selu` and `silu` for the hidden layers, and `silu` did best on the validation images.
# We cap γ because $e^{\gamma}$ overflows for large γ: without the cap one of our trial
# runs, at a higher learning rate, ended in NaN.


# %%
def build(seed, weight=1.0, n_codings=10, variational=True):
    keras.utils.set_random_seed(seed)
    hidden = {"activation": "silu", "kernel_initializer": "he_normal"}
    inputs = keras.Input((28, 28))
    h = keras.layers.Flatten()(inputs)
    h = keras.layers.Dense(150, **hidden)(h)
    h = keras.layers.Dense(100, **hidden)(h)
    codings_mean = keras.layers.Dense(n_codings)(h)  # μ
    if variational:
        codings_log_var = keras.layers.Dense(n_codings)(h)  # γ
        codings_log_var = ops.minimum(codings_log_var, 5.0)
        inputs_of_loss = [codings_mean, codings_log_var]
        codings_mean, codings_log_var = LatentLoss(weight)(inputs_of_loss)
        codings = Sampling()([codings_mean, codings_log_var])
        outputs = [codings_mean, codings_log_var, codings]
    else:
        codings = outputs = codings_mean
    variational_encoder = keras.Model(inputs, outputs)
    variational_decoder = keras.Sequential(
        [
            keras.Input((n_codings,)),
            keras.layers.Dense(100, **hidden),
            keras.layers.Dense(150, **hidden),
            keras.layers.Dense(28 * 28),  # logits: sigmoid comes later
            keras.layers.Reshape((28, 28)),
        ]
    )
    variational_ae = keras.Model(inputs, variational_decoder(codings))
    return variational_encoder, variational_decoder, variational_ae


variational_encoder, variational_decoder, variational_ae = build(seed=42)
print(f"encoder {variational_encoder.count_params():,} parameters")
print(f"decoder {variational_decoder.count_params():,} parameters")


# %% [markdown]
# A net with custom layers should survive saving, loading and cloning.


# %%
def encode(encoder, images):
    """As arrays: μ, γ and codings, or just the codings of a plain encoder."""
    return keras.tree.map_structure(ops.convert_to_numpy, encoder(images))


with tempfile.TemporaryDirectory() as folder:
    variational_encoder.save(f"{folder}/encoder.keras")
    loaded = keras.models.load_model(f"{folder}/encoder.keras")
cloned = keras.models.clone_model(variational_encoder)  # copies no weights …
cloned.set_weights(variational_encoder.get_weights())  # … so we do

before = variational_encoder(X_valid)
its_loss = float(variational_encoder.losses[0])
for name, copy in [("loaded", loaded), ("cloned", cloned)]:
    after = copy(X_valid)
    same = [np.array_equal(a, b) for a, b in zip(before[:2], after[:2])]
    print(f"{name}: μ and γ {all(same)}, loss {float(copy.losses[0]) == its_loss}")
again = variational_encoder(X_valid)
print("codings of two calls equal:", np.array_equal(before[2], again[2]))

# %% [markdown]
# ## A first goal: the reference's own scale
#
# The notebook of {cite:t}`geron2022` adds the squared error per pixel and the latent
# loss divided by 784, and its VAE reaches .0311 on the validation images after 25
# epochs. We train for twelve epochs, with cosine decay and `silu`, from three seeds:


# %%
def squared_error(images, logits):
    return ops.mean(ops.square(images - ops.sigmoid(logits)), axis=(1, 2))


def train(net, loss, epochs=12, images=X_train):
    fit_autoencoder(
        net,
        images,
        loss=loss,
        epochs=epochs,
        batch_size=128,
        learning_rate=5e-3,
        global_clipnorm=50.0,
    )


def active_units(encoder):
    mean, _, _ = encode(encoder, X_valid)
    return int(np.sum(mean.var(axis=0) > 0.01))


seeds = [42, 43, 44]
reference_scale, reference_active, errors = [], [], []
for seed in seeds:
    encoder, _, net = build(seed, weight=1 / 784)
    train(net, squared_error)
    value = net.evaluate(X_valid, X_valid, batch_size=1_000, verbose=0)
    reference_scale.append(value)
    reference_active.append(active_units(encoder))
    errors.append(np.mean(squared_error(X_valid, net(X_valid))))

measured("validation MSE + latent loss / 784", reference_scale, ".5f")
difference("below the reference's .0311 by", 0.0311, reference_scale, ".5f")
measured("root of the validation MSE alone", np.sqrt(errors), ".3f")
measured("codings in use, of 10", reference_active, ".1f")

# %% [markdown]
# This is better than .0311: the interval over three seeds excludes 0. But what does the
# number mean? Times 784, it is a negative ELBO (see below) for pixels with normal noise
# of variance ½, up to a constant. Its standard deviation of 0.71 is far larger than the
# real errors, whose root mean square is ≈ 0.14. Such large noise tolerates coarse
# pictures, and the net leaves almost half of its codings unused. (We count a coding as in
# use if the variance of its mean over the images is above 0.01 {cite}`burda2016`.)
#
# ## Of what is the loss a likelihood?
#
# The slide suggests cross-entropy for the reconstruction loss. A decoder that puts out
# a probability $\hat x$ per pixel gives a black-or-white pixel $b\in\{0, 1\}$ the
# probability $\hat x^b(1-\hat x)^{1-b}$, and its negative logarithm is the
# cross-entropy. With a *gray* value in place of $b$ it is no longer a likelihood: as a
# density over $[0, 1]$ it does not integrate to 1.

# %%
for x_hat in (0.5, 0.9, 0.99):
    area = quad(lambda x, p=x_hat: p**x * (1 - p) ** (1 - x), 0, 1)[0]
    print(f"decoder says {x_hat}: integral over the gray values {area:.3f}")

# %% [markdown]
# One remedy is to divide by that integral (the continuous Bernoulli distribution
# {cite}`loaizaganem2019`, exercise 2). We choose another, and make the pixels black or
# white. Read the gray value $x$ as the probability that a coin $b$ shows 1, and toss one
# coin per pixel. The logarithm of the probability is linear in $b$, so its average over
# the coins is the negative of the slide's cross-entropy with $x$ itself:
#
# $$
# \mathrm E_b\sum_j\left[b_j\ln\hat x_j + (1-b_j)\ln(1-\hat x_j)\right]
# = \sum_j\left[x_j\ln\hat x_j + (1-x_j)\ln(1-\hat x_j)\right].
# $$
#
# What, then, is the sum of the slide's two losses? For any distribution $q$ of the codings,
#
# $$
# \ln p(b) = \ln\mathrm E_q\frac{p(b\mid z)\,p(z)}{q(z)}
# \;\ge\; \mathrm E_q\ln p(b\mid z) - D(q\,\|\,p) = \text{ELBO}
# $$
#
# by Jensen's inequality. This is the *evidence lower bound* (ELBO). So, summed over the
# pixels and in nats, the slide's loss is the negative ELBO of the tossed pictures,
# averaged over all tosses. (Our $q$ sees the gray picture; the bound holds for any $q$.)
# Training on it is like training with fresh coins at every step, without their noise.


# %%
def cross_entropy(images, logits):
    """In nats per image; `images` may be tossed coins or, for their mean, gray."""
    nats = ops.maximum(logits, 0) - images * logits + ops.softplus(-ops.abs(logits))
    return ops.sum(nats, axis=(1, 2))


nets = []
for seed in seeds:
    net = build(seed)
    train(net[-1], cross_entropy)
    nets.append(net)
variational_encoder, variational_decoder, variational_ae = nets[0]

# %% [markdown]
# ## How probable are real clothes?
#
# The ELBO is only a bound. The average over *k* weights $w = p(b\mid z)\,p(z)/q(z)$
# gives a better one, $\mathrm E\ln\frac1k\sum w$, which never falls with *k* and tends
# to $\ln p(b)$ {cite}`burda2016`. With *k* = 1 it is the ELBO.


# %%
def log_weights(net, images, coins, n_samples):
    """ln w, shape (n_samples, n_images)."""
    encoder, decoder, _ = net
    mean, log_var, _ = encoder(images)
    sampling, coins = Sampling(seed=1), tf.constant(coins)

    @tf.function(jit_compile=True)
    def draw():
        z = sampling([mean, log_var])
        log_joint = log_normal(z) - cross_entropy(coins, decoder(z))
        return log_joint - log_normal(z, mean, log_var)

    return np.array([draw() for _ in range(n_samples)])


def bound(log_w, k):
    """The bound of each image from groups of k weights, averaged over the groups."""
    groups = log_w.reshape(-1, k, log_w.shape[1])
    return np.mean(logsumexp(groups, axis=1) - np.log(k), axis=0)


# %% [markdown]
# We toss the coins of all 10,000 test images once, with a fixed seed, for the ELBO. For
# $\ln p$ we take the first 1,000 of them and 500 draws each. For comparison we also rate
# the coins by the mean training image, and by an oracle that sees each gray picture.

# %%
coins = (np.random.default_rng(0).random(X_test.shape) < X_test).astype("float32")
ks = [1, 2, 5, 10, 20, 50, 100, 250, 500]
slide_loss, latent, elbo, curves, per_image = [], [], [], [], []
for net in nets:
    mean, log_var, z = encode(net[0], X_test)
    kl = np.array(latent_loss(mean, log_var))
    logits = net[1](z)
    slide_loss.append(np.mean(cross_entropy(X_test, logits) + kl))
    elbo.append(-np.mean(cross_entropy(coins, logits) + kl))
    latent.append(kl.mean())
    log_w = log_weights(net, X_test[:1_000], coins[:1_000], 500)
    bounds = np.array([bound(log_w, k) for k in ks])
    curves.append(bounds.mean(axis=1))
    per_image.append(bounds[-1])
curves = np.array(curves)


def logit(p):
    return np.log(p) - np.log1p(-p)


def log_p_by(probability):  # of the coins, when each pixel's probability is known
    logits = logit(np.clip(probability, 1e-6, 1 - 1e-6)) * np.ones_like(coins)
    return -np.mean(cross_entropy(coins, logits))


nats = {
    "mean image, ln p": log_p_by(X_train.mean(axis=0)),
    "VAE, minus the slide's loss": -np.array(slide_loss),
    "VAE, ELBO": elbo,
    "VAE, ELBO, first 1,000": curves[:, 0],
    "VAE, ln p, first 1,000": curves[:, -1],
    "oracle, ln p": log_p_by(X_test),
}
MeasuredTable(
    {name: {"nats per image": Measured(value, ".2f")} for name, value in nats.items()},
    corner="tossed test images",
)

# %%
measured("latent loss, nats", latent, ".2f")
above_elbo, last_step = curves[:, -1] - curves[:, 0], curves[:, -1] - curves[:, -2]
measured("ln p above the ELBO, same images", above_elbo, ".2f")
measured("gained from k = 250 to 500", last_step, ".3f")
standard_error = [p.std() / np.sqrt(len(p)) for p in per_image]
measured("standard error of ln p over images", standard_error, ".2f")

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The bound on ln p against the number k of draws per image, for the three seeds (1,000 test images). It starts at the ELBO and flattens.", "name": "fig-vae-likelihood"}, "image": {"alt": "Three almost parallel curves over k from 1 to 500 on a logarithmic axis, close together; each rises steeply up to about k = 20 and has nearly leveled off at 500."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3))
for curve, hue in zip(curves, COLORS):
    ax.plot(ks, curve, "o-", color=hue, markersize=4)
ax.text(1.2, curves[:, 0].min() - 0.1, "ELBO", va="top")
ax.text(500, curves[:, -1].max() + 0.15, "k = 500", ha="right", va="bottom")
ax.margins(y=0.15)
ax.set(xscale="log", xlabel="draws per image k", ylabel="bound on ln p, nats")
ax.set_xticks([1, 10, 100, 500], ["1", "10", "100", "500"])
_ = ax.minorticks_off()

# %% [markdown]
# So for unseen clothes, tossed black or white, $\ln p$ is at least ≈ -236.5 nats per image
# (importance sampling, *k* = 500), between the mean image's ≈ -385 and the oracle's
# ≈ -190. The ELBO on all test images is ≈ -240.8. The slide's loss gives about the same
# without tossing, ≈ -240.7. The images differ far more than the seeds: the standard error
# over 1,000 images is ≈ 2.4 nats. The ELBO of the same images is ≈ 4.1 nats lower. The last
# doubling of *k* added ≈ 0.145 nats ({numref}`fig-vae-likelihood`), so the result is still
# a lower bound.
#
# ## Can the estimate be trusted?
#
# With two codings we can integrate over the whole plane instead of drawing. We train a VAE
# with two codings for that, and for a map further below.

# %%
net_2d = build(seed=42, n_codings=2)
train(net_2d[-1], cross_entropy, epochs=6)
few = 200
log_w = log_weights(net_2d, X_test[:few], coins[:few], 500)
step = 0.02
axis = np.arange(-4.5, 4.5, step, dtype="float32")
flat_coins = tf.constant(coins[:few].reshape(few, -1))


@tf.function(jit_compile=True)
def log_column(z):
    """ln of p(b | z) p(z), summed over the points z of one column of the grid."""
    logits = ops.reshape(net_2d[1](z), (len(axis), -1))
    log_b = logits @ ops.transpose(flat_coins)
    log_b = log_b - ops.sum(ops.softplus(logits), axis=1, keepdims=True)
    return ops.logsumexp(log_b + log_normal(z)[:, None], axis=0)


columns = [log_column(np.stack([np.full_like(axis, x), axis], axis=1)) for x in axis]
exact = logsumexp(np.array(columns), axis=0) + 2 * np.log(step)
coarse = logsumexp(np.array(columns[::2]), axis=0) + np.log(2 * step**2)
change = np.abs(coarse - exact).mean()
measured("ln p by the grid", exact.mean(), ".2f")
measured("changed by leaving out every other column", change, ".3f")
for k in (1, 500):
    gap = bound(log_w, k) - exact
    measured(f"k = {k}, minus the grid: mean", gap.mean(), ".2f")
    measured(f"k = {k}, minus the grid: median", np.median(gap), ".2f")

# %% [markdown]
# From 500 draws, the median of the estimate minus the exact value is ≈ -0.03 nats: for half
# of the images it is hardly too low, if at all. The mean is ≈ -0.83, so for some images the
# encoder's draws miss much of the probability. On average the estimate is too low.
#
# ## What do new pictures look like?
#
# We draw ten numbers from $\mathcal N(0, 1)$, decode them, and take the sigmoid.


# %% mystnb={"figure": {"caption": "Thirty pictures decoded from codings drawn at random. Shown is the probability of each pixel.", "name": "fig-vae-new"}, "image": {"alt": "A grid of five rows of six gray images: tops, trousers, dresses, shoes and bags, smooth and blurred, some of them clear at once, some like mixtures of two kinds."}}
def decode(decoder, z):
    return ops.convert_to_numpy(ops.sigmoid(decoder(z)))


codings = np.random.default_rng(1).normal(size=(30, 10)).astype("float32")
images = decode(variational_decoder, codings)
mosaic = images.reshape(5, 6, 28, 28).transpose(0, 2, 1, 3).reshape(5 * 28, 6 * 28)
fig, ax = plt.subplots(figsize=(WIDTH, WIDTH * 5 / 6))
ax.imshow(mosaic, vmin=0, vmax=1)
_ = ax.axis("off")

# %% [markdown]
# ## Would a plain autoencoder not do as well?
#
# A plain autoencoder is the same net without noise and without latent loss, so nothing
# tells it where to put its codings. We judge 5,000 pictures of each generator by a
# classifier trained on real clothes. How sure is it on average, and over how many
# classes do its answers spread (the exponential of the entropy of their histogram, at
# most 10)? A classifier can be sure of nonsense, so we also compare the means and
# covariances of its 64 last hidden units with those for the validation images, by their
# Fréchet distance, which is 0 if they agree. The plain autoencoder may also draw from the
# normal distribution with the mean and covariance of its own codings.

# %%
keras.utils.set_random_seed(42)
features = keras.Sequential(
    [
        keras.Input((28, 28)),
        keras.layers.Flatten(),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(64, activation="relu"),
    ]
)
classifier = keras.Sequential([features, keras.layers.Dense(10, activation="softmax")])
classifier.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
fit(classifier, X_train, y_train, epochs=6, batch_size=128)
accuracy = classifier.evaluate(X_test, y_test, batch_size=1_000, verbose=0)[1]
measured("classifier: test accuracy", accuracy, ".1%")


def moments(images):
    values = ops.convert_to_numpy(features(images))
    return values.mean(axis=0), np.cov(values.T)


def scores(images):
    p = ops.convert_to_numpy(classifier(images))
    share = np.bincount(p.argmax(axis=1), minlength=10) / len(p)
    entropy = -np.sum(share * np.log(share, where=share > 0, out=np.zeros(10)))
    (m1, S1), (m2, S2) = moments(images), moments(X_valid)
    root = np.sqrt(np.linalg.eigvals(S1 @ S2).real.clip(0)).sum()
    frechet = np.sum((m1 - m2) ** 2) + np.trace(S1) + np.trace(S2) - 2 * root
    return {
        "confidence": p.max(axis=1).mean(),
        "classes": np.exp(entropy),
        "Fréchet distance": frechet,
    }


# %%
results = {
    "real test images": [scores(X_test[:5_000])],
    "VAE, N(0, I)": [],
    "plain, N(0, I)": [],
    "plain, own normal": [],
}
for seed, net in zip(seeds, nets):
    encoder, decoder, plain_ae = build(seed, variational=False)
    train(plain_ae, cross_entropy, epochs=6)
    noise = np.random.default_rng(seed).normal(size=(5_000, 10)).astype("float32")
    own = encode(encoder, X_train)
    own_draws = own.mean(axis=0) + noise @ np.linalg.cholesky(np.cov(own.T)).T
    results["VAE, N(0, I)"].append(scores(decode(net[1], noise)))
    results["plain, N(0, I)"].append(scores(decode(decoder, noise)))
    results["plain, own normal"].append(scores(decode(decoder, own_draws)))


def score_table(results, corner):
    specs = {"confidence": ".3f", "classes": ".2f", "Fréchet distance": ".1f"}
    rows = {
        name: {
            column: Measured([score[column] for score in by_seed], spec)
            for column, spec in specs.items()
        }
        for name, by_seed in results.items()
    }
    return MeasuredTable(rows, corner=corner)


score_table(results, corner="pictures by")

# %%
distance = {
    name: [score["Fréchet distance"] for score in by_seed] for name, by_seed in results.items()
}
for name in ("plain, N(0, I)", "plain, own normal"):
    difference(
        f"Fréchet distance, {name} − VAE, N(0, I)",
        distance[name],
        distance["VAE, N(0, I)"],
        "+.1f",
    )

# %% [markdown]
# With draws from $\mathcal N(0, 1)$ the plain autoencoder is much farther from real
# clothes, ≈ 37.8 against ≈ 12.3, and its pictures fall into fewer classes. (The
# classifier is about as sure of them.) Once it may use its own mean and covariance, the
# gap shrinks to ≈ 2.3. Over three seeds both intervals exclude 0, the second only just.
# The comparison is confounded, however: the plain autoencoder was trained for six epochs,
# the VAE for twelve, and only the plain one used its own normal distribution. With the
# VAE, we know where to draw, and have a likelihood. Both are far from the ≈ 0.2 of real
# images.
#
# ## Is there a path from one picture to another?

# %% tags=["hide-input"] mystnb={"figure": {"caption": "From one real image to another: blended pixel by pixel (top), and decoded along a straight line between the means of their codings (bottom).", "name": "fig-vae-interpolation"}, "image": {"alt": "Two rows of seven images from a pair of trousers to an ankle boot: in the top row both are seen through each other, in the bottom row one shape turns into the other."}}
pair = X_valid[[np.argmax(y_valid == 1), np.argmax(y_valid == 9)]]
t = np.linspace(0, 1, 7, dtype="float32")[:, None]
ends = encode(variational_encoder, pair)[0]
blends = ((1 - t) * pair[0].ravel() + t * pair[1].ravel()).reshape(-1, 28, 28)
path = decode(variational_decoder, (1 - t) * ends[0] + t * ends[1])
_ = plot_image_rows({"pixels": blends, "codings": path})

# %% [markdown]
# Blended pixels show both things at once; with codings, one shape bends into the other,
# with a blurred step halfway ({numref}`fig-vae-interpolation`). Is that step more like
# real clothes? We score the halfway pictures of 1,000 pairs of test images of different
# classes:

# %%
different = y_test[:2_500] != y_test[2_500:5_000]
left, right = X_test[:2_500][different][:1_000], X_test[2_500:5_000][different][:1_000]
halfway = {"pixels": [scores((left + right) / 2)], "codings": []}
for encoder, decoder, _ in nets:
    middle = (encode(encoder, left)[0] + encode(encoder, right)[0]) / 2
    halfway["codings"].append(scores(decode(decoder, middle)))
score_table(halfway, corner="halfway by")

# %%
by_codings = [score["confidence"] for score in halfway["codings"]]
by_pixels = halfway["pixels"][0]["confidence"]
difference("confidence, codings minus pixels", by_codings, by_pixels)

# %% [markdown]
# This is not shown: over three seeds, the interval for the difference in confidence
# includes 0, and the Fréchet distances are ≈ 31.7 and ≈ 32.3. A smooth path need not lead
# through real clothes: no garment is half trousers and half boot.
#
# Try it yourself ({numref}`fig-vae-walk`): walk within a class, and between two. Then move
# the codings one by one: some change the whole garment, others nothing.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "A live figure: the decoder runs in the page. Choose two of forty validation images and walk from one's codings to the other's, or move each of the ten codings.", "name": "fig-vae-walk"}, "image": {"alt": "Seven decoded images in a row that turn one garment into another step by step."}}
picked = np.concatenate([np.flatnonzero(y_valid == k)[:4] for k in range(10)])
live_walk(
    variational_decoder,
    encode(variational_encoder, X_valid[picked])[0],
    X_valid[picked],
    y_valid[picked],
    CLASS_NAMES,
)

# %% [markdown]
# ## What does a map of two codings show?

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Pictures decoded from a grid of two codings. The grid is equally spaced in probability under the prior, from 5% to 95% along each axis.", "name": "fig-vae-manifold"}, "image": {"alt": "A square mosaic of twelve by twelve small images in which kinds of clothes form regions, with shoes, trousers, tops and bags passing gradually into their neighbors."}}
levels = np.sqrt(2) * np.array(tf.math.erfinv(2 * np.linspace(0.05, 0.95, 12) - 1))
grid = np.array([(x, y) for y in levels[::-1] for x in levels], dtype="float32")
mosaic = decode(net_2d[1], grid).reshape(12, 12, 28, 28)
mosaic = mosaic.transpose(0, 2, 1, 3).reshape(12 * 28, 12 * 28)
mosaic = np.round(15 * mosaic) / 15  # sixteen grays make a small file
fig, ax = plt.subplots(figsize=(WIDTH, WIDTH))
ax.imshow(mosaic, vmin=0, vmax=1, interpolation="nearest")
ticks = np.arange(12) * 28 + 13.5
ax.set_xticks(ticks[::2], [f"{x:.1f}" for x in levels[::2]])
ax.set_yticks(ticks[::2], [f"{y:.1f}" for y in levels[::-1][::2]])
ax.set(xlabel="first coding", ylabel="second coding")
_ = ax.grid(False)

# %% [markdown]
# The two-coding VAE arranges the clothes on a plane ({numref}`fig-vae-manifold`):
# neighbors look alike, and one kind of clothes passes into the next. The mosaic shows 144
# points; {numref}`fig-vae-plane` decodes any point, and shows where the encoder puts real
# garments.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "A live figure: drag the ring over the plane of two codings, and the decoder answers in the page. The dots are the means of 2,500 validation images.", "name": "fig-vae-plane"}, "image": {"alt": "A scatter plot of the two codings of 2,500 garments in ten colors, each with its name, with classes in wedges around the center that run into one another."}}
live_plane(net_2d[1], encode(net_2d[0], X_valid[:2_500])[0], y_valid[:2_500], CLASS_NAMES)

# %% [markdown]
# ## What if one loss weighs more than the other?
#
# The β-VAE {cite}`higgins2017` multiplies the latent loss by β. We train for only three
# epochs, with one seed. The two extremes can be predicted:
#
# - **β → 0**: nothing holds σ away from 0 or μ near 0, and the VAE becomes a plain
#   autoencoder.
# - **β → ∞** (or no weight on the reconstruction): the latent loss goes to its minimum
#   0, which is at $\mu = 0$, $\gamma = 0$ for *every* image. The codings then carry no
#   information (*posterior collapse*), and the decoder can do no better than output the
#   mean image.

# %%
rows = {}
for beta in (0.1, 1.0, 4.0, 20.0, 1000.0):
    encoder, decoder, net = build(seed=42, weight=beta)
    train(net, cross_entropy, epochs=3)
    mean, log_var, z = encode(encoder, X_valid)
    kl = np.mean(latent_loss(mean, log_var))
    rebuilt = np.mean(cross_entropy(X_valid, decoder(z)))
    rows[f"β = {beta:g}"] = {
        "latent loss": Measured(kl, ".2f"),
        "cross-entropy": Measured(rebuilt, ".1f"),
        "sum": Measured(kl + rebuilt, ".1f"),
        "codings in use": Measured(active_units(encoder), ".0f"),
    }
MeasuredTable(rows, corner="validation, nats")

# %%
mean_image = logit(np.clip(X_train.mean(axis=0), 1e-6, 1 - 1e-6))
floor = np.mean(cross_entropy(X_valid, mean_image * np.ones_like(X_valid)))
measured("mean image: cross-entropy", floor, ".2f")
measured("β = 1000: cross-entropy above it", rebuilt - floor, ".2f")

# %% [markdown]
# The upper extreme comes out as predicted: at β = 1000 the latent loss is ≈ 0.00, no coding
# is in use, and the cross-entropy is about that of the mean image. In between, a larger β
# gives a smaller latent loss and a worse reconstruction, and about half of the codings are
# not used at 4 and at 20. The sum of the two losses, which is the negative ELBO, is
# smallest at β = 1, where the training minimizes it.
#
# :::{admonition} Takeaways
# :class: tip
# - A VAE encodes a picture as a distribution, and decodes a draw from it. Its latent loss
#   is the Kullback–Leibler divergence from that distribution to $\mathcal N(0, I)$; with
#   $\gamma = \ln\sigma^2$ it is $-\frac12\sum(1 + \gamma - e^{\gamma} - \mu^2)$.
# - With the squared error and the latent loss / 784 our net reaches ≈ 0.0302 where the
#   reference has .0311. That scale assumes noise far larger than the errors.
# - On tossed pixels the slide's loss is the negative ELBO. The ELBO is ≈ -240.8 nats per
#   test image, and $\ln p$ at least ≈ -236.5 by importance sampling (first 1,000 images).
#   When you quote a likelihood, say how the pixels were made.
# - New pictures come from $\mathcal N(0, I)$. A plain autoencoder comes close in Fréchet
#   distance if one fits a normal distribution to its codings.
# - With too large a weight on the latent loss, the codings carry no information.
# :::
#
# ## Exercises
#
# :::{admonition} Exercise 1 — mute one coding
# :class: exercise
# The latent loss is a sum over codings. Replace one coding at a time by noise from
# $\mathcal N(0, 1)$. Does the cross-entropy suffer most where the latent loss is
# largest?
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 1", "code_prompt_hide": "Hide solution 1"}
mean, log_var, z = encode(variational_encoder, X_valid)
share = np.mean(0.5 * (np.exp(log_var) + mean**2 - 1 - log_var), axis=0)
noise = np.random.default_rng(2).normal(size=z.shape).astype("float32")


def nats_with(z):
    return np.mean(cross_entropy(X_valid, variational_decoder(z)))


harm = np.array(
    [nats_with(np.where(np.arange(10) == i, noise, z)) - nats_with(z) for i in range(10)]
)
measured("least latent loss of a coding", share.min(), ".2f")
measured("largest latent loss", share.max(), ".2f")
measured("least harm by muting one", harm.min(), ".1f")
measured("largest harm", harm.max(), ".0f")
measured("correlation", np.corrcoef(share, harm)[0, 1], ".2f")

# %% [markdown]
# :::{admonition} Answer to exercise 1
# :class: dropdown
# By and large it does: the correlation is ≈ 0.83. A coding without latent loss carries no
# information, and muting it does no harm. Muting another costs up to ≈ 184 nats, far more
# than the largest latent loss of ≈ 2.5 nats. The noise does not only remove information:
# it also gives the decoder wrong information.
# :::
#
# :::{admonition} Exercise 2 — gray after all
# :class: exercise
# With logit η the integral of $\hat x^x(1-\hat x)^{1-x}$ over the gray values is
# $\tanh(\eta/2)/\eta$. Check it, subtract the logarithm of its inverse from the
# cross-entropy, and train three epochs with this continuous Bernoulli. Why can its ELBO
# be positive, and is there an upper limit?
# :::


# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 2", "code_prompt_hide": "Hide solution 2"}
def log_normalizer(logits):  # ln of η / tanh(η / 2), by its series around 0
    small = ops.abs(logits) < 0.1
    safe = ops.where(small, 1.0, logits)
    exact = ops.log(safe / ops.tanh(safe / 2))
    return ops.where(small, np.log(2) + ops.square(logits) / 12, exact)


def continuous_bernoulli(images, logits):
    return cross_entropy(images, logits) - ops.sum(log_normalizer(logits), axis=(1, 2))


for eta in (0.05, 1.0, 5.0):
    p = 1 / (1 + np.exp(-eta))
    area = quad(lambda x, p=p: p**x * (1 - p) ** (1 - x), 0, 1)[0]
    print(f"η = {eta}: {np.isclose(area * np.exp(float(log_normalizer(eta))), 1)}")

gray_net = build(seed=42)
train(gray_net[-1], continuous_bernoulli, epochs=3)
for name, (encoder, decoder, _) in [("cross-entropy", nets[0]), ("it", gray_net)]:
    mean, log_var, z = encode(encoder, X_test)
    logits = decoder(z)
    loss = continuous_bernoulli(X_test, logits) + latent_loss(mean, log_var)
    density = -np.mean(loss)
    measured(f"trained by {name}: ELBO of the density", density, ".0f")
zeros = np.mean(X_test == 0)
measured("share of pixels that are exactly 0", zeros, ".1%")

# %% [markdown]
# :::{admonition} Answer to exercise 2
# :class: dropdown
# A density may exceed 1, so its logarithm may be positive. Training by the proper
# density lifts the ELBO from ≈ 956 to ≈ 2,493, so what the cross-entropy leaves out changes
# what is learned. There is no upper limit: at $x = 0$ the density grows like $|\eta|$ as
# $\eta\to-\infty$, and ≈ 50.0% of the pixels are exactly 0. That is why we report the
# probability of black and white pixels, which can never exceed 1.
# :::
#
# :::{admonition} Exercise 3 — a threshold in place of the coins
# :class: exercise
# Make a pixel white if it is above ½, train three epochs and report the ELBO on the test
# images. Is this net better than ours?
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 3", "code_prompt_hide": "Hide solution 3"}
hard_net = build(seed=42)
train(hard_net[-1], cross_entropy, epochs=3, images=(X_train > 0.5).astype("float32"))
hard_test = (X_test > 0.5).astype("float32")
hard_loss = hard_net[-1].evaluate(hard_test, hard_test, batch_size=1_000, verbose=0)
measured("threshold: ELBO", -hard_loss, ".1f")
measured("coins: ELBO", elbo[0], ".1f")

# %% [markdown]
# :::{admonition} Answer to exercise 3
# :class: dropdown
# Its ELBO is ≈ -137.0, ours ≈ -241.0, but that does not make it better, because the data
# are different. No net can foresee the coins, so even the oracle reaches only ≈ -190; with
# a threshold nothing is random. Compare likelihoods only on the same data.
# :::
#
# ## Further reading
#
# - {cite:t}`kingma2014` and {cite:t}`rezende2014`: the two papers that found the VAE
#   independently.
# - {cite:t}`burda2016`: the better bound, and the count of active units.
# - {cite:t}`higgins2017`: the weight β, and what it may do for single codings.
# - {cite:t}`loaizaganem2019`: cross-entropy on gray pixels, and what it leaves out.
