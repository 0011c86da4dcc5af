"""Execute the lessons that are stale: `python -m lecture6_utils.book.executor run`."""

import argparse
import os
import sys
import threading
import time
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path

import psutil
from nbclient.exceptions import CellExecutionError

from lecture6_utils.book.evidence import read_evidence
from lecture6_utils.book.execution import (
    figures,
    kernel_environment,
    lesson_client,
    measurements,
    read_record,
    tables,
)
from lecture6_utils.book.lessons import (
    METADATA_KEY,
    BookError,
    cells_hash,
    check_writable,
    choose,
    find_lessons,
    fingerprints,
    read_notebook,
    read_script,
    refresh_prose,
    stale_reasons,
    write_notebook,
)


class Run:
    """Executes lessons side by side, one thread each, and tells how far it is."""

    def __init__(self, n_workers):
        self.n_workers = n_workers
        self.start = time.monotonic()
        self.clients = []
        self.stopped = False
        self.lock = threading.Lock()

    def say(self, text):
        seconds = round(time.monotonic() - self.start)
        with self.lock:
            print(f"{seconds // 60:3d}:{seconds % 60:02d}  {text}", flush=True)

    def execute_all(self, lessons):
        """Execute and store every lesson, or raise the first error with nothing half-done."""
        for lesson in lessons:  # better now than after minutes of work
            check_writable(lesson.notebook)
        lessons = sorted(lessons, key=_last_cpu_seconds, reverse=True)
        with ThreadPoolExecutor(self.n_workers) as pool:
            # Fingerprints here: CPython 3.11's parser fails at times in several threads at once.
            futures = [
                pool.submit(self.execute, les, fingerprints(les), _is_studied(les))
                for les in lessons
            ]
            try:
                done, _ = wait(futures, return_when=FIRST_EXCEPTION)
                for future in done:
                    future.result()
            except BaseException:
                self.stopped = True  # before a worker is free: it would start the next lesson
                for future in futures:
                    future.cancel()
                self.kill_kernels()
                raise

    def kill_kernels(self):
        """End what still runs: a notebook is only written once its last cell has run."""
        for client in self.clients:
            provisioner = getattr(client.km, "provisioner", None)
            if provisioner and provisioner.process:
                provisioner.process.kill()

    def execute(self, lesson, both_fingerprints, prove):
        """Execute one lesson and replace its notebook; `prove`: no number may leave its range."""
        if self.stopped:
            return
        notebook = read_script(lesson)
        record = both_fingerprints | {"cells": cells_hash(notebook)}
        n_cells = len(notebook.cells)
        current = 0

        def on_cell_start(cell, cell_index):
            nonlocal current
            if self.stopped:
                raise RuntimeError("another lesson failed")
            current = cell_index + 1
            if cell.cell_type == "code":
                self.say(f"{lesson.slug:<24} cell {current} of {n_cells}")

        def on_cell_executed(**_):
            times = psutil.Process(client.km.provisioner.pid).cpu_times()
            record["cpu_seconds"] = round(times.user + times.system)

        client = lesson_client(
            notebook, lesson, on_cell_start=on_cell_start, on_cell_executed=on_cell_executed
        )
        self.clients.append(client)
        try:
            with kernel_environment(lesson.root, lesson.slug, prove=prove) as environment:
                client.execute(env=environment)
                written = read_record(environment["LECTURE6_RECORD"])
        except Exception as error:
            if self.stopped:
                return
            what = str(error) if isinstance(error, CellExecutionError) else repr(error)
            raise BookError(
                f"{what}\n{lesson.script}, cell {current} of {n_cells}, failed: see above.\n"
                f"{lesson.notebook.name} is unchanged."
            ) from None
        for number, cell in enumerate(notebook.cells, 1):
            for output in cell.get("outputs", []):
                if output.get("name") == "stderr":
                    raise BookError(
                        f"{output.text}\n{lesson.script}, cell {number} of {n_cells}, wrote the "
                        f"above to stderr: remove its cause.\n{lesson.notebook.name} is unchanged."
                    )
        record["measured"] = measurements(written)
        record["tables"] = tables(written)
        try:
            record["figures"] = figures(written, notebook)
        except ValueError as error:
            raise BookError(f"{lesson.script}: {error}.\n{lesson.notebook.name} is unchanged.") from None
        notebook.metadata["language_info"] = {"name": "python"}  # not this machine's version
        notebook.metadata[METADATA_KEY] = record
        write_notebook(lesson.notebook, notebook)
        self.say(f"{lesson.slug:<24} done, {record['cpu_seconds']} CPU-seconds")


def _is_studied(lesson):
    """Whether there is evidence to hold a lesson's numbers against; if not, say so."""
    try:
        if read_evidence(lesson) is not None:
            return True
        print(f"{lesson.slug}: not studied yet, so any number passes. make study LESSON={lesson.slug}")
    except BookError as error:
        print(error)
    return False


def _last_cpu_seconds(lesson):
    """For starting the longest first; a lesson never run may be the longest."""
    stored = read_notebook(lesson)
    return stored.metadata.get(METADATA_KEY, {}).get("cpu_seconds", float("inf")) if stored else float("inf")


# --- the command ----------------------------------------------------------------------


def run(root, slugs=(), everything=False):
    """Bring the book's notebooks up to date; return how many lessons were executed."""
    lessons = find_lessons(root)
    chosen = choose(lessons, slugs)
    reasons = {lesson: stale_reasons(lesson) for lesson in lessons}
    if not (slugs or everything):
        chosen = [lesson for lesson in chosen if reasons[lesson]]
    for lesson in chosen:
        print(f"{lesson.slug}: {'; '.join(reasons[lesson]) or 'up to date, run on request'}")
    for lesson in lessons:  # before the long work, while the reasons are sure to hold
        if lesson not in chosen and not reasons[lesson] and refresh_prose(lesson):
            print(f"{lesson.slug}: prose taken over, outputs unchanged")
    Run(n_workers=max(1, min(len(chosen), os.cpu_count() or 1))).execute_all(chosen)
    return len(chosen)


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m lecture6_utils.book.executor", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("status", help="say which lessons are stale, and why")
    run_parser = commands.add_parser("run", help="execute the lessons that are stale")
    run_parser.add_argument("slugs", nargs="*", help="execute these, stale or not")
    run_parser.add_argument("--all", action="store_true", help="execute every lesson")
    arguments = parser.parse_args(argv)
    root = Path.cwd()
    try:
        if arguments.command == "status":
            for lesson in find_lessons(root):
                print(f"{lesson.slug}: {'; '.join(stale_reasons(lesson)) or 'up to date'}")
        elif not run(root, arguments.slugs, arguments.all):
            print("Every lesson is up to date.")
    except BookError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. Lessons that had not finished are unchanged; run it again.")


if __name__ == "__main__":
    main()
