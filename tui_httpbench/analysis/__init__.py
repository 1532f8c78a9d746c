"""What the measurements mean: comparison, ranking, findings, reasons, and the result made of them; without I/O."""
