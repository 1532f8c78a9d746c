"""From a plan to a worker's job and environment."""

from __future__ import annotations

import base64
import importlib.util
import json
import os
from dataclasses import asdict
from pathlib import Path

from tui_httpbench.bench.worker.job import Job
from tui_httpbench.clients.catalog import mode_of
from tui_httpbench.plan import WARMUP_REQUESTS, Plan

WORKER_FILE = Path(__file__).parent / "worker" / "__main__.py"
MAX_REDIRECTS = 10

# Variables that slow the interpreter, or make one client trust other certificates than its neighbour.
ALWAYS_UNWANTED = frozenset(
    {
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "SSLKEYLOGFILE",
        "PYTHONASYNCIODEBUG",
        "PYTHONDEVMODE",
        "PYTHONTRACEMALLOC",
        "PYTHONPROFILEIMPORTTIME",
        "PYTHONVERBOSE",
        "PYTHONSTARTUP",
    }
)

# Some clients use a proxy from the environment and some don't: in the equal profile, none may.
UNWANTED_WHEN_EQUAL = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "NETRC"})


def worker_environment(profile: str) -> dict[str, str]:
    """This process's environment without the variables that would sway a client under this profile."""
    unwanted = ALWAYS_UNWANTED | (UNWANTED_WHEN_EQUAL if profile == "equal" else frozenset())
    return {name: value for name, value in os.environ.items() if name.upper() not in unwanted}


def make_job(
    plan: Plan, url: str, mode_id: str, sample_file: Path, *, task: str = "measure", cpu: int | None = None
) -> Job:
    """What the worker is told to do for one round, or one probe, of one mode."""
    mode = mode_of(mode_id)
    return Job(
        task=task,
        url=url,
        method=plan.request.method,
        headers=dict(plan.wire_headers),
        body=plan.request.body,
        timeout_s=plan.timeout_s,
        requests=plan.requests,
        in_flight=plan.in_flight(mode_id),
        warmup=WARMUP_REQUESTS,
        kind=mode.kind,
        source_file=str(mode.library.source_file),
        function=mode.function,
        kept=mode.kept,
        profile=plan.profile,
        max_redirects=MAX_REDIRECTS,
        ca_file=certifi_bundle() if plan.profile == "equal" else None,
        cpu=cpu,
        # At the embedded target the target counts, for every client and not in the process that is measured.
        count_connections=not plan.request.uses_embedded_target,
        sample_file=str(sample_file),
        packages=mode.library.reported_packages,
    )


def encode_job(job: Job) -> bytes:
    """The JSON line that the worker reads; the body travels in base64."""
    values = asdict(job)
    body = values.pop("body")
    values["body_base64"] = None if body is None else base64.b64encode(body).decode()
    return json.dumps(values).encode() + b"\n"


def certifi_bundle() -> str | None:
    """The path of certifi's certificates, found without importing it; None where it is not installed."""
    spec = importlib.util.find_spec("certifi")
    folder = Path(spec.origin).parent if spec is not None and spec.origin else None
    return None if folder is None else str(folder / "cacert.pem")
