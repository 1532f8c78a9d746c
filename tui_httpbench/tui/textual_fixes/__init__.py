"""Workarounds for Textual, one a file: each names the version that it was seen with, and the issue upstream."""
