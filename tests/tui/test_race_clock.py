"""The clock of a replay."""

from __future__ import annotations

import pytest

from tui_httpbench.tui.formatting import format_seconds
from tui_httpbench.tui.screens.replay.race_clock import LEAD_S, RaceClock, speed_in_words, start_speed


@pytest.mark.parametrize("duration_s", [0.0003, 0.0507, 0.65, 3.9, 8.5, 11.0, 16.6, 700.0])
def test_a_race_takes_about_ten_seconds_to_watch(duration_s: float) -> None:
    assert 8 <= duration_s / start_speed(duration_s) <= 12


def test_speeds_are_said_plainly() -> None:
    said = [speed_in_words(speed) for speed in (0.0051, 0.065, 0.5, 0.97, 1.0, 1.02, 2.0, 13.0, 9_000.0)]
    assert said == [
        "slowed down 196 times",
        "slowed down 15 times",
        "slowed down 2 times",
        "at real speed",
        "at real speed",
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


def test_it_hurries_through_the_end_and_says_how_fast() -> None:
    clock = RaceClock(0.5, hurry_from_s=0.1)
    assert clock.speed == clock.speed_now == pytest.approx(0.01)
    clock.advance(LEAD_S + 5)
    assert clock.position_s == pytest.approx(0.05)
    clock.advance(6)  # over the moment from which it hurries
    assert clock.position_s == pytest.approx(0.3)
    assert clock.is_hurrying
    assert clock.speed_now == pytest.approx(0.2)
    clock.advance(1.01)
    assert clock.is_over
    assert not clock.is_hurrying
    clock.step(-1)
    clock.use_real_time()
    assert clock.speed_now == 1.0
    clock.advance(0.01)
    assert clock.position_s == pytest.approx(0.46)


def test_it_does_not_hurry_for_less_than_four_seconds() -> None:
    clock = RaceClock(0.135, hurry_from_s=0.1)
    clock.advance(LEAD_S + 12)
    assert clock.position_s == pytest.approx(0.12)
    assert not clock.is_hurrying
    assert RaceClock(0.0, hurry_from_s=0.0).speed == 1.0


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


def test_seconds_have_three_digits_also_where_they_round_up() -> None:
    said = [format_seconds(seconds) for seconds in (0.09998, 0.0986, 0.4176, 9.999, 12.34, 1_234.5)]
    assert said == ["0.100 s", "0.0986 s", "0.418 s", "10.0 s", "12.3 s", "1,234 s"]
