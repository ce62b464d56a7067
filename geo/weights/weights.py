"""Spatial weights: who is whose neighbour, as one sparse matrix and its ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, diags_array

if TYPE_CHECKING:
    import geopandas as gpd

# Geometry and graph libraries are imported where they are used: they take as long to load as all
# that a first statistic on ready weights needs.


Values = TypeVar("Values", pd.Series, NDArray[np.float64])


@dataclass(frozen=True, eq=False, repr=False)
class Weights:
    """Frozen spatial weights over one sparse matrix and its ids.

    Row i holds the weights of the neighbours of area i. The matrix is read-only; every method
    gives a new object.

    Parameters
    ----------
    sparse : scipy sparse array or matrix, shape (n, n)
        Weights, finite and not negative. A stored zero is no link and is removed.
    ids : sequence of length n
        Unique labels of rows and columns.
    self_included : bool
        Whether areas may be their own neighbours, as Gi* wants. See `with_self`.

    Examples
    --------
    >>> row = Weights.from_edges(["a", "b", "c", "d"], ["a", "b", "b", "c"], ["b", "a", "c", "b"])
    >>> row
    <Weights of 4 areas: 4 links, 1.00 neighbours on average (min 0, max 2), 1 island, 2 components>
    >>> row.lag(pd.Series([1.0, 2.0, 4.0, 8.0], index=["a", "b", "c", "d"])).to_dict()
    {'a': 2.0, 'b': 5.0, 'c': 2.0, 'd': 0.0}
    """

    sparse: csr_array
    ids: pd.Index
    self_included: bool = False

    def __post_init__(self) -> None:
        ids = _index(self.ids)
        matrix = _canonical(self.sparse)
        _check_ids(ids)
        _check_matrix(matrix, ids, self_included=self.self_included)
        for part in (matrix.data, matrix.indices, matrix.indptr):
            part.setflags(write=False)
        object.__setattr__(self, "ids", ids)
        object.__setattr__(self, "sparse", matrix)

    @classmethod
    def queen(cls, gdf: gpd.GeoDataFrame | gpd.GeoSeries) -> Self:
        """Link areas whose polygons touch, at a point or along a line: binary and symmetric.

        Borders at most 1 metre apart touch (`geo.weights.neighbours.SNAP_METRES`), for publishers
        round coordinates. Without a coordinate reference system the numbers alone judge.

        Parameters
        ----------
        gdf : GeoDataFrame or GeoSeries, n rows
            Polygons; its index gives the ids. No projection is needed. The shapes themselves
            judge, so a common border digitised with different vertices still links; an empty or
            missing shape has no neighbours.

        Examples
        --------
        >>> import geopandas as gpd
        >>> from shapely import box
        >>> squares = gpd.GeoSeries([box(0, 0, 1, 1), box(1, 1, 2, 2), box(5, 5, 6, 6)])
        >>> Weights.queen(squares).cardinalities.tolist()
        [1, 1, 0]
        """
        from geo.weights import neighbours

        focal, neighbor = neighbours.touching_pairs(gdf.geometry)
        return cls._symmetric(gdf.index, focal, neighbor)

    @classmethod
    def knn(cls, points: Any, k: int) -> Self:
        """Link each place to its k nearest others: binary, in general not symmetric.

        Parameters
        ----------
        points : GeoDataFrame, GeoSeries, DataFrame or array, n rows
            Geometries with a coordinate reference system (centroids of polygons; degrees are
            projected), or two columns of metres.
        k : int
            Neighbours of each place, 1 <= k < n. Places at one point are each other's neighbours.

        Examples
        --------
        >>> Weights.knn(np.array([[0, 0], [0, 0], [3, 0], [4, 0]]), 1).sparse.indices.tolist()
        [1, 0, 3, 2]
        """
        from geo.weights import neighbours

        ids, xy = neighbours.coordinates(points)
        focal, neighbor = neighbours.nearest_pairs(xy, k)
        return cls(_adjacency(focal, neighbor, None, len(ids)), ids)

    @classmethod
    def distance_band(cls, points: Any, distance: float) -> Self:
        """Link places at most `distance` metres apart, the bound included: binary and symmetric.

        Takes the points of `knn`; a place with nothing near is an island.

        Examples
        --------
        >>> Weights.distance_band(np.array([[0, 0], [3, 0], [9, 0]]), 3).isolates.tolist()
        [2]
        """
        from geo.weights import neighbours

        ids, xy = neighbours.coordinates(points)
        return cls._symmetric(ids, *neighbours.near_pairs(xy, distance))

    @classmethod
    def adaptive_band(cls, points: Any, k: int) -> Self:
        """Link places not farther apart than the mean of their reaches: binary and symmetric.

        The reach of a place is the distance to its k-th nearest other: short in a city, long in the
        country, so that a state of both has neither places without neighbours nor places with
        hundreds. Takes the points and the k of `knn`.

        References
        ----------
        Zelnik-Manor L, Perona P (2004) Advances in Neural Information Processing Systems 17:
        1601-1608 (a scale of its own for each point; there the geometric mean in a kernel).

        Examples
        --------
        >>> line = np.array([[0, 0], [1, 0], [2, 0], [50, 0], [90, 0]])
        >>> Weights.adaptive_band(line, 2).cardinalities.tolist()
        [2, 2, 2, 1, 1]
        """
        from geo.weights import neighbours

        ids, xy = neighbours.coordinates(points)
        return cls._symmetric(ids, *neighbours.reached_pairs(xy, k))

    @classmethod
    def from_edges(
        cls,
        ids: Iterable[Any],
        focal: Sequence[Any],
        neighbor: Sequence[Any],
        weight: Sequence[float] | None = None,
    ) -> Self:
        """Build weights from a list of directed links.

        Parameters
        ----------
        ids : iterable, n labels
            All areas, with or without links, in the order wanted.
        focal, neighbor : sequence, m labels
            Link r says that `neighbor[r]` is a neighbour of `focal[r]`.
        weight : sequence of m floats, optional
            Weight of each link; 1 when None, and 0 is no link.

        Raises
        ------
        ValueError
            Unequal lengths, unknown labels, repeated links, an area linked to itself, or a weight
            that is missing or negative.

        Examples
        --------
        >>> Weights.from_edges(["a", "b"], ["a"], ["b"], [0.5]).sparse.toarray().tolist()
        [[0.0, 0.5], [0.0, 0.0]]
        """
        index = _index(ids)
        _check_ids(index)
        rows, columns, data = _edges(index, focal, neighbor, weight)
        return cls(_adjacency(rows, columns, data, len(index)), index)

    @classmethod
    def _symmetric(cls, ids: pd.Index, one: NDArray[np.intp], other: NDArray[np.intp]) -> Self:
        focal, neighbor = np.concatenate([one, other]), np.concatenate([other, one])
        return cls(_adjacency(focal, neighbor, None, len(ids)), ids)

    @property
    def n(self) -> int:
        """Number of areas."""
        return len(self.ids)

    @property
    def cardinalities(self) -> pd.Series:
        """Number of neighbours of each area, itself not counted."""
        return pd.Series(self._degrees(), index=self.ids, name="neighbours")

    @property
    def isolates(self) -> pd.Index:
        """Ids of islands: areas without any neighbour but themselves."""
        return self.ids[self._degrees() == 0]

    @property
    def components(self) -> pd.Series:
        """Label (0, 1, ...) of the connected part to which each area belongs."""
        from scipy.sparse.csgraph import connected_components

        labels = connected_components(self.sparse, directed=False)[1]
        return pd.Series(labels, index=self.ids, name="component")

    def lag(self, values: Values) -> Values:
        """Sum the neighbours' values, each times its weight; same index or shape as the values.

        An island has 0; a missing neighbour makes the sum missing.

        Parameters
        ----------
        values : Series or array, shape (n,) or (n, draws)
            A Series is aligned by its index, which must hold exactly the ids in any order; an
            array is taken in the order of `ids`.

        Examples
        --------
        >>> pair = Weights.from_edges([1, 2], [1, 2], [2, 1])
        >>> pair.lag(np.array([10.0, 30.0])).tolist()
        [30.0, 10.0]
        """
        if isinstance(values, pd.Series):
            place = _value_positions(self.ids, values.index)
            array = np.empty(self.n)
            array[place] = values.to_numpy(dtype=np.float64, na_value=np.nan)
            lagged = (self.sparse @ array)[place]
            return cast("Values", pd.Series(lagged, index=values.index, name=values.name))
        array = np.asarray(values, dtype=np.float64)
        if array.ndim not in (1, 2) or array.shape[0] != self.n:
            raise ValueError(f"Values of shape {array.shape} do not fit {self.n} areas.")
        return cast("Values", self.sparse @ array)

    def with_self(self) -> Self:
        """Make every area its own neighbour with weight 1; do so before `row_standardized`."""
        if self.self_included:
            return self
        own = diags_array(np.ones(self.n), format="csr")
        return type(self)(self.sparse + own, self.ids, self_included=True)

    def row_standardized(self) -> Self:
        """Divide each row by its sum, so that a lag is a mean; an island's row stays empty."""
        totals = self.sparse.sum(axis=1)
        factor = np.divide(1.0, totals, out=np.zeros(self.n), where=totals > 0)
        return type(self)(diags_array(factor) @ self.sparse, self.ids, self.self_included)

    def subset(self, ids: Iterable[Any]) -> Self:
        """Keep some areas, in the order given, and the links among them as they are."""
        wanted = _index(ids)
        place = self.ids.get_indexer(wanted)
        if (place < 0).any():
            unknown = wanted[place < 0]
            raise ValueError(f"{len(unknown)} ids are not in these weights: {_some(unknown)}")
        return type(self)(self.sparse[place][:, place], wanted, self.self_included)

    def __repr__(self) -> str:
        parts = self.components.nunique()
        return _summary(self._degrees(), parts, self_included=self.self_included)

    def _degrees(self) -> NDArray[np.int64]:
        degrees: NDArray[np.int64] = np.diff(self.sparse.indptr).astype(np.int64)
        if self.self_included:
            degrees -= self.sparse.diagonal() > 0
        return degrees


