"""Who serves where: which students have a service near home or in school, and which do not."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from analytics.inputs import Floats
from analytics.priorities.ranks import LEAST_PLACES, excess_draws
from data.panel import Panel
from data.views.neighbourhoods import neighbourhoods
from data.views.priorities import PLACE, SEED, excess
from data.views.units import sums, unit_parts
from geo.shares import share_matrix

REDRAWS = 200
FIGURES = ["students", "within", "in_house", "without", "double", "above", "above_within"]


@dataclass(frozen=True, eq=False)
class Demand:
    """Students above the reference at their likely homes.

    Attributes
    ----------
    table : DataFrame
        Index `geoid`: enrolled, rate, status, reason; NaN in tracts that may not be shown.
    draws : DataFrame, shape (tracts with a figure, draws)
        Students above the reference that each tract may have in truth, none below 0; empty where
        fewer than three tracts have a figure.
    year : str
        School year.
    """

    table: pd.DataFrame = field(repr=False)
    draws: pd.DataFrame = field(repr=False)
    year: str

    @property
    def students(self) -> pd.Series:
        """Mean of the draws by tract."""
        return self.draws.mean(axis=1)


@dataclass(frozen=True, eq=False)
class Serving:
    """What one kind of service reaches.

    Attributes
    ----------
    kind : str
        Kind of provider.
    km : float
        What counts as near, in a straight line from the middle of the home tract.
    providers, unplaced : int
        Those with a point, and those listed without one.
    total : Series
        Of the place: `students` whose homes are known by the join; `within` reach of one;
        `in_house`, whose school has one; `without` either; `double`, within reach of two or more;
        `above`, students above the reference, and `above_within`.
    areas : DataFrame
        Index neighbourhood: the same, `without_share`, `schools`, `status` and `reason`; no figure
        of those that may not be shown.
    schools : DataFrame
        Index `school_id`: name, level, enrolled, `services_here` and `services_near` (that serve
        it, and within reach of it), `within` and `without` (students), shown, status, reason.
    tracts : Series
        Providers within reach, by tract.
    sources : tuple of str
        Ids of the lists.
    year : str
        School year.
    """

    kind: str
    km: float
    providers: int
    unplaced: int
    total: pd.Series = field(repr=False)
    areas: pd.DataFrame = field(repr=False)
    schools: pd.DataFrame = field(repr=False)
    tracts: pd.Series = field(repr=False)
    sources: tuple[str, ...]
    year: str


def services(panel: Panel, kind: str, added: gpd.GeoDataFrame | None = None) -> gpd.GeoDataFrame:
    """Give the placed providers of a kind, with those that were handed in."""
    every = [panel.providers, *([] if added is None else [added])]
    parts = [each[each["kind"].eq(kind) & each.geometry.notna()] for each in every]
    columns = ["name", "address", "source", "vintage", "geometry"]
    return gpd.GeoDataFrame(pd.concat([part[columns] for part in parts]))


def homes(panel: Panel) -> Floats:
    """Give a point inside each tract in kilometres, from which ways are measured."""
    points = panel.tracts.to_crs(panel.area.crs).geometry.representative_point()
    return np.asarray(np.column_stack([points.x, points.y]) / 1000)


def kilometres(points: gpd.GeoSeries, crs: str) -> Floats:
    """Give points in kilometres of the place's own system."""
    flat = points.to_crs(crs)
    return np.asarray(np.column_stack([flat.x, flat.y]) / 1000)


def demand_view(
    panel: Panel,
    schools: pd.DataFrame,
    shares: pd.DataFrame,
    *,
    draws: int = REDRAWS,
    seed: int = SEED,
) -> Demand:
    """Draw the students above the place's rate of their level at their likely homes.

    Parameters
    ----------
    panel : Panel
        Protected panel.
    schools : DataFrame
        `school_view` of the year and level.
    shares : DataFrame
        Join of schools and tracts.
    draws, seed : int
        Of `analytics.priorities.excess_draws`.

    Notes
    -----
    A tract with fewer than expected counts as none, in each draw: what a site reaches is people,
    and nobody is made up for by fewer elsewhere. Its mean over the draws is above 0 wherever it is
    not sure that there are none.
    """
    parts = unit_parts(panel, "tract", shares).reindex(schools.index).fillna(0.0)
    parts = parts.loc[:, parts.gt(0).any()]
    table = sums(parts, schools["chronic_absent"], schools["enrolled"])
    beyond = excess(schools, parts, PLACE).where(table["rate"].notna())
    known = beyond[beyond.notna().all(axis=1) & beyond["expected"].gt(0)]
    year = str(schools["school_year"].iloc[0]) if len(schools) else ""
    kept = table[["enrolled", "rate", "status", "reason"]].rename_axis("geoid")
    if len(known) < LEAST_PLACES:
        return Demand(kept, pd.DataFrame(index=known.index[:0]), year)
    drawn = excess_draws(known, draws=draws, seed=seed).clip(lower=0.0)
    return Demand(kept, drawn.rename_axis("geoid"), year)


