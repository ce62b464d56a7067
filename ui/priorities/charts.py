"""Charts of the page Priorities: open ranks, concentration, funnel, reasons, and gaps."""

from __future__ import annotations

import altair as alt
import pandas as pd

from data.contracts.vocabulary import LEVEL_LABELS
from ui.charts.style import EXACT, LINE, MUTED, PERCENT, plain, styled
from ui.languages import mark, text
from ui.maps.scales import SEQUENTIAL, TEXT
from ui.words.numbers import percent_text

ROW = 26
AROUND = 110
"""Pixels of title, axis and padding."""
SURE, OPEN = "#2166ac", "#9a9a9a"
ORDER = mark("Which places could each of these be?")
HELD = mark("How much do the first places hold?")
APART = mark("How far apart are they?")
MOVED = mark("Does the gap widen or narrow?")
WHY = mark("Why is each place where it is on the list?")
REASONS = ("#a04f12", "#4d94c4", "#5e3c99", "#7a8c3a", "#c8a415", "#595959")
FUNNEL = mark("Which schools are unlike others of their level?")
_OUTSIDE = {"above": "#b2182b", "below": "#2166ac", "": "#9a9a9a"}
_SHAPES = {"above": "triangle-up", "below": "triangle-down", "": "circle"}


def rank_ranges(table: pd.DataFrame, top: int) -> alt.LayerChart:
    """Ranks that 95 % of the redraws leave open, the first place on top.

    Parameters
    ----------
    table : DataFrame
        `name, rank, rank_low, rank_high, p_top`, in order.
    top : int
        Length of the list; a line stands after it.
    """
    rows = plain(table[["name", "rank", "rank_low", "rank_high", "p_top"]])
    rows["named"] = [
        f"{rank} {name}" for rank, name in zip(rows["rank"], rows["name"], strict=True)
    ]
    y = alt.Y(
        "named:N",
        sort=list(rows["named"]),
        title=None,
        axis=alt.Axis(labelLimit=260, labelOverlap=False),
    )
    x = alt.X("rank_low:Q", title=text("Place in the order"), scale=alt.Scale(zero=False))
    tips = [
        alt.Tooltip("name:N", title=text("Name")),
        alt.Tooltip("rank:Q", title=text("Rank")),
        alt.Tooltip("rank_low:Q", title=text("Possible from")),
        alt.Tooltip("rank_high:Q", title=text("Possible to")),
        alt.Tooltip("p_top:Q", title=text("Among the first {top}", top=top), format=PERCENT),
    ]
    base = alt.Chart(rows).encode(y=y, tooltip=tips)
    span = base.mark_rule(strokeWidth=6, color=OPEN).encode(x=x, x2="rank_high:Q")
    point = base.mark_point(filled=True, size=110, color=SURE, opacity=1).encode(x="rank:Q")
    line = alt.Chart(pd.DataFrame({"top": [top + 0.5]})).mark_rule(strokeDash=[5, 4], color=TEXT)
    said = text(
        "For each of {count} places the ranks that are possible: {first} is first.",
        count=len(rows),
        first=rows["name"].iloc[0] if len(rows) else "",
    )
    return styled([span, point, line.encode(x="top:Q")], text(ORDER), said, ROW * max(len(rows), 4))


def concentration(table: pd.DataFrame, unit: str) -> alt.LayerChart:
    """Share of the need that the first places hold, with its range, and of all students.

    Parameters
    ----------
    table : DataFrame
        `analytics.priorities.share_of_excess`.
    unit : str
        What the places are, in words.
    """
    held, people = text("students beyond the reference"), text("all students")
    rows = plain(table.reset_index())
    rows["first"] = [
        text(
            "first {count} {units} ({part})",
            count=row.places,
            units=unit,
            part=percent_text(row.part, 0),
        )
        for row in rows.itertuples()
    ]
    y = alt.Y(
        "first:N",
        sort=list(rows["first"]),
        title=None,
        axis=alt.Axis(labelLimit=300, labelOverlap=False),
    )
    axis = alt.Axis(format=PERCENT)
    x = alt.X("share:Q", title=text("Share of"), axis=axis, scale=alt.Scale(domain=[0, 1]))
    tips = [
        alt.Tooltip("share:Q", title=held, format=PERCENT),
        alt.Tooltip("low:Q", title=text("from"), format=PERCENT),
        alt.Tooltip("high:Q", title=text("to"), format=PERCENT),
        alt.Tooltip("students:Q", title=people, format=PERCENT),
    ]
    base = alt.Chart(rows).encode(y=y, tooltip=tips)
    scale = alt.Scale(domain=[held, people], range=[SEQUENTIAL[3], TEXT])
    colour = alt.Color(
        "what:N", scale=scale, legend=alt.Legend(title=None, orient="top", labelLimit=420)
    )
    bars = base.transform_calculate(what=f"'{held}'").mark_bar(height=16)
    span = base.mark_rule(color=TEXT, strokeWidth=2).encode(x="low:Q", x2="high:Q")
    ticks = base.transform_calculate(what=f"'{people}'").mark_tick(thickness=4, height=26)
    layers = [bars.encode(x=x, color=colour), span, ticks.encode(x="students:Q", color=colour)]
    said = text("Share of the need by the first places, with ranges; the table gives the figures.")
    return styled(layers, text(HELD), said, 44 * len(rows) + AROUND)


