"""Geography: identifiers, projections, points in tracts, the school-tract join, spatial weights."""
