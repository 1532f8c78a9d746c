"""Workarounds for Textual, one a file."""
