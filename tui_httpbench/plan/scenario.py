"""How the embedded target behaves: distance, encryption, speed and answer; frozen, checked, without I/O."""

from __future__ import annotations

import dataclasses
import math
import random
import re
from dataclasses import dataclass, field
from typing import Any, Literal

from tui_httpbench.plan.error import PlanError
from tui_httpbench.text.numbers import read_number
from tui_httpbench.text.quoting import shortened

Distribution = Literal["fixed", "uniform", "exponential", "lognormal"]

MAX_RTT_MS = 10_000.0
MAX_SERVICE_TIME_MS = 60_000.0
MAX_SIGMA = 3.0
MAX_PER_SECOND = 1_000_000.0
MAX_AT_ONCE = 32_768
MAX_BODY_BYTES = 64 * 1024 * 1024
MIN_CHUNK_BYTES = 1_000
"""Smaller ones of a large page would cost the target more than the client."""
MAX_GZIPPED_BYTES = 16 * 1024 * 1024
MAX_SEED = 2**63 - 1
DEFAULT_BODY_BYTES = 1_000
DEFAULT_CONTENT_TYPE = "text/plain; charset=utf-8"

_DISTRIBUTION_FORMS = "20, uniform:10:30, exponential:50 (its mean) or lognormal:300:0.5 (its median and sigma)"
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(\s*;[\x20-\x7e]+)?", re.ASCII)


@dataclass(frozen=True)
class ServiceTime:
    """How long the target works on a request, in milliseconds.

    ``ms`` is the time itself (``fixed``), the lower bound (``uniform``), the mean (``exponential``) or the median
    (``lognormal``); ``second`` is the upper bound of ``uniform`` and the sigma of ``lognormal``, else 0.
    """

    distribution: Distribution = "fixed"
    ms: float = 0.0
    second: float = 0.0

    @property
    def is_none(self) -> bool:
        """Whether the target answers at once."""
        return self.distribution == "fixed" and self.ms == 0

    @property
    def text(self) -> str:
        """The form in which a user writes it."""
        if self.distribution == "fixed":
            return f"{self.ms:g}"
        second = f":{self.second:g}" if self.distribution in ("uniform", "lognormal") else ""
        return f"{self.distribution}:{self.ms:g}{second}"

    def draw_s(self, source: random.Random) -> float:
        """The time of one request, in seconds; at most ``MAX_SERVICE_TIME_MS``."""
        match self.distribution:
            case "fixed":
                ms = self.ms
            case "uniform":
                ms = source.uniform(self.ms, self.second)
            case "exponential":
                ms = source.expovariate(1 / self.ms)
            case "lognormal":
                ms = source.lognormvariate(math.log(self.ms), self.second)
        return min(ms, MAX_SERVICE_TIME_MS) / 1_000


@dataclass(frozen=True)
class Capacity:
    """How much the target can do; None means as much as it gets. More requests than that wait in line."""

    per_second: float | None = None
    at_once: int | None = None

    @property
    def is_unlimited(self) -> bool:
        """Whether no request ever waits."""
        return self.per_second is None and self.at_once is None

    @property
    def text(self) -> str:
        """The form in which a user writes it; empty where it is unlimited."""
        parts = [] if self.per_second is None else [f"{self.per_second:g}/s"]
        return ",".join(parts if self.at_once is None else [*parts, str(self.at_once)])


def plain(value: Any) -> Any:
    """A value as JSON holds it: as it is, or as a user writes it where it is made of several."""
    return value.text if isinstance(value, ServiceTime | Capacity) else value


