"""The Join quality page."""
