"""The clock of a replay: how fast the recorded time goes by, and where it stands."""

from __future__ import annotations

import math

WATCHED_S = 10.0
HURRIED_S, LONG_REST_S = 2.0, 4.0
"""How long the rest of a race takes to watch once most have stopped, where it would take more than the latter."""
LEAD_S = 1.0
STEP_SHARE = 0.1
FACTOR = 2.0
SLOWEST, FASTEST = 1e-5, 1e4


class RaceClock:
    """Goes from 0 to ``duration_s`` of recorded time, ``speed`` times as fast as it was; holds still before the start.

    Whatever moves it takes seconds of the watching person's time, or a share of the race. From ``hurry_from_s`` of
    recorded time on it hurries, unless real time was asked for: ``HURRIED_S`` at the speed it starts with.
    """

    def __init__(self, duration_s: float, hurry_from_s: float | None = None) -> None:
        """Begins at the speed at which the race is good to watch."""
        self.duration_s = duration_s
        self.hurry_from_s = duration_s if hurry_from_s is None else hurry_from_s
        self.speed = start_speed(self.hurry_from_s)
        rest_s = (duration_s - self.hurry_from_s) / self.speed
        self._hurry = rest_s / HURRIED_S if rest_s > LONG_REST_S else 1.0
        self.position_s = 0.0
        self.is_paused = False
        self.lead_s = LEAD_S

    @property
    def is_over(self) -> bool:
        """Whether the end is reached."""
        return self.position_s >= self.duration_s

    @property
    def is_hurrying(self) -> bool:
        """Whether it runs faster than its speed says, since little is left to see."""
        return self._hurry > 1.0 and self.hurry_from_s <= self.position_s < self.duration_s

    @property
    def speed_now(self) -> float:
        """How many recorded seconds go by in a second at this moment."""
        return self.speed * self._hurry if self.is_hurrying else self.speed

    @property
    def is_waiting(self) -> bool:
        """Whether the start is still to come."""
        return self.lead_s > 0

    def advance(self, watched_s: float) -> None:
        """Lets time go by, unless the clock is paused."""
        if self.is_paused:
            return
        waited_s = min(watched_s, self.lead_s)
        self.lead_s -= waited_s
        watched_s -= waited_s
        if self.position_s < self.hurry_from_s:
            plain_s = min(watched_s, (self.hurry_from_s - self.position_s) / self.speed)
            self.position_s += plain_s * self.speed
            watched_s -= plain_s
            if watched_s <= 0:
                return
            # Sums of small steps end beside the moment, and beside it the speed is another one.
            self.position_s = self.hurry_from_s
        self.position_s = min(self.position_s + watched_s * self.speed_now, self.duration_s)

    def toggle(self) -> None:
        """Pauses or goes on; begins anew where the race is over."""
        if self.is_over:
            self.restart()
        else:
            self.is_paused = not self.is_paused

    def restart(self) -> None:
        """Goes back to the start and runs, at the same speed."""
        self.position_s = 0.0
        self.lead_s = LEAD_S
        self.is_paused = False

    def step(self, direction: int) -> None:
        """Goes a tenth of the race on (1) or back (-1)."""
        self.lead_s = 0.0
        moved_s = self.position_s + direction * STEP_SHARE * self.duration_s
        self.position_s = min(max(moved_s, 0.0), self.duration_s)

    def change_speed(self, direction: int) -> None:
        """Runs twice (1) or half (-1) as fast; stops at real time on the way past it."""
        changed = self.speed * FACTOR**direction
        if (self.speed - 1) * (changed - 1) < 0:
            changed = 1.0
        self.speed = min(max(changed, SLOWEST), FASTEST)

    def use_real_time(self) -> None:
        """Runs as fast as it was, to the end."""
        self.speed = 1.0
        self._hurry = 1.0


AT_REAL_SPEED = "at real speed"


def start_speed(duration_s: float) -> float:
    """The speed, to two digits, at which a race takes about ten seconds to watch; real time where that is near."""
    if duration_s <= 0 or 0.8 <= duration_s / WATCHED_S <= 1.2:
        return 1.0
    speed = duration_s / WATCHED_S
    digits = 1 - math.floor(math.log10(speed))
    return min(max(round(speed, digits), SLOWEST), FASTEST)


def speed_in_words(speed: float) -> str:
    """``slowed down 18 times``, ``sped up 2 times``, or ``at real speed``, also where the difference isn't seen."""
    factor = max(speed, 1 / speed)
    times = f"{factor:,.0f}" if factor >= 9.95 else f"{factor:.1f}".removesuffix(".0")
    if times == "1":
        return AT_REAL_SPEED
    return f"{'sped up' if speed > 1 else 'slowed down'} {times} times"
