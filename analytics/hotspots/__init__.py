"""Hot spots of a map made from shared schools, tested against the null that fits such a map."""

from analytics.hotspots.test import gi_star_schools, hot_spots

__all__ = ["gi_star_schools", "hot_spots"]
