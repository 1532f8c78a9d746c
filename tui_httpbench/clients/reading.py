"""A client file, read without importing it: its modes, their facts and their code."""

from __future__ import annotations

import ast
import gc
import importlib.util
import textwrap
import warnings
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from tui_httpbench.clients.file_facts import (
    NO_LITERAL,
    imports_of,
    literal_of,
    modules_of,
    packages_of,
    quoted,
    summary_of,
)
from tui_httpbench.clients.file_facts import ClientFileError as ClientFileError
from tui_httpbench.files.small_file import read_small_file
from tui_httpbench.text.quoting import printable, shortened, shown_path

MAX_FILE_BYTES = 1_000_000
MAX_ID_LENGTH = 40
MAX_ABOUT_LENGTH = 200
_TEXTS = ("needs", "needs_module")
_SWITCHES = ("kept", "http2", "default")


@dataclass(frozen=True)
class ModeFacts:
    """What a client file says of one of its modes, one way of using its library.

    ``about`` is one line; ``function`` the name of the mode in the file; ``kind`` whether it is sync or async; ``kept``
    tells whether the client, and with it the connections, live for a whole round or for one request; ``code`` is its
    source, from ``line`` on. ``needs`` is what pip installs for it beside the library, ``needs_module`` what that
    brings; both are empty where the library is enough. ``http2`` tells that it speaks HTTP/2 where the server offers
    it, ``default`` that it is among the modes of a run that names none. ``streamed`` is how it reads a body piece by
    piece, None where its file does not say.
    """

    id: str
    about: str
    kept: bool
    kind: Literal["sync", "async"]
    function: str
    code: str = ""
    line: int = 1
    http2: bool = False
    needs: str = ""
    needs_module: str = ""
    default: bool = False
    streamed: StreamedFacts | None = None


@dataclass(frozen=True)
class StreamedFacts:
    """How a mode reads a body piece by piece: the ``function`` in its file, and that one's source from ``line`` on."""

    function: str
    code: str
    line: int


@dataclass(frozen=True)
class ClientFile:
    """What a client file says: ``summary`` is the first line of its docstring without the name that it begins with.

    ``name`` is the library's: the file's ``NAME``, or what the file is called; ``is_native`` is its ``NATIVE``, and
    ``streams_uploads`` its ``STREAMS_UPLOADS``; ``each_client`` is what is made with each client, its ``EACH_CLIENT``.
    """

    path: Path
    name: str
    summary: str
    packages: tuple[str, ...]
    imports: tuple[str, ...]
    modules: tuple[str, ...]
    modes: tuple[ModeFacts, ...]
    is_native: bool = False
    streams_uploads: bool = False
    each_client: str = ""


def read_client_file(path: Path) -> ClientFile:
    """The file's modes in their order. Raises ClientFileError."""
    return parse_client(path, read_source(path))


def read_source(path: Path) -> bytes:
    """What the file holds. Raises ClientFileError."""
    try:
        return read_small_file(path, MAX_FILE_BYTES)
    except FileNotFoundError:
        raise ClientFileError(f"There is no file {shown_path(path)}; name one that exists.") from None
    except OSError as error:
        raise ClientFileError(f"{shown_path(path)} can't be read: {(error.strerror or str(error)).lower()}.") from None


def parse_client(path: Path, source: bytes) -> ClientFile:
    """The modes of a file at this path that holds this, in their order. Raises ClientFileError."""
    shown = shown_path(path)
    try:
        return _parse(path, source, shown)
    except ClientFileError:
        raise
    except SyntaxError as error:
        reason = printable(error.msg)
        raise ClientFileError(f"{shown}, line {error.lineno or 1}: {reason}; mend it and try again.") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ClientFileError(
            f"{shown}, line {line}: this is no text in {error.encoding}; save the file as UTF-8."
        ) from None
    except LookupError as error:  # of an encoding that a comment names
        raise ClientFileError(f"{shown}, line {_coding_line(source)}: {printable(str(error))}; write UTF-8.") from None
    except (RecursionError, MemoryError):
        raise ClientFileError(f"{shown} is nested too deeply to be read.") from None
    except Exception as error:  # Python's parser knows no end of ways to fail on what is no program
        reason = shortened(printable(str(error)), 200)
        raise ClientFileError(f"{shown} is no Python source: {reason}.") from None


