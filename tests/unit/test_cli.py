"""The command line: one sentence for bad input, plans from options, and what it does not import."""

from __future__ import annotations

import io
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tui_httpbench import __version__
from tui_httpbench.clients import catalog
from tui_httpbench.clients.catalog import DEFAULT_MODES
from tui_httpbench.commands.arguments import Parser
from tui_httpbench.commands.hints import why_no_url
from tui_httpbench.commands.main import main
from tui_httpbench.commands.plan_options import make_plan
from tui_httpbench.commands.run_options import RunOptions
from tui_httpbench.plan.plan import AUTO, Plan, PlanError
from tui_httpbench.plan.reference import Against
from tui_httpbench.report.formats import JSON, Export

ROOT = Path(__file__).parents[2]
CLOSED = "http://127.0.0.1:1/"
BAD_INPUT = [
    # URL
    (["run", "ftp://example.com/"], "'ftp'; only http and https"),
    (["run", "web/a"], "no scheme; write http://web/a."),
    (["run", "http://"], "no host"),
    (["run", "http:///a.b/path"], "write http://a.b/path."),
    (["run", "http://a b/"], "a space in its host; leave it out: http://ab/."),
    (["run", "http://a/\x07"], "control character U+0007"),
    (["run", "http://a/\nb"], "U+000A"),
    (["run", "http://a:99999/"], "port is '99999'"),
    (["run", CLOSED, CLOSED], "one argument too many"),
    # The history
    (["history", "drop"], "history takes list, show, export or rm, not 'drop'."),
    (["history", "show", "last", "last~1"], "takes one run, and not 'last~1' too."),
    (["history", "export", "last"], "needs a run and the files to write"),
    (["history", "export", "last", "result.txt"], "ends in none of .json"),
    (["history", "rm"], "needs the runs to remove"),
    (["history", "rm", "last", "--all"], "--all goes with 'history list'"),
    (["history", "rm", "last", "--json", "-"], "--json goes with 'history show' or 'list'"),
    (["run", "--name", " "], "The name is empty"),
    (["run", "--name", "a" * 101], "The name has 101 characters; give one of at most 100."),
    (["run", "--name", "a\x1b[31m"], "has characters that can't be shown."),
    (["--name", "a\nb"], "has characters that can't be shown."),
    # Headers
    (["run", CLOSED, "-H", "Accept"], "has no colon; write 'Name: value'"),
    (["run", CLOSED, "-H", "A: b\r\nC: d"], "has a line break"),
    (["run", CLOSED, "-H", "A: b\nC: d"], "has a line break"),
    (["run", CLOSED, "-H", "Ä: b"], "can't be a header's name"),
    (["run", CLOSED, "-H", ": b"], "can't be a header's name"),
    (["run", CLOSED, "-H", "A: 1", "-H", "a: 2"], "given twice"),
    # Numbers
    *[
        (["run", CLOSED, option, value], part)
        for option, label in (("-n", "Requests"), ("-r", "Rounds"), ("-c", "Concurrency"))
        for value, part in (
            ("0", f"{label} must be from 1 to"),
            ("-5", f"{label} must be a whole number"),
            ("99999999999999999999999", f"{label} must be from 1 to"),
            ("many", f"{label} must be a whole number"),
            ("1.5", f"{label} must be a whole number"),
            ("", f"{label} must be a whole number"),
        )
    ],
    (["run", CLOSED, "-z", "0"], "Duration must be from 1 ms to 3,600 s, not 0; or write 'auto'"),
    (["run", CLOSED, "-z", "-1"], "Duration must be from 1 ms"),
    (["run", CLOSED, "-z", "abc"], "Duration must be seconds such as 0.3, 300ms or 2s, or 'auto', not 'abc'"),
    (["run", CLOSED, "-z", ""], "Duration must be seconds"),
    (["run", CLOSED, "-z", "1e9"], "to 3,600 s, not 1e9"),
    (["run", CLOSED, "--duration", "nan"], "Duration must be seconds"),
    (["run", CLOSED, "-n", "5", "-z", "auto"], "-n and -z auto can't both hold"),
    (["run", CLOSED, "-c", "article", "-z", "auto"], "give -z in seconds, or leave it out"),
    (["run", CLOSED, "-r", "auto5"], "Rounds must be a whole number"),
    (["run", CLOSED, "-r", "abc"], "or write 'auto'"),
    (["run", CLOSED, "--budget", "0"], "Budget must be from 1 to"),
    (["run", CLOSED, "--budget", "soon"], "Budget must be seconds such as 30"),
    (["run", CLOSED, "--profile", "foo"], "no profile 'foo'; write 'equal' or 'defaults'"),
    (["run", CLOSED, "--same-within", "99"], "0.1 to 50 per cent, not '99'"),
    (["run", CLOSED, "--same-within", "0"], "0.1 to 50 per cent"),
    (["run", CLOSED, "--same-within", "few"], "0.1 to 50 per cent"),
    (["run", CLOSED, "--no-pin=yes"], "--no-pin takes no value"),
    (["run", CLOSED, "--metric", "speed"], "no metric 'speed'; write one of requests/s, time, p50"),
    (["run", CLOSED, "--group-by", "speed"], "--group-by takes rank, mode or variant, not 'speed'"),
    (["run", CLOSED, "--group-by", "variant"], "needs variants, and this run has none; give --variant"),
    (["run", CLOSED, "-c", "article", "-n", "20000"], "20,000 requests of an async mode at once, which is more than"),
    (["run", CLOSED, "-c", "article", "-n", "20k"], "give a number, such as 20"),
    # Somebody else's server
    (["run", "https://example.com/", "-n", "26"], "that is more than 1,000 requests; add --yes"),
    (["run", "https://example.com/", "-c", "11"], "that is more than 50 connections; add --yes"),
    (["run", "https://example.com/", "-z", "4"], "As many requests as it answers in up to 4 s per mode and round"),
    (["run", "https://example.com/", "--preset", "quick"], "how many is not known beforehand; add --yes"),
    (["run", CLOSED, "--timeout", "0"], "Timeout must be from 0.001"),
    (["run", CLOSED, "--timeout", "nan"], "Timeout must be seconds such as 30"),
    (["run", CLOSED, "--timeout", "-1"], "Timeout must be from 0.001"),
    (["run", CLOSED, "--seed", "x"], "Seed must be a whole number"),
    (["target", "--port", "0"], "Port must be from 1 to 65,535"),
    (["target", "--port", "http"], "Port must be a whole number"),
    # Modes and method
    (["run", CLOSED, "-m", "aiohtp"], "did you mean aiohttp?"),
    (
        ["run", CLOSED, "-m", "requests:foo"],
        "requests has no mode 'foo'; write one of requests, requests-session alone, or requests:all.",
    ),
    (["run", CLOSED, "-m", "httpx:httpx-client"], "A mode of a library is named alone: -m httpx-client."),
    (["run", CLOSED, "-m", ""], "There is no mode ''"),
    (["run", CLOSED, "-X", "GE T"], "no HTTP method"),
    # Files
    (["run", CLOSED, "-d", "@/no/such/file"], "The body file '/no/such/file' can't be read: no such file"),
    (["run", CLOSED, "-d", "@/"], "The body file '/' can't be read"),
    (["run", CLOSED, "-d", "@"], "names no file"),
    # Bodies
    (["run", CLOSED, "--json-body", "a=1"], "The JSON body is no JSON (expecting value, line 1, column 1)"),
    (["run", CLOSED, "-d", "a=1", "--json-body", "{}"], "give a body each; leave one of them out"),
    (["run", CLOSED, "-d", "30s"], "a duration goes behind -z: -z 30s"),
    # What is the embedded target's
    (["run", CLOSED, "--http2"], "-m httpx-async-h2 speaks HTTP/2"),
    (["run", CLOSED, "--no-tls"], "write https://"),
    (["run", CLOSED, "--rtt", "0"], "--rtt says how the embedded target behaves"),
    (["run", CLOSED, "--scenario", "loopback"], "leave out the URL"),
    (["run", CLOSED, "--json", "/no/such/folder/x"], "there is no folder '/no/such/folder'"),
    (["run", CLOSED, "--json", "/"], "it is a folder"),
    (["run", CLOSED, "--json", ""], "is empty"),
    # The options themselves
    (["run", CLOSED, "--request", "5"], "There is no option '--request'; -X NAME chooses the method, -n N the number"),
    (["run", CLOSED, "--reqests=5"], "did you mean --requests?"),
    (["run", CLOSED, "-Z"], "There is no option '-Z'; see httpbench-tui run --help"),
    (["run", CLOSED, "-n"], "-n/--requests needs a value"),
    (["run", CLOSED, "--start"], "--start is for the TUI"),
    (["-n", "5", "run"], "'run' must be the first argument"),
    (["-t", "4", CLOSED], "There is no option '-t'; --timeout S is the seconds per request"),
    (["-o", "x.json", CLOSED], "There is no option '-o'; --export FILE.json writes"),
    (["run", "-kL", CLOSED], "There is no option '-kL'; --insecure"),
    (["run", "--json", CLOSED], "--json needs a file, or - for standard output"),
    (["modes", "--user=x"], "There is no option '--user'; with 'httpbench-tui run', write -H"),
    (["run", "-4", CLOSED], "There is no option '-4'; each client resolves and connects by itself"),
    (["modes", "-4"], "There is no option '-4'; with 'httpbench-tui run', each"),
    (["run", "-disable-keepalive", CLOSED], "no option '-disable-keepalive'; the modes decide"),
    (["run", "-requests", "5"], "a long option has two hyphens: --requests"),
    (["run", "--conc", "5"], "did you mean --concurrency?"),
    (["target", "-n", "5"], "'-n' of 'httpbench-tui target'; it is one of 'httpbench-tui run'"),
    (["target", "--host", "0.0.0.0"], "at 127.0.0.1; --port N"),
    (["target", ":8000"], "a port goes behind --port: --port 8000"),
    (["recover", "--yes"], "it asks nothing"),
    (["serve", "-y"], "--yes is for 'httpbench-tui run'; the TUI asks"),
    (["--trace"], "There is no option '--trace'; with 'httpbench-tui run', -v reports"),
    (["run", "-u", "me:hush", CLOSED], 'write -H "Authorization: Basic $(printf'),
    (["run", "-b", "a=b", CLOSED], "write -H 'Cookie: …'."),
    (["run", "-H", CLOSED], "-H needs a header, 'Name: value', before"),
    (["run", "-H", "X: \udcff"], "the byte 0xFF (no UTF-8)"),
    (["run", "--json", '{"a": 1}'], "a body in JSON behind --json-body"),
    (["run", ":8000", "a=hush"], "'a=…' is no URL; a form goes behind -d: -d a=…"),
    (["run", ":8000", "X-A:hush"], "a header goes behind -H: -H 'X-A: …'"),
    (["run", "-"], "'-' is no URL; -d @- reads a body"),
    # Words
    (["mode"], "did you mean modes?"),
    (["rnu"], "There is no command 'rnu'; did you mean run?"),
    (["bench", CLOSED], "There is no command 'bench'; did you mean run?"),
    (["get", CLOSED], "There is no command 'get'; did you mean run?"),
    (["post", CLOSED], "There is no command 'post'; did you mean run -X POST?"),
    (["frobnicate"], "no command 'frobnicate'; see httpbench-tui --help, or write http://frobnicate for a host"),
    ([CLOSED, "run"], "'run' must be the first argument"),
    (["--run"], "run is a command: httpbench-tui run"),
    (["run", "help"], "see httpbench-tui run --help"),
    (["run", "version"], "write httpbench-tui version, and nothing else"),
    (["version", "run"], "write httpbench-tui version, and nothing else"),
    (["help", "frobnicate"], "There is no command 'frobnicate'"),
    (["help", "run", "modes"], "help takes one command, and not 'modes' too"),
    (["tui"], "httpbench-tui alone opens the TUI"),
    (["run", "aiohttp"], "'aiohttp' is a mode, and no URL; it goes behind -m: -m aiohttp"),
    (["run", "http.client"], "'http.client' is a mode"),
    (["run", "POST", CLOSED], "it goes behind -X: -X POST"),
    (["run", CLOSED, "busy"], "it goes behind --scenario, with no URL: --scenario busy"),
    (["run", "curl", CLOSED], "'curl' stands where the URL does; leave it out"),
    (["run", "unix:/run/x"], "scheme is 'unix'"),
    (["recover", "--discard", "--json", "x"], "--discard reports nothing"),
    (["run", "8000"], "write its option before it, such as -n, -c or -z, or :8000 for a port of this machine"),
    (["run", "pyproject.toml"], "'pyproject.toml' is a file; a scenario goes behind --scenario"),
    (["run", "README.md"], "a body goes behind -d, as in -d @README.md"),
    (["--start=yes"], "--start takes no value"),
    (["-v"], "-v is for the report of 'httpbench-tui run'"),
    (["--preset"], "--preset needs a name: quick, article, thorough, keep, async, distance, http2, versions."),
    (["run", "--scenario"], "--scenario needs a name: loopback, same-region"),
    (["--metric", "cpu"], "--metric is for the report of 'httpbench-tui run'"),
]


