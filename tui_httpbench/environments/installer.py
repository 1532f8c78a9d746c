"""What makes environments: uv where there is one, or else venv and pip."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

# What would let them install elsewhere, or something else than was asked for; what tells of an index stays.
_DIVERTING = frozenset(
    {
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_ROOT",
        "PIP_USER",
        "PIP_PYTHON",
        "PIP_REQUIREMENT",
        "PIP_EDITABLE",
        "PIP_DRY_RUN",
        "PIP_NO_DEPS",
        "PIP_QUIET",
        "PIP_REPORT",
        "PIP_REQUIRE_VIRTUALENV",
        "UV_PYTHON",
        "UV_SYSTEM_PYTHON",
        "UV_BREAK_SYSTEM_PACKAGES",
        "UV_PROJECT_ENVIRONMENT",
        "UV_VENV_SEED",
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "PYTHONDONTWRITEBYTECODE",
    }
)


_PIP_FOR_OTHERS = (22, 3)
_NO = frozenset({"", "0", "false", "no", "off", "n", "f"})


@dataclass(frozen=True)
class Installer:
    """How environments are made here: with ``uv``, the program, or where that is None with venv and pip.

    ``has_pip`` tells whether this Python has a pip that installs for others; each environment gets its own without.
    """

    uv: str | None
    has_pip: bool = False

    @property
    def name(self) -> str:
        """What a list of environments calls it."""
        return "uv" if self.uv is not None else "pip"

    def make(self, python: str, folder: Path) -> list[str]:
        """The command that makes an empty environment in a folder that does not exist."""
        if self.uv is None:
            return [python, "-m", "venv", *(["--without-pip"] if self.has_pip else []), str(folder)]
        return [self.uv, "venv", "--quiet", "--no-project", "--python", python, str(folder)]

    def tries(self, python: Path, files: Files, names_here: list[str], *, is_fixed: bool) -> list[list[list[str]]]:
        """The commands that install what the files tell; the next try is for where the one before can't be resolved.

        ``names_here`` are built from what lies on this machine; ``is_fixed`` tells that no version of what was asked
        for is open. Everything is compiled now, so that no worker does it when it imports its client.
        """
        if self.uv is None:
            pip = [sys.executable, "-m", "pip", "--python"] if self.has_pip else []
            install = [*pip, str(python), *([] if pip else ["-m", "pip"]), "install", "--no-input", "--compile"]
            plain = [*install, "--disable-pip-version-check", "--requirement", str(files.requirements)]
            # For pip a pin is a must: it would rather take an old version of what was asked for than let one go.
            return [[[*plain, "--constraint", str(files.pins)]], [plain]] if is_fixed else [[plain]]
        # uv goes by the dates of a few files when it tells whether a checkout has changed.
        # Offline, it does not take the first of these options, and looks at checkouts all the same.
        is_offline = os.environ.get("UV_OFFLINE", "") not in _NO
        seen_anew = [] if is_offline else [option for name in names_here for option in ("--refresh-package", name)]
        built_anew = [option for name in names_here for option in ("--reinstall-package", name)]
        # What stands in its output file already is what uv prefers, as far as it goes with the rest.
        resolve = [self.uv, "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--python", str(python)]
        install = [self.uv, "pip", "install", "--python", str(python), "--compile-bytecode"]
        return [
            [
                [*resolve, *seen_anew, "--output-file", str(files.pins), str(files.requirements)],
                [*install, *built_anew, "--requirements", str(files.pins)],
            ]
        ]


@dataclass(frozen=True)
class Files:
    """Two files with lines as pip takes them: what was asked for, and the versions that are preferred."""

    requirements: Path
    pins: Path


def find_installer() -> Installer:
    """uv on the PATH, or of the package of that name, or else venv and pip."""
    if (uv := shutil.which("uv")) is not None:
        return Installer(uv)
    try:
        return Installer(str(importlib.import_module("uv").find_uv_bin()))
    except (ImportError, OSError, AttributeError):
        return venv_and_pip()


def venv_and_pip() -> Installer:
    """What every Python brings."""
    return Installer(None, _has_pip())


def _has_pip() -> bool:
    try:
        version = importlib.metadata.version("pip")
    except importlib.metadata.PackageNotFoundError:
        return False
    return tuple(map(int, version.split(".")[:2])) >= _PIP_FOR_OTHERS


def installing_environment(kept: dict[str, str], folder: Path) -> dict[str, str]:
    """What uv and pip are started with: their own settings stay, and what is temporary lies in ``folder``."""
    values = {name: value for name, value in kept.items() if name.upper() not in _DIVERTING}
    temporary = str(folder / "tmp")
    values |= {"TMPDIR": temporary, "TEMP": temporary, "TMP": temporary}
    # Nobody is there to answer, nor to see colours.
    values |= {"NO_COLOR": "1", "UV_NO_PROGRESS": "1", "PIP_NO_INPUT": "1", "GIT_TERMINAL_PROMPT": "0"}
    values.setdefault("PIP_RETRIES", "1")
    # A link to uv's cache would let whoever changes a file in an environment change it in all others to come.
    values.setdefault("UV_LINK_MODE", "copy")
    # setuptools would leave its files in a checkout, and later on take what is old from there.
    values.setdefault("DIST_EXTRA_CONFIG", str(folder / "setuptools.cfg"))
    return values


def setuptools_settings(folder: Path) -> str:
    """The file that ``DIST_EXTRA_CONFIG`` names: setuptools builds in this folder, not in the checkout."""
    base = os.fspath(folder / "tmp").replace("%", "%%")
    return f"[build]\nbuild_base = {base}\n[egg_info]\negg_base = {base}\n"
