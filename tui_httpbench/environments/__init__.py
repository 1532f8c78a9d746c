"""Environments: interpreters and library versions for variants, made with uv or pip, kept, listed, cleared."""
