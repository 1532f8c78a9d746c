"""Runs a command in a pseudo-terminal and uses the app as a person does: questions, form, run, result, replay, and out.

Exits with 0 if every screen was seen and the app ended by itself with status 0.
"""

import fcntl
import os
import pty
import select
import struct
import sys
import tempfile
import termios
import time

# What a screen shows once it is there, and the keys that lead on; what was seen before a step counts no more.
STEPS = (
    ("All fields", b"a"),  # the questions: all fields
    ("In flight", b"\x12"),  # the form: ctrl+r
    ("take turns", b""),  # the run
    ("higher is better", b" "),  # the result: space
    ("the clock shows", b"\x1b"),  # escape
    ("Ranking", b"\x11"),  # the result again: ctrl+q
)
LIMIT_S = 400


def main(command: str) -> int:
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm-256color"
        # Whoever runs this may have a run of their own to recover, which the app would ask about first.
        os.environ["XDG_STATE_HOME"] = os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp()
        os.execvp("bash", ["bash", "-euc", command])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
    seen = b""
    steps = list(STEPS)
    begun = False
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        ready, _, _ = select.select([terminal], [], [], 1.0)
        if ready:
            try:
                output = os.read(terminal, 65536)
            except OSError:  # Linux: the other side is closed
                output = b""
            if not output:
                break
            seen += output
            # The alternate screen tells the app from what pip prints before it.
            if not begun and b"\x1b[?1049h" in seen:
                begun, seen = True, seen.partition(b"\x1b[?1049h")[2]
            if begun and steps and steps[0][0].encode() in seen:
                _, keys = steps.pop(0)
                time.sleep(1)
                seen = b""
                os.write(terminal, keys)
    else:
        print(f"the app did not open and close within {LIMIT_S} s", file=sys.stderr)
        return 1
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if steps:
        print(seen.decode(errors="replace")[-3000:], file=sys.stderr)
        print(f"the app never showed {steps[0][0]!r}", file=sys.stderr)
    print(f"the app was used for {len(STEPS) - len(steps)} of {len(STEPS)} steps and ended with status {status}")
    return 0 if not steps and status == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
