"""A client file of the user's own: what the docs show runs beside the others, and what is wrong is said."""

from __future__ import annotations

import ast
import asyncio
import gc
import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.bench.events import RoundFinished
from tui_httpbench.bench.recovery import discard, find_interrupted_runs, read_measured
from tui_httpbench.bench.run_error import RunError
from tui_httpbench.bench.runner import Runner
from tui_httpbench.clients.catalog import MODES, UnknownModeError
from tui_httpbench.clients.entrants import mode_of, select_modes
from tui_httpbench.clients.own_files import measured_mode
from tui_httpbench.commands.main import main
from tui_httpbench.history.url_history import load_urls
from tui_httpbench.plan.plan import WARMUP_REQUESTS, Plan
from tui_httpbench.plan.stored import plan_from_dict, plan_to_dict
from tui_httpbench.report.json_report import to_text

DOCS = Path(__file__).parents[2] / "docs" / "adding-a-client.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
RIGHT = "end it with 'return status, body', the body in bytes"
HEAD = "from tui_httpbench.clients import mode\n\n"
ONE = HEAD + '@mode("mine", "a mode of mine", kept=False)\n'


def written(folder: Path, text: str, name: str = "mine.py") -> Path:
    path = folder / name
    path.write_text(text)
    return path


async def run(plan: Plan) -> Runner:
    runner = Runner(plan)
    async for _ in runner.run():
        pass
    return runner


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "tui_httpbench", *arguments], capture_output=True, text=True)


def test_the_docs_show_three_kinds() -> None:
    assert len(EXAMPLES) == 4
    assert len(EXAMPLES[0].splitlines()) == 12
    assert len(EXAMPLES[1].splitlines()) == 29


async def test_the_examples_of_the_docs_run_beside_the_others(tmp_path: Path) -> None:
    files = [written(tmp_path, text, f"example{number}.py") for number, text in enumerate(EXAMPLES)]
    labels = select_modes([*map(str, files), "requests-session", str(files[0])])
    assert labels == ("urllib", "urllib3-pool", "by-hand", "plain", "requests-session", "urllib#2")
    result = (await run(Plan(modes=labels, requests=10, concurrency=2, rounds=1, seed=1))).result()
    assert [(mode.mode, mode.ok, mode.failed) for mode in result.modes] == [(label, 10, 0) for label in labels]
    assert {mode.body_bytes for mode in result.modes} == {10_000}
    assert not result.differences
    assert result.made["urllib3-pool"].startswith("urllib3.PoolManager(timeout=30.0, maxsize=2, block=True")
    assert mode_of("urllib#2").code.startswith("made = urllib.request.Request(")
    (kept,) = [mode for mode in result.modes if mode.mode == "urllib3-pool"]
    assert kept.requests_per_connection is not None
    assert kept.requests_per_connection > 3


