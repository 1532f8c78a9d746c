"""Threads and processes where the system may allow no more of them (``ulimit -u``)."""

from __future__ import annotations

import asyncio
import errno
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

NO_MORE = (
    "the system allows this user no more processes and threads; end other programs, or raise that limit (ulimit -u)"
)
Arguments = ParamSpec("Arguments")
Value = TypeVar("Value")


async def in_thread(work: Callable[Arguments, Value], *args: Arguments.args, **kwargs: Arguments.kwargs) -> Value:
    """What ``work`` returns, done in a thread of its own; here where there can be none, which holds up all else."""
    future: Future[Value] = Future()

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
    return isinstance(error, RuntimeError) and "can't start new thread" in str(error)


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
