"""What to measure: the request, and how often, how wide and with which modes; frozen, checked, without I/O."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from tui_httpbench import __version__
from tui_httpbench.clients import catalog
from tui_httpbench.plan.error import PlanError as PlanError
from tui_httpbench.plan.scenario import LOOPBACK, Scenario
from tui_httpbench.text.quoting import shortened

ARTICLE: Literal["article"] = "article"
Concurrency = int | Literal["article"]
AUTO: Literal["auto"] = "auto"
Rounds = int | Literal["auto"]
Duration = float | Literal["auto"]
Header = tuple[str, str]
Profile = Literal["equal", "defaults"]
PROFILES: tuple[Profile, ...] = ("equal", "defaults")

DEFAULT_CONCURRENCY = 10
DEFAULT_ROUNDS: Rounds = AUTO
ARTICLE_REQUESTS = 100
"""How many requests the article's concurrency sends where nothing else is said: as many as the article did."""
MIN_DURATION_S = 0.001
MAX_DURATION_S = 3_600.0
MIN_AUTO_DURATION_S = 0.1
MAX_AUTO_DURATION_S = 5.0
AUTO_DURATION_ROUNDS = 5
"""An automatic duration is so long that this many rounds fill the budget."""
DEFAULT_BUDGET_S = 30.0
DEFAULT_SAME_WITHIN = 0.03
MAX_AUTO_ROUNDS = 30
MAX_BUDGET_S = 86_400.0
DEFAULT_TIMEOUT_S = 30.0
DEFAULT_USER_AGENT = f"httpbench-tui/{__version__}"
MAX_REQUESTS = 10_000_000
MAX_ARTICLE_REQUESTS = 10_000
MAX_CONCURRENCY = 2_000
MAX_ROUNDS = 1_000
MAX_TIMEOUT_S = 3_600.0
MAX_SEED = 2**63 - 1
MAX_MODES = 200
MAX_HEADERS = 200
MAX_METHOD_LENGTH = 40
WARMUP_REQUESTS = 3
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ms|s|m|min)?", re.IGNORECASE | re.ASCII)
_DURATION_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0}
_COUNT = re.compile(r"(\d[\d_]*)([km]?)", re.IGNORECASE | re.ASCII)
_SECRET = re.compile(r"authorization|cookie|token|secret|api-?key|password|signature", re.IGNORECASE)
MASK = "***"
EQUAL_ACCEPT_ENCODING = "gzip, deflate"


@dataclass(frozen=True)
class Request:
    """The one request that every mode sends.

    ``url`` is absolute, or a path at the embedded target (``/`` unless said otherwise).
    """

    url: str = "/"
    method: str = "GET"
    headers: tuple[Header, ...] = ()
    body: bytes | None = None

    @property
    def uses_embedded_target(self) -> bool:
        """Whether the request goes to the embedded target."""
        return self.url.startswith("/")

    @property
    def wire_headers(self) -> tuple[Header, ...]:
        """The headers that every mode is told to send: the user's, and ours where the user gave none."""
        names = {name.lower() for name, _ in self.headers}
        added: list[Header] = []
        if "user-agent" not in names:
            added.append(("User-Agent", DEFAULT_USER_AGENT))
        if self.body is not None and "content-type" not in names:
            added.append(("Content-Type", _content_type_of(self.body)))
        return (*self.headers, *added)

    @property
    def masked_headers(self) -> tuple[Header, ...]:
        """``wire_headers`` with the values of secret ones hidden: for screens and files."""
        return mask_headers(self.wire_headers)


