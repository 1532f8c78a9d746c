"""Plans with a name: a good beginning, to be changed where one likes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tui_httpbench.clients import catalog
from tui_httpbench.clients.entrants import without_variants
from tui_httpbench.plan import parsing
from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.plan import (
    ARTICLE,
    ARTICLE_REQUESTS,
    AUTO,
    DEFAULT_BUDGET_S,
    DEFAULT_CONCURRENCY,
    Plan,
)
from tui_httpbench.plan.scenario import LOOPBACK, SCENARIOS, ServiceTime
from tui_httpbench.plan.sweep import parse_sweep
from tui_httpbench.plan.variants import Variant

ARTICLE_MODES = (
    "aiohttp",
    "aiohttp-each",
    "httpx-async",
    "requests-session",
    "httpx-async-each",
    "requests",
    "httpx",
)


ARTICLE_TITLE = "requests vs aiohttp vs httpx: A Deep Dive into Python HTTP Clients"
ARTICLE_PUBLISHER = "Leapcell"
ARTICLE_ADDRESS = "https://leapcell.io/blog/requests-vs-aiohttp-vs-httpx-python-http-clients"
"""Where the article stood in November 2026."""
KEPT_OR_NOT = ("requests", "requests-session", "httpx", "httpx-client", "aiohttp-each", "aiohttp")
"""Modes in pairs: a new client for each request, and one that is kept."""
SWEEP_BUDGET_S = 100.0
"""The budget of the questions that are sweeps: each is to be answered within two minutes."""
VERSIONS = "versions"
VERSION_LABELS = ("A", "B")
"""The labels of the two variants that the question after versions compares, the reference first."""


@dataclass(frozen=True)
class Preset:
    """A named plan: ``why`` says in a line what it is for, ``values`` are the fields of the plan that it sets.

    ``question`` is what it answers, in a person's words; empty where it is only a name. Where it ``takes_url``, it can
    be asked of a URL of the user's own. ``asked`` are values that it has as a question beside, so that it is answered
    within two minutes. ``usual_s`` is about how many seconds its question takes at the embedded target, where that is
    not its budget.
    """

    name: str
    why: str
    values: dict[str, Any]
    question: str = ""
    takes_url: bool = True
    asked: dict[str, Any] = field(default_factory=dict)
    usual_s: float | None = None

    @property
    def takes(self) -> str:
        """How long its question takes at the embedded target: ``about 30 s``."""
        seconds: float = self.usual_s or self.values["budget_s"]
        return f"about {seconds:.0f} s" if seconds < 120 else f"about {seconds / 60:.0f} min"

    @property
    def load_in_words(self) -> str:
        """How many requests are in flight: ``10 in flight``, ``1 to 100 in flight``; an article's load in requests."""
        sweep = self.values["sweep"]
        if sweep is not None and sweep.knob == "concurrency":
            return f"{sweep.values[0]} to {sweep.values[-1]} in flight"
        if self.values["concurrency"] == ARTICLE:
            return f"{self.values['requests']} requests a round"
        return f"{self.values['concurrency']} in flight"

    @property
    def conditions(self) -> str:
        """Under which load, protocol and distance (a round trip) it measures: ``1 in flight over HTTPS, 2 ms away``."""
        scenario, sweep = self.values["scenario"], self.values["sweep"]
        protocol = "HTTPS" if scenario.tls else "HTTP"
        if sweep is not None and sweep.knob == "rtt":
            where = f", {sweep.values[0]} to {sweep.values[-1]} ms away"
        else:
            where = f", {scenario.rtt_ms:g} ms away" if scenario.rtt_ms else ", on this machine"
        return f"{self.load_in_words} over {protocol}{where}"

    @property
    def in_words(self) -> str:
        """What it is for, and under which conditions, in a line."""
        return f"{self.why}: {self.conditions}"

    def plan(self, **changes: Any) -> Plan:
        """The plan of this preset with some fields changed; a URL of the user's own takes the scenario's place.

        Raises PlanError where that does not go together, or versions are to be compared and not two are given.
        """
        values = {**self.values, **changes}
        if self.name == VERSIONS and len(values.get("variants", ())) < 2:
            raise PlanError("preset", NO_VERSIONS)
        if "request" in changes and not changes["request"].uses_embedded_target and "scenario" not in changes:
            values.pop("scenario", None)
        return Plan(**values)

    def modes_for(self, variants: Sequence[Variant]) -> tuple[str, ...]:
        """The modes where none are chosen: of versions, the kept ones of the libraries that the variants name."""
        modes: tuple[str, ...] = self.values["modes"]
        if self.name != VERSIONS:
            return modes
        kept = [mode for mode in catalog.MODES.values() if mode.library.is_built_in and mode.kept]
        named = [mode for mode in kept if any(variant.names(mode.library) for variant in variants)]
        # Of a library that is measured by default, the modes that are; the others bring more than it.
        chosen = [mode for mode in named if mode.default] or named
        return tuple(mode.id for mode in chosen) or modes

    def values_for(self, variants: Sequence[Variant]) -> dict[str, Any]:
        """The fields that it sets in a plan with such variants."""
        return {**self.values, "modes": self.modes_for(variants)}

    def matches(self, plan: Plan) -> bool:
        """Whether a plan has every value that this preset sets, or has as a question.

        With a URL of the user's own, no scenario counts; versions are compared only where there are some.
        """
        if (self.name == VERSIONS) != bool(plan.variants):
            return False
        modes = without_variants(plan.modes) if plan.variants else plan.modes
        return modes == self.modes_for(plan.variants) and all(
            getattr(plan, name) in (value, self.asked.get(name, value))
            for name, value in self.values.items()
            if name != "modes" and (name != "scenario" or plan.request.uses_embedded_target)
        )