def test_a_remembered_plan_finds_its_file_again_and_forgets_one_that_is_gone(tmp_path: Path) -> None:
    path = written(tmp_path, EXAMPLES[0])
    stored = json.loads(json.dumps(plan_to_dict(Plan(modes=(*select_modes([str(path)]), "aiohttp")))))
    assert str(path) in stored["modes"][0]
    del MODES["urllib"]
    assert plan_from_dict(stored).modes == ("urllib", "aiohttp")
    del MODES["urllib"]
    path.unlink()
    assert plan_from_dict(stored).modes == ("aiohttp",)
    assert load_urls() == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x = (", "line 1: '(' was never closed"),
        ("\0", "cannot contain null bytes"),
        ("import math\n", "has no mode: no function in it has @mode"),
        (ONE + "def mine(request, new):\n    pass\n", "mine yields nothing; it must yield a function"),
        (ONE.replace("False", "maybe()") + "def mine(request, new):\n    yield 1\n", "each must be a literal"),
        (ONE.replace("False", "'no'") + "def mine(request, new):\n    yield 1\n", "kept is 'no'; write True or False"),
        (ONE.replace(", kept=False", "") + "def mine(request, new):\n    yield 1\n", 'write @mode("id", '),
        (ONE.replace("kept", "speed=1, kept") + "def mine(request, new):\n    yield 1\n", "has no fact 'speed'"),
        (ONE.replace('"mine"', '"a b"') + "def mine(request, new):\n    yield 1\n", "'a b' is no name of a mode"),
        (
            ONE.replace('"mine"', '"aiohttp"') + "def mine(request, new):\n    yield 1\n",
            "which this program has already",
        ),
        ((ONE + "def mine(request, new):\n    yield 1\n") * 2, "has the mode 'mine' twice"),
        ("PACKAGES = list\n" + ONE + "def mine(request, new):\n    yield 1\n", "PACKAGES must be a tuple of names"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_a_sentence(
    tmp_path: Path, text: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UnknownModeError) as error:
        select_modes([str(path)])
    assert why in str(error.value)
    assert str(path) in str(error.value)
    assert str(error.value).endswith(".")
    assert main(["run", "-m", str(path)]) == 2
    assert capsys.readouterr().err == f"httpbench-tui: {error.value}\n"


def test_names_that_lead_nowhere(tmp_path: Path) -> None:
    path = written(tmp_path, EXAMPLES[0])
    with pytest.raises(UnknownModeError, match=r"There is no file .*none\.py; name one that exists"):
        select_modes([str(tmp_path / "none.py")])
    with pytest.raises(UnknownModeError, match="has no mode 'other'; it has urllib"):
        select_modes([f"{path}:other"])
    assert select_modes([f"{path}:urllib"]) == ("urllib",)


def test_a_file_is_read_whatever_the_garbage_collector_ends_meanwhile(tmp_path: Path) -> None:
    def parse_too(_phase: str, _info: dict[str, int]) -> None:
        ast.parse("[a for a in b]")  # as Python 3.11 does when it prints a traceback

    path = written(tmp_path, EXAMPLES[0] + "\n" + "x = [a + b for a in (1, 2) for b in (a, 3)]\n" * 200)
    thresholds = gc.get_threshold()
    gc.callbacks.append(parse_too)
    try:
        gc.set_threshold(50, 1, 1)
        assert select_modes([f"{path}:urllib"]) == ("urllib",)
    finally:
        gc.set_threshold(*thresholds)
        gc.callbacks.remove(parse_too)


BODIES = {
    "number": ("    yield 5\n", "could not build its client: .*the mode yielded int, not a function that sends"),
    "size": (
        "    yield lambda: (200, 5)\n",
        r"could not use its client: .*send returned \(int, int\), not \(status, body\)",
    ),
    "none": (
        "    yield lambda: None\n",
        r"could not use its client: .*send returned NoneType, not \(status, body\)",
    ),
    "error": ("    raise OSError('no luck')\n    yield\n", "could not build its client: .*no luck"),
}


@pytest.mark.slow
async def test_what_is_wrong_with_a_mode_ends_its_rounds_only(tmp_path: Path) -> None:
    mark = ONE.removeprefix(HEAD)
    modes = (mark.replace('"mine"', f'"{name}"') + f"def {name}(request, new):\n{BODIES[name][0]}" for name in BODIES)
    path = written(tmp_path, HEAD + "".join(modes))
    runner = await run(
        Plan(modes=(*select_modes([str(path)]), "http.client"), requests=3, concurrency=1, rounds=1, seed=1)
    )
    assert [record.outcome for record in runner.records] == [*["failed"] * len(BODIES), "complete"]
    for record in runner.records[:-1]:
        assert re.search(BODIES[record.mode][1], record.reason), record.reason


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "def mine(request, new):\n    if False:\n        yield\n",
            "the mode yielded nothing; end it with 'yield send'",
        ),
        (
            "async def mine(request, new):\n    yield lambda: (200, b'')\n",
            "send can't be awaited; write 'async def send' in an 'async def' mode",
        ),
        (
            "def mine(request, new):\n    async def send():\n        return 200, b''\n    yield send\n",
            "send returned coroutine, not (status, body); write 'async def' before the mode as well",
        ),
        ("def mine(request, new):\n    yield lambda: 200\n", "send returned int, not (status, body)"),
        ("def mine(request, new):\n    yield 1 / 0\n", "ZeroDivisionError: division by zero (mine.py, line 5)"),
        ("def mine(request, new):\n    yield send\nimport math\nmath.no\n", "no attribute 'no' (mine.py, line 7)"),
    ],
)
def test_modes_says_what_is_wrong_with_a_mode_and_where(
    tmp_path: Path, text: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["modes", str(written(tmp_path, ONE + text))]) == 1
    assert why in " ".join(capsys.readouterr().out.split())


