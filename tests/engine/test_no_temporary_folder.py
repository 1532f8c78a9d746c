"""Temporary folders that can't be written to: the user's state stands in, or one sentence says what to set.

In a mount namespace of their own, where even root can't write to them.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

APART = ("unshare", "--map-root-user", "--mount", "sh", "-c")
READ_ONLY = """
mount -t tmpfs none /mnt || exit 99
for folder in /tmp /var/tmp /usr/tmp; do
    [ -d $folder ] && { mount --bind $folder $folder && mount -o remount,bind,ro $folder || exit 99; }
done
cd /proc
"""
RUN = "run -m http.client -n 3 -c 1 -r 1"
NOWHERE = (
    "neither the folder for temporary files nor that for the user's state can be written to; set TMPDIR or "
    "XDG_STATE_HOME to one that can."
)


def can_be_apart() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*APART, READ_ONLY], capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(not can_be_apart(), reason="no mount namespaces here")


def shell(script: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """What came of a script in which $H is the command."""
    settings = {"H": f"{sys.executable} -m tui_httpbench", "PYTHONPATH": str(Path(__file__).parents[2]), **variables}
    exports = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in settings.items())
    return subprocess.run(
        [*APART, READ_ONLY + exports + script], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.slow
def test_the_state_folder_serves() -> None:
    serve = "$H target --tls >/mnt/url & while ! [ -s /mnt/url ]; do sleep 0.05; done; kill $!; wait $!"
    script = f"set -e; $H {RUN} --json -; {serve}; ls -A /mnt/state/*; $H recover"
    done = shell(script, XDG_STATE_HOME="/mnt/state", TMPDIR="/mnt/missing")
    assert "Traceback" not in done.stderr
    assert done.stdout.count('"ok": 3') == 1, done.stderr
    assert done.stdout.endswith("}\nruns\n"), "nothing is left"
    assert "/mnt/state/httpbench-tui/httpbench-target-" in done.stderr, "where the certificate was"
    assert done.stderr.endswith("There is no interrupted run to recover.\n")
    assert done.returncode == 1


def test_where_nothing_can_be_written_one_sentence_says_what_to_set() -> None:
    done = shell(f"$H {RUN}; echo $?; $H target; echo $?", HOME="/proc/no", XDG_STATE_HOME="/proc/no")
    assert done.stdout == "1\n2\n"
    assert done.stderr.splitlines() == [
        f"httpbench-tui: The run can't be made: {NOWHERE}",
        f"httpbench-tui: The embedded target could not start: {NOWHERE}",
    ]
