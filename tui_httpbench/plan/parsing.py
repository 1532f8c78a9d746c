"""The values of a plan as people type them: each is read, or told of in one sentence."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from tui_httpbench.clients import catalog
from tui_httpbench.clients.entrants import mode_of, select_modes
from tui_httpbench.files.small_file import is_file
from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.load import AUTO, Duration
from tui_httpbench.plan.plan import (
    ARTICLE,
    MAX_BUDGET_S,
    MAX_CONCURRENCY,
    MAX_DURATION_S,
    MAX_METHOD_LENGTH,
    MAX_REQUESTS,
    MAX_ROUNDS,
    MAX_SEED,
    MAX_TIMEOUT_S,
    METHODS,
    MIN_DURATION_S,
    PROFILES,
    Concurrency,
    Header,
    Profile,
    Rounds,
    check_number_of_modes,
)
from tui_httpbench.plan.urls import parse_url as parse_url
from tui_httpbench.text.numbers import read_number, read_seconds
from tui_httpbench.text.quoting import character_name, shortened

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_COUNT = re.compile(r"(\d[\d_]*)([km]?)", re.IGNORECASE | re.ASCII)


def parse_method(text: str) -> str:
    """The method in capitals. Raises PlanError."""
    method = text.strip().upper()
    if not _TOKEN.fullmatch(method) or len(method) > MAX_METHOD_LENGTH:
        raise PlanError("method", f"{shortened(text)!r} is no HTTP method; write one such as {', '.join(METHODS[:4])}.")
    if method in ("CONNECT", "TRACE"):
        raise PlanError("method", f"{method} can't be measured: no client sends it as an ordinary request.")
    return method


def _name_in(line: str) -> str:
    """The name of a header that is not written as one: no sentence may quote what may be its value."""
    name = re.match(r"[A-Za-z-]{1,40}(?=[ \t=:]|$)", line)
    return f"{name[0]}{'…' if line != name[0] else ''}" if name else "…"


def parse_header(text: str) -> Header:
    """Name and value of a ``Name: value`` line. Raises PlanError."""
    if "\r" in text or "\n" in text:
        raise PlanError("headers", f"The header {_name_in(text)!r} has a line break in it; write it on one line.")
    name, colon, value = text.partition(":")
    if not colon:
        raise PlanError("headers", f"The header {_name_in(text)!r} has no colon; write 'Name: value'.")
    if name.lower() in ("http", "https") and value.startswith("//"):
        raise PlanError("headers", f"-H needs a header, 'Name: value', before {shortened(text)!r}.")
    return check_header(name, value)


def check_header(name: str, value: str) -> Header:
    """Name and value, trimmed, if they can be sent by every client alike. Raises PlanError."""
    name, value = name.strip(), value.strip(" \t")
    if not _TOKEN.fullmatch(name):
        raise PlanError(
            "headers",
            f"{shortened(name)!r} can't be a header's name; use letters, digits and hyphens, as in 'Accept'.",
        )
    if bad := next((c for c in value if not (c.isprintable() or c == "\t")), None):
        raise PlanError("headers", f"The value of {shortened(name)} has {character_name(bad)} in it; take it out.")
    if not value.isascii():
        raise PlanError(
            "headers",
            f"The value of {shortened(name)} is not ASCII, which clients encode differently; percent-encode it.",
        )
    if name.lower() in ("content-length", "transfer-encoding"):
        raise PlanError("headers", f"{name} is set by each client from the body; leave it out.")
    return name, value


def parse_count(text: str, field: str, maximum: int, example: str) -> int:
    """A whole number from 1 to ``maximum``; ``10k`` and ``1m`` are allowed. Raises PlanError, which has the example."""
    label = field.capitalize()
    match = _COUNT.fullmatch(text.strip())
    if match is None:
        raise PlanError(field, f"{label} must be a whole number such as {example}, not {shortened(text)!r}.")
    digits = match[1].replace("_", "")
    value = int(digits[:20]) * {"": 1, "k": 1_000, "m": 1_000_000}[match[2].lower()]
    if not 1 <= value <= maximum:
        raise PlanError(field, f"{label} must be from 1 to {maximum:,}, not {shortened(text.strip())}.")
    return value


def parse_requests(text: str) -> int:
    """Requests per mode and round. Raises PlanError."""
    return parse_count(text, "requests", MAX_REQUESTS, "100 or 10k")


def parse_duration(text: str) -> Duration:
    """Measured seconds per mode and round (``0.3``, ``300ms``, ``2s``, ``1m``), or ``auto``. Raises PlanError."""
    text = text.strip()
    if text.lower() == AUTO:
        return AUTO
    value = read_seconds(text)
    if math.isnan(value):
        raise PlanError(
            "duration", f"Duration must be seconds such as 0.3, 300ms or 2s, or 'auto', not {shortened(text)!r}."
        )
    if not MIN_DURATION_S <= value <= MAX_DURATION_S:
        raise PlanError(
            "duration",
            f"Duration must be from {MIN_DURATION_S * 1000:g} ms to {MAX_DURATION_S:,.0f} s, not {shortened(text)}; "
            "or write 'auto'.",
        )
    return value


def parse_rounds(text: str) -> Rounds:
    """A number of rounds, or ``auto``. Raises PlanError."""
    if text.strip().lower() == AUTO:
        return AUTO
    try:
        return parse_count(text, "rounds", MAX_ROUNDS, "5")
    except PlanError as error:
        raise PlanError("rounds", f"{str(error)[:-1]}; or write 'auto'.") from None


def parse_concurrency(text: str) -> Concurrency:
    """A number of requests in flight, or ``article``. Raises PlanError."""
    if text.strip().lower() == ARTICLE:
        return ARTICLE
    try:
        return parse_count(text, "concurrency", MAX_CONCURRENCY, "10")
    except PlanError as error:
        raise PlanError("concurrency", f"{str(error)[:-1]}; or write 'article'.") from None


def parse_timeout(text: str) -> float:
    """Seconds per request. Raises PlanError."""
    return _parse_seconds(text, "timeout", 0.001, MAX_TIMEOUT_S)


def parse_budget(text: str) -> float:
    """Seconds that an automatic run may take. Raises PlanError."""
    return _parse_seconds(text, "budget", 1.0, MAX_BUDGET_S)


def parse_same_within(text: str) -> float:
    """The share within which two modes count as the same, from per cent. Raises PlanError."""
    percent = read_number(text.strip().removesuffix("%"))
    if math.isnan(percent) or not 0.1 <= percent <= 50:
        shown = shortened(text.strip())
        raise PlanError("same_within", f"The share that counts as the same must be 0.1 to 50 per cent, not {shown!r}.")
    return percent / 100


def parse_seed(text: str) -> int:
    """The seed of the rounds' order. Raises PlanError."""
    if not re.fullmatch(r"\d{1,20}", text.strip(), re.ASCII) or int(text) > MAX_SEED:
        raise PlanError("seed", f"Seed must be a whole number from 0 to {MAX_SEED}, not {shortened(text)!r}.")
    return int(text)


