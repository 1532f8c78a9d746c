"""The plan that the options of a command line make."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.field import Part
from tui_httpbench.plan.fields import FIELDS, KNOBS, REMOTE_REQUESTS, REMOTE_ROUNDS, fields_of
from tui_httpbench.plan.header_values import check_headers_for_elsewhere, expand_headers
from tui_httpbench.plan.lanes import lacking
from tui_httpbench.plan.parsing import choose_modes, refuse_absent
from tui_httpbench.plan.plan import ARTICLE, ARTICLE_REQUESTS, AUTO, Plan, Request, usual_method
from tui_httpbench.plan.politeness import remote_host
from tui_httpbench.plan.presets import Preset, find_preset, random_seed
from tui_httpbench.plan.scenario import LOOPBACK, Scenario
from tui_httpbench.plan.scenario_file import find_scenario
from tui_httpbench.plan.sweep import OPTIONS, Sweep, usual_budget_s, widest_of
from tui_httpbench.text.quoting import shortened


def make_plan(options: argparse.Namespace, *, may_ask: bool = False, elsewhere: bool = False) -> Plan | None:
    """The plan of the options, None where none of them says anything of it.

    ``may_ask`` tells that somebody can be asked whether a library that is not installed may be fetched, ``elsewhere``
    that other machines measure, which know themselves what is installed and set there. Raises PlanError.
    """
    given = {name: getattr(options, name) for name in FIELDS if getattr(options, name) is not None}
    if not given:
        return None
    _refuse_duration_as_body(given.get("data", ()))
    request = Request(**_read("request", given))
    if "method" not in given:
        request = replace(request, method=usual_method(request.body))
    _refuse_knobs(given, request)
    changes: dict[str, Any] = {
        "request": request,
        "seed": random_seed(),
        "seed_given": "seed" in given,
        **_read("plan", given),
    }
    preset = find_preset(given["preset"]) if "preset" in given else None
    base = preset.values.get("scenario", LOOPBACK) if preset and request.uses_embedded_target else LOOPBACK
    if (scenario := make_scenario(options, base)) != base:
        changes["scenario"] = scenario
    (check_headers_for_elsewhere if elsewhere else expand_headers)(request.filled_headers)
    changes.setdefault("modes", choose_modes(preset.modes_for(changes.get("variants", ())) if preset else []))
    if (sweep := changes.get("sweep")) is not None:
        changes.setdefault("budget_s", usual_budget_s(len(sweep.values)))
    if (sweep := sweep or (preset.values["sweep"] if preset else None)) is not None:
        _refuse_swept(given, sweep, None if "sweep" in changes else preset)
        if preset is not None and sweep.is_of_target and "sweep" not in changes:
            _refuse_url(request, preset, sweep)
    if preset is not None and request.uses_embedded_target:
        _refuse_without_http2(given, preset, scenario)
    if preset is not None:
        plan = preset.plan(**_load_of_preset(preset, changes))
    else:
        plan = Plan(**_default_load(request, changes))
    absent = () if elsewhere else lacking(plan.modes, plan.variants, get=plan.get)
    refuse_absent([lane for lane in absent if not (may_ask and mode_of(lane).can_be_had)])
    return plan


def _load_of_preset(preset: Preset, changes: dict[str, Any]) -> dict[str, Any]:
    """The changes with what follows from them for the preset's load: one in requests and an automatic one exclude
    each other, and the article's concurrency needs a number of requests."""
    load = dict(changes)
    requests = changes.get("requests", preset.values["requests"])
    if requests is None and changes.get("concurrency") == ARTICLE:
        load["requests"] = requests = ARTICLE_REQUESTS
    if requests is not None and preset.values["duration_s"] == AUTO:
        load.setdefault("duration_s", None)
    return load


