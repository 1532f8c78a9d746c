"""The child process that drives one client; the standard library and that client, nothing else."""
