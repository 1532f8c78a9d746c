"""The plan of a question, out of what its few fields say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from tui_httpbench.clients import catalog
from tui_httpbench.plan.fields import REMOTE_REQUESTS, REMOTE_ROUNDS
from tui_httpbench.plan.header_values import expand_headers
from tui_httpbench.plan.parsing import choose_modes, parse_url
from tui_httpbench.plan.plan import Plan, PlanError, Request
from tui_httpbench.plan.politeness import remote_host
from tui_httpbench.plan.presets import VERSION_LABELS, VERSIONS, Preset, random_seed
from tui_httpbench.plan.requirement import normalized
from tui_httpbench.plan.sweep import widest_of
from tui_httpbench.plan.variants import Variant, parse_variants

NO_HTTPS = "Clients speak HTTP/2 over HTTPS only; write https://, or leave the URL empty."
EMPTY = "Write a version to compare, such as httpx==0.27.2, or the path of a checkout."


@dataclass(frozen=True)
class QuestionReading:
    """What the fields of a question say: its plan, or what is wrong, by field: ``url``, ``A`` and ``B``."""

    plan: Plan | None
    errors: dict[str, str] = field(default_factory=dict)


def read_question(
    preset: Preset, url: str, versions: tuple[str, str], request: Request, options: dict[str, Any]
) -> QuestionReading:
    """The plan of a question, asked with this URL and these versions.

    All else of the ``request`` is as it was; ``options`` are fields of the plan that go with a URL of the user's own.
    """
    errors: dict[str, str] = {}
    try:
        parsed = parse_url(url) if url.strip() else "/"
        request = replace(request, url=parsed) if preset.takes_url else Request()
        expand_headers(request.filled_headers)
        if preset.name == "http2" and not (request.uses_embedded_target or request.url.startswith("https:")):
            errors["url"] = NO_HTTPS
    except PlanError as error:
        errors["url"] = str(error)
    variants: tuple[Variant, ...] = ()
    if preset.name == VERSIONS:
        for label, text in zip(VERSION_LABELS, versions, strict=True):
            try:
                variants += parse_variants([f"{label}={text}"]) if text.strip() else ()
                if not text.strip():
                    errors[label] = EMPTY
            except PlanError as error:
                errors[label] = str(error)
    if len(variants) == len(VERSION_LABELS) and (apart := _apart(*variants)):
        errors[VERSION_LABELS[1]] = apart
    if errors:
        return QuestionReading(None, errors)
    try:
        modes = choose_modes(preset.modes_for(variants))
        changes = {"request": request, "variants": variants, "modes": modes, "seed": random_seed(), **preset.asked}
        if not request.uses_embedded_target:
            changes |= options
        if remote_host(request) is not None:
            # Another machine gets no more than the command line would send it.
            sweep = preset.values["sweep"]
            requests = REMOTE_REQUESTS if sweep is None else max(REMOTE_REQUESTS, widest_of(sweep))
            changes |= {"requests": requests, "duration_s": None, "rounds": REMOTE_ROUNDS}
        return QuestionReading(preset.plan(**changes))
    except PlanError as error:
        return QuestionReading(None, {VERSION_LABELS[0] if variants else "url": str(error)})


def _apart(first: Variant, second: Variant) -> str:
    """Why two variants are no versions of one library, empty where they are or nobody can tell."""
    names = [{requirement.name for requirement in variant.requirements} for variant in (first, second)]
    # A library and what it stands on go together.
    families = [
        family
        for mode in catalog.MODES.values()
        if (family := set(map(normalized, (mode.library.distribution, *mode.library.packages))))
        and normalized(mode.library.distribution) in names[0] | names[1]
    ]
    own = [[name for name in each if any(name in family for family in families)] for each in names]
    is_one = names[0] & names[1] or any(family & names[0] and family & names[1] for family in families)
    if is_one or not all(own):
        return ""
    return f"A is {own[0][0]} and B is {own[1][0]}; write two versions of one library (question 1 compares libraries)."
