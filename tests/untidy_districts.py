"""Files of a made-up state that reports by district, laid out as Colorado's, with their totals."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
import xlsxwriter

WEST, SOUTH, SIDE, COLUMNS = -106.0, 38.0, 0.2, 4
NAMES = (
    *(
        "Maple 1",
        "Oak Valley RE-2",
        "Elm 27J",
        "St Ash Valley RE1J",
        "Birch Park R-3",
        "Cedar County 14",
    ),
    *(
        "Firth Public Schools",
        "Hazel C-113",
        "Larch 10 JT-R",
        "Pine RE-4J",
        "Rowan 8",
        "Willow RE-1",
    ),
)
DRAWN = (
    *("Maple 1 School District", "Oak Valley RE 2 School District", "Elm 27J School District"),
    *("St. Ash Valley RE 1J School District", "Park (Birch Park) R-3", "Cedar County 14"),
    *("Firth 50 School District", "Hazel C113 School District", "Larch 10 JT.-R School District"),
    *("Pine RE-4 School District", "Rowan 8 School District", "Mill Creek RE-1 School District"),
)
"""The last one is a district's that goes by other words; two more are only alike."""
APART = ("Charter School Institute", "Two Rivers BOCES")
COUNT = "Number of Students with Chronic Absenteeism"
ANSWERS = """
[place]
state = "Colorado"
name = "Timber"
publisher = "Department of Education"
url = "https://example.org/attendance"
definition = "Absent on 10 % or more of the days enrolled, for any reason."
release = "published"
conditions = "no"

[files."outlines.zip"]
aliases = [
    "Firth 50 School District = 0070 Firth Public Schools",
    "Pine RE-4 School District = 0100 Pine RE-4J",
    "Mill Creek RE-1 School District = 0120 Willow RE-1",
]
"""


@dataclass(frozen=True)
class UntidyDistricts:
    """Paths of the files, and what they say.

    Attributes
    ----------
    paths : tuple of Path
    students, absent : dict of str to int
        By school year, over districts whose figures are possible.
    """

    paths: tuple[Path, ...]
    students: dict[str, int]
    absent: dict[str, int]


def write_districts(folder: Path, seed: int = 5) -> UntidyDistricts:
    """Write three workbooks of three years and the outlines of the districts into a folder."""
    rng = np.random.default_rng(seed)
    years = {year: _year(rng) for year in ("2016-17", "2018-19", "2022-23")}
    paths = (
        _first(folder / "2016-2017_Absence.xlsx", years["2016-17"]),
        _second(folder / "2018-2019_Absence.xlsx", years["2018-19"]),
        _third(folder / "2022-2023_Absence.xlsx", years["2022-23"]),
        outlines(folder / "outlines.zip"),
    )
    possible = {year: counts[(counts[:, 1] <= counts[:, 0])] for year, counts in years.items()}
    return UntidyDistricts(
        paths,
        {year: int(counts[:, 0].sum()) for year, counts in possible.items()},
        {year: int(counts[:, 1].sum()) for year, counts in possible.items()},
    )


