"""The replay: lanes fill as the samples say, at the speed that is asked for, and places are told at the finish."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.style import Style
from support.made_results import (
    EIGHT,
    clean_result,
    plain_result_of,
    record_of,
    rounds_of,
    tied_result,
    timed_result,
    troubled_result,
)
from support.screens import resize, slow_size, text_on, wait_until
from textual.app import App
from textual.pilot import Pilot

from tui_httpbench.analysis.conclusion import ONE_ROUND
from tui_httpbench.analysis.race import Race
from tui_httpbench.analysis.result import Result
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.text.formatting import format_rate
from tui_httpbench.tui import app as app_module
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.formatting import format_seconds
from tui_httpbench.tui.screens.replay import screen as replay_module
from tui_httpbench.tui.screens.replay.block_digits import block_digits
from tui_httpbench.tui.screens.replay.race_clock import speed_in_words
from tui_httpbench.tui.screens.replay.race_lane import RaceLayout, draw_race_lane, ordinal, place_of
from tui_httpbench.tui.screens.replay.race_track import RaceTrack
from tui_httpbench.tui.screens.replay.screen import ReplayScreen
from tui_httpbench.tui.screens.results.screen import ResultsScreen


class StillReplay(ReplayScreen):
    """A replay whose time goes by only when a test says so."""

    CSS_PATH = str(Path(replay_module.__file__).with_name("replay.tcss"))

    def _next_frame(self) -> None:
        """Lets no time go by."""

    def go_to(self, share: float) -> None:
        self.clock.lead_s = 0.0
        self.clock.position_s = self.clock.duration_s * share
        self.redraw()


class ReplayApp(HttpbenchApp):
    """The app, opened with a replay."""

    CSS_PATH = Path(app_module.__file__).with_name("app.tcss")

    def __init__(self, screen: ReplayScreen, present: bool = False) -> None:
        super().__init__(screen.result.plan, present=present)
        self.animation_level = "none"
        self._replay = screen

    def make_first_screen(self) -> ReplayScreen:
        return self._replay


@asynccontextmanager
async def still(
    result: Result, size: tuple[int, int] = (80, 24), present: bool = False
) -> AsyncIterator[tuple[StillReplay, Pilot[None]]]:
    screen = StillReplay(result)
    app = ReplayApp(screen, present)
    async with app.run_test(size=size) as pilot:
        await wait_until(pilot, lambda: app.screen is screen and re.search("Replay(, | at )", text_on(app)) is not None)
        yield screen, pilot


@pytest.mark.parametrize("size", [(80, 24), slow_size(120, 36), (200, 60), (50, 14)])
async def test_lanes_fill_and_places_are_told_as_each_one_ends(size: tuple[int, int]) -> None:
    result = clean_result()
    async with still(result, size) as (screen, pilot):
        assert screen.query_one(RaceTrack).max_scroll_y == 0
        assert "GET READY" in text_on(pilot.app)
        screen.go_to(0.0)
        await pilot.pause()
        for word in ("1st", "winner"):
            assert word not in text_on(pilot.app)
        fourth = screen.race.placed[3]
        assert fourth.finish_s is not None
        screen.go_to(fourth.finish_s / screen.race.duration_s)
        await pilot.pause()
        drawn = text_on(pilot.app)
        lines = drawn.splitlines()
        for place, racer in enumerate(screen.race.racers, 1):
            line = next(line for line in lines if f" {racer.mode} " in line)
            assert racer.finish_s is not None
            assert (f" {format_seconds(racer.finish_s)}" in line) == (place <= 4)
            assert (f" {ordinal(place)} " in line) == (place <= 4 and size[1] <= 24)  # in blocks where there is room
        screen.go_to(1.0)
        await pilot.pause()
        drawn = text_on(pilot.app)
        assert size[1] > 24 or all(ordinal(place) in drawn for place in range(1, 9))
        if size[1] > 24:
            # Each place is drawn in blocks, its first row beside the first row of its lane.
            for place, racer in enumerate(screen.race.racers, 1):
                line = next(line for line in drawn.splitlines() if f" {racer.mode} " in line)
                assert f"▚▚ {block_digits(str(place))[0]} " in line
        assert "FINISHED" in drawn
        assert "aiohttp wins: 0.00" in drawn
        if size[1] > 14:
            assert drawn.count("20 of 20") == 8


async def test_keys_and_buttons_pause_restart_step_and_change_the_speed() -> None:
    async with still(clean_result()) as (screen, pilot):
        clock = screen.clock
        assert f"Replay, {speed_in_words(clock.speed)}" in text_on(pilot.app)
        start = clock.speed
        await pilot.press("plus")
        assert clock.speed == start * 2
        await pilot.press("minus", "minus")
        assert clock.speed == start / 2
        await pilot.click("#race-change-speed-faster")
        assert clock.speed == start
        await pilot.press("right", "right", "left")
        assert clock.position_s == pytest.approx(clock.duration_s / 10)
        await pilot.press("space")
        assert clock.is_paused
        assert "PAUSED" in text_on(pilot.app)
        assert "Go on" in text_on(pilot.app)
        await pilot.click("#race-toggle-pause")
        assert not clock.is_paused
        await pilot.press("t")
        assert clock.speed == 1.0
        assert "Replay at real speed" in text_on(pilot.app)
        await pilot.press("r")
        assert clock.position_s == 0.0
        assert clock.is_waiting


async def test_it_runs_by_itself_to_its_end_and_again() -> None:
    screen = ReplayScreen(clean_result())
    screen.clock.speed *= 20
    screen.clock.lead_s = 0.1
    app = ReplayApp(screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: app.screen is screen and screen.clock.is_over)
        await wait_until(pilot, lambda: "FINISHED" in text_on(app))
        await wait_until(pilot, lambda: "space Again" in text_on(app).splitlines()[-1])
        await pilot.press("space")
        await wait_until(pilot, lambda: not screen.clock.is_over)
        await wait_until(pilot, lambda: screen.clock.is_over)


async def test_space_on_the_results_opens_it_and_escape_closes_it() -> None:
    class ResultApp(HttpbenchApp):
        CSS_PATH = Path(app_module.__file__).with_name("app.tcss")

        def make_first_screen(self) -> ResultsScreen:
            return ResultsScreen(clean_result())

    app = ResultApp(clean_result().plan)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, ResultsScreen) and app.screen.is_mounted)
        await pilot.pause()
        await pilot.press("space")
        await wait_until(pilot, lambda: "the clock shows real seconds" in text_on(app))
        await pilot.press("escape")
        await wait_until(pilot, lambda: isinstance(app.screen, ResultsScreen))


async def test_where_nothing_succeeded_no_replay_is_offered_and_its_key_says_why() -> None:
    failed = plain_result_of(record_of("aiohttp", 1.0, [500] * 3), record_of("httpx", 1.0, [500] * 3))

    class ResultApp(HttpbenchApp):
        CSS_PATH = str(Path(app_module.__file__).with_name("app.tcss"))

        def make_first_screen(self) -> ResultsScreen:
            return ResultsScreen(failed)

    app = ResultApp(failed.plan)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, ResultsScreen) and "s Save" in text_on(app))
        assert "Replay" not in text_on(app).splitlines()[-1]
        await pilot.press("space")
        assert isinstance(app.screen, ResultsScreen)
        assert [each.message for each in app._notifications] == ["No request succeeded, so nothing can be replayed."]


async def test_modes_without_a_complete_round_or_with_failures_get_no_place() -> None:
    async with still(troubled_result(), (120, 36)) as (screen, pilot):
        screen.go_to(1.0)
        await pilot.pause()
        drawn = text_on(pilot.app)
        assert "does not start: no complete round" in drawn
        assert "does not start: not measured" in drawn
        assert "does not start: no request succeeded" in drawn, "how fast a mode fails is no race"
        assert "! not clean" in drawn
        assert f"▚▚ {block_digits('4')[0]} " in drawn
        assert [racer.rank.label for racer in screen.race.placed if racer.rank] == ["1", "2", "3", "4"]
    nothing = plain_result_of(record_of("aiohttp", outcome="stopped", reason="Stopped."))
    async with still(nothing) as (screen, pilot):
        assert "No mode has a complete round to replay." in text_on(pilot.app)
        await pilot.press("space", "left", "right", "r")
        assert screen.clock.duration_s == 0


async def test_fifty_lanes_scroll() -> None:
    modes = tuple(f"aiohttp#{number}" for number in range(2, 52))
    result = plain_result_of(*(record for mode in modes for record in rounds_of(mode, rounds=3)))
    async with still(result) as (screen, pilot):
        screen.go_to(1.0)
        screen.query_one(RaceTrack).scroll_end(animate=False)
        place = place_of(result.ranking[-1])

        def last_lane() -> str:
            lanes = text_on(pilot.app).partition("Replay, ")[2].partition("wins")[0]
            return next((line for line in lanes.splitlines() if "aiohttp#51 " in line), "")

        await wait_until(pilot, lambda: place in last_lane())


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (50, 14)])
async def test_with_a_load_in_seconds_the_faster_come_further(size: tuple[int, int]) -> None:
    result = timed_result(("requests", "requests-session", "httpx", "aiohttp"))
    async with still(result, size) as (screen, pilot):
        race = screen.race
        screen.go_to(0.9)
        await pilot.pause()
        assert not re.search("1st|2nd|3rd|4th", text_on(pilot.app))
        screen.go_to(1.0)
        await pilot.pause()
        drawn = text_on(pilot.app)
        for place, racer in enumerate(race.placed, 1):
            line = next(line for line in drawn.splitlines() if f" {racer.mode} " in line)
            assert f"▚▚ {ordinal(place)}" in line or f"▚▚ {block_digits(str(place))[0]} " in line
            assert racer.finish_s is not None
            assert f" {format_rate(racer.requests / racer.finish_s)}/s" in drawn
            assert size[1] < 20 or f"{racer.requests:,} in {format_seconds(racer.finish_s)} " in drawn
        lengths = {
            racer.mode: next(line for line in drawn.splitlines() if f" {racer.mode} " in line) for racer in race.racers
        }
        assert lengths["aiohttp"].count("█") > 0
        assert [racer.mode for racer in race.placed] == ["aiohttp", "requests-session", "requests", "httpx"]
        winner = race.placed[0]
        assert winner.finish_s is not None
        assert format_seconds(winner.finish_s) != format_seconds(race.duration_s), "the clock goes on for the others"
        assert f"aiohttp wins: {winner.requests:,} requests in {format_seconds(winner.finish_s)}" in drawn


def unequally_long_result() -> Result:
    """A load in seconds, after which the slowest mode's requests in flight were waited for, four times as long."""
    result = timed_result(("requests", "requests-session", "aiohttp", "httpx"))
    records = []
    for record in result.records:
        rows = record.samples.copy()
        if record.mode == "httpx":
            rows[:, 0] = 0
            rows[:, 1] = 400_000_000
        records.append(replace(record, samples=rows))
    return plain_result_of(*records, requests=None, duration_s=0.1, concurrency=10)


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_who_stopped_says_so_at_once_and_the_rest_is_hurried_through(size: tuple[int, int]) -> None:
    async with still(unequally_long_result(), size) as (screen, pilot):
        speed = speed_in_words(screen.clock.speed)
        screen.go_to(0.24)
        await pilot.pause()
        assert f"Replay, {speed}" in text_on(pilot.app)
        screen.go_to(0.26)
        await pilot.pause()
        drawn = text_on(pilot.app)
        assert "HURRYING · 1 mode still runs" in drawn
        assert speed not in drawn
        assert f"Replay, {speed_in_words(screen.clock.speed_now)}" in drawn
        stopped = [racer for racer in screen.race.racers if racer.mode != "httpx"]
        assert all(f"{racer.requests:,} in {format_seconds(racer.finish_s or 0)} " in drawn for racer in stopped)
        assert "0 requests" in drawn
        screen.go_to(1.0)
        await pilot.pause()
        assert "FINISHED · places and ratios: over all rounds" in text_on(pilot.app)


