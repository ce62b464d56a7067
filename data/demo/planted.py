"""What is planted in the fictional demo county, and the figures drawn from it.

Absence runs high or low in planted spots, drivers follow a common field of deprivation, and nobody
gives care near `FAR_SPOT`: it is placed unevenly on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.special import expit, logit

from analytics.rates.acs import reliability
from data.contracts.check import STORED_CRS
from data.demo.geography import CENTRE_M, TOWNS, Array, County
from data.demo.schools import LEVELS, Counts, Schools

YEARS = ("2018-19", "2019-20", "2020-21", "2021-22", "2022-23", "2023-24")
YEAR_EFFECTS = (-0.55, -0.85, -0.20, 0.0, -0.08, -0.18)
YEAR_NOISE = (0.12, 0.15, 0.30, 0.12, 0.12, 0.12)
REFERENCE_YEAR = "2021-22"
BREAK_YEAR, BREAK_EFFECT = "2022-23", 0.40
INTERCEPT = -1.54
SCHOOL_SD = 0.26

CHILDREN = 155.0  # in a middling tract; up to eight times as many in the three small towns
FAMILY_RADIUS_M = 3_800.0
DEPRIVATION_KM = 5.0
DEPRIVATION_ON_ABSENCE = 0.12
OTHER_ON_ABSENCE = 0.08
CHILD_SHARE, CHILD_SHARE_SD = 0.165, 0.02
SHARE_KM = 7.0

FAR_SPOT = "hot northwest"
FAR_M = 9_000.0  # nobody gives care nearer to that spot
SCHOOL_CLINICS = 4
REACH_KM = MappingProxyType({3.0: 1.0, 6.0: 0.68, 12.0: 0.22})
Site = tuple[str, float, float, float]
SITES: Mapping[str, Site] = {  # name: kind, x and y in metres from the county's centre, clinicians
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
MORE_SITES: Mapping[str, Site] = {
    "Lantern Family Counselling": ("mental_health", -400.0, -900.0, np.nan),
    "Old Quay Food Pantry": ("pantry_food", 600.0, 1_400.0, np.nan),
    "Eastbank Community Kitchen": ("pantry_food", 5_600.0, -900.0, np.nan),
    "Southfield Food Pantry": ("pantry_food", -9_000.0, -9_900.0, np.nan),
}
"""Services that are no clinic: none of them is near `FAR_SPOT` either."""
COUNSELLORS = 6  # schools with a service for mental health


@dataclass(frozen=True)
class Spot:
    """A planted group of tracts.

    Attributes
    ----------
    name : str
        Short name.
    at : tuple of float
        Middle, in metres from the county's centre.
    tracts : int
        The nearest so many inhabited tracts belong to it.
    effect : float
        Log odds of chronic absence added for students who live there.
    """

    name: str
    at: tuple[float, float]
    tracts: int
    effect: float


SPOTS = (
    Spot("hot northwest", (-11_000.0, 8_500.0), 9, 2.0),
    Spot("hot southeast", (10_500.0, -9_500.0), 9, 2.0),
    Spot("cold southwest", (-9_500.0, -10_000.0), 9, -2.0),
)


@dataclass(frozen=True)
class Driver:
    """How a social driver varies.

    Attributes
    ----------
    mean : float
        Fraction in a middling tract.
    spread : float
        Standard deviation of its log odds between tracts.
    loading : float
        Correlation of the log odds with the county's common field of deprivation.
    sample : float
        Effective number of people or homes asked in one tract.
    """

    mean: float
    spread: float
    loading: float
    sample: float


DRIVERS = MappingProxyType(
    {
        "uninsured": Driver(0.085, 0.50, 0.70, 240.0),
        "housing_cost_burden": Driver(0.31, 0.40, 0.75, 160.0),
        "crowding": Driver(0.035, 0.65, 0.60, 160.0),
        "no_vehicle": Driver(0.080, 0.75, 0.60, 160.0),
        "poverty_150": Driver(0.20, 0.55, 0.90, 240.0),
        "no_internet": Driver(0.095, 0.55, 0.80, 160.0),
        "single_parent": Driver(0.075, 0.50, 0.70, 160.0),
    }
)


@dataclass(frozen=True)
class Field:
    """The hidden truth over the tracts.

    Attributes
    ----------
    deprivation : ndarray, shape (tracts,)
        Common field behind the drivers; mean 0, standard deviation 1 over inhabited tracts.
    absence : ndarray, shape (tracts,)
        Log odds of chronic absence of the students who live there, beside level and school.
    planted : dict
        For each spot its tracts' positions.
    """

    deprivation: Array
    absence: Array
    planted: dict[str, NDArray[np.intp]]


def children_by_tract(county: County, rng: np.random.Generator) -> Array:
    """Draw the true number of children of school age; none in parks and on water."""
    near = np.zeros(len(county.tracts))
    for x, y, _, _ in TOWNS[1:]:
        near += np.exp(-((np.hypot(*(county.xy - (x, y)).T) / FAMILY_RADIUS_M) ** 2))
    drawn = np.round(CHILDREN * (1 + 7 * near) * rng.lognormal(0.0, 0.30, len(near)))
    return np.where(county.inhabited, drawn, 0.0)


def build_field(county: County, rng: np.random.Generator) -> Field:
    """Draw the smooth fields and plant the spots."""
    deprivation = smooth(county, DEPRIVATION_KM, rng)
    other = smooth(county, DEPRIVATION_KM, rng)
    absence = DEPRIVATION_ON_ABSENCE * deprivation + OTHER_ON_ABSENCE * other
    homes = np.flatnonzero(county.inhabited)
    planted = {}
    for spot in SPOTS:
        nearest = np.argsort(np.hypot(*(county.xy[homes] - spot.at).T), kind="stable")
        planted[spot.name] = np.sort(homes[nearest[: spot.tracts]])
        absence[planted[spot.name]] += spot.effect
    return Field(deprivation, absence, planted)


def smooth(county: County, length_km: float, rng: np.random.Generator) -> Array:
    """Draw a smooth random field: white noise under a Gaussian kernel, standardised."""
    apart = np.hypot(*(county.xy[:, None] - county.xy[None]).transpose(2, 0, 1)) / 1_000
    kernel = np.exp(-((apart / length_km) ** 2))
    kernel /= np.sqrt((kernel**2).sum(axis=1, keepdims=True))
    field = kernel @ rng.standard_normal(len(county.xy))
    home = field[county.inhabited]
    return np.asarray((field - home.mean()) / home.std(), dtype=np.float64)


def tract_drivers(county: County, field: Field, rng: np.random.Generator) -> pd.DataFrame:
    """Survey the drivers in every tract, with the margins of error such a small sample has."""
    tables = []
    for measure, driver in DRIVERS.items():
        own = np.sqrt(1 - driver.loading**2) * smooth(county, 2.5, rng)
        true = expit(
            logit(driver.mean) + driver.spread * (driver.loading * field.deprivation + own)
        )
        sample = np.round(driver.sample * rng.lognormal(0.0, 0.2, len(true)))
        value = rng.binomial(sample.astype(np.int64), true) / sample
        floor = np.maximum(value, 0.7 / sample)
        moe = 1.645 * np.sqrt(floor * (1 - floor) / sample)
        columns = {"value": value.round(4), "moe": moe.round(4)}
        table = pd.DataFrame(columns, index=county.tracts.index)
        table.loc[~county.inhabited] = np.nan
        tables.append(table.assign(measure=measure))
    table = pd.concat(tables).reset_index()
    table["unit"] = "fraction"
    table["reliability"] = reliability(table["value"], table["moe"]).to_numpy()
    table["status"] = np.where(table["value"].isna(), "missing", "reported")
    return table.assign(source="demo_drivers", vintage="2018-2022 (made up)")


@dataclass(frozen=True)
class Absence:
    """Absence before the publisher withholds anything; rows are schools, columns `YEARS`.

    Attributes
    ----------
    effects : ndarray, shape (schools,)
        The schools' own log odds, type included.
    risk : ndarray, shape (schools, years)
        True risk of chronic absence.
    enrolled, chronic : ndarray, shape (schools, years)
        Students, and those chronically absent.
    """

    effects: Array
    risk: Array
    enrolled: Counts
    chronic: Counts


def draw_absence(schools: Schools, field: Field, rng: np.random.Generator) -> Absence:
    """Let every student's risk follow from home, school, level and year, and count."""
    table, homes = schools.table, schools.homes
    size = (len(table), len(YEARS))
    level = table["level"].map({name: level.effect for name, level in LEVELS.items()})
    effects = table["effect"].to_numpy() + rng.normal(0.0, SCHOOL_SD, len(table))
    after_break = np.array([year >= BREAK_YEAR for year in YEARS])
    year = np.array(YEAR_EFFECTS) + BREAK_EFFECT * after_break
    own = INTERCEPT + level.to_numpy() + effects
    odds = own[:, None] + year + rng.normal(0.0, YEAR_NOISE, size)
    share = homes / homes.sum(axis=1, keepdims=True)
    risk = np.einsum("st,syt->sy", share, expit(odds[:, :, None] + field.absence))
    drift = np.cumsum(rng.normal(0.0, 0.02, size), axis=1)
    drift -= drift[:, [YEARS.index(REFERENCE_YEAR)]]
    enrolled = np.round(homes.sum(axis=1, keepdims=True) * np.exp(drift)).astype(np.int64)
    return Absence(effects, risk, enrolled, rng.binomial(enrolled, risk).astype(np.int64))


