"""A curl command, as browsers copy it, read as a request; what can't be taken over is named."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from pathlib import PurePath
from urllib.parse import quote

from tui_httpbench.plan import parsing
from tui_httpbench.plan.plan import Header, PlanError, Request, usual_method
from tui_httpbench.text.quoting import printable, shortened
from tui_httpbench.text.shell_words import PLAIN_DOLLAR, UnclosedQuoteError, split_words

MAX_COMMAND_LENGTH = 1_000_000
MAX_LEFT_OUT = 20


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Options without a value that change nothing here: output, progress, and what every mode does anyway.
_WITHOUT_MEANING = _names(
    "-s --silent -S --show-error -v --verbose -i --include --no-progress-meter -# --progress-bar -f --fail "
    "--fail-with-body -N --no-buffer --http1.1"
)
# Options with a value that say where output goes.
_OUTPUT = _names("-o --output -w --write-out -D --dump-header --stderr --trace --trace-ascii")
_OF_CMD = re.compile(r"""\s\^(["'\r\n]|$)""")
"""What only a command has that a browser copies for Windows: carets before quotes and ends of lines."""
_DATA = _names("-d --data --data-ascii --data-raw --data-binary --json --data-urlencode")
_HEADER_OPTIONS = {
    "-A": "User-Agent",
    "--user-agent": "User-Agent",
    "-e": "Referer",
    "--referer": "Referer",
    "-b": "Cookie",
    "--cookie": "Cookie",
}
_TAKEN_WITH_VALUE = frozenset(
    {"-X", "--request", "-H", "--header", "--url", "-m", "--max-time", "-u", "--user", "--cacert", *_DATA}
) | frozenset(_HEADER_OPTIONS)
# Other options of curl that take a value; without this list the value would be taken for a URL.
_REFUSED_WITH_VALUE = _names(
    "-x --proxy -U --proxy-user -E --cert --key --capath --connect-timeout --connect-to --resolve --interface -F "
    "--form --form-string -T --upload-file -r --range -C --continue-at -c --cookie-jar --retry --retry-delay "
    "--limit-rate --max-redirs -K --config --ciphers --tls-max --oauth2-bearer -z --time-cond --noproxy --socks5 "
    "--socks4 --socks5-hostname --cert-type --key-type --pass --local-port --dns-servers --unix-socket "
    "--aws-sigv4 --max-filesize --request-target -y --speed-time -Y --speed-limit --keepalive-time --rate --variable "
    "--curves --netrc-file --doh-url --url-query"
)


@dataclass(frozen=True)
class CurlRequest:
    """What a curl command asks for; ``left_out`` are sentences on what could not be taken over."""

    request: Request
    timeout_s: float | None = None
    cacert: str | None = None
    insecure: bool = False
    left_out: tuple[str, ...] = ()


@dataclass
class _Reading:
    urls: list[str] = field(default_factory=list)
    method: str | None = None
    headers: list[Header] = field(default_factory=list)
    data: str | None = None
    json: bool = False
    as_query: bool = False
    head: bool = False
    timeout_s: float | None = None
    cacert: str | None = None
    insecure: bool = False
    left_out: list[str] = field(default_factory=list)


def is_curl_command(text: str) -> bool:
    """Whether a text looks like a curl command."""
    return re.match(r"\s*(\$\s+)?curl(\.exe)?\s", text) is not None


def parse_curl(text: str) -> CurlRequest:
    """Reads a curl command as a POSIX shell would. Raises PlanError, whose field is ``url`` or what is wrong."""
    reading = _Reading()
    arguments = _split(text)
    position = 0
    while position < len(arguments):
        position = _take(arguments, position, reading)
    if not reading.urls:
        raise PlanError("url", "The curl command has no URL; copy it whole.")
    if len(reading.urls) > 1:
        reading.left_out.append(f"{len(reading.urls) - 1} more URLs: one is measured at a time.")
    url, data = reading.urls[0], reading.data
    if not re.match(r"[a-z][a-z0-9+.-]*://|https?:/", url, re.IGNORECASE):
        url = f"http://{url}"  # as curl does
    if reading.as_query:
        url, data = f"{url}{'&' if '?' in url else '?'}{data}" if data else url, None
    body = None if data is None else _bytes_of(data)
    method = reading.method or ("HEAD" if reading.head else usual_method(body))
    return CurlRequest(
        Request(
            url=parsing.parse_url(url),
            method=parsing.parse_method(method),
            headers=_headers(reading),
            data=None if reading.json else body,
            json_body=body if reading.json else None,
        ),
        timeout_s=reading.timeout_s,
        cacert=reading.cacert,
        insecure=reading.insecure,
        left_out=_first_few(reading.left_out),
    )


def _split(text: str) -> list[str]:
    if len(text) > MAX_COMMAND_LENGTH:
        raise PlanError("url", f"The curl command is longer than {MAX_COMMAND_LENGTH:,} characters.")
    if _OF_CMD.search(text):
        raise PlanError("url", "This curl command is quoted for Windows' cmd; copy it as cURL (bash).")
    try:
        words = split_words(text.strip().removeprefix("$ "))
    except UnclosedQuoteError:
        raise PlanError("url", "The curl command has a quote that is not closed; copy it whole.") from None
    if not words or PurePath(words[0]).name not in ("curl", "curl.exe"):
        raise PlanError("url", "This is no curl command; it must begin with 'curl'.")
    words = words[1:]
    return words[: next((index for index, word in enumerate(words) if word in ("--next", "-:")), len(words))]


def _take(arguments: list[str], position: int, reading: _Reading) -> int:
    """Takes one option with its value, or a URL; returns the position behind it."""
    word = arguments[position]
    if not word.startswith("-") or word == "-":
        reading.urls.append(word.replace(PLAIN_DOLLAR, "$"))
        return position + 1
    name, value = _name_and_value(word)
    if _takes_value(name):
        if value is None:
            position += 1
            if position >= len(arguments):
                raise PlanError("url", f"The curl option {name} has no value; copy the command whole.")
            value = arguments[position]
        _take_value(name, value, reading)
        return position + 1
    # Switches may be joined, as in -sSL.
    switches = [name] if name.startswith("--") or len(word) == 2 else [f"-{letter}" for letter in word[1:]]
    for index, switch in enumerate(switches):
        if _takes_value(switch):
            rest = "".join(letter[1] for letter in switches[index + 1 :])
            arguments = arguments[: position + 1] + ([rest] if rest else []) + arguments[position + 1 :]
            if position + 1 >= len(arguments):
                raise PlanError("url", f"The curl option {switch} has no value; copy the command whole.")
            _take_value(switch, arguments[position + 1], reading)
            return position + (1 if rest else 2)
        _take_switch(switch, reading)
    return position + 1


def _name_and_value(word: str) -> tuple[str, str | None]:
    if word.startswith("--"):
        return word, None
    if len(word) > 2 and _takes_value(word[:2]):
        return word[:2], word[2:]
    return word, None


def _takes_value(name: str) -> bool:
    return name in _TAKEN_WITH_VALUE or name in _REFUSED_WITH_VALUE or name in _OUTPUT


def _take_value(name: str, value: str, reading: _Reading) -> None:
    if name in _OUTPUT:
        return
    is_header = name in ("-H", "--header") or name in _HEADER_OPTIONS
    value = value.replace(PLAIN_DOLLAR, "$$" if is_header else "$")
    if name in _REFUSED_WITH_VALUE:
        reading.left_out.append(f"{_shown(name)}: there is nothing like it here.")
    elif name in ("-X", "--request"):
        reading.method = value
    elif name in ("-H", "--header"):
        _take_header(value, reading)
    elif name == "--url":
        reading.urls.append(value)
    elif name in ("-m", "--max-time"):
        reading.timeout_s = parsing.parse_timeout(value)
    elif name in ("-u", "--user"):
        credentials = base64.b64encode(_bytes_of(value)).decode()
        reading.headers.append(parsing.check_header("Authorization", f"Basic {credentials}"))
    elif name == "--cacert":
        reading.cacert = value
    elif name in _HEADER_OPTIONS:
        if _HEADER_OPTIONS[name] == "Cookie" and "=" not in value:
            reading.left_out.append(f"{name} {_shown(value)}: a file of cookies is not read.")
        else:
            reading.headers.append(parsing.check_header(_HEADER_OPTIONS[name], value))
    else:
        _take_data(name, value, reading)


def _take_data(name: str, value: str, reading: _Reading) -> None:
    is_encoded = name == "--data-urlencode"
    names_file = "@" in value and "=" not in value if is_encoded else value.startswith("@") and name != "--data-raw"
    if names_file:
        reading.left_out.append(f"{name} {_shown(value)}: files are not read; paste the body, or use --data @FILE.")
        return
    reading.json |= name == "--json"
    if is_encoded:
        value = _urlencoded(value)
    between = "&" if reading.data and name != "--json" else ""  # as curl puts them together
    reading.data = f"{reading.data or ''}{between}{value}"


def _urlencoded(value: str) -> str:
    """``content``, ``=content`` or ``name=content``, the content percent-encoded."""
    name, equals, content = value.partition("=")
    encoded = quote(_bytes_of(content if equals else value), safe="")
    return f"{name}={encoded}" if equals and name else encoded


def _take_header(line: str, reading: _Reading) -> None:
    name, colon, value = line.partition(":")
    if colon and not value.strip():
        reading.left_out.append(f"-H '{_shown(name)}:': a header can't be taken away from the clients.")
    elif not colon and line.endswith(";"):
        reading.headers.append(parsing.check_header(line[:-1], ""))
    elif name.strip().lower() in ("content-length", "transfer-encoding"):
        reading.left_out.append(f"The header {name.strip()}: each client sets it by itself.")
    elif name.strip().startswith(":"):
        reading.left_out.append(f"The header {_shown(line)}: it is part of HTTP/2 itself.")
    else:
        reading.headers.append(parsing.parse_header(line))


def _take_switch(name: str, reading: _Reading) -> None:
    match name:
        case "-G" | "--get":
            reading.as_query = True
        case "-I" | "--head":
            reading.head = True
        case "-k" | "--insecure":
            reading.insecure = True
        case "-L" | "--location":
            pass  # up to each client; the equal profile follows redirects
        case "--compressed":
            pass  # every client accepts it by itself
        case "--http2" | "--http2-prior-knowledge" | "--http3":
            reading.left_out.append(f"{name}: the mode httpx-async-h2 speaks HTTP/2, the others HTTP/1.1.")
        case _ if name not in _WITHOUT_MEANING:
            reading.left_out.append(f"{_shown(name)}: there is nothing like it here.")


def _first_few(sentences: list[str]) -> tuple[str, ...]:
    distinct = list(dict.fromkeys(sentences))
    more = len(distinct) - MAX_LEFT_OUT
    return (*distinct[:MAX_LEFT_OUT], *([f"{more:,} more options."] if more > 0 else []))


def _shown(text: str) -> str:
    return printable(shortened(text))


def _bytes_of(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _headers(reading: _Reading) -> tuple[Header, ...]:
    """The headers, those given twice joined; what curl would add for a body, the request adds itself."""
    joined: dict[str, Header] = {}
    for name, value in reading.headers:
        key = name.lower()
        separator = "; " if key == "cookie" else ", "
        first_name, first = joined.get(key, (name, ""))
        joined[key] = (first_name, separator.join(filter(None, (first, value))))
    return tuple(joined.values())
