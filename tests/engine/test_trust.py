"""Whose certificates clients trust: the run's own authority, a file of the user's, or nobody's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from support import one_round
from support.scripted_server import Reply, ScriptedServer

from tui_httpbench.analysis.result import Result
from tui_httpbench.bench.runner import Runner
from tui_httpbench.bench.trust import certifi_bundle, make_trust
from tui_httpbench.plan.plan import Plan, Profile, Request
from tui_httpbench.plan.scenario import SCENARIOS, Scenario
from tui_httpbench.target_server.launcher import EmbeddedTarget

MODES = ("requests-session", "httpx-client", "aiohttp")
HTTPS = Scenario("https", tls=True)


async def measure(plan: Plan) -> Result:
    runner = Runner(plan, keep_going=True)
    async for _ in runner.run():
        pass
    return runner.result()


def plan_for(url: str = "/", **changes: object) -> Plan:
    return Plan(Request(url), MODES, requests=2, concurrency=1, rounds=1, timeout_s=10).replace(**changes)


@pytest.mark.parametrize("profile", ["equal", pytest.param("defaults", marks=pytest.mark.slow)])
async def test_the_embedded_targets_certificate_is_checked_and_trusted(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the user's environment trusts must not matter.
    for name in ("CURL_CA_BUNDLE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    result = await measure(plan_for(chosen_profile=profile, scenario=HTTPS))
    assert result.url.startswith("https://127.0.0.1:")
    assert {mode.mode: mode.ok for mode in result.modes} == dict.fromkeys(MODES, 2)
    assert {own["certificates"] for own in result.settings.values()} == {"certifi's and the embedded target's"}
    left_out = "REQUESTS_CA_BUNDLE, SSL_CERT_FILE, which not all clients read; --cacert FILE is for all"
    assert {own["left out"] for own in result.settings.values()} == {left_out}


@pytest.mark.slow
async def test_a_private_authority_needs_its_file(tmp_path: Path) -> None:
    async with EmbeddedTarget(scenario=HTTPS) as target:
        assert target.ca_pem is not None
        (tmp_path / "ca.pem").write_bytes(target.ca_pem)
        unknown = await one_round.measure(plan_for(target.url), tmp_path)
        assert {record.mode: record.tally.errors for record in unknown} == {mode: {"tls": 2} for mode in MODES}
        # As it is advised: also where the URL is no https, but redirects there.
        async with ScriptedServer(lambda _: Reply(status=302, location=f"{target.url}/")) as server:
            unchecked = await measure(plan_for(server.url, insecure=True))
        assert {mode.mode: mode.ok for mode in unchecked.modes} == dict.fromkeys(MODES, 2)
        known = await measure(plan_for(target.url, cacert=str(tmp_path / "ca.pem"), chosen_profile="defaults"))
    assert {mode.mode: mode.ok for mode in known.modes} == dict.fromkeys(MODES, 2)
    assert str(tmp_path / "ca.pem") in known.settings["aiohttp"]["certificates"]


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["equal", "defaults"])
async def test_certificates_that_are_not_checked_are_told_of(profile: Profile) -> None:
    async with EmbeddedTarget(scenario=HTTPS) as target:
        result = await measure(plan_for(target.url, insecure=True, chosen_profile=profile, modes=(*MODES, "requests")))
    assert {mode.ok for mode in result.modes} == {2}
    assert any("Certificates were not checked" in warning for warning in result.warnings)
    assert {own["certificates"] for own in result.settings.values()} == {"not checked (--insecure)"}


def test_the_bundle_costs_what_users_pay(tmp_path: Path) -> None:
    """A file with one certificate would make a client's start far too cheap, so certifi's are in it, too."""
    usual = certifi_bundle()
    assert usual is not None
    authority = trustme.CA()
    trust = make_trust(plan_for(), authority.cert_pem.bytes() + authority.private_key_pem.bytes(), tmp_path)
    assert trust.bundle is not None
    bundle = trust.bundle.read_bytes()
    assert bundle == Path(usual).read_bytes() + b"\n" + authority.cert_pem.bytes()
    assert b"PRIVATE KEY" not in bundle


@pytest.mark.slow
async def test_a_mode_that_speaks_http2_does_so_where_it_is_offered() -> None:
    modes = ("httpx-async", "httpx-async-h2")
    offered = await measure(plan_for(scenario=replace(HTTPS, http2=True), modes=modes, requests=20, concurrency=10))
    assert offered.http_versions == {"httpx-async": "1.1", "httpx-async-h2": "2"}
    assert (offered.mode("httpx-async-h2").ok, offered.mode("httpx-async-h2").connections) == (20, 1)
    assert not any("no HTTP/2" in warning for warning in offered.warnings)
    plain = await measure(plan_for(scenario=HTTPS, modes=modes))
    assert plain.http_versions == {"httpx-async": "1.1", "httpx-async-h2": "1.1"}
    assert any("httpx-async-h2 spoke HTTP/1.1" in warning for warning in plain.warnings)


@pytest.mark.slow
async def test_distance_costs_a_new_connection_three_round_trips_and_a_kept_one_a_single_one() -> None:
    far = SCENARIOS["across-the-ocean"].change(rtt_ms=60.0)
    result = await measure(plan_for(scenario=far, modes=("requests", "requests-session"), requests=4))
    each, kept = result.mode("requests"), result.mode("requests-session")
    assert each.latency_ms is not None
    assert kept.latency_ms is not None
    assert each.latency_ms.p50 >= 3 * 60
    assert kept.latency_ms.p50 >= 60
    assert (each.connections, kept.connections) == (4 + 3, 1)
