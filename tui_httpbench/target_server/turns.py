"""Whose turn it is at a process of the embedded target: counts, processor time and draws, apart for each label."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

NOBODY = ""
"""The label of what is nobody's turn: warm-up, probes, and whatever comes before the first turn."""

Draws = TypeVar("Draws")


@dataclass(frozen=True)
class TargetCounts:
    """What the embedded target has done, in all since it answered first or in the turns of one label.

    ``requests`` arrived over ``connections`` different client connections; one that sent no request isn't counted, nor
    one again that had sent some before. ``cpu_s`` is the processor time of all its threads, in seconds: in all with its
    start, for a label without what it takes to obey the parent. ``held_s`` is for how long requests were held before
    they were answered, each from its arrival on: their service time, their place in line and a path's delay; seconds,
    summed up, 0 for requests that are answered at once.
    """

    requests: int
    connections: int
    cpu_s: float
    held_s: float = 0.0


class Stopwatch:
    """How much a clock has gone on, in seconds, while the stopwatch ran; ``read_s`` may be called in any thread."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        """Stands at 0."""
        self._clock_s = clock_s
        # Both in one attribute, so that no other thread ever sees one without the other.
        self._state: tuple[float, float | None] = (0.0, None)

    def read_s(self) -> float:
        """The seconds that have passed while it ran."""
        passed_s, started_s = self._state
        return passed_s if started_s is None else passed_s + self._clock_s() - started_s

    def start(self) -> None:
        """Lets it run; does nothing when it does."""
        if self._state[1] is None:
            self._state = (self._state[0], self._clock_s())

    def stop(self) -> None:
        """Holds it."""
        self._state = (self.read_s(), None)


class Turn(Generic[Draws]):
    """What belongs to one label since the round began; ``draws`` are what its waiting times come from."""

    def __init__(self, make_draws: Callable[[Stopwatch], Draws], cpu_clock_s: Callable[[], float]) -> None:
        """``make_draws`` is told of the label's own time, which stands still while it is not its turn."""
        self.requests = 0
        self.connections = 0
        self.held_s = 0.0
        self.draws = make_draws(working := Stopwatch())
        self._make_draws = make_draws
        self._watches = working, Stopwatch(cpu_clock_s)

    def begin(self) -> None:
        """It is this label's turn."""
        for watch in self._watches:
            watch.start()

    def end(self) -> None:
        """It is no longer this label's turn."""
        for watch in self._watches:
            watch.stop()

    def draw_anew(self) -> None:
        """Begins the draws from the seed again, with nobody in line; what came before waits by the draws of before."""
        self.draws = self._make_draws(self._watches[0])

    def counts(self) -> TargetCounts:
        """What has happened in this label's turns so far."""
        return TargetCounts(self.requests, self.connections, self._watches[1].read_s(), self.held_s)


class Turns(Generic[Draws]):
    """Each label's turn since the round began, and ``current``, the one that goes on.

    ``current`` may be read in any thread: once for what arrives, which keeps what it read then, however long it stays.
    All else is for one thread, the one that obeys the parent.
    """

    current: Turn[Draws]

    def __init__(self, make_draws: Callable[[Stopwatch], Draws], cpu_clock_s: Callable[[], float]) -> None:
        """``make_draws`` begins draws from the seed; ``cpu_clock_s`` tells the process's time in seconds."""
        self._make_draws = make_draws
        self._cpu_clock_s = cpu_clock_s
        self.begin_round()

    def begin_round(self) -> None:
        """Forgets all turns; it is nobody's until ``take``."""
        nobody = self._new_turn()
        self._turns = {NOBODY: nobody}
        nobody.begin()
        self.current = nobody

    def take(self, label: str) -> None:
        """From now on, what arrives belongs to ``label``, whose draws go on; those of ``NOBODY`` begin anew."""
        self.current.end()
        turn = self._turns.get(label)
        if turn is None:
            turn = self._turns[label] = self._new_turn()
        elif label == NOBODY:
            turn.draw_anew()
        turn.begin()
        self.current = turn

    def counts(self) -> dict[str, TargetCounts]:
        """What each label has done since the round began."""
        return {label: turn.counts() for label, turn in self._turns.items()}

    def _new_turn(self) -> Turn[Draws]:
        return Turn(self._make_draws, self._cpu_clock_s)


def commands_of(turns: Turns[Any]) -> dict[str, Callable[[str], Any]]:
    """The parent's commands that concern turns."""
    return {
        "begin_round": lambda _: turns.begin_round(),
        "take_turn": turns.take,
        "turn_counts": lambda _: {label: vars(counts) for label, counts in turns.counts().items()},
    }
