"""Over which version of IP did modes connect? A host's name may have addresses of both."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.odd_ones import names_of, usual_and_others, with_value
from tui_httpbench.analysis.proxies import NO_PROXY, proxies_of
from tui_httpbench.measured.probe import Probe, ProbeResponse


def find_other_addresses(probes: tuple[Probe, ...]) -> Iterator[Finding]:
    """Where modes went over another version of IP than most, without a proxy between.

    Two addresses of one version are no difference, since a name may have many, taken in turn. Nor is a version that
    one mode itself changes, or an address that is not known.
    """
    by_proxy = {mode for mode, proxy in proxies_of(probes).items() if proxy != NO_PROXY}
    seen = {probe.mode: _versions_of(probe.responses) for probe in probes if probe.mode not in by_proxy}
    if any(len(versions) > 1 for versions in seen.values()):
        return
    known = {mode: next(iter(versions)) for mode, versions in seen.items() if versions}
    if len(set(known.values())) < 2:
        return
    usual, others = usual_and_others(known)
    address = {version: found for versions in seen.values() for version, found in versions.items()}
    for other in dict.fromkeys(others.values()):
        modes = with_value(others, other)
        text = (
            f"{names_of(modes)} connected over IPv{other}, to {address[other]}; the others over IPv{usual}, to "
            f"{address[usual]}. An address in the URL, in the place of the name, lets all connect to one."
        )
        yield Finding("other-address", text, modes)


def _versions_of(responses: Iterable[ProbeResponse]) -> dict[int, str]:
    """The versions of IP over which the answers came, each with an address."""
    found: dict[int, str] = {}
    for response in responses:
        try:
            address = ipaddress.ip_address(response.address)
        except ValueError:  # unknown, or masked
            continue
        mapped = getattr(address, "ipv4_mapped", None)
        found.setdefault((mapped or address).version, str(mapped or address))
    return found
