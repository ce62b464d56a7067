"""Social drivers of a group of tracts, and where a driver and absence go together."""
