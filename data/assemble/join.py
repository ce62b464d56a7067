"""The join of a build: schools to the tracts their students live in, with an account of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from data.errors import DataError
from data.panel import SourceTables
from data.store.provenance import Ledger, singular
from geo.join.candidates import NEAREST, POOLS, Barrier
from geo.join.gravity import DEFAULT_SCALE_KM, GravityFit, fit_gravity
from geo.join.scale import estimate_scale
from geo.join.supplied import SuppliedFit, fit_supplied
from geo.join.zones import ZonesFit, fit_zones

REFERENCE_RULE = (
    "each school's latest year with known enrolment, all students and grades; where all are"
    " withheld, the students on the list of schools"
)
NO_PLACE = "Not located: not in the join of schools and tracts."
LEAST_SCHOOLS = 5
STATED = "stated in the place file"
DEFAULT = "the documented default"
ESTIMATED = "estimated from the district's own counts"
NO_ENROLMENT = "No known enrolment in any year: not in the join of schools and tracts."


@dataclass(frozen=True)
class LevelScale:
    """A scale of distance estimated from known flows of one level's schools.

    Attributes
    ----------
    low, high : float
        95 % interval, kilometres.
    schools : int
        Schools behind the estimate.
    students : float
        Students behind it.
    """

    level: str
    scale_km: float
    low: float
    high: float
    schools: int
    students: float


@dataclass(frozen=True, eq=False)
class Joined:
    """A join and how it was made.

    Attributes
    ----------
    table : DataFrame
        `school_id, geoid, share, students`.
    parameters : dict
        For the manifest's entry `catchment`.
    """

    table: pd.DataFrame
    parameters: dict[str, Any]


@dataclass(frozen=True)
class _Sites:
    """Schools and tracts of a place in metres, and the settings of its join."""

    slug: str
    schools: gpd.GeoDataFrame
    tracts: gpd.GeoDataFrame
    settings: Mapping[str, Any]

    @property
    def barrier(self) -> Barrier | None:
        """Line that students do not cross."""
        return Barrier(self.settings["barrier"]) if self.settings["barrier"] else None

    @property
    def located(self) -> gpd.GeoDataFrame:
        """Schools that can be joined by distance."""
        return self.schools[self.schools["geoid"].notna() & self.schools["enrolled"].notna()]

    def gravity(self, schools: gpd.GeoDataFrame, children: pd.Series, scale: Any) -> GravityFit:
        """Fit the gravity join to some of the schools and the children left for them."""
        tracts = self.tracts.assign(children=children.reindex(self.tracts.index))
        return fit_gravity(
            schools,
            tracts,
            scale_km=scale,
            k=self.settings["k"],
            barrier=self.barrier,
            grades=POOLS[self.settings["grades"]],
        )


def join_schools(tables: SourceTables, enrolled: pd.Series, ledger: Ledger) -> Joined:
    """Join the schools of a place to its tracts.

    By the district's own counts where the place has them, the other schools by gravity over the
    children whom those leave; all by gravity otherwise.

    Parameters
    ----------
    tables : SourceTables
        Matched to one another.
    enrolled : Series
        By school_id, the enrolment that students are spread by.
    ledger : Ledger
        Receives the schools left out, and what zones and counts could not be used.

    Raises
    ------
    DataError
        The counts or the zones cannot be used.
    """
    sites = _sites(tables, enrolled)
    zones = _zones(sites, tables, ledger)
    if tables.flows is None:
        estimates: tuple[LevelScale, ...] = ()
        supplied = None
    else:
        supplied = _supplied(sites, tables.flows, ledger)
        estimates = _estimates(sites, supplied.table)
    return _finished(sites, supplied, estimates, zones, ledger)


def _finished(
    sites: _Sites,
    supplied: SuppliedFit | None,
    estimates: tuple[LevelScale, ...],
    zones: tuple[LevelScale, ...],
    ledger: Ledger,
) -> Joined:
    """Join what the counts do not place by gravity, and account for the whole."""
    own = pd.DataFrame() if supplied is None else supplied.table
    taken = sites.schools.index.isin(own["school_id"]) if len(own) else False
    _list_unplaced(sites, taken, ledger)
    rest = sites.located[~sites.located.index.isin(own["school_id"])] if len(own) else sites.located
    scale = _scale(sites.settings["scale_km"], sorted(set(sites.schools["level"])), estimates)
    fit = None
    if supplied is None or len(rest):
        fit = sites.gravity(rest, children_left(sites.tracts["children"], own), scale["scale_km"])
        ledger.record(sites.slug, "catchment", "matched", fit.summary(), len(rest))
    parts = [own] if fit is None else [own, fit.table]
    table = pd.concat([part for part in parts if len(part)], ignore_index=True)
    parameters = {
        "method": "gravity" if supplied is None else "supplied",
        **scale,
        "k": sites.settings["k"],
        "barrier": sites.settings["barrier"],
        "grades": sites.settings["grades"],
        "zone_scales": [asdict(each) for each in zones],
        "by_gravity": [] if supplied is None else sorted(set(rest.index)),
        "summary": _summary(supplied, fit),
        "reference_enrolment": REFERENCE_RULE,
        **account_of(fit),
    }
    return Joined(table, parameters)


def _sites(tables: SourceTables, enrolled: pd.Series) -> _Sites:
    """Put schools and tracts in metres, with the settings of the place."""
    schools = tables.schools.sort_index()
    schools = schools.assign(enrolled=enrolled.reindex(schools.index))
    return _Sites(
        tables.area.slug,
        schools.to_crs(tables.area.crs),
        tables.tracts.sort_index().to_crs(tables.area.crs),
        _settings(tables),
    )


def _settings(tables: SourceTables) -> dict[str, Any]:
    """Give the settings of the join, with the defaults for what the place leaves out."""
    defaults: dict[str, Any] = {"scale_km": None, "k": 0, "barrier": "", "grades": "together"}
    if unknown := sorted(set(tables.join) - set(defaults)):
        raise DataError(
            f"{tables.area.slug}: the join knows {', '.join(defaults)}, not {', '.join(unknown)}"
        )
    settings = {**defaults, **tables.join}
    grades = settings["grades"]
    if grades not in POOLS:
        raise DataError(
            f"{tables.area.slug}: grades of the join must be {' or '.join(POOLS)}, not {grades!r}"
        )
    return {**settings, "k": int(settings["k"]) or NEAREST[grades]}


def _zones(sites: _Sites, tables: SourceTables, ledger: Ledger) -> tuple[LevelScale, ...]:
    """Account for the attendance zones, and say which scale they alone would give."""
    if tables.zones.empty:
        return ()
    try:
        fit: ZonesFit = fit_zones(sites.located, sites.tracts, tables.zones)
    except ValueError as error:
        raise DataError(f"{sites.slug}: its attendance zones cannot be used: {error}") from error
    ledger.take(sites.slug, "zones", fit.ledger)
    ledger.record(sites.slug, "zones", "matched", fit.summary(), len(fit.method))
    return _estimates(sites, fit.table[fit.table["school_id"].map(fit.method).eq("zones")])


def _supplied(sites: _Sites, flows: pd.DataFrame, ledger: Ledger) -> SuppliedFit:
    """Join by the district's own counts, and record what did not fit."""
    try:
        fit = fit_supplied(sites.schools, sites.tracts, flows)
    except ValueError as error:
        raise DataError(f"{sites.slug}: the district's counts cannot be used: {error}") from error
    source = str(flows["source"].iloc[0])
    # Schools without a row are not lost in a build: they follow by distance.
    steps = [each for each in fit.ledger if each[2] != fit.without_rows]
    ledger.take(source, "catchment", steps)
    ledger.record(source, "catchment", "matched", *_taken(fit))
    return fit


