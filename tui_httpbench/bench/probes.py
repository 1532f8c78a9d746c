"""A request of every mode before the rounds: does each do the same work, and with which settings?"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tui_httpbench.analysis.all_failed import find_common_failure
from tui_httpbench.analysis.answers import WAITED_IN_VAIN, odd_modes
from tui_httpbench.analysis.elsewhere import Way, reached_on, ways_of, ways_seen
from tui_httpbench.bench.foreign_requests import without_foreign_heads
from tui_httpbench.bench.look import look_at_redirects
from tui_httpbench.bench.probe_process import hear, start_process
from tui_httpbench.bench.probe_turns import ProbeTurns, SparedError
from tui_httpbench.bench.run_code import CODE_AS_IT_IS, RunCode
from tui_httpbench.bench.trust import Trust
from tui_httpbench.bench.worker_job import encode_job, hiding_for, left_out_trust, make_job
from tui_httpbench.bench.worker_story import EXIT_LIMIT_S, TAIL_BYTES, death_in_words, last_line_of
from tui_httpbench.clients.entrants import lane_of
from tui_httpbench.files.side_line import SideLine
from tui_httpbench.files.threads import in_plain_words
from tui_httpbench.measured.probe import REDIRECTS, Probe, ProbeResponse, Runtime
from tui_httpbench.measured.request_heads import hidden_names
from tui_httpbench.plan.plan import Plan
from tui_httpbench.target_server.launcher import EmbeddedTarget, TargetEndedError, TargetError
from tui_httpbench.text.hiding import Hiding, drop_secrets
from tui_httpbench.worker.job import Job

START_LIMIT_S = 60.0
ASKED_AGAIN = 2
"""How often a mode is asked again whose answer differs: it may have drawn one of two variants by lot."""


async def probe_modes(
    plan: Plan,
    url: str,
    target: EmbeddedTarget | None,
    trust: Trust,
    hiding: Hiding | None = None,
    code: RunCode = CODE_AS_IT_IS,
) -> tuple[Probe, ...]:
    """Probes each lane of the plan, however many copies it has; the probes start together and send in turn.

    What comes from elsewhere than the embedded target may change by itself: there, the first mode is asked once more
    after all others, and then, up to twice, every mode whose answer differs from that of most. Where a mode does not
    tell where its request went, one more request of no client looks where redirects lead. ``hiding`` is as for
    ``make_job``. Raises TargetError, TargetEndedError among them where a process of the embedded target has died.
    """
    # A mode that is measured twice sends the same request twice.
    mode_ids = tuple(dict.fromkeys(map(lane_of, plan.modes)))
    prober = _Prober(plan, url, target, trust, hiding, code)
    if target is not None:
        await target.watch()
        try:
            return await _while_it_lives(target, prober.ask(mode_ids))
        finally:
            if target.is_running:
                await target.unwatch()
    if len(mode_ids) == 1:
        return await prober.look_for(await prober.ask(mode_ids))
    *first_answers, last_answer = await prober.ask((*mode_ids, mode_ids[0]), in_order=True)
    probes = _with_answers(tuple(first_answers), (last_answer,))
    for _ in range(ASKED_AGAIN):
        if find_common_failure(plan, probes) is None and (odd := odd_modes(probes)):
            probes = _with_answers(probes, await prober.ask(odd))
    return await prober.look_for(probes)


async def _while_it_lives(target: EmbeddedTarget, asking: Coroutine[Any, Any, tuple[Probe, ...]]) -> tuple[Probe, ...]:
    """The probes. Raises TargetEndedError where the target, or its relay, ends meanwhile: no mode failed then."""
    probing, leaving = asyncio.create_task(asking), asyncio.create_task(target.wait())
    try:
        await asyncio.wait({probing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not leaving.done():
            probes = await probing
            if any(probe.error for probe in probes):
                await target.counts()  # that it has ended may not be known yet
            return probes
    finally:
        leaving.cancel()
        probing.cancel()
        await asyncio.gather(probing, return_exceptions=True)
    raise TargetEndedError(f"{target.end_in_words}.")


def _with_answers(probes: tuple[Probe, ...], later: tuple[Probe, ...]) -> tuple[Probe, ...]:
    """The probes with what the same modes answered later; what could not be sent is no answer."""
    answers = {probe.mode: probe for probe in later if probe.was_sent}
    return tuple(
        replace(
            probe,
            again=(*probe.again, answers[probe.mode].response),
            reached=tuple(dict.fromkeys((*probe.reached, *answers[probe.mode].reached))),
        )
        if probe.mode in answers
        else probe
        for probe in probes
    )


class _Prober:
    """Sends the requests, one at a time, each from a process of its own."""

    def __init__(
        self,
        plan: Plan,
        url: str,
        target: EmbeddedTarget | None,
        trust: Trust,
        hiding: Hiding | None,
        code: RunCode,
    ) -> None:
        self._hiding = hiding or hiding_for(plan, url)
        self._plan = plan
        self._code = code
        self._url = url
        self._target = target
        self._trust = trust
        self._credentials = hidden_names(plan.wire_headers, self._hiding)
        self._untold: set[str] = set()

    async def look_for(self, probes: tuple[Probe, ...]) -> tuple[Probe, ...]:
        """The probes, told of other servers where redirects lead those modes that did not tell themselves."""
        if not self._untold:
            return probes
        named = await look_at_redirects(self._plan, self._url, self._trust, self._hiding)
        found = reached_on(self._plan, [(url, ()) for url in named], is_told=False)
        return tuple(
            replace(probe, reached=(*probe.reached, *found)) if probe.mode in self._untold else probe
            for probe in probes
        )

    async def ask(self, mode_ids: Sequence[str], *, in_order: bool = False) -> tuple[Probe, ...]:
        """A probe of each mode; with ``in_order`` the first is sent before all others, and the last after them.

        Raises TargetError, OSError where the system refuses a process.
        """
        turns = ProbeTurns(len(mode_ids), in_order=in_order)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._ask(mode_id, turns, place)) for place, mode_id in enumerate(mode_ids)]
        except ExceptionGroup as errors:
            # What ends the run is told of once, however many probes were under way.
            for kind in (TargetError, OSError):
                if (faults := errors.subgroup(kind)) is not None:
                    raise _first_of(faults) from None
            raise
        return tuple(task.result() for task in tasks)

    async def _ask(self, mode_id: str, turns: ProbeTurns, place: int) -> Probe:
        plan, trust = self._plan, self._trust
        async with turns.place(place):
            line = await start_process(plan, trust, self._code, mode_id)
            tail = asyncio.create_task(_tail(line.process))
            try:
                job = make_job(
                    plan,
                    self._url,
                    mode_id,
                    Path(os.devnull),
                    trust,
                    task="probe",
                    hiding=self._hiding,
                    code=self._code,
                )
                environment = self._code.environment_of(mode_id)
                told = Probe(mode_id, environment=environment, left_out=left_out_trust(plan))
                probe, ways = await _converse(line, plan, job, told, self._target, turns.turn(place))
                probe = replace(probe, reached=reached_on(plan, ways, self._credentials))
                if _may_have_gone_on(probe, ways):
                    self._untold.add(mode_id)
                if self._target is None and probe.error is not None and probe.error[0] in WAITED_IN_VAIN:
                    turns.is_silent = True
                return probe
            except SparedError:
                return Probe(mode_id)
            except _FellError as fell:
                self._untold.add(mode_id)
                why = await _why_it_fell(line, tail, self._hiding)
                return replace(fell.told, error=("other", f"The probe of {mode_id} {why}"), stage="process")
            except TimeoutError:
                self._untold.add(mode_id)
                turns.is_silent = self._target is None
                return Probe(mode_id, error=("hung", f"{mode_id} did not answer its probe and was ended."))
            finally:
                line.kill()
                await line.ended()
                tail.cancel()
                line.close()


def _may_have_gone_on(probe: Probe, ways: list[Way]) -> bool:
    """Whether redirects could have led its request to a machine that nothing tells of."""
    if not probe.was_sent or any(each.is_other_machine for each in probe.reached):
        return False
    if probe.error is not None and probe.error[0] == "timeout" and ways:
        return False  # it waited for an answer there
    if probe.response is None:
        return True
    return not ways and probe.response.status not in REDIRECTS


def _first_of(faults: ExceptionGroup[Exception]) -> Exception:
    first = faults.exceptions[0]
    return _first_of(first) if isinstance(first, ExceptionGroup) else first


class _FellError(Exception):
    """The process is gone before it has told all."""

    def __init__(self, told: Probe) -> None:
        super().__init__(told.mode)
        self.told = told


async def _converse(
    line: SideLine,
    plan: Plan,
    job: Job,
    told: Probe,
    target: EmbeddedTarget | None,
    turn: contextlib.AbstractAsyncContextManager[None],
) -> tuple[Probe, list[Way]]:
    """The probe, and where its request went as far as that is known, by URLs in which nothing is hidden yet."""
    stdin = line.process.stdin
    assert stdin is not None
    with contextlib.suppress(ConnectionError):
        stdin.write(encode_job(job))
        await stdin.drain()
    message = await hear(line, START_LIMIT_S)
    if message.get("event") == "versions":
        told = replace(told, packages=message["packages"])
        message = await hear(line, START_LIMIT_S)
    if message.get("event") == "libraries":
        runtime = Runtime(**{**message["runtime"], "with_c": tuple(message["runtime"]["with_c"])})
        told = replace(told, strange=message["strange"], without_c=tuple(message["without_c"]), runtime=runtime)
        message = await hear(line, START_LIMIT_S)
    if message.get("event") != "ready":
        return _failed(told, message), []
    if told.runtime is not None:
        told = replace(told, runtime=replace(told.runtime, loop=message["loop"]))
    async with turn:
        if target is not None:
            await target.heads()
        with contextlib.suppress(ConnectionError):
            stdin.write(b'{"do": "send"}\n')
            await stdin.drain()
        message = await hear(line, 2 * plan.timeout_s + 5.0)
        heads = await target.heads() if target is not None else None
    if message.get("event") != "finished":
        return _failed(told, message), []
    response, error = message["response"], message["error"]
    answer = None if response is None else ProbeResponse.from_worker(response)
    probe = replace(
        told,
        settings=message["settings"],
        made=message["made"],
        beside=message["beside"],
        response=answer,
        error=None if error is None else (error[0], in_plain_words(error[1])),
        led_to=drop_secrets(message["led_to"]),
        heads=heads,
        cookies=tuple(message["cookies"]),
    )
    ways = ways_of(plan, answer) if answer and answer.url else ways_seen(plan, message["sent"], message["led_to"])
    return without_foreign_heads(plan, probe), ways


async def _tail(process: asyncio.subprocess.Process) -> bytes:
    """The end of what the process writes to its standard error, once nobody can write there any more."""
    assert process.stderr is not None
    tail = b""
    while chunk := await process.stderr.read(TAIL_BYTES):
        tail = (tail + chunk)[-TAIL_BYTES:]
    return tail


async def _why_it_fell(line: SideLine, tail: asyncio.Task[bytes], hiding: Hiding) -> str:
    """The end of a sentence on a process that has told its last without having told all."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(EXIT_LIMIT_S):
            await line.ended()
    if line.process.returncode is None:
        return "closed its line to this program, so it was ended."
    line.kill()
    await asyncio.wait({tail}, timeout=EXIT_LIMIT_S)
    written = tail.result() if tail.done() else b""
    return death_in_words(line.process.returncode, last_line_of(written, hiding))


def _failed(told: Probe, message: dict[str, Any]) -> Probe:
    """``told`` with what went wrong by the worker's last message. Raises _FellError where that is empty."""
    if message.get("event") == "failed":
        return replace(told, error=(message["kind"], in_plain_words(message["text"])), stage=message["stage"])
    raise _FellError(told)
