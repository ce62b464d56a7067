"""Eight files of a made-up state, as untidy as publishers leave them, with their true totals."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xlsxwriter

from data.recipe.checks import FOLDER, load_recipe
from data.recipe.measures import measures_taken

COLUMNS, ROWS, SIDE, WEST, SOUTH = 5, 4, 0.08, -107.4, 42.6
SCHOOLS = 24
LEVELS = ("Elementary School", "Middle School", "High School")
FEWEST = 60
ABSENT = ("Number Chronically Absent", "Percent Chronically Absent")
NOTE = "* Fewer than 10 students: withheld to protect privacy."
ANSWERS = """
[place]
name = "Sagebrush"
publisher = "Department of Education"
url = "https://example.org/attendance"
definition = "Absent on 10 % or more of the days enrolled, for any reason. Counted on 1 May."
release = "published"

[files."Chronic Absence 2021-22.xlsx#Data".tokens]
"*" = "withheld <10"

[files."attendance_2023.csv"]
one_year = "ends"
"""


@dataclass(frozen=True)
class MessyState:
    """Paths of the files, and what they say.

    Attributes
    ----------
    paths : tuple of Path
    students, absent : dict of str to int
        By school year, over schools that are not withheld.
    """

    paths: tuple[Path, ...]
    students: dict[str, int]
    absent: dict[str, int]


def write_state(folder: Path, seed: int = 3) -> MessyState:
    """Write the files of the state into a folder."""
    rng = np.random.default_rng(seed)
    tracts, schools = _tracts(rng), _schools(rng)
    years = {year: _year(rng, schools) for year in ("2021-22", "2022-23", "2023-24")}
    paths = [
        _first(folder / "Chronic Absence 2021-22.xlsx", schools, years["2021-22"]),
        _second(folder / "chronic_2022_23.csv", schools, years["2022-23"]),
        _third(folder / "attendance_2023.csv", schools, years["2023-24"]),
    ]
    paths += [_locations(folder, schools), _grades(folder, schools), _zip(folder, tracts)]
    paths += [_svi(folder, tracts, rng), _notes(folder)]
    shown = years["2021-22"][years["2021-22"]["students"].ge(FEWEST)]
    sums = {**years, "2021-22": shown}
    return MessyState(
        tuple(paths),
        {year: int(each["students"].sum()) for year, each in sums.items()},
        {year: int(each["absent"].sum()) for year, each in sums.items()},
    )


def write_areas(folder: Path, seed: int = 3) -> tuple[Path, Path]:
    """Write the tracts of the state and the conditions in them."""
    rng = np.random.default_rng(seed)
    tracts = _tracts(rng)
    return _zip(folder, tracts), _svi(folder, tracts, rng)


def _tracts(rng: np.random.Generator) -> gpd.GeoDataFrame:
    cells = [(column, row) for row in range(ROWS) for column in range(COLUMNS)]
    counties = ["001" if column < COLUMNS // 2 else "003" for column, _ in cells]
    numbers = [f"{at:04d}00" for at in range(1, len(cells) + 1)]
    corners = [(WEST + SIDE * column, SOUTH + SIDE * row) for column, row in cells]
    return gpd.GeoDataFrame(
        {
            "STATEFP": "56",
            "COUNTYFP": counties,
            "GEOID": [f"56{a}{b}" for a, b in zip(counties, numbers, strict=True)],
            "NAMELSAD": [f"Census Tract {at}" for at in range(1, len(cells) + 1)],
            "NAMELSADCO": [f"County {each}" for each in counties],
            "children": rng.integers(400, 900, len(cells)),
        },
        geometry=[shapely.box(x, y, x + SIDE, y + SIDE) for x, y in corners],
        crs="EPSG:4269",
    )


def _schools(rng: np.random.Generator) -> pd.DataFrame:
    ids = [f"{number:05d}" for number in sorted(rng.choice(8_000, SCHOOLS, replace=False))]
    table = pd.DataFrame({"id": ids, "level": [LEVELS[at % 3] for at in range(SCHOOLS)]})
    table["name"] = [f"Peña School {at}" for at in range(1, SCHOOLS + 1)]
    table["district"] = [f"District {1 + at % 3}" for at in range(SCHOOLS)]
    table["lon"] = WEST + SIDE * COLUMNS * rng.uniform(0.02, 0.98, SCHOOLS)
    table["lat"] = SOUTH + SIDE * ROWS * rng.uniform(0.02, 0.98, SCHOOLS)
    table["students"] = [30, *rng.integers(150, 700, SCHOOLS - 1)]
    return table


def _year(rng: np.random.Generator, schools: pd.DataFrame) -> pd.DataFrame:
    students = (schools["students"] + rng.integers(0, 20, len(schools))).astype(int)
    absent = rng.binomial(students, rng.uniform(0.12, 0.38, len(schools)))
    return pd.DataFrame({"id": schools["id"], "students": students, "absent": absent})


def _first(path: Path, schools: pd.DataFrame, year: pd.DataFrame) -> Path:
    """Two header rows below titles; state rows, groups, a note, a sheet of words."""
    total = [int(year["students"].sum()), int(year["absent"].sum())]
    rows: list[list[object]] = [
        ["Chronic absence report"],
        [],
        ["School", "", "", "Report Level", "Student Group", "Students", "", ""],
        ["Code", "Name", "District", "", "", "Number Enrolled", *ABSENT],
        ["", "All schools", "", "State", "All Students", *total, _percent(*total)],
    ]
    for school, row in zip(schools.itertuples(), year.itertuples(), strict=True):
        few = row.students < FEWEST
        counts = [row.students, row.absent, _percent(row.students, row.absent)]
        start = [school.id, school.name, school.district, "School"]
        rows.append([*start, "All Students", *(["*"] * 3 if few else counts)])
        rows.append([*start, "Homeless", "*", "*", "*"])
    rows.append([NOTE])
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Read me").write(0, 0, "Figures of the school year")
        sheet = book.add_worksheet("Data")
        for at, cells in enumerate(rows):
            sheet.write_row(at, 0, cells)
    return path


def _second(path: Path, schools: pd.DataFrame, year: pd.DataFrame) -> Path:
    """Windows-1252, semicolons, decimal commas, a percent and students, no count, no zeros."""
    lines = ["SchoolCode;School Name;Total Students;% Chronically Absent;Año"]
    for school, row in zip(schools.itertuples(), year.itertuples(), strict=True):
        percent = f"{_percent(row.students, row.absent):.1f}".replace(".", ",")
        lines.append(f"{int(school.id)};{school.name};{row.students};{percent};2022-23")
    path.write_bytes("\r\n".join([*lines, ""]).encode("cp1252"))
    return path


def _third(path: Path, schools: pd.DataFrame, year: pd.DataFrame) -> Path:
    """Those who attend regularly, and a single year."""
    lines = ["Year,School ID,School,Enrollment,Number Regular Attenders"]
    for school, row in zip(schools.itertuples(), year.itertuples(), strict=True):
        attending = row.students - row.absent
        lines.append(f'2024,{school.id},"{school.name}",{row.students},{attending}')
    path.write_bytes("\n".join([*lines, ""]).encode("utf-8-sig"))
    return path


def _percent(students: int, absent: int) -> float:
    return round(100 * absent / students, 1)


def _locations(folder: Path, schools: pd.DataFrame) -> Path:
    path = folder / "directory.csv"
    table = schools.assign(id=schools["id"].astype(int))
    names = {"id": "State School ID", "name": "School Name", "lon": "Longitude", "lat": "Latitude"}
    columns = ["id", "name", "district", "level", "lon", "lat"]
    table[columns].rename(columns={**names, "level": "School Level"}).to_csv(path, index=False)
    return path


def _grades(folder: Path, schools: pd.DataFrame) -> Path:
    path = folder / "enrollment.xlsx"
    table = schools[["id", "name"]].rename(columns={"id": "School Code", "name": "School Name"})
    table["2023-24 Total Enrollment"] = schools["students"]
    table["2022-23 Total Enrollment"] = schools["students"] - 5
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Schools")
        for at, cells in enumerate([list(table.columns), *table.to_numpy().tolist()]):
            sheet.write_row(at, 0, cells)
    return path


def _zip(folder: Path, tracts: gpd.GeoDataFrame) -> Path:
    path, parts = folder / "cb_2020_56_tract_500k.zip", folder / "parts"
    parts.mkdir()
    tracts.drop(columns="children").to_file(parts / "cb_2020_56_tract_500k.shp")
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(parts.iterdir()):
            archive.write(part, part.name)
    return path


def _svi(folder: Path, tracts: gpd.GeoDataFrame, rng: np.random.Generator) -> Path:
    path = folder / "Wyoming.csv"
    recipe = load_recipe(FOLDER / "cdc_svi.toml")
    headers = [name for each in measures_taken(recipe, "cdc_svi_2020") for name in each.headers()]
    table = pd.DataFrame(
        {
            "STATE": "Wyoming",
            "FIPS": tracts["GEOID"],
            "LOCATION": [f"{name}, County, Wyoming" for name in tracts["NAMELSAD"]],
            "E_TOTPOP": 5 * tracts["children"],
            "E_AGE17": tracts["children"] * 18 // 13,
            "M_AGE17": 40,
            **{name: rng.uniform(1, 30, len(tracts)).round(1) for name in headers},
        }
    )
    ranks = pd.Series(rng.permutation(len(tracts)) / (len(tracts) - 1)).round(4)
    for name in [each for each in headers if each.startswith("RPL_")]:
        table[name] = ranks
    table["SPL_THEMES"] = table["RPL_THEMES"] * 10
    for name in ("EP_POV150", "EP_HBURD"):
        table[name] = rng.uniform(5, 40, len(tracts)).round(1)
    table.to_csv(path, index=False, encoding="utf-8-sig")
    return path


def _notes(folder: Path) -> Path:
    path = folder / "glossary.csv"
    path.write_text("Term,Meaning\nChronic,10 percent of days\nEnrolled,On the roll\n")
    return path
