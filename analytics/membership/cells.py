"""Cells of near areas, each with the schools around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.inputs import Bools, Floats

Places = NDArray[np.intp]

MOST_IN_CELL, AROUND = 600, 600
"""Most areas, and most schools, of a cell; and how many schools around it the cell also sees."""


@dataclass(frozen=True, eq=False)
class Cell:
    """A cell of a place, with positions in the whole place.

    Attributes
    ----------
    schools
        Schools of the cell and the nearest ones around it.
    areas
        Areas of the cell, their neighbours, and all areas of the schools.
    core
        Positions among `areas` of the areas of the cell.
    own
        Schools of the cell.
    before
        The nearest schools of earlier cells.
    """

    schools: Places
    areas: Places
    core: Places
    own: Places
    before: Places


def cells(centres: Floats, share: csr_array, around: csr_array) -> list[Cell]:
    """Divide a place into cells at medians until each has few enough areas and schools.

    Parameters
    ----------
    centres
        Centres of areas, km, shape (m, 2).
    share
        Shares of schools over areas, shape (n, m).
    around
        Neighbourhood averages, shape (m, m).

    Returns
    -------
    list of Cell
        Every area is in the core of one of them.

    Examples
    --------
    >>> line = np.column_stack([np.arange(1200.0), np.zeros(1200)])
    >>> apart = csr_array(np.eye(1200))
    >>> [len(cell.core) for cell in cells(line, apart, apart)]
    [600, 600]
    """
    from scipy.spatial import cKDTree

    weight = np.asarray(share.sum(axis=1))
    sites = (share @ centres) / weight[:, None]
    found: list[Cell] = []
    earlier = np.zeros(len(sites), dtype=np.bool_)
    for core, own in _halved(centres, sites, np.arange(len(centres)), np.arange(len(sites))):
        apart = cKDTree(centres[core]).query(sites)[0]
        apart[own] = -1.0
        order = np.argsort(apart, kind="stable")
        schools, before = np.sort(order[: len(own) + AROUND]), order[earlier[order]][:AROUND]
        touched = np.unique(np.r_[core, around[core].indices, share[schools].indices])
        places = np.searchsorted(touched, core)
        found.append(Cell(schools, touched, places, own, np.sort(before)))
        earlier[own] = True
    return found


def _halved(
    centres: Floats, sites: Floats, areas: Places, schools: Places
) -> list[tuple[Places, Places]]:
    """Halve the areas across the longer side until they and their schools are few enough."""
    if max(len(areas), len(schools)) <= MOST_IN_CELL or len(areas) < 2:
        return [(areas, schools)]
    axis = int(np.ptp(centres[areas], axis=0).argmax())
    middle = float(np.median(centres[areas, axis]))
    left = _lower_half(centres[areas, axis], middle)
    west = sites[schools, axis] <= middle
    return [
        *_halved(centres, sites, areas[left], schools[west]),
        *_halved(centres, sites, areas[~left], schools[~west]),
    ]


def _lower_half(values: Floats, middle: float) -> Bools:
    """Mark values up to the middle; half of them in order where all are the same."""
    lower: Bools = values <= middle
    if lower.all():
        lower = np.arange(len(values)) < len(values) // 2
    return lower
