"""Under which conditions two runs differ, and what that means for a comparison of their lanes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tui_httpbench.analysis.compared_run import ComparedRun, Kind
from tui_httpbench.analysis.doubts import OTHER_CPU_SHARE
from tui_httpbench.text.formatting import enumerate_first, format_percent

_ORDER: tuple[Kind, ...] = ("machine", "state", "software", "work", "setting")
_MOST_NAMED = 4


@dataclass(frozen=True)
class Difference:
    """A condition that two runs differ in: its ``id`` and ``title``, and what it was in each; empty is not known."""

    id: str
    title: str
    old: str
    new: str
    kind: Kind

    @property
    def is_known(self) -> bool:
        """Whether both runs tell it."""
        return bool(self.old and self.new)


def differences_of(old: ComparedRun, new: ComparedRun) -> tuple[Difference, ...]:
    """All conditions in which they differ: first the machine, then how busy it was, versions, work and settings."""
    common = set(old.labels) & set(new.labels)
    before, after = (
        {each.id: each for each in run.conditions if not each.lanes or common & set(each.lanes)} for run in (old, new)
    )
    found = []
    for key in dict.fromkeys((*before, *after)):
        known = after.get(key) or before[key]
        was, now = (run[key].text if key in run else "" for run in (before, after))
        if was != now:
            found.append(Difference(key, known.title, was, now, known.kind))
    found += _other_load(old, new)
    return tuple(sorted(found, key=lambda each: _ORDER.index(each.kind)))


def _other_load(old: ComparedRun, new: ComparedRun) -> Iterator[Difference]:
    """What other programs used, where that is so much that it makes a run slower."""
    shares = [run.other_cpu_share for run in (old, new)]
    if shares[0] != shares[1] and any(share is not None and share > OTHER_CPU_SHARE for share in shares):
        was, now = ("" if share is None else f"{format_percent(share)} of the processors" for share in shares)
        yield Difference("other_cpu_share", "other programs", was, now, "state")


def why_clock_is_unsure(differences: tuple[Difference, ...]) -> str:
    """Why times of two runs tell nothing of their lanes alone, as the end of a sentence; empty where they may."""
    machine = [each.title for each in differences if each.kind == "machine" and each.is_known]
    if machine:
        return f"the machines differ ({enumerate_first(machine, _MOST_NAMED)})"
    if any(each.kind == "state" for each in differences):
        return "other programs used the processors meanwhile"
    return ""


def why_other_work(differences: tuple[Difference, ...]) -> str:
    """In what they did other work, in names; empty where it was the same."""
    return enumerate_first([each.title for each in differences if each.kind == "work" and each.is_known], _MOST_NAMED)
