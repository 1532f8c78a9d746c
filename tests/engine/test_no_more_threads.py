"""A user who may have no more processes and threads (``ulimit -u``) is told so in a sentence."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tui_httpbench.files.threads import NO_MORE, in_plain_words

if sys.platform != "linux":
    pytest.skip("limits a user's processes as Linux does", allow_module_level=True)

# Root has no such limit: the test is another user, who may read all that root may.
SOMEBODY = 54_400
READS_ALL = ("--inh-caps=+dac_override,+dac_read_search", "--ambient-caps=+dac_override,+dac_read_search")
LIMIT = """
import asyncio, resource, sys, threading
from tui_httpbench.commands.main import main
from tui_httpbench.files.threads import in_thread
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_NPROC, (limit, limit))
try:
    threading.Thread(target=print).start()
except RuntimeError:
    print(asyncio.run(in_thread(sum, [1, 2])))
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize("limit", [1, 6])
def test_what_can_not_be_started_is_told_in_a_sentence(limit: int, tmp_path: Path) -> None:
    before: tuple[str, ...] = ()
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("no program to become another user with")
        before = ("setpriv", f"--reuid={SOMEBODY + limit}", "--clear-groups", *READS_ALL)
    done = subprocess.run(
        [*before, sys.executable, "-c", LIMIT, str(limit), "run", "-m", "http.client", "-n", "3", "-r", "1"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")},
    )
    assert done.returncode == 1
    assert NO_MORE in " ".join(done.stderr.split())
    if limit == 1:
        # NumPy's own threads are among what can't be started, and all that needs none is done.
        assert done.stdout == "3\n"
        assert done.stderr == f"httpbench-tui: The embedded target could not start: {NO_MORE}.\n"


def test_a_program_that_was_refused_a_thread_is_told_of_plainly() -> None:
    rust = 'failed to spawn thread: Os { code: 11, kind: WouldBlock, message: "Resource temporarily unavailable" }'
    assert in_plain_words(rust) == in_plain_words("RuntimeError: can't start new thread") == NO_MORE
    assert in_plain_words("Address already in use") == "Address already in use"
