"""A second name for this machine, which is taken for another machine, since no hosts file has it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

OTHER_MACHINE = "other.test"
_RESOLVER = f"""
import socket
ask = socket.getaddrinfo
def answer(host, *more, **named):
    return ask("127.0.0.1" if host in ("{OTHER_MACHINE}", b"{OTHER_MACHINE}") else host, *more, **named)
socket.getaddrinfo = answer
"""


def give_name_to_this_machine(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets Python clients in workers that are started from now on find ``OTHER_MACHINE`` here."""
    (folder / "sitecustomize.py").write_text(_RESOLVER)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]))
