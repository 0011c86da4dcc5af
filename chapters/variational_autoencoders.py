# %% [markdown]
# # Draw new pictures with a variational autoencoder
#
# Can an autoencoder invent clothes that nobody photographed, and how probable does it
# find real ones?
#
# - **What you'll do**: build the lecture's variational autoencoder (VAE), compare its
#   encoder with the exact answer, draw new pictures, and measure its likelihood on
#   images it has never seen.
# - **What you'll learn**: what is variational about it, how the loss bounds the
#   likelihood and by how much, and what you gain and lose by weighting its two parts.
# - **What you'll need**: [the lesson on stacked autoencoders](stacked_autoencoders.ipynb);
#   expectation, density, and the normal distribution.
#
# *Slides covered: “Variational Autoencoders”, “Variational Autoencoders: Latent Loss”.*

# %%
from lecture6_utils.reproducibility import make_reproducible  # before keras

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import ops
from matplotlib.patches import Ellipse
from scipy.integrate import quad
from scipy.special import logsumexp
from sklearn.decomposition import PCA

from lecture6_utils.datasets import CLASS_NAMES, load_fashion_mnist
from lecture6_utils.live_figures import live_plane, live_rate_distortion, live_walk
from lecture6_utils.measurement import Measured, MeasuredTable, difference, measured
from lecture6_utils.plotting import COLORS, WIDTH, plot_image_rows, set_style
from lecture6_utils.training import fit, fit_autoencoder

make_reproducible("variational_autoencoders")
set_style()
(X_train, y_train), (X_valid, y_valid), (X_test, y_test) = load_fashion_mnist()

# %% [markdown]
# ## What is variational about it?
#
# Suppose that each picture $b$ was made in two steps. First, codings $z$ were drawn from a
# *prior*, $p(z) = \mathcal N(0, I)$. Then the picture was drawn from $p(b\mid z)$, which a
# decoder computes. To encode a picture means to ask which codings it may have come from.
# The exact answer is the *true posterior*
#
# $$
# p(z\mid b) = \frac{p(b\mid z)\,p(z)}{p(b)}, \qquad p(b) = \int p(b\mid z)\,p(z)\,dz.
# $$
#
# With ten codings nobody can compute this integral. *Variational inference* takes a simple
# family of distributions, here the normal ones with independent codings, and looks in it for
# the $q$ that is most like the true posterior. A new search for each picture is slow. So the
# VAE {cite}`kingma2014,rezende2014` trains an encoder, once, that answers with a mean $\mu_i$
# and a log-variance $\gamma_i = \ln\sigma_i^2$ for each coding
# ({numref}`fig-vae-architecture`). This is called *amortized inference*.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The variational autoencoder of this lesson. Bars are layers with their number of units. The latent loss is computed from μ and γ, the reconstruction loss from the image and its reconstruction.", "name": "fig-vae-architecture"}, "image": {"alt": "Diagram from left to right: 784 units narrow over 150 and 100 to two bars of 10 units, μ and γ. These and noise ε lead to 10 codings z, which widen over 100 and 150 to 784 units. The words latent loss stand below μ and γ; an arrow from the first bar to the last is named reconstruction loss."}}
fig, ax = plt.subplots(figsize=(WIDTH, 3.4))
layers = {}
for key, x, units, name, hue, y in [
    ("in", 0, 784, "784", 0, 0),
    ("h1", 1.4, 150, "150", 0, 0),
    ("h2", 2.8, 100, "100", 0, 0),
    ("mean", 4.4, 10, "μ  10", 1, 0.95),
    ("var", 4.4, 10, "γ  10", 1, -0.95),
    ("z", 6.0, 10, "z  10", 1, 0),
    ("h3", 7.6, 100, "100", 2, 0),
    ("h4", 9.0, 150, "150", 2, 0),
    ("out", 10.4, 784, "784", 2, 0),
]:
    half = max(np.sqrt(units) / 13, 0.4)
    layers[key] = (x, half, y)
    ax.bar(x, 2 * half, 0.36, bottom=y - half, color=COLORS[hue])
    side = -1 if y < 0 else 1
    ax.text(x, y + side * (half + 0.12), name, ha="center", va="top" if y < 0 else "bottom")
for pair in ["in h1", "h1 h2", "h2 mean", "h2 var", "z h3", "h3 h4", "h4 out"]:
    (x0, half0, y0), (x1, half1, y1) = (layers[key] for key in pair.split())
    low, high = [y0 - half0, y1 - half1], [y0 + half0, y1 + half1]
    ax.fill_between([x0, x1], low, high, color="0.9", lw=0, zorder=0)
arrow = {"arrowstyle": "->", "color": "0.3", "lw": 1.4}
for y in (0.95, -0.95):
    ax.annotate("", (5.75, 0.25 * y), (4.65, y), arrowprops=arrow)
ax.annotate("", (6, -0.45), (6, -1.3), arrowprops=arrow)
ax.text(6, -1.35, "noise ε", ha="center", va="top")
ax.text(4.4, -2.15, "latent loss", ha="center", color=COLORS[1])
ax.annotate("", (10.4, 3.0), (0, 3.0), arrowprops={**arrow, "arrowstyle": "<->"})
ax.text(5.2, 3.1, "reconstruction loss", ha="center", va="bottom")
for x, hue, name in [(1.4, 0, "variational_encoder"), (9, 2, "variational_decoder")]:
    ax.text(x, -2.9, name, ha="center", color=COLORS[hue], family="monospace", size=11)
ax.set(xlim=(-0.7, 11.1), ylim=(-3.1, 3.9))
_ = ax.axis("off")

# %% [markdown]
# How can the encoder be trained, if nobody knows the posterior? The *Kullback–Leibler
# divergence* $D$ from $q$ to the posterior is the mean $\mathrm E_q$, over draws from $q$, of
# $\ln q(z) - \ln p(z\mid b)$. Put Bayes' rule into it, and order the terms:
#
# $$
# \ln p(b) - D\bigl(q\,\|\,p(z\mid b)\bigr) = \underbrace{\mathrm E_q\ln p(b\mid z) -
# D\bigl(q\,\|\,p(z)\bigr)}_{\text{ELBO}}.
# $$
#
# A divergence is never negative, so the right side, the *evidence lower bound* (ELBO), is at
# most $\ln p(b)$. Draws from $q$ estimate it. Raising it makes the pictures more probable, or
# brings $q$ closer to the true posterior, or both.
#
# ## Of what is the loss a likelihood?
#
# We need a $p(b\mid z)$. The slide suggests cross-entropy as the reconstruction loss. A
# decoder that puts out a probability $\hat x$ per pixel gives a black-or-white pixel
# $b\in\{0, 1\}$ the probability $\hat x^b(1-\hat x)^{1-b}$, and its negative logarithm is
# the cross-entropy. With a *gray* value in place of $b$ it is no likelihood: its integral
# over $[0, 1]$ is not 1.

