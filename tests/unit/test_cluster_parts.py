"""What can be told of a cluster without one: how it is written, which hosts measure, and what is otherwise on them."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tui_httpbench import __version__
from tui_httpbench.bench.cluster import host_facts
from tui_httpbench.bench.cluster.address import Cluster, is_private, parse_cluster
from tui_httpbench.bench.cluster.agent import _usual_variables, collect
from tui_httpbench.bench.cluster.choice import Chosen, Worker, choose, one_a_host, workers_of
from tui_httpbench.bench.cluster.differences import notes_on, why_unfit
from tui_httpbench.bench.cluster.host_file import HostNote, read_note, write_note
from tui_httpbench.bench.cluster.host_folder import BusyError, make_host_folder
from tui_httpbench.bench.cluster.hosts_events import HostProgress, HostsProgress
from tui_httpbench.bench.cluster.hosts_load import load_of_hosts
from tui_httpbench.bench.cluster.hosts_runner import HostsRunner
from tui_httpbench.bench.cluster.job import has_secrets, job_of, plan_of_job
from tui_httpbench.bench.cluster.machine_turns import MachineTurns
from tui_httpbench.bench.cluster.mirror import Mirror
from tui_httpbench.bench.cluster.parcel import Parcel
from tui_httpbench.bench.conditions import read_machine
from tui_httpbench.bench.run_folder import RunFolder, host_path
from tui_httpbench.commands.arguments import Parser
from tui_httpbench.commands.plan_options import make_plan
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.measured_hosts import Host
from tui_httpbench.measured.notes_json import RunEnd
from tui_httpbench.plan.plan import Plan, PlanError, Request
from tui_httpbench.report.hosts_progress import hosts_headline, hosts_shown, told_of

SECRET = "s3cr3t-t0k3n-of-somebody"


def whole_of(plan: Plan) -> Measured:
    return Measured(plan, plan.request.url, (), run_id="20261127-030000-abcd", machine=read_machine())


def facts_of(**changes: Any) -> dict[str, Any]:
    facts = {
        "hostname": "alpha",
        "machine": "m1",
        "python": platform.python_version(),
        "package": __version__,
        "versions": {},
        "missing": [],
        "free_bytes": 10**11,
    }
    return facts | changes


@pytest.mark.parametrize("text", ["tcp://10.0.0.1:8786", "tls://scheduler:8786", "tcp://[::1]:8786"])
def test_a_scheduler_is_named_by_its_address(text: str) -> None:
    assert parse_cluster(text) == Cluster(text)
    assert parse_cluster(text, "b, a,b").hosts == ("b", "a")


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("tcp://127.0.0.1:8786", True),
        ("tcp://127.9.9.9:8786", True),
        ("tcp://[::1]:8786", True),
        ("tcp://localhost:8786", True),
        ("tls://example.com:8786", True),
        ("tcp://127.example.com:8786", False),
        ("tcp://localhost.example.com:8786", False),
        ("tcp://10.0.0.1:8786", False),
        ("tcp://0.0.0.0:8786", False),
        ("tcp://[fe80::1]:8786", False),
    ],
)
def test_a_line_is_private_that_is_encrypted_or_stays_here(address: str, private: bool) -> None:
    assert Cluster(address).is_private is private
    assert is_private(address) is private


def test_a_scheduler_that_is_near_passes_no_credentials_on_in_the_clear() -> None:
    near, safe, far = Worker("tcp://127.0.0.2:1"), Worker("tls://10.0.0.2:1"), Worker("tcp://10.0.0.3:1")
    secret = Request(headers=(("Authorization", f"Bearer {SECRET}"),))
    runner = HostsRunner(Plan(modes=("requests",), request=secret), Cluster("tcp://localhost:8786"))
    runner.keep_secrets_from_workers([near, safe])
    with pytest.raises(
        PlanError, match=r"credentials, which would go to tcp://10\.0\.0\.3:1 for all on the way"
    ) as told:
        runner.keep_secrets_from_workers([near, safe, far])
    assert SECRET not in str(told.value)
    named = Request(headers=(("Authorization", "Bearer $TOKEN"),))
    HostsRunner(Plan(modes=("requests",), request=named), Cluster("tcp://localhost:8786")).keep_secrets_from_workers(
        [far]
    )


def test_local_hosts_are_counted() -> None:
    assert parse_cluster("local:3").local == 3


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("scheduler:8786",), "--cluster can't be 'scheduler:8786'; write tcp://HOST:8786, tls://HOST:8786 or local:N"),
        (("http://a:1",), "--cluster can't be 'http://a:1'"),
        (("tcp://a",), "--cluster needs a port: tcp://a:8786."),
        (("tcp://a:x",), "--cluster can't be 'tcp://a:x': its port is none"),
        (("tcp://me:pass@a:1",), "--cluster takes no user and password"),
        (("local:0",), "local:N takes 1 to 32 hosts, not 0."),
        (("local:99999999999999",), "local:N takes 1 to 32 hosts"),
        (("local:2", "a"), "--hosts is for a scheduler's address, not for local:N; leave it out."),
        (("tcp://a:1", " , "), "--hosts needs names of hosts"),
        (("tls://a:1", None, "/nowhere.pem"), "--cluster-ca names no file: '/nowhere.pem'"),
        (("tls://a:1", None, __file__), "--cluster-ca goes with --cluster-cert; give all of"),
        (
            ("tcp://a:1", None, __file__, __file__, __file__),
            "--cluster-ca goes with an address that begins with tls://",
        ),
    ],
)
def test_what_names_no_cluster_is_refused_in_a_sentence(arguments: tuple[Any, ...], sentence: str) -> None:
    with pytest.raises(PlanError) as raised:
        parse_cluster(*arguments)
    assert str(raised.value).startswith(sentence)
    assert str(raised.value).endswith(".")


def test_of_many_workers_on_a_host_one_measures() -> None:
    told = {
        "tcp://10.0.0.1:1": {"name": "tcp://10.0.0.1:1", "status": "running"},
        "tcp://10.0.0.1:2": {"name": "second", "resources": {"GPU": 1}, "status": "running"},
        "tcp://10.0.0.2:1": {"name": 7, "status": "running", "metrics": {"task_counts": {"executing": 2, "memory": 9}}},
        "tcp://10.0.0.3:1": {"name": "gone", "status": "closing_gracefully"},
    }
    workers = workers_of({"workers": told})
    assert [worker.machine_address for worker in one_a_host(workers, ())] == ["10.0.0.1", "10.0.0.2"]
    chosen = {worker.machine_address: worker for worker in one_a_host(workers, ("GPU",))}
    assert chosen["10.0.0.1"].address == "tcp://10.0.0.1:2", "the one that was asked for"
    assert chosen["10.0.0.2"].tasks == 2
    chosen = {worker.machine_address: worker for worker in one_a_host(workers, ("10.0.0.1:2",))}
    assert chosen["10.0.0.1"].address == "tcp://10.0.0.1:2", "by its address too"
    assert len(one_a_host(workers, (), each=True)) == 3


def test_hosts_are_chosen_by_name_hostname_address_and_resource() -> None:
    workers = [
        Worker("tcp://10.0.0.10:1", "host-10", frozenset({"arm"})),
        Worker("tcp://10.0.0.2:1", "host-2"),
        Worker("tcp://10.0.0.3:1"),
        Worker("tcp://10.0.0.4:1"),
    ]
    facts: dict[str, Any] = {worker.address: facts_of(hostname="same") for worker in workers}
    facts["tcp://10.0.0.2:1"] = None
    names = [host.name for host in choose(workers, facts, ())]
    assert names == ["host-2", "host-10", "same (10.0.0.3:1)", "same (10.0.0.4:1)"]
    for address in ("tcp://10.0.0.3:1", "10.0.0.3:1"):
        assert [host.name for host in choose(workers, facts, (address,))] == [names[2]], "as it is shown"
    for asked, found in (("arm", ["host-10"]), ("10.0.0.3", ["same (10.0.0.3:1)"]), ("same", names[1:])):
        assert [host.name for host in choose(workers, facts, (asked,))] == found
    with pytest.raises(PlanError, match="no host or resource 'x86'; it has host-2, host-10"):
        choose(workers, facts, ("arm", "x86"))


def test_two_workers_of_one_host_that_are_asked_for_are_told_to_be_on_it() -> None:
    workers = [Worker("tcp://10.0.0.1:1", "p1"), Worker("tcp://10.0.0.1:2", "p2"), Worker("tcp://10.0.0.2:1", "q")]
    chosen = one_a_host(workers, ("p1", "p2"))
    facts = {worker.address: facts_of() for worker in chosen}
    with pytest.raises(PlanError, match="The workers p1 and p2 are on one host, for which one of them measures; name "):
        choose(chosen, facts, ("p1", "p2"), workers)
    only = one_a_host(workers, ("p2",))
    assert [host.name for host in choose(only, facts | {only[0].address: facts_of()}, ("p2",), workers)] == ["p2"]


def test_hosts_are_sorted_by_their_numbers_however_long() -> None:
    """Python refuses to read more than 4,300 digits: one such worker would keep all users from measuring."""
    long = Worker("tcp://10.0.0.9:1", "9" * 5_000)
    assert one_a_host([long], ()) == (long,)
    names = ["9" * 20, "host-10", "host-2", "host-02b", "host-0", "7"]
    workers = [Worker(f"tcp://10.0.0.{number}:1", name) for number, name in enumerate(names)]
    told = [host.name for host in choose(workers, {worker.address: facts_of() for worker in workers}, ())]
    assert told[0] == "7"
    assert told[-4:] == ["host-0", "host-2", "host-02b", "host-10"]


def test_hosts_are_told_apart_however_alike_their_names_are() -> None:
    """All that is said of a host goes by the name that is shown: two of one name would be one."""
    long = "x" * 70
    given = [f"{long}1", f"{long}2", "a\x1b", "a\\x1b", "b", "b", "b (10.0.0.5:1)", "c"]
    workers = [Worker(f"tcp://10.0.0.{number}:1", name) for number, name in enumerate(given)]
    chosen = choose(workers, {worker.address: facts_of() for worker in workers}, ())
    names = {host.worker.address: host.name for host in chosen}
    assert len(set(names.values())) == len(given)
    assert names["tcp://10.0.0.1:1"] == f"{'x' * 59}… (10.0.0.1:1)"
    assert names["tcp://10.0.0.2:1"] == "a\\x1b (10.0.0.2:1)"
    assert names["tcp://10.0.0.5:1"] == "b (10.0.0.5:1) #2", "another worker is called so"
    assert (names["tcp://10.0.0.6:1"], names["tcp://10.0.0.7:1"]) == ("b (10.0.0.5:1)", "c")


def test_what_is_otherwise_on_a_host_is_told_in_sentences() -> None:
    plan = Plan(modes=("requests",))
    assert notes_on(facts_of(), plan, 0.0, 0) == ()
    assert notes_on(facts_of(package=""), plan, 0.0, 0) == (), "that it is missing is said, and why it can't measure"
    notes = notes_on(
        facts_of(python="3.9.1", versions={"requests": "1.0"}, free_bytes=500_000_000, package="0.1.99"), plan, -75.0, 2
    )
    assert notes[0] == f"httpbench-tui is 0.1.99 there, {__version__} here."
    assert notes[1].startswith("Python is 3.9.1 there, ")
    assert notes[2].startswith("requests is 1.0 there, ")
    assert notes[3:] == (
        "Its clock is 75 s behind, and so are its times of day.",
        "Its disk has only 500 MB left.",
        "The worker of Dask there has 2 other tasks to do, which may disturb.",
    )


def test_what_keeps_a_host_from_measuring_is_no_note_as_well() -> None:
    plan = Plan(modes=("requests",))
    for facts in (facts_of(package="9.0"), facts_of(free_bytes=21_000_000)):
        assert why_unfit(facts, plan)
        assert notes_on(facts, plan, 0.0, 0) == ()


def test_a_host_that_can_not_measure_says_why_and_what_to_do() -> None:
    plan = Plan(modes=("requests", "aiohttp"))
    install = f"run pip install 'httpbench-tui[cluster]=={__version__}' there."
    assert why_unfit(facts_of(), plan) == ""
    assert why_unfit(facts_of(package=""), plan) == f"httpbench-tui is not installed there; {install}"
    assert why_unfit(facts_of(package="9.0"), plan).startswith("httpbench-tui 9.0 there is too far from ")
    assert why_unfit(facts_of(free_bytes=1000), plan).startswith("Its disk has 1 kB left, too little for ")
    assert why_unfit(facts_of(missing=["aiohttp"]), plan) == (
        "aiohttp is not installed there, which aiohttp needs; install it there, add --get, or leave the mode out."
    )
    assert why_unfit(facts_of(missing=["aiohttp"]), plan.replace(get=True)) == ""


def test_facts_need_nothing_of_this_program() -> None:
    names: dict[str, Any] = {}
    exec(Path(host_facts.__file__).read_text(), names)
    told = names["look"](["requests", "no-such-thing"], ["aiohttp", "no_such_module"])
    assert json.loads(json.dumps(told)) == told
    assert told["package"] == __version__
    assert list(told["versions"]) == ["requests"]
    assert told["missing"] == ["no_such_module"]
    assert told["free_bytes"] > 0


def test_what_hosts_have_is_not_looked_for_here(tmp_path: Path) -> None:
    own = tmp_path / "mine.py"
    own.write_text(
        "import no_such_module\nfrom tui_httpbench.clients import mode\n\n\n"
        '@mode("mine", "a mode of mine", kept=False)\n'
        "def mine(request, new):\n    yield lambda: (200, no_such_module.BODY)\n"
    )
    options = Parser("run").parse(["-m", f"{own}:mine", "-H", "Authorization: Bearer $SET_NOWHERE_HERE"])
    with pytest.raises(PlanError, match="names \\$SET_NOWHERE_HERE, which is not set;"):
        make_plan(options)
    small = Parser("run").parse(["-H", "X-A: $extra_na"])
    with pytest.raises(PlanError, match="that is set; write one that is set on the hosts alone in capitals, or write "):
        make_plan(small, elsewhere=True)
    plan = make_plan(options, elsewhere=True)
    assert plan is not None
    assert plan.modes == ("mine",)
    assert why_unfit(facts_of(), plan) == ""
    assert why_unfit(facts_of(missing=["no_such_module"]), plan).endswith(
        "not installed there, which mine needs; install it there, add --get, or leave the mode out."
    )


def test_the_version_of_a_host_is_that_of_the_program_that_will_run(tmp_path: Path) -> None:
    """Not that of what is installed, where another tree is on the path before it."""
    (tmp_path / "tui_httpbench").mkdir()
    (tmp_path / "tui_httpbench" / "__init__.py").write_text('__version__ = "99.1"\n')
    look = f"{Path(host_facts.__file__).read_text()}\nprint(look([], [])['package'])"
    told = subprocess.run(
        [sys.executable, "-c", look],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "99.1"


def test_a_job_carries_what_no_file_keeps_and_shows_none_of_it(tmp_path: Path) -> None:
    request = Request(
        url=f"https://example.org/?token={SECRET}",
        method="POST",
        headers=(("Authorization", f"Bearer {SECRET}"), ("X-Kind", "plain")),
        data=b"\x00body",
    )
    plan = Plan(modes=("requests", "aiohttp"), request=request, seed=3, requests=9, rounds=2, duration_s=None)
    assert has_secrets(whole_of(plan))
    assert not has_secrets(whole_of(plan.replace(request=Request(headers=(("Authorization", "Bearer $TOKEN"),)))))
    for body, is_secret in (
        (b'{"user": {"password" : 1234567890}}', True),
        (b"<login><password>hunter22</password></login>", True),
        (b'{"max_tokens": 100, "password": null, "token": "", "n": 1}', False),
        (b"<page>1</page><token></token>", False),
    ):
        bare = plan.replace(request=Request(method="POST", data=body))
        assert has_secrets(whole_of(bare)) == is_secret, body
    job = job_of(whole_of(plan), 4, keep_going=False, may_go_elsewhere=True)
    parcel = Parcel(json.dumps(job).encode())
    assert SECRET not in repr(parcel)
    there, _ = plan_of_job(json.loads(parcel.open(10**6)), tmp_path)
    assert there.request == request
    assert there == plan.replace(seed=7), "each host draws its own order"
    given = job_of(whole_of(plan.replace(seed_given=True)), 4, keep_going=False, may_go_elsewhere=True)
    assert plan_of_job(given, tmp_path)[0].seed == 3


def test_the_load_of_all_hosts_is_counted_together() -> None:
    hosts = [
        Chosen(Worker(f"tcp://10.0.0.{number}:1"), facts_of(machine=machine, hostname=f"h{number}"), f"h{number}")
        for number, machine in enumerate("aab")
    ]
    plan = Plan(modes=("requests", "aiohttp"), requests=100, rounds=2, concurrency=5)

    def load_on(url: str) -> Any:
        return load_of_hosts(plan.replace(request=Request(url=url)), hosts)

    load = load_on("http://192.0.2.1/")
    assert (load.requests, load.in_flight, load.connections) == (1200, 10, 20), "two machines at once"
    assert load.is_heavy
    assert load_on("http://localhost:8000/") is None
    assert load_on("http://127.0.0.1/") is None
    assert load_on("http://10.0.0.1/") is None, "a host itself"
    assert load_on("http://h2/") is None
    assert load_of_hosts(plan, hosts) is None, "targets of their own"


def test_a_mirror_takes_pieces_in_order_and_nothing_from_elsewhere(tmp_path: Path) -> None:
    there, mirror = tmp_path / "there", Mirror(tmp_path / "here")
    there.mkdir()
    (there / "rounds.jsonl").write_bytes(b"one\n")
    (there / "round-0001-light.samples").write_bytes(b"x" * 25)
    (there / "run.json").write_bytes(b"{}")
    (there / "lock").write_bytes(b"")
    (there / "client-0").mkdir()
    (there / "client-0" / "mine.py").write_bytes(b"pass\n")
    has_more = True
    while has_more:
        files, has_more = collect(there, mirror.sizes, most=10)
        mirror.take(files)
    (there / "rounds.jsonl").write_bytes(b"one\ntwo\n")
    mirror.take(collect(there, mirror.sizes)[0])
    assert collect(there, mirror.sizes) == ([], False)
    for name in ("rounds.jsonl", "round-0001-light.samples", "run.json", "client-0/mine.py"):
        assert (mirror.folder / name).read_bytes() == (there / name).read_bytes()
    assert not (mirror.folder / "lock").exists()
    for name in ("../evil", "client-0/..", "/etc/passwd", "lock", "round-0001-../../x.samples", "host.json"):
        with pytest.raises(ValueError, match="a file called"):
            mirror.take([(name, 0, Parcel(b"x"))])
    with pytest.raises(ValueError, match="does not follow"):
        mirror.take([("notes.jsonl", 5, Parcel(b"x"))])


def test_a_host_on_which_a_plain_run_measures_is_busy() -> None:
    def begin() -> None:
        folder, lock = make_host_folder("20261127-040000-host")
        lock.release()
        shutil.rmtree(folder)

    begin()
    held = RunFolder()
    held.begin(whole_of(Plan(modes=("requests",))))
    with pytest.raises(BusyError, match="20261127-030000-abcd"):
        begin()
    of_hosts = RunFolder()
    of_hosts.begin(whole_of(Plan(modes=("requests",))))
    host_path(of_hosts.path, 0).mkdir()
    held.note(RunEnd(False, "", "2026-11-27T20:18:34+01:00"))
    begin()  # one shows its result, the other measures elsewhere
    cut_off = RunFolder()
    cut_off.begin(whole_of(Plan(modes=("requests",))))
    cut_off.leave()
    shown = RunFolder.reopen(cut_off.path)
    begin()  # an app shows what the run had measured
    shown.begin(whole_of(Plan(modes=("requests",))))
    with pytest.raises(BusyError):
        begin()  # and now it goes on with it
    for folder in (held, of_hosts, shown):
        folder.remove()
        assert not folder.path.exists()


def test_a_parcel_opens_no_further_than_was_said() -> None:
    assert Parcel(b"a" * 100).open(100) == b"a" * 100
    with pytest.raises(ValueError, match="larger"):
        Parcel(b"a" * 101).open(100)


def test_what_is_known_of_a_host_is_read_back(tmp_path: Path) -> None:
    note = HostNote(Host("a", "tcp://a:1", "3.11", "0.1.0", {"x": "1"}, ("b",), -2.5), ("Note.",))
    assert note.in_trouble("One.").in_trouble("Two.").trouble == "One."
    write_note(tmp_path, note)
    assert read_note(tmp_path) == note


def test_hosts_on_one_machine_take_turns() -> None:
    turns = MachineTurns()
    for host in (2, 1, 2):
        turns.ask(host)
    assert (turns.has(2), turns.has(1)) == (True, False)
    turns.leave(1)
    turns.ask(1)
    turns.leave(2)
    assert turns.has(1)
    turns.leave(7)


def test_progress_shows_first_what_something_is_told_of() -> None:
    done = HostProgress("c", "done", 3, 3, 1.0, 100, first="aiohttp")
    hosts = (
        done,
        HostProgress("a", "measuring", 2, 3, 0.5, 40, 1, "requests"),
        HostProgress("b", "failed", 1, 3, trouble="It died."),
    )
    progress = HostsProgress(hosts, 5.0, 9.2, False)
    assert [host.name for host in hosts_shown(progress, 2)] == ["a", "b"]
    assert hosts_headline(progress, 2) == (
        "2 of 3 hosts done · 1 in trouble · 2 shown · 140 requests · 0:05 · at most 0:10 left"
    )
    assert [told_of(host) for host in hosts] == [
        "3 rounds · aiohttp first",
        "round 2 of 3 · requests first · 1 error",
        "It died.",
    ]
    assert told_of(replace(done, state="waiting", round=0)) == "waits for its turn"


def test_what_dask_sets_for_its_own_workers_is_not_handed_on() -> None:
    variables = {"MALLOC_TRIM_THRESHOLD_": "65536", "OMP_NUM_THREADS": "4", "PATH": "/bin"}
    assert _usual_variables(variables) == {"OMP_NUM_THREADS": "4", "PATH": "/bin"}, "what the user has set stays"
