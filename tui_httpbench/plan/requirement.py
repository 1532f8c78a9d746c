"""One thing to install, as pip takes it: a requirement of a registry, a URL, or a path to a checkout or a wheel."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tui_httpbench.files.small_file import TomlError, parse_toml, read_small_file
from tui_httpbench.plan.error import PlanError
from tui_httpbench.text.formatting import reason_of
from tui_httpbench.text.hiding import ANYONES, Hiding, drop_secrets, secrets_of_login, secrets_of_url
from tui_httpbench.text.quoting import shortened

FIELD = "variants"
PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")
MAX_PROJECT_FILE_BYTES = 1_000_000

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_EXTRAS = rf"(?:\[(?P<extras>\s*{_NAME}\s*(?:,\s*{_NAME}\s*)*)\])?"
_CLAUSE = r"(?:===|==|~=|!=|<=|>=|<|>)\s*[A-Za-z0-9.*+!_-]+"
_REGISTRY = re.compile(
    rf"(?P<name>{_NAME})\s*{_EXTRAS}\s*(?P<version>{_CLAUSE}(?:\s*,\s*{_CLAUSE})*)?\s*(?:;(?P<marker>.*))?"
)
_NAMED_PLACE = re.compile(rf"(?P<name>{_NAME})\s*{_EXTRAS}\s*@\s*(?P<place>\S.*)")
_PLACE_EXTRAS = re.compile(rf"(?P<place>.*?){_EXTRAS}")
_ARCHIVE = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*?)-\d[^/\\]*\.(?:whl|tar\.gz|zip)")
_VERSION = re.compile(
    r"v?(?:\d+!)?\d+(?:\.\d+)*(?:[-_.]?(?:alpha|a|beta|b|preview|pre|c|rc)[-_.]?\d*)?"
    r"(?:-\d+|[-_.]?(?:post|rev|r)[-_.]?\d*)?(?:[-_.]?dev[-_.]?\d*)?(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?(?:\.\*)?",
    re.IGNORECASE,
)
"""A version as PEP 440 has it, with the star that may end one in a clause."""
_IS_EXACT = re.compile(r"===?\s*[A-Za-z0-9.+!_-]+")
_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_EXAMPLE = "write one such as httpx==0.28.1, 'httpx @ https://…' or a path to a checkout"


@dataclass(frozen=True)
class Requirement:
    """What to install: a distribution, where from, and with which extras.

    ``name`` is normalized, as registries compare it. ``version`` are clauses such as ``>=1,<2``, empty for any.
    ``path`` is a checkout's folder or a file, ``url`` is anywhere else; at most one of the two is there.
    """

    name: str
    extras: tuple[str, ...] = ()
    version: str = ""
    marker: str = ""
    url: str = ""
    path: Path | None = None

    @property
    def is_exact(self) -> bool:
        """Whether it names the same thing tomorrow: one version, or what lies here, which is known by its content."""
        return self.path is not None or _IS_EXACT.fullmatch(self.version) is not None

    @property
    def for_pip(self) -> str:
        """As a line of a requirements file, which may hold a URL's credentials."""
        return self._as_line(self.url)

    @property
    def stored(self) -> str:
        """The same without credentials."""
        return self._as_line(drop_secrets(self.url))

    @property
    def in_words(self) -> str:
        """As a person reads it, without credentials."""
        place = str(self.path) if self.path is not None else drop_secrets(self.url)
        return f"{self._with_extras} @ {place}" if place else f"{self._with_extras}{self.version}"

    @property
    def origin(self) -> str:
        """Where it comes from, without credentials: below this folder ``./base``; empty for a registry."""
        if self.path is None:
            return drop_secrets(self.url)
        try:
            return f".{os.sep}{self.path.relative_to(Path.cwd())}"
        except (ValueError, OSError):  # it lies elsewhere, or this folder is gone
            return str(self.path)

    @property
    def hiding(self) -> Hiding:
        """What hides the credentials of its URL wherever they stand."""
        try:
            parts = urlsplit(self.url)
            user, password = unquote(parts.username or ""), unquote(parts.password or "")
        except ValueError:
            user = password = ""
        # A token often stands where the user does.
        login = secrets_of_login(user, password) if password else {user} - {"git"}
        return Hiding().and_also(secrets_of_url(self.url) | login)

    def with_extras(self, extras: tuple[str, ...]) -> Requirement:
        """The same with these extras, too."""
        both = tuple(dict.fromkeys((*self.extras, *extras)))
        return Requirement(self.name, both, self.version, self.marker, self.url, self.path)

    def _as_line(self, url: str) -> str:
        place = self.path.as_uri() if self.path is not None else url
        source = f" @ {place}" if place else self.version
        return f"{self._with_extras}{source}" + (f" ; {self.marker}" if self.marker else "")

    @property
    def _with_extras(self) -> str:
        return f"{self.name}[{','.join(self.extras)}]" if self.extras else self.name


def normalized(name: str) -> str:
    """A distribution's name as registries compare it: ``Curl_CFFI`` is ``curl-cffi``."""
    return re.sub(r"[-_.]+", "-", name).lower()


