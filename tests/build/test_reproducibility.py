"""`make_reproducible` in a fresh interpreter: twice, its threads, too late, and with an old Keras."""

import json
import os
import subprocess
import sys

import pytest
from helpers import ROOT

# One interpreter for all: each takes seconds to import TensorFlow.
CODE = """
from lecture6_utils.measurement import measured
from lecture6_utils.reproducibility import make_reproducible
import json, os, sys
import keras, sklearn, tensorflow as tf, threadpoolctl

drawn = []
for _ in range(2):
    make_reproducible("x")
    drawn.append(float(tf.random.uniform(())))
threads = tf.config.threading
threads = [threads.get_intra_op_parallelism_threads(), threads.get_inter_op_parallelism_threads()]
threads += {pool["num_threads"] for pool in threadpoolctl.threadpool_info()}

measured("π ≈, roughly", 3.14159, ".2f")

os.environ["LECTURE6_THREADS"] = "2"  # too late: TensorFlow has computed with one
try:
    make_reproducible("x")
except RuntimeError as error:
    too_late = str(error)

keras.__version__ = "3.13.2"
del sys.modules["lecture6_utils.reproducibility"]
try:
    import lecture6_utils.reproducibility
except ImportError as error:
    too_old = str(error)
print(json.dumps({"too old": too_old, "drawn": drawn, "threads": threads, "too late": too_late}))
"""


# Where Python itself would write ASCII.
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    script = tmp_path_factory.mktemp("told") / "script.py"
    script.write_text(CODE, encoding="utf-8")
    result = subprocess.run(
        [sys.executable, script],
        capture_output=True,
        env=os.environ | ASCII | {"PYTHONPATH": str(ROOT), "LECTURE6_THREADS": "1"},
    )
    said = result.stderr.decode("utf-8", "replace")
    assert result.returncode == 0, said
    *printed, found = result.stdout.decode("utf-8").splitlines()
    return json.loads(found) | {"printed": printed, "stderr": said}


def test_a_lesson_run_as_a_script_prints_into_a_file(told):
    assert told["printed"] == ["π ≈, roughly ≈ 3.14"]


def test_a_keras_that_is_too_old_is_refused_with_a_remedy(told):
    assert "Keras 3.13.2 does not divide an L1 activity penalty" in told["too old"]
    assert "install keras>=3.14" in told["too old"]


def test_a_lesson_computes_with_one_thread(told):
    assert told["threads"] == [1, 1, 1]


def test_starting_twice_is_fine_and_silent(told):
    assert told["drawn"][0] == told["drawn"][1]
    assert told["stderr"] == ""


def test_starting_late_is_a_clear_error(told):
    assert "restart the kernel" in told["too late"]
