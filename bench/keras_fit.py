"""One epoch with Keras: `python bench/keras_fit.py WAY NET BATCH`, a turn at a time."""

import os
import sys

from turns import Turns, use_one_thread

WAYS = {  # what `compile` is told; the last two train with our own `fit`, without XLA and with it
    "slide": {},
    "one thread": {},
    "steps": {"steps_per_execution": 100},
    "xla": {"steps_per_execution": 100, "jit_compile": True},
    "keras on jax": {"steps_per_execution": 100},
    "ours, no xla": {},
    "ours": {},
}

way, net, batch_size = sys.argv[1], sys.argv[2], int(sys.argv[3])
on_jax, our_own = way == "keras on jax", way.startswith("ours")
os.environ["KERAS_BACKEND"] = "jax" if on_jax else "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
if way != "slide":
    use_one_thread()
if our_own:
    from lecture6_utils.reproducibility import make_reproducible

    make_reproducible("bench")
elif not on_jax and way != "slide":
    import tensorflow

    tensorflow.config.threading.set_intra_op_parallelism_threads(1)
    # With one of these, `fit` with XLA and the queue of batches wait for each other, forever.
    tensorflow.config.threading.set_inter_op_parallelism_threads(2)

import keras  # noqa: E402, the environment decides what it runs on
from nets import NETS  # noqa: E402

layers, loss, x, y = NETS[net]()


def fit(*callbacks, epochs):
    """Train a new model, in the way that is asked for."""
    model = keras.models.clone_model(keras.Sequential(layers))
    model.compile(loss=loss, optimizer="adam", **WAYS[way])
    options = {"epochs": epochs, "batch_size": batch_size, "callbacks": list(callbacks)}
    if our_own:
        from lecture6_utils.training import fit

        fit(model, x, y, jit_compile=way == "ours", **options)
    else:
        model.fit(x, y, verbose=0, **options)


class OnTurn(keras.callbacks.Callback):
    """After each epoch waits for the next turn; without one, training ends."""

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = not turns.next()


turns = Turns()
if our_own:  # a model of the same make has been trained before: how soon does the next one start?
    fit(epochs=1)
    turns.next()
fit(OnTurn(), epochs=1_000)