@pytest.fixture
def no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails a test whose input was taken, instead of measuring."""
    monkeypatch.setattr("asyncio.run", lambda *_: pytest.fail("the input was not refused"))


@pytest.mark.usefixtures("no_run")
@pytest.mark.parametrize(("arguments", "part"), BAD_INPUT)
def test_bad_input_gets_one_sentence(
    arguments: list[str], part: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert part in captured.err
    assert captured.err.startswith("httpbench-tui: ")
    assert captured.err.endswith((".\n", "?\n"))
    assert captured.err.count("\n") == 1
    assert captured.err[:-1].isprintable()


@pytest.mark.usefixtures("no_run")
def test_a_mode_of_an_absent_library_is_refused(absent_mode: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", CLOSED, "-m", absent_mode]) == 2
    assert "run 'pip install absent-client', let --get fetch it, or leave the mode out" in capsys.readouterr().err
    for allowed in (["--get"], ["--variant", "a=absent-client==1.0"], ["--variant", "a=python=3.13"]):
        assert plan_of("-m", absent_mode, *allowed) is not None
    assert make_plan(Parser(None).parse(["-m", absent_mode]), may_ask=True) is not None
    with pytest.raises(PlanError, match="is not installed here"):
        plan_of("-m", absent_mode, "--variant", "a=")


def test_the_list_names_what_is_not_installed(absent_mode: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["modes"]) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith(absent_mode))
    assert "not installed: pip install absent-client" in line


def plan_of(*arguments: str) -> Plan | None:
    return make_plan(Parser("run").parse(list(arguments)))


def test_no_option_is_no_plan() -> None:
    assert plan_of() is None
    assert make_plan(Parser(None).parse(["--start", "--json", "x"])) is None


def test_the_defaults() -> None:
    plan = plan_of("-r", "3")
    assert plan is not None
    assert (plan.modes, plan.requests, plan.duration_s) == (DEFAULT_MODES, None, AUTO)
    assert (plan.concurrency, plan.rounds) == (10, 3)
    assert (plan.request.url, plan.request.method, plan.request.body, plan.timeout_s) == ("/", "GET", None, 30.0)


def test_the_defaults_of_a_ranking() -> None:
    plan = plan_of("-n", "5")
    assert plan is not None
    assert (plan.rounds, plan.max_rounds, plan.budget_s, plan.same_within, plan.pin) == ("auto", 30, 30.0, 0.03, True)
    assert plan.profile == "equal"


def test_the_options_of_a_ranking_reach_the_plan() -> None:
    plan = plan_of("-r", "auto", "--budget", "90", "--profile", "equal", "--same-within", "5", "--no-pin")
    assert plan is not None
    assert (plan.rounds, plan.budget_s, plan.profile, plan.same_within, plan.pin) == (
        "auto",
        90.0,
        "equal",
        0.05,
        False,
    )


def runs_asked_for(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Plan, RunOptions]]:
    """Has a run return at once; the list gets each one's plan and what else is asked of it."""
    seen: list[tuple[Plan, RunOptions]] = []

    def note(plan: Plan, asked: RunOptions) -> int:
        seen.append((plan, asked))
        return 0

    monkeypatch.setattr("tui_httpbench.commands.run.run_headless", note)
    return seen


