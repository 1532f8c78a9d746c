"""What becomes of a client file: modes behind labels, facts read without running it, its clients as code."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui_httpbench.clients.catalog import DEFAULT_MODES, MODES, UnknownModeError, add_file
from tui_httpbench.clients.entrants import Entrant, entrant_of, lane_of, mode_of, select_modes, split_label
from tui_httpbench.clients.reading import MAX_ABOUT_LENGTH, ClientFileError, read_client_file
from tui_httpbench.worker.made_code import MASK, made_code
from tui_httpbench.worker.secret_names import SECRET_NAME

HEAD = "from tui_httpbench.clients import mode\n\n"
SETTINGS = {
    "equal": True,
    "timeout_s": 30.0,
    "in_flight": 4,
    "max_redirects": 10,
    "ca_file": "/somewhere/else/trusted.pem",
    "verify": True,
    "kept": True,
}


MINE = f"{HEAD}@mode('mine', 'x', kept=True)\ndef mine(request, new):\n    yield 1\n"


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "mine.py"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def complaint(path: Path) -> str:
    with pytest.raises(ClientFileError) as error:
        read_client_file(path)
    assert str(error.value).endswith(".")
    return str(error.value)


def test_a_label_leads_to_its_mode() -> None:
    assert select_modes(["aiohttp", "requests", "aiohttp"]) == ("aiohttp", "requests", "aiohttp#2")
    assert mode_of("aiohttp#2") is MODES["aiohttp"]
    assert entrant_of("aiohttp#2") == Entrant(MODES["aiohttp"], 2)
    assert split_label("mine.py:one#2#13") == ("mine.py:one#2", "", 13)
    assert split_label("me@home/mine.py:one#13") == ("me@home/mine.py:one", "", 13)
    assert entrant_of("aiohttp@a.1#2") == Entrant(MODES["aiohttp"], 2, "a.1")
    assert (lane_of("aiohttp@a.1#2"), entrant_of("aiohttp@a.1#2").label) == ("aiohttp@a.1", "aiohttp@a.1#2")
    assert [mode.id for mode in MODES.values() if mode.default] == list(DEFAULT_MODES)


def test_code_is_the_body_with_its_comments_and_without_its_docstring(tmp_path: Path) -> None:
    text = (
        f"{HEAD}\x0c\n"
        '@mode("mine", "x", kept=True)\n'
        "def mine(\n    request, new,\n):\n"
        '    """Not shown."""\n\n'
        "    # Shown.\n"
        "    def send():\n        return 200, b''\n\n"
        "    yield send\n"
    )
    (facts,) = read_client_file(written(tmp_path, text)).modes
    assert facts.code.startswith("# Shown.\n")
    assert facts.code.endswith("def send():\n    return 200, b''\n\nyield send")
    assert text.split("\n")[facts.line - 1].strip() == "# Shown."
    line = HEAD + '@mode("mine", "x", kept=True)\ndef mine(request, new): yield lambda: (200, b"")\n'
    (facts,) = read_client_file(written(tmp_path, line)).modes
    assert facts.code == 'yield lambda: (200, b"")'


def test_what_a_file_says_can_not_act_on_a_terminal_and_is_not_endless(tmp_path: Path) -> None:
    about = "red \\x1b[31m" + 500 * "y"
    text = (
        f'"""mine: a \x07 bell."""\n{HEAD}@mode("mine", "{about}", kept=True)\ndef mine(request, new):\n    yield 1\n'
    )
    file = read_client_file(written(tmp_path, text))
    assert file.summary == r"a \x07 bell"
    assert file.modes[0].about.startswith(r"red \x1b[31my")
    assert len(file.modes[0].about) == MAX_ABOUT_LENGTH


def test_another_encoding_is_read_as_the_file_says(tmp_path: Path) -> None:
    text = f'# -*- coding: latin-1 -*-\n{HEAD}@mode("mine", "café", kept=True)\ndef mine(request, new):\n    yield 1\n'
    assert read_client_file(written(tmp_path, text.encode("latin-1"))).modes[0].about == "café"
    complained = complaint(written(tmp_path, b"\n" + text.replace("latin-1", "utf-8").encode("latin-1")))
    assert "line 5: this is no text in utf-8; save the file as UTF-8" in complained


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            f"{HEAD}@mode('mine', 'x', kept=True)\ndef mine(request, new):\n    def send():\n        yield 1\n",
            "line 3: mine yields nothing",
        ),
        (
            f"{HEAD}@mode('a', 'x', kept=True)\ndef mine(request, new):\n    yield 1\n"
            "@mode('b', 'x', kept=True)\ndef mine(request, new):\n    yield 1\n",
            "has two modes named mine(); rename one",
        ),
        (f"{HEAD}@mode('a', 'x', kept={{[1]: 2}})\ndef mine(request, new):\n    yield 1\n", "must be a literal"),
        ("x = " + "-" * 200_000 + "1", "is nested too deeply"),
        ("#" * 1_000_001, "larger than 1,000,000 bytes"),
        (f"NAME = {{[]: 1}}\n{MINE}", "line 1: NAME must be text in quotes"),
        (f"NAME = {'+'.join('1' * 3000)}\n{MINE}", "is nested too deeply"),
        (f"PACKAGES = ('',)\n{MINE}", "PACKAGES has '', which is no package's name"),
        (f"\n# coding: zlib\n{MINE}", "line 2: 'zlib' is not a text encoding"),
        (f"# coding: undefined\n{MINE}", "is no Python source: "),
        (f"x = {'1' * 20_000}\n{MINE}", "line 1: Exceeds the limit"),
        (MINE.replace("True", f"0x{'f' * 20_000}"), "line 3: kept is a value of the type int that is too long"),
        (f"{MINE}x = '\0'\n", "line 6: a NUL is in it"),
    ],
    ids=lambda value: value[:20] if value.isprintable() else "",
)
def test_a_file_that_can_not_be_used_is_refused(tmp_path: Path, text: str, why: str) -> None:
    assert why in complaint(written(tmp_path, text))


def test_what_is_no_plain_file_is_not_waited_for(tmp_path: Path) -> None:
    assert "it is a folder" in complaint(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.py")
        assert "it is no plain file" in complaint(tmp_path / "pipe.py")


def test_no_path_ends_in_a_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownModeError, match=r"There is no file .*~nobody-has-this/mine\.py; name one"):
        select_modes(["~nobody-has-this/mine.py"])
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(UnknownModeError, match=r"mine\.py can't be read"):
        select_modes(["mine.py"])


def test_what_a_file_lacks_is_named_and_no_package_is_made_up(tmp_path: Path) -> None:
    text = (
        f"import no_such_module_anywhere\n{HEAD}@mode('mine', 'x', kept=True)\ndef mine(request, new):\n    yield 1\n"
    )
    (mode,) = add_file(written(tmp_path, text))
    assert not mode.is_installed()
    assert mode.library.version() is None, "what the file is called is no distribution's name"
    assert mode.missing_module() == "no_such_module_anywhere"
    assert "pip" not in mode.how_to_get
    (mode,) = add_file(written(tmp_path, f"PACKAGES = ('my-package',)\n{text}"))
    assert mode.how_to_get == "pip install my-package"
    written(tmp_path, text).with_name("no_such_module_anywhere.py").write_text("")
    (mode,) = add_file(tmp_path / "mine.py")
    assert mode.is_installed(), "it lies beside the file"


def made(folder: Path, new: str, *lines: int, more: dict[str, object] | None = None, **changes: object) -> str:
    return made_code(
        str(written(folder, new)), "lib.Client", more or {}, set(lines), {**SETTINGS, **changes}, SECRET_NAME
    )


def test_settings_stand_as_values_in_the_call_that_was_made(tmp_path: Path) -> None:
    new = (
        "def new(kind, settings, **more):\n"
        "    if not settings.equal:\n"
        "        return kind(timeout=settings.timeout_s)\n"
        "    width = settings.in_flight\n"
        "    return kind(limits=lib.Limits(width, None), verify=settings.verify and load(settings.ca_file), **more)\n"
    )
    call = made(tmp_path, new, 2, 4, 5, more={"http2": True})
    assert call == "lib.Client(limits=lib.Limits(4, None), verify=load('…/trusted.pem'), http2=True)"
    assert made(tmp_path, new, 2, 4, 5, verify=False) == "lib.Client(limits=lib.Limits(4, None), verify=False)"
    assert made(tmp_path, new, 2, 3) == "lib.Client(timeout=30.0)"


def test_what_is_set_on_a_client_is_told_too(tmp_path: Path) -> None:
    new = (
        "def new(kind, settings):\n"
        "    client = kind()\n"
        "    client.redirects = settings.max_redirects\n"
        "    for scheme in ('http', 'https'):\n"
        "        client.mount(scheme, settings.in_flight)\n"
        "    return client\n"
    )
    assert made(tmp_path, new, *range(2, 7)).splitlines() == [
        "client = lib.Client()",
        "client.redirects = 10",
        "for scheme in ('http', 'https'):",
        "    client.mount(scheme, 4)",
    ]


def test_without_new_the_kind_alone_is_called(tmp_path: Path) -> None:
    path = str(written(tmp_path, "x = 1\n"))
    assert made_code(path, "lib.Client", {"wide": 3}, None, SETTINGS, SECRET_NAME) == "lib.Client(wide=3)"


def test_a_client_is_no_secret_whatever_it_is_called(tmp_path: Path) -> None:
    new = (
        "def new(kind, settings):\n"
        "    session = kind(timeout=settings.timeout_s, token='very-secret')\n"
        "    session.redirects = settings.max_redirects\n"
        "    session.headers['X-Api-Key'] = 'very-secret'\n"
        "    return session\n"
    )
    told = made(tmp_path, new, 2, 3, 4, 5).splitlines()
    assert told == [
        f"session = lib.Client(timeout=30.0, token='{MASK}')",
        "session.redirects = 10",
        f"session.headers['X-Api-Key'] = '{MASK}'",
    ]


def test_secrets_are_left_out(tmp_path: Path) -> None:
    new = (
        "def new(kind, settings):\n"
        "    token = 'very-secret'\n"
        "    client = kind(auth=('me', 'very-secret'), header=token, key=os.environ['KEY'])\n"
        "    client.password = 'very-secret'\n"
        "    return client\n"
    )
    code = made(tmp_path, new, 2, 3, 4, 5)
    assert "very-secret" not in code
    assert code.count(MASK) == 4
