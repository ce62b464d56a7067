"""Locations of a scan, checked once at the door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics.inputs import Bools, Floats, floats, refuse, same_index


@dataclass(frozen=True, eq=False)
class Weighed:
    """What enters the likelihood ratio of n locations: all shape (n,).

    Attributes
    ----------
    cases, expected, population
        As they are, or weighed by what each is worth.
    """

    cases: Floats
    expected: Floats
    population: Floats


@dataclass(frozen=True, eq=False)
class Study:
    """The n locations that take part.

    Attributes
    ----------
    ids
        Their labels, or positions in what the caller gave.
    rows
        Their positions in what the caller gave.
    cases, population
        Counts, shape (n,); every population is above 0.
    expected
        Expected cases, shape (n,), summing to the cases.
    places
        Coordinates, shape (n, 2).
    weighed
        What enters the likelihood ratio.
    """

    ids: pd.Index
    rows: Any
    cases: Floats
    population: Floats
    expected: Floats
    places: Floats
    weighed: Weighed


def study(cases: Any, population: Any, x: Any, y: Any, expected: Any = None) -> Study:
    """Check and align what a scan is given.

    Parameters
    ----------
    cases, population, x, y
        One value a location; Series must share one index.
    expected
        Expected cases, or None for cases in proportion to the population. Rescaled to the sum of
        the cases.

    Returns
    -------
    Study
        Locations whose counts are known and whose population is above 0.

    Raises
    ------
    ValueError
        Unequal lengths or indexes, repeated ids, negative or infinite counts, cases where nobody
        lives or none is expected, and known counts without coordinates.

    Examples
    --------
    >>> study([1, None, 2], [10, 10, 20], [0, 1, 2], [0, 0, 0]).expected.tolist()
    [1.0, 2.0]
    """
    given = {"cases": cases, "population": population, "x": x, "y": y}
    if expected is not None:
        given["expected"] = expected
    columns = _aligned(given)
    base = columns["population" if expected is None else "expected"]
    known = ~np.isnan(columns["cases"]) & (columns["population"] > 0) & ~np.isnan(base)
    _refuse_impossible(columns, base, known, cases)
    count, people, share = (v[known] for v in (columns["cases"], columns["population"], base))
    if share.sum() > 0:
        share *= count.sum() / share.sum()
    ids = cases.index if isinstance(cases, pd.Series) else pd.RangeIndex(len(known))
    return Study(
        ids=ids[known],
        rows=np.flatnonzero(known),
        cases=count,
        population=people,
        expected=share,
        places=np.column_stack([columns["x"], columns["y"]])[known],
        weighed=Weighed(count, share, people),
    )


def _aligned(given: dict[str, Any]) -> dict[str, Floats]:
    """Turn columns into float arrays of one length and one index."""
    first = given["cases"]
    if isinstance(first, pd.Series) and not first.index.is_unique:
        repeated = first.index[first.index.duplicated()]
        raise ValueError(f"{len(repeated)} ids repeat, first {repeated[0]!r}; give each place once")
    for name, column in given.items():
        if isinstance(column, pd.Series) and isinstance(first, pd.Series):
            same_index(first, column, f"cases and {name}")
        if np.size(column) != np.size(first):
            raise ValueError(f"{np.size(column)} values of {name} for {np.size(first)} of cases")
    return {name: floats(column) for name, column in given.items()}


def _refuse_impossible(columns: dict[str, Floats], base: Floats, known: Bools, like: Any) -> None:
    """Raise on counts and coordinates that no study area can have."""
    for name in columns.keys() - {"x", "y"}:
        bad = np.isinf(columns[name]) | (columns[name] < 0)
        refuse(bad, like, lambda i, n=name: f"{n} is {columns[n][i]:g}; give 0 or more, or nothing")  # type: ignore[misc]
    cases, people = columns["cases"], columns["population"]
    alone = (cases > 0) & (people == 0)
    refuse(alone, like, lambda i: f"{cases[i]:g} cases but no population; correct one of them")
    none = known & (cases > 0) & (base == 0)
    refuse(none, like, lambda i: f"{cases[i]:g} cases where none is expected; correct one of them")
    nowhere = known & ~(np.isfinite(columns["x"]) & np.isfinite(columns["y"]))
    refuse(nowhere, like, lambda _: "counts but no coordinates; give them or leave the place out")
