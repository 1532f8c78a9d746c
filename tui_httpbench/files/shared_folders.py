"""Paths through folders that several users may write to, such as /tmp: what somebody else has put there is not used.

A link that another user made there could lead to a file of this user's; a file or pipe of another's would let that one
read, or hold up, what is written. The rules are those of Linux's ``fs.protected_symlinks``, ``protected_regular`` and
``protected_fifos``, which other systems lack, and which don't hold for a program that reads links by itself.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

MAX_LINKS = 40


def resolve_carefully(path: Path) -> Path:
    """The path without links, the last part of which may not exist.

    Raises PermissionError where one of the links was put by somebody else into a folder that others may write to,
    OSError where they lead in a circle.
    """
    waiting = list(reversed(Path.cwd().joinpath(path).parts))
    done = Path(waiting.pop())
    links = 0
    while waiting:
        part = waiting.pop()
        if part == "..":
            done = done.parent
            continue
        here = done / part
        try:
            aim = here.readlink()
        except OSError:
            done = here
            continue
        links += 1
        if links > MAX_LINKS:
            raise OSError(errno.ELOOP, "its links lead in a circle")
        refuse_planted(here, "a link")
        if aim.is_absolute():
            done = Path(aim.anchor)
        waiting += reversed([piece for piece in aim.parts if piece != aim.anchor])
    return done


def refuse_planted(path: Path, what: str) -> None:
    """Raises PermissionError where this is another user's, in a folder that several may write to; ``what`` names it.

    What the folder's own owner has put there is taken.
    """
    if os.name == "nt":
        return
    try:
        owner, folder = path.lstat().st_uid, path.parent.stat()
    except OSError:
        return
    is_shared = folder.st_mode & stat.S_ISVTX and folder.st_mode & (stat.S_IWOTH | stat.S_IWGRP)
    if is_shared and owner not in (os.geteuid(), folder.st_uid):
        raise PermissionError(errno.EACCES, f"it is {what} of another user in a folder that all may write to")
