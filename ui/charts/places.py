"""Charts of places side by side: schools by condition or band, tracts by their neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from ui.charts.style import (
    EXACT,
    LABEL_SIZE,
    LINE,
    MUTED,
    PERCENT,
    plain,
    rate_axis,
    rate_tooltips,
    styled,
)
from ui.languages import mark, number, text
from ui.maps.scales import BORDER, SELECTION, TEXT, ClassScale, rate_scale
from ui.tables.display import reason_texts

BANDS_HEIGHT = 320
# Sizes mean the same on every selection.
_SIZES = alt.Scale(domain=[0, 4000], range=[30, 700], clamp=True)
SCATTER = mark("School by school, do absence and this condition go together?")
OVER_TRACTS = mark("{name}, over the tracts a school serves")
SCHOOLS = mark("schools")
BANDS = mark("How many schools are in each band?")
BRUSH = "brush"
MORAN_HEIGHT = 430
CORNERS = {
    mark("high among high"): (True, True),
    mark("low among low"): (False, False),
    mark("low among high"): (False, True),
    mark("high among low"): (True, False),
}


def scatter(
    frame: pd.DataFrame,
    driver: str,
    unit: str,
    title: str = SCATTER,
    along: str = OVER_TRACTS,
) -> alt.LayerChart:
    """School rate against the exposure of its tracts to a driver; shown schools only.

    Parameters
    ----------
    frame : DataFrame
        One row a school: name, exposure, rate, low, high, enrolled, chronic_absent; status,
        reason and shown if any. The area of a point stands for students.
    driver, unit : str
        Name of the driver, for the axis, and unit of the exposure.
    title : str
        The question the chart answers.
    along : str
        What the lower axis is, around the name of the driver.
    """
    table = _shown(frame).dropna(subset=["exposure", "rate"])
    kept = ["name", "exposure", "rate", "low", "high", "enrolled", "chronic_absent"]
    form = {"fraction": EXACT, "percentile": ".0%", "usd": "$,.0f"}.get(unit, ",.1f")
    axis_form = {"fraction": PERCENT, "percentile": PERCENT, "usd": "$,.0f"}.get(unit, ",.0f")
    name = text("{name} (percentile)", name=driver) if unit == "percentile" else driver
    points = (
        alt.Chart(plain(table[kept]))
        .mark_circle(color=LINE, opacity=0.5, stroke="#ffffff", strokeWidth=0.5)
        .encode(
            x=alt.X(
                "exposure:Q",
                title=text(along, name=name),
                axis=alt.Axis(format=axis_form),
                scale=alt.Scale(zero=False, nice=True),
            ),
            y=rate_axis("rate"),
            size=alt.Size(
                "enrolled:Q",
                title=text("Students"),
                scale=_SIZES,
                legend=alt.Legend(values=[200, 1000, 3000]),
            ),
            tooltip=[
                alt.Tooltip("name:N", title=text("School")),
                alt.Tooltip("exposure:Q", title=driver, format=form),
                *rate_tooltips(),
            ],
        )
    )
    words = text(
        "{count} schools: share chronically absent against {name}.",
        count=number(f"{len(table):,}"),
        name=driver,
    )
    return styled([points], text(title), words)


def bands(
    rates: pd.Series,
    scale: ClassScale | None = None,
    *,
    shown: pd.Series | None = None,
    title: str = BANDS,
    noun: str = SCHOOLS,
) -> alt.LayerChart:
    """Bars of how many schools (or tracts) fall in each class, "not shown" included.

    Parameters
    ----------
    rates : Series
        Values in the unit of the scale.
    scale : ClassScale, optional
        Classes shared with map and legend; the bands of the rate by default.
    shown : Series of bool, optional
        False where the display gate withholds the value.
    title, noun : str
        The question the chart answers, and what is counted.
    """
    classes = scale or rate_scale()
    counts = classes.counts(classes.encode(rates, shown=shown))
    table = pd.DataFrame({"band": classes.words, "count": list(counts.values())})
    heading = text("Number of {unit}", unit=text(noun))
    base = alt.Chart(plain(table)).encode(
        x=alt.X("count:Q", title=heading, axis=alt.Axis(format=",d", tickMinStep=1)),
        y=alt.Y("band:N", sort=None, title=None, axis=alt.Axis(labelLimit=340, labelOverlap=False)),
        tooltip=[
            alt.Tooltip("band:N", title=text("Band")),
            alt.Tooltip("count:Q", title=heading, format=",d"),
        ],
    )
    colour = alt.Color(
        "band:N", scale=alt.Scale(domain=classes.words, range=classes.colours), legend=None
    )
    bars = base.mark_bar(stroke=BORDER, strokeWidth=1).encode(color=colour)
    labels = base.mark_text(align="left", dx=5, fontSize=LABEL_SIZE, color=TEXT).encode(
        text=alt.Text("count:Q", format=",d")
    )
    listed = "; ".join(
        f"{number(f'{row.count:,}')} {row.band}" for row in table.itertuples(name="Row")
    )
    words = text("Number of {unit} by band: {counts}.", unit=text(noun), counts=listed)
    return styled([bars, labels], text(title), words, height=BANDS_HEIGHT)


def _shown(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[reason_texts(frame).eq("")]


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
    words = text(
        "{count} tracts: value against the mean of neighbours; slope {slope}.",
        count=number(f"{len(points):,}"),
        slope=number(f"{slope:.2f}"),
    )
    return styled(layers, text(title), words, MORAN_HEIGHT)


def brushed(table: pd.DataFrame, event: Mapping[str, Any]) -> pd.Series:
    """Tell which tracts of the chart's table lie in the rectangle drawn on it.

    `event` is what Streamlit reports: `{"selection": {"brush": {"value": [low, high], ...}}}`.
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
                alt.Tooltip("name:N", title=text("Tract")),
                alt.Tooltip("value:Q", title=text("Standard deviations from the mean")),
                alt.Tooltip("lag:Q", title=text("Mean of its neighbours")),
                alt.Tooltip("class_words:N", title=text("On the map")),
            ],
        )
        .add_params(brush)
    )
    return dots


def _axes() -> dict[str, Any]:
    return {
        "x": alt.X("value:Q", title=text("The tract, in standard deviations from the mean")),
        "y": alt.Y("lag:Q", title=text("Its neighbours, on average")),
    }


def _corners() -> list[alt.Chart]:
    """Words of the four quadrants: a place in the chart, not a colour, tells them."""
    layers = []
    for words, (right, up) in CORNERS.items():
        row = alt.Chart(plain(pd.DataFrame({"words": [text(words)]})))
        layers.append(
            row.mark_text(
                align="right" if right else "left",
                baseline="bottom" if up else "top",
                dx=-6 if right else 6,
                fontSize=LABEL_SIZE,
                color=MUTED,
            ).encode(
                x=alt.value("width") if right else alt.value(0),
                y=alt.value(-4) if up else alt.value(MORAN_HEIGHT - 20),
                text="words:N",
            )
        )
    return layers