def _default_load(request: Request, changes: dict[str, Any]) -> dict[str, Any]:
    """The changes with the load that is not said."""
    is_remote = remote_host(request) is not None
    load = {"rounds": REMOTE_ROUNDS, **changes} if is_remote else dict(changes)
    if "requests" in load:
        return load
    sweep = changes.get("sweep")
    if changes.get("concurrency") == ARTICLE:
        load["requests"] = REMOTE_REQUESTS if is_remote else ARTICLE_REQUESTS
    elif is_remote and "duration_s" not in changes:
        # As many as the widest point has in flight, at least.
        load["requests"] = max(REMOTE_REQUESTS, 0 if sweep is None else widest_of(sweep))
    return load


def make_scenario(options: argparse.Namespace, base: Scenario = LOOPBACK) -> Scenario:
    """The scenario of the options, ``base`` where none is named, with its knobs changed. Raises PlanError."""
    scenario = base if options.scenario is None else find_scenario(options.scenario)
    given = {name: getattr(options, name) for name in KNOBS if getattr(options, name) is not None}
    return scenario.change(**_read("scenario", given))


def _read(part: Part, given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of one part that are given, by their keys. Raises PlanError."""
    return {field.key: field.read(given[field.name]) for field in fields_of(part) if field.name in given}


def _refuse_duration_as_body(texts: Sequence[str]) -> None:
    """Refuses ``-d 10s``, which other tools take for a duration, and here would be sent. Raises PlanError."""
    for text in texts:
        if re.fullmatch(r"\d+(ms|s|m)", text, re.ASCII):
            raise PlanError("data", f"-d gives a body, as in curl; a duration goes behind -z: -z {shortened(text)}.")


def _refuse_knobs(given: Mapping[str, Any], request: Request) -> None:
    """Refuses what says how the embedded target behaves where another server is asked. Raises PlanError."""
    knob = next((name for name in ("scenario", *KNOBS) if name in given), None)
    if knob is None or request.uses_embedded_target:
        return
    advice = _FOR_URLS.get(knob, "leave it out, or leave out the URL")
    option = FIELDS[knob].flags[-1]
    raise PlanError(knob, f"{option} says how the embedded target behaves, not {shortened(request.url)}; {advice}.")


def _refuse_swept(given: Mapping[str, Any], sweep: Sweep, preset: Preset | None) -> None:
    """Refuses an option that says what a sweep, or that of a preset, says at each of its points. Raises PlanError."""
    name = next((name for name in OPTIONS[sweep.knob] if name in given), None)
    if name is not None:
        option = FIELDS[name].flags[0]
        if preset is not None:
            raise PlanError(
                "sweep",
                f"--preset {preset.name} tries {sweep.knob} {', '.join(sweep.values)}, so {option} can't be one value; "
                f"leave {option} out, or --preset.",
            )
        raise PlanError(
            "sweep", f"--sweep {sweep.knob} says at each point what {option} says; leave {option} out, or the sweep."
        )


def _refuse_url(request: Request, preset: Preset, sweep: Sweep) -> None:
    """Refuses a URL of the user's own where a preset tries what only the embedded target does. Raises PlanError."""
    if not request.uses_embedded_target:
        raise PlanError(
            "sweep",
            f"--preset {preset.name} tries {sweep.knob} {', '.join(sweep.values)} at the embedded target, not at "
            f"{shortened(request.url)}; leave out the URL, or --preset.",
        )


def _refuse_without_http2(given: Mapping[str, Any], preset: Preset, scenario: Scenario) -> None:
    """Refuses to take HTTP/2 from a preset that asks about it. Raises PlanError."""
    if preset.values.get("scenario", LOOPBACK).http2 and not scenario.http2:
        option = "--scenario" if given.get("http2") is None else "--no-http2"
        raise PlanError(
            "http2",
            f"--preset {preset.name} compares HTTP/2 with HTTP/1.1, so the target offers both; leave {option} out.",
        )


_FOR_URLS = {
    "http2": "for a URL of your own, -m httpx-async-h2 speaks HTTP/2",
    "tls": "for a URL of your own, write https://",
}
"""What serves in the place of a knob where the URL is the user's own."""
