"""How complete and how reliable a place's figures are."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from data.panel import Panel
from ui.words.numbers import count_text, percent_text, plural

STATES = {
    "reported": "Reported",
    "suppressed": "Withheld",
    "missing": "Missing",
    "unreliable": "Unreliable",
}
COVERAGE_BREAKS = (0.0, 0.25, 0.5, 1.0, 1.5, float("inf"))
COVERAGE_LABELS = (
    "under 25 % - read with care",
    "25 to under 50 % - read with care",
    "50 to under 100 %",
    "100 to under 150 %",
    "150 % or more - read with care",
)


@dataclass(frozen=True)
class Quality:
    """Completeness of one school year of a place.

    Attributes
    ----------
    schools, shown, located : int
        Schools with a row in the year; with a figure that may be shown; with a place on the map.
    students, children : float
        Students counted in tracts, and resident children of school age there.
    states : DataFrame
        Rows by source, table, years and state.
    coverage : DataFrame
        Tracts and students by coverage class.
    """

    year: str
    schools: int
    shown: int
    located: int
    students: float
    children: float
    states: pd.DataFrame
    coverage: pd.DataFrame

    def sentence(self) -> str:
        """Answer to "How far can these numbers be trusted?"."""
        return (
            f"{count_text(self.shown)} of {plural(self.schools, 'school')} have a figure reliable"
            f" enough to show for {self.year}, and {count_text(self.located)} of them have a place"
            " on the map."
        )

    def figures(self) -> list[tuple[str, str]]:
        """Return the numbers that stand above the tables."""
        hidden = self.schools - self.shown
        coverage = self.students / self.children if self.children > 0 else float("nan")
        covered = "not known" if self.children <= 0 else percent_text(coverage, 0)
        return [
            (percent_text(self.shown / self.schools, 0), "of schools have a figure to show"),
            (plural(hidden, "school"), "not shown, each with its reason on the Schools page"),
            (percent_text(self.located / self.schools, 0), "of schools have a place on the map"),
            (covered, f"of {count_text(self.children)} resident children are counted as students"),
        ]


def quality(panel: Panel, schools: pd.DataFrame, tracts: pd.DataFrame, year: str) -> Quality:
    """Judge one view of a place; arguments from `ui.views`."""
    return Quality(
        year=year,
        schools=len(schools),
        shown=int(schools["shown"].sum()),
        located=int(panel.schools.loc[schools.index].geometry.notna().sum()),
        students=float(tracts["enrolled"].sum()),
        children=float(tracts["children"].sum()),
        states=state_table(panel),
        coverage=coverage_table(tracts),
    )


def state_table(panel: Panel) -> pd.DataFrame:
    """Rows of every figure table by source, year and state, in words."""
    tables = {
        "Chronic absence by school": panel.absence.rename(columns={"school_year": "years"}),
        "Social drivers by tract": panel.drivers.rename(columns={"vintage": "years"}),
        "Social drivers by school": panel.school_drivers.rename(columns={"school_year": "years"}),
    }
    parts = [
        pd.crosstab([frame["source"], frame["years"]], frame["status"]).assign(what=name)
        for name, frame in tables.items()
        if len(frame)
    ]
    counts = pd.concat(parts).reset_index()
    words = {"what": "Figures", "source": "Source", "years": "Years"}
    table = counts[list(words)].rename(columns=words)
    for status, label in STATES.items():
        found = counts[status] if status in counts else pd.Series(float("nan"), counts.index)
        table[label] = [count_text(0 if pd.isna(value) else value) for value in found]
    return table


def coverage_table(tracts: pd.DataFrame) -> pd.DataFrame:
    """Tracts, students and children by coverage class (students counted / resident children)."""
    lived_in = tracts[(tracts["children"] > 0) & tracts["coverage"].notna()]
    classes = pd.cut(lived_in["coverage"], COVERAGE_BREAKS, right=False, labels=COVERAGE_LABELS)
    sums = lived_in.groupby(classes, observed=False).agg(
        tracts=("name", "size"), students=("enrolled", "sum"), children=("children", "sum")
    )
    text = sums.map(count_text).reset_index()
    return text.set_axis(["Coverage", "Tracts", "Students counted", "Resident children"], axis=1)
