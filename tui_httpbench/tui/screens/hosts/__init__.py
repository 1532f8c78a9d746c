"""A run on many hosts that was made: who is first where, and each pair by host."""
