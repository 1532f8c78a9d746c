"""The client of one mode, as its file makes it for this run; it can be made anew."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from .answers import WrongAnswer, check_answer, check_streamed
from .job import Job
from .stages import StageFailed, load_api, stage

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


def request_of(module: Any, job: Job) -> Any:
    """The request, as modes see it, with the options of their file. Raises StageFailed."""
    with stage("build"):
        options = module.options(settings_of(job)) if hasattr(module, "options") else {}
        if job.sends_stream or job.made_up_bytes:
            from .pieces import shaped_request  # not loaded by a worker that sends what it was given, at once

            return shaped_request(load_api().Request, job, options)
        return load_api().Request(job.method, job.url, job.headers, job.body, job.timeout_s, options)


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
        url=job.url,
    )


class SyncClient:
    """A sync mode's client."""

    def __init__(self, mode: Any, request: Any, new: New, *, reads_stream: bool = False) -> None:
        """Makes nothing yet; ``send`` is what the mode yields, once it is built."""
        self._make: Callable[[], Any] = lambda: mode(request, new)
        self._check = check_streamed if reads_stream else check_answer
        self._stack = contextlib.ExitStack()
        self.send: Any = None

    def build(self) -> None:
        """Makes the client. Raises StageFailed."""
        with building():
            self.send = checked_send(self._stack.enter_context(self._make()))

    def send_checked(self) -> tuple[int, Any]:
        """Sends one request, and returns its status and body, or of one that was read piece by piece its size.

        Raises StageFailed where it gave back something else.
        """
        return checked_answer(self.send(), self._check)

    def close(self) -> None:
        """Lets the client close its connections."""
        self._stack.close()


class AsyncClient:
    """An async mode's client."""

    def __init__(self, mode: Any, request: Any, new: New, *, reads_stream: bool = False) -> None:
        """Makes nothing yet; ``send`` is what the mode yields, once it is built."""
        self._make: Callable[[], Any] = lambda: mode(request, new)
        self._check = check_streamed if reads_stream else check_answer
        self._stack = contextlib.AsyncExitStack()
        self.send: Any = None

    async def build(self) -> None:
        """Makes the client. Raises StageFailed."""
        with building():
            self.send = checked_send(await self._stack.enter_async_context(self._make()))

    async def send_checked(self) -> tuple[int, Any]:
        """Sends one request, and returns its status and body, or of one that was read piece by piece its size.

        Raises StageFailed where it gave back something else.
        """
        answer = self.send()
        if not hasattr(answer, "__await__"):
            raise StageFailed("use", "other", "send can't be awaited; write 'async def send' in an 'async def' mode")
        return checked_answer(await answer, self._check)

    async def close(self) -> None:
        """Lets the client close its connections."""
        await self._stack.aclose()


@contextlib.contextmanager
def building() -> Iterator[None]:
    """The stage in which a mode makes its client. Raises StageFailed."""
    with stage("build"):
        try:
            yield
        except RuntimeError as error:
            if str(error) != "generator didn't yield":
                raise
            raise StageFailed("build", "other", "the mode yielded nothing; end it with 'yield send'") from None


def checked_send(send: Any) -> Any:
    """What a mode yielded. Raises StageFailed where it can't be called."""
    if not callable(send):
        kind = type(send).__name__
        raise StageFailed("build", "other", f"the mode yielded {kind}, not a function that sends a request")
    return send


def checked_answer(answer: Any, check: Callable[[Any], tuple[int, Any]]) -> tuple[int, Any]:
    """What ``send`` returned. Raises StageFailed where that is not a status and a body, InterimAnswer as it comes."""
    try:
        return check(answer)
    except WrongAnswer as error:
        raise StageFailed("use", "other", str(error)) from None
