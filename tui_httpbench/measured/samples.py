"""What the requests of one round are: a row of four int64 for each, and what rows add up to.

A row has start_ns, latency_ns, the status or a negative error code (``worker/errors.py``), and the body's bytes.
Starts are in measured time: the pauses between a mode's slices are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tui_httpbench.worker.errors import ERROR_KINDS

START, LATENCY, STATUS, BODY = range(4)
Samples = NDArray[np.int64]
LOWEST_FAILURE = 400
"""The lowest status that counts as a failed request."""


def no_samples() -> Samples:
    """An empty record, shape (0, 4)."""
    return np.zeros((0, 4), dtype=np.int64)


@dataclass(frozen=True)
class ErrorText:
    """What one kind of failure said, and how often; ``count`` is None when the worker died before it could tell."""

    OURS: ClassVar = frozenset({"kind"})

    kind: str
    text: str
    count: int | None = None


@dataclass(frozen=True)
class SampleTally:
    """What samples add up to: ``errors`` by kind, the most frequent first, ``statuses`` ascending."""

    requests: int
    ok: int
    errors: dict[str, int]
    statuses: dict[int, int]
    body_bytes: int

    @property
    def answers(self) -> dict[str, int]:
        """The requests that succeeded by their status, such as ``200``."""
        return {str(status): count for status, count in self.statuses.items() if not is_failure(status)}

    @property
    def failures(self) -> dict[str, int]:
        """The failed requests by what they ended in: a status such as ``405``, or the kind of error."""
        by_kind = {kind: count for kind, count in self.errors.items() if kind != "status"}
        return by_kind | {str(status): count for status, count in self.statuses.items() if is_failure(status)}


def measured_span_s(samples: Samples) -> float | None:
    """From the first start to the last end, in seconds; None without samples."""
    if not len(samples):
        return None
    return float((samples[:, START] + samples[:, LATENCY]).max() - samples[:, START].min()) / 1e9


def error_mask(samples: Samples) -> NDArray[np.bool_]:
    """Which rows failed: no response, or one with a 4xx or 5xx status."""
    status = samples[:, STATUS]
    return (status < 0) | (status >= LOWEST_FAILURE)


def is_failure(code: int) -> bool:
    """Whether a status, or the negative code of an error, is that of a request that failed."""
    return code < 0 or code >= LOWEST_FAILURE


def failure_name(code: int) -> str:
    """What a failed request ended in, of its status or negative error code: ``405``, ``refused``."""
    return str(code) if code >= 0 else ERROR_KINDS[-code - 1]


def tally_samples(samples: Samples) -> SampleTally:
    """Counts samples by how they ended."""
    by_status = _count_statuses(samples[:, STATUS])
    errors = {ERROR_KINDS[-code - 1]: count for code, count in by_status.items() if code < 0}
    refused = sum(count for status, count in by_status.items() if status >= LOWEST_FAILURE)
    if refused:
        errors["status"] = errors.get("status", 0) + refused
    return SampleTally(
        requests=len(samples),
        ok=len(samples) - sum(errors.values()),
        errors=dict(sorted(errors.items(), key=lambda item: -item[1])),
        statuses={status: count for status, count in by_status.items() if status > 0},
        body_bytes=int(samples[:, BODY].sum()),
    )


def _count_statuses(statuses: NDArray[np.int64]) -> dict[int, int]:
    """How often there is each, ascending."""
    # Mostly they are all the same, which is seen sooner than they are sorted.
    if len(statuses) and (statuses == statuses[0]).all():
        return {int(statuses[0]): len(statuses)}
    codes, counts = np.unique(statuses, return_counts=True)
    return {int(code): int(count) for code, count in zip(codes, counts, strict=True)}
