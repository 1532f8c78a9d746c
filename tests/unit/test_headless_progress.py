"""The lines of the progress that a headless run draws."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from tui_httpbench.analysis.result import Rank
from tui_httpbench.bench.events import LaneProgress, Progress
from tui_httpbench.report.progress import LiveProgress, headline, undecided_line


def progress_of(**changes: Any) -> Progress:
    values: dict[str, Any] = {
        **{"elapsed_s": 11.2, "stage": "measuring", "round": 2, "rounds": 5, "lanes": (), "running": "aiohttp"},
        **{"time_left_s": 16.4, "is_auto": True, "max_rounds": 30, "least_rounds": 3},
    }
    return Progress(**(values | changes))


def lane_of(**changes: Any) -> LaneProgress:
    values: dict[str, Any] = {
        **{"mode": "aiohttp", "state": "running", "done": 1_234, "total": 3_000, "share": 0.5, "errors": 0},
        **{"rounds_done": 1, "throughput": 2_411.0, "sparkline": (), "rounds": 5, "points_per_round": 10},
    }
    return LaneProgress(**(values | changes))


def drawn(progress: Progress) -> str:
    stream = io.StringIO()
    with LiveProgress(stream, transient=False) as live:
        live.update(progress)
    return stream.getvalue()


def cyan_of(text: str) -> str:
    """What is drawn in the colour of a bar's done part, in the last of the frames."""
    found: list[str] = re.findall(r"\x1b\[36m([━╸]*)", text)
    return found[-1] if found else ""


def test_the_time_left_is_one_figure_and_a_bound() -> None:
    assert headline(progress_of(is_auto=False)) == "round 2 of 5, at most 17 s left · 0:11"
    assert headline(progress_of()) == "round 2 of about 3, at most 17 s left · 0:11"
    assert headline(progress_of(time_left_s=75.2)) == "round 2 of about 3, at most 1 min 16 s left · 0:11"
    assert headline(progress_of(time_left_s=None)) == "round 2 of about 3 · 0:11"
    assert headline(progress_of(time_left_s=0.0)) == "round 2 of about 3, at most 1 s left · 0:11"


def test_a_run_that_is_over_has_no_time_left() -> None:
    over = {"stage": "ended", "running": None, "time_left_s": 0.0, "round": 5}
    assert headline(progress_of(**over)) == "5 rounds (auto) · 0:11"
    assert headline(progress_of(**over, is_auto=False)) == "5 rounds · 0:11"


def test_before_the_first_round_there_is_none_to_count() -> None:
    assert headline(progress_of(round=0, stage="checking")) == "checking"
    assert headline(progress_of(round=0, stage="starting")) == "starting"


def test_a_lane_without_a_total_shows_what_is_done() -> None:
    assert "1,234/3,000" in drawn(progress_of(lanes=(lane_of(),)))
    seconds = drawn(progress_of(lanes=(lane_of(total=None),)))
    assert "1,234" in seconds
    assert "/3,000" not in seconds
    assert "None" not in seconds


def test_the_bar_is_as_long_as_the_share_of_the_load() -> None:
    halves = [len(cyan_of(drawn(progress_of(lanes=(lane_of(total=None, share=share),))))) for share in (0.25, 0.5)]
    assert halves[0] > 5
    assert halves[1] == pytest.approx(2 * halves[0], abs=1)
    assert "━" not in cyan_of(drawn(progress_of(lanes=(lane_of(total=None, share=1.0),))))


def test_progress_names_as_many_undecided_pairs_as_fit() -> None:
    ranking = (Rank(1, "requests", 1.0, clean=True),)
    pairs = (("requests", "requests-session"), ("httpx", "httpx-client"), ("aiohttp", "aiohttp-each"))
    progress = progress_of(ranking=ranking, undecided=pairs)
    whole = "undecided: requests – requests-session, httpx – httpx-client, aiohttp – aiohttp-each"
    assert undecided_line(progress, len(whole)) == whole
    assert undecided_line(progress, 80) == ("undecided: requests – requests-session, httpx – httpx-client and 1 more")
    assert undecided_line(progress, 30) == "undecided: 3 pairs"
    assert undecided_line(progress_of(ranking=ranking), 80) == "undecided: nothing"
    assert undecided_line(progress_of(), 80) == ""
    assert undecided_line(progress_of(ranking=ranking, undecided=pairs, is_auto=False), 80) == ""


def test_failures_are_told_by_what_they_ended_in() -> None:
    only = lane_of(done=600, errors=600, failures=(("405", 600),), throughput=None)
    assert "405 × 600" in drawn(progress_of(lanes=(only,)))
    assert "/s" not in drawn(progress_of(lanes=(only,)))
    mixed = lane_of(errors=16, failures=(("503", 12), ("timeout", 3), ("reset", 1)))
    assert "503 × 12, timeout × 3 and 1 more" in drawn(progress_of(lanes=(mixed,)))
