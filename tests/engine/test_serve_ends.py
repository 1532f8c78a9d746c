"""However ``serve`` ends, its apps end with it, and what they have measured is offered for recovery."""

from __future__ import annotations

import os
import signal
import sys

import pytest

if sys.platform != "linux":
    pytest.skip("needs /proc", allow_module_level=True)

from support.killing import AppUnderTest, count_rows, wait_until
from support.screens import closed_port
from support.serving import drawn, page_of

from tui_httpbench.bench.recovery import find_interrupted_runs
from tui_httpbench.bench.run_folder import runs_folder

LIMIT_S = 30.0
# Two are promised. A busy machine may take some more; who waits for the page to close its connection takes over twenty.
ENDS_WITHIN_S = 12.0
APP = "-m tui_httpbench -m".replace(" ", "\0")
RUN = ("-m", "http.client", "-n", "50000", "-c", "1", "-r", "1", "--start")


@pytest.mark.parametrize("how", ["SIGKILL", pytest.param("page", marks=pytest.mark.slow)])
async def test_the_app_ends_in_order(how: str) -> None:
    await end(how)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["SIGTERM", "SIGHUP", "SIGINT", "app"])
async def test_other_ways_end_it_as_well(how: str) -> None:
    await end(how)


async def end(how: str) -> None:
    serving = AppUnderTest("serve", "--port", str(closed_port()), *RUN)
    try:
        assert wait_until(lambda: b"\n" in serving.output, LIMIT_S) < LIMIT_S
        async with page_of(serving.output.split()[0].decode()) as page:
            connection = await page.connect()
            await drawn(connection, b"http.client")
            folder = runs_folder()
            assert folder is not None
            assert wait_until(lambda: count_rows(folder) > 50, LIMIT_S) < LIMIT_S
            assert len(serving.pids(APP)) == 1
            if how in ("page", "app"):
                if how == "page":
                    await connection.close()
                else:
                    os.kill(serving.pids(APP)[0], signal.SIGTERM)
                assert wait_until(lambda: not serving.pids(APP), LIMIT_S) < LIMIT_S
                assert serving.process.poll() is None
                serving.process.terminate()
            else:
                serving.process.send_signal(signal.Signals[how])
            took_s = wait_until(lambda: not serving.pids(), ENDS_WITHIN_S)
            print(f"ended after {took_s:.2f} s")
            assert took_s < ENDS_WITHIN_S, serving.pids()
        assert serving.process.wait() == (-signal.SIGKILL if how == "SIGKILL" else 0)
        assert b"Traceback" not in serving.drain()
    finally:
        serving.end()
    (run,) = find_interrupted_runs()
    assert run.requests == count_rows(folder) > 50
