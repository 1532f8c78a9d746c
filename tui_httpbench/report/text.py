"""The result as text: what is known in a sentence, the ranking as table and chart, what failed and what to mind."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tui_httpbench.analysis.article import is_like_the_article
from tui_httpbench.analysis.conclusion import conclude
from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.grouping import GroupBy, usual_grouping
from tui_httpbench.analysis.pair_reasons import pairs_in_words
from tui_httpbench.analysis.pairs import few_first, gate_in_words, judge, pairs_beside
from tui_httpbench.analysis.places import FAILED_SIGN, ORDER_NOTE, other_work_legend, rates_differ
from tui_httpbench.analysis.result import ModeSummary, Result
from tui_httpbench.analysis.variant_labels import variant_labels
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.plan.in_words import format_load, format_rounds, format_rounds_made
from tui_httpbench.plan.plan import ARTICLE, Plan
from tui_httpbench.plan.reference import USUAL, Against
from tui_httpbench.plan.shape import shape_in_words
from tui_httpbench.report.article import article_block
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.ranking_chart import ranking_chart
from tui_httpbench.report.ranking_table import columns_block, ranking_table
from tui_httpbench.report.scripts_block import scripts_block
from tui_httpbench.report.settings import differing_settings, environment_block, settings_block
from tui_httpbench.text.formatting import plural
from tui_httpbench.text.quoting import printable, shortened, shown_url

MAX_TEXTS_PER_KIND = 3
MAX_TEXT_LENGTH = 300
_DIGITS = 12
"""Of the digest of a client file: enough to tell two apart."""


def print_report(
    result: Result,
    console: StreamConsole,
    *,
    metric: str | None = None,
    verbose: bool = False,
    against: Against = USUAL,
    group_by: GroupBy | None = None,
) -> None:
    """Prints the whole report, no line wider than the console. Raises BrokenPipeError where the reader is gone.

    ``metric`` is what the chart shows, a key of ``METRIC_OPTIONS``; ``verbose`` adds what the columns say, the settings
    and the environment; ``against`` is what lanes are compared with one by one; ``group_by`` how they stand in table
    and chart, None for as is usual.
    """
    console.print(*_blocks(result, console, metric, verbose, against, group_by or usual_grouping(result.plan)))


def _blocks(
    result: Result, console: StreamConsole, metric: str | None, verbose: bool, against: Against, by: GroupBy
) -> Iterator[RenderableType]:
    yield from _heading(result, verbose)
    if result.stopped and not any(mode.requests for mode in result.modes):
        why = "Stopped by the user before anything was measured."
        why = f"Nothing was measured. {printable(result.trouble)}" if result.trouble else why
        yield Text(why, style="bold yellow")
        return
    if result.stopped:
        how = "Ended before its time (see the warnings)" if result.trouble else "Stopped by the user"
        yield Text(f"{how}; this is what had been measured by then.", style="bold yellow")
    judged = judge(result, against)
    first, after = few_first(pairs_beside(judged, result, against))
    if first:
        yield ""
        yield from (Text(printable(told), style="bold") for told in pairs_in_words(result, first))
    conclusion = conclude(result, beside_pairs=bool(first))
    if conclusion is not None:
        yield ""
        yield Text(printable(conclusion), style="bold")
    if after:
        yield ""
        yield from (Text(printable(told)) for told in pairs_in_words(result, after))
    if gate := gate_in_words(judged):
        yield ""
        yield Text(printable(gate), style="bold")
    blocks: list[RenderableType | None] = []
    if result.is_measured:
        yield ""
        yield ranking_table(result, console, by)
        yield from _footnotes(result)
        blocks += [ranking_chart(result, console, metric, by), scripts_block(result, verbose=verbose)]
        blocks.append(_article(result, console, verbose))
    if any(mode.errors for mode in result.modes):
        blocks.append(_errors(result))
    findings = [finding for finding in result.findings if result.is_measured or finding.id != "all-failed"]
    if findings:
        blocks.append(warnings_block(findings))
    if verbose:
        blocks += [columns_block(result)] if result.is_measured else []
        blocks += [settings_block(result), environment_block(result)]
    for block in blocks:
        if block is not None:
            yield ""
            yield block


def _article(result: Result, console: StreamConsole, verbose: bool) -> RenderableType | None:
    """The comparison with the article: whole where the run is like the article's, else when it is asked for."""
    is_alike = is_like_the_article(result.plan)
    block = article_block(result, console)
    if block is None or is_alike or verbose:
        return block
    return Text("The article's times beside these: -v; a run like the article's: --preset article", style="dim")


