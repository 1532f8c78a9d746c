"""Plans with a name: a good beginning, to be changed where one likes."""

from __future__ import annotations

import difflib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tui_httpbench.clients import catalog
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

    ``question`` is what it answers, in a person's words; empty where it is only a name. One that is ``on_form`` sets
    nothing but what the form shows. Where it ``takes_url``, it can be asked of a URL of the user's own.
    ``asked`` are values that it has as a question beside, so that it is answered within two minutes.
    """

    name: str
    why: str
    values: dict[str, Any]
    question: str = ""
    on_form: bool = True
    takes_url: bool = True
    asked: dict[str, Any] = field(default_factory=dict)

    def plan(self, **changes: Any) -> Plan:
        """The plan of this preset with some fields changed; a URL of the user's own takes the scenario's place.

        Raises PlanError where that does not go together, or versions are to be compared and none are given.
        """
        values = {**self.values, **changes}
        if self.name == VERSIONS and not values.get("variants"):
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

    def matches(self, plan: Plan) -> bool:
        """Whether a plan has every value that this preset sets; with a URL of the user's own, no scenario counts."""
        return all(
            getattr(plan, name) == value
            for name, value in self.values.items()
            if name != "scenario" or plan.request.uses_embedded_target
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
            "a fair comparison of eight modes: ten requests at once, equal settings, half a minute",
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
            "the well-known article: sync modes one by one, async ones all at once",
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
        ),
        Preset(
            "thorough",
            "quick's comparison for two minutes: finds differences of 3 %",
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
            "three libraries, with a new client for every request and with a kept one",
            {**_AUTOMATIC, "modes": KEPT_OR_NOT, "concurrency": 1, "scenario": SCENARIOS["same-region"]},
            "What does keeping the client buy?",
            on_form=False,
        ),
        Preset(
            "async",
            "two sync and two async modes, 1 to 100 requests at once, at a server that takes 20 ms",
            {
                **_AUTOMATIC,
                "modes": ("requests-session", "httpx-client", "httpx-async", "aiohttp"),
                "concurrency": DEFAULT_CONCURRENCY,
                "budget_s": SWEEP_BUDGET_S,
                "scenario": LOOPBACK.change(service_time=ServiceTime("fixed", 20)),
                "sweep": parse_sweep("concurrency=1,2,5,10,20,50,100"),
            },
            "Does async pay, and from how many at once?",
            on_form=False,
        ),
        Preset(
            "distance",
            "new and kept connections over HTTPS with 0 to 50 ms to the server, as curves",
            {
                **_AUTOMATIC,
                "modes": ("requests", "requests-session", "httpx-client", "aiohttp-each", "aiohttp"),
                "concurrency": 1,
                "budget_s": SWEEP_BUDGET_S,
                "scenario": LOOPBACK.change(tls=True),
                "sweep": parse_sweep("rtt=0,1,5,20,50"),
            },
            "What does distance do?",
            on_form=False,
            takes_url=False,
        ),
        Preset(
            "http2",
            "httpx with each of them, twenty requests at once over TLS",
            {
                **_AUTOMATIC,
                "modes": ("httpx-async", "httpx-async-h2"),
                "concurrency": 20,
                "scenario": SCENARIOS["same-region"].change(http2=True),
            },
            "HTTP/1.1 or HTTP/2?",
            on_form=False,
        ),
        Preset(
            VERSIONS,
            "two versions of a library take turns, each in an environment of its own",
            {**_AUTOMATIC, "modes": catalog.DEFAULT_MODES, "concurrency": DEFAULT_CONCURRENCY, "scenario": LOOPBACK},
            "Is version B faster than A?",
            on_form=False,
        ),
    )
}
FORM_PRESETS: dict[str, Preset] = {name: preset for name, preset in PRESETS.items() if preset.on_form}
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
    nearest = difflib.get_close_matches(key, PRESETS, n=1, cutoff=0.5)
    hint = f"did you mean {nearest[0]}?" if nearest else f"there are {', '.join(PRESETS)}."
    raise PlanError("preset", f"There is no preset {name[:40]!r}; {hint}")


def preset_of(plan: Plan) -> Preset | None:
    """The preset whose values a plan has, None where it has others, or those of one that the form does not show."""
    return next((preset for preset in FORM_PRESETS.values() if preset.matches(plan)), None)


def default_plan() -> Plan:
    """What is measured when nothing is said: the default preset, in a random order."""
    return PRESETS[DEFAULT_PRESET].plan(modes=parsing.parse_modes([]), seed=random_seed())


def random_seed() -> int:
    """A seed of 32 bits."""
    return secrets.randbelow(2**32)
