"""A made-up state as raw files, of any size: ``python -m bench.made_state FOLDER [--tracts 9100]``.

The folder is as `data.intake` writes it, so that ``python -m data.build SLUG --from FOLDER`` builds
it as any other. Outlines and conditions are laid out like the Census Bureau's and the CDC's files
and are read by the recipes that every state has; attendance, schools and providers have their own.
"""

from __future__ import annotations

import argparse
import zipfile
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.made_land import made_land
from bench.made_schools import Counted, counted
from geo.areas.states import Box

Floats = NDArray[np.float64]

CONDITIONS = {  # column of the CDC's file: percent in the middle, and how much it follows hardship
    "UNINSUR": (7.0, 0.5),
    "HBURD": (28.0, 0.3),
    "CROWD": (7.0, 0.6),
    "NOVEH": (6.0, 0.5),
    "POV150": (20.0, 0.6),
    "NOINT": (7.0, 0.5),
    "SNGPNT": (6.0, 0.4),
    "LIMENG": (8.0, 0.5),
    "NOHSDP": (14.0, 0.6),
    "UNEMP": (6.0, 0.3),
    "DISABL": (12.0, 0.2),
}
RANKS = ("RPL_THEMES", "RPL_THEME1", "RPL_THEME2", "RPL_THEME3", "RPL_THEME4")
CHILD_PART = 13 / 18
TRACTS_A_SITE = 6

HEAD = """id = "{id}"
publisher = "Made up by bench.made_state"
title = "{title}"
table = "{table}"
url = "https://example.org/{id}"
mirror = "{id}.csv"
vintage = "{vintage}"
release = "published"
licence = "CC0"
definition = "Made up."

[format]
kind = "delimited"

[identifier]
pattern = "[0-9]+"
"""
ABSENCE = """
[columns]
school_id = { column = "School Code" }
name = { column = "School" }
school_year = { column = "Academic Year" }
enrolled = { column = "Eligible Students", unit = "count" }
chronic_absent = { column = "Chronically Absent", unit = "count" }
rate = { column = "Rate", unit = "percent", decimals = 1 }

[tokens]
suppressed = { "*" = "" }
reason = "Withheld: 10 students or fewer."
"""
SCHOOLS = """
[columns]
school_id = { column = "School Code" }
name = { column = "School" }
level = { column = "Level" }
school_type = { column = "Type" }
district = { column = "District" }

[points]
x = "Longitude"
y = "Latitude"
"""
PROVIDERS = """
[columns]
provider_id = { column = "Site" }
name = { column = "Name" }
kind = { constant = "health_centre" }
supply = { column = "Hours", unit = "amount" }

[points]
x = "Longitude"
y = "Latitude"
"""
PLACE = """slug = "{slug}"
name = "{name}"
state = "{state}"
state_fips = "{fips}"
tract_vintage = 2020
default_year = "{year}"
fictional = true
unusual_years = [{unusual}]
definition = "Absent on 10 % or more of the days enrolled, for any reason. Made up."
recipes = [
    "made_absence",
    "made_schools",
    "census_tracts_2020",
    "cdc_svi_children",
    "cdc_svi",
    "made_providers",
]
neighbourhood = "district"
"""


@dataclass(frozen=True)
class MadeState:
    """What a made-up state is like; the defaults are of California's size.

    Attributes
    ----------
    fips : str
        Two digits of the state, which say where it lies.
    state : str
        The state's name, for words and for the names of files.
    slug : str
        Short name of the place; `made_` and the digits when left out.
    tracts, schools, counties, years : int
        How many; the years end with 2024-25.
    spots : int
        Planted groups of about 40 neighbouring tracts whose schools have twice the odds.
    seed : int
        Start of all randomness.
    box : tuple of float, optional
        West, south, east and north in degrees, where the state is to lie, if not all over its own.
    """

    fips: str = "06"
    state: str = "California"
    slug: str = ""
    tracts: int = 9_100
    schools: int = 10_012
    counties: int = 58
    years: int = 12
    spots: int = 12
    seed: int = 20_260_101
    box: Box | None = None

    @property
    def name(self) -> str:
        """Short name of the place."""
        return self.slug or f"made_{self.fips}"


def write_state(made: MadeState, folder: Path) -> gpd.GeoDataFrame:
    """Write place, recipes and raw files; the same choices give the same figures.

    Parameters
    ----------
    made : MadeState
    folder : Path
        Is made; holds `places`, `recipes` and `files` after it.

    Returns
    -------
    GeoDataFrame
        The tracts as they were drawn, see `bench.made_land.made_land`, with `planted`: whether the
        tract is one of a planted group.
    """
    rng = np.random.default_rng([made.seed, int(made.fips)])
    land = made_land(rng, made.fips, made.tracts, made.counties, made.box)
    hardship = _hardship(rng, land)
    schools = counted(rng, land, hardship, made.schools, made.years, made.spots)
    files = folder / "files"
    for part in (folder / "places", folder / "recipes", files / made.name):
        part.mkdir(parents=True, exist_ok=True)
    _write_words(made, schools, folder)
    _write_outlines(made, land, files / made.name / "census_tracts_2020")
    conditions = files / made.name / "cdc_svi"
    conditions.mkdir(exist_ok=True)
    name = "".join(made.state.split())
    _conditions(rng, made, land, hardship).to_csv(conditions / f"{name}.csv", index=False)
    schools.absence.to_csv(files / "made_absence.csv", index=False)
    schools.listed.to_csv(files / "made_schools.csv", index=False)
    _sites(rng, land).to_csv(files / "made_providers.csv", index=False)
    return land.assign(planted=schools.planted)


