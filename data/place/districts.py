"""Places of districts: outlines of districts matched to the districts that report absence."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
from shapely import box

from data.contracts.check import STORED_CRS, empty_table
from data.errors import DataError
from data.place.district_names import by_name, has_territory
from data.plausible.outlines import mended
from data.recipe.recipe import Recipe
from data.store.provenance import Ledger
from geo.areas.crs import place_system
from geo.areas.states import STATE_BOXES, outside_state

LEVEL = "k12"
MOSTLY = 0.5
LACKING = 0.1
LEAST = 2


@dataclass(frozen=True)
class Paired:
    """Outlines and the districts they are of.

    Attributes
    ----------
    pairs : dict of str to str
        Outline to district; several outlines may make up a district.
    how : dict of str to list of str
        How they were told ("by id", "by alias", "by name") to the outlines.
    unclear : tuple of str
        Outlines whose name is that of several districts or outlines.
    """

    pairs: dict[str, str]
    how: dict[str, list[str]]
    unclear: tuple[str, ...]


def paired(
    outlines: pd.DataFrame, aliases: Mapping[str, str], names: Mapping[str, Collection[str]]
) -> Paired:
    """Tell which district each outline is of: by id where the file has ids, else by name.

    Parameters
    ----------
    outlines : DataFrame
        `name, district_id` by outline_id.
    aliases : mapping of str to str
        Names of outlines to ids of districts, where names have other words.
    names : mapping of str to collection of str
        Districts that report absence, to the names they have gone by.
    """
    given = outlines["district_id"]
    ids = given[given.isin(list(names))]
    others = outlines[given.eq("")]
    hand = others["name"].map(dict(aliases)).dropna()
    hand = hand[hand.isin(list(names))]
    taken = {*ids, *hand}
    open_outlines = {name: [words] for name, words in others["name"].items() if name not in hand}
    found = by_name(open_outlines, {n: words for n, words in names.items() if n not in taken})
    how = {
        "its id": list(ids.index),
        "the recipe's aliases": list(hand.index),
        "its name": list(found.pairs),
    }
    return Paired({**ids.to_dict(), **hand.to_dict(), **found.pairs}, how, found.unclear)


def names_of(absence: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Give the names that each district goes by in the files of absence, of any year."""
    named = absence if "name" in absence.columns else absence.assign(name="")
    return {
        str(name): tuple(dict.fromkeys(each for each in rows.fillna("") if each))
        for name, rows in named.groupby("school_id", sort=True)["name"]
    }


def district_zones(
    recipes: Sequence[Recipe],
    tables: Mapping[str, gpd.GeoDataFrame],
    absence: pd.DataFrame,
    state_fips: str,
    ledger: Ledger,
) -> gpd.GeoDataFrame:
    """Give one outline to each district that has one: the table `zones` of a place of districts.

    Parameters
    ----------
    recipes : sequence of Recipe
        Those of outlines; `tables` has what they read, by id.
    absence : DataFrame
        Rows with the districts' `name`, where the files give it.
    state_fips : str
        State that the outlines must lie in.
    ledger : Ledger
        Receives what matched and how, and what did not, both ways.

    Raises
    ------
    DataError
        The outlines lie elsewhere, or an alias names no outline or no district.
    """
    names, parts = names_of(absence), []
    for recipe in recipes:
        outlines = mended("zones", tables[recipe.id], recipe.id, ledger)
        _refuse_elsewhere(outlines, state_fips, recipe.id)
        _refuse_aliases(tables[recipe.id], recipe, names)
        found = paired(outlines, recipe.aliases, names)
        _tell(outlines, found, names, recipe.id, ledger)
        own = outlines[outlines.index.isin(list(found.pairs))]
        parts.append(own.assign(zone_id=own.index.map(found.pairs))[["zone_id", "geometry"]])
    if not parts:
        return gpd.GeoDataFrame(empty_table("zones"))
    zones = gpd.GeoDataFrame(pd.concat(parts), crs=STORED_CRS).dissolve("zone_id").reset_index()
    _tell_lacking(set(zones["zone_id"]), names, recipes[-1].id, ledger)
    zones = zones.assign(school_id=zones["zone_id"], level=LEVEL)
    return gpd.GeoDataFrame(zones[["zone_id", "school_id", "level", "geometry"]], crs=STORED_CRS)