def funnel(table: pd.DataFrame) -> alt.LayerChart:
    """Schools by students and rate less that of their level, with the limits of the funnel.

    Parameters
    ----------
    table : DataFrame
        `data.views.priorities.funnel_view`.
    """
    rows = plain(table.reset_index())
    for name in ("rate", "low", "high"):
        rows[f"{name}_gap"] = rows[name] - rows["predicted"]
    rows["level"] = [text(LEVEL_LABELS.get(level, level)) for level in rows["level"]]
    rows = rows.sort_values("enrolled")
    x = alt.X("enrolled:Q", title=text("Students"), scale=alt.Scale(type="log", nice=False))
    tips = [
        alt.Tooltip("name:N", title=text("School")),
        alt.Tooltip("level:N", title=text("Level")),
        alt.Tooltip("rate:Q", title=text("Chronically absent"), format=EXACT),
        alt.Tooltip("predicted:Q", title=text("Its level"), format=EXACT),
        alt.Tooltip("enrolled:Q", title=text("Students"), format=",.0f"),
    ]
    outside = alt.Color(
        "outside:N",
        scale=alt.Scale(domain=list(_OUTSIDE), range=list(_OUTSIDE.values())),
        legend=None,
    )
    shape = alt.Shape(
        "outside:N",
        scale=alt.Scale(domain=list(_SHAPES), range=list(_SHAPES.values())),
        legend=None,
    )
    axis = alt.Axis(format="+.0%")
    y = alt.Y("rate_gap:Q", title=text("Points from its level"), axis=axis)
    points = alt.Chart(rows).mark_point(filled=True, size=46, opacity=0.75)
    lines = [
        alt.Chart(rows)
        .mark_line(color=MUTED, strokeWidth=1.5, strokeDash=[6, 4])
        .encode(x=x, y=f"{end}_gap:Q", detail="level:N")
        for end in ("low", "high")
    ]
    zero = alt.Chart(pd.DataFrame({"y": [0.0]})).mark_rule(color=LINE).encode(y="y:Q")
    counts = rows["outside"].value_counts()
    said = text(
        "{all} schools; {above} lie above and {below} below the limits of their level.",
        all=len(rows),
        above=int(counts.get("above", 0)),
        below=int(counts.get("below", 0)),
    )
    marks = points.encode(x=x, y=y, color=outside, shape=shape, tooltip=tips)
    return styled([zero, *lines, marks], text(FUNNEL), said)


