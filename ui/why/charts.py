"""Charts of the Why here page: drivers among comparable tracts, and the funnel of schools."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from analytics.drivers.profile import CANNOT
from analytics.inputs import Floats
from data.views.strengths import SERVES, Strengths
from ui.charts.style import EXACT, LABEL_SIZE, LINE, MUTED, PERCENT, plain, styled
from ui.languages import mark, number, text
from ui.maps.scales import BORDER, TEXT
from ui.words.numbers import percent_text, value_text, with_margin

ROW_PIXELS = 30
AROUND_PIXELS = 210  # title, axis and legend: the height is that of the whole chart
SIZE = 200
BEYOND = mark("clearly differs from similar areas")
ALIKE = mark("much as in similar areas, within the error")
WEAK = mark("cannot carry a conclusion: the survey is too unsure")
_DRIVER_KINDS = (BEYOND, ALIKE, WEAK)
FUNNEL_HEIGHT = 460
STEPS = 60  # points that draw a limit
PASSED = mark("has clearly fewer absent than predicted")
HERE = mark("serves this group")
SPECIAL = mark("chooses its students or is for some, by its type")
OTHER = mark("another school")
_SCHOOL_KINDS = (PASSED, HERE, SPECIAL, OTHER)
_TICKS = [50, 100, 200, 500, 1000, 2000, 5000]


def dot_plot(profile: pd.DataFrame, title: str) -> alt.LayerChart:
    """Percentile of each driver among comparable tracts, what can be changed on top.

    A driver that cannot carry a conclusion is an open diamond and says so in words.
    """
    table = _profile_rows(profile[profile["state"].eq("profiled")])
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
        title=text("Of 100 similar areas, how many have less of it (dashed: half)"),
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
    return styled(
        [middle, bars, _profile_points(base, axis)], title, _profile_described(table), height=height
    )


def _profile_points(base: alt.Chart, axis: alt.X) -> alt.Chart:
    """Draw marks that differ by shape and filling, with all that travels with a figure."""
    kinds = [text(kind) for kind in _DRIVER_KINDS]
    shapes = alt.Scale(domain=kinds, range=["circle", "square", "diamond"])
    fills = alt.Scale(domain=kinds, range=[LINE, "#8a8a8a", "#ffffff"])
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
            alt.Tooltip("label:N", title=text("Driver")),
            alt.Tooltip("here:N", title=text("This group (90 % margin)")),
            alt.Tooltip("there:N", title=text("Comparable tracts, mean")),
            alt.Tooltip("percentile:Q", title=text("Percentile"), format=".0f"),
            alt.Tooltip("percentile_low:Q", title=text("90 % interval, low"), format=".0f"),
            alt.Tooltip("percentile_high:Q", title=text("90 % interval, high"), format=".0f"),
            alt.Tooltip("reliability:N", title=text("Reliability")),
            alt.Tooltip("vintage:N", title=text("Years")),
        ],
    )


def _profile_rows(profile: pd.DataFrame) -> pd.DataFrame:
    weak = profile["conclusion"].eq(CANNOT)
    alike = profile["conclusion"].eq("like comparable places")
    low, none = text(" (low reliability)"), text(" (no margin of error)")
    why = np.where(profile["reliability"].eq("low"), low, none)
    labels = profile["label"].map(text)
    columns = ["label", "percentile", "percentile_low", "percentile_high", "reliability", "vintage"]
    return profile[columns].assign(
        label=labels,
        words=labels + np.where(weak, why, ""),
        kind=np.select([weak, alike], [text(WEAK), text(ALIKE)], text(BEYOND)),
        margin=np.where(profile["moe"].notna(), "yes", "no"),
        here=[
            with_margin(*item)
            for item in zip(profile["value"], profile["moe"], profile["unit"], strict=True)
        ],
        there=[
            value_text(*item) for item in zip(profile["comparable"], profile["unit"], strict=True)
        ],
    )


def _profile_described(table: pd.DataFrame) -> str:
    """Say to a screen reader what is drawn."""
    listed = "; ".join(f"{row.words} {row.percentile:.0f}" for row in table.itertuples(name="Row"))
    said = mark("Percentile of each social driver among comparable tracts: {listed}.")
    return text(said, listed=listed)


def funnel(strengths: Strengths, title: str) -> alt.LayerChart:
    """Draw the adjusted rate of each school against its students, within 95 % limits.

    A school's distance from its own prediction, on the arcsine scale of the funnel and in units of
    its own limits, is drawn around the mean prediction: one pair of limits holds for all schools
    of a size.
    """
    table = strengths.compared()
    mean = float(np.average(table["predicted"], weights=table["enrolled"]))
    points = adjusted(table, mean)
    sizes = alt.X(
        "students:Q",
        title=text("Students enrolled (logarithmic)"),
        scale=alt.Scale(type="log", nice=False, padding=12),
        axis=alt.Axis(values=_TICKS, format=",d", grid=False),
    )
    rates = alt.Y(
        "adjusted:Q",
        title=text("Chronically absent, as if all were predicted {rate}", rate=percent_text(mean)),
        axis=alt.Axis(format=PERCENT),
        scale=alt.Scale(zero=False, nice=True),
    )
    curves = alt.Chart(plain(limits(table, mean))).mark_line(color=MUTED, strokeDash=[7, 4])
    curves = curves.encode(x=sizes, y=rates, detail="side:N")
    middle = alt.Chart(plain(pd.DataFrame({"adjusted": [mean]})))
    middle = middle.mark_rule(color=MUTED, strokeWidth=1.5).encode(y=rates)
    layers = [curves, middle, _marks(points, sizes, rates)]
    return styled(layers, title, _funnel_described(points), height=FUNNEL_HEIGHT)


def adjusted(table: pd.DataFrame, mean: float) -> pd.DataFrame:
    """Move each school's rate to where it would lie if its prediction were the mean one."""
    distance = _arc(table["rate"]) - _arc(table["predicted"])
    distance *= _half(table, table["enrolled"], mean) / _half(
        table, table["enrolled"], table["predicted"]
    )
    special = table["chooses"].ne("")
    passed = table["class"].str.startswith("doing better") & ~special
    here = (table["here"] >= SERVES) & ~special
    named = passed | here | (special & table["outside"].eq("below"))
    return pd.DataFrame(
        {
            "name": table["name"].where(named, ""),
            "students": table["enrolled"],
            "adjusted": _rate(_arc(mean) + distance).round(4),
            "rate": table["rate"].round(4).where(named),
            "predicted": table["predicted"].round(4).where(named),
            "kind": np.select([passed, here, special], [PASSED, HERE, SPECIAL], OTHER),
        },
        index=table.index,
    )


