"""How the embedded target behaves, as values that a user sets: its part of the table of fields."""

from __future__ import annotations

from tui_httpbench.plan import scenario as knobs
from tui_httpbench.plan.field import Field, Shown
from tui_httpbench.plan.scenario import LOOPBACK, SCENARIOS
from tui_httpbench.plan.sweep_values import short_size

TARGET_FIELDS: tuple[Field, ...] = (
    Field(
        "scenario",
        "name",
        "--scenario NAME|FILE",
        f"how the target behaves: {', '.join(SCENARIOS)}, or a file in TOML; what follows changes it",
        default=LOOPBACK.name,
        choices=tuple(SCENARIOS),
    ),
    Field(
        "rtt",
        "scenario",
        "--rtt MS",
        "round trip between client and target",
        knobs.parse_rtt,
        key="rtt_ms",
        shown=Shown("knobs", 0, "Round trip, ms", "from the client to the target and back"),
    ),
    Field(
        "jitter",
        "scenario",
        "--jitter MS",
        "how much the round trip varies, from lowest to highest",
        knobs.parse_jitter,
        key="jitter_ms",
        shown=Shown("knobs", 0, "Jitter, ms", "over how many the round trip varies in all"),
    ),
    Field(
        "tls",
        "scenario",
        "--tls",
        "serve HTTPS",
        kind="switch",
        shown=Shown("knobs", 0, "TLS", "HTTPS, with a certificate authority made for the run"),
    ),
    Field(
        "http2",
        "scenario",
        "--http2",
        "offer HTTP/2, too",
        kind="switch",
        shown=Shown("knobs", 0, "HTTP/2", "offered beside HTTP/1.1; needs TLS"),
    ),
    Field(
        "service_time",
        "scenario",
        "--service-time MS",
        "how long it works on a request: 20, uniform:10:30, exponential:50 (mean) or lognormal:300:0.5 (median, sigma)",
        knobs.parse_service_time,
        shown=Shown("knobs", 1, "Service time, ms", "20, uniform:10:30, exponential:50 or lognormal:300:0.5"),
    ),
    Field(
        "service_seed",
        "scenario",
        "--service-seed N",
        "seed of the drawn times",
        knobs.parse_service_seed,
        key="seed",
        shown=Shown("knobs", 1, "Seed", "where the draws of service time and jitter begin in each round"),
    ),
    Field(
        "capacity",
        "scenario",
        "--capacity N/s|N",
        "responses a second, such as 45/s, or requests served at once, such as 8; others wait in line",
        knobs.parse_capacity,
        default="unlimited",
        shown=Shown(
            "knobs",
            1,
            "Capacity",
            "45/s (responses a second), 8 (served at once) or 45/s,8; more wait in line",
            empty="unlimited",
        ),
    ),
    Field(
        "body_size",
        "scenario",
        "--body-size BYTES",
        "size of the page at /; 50k, 1m allowed",
        knobs.parse_body_size,
        key="body_bytes",
        write=short_size,
        shown=Shown("knobs", 2, "Page size", "bytes of the page at /, such as 50k"),
    ),
    Field(
        "content_type",
        "scenario",
        "--content-type TYPE",
        "content type of the page",
        knobs.parse_content_type,
        shown=Shown("knobs", 2, "Content type", "of the page at /"),
    ),
    Field(
        "gzip",
        "scenario",
        "--gzip",
        "gzip the page for clients that accept it",
        kind="switch",
        shown=Shown("knobs", 2, "gzip", "for clients that accept it"),
    ),
    Field(
        "chunk_size",
        "scenario",
        "--chunk-size BYTES",
        "send the page chunked, without a length, so many bytes at a time; 16k, 1m allowed",
        knobs.parse_chunk_size,
        key="chunk_bytes",
        default="0: not chunked",
        write=short_size,
        shown=Shown("knobs", 3, "Chunk size", "bytes at a time of a page without a length; 0: not chunked"),
    ),
)
"""The scenario, and its knobs in the order of the help."""
