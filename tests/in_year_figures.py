"""A few days of figures of the year under way, small enough to read, for tests of the store."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pandas as pd

from data.contracts.check import validate
from data.in_year.figures import InYear, nothing, school_year_of
from data.store.provenance import Source

MADE = Source("made", "Nobody", "Made-up days", "", "2025-26", "", "", "")


def made_days(
    attended: Mapping[str, Sequence[float | None]], dates: Sequence[str], enrolled: int = 100
) -> pd.DataFrame:
    """Make the table of days: by place the share present on each date, None where not reported."""
    rows = [
        {
            "place_id": place,
            "date": day,
            "school_year": school_year_of(date.fromisoformat(day)),
            "enrolled": enrolled,
            "attended": share,
            "possible": None,
            "absent": None,
            "place_day": "open",
            "status": "missing" if share is None else "reported",
            "reason": "not submitted" if share is None else "",
            "source": MADE.id,
        }
        for place, shares in attended.items()
        for day, share in zip(dates, shares, strict=True)
    ]
    types = {"enrolled": "Int64", "attended": "float64", "possible": "float64", "absent": "float64"}
    return validate("days", pd.DataFrame(rows).astype(types))


def made(days: pd.DataFrame) -> InYear:
    """Make figures of days alone."""
    last = date.fromisoformat(days.loc[days["status"].eq("reported"), "date"].max())
    return replace(nothing(), days=days, sources=(MADE,), as_of=last)