def serving_view(
    panel: Panel,
    schools: pd.DataFrame,
    shares: pd.DataFrame,
    demand: Demand,
    kind: str,
    *,
    km: float,
    added: gpd.GeoDataFrame | None = None,
) -> Serving:
    """Count the students that a kind of service reaches, by neighbourhood and school.

    Parameters
    ----------
    panel : Panel
        Protected panel.
    schools, shares : DataFrame
        `school_view` and the join.
    demand : Demand
        From `demand_view` of the same schools.
    kind : str
        One of `Panel.services`, or of `added`.
    km : float
        What counts as near.
    added : GeoDataFrame, optional
        Providers that were handed in, as in the contract.
    """
    sites = services(panel, kind, added)
    at = kilometres(sites.geometry, panel.area.crs)
    counts = pd.Series(_within(homes(panel), at, km), panel.tracts.index, name="near")
    kind_of = panel.providers["kind"].reindex(panel.served["provider_id"]).to_numpy()
    house = panel.served.loc[kind_of == kind, "school_id"].value_counts()
    inside = house.reindex(schools.index, fill_value=0).to_numpy()
    matrix = share_matrix(shares, schools.index, panel.tracts.index)
    students = schools["enrolled"].fillna(0.0).to_numpy(float)
    reach = _Reach(students, matrix, counts.to_numpy(), inside, _drawn(demand, panel))
    listed = panel.providers[panel.providers["kind"].eq(kind)]
    return Serving(
        kind=kind,
        km=km,
        providers=len(sites),
        unplaced=int(listed.geometry.isna().sum()),
        total=reach.of(np.ones((len(counts), 1))).iloc[0],
        areas=_areas(panel, schools, shares, reach),
        schools=_schools(panel, schools, reach, at, km),
        tracts=counts,
        sources=tuple(sorted({*sites["source"], *listed["source"]})),
        year=demand.year,
    )


@dataclass(frozen=True, eq=False)
class _Reach:
    """Students of schools over tracts, and what is near to tracts and in schools."""

    students: Floats
    matrix: csr_array
    near: NDArray[np.int64]
    house: NDArray[np.int64]
    above: Floats

    def of(self, member: Floats) -> pd.DataFrame:
        """Sum up over units; `member` says which tracts belong to which, shape (tracts, units)."""
        near = (self.near > 0)[:, None] * member
        twice, far = (self.near > 1)[:, None] * member, (self.near == 0)[:, None] * member
        housed = self.students * (self.house > 0)
        columns = {
            "students": self.students @ (self.matrix @ member),
            "within": self.students @ (self.matrix @ near),
            "in_house": housed @ (self.matrix @ member),
            "without": (self.students - housed) @ (self.matrix @ far),
            "double": self.students @ (self.matrix @ twice),
            "above": self.above @ member,
            "above_within": self.above @ near,
        }
        return pd.DataFrame(columns)[FIGURES]


def _within(points: Floats, sites: Floats, km: float) -> NDArray[np.int64]:
    """Count the sites within reach of each point."""
    if not len(sites):
        return np.zeros(len(points), dtype=np.int64)
    counts: NDArray[np.int64] = cKDTree(sites).query_ball_point(points, km, return_length=True)
    return counts


def _drawn(demand: Demand, panel: Panel) -> Floats:
    """Lay the students above the reference out over all tracts."""
    return np.asarray(demand.students.reindex(panel.tracts.index).fillna(0.0), dtype=float)


def _areas(
    panel: Panel, schools: pd.DataFrame, shares: pd.DataFrame, reach: _Reach
) -> pd.DataFrame:
    """Sum up by neighbourhood, as far as each may be shown."""
    names = neighbourhoods(panel.tracts)
    member = pd.get_dummies(names, dtype=float).sort_index(axis=1)
    member = member.rename_axis(columns="neighbourhood")
    parts = unit_parts(panel, "neighbourhood", shares).reindex(schools.index).fillna(0.0)
    gate = sums(parts, schools["chronic_absent"], schools["enrolled"])
    table = reach.of(member.to_numpy()).set_axis(member.columns)
    table = table.reindex(gate.index).where(gate["status"].eq("reported"), np.nan, axis=0)
    share = table["without"] / table["students"].where(table["students"] > 0)
    table = table.assign(without_share=share).join(gate[["schools", "status", "reason"]])
    return table.rename_axis("neighbourhood")


def _schools(
    panel: Panel, schools: pd.DataFrame, reach: _Reach, at: Floats, km: float
) -> pd.DataFrame:
    """Say of each school what is in it and near it, and what its students have near home."""
    placed = panel.schools.geometry.reindex(schools.index).notna().to_numpy()
    near = np.full(len(schools), np.nan)
    points = panel.schools.loc[schools.index[placed]].geometry
    near[placed] = _within(kilometres(points, panel.area.crs), at, km)
    shown = schools["shown"].to_numpy(bool)
    known = np.asarray(reach.matrix.sum(axis=1)).ravel() > 0
    within = np.asarray(reach.matrix @ (reach.near > 0)).ravel() * reach.students
    gap = np.clip(reach.students - within, 0.0, None)
    table = schools[["name", "level", "enrolled", "shown", "status", "reason"]].assign(
        services_here=reach.house,
        services_near=near,
        within=np.where(known & shown, within, np.nan),
        without=np.where(known & shown, gap * (reach.house == 0), np.nan),
    )
    return table.assign(enrolled=table["enrolled"].where(shown))
