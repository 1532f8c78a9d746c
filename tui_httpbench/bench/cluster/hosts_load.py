"""What all hosts together send to a machine that is none of them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from tui_httpbench.bench.cluster.choice import Chosen
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.politeness import RemoteLoad, load_on, of_many
from tui_httpbench.plan.this_machine import read_address


def load_of_hosts(plan: Plan, hosts: Sequence[Chosen]) -> RemoteLoad | None:
    """The load of all hosts together on the URL's host; None where each measures its own target, or itself.

    A loopback address is each host itself. This machine is another one than its hosts, unless it is one of them.
    """
    request = plan.request
    if request.uses_embedded_target or not hosts:
        return None
    name = (urlsplit(request.url).hostname or "").lower().removesuffix(".")
    address = read_address(name)
    is_own = name == "localhost" or name.endswith(".localhost")
    if is_own or (address is not None and (address.is_loopback or address.is_unspecified)):
        return None
    if name in _names_of(hosts):
        return None
    return of_many(load_on(plan, name), len(hosts), _machines(hosts))


def _names_of(hosts: Sequence[Chosen]) -> set[str]:
    names = {host.worker.machine_address.lower() for host in hosts}
    return names | {str(host.facts["hostname"]).lower() for host in hosts if host.facts is not None}


def _machines(hosts: Sequence[Chosen]) -> int:
    """How many of them measure at once: those that share a machine take turns."""
    return len({host.worker.address if host.facts is None else str(host.facts["machine"]) for host in hosts})
