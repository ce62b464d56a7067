"""Access to care: providers per child within reach, and the nearest provider."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from geo.access.decay import Reach, ReachSetting, as_reach
from geo.access.pairs import (
    nearest_pairs,
    straight_weights,
    table_pairs,
    table_weights,
)
from geo.access.places import Care, Points, read_care
from geo.access.result import (
    AccessFit,
    named,
    pattern,
    provider_table,
    tract_table,
)

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

__all__ = ["AccessFit", "Reach", "floating_catchment", "nearest_provider"]

METHODS = ("e2sfca", "3sfca", "split")


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
    the providers that reach children: demand is preserved.

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

    Returns
    -------
    AccessFit
        Tables by tract and by provider; what could not be measured is told there, not raised.

    Raises
    ------
    ValueError
        Missing columns, repeated ids, no or false coordinate reference system, no provider with
        supply and a place, no children with a place, or settings out of range.

    References
    ----------
    Luo, W. and Wang, F. (2003), Environment and Planning B 30, 865-884 (two-step floating
    catchment).
    Luo, W. and Qi, Y. (2009), Health & Place 15, 1100-1107 (enhanced: weights by zone).
    Wan, N., Zou, B. and Sternberg, T. (2012), International Journal of Geographical Information
    Science 26, 1073-1089 (three steps).
    Paez, A., Higgins, C. D. and Vivona, S. F. (2019), PLoS ONE 14, e0218773 (children counted
    many times over, and shares that count them once).

    Examples
    --------
    Two tracts, two clinics; the second clinic is in reach of the east only. The first has
    100 + .5 x 300 = 250 weighed children, ratio 2 / 250 = 8 per 1,000; the second 1 / 300 = 3.33.
    The east gets .5 x 8 + 3.33.

    >>> import geopandas as gpd
    >>> tracts = gpd.GeoDataFrame({"children": [100, 300]}, index=["w", "e"], crs=32618,
    ...     geometry=gpd.points_from_xy([0, 8000], [0, 0]))
    >>> clinics = gpd.GeoDataFrame({"supply": [2, 1]}, index=["one", "two"], crs=32618,
    ...     geometry=gpd.points_from_xy([0, 12000], [0, 0]))
    >>> fit = floating_catchment(clinics, tracts, reach={5: 1.0, 10: 0.5})
    >>> fit.tracts["access"].round(2).tolist(), fit.tracts["nearest_km"].tolist()
    ([8.0, 7.33], [0.0, 4.0])
    >>> float((fit.tracts["access"] * fit.tracts["children"]).sum().round(9) / 1000)
    3.0
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
    by_provider = provider_table(care, weights, demand, ratio)
    by_tract = tract_table(care, weights, access, nearest, pairs)
    supply_used = float(care.supply[by_provider["used"].to_numpy()].sum())
    given = float(np.nansum(care.children * access))
    return AccessFit(
        by_tract,
        by_provider,
        method,
        "km" if straight else "minutes",
        setting,
        supply_used,
        abs(given / supply_used - 1) if supply_used else 0.0,
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
    """Find the k nearest providers of each tract.

    Parameters
    ----------
    providers, tracts : GeoDataFrame
        As for `floating_catchment`; children are not needed. Providers with a supply of 0 are
        passed over, those of unknown supply are not.
    k : int
        Providers for each tract; all there are when there are fewer.
    centres, travel_times, distance
        As for `floating_catchment`.

    Returns
    -------
    DataFrame by geoid
        `rank` from 1, `provider_id`, and `km` or `minutes`; tracts as given, the nearest first. A
        tract without place or provider has one row, whose provider and distance are missing.

    Raises
    ------
    ValueError
        As for `floating_catchment`; or a k that is not a whole number of at least 1.

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
    table = {"rank": rank, "provider_id": named(care.providers, column)}
    table["km" if straight else "minutes"] = cost
    return pd.DataFrame(table, index=care.geoids[row[order]])


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
    unknown = np.asarray(pattern(weights) @ ~used) > 0
    access[unknown | ~care.tract_placed] = np.nan
    return demand, ratio, access
