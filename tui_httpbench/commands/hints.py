"""What to write here in the place of what other tools call otherwise, and what a word that is no URL was meant as."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from pathlib import PurePath

from tui_httpbench.clients.catalog import MODES, libraries
from tui_httpbench.commands.names import COMMANDS, PROGRAM
from tui_httpbench.files.small_file import is_file
from tui_httpbench.plan.plan import METHODS
from tui_httpbench.plan.presets import PRESETS
from tui_httpbench.plan.scenario import SCENARIOS
from tui_httpbench.text.quoting import shortened

_NO_RATE = "each mode sends as fast as it can with -c N requests in flight: there is no limit to the rate"
_REDIRECTS = "redirects are followed, but with --profile defaults as each library comes"
_OUTPUT = "--json FILE writes the result, and the report goes to standard output"
_BASIC = """write -H "Authorization: Basic $(printf %s USER:PASSWORD | base64)\""""
_IN_FLIGHT = "-c N is the number of requests in flight, in threads or tasks"
_NEW_CONNECTIONS = (
    "the modes decide: -m requests,httpx,aiohttp-each make a connection for each request, the others keep it"
)
_WARM_UP = "each mode warms up with 3 requests before each round, always"
_PROXY = "the variables HTTP_PROXY and HTTPS_PROXY count, with --profile defaults"
_PROGRESS = "progress goes to standard error: 2>/dev/null hushes it"
_HTTP2 = "-m httpx-async-h2 speaks HTTP/2, the other modes HTTP/1.1"
_FILE = "-d @FILE sends a file"
_NO_RETRY = "nothing is sent twice: each failure counts"
_TIMEOUT = "--timeout S is the seconds per request"

HINTS: dict[str, str] = {
    name: hint
    for names, hint in (
        ("-k --insecure-skip-verify --no-verify", "--insecure checks no certificate"),
        ("-o --output --out --output-format --format --export --report --save", _OUTPUT),
        ("--export-json --json-file -j", "--json FILE writes the result"),
        ("--export-csv --export-markdown --csv --markdown --html --print", "there is one format to write: --json FILE"),
        (
            "-L --location --location-trusted --follow --follow-redirects --max-redirs --redirect --allow-redirects",
            _REDIRECTS,
        ),
        ("-t", "--timeout S is the seconds per request, -z S how long is measured, -c N what threads would be"),
        ("--max-time --connect-timeout --request-timeout", _TIMEOUT),
        ("-q --rate --qps --query-per-second --requests-per-second --rps", _NO_RATE),
        ("--quiet --silent --no-progress --no-progress-meter", _PROGRESS),
        ("-s -S", _PROGRESS),
        ("--no-tui --headless --cli", f"'{PROGRAM} run' goes without a screen"),
        ("-w", "each mode warms up with 3 requests before each round, and --json FILE writes the result"),
        ("--warmup --warm-up --warmup-requests", _WARM_UP),
        ("--connections --threads --users --vus --workers --clients --concurrent --parallel --tasks", _IN_FLIGHT),
        (
            "--iterations --number --count --amount",
            "-n N is the number of requests per mode and round, -r N the rounds",
        ),
        ("--runs --repeat --repetitions --min-runs --max-runs", "-r N is the number of rounds"),
        ("--time --seconds --length", "-z S measures each mode for S seconds a round"),
        ("--max-duration --total-time", "--budget S is how long the run may take in all"),
        ("--request", "-X NAME chooses the method, -n N the number of requests"),
        ("--verb --http-method", "-X NAME chooses the method"),
        ("-I --head", "-X HEAD sends a HEAD"),
        ("-G --query --params", "write the query into the URL, behind ?"),
        ("-D -p --data-binary --data-file --body-file --body-path", _FILE),
        ("--data-raw --data-ascii --data-urlencode --body --payload --post-data", "-d TEXT gives the body"),
        ("--json-data --data-json", "--json-body TEXT gives a body in JSON"),
        ("-F --form --multipart --upload-file", "-d @FILE with -H 'Content-Type: …' sends a body that you have made"),
        ("-T", "-H 'Content-Type: …' gives the type of a body, -d @FILE the body"),
        ("--url --host --target --address", "write the URL alone, without an option"),
        ("-A --user-agent", "write -H 'User-Agent: …'"),
        ("--accept", "write -H 'Accept: …'"),
        ("-e --referer", "write -H 'Referer: …'"),
        ("-b --cookie --cookies", "write -H 'Cookie: NAME=VALUE'"),
        ("--cookie-jar", "no cookies are kept in files; write -H 'Cookie: NAME=VALUE'"),
        ("-a -u --user --auth --basic --basic-auth", _BASIC),
        ("--bearer --oauth2-bearer --token", "write -H 'Authorization: Bearer $TOKEN'"),
        ("--headers", "-H 'NAME: VALUE' gives a header"),
        ("-x --proxy --http-proxy", _PROXY),
        ("--http2-prior-knowledge --http1.1 --http-version --http3 --h2 --http1", _HTTP2),
        ("--keepalive --keep-alive --disable-keepalive --no-keepalive", _NEW_CONNECTIONS),
        (
            "--compressed --disable-compression --compression",
            "every mode asks for gzip and deflate; -H 'Accept-Encoding: …' changes it",
        ),
        (
            "-E --cert --key --client-cert",
            "client certificates can't be sent; --cacert FILE adds certificates to trust",
        ),
        ("--ca --capath --ca-bundle", "--cacert FILE adds certificates to trust"),
        ("--retry --retries", _NO_RETRY),
        (
            "--resolve --connect-to --unix-socket --interface -4 -6 --ipv4 --ipv6",
            "each client resolves and connects by itself; write the address into the URL",
        ),
        ("--client --library --lib --modes --engine", "-m ID chooses a mode or library"),
        ("-i --include -f --fail -N --latency --stats", "the report has statuses, failures and latencies by itself"),
        ("--debug --trace", "-v reports settings and environment"),
        ("--config", f"options make a plan; {PROGRAM} remembers the last one in its form"),
        ("--list --list-modes", f"'{PROGRAM} modes' lists the modes"),
    )
    for name in names.split()
}
"""By the options of other tools (curl, oha, hey, wrk, ab, hyperfine, k6): the clause that says what serves here."""