async def test_among_ties_no_winner_is_named() -> None:
    result = tied_at_the_top()
    async with still(result, (120, 36)) as (screen, pilot):
        screen.go_to(1.0)
        await pilot.pause()
        drawn = text_on(pilot.app)
        names = [rank.mode for rank in result.ranking if rank.rank == 1]
        assert len(names) == 2
        assert f"A tie: {names[0]} and {names[1]} share the first place, too close to call" in drawn
        assert drawn.count(block_digits("1=")[0]) == 2
        assert len(re.findall(r" tied(?= )", drawn)) == 2
        assert not re.search(r"×\S+ +tied", drawn)
        assert "winner" not in drawn
        assert "1st" not in drawn


async def test_at_80_columns_no_word_is_cut() -> None:
    longest = ("requests-session", "httpx-async-each")
    for modes, who in ((longest, " and ".join(longest)), (EIGHT, "8 modes")):
        clean = plain_result_of(*(record for mode in modes for record in rounds_of(mode)))
        tied = replace(clean, ranking=tuple(replace(rank, rank=1, shared=True) for rank in clean.ranking))
        async with still(tied) as (screen, pilot):
            assert f" Round {screen.race.round} alone, its gaps nearest to the ranking, 20 requests each. " in text_on(
                pilot.app
            )
            assert "the clock shows real seconds" in text_on(pilot.app)
            screen.go_to(1.0)
            await pilot.pause()
            assert f"A tie: {who} share the first place" in " ".join(text_on(pilot.app).split())
            drawn = text_on(pilot.app)
            for words in (
                "Replay, slowed down",
                "places and ratios: over all rounds",
                "t Real time",
                "esc Results",
                "8 modes",
            ):
                assert words in drawn or words == "8 modes" != who
            assert "…" not in "\n".join(drawn.splitlines()[1:])
            await pilot.press("f1")
            await wait_until(pilot, lambda: "This is a replay" in text_on(pilot.app))


