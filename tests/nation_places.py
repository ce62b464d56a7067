"""Three tiny made states side by side, in folders as `data.intake` writes them, and a nation."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tests.written_places import FILES, HEAD, RECIPES, YEARS, WrittenPlace, sound_place

ROOT = Path(__file__).resolve().parents[1]
NATION = "union"
STATES = {"alpha": ("10", "Delaware"), "beta": ("24", "Maryland"), "gamma": ("34", "New Jersey")}
"""Slug of each state, its digits and its name; neighbours from west to east: beta, alpha, gamma."""
WEST = {"beta": -75.72, "alpha": -75.6, "gamma": -75.48}
SIDE, SOUTH, COLUMNS, ROWS = 0.02, 39.0, 6, 4
OTHERWISE = "Absent on 15 days or more."
DEFINITION = "Absent on 10 % or more of the days enrolled."
BARRIER = '[catchment]\nbarrier = "county"'
NAMED = '\n[columns.county_name]\ncolumn = "county"\n'
PLACE = """slug = "{slug}"
name = "State {slug}"
state = "{state}"
state_fips = "{fips}"
tract_vintage = 2020
default_year = "{year}"
fictional = true
definition = "{definition}"
recipes = ["{slug}_absence", "{slug}_schools", "{slug}_tracts", "{slug}_drivers"]
accept = ["total_rows", "hardly_absent", "zeros"]
{more}
"""
FILE = """slug = "union"
name = "Union of three"
parts = [{parts}]
definition = "{definition}"
fictional = true
{more}
"""


def write_nation(folder: Path, *, parts: Sequence[str] = tuple(STATES), more: str = "") -> None:
    """Write the nation's file."""
    (folder / "places").mkdir(parents=True, exist_ok=True)
    named = ", ".join(f'"{each}"' for each in parts)
    text = FILE.format(parts=named, definition=DEFINITION, more=more)
    (folder / "places" / f"{NATION}.toml").write_text(text, encoding="utf-8")


def write_state(
    folder: Path,
    slug: str,
    *,
    definition: str = DEFINITION,
    release: str = "published",
    years: tuple[str, ...] = (),
    more: str = "",
) -> WrittenPlace:
    """Write the folder of a state: two counties of twelve tracts, and twenty-four schools.

    In a restricted one students stay in their county, the western one has two schools, and three of
    the eastern ones have counts that must be hidden. `years` are those that it has figures of.
    """
    fips, state = STATES[slug]
    made = _moved(sound_place(int(fips), COLUMNS, ROWS, 24), slug)
    if years:
        made.absence = made.absence[made.absence["year"].isin(years)]
    if release == "restricted":
        _with_few(made, slug)
    own = folder / slug
    for name in ("places", "recipes", "files"):
        (own / name).mkdir(parents=True, exist_ok=True)
    told = {"definition": definition, "year": (years or YEARS)[-1], "more": more}
    text = PLACE.format(slug=slug, state=state, fips=fips, **told)
    (own / "places" / f"{slug}.toml").write_text(text, encoding="utf-8")
    for name, body in RECIPES.items():
        head = HEAD.format(id=f"{slug}_{name}", table=name, file=FILES[name])
        if name == "absence":
            head = head.replace('release = "published"', f'release = "{release}"')
        added = NAMED if name == "tracts" else ""
        file = own / "recipes" / f"{slug}_{name}.toml"
        file.write_text(head + body + added, encoding="utf-8")
    write_files(own, made)
    return made


def write_files(own: Path, made: WrittenPlace) -> None:
    """Write the raw files of a state."""
    for name in ("absence", "schools", "drivers"):
        getattr(made, name).to_csv(own / "files" / FILES[name], index=False)
    (own / "files" / FILES["tracts"]).write_text(made.tracts.to_json(), encoding="utf-8")


def build(folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Build the nation by its command."""
    return subprocess.run(
        command(folder),
        cwd=ROOT,
        env=environment(home),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def command(folder: Path) -> list[str]:
    return [sys.executable, "-u", "-m", "data.build", NATION, "--from", str(folder)]


def environment(home: Path) -> dict[str, str]:
    """Environment of a build into a store of its own."""
    left = {name: value for name, value in os.environ.items() if name != "ATLAS_MIRROR"}
    return {**left, "ATLAS_HOME": str(home)}


def write_all(folder: Path) -> None:
    """Write three states that differ, and the nation: see `STATES`.

    Alpha is published; beta is shared under an agreement; gamma defines absence otherwise and has
    no figure of the last year.
    """
    write_state(folder, "alpha")
    write_state(folder, "beta", release="restricted", more=BARRIER)
    write_state(folder, "gamma", definition=OTHERWISE, years=("2021-22",))
    write_nation(folder)


def _with_few(made: WrittenPlace, slug: str) -> None:
    """Move all but two schools east, and give three of these counts that are hidden."""
    schools, middle = made.schools, WEST[slug] + SIDE * COLUMNS / 2
    rng = np.random.default_rng(3)
    schools["lon"] = np.round(rng.uniform(middle + 1e-3, middle + 0.058, len(schools)), 5)
    schools.loc[schools.index[:2], "lon"] = round(middle - 0.02, 5)
    few = made.absence["id"].isin(schools["id"].iloc[[5, 9, 13]])
    made.absence.loc[few, "absent"] = 4


def _moved(made: WrittenPlace, slug: str) -> WrittenPlace:
    """Move a sound place to where a state lies, with two counties that have names."""
    fips, west = STATES[slug][0], WEST[slug]
    boxes, ids, county = [], [], []
    for row in range(ROWS):
        for column in range(COLUMNS):
            x, y = (round(at, 2) for at in (west + SIDE * column, SOUTH + SIDE * row))
            boxes.append(shapely.box(x, y, round(x + SIDE, 2), round(y + SIDE, 2)))
            number = 1 + 2 * (column >= COLUMNS // 2)
            ids.append(f"{fips}{number:03d}{100 * (row * COLUMNS + column + 1):06d}")
            county.append(f"{slug.title()} {'East' if number > 1 else 'West'}")
    tracts = made.tracts.assign(GEOID=ids, county=county)
    moved = gpd.GeoDataFrame(tracts.drop(columns="geometry"), geometry=boxes, crs="EPSG:4326")
    schools = made.schools.assign(lon=made.schools["lon"] - (-75.6) + west)
    drivers = pd.DataFrame(made.drivers.assign(geoid=ids))
    return WrittenPlace(made.absence, schools, drivers, moved)
