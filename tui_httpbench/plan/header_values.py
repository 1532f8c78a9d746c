"""Header values that name environment variables, such as ``Bearer $TOKEN``, and what they stand for."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from string import Template
from typing import TYPE_CHECKING

from tui_httpbench.plan.error import PlanError
from tui_httpbench.text.quoting import shortened

if TYPE_CHECKING:
    from tui_httpbench.plan.plan import Header

_REFERENCE = re.compile(r"(?:[A-Za-z]+ +|[\w.-]+=)?\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})", re.ASCII)
_VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})", re.ASCII)
_USUAL_NAME = re.compile(r"[A-Z_][A-Z0-9_]*", re.ASCII)


def is_reference(value: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a value only names a variable, as ``Bearer $TOKEN`` and ``id=${ID}`` do, and so is no secret itself.

    A variable is one that is set, or written as variables are, in capitals: ``Basic $ecret`` may be a password.
    """
    match = _REFERENCE.fullmatch(value.strip())
    if match is None:
        return False
    name = match[1] or match[2]
    return name in environment or _USUAL_NAME.fullmatch(name) is not None


def expand_headers(
    headers: tuple[Header, ...],
    environment: Mapping[str, str] = os.environ,
    where: str = "",
    advice: str = "set it",
) -> tuple[Header, ...]:
    """The headers as they are sent: ``$NAME`` and ``${NAME}`` replaced by the variable, ``$$`` by a dollar sign.

    For the wire only: what this returns must never be stored or shown. Raises PlanError, which says of a variable that
    it is not set ``where``, such as ``there``; of what may be none, it gives ``advice``.
    """
    return tuple((name, _expand(name, value, environment, where, advice)) for name, value in headers)


def check_headers_for_elsewhere(headers: tuple[Header, ...]) -> None:
    """Whether headers can be sent from other machines, whose variables nobody knows here. Raises PlanError."""
    names = {found[1] or found[2] for _, value in headers for found in _VARIABLE.finditer(value)}
    there = {name: "set" for name in names if name in os.environ or _USUAL_NAME.fullmatch(name)}
    expand_headers(headers, there, advice="write one that is set on the hosts alone in capitals")


def _expand(name: str, value: str, environment: Mapping[str, str], where: str, advice: str) -> str:
    if "$" not in value:
        return value
    name = shortened(name)
    try:
        expanded = Template(value).substitute(environment)
    except KeyError as error:
        if not _USUAL_NAME.fullmatch(error.args[0]):  # it may be a part of a password
            raise PlanError(
                "headers",
                f"The value of {name} has a $ and behind it the name of no variable that is set; {advice}, or write "
                "$$ for a dollar sign.",
            ) from None
        variable, where = shortened(error.args[0]), f" {where}" if where else ""
        raise PlanError(
            "headers",
            f"The header {name} names ${variable}, which is not set{where}; set it, or write $${variable} for the "
            "text.",
        ) from None
    except ValueError:
        raise PlanError(
            "headers", f"The value of {name} has a $ that names no variable; write $$ for a dollar sign."
        ) from None
    if not (expanded.isascii() and all(character.isprintable() or character == "\t" for character in expanded)):
        raise PlanError(
            "headers",
            f"A variable in the header {name} holds a character that can't be sent; it must be printable ASCII.",
        )
    return expanded.strip(" \t")
