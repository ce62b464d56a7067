"""What is true in the fictional demo county, whatever is published of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from data.demo import climate, planted
from data.demo import schools as demo_schools
from data.demo.geography import (
    CENTRE_M,
    Array,
    County,
    build_county,
)
from data.demo.planted import YEARS, Absence, Field
from data.demo.schools import Schools

SEED = 20240901
TRUTH_PATH = Path(__file__).with_name("truth.json")
EDITION = 1  # of the streams; the county of this one and SEED shows all planted spots clearly
WITHHELD_BELOW = 10  # the publisher withholds counts of 1 to 9


@dataclass(frozen=True)
class World:
    """Everything that is true in one county made from one seed.

    Attributes
    ----------
    seed : int
        The seed.
    county : County
        The land.
    children : ndarray, shape (tracts,)
        True number of children of school age.
    schools : Schools
        The schools and their students' homes.
    field : Field
        What is planted in the tracts.
    absence : Absence
        Risk and counts before anything is withheld.
    """

    seed: int
    county: County
    children: Array
    schools: Schools
    field: Field
    absence: Absence

    def chance(self, stage: int) -> np.random.Generator:
        """Give a stage of the making its own stream of chance."""
        return _chance(self.seed, stage)


def _chance(seed: int, stage: int) -> np.random.Generator:
    """Give each stage its own stream, so that a change in one leaves the others as they are."""
    return np.random.default_rng([seed, EDITION, stage])


def build_world(seed: int = SEED) -> World:
    """Make the county's truth."""
    county = build_county(_chance(seed, 1))
    children = planted.children_by_tract(county, _chance(seed, 2))
    schools = demo_schools.build_schools(county, children, _chance(seed, 3))
    field = planted.build_field(county, _chance(seed, 4))
    absence = planted.draw_absence(schools, field, _chance(seed, 6))
    return World(seed, county, children, schools, field, absence)


def truth(seed: int = SEED) -> dict[str, Any]:
    """Tell what was put into the county.

    Parameters
    ----------
    seed : int
        As in `make_tables`.

    Returns
    -------
    dict
        Ready for JSON: parameters, planted tracts, the tract field, and summaries of the schools,
        of their students' homes and of the county's true risk by year.
    """
    world = build_world(seed)
    absence, geoids = world.absence, world.county.tracts.index
    at = YEARS.index(planted.REFERENCE_YEAR)
    rate = absence.chronic[:, at] / absence.enrolled[:, at]
    by_year = (absence.risk * absence.enrolled).sum(axis=0) / absence.enrolled.sum(axis=0)
    field = pd.Series(world.field.absence, geoids)[world.county.inhabited]
    return {
        "about": "Fictional. The true parameters of the demo county; written by data/demo.py.",
        "seed": seed,
        "reference_year": planted.REFERENCE_YEAR,
        "parameters": _parameters(),
        "planted": {name: list(geoids[at]) for name, at in world.field.planted.items()},
        "schools": {
            "count": len(rate),
            "rate_mean": round(float(rate.mean()), 4),
            "rate_sd": round(float(rate.std()), 4),
            "by_level": _by_level(world, at),
        },
        "true_rate_by_year": dict(zip(YEARS, by_year.round(4).tolist(), strict=True)),
        "children": int(world.children.sum()),
        "care": _care(world),
        "climate": climate.truth(world),
        "field_log_odds": field.round(3).to_dict(),
    }


def _care(world: World) -> dict[str, Any]:
    """Tell where care is given, and the spot that has none near."""
    sites = planted.providers(world.county, world.schools, world.chance(11))
    return {
        "far_spot": planted.FAR_SPOT,
        "nearest_care_km_at_least": planted.FAR_M / 1_000,
        "providers": {str(kind): int(rows) for kind, rows in sites.groupby("kind").size().items()},
        "clinicians": float(sites["supply"].sum()),
    }


def _parameters() -> dict[str, Any]:
    return {
        "intercept": planted.INTERCEPT,
        "school_sd": planted.SCHOOL_SD,
        "levels": {name: asdict(level) for name, level in demo_schools.LEVELS.items()},
        "year_effects": dict(zip(YEARS, planted.YEAR_EFFECTS, strict=True)),
        "year_noise": dict(zip(YEARS, planted.YEAR_NOISE, strict=True)),
        "break": {"school_year": planted.BREAK_YEAR, "effect": planted.BREAK_EFFECT},
        "spots": [asdict(spot) for spot in planted.SPOTS],
        "deprivation_on_absence": planted.DEPRIVATION_ON_ABSENCE,
        "other_on_absence": planted.OTHER_ON_ABSENCE,
        "drivers": {name: asdict(driver) for name, driver in planted.DRIVERS.items()},
        "zone_share": demo_schools.ZONE_SHARE,
        "river_penalty_km": demo_schools.RIVER_PENALTY_KM,
        "withheld_below": WITHHELD_BELOW,
    }


def _by_level(world: World, at: int) -> dict[str, dict[str, float]]:
    """Sum up schools and their students' homes by level."""
    points = shapely.get_coordinates(world.schools.spots) - CENTRE_M
    km = np.hypot(*(points[:, None] - world.county.xy[None]).transpose(2, 0, 1)) / 1_000
    summary = {}
    for name in demo_schools.LEVELS:
        mine = (world.schools.table["level"] == name).to_numpy()
        homes = world.schools.homes[mine]
        students = world.absence.enrolled[mine, at]
        summary[name] = {
            "schools": int(mine.sum()),
            "students": int(students.sum()),
            "rate": round(float(world.absence.chronic[mine, at].sum() / students.sum()), 4),
            "home_mean_km": round(float((homes * km[mine]).sum() / homes.sum()), 3),
            "tracts_for_half": float(np.median(_tracts_for_half(homes))),
        }
    zoned = world.schools.zone == np.arange(summary["elementary"]["schools"])[:, None]
    first = world.schools.homes[(world.schools.table["level"] == "elementary").to_numpy()]
    summary["elementary"]["from_own_zone"] = round(float(first[zoned].sum() / first.sum()), 4)
    return summary


def _tracts_for_half(homes: demo_schools.Counts) -> Array:
    """Count the tracts that send the first half of each school's students."""
    ranked = np.cumsum(-np.sort(-homes, axis=1), axis=1)
    return np.asarray((ranked < 0.5 * ranked[:, -1:]).sum(axis=1) + 1, dtype=np.float64)
