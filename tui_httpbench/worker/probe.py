"""One request, looked at closely: what a mode sends and gets, and with which settings; nothing here is timed."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import sys
from collections.abc import Callable
from typing import Any

from .ear import Ear
from .errors import kind_of, text_of
from .job import Job
from .stages import load_client, stage

WATCHED_MODULES = ("urllib3",)


def run_probe(job: Job, ear: Ear, tell: Callable[..., None]) -> None:
    """Builds the mode, says ``ready``, waits for a command, sends one request and tells what came of it.

    The parent lets one probe at a time send, so that it can tell whose request head arrived. Raises StageFailed.
    """
    with stage("import"):
        client = load_client(job.source_file)
    responses: list[dict[str, Any]] = []
    client.watch_responses(responses.append)
    with stage("build"):
        settings = client.settings(job)
    mode = getattr(client, job.function)
    error = (
        _send_once(job, mode, ear, tell) if job.kind == "sync" else asyncio.run(_send_once_async(job, mode, ear, tell))
    )
    tell("finished", settings=settings, modules=_versions_in_use(), **_outcome(responses, error))


def _send_once(job: Job, mode: Any, ear: Ear, tell: Callable[..., None]) -> BaseException | None:
    with contextlib.ExitStack() as stack:
        with stage("build"):
            send = stack.enter_context(mode(job))
        tell("ready")
        ear.hear()
        try:
            send()
        except Exception as error:
            return error
        return None


async def _send_once_async(job: Job, mode: Any, ear: Ear, tell: Callable[..., None]) -> BaseException | None:
    async with contextlib.AsyncExitStack() as stack:
        with stage("build"):
            send = await stack.enter_async_context(mode(job))
        tell("ready")
        await ear.hear_async()
        try:
            await send()
        except Exception as error:
            return error
        return None


def _outcome(responses: list[dict[str, Any]], error: BaseException | None) -> dict[str, Any]:
    if error is not None:
        return {"response": None, "error": [kind_of(error), text_of(error)]}
    if not responses:
        return {"response": None, "error": ["other", "the client showed no response"]}
    response = responses[-1]
    body = response.pop("body")
    digest = hashlib.sha256(body).hexdigest()
    return {"response": {**response, "body_bytes": len(body), "body_sha256": digest}, "error": None}


def _versions_in_use() -> dict[str, str]:
    """What the imported modules call their versions, which may differ from what is installed under their names."""
    loaded = {name: sys.modules[name] for name in WATCHED_MODULES if name in sys.modules}
    return {name: str(getattr(module, "__version__", "")) for name, module in loaded.items()}
