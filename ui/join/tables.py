"""Tables of the Join quality page; long reasons stand in a column of their own, never clipped."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from data.views.join_quality import JoinChange, JoinQuality, school_flows, tract_flows
from ui import queries
from ui.languages import mark, text
from ui.maps.scales import NOT_SHOWN
from ui.selection import Selection
from ui.tables import display as table_block
from ui.tables.display import column_config, display_frame, ledger_table
from ui.tables.downloads import offer
from ui.tables.exports import about
from ui.words.as_written import as_written
from ui.words.numbers import plural
from ui.words.standing import FLOW_MEANING, TRACT_MEANING

SCHOOL_FLOW = ("name", "neighbourhood", "share", "students", "km")
TRACT_FLOW = ("name", "level", "students", "tract_share", "share", "km", "method")
TRACTS = (
    "name",
    "neighbourhood",
    "rate",
    "interval",
    "join_interval",
    "coverage",
    "flag",
    "schools",
    "largest_share",
    "effective_schools",
    "effective_n",
)
SCHOOLS = ("name", "level", "enrolled", "tracts", "effective_tracts", "mean_km", "method", "why")
CHANGES = ("name", "neighbourhood", "rate", "other_rate", "change", "sides")
REASON = mark("Why not shown")
WIDE = (mark("Why"), REASON)
ZONES_TITLE = mark("How the attendance zones fit together")


def homes_table(quality: JoinQuality, selection: Selection) -> None:
    """Table twin of the map: a school's tracts, a tract's schools, or every tract."""
    focus, panel, year = selection.focus, queries.panel(selection), selection.year
    if focus in quality.schools.index:
        rows = school_flows(quality, panel, focus)
        name, many = quality.schools.loc[focus, "name"], plural(len(rows), "tract")
        _show(
            rows,
            SCHOOL_FLOW,
            text(
                "{name}: {many} its students live in by the join, {year}",
                name=name,
                many=many,
                year=year,
            ),
        )
    elif focus in quality.tracts.index:
        rows = tract_flows(quality, focus)
        name, many = quality.tracts.loc[focus, "name"], plural(len(rows), "school")
        _show(
            rows,
            TRACT_FLOW,
            text(
                "{name}: {many} its children attend by the join, {year}",
                name=name,
                many=many,
                year=year,
            ),
        )
    else:
        # What is not shown stands last: not even its place in the order is told.
        width = (quality.tracts["join_high"] - quality.tracts["join_low"]).where(
            quality.tracts["shown"]
        )
        rows = quality.tracts.loc[width.sort_values(ascending=False, kind="stable").index]
        many = plural(len(rows), "tract")
        title = text("{tracts}, least sure first, {year}", tracts=many, year=year)
        _show(rows, TRACTS, title)


def schools_table(quality: JoinQuality, selection: Selection) -> None:
    """Every school: how widely its students are spread, and how it was joined."""
    rows = quality.schools.sort_values("effective_tracts", ascending=False, kind="stable")
    schools = plural(len(rows), "school")
    title = text(
        "{schools}, most widely spread first, {year}", schools=schools, year=selection.year
    )
    _show(rows, SCHOOLS, title)


def zones_table(selection: Selection) -> None:
    """How the attendance zones fit together, in the build's own account; nothing without zones."""
    panel = queries.panel(selection)
    rows = [entry for entry in panel.ledger if entry.table == "zones"]
    if len(panel.zones) and rows:
        st.header(text(ZONES_TITLE))
        # A plain table: its sentences wrap, where a grid would cut them.
        words = ledger_table(rows)[["Why", "Rows", "Examples"]].map(as_written)
        st.table(words.rename(columns=text).set_index(text("Why")))


def change_table(change: JoinChange, selection: Selection) -> None:
    """Table twin of the map of changes, largest change first."""
    rows = change.tracts[change.tracts["shown"]]
    order = rows["change"].abs().sort_values(ascending=False, kind="stable").index
    title = text(
        "{tracts} with a rate by both joins, largest change first, {year}",
        tracts=plural(len(rows), "tract"),
        year=selection.year,
    )
    _show(rows.loc[order], CHANGES, title)


def flow_button(selection: Selection, flows: pd.DataFrame) -> None:
    """Offer the flow table, school to tract.

    Parameters
    ----------
    selection : Selection
    flows : DataFrame
        From `join_quality.flow_table`: students are empty where an enrolment is withheld.
    """
    told = about(selection, flows, f"{FLOW_MEANING} {TRACT_MEANING}")
    parts = ("flows", selection.area, selection.year, selection.level)
    offer(mark("flows, school to tract"), parts, lambda: flows, told)


def reasons_apart(table: pd.DataFrame) -> pd.DataFrame:
    """Move "not shown: ..." out of narrow columns of figures into a last, wide one."""
    long = f"{text(NOT_SHOWN)}: "
    hidden = table.apply(lambda texts: texts.astype("str").str.startswith(long))
    if not hidden.any(axis=None):
        return table
    reasons = table.where(hidden).bfill(axis=1).iloc[:, 0].fillna("").astype("str")
    apart = {text(REASON): reasons.str.removeprefix(long)}
    return table.mask(hidden, text(NOT_SHOWN)).assign(**apart)


def _show(rows: pd.DataFrame, columns: Sequence[str], title: str) -> None:
    table = reasons_apart(display_frame(rows, columns))
    table_block.plain(table, title, {**column_config(columns), **_widths(table)})


def _widths(table: pd.DataFrame) -> dict[str, object]:
    wide = [text(name) for name in WIDE]
    return {name: st.column_config.TextColumn(width="large") for name in wide if name in table}
