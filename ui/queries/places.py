"""What every page asks of a place: its panel, its choices, schools and tracts of a view."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from data.contracts.vocabulary import LEVELS
from data.nation.tables import is_nation
from data.panel import PROTECTED, Panel, load_panel
from data.plausible import totals as totals_of_file
from data.recipe import measures as registry
from data.store.folders import list_panels, nations, panel_path
from data.views import joins, school_lists, schools_and_tracts, years
from data.views.districts import areas_in, by_district
from data.views.joins import Join
from data.views.schools_and_tracts import Totals
from data.views.search import Found, Index, find, index_of, places_of
from data.views.years import Dispersion
from ui.maps.geometry import MapGeometry, publish_geometry
from ui.present.views import NAMES as SLIDES
from ui.queries.cache import kept
from ui.queries.stored import Place, place, shelf
from ui.selection import NEIGHBOURHOOD, Choices, Selection
from ui.words.cards import condition_facts, not_covered_text
from ui.words.years import why_this_year as year_words


def places() -> dict[str, str]:
    """Names of the places in the store, by slug; the demo county first, then nations."""
    found, wide = list_panels(), nations()

    def order(item: tuple[str, str]) -> tuple[bool, bool, str]:
        return item[0] != "demo", item[0] not in wide, item[1]

    return dict(sorted(found.items(), key=order))


@kept("panel")
def panel_of(key: Place) -> Panel:
    """Panel of a build that went through the gate; shared by its sessions, never written to."""
    shown = load_panel(panel_path(key.slug) / PROTECTED)
    if key.copy == "protected" or not shown.restricted:
        return shown
    from data.store.protected import for_analysts  # it loads the joins: for analysts alone

    return for_analysts(load_panel(panel_path(key.slug)))


@kept("geometry")
def _geometry(key: Place) -> MapGeometry:
    own = shelf(("geometry", key))
    written = own.take()
    if isinstance(written, MapGeometry) and written.is_written():
        return written
    panel = panel_of(key)
    geometry = publish_geometry(panel, schools_and_tracts.points(panel))
    own.put(geometry)
    return geometry


@kept("choices")
def _choices(key: Place) -> Choices:
    panel = panel_of(key)
    if is_nation(panel):
        return Choices(
            area=key.slug,
            years=tuple(panel.parameters["years"]),
            levels=(),
            drivers=(),
            places=frozenset(panel.schools.index),
            default_year=panel.area.default_year,
        )
    present = set(panel.schools.loc[panel.absence["school_id"].unique(), "level"])
    withins, kinds = school_lists.offered(panel.schools, panel.tracts)
    if by_district(panel):  # each is a district of its own
        withins = ()
    known = set(panel.drivers.loc[panel.drivers["status"] == "reported", "measure"])
    return Choices(
        area=key.slug,
        years=tuple(sorted(panel.absence["school_year"].unique())),
        levels=tuple(level for level in LEVELS if level in present),
        drivers=tuple(name for name in registry.measures() if name in known),
        places=frozenset(panel.tracts.index)
        | frozenset(panel.schools.index)
        | frozenset(NEIGHBOURHOOD + name for name in areas_in(panel)),
        default_year=panel.area.default_year,
        catchments=joins.offered(panel),
        withins=withins,
        kinds=kinds,
        services=panel.services,
        schools=frozenset(schools_and_tracts.points(panel).index),
        counties=_counties(panel),
        slides=SLIDES,
        units=frozenset(panel.schools.index)
        | frozenset(panel.schools["district"])
        | frozenset(areas_in(panel)),
    )


def _counties(panel: Panel) -> tuple[str, ...]:
    """List the counties that hot spots can be looked for in: where there are several."""
    codes = sorted(panel.tracts["county"].unique())
    return () if by_district(panel) or len(codes) < 2 else tuple(codes)


@kept("search")
def _index(key: Place) -> Index:
    panel = panel_of(key)
    if is_nation(panel):
        counties = panel.schools.assign(neighbourhood=panel.schools["district"])
        return index_of(places_of(panel.tracts, counties, {}, "county"))
    # Where districts are the units, nothing is said of the absence of a tract.
    tracts = panel.tracts.iloc[:0] if by_district(panel) else panel.tracts
    return index_of(places_of(tracts, panel.schools, areas_in(panel), panel.area.reports))


@kept("schools")
def _schools(key: Place, year: str, level: str) -> pd.DataFrame:
    return schools_and_tracts.school_view(panel_of(key), year, level)


@kept("join")
def _join(key: Place, method: str) -> Join:
    return joins.joined(panel_of(key), method)


@kept("shares")
def _shares(key: Place, year: str, level: str, method: str) -> pd.DataFrame:
    return _join(key, method).shares(_schools(key, year, level).index)


@kept("tracts")
def _tracts(key: Place, year: str, level: str, method: str) -> pd.DataFrame:
    shares = _shares(key, year, level, method)
    return schools_and_tracts.tract_view(panel_of(key), _schools(key, year, level), shares)


@kept("dispersion between years")
def _dispersion(key: Place, year: str) -> Dispersion:
    return years.dispersion(panel_of(key), year)


@kept("trend")
def _trend(key: Place, level: str) -> pd.DataFrame:
    return schools_and_tracts.trend_view(panel_of(key), level)


@kept("totals")
def _totals(key: Place, year: str, level: str) -> Totals:
    return schools_and_tracts.totals(_schools(key, year, level))


def panel(selection: Selection) -> Panel:
    """Panel of the place; shared by all sessions that may see it, and never written to."""
    return panel_of(place(selection.area))


def choices(slug: str) -> Choices:
    """Return what can be chosen in a place; the other places are those of this moment."""
    others = tuple(each for each in places() if each != slug)
    return replace(_choices(place(slug)), elsewhere=others)


def geometry(selection: Selection) -> MapGeometry:
    """Addresses and extent of the place's map geometry."""
    return _geometry(place(selection.area))


