"""Access to care: providers per child within reach, and the nearest provider."""

from geo.access.access import (
    AccessFit,
    Reach,
    floating_catchment,
    nearest_provider,
)

__all__ = [
    "AccessFit",
    "Reach",
    "floating_catchment",
    "nearest_provider",
]
