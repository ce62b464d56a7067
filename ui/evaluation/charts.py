"""Charts of the page Did it work?: the two lines, effects by year of use, the overlap."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from analytics.evaluation import Effects, Placebo, Synthetic
from data.views.evaluation import Evaluation
from ui.charts.style import EXACT, LABEL_SIZE, LINE, MUTED, PERCENT, plain, styled
from ui.evaluation.words import LIKE, OWN, ranged
from ui.languages import PERCENT as SIGN
from ui.languages import mark, text
from ui.maps.scales import TEXT
from ui.maps.view import HEIGHT
from ui.queries.goals import year_name

BAND = "#a5cde3"
AROUND = 30
"""Pixels of title, axis and padding beside the plot."""
TITLE = mark("Did schools with the programme move apart from similar ones?")
BY_YEAR = mark("How much more did it change, year by year?")
MADE_UP = mark("How far do similar schools move with no programme?")
ONE_PLACE = mark("Did this place leave its mixture of others?")
OVERLAP = mark("Are there similar schools for all of the programme's?")
ROOM = 22
"""Smallest letters of a chart that a room reads, in pixels."""


def lines(found: Evaluation, *, letters: int = LABEL_SIZE, height: int = 0) -> alt.LayerChart:
    """Draw the pooled rates of both sides, the start, and where it would be without the programme.

    Parameters
    ----------
    found : Evaluation
    letters : int
        Pixels of the smallest words.
    height : int
        Of the plot; 0 for that of a first screen.
    """
    rows = rates(found)
    x = alt.X(
        "school_year:O",
        title=None,
        axis=alt.Axis(labelAngle=0, labelOverlap="greedy", labelFlush=False, labelFontSize=letters),
    )
    y = alt.Y(
        "programme:Q",
        title=text("Chronically absent"),
        axis=alt.Axis(format=PERCENT, labelFontSize=letters, titleFontSize=letters),
        scale=alt.Scale(zero=True, nice=True),
    )
    table = plain(rows)
    tips = [
        alt.Tooltip("school_year:N", title=text("School year")),
        alt.Tooltip("programme:Q", title=text("With the programme"), format=EXACT),
        alt.Tooltip("own:Q", title=text("Students"), format=",.0f"),
        alt.Tooltip("like:Q", title=text("Similar schools"), format=EXACT),
        alt.Tooltip("low:Q", title=text("from"), format=EXACT),
        alt.Tooltip("high:Q", title=text("to"), format=EXACT),
    ]
    base = alt.Chart(table).encode(x=x, tooltip=tips)
    layers = [
        *_band(rows, x),
        *_starts(found, rows, letters),
        base.mark_line(
            color=LIKE, strokeWidth=3, point=alt.OverlayMarkDef(size=60, color=LIKE)
        ).encode(y=alt.Y("like:Q", title=None)),
        base.mark_line(
            color=OWN, strokeWidth=6, point=alt.OverlayMarkDef(size=140, color=OWN)
        ).encode(y=y),
        *_words(rows, x, letters),
    ]
    said = text("Two lines by school year: schools with the programme, and similar schools.")
    heading = text(TITLE) if letters == LABEL_SIZE else ""  # a room has read the question
    return styled(layers, heading, said, height or HEIGHT - AROUND)


def rates(found: Evaluation) -> pd.DataFrame:
    """Lay out what the two lines show: rates, students, and the band without the programme."""
    rows = found.rates.reset_index()
    rows["school_year"] = [year_name(int(year)) for year in rows["year"]]
    rows["low"], rows["high"] = np.nan, np.nan
    from_what = ranged(found)
    if from_what is not None and found.design.carries:
        effects = from_what.by_year.reindex(rows["year"])
        rows["low"] = (rows["programme"] - effects["high"].to_numpy()).clip(lower=0)
        rows["high"] = (rows["programme"] - effects["low"].to_numpy()).clip(upper=1)
    return rows


def _band(rows: pd.DataFrame, x: alt.X) -> list[alt.Chart]:
    """Draw where the programme's line would be without it: from the last year before on."""
    known = rows.dropna(subset=["low"])
    if known.empty:
        return []
    before = rows[rows["year"] < known["year"].min()].tail(1)
    before = before.assign(low=before["programme"], high=before["programme"])
    band = plain(pd.concat([before, known]))
    shape = alt.Chart(band).mark_area(color=BAND, opacity=0.6)
    return [shape.encode(x=x, y=alt.Y("low:Q", title=None), y2="high:Q")]


