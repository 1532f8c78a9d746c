"""Starts a worker by this file's path, under any Python from 3.9 on, without this project installed there."""

import importlib
import importlib.util
import os
import sys

# Plain ``python path/to/this/file`` puts this folder in front of the path, where its modules could hide others. At the
# end it stays, since the path of a script has its folder, too, and each entry costs time: without sniffio, httpcore
# fails to import it for every request of an async client.
FOLDER = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
sys.path[:] = [*(entry for entry in sys.path if os.path.abspath(entry) != FOLDER), FOLDER]  # noqa: PTH100

spec = importlib.util.spec_from_file_location(
    "httpbench_worker",
    os.path.join(FOLDER, "__init__.py"),  # noqa: PTH118
    submodule_search_locations=[FOLDER],
)
if spec is None or spec.loader is None:
    raise SystemExit(f"{FOLDER} holds no worker")
package = importlib.util.module_from_spec(spec)
sys.modules["httpbench_worker"] = package
spec.loader.exec_module(package)
importlib.import_module("httpbench_worker.main").main()