@pytest.mark.slow
def test_a_file_may_import_what_lies_beside_it_but_nothing_that_is_nowhere(tmp_path: Path) -> None:
    mine = "def mine(request, new):\n    yield lambda: (200, helper_beside.BODY)\n"
    path = written(tmp_path, f"import helper_beside\n{ONE}{mine}")
    absent = command("modes", str(path))
    assert absent.returncode == 2
    assert absent.stderr == (
        "httpbench-tui: mine needs helper_beside, which is not installed here; install it or leave the mode out.\n"
    )
    written(tmp_path, "BODY = b'four'\n", "helper_beside.py")
    done = command("modes", str(path))
    assert done.returncode == 0, done.stderr
    assert "answered 200 with 4 bytes" in done.stdout


@pytest.mark.slow
async def test_a_file_with_new_follows_the_profile_in_article_batches_too(tmp_path: Path) -> None:
    path = written(tmp_path, EXAMPLES[1])
    labels = select_modes([str(path)])
    article = Plan(modes=labels, requests=3, duration_s=0.2, concurrency="article", rounds=1, seed=1)
    assert article.article_batches, "the client is made anew for each batch"
    as_it_comes = (await run(article)).result()
    mine = as_it_comes.mode("urllib3-pool")
    assert mine.failed == 0
    assert mine.ok % 3 == 0
    assert mine.ok > 3
    assert as_it_comes.made["urllib3-pool"] == "urllib3.PoolManager(timeout=30.0)"
    equal = (await run(Plan(modes=labels, requests=3, concurrency=2, rounds=1, seed=1))).result()
    assert "maxsize=2, block=True, retries=urllib3.Retry(redirect=10)" in equal.made["urllib3-pool"]


FIRST = "    yield lambda: (200, helper_beside.BODY + __file__.encode())\n"


async def test_a_run_measures_the_code_of_its_start_though_its_file_is_edited_and_goes(tmp_path: Path) -> None:
    written(tmp_path, "BODY = b'four'\n", "helper_beside.py")
    text = f"import helper_beside\n{ONE}def mine(request, new):\n{FIRST}"
    path = written(tmp_path, text)
    size = 4 + len(str(path))
    plan = Plan(modes=select_modes([str(path)]), requests=5, concurrency=1, rounds=2, seed=1)
    runner = Runner(plan, keeps_folder=True)
    async for event in runner.run():
        if isinstance(event, RoundFinished):
            written(tmp_path, text.replace("def mine", "async def mine").replace("200", "500"))
    runner.leave()
    assert bodies_of(runner) == [size] * 10
    assert [own.source for own in runner.result().own_files] == [text.encode()]

    path.unlink()
    del MODES["mine"]  # as in the process that recovers it
    (interrupted,) = find_interrupted_runs()
    measured = read_measured(interrupted.folder)
    assert measured.own_files == runner.measured.own_files
    result = summarize_run(measured)
    assert {mode.mode: mode.ok for mode in result.modes} == {"mine": 10}
    assert measured_mode("mine", result.own_files, "whole").code == FIRST.strip()
    told = json.loads(to_text(result))["client_files"]
    assert told == [{"file": "mine.py", "sha256": hashlib.sha256(text.encode()).hexdigest(), "modes": ["mine"]}]
    discard(interrupted.folder)

    # More rounds of it, as with the key for them.
    more = Runner(plan, earlier=measured)
    async for event in more.run():
        if isinstance(event, RoundFinished):
            written(tmp_path, "BODY = b'fifteen letters'\n", "helper_beside.py")
    assert bodies_of(more) == [size] * 15
    assert "helper_beside.py, which a client file imports, is not what it was" in more.trouble

    with pytest.raises(RunError, match=r"There is no file .*mine\.py; name one that exists\."):
        await run(plan)


