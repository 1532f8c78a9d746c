"""Small wheels and checkouts, so that environments are made without a network."""

from __future__ import annotations

import base64
import hashlib
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # builds of checkouts import this, too, and have no such package
    import pytest

BACKEND = """
import os, sys, time
sys.path.insert(0, {support!r})
from packages import make_wheel

def get_requires_for_build_wheel(config_settings=None):
    return []

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    {begin}
    code = open("{name}.py").read()
    return make_wheel(wheel_directory, "{name}", "{version}", code).name
"""


def make_wheel(folder: Path | str, name: str, version: str, code: str, requires: tuple[str, ...] = ()) -> Path:
    """A wheel with one module."""
    info = f"{name}-{version}.dist-info"
    needed = "".join(f"Requires-Dist: {each}\n" for each in requires)
    files = {
        f"{name}.py": code,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needed}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},{_hash(text)},{len(text.encode())}\n" for path, text in files.items())
    path = Path(folder) / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for each, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            wheel.writestr(each, text)
    return path


def make_checkout(folder: Path, name: str, code: str, *, version: str = "1.0", begin: str = "pass") -> Path:
    """A checkout with one module and a build backend of its own; ``begin`` is a statement that begins the build."""
    folder.mkdir(exist_ok=True)
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        f'[project]\nname = "{name}"\nversion = "{version}"\n'
    )
    support = str(Path(__file__).parent)
    (folder / "backend.py").write_text(BACKEND.format(support=support, name=name, version=version, begin=begin))
    (folder / f"{name}.py").write_text(code)
    return folder


def know_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, uv and pip know of the wheels in this folder and nothing else."""
    for name in [name for name in os.environ if name.startswith(("UV_", "PIP_")) and name != "UV_CACHE_DIR"]:
        monkeypatch.delenv(name)
    settings = {"UV_OFFLINE": "1", "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "UV_NO_CONFIG": "1"}
    links = {"UV_FIND_LINKS": str(folder), "PIP_FIND_LINKS": str(folder)}
    for name, value in (settings | links).items():
        monkeypatch.setenv(name, value)
    without_shims(monkeypatch)


def without_shims(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes those of pyenv from the PATH, which answer for interpreters that are not chosen, and take their time."""
    paths = os.environ["PATH"].split(os.pathsep)
    monkeypatch.setenv("PATH", os.pathsep.join(path for path in paths if "shims" not in path))


def _hash(text: str) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
    return f"sha256={digest.decode().rstrip('=')}"
