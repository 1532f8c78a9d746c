"""The table of all values of a plan that a user sets: parser, help, form, files and completion are read off it."""

from __future__ import annotations

from tui_httpbench.clients.catalog import MODES
from tui_httpbench.plan import parsing
from tui_httpbench.plan.field import Field, Part, Sheet, Shown
from tui_httpbench.plan.given_files import parse_cacert, parse_data, parse_json_body
from tui_httpbench.plan.load import AUTO
from tui_httpbench.plan.plan import (
    ARTICLE,
    ARTICLE_REQUESTS,
    DEFAULT_BUDGET_S,
    FORM_TYPE,
    JSON_TYPE,
    METHODS,
    PROFILES,
)
from tui_httpbench.plan.presets import DEFAULT_PRESET, PRESETS
from tui_httpbench.plan.shape import SHAPES, parse_data_size, parse_read, parse_upload
from tui_httpbench.plan.sweep import BUDGET_OF_POINT_S, MAX_USUAL_BUDGET_S, Sweep, parse_sweep
from tui_httpbench.plan.sweep_values import KNOBS as SWEPT
from tui_httpbench.plan.sweep_values import short_size
from tui_httpbench.plan.target_fields import TARGET_FIELDS
from tui_httpbench.plan.variants import parse_variants

REMOTE_REQUESTS = 25
"""Modest where the server is somebody else's: a thousand requests with the eight modes."""
REMOTE_ROUNDS = 5
TARGET_GROUP = "the embedded target"


def _percent(share: float) -> str:
    return f"{round(share * 100, 9):g}"


def _text_of_sweep(sweep: Sweep | None) -> str:
    return "" if sweep is None else sweep.text


