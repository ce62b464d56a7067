"""From raw files to recipes: look, ask what is doubtful, join, check, write."""
