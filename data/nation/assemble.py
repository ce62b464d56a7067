"""From the summaries of its parts to the panel and the figures of a nation."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import pandas as pd

from data.assemble.panel import versions
from data.contracts.check import STORED_CRS, empty_table, validate
from data.contracts.tables import TABLES
from data.errors import DataError
from data.nation.file import NationFile
from data.nation.summary import Summary
from data.nation.tables import Nation, checked
from data.panel import Panel
from data.store.manifest import StudyArea
from data.store.provenance import Ledger, LedgerEntry, Source
from geo.areas.boundaries import repair
from geo.areas.crs import place_system
from geo.areas.groups import thinned

MOST_VERTICES = 100_000
"""Of the outlines of a nation, so that the map is sent with two megabytes at most."""
ANY_LEVEL = "k12"


def assemble(
    file: NationFile, summaries: Sequence[Summary], failed: Mapping[str, str]
) -> tuple[Panel, Nation]:
    """Make a nation of what its parts show.

    Parameters
    ----------
    file : NationFile
    summaries : sequence of Summary
        Of the parts that are there, in the order of the file.
    failed : mapping of str to str
        Parts that could not be built, and why; one may be there as it was built before.

    Returns
    -------
    panel : Panel
        Raw and protected alike: counties under `schools` and `zones`, no figure.
    nation : Nation

    Raises
    ------
    DataError
        No part has a county, or a county is in two of them.
    """
    _refuse_twice(file.slug, summaries)
    apart = {each.area.slug: _apart(file, each) for each in summaries}
    having = [each for each in summaries if len(each.names)]
    counties = pd.concat([_own(each, each.figures, apart) for each in having])
    states = pd.concat([_own(each, each.totals, apart) for each in summaries])
    for name in ("schools", "withheld"):
        states[name] = states[name].astype("float64")
    counties["schools"] = counties["schools"].astype("float64")
    nation = checked(
        Nation(
            counties.sort_values(["county", "school_year"], ignore_index=True),
            states.sort_values(["part", "school_year"], ignore_index=True),
        )
    )
    return _panel(file, summaries, failed, nation), nation


def _panel(
    file: NationFile, summaries: Sequence[Summary], failed: Mapping[str, str], nation: Nation
) -> Panel:
    """Put the outlines, names and account of a nation into a panel."""
    having = [each for each in summaries if len(each.names)]
    zones = _outlines(having)
    named = pd.concat([each.names.assign(part=each.area.name) for each in having])
    schools = _counties(named.loc[zones["school_id"]], zones)
    frames = {name: empty_table(name) for name in TABLES}
    frames |= {"zones": validate("zones", zones), "schools": validate("schools", schools)}
    frames["context"] = validate("context", _context(zones, summaries))
    years = sorted(nation.states["school_year"].unique())
    return Panel(
        area=StudyArea(
            slug=file.slug,
            name=file.name,
            state="",
            tract_vintage=max(each.area.tract_vintage for each in summaries),
            crs=place_system(zones),
            fictional=file.fictional,
            default_year=file.default_year or _fullest_year(nation),
            definition=file.definition,
            unusual_years=_unusual(summaries, years),
            reports="county",
        ),
        sources=tuple(map(_source, summaries)),
        ledger=_ledger(file, summaries, failed),
        parameters={
            "years": years,
            "parts": [_account(file, each) for each in summaries],
            "failed": dict(failed),
            "versions": versions(),
        },
        **frames,
    )


def _refuse_twice(slug: str, summaries: Sequence[Summary]) -> None:
    if not summaries:
        raise DataError(f"{slug}: none of its parts could be built")
    owners: dict[str, str] = {}
    for each in summaries:
        for county in each.names.index:
            if other := owners.get(county):
                raise DataError(
                    f"{slug}: county {county} is in {other} and in {each.area.slug}; leave one of"
                    " them out of parts"
                )
            owners[county] = each.area.slug
    if not owners:
        raise DataError(f"{slug}: none of its parts has tracts, and so no county is known")


def _apart(file: NationFile, summary: Summary) -> dict[str, str]:
    """Say for each year of a part why it is not compared with others; "" where it is."""
    area = summary.area
    latest_break = max((each.school_year for each in area.breaks), default="")

    def why(year: str) -> str:
        if not is_alike(file, summary):
            return "definition"
        if year in area.unusual_years:
            return "unusual"
        return "break" if year < latest_break else ""

    return {year: why(year) for year in summary.totals["school_year"]}


def is_alike(file: NationFile, summary: Summary) -> bool:
    """Say whether a part defines chronic absence as the nation, by its words or by the file."""
    same = " ".join(summary.area.definition.split()) == " ".join(file.definition.split())
    return same or summary.area.slug in file.alike


def _own(
    summary: Summary, table: pd.DataFrame, apart: Mapping[str, Mapping[str, str]]
) -> pd.DataFrame:
    slug = summary.area.slug
    return table.assign(part=slug, apart=table["school_year"].map(dict(apart[slug])))


def _outlines(summaries: Sequence[Summary]) -> gpd.GeoDataFrame:
    """Thin the counties of all parts together: borders of states stay shared as those inside do."""
    shapes = gpd.GeoSeries(pd.concat([each.shapes() for each in summaries]), crs=STORED_CRS)
    thin = repair(thinned(gpd.GeoDataFrame(geometry=shapes), MOST_VERTICES)).table.geometry
    thin = thin.sort_index()
    ids = thin.index.astype("str")
    table = {"zone_id": ids, "school_id": ids, "level": ANY_LEVEL}
    return gpd.GeoDataFrame(table, geometry=thin.to_numpy(), crs=STORED_CRS)


def _counties(named: pd.DataFrame, zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    table = {
        "name": named["name"].to_numpy(),
        "level": ANY_LEVEL,
        "school_type": "",
        "district": named["part"].to_numpy(),
        "neighbourhood": named["name"].where(named["is_area"], "").to_numpy(),
        "students": pd.array([pd.NA] * len(named), dtype="Int64"),
        "geoid": pd.array([pd.NA] * len(named), dtype="str"),
    }
    inside = zones.geometry.representative_point().to_numpy()
    index = pd.Index(zones["school_id"], name="school_id")
    return gpd.GeoDataFrame(table, index=index, geometry=inside, crs=STORED_CRS)


def _context(zones: gpd.GeoDataFrame, summaries: Sequence[Summary]) -> gpd.GeoDataFrame:
    """Draw the borders of the parts, and their names inside."""
    part = {county: each.area.name for each in summaries for county in each.names.index}
    whole = zones.dissolve(zones["school_id"].map(part)).geometry
    rows = {"boundaries": whole.boundary, "names": whole.representative_point()}
    tables = [
        gpd.GeoDataFrame(
            {
                "layer": layer,
                "kind": "county",
                "rank": pd.array(range(len(shapes)), dtype="Int64"),
                "name": shapes.index,
            },
            geometry=shapes.to_numpy(),
            crs=STORED_CRS,
        )
        for layer, shapes in rows.items()
    ]
    return gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), crs=STORED_CRS)


def _fullest_year(nation: Nation) -> str:
    """Give the year in which most counties can be compared; the latest of several."""
    table = nation.counties
    good = table[table["apart"].eq("") & table["status"].eq("reported")]
    counts = (good if len(good) else table).groupby("school_year").size()
    return str(counts[counts.eq(counts.max())].index.max())


def _unusual(summaries: Sequence[Summary], years: Sequence[str]) -> tuple[str, ...]:
    """List the years that every part with figures of them calls unusual."""

    def is_unusual(year: str) -> bool:
        having = [each for each in summaries if year in set(each.totals["school_year"])]
        return all(year in each.area.unusual_years for each in having)

    return tuple(year for year in years if is_unusual(year))


def _source(summary: Summary) -> Source:
    """Name a part as the source that it is: its figures went through the gate and are given out."""
    years = summary.totals["school_year"]
    span = f"{years.min()} to {years.max()}" if len(years) else ""
    return Source(
        id=summary.area.slug,
        publisher="; ".join(summary.publishers),
        title=f"Chronic absence by county, as the place {summary.area.name} shows it",
        url="",
        vintage=span,
        retrieved="",
        licence="; ".join(summary.licences),
        sha256=summary.built,
    )


def _ledger(
    file: NationFile, summaries: Sequence[Summary], failed: Mapping[str, str]
) -> tuple[LedgerEntry, ...]:
    ledger, present = Ledger(), {each.area.slug for each in summaries}
    for slug, why in failed.items():
        what = "shown as it was built before" if slug in present else "not on the map"
        ledger.record(slug, "counties", "dropped", f"Could not be built, {what}: {why}", [slug])
    for each in summaries:
        slug = each.area.slug
        ledger.record(slug, "counties", "kept", "Counties of this part.", each.names.index)
        if not len(each.names):
            ledger.record(slug, "counties", "dropped", "No tracts, and so no counties.", [slug])
        if not is_alike(file, each):
            reason = f"Absence is defined otherwise, so shown apart: {each.area.definition}"
            ledger.record(slug, "counties", "kept", reason, each.names.index)
    return ledger.entries


def _account(file: NationFile, summary: Summary) -> dict[str, object]:
    """Tell what a nation knows of a part."""
    area = summary.area
    return {
        "slug": area.slug,
        "name": area.name,
        "reports": area.reports,
        "definition": area.definition,
        "is_alike": is_alike(file, summary),
        "latest": str(summary.totals["school_year"].max()) if len(summary.totals) else "",
        "counties": len(summary.names),
        "built": summary.built,
    }
