"""The study: every lesson with other seeds and on other machines, to learn how its numbers vary.

``python -m lecture6_utils.book.study`` (`make study`) runs what is missing and sums it up.
A run is one lesson with one seed offset under one machine variant; its result is a file, so
a study that was cut off goes on where it was. The runs are tasks for Dask: on workers of
this machine, or on those of any scheduler whose address is given.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from lecture6_utils.book.execution import (
    CELL_TIMEOUT,
    figures,
    kernel_environment,
    lesson_client,
    measurements,
    read_record,
)
from lecture6_utils.book.lessons import (
    METADATA_KEY,
    BookError,
    Lesson,
    choose,
    evidence_fingerprint,
    find_lessons,
    first_line,
    read_notebook,
    read_script,
    replace_text,
)
from lecture6_utils.book.lock import alone
from lecture6_utils.book.summary import at, earlier_runs, sum_up

#: No machine, but the oldest packages: `make oldest` makes their environment.
OLDEST = "oldest"

#: (seed offset, machine variant), the most telling first; two of equal seeds are the
#: least that can be summed up. (0, "here") is the stored notebook.
PLAN = [
    (0, "avx"),
    (1_000, "here"),
    (0, "avx2"),
    (1_000, "avx2"),
    (0, "onednn"),
    (2_000, "here"),
    (0, "sse4.2"),
    (0, "threads"),
    (0, OLDEST),
]

LIVE = 30  # seconds after which the live line is said again
ANSWERS = 10  # seconds in which a scheduler answers that is there


def variables(variant):
    """The environment variables that make this machine another one.

    "avx2", "avx" and "sse4.2" are older processors, "avx2" one without AVX-512. XLA and
    oneDNN (which multiplies matrices for TensorFlow even where it is switched off
    otherwise) may use no newer instructions, OpenBLAS takes the kernels it has for such a
    one, and NumPy leaves its own newer code aside. "xla-avx" is "avx" but for oneDNN.
    "threads" splits sums over two threads, "onednn" lets oneDNN compute all that it can.
    """
    return {
        "here": {},
        "avx2": _older("AVX2", "AVX2", "Haswell", keep=("X86_V3",)),
        "avx": _older("AVX", "AVX", "Sandybridge"),
        "sse4.2": _older("SSE4_2", "SSE41", "Nehalem"),
        "xla-avx": _older("AVX", "", "Haswell"),
        "threads": {"LECTURE6_THREADS": "2"},
        "onednn": {"TF_ENABLE_ONEDNN_OPTS": "1"},
    }[variant]


def _older(xla, onednn, openblas, keep=()):
    # NumPy warns if told to leave aside what a processor has not, and tells what it has only here
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    aside = [name for name in __cpu_dispatch__ if __cpu_features__.get(name) and name not in keep]
    return {
        "XLA_FLAGS": f"--xla_cpu_max_isa={xla}",
        "OPENBLAS_CORETYPE": openblas,
        "NPY_DISABLE_CPU_FEATURES": " ".join(aside),
    } | ({"ONEDNN_MAX_CPU_ISA": onednn} if onednn else {})


# --- one run, on a worker ---------------------------------------------------------------


def run(root, slug, offset, variant, fingerprint):
    """Execute a lesson and return what it measured and drew, ready for JSON.

    Parameters
    ----------
    root : str or None
        The book's folder; None for the one in which the worker was started.
    slug : str
    offset : int
    variant : str
    fingerprint : str
        Of the lesson whose spread is wanted: the worker's own copy must be the same.

    Raises
    ------
    BookError
        If it is not, or if a cell of the lesson fails.
    """
    lesson = Lesson(Path(root or os.getcwd()), slug)
    if evidence_fingerprint(lesson) != fingerprint:
        raise BookError(
            f"{lesson.script} on this worker is not the lesson to be studied: give every worker "
            "the same checkout, and start it in the book's folder."
        )
    if variant == OLDEST:
        return run_with_oldest(lesson, offset, fingerprint) | {"variant": variant}
    asyncio.set_event_loop(asyncio.new_event_loop())  # nbclient's own; Dask's is not for it
    notebook = read_script(lesson)
    start = time.monotonic()
    environment = kernel_environment(
        lesson.root, slug, offset=offset, variables=variables(variant), prove=False
    )
    with environment as env:
        try:
            lesson_client(notebook, lesson, timeout=4 * CELL_TIMEOUT).execute(env=env)
        except Exception as error:
            lines = str(error).rstrip().splitlines()
            raise BookError(
                f"{slug} failed with seeds moved by {offset:,} on {variant!r}: {lines[-1]}\n"
                + "\n".join(lines[-12:])
            ) from None
        record = read_record(env["LECTURE6_RECORD"])
    return {
        "offset": offset,
        "variant": variant,
        "seconds": round(time.monotonic() - start),
        "measured": measurements(record),
        "figures": figures(record, notebook),
    }


IN_OTHER = """
import json, sys
from lecture6_utils.book.study import run
root, slug, offset, fingerprint = sys.argv[1:]
print(json.dumps(run(root, slug, int(offset), "here", fingerprint)))
"""


def oldest_python(root):
    """The interpreter of the environment that `make oldest` makes."""
    return root / "_build/oldest/bin/python"


def runnable(root):
    """How many runs of the plan can be made: the last one only after `make oldest`."""
    return len(PLAN) if oldest_python(root).exists() else len(PLAN) - 1


def run_with_oldest(lesson, offset, fingerprint):
    """What `run` returns, from the environment that `make oldest` makes."""
    python = oldest_python(lesson.root)
    if not python.exists():
        raise BookError(
            f"{lesson.slug} is to run with the oldest packages, and {python} is not there: run "
            "make oldest, or study with fewer RUNS."
        )
    result = subprocess.run(
        [python, "-c", IN_OTHER, lesson.root, lesson.slug, str(offset), fingerprint],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        encoding="utf-8",
    )
    if result.returncode:
        raise BookError(result.stderr.strip().splitlines()[-1])
    return json.loads(result.stdout.splitlines()[-1])


# --- the runs, from the first to the last -----------------------------------------------


def results_folder(root, slug, fingerprint):
    """Where the results of a lesson's runs are kept, as long as it is the same lesson."""
    return root / "_build" / "study" / slug / fingerprint[:12]


