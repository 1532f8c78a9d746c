"""What is measured: one module a library, and the catalogue of their modes."""
