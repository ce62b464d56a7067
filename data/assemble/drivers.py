"""Drivers that the build computes: designated areas, and access to care."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from data.assemble.vintages import is_of
from data.errors import DataError
from data.panel import SourceTables
from data.store.provenance import Ledger, Source
from geo.access.access import AccessFit, floating_catchment, nearest_provider
from geo.areas.locate import locate

CLINICS = ("health_centre", "school_clinic", "clinic")
ACCESS = "clinic_access"
DISTANCES = {
    "clinic_km": CLINICS,
    "school_clinic_km": ("school_clinic",),
    "pharmacy_km": ("pharmacy",),
}
IN_SCHOOLS = "the place lists clinics in schools only"
PUBLISHER = "Attendance Atlas"
SUPPLY_GIVEN = "supply as given by the source"
SUPPLY_ONE = "each provider counts as 1"


@dataclass
class _Care:
    """One place's providers and tracts in metres, and what was measured so far."""

    tables: SourceTables
    ledger: Ledger
    made: list[pd.DataFrame] = field(default_factory=list)
    account: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        crs = self.tables.area.crs
        providers = self.tables.providers
        self.placed = providers[providers.geometry.notna()].to_crs(crs)
        self.tracts = self.tables.tracts.to_crs(crs)

    @property
    def source(self) -> str:
        """Id of the source that computed drivers name."""
        return f"{self.tables.area.slug}_access"

    def of_kind(self, kinds: Iterable[str]) -> gpd.GeoDataFrame:
        """Take the placed providers of some kinds."""
        return self.placed[self.placed["kind"].isin(list(kinds))]

    def add(self, measure: str, unit: str, values: pd.Series, used: pd.DataFrame) -> None:
        """Add one measure by tract; it describes the time of the providers it rests on."""
        vintage = "; ".join(sorted(used["vintage"].unique()))
        self.made.append(_rows(values, measure, unit, self.source, vintage))


def with_designations(tables: SourceTables, ledger: Ledger) -> SourceTables:
    """Add the designations of a place to its drivers.

    A tract is 1 when the list names it or its whole county. It is missing when the list names
    part of its county that cannot be tied to tracts, and not the tract. It is 0 otherwise:
    the publisher lists every designation there is. Tracts of another census year are answered
    for as such, and carried over afterwards like any other driver: 0 and 1 become fractions.

    Parameters
    ----------
    tables : SourceTables
        With `designations` or without.
    ledger : Ledger
        Receives how many tracts are 1, 0 and missing.

    Raises
    ------
    DataError
        A list names nothing in the state of the place, or tracts of an unknown census year.
    """
    if tables.designations is None:
        return tables
    groups = tables.designations.groupby(["measure", "source"], sort=True)
    made = [_answers(tables, rows, ledger) for _, rows in groups]
    drivers = pd.concat([tables.drivers, *made], ignore_index=True)
    return replace(tables, drivers=drivers, designations=None)


def with_access(tables: SourceTables, ledger: Ledger) -> tuple[SourceTables, dict[str, Any]]:
    """Measure access to the providers of a place.

    Parameters
    ----------
    tables : SourceTables
        Matched to one another; `centres`, `travel_times` and `access` where the place has them.
    ledger : Ledger
        Receives what was measured and what could not be.

    Returns
    -------
    (SourceTables, dict)
        With the drivers `clinic_access`, `clinic_km`, `school_clinic_km` and `pharmacy_km` as far
        as there are such providers, and their source; and how they were made, for the manifest.
        A measure that the place has from records already is left as it is.

    Raises
    ------
    DataError
        Settings or tables that cannot be used.
    """
    if tables.providers.empty:
        return tables, {}
    care = _Care(tables, ledger)
    try:
        for measure in _wanted(care):
            if measure == ACCESS:
                _clinic_access(care)
            else:
                _distance(care, measure)
    except ValueError as error:
        raise DataError(f"{tables.area.slug}: access cannot be measured: {error}") from error
    if not care.made:
        return tables, care.account
    drivers = pd.concat([tables.drivers, *care.made], ignore_index=True)
    sources = (*tables.sources, _source(care))
    return replace(tables, drivers=drivers, sources=sources), care.account