# %%
for x_hat in (0.5, 0.9, 0.99):
    area = quad(lambda x, p=x_hat: p**x * (1 - p) ** (1 - x), 0, 1)[0]
    print(f"decoder says {x_hat}: integral over the gray values {area:.3f}")

# %% [markdown]
# So we make the pixels black or white. Read the gray value $x$ as the probability that a
# coin $b$ shows 1, and toss one coin per pixel. The logarithm of the probability is
# linear in $b$, so its average over all tosses is the negative cross-entropy with $x$ itself:
#
# $$
# \mathrm E_b\sum_j\left[b_j\ln\hat x_j + (1-b_j)\ln(1-\hat x_j)\right] =
# \sum_j\left[x_j\ln\hat x_j + (1-x_j)\ln(1-\hat x_j)\right].
# $$
#
# Summed over the pixels and in nats (natural logarithms), the reconstruction loss on gray pictures
# is therefore minus the first part of the ELBO of the tossed ones, averaged over all tosses. (Our
# encoder sees the gray picture. The bound holds for any $q$.) Our decoder returns *logits*, the
# values before the sigmoid, so the loss stays exact near 0 and 1.


# %%
def cross_entropy(images, logits):
    """In nats per image; `images` may be tossed coins or, for their mean, gray."""
    return ops.sum(ops.softplus(logits) - images * logits, axis=(1, 2))


# %% [markdown]
# ## What is the latent loss?
#
# It is the second part of the ELBO, the divergence from $q = \mathcal N(\mu, \sigma^2)$ to
# the prior. For one coding:
#
# $$
# \begin{aligned} D(q\,\|\,p) &= \mathrm E_q\left[\ln q(z) - \ln p(z)\right] \\ &= \mathrm
# E_q\left[-\tfrac12\ln(2\pi\sigma^2) - \tfrac{(z-\mu)^2}{2\sigma^2} + \tfrac12\ln(2\pi) +
# \tfrac{z^2}{2}\right] \\ &= -\tfrac12\ln\sigma^2 - \tfrac12 + \tfrac12\left(\sigma^2 +
# \mu^2\right) \end{aligned}
# $$
#
# since $\mathrm E_q(z-\mu)^2 = \sigma^2$ and $\mathrm E_q z^2 = \sigma^2 + \mu^2$. The
# codings are independent, so the divergences of all $n$ codings add up to the slide's formula:
#
# $$
# \mathcal L = -\frac12\sum_{i=1}^n\Bigl[1 + \underbrace{\ln\sigma_i^2}_{\gamma_i} -
# \underbrace{\sigma_i^2}_{e^{\gamma_i}} - \mu_i^2\Bigr].
# $$
#
# :::{admonition} Since the slides
# :class: note
# - The slide's underbraces read $\gamma_i^2$ and $e^{\gamma_i^2}$. With $\gamma_i =
#   \ln\sigma_i^2$ they must read $\gamma_i$ and $e^{\gamma_i}$. Taken literally,
#   $\sigma_i^2 = e^{\gamma_i^2} \ge 1$: no coding could be more exact than the prior.
# - The two losses add up to the negative ELBO only if both are sums. If you take the
#   *mean* over the pixels, as Keras's losses do, divide the latent loss by 784, too.
# - `model.add_loss(tensor)` on a finished functional model raises an error in Keras 3. A
#   small layer that calls `self.add_loss` replaces it.
# :::


# %%
def latent_loss(mean, log_var):
    return -0.5 * ops.sum(1 + log_var - ops.exp(log_var) - ops.square(mean), axis=-1)


@keras.saving.register_keras_serializable(package="lecture6")
class LatentLoss(keras.layers.Layer):
    """Pass (mean, log_var) on; add β × their latent loss, mean over a batch."""

    def __init__(self, beta=1.0, **kwargs):
        super().__init__(**kwargs)
        self.beta = beta

    def call(self, inputs):
        self.add_loss(self.beta * ops.mean(latent_loss(*inputs)))
        return inputs

    def get_config(self):
        return super().get_config() | {"beta": self.beta}


# %% [markdown]
# We compare the formula with an average of $\ln q - \ln p$ over 200,000 draws from a $q$
# with ten codings.


# %%
def log_normal(z, mean=0.0, log_var=0.0):
    squares = (z - mean) ** 2 * ops.exp(-log_var)
    return -0.5 * ops.sum(np.log(2 * np.pi) + log_var + squares, axis=-1)


rng = np.random.default_rng(0)
mean, log_var = rng.normal([[0], [-2]], 1, (2, 10)).astype("float32")
z = mean + np.exp(log_var / 2) * rng.normal(size=(200_000, 10)).astype("float32")
draws = np.array(log_normal(z, mean, log_var) - log_normal(z))
measured("formula", float(latent_loss(mean, log_var)), ".2f")
measured("average of the draws", draws.mean(), ".2f")
measured("standard error of the average", draws.std() / np.sqrt(len(draws)), ".3f")

# %% [markdown]
# ## How can one train through a random draw?
#
# If a random generator returns $z$, nothing says how $z$ would have changed with $\mu$: the
# gradient stops there. The *reparameterization trick* draws the noise separately: $z_i =
# \mu_i + \sigma_i\varepsilon_i$ with $\varepsilon_i \sim \mathcal N(0, 1)$ and $\sigma_i =
# e^{\gamma_i/2}$. The noise has no parameters, so $\mu$ and $\gamma$ get ordinary
# gradients. (The encoder outputs $\gamma$ because it may be any number, while $\sigma$ must
# be positive.)


# %%
@keras.saving.register_keras_serializable(package="lecture6")
class Sampling(keras.layers.Layer):
    """Draw codings from N(mean, exp(log_var))."""

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)  # an integer repeats its noise

    def call(self, inputs):
        mean, log_var = inputs
        noise = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        return mean + ops.exp(log_var / 2) * noise

    def get_config(self):
        return super().get_config() | {"seed": self.seed}


# %% [markdown]
# We test it where the answer is known: the derivative of $\mathrm E z^2 = \mu^2 + \sigma^2$
# with respect to $\mu$ is $2\mu$, here 2. A draw by NumPy gives no gradient. The classic way
# without the trick is the *score function estimator* {cite}`williams1992`,
# $z^2\,\partial\ln q(z)/\partial\mu$. It needs no gradient of the decoder.

# %%
n_draws = 10_000
mu, gamma = tf.fill((n_draws, 1), 1.0), tf.fill((n_draws, 1), float(np.log(0.25)))
with tf.GradientTape(persistent=True) as tape:
    tape.watch(mu)
    by_numpy = tf.constant(rng.normal(mu, np.exp(gamma / 2)), "float32")
    drawn = Sampling(seed=0)([mu, gamma])
    square_by_numpy, square = by_numpy**2, drawn**2
