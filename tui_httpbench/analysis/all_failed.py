"""Did every mode fail in the probe? Then why, and what to do about it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tui_httpbench.analysis.failure_causes import CommonFailure as CommonFailure
from tui_httpbench.analysis.failure_causes import Place as Place
from tui_httpbench.analysis.failure_causes import Way, cause_of_error, cause_of_status
from tui_httpbench.analysis.odd_ones import names_of
from tui_httpbench.analysis.proxies import NO_PROXY, proxies_of
from tui_httpbench.measured.probe import REDIRECTS, Probe, ProbeResponse
from tui_httpbench.plan.plan import Plan
from tui_httpbench.text.wire_url import wire_url

_FAMILIES = {"hung": "timeout", "connect-timeout": "timeout", "protocol": "reset", "body": "reset"}
"""Kinds of failure by the one that libraries may tell in their place."""


def find_common_failure(plan: Plan, probes: tuple[Probe, ...]) -> CommonFailure | None:
    """Why there is nothing to measure: every mode got the same bad status, or none got an answer.

    None where any request succeeded, where bad statuses differ, and where no mode came as far as to send one.
    """
    asked = [probe for probe in probes if probe.was_sent]
    answers = [response for probe in asked for response in probe.responses]
    if not asked or any(response.status < 400 for response in answers):
        return None
    who = _who(plan, probes, asked)
    if not answers:
        return _without_answer(plan, asked, who)
    statuses = {response.status for response in answers}
    if len(statuses) > 1 or any(probe.response is None for probe in asked):
        return None
    cause = cause_of_status(plan, statuses.pop(), _way_to(plan, asked, answers))
    return replace(cause, got=f"{who} got {cause.got}")


def _who(plan: Plan, probes: tuple[Probe, ...], asked: list[Probe]) -> str:
    if len(asked) < len(probes):
        return "Every mode that could send"
    count = len(plan.modes)
    return plan.modes[0] if count == 1 else "Both modes" if count == 2 else f"All {count} modes"


def _way_to(plan: Plan, asked: list[Probe], answers: list[ProbeResponse]) -> Way:
    """The way that all of them took to their answers, as far as it is the same."""
    ends = {wire_url(response.url) for response in answers if response.url}
    redirected = len(ends) == 1 and all(response.first_status in REDIRECTS for response in answers if response.url)
    methods = {response.hops[-1].method for response in answers if response.hops}
    proxies = proxies_of(asked)
    ways = {proxies.get(probe.mode, NO_PROXY) for probe in asked}
    return Way(
        ends.pop() if redirected else "",
        proxy=ways.pop() if len(ways) == 1 and NO_PROXY not in ways else "",
        method=methods.pop() if redirected and len(methods) == 1 else plan.request.method,
    )


def _without_answer(plan: Plan, asked: list[Probe], who: str) -> CommonFailure:
    """Each cause with the modes that it hit, that of most modes first."""
    proxies = proxies_of(asked)
    groups: dict[tuple[str, str], list[Probe]] = {}
    for probe in asked:
        kind = _kind(probe)
        groups.setdefault((_FAMILIES.get(kind, kind), proxies.get(probe.mode, NO_PROXY)), []).append(probe)
    hit: dict[CommonFailure, list[str]] = {}
    for (_, proxy), group in groups.items():
        hit.setdefault(_cause_of(plan, group, proxy), []).extend(probe.mode for probe in group)
    causes = sorted(hit, key=lambda cause: -len(hit[cause]))
    if len(causes) == 1:
        return replace(causes[0], got=f"{who} got {causes[0].got}")
    return CommonFailure(
        f"{who} got no answer, for more than one reason",
        ", ".join(f"{names_of(tuple(hit[cause]))} got {cause.got} ({cause.why})" for cause in causes),
        "; ".join(dict.fromkeys(cause.advice for cause in causes)),
        causes[0].place,
    )


def _cause_of(plan: Plan, group: list[Probe], proxy: str) -> CommonFailure:
    """Libraries may tell one failure in different ways, so the kind that most of them tell says why."""
    kind = Counter(map(_kind, group)).most_common(1)[0][0]
    texts = [probe.error[1] for probe in group if probe.error and _kind(probe) == kind]
    led_to = Counter(probe.led_to for probe in group if probe.led_to).most_common(1)
    way = Way(led_to[0][0] if led_to else "", "" if proxy == NO_PROXY else proxy, plan.request.method)
    return cause_of_error(plan, kind, texts, way, group[0].left_out)


def _kind(probe: Probe) -> str:
    kind = probe.error[0] if probe.error else "other"
    return "timeout" if kind == "hung" else kind
