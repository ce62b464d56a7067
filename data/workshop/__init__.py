"""Workshops: people look at their data together and write notes that nobody has to sign."""
