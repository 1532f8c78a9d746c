"""Drawing charts as lines of text."""
