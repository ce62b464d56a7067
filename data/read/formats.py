"""Files that are no plain text: workbooks, geographic files, answers of the Census Bureau."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from data.contracts.check import STORED_CRS
from data.errors import FileError
from data.read.recognise import wanted_headers
from data.read.refuse import refuse_headers, refuse_students
from data.recipe.recipe import Recipe

CHILD = Path(__file__).with_name("sheet_child.py")
LONGEST_SECONDS = 300
# GDAL chooses a driver by content: without the prefix, JSON can start its pipeline driver.
PREFIXES = {".geojson": "GeoJSON:", ".json": "GeoJSON:", ".gpkg": "GPKG:", ".shp": ""}
DRIVERS = {".geojson": "GeoJSON", ".json": "GeoJSON", ".gpkg": "GPKG", ".shp": "ESRI Shapefile"}
MOST_BYTES = 64 << 20  # a state's tracts with 20 columns take about 1 MB
LABELS = "Geography"  # what stands below GEO_ID in a table downloaded from data.census.gov
DOWNLOAD = "fetch it again, or download the table from data.census.gov"


def sheet_rows(path: Path, sheet: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Read the rows of a sheet of a checked workbook, from 1, as text; sheet "" is the only one.

    Raises
    ------
    FileError
        The workbook cannot be read, takes too much memory or time, or lacks the sheet.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as rows:
        command = [sys.executable, "-I", str(CHILD), str(path.resolve()), sheet]
        try:
            done = subprocess.run(  # noqa: S603 - our own script, a list, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=rows,
                stderr=subprocess.PIPE,
                timeout=LONGEST_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise FileError(
                path.name, "reading takes longer than 5 minutes", "save the sheet as csv"
            ) from error
        if done.returncode:
            raise FileError(path.name, *_reason(done.returncode, done.stderr))
        rows.seek(0)
        for number, line in enumerate(rows, start=1):
            yield number, json.loads(line)


def _reason(code: int, message: bytes) -> tuple[str, str]:
    """Give what the child said, or that it was ended from outside."""
    if code == 1 and message.startswith(b"["):
        what, remedy = json.loads(message)
        return str(what), str(remedy)
    return (
        "the workbook cannot be read: it takes too much memory",
        "save the sheet that is needed as csv",
    )


def read_vector(
    recipe: Recipe, path: Path, suffix: str
) -> tuple[pd.DataFrame, gpd.GeoSeries, tuple[str, ...]]:
    """Read the wanted columns and the geometry of a checked geographic file.

    Returns
    -------
    (DataFrame of str, GeoSeries, tuple of str)
        Indexed by feature, the first is 1; geometry in EPSG:4326; all columns of the file.

    Raises
    ------
    FileError
        It cannot be read, has no coordinate system, lacks a column, or describes students.
    """
    if "!" in str(path):
        raise FileError(path.name, "'!' in its path", "rename the file or folder")
    address = f"{PREFIXES[suffix]}{path}"
    layer = _layer(recipe, address, path.name)
    try:
        about = pyogrio.read_info(address, layer=layer)
        fields = tuple(str(name) for name in about["fields"])
        refuse_students(fields, path.name)
        columns = list(wanted_headers(recipe, fields, path.name))
        refuse_headers(columns, fields, path.name)
        _check_about(about, DRIVERS[suffix], path.name)
        table = pyogrio.read_dataframe(address, layer=layer, columns=columns)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise FileError(path.name, f"it cannot be read ({error})", "export it again") from error
    table.index = pd.RangeIndex(1, len(table) + 1, name="row")
    geometry = table.geometry.to_crs(STORED_CRS)
    cells = {name: _as_text(table[name]) for name in columns}
    return pd.DataFrame(cells, index=table.index, dtype="str"), geometry, fields


def _layer(recipe: Recipe, address: str, file: str) -> str:
    try:
        names = [str(name) for name, _ in pyogrio.list_layers(address)]
    except pyogrio.errors.DataSourceError as error:
        raise FileError(file, f"it cannot be read ({error})", "export it again") from error
    wanted = recipe.format.layer
    if wanted in names:
        return wanted
    if not wanted and len(names) == 1:
        return names[0]
    what = f"there is no layer {wanted!r}" if wanted else f"it has {len(names)} layers"
    raise FileError(file, what, f"name format.layer in the recipe: {', '.join(names)}")


def _check_about(about: dict[str, Any], driver: str, file: str) -> None:
    if about["driver"] != driver:
        raise FileError(file, f"it is {about['driver']}, not {driver}", "export it again")
    if about["geometry_type"] is None:
        raise FileError(file, "it has no geometry", "choose another layer or file")
    if about["crs"] is None:
        raise FileError(
            file,
            "it names no coordinate system",
            "add its .prj file, or ask the publisher which one it uses",
        )


def _as_text(column: pd.Series) -> pd.Series:
    if pd.api.types.is_float_dtype(column):
        whole = column.map(lambda value: str(int(value)) if value.is_integer() else repr(value))
        return whole.where(column.notna(), "").astype("str")
    return column.astype("str").fillna("")


def is_answer(path: Path) -> bool:
    """Say whether a file begins like a JSON list, whatever its name."""
    with path.open("rb") as handle:
        return handle.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")


def answer_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Read an answer of the interface, a list of rows from 1: every cell as text, null as "".

    Raises
    ------
    FileError
        It is too large, not JSON, or not a list of rows of plain cells.
    """
    if path.stat().st_size > MOST_BYTES:
        raise FileError(
            path.name,
            f"more than {MOST_BYTES:,} bytes",
            "ask for one state and one table at a time",
        )
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        what = f"it is no JSON ({type(error).__name__})"
        raise FileError(path.name, what, DOWNLOAD) from error
    if not isinstance(content, list) or not all(isinstance(row, list) for row in content):
        raise FileError(path.name, "it is not a list of rows", DOWNLOAD)
    return ((at, _plain_cells(row, path.name, at)) for at, row in enumerate(content, start=1))


def without_labels(cells: pd.DataFrame, ids: str) -> pd.DataFrame:
    """Leave out the row of labels that a downloaded table has below its names."""
    is_label = cells[ids].str.strip().eq(LABELS)
    return cells[~is_label] if is_label.iloc[:1].any() else cells


def _plain_cells(row: list[Any], file: str, at: int) -> list[str]:
    strange = [cell for cell in row if isinstance(cell, list | dict | bool)]
    if strange:
        raise FileError(file, "a cell holds more than text or a number", DOWNLOAD, row=at)
    return ["" if cell is None else str(cell) for cell in row]
