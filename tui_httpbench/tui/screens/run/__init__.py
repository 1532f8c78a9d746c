"""The run screen and the widgets that only it has."""
