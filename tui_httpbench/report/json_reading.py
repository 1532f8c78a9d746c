"""Results read back from JSON, of this version or an earlier one, as strictly as what a user types."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from tui_httpbench.analysis.compared_run import ComparedRun, Condition, Kind, LaneTimes, RoundTime
from tui_httpbench.analysis.result import Result
from tui_httpbench.files.small_file import read_small_file
from tui_httpbench.measured.record_json import MAX_GROUPS, MAX_RECORDED_ROUNDS
from tui_httpbench.measured.strict_json import MAX_SECONDS, items, seconds, seconds_or_none, table, text, whole
from tui_httpbench.plan.plan import DEFAULT_SAME_WITHIN, MAX_MODES
from tui_httpbench.report.json_report import SCHEMA_VERSION, to_dict
from tui_httpbench.text.formatting import reason_of
from tui_httpbench.text.hiding import ANYONES, drop_secrets
from tui_httpbench.text.quoting import shown_path

MAX_FILE_BYTES = 32 * 2**20
"""A run of 25 lanes and 1,000 rounds has half of it."""
MAX_LABEL = 200
MAX_ROUND_REQUESTS = 10**12
MAX_SENT_BYTES = 10**12
MIN_ELAPSED_S = 1e-9
MAX_TOLD = 2_000
MAX_FINDINGS = 10_000
_MAX_KNOBS = 100
_DIGITS = 12  # of a digest: enough to tell two files apart

_HOW_MEASURED = {1: "one mode after another", 2: "modes in turns"}
"""By schema: what changed in how the rounds of a run are made."""


class DocumentError(ValueError):
    """A file is no result that can be compared; the text is one sentence for the user."""


def read_run(path: Path) -> ComparedRun:
    """The run that a JSON file holds. Raises DocumentError."""
    shown = shown_path(path)
    try:
        data = read_small_file(path, MAX_FILE_BYTES)
    except OSError as error:
        raise DocumentError(f"The file {shown!r} can't be read: {reason_of(error)}.") from None
    document = _parse(data, f"The file {shown!r}")
    return run_of_document(document, str(path))


def run_of_result(result: Result, source: str) -> ComparedRun:
    """The run as it is compared; ``source`` is what it was asked for by. The same as of the JSON of this result."""
    return run_of_document(to_dict(result), source)


def run_of_document(document: Any, source: str) -> ComparedRun:
    """The run of a result's JSON, parsed. Raises DocumentError."""
    what = f"The file {shown_path(source)!r}"
    if not isinstance(document, dict) or "schema_version" not in document or "modes" not in document:
        raise DocumentError(f"{what} is no result of httpbench-tui; write one with: httpbench-tui run --json FILE.")
    schema = document["schema_version"]
    if isinstance(schema, int) and not isinstance(schema, bool) and schema > SCHEMA_VERSION:
        raise DocumentError(
            f"{what} was written by a later version of httpbench-tui (schema {min(schema, 10**6):,}, and this one "
            f"reads up to {SCHEMA_VERSION}); bring this one up to date."
        )
    if document.get("sweep") is not None:
        raise DocumentError(f"{what} is a sweep, and compare takes single runs; compare two runs at the same value.")
    if document.get("hosts") is not None:
        raise DocumentError(
            f"{what} is a run on several hosts, which compares them itself, and compare takes single runs; compare two "
            "runs that were made on the same host."
        )
    reader = _Reader()
    try:
        return replace(reader.run(document), source=source)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise DocumentError(
            f"{what} is damaged: its {reader.place} is not as httpbench-tui writes it; take another copy of it."
        ) from None


