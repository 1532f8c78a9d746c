"""Why an environment can't be made: one sentence, out of what uv or pip printed."""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence
from pathlib import Path

from tui_httpbench.text.hiding import ANYONES
from tui_httpbench.text.quoting import safe_sentence, shortened

NO_ROOM = "no-room"
NO_NETWORK = "no-network"
CANT_RESOLVE = "cant-resolve"
DOES_NOT_BUILD = "does-not-build"
NO_INTERPRETER = "no-interpreter"
OTHER = "other"

MAX_REASON_LENGTH = 240
BUILD_LINES = 3
LOG_LINES = 2_000

_NO_ROOM = re.compile(
    r"No space left on device|Disk quota exceeded|File too large|not enough space on the disk"
    r"|\(os error (?:28|122|27|112)\)|\[Errno (?:28|122|27)\]",
    re.IGNORECASE,
)
_NO_NETWORK = re.compile(
    r"error sending request for url|dns error|tcp connect error|failed to lookup address|NewConnectionError"
    r"|Failed to establish a new connection|name resolution|ConnectTimeoutError|Network is unreachable"
    r"|network (?:was|is|connectivity is) disabled|Could not resolve host|operation timed out",
    re.IGNORECASE,
)
_PLACE_OF_OURS = re.compile(r" in [`'\"]?[^`'\"]*requirements\.txt[`'\"]?(?: at position \d+)?")
"""Where uv found it, which is a file that we wrote."""
_HOST = re.compile(r"https?://(?:[^/@\s]*@)?([\w.:-]+)|host='([^']+)'")
_DOES_NOT_BUILD = re.compile(
    r"Failed to build|build backend returned an error|subprocess-exited-with-error|Failed building wheel"
    r"|did not run successfully|does not appear to be a Python project|Failed to prepare distributions"
    r"|BackendUnavailable",
    re.IGNORECASE,
)
_UNSATISFIABLE = re.compile(r",? we can conclude that your requirements are unsatisfiable")
_FROM_VERSIONS = re.compile(r" \(from versions: .*?\)")
_PYTHON = re.compile(r"(the current Python version .*?), we can conclude")
_UNMET = re.compile(r"No solution found|No matching distribution")
# Of what failed in building, a line that says it alone: a compiler's, an exception, a program's last word.
_COMPILER = re.compile(r"\S+:\d+:(?:\d+:)? (?:fatal )?error: ")
_ALONE = re.compile(r"(?:\w+\.)*\w*(?:Error|Exception|Exit|Unavailable): |(?:fatal )?error: ", re.IGNORECASE)
_SHOWS_CODE = re.compile(r"(?:Syntax|Indentation|Tab)Error: ")
_NOISE = re.compile(
    r"^\s*$|^[\s^~|]+$|^hint:|^INFO: |^WARNING: |^File \"|^error: Command "
    r"|^ERROR: Could not build |^Failed to build |^note:|^\[(?:stdout|stderr|end of output|notice)\]"
    r"|^[╰├│─>×]|^cause: |^(?:error: )?subprocess-exited"
    r"|^ERROR: Failed |^error: metadata-generation|^Using Python|^Resolved |^Building |^Prepared |^Installed "
    r"|^Getting req|^Preparing |^Installing |^Collecting |^Processing |^Looking ",
    re.IGNORECASE,
)


class EnvironmentFailure(Exception):
    """An environment can't be made or used: ``kind`` is one of those above, the text one sentence for the user."""

    def __init__(self, kind: str, sentence: str, log: Path | None = None) -> None:
        super().__init__(safe_sentence(sentence))
        self.kind = kind
        self.log = log


def kind_of(status: int, lines: Sequence[str]) -> str:
    """Which kind of failure it is that ended with this exit status and printed these lines."""
    text = "\n".join(lines)
    too_large = -getattr(signal, "SIGXFSZ", 0)
    if _NO_ROOM.search(text) or (too_large and status == too_large):
        return NO_ROOM
    if _NO_NETWORK.search(text):
        return NO_NETWORK
    if _DOES_NOT_BUILD.search(text):
        return DOES_NOT_BUILD
    if re.search(
        r"No solution found|No matching distribution|ResolutionImpossible|Cannot install|not found in the"
        r"|requires a different Python",
        text,
    ):
        return CANT_RESOLVE
    return OTHER


def sentence_of(kind: str, what: str, lines: Sequence[str], log: Path | None, folder: Path) -> str:
    """The sentence for the user; ``what`` is what was to be installed, ``folder`` where there was no room."""
    where = f" (the whole log: {log})" if log is not None else ""
    match kind:
        case "no-room":
            return f"There is no room for {what} in {folder}; make some, or set XDG_CACHE_HOME to a folder that has."
        case "no-network":
            host = _host_in(lines)
            return (
                f"{what} can't be fetched: there is no connection to {host}; check the network, or what uv and pip are "
                "told of an index or a proxy."
            )
        case "does-not-build":
            return f"{what} does not build: {_why_not_built(lines)}{where}."
        case "cant-resolve":
            return f"{what} can't be had: {_unsatisfied(lines)}."
    return f"{what} can't be installed: {_last_words(lines)}{where}."


def _host_in(lines: Sequence[str]) -> str:
    for line in lines:
        if _NO_NETWORK.search(line) and (match := _HOST.search(line)):
            return match[1] or match[2]
    return "the index"


def _unsatisfied(lines: Sequence[str]) -> str:
    """uv's own reason, or pip's, as the end of a sentence without its full stop."""
    text = " ".join(" ".join(lines).split())
    if "Because" in text:
        if match := _PYTHON.search(text):
            return _shortened(match[1])
        # That it was asked for, and that it therefore fails, is no news.
        reason = _UNSATISFIABLE.split(text[text.index("Because") + len("Because ") :])[0]
        return _shortened(re.split(r"(?i)[.,]? and (?:because )?you require", reason)[0])
    told = [line.partition("ERROR:")[2].strip() for line in lines if line.startswith("ERROR:")]
    reasons = [_FROM_VERSIONS.sub("", line) for line in told if not line.startswith("ResolutionImpossible")]
    reason = reasons[0] if reasons else _last_words(lines)
    return _shortened(reason[:1].lower() + reason[1:])


def _why_not_built(lines: Sequence[str]) -> str:
    """The line that says it, or else the last ones, as the end of a sentence without its full stop."""
    if any(map(_UNMET.search, lines)):
        return f"what it needs for that can't be had: {_unsatisfied([line.strip() for line in lines])}"
    if compiler := next((line.strip() for line in lines if _COMPILER.match(line.strip())), None):
        return _shortened(compiler)
    return _last_words(lines)


def _last_words(lines: Sequence[str]) -> str:
    """The last lines that say something, as the end of a sentence without its full stop."""
    plain = [line.strip() for line in lines]
    # A hint of uv goes on to the end.
    end = next((number for number, line in enumerate(plain) if line.startswith("hint:")), len(plain))
    said = [line for line in plain[:end] if not _NOISE.match(line)] or [line for line in plain if line]
    if said and _ALONE.match(said[-1]):
        said = said[-2:] if _SHOWS_CODE.match(said[-1]) else said[-1:]
    return _shortened(" / ".join(said[-BUILD_LINES:])) if said else "it printed nothing"


def _shortened(text: str) -> str:
    text = ANYONES.hide(text).rstrip(". ")
    if _PLACE_OF_OURS.search(text):
        text = _PLACE_OF_OURS.sub("", text).removeprefix("error: ")
    return shortened(text, MAX_REASON_LENGTH)
