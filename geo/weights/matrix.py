"""Checked sparse matrices over ids: what `geo.weights.weights` refuses and why."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array


def build_matrix(
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    data: NDArray[np.float64] | None,
    n: int,
) -> csr_array:
    """Lay links out as a matrix; links without data weigh 1.

    Parameters
    ----------
    rows, columns : int arrays of length m
        Positions of each link.
    data : float array of length m or None
        Weights.
    n : int
        Number of areas.

    Returns
    -------
    csr_array, shape (n, n)

    Examples
    --------
    >>> build_matrix(np.array([0]), np.array([1]), None, 2).toarray().tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    values = np.ones(len(rows)) if data is None else data
    return coo_array((values, (rows, columns)), shape=(n, n)).tocsr()


def canonical(sparse: Any) -> csr_array:
    """Copy any sparse or dense matrix to sorted CSR of floats without stored zeros.

    Examples
    --------
    >>> canonical(np.array([[0, 2], [0, 0]])).nnz
    1
    """
    matrix = csr_array(sparse, dtype=np.float64, copy=True)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    return matrix


def check_ids(ids: pd.Index) -> None:
    """Refuse ids that are missing or repeat.

    Raises
    ------
    ValueError
        Naming up to five of them.

    Examples
    --------
    >>> check_ids(pd.Index(["a", "a"]))
    Traceback (most recent call last):
    ValueError: Ids must be unique; repeated: a
    """
    if ids.hasnans:
        raise ValueError(f"{int(ids.isna().sum())} ids are missing; every area needs one.")
    if not ids.is_unique:
        raise ValueError(f"Ids must be unique; repeated: {some(ids[ids.duplicated()].unique())}")


def check_matrix(matrix: csr_array, ids: pd.Index, *, self_included: bool) -> None:
    """Refuse a matrix that is no weights matrix over the ids.

    Raises
    ------
    ValueError
        Wrong shape; weights missing, infinite or negative; selves that were not announced.

    Examples
    --------
    >>> check_matrix(csr_array(np.eye(2)), pd.Index(["a", "b"]), self_included=True)
    """
    if matrix.shape != (len(ids), len(ids)):
        raise ValueError(f"A matrix of shape {matrix.shape} does not fit {len(ids)} ids.")
    if not np.isfinite(matrix.data).all():
        raise ValueError("Weights must be numbers; some are missing or infinite.")
    if (matrix.data < 0).any():
        raise ValueError("Weights must not be negative.")
    own = matrix.diagonal() > 0
    if own.any() and not self_included:
        raise ValueError(
            f"{int(own.sum())} areas are their own neighbours: {some(ids[own])}. "
            "Leave selves out and call with_self() where the statistic wants them."
        )


def positions(ids: pd.Index, index: pd.Index) -> NDArray[np.intp]:
    """Place of each entry of an index among the ids, where both hold the same labels.

    Raises
    ------
    ValueError
        The index does not hold each id exactly once.

    Examples
    --------
    >>> positions(pd.Index(["a", "b"]), pd.Index(["b", "a"])).tolist()
    [1, 0]
    """
    place: NDArray[np.intp] = ids.get_indexer(index)
    if len(place) != len(ids) or not index.is_unique or (place < 0).any():
        raise ValueError(
            f"The values' index must hold the {len(ids)} ids of the weights, each once; it has "
            f"{len(index)} entries. Use Weights.subset for some of the areas."
        )
    return place


def summary(degrees: NDArray[np.int64], parts: int, *, self_included: bool) -> str:
    """Describe weights in one line, by the number of neighbours of each area.

    Examples
    --------
    >>> summary(np.array([], dtype=int), 0, self_included=False)
    '<Weights of 0 areas: 0 links, no neighbours, 0 islands, 0 components>'
    """
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


def some(labels: pd.Index) -> str:
    """Write the first five labels for a message.

    Examples
    --------
    >>> some(pd.Index(range(9)))
    '0, 1, 2, 3, 4, ...'
    """
    shown = ", ".join(str(label) for label in labels[:5])
    return shown + (", ..." if len(labels) > 5 else "")


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"
