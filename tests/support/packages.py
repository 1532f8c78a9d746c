"""Small wheels and checkouts, so that environments are made without a network."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from pathlib import Path

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


def _hash(text: str) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
    return f"sha256={digest.decode().rstrip('=')}"
