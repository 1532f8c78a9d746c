"""A lock on a file, which the system takes back when its holder dies, however that happens."""

from __future__ import annotations

import os
import sys
from pathlib import Path


class FileLock:
    """Holds the lock until ``release``, or until this process ends; children do not inherit it."""

    def __init__(self, path: Path, *, waits: bool = False) -> None:
        """Takes the lock, and makes the file if need be; ``waits`` for another holder to let go.

        Raises BlockingIOError where another holder lives, OSError where the file can't be locked.
        """
        while True:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                _lock(self._descriptor, waits)
                if _is_at(path, self._descriptor):
                    return
            except OSError:
                os.close(self._descriptor)
                raise
            # Its holder before has removed it: a lock on it keeps nobody out who makes it anew.
            os.close(self._descriptor)

    def release(self) -> None:
        """Lets go of the lock; safe to call twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _is_at(path: Path, descriptor: int) -> bool:
    """Whether this file is the one that has the name."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _lock(descriptor: int, waits: bool) -> None:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_LOCK if waits else msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError(*error.args) from None
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