def search(slug: str, text: str) -> Found:
    """Find places and schools by what was typed, see `data.views.search.find`."""
    return find(_index(place(slug)), text)


def label(selection: Selection) -> str:
    """Name of what is in focus; "" when nothing is."""
    named = _index(place(selection.area)).named(selection.focus)
    return named.name if named else ""


def join(selection: Selection) -> Join:
    """Return the chosen school-tract join; shared by all sessions and never written to."""
    return _join(place(selection.area), selection.catchment)


def schools(selection: Selection) -> pd.DataFrame:
    """Schools of the year and level, see `schools_and_tracts.school_view`."""
    return _schools(place(selection.area), selection.year, selection.level)


def shares(selection: Selection) -> pd.DataFrame:
    """Shares of the view's schools over tracts under the chosen join."""
    return _shares(place(selection.area), selection.year, selection.level, selection.catchment)


def tracts(selection: Selection) -> pd.DataFrame:
    """Tracts under the chosen join, see `schools_and_tracts.tract_view`."""
    return _tracts(place(selection.area), selection.year, selection.level, selection.catchment)


def trend(selection: Selection) -> pd.DataFrame:
    """Rate of the whole place by school year, see `schools_and_tracts.trend_view`."""
    return _trend(place(selection.area), selection.level)


def why_this_year(selection: Selection) -> str:
    """Say why the view's school year is shown, and which are newer."""
    area, years = panel(selection).area, trend(replace(selection, level="all"))
    known = list(years.loc[years["schools"] > 0, "school_year"])
    return year_words(selection.year, area.default_year, known, area.unusual_years, area.breaks)


def dispersion(selection: Selection) -> Dispersion:
    """Return how much schools move between the usual years around the chosen one."""
    return _dispersion(place(selection.area), selection.year)


def totals(selection: Selection) -> Totals:
    """Return the sums over the schools of the view."""
    return _totals(place(selection.area), selection.year, selection.level)


def publishers_total(selection: Selection) -> tuple[int, int] | None:
    """Return the publisher's own total of the year, where the view is of all levels."""
    if selection.level != "all":
        return None
    return totals_of_file.publishers_total(panel(selection).ledger, selection.year)


def school_points(selection: Selection) -> pd.Index:
    """School ids in the order of the map's features."""
    return schools_and_tracts.points(panel(selection)).index


def school_history(selection: Selection) -> pd.DataFrame:
    """Every school year of the school in focus."""
    return schools_and_tracts.school_history(panel(selection), selection.focus)


def school_conditions(selection: Selection, school: str) -> list[tuple[str, str]]:
    """Social drivers measured at a school in the chosen year, as terms and texts."""
    rows = panel(selection).school_drivers
    labels = {name: item.label for name, item in registry.measures().items()}
    covered = rows.groupby("measure")["school_year"].unique()
    lacking = [
        (labels[str(name)], not_covered_text(list(years), selection.year))
        for name, years in covered.items()
        if selection.year not in years
    ]
    chosen = rows["school_id"].eq(school) & rows["school_year"].eq(selection.year)
    return condition_facts(rows[chosen], labels) + lacking
