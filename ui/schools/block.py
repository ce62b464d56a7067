"""Blocks of the Schools page: the ranked list and table, whose rows open a school."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ui.schools.words import figure, title
from ui.search import choose
from ui.selection import Selection
from ui.tables import display as table_block
from ui.words.as_written import as_written

FIRST = 6
COLUMNS = (
    *("rank", "could_be", "name", "level", "school_type", "neighbourhood", "enrolled"),
    *("chronic_absent", "rate", "next_year", "excess", "excess_low", "excess_high", "ratio"),
)


def first(listed: pd.DataFrame, selection: Selection) -> None:
    """List the schools that stand first, each a button that opens it."""
    with st.container(key="ranked", gap=None):
        for school, row in listed[listed["rank"].notna()].head(FIRST).iterrows():
            words = figure(row, selection.rank)
            st.button(
                f"**{row['rank']}** {as_written(row['name'])} :gray[{as_written(words)}]",
                key=f"row-{school}",
                type="tertiary",
                on_click=choose,
                args=(school,),
            )


def table(listed: pd.DataFrame, selection: Selection) -> None:
    """All schools listed; choosing a row opens its school."""
    ends = listed["rank_first"].astype("str") + "–" + listed["rank_last"].astype("str")
    same = listed["rank_first"].eq(listed["rank_last"]).fillna(value=False)
    could = ends.mask(same.astype(bool), listed["rank_first"].astype("str"))
    rows = listed.assign(could_be=could.where(listed["rank"].notna(), ""))
    heading = title(listed, selection.rank, selection.year)
    one_type = len(set(rows["school_type"])) < 2
    columns = [name for name in COLUMNS if not (one_type and name == "school_type")]
    table_block.show(rows, columns, heading, opens="schools-table")