print("gradient through a draw by NumPy:", tape.gradient(square_by_numpy, mu))
for name, estimate in [
    ("with the trick", np.array(tape.gradient(square, mu))),
    ("score function", np.array(by_numpy**2 * (by_numpy - mu) / np.exp(gamma))),
]:
    measured(f"{name}: mean of the derivative", estimate.mean(), ".2f")
    measured(f"{name}: standard deviation", estimate.std(), ".2f")

# %% [markdown]
# Both ways are right on average. The standard deviation over draws is ≈ 1.01 with the trick
# and ≈ 4.65 without it. A VAE makes one draw per image and step, so this matters.
#
# ## How is the net put together?
#
# A *plain* autoencoder is the same net without the draw and the latent loss. Of `relu`, `selu`
# and `silu` for the hidden layers, `silu` did best on the validation images. We cap γ, because
# a large $e^{\gamma}$ overflows.


# %%
def hidden(*widths):
    options = {"activation": "silu", "kernel_initializer": "he_normal"}
    return [keras.layers.Dense(width, **options) for width in widths]


def build_decoder(n_codings):
    outputs = [keras.layers.Dense(28 * 28), keras.layers.Reshape((28, 28))]  # logits
    return keras.Sequential([keras.Input((n_codings,)), *hidden(100, 150), *outputs])


def build(seed, beta=1.0, n_codings=10):
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((28, 28))
    h = keras.Sequential([keras.layers.Flatten(), *hidden(150, 100)])(inputs)
    codings_mean = keras.layers.Dense(n_codings)(h)  # μ
    codings_log_var = ops.minimum(keras.layers.Dense(n_codings)(h), 5.0)  # γ
    codings_mean, codings_log_var = LatentLoss(beta)([codings_mean, codings_log_var])
    codings = Sampling()([codings_mean, codings_log_var])
    variational_encoder = keras.Model(inputs, [codings_mean, codings_log_var, codings])
    variational_decoder = build_decoder(n_codings)
    variational_ae = keras.Model(inputs, variational_decoder(codings))
    return variational_encoder, variational_decoder, variational_ae


def build_plain(seed, n_codings=10, **options):
    keras.utils.set_random_seed(seed)
    layers = [keras.layers.Flatten(), *hidden(150, 100), keras.layers.Dense(n_codings, **options)]
    encoder, decoder = keras.Sequential([keras.Input((28, 28)), *layers]), build_decoder(n_codings)
    return encoder, decoder, keras.Sequential([encoder, decoder])


variational_encoder, variational_decoder, variational_ae = build(seed=42)
print(f"encoder {variational_encoder.count_params():,} parameters")
print(f"decoder {variational_decoder.count_params():,} parameters")
variational_ae.compile(loss=cross_entropy, optimizer="adam")
_ = variational_ae.fit(X_train[:1_000], X_train[:1_000], verbose=0)  # the latent loss is in it

# %% [markdown]
# From here on we train with our faster `fit` and the cosine schedule of the earlier lessons.
# Three variational and three plain nets get three epochs each. A copy of the first variational
# one gets eight more, eleven in all.


# %%
def train(net, loss=cross_entropy, epochs=3, images=X_train):
    fit_autoencoder(
        net,
        images,
        loss=loss,
        epochs=epochs,
        batch_size=128,
        learning_rate=5e-3,
        global_clipnorm=50.0,
        jit_compile=False,
    )


def copy_of(net, seed, beta=1.0):
    copy = build(seed, beta)
    copy[-1].set_weights(net[-1].get_weights())
    return copy


seeds = [42, 43, 44]
short, plain = [build(seed) for seed in seeds], [build_plain(seed) for seed in seeds]
for net in short + plain:
    train(net[-1])
variational_encoder, variational_decoder, variational_ae = copy_of(short[0], 42)
train(variational_ae, epochs=8)


def encode(encoder, images):
    """As arrays: μ, γ and codings, or just the codings of a plain encoder."""
    return keras.tree.map_structure(ops.convert_to_numpy, encoder(images))


# %% [markdown]
# ## How far is q from the true posterior?
#
# With two codings we can compute the true posterior: we evaluate $p(b\mid z)\,p(z)$ on a
# fine grid, and its sum times the area of a cell is $p(b)$. We train such a VAE, and toss the
# coins of the test images once.

# %%
coins = (np.random.default_rng(0).random(X_test.shape) < X_test).astype("float32")
net_2d = build(seed=42, n_codings=2)
train(net_2d[-1], epochs=4)
few = 200
flat_coins = tf.constant(coins[:few].reshape(few, -1))


@tf.function
def log_joint(z):
    """ln of p(b | z) p(z), for each point z and each of the first test images."""
    logits = ops.reshape(net_2d[1](z), (-1, 784))
    log_b = logits @ ops.transpose(flat_coins) - ops.sum(ops.softplus(logits), axis=1)[:, None]
    return log_b + log_normal(z)[:, None]


step = 0.025
axis = np.arange(-4.5, 4.5, step, dtype="float32")
columns = [np.stack([np.full_like(axis, x), axis], axis=1) for x in axis]
log_posterior = np.concatenate([log_joint(column).numpy().T for column in columns], axis=1)
log_p = logsumexp(log_posterior, axis=1) + 2 * np.log(step)
log_posterior -= log_p[:, None].astype("float32")  # (images, points)
grid = np.concatenate(columns)


def divergence(mean, log_var):
    """D(q‖p(z | b)) of each image, summed over the grid."""
    values = []
    for m, v, log_true in zip(mean, log_var, log_posterior):
        log_q = log_normal(grid, m, v).numpy()
        values.append(np.sum(np.exp(log_q) * (log_q - log_true)) * step**2)
    return np.array(values)


# %% [markdown]
# We check the identity above: for the ELBO we average $\ln p(b, z) - \ln q(z)$ over draws
# from $q$, and for the divergence we sum over the grid.


# %%
def log_weights(decoder, coins, mean, log_var, n_draws):
    """ln p(b, z) − ln q(z) of draws z from q, shape (n_draws, n_images)."""
    sampling = Sampling(seed=1)

    @tf.function
    def draw():
        z = sampling([mean, log_var])
        log_joint = log_normal(z) - cross_entropy(coins, decoder(z))
        return log_joint - log_normal(z, mean, log_var)

    return np.array([draw() for _ in range(n_draws)])


mean, log_var, _ = encode(net_2d[0], X_test[:few])
by_encoder = divergence(mean, log_var)
elbo_2d = log_weights(net_2d[1], coins[:few], mean, log_var, 500).mean(axis=0)
measured("two codings: ln p by the grid", log_p.mean(), ".2f")
measured("ln p − ELBO, by draws", (log_p - elbo_2d).mean(), ".2f")
measured("D(q‖p(z|b)), by the grid", by_encoder.mean(), ".2f")
apart = np.mean(log_p - elbo_2d - by_encoder)
print("the two agree to 0.05 nats:", bool(abs(apart) < 0.05))

