"""Whether somebody else used the embedded target meanwhile."""

from __future__ import annotations

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.load_doubts import listed
from tui_httpbench.clients.entrants import entrants_of
from tui_httpbench.measured.probe import Probe
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.plan.plan import Plan
from tui_httpbench.text.formatting import plural


def find_foreign_requests(
    plan: Plan, records: tuple[RoundRecord, ...], probes: tuple[Probe, ...]
) -> tuple[Finding, ...]:
    """More requests arrived than were sent: what they sway is left out, and said."""
    in_rounds = dict.fromkeys(plan.modes, 0)
    for record in records:
        in_rounds[record.mode] = in_rounds.get(record.mode, 0) + record.foreign_requests
    in_rounds = {mode_id: count for mode_id, count in in_rounds.items() if count}
    in_probes = {probe.mode: probe.foreign_requests for probe in probes if probe.foreign_requests}
    if not in_rounds and not in_probes:
        return ()
    seen = []
    if in_rounds:
        count = plural(sum(in_rounds.values()), "request")
        seen.append(
            f"{count} in the turns of {listed(list(in_rounds))} (what the target counted in them is left out, and "
            "their times may be off)"
        )
    if in_probes:
        count = plural(sum(in_probes.values()), "request")
        seen.append(f"{count} in the probes of {listed(list(in_probes))} (so what these sent is not compared)")
    text = (
        "Another program on this machine sent requests to the embedded target, which all its users can reach: "
        f"{' and '.join(seen)}. End that program and run again."
    )
    swayed = {*in_rounds, *entrants_of(plan.modes, in_probes)}
    modes = tuple(mode_id for mode_id in plan.modes if mode_id in swayed)
    return (Finding("foreign-requests", text, modes),)
