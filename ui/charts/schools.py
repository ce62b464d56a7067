"""Charts of schools side by side: against a condition, and counted by band."""

from __future__ import annotations

import altair as alt
import pandas as pd

from ui.charts.style import (
    EXACT,
    LABEL_SIZE,
    LINE,
    PERCENT,
    plain,
    rate_axis,
    rate_tooltips,
    styled,
)
from ui.maps.class_scale import ClassScale
from ui.maps.palettes import BORDER, TEXT, rate_scale
from ui.tables.frames import reason_texts

BANDS_HEIGHT = 320

# Sizes mean the same on every selection.
_SIZE = alt.Size(
    "enrolled:Q",
    title="Students",
    scale=alt.Scale(domain=[0, 4000], range=[30, 700], clamp=True),
    legend=alt.Legend(values=[200, 1000, 3000]),
)


def scatter(
    frame: pd.DataFrame,
    driver: str,
    unit: str,
    title: str = "School by school, do absence and this condition go together?",
) -> alt.LayerChart:
    """School rate against the exposure of its tracts to a driver; shown schools only.

    Parameters
    ----------
    frame
        One row a school: name, exposure, rate, low, high, enrolled, chronic_absent; status,
        reason and shown if any.
    driver
        Name of the driver, for the axis.
    unit
        Unit of the exposure.
    title
        The question the chart answers.

    Returns
    -------
    altair.LayerChart
        Area of a point stands for students.
    """
    table = _shown(frame).dropna(subset=["exposure", "rate"])
    kept = ["name", "exposure", "rate", "low", "high", "enrolled", "chronic_absent"]
    form = {"fraction": EXACT, "percentile": ".0%", "usd": "$,.0f"}.get(unit, ",.1f")
    axis_form = {"fraction": PERCENT, "percentile": PERCENT, "usd": "$,.0f"}.get(unit, ",.0f")
    name = f"{driver} (percentile)" if unit == "percentile" else driver
    points = (
        alt.Chart(plain(table[kept]))
        .mark_circle(color=LINE, opacity=0.5, stroke="#ffffff", strokeWidth=0.5)
        .encode(
            x=alt.X(
                "exposure:Q",
                title=f"{name}, over the tracts a school serves",
                axis=alt.Axis(format=axis_form),
                scale=alt.Scale(zero=False, nice=True),
            ),
            y=rate_axis("rate"),
            size=_SIZE,
            tooltip=[
                alt.Tooltip("name:N", title="School"),
                alt.Tooltip("exposure:Q", title=driver, format=form),
                *rate_tooltips(),
            ],
        )
    )
    words = f"{len(table):,} schools: share chronically absent against {driver}."
    return styled([points], title, words)


def bands(
    rates: pd.Series,
    scale: ClassScale | None = None,
    *,
    shown: pd.Series | None = None,
    title: str = "How many schools are in each band?",
    noun: str = "schools",
) -> alt.LayerChart:
    """Bars of how many schools (or tracts) fall in each class, "not shown" included.

    Parameters
    ----------
    rates
        Values in the unit of the scale.
    scale
        Classes shared with map and legend; the bands of the rate by default.
    shown
        False where the display gate withholds the value.
    title
        The question the chart answers.
    noun
        What is counted.

    Returns
    -------
    altair.LayerChart
        Each bar carries its count.
    """
    classes = scale or rate_scale()
    counts = classes.counts(classes.encode(rates, shown=shown))
    table = pd.DataFrame({"band": classes.words, "count": list(counts.values())})
    base = alt.Chart(plain(table)).encode(
        x=alt.X("count:Q", title=f"Number of {noun}", axis=alt.Axis(format=",d", tickMinStep=1)),
        y=alt.Y("band:N", sort=None, title=None, axis=alt.Axis(labelLimit=340, labelOverlap=False)),
        tooltip=[
            alt.Tooltip("band:N", title="Band"),
            alt.Tooltip("count:Q", title=f"Number of {noun}", format=",d"),
        ],
    )
    colour = alt.Color(
        "band:N", scale=alt.Scale(domain=classes.words, range=classes.colours), legend=None
    )
    bars = base.mark_bar(stroke=BORDER, strokeWidth=1).encode(color=colour)
    labels = base.mark_text(align="left", dx=5, fontSize=LABEL_SIZE, color=TEXT).encode(
        text=alt.Text("count:Q", format=",d")
    )
    words = "; ".join(f"{row.count:,} {row.band}" for row in table.itertuples(name="Row"))
    return styled([bars, labels], title, f"Number of {noun} by band: {words}.", height=BANDS_HEIGHT)


def _shown(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[reason_texts(frame).eq("")]
