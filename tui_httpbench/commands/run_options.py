"""What is asked of a run besides its plan."""

from __future__ import annotations

from dataclasses import dataclass

from tui_httpbench.analysis.grouping import GroupBy
from tui_httpbench.plan.reference import USUAL, Against
from tui_httpbench.report.formats import Export


@dataclass(frozen=True)
class RunOptions:
    """How a run without a screen is reported, what it may do, and how it is kept.

    ``exports`` are written beside the report. ``metric`` (None for the usual one), ``verbose`` and ``group_by`` say
    what the report shows, and ``against`` what a lane is compared with, and by how much it may be slower.
    ``keep_going`` measures even where every mode failed in the same way in its probe; ``yes`` allows redirects to
    another machine, and a heavy load there. What is reported is kept in the history under its ``name``, unless
    ``in_history`` forbids it.
    """

    exports: tuple[Export, ...] = ()
    metric: str | None = None
    verbose: bool = False
    keep_going: bool = False
    yes: bool = False
    against: Against = USUAL
    group_by: GroupBy | None = None
    name: str = ""
    in_history: bool = True
