"""From the tables of a place to its panel: match, join schools to tracts, check."""
