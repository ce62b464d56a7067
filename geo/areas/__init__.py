"""Areas: their ids, projections, outlines, overlaps, and the points in them."""
