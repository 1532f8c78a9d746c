"""One request, looked at closely: what a mode sends and gets, and with which settings; nothing here is timed."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any, Optional

from .client import AsyncClient, New, SyncClient, mode_of, new_of, request_of, settings_of
from .ear import Ear
from .errors import kind_of, text_of
from .job import UNTOLD, Job
from .made_code import made_code
from .stages import StageFailed, load_client, stage

if TYPE_CHECKING:
    from .wire import Wire

_USER_OF_URL = re.compile(r"//[^/@]*@")

Tell = Callable[..., None]
_Sent = tuple[Any, Optional[BaseException]]


def run_probe(job: Job, ear: Ear, tell: Tell) -> None:
    """Tells versions, builds the mode, says ``ready``, waits for a command, sends a request and tells what came of it.

    The parent lets one probe at a time send, so that it can tell whose request head arrived. Raises StageFailed.
    """
    # Here, not in the rounds: the files read leave the allocator in another state, in which aiohttp is a fourth faster.
    tell("versions", packages=_installed_versions(job.packages))
    with stage("import"):
        module = load_client(job.source_file, job.copied_file)
        mode = mode_of(module, job)
    # Between the import and the first change to a library that is ours; and here alone, for the reason above.
    from .genuine import strange_libraries, with_c, without_c
    from .runtime import interpreter
    from .wire import Wire

    runtime = {**interpreter(), "with_c": with_c()}
    tell("libraries", strange=strange_libraries(job.packages), without_c=without_c(), runtime=runtime)
    seen: list[dict[str, Any]] = []
    watch = getattr(module, "watch_responses", None)
    if watch is not None:
        # Where a class was replaced by anything else, its answers can't be watched and stay unknown; that is doubted.
        with contextlib.suppress(AttributeError, TypeError):
            watch(lambda **response: seen.append(response))
    wire = Wire()
    wire.watch()
    maker, request = _Maker(module, job), request_of(module, job)
    try:
        if job.kind == "sync":
            answer, error = _send_once(
                SyncClient(mode, request, maker.new, reads_stream=job.reads_stream), ear, tell, wire
            )
        else:
            client = AsyncClient(mode, request, maker.new, reads_stream=job.reads_stream)
            if not job.loop:
                answer, error = asyncio.run(_send_once_async(client, ear, tell, wire))
            else:
                from .loops import run_on_loop

                answer, error = run_on_loop(job.loop, lambda: _send_once_async(client, ear, tell, wire))
    except StageFailed as failure:
        raise maker.blame(failure) from failure
    if error is not None and maker.failed:  # a mode that makes its client for each request
        raise maker.blame(StageFailed("build", kind_of(error), text_of(error)))
    tell(
        "finished",
        beside=_modules_beside(job.source_file),
        settings=maker.described,
        made="\n".join(filter(None, (maker.made, _options_in_words(request.options), _body_in_words(job)))),
        **_outcome(seen, answer, error, wire),
    )


class _Maker:
    """Makes clients as a round does, and keeps how the first was made and what it then is."""

    def __init__(self, module: Any, job: Job) -> None:
        self._job = job
        self._describe = getattr(module, "describe", None)
        self._new: New = new_of(module, job)
        self._code: CodeType | None = getattr(getattr(module, "new", None), "__code__", None)
        self._wanted: tuple[Any, dict[str, Any]] = (None, {})
        self.made = ""
        self.described: dict[str, str] = {}

    @property
    def failed(self) -> bool:
        """Whether a client was wanted and could not be made."""
        return self._wanted[0] is not None and not self.made

    def blame(self, failure: StageFailed) -> StageFailed:
        """The failure, with the variables on account of which the client could not be made, if that was it."""
        if not self.failed:
            return failure
        from .blame import with_blame  # workers of rounds import this module, too

        kind, more = self._wanted

        async def make_in_loop() -> None:
            self._new(kind, **more)

        return with_blame(failure, (lambda: self._new(kind, **more)) if self._job.kind == "sync" else make_in_loop)

    def new(self, kind: Any, **more: Any) -> Any:
        if self.made:
            return self._new(kind, **more)
        self._wanted = kind, more
        lines: set[int] = set()
        with _noting_lines(self._code, lines):
            client = self._new(kind, **more)
        settings = {name: value for name, value in asdict(settings_of(self._job)).items() if name != "url"}
        noted = None if self._code is None else lines
        from .secret_names import SECRET_NAME  # workers of rounds import this module, too

        source = self._job.copied_file or self._job.source_file
        self.made = made_code(source, _name_of(kind), more, noted, settings, SECRET_NAME)
        self.described = self._rows(client)
        return client

    def _rows(self, client: Any) -> dict[str, str]:
        job = self._job
        if self._describe is None:
            return {}
        try:
            rows = {str(name): str(value) for name, value in self._describe(client, settings_of(job)).items()}
        except Exception as error:  # the request is sent all the same
            return {"settings": f"unknown: describe() failed with {text_of(error)}"}
        if not job.kept and "pool" in rows:
            rows["pool"] = "none: the client is not kept"
        if not job.kept and rows.get("cookies", "").startswith("kept"):
            rows["cookies"] = "kept on redirects, then dropped with the client"
        if "proxies" in rows:
            rows["proxies"] = _USER_OF_URL.sub("//", rows["proxies"])
        if job.trust and "certificates" in rows:
            rows["certificates"] = job.trust
        if "accept-encoding" in rows:
            rows["accept-encoding"] = job.headers.get("Accept-Encoding", rows["accept-encoding"])
        return rows


@contextlib.contextmanager
def _noting_lines(code: CodeType | None, lines: set[int]) -> Iterator[None]:
    """Notes which lines of a function are run in the block; those of no function where ``code`` is None."""

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code is not code:
            return None
        if event == "line":
            lines.add(frame.f_lineno)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


def _send_once(client: SyncClient, ear: Ear, tell: Tell, wire: Wire) -> _Sent:
    client.build()
    tell("ready", loop="")
    ear.hear()
    wire.forget()
    try:
        return client.send_checked(), None
    except StageFailed:
        raise
    except Exception as error:
        return None, error
    finally:
        client.close()


async def _send_once_async(client: AsyncClient, ear: Ear, tell: Tell, wire: Wire) -> _Sent:
    from .runtime import loop_in_use

    await client.build()
    tell("ready", loop=loop_in_use())
    await ear.hear_async()
    wire.forget()
    try:
        return await client.send_checked(), None
    except StageFailed:
        raise
    except Exception as error:
        return None, error
    finally:
        await client.close()


def _outcome(seen: list[dict[str, Any]], answer: Any, error: BaseException | None, wire: Wire) -> dict[str, Any]:
    """What came back: as the file describes responses, or as much as ``send`` returned of it."""
    requests = wire.requests()
    sent = [(request.url, [name for name, _ in request.headers]) for request in requests]
    cookies = [value for request in requests for name, value in request.headers if name.lower() == "cookie"]
    on_wire = {"sent": sent, "cookies": cookies}
    if error is not None:
        from .led_to import led_to  # workers of rounds import this module, too

        return {"response": None, "error": [kind_of(error), text_of(error)], "led_to": led_to(error), **on_wire}
    status, body = answer
    usual = {"status": status, "url": "", "first_status": status, "http_version": UNTOLD, "whole_heads": True}
    known = {
        **usual,
        "hops": None,
        "sets_cookies": False,
        "keeps_cookies": None,
        "address": wire.address,
        "connection": "",
        **(seen[-1] if seen else {}),
    }
    is_whole = known.pop("whole_heads")
    if known["hops"] is not None:
        from .account import sent_requests  # workers of rounds import this module, too

        known["hops"], known["url"] = sent_requests(known["hops"], known["url"], is_whole=is_whole, wire=wire)
    # Of a body that was read piece by piece, nothing was kept but how long it was.
    digest = "" if isinstance(body, int) else hashlib.sha256(body).hexdigest()
    response = {**known, "body_bytes": body if isinstance(body, int) else len(body), "body_sha256": digest}
    return {"response": response, "error": None, "led_to": "", **on_wire}


def _installed_versions(packages: tuple[str, ...]) -> dict[str, str]:
    import importlib.metadata  # workers of rounds import this module, too

    versions: dict[str, str] = {}
    for name in packages:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[name] = importlib.metadata.version(name)
    return versions


def _modules_beside(source_file: str) -> dict[str, str]:
    """The digests of the modules in the folder of a client's file that it has imported from there, by their paths."""
    folder = os.path.dirname(source_file)  # noqa: PTH120
    if folder != sys.path[-1] or folder in sys.path[:-1]:
        return {}
    found: dict[str, str] = {}
    for name, module in list(sys.modules.items()):
        base = os.path.join(folder, *name.split("."))  # noqa: PTH118
        path = getattr(module, "__file__", None)
        if path in (base + ".py", os.path.join(base, "__init__.py")):  # noqa: PTH118
            with contextlib.suppress(OSError):
                found[path] = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    return found


def _name_of(kind: Any) -> str:
    """What a client is made of, as people write it: by the shortest module that has it, ``httpx.AsyncClient``."""
    name = str(getattr(kind, "__qualname__", type(kind).__qualname__))
    module = str(getattr(kind, "__module__", "") or "")
    if module in ("", "builtins", "httpbench_client"):
        return name
    parts = module.split(".")
    prefixes = [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
    found = [prefix for prefix in prefixes if getattr(sys.modules.get(prefix), name, None) is kind]
    return f"{(found or [module])[0]}.{name}"


def _body_in_words(job: Job) -> str:
    from .pieces import in_words  # workers of rounds import this module, too

    return in_words(job)


def _options_in_words(options: dict[str, Any]) -> str:
    """What the library is given with each request, as a comment; empty where that is nothing."""
    arguments = ", ".join(f"{name}={value!r}" for name, value in options.items())
    return f"# with each request: {arguments}" if arguments else ""
