"""Does the gate find a change that makes a library slower, and leave one alone that does not?

Run by hand: python tests/benchmarks/gate.py [--tries 10] [--same 20] [--slower 5] [--gate 1] [--budget 25]

Two wheels of the installed httpx are built: as it is, and with a busy wait in ``Client.send``, long enough to add the
share to the time that a request takes here. Each try is the command that ``docs/ci.md`` has; its exit status is 3 where
the gate has found a lane surely slower. How much slower the slowed wheel really is comes from the same runs, as their
median ratio.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import importlib.metadata
import json
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

MODE = "httpx-client"
BEGIN_OF_SEND = "        if self._state == ClientState.CLOSED:\n"
WAIT = """        import time
        end = time.perf_counter_ns() + {wait_ns}
        while time.perf_counter_ns() < end:
            pass
"""
FAILED_GATE = 3


def wheel_of_httpx(folder: Path, wait_ns: int) -> Path:
    """A wheel of the installed httpx whose sync client waits for so long with each request."""
    distribution = importlib.metadata.distribution("httpx")
    files = {
        str(file): Path(file.locate()).read_bytes()
        for file in distribution.files or ()
        if file.suffix == ".py" or file.name in ("METADATA", "WHEEL", "py.typed")
        if not str(file).startswith("..")
    }
    if wait_ns:
        code = files["httpx/_client.py"].decode()
        before, found, after = code.partition(BEGIN_OF_SEND)
        assert found, "this version of httpx begins to send otherwise"
        files["httpx/_client.py"] = (before + WAIT.format(wait_ns=wait_ns) + found + after).encode()
    info = f"httpx-{distribution.version}.dist-info"
    hashes = {name: base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode() for name, data in files.items()}
    record = "".join(f"{name},sha256={hashes[name].rstrip('=')},{len(data)}\n" for name, data in files.items())
    folder.mkdir()
    path = folder / f"httpx-{distribution.version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, data in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n".encode()}.items():
            wheel.writestr(name, data)
    return path


def run(base: Path, changed: Path, gate: float, budget_s: float, result: Path) -> tuple[int, float, dict[str, float]]:
    """The exit status, the seconds that it took, and requests a second by lane."""
    command = [sys.executable, "-m", "tui_httpbench", "run", "-m", MODE, "-c", "1", "--budget", str(budget_s)]
    command += ["--variant", f"base={base}", "--variant", f"pr={changed}", "--fail-if-slower", str(gate)]
    begin = time.monotonic()
    ended = subprocess.run([*command, "--json", str(result)], capture_output=True, text=True, check=False)
    took_s = time.monotonic() - begin
    if ended.returncode not in (0, FAILED_GATE):
        sys.exit(ended.stderr or ended.stdout)
    modes = json.loads(result.read_text())["modes"]
    return ended.returncode, took_s, {mode["id"]: mode["requests_per_second"] for mode in modes}


def main() -> None:
    """Prints how often the gate failed a slowed and an unchanged httpx."""
    parser = argparse.ArgumentParser(description="what the gate finds")
    parser.add_argument("--tries", type=int, default=10, help="with the slowed wheel")
    parser.add_argument("--same", type=int, default=20, help="with two wheels that are alike")
    parser.add_argument("--slower", type=float, default=5.0, help="per cent")
    parser.add_argument("--gate", type=float, default=1.0, help="per cent")
    parser.add_argument("--budget", type=float, default=25.0, help="seconds of a run")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        result = folder / "result.json"
        base = wheel_of_httpx(folder / "base", 0)
        same = wheel_of_httpx(folder / "same", 0)
        _, _, rates = run(base, same, arguments.gate, 5.0, result)
        wait_ns = round(arguments.slower / 100 * 1e9 / statistics.mean(rates.values()))
        slowed = wheel_of_httpx(folder / "slowed", wait_ns)
        print(
            f"{MODE}: {1e6 / statistics.mean(rates.values()):.0f} µs a request; the slowed one waits {wait_ns} ns more"
        )
        for kind, changed, tries in (("slowed", slowed, arguments.tries), ("unchanged", same, arguments.same)):
            failed, seconds, ratios = 0, [], []
            for _ in range(tries):
                status, took_s, rates = run(base, changed, arguments.gate, arguments.budget, result)
                failed += status == FAILED_GATE
                seconds.append(took_s)
                ratios.append(rates[f"{MODE}@base"] / rates[f"{MODE}@pr"])
                print(f"  {kind}: status {status}, {took_s:.1f} s, {ratios[-1]:.3f} times the time", flush=True)
            if tries:
                print(
                    f"{kind}: failed in {failed} of {tries}; {statistics.median(ratios):.3f} times the time; "
                    f"{statistics.median(seconds):.0f} s (at most {max(seconds):.0f})"
                )


if __name__ == "__main__":
    main()
