"""The clock of a replay."""

from __future__ import annotations

import pytest

from tui_httpbench.tui.screens.replay.race_clock import LEAD_S, RaceClock, speed_in_words, start_speed


@pytest.mark.parametrize("duration_s", [0.0003, 0.0507, 0.65, 3.9, 8.5, 11.0, 16.6, 700.0])
def test_a_race_takes_about_ten_seconds_to_watch(duration_s: float) -> None:
    assert 8 <= duration_s / start_speed(duration_s) <= 12


def test_speeds_are_said_plainly() -> None:
    said = [speed_in_words(speed) for speed in (0.0051, 0.065, 0.5, 1.0, 2.0, 13.0, 9_000.0)]
    assert said == [
        "slowed down 196 times",
        "slowed down 15 times",
        "slowed down 2 times",
        "at real speed",
        "sped up 2 times",
        "sped up 13 times",
        "sped up 9,000 times",
    ]


def test_it_waits_runs_pauses_and_ends() -> None:
    clock = RaceClock(2.0)
    clock.use_real_time()
    clock.advance(LEAD_S / 2)
    assert clock.is_waiting
    clock.advance(LEAD_S / 2 + 0.5)
    assert not clock.is_waiting
    assert clock.position_s == pytest.approx(0.5)
    clock.toggle()
    clock.advance(9.0)
    assert clock.position_s == pytest.approx(0.5)
    clock.toggle()
    clock.advance(9.0)
    assert clock.position_s == 2.0
    assert clock.is_over
    clock.step(-1)
    assert clock.position_s == pytest.approx(1.8)
    clock.step(1)
    clock.toggle()  # over again: begins anew
    assert (clock.position_s, clock.is_paused, clock.is_waiting) == (0.0, False, True)


def test_the_speed_doubles_and_halves_and_stops_at_real_time() -> None:
    clock = RaceClock(6.5)
    assert clock.speed == 0.65
    clock.change_speed(1)
    assert clock.speed == 1.0
    clock.change_speed(1)
    assert clock.speed == 2.0
    clock.change_speed(-1)
    clock.change_speed(-1)
    assert clock.speed == 0.5
