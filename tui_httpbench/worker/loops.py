"""Another event loop than Python's own, in the worker of an async mode."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from .stages import stage


def run_on_loop(name: str, main: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Runs what ``main`` makes to its end, on the event loop of the module of that name, and returns its result.

    Raises StageFailed where there is no such module.
    """
    with stage("import"):
        factory = importlib.import_module(name).new_event_loop
    if sys.version_info >= (3, 11):
        with asyncio.Runner(loop_factory=factory) as runner:
            return runner.run(main())
    loop = factory()
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(main())
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
