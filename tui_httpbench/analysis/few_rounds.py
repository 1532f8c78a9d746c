"""What speaks against a result of fewer rounds than a ranking needs, and what to write for more of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.plan.plan import AUTO, MIN_AUTO_DURATION_S, Plan
from tui_httpbench.text.formatting import plural, rough_time

if TYPE_CHECKING:
    from tui_httpbench.measured.records import RoundRecord

MIN_ROUNDS = 2
ADVISED_ROUNDS = 3
"""Two rounds know little of their noise; three decide what is plain."""
SPARE = 1.1
"""So many times as long as the round that was made, further ones may take."""


def doubt_few_rounds(plan: Plan, ids: list[str], records: tuple[RoundRecord, ...]) -> Finding | None:
    """Fewer than two rounds: one alone does not tell how much rounds differ by chance."""
    complete = [record for record in records if record.outcome == "complete"]
    counts = {mode_id: sum(record.mode == mode_id for record in complete) for mode_id in ids}
    if not complete or not counts or min(counts.values()) >= MIN_ROUNDS:
        return None
    fewest, most = min(counts.values()), max(counts.values())
    if fewest == 0:
        seen = "No round is complete in every mode"
    elif fewest == most:
        seen = f"Only {plural(fewest, 'round')} is complete"
    else:
        seen = f"Only {fewest} of {most} rounds is complete in every mode"
    text = f"{seen}, and a ranking needs {MIN_ROUNDS}: {what_gives_rounds(plan, records)}."
    return Finding("few-rounds", text, tuple(mode_id for mode_id, count in counts.items() if count < MIN_ROUNDS))


def what_gives_rounds(plan: Plan, records: tuple[RoundRecord, ...]) -> str:
    """What to do for as many rounds as decide something, and how long it takes, as a clause."""
    if plan.rounds != AUTO and plan.max_rounds < MIN_ROUNDS:
        return f"give -r {ADVISED_ROUNDS} or more"
    if plan.rounds != AUTO or any(record.outcome == "stopped" for record in records):
        return "let the run make all of its rounds"
    from tui_httpbench.analysis.outlook import last_round_wall_s  # here, since the form waits for no array library

    round_s = last_round_wall_s(records)
    if not round_s:
        return f"give -r {ADVISED_ROUNDS} or a larger --budget"
    given = f"give -r {ADVISED_ROUNDS}, which takes about {rough_time(ADVISED_ROUNDS * SPARE * round_s)}"
    duration_s = _shorter_duration_s(plan, records, round_s)
    return given if duration_s is None else f"{given}, or -z {duration_s:g}, which the budget has time for"


def _shorter_duration_s(plan: Plan, records: tuple[RoundRecord, ...], round_s: float) -> float | None:
    """With how many measured seconds the budget has time for enough rounds; None where they aren't given or too few."""
    if plan.requests is not None or not plan.load.is_timed or plan.load.is_automatic:
        return None
    last = max(record.round for record in records)
    measured_s = sum(record.elapsed_s or 0.0 for record in records if record.round == last)
    room_s = plan.budget_s / ADVISED_ROUNDS / SPARE - (round_s - measured_s)
    return rounded_down(room_s / len(plan.modes))


def rounded_down(duration_s: float) -> float | None:
    """Measured seconds to advise, in tenths; None where they are too few to measure."""
    tenths_s = math.floor(10 * duration_s) / 10
    return tenths_s if tenths_s >= MIN_AUTO_DURATION_S else None
