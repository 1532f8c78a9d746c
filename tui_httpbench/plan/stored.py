"""The plan of the last run, kept in a file so that the next start can offer it again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import platformdirs

from tui_httpbench.clients import catalog
from tui_httpbench.files.state_file import read_state, write_state
from tui_httpbench.plan import plan as plans
from tui_httpbench.plan.header_values import is_reference
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.plan.scenario import LOOPBACK
from tui_httpbench.plan.scenario_file import scenario_from
from tui_httpbench.plan.secrets import drop_secrets

SCHEMA_VERSION = 2
_WITHOUT_DURATION = 1
"""The version whose every plan has a number of requests."""
MAX_BODY_BYTES = 1_000_000
_FILE_NAME = "last-plan.json"


class LastPlanError(OSError):
    """The plan could not be stored; the text is one sentence for the user."""


def last_plan_path() -> Path:
    """The file that holds the last plan; it may not exist. Raises LastPlanError where there is no home folder."""
    try:
        folder = platformdirs.user_state_path("httpbench-tui", appauthor=False)
    except RuntimeError:
        folder = None
    # Some versions of platformdirs give a relative folder then, which would land in the working directory.
    if folder is None or not folder.is_absolute():
        raise LastPlanError("The plan can't be remembered: there is no home folder; set HOME.")
    return folder / _FILE_NAME


def load_last_plan() -> Plan | None:
    """The plan of the last run, or None where there is none that can be read and run.

    Modes that are unknown or not installed now are left out; if none is left, the default ones stand in.
    """
    try:
        return plan_from_dict(read_state(last_plan_path()))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def save_last_plan(plan: Plan) -> None:
    """Stores the plan for ``load_last_plan``; raises LastPlanError where that fails.

    The file can be read by its owner only and is replaced as a whole. Left out are the headers with credentials, but
    for those that only name a variable (``Bearer $TOKEN``); the values of a URL's parameters that are likely
    credentials (``?token=``); a random seed; and a body above ``MAX_BODY_BYTES``.
    """
    path = last_plan_path()
    try:
        write_state(path, plan_to_dict(plan))
    except OSError as error:
        raise LastPlanError(
            f"The plan can't be remembered: {path.parent} can't be written ({error.strerror or error})."
        ) from error


def plan_to_dict(plan: Plan) -> dict[str, Any]:
    """The plan for JSON, without credentials in headers and URL, a random seed, and a body above ``MAX_BODY_BYTES``."""
    request = plan.request
    stored: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "url": drop_secrets(request.url),
        "method": request.method,
        "headers": [[name, value] for name, value in request.headers if _can_be_kept(name, value)],
        "requests": plan.requests,
        "duration_s": plan.duration_s,
        "concurrency": plan.concurrency,
        "rounds": plan.rounds,
        "budget_s": plan.budget_s,
        "same_within_percent": round(plan.same_within * 100, 9),
        "pin": plan.pin,
        "timeout_s": plan.timeout_s,
        "modes": [catalog.name_to_remember(label) for label in plan.modes],
    }
    if plan.scenario != LOOPBACK:
        stored["scenario"] = {"name": plan.scenario.name, "why": plan.scenario.why, **plan.scenario.knobs}
    if plan.cacert is not None:
        stored["cacert"] = plan.cacert
    if plan.insecure:
        stored["insecure"] = True
    if plan.chosen_profile is not None:
        stored["profile"] = plan.chosen_profile
    if plan.seed_given:
        stored["seed"] = plan.seed
    if request.body is not None and len(request.body) <= MAX_BODY_BYTES:
        stored["body"] = request.body.decode("latin-1")  # one character a byte: JSON has no bytes
    return stored


def plan_from_dict(stored: dict[str, Any]) -> Plan:
    """The plan of ``plan_to_dict``; modes that are not installed now are left out.

    Every value is read as if the user had typed it, since the file may be old or edited. Raises ValueError (PlanError
    too), KeyError, TypeError.
    """
    if stored["schema_version"] not in (_WITHOUT_DURATION, SCHEMA_VERSION):
        raise ValueError(stored["schema_version"])
    has_duration = stored["schema_version"] != _WITHOUT_DURATION
    body = stored.get("body")
    profile = stored.get("profile")
    return Plan(
        request=Request(
            url=plans.parse_url(_text(stored["url"])),
            method=plans.parse_method(_text(stored["method"])),
            headers=tuple(plans.check_header(_text(name), _text(value)) for name, value in stored["headers"]),
            body=None if body is None else _text(body).encode("latin-1"),
        ),
        modes=_modes_here(stored["modes"]),
        requests=(
            None if has_duration and stored["requests"] is None else plans.parse_requests(str(stored["requests"]))
        ),
        duration_s=(
            plans.parse_duration(str(stored["duration_s"]))
            if has_duration and stored["duration_s"] is not None
            else None
        ),
        concurrency=plans.parse_concurrency(str(stored["concurrency"])),
        rounds=plans.parse_rounds(str(stored["rounds"])),
        budget_s=plans.parse_budget(str(stored.get("budget_s", plans.DEFAULT_BUDGET_S))),
        same_within=plans.parse_same_within(str(stored.get("same_within_percent", plans.DEFAULT_SAME_WITHIN * 100))),
        chosen_profile=None if profile is None else plans.parse_profile(_text(profile)),
        pin=_truth(stored.get("pin", True)),
        timeout_s=plans.parse_timeout(str(stored["timeout_s"])),
        scenario=scenario_from(stored["scenario"]) if "scenario" in stored else LOOPBACK,
        cacert=_path(stored["cacert"]) if "cacert" in stored else None,
        insecure=_truth(stored.get("insecure", False)),
        seed=plans.parse_seed(str(stored["seed"])) if "seed" in stored else 0,
        seed_given="seed" in stored,
    )


def _can_be_kept(header: str, value: str) -> bool:
    return not plans.is_secret(header) or is_reference(value)


def _modes_here(instances: list[str]) -> tuple[str, ...]:
    if len(instances) > plans.MAX_MODES:
        raise ValueError(len(instances))
    here = [mode_id for instance in instances for mode_id in _installed(catalog.mode_id_of(_text(instance)))]
    return catalog.select_modes(here) or catalog.DEFAULT_MODES


def _installed(name: str) -> tuple[str, ...]:
    """The mode of a remembered name, where it still is one and its library is installed."""
    try:
        return tuple(label for label in catalog.select_modes([name]) if catalog.mode_of(label).is_installed())
    except catalog.UnknownModeError:
        return ()


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _path(value: object) -> str:
    path = _text(value)
    if not path or b"\0" in os.fsencode(path):
        raise ValueError(path)
    return path


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value
