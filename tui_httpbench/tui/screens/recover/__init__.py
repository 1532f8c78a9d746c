"""The recover screen."""
