"""A place: the recipes that make a study area, read into its tables."""
