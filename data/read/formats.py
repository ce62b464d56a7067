"""Files that are no plain text: workbooks, geographic files, answers of the Census Bureau."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from data.contracts.check import STORED_CRS
from data.errors import FileError
from data.read.recognise import wanted_headers
from data.read.refuse import refuse_headers
from data.read.students import refuse_students, sample_of
from data.recipe.recipe import Recipe

SHEET_CHILD = Path(__file__).with_name("sheet_child.py")
VECTOR_CHILD = Path(__file__).with_name("vector_child.py")
LONGEST_SECONDS = 60
DRIVERS = {".geojson": "GeoJSON", ".json": "GeoJSON", ".gpkg": "GPKG", ".shp": "ESRI Shapefile"}
MOST_BYTES = 64 << 20  # a state's tracts with 20 columns take about 1 MB
LABELS = "Geography"  # what stands below GEO_ID in a table downloaded from data.census.gov
DOWNLOAD = "fetch it again, or download the table from data.census.gov"


def sheet_rows(path: Path, sheet: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Read the rows of a sheet of a checked workbook, from 1, as text; sheet "" is the only one.

    An error such as #REF! is the text of its cell, a formula that was never calculated "=?". Row 0
    holds one text, the sheet's name.

    Raises
    ------
    FileError
        The workbook cannot be read, takes too much memory or time, or lacks the sheet.
    """
    lines = _from_child(path, SHEET_CHILD, sheet, remedy="save the sheet that is needed as csv")
    for number, line in enumerate(io.BytesIO(lines)):
        yield number, json.loads(line)


def sheet_names(path: Path) -> list[str]:
    """List the sheets of a checked workbook that are shown and hold a cell.

    Raises
    ------
    FileError
        The workbook cannot be read.
    """
    remedy = "save the sheet that is needed as csv"
    names: list[str] = json.loads(_from_child(path, SHEET_CHILD, "", "names", remedy=remedy))
    return names


def vector_fields(path: Path, suffix: str) -> tuple[list[str], list[list[str]]]:
    """Give the names of the columns of a checked geographic file, and the cells of each as text.

    Raises
    ------
    FileError
        It cannot be read.
    """
    answer = _from_child(
        path, VECTOR_CHILD, "", DRIVERS[suffix], remedy="split it, or export it again"
    )
    with np.load(io.BytesIO(answer), allow_pickle=False) as parts:
        about = json.loads(parts["about"].tobytes())
    return list(about["fields"]), list(about["cells"])


def _from_child(path: Path, program: Path, *words: str, remedy: str) -> bytes:
    """Give what a program of ours makes of a file in a process of its own, limited and alone."""
    command = [sys.executable, "-I", str(program), str(path.resolve()), *words]
    try:
        done = subprocess.run(  # noqa: S603 - our own script, a list, no shell
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        what = f"reading takes longer than {LONGEST_SECONDS} seconds"
        raise FileError(path.name, what, remedy) from error
    if done.returncode == 1 and done.stderr.startswith(b"["):
        what, own_remedy = json.loads(done.stderr)
        raise FileError(path.name, str(what), str(own_remedy))
    if done.returncode:
        raise FileError(path.name, "reading it takes too much memory, or breaks the reader", remedy)
    return done.stdout


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
    file, driver = path.name, DRIVERS[suffix]
    if "!" in str(path):
        raise FileError(file, "'!' in its path", "rename the file or folder")
    answer = _from_child(
        path, VECTOR_CHILD, recipe.format.layer, driver, remedy="split it, or export it again"
    )
    with np.load(io.BytesIO(answer), allow_pickle=False) as parts:
        about = json.loads(parts["about"].tobytes())
        shapes = _shapes(parts["sizes"], parts["shapes"].tobytes(), file)
    fields = tuple(about["fields"])
    refuse_students(sample_of(recipe, fields, zip(*about["cells"], strict=True), file))
    columns = list(wanted_headers(recipe, fields, file))
    refuse_headers(columns, fields, file)
    if about["driver"] != driver:
        raise FileError(file, f"it is {about['driver']}, not {driver}", "export it again")
    index = pd.RangeIndex(1, len(shapes) + 1, name="row")
    geometry = gpd.GeoSeries(shapes, index=index, crs=_coordinate_system(about, file))
    cells = {name: about["cells"][fields.index(name)] for name in columns}
    return pd.DataFrame(cells, index=index, dtype="str"), geometry.to_crs(STORED_CRS), fields


def _shapes(sizes: NDArray[np.int64], joined: bytes, file: str) -> NDArray[np.object_]:
    """Make outlines of their well-known binary; a size of -1 is none."""
    ends = np.cumsum(np.maximum(sizes, 0))
    parts = [
        None if size < 0 else joined[end - size : end]
        for size, end in zip(sizes.tolist(), ends.tolist(), strict=True)
    ]
    try:
        shapes: NDArray[np.object_] = shapely.from_wkb(np.array(parts, dtype=object))
    except shapely.errors.GEOSException as error:
        raise FileError(file, f"an outline is damaged ({error})", "export it again") from error
    return shapes


def _coordinate_system(about: dict[str, Any], file: str) -> CRS:
    """Give the coordinate system; refuse one that is not on the earth, or not the one named."""
    remedy = "name it (.prj of a shapefile, crs of a GeoJSON); ask the publisher which one it is"
    if about["crs"] is None:
        raise FileError(file, "it names no coordinate system", remedy)
    try:
        crs = CRS.from_user_input(about["crs"])
        named = CRS.from_user_input(about["named"]) if about["named"] else crs
    except CRSError as error:
        what = f"its coordinate system {about['named'] or about['crs'][:80]!r} is not known"
        raise FileError(file, what, remedy) from error
    on_earth = crs.is_geographic or crs.is_projected
    if not on_earth or crs.name.lower().startswith("undefined"):
        raise FileError(file, f"its coordinate system is {crs.name!r}", remedy)
    if not named.equals(crs, ignore_axis_order=True):
        what = f"it names the coordinate system {about['named']!r}, which the reader does not know"
        raise FileError(file, what, remedy)
    return crs


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
