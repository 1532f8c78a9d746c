"""The plan that the options of a command line make."""

from __future__ import annotations

import argparse
import difflib
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tui_httpbench.commands.arguments import COMMANDS, PROGRAM, UsageError
from tui_httpbench.plan import plan as plans
from tui_httpbench.plan.fields import KNOBS, parse_cacert
from tui_httpbench.plan.header_values import expand_headers
from tui_httpbench.plan.plan import ARTICLE, ARTICLE_REQUESTS, Plan, PlanError, Request
from tui_httpbench.plan.politeness import remote_host
from tui_httpbench.plan.presets import Preset, find_preset, random_seed
from tui_httpbench.plan.scenario import LOOPBACK, Scenario
from tui_httpbench.plan.scenario_file import find_scenario
from tui_httpbench.text.formatting import reason_of
from tui_httpbench.text.quoting import shortened

# Modest where the server is somebody else's: a thousand requests with the eight modes.
REMOTE_REQUESTS = 25
REMOTE_ROUNDS = 5
MAX_BODY_BYTES = 100_000_000

_REQUEST_OPTIONS = ("url", "method", "headers", "body", "seed", "preset", "scenario")


# Option -> field of the plan, and what reads its value.
_FIELDS: dict[str, tuple[str, Callable[[Any], object]]] = {
    "modes": ("modes", plans.parse_modes),
    "requests": ("requests", plans.parse_requests),
    "duration": ("duration_s", plans.parse_duration),
    "concurrency": ("concurrency", plans.parse_concurrency),
    "rounds": ("rounds", plans.parse_rounds),
    "timeout": ("timeout_s", plans.parse_timeout),
    "profile": ("chosen_profile", plans.parse_profile),
    "pin": ("pin", bool),
    "budget": ("budget_s", plans.parse_budget),
    "same_within": ("same_within", plans.parse_same_within),
    "cacert": ("cacert", parse_cacert),
    "insecure": ("insecure", bool),
}


def make_plan(options: argparse.Namespace) -> Plan | None:
    """The plan of the options, None where none of them says anything of it. Raises UsageError and PlanError."""
    names = (*_REQUEST_OPTIONS, *_FIELDS, *KNOBS)
    given = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    if not given:
        return None
    _refuse_misplaced_command(options.url)
    request = Request(
        url=plans.parse_url(given.get("url", "")),
        method=plans.parse_method(given.get("method", "GET")),
        headers=tuple(plans.parse_header(line) for line in given.get("headers", ())),
        body=_read_body(given["body"]) if "body" in given else None,
    )
    changes: dict[str, Any] = {
        "request": request,
        "seed": plans.parse_seed(given["seed"]) if "seed" in given else random_seed(),
        "seed_given": "seed" in given,
        **{field: read(given[name]) for name, (field, read) in _FIELDS.items() if name in given},
    }
    preset = find_preset(given["preset"]) if "preset" in given else None
    base = preset.values.get("scenario", LOOPBACK) if preset and request.uses_embedded_target else LOOPBACK
    if (scenario := make_scenario(options, base)) != base:
        changes["scenario"] = scenario
    expand_headers(request.wire_headers)
    changes.setdefault("modes", plans.parse_modes(preset.values["modes"] if preset else []))
    if preset is not None:
        return preset.plan(**_load_of_preset(preset, changes))
    return Plan(**_default_load(request, changes))


def _load_of_preset(preset: Preset, changes: dict[str, Any]) -> dict[str, Any]:
    """The changes with what follows from them for the preset's load: one in requests and an automatic one exclude
    each other, and the article's concurrency needs a number of requests."""
    load = dict(changes)
    requests = changes.get("requests", preset.values["requests"])
    if requests is None and changes.get("concurrency") == ARTICLE:
        load["requests"] = requests = ARTICLE_REQUESTS
    if requests is not None and preset.values["duration_s"] == plans.AUTO:
        load.setdefault("duration_s", None)
    return load


def _default_load(request: Request, changes: dict[str, Any]) -> dict[str, Any]:
    """The changes with the load that is not said."""
    is_remote = remote_host(request) is not None
    load = {"rounds": REMOTE_ROUNDS, **changes} if is_remote else dict(changes)
    if "requests" in load:
        return load
    if changes.get("concurrency") == ARTICLE:
        load["requests"] = REMOTE_REQUESTS if is_remote else ARTICLE_REQUESTS
    elif is_remote and "duration_s" not in changes:
        load["requests"] = REMOTE_REQUESTS
    return load


def make_scenario(options: argparse.Namespace, base: Scenario = LOOPBACK) -> Scenario:
    """The scenario of the options, ``base`` where none is named, with its knobs changed. Raises PlanError."""
    scenario = base if options.scenario is None else find_scenario(options.scenario)
    given = {name: getattr(options, name) for name in KNOBS if getattr(options, name) is not None}
    changes = {}
    for name, value in given.items():
        field, read = KNOBS[name]
        changes[field] = value if read is None else read(value)
    return scenario.change(**changes)


def _refuse_misplaced_command(url: str | None) -> None:
    if url is None or not re.fullmatch(r"[a-z]+", url):
        return
    if url in COMMANDS:
        raise UsageError(f"{url!r} must be the first argument: {PROGRAM} {url} ….")
    if nearest := difflib.get_close_matches(url, COMMANDS, n=1, cutoff=0.75):
        raise UsageError(f"There is no command {url!r}; did you mean {nearest[0]}?")


def _bytes_of(text: str) -> bytes:
    try:
        return os.fsencode(text)  # as they came on the command line
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _read_body(text: str) -> bytes:
    if not text.startswith("@"):
        return _bytes_of(text)
    name = text[1:]
    if not name:
        raise PlanError("body", "The body '@' names no file; write @FILE, or @- for standard input.")
    try:
        if name == "-":
            if sys.stdin is None:
                raise PlanError("body", "Standard input is closed, so no body can be read from it; write @FILE.")
            body = sys.stdin.buffer.read(MAX_BODY_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                body = file.read(MAX_BODY_BYTES + 1)
    except (OSError, ValueError) as error:
        raise PlanError(
            "body", f"The body file {shortened(name, 200)!r} can't be read: {reason_of(error)}; give another one."
        ) from None
    if len(body) > MAX_BODY_BYTES:
        raise PlanError("body", f"A body may have up to {MAX_BODY_BYTES:,} bytes; give a smaller one.")
    return body
