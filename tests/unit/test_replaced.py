"""What was put in the place of a library's own names is found, and what it takes from others is not."""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import sys
import types
import unittest.mock
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tui_httpbench.worker.replaced import PYTHONS_OWN, replaced_in_python, replaced_member

FILES = {
    "made_library/__init__.py": "from .parts import *\nfrom .api import get\nfrom . import tables",
    "made_library/api.py": "import functools\n\n@functools.cache\ndef shared(): ...\n\ndef get(): return shared()",
    "made_library/parts.py": """
import enum, typing
try:
    from made_helper import Helper, help_out
except ImportError:
    class Helper: ...

class Session:
    kind = Helper
    def send(self): return self

if typing.TYPE_CHECKING:
    class Spec: ...
else:
    Spec = dict[str, str]
""",
    "made_library/tables.py": "from .parts import Session\nBY_SCHEME = {'http': Session, 'none': None}\nLIMIT = 3",
    "made_helper.py": "class Helper: ...\ndef help_out(): ...",
    "made_stranger.py": "class Other: ...\nclass Like: ...\ndef wrap(): ...\ntext = 'nothing'",
}


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[types.ModuleType]:
    """A library that is imported from files, and a stranger beside it."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("made_stranger")
    yield importlib.import_module("made_library")
    for name in [name for name in sys.modules if name.startswith("made_")]:
        del sys.modules[name]


def clause() -> str:
    modules = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "made_library"}
    return replaced_member(modules, ["made_library"], importlib.metadata.distribution("certifi"))


def replace_class(library: Any, stranger: Any) -> None:
    library.Session = stranger.Other


def replace_where_it_is_defined(library: Any, stranger: Any) -> None:
    library.parts.Session = stranger.Other


def disguise_class(library: Any, stranger: Any) -> None:
    stranger.Like.__module__, stranger.Like.send = "made_library.parts", stranger.wrap
    library.tables.Session = stranger.Like


def wrap_function(library: Any, stranger: Any) -> None:
    library.get = functools.update_wrapper(stranger.wrap, library.get)


def make_partial(library: Any, _: Any) -> None:
    library.Session = functools.partial(library.Session)


def mock(library: Any, _: Any) -> None:
    library.tables.Session = unittest.mock.MagicMock()


def replace_in_table(library: Any, stranger: Any) -> None:
    library.tables.BY_SCHEME["http"] = stranger.Other


def replace_in_class(library: Any, stranger: Any) -> None:
    library.Session.kind = stranger.Other


def put_an_instance(library: Any, stranger: Any) -> None:
    library.api.get = stranger.Other()


@pytest.mark.parametrize(
    ("change", "label"),
    [
        (replace_class, "has Session from"),
        (replace_where_it_is_defined, "has Session from"),
        (disguise_class, "has Session.send from"),
        (wrap_function, "has get from"),
        (make_partial, "has something else in the place of its class Session"),
        (mock, "has something else in the place of its class Session"),
        (replace_in_table, "has BY_SCHEME['http'] from"),
        (replace_in_class, "has Session.kind from"),
        (put_an_instance, "has get from"),
    ],
)
def test_what_stands_in_the_place_of_a_name_is_found(
    library: types.ModuleType, change: Callable[[Any, Any], None], label: str
) -> None:
    assert clause() == ""
    stranger = sys.modules["made_stranger"]
    change(library, stranger)
    assert clause().startswith(label)
    if label.endswith(" from"):
        assert clause() == f"{label} {stranger.__file__}"


def test_what_others_only_add_is_no_replacement(library: Any) -> None:
    stranger = sys.modules["made_stranger"]
    library.more, library.Session.note = stranger.wrap, stranger.text
    library.tables.LIMIT = 4
    assert clause() == ""


def test_python_itself_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [replaced_in_python(name) for name in PYTHONS_OWN] == [""] * len(PYTHONS_OWN)

    def create_connection() -> None: ...

    monkeypatch.setattr("socket.create_connection", create_connection)
    monkeypatch.setattr("http.client.HTTPSConnection", type("Other", (), {}))
    assert replaced_in_python("socket") == f"has create_connection from {__file__}"
    assert replaced_in_python("http.client") == f"has HTTPSConnection from {__name__}"
