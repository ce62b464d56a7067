"""Dot plot of a group's social drivers among comparable tracts, with intervals."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from analytics.drivers.profile import CANNOT
from ui.charts.style import (
    LABEL_SIZE,
    LINE,
    MUTED,
    plain,
    styled,
)
from ui.maps.palettes import BORDER
from ui.words.numbers import value_text, with_margin

ROW_PIXELS = 40
AROUND_PIXELS = 210  # title, axis and legend: the height is that of the whole chart
SIZE = 200
BEYOND = "differs beyond its own error, in the mean and in rank"
ALIKE = "like comparable tracts, within the error or in rank"
WEAK = "cannot carry a conclusion: low reliability, or no margin of error"
_KINDS = (BEYOND, ALIKE, WEAK)


def dot_plot(profile: pd.DataFrame, title: str) -> alt.LayerChart:
    """Percentile of each driver among comparable tracts, most outstanding on top.

    Parameters
    ----------
    profile
        From `ui.queries.why.profile`.
    title
        The question the chart answers.

    Returns
    -------
    altair.LayerChart
        A driver that cannot carry a conclusion is an open diamond and says so in words.
    """
    table = _rows(profile[profile["state"].eq("profiled")])
    data = plain(table)
    base = alt.Chart(data).encode(
        y=alt.Y(
            "words:N",
            sort=None,
            title=None,
            axis=alt.Axis(
                labelLimit=420,
                labelOverlap=False,
                labelFlush=False,
                grid=True,
                labelFontSize=LABEL_SIZE + 2,
            ),
        )
    )
    axis = alt.X(
        "percentile:Q",
        title="Percent of comparable tracts with less of it (dashed: half of them)",
        axis=alt.Axis(labelFlush=False, tickCount=10),
        scale=alt.Scale(domain=[0, 100]),
    )
    middle = alt.Chart(plain(pd.DataFrame({"percentile": [50]})))
    middle = middle.mark_rule(color=BORDER, strokeDash=[6, 4], strokeWidth=2).encode(x=axis)
    bars = base.transform_filter(alt.datum.margin == "yes")
    bars = bars.mark_rule(color=MUTED, strokeWidth=4).encode(
        x=alt.X("percentile_low:Q"), x2="percentile_high:Q"
    )
    height = len(table) * ROW_PIXELS + AROUND_PIXELS
    return styled([middle, bars, _points(base, axis)], title, _described(table), height=height)


def _points(base: alt.Chart, axis: alt.X) -> alt.Chart:
    """Draw marks that differ by shape and filling, with all that travels with a figure."""
    shapes = alt.Scale(domain=_KINDS, range=["circle", "square", "diamond"])
    fills = alt.Scale(domain=_KINDS, range=[LINE, "#8a8a8a", "#ffffff"])
    legend = alt.Legend(
        orient="bottom",
        labelLimit=500,
        columns=1,
        labelFontSize=LABEL_SIZE + 1,
        symbolSize=SIZE,
        symbolStrokeWidth=2,
    )
    marks: alt.Chart = base.mark_point(size=SIZE, color=LINE, strokeWidth=2, opacity=1)
    return marks.encode(
        x=axis,
        shape=alt.Shape("kind:N", title=None, scale=shapes, legend=legend),
        fill=alt.Fill("kind:N", title=None, scale=fills),
        tooltip=[
            alt.Tooltip("label:N", title="Driver"),
            alt.Tooltip("here:N", title="This group (90 % margin)"),
            alt.Tooltip("there:N", title="Comparable tracts, mean"),
            alt.Tooltip("percentile:Q", title="Percentile", format=".0f"),
            alt.Tooltip("percentile_low:Q", title="90 % interval, low", format=".0f"),
            alt.Tooltip("percentile_high:Q", title="90 % interval, high", format=".0f"),
            alt.Tooltip("reliability:N", title="Reliability"),
            alt.Tooltip("vintage:N", title="Years"),
        ],
    )


def _rows(profile: pd.DataFrame) -> pd.DataFrame:
    weak = profile["conclusion"].eq(CANNOT)
    alike = profile["conclusion"].eq("like comparable places")
    why = np.where(profile["reliability"].eq("low"), " (low reliability)", " (no margin of error)")
    columns = ["label", "percentile", "percentile_low", "percentile_high", "reliability", "vintage"]
    return profile[columns].assign(
        words=profile["label"] + np.where(weak, why, ""),
        kind=np.select([weak, alike], [WEAK, ALIKE], BEYOND),
        margin=np.where(profile["moe"].notna(), "yes", "no"),
        here=[
            with_margin(*item)
            for item in zip(profile["value"], profile["moe"], profile["unit"], strict=True)
        ],
        there=[
            value_text(*item) for item in zip(profile["comparable"], profile["unit"], strict=True)
        ],
    )


def _described(table: pd.DataFrame) -> str:
    """Say to a screen reader what is drawn."""
    listed = "; ".join(f"{row.words} {row.percentile:.0f}" for row in table.itertuples(name="Row"))
    return f"Percentile of each social driver among comparable tracts: {listed}."
