"""The table of a local statistic: its number, its p-values, and why an area has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from analytics.inputs import Bools, Floats
from analytics.local.adaptive import next_draws, unsettled
from analytics.local.area_permutation import AreaPermutation
from analytics.local.getis_ord import benjamini_hochberg, two_sided
from analytics.map_of_areas import MapValues

STATES = (
    "tested",
    "island",
    "no value",
    "no denominator",
    "constant values",
    "constant elsewhere",
    "at the mean",
    "covers all areas",
    "too few areas",
)
"""Why an area has a number or none.

"island": no neighbour with a value; "no value"; "no denominator": a rate of nobody; "constant
values": the map is all equal; "constant elsewhere": all other areas are equal; "at the mean": its
own value is the mean, so that local Moran is 0 whatever its neighbours are; "covers all areas": it
neighbours every other area alike; "too few areas": one area.
"""

Draws = NDArray[np.int64]
Null = Literal["areas"] | None

_CODE = {state: code for code, state in enumerate(STATES)}
_EQUAL = 1e-9  # relative difference under which values are the same


@dataclass(frozen=True)
class AreasNull:
    """How tract permutation is asked for.

    Attributes
    ----------
    draws
        Permutations of every area, at least 1.
    max_draws
        Permutations of areas whose decision stays open, at least `draws`; None for no more.
    alpha
        False-discovery level that decides.
    seed
        Seed of the permutations.
    """

    draws: int
    max_draws: int | None
    alpha: float
    seed: int

    def __post_init__(self) -> None:
        if self.draws < 1:
            raise ValueError(f"draws must be at least 1, not {self.draws}")
        if self.max_draws is not None and self.max_draws < self.draws:
            raise ValueError(f"max_draws {self.max_draws} is below draws {self.draws}")
        if not 0 < self.alpha < 1:
            raise ValueError(f"alpha must lie between 0 and 1 (0.05 = 5 %), not {self.alpha!r}")

    @classmethod
    def asked(
        cls, null: Null, draws: int, max_draws: int | None, alpha: float, seed: int
    ) -> Self | None:
        """Check what the caller asks for; None when that is no null."""
        if null not in (None, "areas"):
            raise ValueError(f"null must be 'areas' or None, not {null!r}")
        return None if null is None else cls(draws, max_draws, alpha, seed)


def states(given: MapValues, z: Floats) -> Any:
    """Say of each area why it has a number or none.

    Parameters
    ----------
    given
        The map.
    z
        Statistic in the order of its weights, NaN for none.

    Returns
    -------
    pandas array of text
        Words of `STATES`, in the caller's order.

    Examples
    --------
    >>> from analytics.map_of_areas import Weights, map_values
    >>> line = Weights.from_edges("abcd", "abb", "bac")
    >>> states(map_values([1.0, 2.0, None, 3.0], line), np.array([0.5, -0.5, np.nan])).tolist()
    ['tested', 'tested', 'no value', 'island']
    """
    used, none = given.used, np.isnan(z)
    code = np.full(used.size + 1, _CODE["tested"])
    here = code[:-1]
    if used.size < 2 or _equal(used):
        here[:] = _CODE["too few areas" if used.size < 2 else "constant values"]
    else:
        degrees = given.degrees
        at_mean = np.abs(used - used.mean()) <= _EQUAL * np.abs(used).max()
        here[none] = _CODE["covers all areas"]
        here[none & at_mean & (degrees < used.size - 1)] = _CODE["at the mean"]
        here[none & _alone(used)] = _CODE["constant elsewhere"]
        here[degrees == 0] = _CODE["island"]
    code[-1] = _CODE["no value"]
    return words(STATES, code[given.place])


def words(names: Sequence[str], codes: NDArray[Any]) -> Any:
    """Give names by number, as a text column.

    Examples
    --------
    >>> words(["low", "high"], np.array([1, 1, 0])).tolist()
    ['high', 'high', 'low']
    """
    return pd.array(list(names), dtype="str").take(codes)


def area_columns(given: MapValues, z: Floats, asked: AreasNull | None) -> dict[str, Any]:
    """Lay out a standardised statistic with its p-values.

    Parameters
    ----------
    given
        The map.
    z
        Statistic in the order of `given.weights`, NaN for none.
    asked
        Permutations; None for none.

    Returns
    -------
    dict
        Columns in the caller's order: `value, z, p, state`, and `p_sim, q, draws` when
        permutations are asked for.

    Examples
    --------
    >>> from analytics.map_of_areas import Weights, map_values
    >>> given = map_values([1.0, 2.0, 9.0], Weights.from_edges("abc", "ab", "ba"))
    >>> area_columns(given, np.zeros(3), None)["p"].tolist()
    [1.0, 1.0, 1.0]
    """
    shown = given.give(z)
    columns: dict[str, Any] = {"value": given.numbers, "z": shown, "p": 2 * ndtr(-np.abs(shown))}
    columns["state"] = states(given, z)
    if asked is None:
        return columns
    tested = ~np.isnan(z) & (given.degrees > 0)
    p, draws = (np.full(tested.shape, np.nan) for _ in range(2))
    if tested.any():
        lesser, greater, done = _counted(given, tested, asked)
        p[tested] = two_sided(lesser, greater, done)[tested]
        draws[tested] = done[tested]
    columns["p_sim"] = given.give(p)
    columns["q"] = given.give(benjamini_hochberg(p, tested))
    columns["draws"] = pd.array(given.give(draws), dtype="Int64")
    return columns


def _counted(given: MapValues, tested: Bools, null: AreasNull) -> tuple[Draws, Draws, Draws]:
    """Count draws on either side, stage by stage, and how many there were for each area."""
    rng = np.random.default_rng(null.seed)
    prepared = AreaPermutation.prepare(given.used, given.weights.sparse)
    lesser, greater, done = (np.zeros(len(tested), dtype=np.int64) for _ in range(3))
    reached, target, open_areas = 0, null.draws, tested
    while target > reached and open_areas.any():
        areas = np.flatnonzero(open_areas)
        below, above = prepared.counts(areas, target - reached, rng)
        lesser[areas] += below
        greater[areas] += above
        done[areas] = reached = target
        target = next_draws(reached, null.max_draws or 0)
        if target > reached:
            open_areas = open_areas & unsettled(lesser, greater, done, null.alpha, tested)
    return lesser, greater, done


def _equal(values: Floats) -> bool:
    """Tell whether all values are the same but for rounding."""
    return bool(np.ptp(values) <= _EQUAL * np.abs(values).max())


def _alone(used: Floats) -> Bools:
    """Mark the one area whose value differs from all others, these being equal."""
    alone = np.zeros(used.shape, dtype=bool)
    for area in (np.argmin(used), np.argmax(used)) if used.size > 2 else ():
        alone[area] = _equal(np.delete(used, area))
    return alone
