"""One epoch of the stacked net in JAX, the loop written by hand: `python bench/jax_scan.py BATCH`."""

import sys

from turns import take_turns, use_one_thread

use_one_thread()
import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402

from lecture6_utils.datasets import load_fashion_mnist  # noqa: E402

SIZES = [784, 100, 30, 100, 784]
batch_size = int(sys.argv[1])
(images, _), _, _ = load_fashion_mnist()
images = jnp.asarray(images.reshape(-1, 784))


def loss(weights, x):
    h = x
    for w, b in weights[:-1]:
        h = jax.nn.selu(h @ w + b)
    w, b = weights[-1]
    return jnp.mean((jax.nn.sigmoid(h @ w + b) - x) ** 2)


def step(state, x):
    """One update of Adam, with Keras's settings."""
    weights, means, squares, t = state
    value, slopes = jax.value_and_grad(loss)(weights, x)
    t += 1
    means = jax.tree.map(lambda m, g: m + 0.1 * (g - m), means, slopes)
    squares = jax.tree.map(lambda s, g: s + 0.001 * (g * g - s), squares, slopes)
    rate = 1e-3 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    weights = jax.tree.map(
        lambda w, m, s: w - rate * m / (jnp.sqrt(s) + 1e-7), weights, means, squares
    )
    return (weights, means, squares, t), value


@jax.jit
def train_epoch(state, order):
    full = len(order) // batch_size * batch_size
    batches = images[order[:full]].reshape(-1, batch_size, 784)
    state, values = jax.lax.scan(step, state, batches)
    if full < len(order):  # the last batch is smaller
        state, _ = step(state, images[order[full:]])
    return state, values.mean()


def epoch():
    global state
    state, value = train_epoch(state, np.random.permutation(len(images)))
    float(value)  # else nobody waits for the result


weights = [
    (jax.random.normal(jax.random.key(k), (n, m)) / np.sqrt(n), jnp.zeros(m))
    for k, (n, m) in enumerate(zip(SIZES, SIZES[1:]))
]
zeros = jax.tree.map(jnp.zeros_like, weights)
state = (weights, zeros, zeros, jnp.float32(0))
take_turns(epoch)
