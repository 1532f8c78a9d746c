"""What to measure: the request, and how often, how wide and with which modes; frozen, checked, without I/O."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal

from tui_httpbench import __version__
from tui_httpbench.clients import catalog
from tui_httpbench.clients.entrants import entrant_of, mode_of
from tui_httpbench.plan.error import PlanError as PlanError
from tui_httpbench.plan.lanes import with_variants
from tui_httpbench.plan.load import AUTO as AUTO
from tui_httpbench.plan.load import Duration as Duration
from tui_httpbench.plan.load import Load
from tui_httpbench.plan.scenario import LOOPBACK, Scenario
from tui_httpbench.plan.secrets import credential_names, hiding_of
from tui_httpbench.plan.shape import Shape, check_shape, made_up_body
from tui_httpbench.plan.sweep import Sweep, check_sweep, points_of
from tui_httpbench.plan.variants import Variant
from tui_httpbench.text.hiding import MASK as MASK
from tui_httpbench.text.hiding import Hiding
from tui_httpbench.text.quoting import shortened

ARTICLE: Literal["article"] = "article"
Concurrency = int | Literal["article"]
Rounds = int | Literal["auto"]
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
AUTO_S_IN_FLIGHT = 0.01
"""An automatic duration is at least so long for each request in flight: in less, most open their connections."""
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

EQUAL_ACCEPT_ENCODING = "gzip, deflate"
FORM_TYPE = "application/x-www-form-urlencoded"
JSON_TYPE = "application/json"
BYTES_TYPE = "application/octet-stream"


@dataclass(frozen=True)
class Request:
    """The one request that every mode sends.

    ``url`` is absolute, or a path at the embedded target (``/`` unless said otherwise). It has one body at most:
    ``data``, which is sent as a form unless a header says otherwise, ``json_body``, which is sent as JSON, or one of
    ``data_size`` bytes that is made up. ``read`` tells how each mode takes in what comes back, and ``upload`` how it
    sends its body: at once, or piece by piece, as the docs of its library have it.
    """

    url: str = "/"
    method: str = "GET"
    headers: tuple[Header, ...] = ()
    data: bytes | None = None
    json_body: bytes | None = None
    data_size: int | None = None
    read: Shape = "whole"
    upload: Shape = "whole"

    @property
    def given_body(self) -> bytes | None:
        """What the user gave to be sent, whichever kind it is; None for nothing."""
        return self.data if self.json_body is None else self.json_body

    @property
    def body(self) -> bytes | None:
        """What is sent, given or made up; None for nothing."""
        return self.given_body if self.data_size is None else made_up_body(self.data_size)

    @property
    def body_bytes(self) -> int:
        """How long the body is; 0 for none."""
        return self.data_size or len(self.given_body or b"")

    @property
    def uses_embedded_target(self) -> bool:
        """Whether the request goes to the embedded target."""
        return self.url.startswith("/")

    @property
    def filled_headers(self) -> tuple[Header, ...]:
        """The user's headers, and ours where the user gave none; a plan's ``wire_headers`` are these and its profile's.

        Those of a body are curl's, which ``-d`` and ``--json`` add.
        """
        names = {name.lower() for name, _ in self.headers}
        added: list[Header] = []
        if "user-agent" not in names:
            added.append(("User-Agent", DEFAULT_USER_AGENT))
        if self.body is not None and "content-type" not in names:
            form = BYTES_TYPE if self.data_size is not None else FORM_TYPE
            added.append(("Content-Type", form if self.json_body is None else JSON_TYPE))
        if self.json_body is not None and "accept" not in names:
            added.append(("Accept", JSON_TYPE))
        return (*self.headers, *added)

    @property
    def hiding(self) -> Hiding:
        """What hides the credentials that stand in this request, as it was typed."""
        return hiding_of(self.url, self.headers, self.given_body)

    def mask(self, headers: tuple[Header, ...]) -> tuple[Header, ...]:
        """The headers with the values of secret ones hidden."""
        secret = credential_names(headers, self.hiding)
        return tuple((name, MASK if name.lower() in secret else value) for name, value in headers)


@dataclass(frozen=True)
class Plan:
    """Everything that one run needs to know; ``modes`` are ids of the run, such as ``aiohttp`` and ``aiohttp#2``.

    With ``variants``, each mode that one concerns stands in ``modes`` once a variant, ``aiohttp@old`` and
    ``aiohttp@new``, whichever way they were given. ``get`` allows to make an environment for a mode whose library is
    not installed here.

    ``requests`` and ``duration_s`` are the ``load`` of a mode in a round. A duration of ``auto``, which stands in where
    neither is given, is so long that ``AUTO_DURATION_ROUNDS`` rounds fill the budget. ``seed_given`` tells that the
    user asked for this seed; otherwise it is a random one, which the next run replaces.
    ``chosen_profile`` is None while the user leaves the profile to the concurrency. ``pin`` keeps worker and target on
    processors of their own where the system allows it. ``rounds`` is a number, or ``auto`` for as many as it takes
    within ``budget_s``. Two modes whose times differ by less than the share ``same_within`` count as the same.
    ``scenario`` is how the embedded target behaves. ``cacert`` is the path of a PEM file with certificates to trust
    beside certifi's, ``insecure`` turns their check off; both are for a URL of the user's own, which may redirect to
    https. ``rounds_before`` were made by the run that this one goes on with; ``rounds`` come on top of them, and after
    ``rounds_at_first`` its result was looked at for the first time, 0 where that is ``rounds_before``. With a
    ``sweep``, this is the plan of as many runs as ``points`` gives, and ``budget_s`` is for all of them together.
    ``start_up`` also measures what the clients' imports take while nothing is compiled yet, as after an installation.
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
    rounds_before: int = 0
    rounds_at_first: int = 0
    variants: tuple[Variant, ...] = ()
    get: bool = False
    sweep: Sweep | None = None
    start_up: bool = False

    def __post_init__(self) -> None:
        """Gives variants their lanes, and checks what no single field can: raises PlanError."""
        if not self.modes:
            raise PlanError("modes", "No mode is chosen; choose at least one.")
        object.__setattr__(self, "modes", with_variants(self.modes, self.variants))
        check_number_of_modes(self.modes)
        if self.requests is None and self.duration_s is None:
            object.__setattr__(self, "duration_s", AUTO)
        self._check_load()
        if self.request.data is not None and self.request.json_body is not None:
            raise PlanError("json_body", "-d and --json-body give a body each; leave one of them out.")
        if self.sweep is not None and self.sweep.knob == "workload" and self.request.upload == "stream":
            raise PlanError("upload", "Workloads post whole bodies; leave out --upload stream.")
        check_shape(self.request, self.modes)
        _check_all_headers(self.request.headers)
        if not self.request.uses_embedded_target and self.scenario != LOOPBACK:
            raise PlanError(
                "scenario", "A scenario is how the embedded target behaves; leave it out, or leave out the URL."
            )
        if (self.cacert is not None or self.insecure) and self.request.uses_embedded_target:
            option = "cacert" if self.cacert is not None else "insecure"
            raise PlanError(option, f"--{option} is for a URL of your own; leave it out, or give such a URL.")
        if self.cacert is not None and self.insecure:
            raise PlanError(
                "insecure", "--cacert says whom to trust, and --insecure not to check it; give one of them."
            )
        check_sweep(self)

    def _check_load(self) -> None:
        if self.concurrency != ARTICLE:
            if self.requests is not None and self.load.is_automatic:
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
        if self.load.is_automatic:
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
        headers = self.request.filled_headers
        names = {name.lower() for name, _ in headers}
        if self.profile == "equal" and "accept-encoding" not in names:
            return (*headers, ("Accept-Encoding", EQUAL_ACCEPT_ENCODING))
        return headers

    @property
    def masked_headers(self) -> tuple[Header, ...]:
        """``wire_headers`` with the values of secret ones hidden: for screens and files."""
        return self.request.mask(self.wire_headers)

    def in_flight(self, mode_id: str) -> int:
        """How many requests of this mode are under way at once, at most."""
        most = MAX_CONCURRENCY if self.requests is None else self.requests
        if self.concurrency != ARTICLE:
            return min(self.concurrency, most)
        return 1 if mode_of(mode_id).kind == "sync" else most

    def variant_of(self, mode_id: str) -> Variant | None:
        """The variant with which this id of the run is measured; None for this environment as it is."""
        label = entrant_of(mode_id).variant
        return next((variant for variant in self.variants if variant.label == label), None)

    @property
    def load(self) -> Load:
        """What a mode does in a round."""
        return Load(self.requests, self.duration_s)

    @property
    def least_auto_s(self) -> float:
        """The shortest automatic duration, in seconds: the more are in flight, the longer until all are under way."""
        widest = max(map(self.in_flight, self.modes))
        return min(max(MIN_AUTO_DURATION_S, AUTO_S_IN_FLIGHT * widest), MAX_AUTO_DURATION_S)

    @property
    def article_batches(self) -> bool:
        """Whether each batch has a client made anew, outside the clock, as in the article's every run."""
        return self.load.repeats_batches and self.concurrency == ARTICLE

    @property
    def max_rounds(self) -> int:
        """All rounds of the run, with those of the run before; of an automatic one, the most that it may take."""
        return self.rounds_before + (MAX_AUTO_ROUNDS if self.rounds == AUTO else self.rounds)

    @property
    def total_requests(self) -> int | None:
        """All requests, over modes, rounds and values, without warm-up; None where rounds or seconds are open."""
        requests = self.load.exact_requests
        if self.rounds == AUTO or requests is None:
            return None
        points = 1 if self.sweep is None else len(self.sweep.values)
        return requests * self.max_rounds * len(self.modes) * points

    def points(self) -> tuple[tuple[str, Plan], ...]:
        """Each value of the sweep with the plan of its run; nothing without a sweep."""
        return tuple(points_of(self))

    def replace(self, **changes: Any) -> Plan:
        """A copy with some fields changed; raises PlanError as the constructor does."""
        return dataclasses.replace(self, **changes)


def usual_method(body: bytes | None) -> str:
    """The method where none is given: POST where there is a body, as curl has it, else GET."""
    return Request.method if body is None else "POST"


def check_number_of_modes(modes: tuple[str, ...]) -> None:
    """Lets as many modes pass as a run takes. Raises PlanError."""
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
