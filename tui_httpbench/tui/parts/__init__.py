"""What several screens share: widgets, and how parts of them are drawn."""
