"""The parts of a request's time: each from what was measured of it, the rest called other, causes by their share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.made_results import result_of, rounds_of

from tui_httpbench.analysis.pair_reasons import explain_lanes
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.time_parts import ELSEWHERE, ELSEWHERE_IN_TURN, time_parts
from tui_httpbench.plan.scenario import Scenario

FAR = Scenario(name="far", rtt_ms=20.0, tls=True)


def result(concurrency: int = 1, **each: Any) -> Result:
    """Two modes at 20 ms with TLS, ten requests a round: one keeps its connection, one opens one for every request.

    The kept one takes 23 ms, of which it computes 1 and the target 2; the other 70 ms, of which it computes 5.
    """
    alike: dict[str, Any] = {"target_cpu_s": 0.01, "held_s": 0.01, "rounds": 3, "noise": 0.0}
    kept = rounds_of("requests-session", 23.0, cpu_s=0.01, timed_connections=0, connections=1, **alike)
    more: dict[str, Any] = {"cpu_s": 0.05, "timed_connections": 10, "connections": 13}
    made = result_of(
        *kept, *rounds_of("requests", 70.0, **(more | alike | each)), rounds=3, scenario=FAR, concurrency=concurrency
    )
    return replace(made, url="https://127.0.0.1:8000/")


def test_the_parts_come_from_round_trips_counts_and_processor_time() -> None:
    parts = time_parts(result(), "requests")
    assert parts is not None
    assert (parts.connecting, parts.tls) == (20.0, 20.0)
    assert parts.waiting == pytest.approx(22.0)
    assert parts.computing == pytest.approx(5.0)
    assert parts.turn == 0.0
    assert parts.other == pytest.approx(3.0)
    kept = time_parts(result(), "requests-session")
    assert kept is not None
    assert (kept.connecting, kept.tls, kept.computing) == (0.0, 0.0, 1.0)
    assert kept.other == pytest.approx(0.0, abs=1e-9)


def test_parts_are_never_more_than_was_measured_and_unknown_ones_are_not_told() -> None:
    plain = replace(result(), url="http://127.0.0.1:8000/")
    parts = time_parts(plain, "requests")
    assert parts is not None
    assert parts.tls == 0.0
    unknown = time_parts(result(timed_connections=None), "requests")
    assert unknown is not None
    assert (unknown.connecting, unknown.tls, unknown.waiting) == (None, None, None)
    assert [name for name, _ in unknown.known] == ["computing", "waiting for its turn"]
    assert unknown.other == pytest.approx(65.0)
    assert unknown.all[-1][0] == ELSEWHERE, "nobody knows how long the server took"
    assert time_parts(result(failed=1), "requests") is None


def test_what_the_target_computes_beside_the_distance_makes_nobody_wait() -> None:
    busy = time_parts(result(target_cpu_s=0.1), "requests")
    assert busy is not None
    assert busy.measured_ms == pytest.approx(busy.latency_ms) == pytest.approx(70.0)
    assert [busy.waiting, busy.overlapping] == pytest.approx([25.0, 6.0])
    assert busy.other == 0.0


def test_with_many_in_flight_a_request_waits_for_its_turn_but_no_longer_than_there_is_time() -> None:
    parts = time_parts(result(concurrency=2), "requests")
    assert parts is not None
    assert parts.turn == pytest.approx(3.0)  # one more computes for 5 ms, but for 3 ms alone nothing else is known


def test_waiting_for_a_cpu_is_what_the_system_counted_beyond_waiting_for_its_turn() -> None:
    parts = time_parts(result(cpu_wait_s=0.02), "requests")
    assert parts is not None
    assert parts.cpu_wait == pytest.approx(2.0)
    assert parts.other == pytest.approx(1.0)
    assert parts.all[-2:] == (("waiting for a CPU", parts.cpu_wait), ("other", parts.other))
    more = time_parts(result(cpu_wait_s=0.5), "requests")
    assert more is not None
    assert [more.cpu_wait, more.other] == pytest.approx([3.0, 0.0]), "never more than there is time"
    in_turn = time_parts(result(concurrency=2, cpu_wait_s=0.02), "requests")
    assert in_turn is not None
    assert [in_turn.turn, in_turn.cpu_wait] == pytest.approx([3.0, 0.0]), "threads wait for each other"
    text = next(reason.text for reason in explain_lanes(result(cpu_wait_s=0.03)) if reason.rank.mode == "requests")
    assert "6.4 % is waiting for a CPU (3.00 ms a request against 0)." in text
    assert "such as waiting for a CPU" not in text


def test_a_process_without_a_processor_holds_up_all_that_an_async_mode_has_in_flight() -> None:
    alike: dict[str, Any] = {"target_cpu_s": 0.01, "held_s": 0.01, "timed_connections": 0, "cpu_s": 0.01}
    told = [
        time_parts(result_of(*rounds_of(lane, 30.0, rounds=2, cpu_wait_s=0.02, **alike), rounds=2, concurrency=4), lane)
        for lane in ("aiohttp", "requests-session")
    ]
    assert [parts.cpu_wait for parts in told if parts is not None] == pytest.approx([8.0, 2.0])


def test_elsewhere_what_is_known_is_told_where_nothing_else_explains_the_gap() -> None:
    """Of a URL of one's own nobody knows how long the server took, but for how long the client had no processor."""
    alike: dict[str, Any] = {"rounds": 3, "noise": 0.0, "cpu_s": 0.01, "connections": 4, "target_cpu_s": None}
    kept = rounds_of("aiohttp", 20.0, cpu_wait_s=0.0, **alike)
    slow = rounds_of("httpx-async", 60.0, cpu_wait_s=0.3, **alike)
    told = {reason.rank.mode: reason.text for reason in explain_lanes(result_of(*kept, *slow, rounds=3, concurrency=1))}
    assert told["httpx-async"].endswith("75 % of the difference is waiting for a CPU (30.0 ms a request against 0).")


def test_elsewhere_nobody_tells_a_turn_from_the_server() -> None:
    """The process computes for others while a request waits for its server, too."""
    alike: dict[str, Any] = {"rounds": 2, "cpu_s": 0.01, "target_cpu_s": None, "cpu_wait_s": 0.02}
    for lane in ("aiohttp", "requests-session"):
        parts = time_parts(result_of(*rounds_of(lane, 30.0, **alike), rounds=2, concurrency=4), lane)
        assert parts is not None
        assert [parts.turn, parts.computing, parts.cpu_wait] == pytest.approx([0.0, 1.0, 2.0])
        assert parts.all[-1][0] == ELSEWHERE_IN_TURN
        assert parts.other == pytest.approx(27.0)


def test_causes_are_told_once_each_the_largest_share_first() -> None:
    told = {reason.rank.mode: reason for reason in explain_lanes(result())}
    text = told["requests"].text
    assert (
        "43 % of the difference is connecting: it opens a new connection for every request, requests-session " in text
    )
    assert "keeps its own (20.0 ms a request against 0). 43 % is TLS, a handshake with each connection (20.0 " in text
    assert "requests-session keeps" in text
    assert text.endswith(
        "8.5 % is computing, which includes making a client every time (5.00 ms a request against 1.00). "
        "6.4 % is other than these parts, such as waiting for a "
        "CPU (3.00 ms a request against 0)."
    )
    assert told["requests"].against == "requests-session"
    assert text.count("connection for every request") == 1
    against = {reason.rank.mode: reason for reason in explain_lanes(result(), "requests")}
    assert "connecting: requests opens a new connection" in against["requests-session"].text
    assert against["requests-session"].against == "requests"
    assert against["requests"].against == ""