def parse_profile(text: str) -> Profile:
    """``equal`` or ``defaults``. Raises PlanError."""
    for profile in PROFILES:
        if text.strip().lower() == profile:
            return profile
    raise PlanError("profile", f"There is no profile {shortened(text)!r}; write 'equal' or 'defaults'.")


def parse_modes(names: Sequence[str]) -> tuple[str, ...]:
    """``choose_modes``, all of installed libraries. Raises PlanError."""
    chosen = choose_modes(names)
    refuse_absent(chosen)
    return chosen


def choose_modes(names: Sequence[str]) -> tuple[str, ...]:
    """The run's mode ids, installed or not; no names mean the default eight. Raises PlanError.

    A name may be several, with commas between.
    """
    try:
        chosen = select_modes([part for name in names for part in _split_names(name)] or catalog.DEFAULT_MODES)
    except catalog.UnknownModeError as error:
        raise PlanError("modes", _meant_otherwise(names) or str(error)) from None
    check_number_of_modes(chosen)
    return chosen


def refuse_absent(labels: Sequence[str]) -> None:
    """Raises PlanError where the library of one of these is not installed here."""
    for label in labels:
        mode = mode_of(label)
        if (missing := mode.missing_module()) is not None:
            is_known = mode.how_to_get.startswith("pip")
            advice = f"run '{mode.how_to_get}', let --get fetch it," if is_known else "install it"
            raise PlanError(
                "modes", f"{label} needs {missing}, which is not installed here; {advice} or leave the mode out."
            )


def _split_names(names: str) -> list[str]:
    path = f"{names.rpartition('.py')[0]}.py"
    if "," in path and is_file(path):  # the comma is part of a file's name
        return [names]
    return [name.strip() for name in names.split(",") if name.strip()] or [names]


def _meant_otherwise(names: Sequence[str]) -> str:
    """What to write where ``-m`` got what it takes in other tools, a method or seconds; else an empty text."""
    for name in names:
        if name.upper() in METHODS:
            return f"-m names a mode, and {name} is none; a method goes behind -X: -X {name.upper()}."
        if not math.isnan(read_number(name)):
            return f"-m names a mode, and {shortened(name)} is none; seconds per request go behind --timeout."
    return ""


def _parse_seconds(text: str, field: str, lowest: float, highest: float) -> float:
    value = read_seconds(text)
    label = field.capitalize()
    if math.isnan(value):
        raise PlanError(field, f"{label} must be seconds such as 30, 500ms or 2m, not {shortened(text)!r}.")
    if not lowest <= value <= highest:
        raise PlanError(
            field, f"{label} must be from {lowest:g} to {highest:,.0f} seconds, not {shortened(text.strip())}."
        )
    return value
