"""One file a command, and what parses them."""
