"""What a script pays before it can make a client: run by its path as a process of its own, and nothing but that.

``python start.py FOLDER COLD MODULE…`` imports the modules in this order, as the first lines of a script would, and
prints nanoseconds of processor time: what the interpreter took until here, then what the imports took. A worker can't
tell: before it imports its client it has loaded a good part of what that needs itself, such as ssl and asyncio.

FOLDER is that of a user's client file, empty for one that came with the program. COLD is an empty folder, or empty: in
it, bytecode is looked for and put of all that does not come with Python, as if it had just been installed.
"""

import os
import sys
import time

begun_ns = time.process_time_ns()
folder, cold = sys.argv[1:3]
# This folder's modules would hide others.
sys.path[:1] = []
sys.path += [folder] if folder else []
if cold:
    external: object = sys.modules["_frozen_importlib_external"]
    usual, prefix = getattr(external, "cache_from_source"), sys.pycache_prefix  # noqa: B009
    pythons_own = os.path.dirname(os.__file__) + os.sep  # noqa: PTH120

    def cache_from_source(path: str, *more: object, **options: object) -> object:
        """The file with the bytecode of a source file."""
        own = path.startswith(pythons_own) and "site-packages" not in path
        sys.pycache_prefix = prefix if own else cold
        try:
            return usual(path, *more, **options)
        finally:
            sys.pycache_prefix = prefix

    setattr(external, "cache_from_source", cache_from_source)  # noqa: B010
before_ns = time.process_time_ns()
for name in sys.argv[3:]:
    __import__(name)
print(f"\n{begun_ns} {time.process_time_ns() - before_ns}", flush=True)
