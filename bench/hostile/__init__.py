"""Hostile and broken files: made from a seed, read, and counted: `python -m bench.hostile`."""
