"""The Compare screens: of two runs, and of a lane over several."""
