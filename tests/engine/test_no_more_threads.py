"""A user who may have no more processes and threads (``ulimit -u``) is told so in a sentence."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("limits a user's processes as Linux does", allow_module_level=True)

# Root has no such limit: the test is another user, who may read all that root may.
SOMEBODY = ("setpriv", "--reuid=54321", "--clear-groups")
READS_ALL = ("--inh-caps=+dac_override,+dac_read_search", "--ambient-caps=+dac_override,+dac_read_search")
LIMIT = """
import asyncio, resource, sys, threading
from tui_httpbench.commands.main import main
from tui_httpbench.commands import run
from tui_httpbench.files.threads import in_thread
resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
try:
    threading.Thread(target=print).start()
except RuntimeError:
    print(asyncio.run(in_thread(sum, [1, 2])))
sys.exit(main(sys.argv[1:]))
"""


def test_what_can_not_be_started_is_told_in_a_sentence(tmp_path: Path) -> None:
    before: tuple[str, ...] = ()
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("no program to become another user with")
        before = (*SOMEBODY, *READS_ALL)
    done = subprocess.run(
        [*before, sys.executable, "-c", LIMIT, "run", "-m", "http.client", "-n", "3", "-r", "1"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "XDG_STATE_HOME": str(tmp_path / "state")},
    )
    assert (done.returncode, done.stdout) == (1, "3\n")
    assert done.stderr == (
        "httpbench-tui: The embedded target could not start: the system allows this user no more processes and "
        "threads; end other programs, or raise that limit (ulimit -u).\n"
    )
