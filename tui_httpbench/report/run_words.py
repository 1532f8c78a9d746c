"""Where a run or a sweep stands, in the words that its screen and a terminal without one share."""

from __future__ import annotations

from tui_httpbench.text.formatting import format_wait


def round_in_words(round: int, rounds: int, least_rounds: int, *, is_auto: bool) -> str:
    """``round 2 of 5``; ``round 2 of about 5`` where the ranking, or the budget, says when the run ends.

    ``rounds`` are those of the run, and ``least_rounds`` those after which an automatic one may end.
    """
    if is_auto and least_rounds:
        return f"round {round:,} of about {max(least_rounds, round):,}"
    return f"round {round:,} of {max(rounds, round):,}"


def time_left_in_words(time_left_s: float | None) -> str:
    """``at most 27 s left``: an upper bound, so rounded up; ``time left: not known yet`` where it is None."""
    return "time left: not known yet" if time_left_s is None else f"at most {format_wait(time_left_s)} left"