def limits(table: pd.DataFrame, mean: float) -> pd.DataFrame:
    """Limits of the funnel around the mean prediction: they depend on a school's size alone."""
    size = table["enrolled"].to_numpy(dtype=float)
    drawn = np.unique(np.geomspace(size.min(), size.max(), STEPS).round())
    half = _half(table, drawn, mean)
    sides = {"upper": _arc(mean) + half, "lower": _arc(mean) - half}
    parts = [
        pd.DataFrame({"students": drawn, "adjusted": _rate(at).round(4), "side": side})
        for side, at in sides.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _half(table: pd.DataFrame, students: Any, rate: Any) -> Floats:
    """Half width of the funnel for a number of students and a predicted rate, from those drawn.

    Its square is a sum of chance, which falls with students, and of what varies between schools.
    """
    predicted, enrolled = table["predicted"].to_numpy(), table["enrolled"].to_numpy(dtype=float)
    middle = _arc(table["predicted"])
    reach = np.maximum(_arc(table["high"]) - middle, middle - _arc(table["low"]))
    known = np.column_stack([1 / enrolled, predicted * (1 - predicted)])
    parts = np.linalg.lstsq(known, reach**2, rcond=None)[0]
    n, p = np.asarray(students, dtype=float), np.asarray(rate, dtype=float)
    return np.asarray(np.sqrt(np.maximum(parts[0] / n + parts[1] * p * (1 - p), 0.0)))


def _marks(points: pd.DataFrame, sizes: alt.X, rates: alt.Y) -> alt.Chart:
    """Draw schools by shape and filling; the group's own lie on top."""
    order = points["kind"].map({OTHER: 0, SPECIAL: 1, HERE: 2, PASSED: 3}).argsort(kind="stable")
    kinds = [text(kind) for kind in _SCHOOL_KINDS]
    points = points.assign(kind=points["kind"].map(text))
    shapes = alt.Scale(domain=kinds, range=["diamond", "triangle-up", "square", "circle"])
    fills = alt.Scale(domain=kinds, range=["#e06c50", LINE, "#d9d9d9", "#ffffff"])
    widths = alt.Scale(domain=kinds, range=[190, 110, 45, 22])
    inks = alt.Scale(domain=kinds, range=[TEXT, TEXT, MUTED, "#9a9a9a"])
    legend = alt.Legend(
        orient="bottom",
        labelLimit=500,
        columns=2,
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
            alt.Tooltip("name:N", title=text("School")),
            alt.Tooltip("students:Q", title=text("Students"), format=",.0f"),
            alt.Tooltip("rate:Q", title=text("Chronically absent"), format=EXACT),
            alt.Tooltip("predicted:Q", title=text("Predicted"), format=EXACT),
            alt.Tooltip("kind:N", title=text("Which")),
        ],
    )
    return marks


def _funnel_described(points: pd.DataFrame) -> str:
    """Say to a screen reader what is drawn."""
    counts = points["kind"].value_counts()
    listed = "; ".join(
        f"{number(f'{counts[kind]:,}')} {text(kind)}" for kind in _SCHOOL_KINDS if kind in counts
    )
    return text(
        "Schools by size and distance from their prediction, with 95 % limits: {listed}.",
        listed=listed,
    )


def _arc(rate: pd.Series | float) -> Floats:
    return np.asarray(np.arcsin(np.sqrt(np.asarray(rate, dtype=float))))


def _rate(arc: Floats) -> Floats:
    return np.asarray(np.sin(np.clip(arc, 0, np.pi / 2)) ** 2)
