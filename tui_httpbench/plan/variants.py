"""Variants: what else a mode is run with, such as another version of its library, interpreter or event loop.

``LABEL=SPEC``; SPEC is empty for this environment, or parts with commas between. A comma within brackets, parentheses
or quotes belongs to its part, and so does one before another clause of a version: ``httpx[http2,cli]>=0.27,<0.28`` is
one part. In a path or URL it is written ``%2C`` (``file:///tmp/a%2Cb``). Each part is one of

- ``python=3.13``, any name by which uv finds an interpreter, or its path;
- ``loop=uvloop``, ``loop=winloop`` or ``loop=asyncio``;
- a requirement as pip takes it, or a path to a checkout, a wheel or a source archive, with extras.
"""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tui_httpbench.clients.catalog import Library, Mode
from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.requirement import FIELD, Requirement, normalized, parse_requirement, typed_path
from tui_httpbench.text.quoting import character_name, shortened

MAX_VARIANTS = 50
MAX_LABEL_LENGTH = 30
OLDEST_PYTHON = (3, 9)
USUAL_LOOP = "asyncio"
LOOPS = (USUAL_LOOP, "uvloop", "winloop")

# It is part of a lane's label and of files' names: no @, # or comma, and nothing that a file system minds.
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
_KEY = re.compile(r"([A-Za-z_-]+)\s*=(?!=)\s*(.*)", re.DOTALL)
_CLAUSE = re.compile(r"\s*(===|==|~=|!=|<=|>=|<|>)")
_VERSION = re.compile(r"(?:c?python-?)?(\d+)\.(\d+)(?:\.\d+)?t?", re.IGNORECASE | re.ASCII)
_CLOSING = {"[": "]", "(": ")", "'": "'", '"': '"'}


@dataclass(frozen=True)
class Variant:
    """Under this label a mode runs with these requirements, this interpreter and this event loop.

    ``python`` is the interpreter as it was asked for, empty for this one; ``loop`` is empty for the usual one.
    """

    label: str
    requirements: tuple[Requirement, ...] = ()
    python: str = ""
    loop: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether it is this environment, as it is."""
        return not (self.requirements or self.python or self.loop)

    @property
    def in_words(self) -> str:
        """What it is made of, without credentials; ``this environment`` for a plain one."""
        parts = [requirement.in_words for requirement in self.requirements]
        return ", ".join((*parts, *self._options)) or "this environment"

    @property
    def stored(self) -> str:
        """``LABEL=SPEC`` without credentials, from which ``parse_variant`` makes it again without looking at files."""
        parts = [requirement.stored for requirement in self.requirements]
        return f"{self.label}={','.join((*parts, *self._options))}"

    @property
    def brings_libraries(self) -> bool:
        """Whether each mode that it concerns gets an environment of its own, be its library installed here or not."""
        return bool(self.requirements or self.python)

    def names(self, library: Library) -> bool:
        """Whether one of its requirements is a package that this library's speed depends on, or itself."""
        packages = set(map(normalized, (library.distribution, *library.packages)))
        return any(requirement.name in packages for requirement in self.requirements)

    def loop_for(self, mode: Mode) -> str:
        """The event loop that it asks for in this mode; empty for the usual one, as in a mode that has none."""
        return self.loop if mode.kind == "async" else ""

    @property
    def _options(self) -> tuple[str, ...]:
        return tuple(f"{name}={value}" for name, value in (("python", self.python), ("loop", self.loop)) if value)


def parse_variants(texts: Sequence[str], *, looks: bool = True) -> tuple[Variant, ...]:
    """The variants of ``--variant``, each with a label of its own; ``looks`` as of ``parse_variant``.

    Raises PlanError.
    """
    if len(texts) > MAX_VARIANTS:
        raise PlanError(FIELD, f"A run takes up to {MAX_VARIANTS} variants, not {len(texts):,}; give fewer.")
    return distinct_variants(tuple(parse_variant(text, looks=looks) for text in texts))


def distinct_variants(variants: tuple[Variant, ...]) -> tuple[Variant, ...]:
    """The variants, if each has a label of its own. Raises PlanError."""
    labels: dict[str, str] = {}
    for variant in variants:
        # Some file systems don't tell capitals from small letters.
        key = variant.label.lower()
        if (known := labels.get(key)) is not None:
            how = "twice" if known == variant.label else f"beside {known!r}, which differs in capitals only"
            raise PlanError(FIELD, f"The label {variant.label!r} is there {how}; give each variant a label of its own.")
        labels[key] = variant.label
    return variants


