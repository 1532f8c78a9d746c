"""Text: numbers in words, quoting, tables."""