# %% [markdown]
# The gap has three possible reasons {cite}`cremer2018`:
#
# - **The family.** No normal distribution with independent codings equals the true
#   posterior (the *approximation gap*).
# - **The coins.** Our encoder sees the gray picture and cannot know how the coins fell.
# - **The encoder.** It may miss the best $q$ for the gray picture, because one net has to
#   answer for all pictures.
#
# The last two together are the *amortization gap*. To measure the parts, we search for the best
# $q$ of each picture by gradient ascent on its ELBO, once with its coins and once with its gray
# values.


# %%
def refine(decoder, images, mean, log_var, steps=80, n_draws=2):
    """Move the q of each image, from (mean, log_var) on, to raise its own ELBO."""
    start, std = (tf.constant(mean), tf.constant(log_var)), np.exp(log_var / 2)
    shift, widening = (keras.Variable(np.zeros_like(mean)) for _ in range(2))
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.1, steps))
    optimizer.build([shift, widening])
    sampling = Sampling(seed=2)

    def moved():
        return start[0] + std * shift.value, start[1] + widening.value

    @tf.function
    def ascend():
        with tf.GradientTape() as tape:
            q = moved()
            losses = [cross_entropy(images, decoder(sampling(q))) for _ in range(n_draws)]
            loss = ops.sum(sum(losses) / n_draws + latent_loss(*q))
        gradients = tape.gradient(loss, [shift.value, widening.value])
        optimizer.apply(gradients, [shift, widening])

    for _ in range(steps):
        ascend()
    return [np.array(part) for part in moved()]


best = refine(net_2d[1], coins[:few], mean, log_var, n_draws=8)
best_for_gray = refine(net_2d[1], X_test[:few], mean, log_var, n_draws=8)
by_best, by_gray = divergence(*best), divergence(*best_for_gray)
difference("gap of the encoder's q", by_encoder, spec=".2f", over="images")
difference("part of the encoder", by_encoder, by_gray, ".2f", over="images")
difference("part of the coins", by_gray, by_best, ".2f", over="images")
difference("part of the family", by_best, spec=".2f", over="images")

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The true posterior of two codings for six garments (shaded), the encoder's q (solid ellipses, one and two standard deviations) and the best q found for the tossed pixels (dashed). Each panel has its own place on the plane. The encoder often misses the center, and no upright ellipse can follow a tilted posterior.", "name": "fig-vae-posterior"}, "image": {"alt": "Six panels, each with a shaded blob, the true posterior, in the middle. In five of them the dashed ellipse follows the blob closely, while the solid one lies beside its center or is too large. For the sandal the blob is a tilted streak, and both ellipses cover only its middle."}}
fig, axes = plt.subplots(2, 3, figsize=(WIDTH, 4))
for ax, kind in zip(axes.flat, [1, 2, 3, 5, 8, 9]):
    i = np.flatnonzero(y_test[:few] == kind)[0]
    share = np.exp(log_posterior[i]) * step**2
    middle = share @ grid
    reach = 4 * np.sqrt(share @ (grid - middle) ** 2).max()
    line = np.linspace(-reach, reach, 61, dtype="float32")
    local = np.array([(middle[0] + x, middle[1] + y) for y in line for x in line], "float32")
    log_density = log_joint(local).numpy()[:, i].reshape(61, 61)
    extent = [middle[0] - reach, middle[0] + reach, middle[1] - reach, middle[1] + reach]
    density = np.exp(log_density - log_density.max())
    ax.imshow(density, origin="lower", extent=extent, cmap="Blues", vmax=1.3)
    for (m, v), hue, style in [((mean, log_var), COLORS[1], "-"), (best, COLORS[2], "--")]:
        for width in (1, 2):
            size = 2 * width * np.exp(v[i] / 2)
            ax.add_patch(Ellipse(m[i], *size, fill=False, ec=hue, ls=style, lw=1.6))
    ax.set(xlim=extent[:2], ylim=extent[2:], xticks=[], yticks=[], title=CLASS_NAMES[kind])
    ax.grid(False)
axes[1, 0].set_xlabel("— encoder's q", color=COLORS[1])
_ = axes[1, 1].set_xlabel("- - best q", color=COLORS[2])

# %% [markdown]
# The gap is ≈ 2.24 nats (95% interval over 200 images ≈ 1.53 … ≈ 3.28). The family accounts for
# ≈ 0.51 nats of it, or less if our search missed the best $q$. The coins account for ≈ 0.66, and
# the encoder for ≈ 1.06. With this one net, most of the gap is the amortization gap. In
# {numref}`fig-vae-posterior` the best $q$ fits every posterior well except the tilted one, but
# the encoder's $q$ often lies beside it. {numref}`fig-vae-plane` shows the plane of both codings.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "A live figure: drag the ring over the plane of two codings, and the decoder answers in the page. The dots are the means of 1,500 validation images.", "name": "fig-vae-plane"}, "image": {"alt": "A scatter plot of the two codings of 1,500 garments in ten colors, each with its name. Trousers lie at the left, bags at the right, coats and pullovers at the top, sneakers and ankle boots at the bottom; neighboring classes run into one another."}}
live_plane(net_2d[1], encode(net_2d[0], X_valid[:1_500])[0], y_valid[:1_500], CLASS_NAMES)

# %% [markdown]
# ## How probable are real clothes?
#
# With ten codings there is no grid. The importance weight of a draw $z$ from $q$ is
# $w = p(b, z)/q(z)$. From *k* of them we get the bound $\mathrm E\ln\frac1k\sum w$, which never
# falls with *k* and tends to $\ln p(b)$ {cite}`burda2016`. With *k* = 1 it is the ELBO. The
# bound holds for any $q$, so we may draw from the *refined* $q$ that our search found for each
# picture. With two codings we can check how close it is.


# %%
def bound(log_w, k):
    """The bound of each image from groups of k weights, averaged over the groups."""
    groups = log_w.reshape(-1, k, log_w.shape[1])
    return np.mean(logsumexp(groups, axis=1) - np.log(k), axis=0)


for name, q in [("encoder's q", (mean, log_var)), ("refined q", best)]:
    short_of = bound(log_weights(net_2d[1], coins[:few], *q, 200), 200) - log_p
    measured(f"{name}, k = 200, minus the grid", short_of.mean(), ".2f")

# %% [markdown]
# The refined $q$ comes closer, so we use it for the net with ten codings and eleven epochs, on
# the first 1,000 test images. For comparison we rate the coins of all test images by the mean
# training image, and by an oracle that sees each gray picture.

# %%
tossed = coins[:1_000]
mean, log_var, z = encode(variational_encoder, X_test)
elbo = -cross_entropy(coins, variational_decoder(z)).numpy() - latent_loss(mean, log_var).numpy()
refined = refine(variational_decoder, tossed, mean[:1_000], log_var[:1_000])
log_w = log_weights(variational_decoder, tossed, *refined, 200)
refined_elbo, log_p_bound = log_w.mean(axis=0), bound(log_w, 200)