@dataclass(frozen=True)
class Plan:
    """Everything that one run needs to know; ``modes`` are ids of the run, such as ``aiohttp`` and ``aiohttp#2``.

    The load of a mode in a round is ``requests`` of them, or as many as ``duration_s`` measured seconds hold, or with
    both, whole batches of that many requests until the seconds are over. A duration of ``auto``, which stands in where
    neither is given, is so long that ``AUTO_DURATION_ROUNDS`` rounds fill the budget. ``seed_given`` tells that the
    user asked for this seed; otherwise it is a random one, which the next run replaces.
    ``chosen_profile`` is None while the user leaves the profile to the concurrency. ``pin`` keeps worker and target on
    processors of their own where the system allows it. ``rounds`` is a number, or ``auto`` for as many as it takes
    within ``budget_s``. Two modes whose times differ by less than the share ``same_within`` count as the same.
    ``scenario`` is how the embedded target behaves. ``cacert`` is the path of a PEM file with certificates to trust
    beside certifi's, ``insecure`` turns their check off; both are for the user's own https URL.
    """

    request: Request = field(default_factory=Request)
    modes: tuple[str, ...] = catalog.DEFAULT_MODES
    requests: int | None = None
    duration_s: Duration | None = None
    concurrency: Concurrency = DEFAULT_CONCURRENCY
    rounds: Rounds = DEFAULT_ROUNDS
    timeout_s: float = DEFAULT_TIMEOUT_S
    seed: int = 0
    seed_given: bool = field(default=False, compare=False)
    chosen_profile: Profile | None = None
    pin: bool = True
    budget_s: float = DEFAULT_BUDGET_S
    same_within: float = DEFAULT_SAME_WITHIN
    scenario: Scenario = LOOPBACK
    cacert: str | None = None
    insecure: bool = False

    def __post_init__(self) -> None:
        """Checks what no single field can: raises PlanError."""
        if not self.modes:
            raise PlanError("modes", "No mode is chosen; choose at least one.")
        _check_number_of_modes(self.modes)
        if self.requests is None and self.duration_s is None:
            object.__setattr__(self, "duration_s", AUTO)
        self._check_load()
        _check_all_headers(self.request.headers)
        if not self.request.uses_embedded_target and self.scenario != LOOPBACK:
            raise PlanError(
                "scenario", "A scenario is how the embedded target behaves; leave it out, or leave out the URL."
            )
        if (self.cacert is not None or self.insecure) and not self.request.url.lower().startswith("https://"):
            option = "cacert" if self.cacert is not None else "insecure"
            raise PlanError(option, f"--{option} is for an https URL of your own; leave it out, or give such a URL.")
        if self.cacert is not None and self.insecure:
            raise PlanError(
                "insecure", "--cacert says whom to trust, and --insecure not to check it; give one of them."
            )

    def _check_load(self) -> None:
        if self.concurrency != ARTICLE:
            if self.requests is not None and self.duration_s == AUTO:
                raise PlanError(
                    "duration",
                    "A duration of 'auto' finds out how many requests to send, so -n and -z auto can't both hold; "
                    "leave one of them out, or give -z in seconds.",
                )
            return
        if self.requests is None:
            raise PlanError(
                "requests",
                "Concurrency 'article' starts all requests of an async mode at once, so it needs their number; "
                f"give it (-n {ARTICLE_REQUESTS}).",
            )
        if self.duration_s == AUTO:
            raise PlanError(
                "duration",
                "Concurrency 'article' starts a number of requests at once, which -z auto can't find out; "
                "give -z in seconds, or leave it out.",
            )
        if self.requests > MAX_ARTICLE_REQUESTS:
            raise PlanError(
                "concurrency",
                f"Concurrency 'article' starts all {self.requests:,} requests of an async mode at once, which is more "
                f"than the {MAX_ARTICLE_REQUESTS:,} that it is made for; give a number, such as 20.",
            )

    @property
    def profile(self) -> Profile:
        """``equal``: all clients with the same settings; ``defaults``: each as its library comes.

        Where the user chose none, the article's concurrency means defaults, as the article had them.
        """
        if self.chosen_profile is not None:
            return self.chosen_profile
        return "defaults" if self.concurrency == ARTICLE else "equal"

    @property
    def wire_headers(self) -> tuple[Header, ...]:
        """The headers that every mode is told to send, under this plan's profile."""
        headers = self.request.wire_headers
        names = {name.lower() for name, _ in headers}
        if self.profile == "equal" and "accept-encoding" not in names:
            return (*headers, ("Accept-Encoding", EQUAL_ACCEPT_ENCODING))
        return headers

    @property
    def masked_headers(self) -> tuple[Header, ...]:
        """``wire_headers`` with the values of secret ones hidden: for screens and files."""
        return mask_headers(self.wire_headers)

    def in_flight(self, mode_id: str) -> int:
        """How many requests of this mode are under way at once, at most."""
        most = MAX_CONCURRENCY if self.requests is None else self.requests
        if self.concurrency != ARTICLE:
            return min(self.concurrency, most)
        return 1 if catalog.mode_of(mode_id).kind == "sync" else most

    @property
    def repeats_batches(self) -> bool:
        """Whether whole batches of ``requests`` are sent until ``duration_s`` is over."""
        return self.requests is not None and self.duration_s is not None

    @property
    def article_batches(self) -> bool:
        """Whether each batch has a client made anew, outside the clock, as in the article's every run."""
        return self.repeats_batches and self.concurrency == ARTICLE

    @property
    def max_rounds(self) -> int:
        """The rounds of the run; of an automatic one, the most that it may take."""
        return MAX_AUTO_ROUNDS if self.rounds == AUTO else self.rounds

    @property
    def total_requests(self) -> int | None:
        """All requests of the run, over modes and rounds, without warm-up; None where rounds or seconds are open."""
        if self.rounds == AUTO or self.requests is None or self.duration_s is not None:
            return None
        return self.requests * self.rounds * len(self.modes)

    def replace(self, **changes: Any) -> Plan:
        """A copy with some fields changed; raises PlanError as the constructor does."""
        return dataclasses.replace(self, **changes)


