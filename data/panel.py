"""The panel: everything known about one study area, validated, with its provenance."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from pyarrow.lib import ArrowException

from data.contracts.check import STORED_CRS, check_relations, empty_table
from data.contracts.tables import CONTRACTS, OPTIONAL, TABLES
from data.contracts.vocabulary import LEVELS, PROVIDER_KINDS
from data.errors import DataError
from data.store import folders, manifest
from data.store.manifest import StudyArea
from data.store.provenance import LedgerEntry, Source, sha256_of

PROTECTED = "protected"


class PanelError(DataError):
    """A stored panel is missing, damaged, incomplete or of another version."""


def _no_providers() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(empty_table("providers"))


def _none_served() -> pd.DataFrame:
    return empty_table("served")


def _no_climate() -> pd.DataFrame:
    return empty_table("climate")


def _no_points() -> gpd.GeoSeries:
    return gpd.GeoSeries([], index=pd.Index([], dtype="str"), crs=STORED_CRS)


@dataclass(frozen=True)
class SourceTables:
    """What a place's readers (or the demo) return: tables before the school-tract join.

    Attributes
    ----------
    tracts, schools, absence, drivers, school_drivers, zones, providers, served : (Geo)DataFrame
        As in `data.contracts.tables`; `schools` may lack `geoid`, which the build then fills.
    seed : int or None
        Seed of a generated place; None for published files.
    join : dict
        Settings of the gravity join, `scale_km`, `k` and `barrier` (a column of the tracts that
        students do not cross); what is left out takes geo's default.
    flows : DataFrame or None
        The district's own counts of students by school and tract.
    crosswalk : DataFrame or None
        `source, target, share, weight` from tracts of another census year to those of the area.
    designations : DataFrame or None
        Areas that an agency has designated; the build turns them into drivers.
    centres : GeoDataFrame or None
        Population centres of the tracts, from which access to care is measured.
    travel_times : DataFrame or None
        Minutes from tracts to providers, in place of straight lines.
    access : dict
        Settings of the access to care: `reach_km` and `reach_minutes`, limit to weight.
    accept : tuple of str
        Doubts that the place file accepts, by their names in `data.doubts`.
    joined, not_joined : tuple of str
        Schools that the place file calls no online school, and schools that it leaves off the map.
    listed : Index or None
        Schools with a figure that a list of schools names; None when nothing is known of lists.
    idle : GeoSeries
        Points of the listed schools without a figure, by id.
    features : GeoDataFrame or None
        What files hold of the map's context: `layer, feature_id, kind, name, source`, shapes.
    climate : DataFrame
        What surveys of families, students and teachers say; empty where there are none.
    neighbourhood : str
        "district" where school districts name the tracts that have no neighbourhood.
    """

    area: StudyArea
    tracts: gpd.GeoDataFrame
    schools: gpd.GeoDataFrame
    absence: pd.DataFrame
    drivers: pd.DataFrame
    school_drivers: pd.DataFrame
    zones: gpd.GeoDataFrame
    sources: tuple[Source, ...]
    ledger: tuple[LedgerEntry, ...]
    seed: int | None = None
    join: dict[str, Any] = field(default_factory=dict)
    flows: pd.DataFrame | None = None
    crosswalk: pd.DataFrame | None = None
    providers: gpd.GeoDataFrame = field(default_factory=_no_providers)
    served: pd.DataFrame = field(default_factory=_none_served)
    designations: pd.DataFrame | None = None
    centres: gpd.GeoDataFrame | None = None
    travel_times: pd.DataFrame | None = None
    access: dict[str, Any] = field(default_factory=dict)
    accept: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    not_joined: tuple[str, ...] = ()
    listed: pd.Index | None = None
    idle: gpd.GeoSeries = field(default_factory=_no_points)
    features: gpd.GeoDataFrame | None = None
    climate: pd.DataFrame = field(default_factory=_no_climate)
    neighbourhood: str = ""


def reference_enrolment(absence: pd.DataFrame, listed: pd.Series | None = None) -> pd.Series:
    """Enrolment that a school's students are spread by.

    Parameters
    ----------
    absence : DataFrame
        Absence table.
    listed : Series of Int64, optional
        Students on the list of schools, by school_id.

    Returns
    -------
    Series of Int64
        By school_id: enrolment of the latest year in which it is reported; where it never is, the
        students on the list.
    """
    total = absence[absence["student_group"].eq("all") & absence["grade"].eq("all")]
    reported = total[total["enrolled"].notna()].sort_values(["school_id", "school_year"])
    latest = reported.drop_duplicates("school_id", keep="last").set_index("school_id")["enrolled"]
    return latest if listed is None else latest.combine_first(listed.dropna())


@dataclass(frozen=True)
class Panel:
    """A study area's tables after the join, validated; raw or protected, of the same shape.

    Attributes
    ----------
    tracts, schools, absence, drivers, school_drivers, zones, providers, served : (Geo)DataFrame
        Tables as in `data.contracts.tables`.
    catchment, joins : DataFrame
        The join of the place, and the others that its files allow.
    context : GeoDataFrame
        Water, parks, roads, boundaries and names for the map; nothing in it is a figure.
    parameters : dict
        How it was made: `catchment` (method, scale_km and its basis, k, iterations, converged,
        reference_enrolment), `access` (by measure: providers, reach, summary), `seed`,
        `versions`; in the protected copy also `policy`.
    climate : DataFrame
        What surveys say of schools; empty where there are none.
    protected : bool
        True when the tables went through the display gate.
    """

    area: StudyArea
    tracts: gpd.GeoDataFrame = field(repr=False)
    schools: gpd.GeoDataFrame = field(repr=False)
    absence: pd.DataFrame = field(repr=False)
    drivers: pd.DataFrame = field(repr=False)
    school_drivers: pd.DataFrame = field(repr=False)
    catchment: pd.DataFrame = field(repr=False)
    joins: pd.DataFrame = field(repr=False)
    zones: gpd.GeoDataFrame = field(repr=False)
    providers: gpd.GeoDataFrame = field(repr=False)
    served: pd.DataFrame = field(repr=False)
    context: gpd.GeoDataFrame = field(repr=False)
    sources: tuple[Source, ...]
    ledger: tuple[LedgerEntry, ...]
    parameters: dict[str, Any] = field(default_factory=dict)
    protected: bool = False
    climate: pd.DataFrame = field(default_factory=_no_climate, repr=False)

    @property
    def levels(self) -> tuple[str, ...]:
        """School levels that occur, in the order of `data.contracts.vocabulary.LEVELS`."""
        present = set(self.schools["level"])
        return tuple(level for level in LEVELS if level in present)

    @property
    def restricted(self) -> bool:
        """Whether some counts are shared under an agreement."""
        return any(source.release == "restricted" for source in self.sources)

    @property
    def services(self) -> tuple[str, ...]:
        """Kinds of provider with a point, in the order of `vocabulary.PROVIDER_KINDS`."""
        present = set(self.providers.loc[self.providers.geometry.notna(), "kind"])
        return tuple(kind for kind in PROVIDER_KINDS if kind in present)

    def table(self, name: str) -> pd.DataFrame:
        """Give a table by its name in `data.contracts.tables.TABLES`."""
        table: pd.DataFrame = getattr(self, name)
        return table


def save_panel(panel: Panel, path: Path) -> None:
    """Write a panel's tables and manifest into a folder that holds no panel yet.

    To replace a panel in the store use `data.build`, which swaps whole folders.

    Parameters
    ----------
    panel : Panel
        Valid by construction: what is made, protected or loaded is checked there.
    path : Path
        Folder, made when absent.

    Raises
    ------
    PanelError
        The folder already holds a panel.
    ContractError
        A table names an id that no other has.
    """
    path = Path(path)
    if (path / manifest.FILE_NAME).exists():
        raise PanelError(f"{path} already holds a panel; choose an empty folder")
    tables = {name: panel.table(name) for name in TABLES}
    check_relations(tables, [source.id for source in panel.sources])
    path.mkdir(parents=True, exist_ok=True)
    written = {name: each for name, each in tables.items() if len(each) or name not in OPTIONAL}
    files = {name: _write_table(name, table, path) for name, table in written.items()}
    text = manifest.dumps(
        manifest.Manifest(
            panel.area, panel.sources, panel.ledger, panel.parameters, panel.protected, files
        )
    )
    (path / manifest.FILE_NAME).write_bytes(text.encode("utf-8"))


def load_panel(path: Path) -> Panel:
    """Read a panel; its tables are those that were checked when it was made, by their hashes.

    Parameters
    ----------
    path : Path
        Panel folder (raw figures), or the folder `protected` inside it.

    Raises
    ------
    PanelError
        The folder is missing, damaged, incomplete or of another version.
    """
    try:
        return _load(folders.present(Path(path)))
    except PanelError:
        # A build may have swapped the folders while this one was being read: look once more.
        return _load(folders.present(Path(path)))


def _load(folder: Path) -> Panel:
    slug = (folder.parent if folder.name == PROTECTED else folder).name.removesuffix(".previous")
    remedy = f"build it again: python -m data.build {slug}"
    if not folder.is_dir():
        raise PanelError(f"there is no panel at {folder}; build it: python -m data.build {slug}")
    try:
        record = manifest.read_manifest(folder)
        if folder.name == PROTECTED and not record.protected:
            raise PanelError("its tables did not go through the display gate")
        tables = {name: _read_table(name, folder, record) for name in TABLES}
    except DataError as error:
        raise PanelError(f"the panel at {folder} cannot be used: {error}; {remedy}") from error
    return Panel(
        area=record.area,
        sources=record.sources,
        ledger=record.ledger,
        parameters=record.parameters,
        protected=record.protected,
        **tables,
    )


def _write_table(name: str, table: pd.DataFrame, folder: Path) -> manifest.TableFile:
    path = folder / f"{name}.parquet"
    table.to_parquet(path, index=CONTRACTS[name].index is not None)
    return manifest.TableFile(rows=len(table), sha256=sha256_of(path))


def _read_table(name: str, folder: Path, record: manifest.Manifest) -> pd.DataFrame:
    path = folder / f"{name}.parquet"
    if name in OPTIONAL and name not in record.tables:
        return empty_table(name)
    if not path.is_file():
        raise PanelError(f"{path.name} is missing")
    read = gpd.read_parquet if CONTRACTS[name].spatial else pd.read_parquet
    try:
        if name in record.tables and sha256_of(path) == record.tables[name].sha256:
            return read(path)
    except (OSError, ValueError, ArrowException) as error:
        raise PanelError(f"{path.name} cannot be read ({error})") from error
    raise PanelError(f"{path.name} is damaged (its bytes are not those the manifest names)")
