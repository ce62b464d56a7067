"""Several reasons with weights that everyone sees, and how much the list depends on them."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from analytics.priorities.criteria import CriteriaList
from ui.charts.style import draw_chart
from ui.languages import mark, text
from ui.priorities import charts, words
from ui.queries import drivers, units
from ui.queries import priorities as queries_priorities
from ui.selection import CRITERIA, WEIGHTS, Selection
from ui.tables import display as table_block
from ui.tables import downloads
from ui.words import plain
from ui.words.as_written import as_written

CHARTED = 15
STEADY = 0.8
"""Part of the lists that a place must be at the top of before it is called steady."""
HOW = mark(
    "Each reason counts as the share of places with less of it, times its weight. We then draw"
    " 1,000 lists: weights moved by about 10 points, every way of saying where students live, two"
    " ways of counting, and figures within their ranges."
)


def draw(selection: Selection) -> None:
    """Choose weights; show the list they give, its parts, and how steady it is."""
    _weights(selection)
    weights = queries_priorities.weights_of(selection)
    if weights.empty:
        st.info(as_written(text("No reason counts here: give one a weight.")))
        return
    found = queries_priorities.criteria(selection)
    ranked = found.table[found.table["rank"].notna()].sort_values(["rank", "top_share"])
    if ranked.empty:
        st.info(as_written(text("No place has a figure for every reason that counts.")))
        return
    names = units.names(selection, units.unit_of(selection), found.table.index)
    st.write(as_written(_sentence(ranked, names, selection.top)))
    parts = found.parts.loc[ranked.index[:CHARTED]]
    labels = {name: text(CRITERIA[name]) for name in parts}
    draw_chart(charts.reasons(parts, names, ranked["top_share"], labels))
    st.caption(as_written(text(HOW)))
    _table(found, names, selection)


def _weights(selection: Selection) -> None:
    """Draw a control for the weight of each reason that has figures here."""
    here = queries_priorities.criteria_here(selection)
    digits = dict(zip(CRITERIA, selection.weights, strict=True))
    columns = st.columns(len(here))
    for column, (name, words_) in zip(columns, here.items(), strict=True):
        st.session_state[f"weight-{name}"] = digits[name]
        with column:
            st.selectbox(
                text(words_),
                list(WEIGHTS),
                key=f"weight-{name}",
                format_func=lambda digit: text(WEIGHTS[digit]),
                on_change=partial(_weigh, name),
            )
    if "condition" in here:
        condition = text(drivers.measure(selection).label)
        said = text("The condition is “{condition}”; choose it under Options.", condition=condition)
        st.caption(as_written(said))


def _weigh(name: str) -> None:
    """Write a weight to the selection; the last one that counts cannot be taken away."""
    digits = dict(zip(CRITERIA, st.session_state["weights"], strict=True))
    digits[name] = st.session_state[f"weight-{name}"]
    if set(digits.values()) != {"0"}:
        st.session_state["weights"] = "".join(digits.values())


def _sentence(ranked: pd.DataFrame, names: pd.Series, top: int) -> str:
    """Name the places that stay among the first, whatever reasonable weights a room takes."""
    steady = ranked.index[ranked["top_share"] >= STEADY]
    if steady.empty:
        return text(
            "No place stays among the first {top} in 8 of 10 lists: the order hangs on the"
            " weights.",
            top=top,
        )
    shown = plain.listed([str(names[key]) for key in steady[: words.NAMED]])
    if len(steady) <= words.NAMED:
        return text(
            "{names}: among the first {top} in 8 of 10 lists or more.", names=shown, top=top
        )
    return text(
        "{count} places are among the first {top} in 8 of 10 lists or more; {names} lead.",
        count=len(steady),
        top=top,
        names=shown,
    )


def _table(found: CriteriaList, names: pd.Series, selection: Selection) -> None:
    """Score, rank and parts of every place, and which reasons a place lacks."""
    table, parts = found.table.sort_values("rank"), found.parts.add_prefix("part_")
    low, high = table["rank_low"].astype("str"), table["rank_high"].astype("str")
    rows = table.join(parts).assign(
        name=names,
        could_be=(low + "–" + high).where(table["rank"].notna(), ""),
        missing=[_lacking(each) for each in table["missing"]],
    )
    columns = ["rank", "could_be", "name", "top_share", "score", *parts.columns]
    if rows["missing"].ne("").any():
        columns.append("missing")
    heading = text("The list by these reasons, {year}", year=selection.year)
    table_block.show(rows, columns, heading)
    downloads.buttons(selection, "reasons", rows.reset_index(drop=True))


def _lacking(names: str) -> str:
    return ", ".join(text(CRITERIA[name]) for name in names.split(", ") if name)
