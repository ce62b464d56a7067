"""Ranked lists of places beside a map: neighbourhoods, and tracts by a condition."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from data.views.school_lists import to_help
from ui import queries, screen
from ui.languages import text
from ui.queries import neighbourhoods
from ui.schools.words import figure
from ui.screen import Row
from ui.selection import NEIGHBOURHOOD, RANKS, Selection
from ui.words.numbers import percent_text, signed_text, students_text, with_margin

LISTED = 12


def neighbourhood_list(selection: Selection) -> None:
    """List the neighbourhoods with most students beyond expected, or with the highest rate."""
    by_rate = selection.rank == "rate"
    heading = text("Highest share") if by_rate else text("Most students beyond expected")
    screen.listed(heading, _neighbourhoods(selection))


def district_list(selection: Selection) -> None:
    """List the districts with most students beyond expected, or with the highest rate."""
    by = selection.rank or "excess"
    table = to_help(queries.schools(selection), by)
    screen.listed(text(RANKS[selection.rank]), _districts(table, selection))


def _districts(table: pd.DataFrame, selection: Selection) -> Iterator[Row]:
    for key, row in table[table["rank"].notna()].head(LISTED).iterrows():
        yield Row(str(key), str(row["rank"]), row["name"], figure(row, selection.rank))


def _neighbourhoods(selection: Selection) -> Iterator[Row]:
    table = neighbourhoods.ranks(selection)
    for name, row in table[table["rank"].notna()].head(LISTED).iterrows():
        rate = percent_text(row["rate"], row["enrolled"])
        beyond = text("{count} students", count=signed_text(row["excess"]))
        yield Row(f"{NEIGHBOURHOOD}{name}", str(row["rank"]), str(name), f"{beyond} · {rate}")


def condition_list(table: pd.DataFrame, *, compared: bool) -> None:
    """List places by a condition, the highest figure first; by name where it is not for ranking.

    A figure of low reliability has no place in a list.

    Parameters
    ----------
    table : DataFrame
        Index of ids for the focus, with name, neighbourhood, value, moe, unit and reliability.
    compared : bool
        Whether the figures may be ranked.
    """
    known = table[table["value"].notna() & table["reliability"].ne("low")]
    if not compared:
        rows = (
            Row(str(key), "", row["name"], with_margin(row["value"], row["moe"], row["unit"]))
            for key, row in known.sort_values("name").head(LISTED).iterrows()
        )
        screen.listed(text("By name: not for ranking"), rows)
        return
    first = known.sort_values("value", ascending=False, kind="stable").head(LISTED)
    screen.listed(text("Highest figures"), _ordered(first))


def _ordered(table: pd.DataFrame) -> Iterator[Row]:
    for rank, (key, row) in enumerate(table.iterrows(), 1):
        yield Row(
            str(key),
            str(rank),
            _tract_name(row),
            with_margin(row["value"], row["moe"], row["unit"]),
        )


def tract_list(table: pd.DataFrame, order: list[str], heading: str) -> None:
    """List tracts in an order, each with its rate: for places that have no neighbourhoods."""
    rows = (
        Row(key, str(rank), _tract_name(table.loc[key]), share_of(table.loc[key]))
        for rank, key in enumerate(order[:LISTED], 1)
    )
    screen.listed(heading, rows)


def _tract_name(row: pd.Series) -> str:
    return ", ".join(filter(None, (row["name"], row["neighbourhood"])))


def share_of(row: pd.Series) -> str:
    """Write the rate of a tract or group, and of how many students."""
    return f"{percent_text(row['rate'], row['enrolled'])} · {students_text(row['enrolled'])}"