def _starts(found: Evaluation, rows: pd.DataFrame, letters: int) -> list[alt.Chart]:
    """Mark the years in which it began."""
    shown = [year_name(year) for year in found.starts if year in set(rows["year"])]
    if not shown:
        return []
    table = pd.DataFrame({"school_year": shown, "word": text("begins")})
    rule = alt.Chart(table).mark_rule(color=TEXT, strokeDash=[6, 4], strokeWidth=2)
    word = alt.Chart(table).mark_text(
        align="left", dx=6, baseline="bottom", fontSize=letters, color=TEXT
    )
    return [
        rule.encode(x="school_year:O"),
        word.encode(x="school_year:O", y=alt.value({"expr": "height - 6"}), text="word:N"),
    ]


def _words(rows: pd.DataFrame, x: alt.X, letters: int) -> list[alt.Chart]:
    """Write the last figure of each line beside it."""
    last = rows.dropna(subset=["programme", "like"]).tail(1)
    if last.empty:
        return []
    above = bool((last["programme"] >= last["like"]).iloc[0])
    marks = []
    for name, colour, up in (("programme", OWN, above), ("like", LIKE, not above)):
        word = last.assign(word=[f"{value:.1%}".replace("%", SIGN) for value in last[name]])
        at: dict[str, Any] = {"dx": 14, "dy": -6 if up else 8, "fontSize": letters + 2}
        chart = alt.Chart(plain(word)).mark_text(
            align="left", fontWeight="bold", color=colour, **at
        )
        marks.append(chart.encode(x=x, y=alt.Y(f"{name}:Q", title=None), text="word:N"))
    return marks


def by_exposure(effects: Effects) -> alt.LayerChart:
    """Draw the change beyond similar schools by years since the start, with those before it."""
    table = effects.by_exposure.reset_index()
    table["when"] = np.where(table["exposure"] < 0, "before", "since")
    rows = plain(table)
    x = alt.X("exposure:O", title=text("Usual years since it began"), axis=alt.Axis(labelAngle=0))
    points = alt.Axis(format="+.0%")
    y = alt.Y("effect:Q", title=text("More than in similar schools"), axis=points)
    tips = [
        alt.Tooltip("exposure:O", title=text("Usual years since it began")),
        alt.Tooltip("effect:Q", title=text("Change, share of students"), format="+.1%"),
        alt.Tooltip("low:Q", title=text("from"), format="+.1%"),
        alt.Tooltip("high:Q", title=text("to"), format="+.1%"),
    ]
    base = alt.Chart(rows).encode(x=x, tooltip=tips)
    colour = alt.condition(alt.datum.when == "before", alt.value(MUTED), alt.value(LINE))
    zero = alt.Chart(pd.DataFrame({"nothing": [0.0]})).mark_rule(color=TEXT)
    layers = [
        zero.encode(y=alt.Y("nothing:Q", title=None)),
        base.mark_rule(strokeWidth=3).encode(y=alt.Y("low:Q"), y2="high:Q", color=colour),
        base.mark_point(filled=True, opacity=1, size=120).encode(y=y, color=colour),
    ]
    said = text("Points with ranges: grey before the start, blue since.")
    return styled(layers, text(BY_YEAR), said, 320)


