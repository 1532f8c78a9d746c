"""httpbench-tui: measure, watch and rank Python HTTP clients."""

__version__ = "0.1.0"
