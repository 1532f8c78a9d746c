"""Files: small, private, locked, kept."""
