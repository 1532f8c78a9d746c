"""The JSON schema of a result, as ``--json`` writes it."""

from __future__ import annotations

from pathlib import Path

SCHEMA_FILE = Path(__file__).with_name("result.schema.json")
"""Its ``$id`` ends in the version that a result has as ``schema_version``."""
