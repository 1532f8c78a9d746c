"""Why the article's modes differ from each other, and in what a run's setting differs from the article's."""

from __future__ import annotations

from tui_httpbench.analysis.article_run import Explanation, Run, format_time
from tui_httpbench.clients.catalog import mode_of
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.scenario import SCENARIOS
from tui_httpbench.text.formatting import enumerate_names, format_figure, plural

SITE = "article"
BODY_NOT_READ = "aiohttp"
POOL_OF_CONNECTIONS = 100  # what aiohttp and httpx open at most, unless told otherwise
MUCH_MORE_CPU = 2.0


def describe_setting(plan: Plan) -> str | None:
    """In what the run's setting differs from the article's, in a sentence or two; None where it is alike."""
    site, scenario, request = SCENARIOS[SITE], plan.scenario, plan.request
    others = []
    if not request.uses_embedded_target:
        others.append("another distance, speed and page, as far as is known")
        if not request.url.lower().startswith("https:"):
            others.append("no TLS")
    else:
        if not scenario.tls:
            others.append("no TLS")
        if (scenario.rtt_ms, scenario.jitter_ms) != (site.rtt_ms, site.jitter_ms):
            others.append(f"a round trip of {scenario.rtt_ms:g} ms" if scenario.rtt_ms else "no distance")
        if scenario.service_time != site.service_time:
            others.append("an instant answer" if scenario.service_time.is_none else "another service time")
        if scenario.capacity != site.capacity:
            others.append("no limit to its capacity" if scenario.capacity.is_unlimited else "another capacity")
        if request.url != "/" or (scenario.body_bytes, scenario.gzip) != (site.body_bytes, site.gzip):
            others.append("another page")
    if request.method != "GET" or request.body is not None:
        others.append("another request")
    if plan.profile != "defaults":
        others.append("the same settings for all clients")
    if not others:
        return None
    return (
        f"This run's setting differs from the article's site: {enumerate_names(others)}. Compare the order rather than "
        "the seconds; --preset article comes close to the site."
    )


def explain_causes(run: Run, mode_ids: tuple[str, ...]) -> tuple[Explanation, ...]:
    """What makes the article's modes differ from each other, as far as this run shows it."""
    modes = [mode_id for mode_id in mode_ids if mode_id in run.times_s]
    found = (
        _kept_clients(run, modes),
        _tls_contexts(run, modes),
        _one_by_one(run, modes),
        _capacity(run, modes),
        _body_read(run, modes),
    )
    return tuple(explanation for explanation in found if explanation is not None)


def _kept_clients(run: Run, mode_ids: list[str]) -> Explanation | None:
    """Connections opened with a client for every request and with one for all."""
    pairs: list[tuple[str, str]] = []
    for each in mode_ids:
        kept = run.kept_sibling(each)
        if kept is None or mode_of(kept).kind != mode_of(each).kind or not run.sent(each) or not run.sent(kept):
            continue
        # A client for every request can't open fewer: then connections were overlooked, and the count says nothing.
        if (run.mode(each).connections or 0) >= run.sent(each):
            pairs.append((each, kept))
    if not pairs:
        return None
    modes = tuple(mode_id for pair in pairs for mode_id in pair)
    opened = {mode_id: run.mode(mode_id).connections or 0 for mode_id in modes}
    sent = {mode_id: run.sent(mode_id) for mode_id in modes}
    if len(set(sent.values())) == 1:
        numbers = {mode_id: f"{mode_id} {opened[mode_id]:,}" for mode_id in modes}
        text = f"Connections opened for {sent[modes[0]]:,} requests each"
    else:
        numbers = {mode_id: f"{mode_id} {opened[mode_id]:,} for {sent[mode_id]:,} requests" for mode_id in modes}
        text = "Connections opened"
    text += f", warm-up included: {'; '.join(f'{numbers[each]}, {numbers[kept]}' for each, kept in pairs)}."
    scenario = run.plan.scenario
    if run.plan.request.uses_embedded_target and scenario.rtt_ms:
        trips, handshakes = run.connect_trips, "TCP and TLS" if run.is_https else "TCP"
        cost_ms = format_figure(trips * scenario.rtt_ms)
        text += f" Each costs {plural(trips, 'round trip')} more, for {handshakes}: {cost_ms} ms."
    elif run.is_https:
        text += " Each is a TLS handshake."
    shared_little = [
        kept
        for _, kept in pairs
        if 1 < run.plan.in_flight(kept) <= POOL_OF_CONNECTIONS and 4 * opened[kept] > 3 * sent[kept]
    ]
    if shared_little:
        text += (
            f" Requests under way at once can't share a connection, so {enumerate_names(shared_little)} "
            f"{'gains' if len(shared_little) == 1 else 'gain'} little from being kept."
        )
    return Explanation(modes, text)


