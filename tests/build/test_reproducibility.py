"""`make_reproducible` in a fresh interpreter: too late, twice, with an old Keras, and its threads."""

import subprocess
import sys

from helpers import ROOT


def python(code):
    """Run code in a fresh interpreter."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)


def test_starting_late_is_a_clear_error():
    result = python(
        "import tensorflow as tf; tf.constant(1) + 1\n"
        "from lecture6_utils.reproducibility import make_reproducible; make_reproducible('x')"
    )
    assert "restart the kernel" in result.stderr


def test_starting_twice_is_fine_and_silent():
    result = python(
        "from lecture6_utils.reproducibility import make_reproducible\n"
        "import tensorflow as tf\n"
        "for seed in (1, 1):\n"
        "    make_reproducible(seed); print(float(tf.random.uniform(())))"
    )
    assert result.stderr == ""
    a, b = result.stdout.split()
    assert a == b


def test_a_keras_that_is_too_old_is_refused_with_a_remedy():
    result = python(
        "import keras; keras.__version__ = '3.13.2'; import lecture6_utils.reproducibility"
    )
    assert result.returncode == 1
    assert "ImportError: Keras 3.13.2 does not divide an L1 activity penalty" in result.stderr
    assert "install keras>=3.14" in result.stderr


def test_a_lesson_computes_with_one_thread():
    result = python(
        "from lecture6_utils.reproducibility import make_reproducible\n"
        "make_reproducible('x')\n"
        "import tensorflow as tf, threadpoolctl, sklearn\n"
        "threads = tf.config.threading\n"
        "print(threads.get_intra_op_parallelism_threads(), threads.get_inter_op_parallelism_threads(),\n"
        "      *{pool['num_threads'] for pool in threadpoolctl.threadpool_info()})"
    )
    assert result.stdout.split() == ["1", "1", "1"]
