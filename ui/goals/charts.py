"""Charts of the page Goals: the path with the forecast, the grid, and the reliability plot."""

from __future__ import annotations

import altair as alt
import pandas as pd

from analytics.goals.grid import CALIFORNIA_GRID, CutPoints
from ui.charts.style import EXACT, LABEL_SIZE, LINE, MUTED, PERCENT, plain, rate_axis, styled
from ui.languages import mark, text
from ui.maps.scales import HATCH_ON_DARK, SEQUENTIAL, TEXT
from ui.maps.view import HEIGHT
from ui.queries.goals import year_name

BAND, GOAL = "#a5cde3", "#a04f12"
GRID = mark("How high, and which way?")
RELIABLE = mark("Did stated chances come true?")
INK = 0.55  # of the darkest cell, from which white can be read
AROUND = 30
"""Pixels of title, axis and padding beside the plot."""


def path_chart(table: pd.DataFrame, name: str) -> alt.LayerChart:
    """Past rates, the path to the goal, and the forecast with its range.

    Parameters
    ----------
    table : DataFrame
        `data.views.goals.path_view`, or the past alone.
    name : str
        Whose path it is.
    """
    rows = table.reset_index().reindex(
        columns=["year", "rate", "enrolled", "path", "middle", "low", "high", "definition"]
    )
    rows["school_year"] = [year_name(int(year)) for year in rows["year"]]
    rows = plain(rows)
    x = alt.X(
        "school_year:O",
        title=text("School year"),
        axis=alt.Axis(labelAngle=0, labelOverlap="greedy"),
    )
    y = rate_axis("rate")
    past = rows.dropna(subset=["rate"])
    band = alt.Chart(rows.dropna(subset=["low"])).mark_area(color=BAND, opacity=0.7)
    tips = [
        alt.Tooltip("school_year:N", title=text("School year")),
        alt.Tooltip("rate:Q", title=text("Chronically absent"), format=EXACT),
        alt.Tooltip("path:Q", title=text("Path to the goal"), format=EXACT),
        alt.Tooltip("middle:Q", title=text("If the years go on as they did"), format=EXACT),
        alt.Tooltip("low:Q", title=text("from"), format=EXACT),
        alt.Tooltip("high:Q", title=text("to"), format=EXACT),
    ]
    middle = alt.Chart(rows.dropna(subset=["middle"])).mark_line(color=LINE, strokeDash=[2, 3])
    line = alt.Chart(rows.dropna(subset=["path"])).mark_line(
        color=GOAL, strokeDash=[8, 4], strokeWidth=3
    )
    last = rows.dropna(subset=["path"]).tail(1)
    word = alt.Chart(last.assign(word=[f"{value:.1%}" for value in last["path"]])).mark_text(
        align="right", dy=18, fontSize=LABEL_SIZE + 2, fontWeight="bold", color=GOAL
    )
    points = alt.Chart(past).mark_line(color=TEXT, point=alt.OverlayMarkDef(size=70, color=TEXT))
    layers = [
        band.encode(x=x, y=alt.Y("low:Q"), y2="high:Q", tooltip=tips),
        middle.encode(x=x, y="middle:Q", tooltip=tips),
        line.encode(x=x, y="path:Q", tooltip=tips),
        word.encode(x=x, y="path:Q", text="word:N"),
        points.encode(x=x, y=y, tooltip=tips, detail="definition:N"),
    ]
    said = text("{name}: past rates, the path to the goal, and what is likely.", name=name)
    return styled(layers, text("Is {name} on the way?", name=name), said, HEIGHT - AROUND)


def grid_chart(grid: pd.DataFrame, cuts: CutPoints = CALIFORNIA_GRID) -> alt.LayerChart:
    """Count the places in each cell of status and change.

    Parameters
    ----------
    grid : DataFrame
        `data.views.goals.grid_view`.
    cuts : CutPoints
    """
    known = grid[grid["status_class"].ne("") & grid["change_class"].ne("")]
    counts = known.groupby(["status_class", "change_class"]).size().rename("places").reset_index()
    words = {name: text(name) for name in (*cuts.status_names, *cuts.change_names)}
    rows = plain(counts)
    for column in ("status_class", "change_class"):
        rows[column] = rows[column].map(words)
    most = float(rows["places"].max()) if len(rows) else 1.0
    x = alt.X(
        "change_class:O",
        sort=[words[name] for name in cuts.change_names],
        title=text("Change since the year before"),
        axis=alt.Axis(labelAngle=0, orient="top"),
        scale=alt.Scale(domain=[words[name] for name in cuts.change_names]),
    )
    y = alt.Y(
        "status_class:O",
        sort=[words[name] for name in cuts.status_names],
        title=text("This year"),
        scale=alt.Scale(domain=[words[name] for name in cuts.status_names]),
    )
    colour = alt.Color(
        "places:Q", scale=alt.Scale(range=list(SEQUENTIAL), domain=[0, most]), legend=None
    )
    tips = [
        alt.Tooltip("status_class:N", title=text("This year")),
        alt.Tooltip("change_class:N", title=text("Change since the year before")),
        alt.Tooltip("places:Q", title=text("Places")),
    ]
    base = alt.Chart(rows).encode(x=x, y=y, tooltip=tips)
    cells = base.mark_rect(stroke="#ffffff").encode(color=colour)
    numbers = base.mark_text(fontSize=18, fontWeight="bold").encode(
        text="places:Q",
        color=alt.condition(
            alt.datum.places > INK * most, alt.value(HATCH_ON_DARK), alt.value(TEXT)
        ),
    )
    said = text(
        "Number of places by how high their rate is and how it moved; the table names them."
    )
    return styled([cells, numbers], text(GRID), said, 300)


def reliability_chart(table: pd.DataFrame) -> alt.LayerChart:
    """Stated chances beside how often goals were met.

    Parameters
    ----------
    table : DataFrame
        `Calibration.table`.
    """
    rows = plain(table.reset_index())
    axis, full = alt.Axis(format=PERCENT), alt.Scale(domain=[0, 1])
    x = alt.X("chance:Q", title=text("Stated chance to meet the goal"), axis=axis, scale=full)
    y = alt.Y("happened:Q", title=text("Came true"), axis=axis, scale=full)
    tips = [
        alt.Tooltip("chance:Q", title=text("Stated chance to meet the goal"), format=PERCENT),
        alt.Tooltip("happened:Q", title=text("Came true"), format=PERCENT),
        alt.Tooltip("places:Q", title=text("Cases")),
    ]
    ideal = alt.Chart(pd.DataFrame({"chance": [0.0, 1.0], "happened": [0.0, 1.0]}))
    base = alt.Chart(rows).encode(x=x, tooltip=tips)
    layers = [
        ideal.mark_line(color=MUTED, strokeDash=[5, 4]).encode(x="chance:Q", y="happened:Q"),
        base.mark_rule(strokeWidth=3, color="#9a9a9a").encode(y="low:Q", y2="high:Q"),
        base.mark_point(filled=True, opacity=1, color=LINE, size=120).encode(y=y),
    ]
    said = text("Each point: cases with a similar stated chance. On the line, chances come true.")
    return styled(layers, text(RELIABLE), said, 340)
