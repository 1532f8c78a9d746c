"""Threads and processes where the system may allow no more of them (``ulimit -u``)."""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

NO_MORE = (
    "the system allows this user no more processes and threads; end other programs, or raise that limit (ulimit -u)"
)
_REFUSED_THREAD = "can't start new thread"
_REFUSALS = (_REFUSED_THREAD, "failed to spawn thread", "spawn worker thread", "pthread_create failed")
"""How Python, Rust, tokio and OpenBLAS say that the system allows no more threads."""
Arguments = ParamSpec("Arguments")
Value = TypeVar("Value")


async def in_thread(work: Callable[Arguments, Value], *args: Arguments.args, **kwargs: Arguments.kwargs) -> Value:
    """What ``work`` returns, done in a thread of its own; here where there can be none, which holds up all else."""
    # Here, since who only reads a command line waits for neither.
    import asyncio
    from concurrent.futures import Future

    future: Future[Value] = Future()
    future.set_running_or_notify_cancel()  # whoever waits for it may give up; then its result is thrown away

    def run() -> None:
        try:
            future.set_result(work(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)

    # Not asyncio.to_thread, whose pool keeps what it could start no thread for, and may do it later once more.
    try:
        threading.Thread(target=run, name="in-thread").start()
    except RuntimeError:
        return work(*args, **kwargs)
    return await asyncio.wrap_future(future)


def is_refused_thread(error: BaseException) -> bool:
    """Whether it says that the system allows no more threads."""
    return isinstance(error, RuntimeError) and _REFUSED_THREAD in str(error)


def in_plain_words(text: str) -> str:
    """What a program said; where it is that it was refused a thread, what that means and what to do about it."""
    return NO_MORE if any(refusal in text for refusal in _REFUSALS) else text


def spare_threads_of_numpy() -> None:
    """Keeps NumPy to one thread where it could not start its own, since its OpenBLAS ends the process then.

    To be called before it is imported; what was asked for in OPENBLAS_NUM_THREADS stays.
    """
    if "OPENBLAS_NUM_THREADS" not in os.environ and not _can_start_threads((os.cpu_count() or 1) - 1):
        os.environ["OPENBLAS_NUM_THREADS"] = "1"


def _can_start_threads(count: int) -> bool:
    """Whether so many can live at once; where no limit is set they are not tried."""
    if sys.platform == "win32":
        return True
    import resource

    if resource.getrlimit(resource.RLIMIT_NPROC)[0] == resource.RLIM_INFINITY:
        return True
    is_over = threading.Event()
    started: list[threading.Thread] = []
    try:
        for _ in range(count):
            started.append(threading.Thread(target=is_over.wait))
            started[-1].start()
    except RuntimeError:
        started.pop()
        return False
    finally:
        is_over.set()
        for thread in started:
            thread.join()
    return True


@contextmanager
def telling_of_limits() -> Iterator[None]:
    """In the block, a process or thread that the system refuses raises OSError, which says what to do about it."""
    try:
        yield
    except BlockingIOError:
        raise OSError(errno.EAGAIN, NO_MORE) from None
    except RuntimeError as error:
        if not is_refused_thread(error):
            raise
        raise OSError(errno.EAGAIN, NO_MORE) from None
