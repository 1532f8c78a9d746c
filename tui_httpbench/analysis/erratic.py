"""Rounds that the ranking takes for ruined, and modes whose rounds spread so wide that they have no place in it."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

import numpy as np

from tui_httpbench.analysis.columns import write_seconds
from tui_httpbench.analysis.comparison import Comparison
from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.odd_ones import names_of
from tui_httpbench.analysis.result import Result
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.samples import LATENCY
from tui_httpbench.text.formatting import enumerate_names

ERRATIC = "erratic-rounds"
"""The id of the finding, which names the modes without a place."""
LEFT_OUT = "left-out-rounds"


def find_erratic(compared: Comparison | None, records: tuple[RoundRecord, ...]) -> Iterator[Finding]:
    """That modes could not be placed, by how many times their slowest round took their quickest's time per request."""
    if compared is None or not compared.unplaced:
        return
    modes = tuple(mode for mode in compared.fit.modes if mode in compared.unplaced)
    most = max(_times_apart(records, mode) for mode in modes)
    usual = median(_times_apart(records, mode) for mode in compared.order)
    whose = "its" if len(modes) == 1 else "their"
    text = (
        f"{names_of(modes)} can't be placed: {whose} rounds differ by up to {most:.2g} times, those of most modes by "
        f"{usual:.3g}."
    )
    latencies_s = [
        record.samples[:, LATENCY] / 1e9 for record in records if record.mode in modes and len(record.samples)
    ]
    if latencies_s:
        all_s = np.concatenate(latencies_s)
        slowest, middle = write_seconds(float(all_s.max())), write_seconds(float(np.median(all_s)))
        text += f" {whose.capitalize()} slowest answer took {slowest}, half of all no more than {middle}."
    yield Finding(ERRATIC, text, modes)


def find_left_out(compared: Comparison | None) -> Iterator[Finding]:
    """That rounds are so far off that the comparison goes without them."""
    if compared is None or not compared.fit.left_out:
        return
    rounds: dict[str, list[int]] = {}
    for mode, (number, _) in compared.fit.left_out:
        rounds.setdefault(mode, []).append(number)
    told = "; ".join(f"{mode} round {enumerate_names(list(map(str, numbers)))}" for mode, numbers in rounds.items())
    yield Finding(
        LEFT_OUT,
        f"The ranking leaves out what is so far off that it was taken for ruined: {told}. Requests/s and latencies "
        "have it; where it may be how the server or the client is, make more rounds.",
        tuple(rounds),
    )


def without_place(result: Result) -> tuple[str, ...]:
    """The modes of a result that were too erratic to be placed."""
    return result.modes_of(ERRATIC)


def _times_apart(records: tuple[RoundRecord, ...], mode: str) -> float:
    times_s = [
        record.elapsed_s / record.finished
        for record in records
        if record.mode == mode and record.outcome == "complete" and record.elapsed_s and record.finished
    ]
    return max(times_s) / min(times_s)