def _footnotes(result: Result) -> Iterator[Text]:
    if not all(rank.clean for rank in result.ranking):
        text = f"{FAILED_SIGN} had failed requests or missing rounds: no place, below the modes without."
        yield Text(text, style="dim")
    if legend := other_work_legend(result):
        yield Text(legend, style="dim")
    if rates_differ(result):
        yield Text(ORDER_NOTE, style="dim")


def _heading(result: Result, verbose: bool) -> Iterator[Text]:
    plan = result.plan
    where = " (the embedded target)" if plan.request.uses_embedded_target else ""
    yield Text(
        f"{plan.request.method} {shown_url(result.url)}{where}{_body_in_words(plan)}",
        style="bold",
        overflow="fold",
    )
    rounds = format_rounds_made(plan, result.rounds_done) if result.records else format_rounds(plan)
    load = " × ".join((plural(len(plan.modes), "mode"), format_load(plan, *result.measured_s), rounds))
    shape = f"; {shape_in_words(plan.request)}" if shape_in_words(plan.request) else ""
    if plan.concurrency == ARTICLE:
        yield Text(f"{load}{shape}; profile {plan.profile}")
        yield Text(_what_the_article_compares(plan))
    else:
        yield Text(f"{load}; {plan.in_flight(plan.modes[0]):,} in flight{shape}; profile {plan.profile}")
    # What variants ran is said of each of them.
    used = dict.fromkeys(mode_of(mode).library for mode in plan.modes if plan.variant_of(mode) is None)
    versions = [
        f"{library.distribution} {printable(result.environment.packages[library.distribution])}"
        for library in used
        if library.distribution in result.environment.packages
    ]
    versions += [f"{printable(own.path.name)} {own.sha256[:_DIGITS]}" for own in result.own_files]
    python = printable(result.environment.python)
    yield Text(f"seed {plan.seed}; {', '.join([python, *versions])}", style="dim")
    for variant in variant_labels(result):
        yield Text(printable(f"{variant.label}: {variant.in_words}"), style="dim", overflow="fold")
    differing = differing_settings(result)
    if differing and not verbose:
        yield Text(f"settings differ in: {', '.join(differing)}; see -v", style="dim")


def _body_in_words(plan: Plan) -> str:
    """How large the body is, and as what it was sent; empty where there is none."""
    if plan.request.body is None:
        return ""
    kind = next(value for name, value in plan.masked_headers if name.lower() == "content-type")
    return f", {plural(plan.request.body_bytes, 'byte')} of {printable(kind)}"


def _what_the_article_compares(plan: Plan) -> str:
    """How many requests the modes have in flight under the article's concurrency, and what to think of it."""
    kinds = {mode_of(mode_id).kind for mode_id in plan.modes}
    if kinds == {"sync"}:
        return "sync modes one by one, as the article did it"
    if kinds == {"async"}:
        return "async modes all at once, as the article did it"
    return "sync modes one by one against async modes all at once: not a fair comparison, but the article's own"


def _errors(result: Result) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for mode in (result.mode(rank.mode) for rank in result.ranking):
        for index, line in enumerate(error_lines(mode)):
            table.add_row(Text(mode.mode if index == 0 else ""), Text(line))
    return Group(Text("Errors", style="bold"), Padding(table, (0, 0, 0, 2)))


def error_lines(mode: ModeSummary) -> Iterator[str]:
    """What failed in a mode, a line for each kind and text."""
    for kind, count in mode.errors.items():
        texts = [error for error in mode.error_texts if error.kind == kind]
        if kind == "status" and not texts:
            statuses = {status: number for status, number in mode.statuses.items() if status >= 400}
            named = [
                f"HTTP {status}" + (f" ({number:,})" if len(statuses) > 1 else "")
                for status, number in statuses.items()
            ]
            yield f"{count:,} × {kind}: {', '.join(named)}"
        elif not texts:
            yield f"{count:,} × {kind}"
        for error in texts[:MAX_TEXTS_PER_KIND]:
            number = count if len(texts) == 1 else error.count
            times = "" if number is None else f"{number:,} × "
            yield f"{times}{kind}: {shortened(printable(error.text), MAX_TEXT_LENGTH)}"
        if len(texts) > MAX_TEXTS_PER_KIND:
            yield f"{kind}: {len(texts) - MAX_TEXTS_PER_KIND} more texts, which --json has"


def warnings_block(findings: list[Finding]) -> RenderableType:
    """What is to be minded, as a list."""
    table = Table.grid(padding=(0, 1))
    for finding in findings:
        table.add_row(Text("-"), Text(printable(finding.text), overflow="fold"))
    return Group(Text("Warnings", style="bold yellow"), Padding(table, (0, 0, 0, 2)))
