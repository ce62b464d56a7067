"""The Schools page."""
