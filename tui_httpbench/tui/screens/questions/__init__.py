"""What people want to know, as questions, each with its few fields."""
