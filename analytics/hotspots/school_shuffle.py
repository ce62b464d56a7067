"""Maps of tracts made again and again from shuffled schools, for statistics of two maps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analytics.hotspots.residuals import SchoolResiduals, school_residuals
from analytics.hotspots.tract_map import TractMap, tract_maps
from analytics.inputs import Bools, Floats, floats
from geo.weights.weights import Weights

_BATCH = 64  # draws pushed through at once


class ShuffledMap(NamedTuple):
    """A map of observed / expected absence beside a driver, and what makes it again.

    Attributes
    ----------
    tracts
        The map.
    events
        Observed school counts, shape (s,).
    residuals
        What is shuffled.
    driver
        Driver of every area of the weights, NaN where unknown.
    known
        Areas with both figures.
    """

    tracts: TractMap
    events: Floats
    residuals: SchoolResiduals
    driver: Floats
    known: Bools

    def values(self, events: Floats) -> Floats:
        """Give the map of school counts at the known areas, shape (areas, draws)."""
        found: Floats = self.tracts.values(events)[self.known[self.tracts.tested]]
        return found

    def draws(self, count: int, seed: int) -> Iterator[Floats]:
        """Give maps of shuffled schools in batches, `count` in all."""
        generators = self.residuals.generators(seed)
        for start in range(0, count, _BATCH):
            yield self.values(self.residuals.draw(generators, min(_BATCH, count - start)))


def shuffled_map(
    x: Any, n: Any, driver: pd.Series, share: Any, weights: Weights, strata: Any
) -> ShuffledMap:
    """Prepare the map and its shuffles.

    Parameters
    ----------
    x, n, share, weights, strata
        As for `analytics.hotspots.test.gi_star_schools`.
    driver
        Figure of each tract, indexed by ids of the weights.

    Returns
    -------
    ShuffledMap
        The map.

    Raises
    ------
    ValueError
        As for `gi_star_schools`, or a driver on unknown ids.
    """
    schools, maps = tract_maps(x, n, {"map": share}, weights.ids, strata=strata, measure="ratio")
    tracts = maps["map"]
    residuals = school_residuals(schools.events, schools.totals, schools.codes)
    figure = floats(on_areas(driver, weights.ids))
    known = tracts.tested & np.isfinite(figure)
    return ShuffledMap(tracts, schools.events, residuals, figure, known)


def on_areas(figure: pd.Series, ids: pd.Index) -> pd.Series:
    """Put a figure on ids, missing where it has none.

    Parameters
    ----------
    figure
        Indexed by area.
    ids
        Areas wanted, in order.

    Returns
    -------
    pandas.Series
        Index `ids`.

    Raises
    ------
    ValueError
        Areas that are not among the ids, or that repeat.

    Examples
    --------
    >>> on_areas(pd.Series([1.0], index=["b"]), pd.Index(["a", "b"])).tolist()
    [nan, 1.0]
    """
    if figure.index.has_duplicates:
        raise ValueError(f"area {figure.index[figure.index.duplicated()][0]!r} repeats; keep one")
    unknown = figure.index.difference(ids)
    if len(unknown):
        raise ValueError(f"{len(unknown)} areas are not in the weights; the first: {unknown[0]!r}")
    return figure.reindex(ids)