def log_p_by(probability):  # of the coins, when each pixel's probability is known
    p = np.clip(probability, 1e-6, 1 - 1e-6)
    logits = (np.log(p) - np.log1p(-p)) * np.ones_like(coins)
    return -np.mean(cross_entropy(coins, logits))


nats = {
    "mean image, ln p": log_p_by(X_train.mean(axis=0)),
    "VAE, ELBO": elbo.mean(),
    "VAE, ELBO, first 1,000": elbo[:1_000].mean(),
    "VAE, ELBO, q refined, first 1,000": refined_elbo.mean(),
    "VAE, ln p ≥, first 1,000": log_p_bound.mean(),
    "oracle, ln p": log_p_by(X_test),
}
MeasuredTable(
    {name: {"nats per image": Measured(value, ".1f")} for name, value in nats.items()},
    corner="tossed test images",
)

# %%
difference("ln p above the ELBO by at least", log_p_bound, elbo[:1_000], spec=".2f", over="images")
difference("of which refining q gains", refined_elbo, elbo[:1_000], ".2f", over="images")
measured("standard error of ln p over images", log_p_bound.std() / np.sqrt(1_000), ".2f")

# %% [markdown]
# For unseen clothes, tossed black or white, $\ln p \ge$ ≈ −236.2 nats per image, between
# the mean image's ≈ −385.0 and the oracle's ≈ −190.0. The ELBO of the same images is ≈ 4.91
# nats lower, and refining $q$ alone regains ≈ 4.11 of them. The standard error of this bound
# over the images is ≈ 2.40 nats.
#
# ## What do new pictures look like?
#
# To draw a new picture, we draw codings from the prior and decode them. But over all images,
# the encoder's codings need not have exactly this distribution. So one can also draw from the
# normal distribution with the mean and covariance of the training codings. This is
# ex-post density estimation {cite}`ghosh2020`, and it makes even a plain autoencoder a generator.
# {numref}`fig-vae-new` shows both ways with both nets.


# %%
def decode(decoder, z):
    return ops.convert_to_numpy(ops.sigmoid(decoder(z.astype("float32"))))


def draw_codings(codings, n, seed):
    """From N(0, I), and from the normal distribution of the codings."""
    noise = np.random.default_rng(seed).normal(size=(n, codings.shape[1]))
    own = codings.mean(axis=0) + noise @ np.linalg.cholesky(np.cov(codings.T)).T
    return {"N(0, I)": noise, "own normal": own}


codings_of = {
    "VAE": [encode(encoder, X_train)[2] for encoder, _, _ in short],
    "plain": [encode(encoder, X_train) for encoder, _, _ in plain],
}

# %% tags=["hide-input"] mystnb={"figure": {"caption": "New pictures from two nets after three epochs each, drawn from N(0, I) and from the normal distribution of the net's own codings. Shown is the probability of each pixel.", "name": "fig-vae-new"}, "image": {"alt": "Four rows of six gray pictures. The first two rows, of the variational net, show mostly blurred clothes. The third row, plain net and N(0, I), shows mixtures of clothes with spots and stripes. In the fourth row, plain net and its own normal, some are clothes and some are mixtures."}}
rows = {}
for name, net in [("VAE", short[0]), ("plain", plain[0])]:
    for way, z in draw_codings(codings_of[name][0], 6, seed=1).items():
        rows[f"{name}\n{way}"] = decode(net[1], z)
for ax in plot_image_rows(rows)[:, 0]:
    ax.texts[0].set_fontsize(8)

# %% [markdown]
# Are new clothes copies of training images? {numref}`fig-vae-nearest` shows for each picture
# the training image with the smallest squared distance.
#
# :::{predict} …
# :highest:
# The VAE draws new pictures, and it rebuilds test images that it has never seen. Which of these
# pictures are farther from their nearest training image?
#
# - the new ones = new pictures: MSE to the nearest training image, median
# - the rebuilt ones = rebuilt test images: the same
# :::


# %%
def nearest(pictures):
    """The index of the nearest training image, and the mean squared error to it."""
    a, b = pictures.reshape(-1, 784), X_train.reshape(-1, 784)
    squares = np.sum(b**2, axis=1) - 2 * a @ b.T  # less what is the same for all b
    found = squares.argmin(axis=1)
    return found, np.mean((a - b[found]) ** 2, axis=1)


new = decode(variational_decoder, np.random.default_rng(3).normal(size=(300, 10)))
found, away = nearest(new)
measured("new pictures: MSE to the nearest training image, median", np.median(away))
rebuilt = decode(variational_decoder, encode(variational_encoder, X_test[:300])[0])
away = nearest(rebuilt)[1]
measured("rebuilt test images: the same", np.median(away))

# %% tags=["hide-input"] mystnb={"figure": {"caption": "New pictures of the VAE (eleven epochs), and for each the nearest of all training images. Kind and outline are mostly the same, details are not.", "name": "fig-vae-nearest"}, "image": {"alt": "Two rows of ten small images. Above: new pictures of clothes, smooth and a little blurred. Below: training images, mostly of the same kind and outline, with sharper edges and more texture."}}
_ = plot_image_rows({"new": new[:10], "train": X_train[found[:10]]})

# %% [markdown]
# The median new picture is no copy: it is farther from its nearest training image than the
# median reconstruction of an unseen test image (≈ 0.0144 and ≈ 0.0082).
#
# ## Would a plain autoencoder not do as well?
#
# We judge 5,000 pictures of each generator by the *Fréchet distance*: we compare the mean and
# the covariance of a classifier's 64 last hidden units with those for the validation images.
# The distance is 0 if they agree. With the features of a large net called Inception it is
# known as FID {cite}`heusel2017`. Our classifier is another, and our values are not FIDs.
#
# :::{predict} Fréchet distance, plain, own normal − VAE, own normal
# Each net draws from the normal distribution of its own codings. Whose pictures are nearer to real
# clothes?
#
# - those of the variational net = over 0
# - those of the plain net = under 0
# - a difference is not shown = not shown
# :::

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
fit(classifier, X_train, y_train, epochs=4, batch_size=128, jit_compile=False)
accuracy = classifier.evaluate(X_test, y_test, batch_size=1_000, verbose=0)[1]
measured("classifier: test accuracy", accuracy, ".1%")


def moments(images):
    values = ops.convert_to_numpy(features(images))
    return values.mean(axis=0), np.cov(values.T)


def frechet_distance(images):
    (m1, S1), (m2, S2) = moments(images), moments(X_valid)
    root = np.sqrt(np.linalg.eigvals(S1 @ S2).real.clip(0)).sum()
    return np.sum((m1 - m2) ** 2) + np.trace(S1) + np.trace(S2) - 2 * root


