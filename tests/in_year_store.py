"""A store whose demo county has days of two school years and months of one, made by formula."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from data.contracts.check import validate
from data.in_year import store
from data.in_year.figures import InYear, nothing
from data.panel import Panel, load_panel
from data.store.provenance import Source
from data.views.in_year_months import TIERS

MADE = Source("made", "Nobody", "Made-up days", "", "2025-26", "", "", "")
LAST, NOW = "2024-25", "2025-26"
HOLIDAY, SHUT = "2025-10-13", "2025-10-14"
"""A weekday without a file, and one on which few schools gave a figure."""
FELL, BY = 3, 0.06
"""Number of the school whose attendance fell, and by how much."""


def made_days(panel: Panel, until: str = "2025-11-20") -> pd.DataFrame:
    """Days of every school: attendance by school, weekday and year, from a formula."""
    schools = panel.schools.index
    students = panel.absence.drop_duplicates("school_id", keep="last").set_index("school_id")
    parts = []
    for year, first in ((LAST, "2024-09-04"), (NOW, "2025-09-03")):
        days = pd.bdate_range(first, periods=70)
        days = days[(days.strftime("%Y-%m-%d") <= until) & (days.strftime("%Y-%m-%d") != HOLIDAY)]
        for number, day in enumerate(days):
            name = day.strftime("%Y-%m-%d")
            swing = 0.012 * np.sin(1.7 * np.arange(len(schools)) + number)
            attended = 0.93 - 0.02 * (day.weekday() == 4) + swing
            attended[FELL] -= BY * (year == NOW)
            parts.append(
                pd.DataFrame(
                    {
                        "place_id": schools,
                        "date": name,
                        "school_year": year,
                        "enrolled": students["enrolled"].reindex(schools).to_numpy(),
                        "attended": attended,
                        "place_day": "closed" if name == SHUT else "open",
                    }
                )
            )
    table = pd.concat(parts, ignore_index=True)
    shut = table["place_day"].eq("closed") & (table.index % 20 > 0)
    table = table[~shut].assign(possible=np.nan, absent=np.nan, status="reported", reason="")
    return validate("days", table.assign(source=MADE.id).astype({"enrolled": "Int64"}))


def made_months() -> pd.DataFrame:
    """Months of two districts and of one student group."""
    rows = [
        ("2025-09", "North", "all", 3000, 540),
        ("2025-10", "North", "all", 3000, 600),
        ("2025-09", "South", "all", 1000, 100),
        ("2025-10", "South", "all", 1000, 120),
    ]
    table = pd.DataFrame(rows, columns=["month", "district", "group", "students", "chronic"])
    tiers = dict.fromkeys(TIERS, table["students"] // 4)
    table = table.assign(
        school_year=NOW,
        kind="district",
        place=table["district"],
        enrolled=table["students"],
        **tiers,
        **dict.fromkeys(("band_0_1", "band_2_4", "band_5"), pd.NA),
        possible=np.nan,
        absent=np.nan,
        source=MADE.id,
    )
    counts = ["enrolled", "students", "chronic", *TIERS, "band_0_1", "band_2_4", "band_5"]
    return validate("months", table.astype(dict.fromkeys(counts, "Int64")))


def made_year(panel: Panel, until: str = "2025-11-20", *, months: bool = True) -> InYear:
    """Figures of a year up to a day."""
    days = made_days(panel, until)
    last = date.fromisoformat(days.loc[days["place_day"].eq("open"), "date"].max())
    found = replace(nothing(), days=days, sources=(MADE,), as_of=last, checked="2025-11-21T06:00Z")
    return replace(found, months=made_months()) if months else found


def year_home(demo_path: Path, home: Path, make: Callable[[Panel], InYear] = made_year) -> Path:
    """Put the figures of a year beside the demo county's panel, in a store of their own.

    `ATLAS_HOME` has to name the store already.
    """
    (home / "panels").mkdir(parents=True)
    (home / "panels" / "demo").symlink_to(demo_path)
    store.save("demo", make(load_panel(demo_path / "protected")))
    return home