def stored_runs(root, lesson):
    """The finished runs of a lesson as it is now; the stored notebook is the first."""
    fingerprint = evidence_fingerprint(lesson)
    record = (read_notebook(lesson) or {"metadata": {}})["metadata"].get(METADATA_KEY, {})
    runs = []
    if record.get("evidence_fingerprint") == fingerprint:
        runs.append(
            {
                "offset": 0,
                "variant": "here",
                "seconds": record["cpu_seconds"],
                "measured": record["measured"],
                "figures": record["figures"],
            }
        )
    for path in sorted(results_folder(root, lesson.slug, fingerprint).glob("*.json")):
        try:
            runs.append(json.loads(path.read_text(encoding="utf-8")))
        except ValueError:
            path.unlink()  # cut off while it was written: it is run again
    return runs


class Study:
    """The runs of some lessons that are still missing, and their way through Dask."""

    def __init__(self, root, lessons, n_runs):
        self.root = root
        self.missing = {}  # task's name → (lesson, fingerprint, offset, variant)
        fingerprints = {lesson: evidence_fingerprint(lesson) for lesson in lessons}
        known = {lesson: {at(run) for run in earlier_runs(lesson)} for lesson in lessons}
        for offset, variant in PLAN[:n_runs]:
            for lesson in sorted(lessons, key=_cost, reverse=True):
                name = f"{lesson.slug} +{offset} {variant}"
                folder = results_folder(root, lesson.slug, fingerprints[lesson])
                done = (offset, variant) in known[lesson]
                if not done and not _valid(folder / f"{offset}-{variant}.json"):
                    self.missing[name] = (lesson, fingerprints[lesson], offset, variant)

    def execute(self, address=None):
        """Run what is missing; every result is on disk as soon as it is there.

        Returns
        -------
        list of str
            What failed, and why: a lesson that fails costs its own run only.
        """
        from distributed import Client, wait

        with _cluster(address) as cluster, Client(cluster) as client:
            if not (n_workers := _n_workers(client)):
                raise BookError(
                    f"The scheduler {address} has no workers: start some (dask worker)."
                )
            print(f"{len(self.missing)} runs on {n_workers} workers", flush=True)
            waiting, pending = list(self.missing)[::-1], set()
            progress, failed = Progress(self.missing, n_workers), []
            while waiting or pending:
                # One for each worker: a run that waits behind another does not move to a free one.
                while waiting and len(pending) < max(1, _n_workers(client)):
                    pending.add(self.submit(client, waiting.pop(), local=not address))
                try:
                    wait(pending, timeout=LIVE, return_when="FIRST_COMPLETED")
                except TimeoutError:
                    pass  # nothing has finished: the line below is all the news
                done = {future for future in pending if future.done()}
                pending -= done
                for future in done:
                    try:
                        result = future.result()
                    except Exception as error:
                        failed.append(f"{future.key}: {error}")
                        progress.finished(future.key, None)
                    else:
                        self.store(future.key, result)
                        progress.finished(future.key, result["seconds"])
                progress.tell(running(client))
        return failed

    def submit(self, client, name, local):
        """Hand a run over; a worker of another machine looks for the book where it was started."""
        lesson, fingerprint, offset, variant = self.missing[name]
        root = str(self.root) if local else None
        options = {"key": name, "retries": 0, "pure": False}
        return client.submit(run, root, lesson.slug, offset, variant, fingerprint, **options)

    def store(self, name, result):
        """Write a run's result to its file."""
        lesson, fingerprint, offset, variant = self.missing[name]
        folder = results_folder(self.root, lesson.slug, fingerprint)
        folder.mkdir(parents=True, exist_ok=True)
        replace_text(folder / f"{offset}-{variant}.json", json.dumps(result))


