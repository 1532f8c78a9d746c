"""Where requests go when no URL is given: the embedded target, a server in a process of its own."""
