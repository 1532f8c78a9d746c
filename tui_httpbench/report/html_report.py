"""The result as one HTML page without anything from outside: to be shown, sent and printed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from importlib.resources import files

from tui_httpbench import __version__
from tui_httpbench.analysis.changes import changes_of
from tui_httpbench.analysis.columns import DEFAULT_METRIC, METRIC_OPTIONS
from tui_httpbench.analysis.conclusion import conclude
from tui_httpbench.analysis.grouping import usual_grouping
from tui_httpbench.analysis.latency_curve import differs_much, latencies_of
from tui_httpbench.analysis.pair_reasons import explain_lanes, pairs_in_words
from tui_httpbench.analysis.pairs import few_first, gate_in_words, judge, pairs_beside
from tui_httpbench.analysis.places import (
    FAILED_SIGN,
    ORDER_NOTE,
    OTHER_WORK_SIGN,
    other_work_legend,
    placed_name,
    places_of,
    rates_differ,
)
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.rows import grouped_rows, known_columns, order_by
from tui_httpbench.analysis.scripts import first_in_words, script_headings, script_load, script_note, script_rows
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.clients.own_files import measured_mode
from tui_httpbench.plan.reference import USUAL, Against
from tui_httpbench.report import html_charts as charts
from tui_httpbench.report.facts import how_measured, load_in_words, moment_in_words, width_in_words
from tui_httpbench.report.html_charts import Bar, Curve, Look
from tui_httpbench.report.html_parts import bullets, code, element, escaped, facts, paragraph, section, table
from tui_httpbench.report.settings import environment_rows, values_by_setting, variant_rows
from tui_httpbench.report.text import error_lines
from tui_httpbench.text.formatting import format_ratio
from tui_httpbench.text.quoting import shown_url

_STYLE = files(__package__) / "html_report.css"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_POINTS = 100
"""Of each percentile curve: as many as a chart of some hundred pixels can show."""
_NINES = ((0.0, "p0"), (math.log10(2), "p50"), (1.0, "p90"), (2.0, "p99"), (3.0, "p99.9"), (4.0, "p99.99"))
_MOST_ROUND_MARKS = 12


def parts_of(result: Result, against: Against = USUAL) -> Iterator[str]:
    """The page, section by section; ``against`` is what lanes are compared with one by one."""
    title = f"{result.plan.request.method} {shown_url(result.url)}"
    looks = looks_of(result)
    yield head(title)
    yield _header(result, against, title)
    yield section("Ranking", _ranking(result), id_="ranking")
    yield section("Charts", _charts(result, looks), id_="charts")
    yield section("Why", _why(result), id_="why")
    yield section("What to change", _changes(result), id_="changes")
    yield section("Whole scripts", _scripts(result), id_="scripts")
    yield section("Warnings and errors", _warnings(result), id_="warnings")
    yield section("How it was measured", facts(how_measured(result)), id_="method")
    yield section("Settings", _settings(result), id_="settings")
    versions = facts((*environment_rows(result.environment), *variant_rows(result)))
    yield section("Versions and machine", versions, id_="versions")
    yield section("The code of each mode", _code(result), id_="code")
    yield foot()


def head(title: str) -> str:
    """How a page begins, up to its content."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"{element('title', escaped(f'{title} – httpbench'))}\n"
        f"<style>\n{_STYLE.read_text(encoding='utf-8')}</style>\n</head>\n<body>\n<main>\n"
    )


def foot() -> str:
    """How a page ends."""
    return f"{element('footer', escaped(f'Made by httpbench-tui {__version__}.'))}\n</main>\n</body>\n</html>\n"


