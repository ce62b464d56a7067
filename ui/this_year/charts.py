"""Charts of the page This year: beside the year before, tiers by month, forecasts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta

import altair as alt
import pandas as pd

from ui.charts.style import EXACT, LABEL_SIZE, LINE, MUTED, PERCENT, plain, styled
from ui.languages import mark, text
from ui.maps.scales import BORDER, SEQUENTIAL, ink_on
from ui.this_year.calendar import NO_SCHOOL_COLOUR, OFF, Day, attendance_scale
from ui.words.dates import WEEKDAYS, month_text, weekday_letters

BESIDE = mark("Is attendance so far better than in the year before?")
TIERS = {
    "tier_0_5": mark("missed under 5 % of days"),
    "tier_5_10": mark("5 to under 10 %"),
    "tier_10_20": mark("10 to under 20 %"),
    "tier_20": mark("20 % or more"),
}
BY_MONTH = mark("How much have students missed so far?")


def beside_chart(table: pd.DataFrame, now: str, last: str) -> alt.LayerChart:
    """Attendance to date of two years by day of school, the same schools in both.

    Parameters
    ----------
    table : DataFrame
        `data.views.in_year_calendar.same_day_view`.
    now, last : str
        School years.
    """
    rows = table.dropna(subset=["now", "last"]).reset_index()
    long = plain(rows[["day", "now", "last", "change", "schools"]])
    x = alt.X("day:Q", title=text("Days of school"), axis=alt.Axis(format="d", tickMinStep=1))
    tips = [
        alt.Tooltip("day:Q", title=text("Days of school"), format="d"),
        alt.Tooltip("now:Q", title=now, format=EXACT),
        alt.Tooltip("last:Q", title=last, format=EXACT),
        alt.Tooltip("schools:Q", title=text("Schools in both years"), format=",d"),
    ]
    base = alt.Chart(long).encode(x=x, tooltip=tips)
    layers = [
        base.mark_line(color=BORDER, strokeDash=[6, 4], strokeWidth=2.5).encode(y=_share("last")),
        base.mark_line(color=LINE, strokeWidth=3).encode(y=_share("now")),
    ]
    ends = long.tail(1)
    higher = bool(len(rows)) and rows["now"].iloc[-1] >= rows["last"].iloc[-1]
    for field, name, colour in (("now", now, LINE), ("last", last, MUTED)):
        up = higher == (field == "now")
        words = alt.Chart(ends.assign(word=name)).mark_text(
            align="right",
            dy=-18 if up else 20,
            fontSize=LABEL_SIZE + 2,
            fontWeight="bold",
            color=colour,
        )
        layers.append(words.encode(x=x, y=_share(field), text="word:N"))
    said = mark("Attendance from the first day of school to each day: {now} beside {last}.")
    return styled(layers, text(BESIDE), text(said, now=now, last=last))


def calendar_chart(days: Sequence[Day], title: str) -> alt.LayerChart:
    """Every day as a cell, a week a column, in the classes of the page's calendar."""
    scale = attendance_scale()
    words = dict(zip(scale.codes, scale.words, strict=True))
    shown = [day for day in days if day.when.weekday() < WEEKDAYS or day.code]
    rows = pd.DataFrame(
        {
            "week": [(day.when - timedelta(days=day.when.weekday())).isoformat() for day in shown],
            "day": [day.when.weekday() for day in shown],
            "number": [str(day.when.day) if day.code else "" for day in shown],
            "known": [words.get(day.code, text(OFF)) for day in shown],
            "ink": [_ink(day.code) for day in shown],
        }
    )
    domain = [*scale.words, text(OFF)]
    colours = [*scale.colours, NO_SCHOOL_COLOUR]
    here = [at for at, said in enumerate(domain) if said in set(rows["known"])]
    weeks = sorted(set(rows["week"]))
    months = {week: month_text(date.fromisoformat(week)).split()[0] for week in weeks}
    first = list({months[week]: week for week in reversed(weeks)}.values())
    names = {str(at): name for at, (_, name) in enumerate(weekday_letters(7))}
    x = alt.X(
        "week:O",
        title=None,
        scale=alt.Scale(domain=weeks),
        axis=alt.Axis(
            values=first, labelExpr=f"({json.dumps(months)})[datum.value]", labelAngle=0,
            labelAlign="left", ticks=False, domain=False, orient="top", labelOverlap=False,
        ),
    )  # fmt: skip
    y = alt.Y(
        "day:O",
        title=None,
        axis=alt.Axis(labelExpr=f"({json.dumps(names)})[datum.value]", ticks=False, domain=False),
    )
    base = alt.Chart(plain(rows)).encode(x=x, y=y)
    cells = base.mark_rect(stroke="#ffffff", strokeWidth=1.5).encode(
        color=alt.Color(
            "known:N",
            title=None,
            scale=alt.Scale(domain=[domain[at] for at in here], range=[colours[at] for at in here]),
            legend=alt.Legend(orient="bottom", labelLimit=400, columns=3),
        )
    )
    numbers = base.mark_text(fontSize=10).encode(
        text="number:N", color=alt.Color("ink:N", scale=None, legend=None)
    )
    return styled([cells, numbers], title, title)


def _ink(code: str) -> str:
    """Colour of a number on its class."""
    scale = attendance_scale()
    return ink_on(scale.colours[scale.codes.index(code)]) if code else MUTED


def _share(field: str) -> alt.Y:
    return alt.Y(
        f"{field}:Q",
        title=text("At school so far"),
        axis=alt.Axis(format=PERCENT, tickMinStep=0.01),
        scale=alt.Scale(zero=False, nice=True),
    )


def tiers_chart(table: pd.DataFrame) -> alt.LayerChart:
    """Students by the part of their days that they missed so far, a bar a month.

    Parameters
    ----------
    table : DataFrame
        `data.views.in_year_months.months_view`.
    """
    words = {name: text(said) for name, said in TIERS.items()}
    shown = table[table["status"].eq("reported")].dropna(subset=list(TIERS)).reset_index()
    rows = shown.melt(["month", "students"], list(TIERS), "tier", "count")
    order = {name: at for at, name in enumerate(TIERS)}
    rows = rows.assign(
        share=rows["count"].astype(float) / rows["students"].astype(float),
        place=rows["tier"].map(order),
        tier=rows["tier"].map(words),
    )
    bars = (
        alt.Chart(plain(rows))
        .mark_bar(stroke=BORDER, strokeWidth=0.6)
        .encode(
            x=alt.X("month:O", title=text("Up to the end of"), axis=alt.Axis(labelAngle=0)),
            y=alt.Y(
                "share:Q",
                title=text("Students"),
                axis=alt.Axis(format=PERCENT),
                scale=alt.Scale(domain=[0, 1]),
            ),
            order=alt.Order("place:Q"),
            color=alt.Color(
                "tier:N",
                title=None,
                scale=alt.Scale(domain=list(words.values()), range=list(SEQUENTIAL[:4])),
                legend=alt.Legend(orient="bottom", labelLimit=300),
            ),
            tooltip=[
                alt.Tooltip("month:O", title=text("Up to the end of")),
                alt.Tooltip("tier:N", title=text("Days missed so far")),
                alt.Tooltip("share:Q", title=text("Share"), format=EXACT),
                alt.Tooltip("count:Q", title=text("Students"), format=",d"),
            ],
        )
    )
    said = text("Students by days missed so far, month by month; the table has the figures.")
    return styled([bars], text(BY_MONTH), said)
