"""The screen of a run on many hosts that was made: what holds everywhere, each pair by host, and what to mind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message
from textual.widgets import Header, Static, TabbedContent, TabPane

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.hosts import HostResult, HostsResult
from tui_httpbench.analysis.hosts_pairs import PairOverHosts
from tui_httpbench.analysis.hosts_table import (
    LEFT_OUT,
    first_place,
    is_sure,
    most_telling_pair,
    notes_of,
    only_rate,
    pair_columns,
)
from tui_httpbench.analysis.hosts_words import sentences_of
from tui_httpbench.analysis.result import Result
from tui_httpbench.files.threads import in_thread
from tui_httpbench.report.formats import Export
from tui_httpbench.report.hosts_facts import how_in_words, how_it_ended, target_of_hosts
from tui_httpbench.report.hosts_markdown import to_text as to_markdown
from tui_httpbench.text.formatting import UNKNOWN
from tui_httpbench.text.quoting import printable
from tui_httpbench.tui.copying import told_of_copy
from tui_httpbench.tui.parts.fitted_title import FittedTitle
from tui_httpbench.tui.parts.panel import SEPARATOR, Page, Panel
from tui_httpbench.tui.parts.save import SaveScreen
from tui_httpbench.tui.saving import file_stem, save_result_aside
from tui_httpbench.tui.screens.hosts.host_list import HostList, HostsPanel
from tui_httpbench.tui.screens.hosts.pairs_table import PairsTable
from tui_httpbench.tui.textual_fixes.one_size import OneSizeScreen
from tui_httpbench.tui.textual_fixes.steady_footer import SteadyFooter
from tui_httpbench.tui.tooltips import HISTORY_TOOLTIP, SCREENSHOT_TOOLTIP

FINDINGS_AFTER_S = 0.3
WORKING_IT_OUT = "Working out what the hosts say together …"
LOOKING = "Looking for what is to be minded …"
NOTHING_TO_MIND = "Nothing is to be minded."


class WarningsOfHosts(Page, Panel):
    """What is doubted, or differs, with the hosts where it does."""


class HostsResultsScreen(FittedTitle, OneSizeScreen[None]):
    """Shows what many hosts found; posts ChangePlan, Left, HostOpened, Closed or Saved.

    ``is_kept`` tells that it comes from the history, to which ``escape`` goes back.
    """

    CSS_PATH = "hosts.tcss"
    TITLE = "httpbench"
    AUTO_FOCUS = "PairsTable"
    HELP = """
The same run was made on several hosts. The sentences on top say what holds on all of them; all that is called sure
there holds together in 95 of 100 runs.

- **up** and **down** choose a pair of modes, which is drawn by host: the dot is the ratio there, the line its interval,
  the upright line a ratio of 1. Green is surely faster, red surely slower.
- **◆** is the mean over machines with its own 95 % interval; where a further machine is to be expected stands below it.
  Hosts that are one machine count as one.
- **tab** goes to the hosts, **enter** opens the one under the cursor: its ranking, latency, why and replay. **left**
  and **right** choose the pair from there. **?** behind a first place says that it is not sure.
- **n** opens the warnings: hosts that stand out, are left out, or have other versions. **c** copies the result as
  Markdown, **s** saves it: JSON, Markdown, CSV, JSON Lines or HTML.
