"""The too small screen and the widgets that only it has."""