def residents_by_tract(county: County, children: Array, rng: np.random.Generator) -> Array:
    """Give each tract residents of all ages, so that the part of children varies smoothly."""
    share = CHILD_SHARE + CHILD_SHARE_SD * smooth(county, SHARE_KM, rng)
    residents = np.round(children / share.clip(0.08, 0.30))
    return np.where(county.inhabited, residents, 0.0)


def providers(county: County, schools: Schools, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Place health centres and pharmacies in the towns, and clinics in a few schools.

    Column `school_id` names the school that a service is in; "" for none.
    """
    clinics = _in_schools(schools, SCHOOL_CLINICS, ("School clinic", "school_clinic"), rng)
    counsel = _in_schools(schools, COUNSELLORS, ("School counselling", "mental_health"), rng)
    counsel["supply"] = np.nan  # clinicians are of clinics
    parts = [_sites(county, SITES), clinics, _sites(county, MORE_SITES), counsel]
    table = pd.concat(parts, ignore_index=True)
    table.index = pd.Index([f"HP{number:02d}" for number in range(1, len(table) + 1)])
    table.index.name = "provider_id"
    table = table.assign(source="demo_providers", vintage="2023-24 (made up)")
    return gpd.GeoDataFrame(table, crs=county.tracts.crs).to_crs(STORED_CRS)


def far_from_care(points: Array) -> Array:
    """Say how far points lie from the spot without care, in metres; x and y from the centre."""
    at = next(spot.at for spot in SPOTS if spot.name == FAR_SPOT)
    return np.asarray(np.hypot(*(points - at).T), dtype=np.float64)


def _sites(county: County, sites: Mapping[str, Site]) -> pd.DataFrame:
    """Put each site inside the inhabited tract nearest to its place."""
    homes = county.xy[county.inhabited]
    hoods = county.tracts["neighbourhood"].to_numpy()[county.inhabited]
    rows = []
    for name, (kind, x, y, supply) in sites.items():
        near = int(np.argmin(np.hypot(*(homes - (x, y)).T)))
        address = f"{near + 1} Care Street, {hoods[near]}"
        rows.append((name, kind, supply, address, shapely.Point(homes[near] + CENTRE_M)))
    table = pd.DataFrame(rows, columns=["name", "kind", "supply", "address", "geometry"])
    return table.assign(school_id="")


def _in_schools(
    schools: Schools, count: int, what: tuple[str, str], rng: np.random.Generator
) -> pd.DataFrame:
    """Choose schools with a building, away from the spot without care, for a named kind."""
    housed = schools.table[schools.table.geometry.notna()]
    points = shapely.get_coordinates(housed.geometry.to_numpy()) - CENTRE_M
    open_to = housed.index[far_from_care(points) > FAR_M]
    chosen = housed.loc[sorted(rng.choice(open_to, size=count, replace=False))]
    return pd.DataFrame(
        {
            "name": f"{what[0]} at " + chosen["name"],
            "kind": what[1],
            "supply": 1.0,
            "address": chosen["neighbourhood"].to_numpy(),
            "geometry": chosen.geometry.to_numpy(),
            "school_id": chosen.index,
        }
    )
