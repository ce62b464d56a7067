"""What may be wrong in tables that can be read, though no single cell is."""