async def test_after_one_round_there_are_no_places() -> None:
    for size in ((80, 24), (200, 60), (50, 14)):
        async with still(plain_result_of(*(record_of(mode) for mode in EIGHT)), size) as (screen, pilot):
            assert "Round 1, the only one" in text_on(pilot.app)
            screen.go_to(1.0)
            await pilot.pause()
            drawn = text_on(pilot.app)
            assert ONE_ROUND in drawn
            assert not re.search("1=|1st|winner", drawn)
            assert drawn.count("▚▚ – ") == 8


async def test_only_whole_buttons_are_shown_beside_the_clock() -> None:
    async with still(clean_result(), (60, 20)) as (_, pilot):
        lines = [line[23:].strip() for line in text_on(pilot.app).splitlines()]
        assert lines[1] == "Replay, slowed down 196 times"
        assert lines[2] == "GET READY"
        assert lines[3] == "Pause   r Restart"
        await resize(pilot, 80, 24)
        await wait_until(pilot, lambda: "- Slower   + Faster   t Real time" in text_on(pilot.app))
        assert "GET READY · the clock shows real seconds" in text_on(pilot.app)


async def test_on_stage_the_keys_stand_in_the_footer_alone_and_the_clock_is_large() -> None:
    async with still(clean_result(), (160, 45), present=True) as (screen, pilot):
        screen.go_to(1.0)
        await pilot.pause()
        drawn = text_on(pilot.app)
        assert "Restart" not in drawn
        assert drawn.splitlines()[-1].split("  ")[0].strip() == "space Again"
        assert all(row in drawn for row in block_digits("0.0507", 2))


