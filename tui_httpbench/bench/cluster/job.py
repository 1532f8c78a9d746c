"""What the child on a host is told to measure: the plan as it is stored, and what no file keeps of it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tui_httpbench.bench.cluster.agent import PROTOCOL
from tui_httpbench.bench.run_folder import describe
from tui_httpbench.bench.run_reading import checked, plan_of
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.clients.own_files import OwnFile, make_known
from tui_httpbench.files.private_files import make_private_folder, open_private
from tui_httpbench.files.small_file import read_small_file
from tui_httpbench.measured.measured import Measured
from tui_httpbench.plan.given_files import MAX_CACERT_BYTES
from tui_httpbench.plan.plan import Plan
from tui_httpbench.worker.secret_names import MAX_NAME, NAME_SIGN, is_secret_name

_CERTIFICATES = "trusted-by-plan.pem"
_NAMED_VALUE = re.compile(
    rf"""({NAME_SIGN}{{2,{MAX_NAME}}})["']?[ \t]*[:=>][ \t]*(?!null\b|true\b|false\b|None\b)[\w$+/-]"""
)
"""A name and a bare value behind it, such as a number in JSON or what an element of XML holds."""


def job_of(whole: Measured, number: int, *, keep_going: bool, may_go_elsewhere: bool) -> dict[str, Any]:
    """The job of host ``number`` of the run. Raises OSError where a file that the plan names can't be read.

    Hosts draw the order of their modes each for itself, unless the plan's seed was given.
    """
    plan, request = whole.plan, whole.plan.request
    described = describe(whole)
    if not plan.seed_given:
        described["seed"] = plan.seed + number
    certificates = None if plan.cacert is None else read_small_file(Path(plan.cacert), MAX_CACERT_BYTES)
    return {
        "protocol": PROTOCOL,
        "run_id": whole.run_id,
        "number": number,
        "run": described,
        # What a stored plan lacks.
        "url": request.url,
        "headers": [list(header) for header in request.headers],
        "data": _as_text(request.data),
        "json_body": _as_text(request.json_body),
        "own_files": [[own.path.name, _as_text(own.source)] for own in whole.own_files],
        "certificates": _as_text(certificates),
        "keep_going": keep_going,
        "may_go_elsewhere": may_go_elsewhere,
    }


def plan_of_job(job: dict[str, Any], folder: Path) -> tuple[Plan, dict[str, Any]]:
    """The plan on the host, and what else was told of the run; files that came with it are put into ``folder``.

    Raises OSError, and ValueError, KeyError or TypeError where the app and this version know different plans.
    """
    told = dict(job["run"])
    own_files = tuple(_put(folder / f"own-{n}" / name, source) for n, (name, source) in enumerate(job["own_files"]))
    make_known(own_files)
    told = checked({**told, "has_body_file": False})
    plan = plan_of(told, own_files, lambda: None)
    request = replace(
        plan.request,
        url=job["url"],
        headers=tuple((name, value) for name, value in job["headers"]),
        data=_as_bytes(job["data"]),
        json_body=_as_bytes(job["json_body"]),
    )
    plan = plan.replace(request=request)
    if (certificates := _as_bytes(job["certificates"])) is not None:
        with open_private(folder / _CERTIFICATES) as file:
            file.write(certificates)
        plan = plan.replace(cacert=str(folder / _CERTIFICATES))
    return plan, told


def has_secrets(whole: Measured) -> bool:
    """Whether a job holds what no file keeps: credentials in headers, the URL, or the body."""
    plan, request = whole.plan, whole.plan.request
    described = describe(whole)
    body = (request.given_body or b"").decode("utf-8", "replace")
    stored = described["plan"]
    if described["dropped_headers"] or stored["url"] != request.url or plan.request.hiding.hide(body) != body:
        return True
    return any(is_secret_name(found[1]) for found in _NAMED_VALUE.finditer(body))


def modules_of(labels: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """What has to be found on a host for each of these lanes."""
    found = {}
    for label in labels:
        mode = mode_of(label)
        found[label] = (*mode.library.imports, *([mode.needs_module] if mode.needs_module else []))
    return found


def distributions_of(labels: Iterable[str]) -> tuple[str, ...]:
    """The distributions whose versions make a difference to these lanes, each once."""
    return tuple(dict.fromkeys(name for label in labels for name in mode_of(label).library.packages))


def _put(path: Path, source: str) -> OwnFile:
    data = base64.b64decode(source)
    make_private_folder(path.parent)
    with open_private(path) as file:
        file.write(data)
    return OwnFile(path, data)


def _as_text(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()


def _as_bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)
