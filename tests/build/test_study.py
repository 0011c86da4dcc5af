"""The study: on a real Dask scheduler, with a worker killed in the middle, cut off and gone on with."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from distributed import Client
from helpers import ROOT, make_small_book

from lecture6_utils.book import study as study_module
from lecture6_utils.book.evidence import evidence_path, read_evidence
from lecture6_utils.book.execution import IN_KERNEL
from lecture6_utils.book.executor import run as run_lessons
from lecture6_utils.book.held_out import held_out
from lecture6_utils.book.lessons import BookError, Lesson, find_lessons
from lecture6_utils.book.study import OLDEST, PLAN, Study, running, study, variables

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


@contextmanager
def closed(gate):
    """All kernels wait meanwhile; yields what returns once `n` more of them do."""
    before = len(list(gate.parent.glob("closed.*")))

    def wait_for(n):
        until(lambda: len(list(gate.parent.glob("closed.*"))) >= before + n)

    gate.touch()
    try:
        yield wait_for
    finally:
        gate.unlink()


@pytest.fixture(scope="module")
def executed(tmp_path_factory, gate):
    """Two lessons that wait as long as the gate is closed, executed once."""
    root = make_small_book(tmp_path_factory.mktemp("executed"))
    for slug in ("adds", "prints"):
        (root / f"chapters/{slug}.py").write_text(SLOW.format(gate=str(gate)), encoding="utf-8")
    run_lessons(root)
    return root


@pytest.fixture(scope="module")
def home(executed, tmp_path_factory):
    """The folder in which all workers are started: the book that they run is the one found there."""
    return shutil.copytree(executed, tmp_path_factory.mktemp("home") / "book")


@pytest.fixture
def book(executed, home):
    """The two lessons as they were executed, and nothing studied."""
    for name in ("chapters", "_build/study"):
        shutil.rmtree(home / name, ignore_errors=True)
    shutil.copytree(executed / "chapters", home / "chapters")
    return home


def until(asked, seconds=180):
    """What is asked for, once there is some."""
    end = time.monotonic() + seconds
    while not (answer := asked()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return answer


@pytest.fixture(scope="module")
def cluster(home):
    """A scheduler and two workers, started by hand as CONTRIBUTING says; address and workers."""
    log = home / "scheduler.log"

    def start(*command, **options):
        command = [sys.executable, "-m", *command, "--no-dashboard"]
        return subprocess.Popen(command, cwd=home, **options)

    with open(log, "w", encoding="utf-8") as said:  # a pipe that nobody reads would fill up
        address = ["--host", "127.0.0.1", "--port", "0"]
        scheduler = start("distributed.cli.dask_scheduler", *address, stderr=said)

    def scheduler_says():
        text = log.read_text(encoding="utf-8")
        assert scheduler.poll() is None, text
        return re.search(r"Scheduler at: +(tcp://\S+)\n", text)

    address = until(scheduler_says)[1]
    workers = [
        start(
            "distributed.cli.dask_worker",
            *(address, "--nthreads", "1", "--no-nanny"),
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": str(home)},
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


def command(book, *arguments, **options):
    """The study as `make study` starts it."""
    return subprocess.Popen(
        [sys.executable, "-m", "lecture6_utils.book.study", *arguments],
        cwd=book,
        env=os.environ | {"PYTHONPATH": str(book)},
        **options,
    )


def test_it_goes_on_where_it_was_cut_off(book, cluster, monkeypatch):
    # no run that moves seeds, for which a kernel imports Keras
    monkeypatch.setattr(study_module, "PLAN", [(0, "avx"), (0, "avx2")])
    address, _ = cluster
    study(book, ["adds"], 1, address)
    (path,) = book.glob("_build/study/adds/*/*.json")
    first = path.read_text(encoding="utf-8")
    study(book, ["adds"], 2, address)
    assert path.read_text(encoding="utf-8") == first, "it is not run again"
    assert len(results(book)) == 2
    evidence_path(Lesson(book, "adds")).unlink()  # it has these runs already
    path.write_text(first[:40], encoding="utf-8")  # cut off in the middle of writing
    assert len(Study(book, [Lesson(book, "adds")], 2).missing) == 1
    assert not Study(book, [Lesson(book, "adds")], 0).missing


def test_a_changed_lesson_is_studied_again(book):
    lesson = Lesson(book, "adds")
    before = Study(book, [lesson], 1)
    before.store(*before.missing, {"offset": 0})
    assert not Study(book, [lesson], 1).missing
    with open(lesson.script, "a", encoding="utf-8") as script:
        script.write("x = 1\n")
    assert len(Study(book, [lesson], 1).missing) == 1


def test_a_lesson_that_fails_is_named_and_the_others_go_on(book, cluster, capsys):
    with open(book / "chapters/adds.py", "a", encoding="utf-8") as script:
        script.write("1 / 0\n")
    (failure,) = study(book, [], 1, cluster[0])
    assert "adds failed with seeds moved by 0 on 'avx'" in failure
    assert "ZeroDivisionError" in failure
    assert len(results(book)) == 1
    assert "FAILED" in capsys.readouterr().out


def test_a_killed_worker_costs_its_run_only_and_the_live_line_names_what_runs(book, gate, cluster):
    """The lost run waits for the worker that is left: it is not said to run."""
    address, workers = cluster
    arguments = ["adds", "--runs", "3", "--cluster", address]
    with closed(gate) as wait_for, Client(address) as client:
        process = command(book, *arguments, stdout=subprocess.PIPE, text=True)
        wait_for(2)  # both workers are in the middle of a run
        both = set(until(lambda: running(client)))
        assert both == {"adds +0 avx", "adds +1000 here"}
        workers[0].send_signal(signal.SIGKILL)
        workers[0].wait()
        until(lambda: len(client.scheduler_info(n_workers=-1)["workers"]) == 1)
        (named,) = until(lambda: running(client))
        assert named in both
    text, _ = process.communicate(timeout=500)
    assert process.returncode == 0, text
    assert results(book) == sorted(f"{offset}-{variant}.json" for offset, variant in PLAN[:3])
    assert re.search(r"3 of 3 done, 0:00:00 left", text), "the last line tells that all is done"
    assert "  Running: " in text
    assert "adds: 4 runs, 1 numbers" in text
    number = read_evidence(Lesson(book, "adds"))["numbers"]["chance"]
    assert number["by machine"] == 0 < number["by seed"], "seeds moved, machines did not matter"
    chance = [float(f"{random.Random(seed).random():.6g}") for seed in (0, 0, 0, 1_000)]
    assert number["runs"] == [[value] for value in chance]


def test_two_studies_at_once_are_refused(book, gate, monkeypatch):
    monkeypatch.chdir(book)
    with closed(gate) as wait_for:
        first = command(book, "adds", "--runs", "1", stdout=subprocess.DEVNULL)
        wait_for(1)
        refused = rf"A study already runs in this folder \(process {first.pid}\)"
        with pytest.raises(SystemExit, match=refused):
            study_module.main(["--runs", "1"])
    assert first.wait(timeout=300) == 0
    assert results(book) == ["0-avx.json"], "on workers of this machine"


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "127.0.0.1:1", "carrier-pigeon://x"])
def test_a_scheduler_that_does_not_answer_is_told(book, address, monkeypatch):
    monkeypatch.setattr(study_module, "ANSWERS", 0.2)
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

SEEDED = """
from lecture6_utils.reproducibility import make_reproducible
import importlib.util, json, random, sys
import keras, numpy as np


