"""The setup screen and the widgets that only it has."""
