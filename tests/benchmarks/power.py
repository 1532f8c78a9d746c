"""How small a difference is found, and after how many rounds? A mode against a copy that is slower by a known share.

Run by hand: python tests/benchmarks/power.py [--tries 8] [--slower 5 --slower 10] [--mode requests-session]

The copy is the mode's own code with a busy wait behind each request, long enough to add the share to the time that a
request of this mode takes here; how much it really added is measured in the same runs and printed as the ratio.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import statistics
import tempfile
from pathlib import Path

from tui_httpbench.analysis.comparison import LOOKS
from tui_httpbench.bench.runner import Runner
from tui_httpbench.clients import catalog
from tui_httpbench.plan import Plan

SLOWED = """
import importlib.util
import time
from contextlib import contextmanager

spec = importlib.util.spec_from_file_location("original_client", {source!r})
original = importlib.util.module_from_spec(spec)
spec.loader.exec_module(original)
settings, watch_responses = original.settings, original.watch_responses

@contextmanager
def slowed(job):
    with getattr(original, {function!r})(job) as send:
        def send_and_wait():
            answer = send()
            end = time.perf_counter_ns() + {wait_ns}
            while time.perf_counter_ns() < end:
                pass
            return answer
        yield send_and_wait
"""


@dataclasses.dataclass(frozen=True)
class SlowedLibrary(catalog.Library):
    """A library whose client module lies elsewhere."""

    path: Path = Path()

    @property
    def source_file(self) -> Path:
        """The module with the slowed mode."""
        return self.path


async def measure(modes: tuple[str, ...], requests: int, rounds: int | str, seed: int) -> Runner:
    runner = Runner(Plan(modes=modes, requests=requests, concurrency=1, rounds=rounds, budget_s=300, seed=seed))
    async for _ in runner.run():
        pass
    return runner


def register_slowed(mode_id: str, wait_ns: int, folder: Path) -> str:
    """Adds the slowed copy to the catalogue of this process and returns its id."""
    mode = catalog.MODES[mode_id]
    path = folder / f"slowed_{wait_ns}.py"
    source = str(mode.library.source_file)
    path.write_text(SLOWED.format(source=source, function=mode.function, wait_ns=wait_ns))
    library = SlowedLibrary(**{**vars(mode.library), "path": path})
    slowed_id = f"{mode_id}-slowed"
    catalog.MODES[slowed_id] = dataclasses.replace(mode, id=slowed_id, library=library, function="slowed")
    return slowed_id


async def main() -> None:
    parser = argparse.ArgumentParser(description="power of the ranking")
    parser.add_argument("--tries", type=int, default=8)
    parser.add_argument("--slower", type=float, action="append", help="per cent")
    parser.add_argument("--requests", type=int, default=500)
    parser.add_argument("--mode", default="requests-session", help="a sync mode")
    arguments = parser.parse_args()
    before = (await measure((arguments.mode,), arguments.requests, 5, 0)).result().modes[0]
    request_ns = statistics.median(before.elapsed_s) / arguments.requests * 1e9
    print(f"{arguments.mode}: {request_ns / 1000:.0f} µs a request; automatic runs of up to {max(LOOKS)} rounds")
    print(f"{'slower by':>10} {'found':>9} {'rounds (median)':>16} {'rounds (all)':>28} {'ratio (median)':>15}")
    with tempfile.TemporaryDirectory() as folder:
        for percent in arguments.slower or (5.0, 10.0):
            slowed_id = register_slowed(arguments.mode, int(request_ns * percent / 100), Path(folder))
            found, needed, ratios = 0, [], []
            for seed in range(arguments.tries):
                runner = await measure((arguments.mode, slowed_id), arguments.requests, "auto", seed)
                ranking = runner.result().ranking
                right = ranking[0].mode == arguments.mode and ranking[1].verdict == "faster"
                found += right
                needed.append(ranking[1].interval.rounds if ranking[1].interval else 0)
                ratios.append(
                    (ranking[1].ratio or 0) if ranking[0].mode == arguments.mode else 1 / (ranking[1].ratio or 1)
                )
            print(
                f"{percent:9.0f}% {f'{found} of {len(needed)}':>9} {statistics.median(needed):16.0f} "
                f"{' '.join(map(str, sorted(needed))):>28} {statistics.median(ratios):15.3f}",
                flush=True,
            )


if __name__ == "__main__":
    asyncio.run(main())
