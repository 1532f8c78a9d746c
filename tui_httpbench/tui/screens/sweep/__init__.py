"""A sweep: its points fill in while it runs, and then its curves are read."""
