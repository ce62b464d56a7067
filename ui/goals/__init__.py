"""Blocks of the page Goals: the path, who is on the way, and how good such forecasts are."""
