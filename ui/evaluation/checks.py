"""The checks of a comparison: what must hold before an effect is read."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
import streamlit as st

from analytics.evaluation.checks import BEFORE
from analytics.evaluation.similar import BALANCED
from data.views.evaluation import Evaluation
from ui.charts.style import draw_chart
from ui.evaluation import charts, words
from ui.languages import counted, mark, number, text
from ui.queries.goals import year_name
from ui.tables import display
from ui.words.as_written import as_written

HOLDS, FAILS, OPEN = "✓", "✗", "?"
TRAITS = {
    "rate": mark("Mean share before"),
    "trend": mark("Change a year before"),
    "size": mark("Students (logarithm)"),
}
PLACEBO_YEARS = mark(
    "Made-up starts in years before the first real one. Nothing had begun then, so a range that"
    " leaves out 0 warns of a drift. One in twenty does by chance."
)
OVERLAP = mark(
    "Where bars of the programme stand alone, no school without it is alike: nothing can be"
    " compared there."
)


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes
    ----------
    sign : str
        `HOLDS`, `FAILS`, or `OPEN` where it cannot be made.
    said : str
    """

    sign: str
    said: str


def checks(found: Evaluation) -> list[Check]:
    """Make the checks, in the order in which they are read."""
    return [_years(found), _like(found), _alike(found), _leads(found), _earlier(found)]


def block(found: Evaluation) -> str:
    """HTML list of the checks, for the first screen."""
    items = "".join(f"<li><b>{each.sign}</b> {escape(each.said)}</li>" for each in checks(found))
    heading = escape(text("Checks first"))
    return f"<h2 class='atlas-list'>{heading}</h2><ul class='atlas-checks'>{items}</ul>"


def _years(found: Evaluation) -> Check:
    before = int((found.rates.index < found.starts[0]).sum())
    since = int((found.rates.index >= found.starts[0]).sum())
    said = counted(
        "{count} usual year before, {since} since (needed: 3 and 1)",
        "{count} usual years before, {since} since (needed: 3 and 1)",
        before,
        since=since,
    )
    return Check(HOLDS if before >= BEFORE and since else FAILS, said)


def _like(found: Evaluation) -> Check:
    if found.effects is None:
        return Check(OPEN, text("Similar schools: not looked for"))
    said = (
        counted("{count} similar group found", "{count} similar groups found", found.like)
        if found.grouped
        else counted("{count} similar school found", "{count} similar schools found", found.like)
    )
    return Check(HOLDS if "few others" not in found.design.reasons else FAILS, said)


def _alike(found: Evaluation) -> Check:
    if found.matched is None:
        return Check(OPEN, text("Alike in rate and trend before: not known"))
    apart = found.matched.balance.loc[["rate", "trend"], "apart_similar"].abs().max()
    figure = number(f"{apart:.2f}") if np.isfinite(apart) else text("not known")
    said = text(
        "Alike in rate and trend before: {apart} standard deviations apart (at most {most})",
        apart=figure,
        most=number(f"{BALANCED:.2f}"),
    )
    return Check(HOLDS if "unlike" not in found.design.reasons else FAILS, said)


def _leads(found: Evaluation) -> Check:
    if found.effects is None or not np.isfinite(found.effects.leads_p):
        return Check(OPEN, text("Moved alike before: not known, for want of years or schools"))
    chance = words.chance_text(found.effects.leads_p)
    if found.effects.leads_p < words.LEADS:
        return Check(FAILS, text("Moved apart before it began (chance {p})", p=chance))
    return Check(HOLDS, text("Moved alike before it began (chance {p})", p=chance))


def _earlier(found: Evaluation) -> Check:
    table = found.earlier
    if table is None or table.empty or table["se"].isna().any():
        return Check(OPEN, text("Made-up earlier starts: not known"))
    beyond = int((table["p"] < words.ALPHA).sum())
    said = text(
        "Made-up earlier starts: {beyond} of {count} show a change", beyond=beyond, count=len(table)
    )
    return Check(OPEN if beyond else HOLDS, said)


def draw(found: Evaluation | None) -> None:
    """Draw the checks in full: made-up starts, how alike the two are, and their overlap."""
    if found is None:
        st.write(as_written(text(words.EMPTY)))
        return
    st.write(as_written(words.beside(found)))
    if found.effects is None or found.matched is None or found.overlap is None:
        st.write(as_written(words.descriptive(found)))
        return
    if found.earlier is not None and not found.earlier.empty:
        display.plain(_earlier_table(found.earlier), text("Made-up starts in earlier years"))
        st.caption(as_written(text(PLACEBO_YEARS)))
    display.plain(_balance_table(found.matched.balance), text("How alike the two are before"))
    draw_chart(charts.overlap(found.overlap))
    st.caption(as_written(text(OVERLAP)))
    display.plain(_overlap_table(found.overlap), text("How many stand where, before"))


def _earlier_table(earlier: pd.DataFrame) -> pd.DataFrame:
    rows = [
        (
            year_name(int(str(year))),
            words.points(row["effect"]),
            words.range_text(row["low"], row["high"]),
            words.chance_text(row["p"]),
        )
        for year, row in earlier.iterrows()
    ]
    columns = [mark("Made-up start"), mark("Points more"), mark("Range"), mark("Chance")]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def _balance_table(balance: pd.DataFrame) -> pd.DataFrame:
    rows = [
        (
            text(TRAITS[name]),
            *(number(f"{row[side]:.3f}") for side in ("treated", "similar", "all")),
            number(f"{row['apart_similar']:+.2f}") if np.isfinite(row["apart_similar"]) else "",
        )
        for name, row in balance.iterrows()
    ]
    columns = [
        *(mark("Before it began"), mark("With the programme"), mark("Similar")),
        *(mark("All others"), mark("Apart, standard deviations")),
    ]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def _overlap_table(overlap: pd.DataFrame) -> pd.DataFrame:
    rows = [
        (
            charts.band_name(float(str(band))),
            *(f"{100 * row[side]:.0f}" for side in overlap.columns),
        )
        for band, row in overlap.iterrows()
    ]
    columns = [
        *(mark("Share chronically absent"), mark("With the programme, of 100")),
        *(mark("Similar, of 100"), mark("All others, of 100")),
    ]
    return pd.DataFrame(rows, columns=columns, dtype="str")
