"""The replay screen and the widgets that only it has."""
