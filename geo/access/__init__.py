"""Access to care: providers per child within reach, and the nearest provider."""

from geo.access.access import AccessFit, floating_catchment, nearest_provider
from geo.access.reach import Reach

__all__ = ["AccessFit", "Reach", "floating_catchment", "nearest_provider"]
