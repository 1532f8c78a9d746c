"""What tests share: servers, made results, apps opened with them, and what counts processes."""

from pathlib import Path

SCHEMA_FILE = Path(__file__).parent / "result.schema.json"