def test_notes_and_reasons_are_shown_whole_or_not_at_all() -> None:
    race = Race.of(troubled_result())
    styles: defaultdict[str, Style] = defaultdict(Style.null)
    for columns, rows in ((60, 3), (80, 4), (120, 4), (160, 5)):
        layout = RaceLayout.of(race, columns, rows)
        for racer in race.racers:
            lines = [
                strip.text[: layout.name].strip()
                for strip in draw_race_lane(racer, race, "1", 1.0, layout, styles, Style.null())
            ]
            noted = " ".join(filter(None, lines[1 + racer.starts :]))
            assert noted in ("", mode_of(racer.mode).about)
            if not racer.starts:
                drawn = draw_race_lane(racer, race, "–", 1.0, layout, styles, Style.null())
                told = " ".join(strip.text[layout.name :].strip() for strip in drawn).split()
                assert " ".join(told) == f"does not start: {racer.why_absent}"


def tied_at_the_top() -> Result:
    """Of the tied result, those that can't be told apart and one that is surely slower."""
    kept = ("requests-session", "httpx-async", "httpx")
    return plain_result_of(*(record for record in tied_result().records if record.mode in kept))


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
@pytest.mark.parametrize("present", [False, True])
async def test_it_looks_as_it_did(
    size: tuple[int, int], present: bool, matches_snapshot: Callable[[App[Any]], bool]
) -> None:
    async with still(clean_result(), size, present) as (screen, pilot):
        screen.go_to(0.02)
        await wait_until(pilot, lambda: "×3.23" in text_on(pilot.app))
        await pilot.pause()
        assert matches_snapshot(pilot.app)
