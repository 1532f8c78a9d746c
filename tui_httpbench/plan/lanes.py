"""Which lanes a run has: each mode with each variant that concerns it, or alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tui_httpbench.clients.catalog import MODES, Library, Mode
from tui_httpbench.clients.entrants import Entrant, entrant_of
from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.requirement import FIELD
from tui_httpbench.plan.variants import Variant
from tui_httpbench.text.formatting import enumerate_names
from tui_httpbench.text.quoting import shortened


def with_variants(labels: Sequence[str], variants: Sequence[Variant]) -> tuple[str, ...]:
    """The labels with each mode in as many lanes as variants concern it; what has its variant already stays.

    Raises PlanError for a variant that concerns no mode, or a label whose variant is not among them.
    """
    known = {variant.label for variant in variants}
    entrants = [entrant_of(label) for label in labels] if known or any("@" in label for label in labels) else []
    if not entrants:
        return tuple(labels)
    for entrant in entrants:
        if entrant.variant and entrant.variant not in known:
            raise PlanError(FIELD, f"{entrant.label} has no variant {shortened(entrant.variant)!r}; add it.")
    concerning = variants_by_mode(variants, (entrant.mode for entrant in entrants))
    lanes = [
        each
        for entrant in entrants
        for each in (
            [entrant]
            if entrant.variant
            else [Entrant(entrant.mode, entrant.copy, variant.label) for variant in concerning[entrant.mode.id]]
            or [entrant]
        )
    ]
    return tuple(dict.fromkeys(lane.label for lane in lanes))


def variants_by_mode(variants: Sequence[Variant], modes: Iterable[Mode]) -> Mapping[str, tuple[Variant, ...]]:
    """The variants that concern each mode, by its id.

    A variant with requirements concerns the modes whose library depends on one of them, or all where no known library
    does; one with nothing but a loop concerns those that are async; one with an interpreter all. A plain one is what
    the others are compared with, and concerns what they do, or all where there is no other. Raises PlanError for a
    variant that concerns no mode.
    """
    chosen = {mode.id: mode for mode in modes}
    concerned = _modes_by_variant(variants, chosen)
    for variant in variants:
        if not concerned[variant.label]:
            why = "runs on an event loop" if not variant.requirements and variant.loop else "uses what it names"
            raise PlanError(
                "modes",
                f"No chosen mode {why}: {variant.label!r} is {variant.in_words}, the modes are "
                f"{enumerate_names(tuple(chosen))}; choose another mode with -m, or leave the variant out.",
            )
    return {mode_id: tuple(each for each in variants if mode_id in concerned[each.label]) for mode_id in chosen}


def concerning(variants: Sequence[Variant], labels: Iterable[str]) -> tuple[Variant, ...]:
    """Those of the variants that concern any of these modes."""
    concerned = _modes_by_variant(variants, {entrant_of(label).mode.id: entrant_of(label).mode for label in labels})
    return tuple(variant for variant in variants if concerned[variant.label])


def lacking(labels: Iterable[str], variants: Sequence[Variant], *, get: bool) -> tuple[str, ...]:
    """The lanes that can't run, since their library is not installed here and nothing says that it may be fetched."""
    brought = {variant.label for variant in variants if variant.brings_libraries}
    entrants = map(entrant_of, () if get else labels)
    return tuple(each.label for each in entrants if each.variant not in brought and not each.mode.is_installed())


def _modes_by_variant(variants: Sequence[Variant], chosen: Mapping[str, Mode]) -> dict[str, set[str]]:
    known = {mode.library for mode in (*MODES.values(), *chosen.values())}
    concerned = {
        variant.label: {mode.id for mode in chosen.values() if _concerns(variant, mode, known)}
        for variant in variants
        if not variant.is_plain
    }
    every = set().union(*concerned.values()) if concerned else set(chosen)
    return {variant.label: concerned.get(variant.label, every) for variant in variants}


def _concerns(variant: Variant, mode: Mode, known: Iterable[Library]) -> bool:
    if variant.requirements and any(variant.names(library) for library in known):
        return variant.names(mode.library)
    return mode.kind == "async" or bool(variant.requirements or variant.python)
