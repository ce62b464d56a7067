"""Charts of the page This year: beside the year before, tiers by month, forecasts."""

from __future__ import annotations

import altair as alt
import pandas as pd

from ui.charts.style import EXACT, LABEL_SIZE, LINE, MUTED, PERCENT, plain, styled
from ui.languages import mark, text
from ui.maps.scales import BORDER, SEQUENTIAL

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
