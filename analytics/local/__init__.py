"""Local statistics of one map: where high or low values stand together."""

from analytics.local.table import gi, gi_star, local_moran

__all__ = ["gi", "gi_star", "local_moran"]
