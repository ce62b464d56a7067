"""Contracts of the tables; one error lists everything that is wrong."""
