"""What the Data quality page says of a place's completeness."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from data.views.completeness import Quality
from ui.languages import mark, text
from ui.words.numbers import count_text, percent_text, plural
from ui.words.standing import COUNT_MEANING, COVERAGE_MEANING

STATES: Mapping[str, str] = MappingProxyType(
    {
        "reported": mark("Reported"),
        "suppressed": mark("Withheld"),
        "missing": mark("Missing"),
        "unreliable": mark("Unreliable"),
    }
)
FIGURES: Mapping[str, str] = MappingProxyType(
    {
        "absence": mark("Chronic absence by school"),
        "drivers": mark("Social drivers by tract"),
        "school_drivers": mark("Social drivers by school"),
        "climate": mark("Climate surveys by school"),
    }
)
CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "under 25 %": mark("under 25 % - read with care"),
        "25 to under 50 %": mark("25 to under 50 % - read with care"),
        "50 to under 100 %": mark("50 to under 100 %"),
        "100 to under 150 %": mark("100 to under 150 %"),
        "150 % or more": mark("150 % or more - read with care"),
    }
)


def answer(quality: Quality) -> str:
    """Answer to "How far can these numbers be trusted?"."""
    return text(
        "{shown} of {schools} have a figure reliable enough to show for {year}. {located} of all"
        " {count} have a place on the map.",
        shown=count_text(quality.shown),
        schools=plural(quality.schools, "school"),
        year=quality.year,
        located=count_text(quality.located),
        count=count_text(quality.schools),
    )


def figures(quality: Quality) -> list[tuple[str, str]]:
    """Return the numbers that stand above the tables."""
    hidden = quality.schools - quality.shown
    coverage = quality.students / quality.children if quality.children > 0 else float("nan")
    covered = text("not known") if quality.children <= 0 else percent_text(coverage, 0)
    children = count_text(quality.children)
    shown, located = (part / quality.schools for part in (quality.shown, quality.located))
    tiles = [
        (percent_text(shown), text("of schools have a figure to show")),
        (plural(hidden, "school"), text("not shown, each with its reason on the Schools page")),
        (percent_text(located), text("of schools have a place on the map")),
        (covered, text("of {count} resident children are counted as students", count=children)),
    ]
    return tiles if quality.children > 0 else tiles[:-1]


def sureness(quality: Quality) -> tuple[str, ...]:
    """Say what the counts are, and where children are known, what coverage is."""
    return (COUNT_MEANING, COVERAGE_MEANING) if quality.children > 0 else (COUNT_MEANING,)


def state_table(quality: Quality) -> pd.DataFrame:
    """Rows of every figure table by source, years and state, in words."""
    states = quality.states
    table = pd.DataFrame(
        {
            text("Figures"): [text(FIGURES[name]) for name in states["table"]],
            text("Source"): states["source"],
            text("Years"): states["years"],
        }
    )
    counts = {text(label): states[name].map(count_text) for name, label in STATES.items()}
    return table.assign(**counts)


def coverage_table(quality: Quality) -> pd.DataFrame:
    """Tracts, students and children by coverage class, in words."""
    table = quality.coverage.map(count_text).reset_index()
    table["coverage"] = [text(CLASSES.get(name, name)) for name in table["coverage"].astype("str")]
    headings = [
        *(text("Coverage"), text("Tracts")),
        *(text("Students counted"), text("Resident children")),
    ]
    return table.set_axis(headings, axis=1)
