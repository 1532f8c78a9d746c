"""Plans with a name: a good beginning, to be changed where one likes."""

from __future__ import annotations

import difflib
import secrets
from dataclasses import dataclass
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
from tui_httpbench.plan.scenario import LOOPBACK, SCENARIOS

ARTICLE_MODES = (
    "aiohttp",
    "aiohttp-each",
    "httpx-async",
    "requests-session",
    "httpx-async-each",
    "requests",
    "httpx",
)


@dataclass(frozen=True)
class Preset:
    """A named plan: ``why`` says in a line what it is for, ``values`` are the fields of the plan that it sets."""

    name: str
    why: str
    values: dict[str, Any]

    def plan(self, **changes: Any) -> Plan:
        """The plan of this preset with some fields changed; a URL of the user's own takes the scenario's place."""
        values = {**self.values, **changes}
        if "request" in changes and not changes["request"].uses_embedded_target and "scenario" not in changes:
            values.pop("scenario", None)
        return Plan(**values)

    def matches(self, plan: Plan) -> bool:
        """Whether a plan has every value that this preset sets; with a URL of the user's own, no scenario counts."""
        return all(
            getattr(plan, name) == value
            for name, value in self.values.items()
            if name != "scenario" or plan.request.uses_embedded_target
        )


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            "quick",
            "like with like, decided within half a minute: ten in flight, equal settings, eight modes",
            {
                "modes": catalog.DEFAULT_MODES,
                "requests": None,
                "duration_s": AUTO,
                "concurrency": DEFAULT_CONCURRENCY,
                "rounds": AUTO,
                "budget_s": DEFAULT_BUDGET_S,
                "chosen_profile": None,
                "scenario": LOOPBACK,
            },
        ),
        Preset(
            "article",
            "the well-known article: sync modes one by one against async ones all at once, on a site like its own",
            {
                "modes": ARTICLE_MODES,
                "requests": ARTICLE_REQUESTS,
                "duration_s": None,
                "concurrency": ARTICLE,
                "rounds": 5,
                "chosen_profile": None,
                "scenario": SCENARIOS["article"],
            },
        ),
        Preset(
            "thorough",
            "quick's comparison for two minutes: finds differences of 3 %",
            {
                "modes": catalog.DEFAULT_MODES,
                "requests": None,
                "duration_s": AUTO,
                "concurrency": DEFAULT_CONCURRENCY,
                "rounds": AUTO,
                "budget_s": 120.0,
                "chosen_profile": None,
                "scenario": LOOPBACK,
            },
        ),
    )
}
DEFAULT_PRESET = "quick"


def find_preset(name: str) -> Preset:
    """The preset of that name. Raises PlanError."""
    key = name.strip().lower()
    if key in PRESETS:
        return PRESETS[key]
    nearest = difflib.get_close_matches(key, PRESETS, n=1, cutoff=0.5)
    hint = f"did you mean {nearest[0]}?" if nearest else f"there are {', '.join(PRESETS)}."
    raise PlanError("preset", f"There is no preset {name[:40]!r}; {hint}")


def preset_of(plan: Plan) -> Preset | None:
    """The preset whose values a plan has, None where it has others."""
    return next((preset for preset in PRESETS.values() if preset.matches(plan)), None)


def default_plan() -> Plan:
    """What is measured when nothing is said: the default preset, in a random order."""
    return PRESETS[DEFAULT_PRESET].plan(modes=parsing.parse_modes([]), seed=random_seed())


def random_seed() -> int:
    """A seed of 32 bits."""
    return secrets.randbelow(2**32)
