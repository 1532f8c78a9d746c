"""Texts: numbers in words, quoting, tables, URLs, command lines, and the hiding of what is secret."""