def parse_variant(text: str, *, looks: bool = True) -> Variant:
    """One ``LABEL=SPEC``; looks at the files of its paths unless told not to, as for what was stored.

    Raises PlanError.
    """
    label, equals, spec = text.partition("=")
    label = label.strip()
    if not equals or spec.startswith("="):
        raise PlanError(
            FIELD, f"The variant {shortened(text)!r} has no label; write LABEL=SPEC, as in old={shortened(text)}."
        )
    _check_label(label)
    requirements: list[Requirement] = []
    options: dict[str, str] = {}
    parts = split_spec(spec)
    for number, part in enumerate(parts):
        match = _KEY.fullmatch(part)
        if match is None or match[1].lower() not in ("python", "loop"):
            try:
                requirement = parse_requirement(part, looks=looks)
            except PlanError:
                if looks and (whole := _path_with_commas(parts[number:])) is not None:
                    raise PlanError(
                        FIELD,
                        f"{shortened(part)!r} is nothing to install, but there is {str(whole)!r}; write "
                        f"{whole.as_uri()} for it, since a comma parts what a variant is made of.",
                    ) from None
                raise
            if any(requirement.name == each.name for each in requirements):
                raise PlanError(
                    FIELD,
                    f"The variant {label!r} has {requirement.name} twice; give it once, and the other in a variant of "
                    "its own.",
                )
            requirements.append(requirement)
            continue
        key, value = match[1].lower(), match[2].strip()
        if key in options:
            raise PlanError(FIELD, f"The variant {label!r} has {key}= twice; give it once.")
        options[key] = _parse_python(value) if key == "python" else _parse_loop(value)
    return Variant(label, tuple(requirements), options.get("python", ""), options.get("loop", ""))


def split_spec(spec: str) -> list[str]:
    """The parts of a SPEC, as the rule on commas at the head of this file has it. Raises PlanError."""
    parts = [""]
    open_until: list[str] = []
    for character in spec:
        if open_until and character == open_until[-1]:
            open_until.pop()
        elif character in _CLOSING and (not open_until or open_until[-1] not in "'\""):
            open_until.append(_CLOSING[character])
        if character == "," and not open_until:
            parts.append("")
        else:
            parts[-1] += character
    if open_until:
        raise PlanError(FIELD, f"{shortened(spec)!r} lacks a closing {open_until[-1]}; add it.")
    joined: list[str] = []
    for part in parts:
        if joined and _CLAUSE.match(part):
            joined[-1] += f",{part}"
        else:
            joined.append(part)
    return [part.strip() for part in joined if part.strip()]


def _path_with_commas(parts: Sequence[str]) -> Path | None:
    """What is on this machine under a name that these parts begin, with the commas between them."""
    for end in range(len(parts), 1, -1):
        for comma in (",", ", "):
            path = typed_path(comma.join(parts[:end]))
            with contextlib.suppress(OSError, ValueError):
                if path.exists():
                    return path
    return None


def _check_label(label: str) -> None:
    if not label:
        raise PlanError(FIELD, "A variant needs a label before its =; write one such as old=httpx==0.27.2.")
    if len(label) > MAX_LABEL_LENGTH:
        raise PlanError(
            FIELD, f"The label {shortened(label)!r} is longer than {MAX_LABEL_LENGTH} characters; shorten it."
        )
    if _LABEL.fullmatch(label):
        return
    bad = next((each for each in label if not _LABEL.fullmatch(f"a{each}")), None)
    what = f"has {character_name(bad)} in it" if bad else f"begins with {character_name(label[0])}"
    raise PlanError(
        FIELD, f"The label {shortened(label)!r} {what}; use letters, digits and . _ + -, a letter or digit first."
    )


def _parse_python(value: str) -> str:
    if not value:
        raise PlanError(FIELD, "python= needs an interpreter; write one such as python=3.13, or its path.")
    if value.startswith("-") or not value.isprintable():
        raise PlanError(FIELD, f"{shortened(value)!r} is no interpreter; write one such as python=3.13, or its path.")
    match = _VERSION.fullmatch(value)
    if match and (int(match[1][:4]), int(match[2][:4])) < OLDEST_PYTHON:
        raise PlanError(FIELD, too_old(value))
    return value


def too_old(which: str) -> str:
    """The sentence on an interpreter that no worker runs under."""
    return (
        f"Python {shortened(which, 120)} is too old to measure with; name {'.'.join(map(str, OLDEST_PYTHON))} or newer."
    )


def _parse_loop(value: str) -> str:
    name = value.lower()
    if name not in LOOPS:
        raise PlanError(FIELD, f"There is no event loop {shortened(value)!r}; write loop=uvloop, winloop or asyncio.")
    if name == "uvloop" and sys.platform == "win32":
        raise PlanError(FIELD, "uvloop does not run on Windows; write loop=winloop.")
    if name == "winloop" and sys.platform != "win32":
        raise PlanError(FIELD, "winloop runs on Windows only; write loop=uvloop.")
    return name
