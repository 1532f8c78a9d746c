"""The client of one mode, as its file makes it for this run; it can be made anew."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from .job import Job
from .stages import load_api, stage

New = Callable[..., Any]


def mode_of(module: Any, job: Job) -> Any:
    """The mode's function. Raises TypeError where the file has none of that name that ``mode`` made one."""
    function = getattr(module, job.function, None)
    if function is None or not hasattr(function, "__wrapped__"):
        raise TypeError(f"{job.function} is no mode: it needs @mode(…) from tui_httpbench.clients")
    return function


def new_of(module: Any, job: Job) -> New:
    """How the file makes a client of this run: its ``new``, or for one without it the client's class alone."""
    make = getattr(module, "new", None)
    if make is None:
        return lambda kind, **more: kind(**more)
    settings = settings_of(job)
    return lambda kind, **more: make(kind, settings, **more)


def request_of(job: Job) -> Any:
    """The request, as modes see it."""
    return load_api().Request(job.method, job.url, job.headers, job.body, job.timeout_s)


def settings_of(job: Job) -> Any:
    """How clients are to be made, as files see it."""
    return load_api().Settings(
        equal=job.profile == "equal",
        timeout_s=job.timeout_s,
        in_flight=job.in_flight,
        max_redirects=job.max_redirects,
        ca_file=job.ca_file,
        verify=job.verify,
        kept=job.kept,
    )


class SyncClient:
    """A sync mode's client."""

    def __init__(self, mode: Any, request: Any, new: New) -> None:
        """Makes nothing yet; ``send`` is what the mode yields, once it is built."""
        self._make: Callable[[], Any] = lambda: mode(request, new)
        self._stack = contextlib.ExitStack()
        self.send: Any = None

    def build(self) -> None:
        """Makes the client. Raises StageFailed."""
        with stage("build"):
            self.send = checked_send(self._stack.enter_context(self._make()))

    def close(self) -> None:
        """Lets the client close its connections."""
        self._stack.close()


class AsyncClient:
    """An async mode's client."""

    def __init__(self, mode: Any, request: Any, new: New) -> None:
        """Makes nothing yet; ``send`` is what the mode yields, once it is built."""
        self._make: Callable[[], Any] = lambda: mode(request, new)
        self._stack = contextlib.AsyncExitStack()
        self.send: Any = None

    async def build(self) -> None:
        """Makes the client. Raises StageFailed."""
        with stage("build"):
            self.send = checked_send(await self._stack.enter_async_context(self._make()))

    async def close(self) -> None:
        """Lets the client close its connections."""
        await self._stack.aclose()


def checked_send(send: Any) -> Any:
    """What a mode yielded. Raises TypeError where it can't be called."""
    if not callable(send):
        raise TypeError(f"the mode yielded {type(send).__name__}, not a function that sends a request")
    return send


def checked_answer(answer: Any) -> tuple[int, bytes]:
    """What ``send`` returned. Raises TypeError where that is not a status and a body."""
    parts = answer if isinstance(answer, tuple) else (answer,)
    if len(parts) == 2 and isinstance(parts[0], int) and isinstance(parts[1], (bytes, bytearray, memoryview)):
        return parts[0], bytes(parts[1])
    kinds = ", ".join(type(part).__name__ for part in parts)
    raise TypeError(f"send returned {f'({kinds})' if isinstance(answer, tuple) else kinds}, not (status, body)")
