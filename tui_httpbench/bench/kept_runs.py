"""The history of runs: each finished or stopped one is kept in it, and can be opened again as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from tui_httpbench.analysis.any_result import AnyResult
from tui_httpbench.analysis.hosts import HostsResult, summarize_hosts
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.analysis.sweep import SweepResult, summarize_sweep
from tui_httpbench.bench.kept_run import (
    KeptRun,
    digest_of,
    facts_of,
    facts_of_hosts,
    facts_of_sweep,
    kept_run_of,
    words_of,
)
from tui_httpbench.bench.packing import PackError, pack_hosts, pack_summary, pack_sweep, unpack, write_samples
from tui_httpbench.bench.run_folder import source_of
from tui_httpbench.bench.run_reading import UNREADABLE, read_run
from tui_httpbench.files.folders import state_folder
from tui_httpbench.history.error import HistoryError as KeptRunError
from tui_httpbench.history.naming import new_run_id
from tui_httpbench.history.rows import Entry, Size
from tui_httpbench.history.run_store import RunStore
from tui_httpbench.history.settings import load_history_settings
from tui_httpbench.measured.any_measured import AnyMeasured, ended_as, whole_of, with_whole
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.measured_hosts import MeasuredHosts
from tui_httpbench.measured.measured_sweep import MeasuredSweep
from tui_httpbench.text.quoting import printable, shortened

__all__ = [
    "KeptRun",
    "KeptRunError",
    "count_kept",
    "find_kept",
    "hide_kept",
    "history_size",
    "keep",
    "list_kept",
    "open_any",
    "open_kept",
    "purge_hidden",
    "remove_kept",
    "rename_kept",
    "show_kept_again",
    "were_kept",
]

NO_HOME = "There is no history without a home folder; set HOME."


def keep(
    measured: AnyMeasured,
    *,
    source: str,
    result: AnyResult | None = None,
    tell: Callable[[str], object] = lambda _: None,
) -> KeptRun | None:
    """Keeps a run, or a sweep or a run on many hosts as one; None where it is not to be kept, or measured nothing.

    A run that went on replaces what it was, unless that was gone on with otherwise: then both are kept.

    ``source`` is where it was measured, as ``run_folder.source_of`` tells: from there it is kept once. ``tell`` gets
    sentences on what was wrong with the history. Raises KeptRunError, a sentence on why it was not kept.
    """
    settings = load_history_settings()
    for problem in settings.problems:
        tell(problem)
    whole = whole_of(measured)
    if not (settings.keeps and whole.in_history and measured.has_requests):
        return None
    store = _store()
    try:
        if store is None:
            raise KeptRunError(NO_HOME, is_lasting=True)
        whole = replace(
            whole,
            run_id=whole.run_id or new_run_id(whole.started_at),
            ended_at=whole.ended_at or datetime.now().astimezone().isoformat(timespec="seconds"),
        )
        measured = ended_as(measured, whole)
        facts, summary = _summarized(measured, result)
        entry = store.put(
            Entry(whole.run_id, _unix_s(whole.started_at), whole.plan.request.hiding.hide(whole.name), facts),
            summary,
            lambda file: write_samples(measured, file),
            source=source,
            limit_bytes=settings.limit_bytes,
            searched=words_of(whole, facts),
            went_on_from=_went_on_from(measured),
        )
    except KeptRunError as error:
        raise KeptRunError(f"The run was not kept. {error}", is_lasting=error.is_lasting) from error
    for notice in store.notices:
        tell(notice)
    if entry.id != whole.run_id and whole.plan.rounds_before:
        tell(f"The run {whole.run_id} was changed meanwhile; with these rounds it is kept beside it, as {entry.id}.")
    return kept_run_of(entry)


def _went_on_from(measured: AnyMeasured) -> str | None:
    """The digest of the rounds that it went on from; None where it did not."""
    if not whole_of(measured).plan.rounds_before or isinstance(measured, MeasuredHosts):
        return None
    parts = measured.points if isinstance(measured, MeasuredSweep) else (measured,)
    return digest_of(record for part in parts for record in part.records if record.round <= part.plan.rounds_before)


def _summarized(measured: AnyMeasured, result: AnyResult | None) -> tuple[dict[str, Any], bytes]:
    """What lists show of it, and what is kept of it for good; ``result`` is what it makes, where that is known."""
    if isinstance(measured, MeasuredSweep):
        sweep = result if isinstance(result, SweepResult) else summarize_sweep(measured)
        return facts_of_sweep(measured, sweep), pack_sweep(measured, sweep)
    if isinstance(measured, MeasuredHosts):
        hosts = result if isinstance(result, HostsResult) else summarize_hosts(measured)
        return facts_of_hosts(measured, hosts), pack_hosts(measured, hosts)
    run = result if isinstance(result, Result) else summarize_run(measured)
    return facts_of(measured, run), pack_summary(measured, run)


def list_kept(searched: str = "", most: int = -1, after: KeptRun | None = None, skip: int = 0) -> list[KeptRun]:
    """The runs, newest first, whose name, URL, lanes and so on have all of these words; all, or at most so many.

    With ``after``, those that are older than that one; the first ``skip`` of them are passed over. Raises KeptRunError.
    """
    store = _store()
    if store is None:
        return []
    entries = store.entries(searched, most, None if after is None else after.entry, skip)
    return [kept_run_of(entry) for entry in entries]


def count_kept(searched: str = "") -> int:
    """How many runs have all of these words. Raises KeptRunError."""
    store = _store()
    return 0 if store is None else store.count(searched)


def find_kept(reference: str, *, only_one: bool = False) -> KeptRun:
    """The run with this id, name, or beginning of an id, or ``last``, ``last~1`` and so on.

    Of several runs of one name, the latest, unless there may be ``only_one``. Raises KeptRunError.
    """
    store = _store()
    if store is None:
        raise KeptRunError(NO_HOME)
    return kept_run_of(store.find(reference, only_one=only_one))


def open_kept(reference: str) -> Measured:
    """What the run measured that ``find_kept`` finds; with ``remains`` where its samples are not kept any more.

    Raises KeptRunError, as for a sweep, and a run on many hosts.
    """
    measured = open_any(reference)
    if isinstance(measured, MeasuredHosts):
        run_id = measured.whole.run_id
        raise KeptRunError(
            f"The run {run_id} was made on several hosts, and is no single run; 'httpbench-tui history show {run_id}' "
            "reports it."
        )
    if isinstance(measured, MeasuredSweep):
        run_id, knob = measured.whole.run_id, measured.whole.plan.sweep
        raise KeptRunError(
            f"The run {run_id} is a sweep ({'' if knob is None else knob.text}), and no single run; 'httpbench-tui "
            f"history show {run_id}' reports it."
        )
    return measured


def open_any(reference: str) -> AnyMeasured:
    """What the run, the sweep or the run on many hosts measured that ``find_kept`` finds. Raises KeptRunError."""
    store = _store()
    if store is None:
        raise KeptRunError(NO_HOME)
    entry, summary, samples = store.summary(store.find(reference).id)
    try:
        measured = unpack(summary, samples)
    except PackError as error:
        why = shortened(printable(str(error)), 200)
        raise KeptRunError(f"The run {entry.id} of the history can't be read ({why}); it is left as it is.") from error
    return with_whole(measured, replace(whole_of(measured), name=entry.name, run_id=entry.id))


def rename_kept(run_id: str, name: str) -> None:
    """Gives a run another name. Raises KeptRunError."""
    _existing().rename(run_id, name)


def remove_kept(run_ids: Iterable[str]) -> None:
    """Removes runs for good. Raises KeptRunError."""
    _existing().purge(run_ids)


def hide_kept(run_ids: Iterable[str]) -> None:
    """Removes runs in a way that ``show_kept_again`` undoes; for good after an hour, or with ``purge_hidden``.

    Raises KeptRunError.
    """
    _existing().hide(run_ids)


def show_kept_again(run_ids: Iterable[str]) -> None:
    """Undoes ``hide_kept``. Raises KeptRunError."""
    _existing().show_again(run_ids)


def purge_hidden(run_ids: Iterable[str] | None = None) -> None:
    """Removes for good what is hidden, or what of these runs still is. Raises KeptRunError.

    One that another app has gone on with meanwhile is kept anew, and stays.
    """
    _existing().purge(run_ids, only_hidden=True)


def history_size() -> Size:
    """How many runs there are, and what their samples take. Raises KeptRunError."""
    store = _store()
    return Size(0, 0) if store is None else store.size()


def were_kept(folders: Iterable[Path]) -> set[Path]:
    """Which of these folders hold a run that the history has: their app died before it could remove them.

    None where the history can't be read: then nothing is known of them.
    """
    sources: dict[str, Path] = {}
    for folder in folders:
        try:
            sources[source_of(folder, read_run(folder)["started_at"])] = folder
        except UNREADABLE:
            continue
    store = _store() if sources else None
    if store is None:
        return set()
    try:
        return {sources[source] for source in store.has_source(sources)}
    except KeptRunError:
        return set()


def _store() -> RunStore | None:
    """The user's; None where there is no home."""
    state = state_folder()
    return None if state is None else RunStore(state / "history")


def _existing() -> RunStore:
    store = _store()
    if store is None:
        raise KeptRunError(NO_HOME)
    return store


def _unix_s(started_at: str | None) -> float:
    return datetime.now().timestamp() if started_at is None else datetime.fromisoformat(started_at).timestamp()
