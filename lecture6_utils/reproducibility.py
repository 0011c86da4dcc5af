"""Seeds, threads and log level: the first call of every lesson."""

import io
import logging
import os
import sys

# These must be set before TensorFlow is first imported, hence above the imports below.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
# oneDNN picks its kernels by CPU model, and so its rounding; its start-up note says as much.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
# Level 2 hides TensorFlow's start-up notes on CPU features and the absence of a GPU;
# they go to stderr, differ between machines and say nothing about the lesson.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import tensorflow as tf
from threadpoolctl import threadpool_limits

from lecture6_utils.measurement import compare_with

if tuple(map(int, keras.__version__.split(".")[:2])) < (3, 14):
    raise ImportError(
        f"Keras {keras.__version__} does not divide an L1 activity penalty by the batch, which the "
        "lessons rely on: install keras>=3.14 (pip install -U keras) and restart the kernel."
    )


def make_reproducible(lesson, seed=42):
    """Seed every generator and use one CPU thread, so that a rerun gives the same bits.

    Nets as small as ours lose more to thread hand-over than they gain from a second
    core, and a sum split over threads may round differently.

    Parameters
    ----------
    lesson : str
        The lesson's file name without its ending: whose numbers in the book the numbers
        measured from here on are compared with.
    seed : int, default 42
        For ``random``, NumPy and TensorFlow, as `keras.utils.set_random_seed` takes it.

    Raises
    ------
    RuntimeError
        If TensorFlow has already computed something with another number of threads.
        Call this first, or restart the kernel.
    """
    threads = int(os.environ.get("LECTURE6_THREADS", "1"))  # the study asks for other numbers
    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    except RuntimeError as error:
        raise RuntimeError(
            "make_reproducible() must run before TensorFlow computes anything: "
            "restart the kernel and run the lesson from its first cell."
        ) from error
    # A lesson trains many models, and each is traced once: TensorFlow takes that for
    # one function traced again and again, and warns on stderr. Errors still show.
    tf.get_logger().setLevel(logging.ERROR)
    threadpool_limits(limits=threads)  # BLAS and OpenMP: NumPy, SciPy, scikit-learn
    keras.utils.set_random_seed(seed)
    compare_with(lesson)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a script's, where the locale may lack ≈
        sys.stdout.reconfigure(encoding="utf-8")
