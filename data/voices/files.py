"""Voices as a table to take along, and a table from outside as changes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from types import MappingProxyType

import pandas as pd

from data.plan.files import Form
from data.plan.store import Stored
from data.voices.codebook import themes
from data.voices.note import OFFERED, Voice, checked

SHEET = "voices"
COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "held": "Day of the occasion, 2026-09-01.",
        "occasion": f"One of: {', '.join(OFFERED['occasion'].values())}.",
        "place": "Where: a neighbourhood, county, district or school as it is called here.",
        "place_kind": "What the place is; needed only where two places have one name.",
        "place_id": "Id of the place; may be left empty.",
        "who": f"Who spoke, one of: {', '.join(OFFERED['who'].values())}.",
        "student_group": f"Students spoken of: {', '.join(OFFERED['student_group'].values())}.",
        "voices": "How many people said it: a whole number from 1.",
        "nature": "A need or a strength.",
        "theme": "A theme of the second sheet, by its words or its id.",
        "words": "One short paraphrase, at most 200 letters. No names.",
        "id": "Of the row. Empty: a new one.",
        "version": "Number of the change this row was taken at: a later change is not overwritten.",
    }
)
"""Columns of the file with what they mean."""
EXAMPLE = (
    *("2026-10-06", "Listening circle", "", "", "", "Parents and caregivers", "all students", "6"),
    *("A need", "The way to school: buses, rides, distance"),
    *("The bus comes late when it rains.", "", ""),
)
"""A row of the template, whose place is filled in."""


def form(today: date) -> Form[Voice]:
    """Give what a file of voices must look like; no occasion in it lies after a day."""
    needed = ("held", "occasion", "place", "who", "voices", "theme")
    plain = ("id", "version", "held", "voices", "occasion", "who", "theme", "nature")
    return Form(SHEET, COLUMNS, needed, plain, Voice, partial(checked, today=today))


def to_send(kept: Sequence[Stored[Voice]]) -> pd.DataFrame:
    """Give voices in English words, as their file has them; see `COLUMNS`."""
    rows = []
    for each in kept:
        values = {name: str(value) for name, value in each.entry.values().items()}
        values |= {name: words[values[name]] for name, words in OFFERED.items()}
        values["theme"] = themes()[each.entry.theme].label
        rows.append({**values, "id": each.id, "version": str(each.version)})
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def template(place: str) -> pd.DataFrame:
    """Give an empty file with one example row, of a place by its name."""
    row = dict(zip(COLUMNS, EXAMPLE, strict=True))
    return pd.DataFrame([{**row, "place": place}], dtype="str")