distances = {"real test images": [frechet_distance(X_test[:5_000])]}
for name, group in [("VAE", short), ("plain", plain)]:
    for seed, (_, decoder, _), codings in zip(seeds, group, codings_of[name]):
        for way, z in draw_codings(codings, 5_000, seed).items():
            distance = frechet_distance(decode(decoder, z))
            distances.setdefault(f"{name}, {way}", []).append(distance)
MeasuredTable(
    {name: {"Fréchet distance": Measured(each, ".1f")} for name, each in distances.items()},
    corner="pictures by",
)

# %%
for one, other in [
    ("plain, N(0, I)", "VAE, N(0, I)"),
    ("VAE, own normal", "VAE, N(0, I)"),
    ("plain, own normal", "VAE, own normal"),
]:
    difference(f"Fréchet distance, {one} − {other}", distances[one], distances[other], "+.1f")

# %% [markdown]
# With draws from $\mathcal N(0, I)$ the plain autoencoder is farther from real clothes, on
# average ≈ 40.5 against ≈ 15.0, because nothing told it where to put its codings. Draws from
# the net's own normal distribution are better for either net. With these, the difference is
# ≈ 2.2, and its interval over three seeds includes 0: that the VAE makes better pictures is not
# shown. Both are far from the ≈ 0.1 of real images.
#
# ## Is there a path from one picture to another?
#
# Blended pixels show two garments at once ({numref}`fig-vae-interpolation`). With codings we
# can go along a straight line. But draws of ten codings from $\mathcal N(0, I)$ have a length
# of about $\sqrt{10}$, and the middle of the line is nearer to 0 than most of them.
# *Spherical interpolation*, or slerp {cite}`white2016`, follows the arc between the two.


# %%
def slerp(a, b, t):
    """From a (t = 0) to b (t = 1) along the arc between them."""
    cosine = np.sum(a * b, axis=-1, keepdims=True)
    cosine /= np.linalg.norm(a, axis=-1, keepdims=True) * np.linalg.norm(b, axis=-1, keepdims=True)
    angle = np.arccos(cosine.clip(-0.9999, 0.9999))
    return (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)


# %% tags=["hide-input"] mystnb={"figure": {"caption": "From one real image to another: blended pixel by pixel, and decoded along a straight line and along an arc between the means of their codings.", "name": "fig-vae-interpolation"}, "image": {"alt": "Three rows of seven images from a pair of trousers to an ankle boot: in the top row both are seen through each other, in the other two one shape turns into the other."}}
pair = X_valid[[np.argmax(y_valid == 1), np.argmax(y_valid == 9)]]
t = np.linspace(0, 1, 7)[:, None]
a, b = encode(variational_encoder, pair)[0]
blends = ((1 - t) * pair[0].ravel() + t * pair[1].ravel()).reshape(-1, 28, 28)
line = decode(variational_decoder, (1 - t) * a + t * b)
_ = plot_image_rows(
    {"pixels": blends, "line": line, "slerp": decode(variational_decoder, slerp(a, b, t))}
)

# %% [markdown]
# Which way stays closest to real clothes? We judge the pictures halfway between 1,000 pairs of
# test images of different classes.

# %%
different = y_test[:2_500] != y_test[2_500:5_000]
left, right = X_test[:2_500][different][:1_000], X_test[2_500:5_000][different][:1_000]
halfway = {"pixels": [frechet_distance((left + right) / 2)], "line": [], "slerp": []}
lengths = {"ends": [], "line": [], "slerp": []}
for encoder, decoder, _ in short:
    a, b = encode(encoder, left)[0], encode(encoder, right)[0]
    lengths["ends"].append(np.mean(np.sum(a**2, axis=1)))
    for name, middle in [("line", (a + b) / 2), ("slerp", slerp(a, b, 0.5))]:
        lengths[name].append(np.mean(np.sum(middle**2, axis=1)))
        halfway[name].append(frechet_distance(decode(decoder, middle)))
for name, values in lengths.items():
    measured(f"squared length, {name}", values, ".1f")
for name, values in halfway.items():
    measured(f"Fréchet distance halfway, {name}", values, ".1f")
difference("Fréchet distance halfway, slerp − line", halfway["slerp"], halfway["line"], "+.1f")

# %% [markdown]
# On the straight line the mean squared length falls from ≈ 8.2 to ≈ 3.9. Slerp keeps ≈ 8.2, and
# its 1,000 pictures together are closer to real clothes: the Fréchet distance is ≈ 8.0 instead
# of ≈ 21.7 (the interval excludes 0). The distance also counts how varied the pictures are, so in
# a single pair you may not see this.
#
# In {numref}`fig-vae-walk`, walk along the line, within a class and between two. Then move
# single codings.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "A live figure: the decoder runs in the page. Choose two of forty validation images and walk from one's codings to the other's, or move each of the ten codings.", "name": "fig-vae-walk"}, "image": {"alt": "Seven decoded images in a row. A dark garment with long sleeves at the left turns step by step into an ankle boot at the right; the image in the middle is a blurred mixture of both."}}
picked = np.concatenate([np.flatnonzero(y_valid == k)[:4] for k in range(10)])
live_walk(
    variational_decoder,
    encode(variational_encoder, X_valid[picked])[0],
    X_valid[picked],
    y_valid[picked],
    CLASS_NAMES,
)

# %% [markdown]
# ## What if one loss weighs more than the other?
#
# The β-VAE {cite}`higgins2017` multiplies the latent loss by β. The mean latent loss is called
# the *rate*: the codings tell at most so many nats about a picture. The mean reconstruction
# loss is called the *distortion* {cite}`alemi2018`. Their sum is the negative ELBO. The extremes
# can be predicted:
#
# - **β → 0**: nothing holds σ away from 0 or μ near 0. The rate grows, and the VAE
#   becomes a plain autoencoder.
# - **β → ∞**: the rate goes to 0, with $\mu = 0$, $\gamma = 0$ for *every* image. The codings
#   then carry no information (*posterior collapse*), and the decoder can do no better
#   than output the mean image.
#
# Each β gets one seed and three epochs. A coding counts as in use if the variance of its mean
# over the images is above 0.01 {cite}`burda2016`.


# %%
def active_units(encoder):
    return np.sum(encode(encoder, X_valid)[0].var(axis=0) > 0.01)


def rate_and_distortion(encoder, decoder):
    mean, log_var, z = encode(encoder, X_valid)
    return np.mean(latent_loss(mean, log_var)), np.mean(cross_entropy(X_valid, decoder(z)))


by_beta = {beta: build(seed=42, beta=beta) for beta in (0.1, 1.0, 5.0, 100.0)} | {1.0: short[0]}
rows, vae_points = {}, {}
for beta, (encoder, decoder, net) in by_beta.items():
    if beta != 1:
        train(net)
    rate, distortion = vae_points[beta] = rate_and_distortion(encoder, decoder)
    rows[f"β = {beta:g}"] = {
        "rate": Measured(rate, ".1f"),
        "distortion": Measured(distortion, ".1f"),
        "sum": Measured(rate + distortion, ".1f"),
        "codings in use": Measured(active_units(encoder), ".0f"),
    }