def outlines(path: Path, names: tuple[str, ...] = DRAWN, *, west: float = WEST) -> Path:
    """Write outlines as the zip of a shapefile in Web Mercator, as Colorado's are."""
    corners = [(west + SIDE * (at % COLUMNS), SOUTH + SIDE * (at // COLUMNS)) for at in _all(names)]
    table = gpd.GeoDataFrame(
        {"lgid": [f"{9_000 + at}" for at in _all(names)], "lgname": list(names)},
        geometry=[shapely.box(x, y, x + SIDE, y + SIDE) for x, y in corners],
        crs=4326,
    )
    folder = path.parent / path.stem
    folder.mkdir()
    table.to_crs(3857).to_file(folder / "districts.shp")
    with zipfile.ZipFile(path, "w") as archive:
        for each in sorted(folder.iterdir()):
            archive.write(each, each.name)
    return path


def _all(names: tuple[str, ...]) -> range:
    return range(len(names))


def _year(rng: np.random.Generator) -> np.ndarray:
    students = rng.integers(150, 9_000, len(NAMES) + len(APART))
    return np.column_stack([students, rng.binomial(students, rng.uniform(0.1, 0.4))])


def _rows(counts: np.ndarray, *, year: str = "", upper: bool = False) -> list[list[object]]:
    rows: list[list[object]] = []
    for at, name in enumerate((*NAMES, *APART)):
        code = f"{10 * (at + 1):04d}" if at < len(NAMES) else f"{9_000 + at}"
        start: list[object] = [year] if year else []
        rows.append([*start, "01", "TIMBER", code, name.upper() if upper else name])
    return [[*row, *map(int, pair)] for row, pair in zip(rows, counts, strict=True)]


def _first(path: Path, counts: np.ndarray) -> Path:
    """Ten rows of titles, no year but in a title, the state's total in the column of counties."""
    head = ["County Code", "County Name", "District Code", "District Name", COUNT]
    body = [[*row[:4], row[5], row[4], row[5] / row[4], 0.03] for row in _rows(counts, upper=True)]
    total = counts.sum(axis=0)
    last = ["STATE TOTALS", "", "", "", int(total[1]), int(total[0]), total[1] / total[0], 0.03]
    title = "2016-17 Students with Chronic Absenteeism and Truancy Rate by District"
    rows = [[], [], [], [], [title], [], [], ["A note that runs on over the sheet."], []]
    heads = [*head, "Student Fall K-12 Enrollment", "% Chronically Absent", "Truancy Rate"]
    return _write(path, "Sheet1", [*rows, heads, *body, last])


def _second(path: Path, counts: np.ndarray) -> Path:
    """A year in a column, a rate above 1, and the total below the word for the year."""
    counts[-1] = counts[-1, 0], counts[-1, 0] + 9
    total = counts.sum(axis=0)
    body = [
        [*row[:5], row[6], row[5], row[6] / row[5]]
        for row in _rows(counts, year="2018-2019", upper=True)
    ]
    last = ["Grand Total", "", "", "", "", int(total[1]), int(total[0]), total[1] / total[0]]
    heads = ["School Year", "County Code", "County Name", "District Code", "District Name"]
    heads += [f"{COUNT}*", "Student Fall K-12 Enrollment", "Chronically Absent Rate"]
    rows = [["2018-19 Students with Chronic Absenteeism by District"], [], [], [], heads, *body]
    return _write(path, "data", [*rows, last, [], ["* See Definitions in 2nd worksheet"]])


def _third(path: Path, counts: np.ndarray) -> Path:
    """Other headers, two counts of students, a total that counts a student once."""
    total = counts.sum(axis=0) * 97 // 100
    body = [
        [*row[:5], row[5] + 11, row[5], row[6], round(row[6] / row[5], 3)]
        for row in _rows(counts, year="2022-2023")
    ]
    last = ["2022-2023", "State Total", " ", " ", " ", int(total[0]) + 99, *map(int, total)]
    heads = ["School Year", "County Code", "County Name", "District Code", "District Name"]
    heads += ["PK-12 Student Count", "K-12 Student Count (used in Chronic Absent Rate)"]
    heads += ["Chronic Absent Count", "Chronically Absent Rate", "", ""]
    share = round(float(total[1] / total[0]), 3)
    titles = [["2022-2023 Chronic Absenteeism Rates by District"], [], [], [], []]
    return _write(path, "Sheet1", [*titles, heads, *body, [*last, share]])


def _write(path: Path, name: str, rows: list[list[object]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet(name)
        for at, cells in enumerate(rows):
            sheet.write_row(at, 0, cells)
        book.add_worksheet("Definitions").write(0, 0, "Students absent 10 % or more of the days.")
    return path
