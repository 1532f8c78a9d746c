"""The stages before a client is used: import and build; each can fail for reasons of its own."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
from collections.abc import Iterator
from typing import Any

from .errors import kind_of, text_of


class StageFailed(Exception):
    """The client could not be imported, built or probed; holds the stage, the error's kind and its text."""


@contextlib.contextmanager
def stage(name: str) -> Iterator[None]:
    """Names the stage of whatever fails in the block. Raises StageFailed."""
    try:
        yield
    except Exception as error:
        raise StageFailed(name, kind_of(error), text_of(error)) from error


def load_client(path: str) -> Any:
    """The client's module, loaded by its path. Raises whatever its import raises."""
    spec = importlib.util.spec_from_file_location("httpbench_client", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
