"""Who else lives in the fictional demo county, and where children are cared for.

Care is placed unevenly on purpose: nobody gives any near the planted spot `FAR_SPOT`.
"""

from __future__ import annotations

from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.contracts.check import STORED_CRS
from data.demo.figures import SPOTS, smooth
from data.demo.geography import CENTRE_M, Array, County
from data.demo.schools import Schools

CHILD_SHARE, CHILD_SHARE_SD = 0.165, 0.02
SHARE_KM = 7.0

FAR_SPOT = "hot northwest"
FAR_M = 9_000.0  # nobody gives care nearer to that spot
SCHOOL_CLINICS = 4
REACH_KM = MappingProxyType({3.0: 1.0, 6.0: 0.68, 12.0: 0.22})
SITES = {  # name: kind, x and y in metres from the county's centre, clinicians
    "Halcyon Health Centre at Old Quay": ("health_centre", 400.0, 600.0, 9.0),
    "Halcyon Health Centre Eastbank": ("health_centre", 5_200.0, -1_500.0, 6.0),
    "Halcyon Health Centre South": ("health_centre", -9_300.0, -9_600.0, 4.0),
    "Skylark Pharmacy": ("pharmacy", -900.0, 300.0, np.nan),
    "Lyre River Pharmacy": ("pharmacy", 1_700.0, 1_800.0, np.nan),
    "Marigold Pharmacy": ("pharmacy", 800.0, -2_400.0, np.nan),
    "Kingfisher Pharmacy": ("pharmacy", 4_300.0, 2_300.0, np.nan),
    "Tamarack Pharmacy": ("pharmacy", 6_800.0, -4_200.0, np.nan),
    "Heron Pharmacy": ("pharmacy", 10_300.0, -9_800.0, np.nan),
    "Foxglove Pharmacy": ("pharmacy", -9_900.0, -10_400.0, np.nan),
}


def residents_by_tract(county: County, children: Array, rng: np.random.Generator) -> Array:
    """Give each tract residents of all ages, so that the part of children varies smoothly.

    Parameters
    ----------
    county : County
        The land.
    children : ndarray, shape (tracts,)
        Children of school age as surveyed.
    rng : numpy.random.Generator
        Source of all randomness.
    """
    share = CHILD_SHARE + CHILD_SHARE_SD * smooth(county, SHARE_KM, rng)
    residents = np.round(children / share.clip(0.08, 0.30))
    return np.where(county.inhabited, residents, 0.0)


def providers(county: County, schools: Schools, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Place health centres and pharmacies in the towns, and clinics in a few schools.

    Parameters
    ----------
    county : County
        The land.
    schools : Schools
        Some of which get a clinic.
    rng : numpy.random.Generator
        Chooses the schools.

    Returns
    -------
    GeoDataFrame
        As in `data.contracts.tables`.
    """
    table = pd.concat([_sites(county), _in_schools(schools, rng)], ignore_index=True)
    table.index = pd.Index([f"HP{number:02d}" for number in range(1, len(table) + 1)])
    table.index.name = "provider_id"
    table = table.assign(source="demo_providers", vintage="2023-24 (made up)")
    return gpd.GeoDataFrame(table, crs=county.tracts.crs).to_crs(STORED_CRS)


def far_from_care(points: Array) -> Array:
    """Say how far points lie from the spot without care, in metres; x and y from the centre."""
    at = next(spot.at for spot in SPOTS if spot.name == FAR_SPOT)
    return np.asarray(np.hypot(*(points - at).T), dtype=np.float64)


def _sites(county: County) -> pd.DataFrame:
    """Put each site inside the inhabited tract nearest to its place."""
    homes = county.xy[county.inhabited]
    hoods = county.tracts["neighbourhood"].to_numpy()[county.inhabited]
    rows = []
    for name, (kind, x, y, supply) in SITES.items():
        near = int(np.argmin(np.hypot(*(homes - (x, y)).T)))
        address = f"{near + 1} Care Street, {hoods[near]}"
        rows.append((name, kind, supply, address, shapely.Point(homes[near] + CENTRE_M)))
    return pd.DataFrame(rows, columns=["name", "kind", "supply", "address", "geometry"])


def _in_schools(schools: Schools, rng: np.random.Generator) -> pd.DataFrame:
    """Choose schools with a building, away from the spot without care."""
    housed = schools.table[schools.table.geometry.notna()]
    points = shapely.get_coordinates(housed.geometry.to_numpy()) - CENTRE_M
    open_to = housed.index[far_from_care(points) > FAR_M]
    chosen = housed.loc[sorted(rng.choice(open_to, size=SCHOOL_CLINICS, replace=False))]
    return pd.DataFrame(
        {
            "name": "School clinic at " + chosen["name"],
            "kind": "school_clinic",
            "supply": 1.0,
            "address": chosen["neighbourhood"].to_numpy(),
            "geometry": chosen.geometry.to_numpy(),
        }
    )
