"""What all charts share: type sizes, colours, the axis of a rate, the figures of a point."""

from __future__ import annotations

import os
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st
from altair.utils import schemapi

from ui.languages import text
from ui.maps.scales import TEXT

# Checked against their schema charts take twice as long; the tests check every one of them.
schemapi.DEBUG_MODE = bool(os.environ.get("ATLAS_CHECK_CHARTS"))
LINE = "#2166ac"
MUTED = "#595959"
GROUND = "#ffffff"  # in a dark page too: colours are checked on it
LABEL_SIZE = 14
TITLE_SIZE = 17
HEIGHT = 380
PERCENT = ".0%"
EXACT = ".1%"

_AXIS = alt.AxisConfig(
    labelFontSize=LABEL_SIZE,
    titleFontSize=LABEL_SIZE,
    labelColor=TEXT,
    titleColor=TEXT,
    gridColor="#e3e3e3",
)
_LEGEND = alt.LegendConfig(labelFontSize=LABEL_SIZE, titleFontSize=LABEL_SIZE, labelColor=TEXT)


def styled(
    layers: list[alt.Chart], title: str, description: str, height: int = HEIGHT
) -> alt.LayerChart:
    """Lay layers over each other, the lowest first, at the sizes a projector needs.

    The title is the question that the chart answers; the description is for a screen reader.
    """
    heading: Any = alt.TitleParams(
        title, anchor="start", fontSize=TITLE_SIZE, color=TEXT, offset=24
    )
    return alt.LayerChart(
        layer=layers,
        title=heading,
        description=description,
        height=height,
        width="container",
        background=GROUND,
        padding={"left": 8, "top": 8, "right": 8, "bottom": 8},
        config=alt.Config(axis=_AXIS, legend=_LEGEND, view=alt.ViewConfig(stroke=None)),
    )


def spec_of(chart: alt.LayerChart | alt.Chart) -> dict[str, Any]:
    """Give the Vega-Lite text of a chart."""
    spec: dict[str, Any] = chart.to_dict(validate=schemapi.DEBUG_MODE)
    return spec


def draw_chart(chart: alt.LayerChart | alt.Chart) -> None:
    """Draw a chart; `st.altair_chart` would check it against its schema at every run."""
    st.vega_lite_chart(spec_of(chart))


def rate_axis(field: str) -> alt.Y:
    """Upright axis of a rate, in percent from nothing."""
    return alt.Y(
        f"{field}:Q",
        title=text("Chronically absent"),
        axis=alt.Axis(format=PERCENT),
        scale=alt.Scale(zero=True, nice=True),
    )


def rate_tooltips(*, ranged: bool = True) -> list[alt.Tooltip]:
    """Rate of a school, its range for next year and counts; a whole place has no range."""
    ends = [
        alt.Tooltip("low:Q", title=text("Likely next year, from"), format=EXACT),
        alt.Tooltip("high:Q", title=text("Likely next year, to"), format=EXACT),
    ]
    return [
        alt.Tooltip("rate:Q", title=text("Chronically absent"), format=EXACT),
        *(ends if ranged else []),
        alt.Tooltip("chronic_absent:Q", title=text("Students chronically absent"), format=",.0f"),
        alt.Tooltip("enrolled:Q", title=text("Students"), format=",.0f"),
    ]


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """Numbers and text only, so that the specification is the same every time."""
    return (
        table.convert_dtypes(dtype_backend="numpy_nullable").astype("object").reset_index(drop=True)
    )
