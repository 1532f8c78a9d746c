"""What a worker has told, and what that makes of its round."""

from __future__ import annotations

import contextlib
import os
import signal
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

from tui_httpbench.files.threads import in_plain_words
from tui_httpbench.measured.records import Outcome, Slice, WarmupRequest, WorkerSetup
from tui_httpbench.plan.plan import Plan
from tui_httpbench.text.hiding import Hiding
from tui_httpbench.worker.errors import escape_controls

EXIT_LIMIT_S = 2.0
"""How long a worker that has told all may take to end."""
TAIL_BYTES = 65536
"""How much of what a worker wrote at last is looked at."""

_SIGNALS = {
    "SIGABRT": "its own code aborted it",
    "SIGBUS": "as where its samples can't be written since the disk is full",
    "SIGFPE": "native code divided by zero",
    "SIGILL": "native code needs another processor",
    "SIGKILL": "killed from outside, as where the system has no memory left",
    "SIGSEGV": "native code used memory that is not its own",
    "SIGTERM": "told from outside to end",
}
"""What signals mean, by their names; SIGBUS is what a mapped file gives where the disk has no room for it."""


@dataclass
class WorkerStory:
    """What the worker of a mode has told so far, and what became of it.

    ``finished`` is its last message; ``failed`` and ``hung`` are sentences, empty where it did neither; ``hung_s`` is
    how long what it hung in took until its end; ``is_gone`` tells that it will say no more, ``is_mute`` that it lived
    on all the same and had to be ended.
    """

    mode_id: str
    setup: WorkerSetup | None = None
    slices: list[Slice] = field(default_factory=list)
    cpu_waits_ns: list[int | None] = field(default_factory=list)
    finished: dict[str, Any] | None = None
    is_out_of_memory: bool = False
    failed: str = ""
    hung: str = ""
    hung_s: float = 0.0
    is_gone: bool = False
    is_mute: bool = False

    @property
    def cpu_wait_s(self) -> float | None:
        """How long its threads had no processor in all slices; None where that is not known of each."""
        known = [waited_ns for waited_ns in self.cpu_waits_ns if waited_ns is not None]
        return sum(known) / 1e9 if len(known) == len(self.cpu_waits_ns) else None

    @property
    def has_ended(self) -> bool:
        """Whether it takes no further command."""
        return bool(self.is_gone or self.failed or self.hung)

    def note(self, message: dict[str, Any]) -> None:
        """Takes in a message of its, other than that of a slice."""
        match message["event"]:
            case "ready":
                self.setup = WorkerSetup(
                    python=message["python"],
                    import_s=message["import_s"],
                    build_s=message["build_s"],
                    warmup=(),
                    build_cpu_s=message["build_cpu_s"],
                )
            case "warmed" if self.setup is not None:
                request = WarmupRequest(message["latency_ms"], message["status"], message["cpu_ms"])
                self.setup = replace(self.setup, warmup=(*self.setup.warmup, request))
            case "failed":
                self.failed = (
                    f"{self.mode_id} could not {message['stage']} its client: {in_plain_words(message['text'])}"
                )
            case "finished":
                self.finished = message

    def cut_short(self, exit_code: int | None, last_words: str) -> tuple[Outcome, str]:
        """How a round ended that did not do its load, and why, in a sentence.

        ``exit_code`` is None where the worker was stopped or never began; a negative one is a signal.
        """
        if self.is_out_of_memory:
            limit_bytes = self.finished["memory_limit_bytes"] if self.finished else None
            return "crashed", self._out_of_memory(limit_bytes)
        if self.failed:
            return "failed", self.failed
        if self.hung:
            return "hung", self.hung
        if self.is_mute:
            return "crashed", f"The worker of {self.mode_id} closed its line to this program, so it was ended."
        if self.finished or exit_code is None:
            return "stopped", ""
        return "crashed", f"The worker of {self.mode_id} {death_in_words(exit_code, last_words)}"

    def _out_of_memory(self, limit_bytes: int | None) -> str:
        allowed = "" if limit_bytes is None else f" than the {limit_bytes / 2**30:.3g} GiB that its worker may have"
        return f"{self.mode_id} needed more memory{allowed}, so its round was ended."


def without_secrets(message: dict[str, Any], hiding: Hiding) -> dict[str, Any]:
    """A worker's message with those texts hidden in which a server or a client had a part; ids and kinds stay."""
    told = dict(message)
    if "text" in told:
        told["text"] = hiding.hide(told["text"])
    if "errors" in told:
        told["errors"] = [[kind, hiding.hide(text), count] for kind, text, count in told["errors"]]
    return told


def hung_requests(plan: Plan, mode_id: str, finished: int) -> int:
    """How many requests of a round count as hung, where its worker was ended after so many had finished.

    All that were planned and are not finished; of a load in seconds, as many as are in flight at once.
    """
    planned = plan.load.exact_requests
    return plan.in_flight(mode_id) if planned is None else max(0, planned - finished)


def death_in_words(exit_code: int, last_words: str) -> str:
    """The end of a sentence on a process that was not to end yet: how it did, and what it wrote last, if anything.

    A negative ``exit_code`` is a signal.
    """
    if exit_code < 0:
        try:
            name = signal.Signals(-exit_code).name
        except ValueError:  # one that has a number only
            name = f"signal {-exit_code}"
        how = f"{name}, {_SIGNALS[name]}" if name in _SIGNALS else name
    else:
        how = f"exit status {exit_code}"
    return f"died ({how})" + (f": {in_plain_words(last_words)}" if last_words else ".")


def last_line(file: BinaryIO, hiding: Hiding) -> str:
    """The last line of what a worker printed, as ``last_line_of`` gives it; empty where it can't be read.

    The worker goes on behind what is there, wherever this reads, since it was handed the file to append to.
    """
    with contextlib.suppress(OSError):
        file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
        return last_line_of(file.read(), hiding)
    return ""


def last_line_of(written: bytes, hiding: Hiding, limit: int = 300) -> str:
    """The last line that is not empty, without secrets, control characters escaped; empty without one.

    Of ``TAIL_BYTES`` and more the first line is left out: of one that was cut, a part of a secret can be left, which
    nothing finds.
    """
    if len(written) >= TAIL_BYTES:
        written = written.partition(b"\n")[2]
    lines = hiding.hide(written.decode(errors="replace")).split("\n")
    return next((escape_controls(line.strip())[:limit] for line in reversed(lines) if line.strip()), "")
