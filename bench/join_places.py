"""The places in which the joins are tested against the truth."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
from scipy.special import expit

from bench.simulated_choice import Scenario
from bench.simulated_county import County, simulate, with_areas
from bench.simulated_land import made_up, new_york, with_charters
from data.demo.planted import REFERENCE_YEAR, YEARS
from data.demo.truth import SEED, build_world
from data.panel import load_panel
from data.store.folders import panel_path

ZONES = Path("nyc", "school_zones", "zones.geojson")
NEAR, FAR = (1.2, 2.0, 3.0, 3.5), (1.0, 1.8, 2.6, 3.2)

MADE_UP = (
    Scenario("Zones, one in ten chooses", 0.9, 0.0, "exponential", NEAR),
    Scenario("Zones, one in three chooses", 0.67, 0.0, "power", FAR),
    Scenario("Zones, 20 % charter", 0.75, 0.2, "exponential", NEAR),
    Scenario("Zones, 40 % charter, odd tastes", 0.6, 0.4, "power", FAR, noise=0.8),
    Scenario("Zones and a river, 10 % charter", 0.8, 0.1, "exponential", NEAR, river_km=4.0),
    Scenario("No zones, near schools", 0.0, 0.0, "exponential", (0.8, 1.2, 2.0, 2.5)),
    Scenario("No zones, 20 % charter", 0.0, 0.2, "power", NEAR),
    Scenario("No zones, far, 40 % charter, odd tastes", 0.0, 0.4, "power", (2, 3, 4, 5), 0.8),
)
CITY = (
    Scenario("New York City, one in four chooses", 0.75, 0.0, "exponential", (0.7, 1.2, 3.0, 3.0)),
    Scenario("New York City, 20 % charter", 0.65, 0.2, "power", (0.6, 1.0, 3.0, 2.0), 0.8),
)
DEMO = Scenario(
    "Halcyon County (the demo)", 0.85, 0.06, "power", (1.6, 2.2, 3.0, 3.0), river_km=2.5
)


def made_up_county(scenario: Scenario, seed: int, tracts: int = 200) -> County:
    """Simulate one scenario on land of its own.

    Parameters
    ----------
    scenario : Scenario
        How students choose.
    seed : int
        Land and students.
    tracts : int
        Size.

    Returns
    -------
    County
    """
    land = made_up(np.random.default_rng([seed, 99]), tracts)
    return simulate(with_charters(land, scenario.charter, np.random.default_rng(0)), scenario, seed)


def demo_county() -> County:
    """Take the demo county's own hidden homes and risks; its zones are whole tracts.

    Returns
    -------
    County
    """
    world = build_world(SEED)
    at, homes = YEARS.index(REFERENCE_YEAR), world.schools.homes
    risk = _cell_risk(world.absence.risk[:, at], homes, world.field.absence)
    chance = np.random.default_rng([SEED, 4])
    absent = chance.binomial(homes, risk)
    counted = {"enrolled": homes.sum(axis=1), "chronic_absent": absent.sum(axis=1)}
    survey = chance.normal(world.children, 2.6 * np.sqrt(world.children)).round().clip(0)
    hot = np.zeros(len(survey), dtype=np.bool_)
    for name, spot in world.field.planted.items():
        hot[spot] |= name.startswith("hot")
    tracts = world.county.tracts[["geometry"]].assign(children=survey)
    schools = world.schools.table[["level", "school_type", "geometry"]].assign(**counted)
    tracts, schools = with_areas(tracts, schools)
    zones = _demo_zones(tracts, schools, world.schools.zone)
    return County(DEMO, tracts, schools, zones, homes, homes.astype(float), absent, risk, hot)


def _cell_risk(school_risk: np.ndarray, homes: np.ndarray, field: np.ndarray) -> np.ndarray:
    """Find each school's own log odds from its mean risk, and with them the risk by tract."""
    share = homes / homes.sum(axis=1, keepdims=True)
    low, high = np.full(len(homes), -8.0), np.full(len(homes), 8.0)
    for _ in range(50):
        middle = (low + high) / 2
        above = (share * expit(middle[:, None] + field)).sum(axis=1) > school_risk
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.asarray(expit(middle[:, None] + field))


def _demo_zones(
    tracts: gpd.GeoDataFrame, schools: gpd.GeoDataFrame, zone: np.ndarray
) -> gpd.GeoDataFrame:
    elementary = schools.index[schools["level"] == "elementary"]
    shapes = tracts[["geometry"]].assign(zone=zone)[zone >= 0].dissolve("zone")
    ids = elementary[shapes.index]
    found = {"zone_id": "Z" + ids, "school_id": ids, "level": "elementary"}
    return gpd.GeoDataFrame(found, geometry=shapes.geometry.to_numpy(), crs=tracts.crs)


def city_files() -> tuple[Path, Path] | None:
    """Find New York City's panel and zones; None where either is not on this machine."""
    mirror, panel = os.environ.get("ATLAS_MIRROR", ""), panel_path("nyc")
    if not mirror or not (Path(mirror) / ZONES).is_file() or not panel.is_dir():
        return None
    return panel, Path(mirror) / ZONES


def city_county(scenario: Scenario) -> County:
    """Simulate one scenario on New York City's land.

    Parameters
    ----------
    scenario : Scenario
        How students choose.

    Returns
    -------
    County

    Raises
    ------
    ValueError
        The city's files are not on this machine.
    """
    files = city_files()
    if files is None:
        raise ValueError("New York City needs ATLAS_MIRROR and its panel.")
    city = new_york(load_panel(files[0]), files[1])
    land = with_charters(city, scenario.charter, np.random.default_rng(5))
    return simulate(land, scenario, seed=1, blocks=5)


def places(seeds: int) -> list[Callable[[], County]]:
    """Name every place, the largest last, as what makes it.

    Parameters
    ----------
    seeds : int
        Made-up counties for each scenario.

    Returns
    -------
    list of callable
        Each returns its County, always the same.
    """
    made: list[Callable[[], County]] = [
        partial(made_up_county, scenario, seed) for scenario in MADE_UP for seed in range(seeds)
    ]
    cities = CITY if city_files() is not None else ()
    return [*made, demo_county, *(partial(city_county, scenario) for scenario in cities)]
