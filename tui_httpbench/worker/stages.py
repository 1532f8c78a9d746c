"""The stages before a client is used: import and build; each can fail for reasons of its own."""

from __future__ import annotations

import contextlib
import importlib.machinery
import importlib.util
import os
import sys
import traceback
import types
from collections.abc import Iterator
from typing import Any

from .errors import kind_of, text_of

_PACKAGE = "tui_httpbench"
_API = _PACKAGE + ".clients"
_CLIENT = "httpbench_client"
_API_FILE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "clients", "__init__.py")  # noqa: PTH100, PTH118, PTH120


class StageFailed(Exception):
    """The client could not be imported, built or probed; holds the stage, the error's kind and its text."""


@contextlib.contextmanager
def stage(name: str) -> Iterator[None]:
    """Names the stage of whatever fails in the block, and the line of the user's own file that it happened in.

    Raises StageFailed.
    """
    try:
        yield
    except StageFailed:
        raise
    except (Exception, SystemExit) as error:
        raise StageFailed(name, kind_of(error), text_of(error) + _place_of(error)) from error


def _place_of(error: BaseException) -> str:
    """The line of a file that is not ours, as the end of a sentence; empty where the error came from elsewhere."""
    path = getattr(sys.modules.get(_CLIENT), "__file__", None)
    if path is None or _is_ours(path):
        return ""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    return f" ({os.path.basename(path)}, line {lines[-1]})" if lines else ""  # noqa: PTH119


def _is_ours(path: str) -> bool:
    return os.path.dirname(path) == os.path.dirname(_API_FILE)  # noqa: PTH120


def load_api() -> Any:
    """What client files are written with, under the name by which they import it, and nothing else of the project."""
    if _API not in sys.modules:
        package: Any = types.ModuleType(_PACKAGE)
        package.__path__ = []
        sys.modules[_PACKAGE] = package
        package.clients = _load(_API, _API_FILE)
    return sys.modules[_API]


def load_client(path: str, copy: str | None = None) -> Any:
    """The client's module, loaded by its path, from the ``copy`` of it if there is one. Raises what its import raises.

    Beside a file of the user's own may lie modules that it imports; they hide none that are installed. Its folder takes
    the place of the worker's, so that all modes look for modules in equally many.
    """
    load_api()
    if not _is_ours(path):
        sys.path[-1] = os.path.dirname(path)  # noqa: PTH120
    return _load(_CLIENT, path, None if copy is None else _Copied(_CLIENT, path, copy))


class _Copied(importlib.machinery.SourceFileLoader):
    """Loads a file as if from its own path, as tracebacks and the file itself see it, out of a copy of it.

    What Python compiles of it lies beside the copy, so that every round of a run loads it alike.
    """

    def __init__(self, name: str, path: str, copy: str) -> None:
        super().__init__(name, path)
        self._folder = os.path.dirname(copy)  # noqa: PTH120

    def _moved(self, path: Any) -> Any:
        if path != self.path and not str(path).endswith(".pyc"):  # what the file itself asks for, beside it
            return path
        return os.path.join(self._folder, os.path.basename(path))  # noqa: PTH118, PTH119

    def path_stats(self, path: Any) -> Any:
        return super().path_stats(self._moved(path))

    def get_data(self, path: Any) -> bytes:
        return super().get_data(self._moved(path))

    def set_data(self, path: Any, data: Any, **more: Any) -> None:
        super().set_data(self._moved(path), data, **more)


def _load(name: str, path: str, loader: _Copied | None = None) -> Any:
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
