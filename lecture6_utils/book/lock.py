"""One at a time: a second run, build or study in the same checkout waits, or says who is at it."""

import contextlib
import fcntl
import os

from lecture6_utils.book.lessons import BookError


@contextlib.contextmanager
def alone(path, what, *, wait):
    """Hold a lock for as long as the context lasts; the system frees it if this process dies.

    Parameters
    ----------
    path : Path
        The lock's file, in which the process that holds it writes its number.
    what : str
        What is done under it, e.g. ``"A study"``.
    wait : bool
        Whether to wait for another process, after a line that says so.

    Raises
    ------
    BookError
        If another process holds it and `wait` is false, or the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "a+", encoding="utf-8")
    except OSError as error:
        raise BookError(f"Cannot write here: {path} ({error.strerror}).") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            busy = f"{what} already runs in this folder (process {file.read().strip() or '?'})"
            if not wait:
                raise BookError(
                    f"{busy}. Wait for it, or stop it: nothing it finished is lost."
                ) from None
            print(f"{busy}: waiting for its end. Ctrl-C ends the wait.", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
