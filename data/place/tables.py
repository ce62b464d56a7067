"""Put the tables that a place's recipes give together into one set."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd

from data.assemble.vintages import crosswalk_between, crosswalk_of
from data.contracts.check import STORED_CRS, empty_table, validate
from data.errors import DataError
from data.panel import SourceTables
from data.place.place import Place, load_place
from data.place.releases import one_release_a_year
from data.place.school_lists import one_list
from data.read.engine import read_table
from data.read.fetch import fetched_on, mirror_folder, obtain
from data.read.flows import blurred
from data.recipe.recipe import Recipe
from data.store.folders import cache_folder
from data.store.provenance import Ledger, Source
from geo.areas.boundaries import repair
from geo.areas.locate import implausible_points

STRANGE_LIMIT = 0.05
MARGIN_KM = 25.0
TURNED_LIMIT = 0.05
UNPLACED = ("no coordinates", "zero coordinates")
FAR = "far outside"


def read_place(
    slug: str,
    *,
    mirror: Path | None = None,
    cache: Path | None = None,
    progress: bool = False,
) -> SourceTables:
    """Read all files of a place.

    Parameters
    ----------
    slug : str
        Short name of the place.
    mirror : Path, optional
        Folder of files downloaded by hand; ATLAS_MIRROR when left out; without either the files
        come from the network into `cache`.
    cache : Path, optional
        Folder of downloaded files; the store's own when left out.
    progress : bool
        Show a progress bar for downloads.

    Returns
    -------
    SourceTables
        Schools without `geoid`; drivers of the place's counties.

    Raises
    ------
    DataError
        A file is missing, cannot be fetched, or is not as its recipe says.
    """
    place = load_place(slug)
    return PlaceReader(place, mirror_folder(mirror), cache or cache_folder(), progress).read()


@dataclass
class PlaceReader:
    """One reading of a place; it collects the ledger and the sources as it goes."""

    place: Place
    mirror: Path | None
    cache: Path
    progress: bool
    ledger: Ledger = field(default_factory=Ledger)
    sources: list[Source] = field(default_factory=list)
    paths: dict[str, Path] = field(default_factory=dict)

    def read(self) -> SourceTables:
        """Read all recipes into the tables of the place."""
        self._obtain()
        absence = self._absence()
        names = _latest_names(absence)
        tracts = self._tracts()
        schools = self._schools(names, tracts)
        drivers = self._in_counties(_stacked("drivers", self._tables("drivers")), tracts)
        return SourceTables(
            area=self.place.area,
            tracts=tracts,
            schools=schools,
            absence=absence.drop(columns="name", errors="ignore"),
            drivers=drivers,
            school_drivers=_stacked("school_drivers", self._tables("school_drivers")),
            zones=self._zones(),
            flows=self._flows(),
            crosswalk=self._crosswalk(tracts),
            providers=near_providers(self._tables("providers"), tracts, self.ledger),
            designations=_joined("designations", self._tables("designations")),
            centres=self._centres(tracts),
            travel_times=_joined("travel_times", self._tables("travel_times")),
            access=self.place.access.settings(),
            accept=self.place.accept,
            join={
                "scale_km": self.place.catchment.scale_km or None,
                "k": self.place.catchment.k,
                "grades": self.place.catchment.grades,
                "barrier": self.place.catchment.barrier,
            },
            # Last: every file above adds to these two.
            sources=tuple(self.sources),
            ledger=self.ledger.entries,
        )

    def _obtain(self) -> None:
        """Find every file before the first is read, those that no address gives before all."""
        for recipe in sorted(self.place.recipes, key=lambda each: not each.by_hand):
            self.paths[recipe.id] = obtain(
                recipe, mirror=self.mirror, cache=self.cache, progress=self.progress
            )

    def _tables(self, table: str) -> list[pd.DataFrame]:
        return [self._table(recipe) for recipe in self.place.recipes if recipe.table == table]

    def _absence(self) -> pd.DataFrame:
        rows = pd.concat(self._tables("absence"), ignore_index=True)
        return one_release_a_year(rows, self.place.releases, self.place.area.slug, self.ledger)

    def _flows(self) -> pd.DataFrame | None:
        """Read the district's own counts; small ones that nobody has released become bounds."""
        held = {recipe.id for recipe in self.place.recipes if recipe.release == "restricted"}
        tables = self._tables("flows")
        hidden = [blurred(each) if set(each["source"]) <= held else each for each in tables]
        return _joined("flows", hidden)

    def _table(self, recipe: Recipe, keep: frozenset[str] = frozenset()) -> pd.DataFrame:
        path = self.paths[recipe.id]
        on = "" if self.mirror is not None else fetched_on(path)
        read = read_table(recipe, path, self.ledger, keep=keep, retrieved=on)
        self.sources.append(read.source)
        return read.table

    def _tracts(self) -> gpd.GeoDataFrame:
        tables = self._tables("tracts")
        outlines = [table for table in tables if isinstance(table, gpd.GeoDataFrame)]
        tracts = self._mended("tracts", pd.concat(outlines).sort_index())
        self._refuse_other_state(tracts.index)
        for table in tables:
            if not isinstance(table, gpd.GeoDataFrame):
                tracts = self._with_columns(tracts, table)
        for name in ("children", "children_moe", "residents"):
            if name not in tracts.columns:
                tracts[name] = float("nan")
        return tracts

    def _crosswalk(self, tracts: gpd.GeoDataFrame) -> pd.DataFrame | None:
        """Take a published crosswalk, or make one from the outlines of the other census year."""
        published = _joined("crosswalk", self._tables("crosswalk"))
        outlines = self._tables("other_tracts")
        if published is not None:
            return crosswalk_of(published)
        if not outlines:
            return None
        return crosswalk_between(gpd.GeoDataFrame(pd.concat(outlines)), tracts)

    def _centres(self, tracts: gpd.GeoDataFrame) -> gpd.GeoDataFrame | None:
        """Take the population centres of this area's tracts; the files are of whole states."""
        tables = self._tables("centres")
        if not tables:
            return None
        centres = gpd.GeoDataFrame(pd.concat(tables))
        slug, here = self.place.area.slug, centres[centres.index.isin(tracts.index)]
        reason = "No population centre: its centroid stands for it."
        lacking = tracts.index[~tracts.index.isin(here.index)]
        self.ledger.record(slug, "tracts", "kept", reason, lacking)
        return here if len(here) else None

    def _zones(self) -> gpd.GeoDataFrame:
        zones = gpd.GeoDataFrame(_stacked("zones", self._tables("zones")))
        return self._mended("zones", zones.set_index("zone_id")).reset_index()

    def _mended(self, table: str, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Mend outlines; an area without a usable one is left out."""
        slug, mended = self.place.area.slug, repair(areas)
        reasons = mended.repaired["reason"].astype("str").str.split("[").str[0]
        for reason, rows in reasons.groupby(reasons):
            ids = rows.index.drop_duplicates()
            self.ledger.record(slug, table, "repaired", f"Outline mended: {reason}.", ids)
        for reason, rows in mended.dropped.groupby("reason"):
            ids = rows.index.drop_duplicates()
            self.ledger.record(slug, table, "dropped", f"Outline: {reason}.", ids)
        return mended.table

    def _with_columns(self, tracts: gpd.GeoDataFrame, extra: pd.DataFrame) -> gpd.GeoDataFrame:
        """Add columns from another file; tracts it does not have stay empty."""
        slug = self.place.area.slug
        lacking = tracts.index[~tracts.index.isin(extra.index)]
        reason = f"No row gives {', '.join(extra.columns)}: left empty."
        self.ledger.record(slug, "tracts", "kept", reason, lacking)
        unused = extra.index[~extra.index.isin(tracts.index)]
        reason = f"Row of {', '.join(extra.columns)} for a tract outside the study area."
        self.ledger.record(slug, "tracts", "dropped", reason, unused)
        return tracts.join(extra, how="left", validate="one_to_one")

    def _refuse_other_state(self, geoids: pd.Index) -> None:
        strange = geoids[~geoids.str.startswith(self.place.state_fips)]
        if len(strange):
            raise DataError(
                f"{self.place.area.slug}: tract {strange[0]} is not in state "
                f"{self.place.state_fips}; check state_fips and the recipe of the tracts"
            )

    def _schools(self, names: pd.Series, tracts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        slug, lists, idle = self.place.area.slug, [], pd.Index([])
        for recipe in self.place.recipes:
            if recipe.table == "schools":
                table = self._table(recipe, frozenset(names.index))
                has_figure = table.index.isin(names.index)
                lists.append((recipe.id, gpd.GeoDataFrame(table[has_figure])))
                idle = idle.union(table.index[~has_figure], sort=False)
        self.ledger.record(slug, "schools", "dropped", "No attendance figure in any year.", idle)
        listed = one_list(lists, self.place.area.crs, slug, self.ledger)
        lacking = names[~names.index.isin(listed.index)]
        reason = "Not in the list of schools: level unknown, no point."
        self.ledger.record(slug, "schools", "kept", reason, lacking.index)
        schools = pd.concat([listed, _without_place(lacking)]) if len(lacking) else listed
        return self._plausible(gpd.GeoDataFrame(schools).sort_index(), tracts)

    def _plausible(self, schools: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Take away points that cannot be right; refuse the file when they are many."""
        placed = schools[schools.geometry.notna()]
        if placed.empty:
            return schools
        reasons = implausible_points(placed, tracts)
        strange = reasons[reasons.ne("")]
        if len(strange) > STRANGE_LIMIT * len(placed):
            raise DataError(
                f"{self.place.area.slug}: {len(strange):,} of {len(placed):,} schools have points "
                f"that cannot be right (first {strange.index[0]}: {strange.iloc[0]}); correct "
                "[points] in the recipe"
            )
        for reason, rows in strange.groupby(strange):
            words = f"Point taken away: {reason}."
            self.ledger.record(self.place.area.slug, "schools", "repaired", words, rows.index)
        is_strange = schools.index.isin(strange.index)
        return schools.set_geometry(schools.geometry.mask(is_strange, None))

    def _in_counties(self, drivers: pd.DataFrame, tracts: gpd.GeoDataFrame) -> pd.DataFrame:
        """Leave out tracts of other counties early: a state's file is large."""
        near = drivers["geoid"].str[:5].isin(tracts["county"].unique())
        if not near.any():
            return drivers
        for source, rows in drivers[~near].groupby("source"):
            ids = rows["geoid"].drop_duplicates()
            reason = "Tract outside the study area."
            self.ledger.record(str(source), "drivers", "dropped", reason, ids)
        return drivers[near].reset_index(drop=True)


def _latest_names(absence: pd.DataFrame) -> pd.Series:
    """Give the name of each school in the latest year with one; its id when no file gives it."""
    ids = pd.Index(absence["school_id"].unique(), name="school_id").sort_values()
    if "name" not in absence.columns:
        return ids.to_series()
    named = absence[absence["name"].fillna("").ne("")].sort_values("school_year")
    last = named.drop_duplicates("school_id", keep="last").set_index("school_id")["name"]
    return last.reindex(ids).fillna(ids.to_series())


def _without_place(names: pd.Series) -> gpd.GeoDataFrame:
    table = pd.DataFrame({"name": names}).assign(
        level="unknown", school_type="", district="", neighbourhood=""
    )
    nowhere = gpd.GeoSeries([None] * len(table), index=table.index, crs=STORED_CRS)
    return gpd.GeoDataFrame(table, geometry=nowhere, crs=STORED_CRS)


def _joined(table: str, parts: Sequence[pd.DataFrame]) -> pd.DataFrame | None:
    """Put what a place's files give together; None when it has no such file."""
    return validate(table, pd.concat(parts, ignore_index=True)) if parts else None


def _stacked(table: str, parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else empty_table(table)


def near_providers(
    lists: Iterable[gpd.GeoDataFrame], tracts: gpd.GeoDataFrame, ledger: Ledger
) -> gpd.GeoDataFrame:
    """Keep the providers inside the tracts' bounding box and up to 25 km around it.

    Those just outside are kept, because families by the border use them. A provider without a
    point is kept when its list is of this place only: a list of the whole country says nothing
    of where it is.

    Parameters
    ----------
    lists : iterable of GeoDataFrame
        Providers as read, one table a source.
    tracts : GeoDataFrame
        The study area.
    ledger : Ledger
        Receives what was left out, and why.

    Raises
    ------
    DataError
        More than 5 % of a list's points lie in the area only when turned round.
    """
    kept = [_near(each, tracts, ledger) for each in lists if len(each)]
    if not kept:
        return gpd.GeoDataFrame(empty_table("providers"))
    return gpd.GeoDataFrame(pd.concat(kept))


def _near(
    providers: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame, ledger: Ledger
) -> gpd.GeoDataFrame:
    source = str(providers["source"].iloc[0])
    reasons = implausible_points(providers, tracts, margin_km=MARGIN_KM)
    _refuse_turned(source, reasons)
    unplaced, far = reasons.isin(UNPLACED), reasons.eq(FAR)
    turned = reasons.ne("") & ~unplaced & ~far
    for reason, rows in reasons[turned].groupby(reasons[turned]):
        words = f"Left out, the point cannot be right: {reason}."
        ledger.record(source, "providers", "dropped", words, rows.index)
    words = f"More than {MARGIN_KM:g} km outside the study area."
    ledger.record(source, "providers", "dropped", words, reasons.index[far])
    if far.any():
        words = "No point, in a list that goes beyond the study area."
        ledger.record(source, "providers", "dropped", words, reasons.index[unplaced])
    else:
        words = "No point: listed, but in no measure of access."
        ledger.record(source, "providers", "kept", words, reasons.index[unplaced])
    kept = providers[reasons.eq("") | (unplaced & ~far.any())]
    return kept.set_geometry(kept.geometry.mask(unplaced[kept.index], None))


def _refuse_turned(source: str, reasons: pd.Series) -> None:
    turned = reasons[~reasons.isin(["", FAR, *UNPLACED])]
    plausible = int(reasons.eq("").sum())
    if len(turned) > TURNED_LIMIT * (plausible + len(turned)):
        raise DataError(
            f"{source}: {len(turned):,} providers have points that cannot be right "
            f"(first {turned.index[0]}: {turned.iloc[0]}); correct [points] in the recipe"
        )
