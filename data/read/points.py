"""Points handed in through the browser: services that no list has, and places where a site may be.

The layout is that of a department's own list of providers, with a cost where one is known.
"""

import csv
import io
from collections.abc import Collection
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from data.contracts.check import validate
from data.errors import FileError
from data.place.providers import near_providers
from data.read.engine import shape_table
from data.read.flows import plain_remedy
from data.read.grid import grid_of_text
from data.recipe.parts import Column, Format, Identifier
from data.recipe.recipe import Recipe
from data.recipe.rows import Points
from data.store.provenance import Ledger, LedgerEntry

REMEDY = (
    "the columns are provider_id, name, kind, supply, cost, address, longitude and latitude; the"
    " template shows them"
)
TEMPLATE = (
    "provider_id,name,kind,supply,cost,address,longitude,latitude\n"
    "A1,Library on Main Street,mental_health,120,45000,1 Main Street,-73.95,40.70\n"
    "A2,Church hall,other,,,,-73.94,40.71\n"
)  # fmt: skip
LAYOUT = Recipe(
    id="own_points",
    publisher="Handed in",
    title="Points handed in for this session",
    table="providers",
    url="https://npiregistry.cms.hhs.gov/search",
    mirror="points.csv",
    vintage="as handed in",
    release="published",
    licence="The reader's own",
    definition="Services, or places where one may be; supply is the students one can serve.",
    format=Format(kind="delimited", thousands=","),
    columns={
        "provider_id": Column(column="provider_id"),
        "name": Column(column="name"),
        "kind": Column(column="kind"),
        "supply": Column(column="supply", unit="amount"),
        "cost": Column(column="cost", unit="amount"),
        "address": Column(column="address"),
    },
    identifier=Identifier(pattern=r".*\S.*"),
    points=Points(x="longitude", y="latitude"),
)


def points_in_memory(
    content: bytes, name: str, tracts: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, tuple[LedgerEntry, ...]]:
    """Read points that were handed in, without writing them to disk.

    Parameters
    ----------
    content : bytes
        CSV; the columns supply, cost and address may be left out or empty.
    name : str
        Name of the file, for errors.
    tracts : GeoDataFrame
        The study area.

    Returns
    -------
    (GeoDataFrame, tuple of LedgerEntry)
        Points in and near the area with a place, as in the contract, with `cost`; the rows left
        out, with the reason.

    Raises
    ------
    DataError
        Naming the column, the row and what to do.
    """
    ledger, layout = Ledger(), _layout_of(content)
    try:
        table = shape_table(layout, grid_of_text(layout, content, name), name, ledger)
    except FileError as error:
        raise plain_remedy(error, REMEDY) from error
    cost = table.get("cost")
    near = validate("providers", near_providers([gpd.GeoDataFrame(table)], tracts, ledger))
    if near.geometry.isna().all():
        raise FileError(name, "none of its points lies in or near this place", REMEDY)
    near = gpd.GeoDataFrame(near[near.geometry.notna()])
    near["cost"] = float("nan") if cost is None else cost.reindex(near.index).astype(float)
    return near, ledger.entries


TIMES_REMEDY = (
    "the columns are geoid (11 digits), provider_id and minutes; a pair that is not listed cannot"
    " be travelled; the template shows them"
)
TIMES_TEMPLATE = "geoid,provider_id,minutes\n36005000100,A1,12.5\n36005000100,01M015,25\n"
TIMES = replace(
    LAYOUT,
    id="own_times",
    title="Travel times handed in for this session",
    table="travel_times",
    mirror="times.csv",
    definition="Minutes from a tract to a school, a service or a point handed in.",
    columns={
        "geoid": Column(column="geoid"),
        "provider_id": Column(column="provider_id"),
        "minutes": Column(column="minutes", unit="amount"),
    },
    identifier=Identifier(pattern=r"[0-9]{11}"),
    points=None,
)


def times_in_memory(
    content: bytes, name: str, tracts: pd.Index, places: Collection[str]
) -> tuple[pd.DataFrame, tuple[LedgerEntry, ...]]:
    """Read travel times that were handed in, without writing them to disk.

    Parameters
    ----------
    content : bytes
        CSV: geoid, provider_id, minutes.
    name : str
        Name of the file, for errors.
    tracts : Index
        Of the study area.
    places : collection of str
        Ids of schools, services and points handed in.

    Returns
    -------
    (DataFrame, tuple of LedgerEntry)
        `geoid, provider_id, minutes` of known tracts and places; the rows left out, with the
        reason.

    Raises
    ------
    DataError
        Naming the column, the row and what to do.
    """
    ledger = Ledger()
    try:
        table = shape_table(TIMES, grid_of_text(TIMES, content, name), name, ledger)
    except FileError as error:
        raise plain_remedy(error, TIMES_REMEDY) from error
    known = table["geoid"].isin(tracts) & table["provider_id"].isin(list(places))
    if not known.any():
        raise FileError(name, "no row names a tract and a place that are here", TIMES_REMEDY)
    return table[known].reset_index(drop=True), ledger.entries


def _layout_of(content: bytes) -> Recipe:
    """Leave out of the layout what the header does not name."""
    first = content[:4096].decode("utf-8-sig", errors="replace").splitlines()[:1]
    header = [cell.strip() for cell in next(csv.reader(io.StringIO("".join(first))), [])]
    optional = ("supply", "cost", "address")
    columns = {
        key: column
        for key, column in LAYOUT.columns.items()
        if key not in optional or key in header
    }
    return replace(LAYOUT, columns=columns)
