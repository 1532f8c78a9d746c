"""Settings of the clients that made their work differ: proxies, cookies, and what is sent again."""

from __future__ import annotations

from collections.abc import Iterator

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.odd_ones import names_of, usual_and_others, with_value
from tui_httpbench.analysis.proxies import NO_PROXY, proxies_of
from tui_httpbench.analysis.result import ModeSummary
from tui_httpbench.analysis.unkept import unkept_modes
from tui_httpbench.clients.entrants import lane_of, mode_of
from tui_httpbench.measured.probe import Probe

_NONE = "none"


def find_settings_differences(probes: tuple[Probe, ...]) -> list[Finding]:
    """Where modes used another proxy than most, or kept cookies and others did not."""
    return [*_other_proxies(probes), *_failed_proxies(probes), *_kept_cookies(probes)]


def _other_proxies(probes: tuple[Probe, ...]) -> Iterator[Finding]:
    proxies = proxies_of(probes)
    if len(set(proxies.values())) < 2:
        return
    usual, others = usual_and_others(proxies)
    for other in dict.fromkeys(others.values()):
        modes = with_value(others, other)
        ways = [f"through the proxy {proxy}" if proxy != NO_PROXY else "through no proxy" for proxy in (other, usual)]
        text = f"{names_of(modes)} went {ways[0]}, the others {ways[1]}; --profile equal lets all go through none."
        yield Finding("other-proxy", text, modes)


def _failed_proxies(probes: tuple[Probe, ...]) -> Iterator[Finding]:
    failed = {probe.mode: probe.error[0] for probe in probes if probe.error is not None}
    proxies = {
        mode: (url, failed[mode]) for mode, url in proxies_of(probes).items() if url != NO_PROXY and mode in failed
    }
    for url, kind in dict.fromkeys(proxies.values()):
        modes = with_value(proxies, (url, kind))
        text = (
            f"{names_of(modes)} got no answer through the proxy {url} ({kind}), which the environment names; see that "
            "it runs, or leave it out with --profile equal."
        )
        yield Finding("failed-proxy", text, modes)


def _kept_cookies(probes: tuple[Probe, ...]) -> Iterator[Finding]:
    responses = {probe.mode: probe.response for probe in probes if probe.response is not None}
    if not any(response.sets_cookies for response in responses.values()):
        return
    keeps = {
        mode: mode_of(mode).kept and response.keeps_cookies
        for mode, response in responses.items()
        if response.keeps_cookies is not None
    }
    modes = with_value(keeps, True)
    if modes and len(modes) < len(keeps):
        text = (
            f"Cookies that the server sets are kept by {names_of(modes)} and sent with each further request; the "
            "others forget them after each. --profile equal lets none keep any."
        )
        yield Finding("kept-cookies", text, modes)


def find_repeats(probes: tuple[Probe, ...], modes: tuple[ModeSummary, ...]) -> Iterator[Finding]:
    """Where modes that send again what failed look better than others, whose failures they met as well."""
    retries = {probe.mode: probe.settings.get("retries", "") for probe in probes}
    own = {mode.mode: retries.get(lane_of(mode.mode), "") for mode in modes}
    # Nobody sends again what failed on a new connection: a server that keeps none open makes no such failure.
    none_kept = unkept_modes(modes, probes)
    failed = tuple(
        mode.mode
        for mode in modes
        if mode.errors.get("reset") and own[mode.mode] == _NONE and mode.mode not in none_kept
    )
    kept = [mode for mode in modes if mode.requests and mode_of(mode.mode).kept and not mode.errors.get("reset")]
    repeating = tuple(mode.mode for mode in kept if own[mode.mode] not in ("", _NONE, "unknown"))
    if failed and repeating:
        text = (
            f"The target closed connections, and {names_of(repeating)} may have sent again, unasked, what is a reset "
            f"for {names_of(failed)}: such failures don't show."
        )
        yield Finding("repeated-requests", text, repeating)
