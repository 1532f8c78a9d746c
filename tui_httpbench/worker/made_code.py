"""How a mode's client was made in a run, as Python code: the call of its kind with the very arguments of this run.

A probe notes which lines of the file's ``new`` were run. Here the settings in them are replaced by their values, and
what ``new`` gave a name to by what it stands for, so that the calls are left with their arguments. Values that come
from elsewhere, such as a variable of the environment, stay as they are written in the file.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MASK = "***"
_PART_OF_NAME = re.compile(r"[\w-]+")


def made_code(
    source_file: str,
    kind: str,
    more: Mapping[str, Any],
    lines: set[int] | None,
    settings: Mapping[str, Any],
    secret_name: str,
) -> str:
    """A statement a line: the calls that made a client of this ``kind``.

    ``more`` are the arguments that the mode itself gave, ``lines`` those of the file's ``new`` that were run (None
    where it has none), ``settings`` the values of ``clients.Settings``. Literals are left out that are
    given to a name such as ``token``, which the expression ``secret_name`` matches.
    """
    given = {name: _parsed(repr(value)) for name, value in more.items()}
    function = None if lines is None else _function_new(source_file)
    if lines is None or function is None:
        return _written(ast.Call(_parsed(kind), [], [ast.keyword(name, value) for name, value in given.items()]))
    values = _Values(_parsed(kind), function.args, settings, given, secret_name)
    written = [values.line_of(statement) for statement in _statements_run(function.body, lines)]
    return "\n".join(line for line in written if line)


def _function_new(source_file: str) -> ast.FunctionDef | None:
    tree = ast.parse(Path(source_file).read_bytes())
    return next((node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "new"), None)


def _statements_run(body: list[ast.stmt], lines: set[int]) -> list[ast.stmt]:
    """The statements that were run, out of their conditions; a loop stays whole."""
    found: list[ast.stmt] = []
    for statement in body:
        if isinstance(statement, ast.If):
            found += _statements_run([*statement.body, *statement.orelse], lines)
        elif isinstance(statement, ast.With):
            found += _statements_run(statement.body, lines)
        elif lines.intersection(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)):
            found.append(statement)
    return found


class _Values(ast.NodeTransformer):
    """Puts what is known in the place of names."""

    def __init__(
        self,
        kind: ast.expr,
        parameters: ast.arguments,
        settings: Mapping[str, Any],
        more: Mapping[str, ast.expr],
        secret_name: str,
    ) -> None:
        """The first two of ``new``'s parameters are the kind and the settings; one like ``**more`` takes the rest."""
        names = [argument.arg for argument in (*parameters.posonlyargs, *parameters.args)]
        self._kind_name, self._settings_name = (*names, "", "")[:2]
        self._rest = parameters.kwarg.arg if parameters.kwarg else ""
        self._names: dict[str, ast.expr] = {**more, self._kind_name: kind}
        if self._rest:
            self._names[self._rest] = ast.Dict([ast.Constant(name) for name in more], list(more.values()))
        self._settings = settings
        self._secret_name = re.compile(secret_name)
        # What clients are called says nothing of what is set on them: many are a "session".
        self._clients: set[str] = set()

    def line_of(self, statement: ast.stmt) -> str:
        """The statement with its values; empty where it only gives a name to what is written out later."""
        if isinstance(statement, ast.Return):
            if statement.value is None or isinstance(statement.value, ast.Name):
                return ""
            return _written(self.visit(statement.value))
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            makes_client = self._makes_client(statement.value)
            target, value = statement.targets[0], self.visit(statement.value)
            if isinstance(target, ast.Name) and not makes_client:
                self._names[target.id] = self._without_secret(target.id, value)
                return ""
            name = ast.unparse(target)
            if makes_client:
                self._clients.add(name)
            return f"{name} = {_written(self._without_secret(name, value))}"
        if isinstance(statement, ast.Expr) and not isinstance(statement.value, ast.Constant):
            return _written(self.visit(statement.value))
        if isinstance(statement, ast.Expr):
            return ""  # a docstring
        for node in ast.walk(statement):  # what a loop gives to a name changes from turn to turn
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self._names.pop(node.id, None)
        return _written(self.visit(statement))

    def _makes_client(self, value: ast.expr) -> bool:
        return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == self._kind_name

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A name that stands for something known."""
        return self._names.get(node.id, node) if isinstance(node.ctx, ast.Load) else node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """A setting; of a file, the end of its path."""
        if isinstance(node.value, ast.Name) and node.value.id == self._settings_name and node.attr in self._settings:
            value = self._settings[node.attr]
            return ast.Constant(f"…/{Path(value).name}" if node.attr == "ca_file" and value else value)
        self.generic_visit(node)
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        """``a and b``, ``a or b``, as far as ``a`` is known."""
        values = [self.visit(value) for value in node.values]
        ends_with = isinstance(node.op, ast.Or)
        while len(values) > 1 and isinstance(values[0], ast.Constant):
            if bool(values[0].value) == ends_with:
                return values[0]
            values.pop(0)
        return values[0] if len(values) == 1 else ast.BoolOp(node.op, values)

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        """``a if b else c``, where ``b`` is known."""
        test = self.visit(node.test)
        if isinstance(test, ast.Constant):
            chosen: ast.expr = self.visit(node.body if test.value else node.orelse)
            return chosen
        return ast.IfExp(test, self.visit(node.body), self.visit(node.orelse))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A call, with what is known in the place of ``**more``."""
        self.generic_visit(node)
        keywords: list[ast.keyword] = []
        for keyword in node.keywords:
            value = keyword.value
            if keyword.arg is not None:
                keywords.append(ast.keyword(keyword.arg, self._without_secret(keyword.arg, value)))
            elif isinstance(value, ast.Dict) and all(isinstance(key, ast.Constant) for key in value.keys):
                names = [str(key.value) for key in value.keys if isinstance(key, ast.Constant)]
                keywords += [ast.keyword(*pair) for pair in zip(names, value.values)]
            else:
                keywords.append(keyword)
        return ast.Call(node.func, node.args, keywords)

    def _without_secret(self, name: str, value: ast.expr) -> ast.expr:
        first, *parts = _PART_OF_NAME.findall(name)
        if first not in self._clients:
            parts.insert(0, first)
        if not any(self._secret_name.fullmatch(part) for part in parts):
            return value
        has_text = any(isinstance(node, ast.Constant) and node.value for node in ast.walk(value))
        return ast.Constant(MASK) if has_text else value


def _parsed(text: str) -> ast.expr:
    """An expression; what is no code, such as ``<object at …>``, as a text."""
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        return ast.Constant(text)


def _written(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(node))
