"""A mode's code as people write it: with the imports that it needs, and plain calls that make its client."""

from __future__ import annotations

import ast
import re

from tui_httpbench.clients.catalog import Mode

_YIELD = re.compile(r"^(?P<indent> *)yield send$", re.MULTILINE)
_NEW = re.compile(r"\bnew\((?P<kind>[\w.]+)(?:, (?P<more>[^()]*))?\)")


def plain_calls(code: str) -> str:
    """The code with the calls that people write in place of ``new(…)``, which makes clients as the run sets them.

    ``new(httpx.Client)`` is ``httpx.Client()``; a class that builds a client builds it. What the worker is
    given to call is called.
    """

    def written(found: re.Match[str]) -> str:
        build = ".build()" if found["kind"].endswith("Builder") else ""
        return f"{found['kind']}({found['more'] or ''}){build}"

    call = "await send()" if re.search(r"^ *async def send\(", code, re.MULTILINE) else "send()"
    return _YIELD.sub(rf"\g<indent>{call}  # for each request", _NEW.sub(written, code))


def snippet_of(mode: Mode) -> str:
    """The code of a mode with plain calls, after those imports of its file whose names it uses.

    Without the imports where the file can't be read any more.
    """
    code = plain_calls(mode.code)
    try:
        tree = ast.parse(mode.library.source_file.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return code
    imports = [line for node in tree.body if (line := _used_import(node, code))]
    return "\n".join((*imports, "", code)) if imports else code


def _used_import(node: ast.stmt, code: str) -> str:
    """An import, with the names alone that the code uses; empty where it uses none, and for what is no import."""
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return ""
    used = [name for name in node.names if _is_used((name.asname or name.name).partition(".")[0], code)]
    if not used or (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
        return ""
    node.names = used
    return ast.unparse(node)


def _is_used(name: str, code: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(name)}\b", code) is not None
