"""The change counted in every way that the design carries, with what stands beside each."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from analytics.evaluation import Effects, Placebo, Synthetic
from data.views.evaluation import Evaluation
from ui.charts.style import draw_chart
from ui.evaluation import charts, words
from ui.languages import mark, text
from ui.queries.evaluation import Outcome
from ui.queries.goals import year_name
from ui.selection import Selection
from ui.tables import display, downloads
from ui.tables.exports import about
from ui.words.as_written import as_written

NO_SERIES = mark(
    "Its own years alone: it takes 6 usual years in a row before it and 3 since, all counted alike."
)
NO_MIXTURE = mark("A mixture of other places: it takes one place or one school, and one start.")
MIXED = mark(
    "This place less a mixture of others that moved as it did before: within {fit} points. Since"
    " then it is {points} points from it. Of 100 places taken in turn {count} leave theirs as far,"
    " for how well it fits."
)
OF_SIMILAR = {"moved apart before", "unlike"}
"""Reasons against a comparison with similar schools that say nothing against a mixture."""
BY_CLUSTERS = mark(
    "Ranges by year, here and in the table below, count schools as clusters: they show the path,"
    " and whether the two moved alike before. The change itself has the range of the first row."
)
FIELDS = {
    "start": "First school year with the programme.",
    "school_year": "School year that is compared with the last year before the start.",
    "exposure": "Usual years since the start; negative before it.",
    "running": "Whether the programme ran in that year.",
    "effect": "Change beyond similar schools, as a difference of shares.",
    "se": "Its standard error, schools as clusters.",
    "low": "Lower end of 95 %, schools as clusters.",
    "high": "Upper end of 95 %, schools as clusters.",
    "treated": "Units with the programme.",
    "comparison": "Units beside them.",
}


def draw(outcome: Outcome, selection: Selection) -> None:
    """Draw the estimates that the design carries; where it carries none, say why."""
    found = outcome.found
    if found is None:
        st.write(as_written(text(words.EMPTY)))
        return
    if not found.design.carries or found.effects is None:
        st.write(as_written(words.descriptive(found)))
        if set(found.design.reasons) <= OF_SIMILAR:
            _one_place(found)
        return
    st.write(as_written(words.effect(found)))
    display.plain(estimate_table(found), text("The same change, counted in different ways"))
    if lacking := _lacking(found):
        st.caption(as_written(lacking))
    if found.made_up is not None and len(found.made_up.drawn):
        draw_chart(charts.made_up(found.made_up))
        st.caption(as_written(_made_up(found.made_up)))
    draw_chart(charts.by_exposure(found.effects))
    st.caption(as_written(text(BY_CLUSTERS)))
    _one_place(found)
    display.plain(_group_time_table(found), text("By first year of the programme and year"))
    rows = numbers(found.effects)
    told = about(selection, rows, f"{words.ASSOCIATION} {words.SURE}", FIELDS)
    parts = ("effects", selection.area, selection.level)
    downloads.offer(mark("effects by start and year"), parts, lambda: rows, told)


def _one_place(found: Evaluation) -> None:
    """Draw one place beside its mixture, which need not be like it: its fit before is its check."""
    if found.mixed is None:
        return
    draw_chart(charts.gap(found.mixed, found.starts[0]))
    st.caption(as_written(mixture_text(found.mixed)))


def mixture_text(mixed: Synthetic) -> str:
    """Say how far one place left its mixture, and how often others do."""
    return text(
        MIXED,
        fit=words.points(mixed.fit).lstrip("+"),
        points=words.points(mixed.effect),
        count=round(100 * mixed.p),
    )


def estimate_table(found: Evaluation) -> pd.DataFrame:
    """Write each estimate with its range and chance."""
    rows = []
    effects, made_up, odds = found.effects, found.made_up, found.odds
    if effects is not None and made_up is not None:
        if np.isfinite(made_up.low):
            rows.append((text("Beside similar schools; made-up programmes"), *_estimate(made_up)))
        rows.append((text("Beside similar schools; schools as clusters"), *_estimate(effects)))
    if odds is not None and odds.state == "fitted":
        rows.append((text("Counts, with effects of school and year"), *_estimate(odds)))
    elif odds is not None and odds.state == "starts differ":
        no = text("no estimate: starts differ")
        rows.append((text("Counts, with effects of school and year"), no, "", ""))
    if found.corrected is not None:
        one = found.corrected
        reach = 1.96 * one.se
        rows.append(
            (
                text("Beyond what such a past comes to by itself"),
                words.points(one.beyond),
                words.range_text(one.beyond - reach, one.beyond + reach),
                "",
            )
        )
    name = text("Its own years alone, at the last one")
    if found.series is not None:
        rows.append((name, *_estimate(found.series)))
    else:
        rows.append((name, text("no estimate"), "", ""))
    if found.mixed is not None:
        name = text("Beside a mixture of {places}", places=", ".join(found.mixed.weights.index[:3]))
        points = words.points(found.mixed.effect)
        rows.append((name, points, "", words.chance_text(found.mixed.p)))
    else:
        rows.append((text("Beside a mixture of other places"), text("no estimate"), "", ""))
    columns = [mark("Way of counting"), mark("Points more"), mark("Range"), mark("Chance")]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def _lacking(found: Evaluation) -> str:
    """Say what the ways of counting without an estimate take; "" where all have one."""
    takes = ((found.series, NO_SERIES), (found.mixed, NO_MIXTURE))
    return " ".join(text(said) for made, said in takes if made is None)


def _made_up(made_up: Placebo) -> str:
    """Say how many made-up programmes moved as far."""
    as_far = round(100 * made_up.p)
    return text(
        "Bars: the same starts given to similar schools that had none. Line: this programme."
        " {count} of 100 made-up ones moved as far from 0.",
        count=as_far if as_far else text("fewer than 1"),
    )


def numbers(effects: Effects) -> pd.DataFrame:
    """Lay out what the table of starts and years says, in figures: index start."""
    rows = effects.table.assign(
        start=[year_name(int(year)) for year in effects.table["start"]],
        school_year=[year_name(int(year)) for year in effects.table["year"]],
    )
    return rows[list(FIELDS)].set_index("start")


def _estimate(one: object) -> tuple[str, str, str]:
    effect, low, high, p = (float(getattr(one, name)) for name in ("effect", "low", "high", "p"))
    return words.points(effect), words.range_text(low, high), words.chance_text(p)


def _group_time_table(found: Evaluation) -> pd.DataFrame:
    """Write the effect of each start in each year."""
    table = found.effects.table if found.effects is not None else pd.DataFrame()
    rows = [
        (
            year_name(int(row.start)),
            year_name(int(row.year)),
            text("before") if row.exposure < 0 else text("since") if row.running else text("after"),
            words.points(row.effect),
            words.range_text(row.low, row.high),
            str(row.treated),
        )
        for row in table.itertuples(index=False)
    ]
    columns = [
        *(mark("It began"), mark("School year"), mark("When")),
        *(mark("Points more"), mark("Range"), mark("Units")),
    ]
    return pd.DataFrame(rows, columns=columns, dtype="str")
