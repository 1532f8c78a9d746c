"""The tabs of the Results screen, and what they are made of."""
