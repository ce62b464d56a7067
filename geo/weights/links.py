"""Links between labelled areas, as positions."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def edges(
    ids: pd.Index,
    focal: Sequence[Any],
    neighbor: Sequence[Any],
    weight: Sequence[float] | None,
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Turn labelled links into positions and weights.

    Parameters
    ----------
    ids : Index
        Unique labels of all areas.
    focal, neighbor : sequence of m labels
        The links.
    weight : sequence of m floats or None
        1 when None.

    Returns
    -------
    tuple of three arrays of length m
        Row, column, weight.

    Raises
    ------
    ValueError
        Unequal lengths, unknown labels, repeated links.

    Examples
    --------
    >>> [part.tolist() for part in edges(pd.Index(["a", "b"]), ["b"], ["a"], None)]
    [[1], [0], [1.0]]
    """
    rows, columns = _positions(ids, focal, "focal"), _positions(ids, neighbor, "neighbor")
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


def _positions(ids: pd.Index, labels: Sequence[Any], what: str) -> NDArray[np.intp]:
    wanted = pd.Index(list(labels))
    place = ids.get_indexer(wanted) if len(wanted) else np.empty(0, dtype=np.intp)
    if (place < 0).any():
        unknown = wanted[place < 0]
        shown = ", ".join(str(label) for label in unknown[:5])
        raise ValueError(f"{len(unknown)} {what} labels are not among the ids: {shown}.")
    return place
