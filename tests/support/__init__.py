"""What tests share: servers, made results, apps opened with them, and what counts processes."""

from tui_httpbench.report.schema import SCHEMA_FILE as SCHEMA_FILE
