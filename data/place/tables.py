"""Put the tables that a place's recipes give together into one set."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from analytics.inputs import Progress
from data.assemble.vintages import crosswalk_between, crosswalk_of
from data.contracts.check import STORED_CRS, empty_table, validate
from data.errors import DataError, raise_together
from data.panel import SourceTables
from data.place.absent import go_without, is_optional
from data.place.districts import as_districts, district_system, district_zones
from data.place.place import CRS_REMEDY, Place, load_place
from data.place.providers import in_schools, near_providers, served_schools
from data.place.releases import one_release_a_year
from data.place.school_lists import by_school_id, one_list
from data.place.withheld import bounded_by_list
from data.plausible.outlines import mended, refuse_elsewhere
from data.plausible.points import without_wrong_points
from data.plausible.rows import doubt_refused
from data.read.engine import read_table
from data.read.fetch import fetched_on, mirror_folder, obtain
from data.read.file_check import LIMITS
from data.read.flows import blurred
from data.read.tables import Beside
from data.recipe.recipe import Recipe
from data.store.folders import cache_folder
from data.store.provenance import Ledger, Source
from geo.areas.crs import place_system, require_crs
from geo.areas.geoid import other_codes

OF_DISTRICTS = replace(LIMITS, students=1_500_000)
ORDER = {"enrolment": 0, "schools": 2}
"""Tables read before and after the others: shares need students, lists keep those with figures."""


def read_place(
    slug: str,
    *,
    mirror: Path | None = None,
    cache: Path | None = None,
    progress: bool = False,
    own: Path | None = None,
    watch: Progress | None = None,
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
    own : Path, optional
        Folder that `data.intake` wrote; a file that is not there is fetched.
    watch : callable, optional
        Is told before each file how many are read, of how many; it may raise to stop.

    Returns
    -------
    SourceTables
        Schools without `geoid`; drivers of the place's counties.

    Raises
    ------
    DataError
        A file is missing, cannot be fetched, or is not as its recipe says.
    """
    place, files = place_and_files(slug, mirror=mirror, own=own)
    reader = PlaceReader(place, files, cache or cache_folder(), progress, or_fetch=own is not None)
    reader.watch = watch
    return reader.read()


def place_and_files(
    slug: str, *, mirror: Path | None = None, own: Path | None = None
) -> tuple[Place, Path | None]:
    """Find a place, and the folder that its files are looked for in, see `read_place`.

    Raises
    ------
    DataError
        There is no such place, its file says something unknown, or the mirror is no folder.
    """
    if own is None:
        return load_place(slug), mirror_folder(mirror)
    place = load_place(slug, folder=own / "places", recipes=own / "recipes")
    return place, own / "files" if mirror is None else mirror


