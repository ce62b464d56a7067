"""How small a cluster a map could miss: planted clusters, on demand, and what the table says."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
import streamlit as st

from data.views.hot_spots import GROUPS, TRACTS, Power
from ui.hotspots.words import NO_ALL_CLEAR
from ui.languages import mark, number, text
from ui.queries import hotspots as queries_hotspots
from ui.selection import METHODS, Selection
from ui.tables import display as table_block
from ui.words.as_written import as_written
from ui.words.numbers import count_text, percent_text, plural

RUN = "run_power"
QUESTION = mark("How small a cluster could this map miss?")
ABOUT = mark(
    "Clusters of known size and strength are planted where children live, sent through the join on"
    " the map to the schools, and looked for. Otherwise schools differ as they do here."
)
ODDS_WORDS: Mapping[float, str] = MappingProxyType(
    {1.25: mark("a quarter more"), 1.5: mark("half again"), 2.0: mark("twice")}
)


def power(selection: Selection) -> None:
    """Offer to plant clusters; do it when asked, with a bar and a way to stop."""
    st.write(as_written(f"{text(NO_ALL_CLEAR)} {text(ABOUT)}"))
    key = queries_hotspots.key_of(queries_hotspots.power_method(selection))
    st.button(text("Plant clusters and look for them"), key="plant", on_click=_ask, args=(key,))
    if st.session_state.get(RUN) != key:
        return
    found = queries_hotspots.power(selection)
    st.write(as_written(power_sentences(found)))
    title = text(
        "Planted clusters found, {maps} each, {method}",
        maps=plural(found.table["maps"].max(), "map"),
        method=text(METHODS[found.method]),
    )
    table_block.plain(power_words(found.table), title)


def _ask(key: Hashable) -> None:
    """Remember for which view clusters are to be planted."""
    st.session_state[RUN] = key


def power_sentences(found: Power) -> str:
    """Say in words how often a middling cluster, and the largest and strongest, is found."""
    table = found.table.set_index(["analysis", "areas", "odds"])
    sizes, odds = (sorted(found.table[name].unique()) for name in ("areas", "odds"))
    middle = (sizes[len(sizes) // 2], odds[len(odds) // 2])
    most = (sizes[-1], odds[-1])
    single, whole = table.loc[TRACTS], table.loc[GROUPS]
    said = text(
        "A patch of {size} neighbouring tracts with {odds} the odds of absence would show up in"
        " {times} maps like this. A patch of {largest} with {highest} the odds: in {most}. Tested"
        " as whole groups, they pass in {middle_groups} and {most_groups}.",
        size=count_text(middle[0]),
        odds=odds_words(middle[1]),
        times=_times(single.loc[middle]),
        largest=count_text(most[0]),
        highest=odds_words(most[1]),
        most=_times(single.loc[most]),
        middle_groups=_times(whole.loc[middle]),
        most_groups=_times(whole.loc[most]),
    )
    recall = single.loc[most, "recall"]
    if np.isnan(recall):
        return said
    core = mark("Where the larger is found, its core is hot: {share} of it.")
    return f"{said} {text(core, share=percent_text(recall, 0))}"


def odds_words(odds: float) -> str:
    """Write an odds ratio as it reads before "the odds"."""
    return text(ODDS_WORDS[odds]) if odds in ODDS_WORDS else _times_as_many(odds)


def _times_as_many(odds: float) -> str:
    return text("{ratio} times", ratio=number(f"{odds:g}"))


def _times(row: pd.Series) -> str:
    """How many maps of those made: "3 of 20"."""
    maps = int(row["maps"])
    times = round(row["found"] * maps)
    return text("{number} of {count}", number=times or text("none"), count=maps)


def power_words(table: pd.DataFrame) -> pd.DataFrame:
    """Write the table of planted clusters.

    Parameters
    ----------
    table : DataFrame
        As `analytics.hotspots.power.power` gives it, for both analyses.

    Returns
    -------
    DataFrame
        Text columns, one row a size and strength.
    """
    by = table.set_index(["areas", "odds"])
    single, whole = (by[by["analysis"] == name] for name in (TRACTS, GROUPS))
    columns = {
        mark("Tracts in the patch"): [count_text(size) for size, _ in single.index],
        mark("Odds of absence"): [_times_as_many(odds) for _, odds in single.index],
        mark("Found on the map"): _shares(single),
        mark("Part of it that is hot"): _means(single, "recall"),
        mark("Hot tracts inside it"): _means(single, "precision"),
        mark("Found as a whole group"): _shares(whole.loc[single.index]),
        mark("Part inside that group"): _means(whole.loc[single.index], "recall"),
    }
    return pd.DataFrame(columns)


def _shares(rows: pd.DataFrame) -> list[str]:
    """Share of maps with its 95 % interval, which is that of the simulation."""
    return [
        f"{percent_text(row.found, 0)} ({percent_text(row.found_low, 0)[:-2]}–"
        f"{percent_text(row.found_high, 0)})"
        for row in rows.itertuples()
    ]


def _means(rows: pd.DataFrame, name: str) -> list[str]:
    """Mean share with its Monte Carlo error; words where nothing was found."""
    return [
        text("never found")
        if np.isnan(mean)
        else percent_text(mean, 0) + ("" if np.isnan(error) else f" (± {100 * error:.0f})")
        for mean, error in zip(rows[name], rows[f"{name}_se"], strict=True)
    ]
