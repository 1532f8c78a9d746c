"""Where redirects lead: to another server, maybe on another machine, and which credentials go along."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.odd_ones import names_of
from tui_httpbench.clients.entrants import entrants_of
from tui_httpbench.measured.probe import Probe, ProbeResponse, Reached
from tui_httpbench.plan.plan import MASK, Plan
from tui_httpbench.plan.politeness import RemoteLoad, load_on, remote_host
from tui_httpbench.plan.this_machine import is_this_machine
from tui_httpbench.text.formatting import enumerate_names
from tui_httpbench.text.quoting import printable, shortened
from tui_httpbench.text.secret_names import is_secret_name
from tui_httpbench.text.wire_url import wire_url

_MAX_NAME = 80
_Modes = tuple[str, ...]


@dataclass(frozen=True)
class Elsewhere:
    """What the probes show of redirects to other servers than the one that the plan names.

    ``ends`` are the origins at which requests end, such as ``https://b.example``, and ``hosts`` the other machines that
    they reach, each with the modes of the plan whose requests do so. ``credentials`` are the names of headers with
    credentials that went along, in the spelling of the first that was seen, with the modes that sent them.
    """

    plan: Plan
    ends: dict[str, _Modes]
    hosts: dict[str, _Modes]
    credentials: dict[str, _Modes]

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
        end = f", or give the URL where it ends, at {shortened(next(iter(self.ends)), _MAX_NAME)}" if self.ends else ""
        return f"{self.in_words}; add --yes if that may be{end}."


def with_reached(plan: Plan, probes: tuple[Probe, ...], credentials: Collection[str] = ()) -> tuple[Probe, ...]:
    """The probes, told which other servers they reached: to be asked while nothing in their URLs is masked yet.

    ``credentials`` are headers in small letters that hold some, whatever their names say.
    """
    if plan.request.uses_embedded_target:
        return probes
    asked = plan.request.url
    return tuple(
        replace(
            probe,
            reached=tuple(
                dict.fromkeys(each for response in probe.responses for each in _reached(response, asked, credentials))
            ),
        )
        for probe in probes
    )


def _reached(response: ProbeResponse, asked: str, credentials: Collection[str]) -> Iterator[Reached]:
    hops = response.hops or ()
    ways = [*((hop.url, hop.headers) for hop in hops), (response.url, ())]
    ways = [(wire_url(url), headers) for url, headers in ways if _host(url)]
    for place, (url, headers) in enumerate(ways, 1):
        if _server(url) != _server(asked):
            host = _host(url)
            yield Reached(
                _origin(url),
                printable(host),
                not _is_same_machine(url, asked),
                is_this_machine(host),
                place == len(ways),
                tuple(name for name, _ in headers if is_secret_name(name) or name.lower() in credentials),
            )


def find_elsewhere(plan: Plan, probes: tuple[Probe, ...]) -> Elsewhere | None:
    """Where the probes' requests were redirected to; None where they stayed with the server that was asked.

    A client that does not tell of its redirects shows nothing.
    """
    ends: dict[str, set[str]] = {}
    hosts: dict[str, set[str]] = {}
    credentials: dict[str, set[str]] = {}
    for probe in probes:
        for reached in probe.reached:
            if reached.is_end:
                ends.setdefault(reached.origin, set()).add(probe.mode)
            if reached.is_other_machine:
                hosts.setdefault(reached.host, set()).add(probe.mode)
            for name in reached.credentials:
                known = next((each for each in credentials if each.lower() == name.lower()), name)
                credentials.setdefault(known, set()).add(probe.mode)
    if not ends and not hosts:
        return None
    by_mode = (ends, hosts, credentials)
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
    if not elsewhere.ends:
        through = _listed(elsewhere.hosts)
        yield Finding("redirected-elsewhere", f"{asked} redirects over {through}, and back.", ())
    for name, modes in elsewhere.credentials.items():
        text = f"{names_of(modes)} sent {name} along to another server than the one that was asked."
        yield Finding("credentials-elsewhere", text, modes)


def _server(url: str) -> tuple[str, int | None]:
    """Host and port, the latter None for the usual one: from http to https it is the same server. No host: no URL."""
    try:
        parts = urlsplit(wire_url(url))  # which leaves the usual port out
        return (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:
        return "", None


def _host(url: str) -> str:
    return _server(url)[0]


def _origin(url: str) -> str:
    try:
        parts = urlsplit(wire_url(url))
    except ValueError:
        return printable(url)
    return printable(f"{parts.scheme}://{parts.netloc}")


def _is_same_machine(url: str, asked: str) -> bool:
    host, other = _host(url), _host(asked)
    return host == other or (is_this_machine(host) and is_this_machine(other))


def _listed(hosts: dict[str, _Modes]) -> str:
    return enumerate_names([shortened(host, _MAX_NAME) for host in hosts])
