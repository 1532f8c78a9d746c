"""How much of a run the starts of clients may take; a forecast reads it without the rest of the engine."""

from __future__ import annotations

ROUNDS = 5
"""In so many rounds of a run each client is started once; more would tell little, and cost what could be measured."""
COLD_LIMIT_S = 10.0
"""For how long a run may start clients without bytecode; a start under way is let end."""