@dataclass(frozen=True)
class Scenario:
    """How the embedded target behaves.

    ``rtt_ms`` is the round trip between client and target, varied by up to ``jitter_ms`` in all. ``tls`` serves HTTPS,
    ``http2`` offers HTTP/2 beside HTTP/1.1. ``body_bytes``, ``content_type`` and ``gzip`` (for clients that accept it)
    are those of the page at ``/``; with ``chunk_bytes`` it comes without a length, in chunks of so many, 0 for none.
    ``seed`` begins the draws of ``service_time`` anew for each round of each mode, so
    that all wait alike. ``why`` says in a line what it shows.
    """

    name: str = "loopback"
    why: str = field(default="", compare=False)
    rtt_ms: float = 0.0
    jitter_ms: float = 0.0
    tls: bool = False
    http2: bool = False
    service_time: ServiceTime = ServiceTime()
    capacity: Capacity = Capacity()
    body_bytes: int = DEFAULT_BODY_BYTES
    content_type: str = DEFAULT_CONTENT_TYPE
    gzip: bool = False
    chunk_bytes: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        """Checks what no single field can: raises PlanError."""
        if self.http2 and not self.tls:
            raise PlanError("http2", "HTTP/2 is offered only over TLS; add --tls (tls = true in a file).")
        if self.jitter_ms > self.rtt_ms:
            raise PlanError(
                "jitter",
                f"The jitter of {self.jitter_ms:g} ms is above the round trip of {self.rtt_ms:g} ms; lower it.",
            )
        if self.gzip and self.body_bytes > MAX_GZIPPED_BYTES:
            raise PlanError(
                "body_size", f"A gzipped body may have up to {MAX_GZIPPED_BYTES:,} bytes, not {self.body_bytes:,}."
            )

    @property
    def knobs(self) -> dict[str, Any]:
        """All that decides how the target behaves, as plain values with the names that a scenario file has."""
        names = (each.name for each in dataclasses.fields(self) if each.name not in ("name", "why"))
        return {name: plain(getattr(self, name)) for name in names}

    @property
    def in_words(self) -> str:
        """What it is like, in a line such as ``HTTPS, 20 ms round trip, 50 kB``."""
        parts = [("HTTPS" if self.tls else "HTTP") + (" with HTTP/2" if self.http2 else "")]
        if self.rtt_ms:
            jitter = f" ± {self.jitter_ms / 2:g}" if self.jitter_ms else ""
            parts.append(f"{self.rtt_ms:g}{jitter} ms round trip")
        if not self.service_time.is_none:
            parts.append(f"service time {self.service_time.text}{' ms' if self.service_time.second == 0 else ''}")
        if self.capacity.per_second is not None:
            parts.append(f"{self.capacity.per_second:g} responses/s at most")
        if self.capacity.at_once is not None:
            parts.append(f"{self.capacity.at_once:,} served at once")
        chunked = f" in chunks of {_size(self.chunk_bytes)}" if self.chunk_bytes else ""
        parts.append(f"{_size(self.body_bytes)} page{', gzipped' if self.gzip else ''}{chunked}")
        return ", ".join(parts)

    def change(self, **knobs: Any) -> Scenario:
        """A copy with some knobs changed, and a name that tells so. Raises PlanError."""
        changed = dataclasses.replace(self, **knobs)
        if changed == self:
            return self
        name = self.name if self.name.endswith("*") else f"{self.name}*"
        return dataclasses.replace(changed, name=name, why="")


LOOPBACK = Scenario("loopback", "pure client cost: no distance, no TLS, an instant answer")

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        LOOPBACK,
        Scenario("same-region", "HTTPS within a data centre's region: handshakes begin to count", rtt_ms=2, tls=True),
        Scenario(
            "article",
            "the site of the well-known article, as its times tell it",
            rtt_ms=20,
            tls=True,
            service_time=ServiceTime("fixed", 20),
            capacity=Capacity(per_second=45),
            body_bytes=50_000,
            content_type="text/html; charset=utf-8",
        ),
        Scenario("across-the-ocean", "HTTPS between two continents: round trips decide", rtt_ms=120, tls=True),
        Scenario(
            "slow-api",
            "a server that thinks: the client's own cost hardly counts",
            service_time=ServiceTime("lognormal", 300, 0.5),
        ),
        Scenario(
            "busy",
            "a server at its limit: what is sent at once waits in line",
            service_time=ServiceTime("fixed", 20),
            capacity=Capacity(at_once=8),
        ),
    )
}


def parse_rtt(text: str) -> float:
    """The round trip in milliseconds. Raises PlanError."""
    return _parse_ms(text, "rtt", "The round trip", MAX_RTT_MS)


def parse_jitter(text: str) -> float:
    """The width in milliseconds over which the round trip varies. Raises PlanError."""
    return _parse_ms(text, "jitter", "The jitter", MAX_RTT_MS)


