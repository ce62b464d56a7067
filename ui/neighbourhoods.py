"""The kinds of neighbours that tests can use, made from a place's tracts."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from geo.weights.weights import Weights

NEAREST = 6


def neighbours(tracts: gpd.GeoDataFrame, name: str) -> Weights:
    """Build one kind of neighbours.

    Parameters
    ----------
    tracts : GeoDataFrame
        Index `geoid`, polygons in a projected CRS.
    name : str
        "queen" (tracts that touch), "knn6" (the 6 nearest centres, fewer in a tiny place) or
        "distance" (centres within `band_metres`).

    Raises
    ------
    KeyError
        Another name.
    """
    makers = {
        "queen": lambda: Weights.queen(tracts),
        "knn6": lambda: Weights.knn(tracts, min(NEAREST, len(tracts) - 1)),
        "distance": lambda: Weights.distance_band(tracts, band_metres(tracts)),
    }
    return makers[name]()


def band_metres(tracts: gpd.GeoDataFrame) -> float:
    """Distance at which three tracts in four have six neighbours or more.

    A band that suits the sparsest part would make nearly everything in the densest a neighbour.
    """
    centres = tracts.geometry.centroid
    nearest = Weights.knn(tracts, min(NEAREST, len(tracts) - 1)).sparse
    row = np.repeat(np.arange(len(tracts)), np.diff(nearest.indptr))
    apart = centres.iloc[row].distance(centres.iloc[nearest.indices], align=False).to_numpy()
    furthest = np.maximum.reduceat(apart, nearest.indptr[:-1])
    return float(np.quantile(furthest, 0.75))
