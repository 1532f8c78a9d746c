"""The ranking of modes by the time they took."""

from __future__ import annotations

import math

from tui_httpbench.analysis.result import ModeSummary, Rank


def rank_modes(modes: tuple[ModeSummary, ...]) -> tuple[Rank, ...]:
    """The modes, fastest first; those with failed requests or missing rounds below all clean ones.

    ``ratio`` is a mode's time per request over the winner's, since modes may have measured different numbers of
    requests when a run was stopped.
    """
    ordered = sorted(modes, key=lambda mode: (not mode.is_clean, _seconds_per_request(mode)))
    best = _seconds_per_request(ordered[0]) if ordered else math.inf
    return tuple(
        Rank(
            rank=place,
            mode=mode.mode,
            ratio=_seconds_per_request(mode) / best if math.isfinite(_seconds_per_request(mode)) else None,
            clean=mode.is_clean,
        )
        for place, mode in enumerate(ordered, start=1)
    )


def _seconds_per_request(mode: ModeSummary) -> float:
    return 1 / mode.requests_per_second if mode.requests_per_second else math.inf
