"""Where a run or a sweep stands, in the words that its screen and a terminal without one share."""

from __future__ import annotations

from tui_httpbench.text.formatting import format_wait

TIME_LEFT_UNKNOWN = "time left: not known yet"


def round_in_words(round: int, rounds: int, least_rounds: int, *, is_auto: bool) -> str:
    """``round 2 of 5``; ``round 2 of about 5`` where the ranking, or the budget, says when the run ends.

    ``rounds`` are those of the run, and ``least_rounds`` those after which an automatic one may end.
    """
    if is_auto and least_rounds:
        return f"round {round:,} of about {max(least_rounds, round):,}"
    return f"round {round:,} of {max(rounds, round):,}"


def time_left_in_words(time_left_s: float | None, expected_s: float | None = None, elapsed_s: float = 0.0) -> str:
    """``at most 27 s left``: an upper bound, so rounded up; ``time left: not known yet`` where it is None.

    Then it is what the run was expected to take, ``about 1 min 40 s in all``, while it has not taken longer.
    """
    if time_left_s is not None:
        return f"at most {format_wait(time_left_s)} left"
    if expected_s is not None and elapsed_s < expected_s:
        return f"about {format_wait(expected_s, exact=False)} in all"
    return TIME_LEFT_UNKNOWN
