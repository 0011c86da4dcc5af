"""How a measured process takes turns: it does one epoch, tells what it took, and waits for a line."""

import json
import os
import sys
import time


class Turns:
    """Epochs in turn with those of other processes; the first, which compiles, comes unasked."""

    def __init__(self):
        # what a library prints must not come between
        self._told = os.fdopen(os.dup(sys.stdout.fileno()), "w")
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        self._start()

    def _start(self):
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def took(self):
        """The seconds since the turn began."""
        return {"cpu": time.process_time() - self._cpu, "wall": time.perf_counter() - self._wall}

    def tell(self, what):
        """Tell it to the process that measures."""
        print(json.dumps(what), file=self._told, flush=True)

    def next(self):
        """Tell what this turn took, and wait; whether there is another."""
        self.tell(self.took())
        another = bool(sys.stdin.readline())
        self._start()
        return another


def take_turns(epoch):
    """An epoch for each turn."""
    turns = Turns()
    epoch()
    while turns.next():
        epoch()


def use_one_thread():
    """To be called before a library is imported: most count the cores then."""
    for name in ("OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "VECLIB_MAXIMUM"):
        os.environ[f"{name}_THREADS"] = "1"
    if hasattr(os, "sched_setaffinity"):  # JAX listens to nothing else; macOS has no such call
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
