"""What is asked of the system: files that are small, private or locked, lines to child processes, and threads."""