def test_a_heavy_load_is_taken_with_yes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    seen = runs_asked_for(monkeypatch)
    assert main(["run", "https://example.com/"]) == 0
    assert "Up to 1,000 requests go to example.com, 10 at once; up to 50 connections" in capsys.readouterr().err
    assert main(["run", "https://example.com/", "-z", "4", "--yes"]) == 0
    assert "As many requests as it answers in up to 4 s" in capsys.readouterr().err
    assert [plan.duration_s for plan, _ in seen] == [None, 4.0]


def test_the_options_of_the_report_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = runs_asked_for(monkeypatch)
    gate = ("--fail-if-slower", "5", "--reference", "aiohttp")
    told = ("-v", "--metric", "CPU", "--keep-going", "--yes", "--group-by", "mode", "--name", "a b", "--no-history")
    for arguments in ((), (*told, *gate)):
        assert main(["run", *arguments]) == 0
    assert [asked for _, asked in seen] == [
        RunOptions(),
        RunOptions((), "cpu", True, True, True, Against("aiohttp", 0.05), "mode", "a b", in_history=False),
    ]


def test_the_options_reach_the_plan(tmp_path: Path) -> None:
    body = tmp_path / "body"
    body.write_bytes(b"\x00\xff")
    plan = plan_of(
        *("-n10k", "-z", "300ms", "-c", "20", "-r2", "--timeout=1.5", "--seed", "7", "-X", "post", "-d", f"@{body}"),
        *("-H", "Accept: text/html", "-H", "X-A:b:c", "-m", "aiohttp", "-m", "httpx:all", "-m", "aiohttp"),
        "https://example.com/path?a=1",
    )
    assert plan is not None
    assert (plan.requests, plan.duration_s, plan.concurrency) == (10_000, 0.3, 20)
    assert (plan.rounds, plan.timeout_s, plan.seed) == (2, 1.5, 7)
    assert plan.request.url == "https://example.com/path?a=1"
    assert (plan.request.method, plan.request.data) == ("POST", b"\x00\xff")
    assert plan.request.headers == (("Accept", "text/html"), ("X-A", "b:c"))
    assert plan.modes == (
        "aiohttp",
        "httpx",
        "httpx-client",
        "httpx-async",
        "httpx-async-each",
        "httpx-async-h2",
        "aiohttp#2",
    )


