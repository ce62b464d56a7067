"""What earlier releases of a place gave: known for good, whatever a later one hides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from data.panel import PROTECTED, PanelError, load_panel
from data.store.manifest import read_manifest

CELLS = ("enrolled", "chronic_absent")
KEYS = ["school_id", "school_year", "student_group", "grade"]
GIVEN = "given"
"""Parameter of a raw panel: rows of `KEYS` and `CELLS` that were given and are shown no more."""


def given_up_to(folder: Path) -> pd.DataFrame:
    """Figures that the release in a folder and those before it gave; none where there is none.

    Returns
    -------
    DataFrame
        Columns of `KEYS` and `CELLS`; a row may occur with several figures.
    """
    try:
        shown = load_panel(folder / PROTECTED).absence
        before = read_manifest(folder).parameters.get(GIVEN, [])
    except PanelError:
        return pd.DataFrame(columns=[*KEYS, *CELLS])
    kept = pd.DataFrame(before, columns=[*KEYS, *CELLS])
    return pd.concat([shown[[*KEYS, *CELLS]], kept.astype(dict.fromkeys(CELLS, "Int64"))])


def as_they_are(given: pd.DataFrame, absence: pd.DataFrame) -> pd.DataFrame:
    """Mark on the rows of a table the figures that were given as they are in it."""
    marks = {}
    for name in CELLS:
        told = given[given[name].notna()]
        rows = set(told[[*KEYS, name]].itertuples(index=False, name=None))
        marks[name] = [
            row[-1] is not pd.NA and row in rows
            for row in absence[[*KEYS, name]].itertuples(index=False, name=None)
        ]
    return pd.DataFrame(marks, absence.index, dtype=bool)


def shown_no_more(given: pd.DataFrame, shown: pd.DataFrame) -> list[list[Any]]:
    """Give the figures to be remembered: given once, and not on the rows shown now."""
    known = given.loc[given[list(CELLS)].notna().any(axis=1)].drop_duplicates()
    rows = set(shown[[*KEYS, *CELLS]].itertuples(index=False, name=None))
    return [
        [*row[: len(KEYS)], *(None if pd.isna(each) else int(each) for each in row[len(KEYS) :])]
        for row in known.itertuples(index=False, name=None)
        if row not in rows
    ]