def bodies_of(runner: Runner) -> list[int]:
    return [size for record in runner.records if record.mode == "mine" for size in record.samples[:, 3].tolist()]


async def test_a_file_that_can_not_be_imported_says_why_and_is_never_imported_here(tmp_path: Path) -> None:
    trace = tmp_path / "imported"
    text = f"open({str(trace)!r}, 'a').write(str(__import__('os').getpid()) + ' ')\n"
    path = written(
        tmp_path, f"{text}{ONE}def mine(request, new):\n    yield lambda: (200, b'')\nraise ValueError('later')\n"
    )
    runner = await run(
        Plan(modes=(*select_modes([str(path)]), "http.client"), requests=3, concurrency=1, rounds=1, seed=1)
    )
    assert "could not import its client" in runner.records[0].reason
    assert "later" in runner.records[0].reason
    pids = trace.read_text().split()
    assert len(pids) == 2, "its probe and its round"
    assert str(os.getpid()) not in pids


def test_modes_checks_a_file(tmp_path: Path) -> None:
    good = command("modes", str(written(tmp_path, EXAMPLES[1])))
    assert good.returncode == 0, good.stderr
    assert "answered 200 with 1,000 bytes" in good.stdout
    assert "made by urllib3.PoolManager(" in good.stdout
    assert "unknown, since the file has no watch_responses" in " ".join(good.stdout.split())