def _parse(data: bytes, what: str) -> Any:
    if not data.strip():
        raise DocumentError(f"{what} is empty; write a result into it with: httpbench-tui run --json FILE.")
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise DocumentError(f"{what} is no text in UTF-8, and so no result.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise DocumentError(f"{what} is no JSON: {error.msg[:1].lower()}{error.msg[1:]} ({where}).") from None
    except RecursionError:
        raise DocumentError(f"{what} is no result: it is nested too deeply.") from None
    except ValueError:  # NaN, or an integer of thousands of digits
        raise DocumentError(f"{what} is no strict JSON: it has a number that JSON can't hold.") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


@dataclass
class _Reader:
    """Reads one document; ``place`` says in words what it reads at the moment."""

    place: str = "content"

    def run(self, document: dict[str, Any]) -> ComparedRun:
        """The run, its source left empty. Raises KeyError, TypeError, ValueError."""
        self.place = "key 'schema_version'"
        schema = whole(document["schema_version"], 1, SCHEMA_VERSION)
        self.place = "key 'name'"
        name = document.get("name")
        name = "" if name is None else text(name)
        self.place = "key 'started_at'"
        started_at = document.get("started_at")
        started_at = None if started_at is None else text(started_at, 100)
        self.place = "key 'environment'"
        environment = table(document["environment"])
        share = seconds_or_none(environment.get("other_cpu_share"))
        self.place = "key 'plan'"
        plan = table(document["plan"])
        same_within = seconds(plan.get("same_within", DEFAULT_SAME_WITHIN))
        if not 0 < same_within <= 1:
            raise ValueError("same_within")
        conditions = tuple(self._conditions(document, schema, plan, environment))
        lanes = tuple(self._lanes(document))
        return ComparedRun("", schema, lanes, conditions, same_within, name, started_at, share)

    def _lanes(self, document: dict[str, Any]) -> Iterator[LaneTimes]:
        self.place = "key 'modes'"
        seen = set()
        modes = items(document["modes"], MAX_MODES)
        if not modes:
            raise ValueError("modes")
        for number, values in enumerate(modes, start=1):
            self.place = f"mode {number}"
            lane = self._lane(table(values))
            if lane.label in seen:
                raise ValueError("twice")
            seen.add(lane.label)
            yield lane

    def _lane(self, values: dict[str, Any]) -> LaneTimes:
        label = text(values["id"], MAX_LABEL)
        if not label.strip():
            raise ValueError("label")
        requests = whole(values["requests"], 0, MAX_ROUND_REQUESTS)
        ok = whole(values["ok"], 0, requests)
        rate = seconds_or_none(values["requests_per_second"])
        rounds = self._rounds(values)
        note = values.get("note")
        why = ""
        if ok < requests:
            why = f"{requests - ok:,} of {requests:,} requests failed"
        elif not rounds:
            why = "it has no whole round"
        elif note is not None and text(note):
            why = "rounds of it are missing"
        return LaneTimes(label, rounds, rate * ok / requests if rate and ok else None, why)

    def _rounds(self, values: dict[str, Any]) -> tuple[RoundTime, ...]:
        """The whole rounds; the keys that the contract has tell them where there is no ``rounds``."""
        if "rounds" not in values:
            counts = items(values["round_requests"], MAX_RECORDED_ROUNDS)
            times = items(values["elapsed_s"], MAX_RECORDED_ROUNDS)
            pairs = zip(counts, times, strict=True)
            told = [{"round": i, "requests": n, "elapsed_s": s} for i, (n, s) in enumerate(pairs, start=1)]
        else:
            told = [table(each) for each in items(values["rounds"], MAX_RECORDED_ROUNDS)]
        found: dict[tuple[int, int], RoundTime] = {}
        for each in told:
            number, group = whole(each["round"], 1, MAX_RECORDED_ROUNDS), whole(each.get("group", 0), 0, MAX_GROUPS)
            requests = whole(each["requests"], 0, MAX_ROUND_REQUESTS)
            elapsed_s = seconds_or_none(each["elapsed_s"])
            if (number, group) in found:
                raise ValueError("twice")
            is_whole = text(each.get("outcome", "complete")) == "complete"
            if is_whole and requests and elapsed_s is not None and elapsed_s >= MIN_ELAPSED_S:
                found[number, group] = RoundTime(number, group, requests, elapsed_s)
        return tuple(found.values())

    def _conditions(
        self, document: dict[str, Any], schema: int, plan: dict[str, Any], environment: dict[str, Any]
    ) -> Iterator[Condition]:
        self.place = "key 'environment'"
        yield _told("machine", "system", environment.get("platform"), "machine")
        yield _told("cpu", "processor", environment.get("cpu"), "machine")
        yield _told("cpu_count", "processors", environment.get("cpu_count"), "machine")
        yield _told("pinning", "placed", environment.get("pinning"), "machine")
        yield _told("governor", "governor", environment.get("governor"), "machine")
        yield _told("python", "Python", environment.get("python"), "software")
        self.place = "key 'modes'"
        users = _users_of_packages(document)
        self.place = "key 'environment'"
        for name, version in table(environment.get("packages", {})).items():
            yield replace(_told(f"packages.{name}", name, text(version), "software"), lanes=users.get(name, ()))
        for label, variant in table(environment.get("variants", {})).items():
            yield _told(f"variants.{label}", f"variant {label}", _variant_in_words(table(variant)), "software")
        self.place = "key 'client_files'"
        for own in map(table, items(document.get("client_files", []), MAX_MODES)):
            file = text(own["file"])
            yield _told(f"client_files.{file}", file, text(own["sha256"])[:_DIGITS], "software")
        self.place = "key 'plan'"
        is_embedded = document.get("target") == "embedded"
        url = text(plan["url"], MAX_TOLD)
        yield _told("url", "requested", "the embedded target" if is_embedded else drop_secrets(url), "work")
        yield _told("method", "method", plan["method"], "work")
        # Runs of before there was a choice read and sent bodies whole.
        yield _told("read", "bodies read", text(plan.get("read", "whole")), "work")
        yield _told("upload", "bodies sent", text(plan.get("upload", "whole")), "work")
        yield Condition("body", "body", _body(document), "work")
        headers = [(text(name), text(value)) for name, value in (items(each, 2) for each in items(plan["headers"]))]
        # The version of this program alone is no other work.
        others = [f"{name}: {value}" for name, value in headers if name.lower() != "user-agent"]
        yield _told("headers", "headers", "; ".join(others) or "none", "work")
        yield Condition("not_kept", "sent, not kept", _not_kept(document), "work")
        yield _told("concurrency", "in flight", plan["concurrency"], "work")
        yield _told("profile", "profile", plan.get("profile"), "work")
        yield _told("insecure", "certificates", _checked(plan.get("insecure")), "work")
        yield _told("load", "load", _load_in_words(plan), "setting")
        yield _told("timeout_s", "timeout", plan.get("timeout_s"), "setting")
        if is_embedded and (scenario := plan.get("scenario")) is not None:
            for key, value in list(table(scenario).items())[:_MAX_KNOBS]:
                yield _told(f"scenario.{key}", "scenario" if key == "name" else key, value, "work")
        yield Condition("schema_version", "measured", f"{_HOW_MEASURED[schema]} (schema {schema})", "setting")


def _body(document: dict[str, Any]) -> str:
    """How long the body of each request was; empty where the file does not tell.

    Files of before there was a key for it tell of a GET alone, since a finding tells where that had a body.
    """
    plan = table(document["plan"])
    made_up, given = plan.get("data_size"), plan.get("body_bytes")
    if made_up:
        return f"{whole(made_up, 1, MAX_SENT_BYTES):,} bytes, made up"
    if given is None:
        ids = {finding.get("id") for finding in map(table, items(document.get("findings", []), MAX_FINDINGS))}
        is_bare_get = "body_bytes" not in plan and plan["method"] == "GET" and "body-with-get" not in ids
        return "none" if is_bare_get else ""
    return f"{whole(given, 0, MAX_SENT_BYTES):,} bytes" if given else "none"


def _not_kept(document: dict[str, Any]) -> str:
    """What a run sent that its plan lacks by now, since it is a credential, as its finding names it."""
    for finding in map(table, items(document.get("findings", []), MAX_FINDINGS)):
        if finding.get("id") == "credentials-left-out":
            return text(finding["text"], MAX_TOLD).removeprefix("Its plan lacks ").partition(", since")[0]
    return "nothing"


def _users_of_packages(document: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """The lanes that have each package; none where the document does not tell. Raises TypeError, ValueError."""
    users: dict[str, tuple[str, ...]] = {}
    for values in map(table, items(document["modes"], MAX_MODES)):
        for name in table(values.get("packages", {})):
            users[name] = (*users.get(name, ()), text(values["id"], MAX_LABEL))
    return users


def _told(key: str, title: str, value: object, kind: Kind) -> Condition:
    """The condition in words; nothing where it is not told. Raises TypeError."""
    if value is None:
        return Condition(key, title, "", kind)
    if isinstance(value, bool):
        return Condition(key, title, "yes" if value else "no", kind)
    if isinstance(value, int | float):
        return Condition(key, title, f"{min(max(value, -MAX_SECONDS), MAX_SECONDS):,.10g}", kind)
    return Condition(key, title, ANYONES.hide(text(value, MAX_TOLD)), kind)


def _checked(insecure: object) -> str | None:
    return None if insecure is None else "not checked" if insecure else "checked"


def _load_in_words(plan: dict[str, Any]) -> str:
    """The load of a mode in a round."""
    requests, duration = plan.get("requests"), plan.get("duration", plan.get("duration_s"))
    parts = [] if requests is None else [f"{whole(requests, 1, MAX_ROUND_REQUESTS):,} requests"]
    if duration is not None:
        parts.append(f"{text(duration)} seconds" if isinstance(duration, str) else f"{seconds(duration):g} s")
    return ", ".join(parts)


def _variant_in_words(variant: dict[str, Any]) -> str:
    parts = [text(variant[key]) for key in ("python", "loop") if variant.get(key)]
    return ", ".join([*parts, *(f"{name} {text(version)}" for name, version in table(variant["packages"]).items())])