MeasuredTable(rows, corner="validation, nats")

# %%
average = np.clip(X_train.mean(axis=0), 1e-6, 1 - 1e-6)
logits = np.log(average / (1 - average)) * np.ones_like(X_valid)
measured("mean image: distortion", np.mean(cross_entropy(X_valid, logits)), ".1f")

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Five validation images rebuilt, and five new pictures, for four weights β after three epochs. With a larger β the rebuilt images get blurrier and fewer of the new ones are mixtures; at 100 nothing is left of either.", "name": "fig-vae-beta"}, "image": {"alt": "Five rows of up to ten images. Above the originals; below, for β = 0.1, the left five are rebuilt most sharply, and some of the right five new ones are mixtures of clothes. For β = 1 two new ones are mixtures, for β = 5 all are blurred clothes, and for β = 100 all ten are nearly the same gray blur."}}
five = X_valid[[np.argmax(y_valid == k) for k in (1, 2, 5, 7, 8)]]
noise = np.random.default_rng(4).normal(size=(5, 10))
rows = {"original": np.concatenate([five, np.zeros_like(five)])}
for beta, (encoder, decoder, _) in by_beta.items():
    shown = [decode(decoder, encode(encoder, five)[2]), decode(decoder, noise)]
    rows[f"β = {beta:g}"] = np.concatenate(shown)
axes = plot_image_rows(rows)
for ax in axes.flat:
    ax.images[0].set_interpolation("nearest")  # pixels as they are: a smaller file, too
for ax in axes[:, 0]:
    ax.texts[0].set_fontsize(9)
axes[0, 2].set_title("rebuilt")
_ = axes[0, 7].set_title("new")

# %% [markdown]
# The upper extreme comes out as predicted: at β = 100 the rate is ≈ 0.0, and the distortion
# ≈ 386.1 is near the ≈ 386.2 of the mean image. A small β gives a small distortion, but
# some new pictures are mixtures, at β = 1, too ({numref}`fig-vae-beta`). The sum is smallest at
# β = 1, where the training minimizes it.
#
# ## Where do the other autoencoders lie?
#
# A plain autoencoder, a sparse one and PCA have no rate: a real number without noise can tell
# any number of nats. They get one if we add normal noise to their finished codings and take the
# normal distribution of the noisy ones as the prior. Before decoding, we estimate the codings
# linearly from the noisy ones. All nets are trained with cross-entropy for three epochs, and their
# decoders have the same hidden layers. The sparse net has 100 `relu` codings and an L1 penalty
# whose weight was chosen on the validation images. With PCA, only the decoder is trained.


# %%
def send(codings, own, noise):
    """Rate in nats, and what is received of the codings and of five draws from the prior."""
    center, C = own.mean(axis=0), np.cov(own.T)
    S = C + noise**2 * np.eye(len(C))  # the covariance of what is sent with noise
    inverse, away = np.linalg.inv(S), codings - center
    rate = 0.5 * (
        np.linalg.slogdet(S)[1]
        - len(C) * np.log(noise**2)
        - len(C)
        + noise**2 * np.trace(inverse)
        + np.mean(np.sum(away @ inverse * away, axis=1))
    )
    rng = np.random.default_rng(0)
    sent = center + away + noise * rng.normal(size=codings.shape)
    drawn = rng.multivariate_normal(center, S, size=5)
    return rate, *(center + (z - center) @ inverse @ C for z in (sent, drawn))


sparse = build_plain(42, 100, activation="relu", activity_regularizer=keras.regularizers.L1(3.0))
train(sparse[-1])
on_pca = build_plain(42)
pca = PCA(n_components=10, random_state=0).fit(X_train.reshape(-1, 784))
projection = keras.layers.Dense(10, trainable=False)
on_pca = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), projection]), on_pca[1]
projection.set_weights([pca.components_.T, -pca.components_ @ pca.mean_])
train(keras.Sequential(on_pca))
curves, pictures = {"VAE": [(f"β = {beta:g}", *point) for beta, point in vae_points.items()]}, []
for encoder, decoder, _ in by_beta.values():
    pictures.append([*decode(decoder, encode(encoder, five)[2]), *decode(decoder, noise)])
vae_rates, vae_distortions = np.transpose([rate_and_distortion(*net[:2]) for net in short])
there = {}
for name, rivals in {"plain": plain, "sparse": [sparse], "PCA": [on_pca]}.items():
    for (encoder, decoder, *_), vae_rate in zip(rivals, vae_rates):
        own, codings, points = encode(encoder, X_train), encode(encoder, X_valid), []
        size = np.sqrt(np.mean(own.var(axis=0)))
        for part in 2.0 ** np.arange(2, -5.5, -0.5):
            rate, received, _ = send(codings, own, part * size)
            logits = decoder(received.astype("float32"))
            points.append((rate, np.mean(cross_entropy(X_valid, logits)), part))
        there.setdefault(name, []).append(np.interp(vae_rate, *np.array(points).T[:2]))
        if name in curves:  # the figure shows the first seed
            continue
        # Every second point of the part of the plane where the VAEs lie.
        near = [point for point in points[::2] if point[0] < 45 and point[1] < 600]
        curves[name] = [(f"noise {part:.2g}", *point) for *point, part in near]
        for *_, part in near:
            _, rebuilt, drawn = send(encode(encoder, five), own, part * size)
            pictures.append([*decode(decoder, rebuilt), *decode(decoder, drawn)])
measured("rate at β = 1", vae_rates, ".1f")
measured("distortion at the rate of β = 1, VAE", vae_distortions, ".1f")
for name, distortions in there.items():
    measured(f"distortion at that rate, {name}", distortions, ".1f")
difference("distortion at that rate, plain − VAE", there["plain"], vae_distortions, "+.1f")

# %% tags=["hide-input"] mystnb={"figure": {"caption": "A live figure, the rate–distortion plane of four autoencoders on the validation images (seed 42, three epochs). Choose a point: the dashed line shows where the sum of rate and distortion is the same, and the pictures are five rebuilt and five new ones.", "name": "fig-vae-rate-distortion"}, "image": {"alt": "Four falling curves of distortion over rate, in nats. That of the VAE, from β = 100 at the upper left to β = 0.1 at a rate of about 30, lies lowest up to a rate of about 13. Those of the plain net and PCA come close to it at higher rates, and that of the sparse net stays above, at about 244. A dashed diagonal touches the VAE's curve at β = 1."}}
live_rate_distortion(curves, np.array(pictures))

