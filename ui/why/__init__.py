"""The Why here page."""