def reasons(
    parts: pd.DataFrame, names: pd.Series, top_share: pd.Series, labels: dict[str, str]
) -> alt.LayerChart:
    """Show what each reason adds to the score of the first places.

    Parameters
    ----------
    parts : DataFrame
        Place by criterion, in order.
    names, top_share : Series
        By place.
    labels : dict
        Words of each criterion.
    """
    order = [f"{rank} {names[key]}" for rank, key in enumerate(parts.index, 1)]
    rows = parts.set_axis(order).rename(columns=labels).rename_axis("place").reset_index()
    long = rows.melt("place", var_name="reason", value_name="part")
    share = dict(zip(order, top_share.reindex(parts.index), strict=True))
    long["top_share"] = long["place"].map(share)
    y = alt.Y("place:N", sort=order, title=None, axis=alt.Axis(labelLimit=260, labelOverlap=False))
    scale = alt.Scale(domain=list(labels.values()), range=list(REASONS[: len(labels)]))
    legend = alt.Legend(title=None, orient="top", columns=2, labelLimit=420)
    bars = (
        alt.Chart(plain(long))
        .mark_bar(stroke="#ffffff")
        .encode(
            y=y,
            x=alt.X("part:Q", stack="zero", title=text("Score, 0 to 1")),
            color=alt.Color("reason:N", scale=scale, legend=legend),
            order=alt.Order("reason:N"),
            tooltip=[
                alt.Tooltip("place:N", title=text("Name")),
                alt.Tooltip("reason:N", title=text("Reason")),
                alt.Tooltip("part:Q", title=text("Adds"), format=".2f"),
                alt.Tooltip("top_share:Q", title=text("Of the lists at the top"), format=PERCENT),
            ],
        )
    )
    said = text("What each reason adds for the first {count} places.", count=len(order))
    return styled([bars], text(WHY), said, ROW * len(order) + AROUND + 60)


def gaps(table: pd.DataFrame, whole: float) -> alt.LayerChart:
    """Rate of each part with its range, beside that of the whole place.

    Parameters
    ----------
    table : DataFrame
        `name, rate, low, high, enrolled, chronic_absent`; parts that are not shown have no mark.
    whole : float
        Rate of the whole place.
    """
    rows = plain(table.reset_index(drop=True)).dropna(subset=["rate"])
    order = list(rows["name"])
    y = alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labelLimit=260, labelOverlap=False))
    axis = alt.Axis(format=PERCENT, tickMinStep=0.01)  # never two ticks with one label
    x = alt.X("low:Q", title=text("Chronically absent"), axis=axis, scale=alt.Scale(zero=False))
    tips = [
        alt.Tooltip("name:N", title=text("Name")),
        alt.Tooltip("rate:Q", title=text("Chronically absent"), format=EXACT),
        alt.Tooltip("low:Q", title=text("from"), format=EXACT),
        alt.Tooltip("high:Q", title=text("to"), format=EXACT),
        alt.Tooltip("enrolled:Q", title=text("Students"), format=",.0f"),
    ]
    base = alt.Chart(rows).encode(y=y, tooltip=tips)
    span = base.mark_rule(strokeWidth=5, color=OPEN).encode(x=x, x2="high:Q")
    point = base.mark_point(filled=True, size=110, color=SURE, opacity=1).encode(x="rate:Q")
    line = alt.Chart(pd.DataFrame({"whole": [whole]})).mark_rule(strokeDash=[5, 4], color=TEXT)
    said = text("Rates of {count} parts of the place with their ranges.", count=len(rows))
    layers = [line.encode(x="whole:Q"), span, point]
    return styled(layers, text(APART), said, ROW * len(rows) + AROUND)


def gap_years(years: pd.DataFrame) -> alt.LayerChart:
    """Difference between the hardest and the easiest fifth by year, with its range.

    Parameters
    ----------
    years : DataFrame
        `data.views.disparities.gap_by_year`.
    """
    rows = plain(years.reset_index()).dropna(subset=["difference"])
    x = alt.X("school_year:N", title=text("School year"), axis=alt.Axis(labelAngle=0))
    axis = alt.Axis(format=PERCENT)
    y = alt.Y("difference_low:Q", title=text("Points apart"), axis=axis)
    tips = [
        alt.Tooltip("school_year:N", title=text("School year")),
        alt.Tooltip("difference:Q", title=text("Points apart"), format=EXACT),
        alt.Tooltip("difference_low:Q", title=text("from"), format=EXACT),
        alt.Tooltip("difference_high:Q", title=text("to"), format=EXACT),
    ]
    base = alt.Chart(rows).encode(x=x, tooltip=tips)
    zero = alt.Chart(pd.DataFrame({"y": [0.0]})).mark_rule(color=MUTED).encode(y="y:Q")
    span = base.mark_rule(strokeWidth=4, color=OPEN).encode(y=y, y2="difference_high:Q")
    point = base.mark_point(filled=True, size=100, color=SURE, opacity=1)
    line = base.mark_line(color=SURE).encode(y="difference:Q", detail="definition:N")
    said = text("The gap between the hardest and the easiest fifth, year by year.")
    return styled([zero, span, line, point.encode(y="difference:Q")], text(MOVED), said, 300)
