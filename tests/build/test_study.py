"""The study: on a real Dask scheduler, with a worker killed in the middle, cut off and gone on with."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest
from distributed import Client
from helpers import make_small_book

from lecture6_utils.book import study as study_module
from lecture6_utils.book.evidence import evidence_path, read_evidence
from lecture6_utils.book.execution import kernel_environment
from lecture6_utils.book.executor import run as run_lessons
from lecture6_utils.book.lessons import BookError, Lesson, find_lessons
from lecture6_utils.book.study import PLAN, Study, running, study, variables

# A lesson that needs no TensorFlow: a kernel of it is up in a second. It waits as long as
# the file `gate` exists, and leaves one with its process number beside it.
SLOW = """# %% [markdown]
# # Wait

# %%
import os, random, time
from lecture6_utils.measurement import measured

open({gate!r} + f".{{os.getpid()}}", "w", encoding="utf-8").close()
while os.path.exists({gate!r}):
    time.sleep(0.05)
measured("chance", random.Random(0).random(), ".3f")
"""


@pytest.fixture(scope="module")
def gate(tmp_path_factory):
    return tmp_path_factory.mktemp("gate") / "closed"


@pytest.fixture(scope="module")
def executed(tmp_path_factory, gate):
    """Two lessons that wait as long as the gate is closed, executed once."""
    root = make_small_book(tmp_path_factory.mktemp("executed"))
    for slug in ("adds", "prints"):
        (root / f"chapters/{slug}.py").write_text(SLOW.format(gate=str(gate)), encoding="utf-8")
    run_lessons(root)
    return root


@pytest.fixture
def book(executed, tmp_path):
    return shutil.copytree(executed, tmp_path / "book")


def started(gate, n, seconds=180):
    """The process numbers of the kernels that wait at the gate, once there are `n` of them."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = [int(path.suffix[1:]) for path in gate.parent.glob("closed.*")]
        if len(found) >= n:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{len(found)} kernels after {seconds} s, wanted {n}")


@pytest.fixture
def cluster(book, tmp_path):
    """A scheduler and two workers, started by hand as CONTRIBUTING says; address and workers."""
    log = tmp_path / "scheduler.log"
    with open(log, "w", encoding="utf-8") as said:  # a pipe that nobody reads would fill up
        scheduler = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "distributed.cli.dask_scheduler",
                "--host",
                "127.0.0.1",
                "--port",
                "0",
                "--no-dashboard",
            ],
            cwd=book,
            stderr=said,
        )
    end = time.monotonic() + 180
    while not (
        found := re.search(r"Scheduler at: +(tcp://\S+)\n", log.read_text(encoding="utf-8"))
    ):
        assert scheduler.poll() is None and time.monotonic() < end, log.read_text(encoding="utf-8")
        time.sleep(0.05)
    address = found[1]
    workers = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "distributed.cli.dask_worker",
                address,
                "--nthreads",
                "1",
                "--no-nanny",
                "--no-dashboard",
            ],
            cwd=book,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": str(book)},
        )
        for _ in range(2)
    ]
    with Client(address) as client:
        client.wait_for_workers(2, timeout=180)
    yield address, workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


def results(book):
    return sorted(path.name for path in book.glob("_build/study/*/*/*.json"))


def test_a_killed_worker_costs_its_run_only(book, gate, cluster, capsys):
    address, workers = cluster
    gate.touch()
    before = len(list(gate.parent.glob("closed.*")))
    process = subprocess.Popen(
        [sys.executable, "-m", "lecture6_utils.book.study", "--runs", "3", "--cluster", address],
        cwd=book,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(book)},
    )
    started(gate, before + 2)  # both workers are in the middle of a run
    workers[0].send_signal(signal.SIGKILL)
    workers[0].wait()
    gate.unlink()
    text, _ = process.communicate(timeout=500)
    assert process.returncode == 0, text
    wanted = [f"{offset}-{variant}.json" for offset, variant in PLAN[:3]]
    assert results(book) == sorted(2 * wanted)
    assert re.search(r"6 of 6 done, 0:00:00 left", text), "the last line tells that all is done"
    assert "  Running: " in text
    assert "adds: 4 runs, 1 numbers" in text
    number = read_evidence(Lesson(book, "adds"))["numbers"]["chance"]
    assert number["by machine"] == 0 < number["by seed"], "seeds moved, machines did not matter"


