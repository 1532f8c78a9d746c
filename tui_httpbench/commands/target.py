"""``httpbench-tui target``: serves the embedded target until it is stopped."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tui_httpbench.commands.until_stopped import stopped_by_signals
from tui_httpbench.plan.scenario import LOOPBACK, Scenario
from tui_httpbench.target_server.answers import PATHS
from tui_httpbench.target_server.launcher import EmbeddedTarget, TargetError
from tui_httpbench.target_server.serving_folder import serving_folder
from tui_httpbench.text.formatting import complaint, reason_of


def serve(port: int | None, scenario: Scenario = LOOPBACK) -> int:
    """Serves at this port, or at a free one, until Ctrl-C, SIGTERM or SIGHUP; prints the URL on stdout.

    With TLS, the certificate to trust is in a file for as long, which stderr names. Returns 2, with a sentence on
    stderr, when the port can't be used, and 1 when the target ends by itself.
    """
    try:
        with serving_folder() as folder:
            return asyncio.run(
                _serve(EmbeddedTarget(scenario=scenario, port=port or 0, folder=folder), scenario, folder)
            )
    except KeyboardInterrupt:
        return 0  # Ctrl-C before the signal was taken over.
    except TargetError as error:
        print(complaint(str(error)), file=sys.stderr)
        return 2


async def _serve(target: EmbeddedTarget, scenario: Scenario, folder: Path) -> int:
    with stopped_by_signals() as stop:
        async with target:
            _announce(target.url, scenario, _write_certificate(target.ca_pem, folder))
            waiting = [asyncio.create_task(waiter()) for waiter in (stop.wait, target.wait)]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in waiting:
                task.cancel()
            for line in target.complaints:
                print(complaint(line), file=sys.stderr)
            if not stop.is_set():
                print(complaint("The embedded target has ended by itself."), file=sys.stderr)
                return 1
    return 0


def _announce(url: str, scenario: Scenario, certificate: Path | None) -> None:
    print(url, flush=True)
    if sys.stderr.isatty():
        print(f"{scenario.in_words}; these paths:", file=sys.stderr)
        width = max(map(len, PATHS))
        for path, meaning in PATHS.items():
            print(f"  {path:<{width}}  {meaning}", file=sys.stderr)
        print("Ctrl-C stops it.", file=sys.stderr)
    if certificate is not None:
        print(
            f"Its certificate is signed by an authority of this run: curl --cacert {certificate} {url}", file=sys.stderr
        )
    sys.stderr.flush()


def _write_certificate(pem: bytes | None, folder: Path) -> Path | None:
    """The file with the authority's certificate, which is no secret; None without one. Raises TargetError."""
    if pem is None:
        return None
    path = folder / "ca.pem"
    try:
        path.write_bytes(pem)
    except OSError as error:
        raise TargetError(f"The target's certificate can't be written: {reason_of(error)}.") from None
    return path
