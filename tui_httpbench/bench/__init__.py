"""How it is measured, in the parent: runner, turns, worker processes, probes, run folder, recovery."""