def _header(result: Result, against: Against, title: str) -> str:
    judged = judge(result, against)
    where = " (the embedded target)" if result.plan.request.uses_embedded_target else ""
    when = f"; {moment_in_words(result.started_at)}" if result.started_at else ""
    pairs = pairs_beside(judged, result, against)
    first, _, rest = (conclude(result, beside_pairs=bool(few_first(pairs)[0])) or "Nothing was measured.").partition(
        ". "
    )
    stopped = "This run ended before its time; this is what had been measured by then." if result.stopped else ""
    return element(
        "header",
        paragraph(f"{title}{where}", "over"),
        element("h1", escaped(f"{first.removesuffix('.')}.")),
        paragraph(rest, "lead-in"),
        paragraph(gate_in_words(judged), "gate"),
        bullets(pairs_in_words(result, pairs)),
        paragraph(stopped, "doubt"),
        paragraph(f"{load_in_words(result)}; {width_in_words(result)}; profile {result.plan.profile}{when}", "quiet"),
    )


def _ranking(result: Result) -> str:
    rows = [row for group in grouped_rows(result, usual_grouping(result.plan)) for row in group]
    columns = known_columns(result)
    headings = [(column.heading(), column.align) for column in columns]
    notes = [
        f"{FAILED_SIGN} had failed requests or missing rounds: no place, below the modes without."
        if not all(row.rank.clean for row in rows)
        else "",
        other_work_legend(result),
        ORDER_NOTE if rates_differ(result) else "",
    ]
    told = [paragraph(note, "quiet") for note in notes]
    return table(headings, [[column.text(row) for column in columns] for row in rows], "ranking") + "".join(told)


def _charts(result: Result, looks: dict[str, Look]) -> str:
    drawn = [_bars(result, looks), _intervals(result, looks), *_latencies(result, looks), _rounds(result, looks)]
    return element("div", *drawn, class_="charts") if any(drawn) else ""


def _bars(result: Result, looks: dict[str, Look]) -> str:
    column = METRIC_OPTIONS[DEFAULT_METRIC]
    rows = [
        Bar(row.mode, value, column.with_unit(value), looks[row.mode])
        for row, value in order_by(column, result)
        if value is not None
    ]
    return figure_of(column.title(result), charts.bars(column.title(result), rows)) if rows else ""


def _intervals(result: Result, looks: dict[str, Look]) -> str:
    rows = []
    for rank in result.ranking:
        if rank.interval is not None and rank.ratio and math.isfinite(rank.interval.high):
            low, high = (rank.interval.low, rank.interval.high) if rank.verdict is not None else (None, None)
            rows.append(Bar(rank.mode, rank.ratio, format_ratio(rank.ratio), looks[rank.mode], low, high))
    title = "Time per request over the winner’s, with its 95 % interval"
    return figure_of(title, charts.intervals(title, rows)) if len(rows) > 1 else ""


def _latencies(result: Result, looks: dict[str, Look]) -> Iterator[str]:
    latencies = latencies_of(result)
    if not latencies:
        return
    log = differs_much(latencies)
    lines = []
    for latency in latencies:
        nines, ms = latency.curve(_POINTS)
        lines.append(Curve(latency.mode, list(zip(nines.tolist(), ms.tolist(), strict=True)), looks[latency.mode]))
    reach = max(latency.nines for latency in latencies)
    marks = [mark for mark in _NINES if mark[0] <= reach + 1e-9]
    title = f"Latency by percentile, ms{', logarithmic scale' if log else ''}"
    yield figure_of(title, charts.curves(title, lines, marks, log=log))


def _rounds(result: Result, looks: dict[str, Look]) -> str:
    lines = []
    for rank in result.ranking:
        points = [
            (float(record.round), record.elapsed_s / record.requests * 1e3)
            for record in result.records
            if record.mode == rank.mode and record.outcome == "complete" and record.elapsed_s and record.requests
        ]
        lines.append(Curve(rank.mode, points, looks[rank.mode]))
    numbers = sorted({int(at) for line in lines for at, _ in line.points})
    if len(numbers) < 2:
        return ""
    times = [ms for line in lines for _, ms in line.points]
    log = max(times) > 20 * min(times)
    step = math.ceil(len(numbers) / _MOST_ROUND_MARKS)
    title = f"Time per request round by round, ms{', logarithmic scale' if log else ''}"
    marks = [(float(number), str(number)) for number in numbers[::step]]
    return figure_of(title, charts.curves(title, lines, marks, log=log, name="round"))


