"""The results screen and the widgets that only it has."""
