"""Hot spots of a map made from shared schools, tested against the null that fits such a map."""

from analytics.hotspots.test import (
    CLASSES,
    classify,
    gi_star_schools,
    hot_spots,
    smallest_draws_needed,
)

__all__ = [
    "CLASSES",
    "classify",
    "gi_star_schools",
    "hot_spots",
    "smallest_draws_needed",
]
