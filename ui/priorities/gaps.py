"""Who is left behind: gaps between parts of a place, what sums them up, and their trend."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
import streamlit as st

from analytics.disparities.gaps import IndexOfDisparity
from analytics.rates.between_schools import Estimate
from data.contracts.vocabulary import LEVEL_LABELS
from data.views.disparities import EASIEST, HARDEST
from ui import controls, frame, queries
from ui.charts.style import draw_chart
from ui.languages import mark, text
from ui.priorities import charts
from ui.queries import drivers
from ui.queries import gaps as queries_gaps
from ui.queries.gaps import Gaps
from ui.selection import Selection
from ui.tables import display as table_block
from ui.tables import downloads
from ui.words.as_written import as_written
from ui.words.cards import card
from ui.words.numbers import percent_text, points_text, ratio_text

FEW = 3
"""Fifths with figures below which there is no line."""
FIFTHS: Mapping[str, str] = MappingProxyType(
    {
        "Fifth 1": mark("Easiest fifth"),
        "Fifth 2": mark("Second fifth"),
        "Fifth 3": mark("Third fifth"),
        "Fifth 4": mark("Fourth fifth"),
        "Fifth 5": mark("Hardest fifth"),
    }
)
EVERYONE = mark("All students")
COLUMNS = (
    *("name", "schools", "enrolled", "chronic_absent", "rate", "interval"),
    *("difference", "difference_low", "difference_high", "gap_ratio", "gap_ratio_low"),
    *("gap_ratio_high", "trend", "trend_low", "trend_high"),
)
ASSOCIATION = mark(
    "A gap tells where more students miss much school, not why. Fifths are of home areas by the"
    " join, not of families: a child in the hardest fifth may live without that hardship."
)


def draw(selection: Selection) -> None:
    """Choose between what gaps are shown; draw them with their ranges, sums and trend.

    The condition of fifths is that of the page's options.
    """
    selection = controls.draw(selection, "gap")
    kind = queries_gaps.gap_of(selection)
    found = queries_gaps.found(selection)
    table = found.table.assign(name=_names(found.table.index, kind))
    st.write(as_written(sentence(found, table, selection)))
    draw_chart(charts.gaps(table, _whole(selection)))
    if len(found.years) > 1:
        draw_chart(charts.gap_years(found.years))
        frame.breaks(selection)
    facts = summary(found)
    if facts:
        st.html(card(text("The gap in one figure"), facts, text(ASSOCIATION)))
    _table(table, selection)


def _names(ids: pd.Index, kind: str) -> list[str]:
    """Name each part as people say it."""
    if kind == "grade":
        return [
            text(EVERYONE) if each == "all" else text("Grade {grade}", grade=each) for each in ids
        ]
    named = {"fifth": FIFTHS, "level": LEVEL_LABELS, "student_group": {"all": EVERYONE}}
    words: Mapping[str, str] = named.get(kind, {})
    return [text(words[each]) if each in words else str(each) for each in ids]


def _whole(selection: Selection) -> float:
    whole = queries.totals(selection)
    return whole.chronic_absent / whole.enrolled


def sentence(found: Gaps, table: pd.DataFrame, selection: Selection) -> str:
    """Say how far apart the ends are."""
    if found.fifths is not None:
        return _of_fifths(found, selection)
    shown = table[table["rate"].notna()].sort_values("rate", ascending=False)
    if len(shown) < 2:
        return text("Fewer than two parts of this place have figures that may be shown.")
    high, low = shown.iloc[0], shown.iloc[-1]
    return text(
        "{high}: {most}. {low}: {least}. Lists as long as this have high and low ends by chance"
        " alone; look at the ranges.",
        high=high["name"],
        most=percent_text(high["rate"], high["enrolled"]),
        low=low["name"],
        least=percent_text(low["rate"], low["enrolled"]),
    )


def _of_fifths(found: Gaps, selection: Selection) -> str:
    fifths, table = found.fifths, found.table
    assert fifths is not None  # noqa: S101 - asked for gaps between fifths only
    ends = table["rate"].reindex([HARDEST, EASIEST])
    if ends.isna().any():
        return text("The hardest and the easiest fifth cannot be compared: one is not shown.")
    said = text(
        "{condition}: in the schools of the hardest fifth {hard} are chronically absent, in the"
        " easiest {easy}: {points} points apart ({low} to {high}).",
        condition=text(drivers.measure(selection).label),
        hard=percent_text(ends[HARDEST], table.loc[HARDEST, "enrolled"]),
        easy=percent_text(ends[EASIEST], table.loc[EASIEST, "enrolled"]),
        points=points_text(fifths.gap.value).lstrip("+"),
        low=points_text(fifths.gap.low).lstrip("+"),
        high=points_text(fifths.gap.high).lstrip("+"),
    )
    if found.trend is None or pd.isna(found.trend.value):
        return said
    return f"{said} {_moved(found.trend, found.years)}"


def _moved(trend: Estimate, years: pd.DataFrame) -> str:
    """Say whether the gap widens or narrows, only as far as its range does, and in which years."""
    followed = years.index[years["definition"].eq(years["definition"].iloc[-1])]
    facts = {
        "first": followed[0],
        "last": followed[-1],
        "points": points_text(trend.value),
        "low": points_text(trend.low),
        "high": points_text(trend.high),
    }
    if trend.low > 0:
        said = mark(
            "{first} to {last} the gap widened by {points} points a year ({low} to {high})."
        )
    elif trend.high < 0:
        said = mark("{first} to {last} the gap narrowed: {points} points a year ({low} to {high}).")
    else:
        said = mark(
            "Whether it widened or narrowed {first} to {last} cannot be said ({low} to {high}"
            " points a year)."
        )
    return text(said, **facts)


def summary(found: Gaps) -> list[tuple[str, str]]:
    """Measures that sum the gaps up, each with its range and how it was estimated."""
    facts = []
    if found.fifths is not None:
        facts += _slope(found)
    if found.disparity is not None:
        facts.append((text("Index of disparity"), _disparity(found.disparity)))
    return facts


def _disparity(index: IndexOfDisparity) -> str:
    """Write the index with its range, which a part of one school alone leaves unknown."""
    if np.isnan([index.low, index.high, index.by_chance]).any():
        return text(
            "{value} with {count} parts; no range: one of them has too few schools",
            value=percent_text(index.value),
            count=index.groups,
        )
    return text(
        "{value} ({low} to {high}); {chance} by chance alone, with {count} parts",
        value=percent_text(index.value),
        low=percent_text(index.low),
        high=percent_text(index.high),
        chance=percent_text(index.by_chance),
        count=index.groups,
    )


def _slope(found: Gaps) -> list[tuple[str, str]]:
    fifths = found.fifths
    assert fifths is not None  # noqa: S101 - asked for gaps between fifths only
    slope, index, ratio = fifths.slope, fifths.concentration, fifths.log_ratio
    facts = []
    if pd.notna(ratio.value):
        value, low, high = map(ratio_text, np.exp((ratio.value, ratio.low, ratio.high)))
        facts.append(
            (
                text("Hardest over easiest fifth"),
                text("{value} times ({low} to {high})", value=value, low=low, high=high),
            )
        )
    rates = found.table["rate"].dropna()
    if slope.state == "estimated" and not (rates.is_monotonic_increasing or len(rates) < FEW):
        note = text("Rates do not rise fifth by fifth here: a straight line says little.")
        facts.append((text("Read the line with care"), note))
    if slope.state == "estimated":
        facts += [
            (
                text("Slope index of inequality"),
                text(
                    "{points} points from the easiest to the hardest end ({low} to {high});"
                    " weighted regression on the ridit, linear",
                    points=points_text(slope.sii),
                    low=points_text(slope.sii_low),
                    high=points_text(slope.sii_high),
                ),
            ),
            (
                text("Relative index of inequality"),
                text(
                    "{value} ({low} to {high}); the last end over the first, by the same line",
                    value=ratio_text(slope.rii),
                    low=ratio_text(slope.rii_low),
                    high=ratio_text(slope.rii_high),
                ),
            ),
        ]
    if index is not None:
        facts.append(
            (
                text("Concentration index"),
                text(
                    "{value} (standard error {se}; {low} to {high}); above 0: absence gathers in"
                    " the harder fifths",
                    value=_three(index.value),
                    se=_three(index.se),
                    low=_three(index.low),
                    high=_three(index.high),
                ),
            )
        )
    covered = percent_text(fifths.covered, 0)
    facts.append((text("Students whose home area has a figure"), covered))
    return facts


def _three(value: float) -> str:
    return f"{value:.3f}".replace("-", "\N{MINUS SIGN}")


def _table(table: pd.DataFrame, selection: Selection) -> None:
    written = {f"ratio{end}": f"gap_ratio{end}" for end in ("", "_low", "_high")}
    rows = table.rename(columns={**written, "year": "school_year"})
    rows = rows.reset_index(drop=True)
    columns = [name for name in COLUMNS if name in rows or name == "interval"]
    heading = text("Gaps, {year}", year=selection.year)
    table_block.show(rows, columns, heading)
    downloads.buttons(selection, "gaps", rows)
