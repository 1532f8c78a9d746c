"""The values that a sweep takes, as people type them: each is read, or told of in one sentence."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.scenario import (
    ServiceTime,
    parse_body_size,
    parse_capacity,
    parse_rtt,
    parse_service_time,
)
from tui_httpbench.text.quoting import shortened

Value = TypeVar("Value")
Knob = Literal["concurrency", "rtt", "body-size", "service-time", "capacity", "workload"]
KNOBS: tuple[Knob, ...] = get_args(Knob)
MAX_POST_BYTES = 1_000_000
MAX_IN_FLIGHT = 2_000
_WORKLOAD = re.compile(r"c(\d{1,6})/(\d[\d_]{0,12}[km]?b?)(/post)?", re.ASCII)


@dataclass(frozen=True)
class Workload:
    """``in_flight`` requests at once for ``body_bytes``; where it ``posts``, it sends as many, which are echoed."""

    in_flight: int
    body_bytes: int
    posts: bool


def number_of(knob: Knob, value: str) -> float:
    """Where a value stands on an axis, in the knob's own unit. Raises PlanError."""
    match knob:
        case "concurrency":
            return float(_in_flight(value))
        case "rtt":
            return parse_rtt(value)
        case "body-size":
            return float(parse_body_size(value))
        case "service-time":
            return mean_ms(parse_service_time(value))
        case _:
            capacity = parse_capacity(value)
            return float(capacity.per_second or capacity.at_once or 0)


def mean_ms(time: ServiceTime) -> float:
    """The mean of a service time, in milliseconds; of the lognormal distribution, median times exp(sigma^2 / 2)."""
    match time.distribution:
        case "uniform":
            return (time.ms + time.second) / 2
        case "lognormal":
            return time.ms * math.exp(time.second**2 / 2)
    return time.ms


def parse_workload(text: str) -> Workload:
    """The workload of ``c16/1k`` or ``c64/1k/post``. Raises PlanError."""
    match = _WORKLOAD.fullmatch(text)
    in_flight = int(match[1]) if match else 0
    if match is None or not 1 <= in_flight <= MAX_IN_FLIGHT:
        raise PlanError(
            "sweep",
            f"{shortened(text)!r} is no workload; write requests in flight (1 to {MAX_IN_FLIGHT:,}) and bytes, such as "
            "c16/1k, or c64/1k/post.",
        )
    workload = Workload(in_flight, _of_sweep(parse_body_size, match[2]), match[3] is not None)
    if workload.posts and workload.body_bytes > MAX_POST_BYTES:
        raise PlanError("sweep", f"A workload posts up to {MAX_POST_BYTES:,} bytes, not {shortened(text)!r}.")
    return workload


def as_written(knob: Knob, value: str) -> str:
    """The value in one form, so that each stands for itself. Raises PlanError."""
    match knob:
        case "concurrency":
            return str(_in_flight(value))
        case "workload":
            workload = parse_workload(value)
            return f"c{workload.in_flight}/{short_size(workload.body_bytes)}{'/post' if workload.posts else ''}"
        case "rtt":
            return f"{_of_sweep(parse_rtt, value):g}"
        case "body-size":
            return short_size(_of_sweep(parse_body_size, value))
        case "service-time":
            return _of_sweep(parse_service_time, value).text
        case _:
            return _of_sweep(parse_capacity, value).text


def _of_sweep(parse: Callable[[str], Value], value: str) -> Value:
    """What ``parse`` makes of a value; what is wrong with it is the sweep's. Raises PlanError."""
    try:
        return parse(value)
    except PlanError as error:
        raise PlanError("sweep", str(error)) from None


def _in_flight(value: str) -> int:
    if not re.fullmatch(r"\d{1,6}", value, re.ASCII) or not 1 <= int(value) <= MAX_IN_FLIGHT:
        raise PlanError(
            "sweep",
            f"--sweep concurrency takes whole numbers from 1 to {MAX_IN_FLIGHT:,}, not {shortened(value)!r}.",
        )
    return int(value)


def short_size(size: int | None) -> str:
    """Bytes as one types them: ``50k``, ``1m``, ``1234``; an empty text for None."""
    if size is None:
        return ""
    for factor, letter in ((1_000_000, "m"), (1_000, "k")):
        if size and size % factor == 0:
            return f"{size // factor}{letter}"
    return str(size)
