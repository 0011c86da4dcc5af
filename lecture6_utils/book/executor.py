"""Execute the lessons that are stale: `python -m lecture6_utils.book.executor run`."""

import argparse
import json
import os
import re
import sys
import threading
import time
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path

import psutil
from nbclient.exceptions import CellExecutionError, CellTimeoutError

from lecture6_utils.book.check import figure_problems, placed
from lecture6_utils.book.evidence import read_evidence
from lecture6_utils.book.execution import (
    CELL_TIMEOUT,
    dark_drawings,
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
    fingerprints,
    look_for_lessons,
    output_hashes,
    read_notebook,
    read_script,
    refresh_prose,
    stale_reasons,
    without_colors,
    write_notebook,
)
from lecture6_utils.book.lock import alone

#: Bytes that a cell may put out: the largest live figure has 1.05 million, and no cell of a
#: lesson prints more than 3,000. A loop that prints by mistake soon has as many.
MOST_PUT_OUT = 3_000_000


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
        current, seconds = 0, []
        unchanged = f"{lesson.notebook.name} is unchanged."

        def on_cell_start(cell, cell_index):
            nonlocal current
            if self.stopped:
                raise RuntimeError("another lesson failed")
            current = cell_index
            if cell.cell_type == "code":
                self.say(f"{lesson.slug:<24} cell {current + 1} of {n_cells}")

        def on_cell_executed(cell, cell_index, **_):
            if problem := _output_problem(cell):
                raise BookError(f"{lesson.at(cell_index)}: {problem} {unchanged}")
            if cell.cell_type == "code":
                times = psutil.Process(client.km.provisioner.pid).cpu_times()
                so_far = sum(seconds)
                seconds.append(round(times.user + times.system - so_far, 1))

        client = lesson_client(
            notebook,
            lesson,
            timeout=CELL_TIMEOUT,
            on_cell_start=on_cell_start,
            on_cell_executed=on_cell_executed,
        )
        self.clients.append(client)
        try:
            drawn_twice = {"LECTURE6_DARK": "yes"}
            with kernel_environment(
                lesson.root, lesson.slug, variables=drawn_twice, prove=prove
            ) as environment:
                client.execute(env=environment)
                written = read_record(environment["LECTURE6_RECORD"])
        except BookError:
            raise
        except CellTimeoutError:
            raise BookError(
                f"{lesson.at(current)}: this cell was not done after {CELL_TIMEOUT} seconds, so it "
                f"was stopped. {unchanged}"
            ) from None
        except Exception as error:
            if self.stopped:
                return
            failed = isinstance(error, CellExecutionError)
            what = str(error).rstrip() if failed else f"{type(error).__name__}: {error}"
            count = sum(cell.cell_type == "code" for cell in notebook.cells[: current + 1])
            line = _line_of_error(what, count) if failed else 0
            raise BookError(
                f"{what}\n\n{lesson.at(current, line)}: this failed, see above. {unchanged}"
            ) from None
        record["cpu_seconds"], record["cell_seconds"] = round(sum(seconds)), seconds
        record["measured"] = measurements(written)
        record["tables"] = tables(written)
        record["outputs"] = output_hashes(notebook)
        try:
            record["figures"] = figures(written, notebook)
            record["dark"] = dark_drawings(written, notebook)
        except ValueError as error:
            raise BookError(f"{lesson.at()}: {error}. {unchanged}") from None
        notebook.metadata["language_info"] = {"name": "python"}  # not this machine's version
        notebook.metadata[METADATA_KEY] = record
        write_notebook(lesson.notebook, notebook)
        self.say(f"{lesson.slug:<24} done, {record['cpu_seconds']} CPU-seconds")


def _output_problem(cell):
    """What is wrong with what a cell put out, as a sentence; None if nothing is."""
    outputs = cell.get("outputs", [])
    for output in outputs:
        if output.output_type == "error":
            return None  # the traceback tells more
        if output.get("name") == "stderr":
            return f"this cell wrote the following to stderr: remove its cause.\n{output.text}"
    size = len(json.dumps(outputs))
    if size > MOST_PUT_OUT:
        return (
            f"this cell put out {size / 1e6:.1f} MB, and a page takes {MOST_PUT_OUT / 1e6:.0f} at "
            "most: print or draw less."
        )
    return None


