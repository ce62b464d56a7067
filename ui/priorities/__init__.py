"""Blocks of the page Priorities: who first, by which reasons, and who is left behind."""
