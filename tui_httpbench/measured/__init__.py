"""What was measured, as values and as files."""