def test_the_live_line_names_what_runs_and_not_what_waits(cluster):
    address, workers = cluster
    with Client(address) as client:
        waiting = [client.submit(time.sleep, 600, key=f"run {i}", pure=False) for i in range(4)]
        end = time.monotonic() + 180
        while len(named := running(client)) < 2 and time.monotonic() < end:
            time.sleep(0.1)
        assert len(set(named)) == 2 and set(named) < {future.key for future in waiting}


def test_it_goes_on_where_it_was_cut_off(book, gate, capsys):
    study(book, ["adds"], 1)
    (path,) = book.glob("_build/study/adds/*/*.json")
    first = path.read_text(encoding="utf-8")
    study(book, ["adds"], 2)
    assert path.read_text(encoding="utf-8") == first, "it is not run again"
    assert len(results(book)) == 2
    evidence_path(Lesson(book, "adds")).unlink()  # it has these runs already
    path.write_text(first[:40], encoding="utf-8")  # cut off in the middle of writing
    assert len(Study(book, [Lesson(book, "adds")], 2).missing) == 1
    assert not Study(book, [Lesson(book, "adds")], 0).missing


def test_a_changed_lesson_is_studied_again(book):
    study(book, ["adds"], 1)
    script = book / "chapters/adds.py"
    script.write_text(script.read_text(encoding="utf-8") + "x = 1\n", encoding="utf-8")
    assert len(Study(book, [Lesson(book, "adds")], 1).missing) == 1


def test_a_lesson_that_fails_is_named_and_the_others_go_on(book, capsys):
    script = book / "chapters/adds.py"
    script.write_text(script.read_text(encoding="utf-8") + "1 / 0\n", encoding="utf-8")
    (failure,) = study(book, [], 1)
    assert "adds failed with seeds moved by 0 on 'avx'" in failure
    assert "ZeroDivisionError" in failure
    assert len(results(book)) == 1
    assert "FAILED" in capsys.readouterr().out


def test_two_studies_at_once_are_refused(book, gate):
    gate.touch()
    before = len(list(gate.parent.glob("closed.*")))
    command = [sys.executable, "-m", "lecture6_utils.book.study", "--runs", "1"]
    env = os.environ | {"PYTHONPATH": str(book)}
    first = subprocess.Popen(command, cwd=book, stdout=subprocess.DEVNULL, env=env)
    started(gate, before + 1)
    second = subprocess.run(command, cwd=book, capture_output=True, text=True, env=env)
    gate.unlink()
    assert first.wait(timeout=300) == 0
    assert second.returncode == 1
    assert f"A study already runs in this folder (process {first.pid})" in second.stderr


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "127.0.0.1:1", "carrier-pigeon://x"])
def test_a_scheduler_that_does_not_answer_is_told(book, address):
    with pytest.raises(BookError, match=f"No scheduler answers at {address}"):
        study(book, [], 1, address)
    assert results(book) == []


def test_a_worker_with_another_checkout_refuses(book):
    with pytest.raises(BookError, match="is not the lesson to be studied"):
        study_module.run(str(book), "adds", 0, "here", "another fingerprint")


def test_other_packages_are_those_of_their_own_environment(book):
    lesson = Lesson(book, "adds")
    given = str(book), "adds", 0, "oldest", study_module.evidence_fingerprint(lesson)
    with pytest.raises(BookError, match="adds is to run with the oldest packages, .* make oldest"):
        study_module.run(*given)
    python = book / "_build/oldest/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(
        f'#!/bin/sh\ntouch {book}/used\nexec {sys.executable} "$@"\n', encoding="utf-8"
    )
    python.chmod(0o755)
    result = study_module.run(*given)
    assert (result["variant"], result["offset"]) == ("oldest", 0)
    assert [m["name"] for m in result["measured"]] == ["chance"] and (book / "used").exists()
    assert study_module.runnable(book) == study_module.runnable(book / "chapters") + 1
    lesson.script.write_text(
        lesson.script.read_text(encoding="utf-8") + "1 / 0\n", encoding="utf-8"
    )
    with pytest.raises(BookError, match="ZeroDivisionError"):
        study_module.run(*given[:4], study_module.evidence_fingerprint(lesson))


# --- seeds and machines -------------------------------------------------------------------