def _line_of_error(text, count):
    """The line, from 0, at which a traceback enters the code cell of that number."""
    found = re.search(rf"Cell In\[{count}\], line (\d+)", without_colors(text))
    return int(found[1]) - 1 if found else 0


def _is_studied(lesson):
    """Whether there is evidence to hold a lesson's numbers against; if not, say so."""
    try:
        if read_evidence(lesson) is not None:
            return True
        print(
            f"{lesson.slug}: not studied yet, so any number passes. make study LESSON={lesson.slug}"
        )
    except BookError as error:
        print(error)
    return False


def _last_cpu_seconds(lesson):
    """For starting the longest first; a lesson never run may be the longest."""
    stored = read_notebook(lesson)
    return (
        stored.metadata.get(METADATA_KEY, {}).get("cpu_seconds", float("inf"))
        if stored
        else float("inf")
    )


# --- the command ----------------------------------------------------------------------


def survey(root):
    """What has to be done for each lesson of the book.

    Returns
    -------
    reasons : dict of Lesson to list of str
        Why a lesson is stale; nothing, if it is not.
    problems : list of str
        What a person has to mend first. Lessons that this concerns are not in `reasons`.
    """
    lessons, problems = look_for_lessons(root)
    reasons = {}
    for lesson in lessons:
        try:
            why = stale_reasons(lesson)
        except BookError as error:
            problems.append(str(error))
            continue
        wordless = [*figure_problems(read_script(lesson), executed=False)]
        problems += placed(lesson, wordless)  # no page can be built with it
        if not wordless:
            reasons[lesson] = why
    return reasons, problems


def run(root, slugs=(), everything=False):
    """Bring the book's notebooks up to date; return how many lessons were executed.

    Raises
    ------
    BookError
        If something has to be mended by hand. The other lessons are up to date then.
    """
    choose(look_for_lessons(root)[0], slugs)
    with alone(root / "_build" / "run.lock", "A run of the lessons", wait=True):
        reasons, problems = survey(root)
        chosen = [lesson for lesson in reasons if not slugs or lesson.slug in slugs]
        if not (slugs or everything):
            chosen = [lesson for lesson in chosen if reasons[lesson]]
        for lesson in chosen:
            print(f"{lesson.slug}: {'; '.join(reasons[lesson]) or 'up to date, run on request'}")
        if chosen and problems:  # said at once, and again when the work is done
            print("\n".join(problems), flush=True)
        take_over_prose(
            lesson for lesson in reasons if lesson not in chosen and not reasons[lesson]
        )
        Run(n_workers=max(1, min(len(chosen), os.cpu_count() or 1))).execute_all(chosen)
    if problems:
        raise BookError("\n".join(problems))
    return len(chosen)


def take_over_prose(lessons):
    """Bring notebooks of lessons that are not stale up to date with their scripts."""
    for lesson in lessons:
        if refresh_prose(lesson):
            print(f"{lesson.slug}: brought up to date, outputs unchanged")


def tell(reasons, problems):
    """Say how each lesson is; raise if a person has to mend something."""
    for lesson, why in reasons.items():
        print(f"{lesson.slug}: {'; '.join(why) or 'up to date'}")
    if problems:
        raise BookError("\n".join(problems))


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m lecture6_utils.book.executor", description=__doc__
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("status", help="say which lessons are stale, and why")
    commands.add_parser("prose", help="take over changed prose, execute nothing")
    run_parser = commands.add_parser("run", help="execute the lessons that are stale")
    run_parser.add_argument("slugs", nargs="*", help="execute these, stale or not")
    run_parser.add_argument("--all", action="store_true", help="execute every lesson")
    arguments = parser.parse_args(argv)
    root = Path.cwd()
    try:
        if arguments.command == "status":
            tell(*survey(root))
        elif arguments.command == "prose":
            reasons, problems = survey(root)
            take_over_prose(lesson for lesson in reasons if not reasons[lesson])
            tell({lesson: why for lesson, why in reasons.items() if why}, problems)
        elif not run(root, arguments.slugs, arguments.all):
            print("Every lesson is up to date.")
    except BookError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. Lessons that had not finished are unchanged; run it again.")


if __name__ == "__main__":
    main()
