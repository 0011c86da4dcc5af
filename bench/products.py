"""The matrix products of one epoch of the stacked net, and nothing else: `python bench/products.py BATCH`."""

import sys

from turns import take_turns, use_one_thread

use_one_thread()
import numpy as np  # noqa: E402

SIZES = [784, 100, 30, 100, 784]
IMAGES = 55_000

batch_size = int(sys.argv[1])
rng = np.random.default_rng(0)
weights = [rng.normal(size=shape).astype("float32") for shape in zip(SIZES, SIZES[1:])]
values = [rng.normal(size=(batch_size, size)).astype("float32") for size in SIZES]
outputs = [np.empty_like(value) for value in values]
gradients = [np.empty_like(weight) for weight in weights]


def epoch():
    for _ in range(round(IMAGES / batch_size)):
        for k, weight in enumerate(weights):
            np.matmul(values[k], weight, out=outputs[k + 1])
        for k, weight in reversed([*enumerate(weights)]):
            np.matmul(values[k].T, values[k + 1], out=gradients[k])
            if k:  # nobody asks for the gradient of the images
                np.matmul(values[k + 1], weight.T, out=outputs[k])


take_turns(epoch)
