"""The screen of a replay: the recorded samples as a race."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Header, Static

from tui_httpbench.analysis.conclusion import ONE_ROUND
from tui_httpbench.analysis.places import knows_places, places_of
from tui_httpbench.analysis.race import Race, why_no_race
from tui_httpbench.analysis.result import Result
from tui_httpbench.text.formatting import enumerate_names, format_figure, plural
from tui_httpbench.tui.formatting import beside_title, format_seconds, seconds_decimals, whole_parts
from tui_httpbench.tui.plan_words import load_in_short, work_in_short
from tui_httpbench.tui.screens.replay.block_digits import BlockNumber
from tui_httpbench.tui.screens.replay.race_clock import AT_REAL_SPEED, RaceClock, speed_in_words
from tui_httpbench.tui.screens.replay.race_track import RaceTrack
from tui_httpbench.tui.stage import STAGE_CLASS
from tui_httpbench.tui.textual_fixes.one_size import OneSizeScreen
from tui_httpbench.tui.textual_fixes.steady_footer import SteadyFooter

FRAMES_PER_SECOND = 24
CLOCK = "the clock shows real seconds"
OVER_ALL = "places and ratios: over all rounds"
BUTTON_MARGIN = 3
"""Cells beside the label of a button: one on each side, and one to the next."""
_LONGEST_FRAME_S = 0.25
_LOFTY, _BROAD = 40, 116
"""Rows and columns from which a stage has room for a clock twice as large."""


class ReplayScreen(OneSizeScreen[None]):
    """Replays a recorded round of all modes side by side; closes itself with ``escape``."""

    CSS_PATH = "replay.tcss"
    TITLE = "httpbench"
    AUTO_FOCUS = ""
    HELP = """
This is a replay of measured requests: of one round, the one in which the modes' times were nearest to the ranking. All
start at once, and the pauses in which other modes had their turns are left out.

- A lane fills as the mode's requests ended. The clock shows measured time, however fast the replay is.
- If the load was a number of requests, a mode finishes with the last of them.
- If the load was a time, requests in flight are waited for, so the modes don't stop together. Each lane says how long
  it measured, the bars compare requests per second, and the line is where the best mode is. Once most lanes have
  stopped, the replay hurries to its end.
