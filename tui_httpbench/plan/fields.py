"""The fields of a plan and of a scenario that an option, a form and a file set alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tui_httpbench.files.small_file import read_small_file
from tui_httpbench.plan import scenario as knobs
from tui_httpbench.plan.error import PlanError
from tui_httpbench.text.formatting import reason_of
from tui_httpbench.text.quoting import shortened

MAX_CACERT_BYTES = 10_000_000


def parse_cacert(text: str) -> str:
    """The path of a PEM file with certificates. Raises PlanError."""
    import ssl

    shown = repr(shortened(text, 200))
    try:
        # Read again for each run: what can be read only once would be trusted here and nowhere else.
        read_small_file(Path(text), MAX_CACERT_BYTES)
        ssl.create_default_context(cafile=text)
    except (ssl.SSLError, ValueError):
        raise PlanError("cacert", f"The file {shown} holds no certificate in PEM form.") from None
    except OSError as error:
        raise PlanError("cacert", f"The file {shown} can't be read: {reason_of(error)}.") from None
    return str(Path(text).absolute())


KNOBS: dict[str, tuple[str, Callable[[str], object] | None]] = {
    "rtt": ("rtt_ms", knobs.parse_rtt),
    "jitter": ("jitter_ms", knobs.parse_jitter),
    "tls": ("tls", None),
    "http2": ("http2", None),
    "service_time": ("service_time", knobs.parse_service_time),
    "service_seed": ("seed", knobs.parse_service_seed),
    "capacity": ("capacity", knobs.parse_capacity),
    "body_size": ("body_bytes", knobs.parse_body_size),
    "content_type": ("content_type", knobs.parse_content_type),
    "gzip": ("gzip", None),
}
"""Option -> field of the scenario, and what reads its text; those that read nothing are switches."""