def _tls_contexts(run: Run, mode_ids: list[str]) -> Explanation | None:
    """Processor time of clients that build a TLS context for every request."""
    parts: list[str] = []
    modes: list[str] = []
    for each in ("httpx-async-each", "httpx", "requests"):
        kept = run.kept_sibling(each)
        if each not in mode_ids or kept is None or (each == "requests" and not run.is_https):
            continue
        cpu_ms, kept_ms = run.cpu_ms(each), run.cpu_ms(kept)
        if cpu_ms is None or kept_ms is None or cpu_ms < MUCH_MORE_CPU * kept_ms:
            continue
        parts.append(f"{each} {format_figure(cpu_ms)} ms, {kept} {format_figure(kept_ms)}")
        modes.append(each)
    if not parts:
        return None
    build = "builds" if len(modes) == 1 else "build"
    even = "" if run.is_https else ", though nothing is encrypted"
    return Explanation(
        tuple(modes),
        f"CPU time a request: {'; '.join(parts)}. {enumerate_names(modes)} {build} a TLS context for every "
        f"request{even}.",
    )


def _one_by_one(run: Run, mode_ids: list[str]) -> Explanation | None:
    """The fastest mode that waits for each response beside the fastest that waits for all at once."""
    if run.requests < 2:
        return None
    by_time = sorted(mode_ids, key=lambda mode_id: run.times_s[mode_id])
    sync = next((mode_id for mode_id in by_time if not run.starts_all_at_once(mode_id)), None)
    at_once = next((mode_id for mode_id in by_time if run.starts_all_at_once(mode_id)), None)
    latency = run.mode(sync).latency_ms if sync else None
    if sync is None or at_once is None or latency is None:
        return None
    return Explanation(
        (sync, at_once),
        f"One after another, {sync} took {format_figure(latency.mean)} ms on average for each of {run.requests:,} "
        f"requests and {format_time(run.times_s[sync])} for all; {at_once} started them all at once and took "
        f"{format_time(run.times_s[at_once])}.",
    )


def _capacity(run: Run, mode_ids: list[str]) -> Explanation | None:
    """How near the modes come to what the target lets through."""
    least_s, per_second = run.capacity_s(), run.plan.scenario.capacity.per_second
    modes = [mode_id for mode_id in mode_ids if run.starts_all_at_once(mode_id) and run.times_s[mode_id] >= least_s]
    if not least_s or not modes:
        return None
    times = enumerate_names([f"{mode_id} took {format_time(run.times_s[mode_id])}" for mode_id in modes])
    return Explanation(
        tuple(modes),
        f"The target sends at most {per_second:g} responses a second, so {run.requests:,} requests at once take "
        f"at least {format_time(least_s)}: {times}.",
    )


def _body_read(run: Run, mode_ids: list[str]) -> Explanation | None:
    """What the article's test left unread."""
    if BODY_NOT_READ not in mode_ids:
        return None
    mode = run.mode(BODY_NOT_READ)
    if not mode.ok or not mode.body_bytes:
        return None
    size = f"{mode.body_bytes / mode.ok:,.0f}"
    return Explanation(
        (BODY_NOT_READ,),
        f"The article's test of {BODY_NOT_READ} never reads the body; here each of its requests read {size} bytes.",
    )
