"""Who takes part in a run: entrants, each a mode under a label, out of the names that a user gives.

The grammar of labels is here and nowhere else; all else knows a label as a whole, and asks for the mode behind it.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from tui_httpbench.clients.catalog import MODES, Mode, UnknownModeError, add_file, libraries, offered
from tui_httpbench.text.quoting import shortened, shown_path

# A path may hold an @ as well, but is followed by a colon and an id.
_LABEL = re.compile(
    r"(?P<name>.+?)(@(?P<variant>[A-Za-z0-9][A-Za-z0-9._+-]*))?(#(?P<copy>[1-9][0-9]{0,2}))?", re.DOTALL
)


@dataclass(frozen=True)
class Entrant:
    """One lane of a run: a mode, which of its copies, and under which label of a variant, empty for none.

    The same mode twice is ``aiohttp`` and ``aiohttp#2``, one with two variants ``aiohttp@old`` and ``aiohttp@new``.
    """

    mode: Mode
    copy: int = 1
    variant: str = ""

    @property
    def lane(self) -> str:
        """What all copies of it are called, which do alike and are probed as one."""
        return f"{self.mode.id}@{self.variant}" if self.variant else self.mode.id

    @property
    def label(self) -> str:
        """What it is called all through a run."""
        return self.lane if self.copy == 1 else f"{self.lane}#{self.copy}"

    def makes_anew(self, kept: Entrant) -> bool:
        """Whether it makes a client for every request where the other, of the same variant, keeps one."""
        return self.mode.makes_anew(kept.mode) and self.variant == kept.variant


def entrant_of(label: str) -> Entrant:
    """The entrant of a label. Raises KeyError for a mode that is not known, ValueError for what is no label."""
    mode_id, variant, copy = split_label(label)
    return Entrant(MODES[mode_id], copy, variant)


def mode_of(label: str) -> Mode:
    """The mode behind a label. Raises KeyError and ValueError, as ``entrant_of`` does."""
    return entrant_of(label).mode


def lane_of(label: str) -> str:
    """What an entrant and its copies have in common, such as ``httpx@old`` for ``httpx@old#2``. Raises ValueError."""
    name, variant, _ = split_label(label)
    return f"{name}@{variant}" if variant else name


def entrants_of(labels: Iterable[str], lanes: Container[str]) -> tuple[str, ...]:
    """The labels that stand for one of these lanes, such as ``httpx#2`` for ``httpx``. Raises as ``lane_of``."""
    return tuple(label for label in labels if lane_of(label) in lanes)


def without_variants(labels: Iterable[str]) -> tuple[str, ...]:
    """The labels as they were before variants: each mode as often as it was chosen. Raises as ``entrant_of``."""
    return tuple(dict.fromkeys(replace(entrant_of(label), variant="").label for label in labels))


def split_label(label: str) -> tuple[str, str, int]:
    """The parts of a label: a mode's id or the name that asks for it, the variant's, empty for none, and the copy's.

    Raises ValueError for what is no label.
    """
    match = _LABEL.fullmatch(label)
    if match is None:
        raise ValueError(label)
    return match["name"], match["variant"] or "", int(match["copy"] or 1)


def select_modes(names: Iterable[str]) -> tuple[str, ...]:
    """The labels of a run's entrants from what a user asked for, in that order.

    A name is a mode's id, ``all``, a library's name (``requests:all`` where a mode has the same name as its library),
    or a client file, ``FILE.py`` for all of its modes and ``FILE.py:ID`` for one. The second run of a mode is called
    ``id#2``, the third ``id#3``. Raises UnknownModeError.
    """
    chosen = [mode_id for name in names for mode_id in _modes_named(name)]
    copies: Counter[str] = Counter()
    labels = []
    for mode_id in chosen:
        copies[mode_id] += 1
        labels.append(Entrant(MODES[mode_id], copies[mode_id]).label)
    return tuple(labels)


def name_to_remember(label: str) -> str:
    """What asks for this mode again in another process: its id, or for a user's own its file and id."""
    mode = mode_of(label)
    if mode.library.is_built_in or mode in offered()[0]:
        return mode.id
    return f"{mode.library.source_file}:{mode.id}"


def _modes_named(name: str) -> list[str]:
    file, colon, mode_id = name.partition(".py:")
    if colon or name.endswith(".py"):
        return _modes_of_file(file + ".py" if colon else name, mode_id)
    if name in MODES:
        return [name]
    offered()
    if name in MODES:
        return [name]
    if name == "all":
        return [mode.id for mode in MODES.values() if mode.library.is_built_in and mode.is_installed()]
    library_name = name.removesuffix(":all")
    of_library = [mode.id for mode in MODES.values() if mode.library.name == library_name]
    if of_library:
        return of_library
    if why := _why_not_in_library(*name.split(":", 1)):
        raise UnknownModeError(why)
    known = [*MODES, *(library.name for library in libraries())]
    import difflib

    nearest = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.4)
    hint = f"did you mean {nearest[0]}?" if nearest else "see httpbench-tui modes for the list."
    raise UnknownModeError(f"There is no mode {shortened(name)!r}; {hint}")


def _why_not_in_library(library_name: str, mode_id: str = "") -> str:
    """The sentence on ``httpx:…``, as a file's modes are named; empty where no library is called so."""
    ids = [mode.id for mode in MODES.values() if mode.library.name == library_name]
    if not ids:
        return ""
    if mode_id in ids:
        return f"A mode of a library is named alone: -m {mode_id}."
    what = f"{library_name} has no mode {shortened(mode_id)!r}"
    return f"{what}; write one of {', '.join(ids)} alone, or {library_name}:all."


def _modes_of_file(name: str, mode_id: str) -> list[str]:
    # Not Path.expanduser, which raises where nobody has that home.
    path = Path(os.path.expanduser(name))  # noqa: PTH111
    ids = [mode.id for mode in add_file(path)]
    if not mode_id:
        return ids
    if mode_id not in ids:
        raise UnknownModeError(f"{shown_path(path)} has no mode {shortened(mode_id)!r}; it has {', '.join(ids)}.")
    return [mode_id]
