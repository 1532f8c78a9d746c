"""The app's screens, each a folder with its style sheet and the widgets that only it has."""