def parse_url(text: str) -> str:
    """The URL as it will be requested; empty text means ``/`` at the embedded target. Raises PlanError."""
    text = text.strip()
    if not text:
        return "/"
    if bad := next((c for c in text if c.isspace() or not c.isprintable()), None):
        raise PlanError("url", f"The URL has {_character_name(bad)} in it; write it as {_percent_encoded(bad)}.")
    if text.startswith("/") and not text.startswith("//"):
        return text
    shown = shortened(text, 60)
    scheme, separator, _ = text.partition("://")
    if not separator:
        raise PlanError("url", f"The URL {shown!r} has no scheme; write http://{shown.lstrip('/')} or https://….")
    if scheme.lower() not in ("http", "https"):
        raise PlanError("url", f"The URL's scheme is {shortened(scheme)!r}; only http and https can be measured.")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise PlanError("url", f"The URL {shown!r} can't be read: {_as_clause(error)}.") from None
    if not host:
        raise PlanError("url", f"The URL {shown!r} has no host; write {scheme}://example.com/path.")
    if port == 0:
        raise PlanError("url", "Port 0 can't be connected to; write a port from 1 to 65535.")
    if parts.username is not None or parts.password is not None:
        raise PlanError("url", "The URL holds a user name; send it as a header instead: 'Authorization: Basic …'.")
    return text


def parse_method(text: str) -> str:
    """The method in capitals. Raises PlanError."""
    method = text.strip().upper()
    if not _TOKEN.fullmatch(method) or len(method) > MAX_METHOD_LENGTH:
        raise PlanError("method", f"{shortened(text)!r} is no HTTP method; write one such as {', '.join(METHODS[:4])}.")
    if method in ("CONNECT", "TRACE"):
        raise PlanError("method", f"{method} can't be measured: no client sends it as an ordinary request.")
    return method


def parse_header(text: str) -> Header:
    """Name and value of a ``Name: value`` line. Raises PlanError."""
    if "\r" in text or "\n" in text:
        raise PlanError("headers", f"The header {shortened(text)!r} has a line break in it; write it on one line.")
    name, colon, value = text.partition(":")
    if not colon:
        raise PlanError("headers", f"The header {shortened(text)!r} has no colon; write 'Name: value'.")
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
        raise PlanError("headers", f"The value of {shortened(name)} has {_character_name(bad)} in it; take it out.")
    if not value.isascii():
        raise PlanError(
            "headers",
            f"The value of {shortened(name)} is not ASCII, which clients encode differently; percent-encode it.",
        )
    if name.lower() in ("content-length", "transfer-encoding"):
        raise PlanError("headers", f"{name} is set by each client from the body; leave it out.")
    return name, value


def parse_count(text: str, field: str, maximum: int) -> int:
    """A whole number from 1 to ``maximum``; ``10k`` and ``1m`` are allowed. Raises PlanError."""
    label = field.capitalize()
    match = _COUNT.fullmatch(text.strip())
    if match is None:
        raise PlanError(field, f"{label} must be a whole number such as 100 or 10k, not {shortened(text)!r}.")
    digits = match[1].replace("_", "")
    value = int(digits[:20]) * {"": 1, "k": 1_000, "m": 1_000_000}[match[2].lower()]
    if not 1 <= value <= maximum:
        raise PlanError(field, f"{label} must be from 1 to {maximum:,}, not {shortened(text.strip())}.")
    return value