def _index(ids: Iterable[Any]) -> pd.Index:
    return ids if isinstance(ids, pd.Index) else pd.Index(list(ids))


def _adjacency(
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    data: NDArray[np.float64] | None,
    n: int,
) -> csr_array:
    """Lay links out as a matrix; links without data weigh 1."""
    values = np.ones(len(rows)) if data is None else data
    return coo_array((values, (rows, columns)), shape=(n, n)).tocsr()


def _canonical(sparse: Any) -> csr_array:
    """Copy any sparse or dense matrix to sorted CSR of floats without stored zeros."""
    matrix = csr_array(sparse, dtype=np.float64, copy=True)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    return matrix


def _check_ids(ids: pd.Index) -> None:
    """Refuse ids that are missing or repeat."""
    if ids.hasnans:
        raise ValueError(f"{int(ids.isna().sum())} ids are missing; every area needs one.")
    if not ids.is_unique:
        raise ValueError(f"Ids must be unique; repeated: {_some(ids[ids.duplicated()].unique())}")


def _check_matrix(matrix: csr_array, ids: pd.Index, *, self_included: bool) -> None:
    """Refuse a matrix that is no weights matrix over the ids."""
    if matrix.shape != (len(ids), len(ids)):
        raise ValueError(f"A matrix of shape {matrix.shape} does not fit {len(ids)} ids.")
    if not np.isfinite(matrix.data).all():
        raise ValueError("Weights must be numbers; some are missing or infinite.")
    if (matrix.data < 0).any():
        raise ValueError("Weights must not be negative.")
    own = matrix.diagonal() > 0
    if own.any() and not self_included:
        raise ValueError(
            f"{int(own.sum())} areas are their own neighbours: {_some(ids[own])}. "
            "Leave selves out and call with_self() where the statistic wants them."
        )


