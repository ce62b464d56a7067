"""What is told of access to care: by tract, by provider, and what could not be measured."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from geo.access.decay import Reach
from geo.access.pairs import Pairs
from geo.access.places import Care

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AccessFit:
    """Access to care by tract, what it rests on by provider, and an account of it.

    Parameters
    ----------
    tracts : DataFrame by geoid, rows as given
        `children`; `access`, providers per 1,000 children, 0 where none is in reach;
        `providers_in_reach`; `nearest_km` or `nearest_minutes` and `nearest_provider`, whether in
        reach or not; `state`: "reported", "none in reach" (access 0), "children unknown" (access
        stands, its own children are in no ratio), "ratio unknown" (no child is counted around a
        provider in reach: access missing), "no place" (no geometry, all missing) or "not in
        table" (no travel time is given: access 0).
    providers : DataFrame by provider_id, rows as given
        `supply`; `tracts_in_reach`; `children_in_reach`, each child once; `demand_in_reach`, each
        child by its weight; `ratio`, supply per 1,000 of that demand; `used`; `state`: "used",
        "reaches no children", "no supply", "supply unknown" or "no place".
    method, unit : str
        As asked; "km" or "minutes".
    reach : Reach
        Thresholds and weights.
    supply_used : float
        Supply of the providers that reach children.
    supply_error : float
        Sum of children times access against `supply_used`, relative; rounding only.
    counted_as_one : bool
        No supply was given, so every provider counts as 1.
    centroids : int
        Tracts whose children are put at the centroid of the polygon, for want of a centre.
    passed_over : int
        Pairs of the travel times that name a place that was not asked about.
    """

    tracts: pd.DataFrame
    providers: pd.DataFrame
    method: str
    unit: str
    reach: Reach
    supply_used: float
    supply_error: float
    counted_as_one: bool
    centroids: int
    passed_over: int

    def facts(self) -> dict[str, tuple[str, ...]]:
        """List what a ledger should hold, by what is to be told.

        Returns
        -------
        dict from statement to ids
            Only statements that hold for somebody.
        """
        tracts, providers = self.tracts, self.providers
        none = (tracts["access"] == 0) & (tracts["providers_in_reach"] == 0)
        told = {
            "provider reaches no children": providers["state"] == "reaches no children",
            "provider without a place": providers["state"] == "no place",
            "provider without supply": providers["state"] == "no supply",
            "provider with unknown supply": providers["state"] == "supply unknown",
            "tract reaches no provider, access 0": none,
            "tract not in the table of travel times, access 0": tracts["state"] == "not in table",
            "tract without a place, access missing": tracts["state"] == "no place",
            "tract with unknown children, in no ratio": tracts["children"].isna(),
            "tract around whose providers no child is counted": tracts["state"] == "ratio unknown",
        }
        return {what: tuple(held.index[held]) for what, held in told.items() if held.any()}

    def summary(self) -> str:
        """Tell in plain English what was measured and what could not be.

        Returns
        -------
        str
        """
        how = f"{self.method}, {self.reach.told(self.unit)}"
        each = "each provider counted as 1" if self.counted_as_one else "supply as given"
        used = int(self.providers["used"].sum())
        parts = [f"{used} of {len(self.providers)} providers reach children ({how}; {each})"]
        parts += [f"{what}: {len(ids)}" for what, ids in self.facts().items()]
        if self.centroids:
            parts.append(f"{self.centroids} tracts stand at the centroid of their polygon")
        if self.passed_over:
            parts.append(f"{self.passed_over} travel times name places that were not asked about")
        return "; ".join(parts) + "."


def provider_table(care: Care, weights: csr_array, demand: Floats, ratio: Floats) -> pd.DataFrame:
    """Tell by provider what access rests on.

    Parameters
    ----------
    care : Care
        Providers and tracts.
    weights : csr_array, shape (tracts, providers)
        Distance weights.
    demand, ratio : float arrays, one a provider
        Weighed children, and supply by each of them.

    Returns
    -------
    DataFrame by provider_id
        As in `AccessFit`.
    """
    reached = pattern(weights).T
    placed, known = care.provider_placed, ~np.isnan(care.supply)
    part = placed & known & (care.supply > 0)
    used = part & (demand > 0)
    state = np.select(
        [~placed, ~known, ~part, ~used],
        ["no place", "supply unknown", "no supply", "reaches no children"],
        "used",
    )
    table = {
        "supply": care.supply,
        "tracts_in_reach": pd.array(np.bincount(weights.indices, minlength=len(part)), "Int64"),
        "children_in_reach": np.where(part, reached @ np.nan_to_num(care.children), np.nan),
        "demand_in_reach": np.where(part, demand, np.nan),
        "ratio": 1000 * ratio,
        "used": used,
        "state": state,
    }
    by_provider = pd.DataFrame(table, index=care.providers)
    by_provider.loc[~part, "tracts_in_reach"] = pd.NA
    return by_provider


def tract_table(
    care: Care, weights: csr_array, access: Floats, nearest: Pairs, pairs: Pairs | None
) -> pd.DataFrame:
    """Tell access by tract.

    Parameters
    ----------
    care : Care
        Providers and tracts.
    weights : csr_array, shape (tracts, providers)
        Distance weights.
    access : float array, one a tract
        Supply per child.
    nearest : Pairs
        The nearest provider of each tract that has one.
    pairs : Pairs or None
        The travel times, when they stand instead of straight lines.

    Returns
    -------
    DataFrame by geoid
        As in `AccessFit`.
    """
    n, placed = len(care.geoids), care.tract_placed
    reached = np.diff(weights.indptr)
    listed = np.ones(n, dtype=np.bool_) if pairs is None else np.isin(np.arange(n), pairs.row)
    state = np.select(
        [~placed, ~listed, reached == 0, np.isnan(access), np.isnan(care.children)],
        ["no place", "not in table", "none in reach", "ratio unknown", "children unknown"],
        "reported",
    )
    column, cost = np.full(n, -1), np.full(n, np.nan)
    column[nearest.row], cost[nearest.row] = nearest.column, nearest.cost
    table = {
        "children": care.children,
        "access": 1000 * access,
        "providers_in_reach": pd.array(reached, "Int64"),
        "nearest_km" if pairs is None else "nearest_minutes": cost,
        "nearest_provider": named(care.providers, column),
        "state": state,
    }
    by_tract = pd.DataFrame(table, index=care.geoids)
    by_tract.loc[~placed, "providers_in_reach"] = pd.NA
    return by_tract


def named(ids: pd.Index, position: NDArray[np.intp]) -> NDArray[np.object_]:
    """Return the ids at some positions, None at -1.

    Examples
    --------
    >>> named(pd.Index(["a", "b"]), np.array([1, -1])).tolist()
    ['b', None]
    """
    names = np.full(len(ids) + 1, None, dtype=object)
    names[:-1] = ids
    return np.asarray(names[position], dtype=object)


def pattern(weights: csr_array) -> csr_array:
    """Return a matrix with 1 in every cell that is held."""
    ones = np.ones(len(weights.data))
    return csr_array((ones, weights.indices, weights.indptr), shape=weights.shape)
