"""Counts the connections that Python code opens in this process."""

from __future__ import annotations

import socket
import sys
from typing import Any


class ConnectionCounter:
    """Listens to ``socket.connect`` audit events; a native client raises none, so for it nothing can be known.

    An audit hook can't be taken away again, so make one for a process at most.
    """

    def __init__(self) -> None:
        """Counts from now on."""
        self.opened = 0
        sys.addaudithook(self._note)

    def _note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect" and arguments[0].type == socket.SOCK_STREAM:
            self.opened += 1
