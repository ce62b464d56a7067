"""Charts of change by school year: the rate, cut where a definition changes."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from ui.charts.style import (
    EXACT,
    LABEL_SIZE,
    LINE,
    MUTED,
    plain,
    rate_axis,
    rate_tooltips,
    styled,
)
from ui.languages import mark, text
from ui.maps.scales import BORDER, SELECTION
from ui.tables.display import reason_texts

USUAL = mark("usual year")
UNUSUAL = mark("unusual year (cut short or remote)")
TREND = mark("How has chronic absence changed?")
SCHOOL = mark("How has this school changed?")


def trend(frame: pd.DataFrame, title: str = TREND) -> alt.LayerChart:
    """Rate of a place by school year, cut where the definition changes: a count, without a range.

    Parameters
    ----------
    frame : DataFrame
        One row a school year: school_year, chronic_absent, enrolled, rate, is_unusual, break_note
        ("" unless the definition changes in that year); status and reason if any. Unusual years
        are open diamonds; a withheld year says "not shown".
    title : str
        The question the chart answers.
    """
    return styled(_history_layers(frame), text(title), _trend_words(frame))


def school_history(
    frame: pd.DataFrame,
    place: pd.DataFrame,
    title: str = SCHOOL,
    place_name: str = "",
) -> alt.LayerChart:
    """One school's rate by school year with its range for the next, beside the place's rate.

    `frame` has `low` and `high` besides what `trend` takes;
    `place` has school_year and rate of the place: a grey dashed line named `place_name`.
    """
    years, place_name = frame["school_year"], place_name or text("whole place")
    reference = place.loc[place["school_year"].isin(years), ["school_year", "rate"]]
    reference = reference.sort_values("school_year").assign(label=place_name)
    base = alt.Chart(plain(reference)).encode(x=_year(), y=rate_axis("rate"))
    dashed = base.mark_line(color=BORDER, strokeDash=[6, 4], strokeWidth=2).encode(
        tooltip=[
            alt.Tooltip("school_year:N", title=text("School year")),
            alt.Tooltip("rate:Q", title=place_name, format=EXACT),
        ]
    )
    name = alt.Chart(plain(reference.tail(1))).mark_text(
        align="right", dy=16, fontSize=LABEL_SIZE, color=MUTED
    )
    name = name.encode(x=_year(), y=rate_axis("rate"), text="label:N")
    layers = [dashed, name, *_history_layers(frame)]
    bars = mark("Bars: where the school's next year is likely to lie. Dashed: {name}.")
    return styled(layers, text(title), f"{_trend_words(frame)} {text(bars, name=place_name)}")


def _year(**more: Any) -> alt.X:
    """Axis of school years."""
    scale, axis = alt.Scale(type="band"), alt.Axis(labelAngle=0, labelOverlap="greedy")
    return alt.X("school_year:O", title=text("School year"), scale=scale, axis=axis, **more)


def _history_layers(frame: pd.DataFrame) -> list[alt.Chart]:
    table = frame.sort_values("school_year").reset_index(drop=True)
    notes = reason_texts(table)
    published = table["rate"].notna() & notes.eq("")
    breaks = table.get("break_note", pd.Series("", index=table.index)).fillna("")
    unusual = table.get("is_unusual", pd.Series(False, index=table.index)).astype(bool)
    # A line joins neighbours only: a new definition or a withheld year starts a new piece.
    piece = (breaks.ne("") | ~published).cumsum().astype(str)
    table = table.assign(
        piece=piece,
        kind=np.where(unusual, text(UNUSUAL), text(USUAL)),
        break_note=breaks,
        note=notes,
    )
    ranged = [name for name in ("low", "high") if name in table]
    columns = ["school_year", "rate", *ranged, "enrolled", "chronic_absent", "piece", "kind"]
    shown = plain(table.loc[published, columns])
    years = plain(table[["school_year"]])
    frame_layer = alt.Chart(years).mark_point(opacity=0).encode(x=_year())
    return [
        frame_layer,
        *_rate_layers(shown),
        *_break_layers(table),
        *_withheld_layers(table[~published]),
    ]


def _rate_layers(shown: pd.DataFrame) -> list[alt.Chart]:
    base = alt.Chart(shown).encode(x=_year(), detail="piece:N")
    ranged = "low" in shown
    low = rate_axis("low")
    band = base.mark_area(color=LINE, opacity=0.18).encode(y=low, y2="high:Q")
    bars = base.mark_rule(color=LINE, strokeWidth=2).encode(y=low, y2="high:Q")
    line = base.mark_line(color=LINE, strokeWidth=2.5).encode(y=rate_axis("rate"))
    domain = [text(USUAL), text(UNUSUAL)]
    points = base.mark_point(size=110, color=LINE, strokeWidth=2.5, opacity=1).encode(
        y=rate_axis("rate"),
        shape=alt.Shape(
            "kind:N",
            title=None,
            scale=alt.Scale(domain=domain, range=["circle", "diamond"]),
            legend=alt.Legend(orient="bottom", labelLimit=400),
        ),
        fill=alt.Fill(
            "kind:N", scale=alt.Scale(domain=domain, range=[LINE, "#ffffff"]), title=None
        ),
        tooltip=[
            alt.Tooltip("school_year:N", title=text("School year")),
            *rate_tooltips(ranged=ranged),
            alt.Tooltip("kind:N", title=text("Kind of year")),
        ],
    )
    return [*([band, bars] if ranged else []), line, points]


def _break_layers(years: pd.DataFrame) -> list[alt.Chart]:
    """Mark new definitions by lines that the legend explains: labels would overlap."""
    new = years["break_note"].ne("")
    if not new.any():
        return []
    label = text("definition changes")
    breaks = years.loc[new, ["school_year", "break_note"]].assign(label=label)
    base = alt.Chart(plain(breaks)).encode(
        x=_year(bandPosition=0),
        strokeDash=alt.StrokeDash(
            "label:N",
            title=None,
            scale=alt.Scale(domain=[label], range=[[2, 3]]),
            legend=alt.Legend(orient="bottom", symbolSize=500, symbolStrokeColor=SELECTION),
        ),
        tooltip=[
            alt.Tooltip("school_year:N", title=text("From")),
            alt.Tooltip("break_note:N", title=text("Definition")),
        ],
    )
    return [base.mark_rule(color=SELECTION, strokeWidth=2)]


def _withheld_layers(rows: pd.DataFrame) -> list[alt.Chart]:
    if rows.empty:
        return []
    unknown = text("not shown: no figure was published")
    notes = rows["note"].where(rows["note"].ne(""), unknown)
    table = plain(rows[["school_year"]].assign(note=notes))
    words = alt.Chart(table).mark_text(baseline="bottom", dy=-6, fontSize=LABEL_SIZE, color=MUTED)
    return [
        words.encode(
            x=_year(),
            y=alt.value("height"),
            text=alt.value(text("not shown")),
            tooltip=[
                alt.Tooltip("school_year:N", title=text("School year")),
                alt.Tooltip("note:N", title=text("Why")),
            ],
        )
    ]


def _trend_words(frame: pd.DataFrame) -> str:
    years = sorted(frame["school_year"])
    if not years:
        return text("Chronic absence by school year: no figures.")
    said = mark("Chronic absence by school year, {first} to {last}.")
    return text(said, first=years[0], last=years[-1])