def _write_words(made: MadeState, schools: Counted, folder: Path) -> None:
    years = sorted(schools.absence["Academic Year"].unique())
    unusual = [f'"{year}"' for year in years if year in ("2019-20", "2020-21")]
    place = PLACE.format(
        slug=made.name,
        name=f"Made-up {made.state}",
        state=made.state,
        fips=made.fips,
        year=years[-1],
        unusual=", ".join(unusual),
    )
    (folder / "places" / f"{made.name}.toml").write_text(place, encoding="utf-8")
    for table, title, vintage, text in (
        ("absence", "Chronic absence by school", f"{years[0]} to {years[-1]}", ABSENCE),
        ("schools", "Schools", years[-1], SCHOOLS),
        ("providers", "Health centres", years[-1], PROVIDERS),
    ):
        head = HEAD.format(id=f"made_{table}", title=title, table=table, vintage=vintage)
        (folder / "recipes" / f"made_{table}.toml").write_text(head + text, encoding="utf-8")


def _write_outlines(made: MadeState, land: gpd.GeoDataFrame, folder: Path) -> None:
    """Write the outlines as the Census Bureau does: a shapefile in an archive."""
    folder.mkdir(exist_ok=True)
    stem = f"cb_2020_{made.fips}_tract_500k"
    number = land.index.str[5:9].str.lstrip("0")
    columns = {
        "GEOID": land.index,
        "NAMELSAD": "Census Tract " + number,
        "NAMELSADCO": "County " + land["county"].str[2:].to_numpy(),
    }
    written = gpd.GeoDataFrame(columns, geometry=land.geometry.to_numpy(), crs=land.crs)
    with TemporaryDirectory() as draft:
        written.to_crs(4269).to_file(Path(draft) / f"{stem}.shp")
        with zipfile.ZipFile(folder / f"{stem}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(Path(draft).iterdir()):
                archive.write(path, path.name)


def _hardship(rng: np.random.Generator, land: gpd.GeoDataFrame) -> Floats:
    """Draw a smooth field over the state, mean 0 and variance 1: by region, by town, by tract."""
    xy = land[["x", "y"]].to_numpy()
    field = 0.5 * rng.normal(size=len(land))
    for km, weight in ((150.0, 0.5), (12.0, 0.7), (4.0, 0.6)):
        waves = rng.normal(size=(2, 60)) / (1_000 * km)
        field += weight * np.sqrt(2 / 60) * np.cos(xy @ waves + rng.uniform(0, 7, 60)).sum(axis=1)
    return np.asarray((field - field.mean()) / field.std())


def _conditions(
    rng: np.random.Generator, made: MadeState, land: gpd.GeoDataFrame, hardship: Floats
) -> pd.DataFrame:
    """Lay conditions out like the Social Vulnerability Index of 2022."""
    n, minors = len(land), np.round(land["children"] / CHILD_PART).astype(int)
    people = (minors * rng.uniform(3.5, 5.5, n)).astype(int)
    county = "County " + land["county"].str[2:]
    tract = "Census Tract " + land.index.str[5:9].str.lstrip("0")
    table: dict[str, object] = {
        "STATE": made.state,
        "STCNTY": land["county"],
        "COUNTY": county,
        "FIPS": land.index,
        "LOCATION": tract + "; " + county + "; " + made.state,
        "E_TOTPOP": people,
        "E_AGE17": minors,
        "M_AGE17": np.ceil(0.12 * minors + 30),
    }
    empty = (minors == 0).to_numpy()
    for name, (middle, follows) in CONDITIONS.items():
        field = follows * hardship + np.sqrt(1 - follows**2) * rng.normal(size=n)
        percent = np.clip(middle * np.exp(0.5 * field), 0, 90).round(1)
        margin = np.clip(0.35 * percent + 1, 0, 40).round(1)
        table[f"EP_{name}"] = np.where(empty, -999, percent)
        table[f"MP_{name}"] = np.where(empty, -999, margin)
    total = pd.Series(hardship + 0.4 * rng.normal(size=n)).mask(empty)
    for name in RANKS:
        table[name] = ((total.rank() - 1) / max(1, total.count() - 1)).round(4).fillna(-999).array
        table[name.replace("RPL", "SPL")] = (total + 8).round(4).fillna(-999).array
        total = pd.Series(hardship + rng.normal(size=n)).mask(empty)
    return pd.DataFrame(table)


def _sites(rng: np.random.Generator, land: gpd.GeoDataFrame) -> pd.DataFrame:
    """Place health centres in tracts where children live."""
    lived_in = land[land["children"] > 0]
    count = min(len(lived_in), max(3, len(land) // TRACTS_A_SITE))
    points = lived_in.iloc[rng.choice(len(lived_in), count, replace=False)]
    points = points.geometry.representative_point().to_crs(4269)
    number = np.arange(1, count + 1)
    return pd.DataFrame(
        {
            "Site": number,
            "Name": [f"Health centre {each}" for each in number],
            "Hours": rng.integers(20, 60, count),
            "Longitude": points.x.round(6).to_numpy(),
            "Latitude": points.y.round(6).to_numpy(),
        }
    )


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m bench.made_state", description=__doc__)
    parser.add_argument("folder", type=Path)
    for name in ("tracts", "schools", "counties", "years", "spots", "seed"):
        parser.add_argument(f"--{name}", type=int, default=getattr(MadeState, name))
    for name in ("fips", "state", "slug"):
        parser.add_argument(f"--{name}", default=getattr(MadeState, name))
    options = vars(parser.parse_args())
    folder = options.pop("folder")
    made = MadeState(**options)
    write_state(made, folder)
    print(f"python -m data.build {made.name} --from {folder}")


if __name__ == "__main__":
    main()
