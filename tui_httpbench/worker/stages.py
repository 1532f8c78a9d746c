"""The stages before a client is used: import and build; each can fail for reasons of its own."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
import types
from collections.abc import Iterator
from typing import Any

from .errors import kind_of, text_of

_PACKAGE = "tui_httpbench"
_API = _PACKAGE + ".clients"
_API_FILE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "clients", "__init__.py")  # noqa: PTH100, PTH118, PTH120


class StageFailed(Exception):
    """The client could not be imported, built or probed; holds the stage, the error's kind and its text."""


@contextlib.contextmanager
def stage(name: str) -> Iterator[None]:
    """Names the stage of whatever fails in the block. Raises StageFailed."""
    try:
        yield
    except Exception as error:
        raise StageFailed(name, kind_of(error), text_of(error)) from error


def load_api() -> Any:
    """What client files are written with, under the name by which they import it, and nothing else of the project."""
    if _API not in sys.modules:
        package: Any = types.ModuleType(_PACKAGE)
        package.__path__ = []
        sys.modules[_PACKAGE] = package
        package.clients = _load(_API, _API_FILE)
    return sys.modules[_API]


def load_client(path: str) -> Any:
    """The client's module, loaded by its path. Raises whatever its import raises."""
    load_api()
    return _load("httpbench_client", path)


def _load(name: str, path: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
