"""The trips that a place allows, weighed by decay and balanced to its totals."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from geo.join.balance import Balance, balance
from geo.join.candidates import (
    Candidates,
    Origins,
    Sites,
    nearest_tracts,
    table_tracts,
)
from geo.join.decay import DecaySetting, by_level, functions
from geo.join.grades import told_apart

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Trips:
    """The trips that are possible, in the sparse layout that all fits of one place share.

    Parameters
    ----------
    sites, origins : Sites, Origins
        Rows and columns.
    column, starts : int arrays
        CSR layout, columns ascending within a row.
    metres, nearest : float arrays, one a cell
        Distance, and that of the school's nearest tract.
    without_tracts : tuple of str
        Schools that were left out of the rows.
    """

    sites: Sites
    origins: Origins
    column: NDArray[np.intp]
    starts: NDArray[np.intp]
    metres: Floats
    nearest: Floats
    without_tracts: tuple[str, ...]

    @cached_property
    def row(self) -> NDArray[np.intp]:
        """School of each cell."""
        return np.repeat(np.arange(len(self.sites.ids)), np.diff(self.starts))

    @property
    def shape(self) -> tuple[int, int]:
        """Schools by tracts with children."""
        return len(self.sites.ids), len(self.origins.ids)

    def fall(self, scale: Floats, decay: DecaySetting) -> Floats:
        """Weigh each cell by how the draw of its school falls with distance.

        Parameters
        ----------
        scale : float array, one a school
            In metres.
        decay : str, Decay, mapping or Series
            As for `fit_gravity`.

        Returns
        -------
        float array, one a cell
        """
        fall = np.empty(len(self.metres))
        for function, chosen in functions(decay, self.sites.ids, self.sites.level):
            cell = slice(None) if chosen is None else chosen[self.row]
            fall[cell] = function.relative(
                self.metres[cell], self.nearest[cell], scale[self.row[cell]]
            )
        return fall

    def balanced(self, fall: Floats, **stopping: Any) -> tuple[Floats, tuple[Balance, ...]]:
        """Balance the cells to enrolments and children, and turn them to shares of each school.

        Each group of grade bands that some school tells apart is a table of its own: its schools'
        students in those grades by its tracts' children in them.

        Parameters
        ----------
        fall : float array, one a cell
            From `fall`.
        **stopping
            `tolerance, max_iterations, stop_early` of `geo.join.balance.balance`.

        Returns
        -------
        share : float array, one a cell
            Sums to 1 over a school.
        fits : tuple of Balance
            One for each group with students, columns as the tracts; empty when there are none.
        """
        taught, parts = self.sites.taught, self.origins.parts
        enrolled = np.where(self.sites.enrolled > 0, self.sites.enrolled, 0.0)
        cells, fits = np.zeros(len(fall)), []
        for group in told_apart(taught):
            children = self.origins.children * parts[:, group].sum(axis=1)
            part: Floats = taught[:, group].sum(axis=1)
            students = enrolled * part
            seed = np.where(part[self.row] > 0, fall * children[self.column], 0.0)
            fitted = self._fit(seed, students, children, stopping)
            cells += np.where(enrolled[self.row] > 0, 0.0, seed)
            if fitted is not None:
                used, fit = fitted
                cells[used] += fit.matrix.data
                fits.append(fit)
        total = np.bincount(self.row, cells, minlength=self.shape[0])
        bare = np.asarray(total[self.row] <= 0, dtype=np.bool_)
        if bare.any():  # no child of its grades is counted in reach
            cells[bare] = (fall * self.origins.children[self.column])[bare]
            total = np.bincount(self.row, cells, minlength=self.shape[0])
        return np.asarray(cells * (1.0 / total)[self.row]), tuple(fits)

    def _fit(
        self, seed: Floats, students: Floats, children: Floats, stopping: dict[str, Any]
    ) -> tuple[NDArray[np.bool_], Balance] | None:
        """Balance one table; schools without a child of its grades in reach take no part."""
        used = (students[self.row] > 0) & (seed > 0)
        length = np.bincount(self.row[used], minlength=self.shape[0])
        active = length > 0
        if not active.any():
            return None
        starts = np.concatenate([[0], np.cumsum(length[active])])
        matrix = csr_array(
            (seed[used], self.column[used], starts), shape=(int(active.sum()), self.shape[1])
        )
        reached = np.bincount(matrix.indices, minlength=self.shape[1]) > 0
        wanted = np.where(reached, children, 0.0)
        wanted *= students[active].sum() / wanted.sum()
        return used, balance(matrix, students[active], wanted, **stopping)


def prepare(sites: Sites, origins: Origins, distance: str | pd.DataFrame, k: int) -> Trips:
    """Find the trips that are possible.

    Parameters
    ----------
    sites, origins : Sites, Origins
        From `geo.join.candidates.read_places`.
    distance : str or DataFrame
        As for `fit_gravity`; any text means straight lines.
    k : int
        Tracts for each school.

    Returns
    -------
    Trips
    """
    if isinstance(distance, str):
        found = nearest_tracts(sites, origins, k)
    else:
        found = table_tracts(sites, origins, distance, k)
    length = np.bincount(found.row, minlength=len(sites.ids))
    open_to = length > 0
    starts = np.concatenate([[0], np.cumsum(length[open_to])])
    nearest = np.repeat(found.metres[starts[:-1]], length[open_to])
    order = _columns_ascending(found, starts)
    return Trips(
        sites.keep(open_to),
        origins,
        found.column[order],
        starts,
        found.metres[order],
        nearest,
        tuple(sites.ids[~open_to]),
    )


def scale_metres(sites: Sites, scale_km: float | Mapping[str, float] | pd.Series) -> Floats:
    """Return the scale of each school in metres.

    Raises
    ------
    ValueError
        A level or school without a scale, or one that is not positive.
    """
    if isinstance(scale_km, pd.Series):
        metres: Floats = 1000 * scale_km.reindex(sites.ids).to_numpy(dtype=np.float64)
    else:
        metres = np.empty(len(sites.ids))
        for value, chosen in by_level(scale_km, sites.level, "scale_km"):
            metres[slice(None) if chosen is None else chosen] = 1000.0 * value
    wrong = ~((metres > 0) & np.isfinite(metres))
    if wrong.any():
        first = ", ".join(str(name) for name in sites.ids[wrong][:5])
        raise ValueError(f"scale_km must be positive; it is not at the schools {first}.")
    return metres


def _columns_ascending(found: Candidates, starts: NDArray[np.intp]) -> NDArray[np.intp]:
    places = np.arange(len(found.column))
    columns = int(found.column.max(initial=0)) + 1
    layout = csr_array((places, found.column.copy(), starts), shape=(len(starts) - 1, columns))
    layout.sort_indices()
    return np.asarray(layout.data, dtype=np.intp)
