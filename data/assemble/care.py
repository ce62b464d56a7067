"""Access to care as drivers of a place: providers for each child, and the nearest provider."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

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
PUBLISHER = "Attendance Atlas"
SUPPLY_GIVEN = "supply as given by the source"
SUPPLY_ONE = "each provider counts as 1"


@dataclass
class _Care:
    """One place's providers and tracts in metres, and what was measured so far."""

    tables: SourceTables
    ledger: Ledger
    made: list[pd.DataFrame] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        crs = self.tables.area.crs
        found = self.tables.providers
        self.placed = found[found.geometry.notna()].to_crs(crs)
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
        known = values.notna()
        table = {
            "geoid": values.index,
            "measure": measure,
            "value": values.to_numpy(dtype="float64"),
            "moe": np.nan,
            "unit": unit,
            "reliability": "undefined",
            "status": np.where(known, "reported", "missing"),
            "source": self.source,
            "vintage": "; ".join(sorted(used["vintage"].unique())),
        }
        self.made.append(pd.DataFrame(table))


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
    wanted = _wanted(care)
    try:
        for measure in wanted:
            _measure(care, measure)
    except ValueError as error:
        raise DataError(f"{tables.area.slug}: access cannot be measured: {error}") from error
    if not care.made:
        return tables, care.told
    drivers = pd.concat([tables.drivers, *care.made], ignore_index=True)
    sources = (*tables.sources, _source(care))
    return replace(tables, drivers=drivers, sources=sources), care.told


def _wanted(care: _Care) -> list[str]:
    """Choose the measures that there are providers for, and that no records give."""
    recorded = set(care.tables.drivers["measure"])
    wanted = []
    for measure, kinds in {ACCESS: CLINICS, **DISTANCES}.items():
        found = care.of_kind(kinds)
        if found.empty:
            care.told[measure] = {"measured": False, "why": "the place lists no such provider"}
        elif measure in recorded:
            care.told[measure] = {"measured": False, "why": "the place has it from records"}
            said = f"{measure}: the place has it from records, so it is not computed from these."
            care.ledger.record(care.tables.area.slug, "providers", "kept", said, found.index)
        else:
            wanted.append(measure)
    return wanted


def _measure(care: _Care, measure: str) -> None:
    if measure == ACCESS:
        _clinic_access(care)
    else:
        _distance(care, measure)


def _clinic_access(care: _Care) -> None:
    """Divide the clinics inside the area among its children.

    Children beyond the border are not known. Clinics there would be divided among this side's
    children alone, and look generous: they are left out, as are the children they serve.
    """
    clinics = care.of_kind(CLINICS)
    inside = locate(clinics, care.tracts).notna()
    said = "Outside the study area: counts for distances, not for clinics per child."
    slug = care.tables.area.slug
    care.ledger.record(slug, "providers", "kept", said, clinics.index[~inside])
    children = care.tracts["children"].gt(0).any()
    clinics, supply = _supply(clinics[inside])
    if clinics.empty or not children:
        why = "no clinic with supply inside the area" if children else "no children are known"
        care.told[ACCESS] = {"measured": False, "why": why}
        return
    fit = floating_catchment(
        clinics,
        care.tracts,
        reach=_reach(care.tables),
        centres=care.tables.centres,
        travel_times=_times(care.tables, clinics),
    )
    care.add(ACCESS, "per_1000", fit.tracts["access"], clinics)
    _account(care, fit, supply)


def _supply(clinics: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, str]:
    """Count supply as given where one source gives it for all; hours and chairs never add up."""
    if len(set(clinics["source"])) == 1 and clinics["supply"].notna().all():
        return clinics[clinics["supply"].gt(0)], SUPPLY_GIVEN
    return clinics.drop(columns="supply"), SUPPLY_ONE


def _account(care: _Care, fit: AccessFit, supply: str) -> None:
    facts = [("kept", f"{ACCESS}: {what}", ids) for what, ids in fit.facts().items()]
    care.ledger.take(care.source, "drivers", facts)
    care.ledger.record(care.source, "drivers", "matched", fit.summary(), len(fit.tracts))
    care.told[ACCESS] = {
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
    found = care.of_kind(DISTANCES[measure]).drop(columns="supply")
    near = nearest_provider(found, care.tracts, centres=care.tables.centres)
    care.add(measure, "km", near["km"], found)
    said = f"{measure}: nearest of {len(found):,} providers, as the crow flies."
    care.ledger.record(care.source, "drivers", "matched", said, int(near["km"].notna().sum()))
    care.told[measure] = {
        "measured": True,
        "kinds": list(DISTANCES[measure]),
        "providers": len(found),
        "distance": "as the crow flies",
        "from": "centroids" if care.tables.centres is None else "population centres",
    }


def _reach(tables: SourceTables) -> dict[float, float] | None:
    """Take the zones of the place file, in the unit of what is measured."""
    unit = "km" if tables.travel_times is None else "minutes"
    return tables.access.get(f"reach_{unit}")


def _times(tables: SourceTables, clinics: pd.DataFrame) -> pd.DataFrame | None:
    if tables.travel_times is None:
        return None
    times = tables.travel_times
    return times[times["provider_id"].isin(clinics.index)]


def _source(care: _Care) -> Source:
    used = sorted(care.tables.providers["source"].unique())
    known = {each.id: each for each in care.tables.sources}
    licences = {known[each].licence for each in used if each in known}
    about = " (fictional place)" if care.tables.area.fictional else ""
    return Source(
        id=care.source,
        publisher=PUBLISHER + about,
        title=f"Access to care, computed from {', '.join(used)} and resident children",
        url="",
        vintage="; ".join(sorted(care.tables.providers["vintage"].unique())),
        retrieved="",
        licence="; ".join(sorted(licences)),
        sha256="",
        release="published",
    )
