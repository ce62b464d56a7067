"""Charts of the Social drivers page: odds ratios and themes."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from ui.charts.style import LABEL_SIZE, LINE, MUTED, plain, styled
from ui.drivers.words import (
    CLEAR_LESS,
    CLEAR_MORE,
    UNCLEAR,
    interval,
    joins_range,
    link_words,
    step_text,
)
from ui.languages import text
from ui.maps.scales import BORDER, HOT_COLD, TEXT
from ui.words.numbers import interval_text, percent_text, ratio_text

ROW_PIXELS = 36
AROUND_PIXELS = 170  # title, axis and legend: the height is that of the whole chart
CLEAR = (CLEAR_MORE, UNCLEAR, CLEAR_LESS)
SHAPES = ("circle", "diamond", "square")
FILLS = (HOT_COLD["hot 99"], "#ffffff", LINE)
INKS = (HOT_COLD["hot 99"], MUTED, LINE)


def odds_chart(table: pd.DataFrame, title: str, chosen: str) -> alt.LayerChart:
    """Odds ratio of each driver for one standard deviation more, in the order of the table.

    The thick bar is the interval of the chosen join, the thin one holds those of all joins. Shape,
    filling and colour say whether the latter leaves out "no difference"; the driver chosen on the
    page is marked with an arrow.
    """
    rows = _odds_rows(table, chosen)
    base = alt.Chart(plain(rows)).encode(
        y=alt.Y(
            "words:N",
            sort=None,
            title=None,
            axis=alt.Axis(labelLimit=480, labelOverlap=False, labelFlush=False, grid=True),
        )
    )
    axis = alt.X(
        "odds_ratio:Q",
        title=text("Times the odds of chronic absence (dashed: no difference)"),
        axis=alt.Axis(format=".2~f", labelFlush=False, values=_ticks(rows)),
        scale=alt.Scale(type="log", nice=False, domain=_domain(rows)),
    )
    none = alt.Chart(plain(pd.DataFrame({"odds_ratio": [1.0]})))
    none = none.mark_rule(color=BORDER, strokeDash=[6, 4], strokeWidth=2).encode(x=axis)
    bars = base.mark_rule(color=MUTED, strokeWidth=3).encode(
        x=alt.X("odds_low:Q"), x2="odds_high:Q"
    )
    every = base.mark_rule(color=MUTED, strokeWidth=1.5).encode(
        x=alt.X("all_low:Q"), x2="all_high:Q"
    )
    height = len(rows) * ROW_PIXELS + AROUND_PIXELS
    said = "; ".join(f"{row.label} {row.figure}, {row.kind}" for row in rows.itertuples())
    words = text("Odds ratios of chronic absence with 95 % intervals: {listed}.", listed=said)
    return styled([none, every, bars, _odds_points(base, axis)], title, words, height=height)


def shares_chart(shares: pd.DataFrame, title: str) -> alt.LayerChart:
    """Bars of each theme's share with its interval; from `Comparison.shares`."""
    rows = shares.reset_index()[["theme", "share", "low", "high"]]
    rows["theme"] = [text(theme).capitalize() for theme in rows["theme"]]
    rows["figure"] = [
        f"{percent_text(row.share, 0)} ({interval_text(row.low, row.high, 0)})"
        for row in rows.itertuples()
    ]
    base = alt.Chart(plain(rows)).encode(
        y=alt.Y("theme:N", sort=None, title=None, axis=alt.Axis(labelLimit=320)),
        tooltip=[
            alt.Tooltip("theme:N", title=text("Theme")),
            alt.Tooltip("figure:N", title=text("Share (95 % interval)")),
        ],
    )
    axis = alt.X(
        "share:Q",
        title=text("Share of what the conditions go along with (95 % interval)"),
        axis=alt.Axis(format=".0%", tickCount=6),
        scale=alt.Scale(domainMin=0),
    )
    bars = base.mark_bar(color="#a5cde3", stroke=LINE, height={"band": 0.6}).encode(x=axis)
    ends = base.mark_rule(color=TEXT, strokeWidth=2).encode(x=alt.X("low:Q"), x2="high:Q")
    label = base.mark_text(align="left", dx=8, fontSize=LABEL_SIZE, color=TEXT)
    label = label.encode(x=alt.X("high:Q"), text="figure:N")
    words = "; ".join(f"{row.theme} {row.figure}" for row in rows.itertuples())
    height = len(rows) * ROW_PIXELS + 110
    said = text("Share of each theme: {listed}.", listed=words)
    return styled([bars, ends, label], title, said, height=height)


def _odds_points(base: alt.Chart, axis: alt.X) -> alt.Chart:
    """Draw marks that differ by shape, filling and colour."""
    legend = alt.Legend(orient="bottom", labelLimit=400, labelFontSize=LABEL_SIZE)
    marks: alt.Chart = base.mark_point(size=150, strokeWidth=2, opacity=1)
    kinds = [text(kind) for kind in CLEAR]
    scales = [alt.Scale(domain=kinds, range=values) for values in (SHAPES, FILLS, INKS)]
    return marks.encode(
        x=axis,
        shape=alt.Shape("kind:N", title=None, scale=scales[0], legend=legend),
        fill=alt.Fill("kind:N", title=None, scale=scales[1], legend=legend),
        stroke=alt.Stroke("kind:N", title=None, scale=scales[2], legend=legend),
        tooltip=[
            alt.Tooltip("label:N", title=text("Condition")),
            alt.Tooltip("figure:N", title=text("Times the odds (95 % interval)")),
            alt.Tooltip("joins:N", title=text("Under the other joins")),
            alt.Tooltip("step:N", title=text("For each")),
            alt.Tooltip("kind:N", title=text("What may be said")),
            alt.Tooltip("q:Q", title="q", format=".3f"),
            alt.Tooltip("reliability:N", title=text("Reliability")),
        ],
    )


def _odds_rows(table: pd.DataFrame, chosen: str) -> pd.DataFrame:
    numbers = ["odds_ratio", "odds_low", "odds_high", "all_low", "all_high", "q"]
    rows = table[["label", *numbers, "reliability"]].copy()
    each = [row for _, row in table.iterrows()]
    rows["label"] = rows["label"].map(text)
    steps = (step_text(row["sd"], row["unit"], short=True) for row in each)
    rows["step"] = [text("{step} more", step=step) for step in steps]
    rows["kind"] = [text(link_words(row)) for row in each]
    rows["figure"] = [f"{ratio_text(row['odds_ratio'])} ({interval(row)})" for row in each]
    rows["joins"] = ["" if pd.isna(row["join_least"]) else joins_range(row) for row in each]
    arrow = np.where(rows.index == chosen, "▸ ", "")
    rows["words"] = arrow + rows["label"] + ", " + rows["step"]
    return rows


def _domain(rows: pd.DataFrame) -> list[float]:
    """Give the ends of the axis, as far from "no difference" on either side."""
    reach = np.log(rows[["all_low", "all_high"]]).abs().to_numpy().max() * 1.08
    return [float(np.round(np.exp(-reach), 3)), float(np.round(np.exp(reach), 3))]


def _ticks(rows: pd.DataFrame) -> list[float]:
    low, high = _domain(rows)
    ticks = (0.1, 0.2, 0.33, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.4, 1.6, 2.0, 3.0, 5.0, 10.0)
    return [tick for tick in ticks if low <= tick <= high]
