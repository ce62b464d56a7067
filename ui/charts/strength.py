"""Funnel of schools: how far each lies from its prediction, against its size."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from analytics.inputs import Floats
from data.views.strengths import SERVES, Strengths
from ui.charts.style import (
    EXACT,
    LABEL_SIZE,
    LINE,
    MUTED,
    PERCENT,
    plain,
    styled,
)
from ui.maps.palettes import TEXT

HEIGHT = 460
STEPS = 60  # points that draw a limit
PASSED = "does better than predicted, q of .05 or less"
HERE = "serves this group"
OTHER = "another school"
_KINDS = (PASSED, HERE, OTHER)
_TICKS = [50, 100, 200, 500, 1000, 2000, 5000]


def funnel(found: Strengths, title: str) -> alt.LayerChart:
    """Draw the adjusted rate of each school against its students, within 95 % limits.

    Parameters
    ----------
    found
        From `ui.queries.why.strengths`, with at least one school compared.
    title
        The question the chart answers.

    Returns
    -------
    altair.LayerChart
        A school's distance from its own prediction, on the arcsine scale of the funnel, is drawn
        around the mean prediction: so one pair of limits holds for all schools of a size.
    """
    table = found.compared()
    mean = float(np.average(table["predicted"], weights=table["enrolled"]))
    points = adjusted(table, mean)
    sizes = alt.X(
        "students:Q",
        title="Students enrolled (logarithmic)",
        scale=alt.Scale(type="log", nice=False, padding=12),
        axis=alt.Axis(values=_TICKS, format=",d", grid=False),
    )
    rates = alt.Y(
        "adjusted:Q",
        title=f"Chronically absent, as if all were predicted {mean:.1%}",
        axis=alt.Axis(format=PERCENT),
        scale=alt.Scale(zero=False, nice=True),
    )
    curves = alt.Chart(plain(limits(table, mean))).mark_line(color=MUTED, strokeDash=[7, 4])
    curves = curves.encode(x=sizes, y=rates, detail="side:N")
    middle = alt.Chart(plain(pd.DataFrame({"adjusted": [mean]})))
    middle = middle.mark_rule(color=MUTED, strokeWidth=1.5).encode(y=rates)
    layers = [curves, middle, _marks(points, sizes, rates)]
    return styled(layers, title, _described(points), height=HEIGHT)


def adjusted(table: pd.DataFrame, mean: float) -> pd.DataFrame:
    """Move each school's rate to where it would lie if its prediction were the mean one."""
    distance = _arc(table["rate"]) - _arc(table["predicted"])
    passed, here = table["class"].str.startswith("doing better"), table["here"] >= SERVES
    named = passed | here
    return pd.DataFrame(
        {
            "name": table["name"].where(named, ""),
            "students": table["enrolled"],
            "adjusted": _rate(_arc(mean) + distance).round(4),
            "rate": table["rate"].round(4).where(named),
            "predicted": table["predicted"].round(4).where(named),
            "kind": np.select([passed, here], [PASSED, HERE], OTHER),
        },
        index=table.index,
    )


def limits(table: pd.DataFrame, mean: float) -> pd.DataFrame:
    """Limits of the funnel around the mean prediction: they depend on a school's size alone."""
    reach = np.maximum(
        _arc(table["high"]) - _arc(table["predicted"]),
        _arc(table["predicted"]) - _arc(table["low"]),
    )
    order = np.argsort(table["enrolled"].to_numpy(), kind="stable")
    size, half = table["enrolled"].to_numpy()[order], np.asarray(reach)[order]
    drawn = np.unique(np.geomspace(size[0], size[-1], STEPS).round())
    half = np.interp(drawn, size, half)
    sides = {"upper": _arc(mean) + half, "lower": _arc(mean) - half}
    parts = [
        pd.DataFrame({"students": drawn, "adjusted": _rate(at).round(4), "side": side})
        for side, at in sides.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _marks(points: pd.DataFrame, sizes: alt.X, rates: alt.Y) -> alt.Chart:
    """Draw schools by shape and filling; the group's own lie on top."""
    order = points["kind"].map({OTHER: 0, HERE: 1, PASSED: 2}).argsort(kind="stable")
    shapes = alt.Scale(domain=_KINDS, range=["diamond", "triangle-up", "circle"])
    fills = alt.Scale(domain=_KINDS, range=["#e06c50", LINE, "#ffffff"])
    widths = alt.Scale(domain=_KINDS, range=[190, 110, 22])
    inks = alt.Scale(domain=_KINDS, range=[TEXT, TEXT, "#9a9a9a"])
    legend = alt.Legend(
        orient="bottom",
        labelLimit=500,
        columns=3,
        labelFontSize=LABEL_SIZE,
        symbolSize=140,
        symbolStrokeWidth=1,
    )
    chart: Any = alt.Chart(plain(points.iloc[order]))
    marks: alt.Chart = chart.mark_point(strokeWidth=1, opacity=0.85).encode(
        x=sizes,
        y=rates,
        shape=alt.Shape("kind:N", title=None, scale=shapes, legend=legend),
        fill=alt.Fill("kind:N", title=None, scale=fills),
        stroke=alt.Stroke("kind:N", title=None, scale=inks),
        size=alt.Size("kind:N", title=None, scale=widths),
        tooltip=[
            alt.Tooltip("name:N", title="School"),
            alt.Tooltip("students:Q", title="Students", format=",.0f"),
            alt.Tooltip("rate:Q", title="Chronically absent", format=EXACT),
            alt.Tooltip("predicted:Q", title="Predicted", format=EXACT),
            alt.Tooltip("kind:N", title="Which"),
        ],
    )
    return marks


def _described(points: pd.DataFrame) -> str:
    """Say to a screen reader what is drawn."""
    counts = points["kind"].value_counts()
    listed = "; ".join(f"{counts[kind]:,} {kind}" for kind in _KINDS if kind in counts)
    return f"Schools by size and distance from their prediction, with 95 % limits: {listed}."


def _arc(rate: pd.Series | float) -> Floats:
    return np.asarray(np.arcsin(np.sqrt(np.asarray(rate, dtype=float))))


def _rate(arc: Floats) -> Floats:
    return np.asarray(np.sin(np.clip(arc, 0, np.pi / 2)) ** 2)
