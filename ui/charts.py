"""Charts as pure functions of tables: the question as title, interval and n with every point."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from ui.palettes import BORDER, SELECTION, TEXT, ClassScale, rate_scale
from ui.tables import reason_texts

LINE = "#2166ac"
MUTED = "#595959"
LABEL_SIZE = 14
TITLE_SIZE = 17
HEIGHT = 380
BANDS_HEIGHT = 320
PERCENT = ".0%"
EXACT = ".1%"
USUAL = "usual year"
UNUSUAL = "unusual year (cut short or remote)"

_AXIS = alt.AxisConfig(
    labelFontSize=LABEL_SIZE,
    titleFontSize=LABEL_SIZE,
    labelColor=TEXT,
    titleColor=TEXT,
    gridColor="#e3e3e3",
)
_LEGEND = alt.LegendConfig(labelFontSize=LABEL_SIZE, titleFontSize=LABEL_SIZE, labelColor=TEXT)
# Sizes mean the same on every selection.
_SIZE = alt.Size(
    "enrolled:Q",
    title="Students",
    scale=alt.Scale(domain=[0, 4000], range=[30, 700], clamp=True),
    legend=alt.Legend(values=[200, 1000, 3000]),
)
_YEAR_AXIS: dict[str, Any] = {
    "title": "School year",
    "scale": alt.Scale(type="band"),
    "axis": alt.Axis(labelAngle=0),
}
_YEAR = alt.X("school_year:O", **_YEAR_AXIS)
_YEAR_START = alt.X("school_year:O", bandPosition=0, **_YEAR_AXIS)


def trend(frame: pd.DataFrame, title: str = "How has chronic absence changed?") -> alt.LayerChart:
    """Rate by school year with its interval, cut where the definition changes.

    Parameters
    ----------
    frame
        One row a school year: school_year, chronic_absent, enrolled, rate, low, high, is_unusual,
        break_note ("" unless the definition changes in that year); status and reason if any.
    title
        The question the chart answers.

    Returns
    -------
    altair.LayerChart
        Unusual years are open diamonds; a withheld year says "not shown".
    """
    return _styled(_history_layers(frame), title, _trend_words(frame))


def school_history(
    frame: pd.DataFrame,
    place: pd.DataFrame,
    title: str = "How has this school changed?",
    place_name: str = "whole place",
) -> alt.LayerChart:
    """One school's rate by school year with its interval, beside the place's rate.

    Parameters
    ----------
    frame
        As in `trend`, for one school.
    place
        school_year and rate of the place.
    title
        The question the chart answers.
    place_name
        What the dashed line is called.

    Returns
    -------
    altair.LayerChart
        The place's rate is a grey dashed line, named at its end.
    """
    years = frame["school_year"]
    reference = place.loc[place["school_year"].isin(years), ["school_year", "rate"]]
    reference = reference.sort_values("school_year").assign(label=place_name)
    base = alt.Chart(_plain(reference)).encode(x=_YEAR, y=_rate_axis("rate"))
    dashed = base.mark_line(color=BORDER, strokeDash=[6, 4], strokeWidth=2).encode(
        tooltip=[
            alt.Tooltip("school_year:N", title="School year"),
            alt.Tooltip("rate:Q", title=place_name, format=EXACT),
        ]
    )
    name = alt.Chart(_plain(reference.tail(1))).mark_text(
        align="right", dy=16, fontSize=LABEL_SIZE, color=MUTED
    )
    name = name.encode(x=_YEAR, y=_rate_axis("rate"), text="label:N")
    layers = [dashed, name, *_history_layers(frame)]
    return _styled(layers, title, f"{_trend_words(frame)} Dashed: {place_name}.")


def scatter(
    frame: pd.DataFrame,
    driver: str,
    unit: str,
    title: str = "Do absence and this condition go together?",
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
        alt.Chart(_plain(table[kept]))
        .mark_circle(color=LINE, opacity=0.5, stroke="#ffffff", strokeWidth=0.5)
        .encode(
            x=alt.X(
                "exposure:Q",
                title=f"{name}, over the tracts a school serves",
                axis=alt.Axis(format=axis_form),
                scale=alt.Scale(zero=False, nice=True),
            ),
            y=_rate_axis("rate"),
            size=_SIZE,
            tooltip=[
                alt.Tooltip("name:N", title="School"),
                alt.Tooltip("exposure:Q", title=driver, format=form),
                *_figures(),
            ],
        )
    )
    words = f"{len(table):,} schools: share chronically absent against {driver}."
    return _styled([points], title, words)


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
    base = alt.Chart(_plain(table)).encode(
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
    return _styled(
        [bars, labels], title, f"Number of {noun} by band: {words}.", height=BANDS_HEIGHT
    )


def _history_layers(frame: pd.DataFrame) -> list[alt.Chart]:
    table = frame.sort_values("school_year").reset_index(drop=True)
    notes = reason_texts(table)
    known = table["rate"].notna() & notes.eq("")
    breaks = table.get("break_note", pd.Series("", index=table.index)).fillna("")
    unusual = table.get("is_unusual", pd.Series(False, index=table.index)).astype(bool)
    # A line joins neighbours only: a new definition or a withheld year starts a new piece.
    piece = (breaks.ne("") | ~known).cumsum().astype(str)
    table = table.assign(
        piece=piece, kind=np.where(unusual, UNUSUAL, USUAL), break_note=breaks, note=notes
    )
    columns = ["school_year", "rate", "low", "high", "enrolled", "chronic_absent", "piece", "kind"]
    shown = _plain(table.loc[known, columns])
    years = _plain(table[["school_year"]])
    frame_layer = alt.Chart(years).mark_point(opacity=0).encode(x=_YEAR)
    return [
        frame_layer,
        *_rate_layers(shown),
        *_break_layers(table[breaks.ne("")]),
        *_withheld_layers(table[~known]),
    ]


def _rate_layers(shown: pd.DataFrame) -> list[alt.Chart]:
    base = alt.Chart(shown).encode(x=_YEAR, detail="piece:N")
    low = _rate_axis("low")
    band = base.mark_area(color=LINE, opacity=0.18).encode(y=low, y2="high:Q")
    bars = base.mark_rule(color=LINE, strokeWidth=2).encode(y=low, y2="high:Q")
    line = base.mark_line(color=LINE, strokeWidth=2.5).encode(y=_rate_axis("rate"))
    domain = [USUAL, UNUSUAL]
    points = base.mark_point(size=110, color=LINE, strokeWidth=2.5, opacity=1).encode(
        y=_rate_axis("rate"),
        shape=alt.Shape(
            "kind:N",
            title=None,
            scale=alt.Scale(domain=domain, range=["circle", "diamond"]),
            legend=alt.Legend(orient="bottom", labelLimit=400),
        ),
        fill=alt.Fill(
            "kind:N", scale=alt.Scale(domain=domain, range=[LINE, "#ffffff"]), title=None
        ),
        tooltip=[
            alt.Tooltip("school_year:N", title="School year"),
            *_figures(),
            alt.Tooltip("kind:N", title="Kind of year"),
        ],
    )
    return [band, bars, line, points]


def _break_layers(breaks: pd.DataFrame) -> list[alt.Chart]:
    if breaks.empty:
        return []
    base = alt.Chart(_plain(breaks[["school_year", "break_note"]])).encode(
        x=_YEAR_START,
        tooltip=[
            alt.Tooltip("school_year:N", title="From"),
            alt.Tooltip("break_note:N", title="Definition"),
        ],
    )
    rule = base.mark_rule(color=SELECTION, strokeDash=[2, 3], strokeWidth=2)
    label = base.mark_text(baseline="bottom", fontSize=LABEL_SIZE, color=TEXT)
    return [rule, label.encode(y=alt.value(-4), text=alt.value("definition changes"))]


def _withheld_layers(rows: pd.DataFrame) -> list[alt.Chart]:
    if rows.empty:
        return []
    notes = rows["note"].where(rows["note"].ne(""), "not shown: no figure was published")
    table = _plain(rows[["school_year"]].assign(note=notes))
    mark = alt.Chart(table).mark_text(baseline="bottom", dy=-6, fontSize=LABEL_SIZE, color=MUTED)
    return [
        mark.encode(
            x=_YEAR,
            y=alt.value("height"),
            text=alt.value("not shown"),
            tooltip=[
                alt.Tooltip("school_year:N", title="School year"),
                alt.Tooltip("note:N", title="Why"),
            ],
        )
    ]


def _rate_axis(field: str) -> alt.Y:
    return alt.Y(
        f"{field}:Q",
        title="Chronically absent",
        axis=alt.Axis(format=PERCENT),
        scale=alt.Scale(zero=True, nice=True),
    )


def _figures() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("rate:Q", title="Chronically absent", format=EXACT),
        alt.Tooltip("low:Q", title="95 % interval, low", format=EXACT),
        alt.Tooltip("high:Q", title="95 % interval, high", format=EXACT),
        alt.Tooltip("chronic_absent:Q", title="Students chronically absent", format=",.0f"),
        alt.Tooltip("enrolled:Q", title="Students", format=",.0f"),
    ]


def _shown(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[reason_texts(frame).eq("")]


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Numbers and text only, so that the specification is the same every time."""
    return (
        table.convert_dtypes(dtype_backend="numpy_nullable").astype("object").reset_index(drop=True)
    )


def _trend_words(frame: pd.DataFrame) -> str:
    years = sorted(frame["school_year"])
    if not years:
        return "Chronic absence by school year: no figures."
    return f"Chronic absence by school year, {years[0]} to {years[-1]}, with 95 % intervals."


def _styled(
    layers: list[alt.Chart], title: str, description: str, height: int = HEIGHT
) -> alt.LayerChart:
    heading: Any = alt.TitleParams(
        title, anchor="start", fontSize=TITLE_SIZE, color=TEXT, offset=24
    )
    return alt.LayerChart(
        layer=layers,
        title=heading,
        description=description,
        height=height,
        width="container",
        config=alt.Config(axis=_AXIS, legend=_LEGEND, view=alt.ViewConfig(stroke=None)),
    )
