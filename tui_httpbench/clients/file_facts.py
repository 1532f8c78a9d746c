"""What a client file says of all of its modes, read without importing it: its literals, its imports, its docstring."""

from __future__ import annotations

import ast
import re
import sys
from typing import Any

from tui_httpbench.text.quoting import printable, shortened

_API = "tui_httpbench"
_PACKAGE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?", re.ASCII)
NO_LITERAL = (ValueError, TypeError, SyntaxError, MemoryError, RecursionError)
"""What ``ast.literal_eval`` raises, of a key that can't be one or a depth without end, too."""


class ClientFileError(ValueError):
    """A client file can't be used; the text is one sentence for the user."""


def quoted(value: object) -> str:
    """What a file says where something else belongs, short enough to be shown."""
    try:
        return shortened(repr(value), 60)
    except (ValueError, RecursionError):  # Python writes no number of thousands of digits
        return f"a value of the type {type(value).__name__} that is too long to be shown"


def summary_of(tree: ast.Module, name: str) -> str:
    """The first line of its docstring, without the name that it begins with."""
    first = (ast.get_docstring(tree) or "").partition("\n")[0]
    return printable(first.removeprefix(f"{name}:").strip().rstrip("."))


def packages_of(tree: ast.Module, shown: str) -> tuple[str, ...]:
    """The distributions that it names, its own first. Raises ClientFileError."""
    names = literal_of(tree, "PACKAGES", (), (tuple, list), "a tuple of names in quotes", shown)
    if not all(isinstance(name, str) for name in names):
        raise ClientFileError(f"{shown}: PACKAGES must be a tuple of names in quotes.")
    if wrong := [name for name in names if not _PACKAGE.fullmatch(name)]:
        raise ClientFileError(f"{shown}: PACKAGES has {quoted(wrong[0])}, which is no package's name.")
    return tuple(names)


def literal_of(
    tree: ast.Module, name: str, otherwise: Any, kind: type | tuple[type, ...], in_words: str, shown: str
) -> Any:
    """What the file sets this name to at its top; ``otherwise`` where it doesn't. Raises ClientFileError."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
            try:
                value = ast.literal_eval(node.value)
            except NO_LITERAL:
                value = None
            if not isinstance(value, kind):
                raise ClientFileError(f"{shown}, line {node.lineno}: {name} must be {in_words}.")
            return value
    return otherwise


def imports_of(tree: ast.Module) -> tuple[str, ...]:
    """What the file imports at its top that is neither the standard library nor ours."""
    roots = dict.fromkeys(name.partition(".")[0] for name in modules_of(tree))
    return tuple(root for root in roots if root not in sys.stdlib_module_names)


def modules_of(tree: ast.Module) -> tuple[str, ...]:
    """All modules that the file imports at its top, in order, but for ours."""
    names: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.append(node.module)
    return tuple(dict.fromkeys(name for name in names if name.partition(".")[0] not in (_API, "__future__")))
