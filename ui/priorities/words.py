"""Sentences of the page Priorities."""

from __future__ import annotations

import pandas as pd

from data.views.priorities import Priorities
from ui.languages import PERCENT, counted, mark, text
from ui.selection import Selection
from ui.words import plain
from ui.words.numbers import count_text, percent_text, signed_text

NAMED = 3
PART = 0.1
"""Part of the places that the answer speaks of."""
UNITS = {
    "neighbourhood": mark("neighbourhoods"),
    "county": mark("counties or boroughs"),
    "district": mark("districts"),
    "group": mark("groups of tracts"),
    "tract": mark("tracts"),
    "school": mark("schools"),
}
PICKED = ("group",)
"""Lists of places picked for a high rate: their shares tell nothing of the whole place."""
AGAINST = {
    "": mark("beyond what schools of the same levels elsewhere have"),
    "quarter": mark("beyond what the best quarter of schools has"),
}
TARGET = mark("beyond a target of {percent}")
ORDER = mark(
    "A place is high on the list when many more students are chronically absent than the reference"
    " would give. Figures are first drawn towards each other as far as chance asks, so that a small"
    " place does not lead by luck."
)
CHANCE = mark(
    "“Among the first {top}” is the share of 2,000 redraws, each within what the figures leave"
    " open. It takes the errors of places as separate; schools that two places share tie them."
)
OF_PICKED = mark(
    "All shares here are of the listed groups, which were picked because they are hot: not of the"
    " whole place."
)
SHOWN = mark("Shows how sure it is that a place is among the first {top}.")
ADVICE = mark(
    "For offering help, not for grading: a place lower on the list may need help as much, and small"
    " ones can be missed."
)


def shown(selection: Selection) -> str:
    """Say in one line what the map shows."""
    return text(SHOWN, top=selection.top)


def beyond(selection: Selection) -> str:
    """Say what students are counted beyond."""
    if selection.against in AGAINST:
        return text(AGAINST[selection.against])
    return text(TARGET, percent=f"{100 * float(selection.against):.0f}{PERCENT}")


def answer(found: Priorities, names: pd.Series, unit: str, selection: Selection) -> str:
    """Name the first places, and say how much of the need a tenth of all places holds."""
    first = found.table[found.table["rank"].notna()]
    if first.empty or found.concentration.empty:
        return text(
            "There are too few {units} with figures to put them in order. Choose another list.",
            units=text(UNITS[unit]),
        )
    first = first[first["shrunken"].round() >= 1]
    if first.empty:
        return text("No place has more students absent than the reference would give.")
    listed = plain.listed([str(names[key]) for key in first.index[:NAMED]])
    row = found.concentration.loc[PART]
    if pd.isna(row["share"]) or unit in PICKED:
        return text("Start with {names}.", names=listed)
    held = counted(
        "The first of {all} {units} has {share} ({low} to {high}) of the chronically absent"
        " students {beyond}. It has {students} of all students.",
        "The first {count} of {all} {units} have {share} ({low} to {high}) of the chronically"
        " absent students {beyond}. They have {students} of all students.",
        int(row["places"]),
        beyond=beyond(selection),
        share=percent_text(row["share"], 0),
        all=count_text(found.table["rank"].notna().sum()),
        units=text(UNITS[unit]),
        low=f"{100 * row['low']:.0f}",
        high=percent_text(row["high"], 0),
        students=percent_text(row["students"], 0),
    )
    return text("Start with {names}.", names=listed) + " " + held


def chance(value: float) -> str:
    """Write a chance as a percentage, never as certain or none."""
    if value < 0.005:
        return text("under {percent}", percent=f"1{PERCENT}")
    if value >= 0.995:
        return text("over {percent}", percent=f"99{PERCENT}")
    return percent_text(value, 0)


def figure(row: pd.Series) -> str:
    """Students beyond the reference and the chance to be among the first, for a list."""
    return text(
        "{count} · {chance}", count=signed_text(row["shrunken"]), chance=chance(row["p_top"])
    )


def facts(row: pd.Series, selection: Selection) -> list[tuple[str, str]]:
    """Place in the order, and what it rests on, for a card."""
    if pd.isna(row["rank"]):
        return [(text("Place in the order"), text("not ranked"))]
    ends = f"{row['rank_low']}–{row['rank_high']}"
    return [
        (
            text("Place in the order"),
            text("{rank} (possible: {ends})", rank=row["rank"], ends=ends),
        ),
        (text("Among the first {top}", top=selection.top), chance(row["p_top"])),
        (
            text("Students {beyond}", beyond=beyond(selection)),
            text(
                "{count} ({low} to {high}); allowing for chance {steadied} ({least} to {most})",
                count=signed_text(row["excess"]),
                low=signed_text(row["excess_low"]),
                high=signed_text(row["excess_high"]),
                steadied=signed_text(row["shrunken"]),
                least=signed_text(row["shrunken_low"]),
                most=signed_text(row["shrunken_high"]),
            ),
        ),
    ]
