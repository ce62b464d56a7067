"""The parts of the school-tract join; `geo.catchment` is its door."""