def figure_of(title: str, drawing: str) -> str:
    """A drawing with its title; nothing where there is no drawing."""
    return element("figure", element("figcaption", escaped(title)), drawing) if drawing else ""


def _why(result: Result) -> str:
    reasons = explain_lanes(result)
    places = places_of(tuple(reason.rank for reason in reasons))
    told = []
    for reason in reasons:
        parts = reason.facts.parts
        where = f" {parts.in_words[:1].upper()}{parts.in_words[1:]}." if parts is not None else ""
        if reason.text:
            told.append((placed_name(places, reason.rank.mode), f"{reason.text}{where}"))
    return facts(told)


def _changes(result: Result) -> str:
    """What to change in the code of each library that came with this program, and what it brings."""
    parts = []
    for change in changes_of(result):
        drawn = "" if change.is_own else code("\n".join(change.diff))
        parts.append(element("div", paragraph(change.in_words), drawn))
    return element("div", *parts, class_="codes") if parts else ""


def _scripts(result: Result) -> str:
    """Which script finishes first, and the table behind it."""
    sentences = first_in_words(result)
    if not sentences:
        return ""
    headings = [(heading, "right" if place else "left") for place, heading in enumerate(script_headings(result))]
    how = f"{script_note(result)} Requests: {script_load(result)}."
    return bullets(sentences) + table(headings, script_rows(result), "scripts") + paragraph(how, "quiet")


def _warnings(result: Result) -> str:
    failed = [result.mode(rank.mode) for rank in result.ranking if result.mode(rank.mode).failed]
    errors = facts((mode.mode, line) for mode in failed for line in error_lines(mode))
    return bullets((finding.text for finding in result.findings), "doubts") + errors


def _settings(result: Result) -> str:
    """What differs first."""
    rows: list[tuple[str, str, str, str]] = []
    settings = values_by_setting(result)
    for name in sorted(settings, key=lambda name: len(settings[name]) == 1):
        values = settings[name]
        for number, (value, modes) in enumerate(values.items()):
            sign = OTHER_WORK_SIGN if len(values) > 1 and not number else ""
            owners = "all modes" if len(values) == 1 else ", ".join(modes)
            rows.append((sign, "" if number else name, value, owners))
    headings = [("", "left"), ("setting", "left"), ("value", "left"), ("modes", "left")]
    return table(headings, rows, "settings") if rows else ""


def _code(result: Result) -> str:
    """The source of each mode that comes with this program; a user's own file may hold what is not to be told."""
    own = {mode.id: file for file in result.own_files for mode in file.modes}
    labels: dict[str, list[str]] = {}
    for rank in result.ranking:
        labels.setdefault(mode_of(rank.mode).id, []).append(rank.mode)
    parts = []
    for mode_id, lanes in labels.items():
        heading = element("h3", escaped(", ".join(lanes)))
        if (file := own.get(mode_id)) is not None:
            note = f"It is in {file.path.name} (SHA-256 {file.sha256}), its user’s own file, which is not shown here."
            parts.append(element("div", heading, paragraph(note, "quiet")))
            continue
        mode = measured_mode(lanes[0], (), result.plan.request.read)
        parts.append(element("div", heading, paragraph(mode.about, "quiet"), code(mode.code)))
    return element("div", *parts, class_="codes")


def looks_of(result: Result) -> dict[str, Look]:
    """A color for each library, and dashes for the second of its lanes and the next."""
    colors: dict[str, int] = {}
    orders: dict[str, int] = {}
    looks = {}
    for mode in result.modes:
        color = colors.setdefault(mode.library, len(colors))
        looks[mode.mode] = Look(color, orders.get(mode.library, 0))
        orders[mode.library] = orders.get(mode.library, 0) + 1
    return looks
