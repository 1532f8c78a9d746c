"""Where a checkout stands in its repository, as what takes a version from git sees it; read from git's own files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tui_httpbench.files.small_file import read_small_file
from tui_httpbench.plan.requirement import MAX_PROJECT_FILE_BYTES, PROJECT_FILES

MAX_REF_BYTES = 10_000
MAX_REFS_BYTES = 50_000_000
_TAKES_VERSION = re.compile(
    rb"scm|[_-]vcs|\bvcs|versioneer|versioningit|dunamai|dynamic-versioning|\bpbr\b", re.IGNORECASE
)


def git_state(folder: Path) -> str:
    """A text that changes with the commit and the tags, where the checkout's build takes its version from them.

    Empty where it does not, or where there is no repository. Raises OSError where that can't be read.
    """
    if not any(_TAKES_VERSION.search(_read(folder / name, MAX_PROJECT_FILE_BYTES)) for name in PROJECT_FILES):
        return ""
    git = _git_folder(folder)
    if git is None:
        return ""
    # That of a second work tree has its own HEAD, and all else in common with the first.
    common = _text(git / "commondir")
    shared = git / common if common else git
    refs = dict(_packed(shared)) | dict(_loose(shared))
    head = _text(git / "HEAD")
    commit = refs.get(head.removeprefix("ref: "), head)
    tags = sorted(f"{name} {value}" for name, value in refs.items() if name.startswith("refs/tags/"))
    tables = _text(shared / "reftable" / "tables.list")
    return "\n".join((commit, *tags, tables))


def _git_folder(folder: Path) -> Path | None:
    for each in (folder, *folder.parents):
        dot = each / ".git"
        if dot.is_dir():
            return dot
        if told := _text(dot):
            return each / told.removeprefix("gitdir: ")
    return None


def _packed(git: Path) -> Iterator[tuple[str, str]]:
    for line in _text(git / "packed-refs", MAX_REFS_BYTES).splitlines():
        value, _, name = line.partition(" ")
        if name.startswith("refs/"):
            yield name, value


def _loose(git: Path) -> Iterator[tuple[str, str]]:
    for kind in ("heads", "tags"):
        for path in (git / "refs" / kind).rglob("*"):
            if path.is_file():
                yield path.relative_to(git).as_posix(), _text(path)


def _text(path: Path, limit_bytes: int = MAX_REF_BYTES) -> str:
    return _read(path, limit_bytes).decode("utf-8", "replace").strip()


def _read(path: Path, limit_bytes: int) -> bytes:
    try:
        return read_small_file(path, limit_bytes) if path.is_file() else b""
    except FileNotFoundError:  # git packs its refs just now
        return b""
