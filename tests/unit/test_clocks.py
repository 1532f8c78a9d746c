"""Times are measured with clocks that only go forward: the wall clock is for ages of files and for names."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import tui_httpbench

PACKAGE = Path(tui_httpbench.__file__).parent

# Whoever sets it back or forward changes what these tell.
WALL_CLOCK = {
    "time": {"time", "time_ns", "localtime", "gmtime", "ctime", "asctime", "strftime", "CLOCK_REALTIME"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
}
ALLOWED = {
    "bench/cluster/host_facts.py": {"time.time"},  # what a host's clock says
    "bench/cluster/host_folder.py": {"time.time"},  # how long ago another run began on this host
    "bench/cluster/hosts_runner.py": {"time.time"},  # whether this machine slept, for which its other clock may stop
    "bench/cluster/link.py": {"time.time"},  # how far that is off
    "bench/kept_runs.py": {"datetime.now"},  # when a run without an end ended
    "bench/recovery.py": {"time.time"},  # how long ago a run was interrupted
    "bench/runner.py": {"datetime.now"},  # when the run was started, for its report
    "environments/making.py": {"time.time"},  # when an environment was made
    "environments/store.py": {"time.time"},  # how long ago that was
    "history/database.py": {"datetime.now"},  # the name of what is set aside
    "history/naming.py": {"datetime.now"},  # the id of a run whose start nobody knows
    "history/run_store.py": {"time.time"},  # how long ago a run was removed, and a file left
    "tui/saving.py": {"datetime.now"},  # the name of a saved file
    "tui/screens/history/run_list.py": {"datetime.now"},  # whether a run is of today
}


def wall_clock_uses(source: str) -> set[str]:
    """What a module takes from the wall clock, such as ``time.time``, under whatever name."""
    found = set()
    modules: dict[str, str] = {}
    nodes = list(ast.walk(ast.parse(source)))
    for node in nodes:
        if isinstance(node, ast.Import):
            modules |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module in ("time", "datetime"):
            modules |= {alias.asname or alias.name: alias.name for alias in node.names}
            found |= {f"time.{alias.name}" for alias in node.names if alias.name in WALL_CLOCK[node.module]}
    for node in nodes:
        if isinstance(node, ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
            owner = modules.get(owner, owner)
            if node.attr in WALL_CLOCK.get(owner, ()):
                found.add(f"{owner}.{node.attr}")
    return found


def test_nothing_is_measured_with_the_wall_clock() -> None:
    uses = {path.relative_to(PACKAGE).as_posix(): wall_clock_uses(path.read_text()) for path in PACKAGE.rglob("*.py")}
    assert {path: found for path, found in uses.items() if found} == ALLOWED


@pytest.mark.parametrize(
    ("source", "uses"),
    [
        ("import time\ntime.time()", {"time.time"}),
        ("import time as clock\nclock.time_ns()", {"time.time_ns"}),
        ("from time import time\ntime()", {"time.time"}),
        ("from time import monotonic\nmonotonic()", set()),
        ("import time\nbegin = time.perf_counter_ns()", set()),
        ("import datetime\ndatetime.datetime.now()", {"datetime.now"}),
        ("from datetime import datetime as moment\nmoment.utcnow()", {"datetime.utcnow"}),
        ("import datetime\ndatetime.date.today()", {"date.today"}),
    ],
)
def test_every_way_to_the_wall_clock_is_seen(source: str, uses: set[str]) -> None:
    assert wall_clock_uses(source) == uses