def test_a_body_comes_from_text_or_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"from stdin")))
    typed, piped = plan_of("-d", "text ü"), plan_of("-d", "@-")
    assert typed is not None
    assert typed.request.body == "text ü".encode()
    assert piped is not None
    assert piped.request.body == b"from stdin"


def test_a_body_is_posted_unless_another_method_is_given() -> None:
    for options, method in (
        (("-d", ""), "POST"),
        (("--json-body", "{}"), "POST"),
        (("-d", "a", "-X", "get"), "GET"),
        ((), "GET"),
    ):
        plan = plan_of("-n", "1", *options)
        assert plan is not None
        assert plan.request.method == method


def test_a_host_without_a_scheme_is_measured_as_http() -> None:
    plan = plan_of("localhost:8765/orders")
    assert plan is not None
    assert plan.request.url == "http://localhost:8765/orders"
    assert (plan.requests, plan.duration_s) == (None, AUTO)
    for typed, meant in ((":8000/a", ":8000/a"), (":/a", "/a"), (":", ""), (":80?q=1", ":80?q=1")):  # as for httpie
        plan = plan_of(typed)
        assert plan is not None
        assert plan.request.url == f"http://localhost{meant}"


def test_a_seed_is_drawn_anew_each_time() -> None:
    seeds = {plan.seed for plan in (plan_of("-n", "1") for _ in range(5)) if plan}
    assert len(seeds) > 1
    assert all(0 <= seed < 2**32 for seed in seeds)


