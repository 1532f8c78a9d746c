"""How it is measured: the runner in the parent, the worker in a child process, the samples between them."""
