"""Where redirects lead: to another server, maybe on another machine, and which credentials go along."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.odd_ones import names_of
from tui_httpbench.clients.entrants import entrants_of
from tui_httpbench.measured.probe import Probe, ProbeResponse, Reached, SentRequest
from tui_httpbench.plan.plan import MASK, Plan
from tui_httpbench.plan.politeness import RemoteLoad, load_on, remote_host
from tui_httpbench.plan.this_machine import is_this_machine
from tui_httpbench.text.formatting import enumerate_names
from tui_httpbench.text.quoting import printable, shortened
from tui_httpbench.text.wire_url import wire_url
from tui_httpbench.worker.secret_names import is_secret_name

_MAX_NAME = 80
_Modes = tuple[str, ...]
Way = tuple[str, Sequence[str]]
"""A request on its way: its URL, and the names of its headers as far as they are known."""


@dataclass(frozen=True)
class Elsewhere:
    """What the probes show of redirects to other servers than the one that the plan names.

    ``ends`` are the origins at which requests end, such as ``https://b.example``, and ``hosts`` the other machines that
    they reach, each with the modes of the plan whose requests do so. ``credentials`` are the names of headers with
    credentials that went along, in the spelling of the first that was seen, with the modes that sent them. ``untold``
    are origins where modes may have gone that do not tell.
    """

    plan: Plan
    ends: dict[str, _Modes]
    hosts: dict[str, _Modes]
    credentials: dict[str, _Modes]
    untold: dict[str, _Modes] = field(default_factory=dict)

    @property
    def load(self) -> RemoteLoad:
        """What the plan sends to the other machines. There must be one in ``hosts``."""
        return load_on(self.plan, enumerate_names(list(self.hosts)))

    def has_only(self, known: Collection[str]) -> bool:
        """Whether all other machines are among these; one that is masked may be any, so it never is."""
        return all(host in known and MASK not in host for host in self.hosts)

    @property
    def question(self) -> str:
        """What to ask before requests go on to another machine; there must be one in ``hosts``."""
        return f"Send requests on to {_listed(self.hosts)}?"

    @property
    def in_words(self) -> str:
        """What is known before one decides, as a clause: who redirects, to where, how much, and what goes along."""
        load = self.load.in_words.rstrip(".")
        names = list(self.credentials)
        along = f"; {enumerate_names(names)} {'goes' if len(names) == 1 else 'go'} along" if names else ""
        return f"{_origin(self.plan.request.url)} redirects to another machine: {load[:1].lower()}{load[1:]}{along}"

    @property
    def why_refused(self) -> str:
        """Why nothing was measured without leave, in a sentence."""
        known = next(iter(self.ends | self.untold), "")
        end = f", or give the URL where it ends, at {shortened(known, _MAX_NAME)}" if known else ""
        return f"{self.in_words}; add --yes if that may be{end}."


def ways_of(plan: Plan, response: ProbeResponse) -> list[Way]:
    """The requests that a library tells of, in order; the last way is where they ended, if that is told."""
    ways: list[Way] = [(_whole_url(plan, hop), [name for name, _ in hop.headers]) for hop in response.hops or ()]
    return [*ways, (response.url, ())] if response.url else ways


def ways_seen(plan: Plan, sent: Iterable[Way], led_to: str) -> list[Way]:
    """What was seen to leave of a request whose library does not tell, and where it was ``led_to`` when it failed."""
    # Where the plan names a host of its own, clients say that one to all servers.
    ways = [] if _names_host(plan) else list(sent)
    return [*ways, (led_to, ())] if led_to else ways


def reached_on(
    plan: Plan, ways: Iterable[Way], credentials: Collection[str] = (), *, is_told: bool = True
) -> tuple[Reached, ...]:
    """The other servers on these ways: to be asked while nothing in their URLs is masked yet.

    ``credentials`` are headers in small letters that hold some, whatever their names say; ``is_told`` is as in
    ``Reached``.
    """
    if plan.request.uses_embedded_target:
        return ()
    asked = plan.request.url
    known = [(wire_url(url), names) for url, names in ways if _can_be_asked(url)]
    found = (
        Reached(
            _origin(url),
            printable(_host(url)),
            not is_same_machine(url, asked),
            is_this_machine(_host(url)),
            is_told and place == len(known),
            tuple(name for name in names if is_secret_name(name) or name.lower() in credentials),
            is_told,
        )
        for place, (url, names) in enumerate(known, 1)
        if _server(url) != _server(asked)
    )
    return tuple(dict.fromkeys(found))


def find_elsewhere(plan: Plan, probes: tuple[Probe, ...]) -> Elsewhere | None:
    """Where the probes' requests were redirected to; None where they stayed with the server that was asked.

    A client that does not tell of its redirects shows nothing, unless they were looked at for it.
    """
    ends: dict[str, set[str]] = {}
    hosts: dict[str, set[str]] = {}
    credentials: dict[str, set[str]] = {}
    untold: dict[str, set[str]] = {}
    for probe in probes:
        for reached in probe.reached:
            if reached.is_end:
                ends.setdefault(reached.origin, set()).add(probe.mode)
            if reached.is_other_machine:
                hosts.setdefault(reached.host, set()).add(probe.mode)
            if not reached.is_told:
                untold.setdefault(reached.origin, set()).add(probe.mode)
            for name in reached.credentials:
                known = next((each for each in credentials if each.lower() == name.lower()), name)
                credentials.setdefault(known, set()).add(probe.mode)
    # Where a mode's requests were seen to end, it need not tell whether they went there.
    untold = {origin: rest for origin, modes in untold.items() if (rest := modes - ends.get(origin, set()))}
    by_mode = (ends, hosts, credentials, untold)
    if not any(by_mode):
        return None
    return Elsewhere(plan, *({key: entrants_of(plan.modes, found[key]) for key in found} for found in by_mode))


def loaded_host(plan: Plan, probes: tuple[Probe, ...]) -> str | None:
    """The other machine that gets the load, by redirects or as the plan has it; None where all stays on this one."""
    reached = [each.host for probe in probes for each in probe.reached if each.is_other_machine and not each.is_here]
    return list(dict.fromkeys(reached))[-1] if reached else remote_host(plan.request)


def elsewhere_findings(plan: Plan, probes: tuple[Probe, ...]) -> Iterator[Finding]:
    """Says where requests ended, and which credentials another server was sent."""
    elsewhere = find_elsewhere(plan, probes)
    if elsewhere is None:
        return
    asked = _origin(plan.request.url)
    for end, modes in elsewhere.ends.items():
        who = "The requests" if modes == plan.modes else f"Those of {names_of(modes)}"
        text = f"{who} did not end at {asked}, but at {shortened(end, _MAX_NAME)}, where redirects lead."
        yield Finding("redirected-elsewhere", text, modes)
    for place, modes in elsewhere.untold.items():
        do = "does" if len(modes) == 1 else "do"
        went = f"{names_of(modes)} {do} not tell whether requests went there"
        text = f"{asked} redirects to {shortened(place, _MAX_NAME)}; {went}."
        yield Finding("redirected-elsewhere", text, modes)
    if not elsewhere.ends and not elsewhere.untold:
        through = _listed(elsewhere.hosts)
        yield Finding("redirected-elsewhere", f"{asked} redirects over {through}, and back.", ())
    for name, modes in elsewhere.credentials.items():
        text = f"{names_of(modes)} sent {name} along to another server than the one that was asked."
        yield Finding("credentials-elsewhere", text, modes)


def _whole_url(plan: Plan, hop: SentRequest) -> str:
    """Its URL; where the library tells the target alone, with the host of its head, if that tells."""
    if not hop.url.startswith("/") or _names_host(plan):
        return hop.url
    host = next((value for name, value in hop.headers if name.lower() == "host"), "")
    return f"http://{host}{hop.url}" if host else hop.url


def _names_host(plan: Plan) -> bool:
    return any(name.lower() == "host" for name, _ in plan.wire_headers)


def _server(url: str) -> tuple[str, int | None]:
    """Host and port, the latter None for the usual one: from http to https it is the same server. No host: no URL."""
    try:
        parts = urlsplit(wire_url(url))  # which leaves the usual port out
        return (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:
        return "", None


def _can_be_asked(url: str) -> bool:
    """Whether a request can go there: a redirect to ``ftp://x`` or ``javascript:1`` leads nowhere."""
    return bool(_host(url)) and wire_url(url).partition(":")[0] in ("http", "https")


def _host(url: str) -> str:
    return _server(url)[0]


def _origin(url: str) -> str:
    try:
        parts = urlsplit(wire_url(url))
    except ValueError:
        return printable(url)
    return printable(f"{parts.scheme}://{parts.netloc}")


def is_same_machine(url: str, asked: str) -> bool:
    """Whether two URLs name the same machine; this one has many names."""
    host, other = _host(url), _host(asked)
    return host == other or (is_this_machine(host) and is_this_machine(other))


def _listed(hosts: dict[str, _Modes]) -> str:
    return enumerate_names([shortened(host, _MAX_NAME) for host in hosts])
