"""The plan of the last run, kept in a file so that the next start can offer it again."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui_httpbench.clients import catalog
from tui_httpbench.clients.entrants import name_to_remember, select_modes, split_label, without_variants
from tui_httpbench.files.folders import state_folder
from tui_httpbench.files.state_file import read_state, write_state
from tui_httpbench.plan.field import Field
from tui_httpbench.plan.fields import fields_of
from tui_httpbench.plan.header_values import is_reference
from tui_httpbench.plan.lanes import concerning, lacking, with_variants
from tui_httpbench.plan.left_out import LeftOut, left_out_from
from tui_httpbench.plan.parsing import check_header, parse_method, parse_url
from tui_httpbench.plan.plan import MAX_MODES, Header, Plan, Request
from tui_httpbench.plan.scenario import LOOPBACK, plain
from tui_httpbench.plan.scenario_file import scenario_from
from tui_httpbench.plan.secrets import credential_names
from tui_httpbench.plan.variants import MAX_VARIANTS, Variant, parse_variants
from tui_httpbench.text.hiding import drop_secrets, secret_parameters

SCHEMA_VERSION = 2
_WITHOUT_DURATION = 1
"""The version whose every plan has a number of requests."""
_NEEDED: dict[object, frozenset[str]] = {
    _WITHOUT_DURATION: frozenset(
        {"url", "method", "headers", "requests", "concurrency", "rounds", "timeout_s", "modes"}
    )
}
_NEEDED[SCHEMA_VERSION] = _NEEDED[_WITHOUT_DURATION] | {"duration_s"}
"""What every file of a version holds; what came later has its default where it is missing."""
MAX_BODY_BYTES = 1_000_000
_FILE_NAME = "last-plan.json"


class LastPlanError(OSError):
    """The plan could not be stored; the text is one sentence for the user."""


def last_plan_path() -> Path:
    """The file that holds the last plan; it may not exist. Raises LastPlanError where there is no home folder."""
    folder = state_folder()
    if folder is None:
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


def load_left_out() -> LeftOut:
    """What was left out of the plan of ``load_last_plan``; nothing where there is no such plan."""
    try:
        stored = read_state(last_plan_path())
        return left_out_from(stored.get("left_out"), parse_url(_text(stored["url"])))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return LeftOut()


def save_last_plan(plan: Plan) -> None:
    """Stores the plan for ``load_last_plan``; raises LastPlanError where that fails.

    The file can be read by its owner only and is replaced as a whole. Left out are the headers with credentials, but
    for those that only name a variable (``Bearer $TOKEN``); the values of a URL's parameters that are likely
    credentials (``?token=``); a random seed; and a body above ``MAX_BODY_BYTES``. ``load_left_out`` tells what of the
    request was.
    """
    path = last_plan_path()
    try:
        stored = plan_to_dict(plan)
        left_out = _left_out_of(plan.request, stored)
        write_state(path, stored if left_out.stored is None else {**stored, "left_out": left_out.stored})
    except OSError as error:
        raise LastPlanError(
            f"The plan can't be remembered: {path.parent} can't be written ({error.strerror or error})."
        ) from error


def plan_to_dict(plan: Plan) -> dict[str, Any]:
    """The plan for JSON, without credentials in headers and URL, a random seed, and a body above ``MAX_BODY_BYTES``."""
    stored: dict[str, Any] = {"schema_version": SCHEMA_VERSION}
    for field in fields_of("request", "plan"):
        form = _FORMS.get(field.name, _Form())
        key, value = form.key or field.told, form.write(field.value_in(plan))
        if value is not None or key in _NEEDED[SCHEMA_VERSION]:
            stored[key] = value
    stored["url"] = plan.request.hiding.hide(drop_secrets(plan.request.url))
    stored["headers"] = _kept_headers(plan.request)
    if plan.scenario != LOOPBACK:
        stored["scenario"] = {"name": plan.scenario.name, "why": plan.scenario.why, **plan.scenario.knobs}
    if not plan.seed_given:
        del stored["seed"]
    return stored


def plan_from_dict(stored: dict[str, Any]) -> Plan:
    """The plan of ``plan_to_dict``; modes that can't run here now are left out, and variants that concern no other.

    Every value is read as if the user had typed it, since the file may be old or edited. Raises ValueError (PlanError
    too), KeyError, TypeError.
    """
    needed = _NEEDED[stored["schema_version"]]
    parts: dict[str, dict[str, Any]] = {"request": {}, "plan": {}}
    for field in fields_of("request", "plan"):
        form = _FORMS.get(field.name, _Form())
        key = form.key or field.told
        if key in stored or key in needed:
            parts[field.part][field.key] = _read(field, form, stored[key])
    if stored["schema_version"] == _WITHOUT_DURATION and parts["plan"]["requests"] is None:
        raise ValueError(stored["requests"])
    _leave_out_absent(parts["plan"])
    return Plan(
        request=Request(**parts["request"]),
        scenario=scenario_from(stored["scenario"]) if "scenario" in stored else LOOPBACK,
        seed_given="seed" in stored,
        **parts["plan"],
    )


def _read(field: Field, form: _Form, value: object) -> object:
    if value is None and field.default_value is None:
        return None
    if form.read is not None:
        return form.read(value)
    return _truth(value) if field.kind == "flag" else field.read(str(value))


def _leave_out_absent(values: dict[str, Any]) -> None:
    """Leaves out the modes that can't run here, and the variants that concern none of those that can."""
    chosen, variants = values["modes"], values.get("variants", ())
    lanes = with_variants(chosen, concerning(variants, chosen))
    here = without_variants(set(lanes) - set(lacking(lanes, variants, get=values.get("get", False))))
    values["modes"] = tuple(label for label in chosen if label in here) or catalog.DEFAULT_MODES
    values["variants"] = concerning(variants, values["modes"])


