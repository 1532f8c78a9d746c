"""A system clock that is set back all the time, in the app and in all its processes, by a library loaded into them.

The same library adds to the clock that counts the sleep of the machine, as if it slept an hour in each second.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMPILER = shutil.which("cc") or shutil.which("gcc")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux" or COMPILER is None, reason="needs LD_PRELOAD and a C compiler"),
]

# Each second that passes sets the wall clock back by an hour, and the one that counts sleep as well on by an hour.
SHIM = r"""
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int is_wall(clockid_t id) { return id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE; }

int clock_gettime(clockid_t id, struct timespec *now) {
    int status = syscall(SYS_clock_gettime, id, now);
    if (status == 0 && (is_wall(id) || id == CLOCK_BOOTTIME)) {
        struct timespec running;
        syscall(SYS_clock_gettime, CLOCK_BOOTTIME, &running);
        now->tv_sec += (is_wall(id) ? -3600 : 3600) * (running.tv_sec % 100000);
    }
    return status;
}

int gettimeofday(struct timeval *now, void *zone) {
    struct timespec wall;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &wall);
    now->tv_sec = wall.tv_sec;
    now->tv_usec = wall.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *out) {
    struct timespec wall;
    clock_gettime(CLOCK_REALTIME, &wall);
    if (out) *out = wall.tv_sec;
    return wall.tv_sec;
}
"""


@pytest.fixture(scope="module")
def backwards(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment whose wall clock goes back."""
    folder = tmp_path_factory.mktemp("clock")
    source, library = folder / "clock.c", folder / "clock.so"
    source.write_text(SHIM)
    assert COMPILER is not None
    subprocess.run([COMPILER, "-shared", "-fPIC", "-O1", "-o", str(library), str(source)], check=True)
    return {"LD_PRELOAD": str(library)}


def test_the_clock_of_these_tests_goes_back(backwards: dict[str, str]) -> None:
    code = "import time; a = time.time(); time.sleep(1.1); print(time.time() - a)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | backwards, capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < -3000


@pytest.mark.parametrize("options", [(), ("--tls",)], ids=["plain", "tls"])
def test_a_run_measures_the_same_time_while_the_clock_is_set_back(
    backwards: dict[str, str], tmp_path: Path, options: tuple[str, ...]
) -> None:
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "tui_httpbench", "run", "/delay/20", "-n", "30", "-c", "2", "-r", "1", *options]
    begin = time.monotonic()
    done = subprocess.run(
        [*command, "--json", str(report)],
        env=os.environ | backwards,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    took_s = time.monotonic() - begin
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(report.read_text())
    assert len(result["modes"]) == 8
    (asleep_s,) = re.findall(r"The machine slept for ([\d,]+) s in the middle of the run", " ".join(result["warnings"]))
    assert int(asleep_s.replace(",", "")) % 3600 in (0, 3599, 1)
    for mode in result["modes"]:
        # Two at once, 20 ms each: no round can be quicker, and all rounds together took no longer than the command.
        assert all(elapsed_s >= 15 * 0.02 for elapsed_s in mode["elapsed_s"])
        assert mode["latency_ms"]["p50"] >= 20
        assert (mode["requests"], mode["ok"], mode["rounds_done"]) == (30, 30, 1)
    assert sum(sum(mode["elapsed_s"]) for mode in result["modes"]) < took_s
