"""When a run towards another machine has to end: its server answers nothing, but that it is too much."""

from __future__ import annotations

from tui_httpbench.analysis.elsewhere import loaded_host
from tui_httpbench.measured.probe import Probe
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.plan.plan import Plan
from tui_httpbench.text.formatting import enumerate_names
from tui_httpbench.text.quoting import printable

TOO_MUCH = {429: "429 (too many requests)", 503: "503 (service unavailable)"}


def why_too_much(plan: Plan, records: tuple[RoundRecord, ...], probes: tuple[Probe, ...] = ()) -> str:
    """Why no further round may be sent, in a sentence: all of the latest got 429 or 503; empty where that is not so.

    Always empty where the requests end on this machine, as ``probes`` show, whose owner may load it as they like.
    """
    host = loaded_host(plan, probes)
    if host is None or not records:
        return ""
    latest = max(record.round for record in records)
    tallies = [record.tally for record in records if record.round == latest and record.requests]
    hung = sum(record.hung_requests for record in records if record.round == latest)
    refused = sum(tally.statuses.get(status, 0) for tally in tallies for status in TOO_MUCH)
    if not refused or hung or refused != sum(tally.requests for tally in tallies):
        return ""
    seen = [words for status, words in TOO_MUCH.items() if any(status in tally.statuses for tally in tallies)]
    return (
        f"The run ended after round {latest}, in which {printable(host)} answered nothing but {enumerate_names(seen)}. "
        "Wait a while, then send less: lower -c, -n or -z."
    )
