"""The shape of the product, read from its source: sizes, imports, reach, duplicates."""
