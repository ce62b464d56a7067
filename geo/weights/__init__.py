"""Spatial weights: who is whose neighbour, as one sparse matrix and its ids."""

from geo.weights.weights import (
    Values,
    Weights,
)

__all__ = [
    "Values",
    "Weights",
]