def parse_service_time(text: str) -> ServiceTime:
    """A service time in milliseconds: fixed, or from a named distribution. Raises PlanError."""
    name, *numbers = text.strip().lower().removesuffix("ms").split(":")
    if not numbers:
        return ServiceTime("fixed", _parse_ms(name, "service_time", "The service time", MAX_SERVICE_TIME_MS))
    values = [read_number(number) for number in numbers]
    wrong = PlanError("service_time", f"{shortened(text)!r} is no service time; write {_DISTRIBUTION_FORMS}.")
    if any(not 0 <= value <= MAX_SERVICE_TIME_MS for value in values):
        raise wrong
    match name, values:
        case "fixed", [ms]:
            return ServiceTime("fixed", ms)
        case "uniform", [low, high] if low <= high:
            return ServiceTime("uniform", low, high)
        case "exponential", [mean] if mean > 0:
            return ServiceTime("exponential", mean)
        case "lognormal", [median, sigma] if median > 0 and sigma <= MAX_SIGMA:
            return ServiceTime("lognormal", median, sigma)
    raise wrong


def parse_capacity(text: str) -> Capacity:
    """``45/s``, a number served at once, or both with a comma; empty for unlimited. Raises PlanError."""
    per_second: float | None = None
    at_once: int | None = None
    for part in filter(None, (part.strip().lower() for part in text.split(","))):
        value = read_number(part.removesuffix("/s"))
        if part.endswith("/s") and per_second is None and 0.01 <= value <= MAX_PER_SECOND:
            per_second = value
        elif part.isascii() and part.isdigit() and at_once is None and 1 <= value <= MAX_AT_ONCE:
            at_once = int(value)
        else:
            raise PlanError(
                "capacity",
                f"{shortened(text)!r} is no capacity; write 45/s (responses a second), 8 (served at once) or 45/s,8.",
            )
    return Capacity(per_second, at_once)


def parse_body_size(text: str) -> int:
    """Bytes of the page; ``50k`` and ``1m`` are allowed. Raises PlanError."""
    size = read_size(text)
    if not 0 <= size <= MAX_BODY_BYTES:
        raise PlanError(
            "body_size",
            f"The body's size must be 0 to {MAX_BODY_BYTES:,} bytes, such as 50k, not {shortened(text)!r}.",
        )
    return size


def parse_chunk_size(text: str) -> int:
    """Bytes of each chunk of the page, 0 for a page with a length. Raises PlanError."""
    size = read_size(text)
    if size != 0 and not MIN_CHUNK_BYTES <= size <= MAX_BODY_BYTES:
        raise PlanError(
            "chunk_size",
            f"A chunk must have {MIN_CHUNK_BYTES:,} to {MAX_BODY_BYTES:,} bytes, such as 16k, or 0 for a page that is "
            f"not chunked, not {shortened(text)!r}.",
        )
    return size


def read_size(text: str) -> int:
    """A number of bytes, with ``k`` or ``m`` for thousands and millions; -1 for what is none."""
    match = re.fullmatch(r"(\d[\d_]{0,12})([km]?)b?", text.strip().lower(), re.ASCII)
    return int(match[1].replace("_", "")) * {"": 1, "k": 1_000, "m": 1_000_000}[match[2]] if match else -1


def parse_content_type(text: str) -> str:
    """A media type such as ``text/html``. Raises PlanError."""
    if not _MEDIA_TYPE.fullmatch(text.strip()):
        raise PlanError("content_type", f"{shortened(text)!r} is no content type; write one such as text/html.")
    return text.strip()


def parse_service_seed(text: str) -> int:
    """The seed of the draws of service time and jitter. Raises PlanError."""
    if not re.fullmatch(r"\d{1,20}", text.strip(), re.ASCII) or int(text) > MAX_SEED:
        raise PlanError(
            "service_seed", f"The service seed must be a whole number from 0 to {MAX_SEED}, not {shortened(text)!r}."
        )
    return int(text)


def _parse_ms(text: str, field_name: str, label: str, highest: float) -> float:
    value = read_number(text.strip().lower().removesuffix("ms"))
    if not 0 <= value <= highest:
        raise PlanError(field_name, f"{label} must be 0 to {highest:,.0f} milliseconds, not {shortened(text)!r}.")
    return value


def _size(size: int) -> str:
    if size >= 1_000_000:
        return f"{size / 1_000_000:g} MB"
    return f"{size / 1_000:g} kB" if size >= 1_000 else f"{size} B"