_OTHER_COMMANDS = {
    word: command
    for words, command in (
        ("bench benchmark measure start test exec", "run"),
        ("list ls clients libraries", "modes"),
        ("resume restore", "recover"),
        ("web browser", "serve"),
        ("server", "target"),
        ("completions", "completion"),
    )
    for word in words.split()
}
_WORD = re.compile(r"[a-z][\w-]*", re.IGNORECASE | re.ASCII)
_AMOUNT = re.compile(r"\d[\d_]*(\.\d+)?(k|m|s|ms|min)?", re.IGNORECASE | re.ASCII)


def why_no_option(name: str, known: Sequence[str], program: str) -> str:
    """The sentence on an option that there is none of; ``known`` are those of ``program``."""
    shown = repr(shortened(name))
    if hint := HINTS.get(name) or (HINTS.get(name[:2]) if not name.startswith("--") else None):
        return f"There is no option {shown}; {hint}."
    if (command := name.lstrip("-")) in COMMANDS:
        return f"There is no option {shown}; {command} is a command: {PROGRAM} {command}."
    nearest = difflib.get_close_matches(name, [option for option in known if option.startswith("--")], n=1, cutoff=0.6)
    hint = f"did you mean {nearest[0]}?" if nearest else f"see {program} --help."
    return f"There is no option {shown}; {hint}"


def why_no_url(word: str, command: str | None) -> str:
    """The sentence on what stands where the URL of ``command`` does and is none; empty where it may be one."""
    if word in COMMANDS:
        return f"{word!r} must be the first argument: {PROGRAM} {word} …."
    for kind, option, values in (
        ("mode", "-m", (*MODES, *(library.name for library in libraries()))),
        ("preset", "--preset", tuple(PRESETS)),
        ("scenario", "--scenario", tuple(SCENARIOS)),
        ("method", "-X", METHODS),
    ):
        if word in values:
            return f"{word!r} is a {kind}, and no URL; it goes behind {option}: {option} {word}."
    if "://" not in word and "/" not in word and is_file(word):
        kinds = {".py": "a client file goes behind -m", ".toml": "a scenario goes behind --scenario"}
        meant = kinds.get(PurePath(word).suffix, f"a body goes behind -d, as in -d @{shortened(word)}")
        return f"{shortened(word)!r} is a file; {meant}; for a host of that name write http://{shortened(word)}."
    if _AMOUNT.fullmatch(word):
        return f"{shortened(word)!r} is no URL; write its option before it, such as -n, -c or -z."
    if not _WORD.fullmatch(word) or word.lower() == "localhost":
        return ""
    if word == "help":
        return f"'help' is no URL; see {PROGRAM}{f' {command}' if command else ''} --help."
    return _why_no_command(word) if command is None else ""


def _why_no_command(word: str) -> str:
    shown = repr(shortened(word))
    nearest = difflib.get_close_matches(word.lower(), COMMANDS, n=1, cutoff=0.6)
    meant = _OTHER_COMMANDS.get(word.lower()) or (nearest[0] if nearest else "")
    if meant:
        return f"There is no command {shown}; did you mean {meant}?"
    if word.lower() in ("tui", "ui", "gui"):
        return f"There is no command {shown}; {PROGRAM} alone opens the TUI."
    return (
        f"There is no command {shown}; see {PROGRAM} --help, or write http://{shortened(word)} for a host of that name."
    )