def as_districts(
    schools: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, slug: str, ledger: Ledger
) -> gpd.GeoDataFrame:
    """Give districts their level, their own name as district, and a point inside their outline."""
    inner = zones.set_index("school_id").geometry.representative_point()
    points = gpd.GeoSeries(inner.reindex(schools.index), crs=STORED_CRS)
    apart = ~schools["name"].map(has_territory) & points.isna()
    reason = "Has no territory of its own: counted in totals, not on the map."
    ledger.record(slug, "schools", "kept", reason, _called(schools[apart]))
    schools = schools.rename_axis("school_id")
    return schools.assign(
        level=LEVEL,
        district=schools["name"],
        school_type=schools["school_type"].mask(apart, "No territory"),
    ).set_geometry(points)


def district_system(
    zones: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame, state_fips: str, given: str
) -> str:
    """Choose the coordinate system of a place of districts, by tracts, outlines or its state."""
    areas = next((each for each in (tracts, zones) if len(each)), None)
    if areas is None:
        bounds = STATE_BOXES.get(state_fips, (-125.0, 24.0, -66.0, 50.0))
        areas = gpd.GeoDataFrame(geometry=[box(*bounds)], crs=STORED_CRS)
    return place_system(areas, given)


def _refuse_elsewhere(outlines: gpd.GeoDataFrame, state_fips: str, source: str) -> None:
    """Refuse outlines of which most lie in another state than the place."""
    tied = outlines.set_axis(state_fips + outlines.index.astype("str"))
    strange = outside_state(tied)
    if len(strange) > MOSTLY * len(outlines):
        first = outlines["name"].iloc[int(tied.index.get_loc(strange[0]))]
        raise DataError(
            f"{source}: {len(strange):,} of {len(outlines):,} outlines of districts lie outside"
            f" state {state_fips} (first {first}); take the file of this state, or correct its"
            " coordinate system"
        )


def _refuse_aliases(
    outlines: pd.DataFrame, recipe: Recipe, names: Mapping[str, Collection[str]]
) -> None:
    for outline, district in recipe.aliases.items():
        if not outlines["name"].eq(outline).any():
            raise DataError(f"{recipe.id}: aliases: no outline is called {outline!r}")
        if district not in names:
            raise DataError(
                f"{recipe.id}: aliases: {outline!r} is given to {district!r}, of which no file has"
                " a figure; write the id of a district"
            )


def _tell(
    outlines: pd.DataFrame,
    found: Paired,
    names: Mapping[str, Collection[str]],
    source: str,
    ledger: Ledger,
) -> None:
    """List what matched, how, and the outlines of no district."""
    for how, ids in found.how.items():
        shown = [_pair(outlines["name"][each], found.pairs[each], names) for each in ids]
        ledger.record(source, "zones", "matched", f"Outline of a district, told by {how}.", shown)
    again = pd.Series(found.pairs, dtype="str")
    reason = "Outline of a district that has another too: put together."
    ledger.record(source, "zones", "matched", reason, again[again.duplicated()])
    left = outlines[~outlines.index.isin(list(found.pairs))]
    unclear = left.index.isin(found.unclear)
    reason = "Outline left out: its name is that of several districts or outlines."
    ledger.record(source, "zones", "dropped", reason, left["name"][unclear])
    reason = "Outline left out: no district with a figure has its id or name."
    ledger.record(source, "zones", "dropped", reason, left["name"][~unclear])


def _tell_lacking(
    held: set[str], names: Mapping[str, Collection[str]], source: str, ledger: Ledger
) -> None:
    """List the districts that have no outline; doubt the outlines where these are many."""
    territory = {
        name: words for name, words in names.items() if all(map(has_territory, words or [""]))
    }
    lacking = [
        f"{name} {_first(territory[name])}".strip() for name in territory if name not in held
    ]
    reason = "District without an outline: counted in totals, not on the map."
    ledger.record(source, "zones", "kept", reason, lacking)
    if len(lacking) >= LEAST and len(lacking) > LACKING * len(territory):
        words = f"{len(lacking):,} of {len(territory):,} districts have no outline."
        ledger.doubt("district_outlines", source, "zones", words, lacking)


def _pair(outline: str, district: str, names: Mapping[str, Collection[str]]) -> str:
    return f"{outline} = {district} {_first(names[district])}".strip()


def _first(words: Collection[str]) -> str:
    return next(reversed(tuple(words)), "")


def _called(schools: pd.DataFrame) -> list[str]:
    return [f"{name} {words}" for name, words in schools["name"].items()]
