"""One request, looked at closely: what a mode sends and gets, and with which settings; nothing here is timed."""

from __future__ import annotations

import asyncio
import hashlib
import re
import sys
from collections.abc import Callable
from typing import Any, Optional

from .client import AsyncClient, New, SyncClient, checked_answer, mode_of, new_of, request_of, settings_of
from .ear import Ear
from .errors import escape_controls, kind_of, text_of
from .job import Job
from .stages import load_client, stage

WATCHED_MODULES = ("urllib3",)
UNKNOWN = "unknown"
_LONGEST_ARGUMENT = 80

Tell = Callable[..., None]
_Sent = tuple[Any, Optional[BaseException]]


def run_probe(job: Job, ear: Ear, tell: Tell) -> None:
    """Builds the mode, says ``ready``, waits for a command, sends one request and tells what came of it.

    The parent lets one probe at a time send, so that it can tell whose request head arrived. Raises StageFailed.
    """
    with stage("import"):
        module = load_client(job.source_file)
        mode = mode_of(module, job)
    seen: list[dict[str, Any]] = []
    watch = getattr(module, "watch_responses", None)
    if watch is not None:
        watch(lambda **response: seen.append(response))
    maker = _Maker(module, job)
    if job.kind == "sync":
        answer, error = _send_once(SyncClient(mode, request_of(job), maker.new), ear, tell)
    else:
        answer, error = asyncio.run(_send_once_async(AsyncClient(mode, request_of(job), maker.new), ear, tell))
    tell(
        "finished",
        settings=maker.described,
        made=maker.made,
        modules=_versions_in_use(),
        **_outcome(seen, answer, error),
    )


class _Maker:
    """Makes clients as a round does, and keeps how the first was made and what it then is."""

    def __init__(self, module: Any, job: Job) -> None:
        self._job = job
        self._describe = getattr(module, "describe", None)
        self._new: New = new_of(module, job)
        self.made = ""
        self.described: dict[str, str] = {}

    def new(self, kind: Any, **more: Any) -> Any:
        calls: list[str] = []

        def recorded(*arguments: Any, **options: Any) -> Any:
            shown = [*map(_shown, arguments), *(f"{name}={_shown(value)}" for name, value in options.items())]
            calls.append(f"{_name_of(kind)}({', '.join(shown)})")
            return kind(*arguments, **options)

        client = self._new(recorded, **more)
        if not self.made:
            self.made = calls[-1] if calls else ""
            self.described = self._rows(client)
        return client

    def _rows(self, client: Any) -> dict[str, str]:
        job = self._job
        if self._describe is None:
            return {}
        rows = dict(self._describe(client, settings_of(job)))
        if not job.kept and "pool" in rows:
            rows["pool"] = "none: the client is not kept"
        if job.trust and "certificates" in rows:
            rows["certificates"] = job.trust
        if "accept-encoding" in rows:
            rows["accept-encoding"] = job.headers.get("Accept-Encoding", rows["accept-encoding"])
        return {str(name): str(value) for name, value in rows.items()}


def _send_once(client: SyncClient, ear: Ear, tell: Tell) -> _Sent:
    client.build()
    tell("ready")
    ear.hear()
    try:
        return checked_answer(client.send()), None
    except Exception as error:
        return None, error
    finally:
        client.close()


async def _send_once_async(
    client: AsyncClient, ear: Ear, tell: Callable[..., None]
) -> tuple[Any, BaseException | None]:
    await client.build()
    tell("ready")
    await ear.hear_async()
    try:
        return checked_answer(await client.send()), None
    except Exception as error:
        return None, error
    finally:
        await client.close()


def _outcome(seen: list[dict[str, Any]], answer: Any, error: BaseException | None) -> dict[str, Any]:
    """What came back: as the file describes responses, or as much as ``send`` returned of it."""
    if error is not None:
        return {"response": None, "error": [kind_of(error), text_of(error)]}
    status, body = answer
    known = {"status": status, "url": "", "first_status": status, "http_version": UNKNOWN, **(seen[-1] if seen else {})}
    digest = hashlib.sha256(body).hexdigest()
    return {"response": {**known, "body_bytes": len(body), "body_sha256": digest}, "error": None}


def _versions_in_use() -> dict[str, str]:
    """What the imported modules call their versions, which may differ from what is installed under their names."""
    loaded = {name: sys.modules[name] for name in WATCHED_MODULES if name in sys.modules}
    return {name: str(getattr(module, "__version__", "")) for name, module in loaded.items()}


def _name_of(kind: Any) -> str:
    module = getattr(kind, "__module__", "").partition(".")[0]
    return f"{module}.{getattr(kind, '__qualname__', kind)}" if module else str(getattr(kind, "__qualname__", kind))


def _shown(value: Any) -> str:
    """A value as it stands in code, without what is left at None: of what is long, or says nothing, the kind alone."""
    text = re.sub(r"(, )?\b\w+=None\b", "", repr(value))
    if text.startswith("<") or len(text) > _LONGEST_ARGUMENT:
        return f"{type(value).__name__}(…)"
    return escape_controls(text)
