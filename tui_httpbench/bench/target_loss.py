"""What is left of a round in which the embedded target, or its relay, ended by itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from tui_httpbench.bench.run_folder import sample_path
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.sample_file import store_samples
from tui_httpbench.measured.samples import STATUS, measured_span_s


def without_lost_requests(record: RoundRecord, answered: int) -> RoundRecord:
    """The record without the requests that got no answer since the target was last heard of: nothing was there to ask.

    ``answered`` are those of the mode that had finished by then. Whatever its process made of the target's end is not
    its fault either.
    """
    samples = record.samples
    is_lost = (np.arange(len(samples)) >= answered) & (samples[:, STATUS] < 0)
    record = replace(record, outcome="stopped", reason="", hung_requests=0)
    if not is_lost.any():
        return record
    kept = samples[~is_lost]
    texts = record.error_texts if (kept[:, STATUS] < 0).any() else ()
    return replace(record, samples=kept, elapsed_s=measured_span_s(kept), cpu_s=None, error_texts=texts)


def store_what_is_left(folder: Path, record: RoundRecord) -> None:
    """Writes the record's samples in place of all that its worker wrote. Raises OSError."""
    path = sample_path(folder, record.mode, record.round)
    path.unlink(missing_ok=True)
    store_samples(path, record.samples)