# %% [markdown]
# In {numref}`fig-vae-rate-distortion` a net is better if it lies lower and farther to the
# left. At the rate of β = 1, ≈ 13.1 nats, the VAE's distortion is ≈ 232.0. The plain net
# has ≈ 238.0; the interval of the difference, over three seeds, excludes 0. The plain net
# was trained without noise and latent loss, and got equal noise on all codings afterwards;
# the VAE learned how much noise each coding should get. At higher rates the two come close.
# With one seed each, PCA has ≈ 245.5 and the sparse net ≈ 252.7. The sparse net also has
# more codings. Its rate is more than they really tell, because they are not normal. This may
# hold for the others, too.
#
# :::{admonition} The reference's scale
# :class: dropdown
# The notebook of {cite:t}`geron2022` adds the squared error per pixel and the latent loss
# divided by 784. Its VAE reaches .0311 on the validation images after 25 epochs. We train our
# net of eleven epochs for eight more with this loss, and reach ≈ 0.03018. Times 784 it is a
# negative ELBO for pixels with normal noise of variance ½, up to a constant. That noise, with a
# standard deviation of 0.71, is far larger than the real errors.
# :::


# %% tags=["hide-input"]
def squared_error(images, logits):
    return ops.mean(ops.square(images - ops.sigmoid(logits)), axis=(1, 2))


_, _, copy = copy_of([variational_ae], 42, beta=1 / 784)
train(copy, squared_error, epochs=8)
reference_scale = copy.evaluate(X_valid, X_valid, batch_size=1_000, verbose=0)
measured("validation MSE + latent loss / 784", reference_scale, ".5f")
error = np.mean(squared_error(X_valid, copy(X_valid)))
measured("root of the validation MSE alone", np.sqrt(error), ".3f")

# %% [markdown]
# :::{admonition} Takeaways
# :class: tip
# - *Variational* means to look in a simple family for the distribution nearest to the true
#   posterior, and *amortized* means that a trained encoder gives the answer at once.
# - $\ln p(b) = \text{ELBO} + D(q\,\|\,p(z\mid b))$. With two codings the gap is ≈ 2.24
#   nats. In our net, most of it comes from the encoder and from coins that it does not see.
# - The reparameterization trick draws the noise separately, so that gradients pass.
# - The latent loss is a Kullback–Leibler divergence; with $\gamma = \ln\sigma^2$ it is
#   $-\frac12\sum(1 + \gamma - e^{\gamma} - \mu^2)$.
# - For tossed pixels $\ln p \ge$ ≈ −236.2 nats per test image. When you quote a
#   likelihood, say how the pixels were made, and whether it is a bound.
# - A plain autoencoder with a normal distribution fitted to its codings makes new pictures,
#   too. That a VAE makes better ones is not shown here.
# - β chooses a point on the rate–distortion plane. If it is too large, the codings
#   carry no information.
# :::
#
# ## Exercises
#
# :::{admonition} Exercise 1 — mute one coding
# :class: exercise
# The latent loss is a sum over codings. Replace one coding at a time by its mean over the
# images. Does the cross-entropy suffer most where the latent loss is largest?
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 1", "code_prompt_hide": "Hide solution 1"}
mean, log_var, z = encode(variational_encoder, X_valid)
share = np.mean(0.5 * (np.exp(log_var) + mean**2 - 1 - log_var), axis=0)


def nats_with(z):
    return np.mean(cross_entropy(X_valid, variational_decoder(z)))


harm = [nats_with(np.where(np.arange(10) == i, z.mean(axis=0), z)) for i in range(10)] - nats_with(
    z
)
measured("least latent loss of a coding", share.min(), ".2f")
measured("largest latent loss", share.max(), ".2f")
measured("least harm by muting one", harm.min(), "z.1f")
measured("largest harm", harm.max(), ".0f")
measured("correlation", np.corrcoef(share, harm)[0, 1], ".2f")

# %% [markdown]
# :::{admonition} Answer to exercise 1
# :class: dropdown
# The correlation is ≈ 0.77. A coding that tells little does little harm when it is muted.
# But the harm is up to ≈ 102 nats, far more than the largest latent loss of ≈ 2.40 nats:
# the decoder takes the mean for a true coding.
# :::
#
# :::{admonition} Exercise 2 — gray after all
# :class: exercise
# With logit η the integral of $\hat x^x(1-\hat x)^{1-x}$ over the gray values is
# $\tanh(\eta/2)/\eta$. Check it, subtract the logarithm of its inverse from the
# cross-entropy, and train two epochs with this *continuous Bernoulli* distribution
# {cite}`loaizaganem2019`. Why can its ELBO be positive, and is there an upper limit?
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
train(gray_net[-1], continuous_bernoulli, epochs=2)
for name, (encoder, decoder, _) in [("cross-entropy", short[0]), ("it", gray_net)]:
    mean, log_var, z = encode(encoder, X_test)
    loss = continuous_bernoulli(X_test, decoder(z)) + latent_loss(mean, log_var)
    measured(f"trained by {name}: ELBO of the density", -np.mean(loss), ".0f")
measured("share of pixels that are exactly 0", np.mean(X_test == 0), ".1%")

# %% [markdown]
# :::{admonition} Answer to exercise 2
# :class: dropdown
# A density may exceed 1, so its logarithm may be positive. Training by the proper density, for
# one epoch less, raises the ELBO from ≈ 900 to ≈ 2365, so what the cross-entropy leaves out changes
# what is learned. There is no upper limit: at $x = 0$ the density grows like $|\eta|$ as
# $\eta\to-\infty$, and ≈ 50.0% of the pixels are exactly 0. So we report the probability of
# black and white pixels, which never exceeds 1.
# :::
#
# :::{admonition} Exercise 3 — a threshold in place of the coins
# :class: exercise
# Make a pixel white if it is above ½, and rate these test images by our net without training it
# again. Is its ELBO higher than with coins? Would that make it a better net?
# :::

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Show solution 3", "code_prompt_hide": "Hide solution 3"}
mean, log_var, z = encode(variational_encoder, X_test)
for name, pixels in [("coins", coins), ("threshold", (X_test > 0.5).astype("float32"))]:
    loss = cross_entropy(pixels, variational_decoder(z)) + latent_loss(mean, log_var)
    measured(f"{name}: ELBO", -np.mean(loss), ".1f")

# %% [markdown]
# :::{admonition} Answer to exercise 3
# :class: dropdown
# The ELBO of the same net is ≈ −180.6 with a threshold and ≈ −241.2 with coins. No net can
# foresee the coins: even the oracle reaches only ≈ −190.0. With a threshold nothing is random.
# Compare likelihoods only on the same data.
# :::
#
# ## Further reading
#
# - {cite:t}`kingma2014` and {cite:t}`rezende2014`: the VAE, found independently.
# - {cite:t}`cremer2018`: the gap, its parts, and how to measure them.
# - {cite:t}`burda2016`: the better bound, and the count of active units.
# - {cite:t}`ghosh2020`: plain autoencoders that make pictures.
# - {cite:t}`higgins2017`, {cite:t}`alemi2018`: the weight β, and the plane of rate and
#   distortion.
# - {cite:t}`loaizaganem2019`: cross-entropy on gray pixels, and what it leaves out.
