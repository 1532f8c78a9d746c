"""What to measure: the plan, where its values come from, and what it costs."""
