"""What a nation takes from one of its parts: counties and totals, of the protected panel alone."""

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data.contracts.check import STORED_CRS
from data.panel import PROTECTED, Panel, load_panel
from data.store.code import BUILDING
from data.store.folders import panel_path, present
from data.store.manifest import FILE_NAME, StudyArea
from data.store.results import read_result, result_file, write_result
from data.views.counties import county_figures, county_ids, county_names, yearly_totals
from geo.areas.groups import dissolved

KEY = "what a nation takes from this place"


@dataclass(frozen=True, eq=False)
class Outlines:
    """Multipolygons as numbers, so that they can be kept without running anything.

    Attributes
    ----------
    coordinates : array, shape (vertices, 2)
        Degrees.
    offsets : tuple of array
        Where rings, polygons and shapes begin, see `shapely.to_ragged_array`; none without shapes.
    """

    coordinates: NDArray[np.float64]
    offsets: tuple[NDArray[np.int64], ...]


@dataclass(frozen=True, eq=False)
class Summary:
    """Counties of a place, and its totals.

    Attributes
    ----------
    area : StudyArea
    built : str
        SHA-256 of the manifest of the protected panel that all of this follows from.
    names : DataFrame
        Index `county`, see `data.views.counties.county_names`.
    figures, totals : DataFrame
        See `data.views.counties`.
    outlines : Outlines
        In the order of `names`, with every vertex of the tracts.
    publishers : tuple of str
        Of its figures of absence.
    licences : tuple of str
    """

    area: StudyArea
    built: str
    names: pd.DataFrame = field(repr=False)
    figures: pd.DataFrame = field(repr=False)
    totals: pd.DataFrame = field(repr=False)
    outlines: Outlines = field(repr=False)
    publishers: tuple[str, ...]
    licences: tuple[str, ...]

    def shapes(self) -> gpd.GeoSeries:
        """Give the outlines of the counties, by id, in degrees."""
        if not self.outlines.offsets:
            return gpd.GeoSeries([], index=self.names.index, crs=STORED_CRS)
        kind = shapely.GeometryType.MULTIPOLYGON
        drawn = shapely.from_ragged_array(kind, self.outlines.coordinates, self.outlines.offsets)
        return gpd.GeoSeries(drawn, index=self.names.index, crs=STORED_CRS)


def summarise(panel: Panel, built: str) -> Summary:
    """Take from a place what a nation shows of it.

    Parameters
    ----------
    panel : Panel
        Protected panel.
    built : str
        SHA-256 of its manifest.

    Raises
    ------
    ValueError
        The panel did not go through the gate.
    """
    if not panel.protected:
        raise ValueError(f"{panel.area.slug}: a nation takes figures from protected panels alone")
    named = set(panel.absence["source"])
    sources = [each for each in panel.sources if each.id in named]
    return Summary(
        area=panel.area,
        built=built,
        names=county_names(panel),
        figures=county_figures(panel),
        totals=yearly_totals(panel),
        outlines=_outlines(panel),
        publishers=tuple(dict.fromkeys(each.publisher for each in sources)),
        licences=tuple(dict.fromkeys(each.licence for each in sources)),
    )


def _outlines(panel: Panel) -> Outlines:
    """Dissolve the tracts of a place into its counties; a place by district may have none."""
    if panel.tracts.empty:
        return Outlines(np.empty((0, 2)), ())
    shapes = dissolved(panel.tracts, county_ids(panel.tracts))
    _, coordinates, offsets = shapely.to_ragged_array(np.asarray(shapes.array))
    return Outlines(coordinates, tuple(each.astype(np.int64) for each in offsets))


def stored_summary(folder: Path) -> Summary | None:
    """Give the summary that is kept beside the panel of a place; None where it is to be made.

    Parameters
    ----------
    folder : Path
        Panel folder.
    """
    try:
        found = read_result(_file(folder))
    except OSError:  # there is no panel
        return None
    return found if isinstance(found, Summary) else None


def store_summary(folder: Path) -> None:
    """Make the summary of a place, and keep it beside its panel.

    Raises
    ------
    DataError
        The panel cannot be used.
    OSError
        The disk refuses.
    """
    shown = present(folder / PROTECTED)
    made = summarise(load_panel(shown), manifest_hash(shown))
    if not write_result(_file(folder), made):
        raise OSError(f"what a nation takes from {folder.name} could not be stored beside it")


def manifest_hash(folder: Path) -> str:
    """Give the SHA-256 of the manifest of a panel's folder."""
    return hashlib.sha256((folder / FILE_NAME).read_bytes()).hexdigest()


def hash_in_store(slug: str) -> str:
    """Give the hash of a place's protected manifest, read once a change; "" for no such place."""
    folder = present(panel_path(slug) / PROTECTED)
    try:
        stat = (folder / FILE_NAME).stat()
    except OSError:
        return ""
    return _hash_of(folder, (stat.st_mtime_ns, stat.st_size, stat.st_ino))


@lru_cache(maxsize=256)
def _hash_of(folder: Path, _version: tuple[int, ...]) -> str:
    return manifest_hash(folder)


def _file(folder: Path) -> Path:
    return result_file(present(folder / PROTECTED), KEY, BUILDING)