NO_VERSIONS = (
    "Preset versions compares two versions; give them with --variant, as in --variant A=httpx==0.27.2 "
    "--variant B=httpx==0.28.1."
)
_AUTOMATIC: dict[str, Any] = {
    "requests": None,
    "duration_s": AUTO,
    "rounds": AUTO,
    "budget_s": DEFAULT_BUDGET_S,
    "chosen_profile": None,
    "sweep": None,
}

PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            "quick",
            "a fair comparison of eight modes, with equal settings",
            {
                **_AUTOMATIC,
                "modes": catalog.DEFAULT_MODES,
                "concurrency": DEFAULT_CONCURRENCY,
                "scenario": LOOPBACK,
            },
            "Which client is fastest for my URL?",
        ),
        Preset(
            "article",
            "as a well-known article: sync modes one by one, async ones all at once",
            {
                "modes": ARTICLE_MODES,
                "requests": ARTICLE_REQUESTS,
                "duration_s": None,
                "concurrency": ARTICLE,
                "rounds": 5,
                "chosen_profile": None,
                "sweep": None,
                "scenario": SCENARIOS["article"],
            },
            "The article, reproduced",
            asked={"rounds": 2},
            usual_s=95,
        ),
        Preset(
            "thorough",
            "the comparison of quick for longer, so that it tells differences of 3 %",
            {
                **_AUTOMATIC,
                "modes": catalog.DEFAULT_MODES,
                "concurrency": DEFAULT_CONCURRENCY,
                "budget_s": 120.0,
                "scenario": LOOPBACK,
            },
        ),
        Preset(
            "keep",
            "three libraries, with a new client for every request and with a kept one (keep-alive)",
            {**_AUTOMATIC, "modes": KEPT_OR_NOT, "concurrency": 1, "scenario": SCENARIOS["same-region"]},
            "What does keeping the client buy?",
        ),
        Preset(
            "async",
            "two sync and two async modes, at a server that needs 20 ms, as curves",
            {
                **_AUTOMATIC,
                "modes": ("requests-session", "httpx-client", "httpx-async", "aiohttp"),
                "concurrency": DEFAULT_CONCURRENCY,
                "budget_s": SWEEP_BUDGET_S,
                "scenario": LOOPBACK.change(service_time=ServiceTime("fixed", 20)),
                "sweep": parse_sweep("concurrency=1,2,5,10,20,50,100"),
            },
            "Does async pay, and from how many at once?",
        ),
        Preset(
            "distance",
            "new and kept connections, near the server and far from it, as curves",
            {
                **_AUTOMATIC,
                "modes": ("requests", "requests-session", "httpx-client", "aiohttp-each", "aiohttp"),
                "concurrency": 1,
                "budget_s": SWEEP_BUDGET_S,
                "scenario": LOOPBACK.change(tls=True),
                "sweep": parse_sweep("rtt=0,1,5,20,50"),
            },
            "What does distance do?",
            takes_url=False,
        ),
        Preset(
            "http2",
            "an async client of httpx with each of the two",
            {
                **_AUTOMATIC,
                "modes": ("httpx-async", "httpx-async-h2"),
                "concurrency": 20,
                "scenario": SCENARIOS["same-region"].change(http2=True),
            },
            "HTTP/1.1 or HTTP/2?",
            usual_s=20,
        ),
        Preset(
            VERSIONS,
            "two versions of one library take turns, each in its own environment",
            {**_AUTOMATIC, "modes": catalog.DEFAULT_MODES, "concurrency": DEFAULT_CONCURRENCY, "scenario": LOOPBACK},
            "Is version B faster than A?",
        ),
    )
}
DEFAULT_PRESET = "quick"
QUESTIONS: tuple[Preset, ...] = tuple(
    PRESETS[name] for name in ("quick", "keep", "async", "distance", "http2", VERSIONS, "article")
)
"""The presets that are asked for as questions, in the order in which they are offered."""


def find_preset(name: str) -> Preset:
    """The preset of that name. Raises PlanError."""
    key = name.strip().lower()
    if key in PRESETS:
        return PRESETS[key]
    import difflib

    nearest = difflib.get_close_matches(key, PRESETS, n=1, cutoff=0.5)
    hint = f"did you mean {nearest[0]}?" if nearest else f"there are {', '.join(PRESETS)}."
    raise PlanError("preset", f"There is no preset {name[:40]!r}; {hint}")


def preset_of(plan: Plan) -> Preset | None:
    """The preset whose values a plan has, None where it has others."""
    return next((preset for preset in PRESETS.values() if preset.matches(plan)), None)


def default_plan(*, elsewhere: bool = False) -> Plan:
    """What is measured when nothing is said: the default preset, in a random order.

    Raises PlanError where a library is not installed here, unless it is measured ``elsewhere``.
    """
    modes = parsing.choose_modes([]) if elsewhere else parsing.parse_modes([])
    return PRESETS[DEFAULT_PRESET].plan(modes=modes, seed=random_seed())


def random_seed() -> int:
    """A seed of 32 bits."""
    return int.from_bytes(os.urandom(4), "big")