def found():
    from sklearn.utils import check_random_state

    make_reproducible("adds")
    generator = keras.random.SeedGenerator(1)
    layer = keras.layers.Dropout(0.5, seed=3)
    again = type(layer).from_config(layer.get_config())
    normal = keras.initializers.RandomNormal(seed=2)
    return {
        "global Python": random.random(), "global NumPy": np.random.random(),
        "global Keras": float(keras.random.normal(())),
        "random.Random": random.Random(0).random(),
        "default_rng": np.random.default_rng(0).random(),
        "default_rng(seed=)": np.random.default_rng(seed=0).random(),
        "SeedGenerator": float(keras.random.normal((), seed=generator)),
        "integer": float(keras.random.normal((), seed=5)),
        "scikit-learn": check_random_state(7).random(),
        "set_random_seed": (keras.utils.set_random_seed(9), random.random())[1],
        "weights": float(keras.layers.Dense(1, kernel_initializer=normal)(np.ones((1, 1)))[0, 0]),
    }, np.array_equal(layer(np.ones(64), training=True), again(np.ones(64), training=True))


spec = importlib.util.spec_from_file_location("in_kernel", sys.argv[1])
in_kernel = importlib.util.module_from_spec(spec)
spec.loader.exec_module(in_kernel)
as_stated = found()
in_kernel.move_seeds()
print(json.dumps([as_stated, found()]))
"""


def test_an_offset_moves_every_seed_and_a_copied_layers_once():
    """Here the offset comes between two looks; that a kernel has it from its start is seen above."""
    result = subprocess.run(
        [sys.executable, "-c", SEEDED, IN_KERNEL],
        cwd=ROOT,
        env=os.environ | {"LECTURE6_SEED_OFFSET": "1000"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    (stated, stated_alike), (moved, moved_alike) = json.loads(result.stdout)
    assert [name for name in stated if stated[name] == moved[name]] == []
    assert moved["random.Random"] == random.Random(1_000).random()
    assert stated_alike and moved_alike, "a layer made from its configuration is moved once"


def test_no_lesson_uses_a_source_of_chance_that_is_not_moved():
    """Legacy generators would slip through: np.random.RandomState, tf.random with a seed of its own."""
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
    for variant in sorted({variant for _, variant in PLAN} - {OLDEST} | {"here", "xla-avx"}):
        result = subprocess.run(
            [sys.executable, "-c", TOLD],
            cwd=ROOT,
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


def test_no_machine_of_the_study_would_have_raised_a_false_alarm():
    found = held_out(ROOT)
    assert sum(n for (offset, variant), n in found["checks"].items() if offset == 0) > 5_000
    meant = [a for a in found["alarms"] if a[2][0] == 0 and a[2][1] != OLDEST]
    assert meant == [], "study these lessons on more machines"
