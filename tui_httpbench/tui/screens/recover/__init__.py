"""The recover screen and the widgets that only it has."""