GROUPS: dict[str, tuple[Field, ...]] = {
    "what to send": (
        Field(
            "url",
            "request",
            "URL",
            "what to request; host.name/path and host:port/path are http",
            parsing.parse_url,
            default="the embedded target",
        ),
        Field(
            "method",
            "request",
            "-X, --method NAME",
            "method",
            parsing.parse_method,
            default="GET; POST with a body",
            choices=METHODS,
        ),
        Field(
            "headers",
            "request",
            "-H, --header 'NAME: VALUE'",
            "a header; repeatable",
            lambda lines: tuple(map(parsing.parse_header, lines)),
            kind="list",
            default="none",
        ),
        Field(
            "data",
            "request",
            "-d, --data TEXT|@FILE",
            f"body, sent as {FORM_TYPE} unless -H gives a Content-Type; a file is sent byte for byte, @- reads "
            "standard input; repeatable, & comes between",
            parse_data,
            kind="list",
            default="none",
            told="body",
        ),
        Field(
            "json_body",
            "request",
            "--json-body TEXT|@FILE",
            f"body in JSON; Content-Type and Accept are {JSON_TYPE} unless -H gives them",
            parse_json_body,
            kind="list",
            default="none",
        ),
        Field(
            "data_size",
            "request",
            "--data-size BYTES",
            "send a made-up body of so many bytes; 50k, 1m allowed",
            parse_data_size,
            default="none",
            write=short_size,
            shown=Shown("more", 3, "Data size", "bytes of a body that is made up, such as 50k", empty="none"),
        ),
        Field(
            "upload",
            "request",
            "--upload whole|stream",
            "how each mode sends a body: at once, or piece by piece as its library's docs show",
            parse_upload,
            choices=SHAPES,
            shown=Shown("more", 3, "Upload", "whole: at once; stream: piece by piece", is_menu=True),
        ),
        Field(
            "read",
            "request",
            "--read whole|stream",
            "how each mode reads what comes back: at once, or piece by piece as its library's docs show, counting "
            "bytes and keeping none",
            parse_read,
            choices=SHAPES,
            shown=Shown("more", 3, "Read", "whole: at once; stream: piece by piece", is_menu=True),
        ),
        Field(
            "cacert",
            "plan",
            "--cacert FILE",
            "also trust the certificates in this PEM file, for a URL of your own",
            parse_cacert,
            default="none",
            is_file=True,
            shown=Shown("trust", 0, "PEM file", placeholder="certificates.pem"),
        ),
        Field(
            "insecure",
            "plan",
            "--insecure",
            "check no certificates, of your URL or where it redirects to; the result says so",
            kind="flag",
            shown=Shown("trust", 0, "Certificates"),
        ),
    ),
    "how much, and how long": (
        Field(
            "preset",
            "name",
            "--preset NAME",
            f"a ready-made plan, which other options change: {', '.join(PRESETS)}",
            default=f"{DEFAULT_PRESET} where no other option says what to measure",
            choices=tuple(PRESETS),
        ),
        Field(
            "requests",
            "plan",
            "-n, --requests N",
            "exactly N requests per mode and round; 10k, 1m allowed",
            parsing.parse_requests,
            default=f"see -z; {ARTICLE_REQUESTS} with -c article; {REMOTE_REQUESTS} to another machine",
            shown=Shown("load", 0, "Requests", empty="any"),
        ),
        Field(
            "duration",
            "plan",
            "-z, --duration S|auto",
            "seconds measured per mode and round: 0.3, 300ms, 2s; with -n: whole batches of N until they are over",
            parsing.parse_duration,
            key="duration_s",
            default="auto where -n is not given and the target is on this machine: so long that five rounds fill the "
            "budget, 0.1 to 5 s",
            choices=(AUTO,),
            shown=Shown("load", 0, "or seconds", empty="any"),
        ),
        Field(
            "concurrency",
            "plan",
            "-c, --concurrency N|article",
            "requests in flight, the same for all modes; article: sync modes one at a time, async ones all N at once",
            parsing.parse_concurrency,
            choices=(ARTICLE,),
            shown=Shown("load", 0, "In flight", placeholder=ARTICLE),
        ),
        Field(
            "rounds",
            "plan",
            "-r, --rounds N|auto",
            "rounds; auto: until each mode is told apart from the next, or the budget is used up",
            parsing.parse_rounds,
            default=f"auto; {REMOTE_ROUNDS} to another machine",
            choices=(AUTO,),
            shown=Shown("more", 0, "Rounds", placeholder=AUTO),
        ),
        Field(
            "budget",
            "plan",
            "--budget S",
            "seconds that an automatic run may take; no round begins that would end later",
            parsing.parse_budget,
            key="budget_s",
            default=f"{DEFAULT_BUDGET_S:g}; with --sweep {BUDGET_OF_POINT_S:g} for each of its points, "
            f"{MAX_USUAL_BUDGET_S:g} at most",
            shown=Shown("more", 0, "Budget"),
        ),
        Field(
            "sweep",
            "plan",
            "--sweep KNOB=V1,V2,…",
            f"measure at each of these values, and draw curves; KNOB is {', '.join(SWEPT[:-1])} or "
            f"{SWEPT[-1]} (c16/1k: 16 in flight for 1 kB; c64/1k/post: a POST of 1 kB that is echoed)",
            parse_sweep,
            default="none",
            write=_text_of_sweep,
            shown=Shown("more", 2, "Sweep", "one run at each value", placeholder="concurrency=1,10,100", empty="none"),
        ),
        Field(
            "timeout",
            "plan",
            "--timeout S",
            "seconds per request",
            parsing.parse_timeout,
            key="timeout_s",
            shown=Shown("more", 0, "Timeout", "seconds per request"),
        ),
        Field(
            "seed",
            "plan",
            "--seed N",
            "order of the rounds",
            parsing.parse_seed,
            default="random, reported",
            shown=Shown("more", 1, "Seed", "sets the order in each round; empty: random", empty="random"),
        ),
        Field(
            "same_within",
            "plan",
            "--same-within PERCENT",
            "a smaller difference counts as none",
            parsing.parse_same_within,
            write=_percent,
        ),
        Field(
            "pin",
            "plan",
            "--no-pin",
            "don't give worker and target a processor each",
            kind="flag",
            default="each has its own",
        ),
        Field(
            "start_up",
            "plan",
            "--start-up",
            "also time imports with nothing compiled yet, as after an installation; takes up to 10 s more",
            kind="flag",
            default="compiled bytecode alone",
        ),
    ),
    "which clients": (
        Field(
            "modes",
            "plan",
            "-m, --mode ID|FILE.py",
            "a mode; all modes of a library (httpx is one mode, httpx:all are all of httpx); or those of a client file "
            "of your own, FILE.py or FILE.py:ID; repeatable, commas allowed",
            parsing.choose_modes,
            kind="list",
            default="the eight",
            choices=tuple(MODES),
        ),
        Field(
            "variants",
            "plan",
            "--variant LABEL=SPEC",
            "run the modes that SPEC concerns with it: versions as pip takes them (httpx==0.27.2, a path to a checkout "
            "or wheel), python=3.13 or a path, loop=uvloop, with commas between; empty: this environment; repeatable",
            parse_variants,
            kind="list",
            default="none",
        ),
        Field(
            "get",
            "plan",
            "--get",
            "fetch libraries that are not installed here, into environments of their own",
            kind="flag",
        ),
        Field(
            "profile",
            "plan",
            "--profile equal|defaults",
            "settings of the clients: the same for all, or as each library comes",
            parsing.parse_profile,
            key="chosen_profile",
            told="profile",
            default="equal for a number of requests in flight, defaults for article",
            choices=PROFILES,
            shown=Shown("more", 1, "Profile", empty="by concurrency", is_menu=True),
        ),
    ),
    TARGET_GROUP: TARGET_FIELDS,
}
"""The fields in the order of the help; those of the form stand on their sheets in this order, too."""

FIELDS: dict[str, Field] = {field.name: field for fields in GROUPS.values() for field in fields}
KNOBS: dict[str, Field] = {name: field for name, field in FIELDS.items() if field.part == "scenario"}
"""Those of the embedded target."""


def fields_of(*parts: Part) -> tuple[Field, ...]:
    """The fields of such parts."""
    return tuple(field for field in FIELDS.values() if field.part in parts)


def rows_on(sheet: Sheet) -> list[list[Field]]:
    """The fields on a sheet of the form, row by row."""
    rows: dict[int, list[Field]] = {}
    for field in FIELDS.values():
        if field.shown is not None and field.shown.sheet == sheet:
            rows.setdefault(field.shown.row, []).append(field)
    return [rows[number] for number in sorted(rows)]
