"""Access to care: providers per child within reach, and the nearest provider."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from geo.access.pairs import (
    Care,
    Pairs,
    Points,
    nearest_pairs,
    read_care,
    straight_weights,
    table_pairs,
    table_weights,
)
from geo.access.reach import Reach, ReachSetting, as_reach

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
METHODS = ("e2sfca", "3sfca", "split")


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
    method, unit, reach : str, str, Reach
        Settings; the unit is "km" or "minutes".
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
        """List what a ledger should hold: ids by statement, those without ids left out."""
        tracts, providers = self.tracts, self.providers
        none = (tracts["access"] == 0) & (tracts["providers_in_reach"] == 0)
        statements = {
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
        return {what: tuple(held.index[held]) for what, held in statements.items() if held.any()}

    def summary(self) -> str:
        """Tell in plain English what was measured and what could not be."""
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


def floating_catchment(
    providers: pd.DataFrame,
    tracts: pd.DataFrame,
    *,
    reach: ReachSetting = None,
    method: str = "e2sfca",
    centres: Points | None = None,
    travel_times: pd.DataFrame | None = None,
    distance: str = "auto",
) -> AccessFit:
    """Measure access to care by an enhanced two-step floating catchment.

    Step one divides each provider's supply by the children around it, each weighed by how far
    away they live: R_j = S_j / sum_k P_k f_kj. Step two adds up, for each tract, the ratios of the
    providers in reach with the same weights: A_i = sum_j R_j f_ij. With f = w(distance) this is
    the E2SFCA, and with one zone of weight 1 the plain 2SFCA. A child is then counted at every
    provider in reach; "split" shares each child out among them, f_ij = w_ij / sum_j w_ij, so
    that it is counted once in all; "3sfca" weighs that share by distance once more,
    f_ij = w_ij^2 / sum_j w_ij. Whatever the method, children times access sums to the supply of
    the providers that reach children: demand is preserved. What cannot be measured is told in the
    tables, not raised.

    Parameters
    ----------
    providers : GeoDataFrame
        `provider_id` (index or column), points; `supply` where known (staff, hours), else each
        counts as 1.
    tracts : GeoDataFrame
        `geoid` (index or column), `children`; points, or polygons, whose centroids then stand
        for the population centres.
    reach : Reach, number, mapping from limit to weight, or None
        Zones or decay, in km, or in minutes with `travel_times`. A number is one zone of weight
        1; None is 1, .68, .22 to 5, 10, 20 km or 10, 20, 30 minutes.
    method : str
        "e2sfca", "3sfca" or "split".
    centres : GeoSeries or GeoDataFrame by geoid, or None
        Population centres; a tract that is not among them stands at its centroid.
    travel_times : DataFrame or None
        `geoid, provider_id, minutes`, used instead of straight lines; pairs that are not given
        cannot be travelled, and no geometry is needed.
    distance : str
        Straight lines: "planar", "great_circle", or "auto", which is planar unless the tracts
        come in degrees and span more than 12 of longitude.

    Raises
    ------
    ValueError
        Missing columns, repeated ids, no or false coordinate reference system, no provider with
        supply and a place, no children with a place, or settings out of range.

    References
    ----------
    Luo, W. and Wang, F. (2003), Environment and Planning B 30, 865-884 (two steps).
    Luo, W. and Qi, Y. (2009), Health & Place 15, 1100-1107 (weights by zone).
    Wan, N., Zou, B. and Sternberg, T. (2012), International Journal of Geographical Information
    Science 26, 1073-1089 (three steps).
    Paez, A., Higgins, C. D. and Vivona, S. F. (2019), PLoS ONE 14, e0218773 (shares that count
    each child once).

    Examples
    --------
    The first clinic has 100 + .5 x 300 = 250 weighed children, ratio 2 / 250 = 8 per 1,000; the
    second, in reach of the east only, 1 / 300 = 3.33. The east gets .5 x 8 + 3.33.

    >>> import geopandas as gpd
    >>> tracts = gpd.GeoDataFrame({"children": [100, 300]}, index=["w", "e"], crs=32618,
    ...     geometry=gpd.points_from_xy([0, 8000], [0, 0]))
    >>> clinics = gpd.GeoDataFrame({"supply": [2, 1]}, index=["one", "two"], crs=32618,
    ...     geometry=gpd.points_from_xy([0, 12000], [0, 0]))
    >>> fit = floating_catchment(clinics, tracts, reach={5: 1.0, 10: 0.5})
    >>> fit.tracts["access"].round(2).tolist(), fit.tracts["nearest_km"].tolist()
    ([8.0, 7.33], [0.0, 4.0])
    """
    if method not in METHODS:
        raise ValueError(f"Unknown method {method!r}; known: {', '.join(METHODS)}.")
    straight = travel_times is None
    setting = as_reach(reach, "km" if straight else "minutes")
    care = read_care(providers, tracts, centres=centres, distance=distance, straight=straight)
    active = _active(care, tracts)
    pairs = None if travel_times is None else table_pairs(care, travel_times)
    nearest = nearest_pairs(care, pairs, 1)
    if pairs is None:
        weights = straight_weights(care, setting, active)
    else:
        weights = table_weights(care, pairs, setting, active)
    demand, ratio, access = _two_steps(care, _effective(weights, method))
    by_provider = _provider_table(care, weights, demand, ratio)
    by_tract = _tract_table(care, weights, access, nearest, pairs)
    supply_used = float(care.supply[by_provider["used"].to_numpy()].sum())
    received = float(np.nansum(care.children * access))
    return AccessFit(
        by_tract,
        by_provider,
        method,
        "km" if straight else "minutes",
        setting,
        supply_used,
        abs(received / supply_used - 1) if supply_used else 0.0,
        care.counted_as_one,
        care.centroids,
        0 if pairs is None else pairs.passed_over,
    )


def nearest_provider(
    providers: pd.DataFrame,
    tracts: pd.DataFrame,
    *,
    k: int = 1,
    centres: Points | None = None,
    travel_times: pd.DataFrame | None = None,
    distance: str = "auto",
) -> pd.DataFrame:
    """Find the k nearest providers of each tract (all there are when there are fewer).

    Providers with a supply of 0 are passed over, those of unknown supply are not; children are
    not needed. Other parameters and errors: `floating_catchment`.

    Returns
    -------
    DataFrame by geoid
        `rank` from 1, `provider_id`, and `km` or `minutes`; tracts as given, the nearest first. A
        tract without place or provider has one row, whose provider and distance are missing.

    Examples
    --------
    >>> import geopandas as gpd
    >>> tracts = gpd.GeoDataFrame(
    ...     index=["w", "e"], geometry=gpd.points_from_xy([0, 9000], [0, 0]), crs=32618)
    >>> clinics = gpd.GeoDataFrame(
    ...     index=["one", "two"], geometry=gpd.points_from_xy([1000, 7000], [0, 0]), crs=32618)
    >>> nearest_provider(clinics, tracts)["provider_id"].to_dict()
    {'w': 'one', 'e': 'two'}
    """
    if k != int(k) or k < 1:
        raise ValueError(f"k must be a whole number of providers, at least 1; it is {k}.")
    straight = travel_times is None
    care = read_care(providers, tracts, centres=centres, distance=distance, straight=straight)
    if not len(care.providers):
        raise ValueError("providers: the table is empty.")
    pairs = None if travel_times is None else table_pairs(care, travel_times)
    near = nearest_pairs(care, pairs, int(k))
    bare = np.setdiff1d(np.arange(len(care.geoids)), near.row)
    row = np.concatenate([near.row, bare])
    order = np.argsort(row, kind="stable")
    rank = np.arange(len(row)) - np.searchsorted(row[order], row[order], side="left") + 1
    column = np.concatenate([near.column, np.full(len(bare), -1)])[order]
    cost = np.concatenate([near.cost, np.full(len(bare), np.nan)])[order]
    table = {"rank": rank, "provider_id": _named(care.providers, column)}
    table["km" if straight else "minutes"] = cost
    return pd.DataFrame(table, index=care.geoids[row[order]])


def _provider_table(care: Care, weights: csr_array, demand: Floats, ratio: Floats) -> pd.DataFrame:
    """Tell by provider what access rests on."""
    reached = _pattern(weights).T
    placed, counted = care.provider_placed, ~np.isnan(care.supply)
    part = placed & counted & (care.supply > 0)
    used = part & (demand > 0)
    state = np.select(
        [~placed, ~counted, ~part, ~used],
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


def _tract_table(
    care: Care, weights: csr_array, access: Floats, nearest: Pairs, pairs: Pairs | None
) -> pd.DataFrame:
    """Tell access by tract."""
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
        "nearest_provider": _named(care.providers, column),
        "state": state,
    }
    by_tract = pd.DataFrame(table, index=care.geoids)
    by_tract.loc[~placed, "providers_in_reach"] = pd.NA
    return by_tract


def _named(ids: pd.Index, position: NDArray[np.intp]) -> NDArray[np.object_]:
    """Return the ids at some positions, None at -1."""
    names = np.full(len(ids) + 1, None, dtype=object)
    names[:-1] = ids
    return np.asarray(names[position], dtype=object)


def _pattern(weights: csr_array) -> csr_array:
    """Return a matrix with 1 in every cell that is held."""
    ones = np.ones(len(weights.data))
    return csr_array((ones, weights.indices, weights.indptr), shape=weights.shape)


def _active(care: Care, tracts: pd.DataFrame) -> Flags:
    """Return the providers that take part, when there are any and any children."""
    active = care.provider_placed & (care.supply > 0)
    if not active.any():
        raise ValueError(
            f"providers: none of {len(active)} has both a place and a supply above 0. Where there "
            "is truly no provider, access is 0 everywhere and needs no measuring."
        )
    if "children" not in tracts.columns:
        raise ValueError("tracts: the column 'children' is needed.")
    if not (care.tract_placed & (care.children > 0)).any():
        raise ValueError("tracts: none has both a place and resident children above 0.")
    return np.asarray(active, dtype=np.bool_)


def _effective(weights: csr_array, method: str) -> csr_array:
    """Turn distance weights to the weights of both steps."""
    if method == "e2sfca":
        return weights
    total = np.asarray(weights.sum(axis=1))
    share = weights.data / np.repeat(total, np.diff(weights.indptr))
    data = share if method == "split" else share * weights.data
    return csr_array((data, weights.indices, weights.indptr), shape=weights.shape)


def _two_steps(care: Care, weights: csr_array) -> tuple[Floats, Floats, Floats]:
    """Return demand by provider, supply by demand, and access by tract."""
    demand = np.asarray(weights.T @ np.nan_to_num(care.children))
    used = demand > 0
    ratio = np.divide(care.supply, demand, where=used, out=np.full(len(demand), np.nan))
    access = np.asarray(weights @ np.where(used, ratio, 0.0))
    unknown = np.asarray(_pattern(weights) @ ~used) > 0
    access[unknown | ~care.tract_placed] = np.nan
    return demand, ratio, access