def _known_modes(instances: list[str]) -> tuple[str, ...]:
    if len(instances) > MAX_MODES:
        raise ValueError(len(instances))
    return select_modes(mode_id for instance in instances for mode_id in _known(split_label(_text(instance))[0]))


def _known(name: str) -> tuple[str, ...]:
    """The mode of a remembered name, where it still is one."""
    try:
        return select_modes([name])
    except catalog.UnknownModeError:
        return ()


def read_variants(stored: list[str]) -> tuple[Variant, ...]:
    """The variants as they are stored; what their paths name may be gone. Raises PlanError, TypeError, ValueError."""
    if not isinstance(stored, list) or len(stored) > MAX_VARIANTS:
        raise TypeError(stored)
    return parse_variants([_text(text) for text in stored], looks=False)


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


def _kept_headers(request: Request) -> list[list[str]]:
    secret = credential_names(request.headers, request.hiding)
    return [[name, value] for name, value in request.headers if name.lower() not in secret or is_reference(value)]


def _left_out_of(request: Request, stored: dict[str, Any]) -> LeftOut:
    kept = {name.lower() for name, _ in stored["headers"]}
    return LeftOut(
        stored["url"],
        tuple(name for name, _ in request.headers if name.lower() not in kept),
        secret_parameters(request.url, filled=True),
        request.given_body is not None and not {"body", "json_body"} & stored.keys(),
    )


def _kept_body(body: bytes | None) -> str | None:
    # One character a byte: JSON has no bytes.
    return None if body is None or len(body) > MAX_BODY_BYTES else body.decode("latin-1")


def _headers(stored: Any) -> tuple[Header, ...]:
    return tuple(check_header(_text(name), _text(value)) for name, value in stored)


@dataclass(frozen=True)
class _Form:
    """How a field is stored where that is not its plain value, read as if typed; ``key`` where it is not ``told``."""

    write: Callable[[Any], Any] = plain
    read: Callable[[Any], Any] | None = None
    key: str = ""


_BODY = _Form(_kept_body, lambda stored: _text(stored).encode("latin-1"))
_FORMS = {
    "url": _Form(read=lambda stored: parse_url(_text(stored))),
    "method": _Form(read=lambda stored: parse_method(_text(stored))),
    "headers": _Form(read=_headers),
    "data": _BODY,
    "json_body": _BODY,
    # The file may be gone by now, which is told of where the plan is used.
    "cacert": _Form(read=_path),
    "modes": _Form(lambda labels: list(map(name_to_remember, without_variants(labels))), _known_modes),
    "variants": _Form(lambda variants: [variant.stored for variant in variants], read_variants),
    "sweep": _Form(lambda sweep: None if sweep is None else sweep.text),
    "same_within": _Form(lambda share: round(share * 100, 9), key="same_within_percent"),
}
"""By the names of the fields."""
