"""The page of a nation: its counties on a map, each with the way to the place it is part of."""
