"""A result in another form: text and Markdown for people, JSON for programs; one file a format, and where it goes."""