def _taken(fit: SuppliedFit) -> tuple[str, int]:
    """Say how many schools the counts place."""
    schools = fit.table["school_id"].nunique()
    return f"The district's own counts place the students of {schools:,} schools.", schools


def _estimates(sites: _Sites, flows: pd.DataFrame) -> tuple[LevelScale, ...]:
    """Estimate a scale for each level of five schools or more; flows must limit both sides."""
    schools = sites.located[sites.located.index.isin(flows["school_id"])]
    scales = []
    for level, members in schools.groupby("level", sort=True, observed=True):
        part = flows[flows["school_id"].isin(members.index)]
        if len(members) < LEAST_SCHOOLS or not part["students"].sum() > 0:
            continue
        fit = estimate_scale(
            members, sites.tracts, part, k=sites.settings["k"], barrier=sites.barrier
        )
        if not fit.at_bound:
            scales.append(
                LevelScale(str(level), fit.scale_km, fit.low, fit.high, fit.schools, fit.n)
            )
    return tuple(scales)


def _scale(
    stated: float | None, levels: Sequence[str], estimates: tuple[LevelScale, ...]
) -> dict[str, Any]:
    """Choose the scale of the join, with the reason: counts win over the place file's."""
    base = DEFAULT_SCALE_KM if stated is None else stated
    basis = DEFAULT if stated is None else STATED
    if not estimates:
        return {"scale_km": base, "scale_basis": basis, "scale_estimates": []}
    own = {each.level: each.scale_km for each in estimates}
    return {
        "scale_km": {level: own.get(level, base) for level in levels},
        "scale_basis": {level: ESTIMATED if level in own else basis for level in levels},
        "scale_estimates": [asdict(each) for each in estimates],
    }


def _list_unplaced(sites: _Sites, taken: Any, ledger: Ledger) -> None:
    """Record the schools that no join places."""
    placed, counted = sites.schools["geoid"].notna(), sites.schools["enrolled"].notna()
    for reason, left_out in [(NO_PLACE, ~placed), (NO_ENROLMENT, placed & ~counted)]:
        ids = sites.schools.index[left_out & ~pd.Series(taken, index=sites.schools.index)]
        ledger.record(sites.slug, "catchment", "dropped", reason, ids)


def children_left(children: pd.Series, own: pd.DataFrame) -> pd.Series:
    """Give a tract's children less the students already placed there; all when none are left."""
    if own.empty:
        return children
    placed = own.groupby("geoid")["students"].sum().reindex(children.index).fillna(0.0)
    left = (children - placed).clip(lower=0)
    return left if left.sum() > 0 else children


def _summary(supplied: SuppliedFit | None, fit: GravityFit | None) -> str:
    """Sum up both parts of the join in a sentence."""
    own = "" if supplied is None else _taken(supplied)[0]
    rest = "" if fit is None else fit.summary()
    return singular(f"{own} {rest}".strip())


def account_of(fit: GravityFit | None) -> dict[str, Any]:
    """Give the facts of a gravity fit for the manifest."""
    if fit is None:
        return {"iterations": 0, "converged": True, "unreached_tracts": 0}
    return {
        "iterations": fit.iterations,
        "converged": fit.converged,
        "tract_error_median": _number(fit.tract_error_median),
        "tract_error_max": _number(fit.tract_error_max),
        "mean_km": _number(fit.mean_km),
        "unreached_tracts": len(fit.unreached),
    }


def _number(value: float) -> float | None:
    """Keep a number that JSON can hold."""
    return float(value) if np.isfinite(value) else None