def _n_workers(client):
    return len(client.scheduler_info(n_workers=-1)["workers"])


def running(client):
    """The names of the runs that workers are in the middle of."""
    try:  # client.processing() would name what waits on a worker, too
        return [key for stacks in client.call_stack().values() for key in stacks]
    except OSError:  # a worker died in the middle of the question; the next line will know
        return []


class Progress:
    """Says what has finished, what runs, and how long the rest may take.

    A run is expected to take as long as its lesson did, times what runs took so far.
    """

    def __init__(self, missing, n_workers):
        self.costs = {name: max(1, _cost(lesson)) for name, (lesson, *_) in missing.items()}
        self.left, self.n_workers = dict(self.costs), n_workers
        self.start, self.took, self.expected = time.monotonic(), 0, 0

    def finished(self, name, seconds):
        """Take note of a run; its seconds are None if it failed."""
        cost = self.left.pop(name)
        if seconds:
            self.took, self.expected = self.took + seconds, self.expected + cost
        print(f"{name}: {f'{seconds} s' if seconds else 'FAILED'}", flush=True)

    def tell(self, names):
        """The live line."""
        pace = self.took / self.expected if self.expected else 1.5
        left = pace * sum(self.left.values()) / self.n_workers
        print(
            f"{_clock(time.monotonic() - self.start)}  {len(self.costs) - len(self.left)} of "
            f"{len(self.costs)} done, {_clock(left)} left.  Running: {', '.join(sorted(names)) or '–'}",
            flush=True,
        )


def _valid(path):
    try:
        json.loads(path.read_text(encoding="utf-8"))
        return True
    except (OSError, ValueError):
        return False


def _cost(lesson):
    notebook = read_notebook(lesson)
    return notebook.metadata.get(METADATA_KEY, {}).get("cpu_seconds", 0) if notebook else 0


def _clock(seconds):
    return f"{int(seconds) // 3600}:{int(seconds) // 60 % 60:02d}:{int(seconds) % 60:02d}"


def _cluster(address):
    """A scheduler: the one at the address, or one of our own with a worker per core."""
    from contextlib import nullcontext

    import dask
    from distributed import LocalCluster
    from distributed.comm import parse_address
    from distributed.comm.core import connect

    if address is None:
        # A worker that is busy and gets little time is not dead: one that is dead hangs up.
        dask.config.set(
            {
                "distributed.scheduler.worker-ttl": None,
                "distributed.scheduler.worker-saturation": 1.0,
                "distributed.comm.timeouts.tcp": "900s",
            }
        )
        return LocalCluster(
            n_workers=os.cpu_count(),
            threads_per_worker=1,
            processes=True,
            memory_limit=0,
            dashboard_address=None,
            worker_dashboard_address=None,
        )
    try:
        parse_address(address, strict=True)
        asyncio.run(connect(address, timeout=ANSWERS)).abort()
    except (OSError, ValueError) as error:
        raise BookError(
            f"No scheduler answers at {address} ({first_line(error)}). Start one with "
            "`dask scheduler`, or leave CLUSTER away to use this machine."
        ) from None
    return nullcontext(address)


# --- the command ------------------------------------------------------------------------


def study(root, slugs, n_runs, address=None):
    """Run what is missing of the plan's first `n_runs`, then sum up; the failures' texts."""
    chosen = choose(find_lessons(root), slugs)
    with alone(root / "_build" / "study" / "lock", "A study", wait=False):
        tasks = Study(root, chosen, n_runs)
        failed = tasks.execute(address) if tasks.missing else []
        for lesson in chosen:
            print(sum_up(lesson, stored_runs(root, lesson)))
    return failed


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m lecture6_utils.book.study")
    parser.add_argument("slugs", nargs="*", help="study these lessons only")
    parser.add_argument("--runs", type=int, help="the first so many of the plan; by default all")
    parser.add_argument("--cluster", help="a Dask scheduler's address, tcp://host:port")
    parser.add_argument("--sum-up", action="store_true", help="run nothing, sum up what is there")
    arguments = parser.parse_args(argv)
    try:
        n_runs = runnable(Path.cwd()) if arguments.runs is None else arguments.runs
        n_runs = 0 if arguments.sum_up else n_runs
        failed = study(Path.cwd(), arguments.slugs, n_runs, arguments.cluster or None)
    except BookError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. What had finished is kept; the same command goes on from there.")
    if failed:
        sys.exit("\nThese runs failed:\n" + "\n".join(failed))


if __name__ == "__main__":
    main()
