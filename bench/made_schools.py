"""Schools of a made-up state and their figures of chronic absence over the years."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.special import expit

from bench.made_land import degrees

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

KINDS = pd.DataFrame(  # part of the schools, middling students, absence against elementary
    [
        ("elementary", "Traditional", 0.56, 470, 0.0),
        ("middle", "Traditional", 0.13, 640, 0.1),
        ("high", "Traditional", 0.13, 1_150, 0.45),
        ("k8", "Charter", 0.08, 480, -0.1),
        ("high", "Charter", 0.04, 420, 0.2),
        ("high", "Alternative", 0.06, 80, 1.1),
    ],
    columns=["level", "type", "part", "size", "effect"],
)
ENROLLED = 0.92  # of the children
LAST_YEAR = 2024
STATE_RATE = {2019: 0.10, 2020: 0.14, 2021: 0.30, 2022: 0.25, 2023: 0.20, 2024: 0.19}
EARLIER_RATE = 0.12
HARDSHIP, BETWEEN_SCHOOLS, BETWEEN_YEARS = 0.35, 0.35, 0.12  # logits
SPOT_TRACTS, SPOT = 40, np.log(2)
TRACTS_OF_A_SCHOOL = 6
SCHOOLS_OF_A_DISTRICT = 10
WITHHELD = 10
OPEN_ALL_YEARS = 0.96


@dataclass(frozen=True, eq=False)
class Counted:
    """Schools as their files hold them.

    Attributes
    ----------
    listed : DataFrame
        `School Code, School, Level, Type, District, Longitude, Latitude`.
    absence : DataFrame
        `School Code, School, Academic Year, Eligible Students, Chronically Absent, Rate`, as text.
    planted : ndarray of bool
        Tracts of planted groups, in the order of the land.
    """

    listed: pd.DataFrame
    absence: pd.DataFrame
    planted: Bools


def counted(
    rng: np.random.Generator,
    land: gpd.GeoDataFrame,
    hardship: Floats,
    schools: int,
    years: int,
    spots: int,
) -> Counted:
    """Place schools among the children and count their absent students.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of all randomness.
    land : GeoDataFrame
        See `bench.made_land.made_land`.
    hardship : ndarray
        Of each tract, variance 1; absence follows it.
    schools, years : int
        How many; the years end with 2024-25.
    spots : int
        Groups of neighbouring tracts whose schools have twice the odds; nothing else hangs on it.
    """
    seeds = land[["x", "y"]].to_numpy()
    children = land["children"].to_numpy()
    tree = cKDTree(seeds)
    planted = _planted(rng.spawn(1)[0], tree, seeds, children, spots)
    kind = KINDS.loc[rng.permutation(np.resize(_kinds(schools), schools))].reset_index(drop=True)
    home = rng.choice(len(land), schools, p=children / children.sum())
    xy = seeds[home] + rng.normal(0, 150, (schools, 2))
    near = tree.query(xy, k=min(TRACTS_OF_A_SCHOOL, len(land)))[1].reshape(schools, -1)
    logit = HARDSHIP * hardship[near].mean(axis=1) + SPOT * planted[near].mean(axis=1)
    logit += kind["effect"].to_numpy() + BETWEEN_SCHOOLS * rng.normal(size=schools)
    size = kind["size"].to_numpy() * rng.lognormal(0.0, 0.45, schools)
    size *= ENROLLED * children.sum() / size.sum()
    listed = _listed(rng, land, kind, home, xy)
    return Counted(listed, _absence(rng, listed, size, logit, years), planted)


def _kinds(schools: int) -> NDArray[np.int64]:
    """Give the kind of each school: by their parts, and at least one of each."""
    counts = np.maximum(1, np.round(KINDS["part"] * schools)).astype(int)
    return np.repeat(KINDS.index.to_numpy(), counts)


def _planted(
    rng: np.random.Generator, tree: cKDTree, seeds: Floats, children: Floats, spots: int
) -> Bools:
    """Mark groups of neighbouring tracts around places where children live."""
    planted = np.zeros(len(seeds), dtype=bool)
    middles = rng.choice(len(seeds), spots, replace=False, p=children / children.sum())
    for middle in middles:
        planted[tree.query(seeds[middle], k=min(SPOT_TRACTS, len(seeds) // 4))[1]] = True
    return planted


def _listed(
    rng: np.random.Generator,
    land: gpd.GeoDataFrame,
    kind: pd.DataFrame,
    home: NDArray[np.int64],
    xy: Floats,
) -> pd.DataFrame:
    """List the schools; a district is what is nearest to one of its schools, within a county."""
    number = np.arange(len(kind))
    county = land["county"].to_numpy()[home]
    seats = rng.choice(len(kind), max(1, len(kind) // SCHOOLS_OF_A_DISTRICT), replace=False)
    nearest = cKDTree(xy[seats]).query(xy)[1]
    lon, lat = degrees(land.crs, xy).T
    word = kind["level"].map({"elementary": "Elementary", "middle": "Middle", "k8": "K-8"})
    return pd.DataFrame(
        {
            "School Code": [f"{each:07d}" for each in 1_000_000 + number],
            "School": word.fillna("High") + " School " + pd.Series(number + 1).astype(str),
            "Level": kind["level"],
            "Type": kind["type"],
            "District": pd.Series(county).str[2:] + "-" + pd.Series(nearest + 1).astype(str),
            "Longitude": lon.round(6),
            "Latitude": lat.round(6),
        }
    )


def _absence(
    rng: np.random.Generator, listed: pd.DataFrame, size: Floats, logit: Floats, years: int
) -> pd.DataFrame:
    """Count students and those chronically absent, year by year; small schools are withheld."""
    drift = np.zeros(len(listed))
    opened = np.where(
        rng.random(len(listed)) < OPEN_ALL_YEARS, 0, rng.integers(0, years, len(listed))
    )
    parts = []
    for number, year in enumerate(range(LAST_YEAR - years + 1, LAST_YEAR + 1)):
        drift += rng.normal(0, 0.02, len(listed))
        enrolled = rng.poisson(size * np.exp(drift - drift.mean()))
        level = STATE_RATE.get(year, EARLIER_RATE)
        noise = BETWEEN_YEARS * rng.normal(size=len(listed))
        risk = expit(np.log(level / (1 - level)) - 0.25 + logit + noise)
        absent = rng.binomial(enrolled, risk)
        there = (enrolled > 0) & (opened <= number)
        part = listed.loc[there, ["School Code", "School"]].assign(
            **{"Academic Year": f"{year}-{(year + 1) % 100:02d}"}
        )
        parts.append(part.assign(**_written(enrolled[there], absent[there])))
    return pd.concat(parts, ignore_index=True)


def _written(enrolled: NDArray[np.int64], absent: NDArray[np.int64]) -> dict[str, object]:
    """Write figures as text, those of few students withheld."""
    figures = {
        "Eligible Students": pd.Series(enrolled).astype(str),
        "Chronically Absent": pd.Series(absent).astype(str),
        "Rate": pd.Series(100 * absent / enrolled).map("{:.1f}".format),
    }
    small = enrolled <= WITHHELD
    return {name: text.mask(small, "*").to_numpy() for name, text in figures.items()}
