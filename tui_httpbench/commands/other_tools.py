"""What options of other tools are called here, command by command."""

from __future__ import annotations

from tui_httpbench.commands.names import PROGRAM
from tui_httpbench.report.formats import FORMATS, OPTION, suffixes

_NO_RATE = "each mode sends as fast as it can with -c N requests in flight: there is no limit to the rate"
_REDIRECTS = "redirects are followed, but with --profile defaults as each library comes"
_FORMS = f"{OPTION} FILE{FORMATS[0].suffix} writes the result in the form of the suffix, one of {' '.join(suffixes())}"
_OUTPUT = f"{_FORMS}; the report goes to standard output"
_BASIC = """write -H "Authorization: Basic $(printf %s USER:PASSWORD | base64)\""""
_IN_FLIGHT = "-c N is the number of requests in flight, in threads or tasks"
_NEW_CONNECTIONS = (
    "the modes decide: -m requests,httpx,aiohttp-each make a connection for each request, the others keep it"
)
_WARM_UP = "each mode warms up with 3 requests before each round, always"
_PROXY = "--profile defaults has the clients use what HTTP_PROXY and HTTPS_PROXY name, but not to this machine"
_PROGRESS = "progress goes to standard error: 2>/dev/null hushes it"
_HTTP2 = "-m httpx-async-h2 speaks HTTP/2, the other modes HTTP/1.1"
_FILE = "-d @FILE sends a file"
_NO_RETRY = "each failure counts, and -v shows which libraries send again by themselves"
_TIMEOUT = "--timeout S is the seconds per request"
_ONE_URL = "one URL is measured at a time"
_TLS = "each library chooses the version of TLS and its ciphers"
_COLORS = "the variable NO_COLOR=1 leaves colours out"

_PLAN: tuple[tuple[str, str], ...] = (
    (
        "-k --insecure-skip-verify --insecure-skip-tls-verify --no-verify --verify --no-check-certificate",
        "--insecure checks no certificate",
    ),
    ("-o -O --output --out --output-format --format --report --save --remote-name --download", _OUTPUT),
    ("--export-json --json-file --summary-export -j", "--json FILE writes the result"),
    ("--export-csv --export-markdown --csv --markdown --md --html --jsonl --web --print", _FORMS),
    (
        "-L --location --location-trusted --follow --follow-redirects --max-redirs --max-redirects --redirect "
        "--allow-redirects --disable-redirects --no-follow",
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
    (
        "--connections --threads --users --vus --workers --clients --concurrent --parallel --tasks --stage --stages",
        _IN_FLIGHT,
    ),
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
    ("--data-raw --data-ascii --data-urlencode --body --payload --post-data --raw", "-d TEXT gives the body"),
    ("--json-data --data-json", "--json-body TEXT gives a body in JSON"),
    ("-F --form --multipart --upload-file", "-d @FILE with -H 'Content-Type: …' sends a body that you have made"),
    ("-T", "-H 'Content-Type: …' gives the type of a body, -d @FILE the body"),
    ("--url --host --target --address", "write the URL alone, without an option"),
    ("--port", "write the port into the URL, behind the host"),
    ("--urls --urls-from-file --rand-regex-url", _ONE_URL),
    ("-A --user-agent", "write -H 'User-Agent: …'"),
    ("--accept", "write -H 'Accept: …'"),
    ("-e --referer", "write -H 'Referer: …'"),
    ("-b -C --cookie --cookies --session", "write -H 'Cookie: …'"),
    ("--cookie-jar", "no cookies are kept in files; write -H 'Cookie: …'"),
    ("-a -u --user --auth --basic --basic-auth", _BASIC),
    ("--bearer --oauth2-bearer --token", "write -H 'Authorization: Bearer …'"),
    ("--headers", "-H 'NAME: VALUE' gives a header"),
    ("-x --proxy --http-proxy", _PROXY),
    ("-0 --http2-prior-knowledge --http1.0 --http1.1 --http-version --http3 --h2 --http1", _HTTP2),
    ("-1 --tls-max --tlsv1 --tlsv1.2 --tlsv1.3 --ssl --ciphers", _TLS),
    (
        "--keepalive --keep-alive --disable-keepalive --no-keepalive --no-connection-reuse --no-vu-connection-reuse",
        _NEW_CONNECTIONS,
    ),
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
    (
        "-i --include -f --fail -N --latency --stats --ignore-failure --check-status",
        "the report has statuses, failures and latencies by itself",
    ),
    ("-y", "--yes lets it load another machine with more than usual"),
    (
        "--no-color --no-colour --no-colors --color --colour --colors --disable-color --monochrome --style --pretty",
        _COLORS,
    ),
    ("--debug --trace --http-debug", "-v reports settings and environment"),
    ("--config", "options make a plan, and the form of the TUI remembers the last one"),
    ("--list --list-modes", f"'{PROGRAM} modes' lists the modes"),
)
_SERVED_HERE = "it serves on this machine alone, at 127.0.0.1; --port N chooses the port"
_SERVING: tuple[tuple[str, str], ...] = (
    ("-p --listen --listen-port", "--port N is where it serves"),
    ("--host --bind --address --interface -b", _SERVED_HERE),
)
_OWN: dict[str, tuple[tuple[str, str], ...]] = {
    "serve": _SERVING,
    "target": (
        *_SERVING,
        ("--https --ssl --cert --key --certificate", "--tls serves HTTPS, with a certificate of its own"),
        ("--h2 --http2-prior-knowledge", "--http2 offers HTTP/2, and needs --tls"),
        (
            "--delay --sleep --latency --wait",
            "--service-time MS is how long it works on a request, and --rtt MS how far away it is",
        ),
        ("--size --bytes --body --length", "--body-size BYTES is the size of the page"),
        ("--type --mime", "--content-type TYPE is that of the page"),
        ("--compress --compression", "--gzip compresses the page for clients that accept it"),
        (
            "--rate --rps --qps --limit --max-connections --workers --threads",
            "--capacity N is how many it serves at once",
        ),
    ),
    "modes": (
        ("-m --mode --check --file -f", f"write the mode or file alone: {PROGRAM} modes FILE.py"),
        ("-l -a -i --list --all --installed", f"'{PROGRAM} modes' lists all, with those that are not installed"),
    ),
    "recover": (
        ("-l --list", "it reports the latest run, and says how many more there are"),
        ("-d --delete --remove --rm --clear --clean", "--discard removes a run, and --discard --all every one"),
        ("-f -y --force --yes", "it asks nothing: --discard removes a run at once"),
    ),
    "completion": (("-s --shell --bash --zsh --fish", f"write the shell alone: {PROGRAM} completion bash"),),
}


def _by_name(rows: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {name: hint for names, hint in rows for name in names.split()}


# What another tool calls like a form that can be written here needs no hint.
_OWN_FORMS = {form.option for form in FORMATS if form.option}
HINTS = {name: hint for name, hint in _by_name(_PLAN).items() if name not in _OWN_FORMS}
"""By the options of other tools (curl, httpie, oha, hey, wrk, ab, hyperfine, k6): what serves here, as a clause."""
OWN_HINTS = {command: _by_name(rows) for command, rows in _OWN.items()}
"""The same by command, of those that mean something else there."""
