"""The exit statuses of all commands."""

from __future__ import annotations

SUCCESS = 0
FAILURE = 1
"""Some requests failed, or a mode could not run."""
USAGE_ERROR = 2
SLOWER = 3
"""A lane is surely slower than its reference by more than was allowed."""
STOPPED = 130
"""By the user, as shells tell of a process that Ctrl-C ended."""