def _parse_undisturbed(source: bytes) -> ast.Module:
    """What ``ast.parse`` makes of it, while no garbage is collected.

    What the collector ends may print a traceback, for which Python 3.11 parses as well; then it takes the depth of
    the one for that of the other, a SystemError: https://github.com/python/cpython/issues/106905
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(source)
    finally:
        if was_on:
            gc.enable()


def _coding_line(source: bytes) -> int:
    """The line of the comment that names an encoding: the first or the second."""
    return 1 if b"coding" in source.split(b"\n", 1)[0] else 2


def _parse(path: Path, source: bytes, shown: str) -> ClientFile:
    if b"\0" in source:
        line = source.count(b"\n", 0, source.index(b"\0")) + 1
        raise ClientFileError(f"{shown}, line {line}: a NUL is in it; a Python file cannot contain null bytes.")
    with warnings.catch_warnings():
        # Of an odd escape, say; printed, it would stand across the screen.
        warnings.simplefilter("ignore")
        text = importlib.util.decode_source(source)
        tree = _parse_undisturbed(source)
    modes = tuple(
        _facts(node, mark, text, shown)
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for mark in node.decorator_list
        if _is_mode(mark)
    )
    modes = _with_streamed(modes, tree, text, shown)
    if not modes:
        raise ClientFileError(f"{shown} has no mode: no function in it has @mode(…) from tui_httpbench.clients.")
    if twice := _repeated(mode.id for mode in modes):
        raise ClientFileError(f"{shown} has the mode {twice!r} twice; give each an id of its own.")
    if twice := _repeated(mode.function for mode in modes):
        raise ClientFileError(f"{shown} has two modes named {twice}(); rename one, since the last one hides it.")
    name = shortened(printable(literal_of(tree, "NAME", path.stem, str, "text in quotes", shown)))
    is_native = literal_of(tree, "NATIVE", False, bool, "True or False", shown)
    each_client = shortened(printable(literal_of(tree, "EACH_CLIENT", "", str, "text in quotes", shown)), 100)
    uploads = literal_of(tree, "STREAMS_UPLOADS", False, bool, "True or False", shown)
    return ClientFile(
        path,
        name,
        summary_of(tree, name),
        packages_of(tree, shown),
        imports_of(tree),
        modules_of(tree),
        modes,
        is_native,
        uploads,
        each_client,
    )


def _with_streamed(modes: tuple[ModeFacts, ...], tree: ast.Module, text: str, shown: str) -> tuple[ModeFacts, ...]:
    """The modes, each with how it reads a body piece by piece where a function of the file says so."""
    found: dict[str, StreamedFacts] = {}
    kinds = {mode.id: mode.kind for mode in modes}
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for mark in filter(lambda mark: _is_mark(mark, "streamed"), node.decorator_list):
            where = f"{shown}, line {mark.lineno}"
            named = mark.args[0] if isinstance(mark, ast.Call) and len(mark.args) == 1 else None
            if not isinstance(named, ast.Constant) or not isinstance(named.value, str):
                raise ClientFileError(f'{where}: write @streamed("id"), with the id of a mode of this file.')
            kind = "async" if isinstance(node, ast.AsyncFunctionDef) else "sync"
            if kinds.get(named.value) is None:
                raise ClientFileError(
                    f"{where}: the file has no mode {shortened(named.value)!r} to read piece by piece."
                )
            if kinds[named.value] != kind or named.value in found:
                what = "is there twice" if named.value in found else f"must be {kinds[named.value]} as the mode is"
                raise ClientFileError(f"{where}: @streamed({named.value!r}) {what}.")
            if not _yields(node):
                raise ClientFileError(
                    f"{where}: {node.name} yields nothing; it must yield a function that sends one request."
                )
            found[named.value] = StreamedFacts(node.name, *_code(node, text))
    return tuple(replace(mode, streamed=found.get(mode.id)) for mode in modes)


def _repeated(names: Iterable[str]) -> str:
    """The name that occurs twice, the first of them; empty where none does."""
    return next((name for name, count in Counter(names).items() if count > 1), "")


def _is_mode(mark: ast.expr) -> bool:
    return _is_mark(mark, "mode")


def _is_mark(mark: ast.expr, name: str) -> bool:
    if isinstance(mark, ast.Call):
        mark = mark.func
    return isinstance(mark, ast.Name) and mark.id == name


def _facts(node: ast.FunctionDef | ast.AsyncFunctionDef, mark: ast.expr, text: str, shown: str) -> ModeFacts:
    where = f"{shown}, line {mark.lineno}"
    if not isinstance(mark, ast.Call):
        raise ClientFileError(f'{where}: write @mode("id", "what it does", kept=True).')
    try:
        texts = [ast.literal_eval(argument) for argument in mark.args]
        options: dict[str, Any] = {str(option.arg): ast.literal_eval(option.value) for option in mark.keywords}
    except NO_LITERAL:
        raise ClientFileError(
            f"{where}: the facts of a mode are read without running the file, so each must be a literal."
        ) from None
    named = dict(zip(("id", "about"), texts, strict=False)) | options
    if len(texts) > 2 or not {"id", "about", "kept"} <= named.keys():
        raise ClientFileError(f'{where}: write @mode("id", "what it does", kept=True).')
    unknown = named.keys() - {"id", "about", *_TEXTS, *_SWITCHES}
    if unknown:
        raise ClientFileError(f"{where}: a mode has no fact {min(unknown)!r}.")
    for name, kind in (("id", str), ("about", str), *((name, str) for name in _TEXTS), *((n, bool) for n in _SWITCHES)):
        if name in named and not isinstance(named[name], kind):
            word = "text in quotes" if kind is str else "True or False"
            raise ClientFileError(f"{where}: {name} is {quoted(named[name])}; write {word}.")
    _check_id(named["id"], where)
    named["about"] = shortened(printable(named["about"]), MAX_ABOUT_LENGTH)
    if not _yields(node):
        raise ClientFileError(f"{where}: {node.name} yields nothing; it must yield a function that sends one request.")
    code, line = _code(node, text)
    return ModeFacts(
        **named,
        kind="async" if isinstance(node, ast.AsyncFunctionDef) else "sync",
        function=node.name,
        code=code,
        line=line,
    )


def _yields(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function is a generator; what functions within it yield is their own."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)
    return False


def _check_id(mode_id: str, where: str) -> None:
    allowed = mode_id.isascii() and all(character.isalnum() or character in "-._" for character in mode_id)
    if not (mode_id and allowed and len(mode_id) <= MAX_ID_LENGTH and mode_id not in ("all", "-")):
        raise ClientFileError(
            f"{where}: the id {shortened(mode_id)!r} is no name of a mode; "
            f"use up to {MAX_ID_LENGTH} letters, digits, '-', '.' and '_'."
        )


def _code(node: ast.FunctionDef | ast.AsyncFunctionDef, text: str) -> tuple[str, int]:
    """The body of the mode as it stands in the file, without its docstring, and the line where it begins, from 1."""
    has_docstring = ast.get_docstring(node, clean=False) is not None and len(node.body) > 1
    body = node.body[1:] if has_docstring else node.body
    first = min([body[0].lineno, *(mark.lineno for mark in getattr(body[0], "decorator_list", ()))])
    lines = text.split("\n")  # as ast counts them: a form feed begins no line
    if first == node.lineno:  # all on one line
        return lines[first - 1].encode()[body[0].col_offset :].decode(), first
    head_end = node.body[0].end_lineno or node.lineno if has_docstring else node.lineno
    above = first - 1
    while above > head_end and lines[above - 1].lstrip()[:1] in ("", "#"):
        if lines[above - 1].strip():  # a comment above it belongs to it
            first = above
        above -= 1
    return textwrap.dedent("\n".join(lines[first - 1 : node.end_lineno])), first