@pytest.mark.slow
def test_an_installed_package_offers_its_modes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "my_package"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('must not be imported')\n")
    written(package, EXAMPLES[0], "my_client.py")
    info = tmp_path / "my_package-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-package\nVersion: 1.0\n")
    # A broken package stands in nobody's way.
    (info / "entry_points.txt").write_text(
        "[httpbench_tui.clients]\nmine = my_package.my_client\nbroken = my_package.gone\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    done = command("modes", "urllib")
    assert done.returncode == 0, done.stderr
    assert "urllib: urllib.request.urlopen()" in done.stdout

    listed = command("modes")
    assert listed.returncode == 0, listed.stderr
    assert re.search(r"^urllib +my_client .*a new connection every time", listed.stdout, re.MULTILINE)
    assert "offers 'my_package.gone', which can't be found; reinstall it." in listed.stderr


async def test_a_client_meets_as_long_a_path_as_a_script_of_its_own_does(tmp_path: Path) -> None:
    """Some libraries fail to import something for every request, which costs more the longer the path is."""
    count = 'b"x" * len(sys.path)'
    path = written(tmp_path, "import sys\n" + ONE + f"def each(url, request):\n    yield lambda: (200, {count})\n")
    runner = await run(Plan(modes=select_modes([str(path)]), requests=1, concurrency=1, rounds=1, seed=1))
    script = written(tmp_path, "import sys\nprint(len(sys.path))\n", "script.py")
    printed = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert runner.records[0].samples[:, 3].tolist() == [int(printed.stdout)]


async def test_each_round_gives_a_client_the_same_process(tmp_path: Path) -> None:
    """What a worker imports or reads for its own ends changes what the client meets, even where memory comes from."""
    text = ONE.replace("\n\n", '\n\nPACKAGES = ("pytest",)\n\n', 1)
    body = 'def each(url, request):\n    import sys\n    yield lambda: (200, ",".join(sorted(sys.modules)).encode())\n'
    labels = select_modes([str(written(tmp_path, text + body))])
    runner = await run(Plan(modes=labels, requests=2, concurrency=1, rounds=3, seed=1))
    sizes = {int(size) for record in runner.records for size in record.samples[:, 3]}
    assert len(sizes) == 1
    assert [list(probe.packages) for probe in runner.measured.probes] == [["pytest"]]


DEATHS = f"""
import os, subprocess, sys
{ONE.replace('"mine"', '"forks"')}
def forks(request, new):
    left = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE).pid
    if not (own := os.fork()):
        sys.stdin.buffer.read()
    with open("PIDS", "a") as file:
        file.write(f"{{left}} {{own}} ")
    yield lambda: (200, b"")

{ONE.partition(chr(10))[2].replace('"mine"', '"aborts"')}
def aborts(request, new):
    next(forks.__wrapped__(request, new))
    def send():
        print("no licence \\x1b[1m found", file=sys.stderr, flush=True)
        os.abort()
    yield send

{ONE.partition(chr(10))[2].replace('"mine"', '"exits"')}
def exits(request, new):
    sent = []
    def send():
        sent.append(len(sent) < 3 or sys.exit("no more"))
        return 200, b""
    yield send
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
async def test_a_client_that_falls_says_why_and_nothing_that_it_started_stays(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    path = written(tmp_path, DEATHS.replace("PIDS", str(pids)))
    runner = await run(Plan(modes=select_modes([str(path)]), requests=5, concurrency=2, rounds=1, seed=1))
    assert [(record.outcome, record.reason) for record in runner.records] == [
        ("complete", ""),
        ("crashed", r"The worker of aborts died (SIGABRT, its own code aborted it): no licence \x1b[1m found"),
        ("crashed", "The worker of exits died (exit status 1): SystemExit: no more"),
    ]
    errors = {probe.mode: probe.error for probe in runner.measured.probes}
    assert errors == {
        "forks": None,
        "aborts": ("other", r"The probe of aborts died (SIGABRT, its own code aborted it): no licence \x1b[1m found"),
        "exits": None,
    }
    started = pids.read_text().split()
    assert len(started) == 8
    async with asyncio.timeout(10):
        while any(map(is_alive, started)):
            await asyncio.sleep(0.02)


def is_alive(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


WRONG = [
    ("(0, b'')", "send returned the status 0, not a whole number from 100 to 999"),
    ("(-1, b'')", "send returned the status -1, not a whole number from 100 to 999"),
    ("(2**70, b'')", f"WrongAnswer: send returned the status {2**70}, not a whole number from 100 to 999"),
    ("('ok', b'')", "WrongAnswer: send returned the status 'ok', not a whole number from 100 to 999"),
    ("(200, 'body')", f"WrongAnswer: send returned a body of the type str; {RIGHT}"),
    ("(200, 4)", f"WrongAnswer: send returned a body of the type int; {RIGHT}"),
    ("None", f"WrongAnswer: send returned something else than (status, body); {RIGHT}"),
    ("(200, b'', 1)", f"WrongAnswer: send returned something else than (status, body); {RIGHT}"),
]
ODD = """
@mode("odd", "x", kept=True)
def odd(request, new):
    n, answers = iter(range(99)), iter([ANSWERS])
    yield lambda: (200, b"four") if next(n) < 5 else next(answers)()

@mode("odd-async", "x", kept=True)
async def odd_async(request, new):
    n, answers = iter(range(99)), iter([ANSWERS])
    async def send():
        return (200, bytearray(4)) if next(n) < 5 else next(answers)()
    yield send
"""


async def test_each_answer_of_a_round_is_looked_at(tmp_path: Path) -> None:
    answers = ", ".join(f"lambda: {answer}" for answer, _ in WRONG)
    path = written(tmp_path, HEAD + ODD.replace("ANSWERS", answers))
    good = 5 - WARMUP_REQUESTS
    plan = Plan(modes=select_modes([str(path)]), requests=good + len(WRONG), concurrency=2, rounds=1, seed=1)
    runner = await run(plan)
    told = Counter(("other", why) for _, why in WRONG)
    for record in runner.records:
        assert (record.outcome, record.tally.ok) == ("complete", good)
        assert record.tally.errors == {"other": len(WRONG)}
        assert record.tally.body_bytes == 4 * good
        assert {(error.kind, error.text): error.count for error in record.error_texts} == told
    assert len(runner.records) == 2
