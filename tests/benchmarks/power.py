"""How small a difference is found, and how soon? A mode against a copy that is slower by a known share.

Run by hand: python tests/benchmarks/power.py [--tries 10] [--slower 5 --slower 3] [--budget 20 --budget 60]

Each try is a whole automatic run of two modes, one request in flight, within so many seconds. The copy is the mode
itself with a busy wait behind each request, long enough to add the share to the time that a request of this mode takes
here; how much it really added is measured in the same runs and printed as the ratio.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import statistics
import tempfile
import time
from pathlib import Path

from tui_httpbench.bench.runner import Runner
from tui_httpbench.clients import catalog
from tui_httpbench.plan.plan import Plan

SLOWED = """
import importlib.util
import time
from contextlib import contextmanager

spec = importlib.util.spec_from_file_location("original_client", {source!r})
original = importlib.util.module_from_spec(spec)
spec.loader.exec_module(original)
new, describe, watch_responses = original.new, original.describe, original.watch_responses

@contextmanager
def slowed(request, new):
    with original.{function}(request, new) as send:
        def send_and_wait():
            answer = send()
            end = time.perf_counter_ns() + {wait_ns}
            while time.perf_counter_ns() < end:
                pass
            return answer
        yield send_and_wait
"""


async def measure(modes: tuple[str, ...], budget_s: float, seed: int) -> tuple[Runner, float]:
    """The runner of a whole run, and the seconds that it took."""
    begin = time.monotonic()
    runner = Runner(Plan(modes=modes, concurrency=1, budget_s=budget_s, seed=seed))
    async for _ in runner.run():
        pass
    return runner, time.monotonic() - begin


def register_slowed(mode_id: str, wait_ns: int, folder: Path) -> str:
    """Adds the slowed copy to the catalogue of this process and returns its id."""
    mode = catalog.MODES[mode_id]
    path = folder / f"slowed_{wait_ns}.py"
    source = str(mode.library.source_file)
    path.write_text(SLOWED.format(source=source, function=mode.function, wait_ns=wait_ns))
    library = dataclasses.replace(mode.library, source_file=path)
    slowed_id = f"{mode_id}-slowed"
    catalog.MODES[slowed_id] = dataclasses.replace(mode, id=slowed_id, library=library, function="slowed")
    return slowed_id


async def main() -> None:
    parser = argparse.ArgumentParser(description="power of the ranking")
    parser.add_argument("--tries", type=int, default=10)
    parser.add_argument("--slower", type=float, action="append", help="per cent")
    parser.add_argument("--budget", type=float, action="append", help="seconds, one for each share")
    parser.add_argument("--mode", default="requests-session", help="a sync mode")
    arguments = parser.parse_args()
    before = (await measure((arguments.mode,), 8.0, 0))[0].result().modes[0]
    request_ns = sum(before.elapsed_s) / before.requests * 1e9
    print(f"{arguments.mode}: {request_ns / 1000:.0f} µs a request")
    print(f"{'slower by':>10} {'within':>7} {'found':>9} {'wrong':>6} {'seconds (median, most)':>23} {'ratio':>6}")
    shares, budgets = arguments.slower or [5.0, 3.0], arguments.budget or [20.0, 60.0]
    with tempfile.TemporaryDirectory() as folder:
        for percent, budget_s in zip(shares, budgets, strict=True):
            slowed_id = register_slowed(arguments.mode, int(request_ns * percent / 100), Path(folder))
            found = wrong = 0
            took_s, ratios = [], []
            for seed in range(arguments.tries):
                runner, seconds = await measure((arguments.mode, slowed_id), budget_s, seed)
                ranking = runner.result().ranking
                is_right = ranking[0].mode == arguments.mode
                # A difference may be real and yet within the share that counts as the same.
                interval = ranking[1].interval
                is_decided = interval is not None and interval.low > 1
                found += is_decided and is_right
                wrong += is_decided and not is_right
                took_s.append(seconds)
                ratios.append((ranking[1].ratio or 1.0) if is_right else 1 / (ranking[1].ratio or 1.0))
            print(
                f"{percent:9.0f}% {budget_s:5.0f} s {f'{found} of {arguments.tries}':>9} {wrong:6} "
                f"{f'{statistics.median(took_s):.0f}, {max(took_s):.0f}':>23} {statistics.median(ratios):6.3f}",
                flush=True,
            )


if __name__ == "__main__":
    asyncio.run(main())
