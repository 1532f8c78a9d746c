"""What a run finds out beside its finished rounds, as lines of JSON, and back: of each kind, the last one counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, TypeAlias, cast, get_args

from tui_httpbench.measured.conditions import RunConditions
from tui_httpbench.measured.probe import Probe
from tui_httpbench.measured.record_json import MAX_GROUPS, MAX_RECORDED_ROUNDS, setup_from_dict
from tui_httpbench.measured.records import Outcome, WorkerSetup
from tui_httpbench.measured.strict_json import items, read_as, seconds_or_none, table, text, whole


@dataclass(frozen=True)
class RoundStart:
    """What is known of a round, or of one of its groups, when its first slice begins; noted again when a mode is lost.

    ``duration_s`` is how long each mode is to be measured, None where the load is a number of requests. ``setups`` are
    what the workers told of themselves, by mode; ``ended`` tells of modes whose round is over already how, and why.
    """

    round: int
    group: int
    duration_s: float | None
    setups: dict[str, WorkerSetup]
    ended: dict[str, tuple[Outcome, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class RunEnd:
    """How a run ended: by its user, or why it could not go on (empty where it did not have to), and at what time.

    ``interrupted`` tells that the app was ended in the middle of it, as is known once it was recovered.
    """

    stopped: bool
    trouble: str
    ended_at: str
    interrupted: bool = False


@dataclass(frozen=True)
class EarlierEnd:
    """How the run ended that this one goes on with, and after how many ``rounds``: so it stays until one is added."""

    rounds: int
    stopped: bool
    trouble: str
    ended_at: str
    interrupted: bool = False


@dataclass(frozen=True)
class ProbesMade:
    """What the probes before the rounds showed."""

    probes: tuple[Probe, ...]


Note: TypeAlias = ProbesMade | RunConditions | RoundStart | RunEnd | EarlierEnd
_KINDS: dict[str, type[Note]] = {
    "probes": ProbesMade,
    "conditions": RunConditions,
    "round": RoundStart,
    "end": RunEnd,
    "earlier end": EarlierEnd,
}


@dataclass(frozen=True)
class Notes:
    """The notes of a run so far: ``starts`` by round and group, the rest None or empty where nothing was noted."""

    probes: tuple[Probe, ...] = ()
    conditions: RunConditions | None = None
    starts: dict[tuple[int, int], RoundStart] = field(default_factory=dict)
    end: RunEnd | None = None
    earlier: EarlierEnd | None = None

    def of_round(self, mode: str, number: int) -> RoundStart | None:
        """The start of that mode's round, None where none was noted."""
        for start in self.starts.values():
            if start.round == number and (mode in start.setups or mode in start.ended):
                return start
        return None


def note_to_dict(note: Note) -> dict[str, Any]:
    """The note for a line of JSON."""
    name = next(name for name, kind in _KINDS.items() if isinstance(note, kind))
    return {"note": name, **asdict(note)}


def note_from_dict(values: dict[str, Any]) -> Note:
    """The note of such a line. Raises KeyError, TypeError, ValueError."""
    kind = _KINDS[text(values["note"])]
    return _round_start(values) if kind is RoundStart else read_as(kind, values)


def gather(notes: Iterable[Note]) -> Notes:
    """All of them in one value."""
    found = Notes()
    for note in notes:
        match note:
            case ProbesMade():
                found = replace(found, probes=note.probes)
            case RunConditions():
                found = replace(found, conditions=note)
            case RoundStart():
                found.starts[note.round, note.group] = note
            case RunEnd():
                found = replace(found, end=note)
            case EarlierEnd():
                found = replace(found, earlier=note)
    return found


def _round_start(values: dict[str, Any]) -> RoundStart:
    return RoundStart(
        round=whole(values["round"], 1, MAX_RECORDED_ROUNDS),
        group=whole(values["group"], 0, MAX_GROUPS),
        duration_s=seconds_or_none(values["duration_s"]),
        setups={mode: setup_from_dict(setup) for mode, setup in table(values["setups"]).items()},
        ended={mode: _ended(*items(how)) for mode, how in table(values["ended"]).items()},
    )


def _ended(outcome: object, reason: object) -> tuple[Outcome, str]:
    if outcome not in get_args(Outcome):
        raise ValueError("outcome")
    return cast(Outcome, outcome), text(reason)
