"""Moran scatter: each tract against its neighbours, for brushing beside the map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from ui.charts.style import (
    LABEL_SIZE,
    LINE,
    MUTED,
    plain,
    styled,
)
from ui.maps.class_scale import ClassScale
from ui.maps.palettes import SELECTION

BRUSH = "brush"
HEIGHT = 430
CORNERS = {
    "high among high": (True, True),
    "low among low": (False, False),
    "low among high": (False, True),
    "high among low": (True, False),
}


def moran_scatter_chart(
    table: pd.DataFrame, scale: ClassScale, slope: float, focus: str, title: str
) -> alt.LayerChart:
    """Value of each tract against the mean of its neighbours, coloured as the map is.

    Parameters
    ----------
    table : DataFrame
        Index `geoid`: standardised `value` and `lag`, `name`, and `class_words` of the map.
    scale : ClassScale
        Classes of the map.
    slope : float
        Slope of the line through the origin: Moran's I.
    focus : str
        Tract ringed; "" for none.
    title : str

    Returns
    -------
    altair.LayerChart
        With an interval selection named "brush" on both axes.
    """
    points = table.dropna(subset=["value", "lag"]).reset_index()
    kept = points[["name", "value", "lag", "class_words"]].round({"value": 2, "lag": 2})
    reach = max(1.0, float(points[["value"]].abs().max().iloc[0]))
    line = pd.DataFrame({"value": [-reach, reach], "lag": [-reach * slope, reach * slope]})
    chosen = points.loc[points["geoid"] == focus, ["value", "lag"]]
    layers = [
        _dots(plain(kept), scale),
        alt.Chart(plain(line)).mark_line(color=LINE, strokeWidth=2).encode(**_axes()),
        alt.Chart(plain(chosen))
        .mark_point(size=240, color=SELECTION, strokeWidth=3, filled=False)
        .encode(**_axes()),
        *_corners(),
    ]
    words = f"{len(points):,} tracts: value against the mean of neighbours; slope {slope:.2f}."
    return styled(layers, title, words, HEIGHT)


def brushed(table: pd.DataFrame, event: Mapping[str, Any]) -> pd.Series:
    """Tell which tracts lie in the rectangle drawn on the chart.

    Parameters
    ----------
    table : DataFrame
        As given to the chart.
    event : mapping
        What Streamlit reports: `{"selection": {"brush": {"value": [low, high], ...}}}`.

    Returns
    -------
    Series of bool
        All False when nothing is drawn.
    """
    ranges = event.get("selection", {}).get(BRUSH, {})
    inside = pd.Series(bool(ranges), index=table.index)
    for name, (low, high) in ranges.items():
        inside &= table[name].between(low, high)
    return inside


def _dots(table: pd.DataFrame, scale: ClassScale) -> alt.Chart:
    brush = alt.selection_interval(name=BRUSH, encodings=["x", "y"])
    colour = alt.Color(
        "class_words:N",
        scale=alt.Scale(domain=list(scale.words), range=list(scale.colours)),
        legend=None,
    )
    dots: alt.Chart = (
        alt.Chart(table)
        .mark_circle(size=46, stroke="#7a7a7a", strokeWidth=0.5, opacity=1)
        .encode(
            **_axes(),
            color=colour,
            opacity=alt.condition(brush, alt.value(1.0), alt.value(0.35)),
            tooltip=[
                alt.Tooltip("name:N", title="Tract"),
                alt.Tooltip("value:Q", title="Standard deviations from the mean"),
                alt.Tooltip("lag:Q", title="Mean of its neighbours"),
                alt.Tooltip("class_words:N", title="On the map"),
            ],
        )
        .add_params(brush)
    )
    return dots


def _axes() -> dict[str, Any]:
    return {
        "x": alt.X("value:Q", title="The tract, in standard deviations from the mean"),
        "y": alt.Y("lag:Q", title="Its neighbours, on average"),
    }


def _corners() -> list[alt.Chart]:
    """Words of the four quadrants: a place in the chart, not a colour, tells them."""
    layers = []
    for words, (right, up) in CORNERS.items():
        row = alt.Chart(plain(pd.DataFrame({"words": [words]})))
        layers.append(
            row.mark_text(
                align="right" if right else "left",
                baseline="bottom" if up else "top",
                dx=-6 if right else 6,
                fontSize=LABEL_SIZE,
                color=MUTED,
            ).encode(
                x=alt.value("width") if right else alt.value(0),
                y=alt.value(-4) if up else alt.value(HEIGHT - 20),
                text="words:N",
            )
        )
    return layers
