"""What a script pays before it can make a client: run by its path as a process of its own, and nothing but that.

``python start.py FOLDER MODULE…`` imports the modules in this order, as the first lines of a script would, and prints
nanoseconds of processor time: what the interpreter took until here, then what the imports took. A worker can't tell:
before it imports its client it has loaded a good part of what that needs itself, such as ssl and asyncio.
"""

import sys
import time

begun_ns = time.process_time_ns()
# This folder's modules would hide others. FOLDER is that of a user's client file, empty for one that came with this.
sys.path[:1] = []
sys.path += sys.argv[1:2] if sys.argv[1] else []
before_ns = time.process_time_ns()
for name in sys.argv[2:]:
    __import__(name)
print(f"\n{begun_ns} {time.process_time_ns() - before_ns}", flush=True)
