"""What the Data quality page says of a place's completeness."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from data.views.completeness import Quality
from ui.words.numbers import count_text, percent_text, plural

STATES: Mapping[str, str] = MappingProxyType(
    {
        "reported": "Reported",
        "suppressed": "Withheld",
        "missing": "Missing",
        "unreliable": "Unreliable",
    }
)
FIGURES: Mapping[str, str] = MappingProxyType(
    {
        "absence": "Chronic absence by school",
        "drivers": "Social drivers by tract",
        "school_drivers": "Social drivers by school",
    }
)
FAR_FROM_ALL = ("under 25 %", "25 to under 50 %", "150 % or more")


def answer(quality: Quality) -> str:
    """Answer to "How far can these numbers be trusted?"."""
    return (
        f"{count_text(quality.shown)} of {plural(quality.schools, 'school')} have a figure reliable"
        f" enough to show for {quality.year}. {count_text(quality.located)} of all"
        f" {count_text(quality.schools)} have a place on the map."
    )


def figures(quality: Quality) -> list[tuple[str, str]]:
    """Return the numbers that stand above the tables."""
    hidden = quality.schools - quality.shown
    coverage = quality.students / quality.children if quality.children > 0 else float("nan")
    covered = "not known" if quality.children <= 0 else percent_text(coverage, 0)
    return [
        (percent_text(quality.shown / quality.schools), "of schools have a figure to show"),
        (plural(hidden, "school"), "not shown, each with its reason on the Schools page"),
        (percent_text(quality.located / quality.schools), "of schools have a place on the map"),
        (covered, f"of {count_text(quality.children)} resident children are counted as students"),
    ]


def state_table(quality: Quality) -> pd.DataFrame:
    """Rows of every figure table by source, years and state, in words."""
    states = quality.states
    table = pd.DataFrame(
        {
            "Figures": states["table"].map(FIGURES),
            "Source": states["source"],
            "Years": states["years"],
        }
    )
    return table.assign(**{label: states[name].map(count_text) for name, label in STATES.items()})


def coverage_table(quality: Quality) -> pd.DataFrame:
    """Tracts, students and children by coverage class, in words."""
    table = quality.coverage.map(count_text).reset_index()
    classes = table["coverage"].astype("str")
    table["coverage"] = classes.where(~classes.isin(FAR_FROM_ALL), classes + " - read with care")
    return table.set_axis(["Coverage", "Tracts", "Students counted", "Resident children"], axis=1)
