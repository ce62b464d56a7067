"""The Social drivers page."""