"""
    # Beside the drawing, pairs need the room of their order on the hosts, and the drawing that of its columns.
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [  # type: ignore[misc]
        (0, "-tiny"),
        (70, "-narrow"),
        (116, "-medium"),
        (190, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "change_plan", "Edit", id="hosts.change", tooltip="Edit the plan: to the form"),
        Binding("c", "copy", "Copy", show=False, id="hosts.copy", tooltip="Copy the result as Markdown"),
        Binding("s", "save", "Save", id="hosts.save", tooltip="Save the result: JSON, Markdown, CSV or HTML"),
        Binding("o", "show('hosts')", "Hosts", show=False, id="hosts.hosts-tab", tooltip="The hosts"),
        Binding("n", "show('warnings')", "Warnings", show=False, id="hosts.warnings-tab", tooltip="The warnings"),
        Binding(
            "ctrl+s", "app.save_screenshot", "Picture", show=False, id="hosts.screenshot", tooltip=SCREENSHOT_TOOLTIP
        ),
        Binding("h,f4", "app.show_history", "History", show=False, id="hosts.history", tooltip=HISTORY_TOOLTIP),
        Binding("escape", "leave", "Back", id="hosts.leave", tooltip="Back: to where the run was opened"),
    ]

    class _Told(Message):
        """A message on the result that is shown."""

        def __init__(self, result: HostsResult) -> None:
            super().__init__()
            self.result = result

    class ChangePlan(_Told):
        """The form is wanted, filled in with the plan."""

    class Left(_Told):
        """The user goes back to where the run was started."""

    class Closed(Message):
        """The history is wanted back, from which the run came."""

    class Saved(_Told):
        """The result is in a file of its user's."""

    class HostOpened(Message):
        """The run on a host is to be shown; ``place`` says which host that is."""

        def __init__(self, result: Result, place: str) -> None:
            super().__init__()
            self.result = result
            self.place = place

    def __init__(self, result: HostsResult, *, is_kept: bool = False) -> None:
        super().__init__()
        self.result = result
        self.is_kept = is_kept
        self._pairs: tuple[PairOverHosts, ...] = ()
        self._told = printable(f"{target_of_hosts(result)}{SEPARATOR}{how_in_words(result).replace('; ', SEPARATOR)}")
        self.show_name(result.name)

    def show_name(self, name: str) -> None:
        """Takes on the name that it has in the history."""
        if name != self.result.name:
            self.result = replace(self.result, whole=replace(self.result.whole, name=name))
        stopped = "stopped early" if self.result.stopped else ""
        self.entitle(", ".join(filter(None, (printable(name), stopped))) or "httpbench", self._told)

    def compose(self) -> ComposeResult:
        """The sentences over the pairs and the hosts, and a tab with the warnings."""
        yield Header()
        with TabbedContent(id="tabs"):
            with TabPane("H[u]o[/]sts", id="hosts"):
                with Page(id="hosts-found-page"):
                    yield Static(WORKING_IT_OUT, id="hosts-found", markup=False)
                with Container(id="hosts-body"):
                    yield PairsTable()
                    yield HostsPanel(self.result)
                yield Static(id="host-about", markup=False)
            with TabPane("War[u]n[/]ings", id="warnings"), WarningsOfHosts(id="hosts-warnings"):
                yield Static(LOOKING, id="hosts-looking", markup=False)
        yield SteadyFooter()

    async def on_mount(self) -> None:
        """Draws the pairs and says what was found; what is to be minded takes longer, and comes after."""
        told = await in_thread(_work_out, self.result)
        self._pairs, chosen = told.pairs, told.chosen
        found = self.query_one("#hosts-found", Static)
        found.update("\n".join(map(printable, filter(None, (told.ended, *told.sentences)))))
        self.query_one(PairsTable).show(pair_columns(self.result), self._pairs, chosen)
        self._draw(chosen)
        if not self._pairs:
            self.set_focus(self.query_one(HostList))
        # What is drawn comes first: all findings of all hosts take as long as all else together.
        self.set_timer(FINDINGS_AFTER_S, lambda: self.run_worker(self._find(), name="hosts-findings"))

    async def _find(self) -> None:
        """Fills the warnings."""
        findings: tuple[Finding, ...] = await in_thread(lambda: self.result.findings)
        if not self.is_attached:
            return
        texts = [finding.text for finding in findings]
        page = self.query_one("#hosts-warnings", WarningsOfHosts)
        await page.remove_children()
        await page.mount(*(Static(f"! {printable(text)}", markup=False) for text in texts or (NOTHING_TO_MIND,)))
        if texts:
            self.query_one("#tabs", TabbedContent).get_tab("warnings").label = f"War[u]n[/]ings {len(texts)}"

    def _draw(self, number: int) -> None:
        pair = self._pairs[number] if number < len(self._pairs) else None
        self.query_one(HostsPanel).show(pair)
        self._tell_of_host()

    @on(PairsTable.RowHighlighted)
    def _choose_pair(self, event: PairsTable.RowHighlighted) -> None:
        if event.cursor_row < len(self._pairs):
            self._draw(event.cursor_row)

    @on(PairsTable.RowSelected)
    def _go_to_hosts(self) -> None:
        self.set_focus(self.query_one(HostList))

    def on_host_list_other_pair(self, event: HostList.OtherPair) -> None:
        """Draws the pair before or behind."""
        table = self.query_one(PairsTable)
        if self._pairs:
            table.move_cursor(row=min(max(table.cursor_row + event.step, 0), len(self._pairs) - 1))

    def on_host_list_highlighted(self) -> None:
        """Tells of the host under the cursor."""
        self._tell_of_host()

    def _tell_of_host(self) -> None:
        host = self.query_one(HostList).host
        if host is not None:
            self.query_one("#host-about", Static).update(_in_words(self.result, host))

    def on_host_list_chosen(self) -> None:
        """Has the run on the host shown."""
        host = self.query_one(HostList).host
        if host is None:
            return
        if host.is_measured and host.result is not None:
            self.post_message(self.HostOpened(host.result, f"on {host.name}"))
        else:
            why = printable(host.why_left_out)
            self.notify(f"{printable(host.name)}: {why}", severity="warning", markup=False)

    def action_show(self, tab: str) -> None:
        """Opens a tab."""
        self.set_focus(None)
        self.query_one("#tabs", TabbedContent).active = tab
        if tab == "hosts":
            self.set_focus(self.query_one(PairsTable) if self._pairs else self.query_one(HostList))

    def action_copy(self) -> None:
        """Puts the result on the clipboard, and says so."""
        self.run_worker(self._copy(), name="hosts-copy")

    async def _copy(self) -> None:
        self.app.copy_to_clipboard(await in_thread(to_markdown, self.result))
        self.notify(told_of_copy("the result, as Markdown"), markup=False)

    def action_save(self) -> None:
        """Asks for a file's name or path, and writes the result in the form of its suffix."""
        self.app.push_screen(SaveScreen("the result", file_stem(self.result.run_id)), self._save_as)

    async def _save_as(self, export: Export | None) -> None:
        if export is not None and await save_result_aside(self.app, self.result, export):
            self.post_message(self.Saved(self.result))

    def action_change_plan(self) -> None:
        """Opens the form."""
        self.post_message(self.ChangePlan(self.result))

    def action_leave(self) -> None:
        """Goes back to where one came from."""
        self.post_message(self.Closed() if self.is_kept else self.Left(self.result))


@dataclass(frozen=True)
class _Found:
    """What takes time to work out; ``chosen`` is the number of the pair that is drawn first."""

    ended: str
    sentences: tuple[str, ...]
    pairs: tuple[PairOverHosts, ...]
    chosen: int


def _work_out(result: HostsResult) -> _Found:
    pairs = result.pairs.all
    telling = most_telling_pair(result)
    chosen = next((number for number, pair in enumerate(pairs) if pair is telling), 0)
    return _Found(how_it_ended(result), sentences_of(result), pairs, chosen)


def _in_words(result: HostsResult, host: HostResult) -> str:
    """A host in a line or two: who is first there, and what is to be minded of it."""
    first = first_place(result, host)
    sure = {"surely": ", surely", "unsure": ", not surely"}.get(is_sure(result, host), "")
    place = "" if first in (UNKNOWN, LEFT_OUT) else f"first {first}{sure}."
    rate = f"{told}." if (told := only_rate(result, host)) else ""
    machine = host.run.measured.machine.cpu if host.run.measured is not None else ""
    known = ", ".join(filter(None, (machine, host.run.host.python)))
    who = f"{host.name}{f' ({known})' if known else ''}:"
    return printable(" ".join(filter(None, (who, place, rate, notes_of(host)))))
