"""What to measure: the plan and its fields, presets and scenarios, and how they are read, checked and stored."""
