"""From a plan to a worker's job and environment."""

from __future__ import annotations

import base64
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from tui_httpbench.bench.run_code import CODE_AS_IT_IS, RunCode
from tui_httpbench.bench.trust import Trust, certifi_bundle
from tui_httpbench.clients.catalog import Mode
from tui_httpbench.plan.header_values import expand_headers
from tui_httpbench.plan.plan import WARMUP_REQUESTS, Plan
from tui_httpbench.plan.politeness import remote_host
from tui_httpbench.plan.requirement import normalized
from tui_httpbench.plan.secrets import hiding_in_run
from tui_httpbench.plan.variants import USUAL_LOOP
from tui_httpbench.text.hiding import Hiding
from tui_httpbench.worker.job import Job

WORKER_FILE = Path(__file__).parents[1] / "worker" / "__main__.py"
MAX_REDIRECTS = 10

# Of each, some clients trust what it names, and others do not read it.
_TRUST_VARIABLES = frozenset({"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"})
# Variables that slow the interpreter or one client, or make one trust other certificates than its neighbour.
ALWAYS_UNWANTED = _TRUST_VARIABLES | frozenset(
    {
        "SSLKEYLOGFILE",
        "PYTHONASYNCIODEBUG",
        "PYTHONDEVMODE",
        "PYTHONTRACEMALLOC",
        "PYTHONPROFILEIMPORTTIME",
        "PYTHONVERBOSE",
        "PYTHONSTARTUP",
        "PYTHONMALLOC",
        "PYTHONMALLOCSTATS",
        "PYTHONPERFSUPPORT",
        "PYTHON_PERF_JIT_SUPPORT",
        "MALLOC_CHECK_",
        "MALLOC_PERTURB_",
        "AIOHTTP_NO_EXTENSIONS",
        "FROZENLIST_NO_EXTENSIONS",
        "MULTIDICT_NO_EXTENSIONS",
        "PROPCACHE_NO_EXTENSIONS",
        "YARL_NO_EXTENSIONS",
        "NIQUESTS_DNS_URL",
        "NIQUESTS_STRICT_OCSP",
    }
)

PROXY_VARIABLES = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"})


def worker_environment(plan: Plan, trust: Trust) -> dict[str, str]:
    """This process's environment without the variables that would sway a client of this plan.

    Some clients use a proxy from the environment and some don't: with equal settings none may, and no request to this
    machine may go through one. In the ``defaults`` profile the run's own bundle reaches the libraries through their own
    variables, so that their code and the cost of loading certificates stay what users have.
    """
    is_equal, stays_here = plan.profile == "equal", remote_host(plan.request) is None
    unwanted = ALWAYS_UNWANTED
    if is_equal or stays_here:
        unwanted |= PROXY_VARIABLES
    if is_equal:
        unwanted |= {"NETRC"}
    kept = {name: value for name, value in os.environ.items() if name.upper() not in unwanted}
    if stays_here and sys.platform in ("darwin", "win32"):
        kept["NO_PROXY"] = "*"  # or Python would ask the system for its proxies
    if not is_equal and trust.bundle is not None:
        kept |= {"SSL_CERT_FILE": str(trust.bundle), "REQUESTS_CA_BUNDLE": str(trust.bundle)}
    return kept


def left_out_trust(plan: Plan) -> tuple[str, ...]:
    """The variables of this process that name certificates, none of which reaches a client of the plan."""
    named = (name for name, value in os.environ.items() if value and name.upper() in _TRUST_VARIABLES)
    return () if plan.insecure else tuple(sorted(named))


def make_job(
    plan: Plan,
    url: str,
    mode_id: str,
    sample_file: Path,
    trust: Trust,
    *,
    task: str = "measure",
    hiding: Hiding | None = None,
    code: RunCode = CODE_AS_IT_IS,
) -> Job:
    """What the worker is told of one round, or one probe, of one mode; ``hiding`` is ``hiding_for`` unless given.

    Raises PlanError where a header names a variable that is not set.
    """
    request = plan.request
    mode = code.mode_of(mode_id).in_shape(request.read)
    copy = code.copy_of(mode)
    variant = plan.variant_of(mode_id)
    loop = "" if variant is None else variant.loop_for(mode)
    return Job(
        task=task,
        url=url,
        method=plan.request.method,
        headers=dict(expand_headers(plan.wire_headers)),
        body=request.given_body,
        timeout_s=plan.timeout_s,
        in_flight=plan.in_flight(mode_id),
        warmup=WARMUP_REQUESTS,
        kind=mode.kind,
        source_file=str(mode.library.source_file),
        copied_file=None if copy is None else str(copy),
        function=mode.function,
        kept=mode.kept,
        profile=plan.profile,
        max_redirects=MAX_REDIRECTS,
        ca_file=str(trust.bundle or certifi_bundle() or "") or None if plan.profile == "equal" else None,
        verify=trust.verify,
        trust=trust.in_words or ("certifi's" if plan.profile == "equal" and certifi_bundle() else ""),
        # At the embedded target the target counts, for every client and not in the process that is measured. Other
        # loops than Python's open connections without Python's sockets.
        count_connections=not (plan.request.uses_embedded_target or mode.library.is_native or loop),
        sample_file=str(sample_file),
        packages=_packages_of(mode, plan) if task == "probe" else (),
        secrets=tuple(sorted((hiding or hiding_for(plan, url)).values)),
        loop="" if loop == USUAL_LOOP else loop,
        path_padding=code.path_padding_of(mode_id) if task == "measure" else 0,
        made_up_bytes=request.data_size or 0,
        reads_stream=request.read == "stream",
        sends_stream=request.upload == "stream",
    )


def _packages_of(mode: Mode, plan: Plan) -> tuple[str, ...]:
    """The distributions whose versions a probe tells: those of the library, and what any variant names."""
    packages = mode.library.packages
    named = {each.name for variant in plan.variants for each in variant.requirements}
    return (*packages, *sorted(named - set(map(normalized, packages))))


def hiding_for(plan: Plan, url: str) -> Hiding:
    """What hides the credentials of a run of this plan. Raises PlanError where a variable is not set."""
    return hiding_in_run(url, plan.wire_headers, plan.request.given_body)


def encode_job(job: Job) -> bytes:
    """The JSON line that the worker reads; the body travels in base64."""
    values = asdict(job)
    body = values.pop("body")
    values["body_base64"] = None if body is None else base64.b64encode(body).decode()
    return json.dumps(values).encode() + b"\n"