def _value_positions(ids: pd.Index, index: pd.Index) -> NDArray[np.intp]:
    """Place of each entry of an index among the ids, where both hold the same labels."""
    place: NDArray[np.intp] = ids.get_indexer(index)
    if len(place) != len(ids) or not index.is_unique or (place < 0).any():
        raise ValueError(
            f"The values' index must hold the {len(ids)} ids of the weights, each once; it has "
            f"{len(index)} entries. Use Weights.subset for some of the areas."
        )
    return place


def _summary(degrees: NDArray[np.int64], parts: int, *, self_included: bool) -> str:
    """Describe weights in one line, by the number of neighbours of each area."""
    n, links, islands = len(degrees), int(degrees.sum()), int((degrees == 0).sum())
    spread = (
        f"{degrees.mean():.2f} neighbours on average (min {degrees.min()}, max {degrees.max()})"
        if n
        else "no neighbours"
    )
    return (
        f"<Weights of {n:,} {_plural(n, 'area')}: {links:,} {_plural(links, 'link')}, {spread}, "
        f"{islands} {_plural(islands, 'island')}, {parts} {_plural(parts, 'component')}"
        f"{', self included' * self_included}>"
    )


def _some(labels: pd.Index) -> str:
    """Write the first five labels for a message."""
    shown = ", ".join(str(label) for label in labels[:5])
    return shown + (", ..." if len(labels) > 5 else "")


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"


def _edges(
    ids: pd.Index,
    focal: Sequence[Any],
    neighbor: Sequence[Any],
    weight: Sequence[float] | None,
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Turn labelled links into positions and weights."""
    rows, columns = (
        _label_positions(ids, focal, "focal"),
        _label_positions(ids, neighbor, "neighbor"),
    )
    data = np.ones(len(rows)) if weight is None else np.asarray(weight, dtype=np.float64)
    if not len(rows) == len(columns) == len(data):
        raise ValueError(
            "focal, neighbor and weight must be equally long; "
            f"they have {len(rows)}, {len(columns)} and {len(data)} entries."
        )
    repeated = pd.DataFrame({"row": rows, "column": columns}).duplicated().to_numpy()
    if repeated.any():
        first = int(np.flatnonzero(repeated)[0])
        raise ValueError(
            f"{int(repeated.sum())} links are given more than once, first at position {first}: "
            f"{ids[rows[first]]} to {ids[columns[first]]}."
        )
    return rows, columns, data


def _label_positions(ids: pd.Index, labels: Sequence[Any], what: str) -> NDArray[np.intp]:
    wanted = pd.Index(list(labels))
    place = ids.get_indexer(wanted) if len(wanted) else np.empty(0, dtype=np.intp)
    if (place < 0).any():
        unknown = wanted[place < 0]
        shown = ", ".join(str(label) for label in unknown[:5])
        raise ValueError(f"{len(unknown)} {what} labels are not among the ids: {shown}.")
    return place
