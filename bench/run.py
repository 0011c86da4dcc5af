"""Measures the book's training beside others', and writes bench/results.json: `make bench`.

Each peer is a process of its own. Those that are compared take turns, one epoch at a time,
so that whatever else the machine does meets all of them alike. What cannot run is named in
one sentence, and the rest goes on.
"""

import json
import os
import platform
import select
import subprocess
import sys
import tempfile
import time
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lecture6_utils.book.lessons import replace_text

BENCH = Path(__file__).resolve().parent
RESULTS = BENCH / "results.json"
ROUNDS = 5
PATIENCE = 900  # seconds without a word; t-SNE of 20,000 points takes minutes
PACKAGES = (
    "keras tensorflow tensorflow-cpu numpy scikit-learn jax torch openTSNE jupyter-book"
).split()

KERAS = ("slide", "one thread", "steps", "xla", "keras on jax", "ours")
STACKED = {way: ("keras_fit.py", way, "stacked") for way in KERAS} | {
    "products": ("products.py",),
    "jax scan": ("jax_scan.py",),
    "torch fused": ("torch_loop.py", "fused"),
    "torch compiled": ("torch_loop.py", "compiled"),
}
#: Net → batch size → peer → command, which the batch size ends.
EPOCHS = {"stacked": {32: STACKED, 128: STACKED}} | {
    net: {
        128: {
            way: ("keras_fit.py", way, net)
            for way in ("slide", "steps", "keras on jax", "ours, no xla")
        }
    }
    for net in ("char-CNN", "char-BiLSTM")
}
POINTS = (5_000, 20_000)
LIBRARIES = ("scikit-learn", "openTSNE")
TIMES = (1, 2, 4)


class Missing(Exception):
    """A peer cannot run; the message is its last word."""


class Peer:
    """A process that takes turns; see turns.py."""

    def __init__(self, script, *arguments):
        self._said = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(
            [sys.executable, BENCH / script, *map(str, arguments)],
            env=os.environ | {"PYTHONPATH": str(BENCH.parent)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
        )

    def hear(self):
        """What it tells next."""
        if not select.select([self._process.stdout], [], [], PATIENCE)[0]:
            raise Missing(f"It said nothing for {PATIENCE} seconds.")
        if line := self._process.stdout.readline():
            return json.loads(line)
        self._process.wait()
        self._said.seek(0)
        said = self._said.read().strip().splitlines() or ["It ended without a word."]
        raise Missing(said[-1])

    def turn(self):
        """Let it do an epoch; what it took."""
        try:
            self._process.stdin.write("\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it ended: `hear` says why
        return self.hear()

    def stop(self):
        """End it."""
        self._process.kill()
        self._process.communicate()


def measure_epochs(peers, batch_size, missing):
    """Each peer's seconds per epoch: name → ``first``, ``again`` if there is one, ``cpu``, ``wall``."""
    started = {name: Peer(*command, batch_size) for name, command in peers.items()}
    found = {}
    try:
        for name in list(started):
            try:
                found[name] = {"first": started[name].hear()}
                if name.startswith("ours"):
                    found[name]["again"] = started[name].turn()
            except Missing as word:
                _leave_out(name, word, missing)
                found.pop(name, None)
        for _ in range(ROUNDS):
            for name in list(found):
                try:
                    took = started[name].turn()
                except Missing as word:
                    _leave_out(name, word, missing)
                    found.pop(name)
                    continue
                for clock, seconds in took.items():
                    found[name].setdefault(clock, []).append(seconds)
    finally:
        for peer in started.values():
            peer.stop()
    return found


def once(name, missing, *command):
    """What a process tells that has one thing to tell; None if it cannot."""
    peer = Peer(*command)
    try:
        return peer.hear()
    except Missing as word:
        _leave_out(name, word, missing)
    finally:
        peer.stop()


def _leave_out(name, word, missing):
    missing[name] = str(word)
    print(f"  {name} is left out: {word}", flush=True)


def measure(missing):
    """All measurements, in the order in which they are made."""
    say("The stacked net's codings")
    with tempfile.TemporaryDirectory() as folder:
        # what an interrupted compilation leaves behind would stop the next one
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = folder
        codings = Path(folder) / "codings.npz"
        found = {"quality": once("codings", missing, "maps.py", "codings", codings)}
        found["epochs"] = {}
        for net, batches in EPOCHS.items():
            for batch_size, peers in batches.items():
                say(f"One epoch of the {net} at batch {batch_size}, {ROUNDS} rounds")
                took = measure_epochs(peers, batch_size, missing)
                found["epochs"].setdefault(net, {})[str(batch_size)] = took
        found["maps"] = measure_maps(codings, missing)
    found["pages"] = {}
    for times in TIMES:
        say(f"The pages of {times} × the lessons")
        if told := once(f"{times} × the lessons", missing, "pages.py", times):
            found["pages"][str(times)] = told
    return found


def measure_maps(codings, missing):
    """What each library's map takes and is worth: number of points → library."""
    found = {}
    for n in POINTS:
        for library in LIBRARIES:
            say(f"t-SNE of {n:,} codings with {library}")
            if told := once(library, missing, "maps.py", library, n, codings):
                found.setdefault(str(n), {})[library] = told
    return found


def say(what):
    print(f"{time.perf_counter() - START:4.0f} s  {what} ...", flush=True)


def processor():
    """The processor's name, as far as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(": ")[2] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def versions():
    """Package → version, of those that are installed."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            pass
    return found


def main():
    before, missing = os.getloadavg(), {}
    found = measure(missing)
    told = {
        "date": date.today().isoformat(),
        "machine": {
            "processor": processor(),
            "cores": os.cpu_count(),
            "system": platform.system(),
            "load before": before,
            "load after": os.getloadavg(),
        },
        "versions": versions(),
        "seconds": time.perf_counter() - START,
        "missing": missing,
    } | found
    told = json.loads(json.dumps(told), parse_float=lambda text: float(f"{float(text):.5g}"))
    replace_text(RESULTS, json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    say(f"Written: {RESULTS.relative_to(Path.cwd())}; make html shows it")


START = time.perf_counter()

if __name__ == "__main__":
    main()