def test_help_names_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    for word in ("run", "modes", "target", "--requests", "--concurrency", "--mode", "--rounds", "--header", "--method"):
        assert word in text
    for word in ("--data", "--timeout", "--seed", "--json", "--start", "--version", "exit status", "130"):
        assert word in text
    assert max(len(line) for line in text.splitlines()) <= 82
    for word in ("--duration", "300ms", "whole batches of N", "(default: 10)", "quick, article, thorough"):
        assert word in " ".join(text.split())
    assert "no round begins that would end later" in " ".join(text.split())
    for word in ("auto", "--budget", "--profile", "equal|defaults", "--same-within", "--no-pin"):
        assert word in text
    assert main(["run", "--help"]) == 0
    assert {"--metric", "--verbose"} <= set(re.findall(r"--\w+", capsys.readouterr().out))
    for command in ("run", "modes", "target"):
        assert main([command, "-h"]) == 0
        assert f"usage: httpbench-tui {command}" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--version"], ["-V"], ["version"], ["run", CLOSED, "-V"], ["modes", "-V"]])
def test_the_version(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    assert capsys.readouterr().out == f"httpbench-tui {__version__}\n"


@pytest.mark.parametrize("command", ["", " run", " modes"])
def test_help_is_a_command_too(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", *command.split()]) == 0
    assert capsys.readouterr().out.startswith(f"usage: httpbench-tui{command} [")


def test_what_is_a_url_is_no_other_word() -> None:
    for url in ("localhost", "LOCALHOST", "a.b", "web:80", "/bytes/1", CLOSED):
        assert not why_no_url(url, None)


def test_the_list_of_modes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["modes"]) == 0
    lines = capsys.readouterr().out.splitlines()[2:]
    assert [line.split()[0] for line in lines] == list(catalog.MODES)


def test_without_a_terminal_the_tui_form_does_what_run_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = runs_asked_for(monkeypatch)
    assert main(["-n", "7", "--json", "-"]) == 0
    assert [(plan.requests, asked.exports) for plan, asked in seen] == [(7, (Export(JSON, "-"),))]
    assert "Standard output is no terminal" in capsys.readouterr().err


def loaded_by(code: str, *names: str) -> list[str]:
    """Which of the modules a fresh interpreter has loaded after the code."""
    script = f"import sys\n{code}\nprint(*(name for name in {names!r} if name in sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stderr.splitlines()[-1].split()


def test_help_waits_for_no_library() -> None:
    heavy = ("textual", "rich", "numpy", "plotext", "granian", "requests", "httpx", "aiohttp")
    assert loaded_by("from tui_httpbench.commands.main import main\nassert main(['--help']) == 0", *heavy) == []


def test_a_run_loads_neither_screen_nor_client() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
    modes = ("-m", "aiohttp", "-m", "requests", "-m", "httpx")
    code = f"from tui_httpbench.commands.main import main\nassert main(['run', '-n1', '-r1', *{modes!r}, {url!r}]) == 1"
    unwanted = ("textual", "requests", "httpx", "aiohttp", "urllib3", "httpcore", "plotext", "dask", "distributed")
    assert loaded_by(code, *unwanted, "rich") == ["rich"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--hosts", "a"), "--hosts goes with --cluster; name the cluster, or leave --hosts out."),
        (("--cluster", "local:2", "--sweep", "concurrency=1,2"), "--sweep is for a run on this machine; leave it out"),
        (("--cluster", "local:2", "--group-by", "mode"), "--group-by is for a run on this machine; leave it out"),
        (("--cluster", "local:2", "--reference", "aiohttp"), "--reference is for a run on this machine; leave it out"),
        (("--cluster", "nowhere"), "--cluster can't be 'nowhere'; write tcp://HOST:8786, tls://HOST:8786 or local:N."),
    ],
)
def test_what_does_not_go_with_a_cluster_is_said(
    arguments: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", *arguments]) == 2
    assert sentence in capsys.readouterr().err


def test_a_cluster_without_its_extra_names_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tui_httpbench.commands.measure.find_spec", lambda _: None)
    assert main(["run", "--cluster", "local:2"]) == 2
    assert capsys.readouterr().err == (
        "httpbench-tui: --cluster needs Dask, which is not installed here; run 'pip install httpbench-tui[cluster]'.\n"
    )