def made_up(one: Placebo, *, bins: int = 30) -> alt.LayerChart:
    """Draw where the programme stands among made-up ones at similar schools."""
    counts, edges = np.histogram(one.drawn, bins)
    rows = pd.DataFrame({"low": edges[:-1], "high": edges[1:], "part": counts / counts.sum()})
    rows["none"] = 0.0
    axis = alt.Axis(format="+.1%", tickCount=9, labelOverlap="greedy")
    bars = alt.Chart(plain(rows)).mark_bar(color=BAND, stroke=MUTED, strokeWidth=0.5)
    line = pd.DataFrame({"effect": [one.effect], "word": text("this programme")})
    rule = alt.Chart(line).mark_rule(color=OWN, strokeWidth=4)
    word = alt.Chart(line).mark_text(align="left", dx=8, fontSize=LABEL_SIZE, color=OWN)
    layers = [
        bars.encode(
            x=alt.X("low:Q", title=text("More than in similar schools"), axis=axis),
            x2="high:Q",
            y=alt.Y(
                "part:Q",
                title=text("Part of made-up programmes"),
                axis=alt.Axis(format=PERCENT, tickCount=4),
            ),
            y2="none:Q",
        ),
        rule.encode(x="effect:Q"),
        word.encode(x="effect:Q", y=alt.value(10), text="word:N"),
    ]
    said = text("Bars of made-up programmes, and a line where this programme stands.")
    return styled(layers, text(MADE_UP), said, 300)


def gap(mixed: Synthetic, began: int) -> alt.LayerChart:
    """Draw one place less its mixture by year, with the start."""
    gaps = mixed.gap
    rows = pd.DataFrame({"gap": gaps, "school_year": [year_name(int(year)) for year in gaps.index]})
    x = alt.X("school_year:O", title=None, axis=alt.Axis(labelAngle=0, labelOverlap="greedy"))
    y = alt.Y("gap:Q", title=text("More than the mixture"), axis=alt.Axis(format="+.0%"))
    zero = alt.Chart(pd.DataFrame({"nothing": [0.0]})).mark_rule(color=TEXT)
    start = pd.DataFrame({"school_year": [year_name(began)]})
    layers = [
        zero.encode(y=alt.Y("nothing:Q", title=None)),
        alt.Chart(start).mark_rule(color=TEXT, strokeDash=[6, 4]).encode(x="school_year:O"),
        alt.Chart(plain(rows))
        .mark_line(color=OWN, strokeWidth=4, point=alt.OverlayMarkDef(size=100, color=OWN))
        .encode(x=x, y=y, tooltip=["school_year:N", alt.Tooltip("gap:Q", format="+.1%")]),
    ]
    said = text("A line by school year: one place less its mixture of others.")
    return styled(layers, text(ONE_PLACE), said, 260)


def overlap(table: pd.DataFrame) -> alt.LayerChart:
    """Draw in which bands of the rate before units with the programme and similar ones stand."""
    words = {"programme": text("With the programme"), "like": text("Similar")}
    rows = table[["programme", "like"]].rename(columns=words).reset_index()
    rows = rows.melt("band", var_name="side", value_name="part")
    rows["name"] = [band_name(band) for band in rows["band"]]
    order = [band_name(float(str(band))) for band in table.index]
    bars = alt.Chart(plain(rows)).mark_bar(stroke="#7a7a7a", strokeWidth=0.5)
    layers = [
        bars.encode(
            x=alt.X(
                "name:O",
                sort=order,
                title=text("Share chronically absent before, %"),
                axis=alt.Axis(labelAngle=0, labelOverlap="greedy"),
            ),
            xOffset="side:N",
            y=alt.Y("part:Q", title=text("Part of each side"), axis=alt.Axis(format=PERCENT)),
            color=alt.Color(
                "side:N",
                scale=alt.Scale(domain=list(words.values()), range=[OWN, LIKE]),
                legend=alt.Legend(title=None, orient="top"),
            ),
            tooltip=[
                alt.Tooltip("name:N", title=text("Share chronically absent before, %")),
                alt.Tooltip("side:N", title=text("Side")),
                alt.Tooltip("part:Q", title=text("Part of each side"), format=PERCENT),
            ],
        )
    ]
    said = text("Bars by share chronically absent before: the programme and similar schools.")
    return styled(layers, text(OVERLAP), said, 260)


def band_name(low: float) -> str:
    """Write a band of five points by its ends."""
    return f"{100 * low:.0f}–{100 * low + 5:.0f}"
