"""From published bytes to a validated, protected panel on disk."""
