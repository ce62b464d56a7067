"""A sound place of files in a folder, to put one fault into and to build as a person would."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.assemble.panel import make_panel
from data.build import said
from data.panel import Panel
from data.place.place import load_place
from data.place.tables import PlaceReader

HEAD = """id = "{id}"
publisher = "Nobody"
title = "Made up"
table = "{table}"
url = "https://example.org/{id}"
mirror = "{file}"
vintage = "2022"
release = "published"
licence = "CC0"
definition = "made up"
"""
RECIPES = {
    "absence": """format = { kind = "delimited" }
identifier = { pattern = ".+" }
[columns.school_id]
column = "id"
[columns.name]
column = "name"
[columns.school_year]
column = "year"
[columns.enrolled]
column = "students"
unit = "count"
[columns.chronic_absent]
column = "absent"
unit = "count"
""",
    "schools": """format = { kind = "delimited" }
identifier = { pattern = ".+" }
[columns.school_id]
column = "id"
[columns.name]
column = "name"
[columns.level]
column = "level"
[columns.school_type]
column = "type"
[columns.district]
column = "district"
[points]
x = "lon"
y = "lat"
""",
    "tracts": """format = { kind = "vector" }
identifier = { pattern = "[0-9]{11}" }
[columns.geoid]
column = "GEOID"
[columns.children]
column = "children"
unit = "count"
[columns.residents]
column = "people"
unit = "count"
""",
    "drivers": """format = { kind = "delimited" }
identifier = { pattern = "[0-9]{11}" }
[columns.geoid]
column = "geoid"
[[measures]]
id = "no_vehicle"
unit = "percent"
value = "value"
moe = "margin"
""",
}
FILES = {
    "absence": "absence.csv",
    "schools": "schools.csv",
    "tracts": "tracts.geojson",
    "drivers": "drivers.csv",
}
PLACE = """slug = "sound"
name = "Sound County"
state = "Delaware"
state_fips = "{state}"
tract_vintage = 2020
default_year = "2022-23"
definition = "Absent on 10 % or more of the days enrolled."
recipes = ["absence", "schools", "tracts", "drivers"]
"""
YEARS = ("2021-22", "2022-23")


@dataclass
class WrittenPlace:
    """Tables as they stand in the files of a sound place; a test changes what it is about.

    Attributes
    ----------
    absence, schools, drivers : DataFrame
        As in the CSV files, all cells as they are written.
    tracts : GeoDataFrame
        As in the GeoJSON.
    keys : str
        More lines of the place file, before its first table.
    tables : str
        Tables of the place file.
    """

    absence: pd.DataFrame
    schools: pd.DataFrame
    drivers: pd.DataFrame
    tracts: gpd.GeoDataFrame
    keys: str = ""
    tables: str = ""
    state: str = "10"
    recipes: dict[str, str] = field(default_factory=lambda: dict(RECIPES))
    vintages: dict[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write the files of the place, its recipes and its place file into one folder."""
        for name, text in self.recipes.items():
            head = HEAD.format(id=name, table=name, file=FILES.get(name, f"{name}.csv"))
            head = head.replace('"2022"', f'"{self.vintages.get(name, "2022")}"')
            (folder / f"{name}.toml").write_text(head + text, encoding="utf-8")
        place = PLACE.format(state=self.state)
        (folder / "sound.toml").write_text(f"{place}{self.keys}\n{self.tables}\n", encoding="utf-8")
        for name in ("absence", "schools", "drivers"):
            getattr(self, name).to_csv(folder / FILES[name], index=False)
        (folder / FILES["tracts"]).write_text(self.tracts.to_json(), encoding="utf-8")

    def build(self, folder: Path) -> Panel:
        """Write the place and build it, as `data.build` does, in this process."""
        self.write(folder)
        return built("sound", folder, folder)


def built(slug: str, folder: Path, mirror: Path, recipes: Path | None = None) -> Panel:
    """Build a place whose files lie in folders of the test."""
    with said("reading and joining"):
        place = load_place(slug, folder=folder, recipes=recipes or folder)
        return make_panel(PlaceReader(place, mirror, mirror / "cache", False).read())


def sound_place(seed: int = 0, columns: int = 5, rows: int = 4, schools: int = 12) -> WrittenPlace:
    """Make the files of a place in which all is as it should be; every seed is another place."""
    rng = np.random.default_rng(seed)
    tracts = _tracts(rng, columns, rows)
    listed = _schools(rng, tracts, schools)
    return WrittenPlace(
        absence=_absence(rng, listed, float(tracts["children"].sum())),
        schools=listed,
        drivers=pd.DataFrame(
            {
                "geoid": tracts["GEOID"],
                "value": rng.uniform(3, 30, len(tracts)).round(1),
                "margin": rng.uniform(1, 4, len(tracts)).round(1),
            }
        ),
        tracts=tracts,
    )


def _tracts(rng: np.random.Generator, columns: int, rows: int) -> gpd.GeoDataFrame:
    side, west, south = 0.02, -75.6, 39.0
    boxes = [
        shapely.box(x, y, x + side, y + side)
        for y in south + side * np.arange(rows)
        for x in west + side * np.arange(columns)
    ]
    children = rng.integers(200, 700, len(boxes))
    table = {
        "GEOID": [f"10001{number * 100:06d}" for number in range(1, len(boxes) + 1)],
        "children": children,
        "people": children * 5,
    }
    return gpd.GeoDataFrame(table, geometry=boxes, crs="EPSG:4326")


def _schools(rng: np.random.Generator, tracts: gpd.GeoDataFrame, count: int) -> pd.DataFrame:
    west, south, east, north = tracts.total_bounds
    levels = ("elementary", "middle", "high")
    return pd.DataFrame(
        {
            "id": [f"{number:04d}" for number in range(1, count + 1)],
            "name": [f"School {number}" for number in range(1, count + 1)],
            "level": [levels[number % 3] for number in range(count)],
            "type": "Regular",
            "district": [f"District {number % 2 + 1}" for number in range(count)],
            "lon": rng.uniform(west + 1e-3, east - 1e-3, count).round(5),
            "lat": rng.uniform(south + 1e-3, north - 1e-3, count).round(5),
        }
    )


def _absence(rng: np.random.Generator, schools: pd.DataFrame, children: float) -> pd.DataFrame:
    share = rng.uniform(0.6, 1.4, len(schools))
    size = 0.9 * children * share / share.sum()
    rate = rng.beta(8, 24, len(schools))
    years = []
    for year in YEARS:
        students = np.maximum(1, rng.normal(size, 0.04 * size)).astype(int)
        absent = rng.binomial(students, rate)
        table = {"id": schools["id"], "name": schools["name"], "year": year}
        years.append(pd.DataFrame({**table, "students": students, "absent": absent}))
    return pd.concat(years, ignore_index=True)


Fault = Callable[[WrittenPlace], None]


def seed_of(name: str) -> int:
    """Give each fault a place of its own."""
    return zlib.crc32(name.encode()) % 1000
