"""What an environment is to hold: out of a variant and a library, without making it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from dataclasses import dataclass

from tui_httpbench.clients.catalog import MODES, Library, Mode
from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.requirement import FIELD, Requirement, normalized, parse_requirement
from tui_httpbench.plan.variants import USUAL_LOOP, Variant
from tui_httpbench.text.formatting import enumerate_names


@dataclass(frozen=True)
class Recipe:
    """What to install for which interpreter.

    ``python`` is the interpreter as it was asked for, empty for this one. ``pins`` are the versions that lie here
    (``h11==0.16.0``) of what nobody named: they are taken where they can be had with the rest. ``needed`` are the
    distributions without which its modes can't run, which a marker may leave out.
    """

    python: str = ""
    requirements: tuple[Requirement, ...] = ()
    pins: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()

    @property
    def what(self) -> str:
        """What is installed, without credentials."""
        return enumerate_names([each.in_words for each in self.requirements]) if self.requirements else "nothing"

    @property
    def in_words(self) -> str:
        """What is installed, and for which interpreter."""
        if not self.requirements:
            return f"nothing but Python {self.python}".rstrip()
        return f"{self.what} for Python {self.python}" if self.python else self.what

    @property
    def is_fixed(self) -> bool:
        """Whether no version of what is asked for is open: it has one, or a place, or a pin tells it."""
        pinned = {pin.partition("==")[0] for pin in self.pins}
        return all(each.is_exact or each.url or each.name in pinned for each in self.requirements)

    @property
    def is_exact(self) -> bool:
        """Whether it means the same tomorrow; what lies at a URL may change."""
        return self.is_fixed and not any(each.url for each in self.requirements)


def recipe_for(variant: Variant | None, mode: Mode) -> Recipe | None:
    """What this variant of this mode needs; None where this environment, as it is, serves.

    All modes of a library that one variant concerns share a recipe. What the variant does not name stays as it is
    here: the library, and what its speed depends on. Raises PlanError for a client file that does not tell what its
    modes need.
    """
    variant = variant or Variant("")
    loop = variant.loop_for(mode)
    extra_loop = () if loop in ("", USUAL_LOOP) or any(each.name == loop for each in variant.requirements) else (loop,)
    is_complete = mode.is_installed() and all(importlib.util.find_spec(each) for each in extra_loop)
    if is_complete and not (variant.requirements or variant.python):
        return None
    library = mode.library
    needs = tuple(map(parse_requirement, (*_needs(library), *extra_loop)))
    requirements = _merged((*variant.requirements, *needs))
    named = {each.name for each in variant.requirements}
    pins = tuple(
        f"{name}=={version}"
        for name in dict.fromkeys(map(normalized, (*_distributions(library), *extra_loop)))
        if name not in named and (version := _version_here(name)) is not None
    )
    return Recipe(variant.python, requirements, pins, tuple(each.name for each in needs))


def _distributions(library: Library) -> tuple[str, ...]:
    return (library.distribution, *library.packages) if library.imports else library.packages


def _needs(library: Library) -> tuple[str, ...]:
    """What pip installs for all modes of a library, so that they share an environment."""
    if not library.imports:
        return ()
    if not (library.packages or library.is_built_in):
        raise PlanError(
            FIELD,
            f"{library.source_file} does not tell what to install for it; add PACKAGES = ('{library.imports[0]}',) "
            "with the names of its distributions.",
        )
    more = (mode.needs for mode in MODES.values() if mode.library == library and mode.needs)
    return tuple(dict.fromkeys((library.distribution, *more)))


def _merged(requirements: tuple[Requirement, ...]) -> tuple[Requirement, ...]:
    """Each distribution as it is named first, with the extras of all that name it."""
    merged: dict[str, Requirement] = {}
    for each in requirements:
        known = merged.get(each.name)
        merged[each.name] = each if known is None else known.with_extras(each.extras)
    return tuple(merged.values())


def _version_here(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
