"""Geographic files: the allow-listed drivers only, each named so that no other can answer."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from data.read.file_error import FileError
from data.read.recognise import wanted_headers
from data.read.refuse import refuse_headers, refuse_students
from data.recipe.parts import Recipe

STORED_CRS = "EPSG:4326"
# GDAL chooses a driver by content: without the prefix, JSON can start its pipeline driver.
PREFIXES = {".geojson": "GeoJSON:", ".json": "GeoJSON:", ".gpkg": "GPKG:", ".shp": ""}
DRIVERS = {".geojson": "GeoJSON", ".json": "GeoJSON", ".gpkg": "GPKG", ".shp": "ESRI Shapefile"}


def read_vector(
    recipe: Recipe, path: Path, suffix: str
) -> tuple[pd.DataFrame, gpd.GeoSeries, tuple[str, ...]]:
    """Read the wanted columns and the geometry of a checked geographic file.

    Parameters
    ----------
    recipe : Recipe
    path : Path
        A local file that `data.read.file_check.check_file` has let pass.
    suffix : str
        What it returned.

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
        wanted = list(wanted_headers(recipe, fields, path.name))
        refuse_headers(wanted, fields, path.name)
        _check_about(about, DRIVERS[suffix], path.name)
        table = pyogrio.read_dataframe(address, layer=layer, columns=wanted)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise FileError(path.name, f"it cannot be read ({error})", "export it again") from error
    table.index = pd.RangeIndex(1, len(table) + 1, name="row")
    geometry = table.geometry.to_crs(STORED_CRS)
    cells = {name: _texts(table[name]) for name in wanted}
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


def _texts(column: pd.Series) -> pd.Series:
    if pd.api.types.is_float_dtype(column):
        whole = column.map(lambda value: str(int(value)) if value.is_integer() else repr(value))
        return whole.where(column.notna(), "").astype("str")
    return column.astype("str").fillna("")
