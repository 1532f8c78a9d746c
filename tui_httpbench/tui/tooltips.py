"""What keys do that several screens have."""

from __future__ import annotations

HISTORY_TOOLTIP = "List the runs that were kept"
SCREENSHOT_TOOLTIP = "Save a screenshot (SVG) in this folder"
