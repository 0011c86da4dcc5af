"""CPU-seconds per epoch on the stacked autoencoder: our `fit` against Keras's own.

Each side runs in a process of its own, Keras with the threads it takes by itself. The
first epoch, which compiles, is left out. Run it with `make bench`.
"""

import subprocess
import sys

EPOCH = """
import time
{setup}
import keras
from lecture6_utils.datasets import load_fashion_mnist
from lecture6_utils.training import fit

(X, _), _, _ = load_fashion_mnist()
keras.utils.set_random_seed(42)
model = keras.Sequential([
    keras.Input((28, 28)), keras.layers.Flatten(),
    keras.layers.Dense(100, "selu"), keras.layers.Dense(30, "selu"),
    keras.layers.Dense(100, "selu"), keras.layers.Dense(784, "sigmoid"),
    keras.layers.Reshape((28, 28)),
])
model.compile(loss="mse", optimizer="adam")

class Clock(keras.callbacks.Callback):
    ends = []
    def on_epoch_end(self, epoch, logs=None):
        self.ends.append(time.process_time())

{train}(X, X, epochs=4, batch_size=32, verbose=0, callbacks=[Clock()])
print((Clock.ends[-1] - Clock.ends[0]) / 3)
"""
ONE_THREAD = (
    "from lecture6_utils.reproducibility import make_reproducible\nmake_reproducible('bench')"
)
SIDES = {
    "model.fit, as on the slide": ("import lecture6_utils.reproducibility", "model.fit"),
    "model.fit, one thread": (ONE_THREAD, "model.fit"),
    "lecture6_utils.training.fit": (ONE_THREAD, "(lambda *a, **k: fit(model, *a, **k))"),
}


def main():
    slide = None
    for name, (setup, train) in SIDES.items():
        code = EPOCH.format(setup=setup, train=train)
        output = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        seconds = float(output.stdout.split()[-1])
        slide = slide or seconds
        print(f"{name:30} {seconds:6.2f} CPU-seconds per epoch   {seconds / slide:.2f} ×")


if __name__ == "__main__":
    main()
