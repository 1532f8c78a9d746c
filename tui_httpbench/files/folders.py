"""Folders that this program may write to: the one for the user's state, and the one for what is temporary."""

from __future__ import annotations

from pathlib import Path

from tui_httpbench.files.private_files import make_private_folder


class NoFolderError(OSError):
    """There is no folder that can be written to; the text is the end of a sentence, without its full stop."""


def state_folder() -> Path | None:
    """Where what this program remembers lies; it may not exist. None where there is no home."""
    return _own_folder("user_state_path")


def cache_folder() -> Path | None:
    """Where what this program can make again lies; it may not exist. None where there is no home."""
    return _own_folder("user_cache_path")


def config_path() -> Path | None:
    """The user's config file, which may not exist; None where there is no home."""
    folder = _own_folder("user_config_path")
    return None if folder is None else folder / "config.toml"


def _own_folder(name: str) -> Path | None:
    import platformdirs  # here, since to look at a command line takes none of it

    try:
        folder: Path = getattr(platformdirs, name)("httpbench-tui", appauthor=False)
    except RuntimeError:
        return None
    # Some versions of platformdirs give a relative folder then, which would land in the working directory.
    return folder if folder.is_absolute() else None


def system_temporary_folder() -> Path | None:
    """The system's folder for temporary files; None where none of those that it may be can be written to."""
    import tempfile

    try:
        return Path(tempfile.gettempdir())
    except OSError:
        return None


def temporary_folder() -> Path:
    """The system's folder for temporary files, or where that can't be written to, the user's state.

    Raises NoFolderError.
    """
    folder = system_temporary_folder()
    if folder is not None:
        return folder
    import tempfile

    state = state_folder()
    try:
        if state is None:
            raise FileNotFoundError("no home")
        make_private_folder(state)
        with tempfile.TemporaryFile(dir=state):
            return state
    except OSError as error:
        raise NoFolderError(
            "neither the folder for temporary files nor that for the user's state can be written to; set TMPDIR or "
            "XDG_STATE_HOME to one that can"
        ) from error
