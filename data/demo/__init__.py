"""Halcyon County: a fictional place with a known truth, to learn and to test with."""