SEEDED = """# %%
from lecture6_utils.reproducibility import make_reproducible
import json, random
import keras, numpy as np
from sklearn.utils import check_random_state
make_reproducible("adds")

# %%
generator = keras.random.SeedGenerator(1)
layer = keras.layers.Dropout(0.5, seed=3)
again = type(layer).from_config(layer.get_config())
found = {
    "global Python": random.random(), "global NumPy": np.random.random(),
    "global Keras": float(keras.random.normal(())),
    "random.Random": random.Random(0).random(),
    "default_rng": np.random.default_rng(0).random(),
    "default_rng(seed=)": np.random.default_rng(seed=0).random(),
    "SeedGenerator": float(keras.random.normal((), seed=generator)),
    "integer": float(keras.random.normal((), seed=5)),
    "scikit-learn": check_random_state(7).random(),
    "set_random_seed": (keras.utils.set_random_seed(9), random.random())[1],
    "weights": float(keras.layers.Dense(1, kernel_initializer=keras.initializers.RandomNormal(seed=2))(np.ones((1, 1)))[0, 0]),
}
print(json.dumps(found))
print(np.array_equal(layer(np.ones(64), training=True), again(np.ones(64), training=True)))
"""


def test_an_offset_moves_every_seed_and_none_moves_without(tmp_path):
    from nbclient import NotebookClient

    from lecture6_utils.book.lessons import read_script

    root = make_small_book(tmp_path)
    (root / "chapters/adds.py").write_text(SEEDED, encoding="utf-8")
    found, same = {}, {}
    for offset in (0, 1_000):
        notebook = read_script(Lesson(root, "adds"))
        with kernel_environment(root, "adds", offset=offset) as env:
            NotebookClient(notebook, kernel_name="python3").execute(env=env)
        values, alike = notebook.cells[-1].outputs[0].text.splitlines()
        found[offset], same[offset] = json.loads(values), alike
    assert [name for name in found[0] if found[0][name] == found[1_000][name]] == []
    assert same == {0: "True", 1_000: "True"}, "a layer made from its configuration is moved once"
    assert found[0]["random.Random"] == __import__("random").Random(0).random()


def test_no_lesson_uses_a_source_of_chance_that_is_not_moved():
    """Legacy generators would slip through: np.random.RandomState, tf.random with a seed of its own."""
    from helpers import ROOT

    for lesson in find_lessons(ROOT):
        text = lesson.script.read_text(encoding="utf-8")
        assert not re.search(r"RandomState\(|np\.random\.seed|tf\.random\.|random\.seed\(", text), (
            lesson.slug
        )


TOLD = """
from lecture6_utils.reproducibility import make_reproducible
make_reproducible("x")
import json, os, numpy as np, tensorflow as tf
from threadpoolctl import threadpool_info
from numpy._core._multiarray_umath import __cpu_features__, __cpu_dispatch__ as dispatch
a = np.random.default_rng(0).normal(size=(2, 128, 128)).astype("f4")
print(json.dumps({
    "product": (tf.constant(a[0]) @ tf.constant(a[1])).numpy().tobytes().hex()[:4000],
    "blas": [p["architecture"] for p in threadpool_info() if "numpy" in p["filepath"]],
    "numpy": [feature for feature in dispatch if __cpu_features__[feature]],
    "threads": tf.config.threading.get_intra_op_parallelism_threads(),
}))
"""


@pytest.fixture(scope="module")
def told():
    """What each machine variant tells of itself, and its product of two matrices."""
    found = {}
    for variant in sorted({variant for _, variant in PLAN} - {"oldest"} | {"here", "xla-avx"}):
        result = subprocess.run(
            [sys.executable, "-c", TOLD],
            env=os.environ | variables(variant),
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, result.stderr
        found[variant] = json.loads(result.stdout)
    return found


def test_a_variant_is_what_it_says(told):
    for variant, says in told.items():
        assert says["threads"] == (2 if variant == "threads" else 1)
    for variant, kernels in {"avx": "Sandybridge", "sse4.2": "Nehalem"}.items():
        assert (told[variant]["numpy"], told[variant]["blas"]) == ([], [kernels])


def test_an_older_processor_multiplies_matrices_in_another_order(told):
    """XLA's limit alone does not reach TensorFlow's own products: oneDNN chooses by processor."""
    found = {variant: says["product"] for variant, says in told.items()}
    assert len({found["here"], found["avx"], found["sse4.2"]}) == 3
    assert found["xla-avx"] == found["here"]


def test_the_plan_tells_seeds_and_machines_apart():
    with_stored = [(0, "here"), *PLAN]
    assert len(set(with_stored)) == len(with_stored) >= 9
    for first, n_machines, n_seeds in [(4, 3, 2), (9, 4, 3)]:  # with the stored run
        offsets = [offset for offset, _ in with_stored[:first]]
        assert offsets.count(0) >= n_machines and len(set(offsets)) >= n_seeds
    assert {variant for _, variant in PLAN} >= {
        "avx2",
        "avx",
        "sse4.2",
        "threads",
        "onednn",
        "here",
        "oldest",
    }
