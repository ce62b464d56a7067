"""The Hot spots page."""
