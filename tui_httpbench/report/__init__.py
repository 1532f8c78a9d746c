"""A result in another form: text for a terminal, JSON for programs; one file a format."""
