"""From a file of any allowed kind to one of our tables, every row accounted for."""
