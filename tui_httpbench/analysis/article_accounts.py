"""Why a run differs from the article: what its times are made of, and why a mode is before another one here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from tui_httpbench.analysis.article_run import Explanation, Run, format_time
from tui_httpbench.analysis.doubts import OTHER_CPU_SHARE
from tui_httpbench.text.formatting import enumerate_names, format_figure, format_percent

CPU_BOUND_SHARE = 0.8
EXPLAINED_SHARE = 0.8
EXPLAINED_GAP = 0.5
NOTICEABLE = 1.05

Reason = Literal["cpu", "waiting", "unknown"]


def explain_swaps(run: Run, swapped: Iterable[tuple[str, str]]) -> tuple[Explanation, ...]:
    """Why the second mode of each pair is before the first here, other than in the article."""
    groups: dict[tuple[str, Reason], list[str]] = {}
    for upper, lower in swapped:
        groups.setdefault((lower, _reason(run, slower=upper, faster=lower)), []).append(upper)
    return tuple(_explain_place(run, lower, reason, uppers) for (lower, reason), uppers in groups.items())


def explain_times(run: Run, ratios: dict[str, float]) -> tuple[Explanation, ...]:
    """What the times of these modes are made of, each given with its ratio to the article's time."""
    longer = tuple(mode_id for mode_id, ratio in ratios.items() if ratio < 1)
    shorter = tuple(mode_id for mode_id, ratio in ratios.items() if ratio > 1)
    return (*(_account(run, mode_id) for mode_id in ratios), *_what_is_unseen(longer, shorter))


def _reason(run: Run, *, slower: str, faster: str) -> Reason:
    """What makes up half of the difference of two times, at least; of two such reasons the larger."""
    more_s: dict[Reason, float] = {}
    slower_cpu_s, faster_cpu_s = run.cpu_s(slower), run.cpu_s(faster)
    # Requests under way at once wait while others compute, so that CPU time counts only where it leaves no room for it.
    decides = not run.starts_all_at_once(slower) or (run.cpu_share(slower) or 0.0) >= CPU_BOUND_SHARE
    if decides and slower_cpu_s is not None and faster_cpu_s is not None and slower_cpu_s > NOTICEABLE * faster_cpu_s:
        more_s["cpu"] = slower_cpu_s - faster_cpu_s
    slower_wait_s, faster_wait_s = run.waiting_s(slower), run.waiting_s(faster)
    if faster_wait_s and slower_wait_s > NOTICEABLE * faster_wait_s:
        more_s["waiting"] = slower_wait_s - faster_wait_s
    unknown: Reason = "unknown"
    largest = max(more_s, key=lambda reason: more_s[reason], default=unknown)
    gap_s = run.times_s[slower] - run.times_s[faster]
    return largest if more_s.get(largest, 0.0) > EXPLAINED_GAP * gap_s else "unknown"


def _explain_place(run: Run, faster: str, reason: Reason, slower: list[str]) -> Explanation:
    names = enumerate_names(slower)
    if reason == "cpu":
        ms = {mode_id: format_figure(run.cpu_ms(mode_id) or 0.0) for mode_id in (faster, *slower)}
        needs = enumerate_names([f"{ms[mode_id]} ms of {mode_id}" for mode_id in slower])
        text = f"{faster} is before {names} since it needs less CPU time: {ms[faster]} ms a request, against {needs}."
    elif reason == "waiting":
        waits = {mode_id: format_time(run.waiting_s(mode_id)) for mode_id in (faster, *slower)}
        others = enumerate_names([f"{waits[mode_id]} of {mode_id}" for mode_id in slower])
        text = (
            f"{faster} is before {names} since it waits less: the target's scenario asks for about {waits[faster]}, "
            f"against {others}."
        )
    else:
        text = f"Why {faster} is before {names}, this run can't explain."
    return Explanation((faster, *slower), text)


def _account(run: Run, mode_id: str) -> Explanation:
    """What a mode's time is made of, and whether that is most of it."""
    time_s, share, waiting_s = run.times_s[mode_id], run.cpu_share(mode_id), run.waiting_s(mode_id)
    cpu_s = (share or 0.0) * time_s
    parts = [] if share is None else [f"{format_time(cpu_s)} of CPU time ({format_percent(share)})"]
    if share is not None and share >= CPU_BOUND_SHARE:
        parts[0] += ", which limits it"
    elif waiting_s:
        parts.append(f"about {format_time(waiting_s)} of waiting that the target's scenario asks for")
    if not parts:
        return Explanation((mode_id,), f"This run can't explain the {format_time(time_s)} of {mode_id}.")
    text = f"{mode_id} took {format_time(time_s)}: {' and '.join(parts)}"
    if len(parts) > 1 and cpu_s + waiting_s > time_s:
        text += ", partly at the same time"
    if cpu_s + waiting_s < EXPLAINED_SHARE * time_s:
        text += "; what it waited for else, this run can't tell"
        others = run.result.environment.other_cpu_share
        if others is not None and others > OTHER_CPU_SHARE:
            text += f", but other processes used {format_percent(others)} of the processors meanwhile"
    return Explanation((mode_id,), f"{text}.")


def _what_is_unseen(longer: tuple[str, ...], shorter: tuple[str, ...]) -> Iterator[Explanation]:
    """What can't be known of the article's run, for its times that were longer than here and for those shorter."""
    for modes, how in ((longer, "longer"), (shorter, "shorter")):
        if modes:
            yield Explanation(
                modes,
                f"Whether the article's {how} times of {enumerate_names(modes)} come from its machine, its versions or "
                "its site, this run can't see.",
            )