def parse_requirement(text: str, *, looks: bool = True) -> Requirement:
    """A requirement as pip takes it; looks at the files of a path, but where it has a name and ``looks`` is False.

    Raises PlanError.
    """
    text = text.strip()
    if text.startswith("-"):
        raise PlanError(
            FIELD, f"{_shown(text)} is an option of pip, which a variant takes none of; name what to install alone."
        )
    if not text.isprintable():
        raise PlanError(FIELD, f"{_shown(text)} has a control character in it; take it out.")
    if named := _NAMED_PLACE.fullmatch(text):
        return _at_place(named["place"], normalized(named["name"]), _extras(named["extras"]), looks=looks)
    if _is_place(text):
        found = _PLACE_EXTRAS.fullmatch(text)
        assert found is not None
        return _at_place(found["place"], "", _extras(found["extras"]), looks=looks)
    match = _REGISTRY.fullmatch(text)
    if match is None:
        single = re.fullmatch(rf"({_NAME})\s*=\s*([^=].*)", text)
        hint = f"write {single[1]}=={single[2]}" if single else _EXAMPLE
        raise PlanError(FIELD, f"{_shown(text)} is no version as pip writes it; {hint}.")
    for clause in (match["version"] or "").split(","):
        version = clause.strip().lstrip("=~!<>").strip()
        if version and not clause.strip().startswith("===") and not _VERSION.fullmatch(version):
            raise PlanError(
                FIELD, f"{_shown(text)} is no version as pip writes it: {_shown(version)} is none; {_EXAMPLE}."
            )
    marker = (match["marker"] or "").strip()
    if re.search(r"(^|\s)-", marker):
        raise PlanError(
            FIELD, f"{_shown(text)} has an option of pip in it, which a variant takes none of; leave it out."
        )
    version = re.sub(r"\s+", "", match["version"] or "")
    if looks and not (version or marker) and _is_checkout(Path(match["name"])):
        raise PlanError(
            FIELD,
            f"{_shown(text)} may be a package or the checkout ./{match['name']}; write ./{match['name']} for the "
            f"checkout, or {match['name']}>=0 for the package.",
        )
    return Requirement(normalized(match["name"]), _extras(match["extras"]), version, marker)


def _is_place(text: str) -> bool:
    return (
        _URL.match(text) is not None
        or text.startswith((".", "~", "/", "\\"))
        or os.sep in text.partition(";")[0].partition("[")[0]
        or text.partition("[")[0].endswith((".whl", ".tar.gz", ".zip"))
        or (os.name == "nt" and re.match(r"[A-Za-z]:[\\/]", text) is not None)
    )


def _at_place(place: str, name: str, extras: tuple[str, ...], *, looks: bool) -> Requirement:
    if not _URL.match(place):
        return _at_path(place, name, extras, looks=looks)
    parts = urlsplit(place)
    if parts.scheme == "file":
        return _at_path(unquote(parts.path).lstrip("/" if os.name == "nt" else ""), name, extras, looks=looks)
    if " " in place:
        raise PlanError(FIELD, f"{_shown(place)} has a space in it; write %20, and a marker is not possible here.")
    if not name:
        found = _ARCHIVE.fullmatch(parts.path.rpartition("/")[2])
        if found is None:
            raise PlanError(
                FIELD,
                f"{_shown(place)} does not tell what it holds; write its name before it, as in "
                f"'httpx @ {_shown(place, '')}'.",
            )
        name = normalized(found["name"])
    return Requirement(name, extras, url=place)


def _at_path(text: str, name: str, extras: tuple[str, ...], *, looks: bool) -> Requirement:
    path = typed_path(text)
    if name and not looks:
        return Requirement(name, extras, path=path)
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, ValueError):
        is_folder = is_file = False
    if is_file:
        found = _ARCHIVE.fullmatch(path.name)
        if found is None:
            raise PlanError(
                FIELD, f"{_shown(text)} is neither a wheel nor a source archive; name one, or a checkout's folder."
            )
        return Requirement(name or normalized(found["name"]), extras, path=path)
    if not is_folder:
        raise PlanError(FIELD, f"There is no file or folder {_shown(text)}; name a checkout's folder or a wheel.")
    if not _is_checkout(path):
        raise PlanError(
            FIELD, f"{_shown(text)} is no checkout that can be built: it holds none of {', '.join(PROJECT_FILES)}."
        )
    return Requirement(name or _name_of_checkout(path, text), extras, path=path)


def typed_path(text: str) -> Path:
    """Where a path that was typed leads, from this folder or a home; a home that can't be found stays as it is."""
    return Path(os.path.abspath(os.path.expanduser(text)))  # noqa: PTH100, PTH111


def _is_checkout(folder: Path) -> bool:
    """Whether a folder holds what a distribution is built from."""
    try:
        return any((folder / each).is_file() for each in PROJECT_FILES)
    except OSError:
        return False


def _name_of_checkout(folder: Path, text: str) -> str:
    """The distribution's name, as its pyproject.toml has it. Raises PlanError where it is told nowhere."""
    file = folder / "pyproject.toml"
    try:
        values = parse_toml(read_small_file(file, MAX_PROJECT_FILE_BYTES).decode()) if file.is_file() else {}
    except (TomlError, UnicodeDecodeError) as error:
        raise PlanError(FIELD, f"{file} can't be read: it {error}.") from None
    except OSError as error:
        raise PlanError(FIELD, f"{file} can't be read: {reason_of(error)}.") from None
    for table in (values.get("project"), _table(values.get("tool")).get("poetry")):
        name = _table(table).get("name")
        if isinstance(name, str) and re.fullmatch(_NAME, name):
            return normalized(name)
    raise PlanError(
        FIELD,
        f"{_shown(text)} has no name in its pyproject.toml; write it before the path, as in "
        f"'requests @ {_shown(text, '')}'.",
    )


def _table(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _extras(text: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(normalized(each.strip()) for each in (text or "").split(",") if each.strip()))


def _shown(text: str, quote: str = "'") -> str:
    return f"{quote}{shortened(ANYONES.hide(text), 80)}{quote}"