@dataclass
class PlaceReader:
    """One reading of a place; it collects the ledger and the sources as it goes."""

    place: Place
    mirror: Path | None
    cache: Path
    progress: bool
    or_fetch: bool = False
    watch: Progress | None = None
    ledger: Ledger = field(default_factory=Ledger)
    sources: list[Source] = field(default_factory=list)
    paths: dict[str, Path] = field(default_factory=dict)
    held: dict[str, pd.DataFrame] = field(default_factory=dict)
    errors: list[DataError] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)

    def read(self) -> SourceTables:
        """Read all recipes into the tables of the place.

        Raises
        ------
        DataError
            Every file that is missing or cannot be read, in one list.
        """
        self._obtain()
        self._read_files()
        raise_together(self.errors)
        absence = self._absence()
        tracts = self._tracts()
        zones = self._zones(absence)
        area = replace(self.place.area, crs=self._crs(tracts, zones))
        listed, idle = self._lists(area.crs, absence)
        drivers = self._in_counties(_stacked("drivers", self._tables("drivers")), tracts)
        schools = self._schools(_latest_names(absence), listed, tracts, zones)
        providers = self._providers(schools, idle)
        near = near_providers(providers, tracts, self.ledger)
        return SourceTables(
            area=area,
            tracts=tracts,
            schools=schools,
            absence=bounded_by_list(
                absence.drop(columns="name", errors="ignore"),
                listed["students"],
                area.slug,
                self.ledger,
            ),
            drivers=drivers,
            school_drivers=_stacked("school_drivers", self._tables("school_drivers")),
            climate=_stacked("climate", self._tables("climate")),
            zones=zones,
            flows=self._flows(),
            crosswalk=self._crosswalk(tracts),
            providers=near,
            served=served_schools(providers, near.index, schools.index, self.ledger),
            designations=_joined(self._tables("designations")),
            centres=self._centres(tracts),
            travel_times=_joined(self._tables("travel_times")),
            access=self.place.access.settings(),
            accept=self.place.accept,
            features=self._features(),
            neighbourhood=self.place.neighbourhood,
            joined=self.place.catchment.joined,
            not_joined=self.place.catchment.not_joined,
            listed=None if self._of_districts else listed.index,
            idle=idle,
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
        for by_hand in (True, False):
            for recipe in self.place.recipes:
                if bool(recipe.by_hand) == by_hand:
                    self._try(recipe, self._obtain_one)
            if self.errors and self.mirror is None:
                raise_together(self.errors)
        go_without(self.place, self.absent, self.paths, self.ledger)

    @property
    def _of_districts(self) -> bool:
        return self.place.area.reports == "district"

    def _read_files(self) -> None:
        """Read what is there: students before their shares, and lists of schools last."""
        recipes = sorted(self.place.recipes, key=lambda each: ORDER.get(each.table, 1))
        for at, recipe in enumerate(recipes):
            if self.watch is not None:
                self.watch(at, len(recipes))
            if recipe.id in self.paths:
                self._try(recipe, self._read_one)
        order = [recipe.id for recipe in self.place.recipes]
        self.sources.sort(key=lambda each: order.index(each.id))

    def _try(self, recipe: Recipe, step: Callable[[Recipe], None]) -> None:
        try:
            step(recipe)
        except DataError as error:
            self.errors.append(error)

    def _obtain_one(self, recipe: Recipe) -> None:
        """Find a recipe's file; the map can be read without those of its context."""
        try:
            self.paths[recipe.id] = obtain(
                recipe,
                mirror=self.mirror,
                cache=self.cache,
                progress=self.progress,
                or_fetch=self.or_fetch,
            )
        except DataError:
            if not is_optional(self.place, recipe):
                raise
            self.absent.append(recipe.id)

    def _read_one(self, recipe: Recipe) -> None:
        path, before = self.paths[recipe.id], len(self.ledger)
        on = "" if self.mirror is not None else fetched_on(path)
        keep = self._with_figure() if recipe.table == "schools" else frozenset()
        limits = OF_DISTRICTS if self._of_districts else LIMITS
        beside = Beside(keep, self._students(recipe))
        read = read_table(recipe, path, self.ledger, beside=beside, retrieved=on, limits=limits)
        self.sources.append(read.source)
        if isinstance(read.table, gpd.GeoDataFrame):
            _refuse_false_degrees(read.table, path.name)
        self.held[recipe.id] = read.table
        doubt_refused(recipe, self.ledger, before)

    def _students(self, recipe: Recipe) -> pd.DataFrame | None:
        """Give the students of whom a recipe's file has a share; None when it has them itself."""
        if not recipe.students_from:
            return None
        name = re.compile(re.escape(recipe.students_from) + r"(?:_[0-9]{4}_[0-9]{2})?")
        held = [table for key, table in self.held.items() if name.fullmatch(key)]
        return pd.concat(held, ignore_index=True) if held else empty_table("enrolment")

    def _with_figure(self) -> frozenset[str]:
        """Give the schools that a file of absence has a figure of."""
        return frozenset(
            str(each) for table in self._tables("absence") for each in table["school_id"].unique()
        )

    def _tables(self, table: str) -> list[pd.DataFrame]:
        return [
            self.held[recipe.id]
            for recipe in self.place.recipes
            if recipe.table == table and recipe.id in self.held
        ]

    def _absence(self) -> pd.DataFrame:
        slug, tables = self.place.area.slug, self._tables("absence")
        if not tables:
            raise DataError(f"{slug}: no recipe of the place gives absence; add one")
        rows = pd.concat(tables, ignore_index=True)
        return one_release_a_year(rows, self.place.releases, slug, self.ledger)

    def _crs(self, tracts: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> str:
        """Choose the place's coordinate system, or check the one its file gives."""
        given, fips = self.place.area.crs, self.place.state_fips
        try:
            if self._of_districts:
                return district_system(zones, tracts, fips, given)
            return place_system(tracts, given)
        except ValueError as error:
            slug = self.place.area.slug
            refuse_elsewhere(tracts, slug, share=0.0)
            raise DataError(f"{slug}.toml: crs: {error}; {CRS_REMEDY}") from error

    def _flows(self) -> pd.DataFrame | None:
        """Read the district's own counts; small ones that nobody has released become bounds."""
        held = {recipe.id for recipe in self.place.recipes if recipe.release == "restricted"}
        tables = self._tables("flows")
        hidden = [blurred(each) if set(each["source"]) <= held else each for each in tables]
        return _joined(hidden)

    def _tracts(self) -> gpd.GeoDataFrame:
        tables = self._tables("tracts")
        outlines = [table for table in tables if isinstance(table, gpd.GeoDataFrame)]
        if not outlines:  # of a place of districts
            return gpd.GeoDataFrame(empty_table("tracts"))
        tracts = gpd.GeoDataFrame(pd.concat(outlines).sort_index())
        self._refuse_ids(tracts.index)
        for table in tables:
            if not isinstance(table, gpd.GeoDataFrame):
                tracts = self._with_columns(tracts, table)
        for name in ("children", "children_moe", "residents"):
            if name not in tracts.columns:
                tracts[name] = float("nan")
        slug = self.place.area.slug
        sound = mended("tracts", tracts, slug, self.ledger)
        if sound.empty:
            raise DataError(
                f"{slug}: none of {len(tracts):,} tracts has an outline with an area; take the file"
                " that holds polygons"
            )
        refuse_elsewhere(sound, slug)
        return sound

    def _crosswalk(self, tracts: gpd.GeoDataFrame) -> pd.DataFrame | None:
        """Take a published crosswalk, or make one from the outlines of the other census year."""
        published = _joined(self._tables("crosswalk"))
        outlines = self._tables("other_tracts")
        if published is not None:
            return crosswalk_of(validate("crosswalk", published))
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

    def _features(self) -> gpd.GeoDataFrame | None:
        """Put together what files hold of the map's context."""
        tables = self._tables("context")
        return gpd.GeoDataFrame(pd.concat(tables, ignore_index=True)) if tables else None

    def _providers(self, schools: gpd.GeoDataFrame, idle: gpd.GeoSeries) -> list[gpd.GeoDataFrame]:
        """Take the lists of providers; those that are in schools get the schools' points."""
        places = pd.concat([schools.geometry, idle])
        lists = []
        for recipe in self.place.recipes:
            if recipe.table == "providers" and recipe.id in self.held:
                table = gpd.GeoDataFrame(self.held[recipe.id])
                housed = recipe.points is not None and recipe.points.served
                lists.append(in_schools(table, places, self.ledger) if housed else table)
        return lists

    def _zones(self, absence: pd.DataFrame) -> gpd.GeoDataFrame:
        if self._of_districts:
            recipes = [
                each
                for each in self.place.recipes
                if each.table == "districts" and each.id in self.held
            ]
            tables = {each.id: gpd.GeoDataFrame(self.held[each.id]) for each in recipes}
            fips = self.place.state_fips
            return district_zones(recipes, tables, absence, fips, self.ledger)
        zones = gpd.GeoDataFrame(_stacked("zones", self._tables("zones")))
        slug = self.place.area.slug
        return mended("zones", zones.set_index("zone_id"), slug, self.ledger).reset_index()

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

    def _in_counties(self, drivers: pd.DataFrame, tracts: gpd.GeoDataFrame) -> pd.DataFrame:
        """Leave out tracts of other counties early: a state's file is large."""
        county = drivers["geoid"].str[:5]
        own = set(tracts["county"])
        near = county.isin(own | other_codes(own))
        if not county.isin(own).any():
            return drivers
        for source, rows in drivers[~near].groupby("source"):
            ids = rows["geoid"].drop_duplicates()
            reason = "Tract outside the study area."
            self.ledger.record(str(source), "drivers", "dropped", reason, ids)
        return drivers[near].reset_index(drop=True)

    def _refuse_ids(self, geoids: pd.Index) -> None:
        """Refuse tracts of another state, and tracts that two files of outlines give."""
        slug = self.place.area.slug
        strange = geoids[~geoids.str.startswith(self.place.state_fips)]
        if len(strange):
            raise DataError(
                f"{slug}: tract {strange[0]} is not in state {self.place.state_fips}; check"
                " state_fips and the recipe of the tracts"
            )
        if geoids.has_duplicates:
            again = geoids[geoids.duplicated()].unique()
            raise DataError(
                f"{slug}: {len(again):,} tracts come from two files of outlines (first {again[0]});"
                " name one of the recipes in the place file"
            )

    def _lists(self, crs: str, absence: pd.DataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoSeries]:
        """Put the lists of schools into one; those without a figure come apart, with points."""
        slug, lists, idle = self.place.area.slug, [], []
        tables = {
            recipe.id: gpd.GeoDataFrame(self.held[recipe.id])
            for recipe in self.place.recipes
            if recipe.table == "schools"
        }
        for source, table in by_school_id(tables, set(absence["school_id"])).items():
            has_figure = table.index.isin(absence["school_id"])
            lists.append((source, table[has_figure]))
            idle.append(table.geometry[~has_figure])
        if not lists:
            return one_list(lists, crs, slug, self.ledger), gpd.GeoSeries(crs=STORED_CRS)
        without = gpd.GeoSeries(pd.concat(idle), crs=STORED_CRS)
        without = without[~without.index.duplicated()]
        self.ledger.record(
            slug, "schools", "dropped", "No attendance figure in any year.", without.index
        )
        return one_list(lists, crs, slug, self.ledger), without

    def _schools(
        self,
        names: pd.Series,
        listed: gpd.GeoDataFrame,
        tracts: gpd.GeoDataFrame,
        zones: gpd.GeoDataFrame,
    ) -> gpd.GeoDataFrame:
        """Add the schools that no list has, and take away points that cannot be right."""
        slug, lacking = self.place.area.slug, names[~names.index.isin(listed.index)]
        if not self._of_districts:
            reason = "Not in the list of schools: level unknown, no point."
            self.ledger.record(slug, "schools", "kept", reason, lacking.index)
        listed["name"] = listed["name"].mask(listed["name"].eq(""), names)
        schools = pd.concat([listed, _without_place(lacking)]) if len(lacking) else listed
        schools = gpd.GeoDataFrame(schools).sort_index()
        if self._of_districts:
            return as_districts(schools, zones, slug, self.ledger)
        return without_wrong_points(schools, tracts, slug, self.ledger)


def _refuse_false_degrees(table: gpd.GeoDataFrame, file: str) -> None:
    try:
        require_crs(table, file)
    except ValueError as error:
        raise DataError(str(error)) from error


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
        level="unknown",
        school_type="",
        district="",
        neighbourhood="",
        students=pd.array([pd.NA] * len(names), dtype="Int64"),
    )
    nowhere = gpd.GeoSeries([None] * len(table), index=table.index, crs=STORED_CRS)
    return gpd.GeoDataFrame(table, geometry=nowhere, crs=STORED_CRS)


def _joined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame | None:
    """Put what a place's files give together; None when it has no such file."""
    return pd.concat(parts, ignore_index=True) if parts else None


def _stacked(table: str, parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else empty_table(table)
