"""What a mode pays once, before its requests: Python's own start, the import of its client, and the making of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # so that --help, which lists the columns, waits for no array library
    from tui_httpbench.analysis.result import Result
    from tui_httpbench.measured.records import RoundRecord, WorkerSetup


@dataclass(frozen=True)
class StartCost:
    """What a mode pays once, in seconds of processor time, but for ``first_s``: medians of the rounds that tell.

    ``import_s`` is from compiled bytecode, ``cold_s`` with nothing compiled, None where that was not measured.
    ``build_s`` is the making of a client that is kept; one made for each request costs nothing beforehand.
    ``first_s`` is how much longer the first request took than the shortest of the next two. ``totals_s`` has the sum
    for each round.
    """

    interpreter_s: float
    import_s: float
    build_s: float
    first_s: float
    cold_s: float | None
    totals_s: tuple[float, ...]

    @property
    def total_s(self) -> float:
        """All of it, with bytecode."""
        import statistics  # here, for the same reason

        return statistics.median(self.totals_s)


def start_cost(result: Result, mode_id: str) -> StartCost | None:
    """What a mode pays once; None where no round tells."""
    import statistics

    setups = [record.setup for record in whole_rounds(result, mode_id) if record.setup and record.setup.start]
    parts = [told for setup in setups if (told := start_parts(setup)) is not None]
    if not parts:
        return None
    cold = [setup.start.cold_s for setup in setups if setup.start and setup.start.cold_s is not None]
    interpreter_s, import_s, build_s, first_s = map(statistics.median, zip(*parts, strict=True))
    return StartCost(
        interpreter_s=interpreter_s,
        import_s=import_s,
        build_s=build_s,
        first_s=first_s,
        cold_s=statistics.median(cold) if cold else None,
        totals_s=tuple(map(sum, parts)),
    )


def whole_rounds(result: Result, mode_id: str) -> list[RoundRecord]:
    """The complete rounds of a mode."""
    return [record for record in result.records if record.mode == mode_id and record.outcome == "complete"]


def start_parts(setup: WorkerSetup) -> tuple[float, float, float, float] | None:
    """Interpreter, import, making, and what the first request takes more, in seconds; None where one is unknown."""
    if setup.start is None or setup.build_cpu_s is None:
        return None
    latencies = [request.latency_ms for request in setup.warmup if request.status > 0]
    first_s = max(0.0, latencies[0] - min(latencies[1:])) / 1e3 if len(latencies) > 1 else 0.0
    return setup.start.interpreter_s, setup.start.import_s, setup.build_cpu_s, first_s
