"""Runs a command in a pseudo-terminal, waits until the app's first screen is drawn, quits with ctrl+q.

Exits with 0 if the screen was seen and the app ended by itself with status 0.
"""

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time

FIRST_SCREEN = "Concurrency"
CTRL_Q = b"\x11"
LIMIT_S = 300


def main(command: str) -> int:
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execvp("bash", ["bash", "-euc", command])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
    seen = b""
    quitting = False
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
            if not quitting and b"\x1b[?1049h" in seen and FIRST_SCREEN.encode() in seen.partition(b"\x1b[?1049h")[2]:
                time.sleep(1)
                os.write(terminal, CTRL_Q)
                quitting = True
    else:
        print(f"the app did not open and close within {LIMIT_S} s", file=sys.stderr)
        return 1
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if not quitting:
        print(seen.decode(errors="replace")[-3000:], file=sys.stderr)
    print(f"the app {'opened and' if quitting else 'did not open; it'} ended with status {status}")
    return 0 if quitting and status == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