def _answers(tables: SourceTables, rows: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """Answer for every tract whether one list names it."""
    measure, source, vintage = rows[["measure", "source", "vintage"]].iloc[0]
    _refuse_other_state(tables, rows, source)
    counties = tables.tracts["county"].unique()
    near = rows[rows["area_id"].str[:5].isin(counties)]
    far = rows.index.difference(near.index)
    ledger.record(source, "drivers", "dropped", "Designated area outside the study area.", len(far))
    kinds = {kind: near.loc[near["area_kind"].eq(kind), "area_id"] for kind in ("tract", "county")}
    parts = near.loc[near["area_kind"].eq("part"), "area_id"].str[:5]
    geoids = _all_tracts(tables, kinds["tract"], source)
    strange = kinds["tract"][~kinds["tract"].isin(geoids)]
    ledger.record(source, "drivers", "dropped", "Designated tract unknown here.", strange)
    listed = geoids.isin(kinds["tract"]) | geoids.str[:5].isin(kinds["county"])
    unknown = ~listed & geoids.str[:5].isin(parts)
    values = pd.Series(np.select([unknown, listed], [np.nan, 1.0], 0.0), index=geoids)
    _count_answers(measure, source, values, ledger)
    return _rows(values, measure, "fraction", source, vintage)


def _rows(values: pd.Series, measure: str, unit: str, source: str, vintage: str) -> pd.DataFrame:
    """Set out values by tract as drivers without a margin of error."""
    return pd.DataFrame(
        {
            "geoid": values.index,
            "measure": measure,
            "value": values.to_numpy(dtype="float64"),
            "moe": np.nan,
            "unit": unit,
            "reliability": "undefined",
            "status": np.where(values.notna(), "reported", "missing"),
            "source": source,
            "vintage": vintage,
        }
    )


def _all_tracts(tables: SourceTables, listed: pd.Series, source: str) -> pd.Index:
    """Give every tract of the place, of the census year that the list is written in."""
    tracts = tables.tracts.index
    if listed.empty or is_of(listed, tracts):
        return tracts
    if tables.crosswalk is not None:
        other = pd.Index(tables.crosswalk["source"].unique())
        other = other[other.str[:5].isin(tables.tracts["county"])]
        if is_of(listed, other):
            return other
    strange = listed[~listed.isin(tracts)]
    raise DataError(
        f"{source}: {len(strange):,} of {len(listed):,} designated tracts are unknown here "
        f"(first {strange.iloc[0]}): they are of another census year. Add a recipe with the table "
        '"crosswalk" or "other_tracts" to the place'
    )


def _count_answers(measure: str, source: str, values: pd.Series, ledger: Ledger) -> None:
    """Record how many tracts are listed, not listed and not known."""
    answers = (
        ("matched", "in a listed area: 1.", values.eq(1)),
        (
            "matched",
            "in no listed area: 0, because the publisher's list is complete.",
            values.eq(0),
        ),
        (
            "kept",
            "missing: part of the county is listed, and it cannot be said whether the tract lies "
            "in it.",
            values.isna(),
        ),
    )
    for action, words, rows in answers:
        step = (action, f"{measure}: tracts {words}", values.index[rows])
        ledger.take(source, "drivers", [step])


def _refuse_other_state(tables: SourceTables, rows: pd.DataFrame, source: str) -> None:
    state = str(tables.tracts.index[0])[:2]
    if not rows["area_id"].str.startswith(state).any():
        raise DataError(
            f"{source}: the list names no area of state {state}, so it cannot be complete for "
            f"{tables.area.name}; take the national file, or that of this state"
        )


def _wanted(care: _Care) -> list[str]:
    """Choose the measures that there are providers for, and that no records give."""
    recorded = set(care.tables.drivers["measure"])
    measures = []
    for measure, kinds in {ACCESS: CLINICS, **DISTANCES}.items():
        providers = care.of_kind(kinds)
        if providers.empty:
            care.account[measure] = {"measured": False, "why": "the place lists no such provider"}
        elif len(kinds) > 1 and set(providers["kind"]) == {"school_clinic"}:
            # A list of one kind says nothing of how far the nearest of several kinds is.
            care.account[measure] = {"measured": False, "why": IN_SCHOOLS}
        elif measure in recorded:
            care.account[measure] = {"measured": False, "why": "the place has it from records"}
            reason = f"{measure}: the place has it from records, so it is not computed from these."
            care.ledger.record(care.tables.area.slug, "providers", "kept", reason, providers.index)
        else:
            measures.append(measure)
    return measures


def _clinic_access(care: _Care) -> None:
    """Divide the clinics inside the area among its children.

    Children beyond the border are not known. Clinics there would be divided among this side's
    children alone, and look generous: they are left out, as are the children they serve.
    """
    clinics = care.of_kind(CLINICS)
    inside = locate(clinics, care.tracts).notna()
    reason = "Outside the study area: counts for distances, not for clinics per child."
    slug = care.tables.area.slug
    care.ledger.record(slug, "providers", "kept", reason, clinics.index[~inside])
    children = care.tracts["children"].gt(0).any()
    clinics, supply = _supply(clinics[inside])
    if clinics.empty or not children:
        why = "no clinic with supply inside the area" if children else "no children are known"
        care.account[ACCESS] = {"measured": False, "why": why}
        return
    times = care.tables.travel_times
    fit = floating_catchment(
        clinics,
        care.tracts,
        reach=care.tables.access.get("reach_km" if times is None else "reach_minutes"),
        centres=care.tables.centres,
        travel_times=None if times is None else times[times["provider_id"].isin(clinics.index)],
    )
    care.add(ACCESS, "per_1000", fit.tracts["access"], clinics)
    _record_access(care, fit, supply)


def _supply(clinics: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, str]:
    """Count supply as given where one source gives it for all; hours and chairs never add up."""
    if len(set(clinics["source"])) == 1 and clinics["supply"].notna().all():
        return clinics[clinics["supply"].gt(0)], SUPPLY_GIVEN
    return clinics.drop(columns="supply"), SUPPLY_ONE


def _record_access(care: _Care, fit: AccessFit, supply: str) -> None:
    """Account for the clinics per child, in the ledger and for the manifest."""
    facts = [("kept", f"{ACCESS}: {what}", ids) for what, ids in fit.facts().items()]
    care.ledger.take(care.source, "drivers", facts)
    care.ledger.record(care.source, "drivers", "matched", fit.summary(), len(fit.tracts))
    care.account[ACCESS] = {
        "measured": True,
        "method": fit.method,
        "kinds": list(CLINICS),
        "providers": len(fit.providers),
        "supply": supply,
        "supply_used": fit.supply_used,
        "reach": fit.reach.told(fit.unit),
        "summary": fit.summary(),
    }


def _distance(care: _Care, measure: str) -> None:
    """Measure how far the nearest provider is as the crow flies, those beyond the border too."""
    providers = care.of_kind(DISTANCES[measure]).drop(columns="supply")
    near = nearest_provider(providers, care.tracts, centres=care.tables.centres)
    care.add(measure, "km", near["km"], providers)
    reason = f"{measure}: nearest of {len(providers):,} providers, as the crow flies."
    care.ledger.record(care.source, "drivers", "matched", reason, int(near["km"].notna().sum()))
    care.account[measure] = {
        "measured": True,
        "kinds": list(DISTANCES[measure]),
        "providers": len(providers),
        "distance": "as the crow flies",
        "from": "centroids" if care.tables.centres is None else "population centres",
    }


def _source(care: _Care) -> Source:
    """Describe the computed drivers by the lists that they rest on."""
    providers = care.of_kind({kind for kinds in DISTANCES.values() for kind in kinds})
    used = sorted(providers["source"].unique())
    licences = {each.licence for each in care.tables.sources if each.id in used}
    about = " (fictional place)" if care.tables.area.fictional else ""
    return Source(
        id=care.source,
        publisher=PUBLISHER + about,
        title=f"Access to care, computed from {', '.join(used)} and resident children",
        url="",
        vintage="; ".join(sorted(providers["vintage"].unique())),
        retrieved="",
        licence="; ".join(sorted(licences)),
        sha256="",
        release="published",
    )