- Places and ratios are those of the ranking, which compares all rounds; **1=** is shared.
- A mode that lacks that round shows another one, with its median time.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "toggle_pause", "Pause", id="replay.pause", tooltip="Pause or go on"),
        Binding("r,home", "restart", "Restart", show=False, id="replay.restart", tooltip="Replay from the start"),
        Binding("left", "step(-1)", "Step back", id="replay.back", tooltip="Go back by a tenth of the race"),
        Binding("right", "step(1)", "Step on", id="replay.on", tooltip="Go on by a tenth of the race"),
        Binding("minus", "change_speed(-1)", "Slower", show=False, id="replay.slower", tooltip="Replay half as fast"),
        Binding(
            "plus,equals_sign",
            "change_speed(1)",
            "Faster",
            show=False,
            id="replay.faster",
            tooltip="Replay twice as fast",
        ),
        Binding(
            "t", "use_real_time", "Real time", show=False, id="replay.real-time", tooltip="Replay as fast as it was"
        ),
        Binding("escape", "close", "Results", id="replay.close", tooltip="Back to the results"),
    ]

    def __init__(self, result: Result) -> None:
        super().__init__()
        self.result = result
        self.race = Race.of(result)
        self.clock = RaceClock(self.race.duration_s, self.race.mostly_over_s)
        self._last_frame_s = 0.0

    def compose(self) -> ComposeResult:
        """The time and what this is over the lanes, and under them who wins."""
        yield Header()
        with Horizontal(id="race-top"):
            yield BlockNumber(id="race-time")
            with Vertical(id="race-facts"):
                yield Static(id="race-title", markup=False)
                yield Static(id="race-state", markup=False)
                with Horizontal(id="race-controls"):
                    yield _button("Pause", "toggle_pause", "space")
                    yield _button("r Restart", "restart", "r")
                    yield _button("- Slower", "change_speed(-1)", "-")
                    yield _button("+ Faster", "change_speed(1)", "+")
                    yield _button("t Real time", "use_real_time", "t")
        yield RaceTrack(self.race, places_of(self.result.ranking), self.result.plan.modes)
        yield Static(id="race-verdict", markup=False)
        yield SteadyFooter()

    def on_mount(self) -> None:
        """Begins."""
        self._last_frame_s = time.monotonic()
        self.redraw()
        self.set_interval(1 / FRAMES_PER_SECOND, self._next_frame)

    def on_resize(self) -> None:
        """Leaves out what would be cut off; every button has a key as well."""
        self.sub_title = beside_title(self.TITLE, work_in_short(self.result.plan), self.size.width)
        columns = self.query_one("#race-facts").content_size.width
        for button in self.query("#race-controls Button").results(Button):
            columns -= len(str(button.label)) + BUTTON_MARGIN
            button.display = columns >= -1
        # Who can go faster must be able to go slower again.
        self.query_one("#race-change-speed-slower").display = self.query_one("#race-change-speed-faster").display
        self.redraw()

    def on_screen_resume(self) -> None:
        """Goes on where it was when another screen came over it."""
        self._last_frame_s = time.monotonic()

    def redraw(self) -> None:
        """Draws the moment that the clock shows."""
        clock = self.clock
        decimals = seconds_decimals(clock.duration_s)
        is_large = self.app.has_class(STAGE_CLASS) and self.size.height >= _LOFTY and self.size.width >= _BROAD
        self.set_class(is_large, "-large-clock")
        self.query_one("#race-time", BlockNumber).show(f"{clock.position_s:.{decimals}f}", 2 if is_large else 1)
        self.query_one(RaceTrack).show(clock.position_s)
        columns = self.query_one("#race-facts").content_size.width
        speed = speed_in_words(clock.speed_now)
        title = f"Replay {speed}" if speed == AT_REAL_SPEED else f"Replay, {speed}"
        whole = f"{title}; {CLOCK}"
        has_room = len(whole) <= columns
        self._say("#race-title", whole if has_room else title)
        said = filter(None, (*self._state(), "" if has_room else CLOCK))
        self._say("#race-state", whole_parts(" · ".join(said), columns))
        self._say("#race-verdict", self._verdict(), layout=True)
        pause = self.query_one("#race-toggle-pause", Button)
        label = "Again" if clock.is_over else "Go on" if clock.is_paused else "Pause"
        if str(pause.label) != label:
            pause.label = label
            # The footer says what the button says.
            space = self._bindings.key_to_bindings["space"]
            self._bindings.key_to_bindings["space"] = [replace(each, description=label) for each in space]
            self.refresh_bindings()

    def action_toggle_pause(self) -> None:
        """Pauses, goes on, or begins anew after the end."""
        self.clock.toggle()
        self.redraw()

    def action_restart(self) -> None:
        """Begins anew."""
        self.clock.restart()
        self.redraw()

    def action_step(self, direction: int) -> None:
        """Goes back or on."""
        self.clock.step(direction)
        self.redraw()

    def action_change_speed(self, direction: int) -> None:
        """Runs slower or faster."""
        self.clock.change_speed(direction)
        self.redraw()

    def action_use_real_time(self) -> None:
        """Runs as fast as it was."""
        self.clock.use_real_time()
        self.redraw()

    def action_close(self) -> None:
        """Goes back to the results."""
        self.dismiss()

    def _next_frame(self) -> None:
        now_s = time.monotonic()
        watched_s, self._last_frame_s = now_s - self._last_frame_s, now_s
        clock = self.clock
        if self.is_active and not clock.is_paused and not (clock.is_over and not clock.is_waiting):
            # A terminal that was held up goes on from where it was rather than jump.
            clock.advance(min(watched_s, _LONGEST_FRAME_S))
            self.redraw()

    def _state(self) -> tuple[str, str]:
        """What the clock does, and what one must know of the lanes by now."""
        clock, race = self.clock, self.race
        if clock.is_waiting:
            return "GET READY", ""
        running = len(race.running(clock.position_s))
        note = ""
        if clock.is_hurrying:
            note = f"{plural(running, 'mode')} still {'runs' if running == 1 else 'run'}"
        elif knows_places(self.result.ranking) and any(racer.has_ended(clock.position_s) for racer in race.placed):
            note = OVER_ALL
        if clock.is_over:
            return "FINISHED", note
        return "PAUSED" if clock.is_paused else "HURRYING" if clock.is_hurrying else "", note

    def _verdict(self) -> str:
        race = self.race
        if why := why_no_race(self.result):
            return why
        if not race.placed or not self.clock.is_over:
            load = load_in_short(self.result.plan)
            each = f", {load} each" if load else ""
            if not knows_places(self.result.ranking):
                return f"{f'Round {race.round}, the only one' if race.round else 'The only round'}{each}."
            if not race.round:
                return f"Of each mode its median round{each}."
            return f"Round {race.round} alone, its gaps nearest to the ranking{each}."
        if not knows_places(self.result.ranking):
            return ONE_ROUND
        winners, last = race.winners, race.placed[-1]
        if len(winners) > 1:
            names = enumerate_names([racer.mode for racer in winners])
            who = names if len(winners) == 2 else f"{len(winners)} modes"
            return f"A tie: {who} share the first place, too close to call over all rounds."
        (winner,) = winners
        assert winner.finish_s is not None
        # Its own time: the clock goes on until the last of all requests has ended.
        won = format_seconds(winner.finish_s)
        if race.is_timed:
            won = f"{plural(winner.requests, 'request')} in {won}"
        if winner is last:
            return f"{winner.mode}: {won}"
        behind = last.rank.ratio if last.rank is not None else None
        rest = "" if behind is None else f"; {last.mode} takes {format_figure(behind)} times as long"
        ties = "; ".join(enumerate_names(modes) for modes in race.ties)
        return f"{winner.mode} wins: {won}{rest}.{f' Tied: {ties}.' if ties else ''}"

    def _say(self, selector: str, text: str, *, layout: bool = False) -> None:
        line = self.query_one(selector, Static)
        if line.content != text:
            line.update(text, layout=layout)


def _button(label: str, action: str, key: str) -> Button:
    name = action.partition("(")[0].replace("_", "-")
    suffix = {"change_speed(-1)": "-slower", "change_speed(1)": "-faster"}.get(action, "")
    return Button(label, compact=True, action=f"screen.{action}", id=f"race-{name}{suffix}", tooltip=f"key: {key}")