def parse_requests(text: str) -> int:
    """Requests per mode and round. Raises PlanError."""
    return parse_count(text, "requests", MAX_REQUESTS)


def parse_duration(text: str) -> Duration:
    """Measured seconds per mode and round (``0.3``, ``300ms``, ``2s``, ``1m``), or ``auto``. Raises PlanError."""
    text = text.strip()
    if text.lower() == AUTO:
        return AUTO
    match = _DURATION.fullmatch(text)
    value = float(match[1]) * _DURATION_UNITS_S[(match[2] or "s").lower()] if match else _parse_number(text)
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
        return parse_count(text, "rounds", MAX_ROUNDS)
    except PlanError as error:
        raise PlanError("rounds", f"{str(error)[:-1]}; or write 'auto'.") from None


def parse_concurrency(text: str) -> Concurrency:
    """A number of requests in flight, or ``article``. Raises PlanError."""
    if text.strip().lower() == ARTICLE:
        return ARTICLE
    try:
        return parse_count(text, "concurrency", MAX_CONCURRENCY)
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
    percent = _parse_number(text.strip().removesuffix("%"))
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


def parse_modes(names: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """The run's mode ids, all of installed libraries; no names mean the default eight. Raises PlanError."""
    try:
        chosen = catalog.select_modes(names or catalog.DEFAULT_MODES)
    except catalog.UnknownModeError as error:
        raise PlanError("modes", str(error)) from None
    _check_number_of_modes(chosen)
    for mode_id in chosen:
        mode = catalog.mode_of(mode_id)
        if (missing := mode.missing_module()) is not None:
            advice = f"run '{mode.how_to_get}'" if mode.how_to_get.startswith("pip") else "install it"
            raise PlanError(
                "modes", f"{mode_id} needs {missing}, which is not installed here; {advice} or leave the mode out."
            )
    return chosen


def _parse_seconds(text: str, field: str, lowest: float, highest: float) -> float:
    value = _parse_number(text)
    label = field.capitalize()
    if math.isnan(value):
        raise PlanError(field, f"{label} must be a number of seconds such as 30, not {shortened(text)!r}.")
    if not lowest <= value <= highest:
        raise PlanError(
            field, f"{label} must be from {lowest:g} to {highest:,.0f} seconds, not {shortened(text.strip())}."
        )
    return value


def _parse_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def is_secret(header_name: str) -> bool:
    """Whether a header's value is likely a credential, which no screen or file may show."""
    return _SECRET.search(header_name) is not None


def mask_headers(headers: tuple[Header, ...]) -> tuple[Header, ...]:
    """The headers with the values of secret ones hidden."""
    return tuple((name, MASK if is_secret(name) else value) for name, value in headers)


def _check_number_of_modes(modes: tuple[str, ...]) -> None:
    if len(modes) > MAX_MODES:
        raise PlanError("modes", f"A run takes up to {MAX_MODES} modes, not {len(modes):,}; choose fewer.")


def _check_all_headers(headers: tuple[Header, ...]) -> None:
    if len(headers) > MAX_HEADERS:
        raise PlanError(
            "headers", f"A request takes up to {MAX_HEADERS} headers, not {len(headers):,}; leave out some."
        )
    names = [name.lower() for name, _ in headers]
    for name, _ in headers:
        if names.count(name.lower()) > 1:
            shown = shortened(name)
            raise PlanError(
                "headers",
                f"The header {shown} is given twice, which not every client can send; join them with a comma.",
            )


def _content_type_of(body: bytes) -> str:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return "application/octet-stream"
    try:
        json.loads(text)
    except (ValueError, RecursionError):  # nested so deeply that it can't be told whether it is JSON
        return "text/plain; charset=utf-8"
    return "application/json"


def _character_name(character: str) -> str:
    if character == " ":
        return "a space"
    if character == "\t":
        return "a tab"
    return f"the control character U+{ord(character):04X}"


def _percent_encoded(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))


def _as_clause(error: Exception) -> str:
    text = shortened(str(error).rstrip("."), 100)
    return text[:1].lower() + text[1:]
