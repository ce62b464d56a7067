"""Simulation on the place that is open: how often each test cries wolf."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from analytics.hotspots.false_alarms import FalseAlarms
from ui.languages import mark, number, text
from ui.queries import methods as queries_methods
from ui.selection import METHODS, NULLS, Selection
from ui.tables import display as table_block
from ui.words.as_written import as_written
from ui.words.numbers import percent_text

RUN = "run_simulation"
QUESTION = mark("Does each test keep its promise on this map?")
ABOUT = mark(
    "Places without any hot spot are made on this map in four ways, and every test looks at the"
    " same places. A test that keeps its promise calls 5 % of the tracts significant one by one."
    " After correction for many tests (q) it finds a spot on at most 5 % of the maps; with so few"
    " rearrangements single tracts seldom pass it. The trend is different: no reader would call it"
    " a hot spot, yet every one of these tests does. Rearranging schools within each county guards"
    " against part of that."
)
WORLDS: Mapping[str, str] = {
    "independent": mark("Schools differ, each for itself"),
    "size": mark("Schools differ by size and type as they do here"),
    "reassigned": mark("Whole schools dealt anew"),
    "trend": mark("A broad trend from south to north"),
}
SHOWN_NULLS: Mapping[str, str] = {
    **NULLS,
    "schools_level": mark("Schools rearranged, size and type ignored"),
}


def simulation(selection: Selection) -> None:
    """Offer the simulation; run it when asked, with a bar and a way to stop."""
    st.write(as_written(text(ABOUT)))
    if st.button(text("Run the simulation here"), key="simulate"):
        st.session_state[RUN] = selection.area
    if st.session_state.get(RUN) != selection.area:
        return
    found = queries_methods.false_alarms(selection)
    first = found[0]
    title = text(
        "False alarms on {places} made-up places, {draws} rearrangements each, level {level}",
        places=first.replicates,
        draws=first.draws,
        level=number(f"{first.alpha:g}"),
    )
    table_block.plain(alarm_table(found), title)


def alarm_table(found: Sequence[FalseAlarms]) -> pd.DataFrame:
    """Write what each null flags in each world where nothing is to be found.

    Parameters
    ----------
    found : sequence of FalseAlarms

    Returns
    -------
    DataFrame
        Text columns, one row a world, null and statistic.
    """
    rows = []
    for item in found:
        low = max(0.0, item.share - 1.96 * item.standard_error)
        high = item.share + 1.96 * item.standard_error
        rows.append(
            {
                mark("Places made"): text(WORLDS[item.world]),
                mark("What counts as chance"): text(SHOWN_NULLS[item.null]),
                mark("Statistic"): text(METHODS[item.statistic]),
                mark("Tracts called significant, one by one"): percent_text(item.share),
                mark("95 % interval"): f"{percent_text(low)}–{percent_text(high)}",
                mark("Maps with any spot after correction"): percent_text(item.false_discovery),
                mark("Tracts a map after correction"): number(f"{item.discoveries:,.1f}"),
            }
        )
    return pd.DataFrame(rows)
