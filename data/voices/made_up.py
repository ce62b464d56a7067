"""Made-up voices of the fictional place, so that its page shows what the page does."""

from __future__ import annotations

from csv import DictReader
from datetime import date
from functools import cache
from pathlib import Path

from data.voices.note import Voice, checked

DEMO = Path(__file__).parents[1] / "demo" / "voices.csv"
LAST = date(2024, 6, 30)


@cache
def made_up(area: str) -> tuple[Voice, ...]:
    """Give the made-up voices of a place; none but the demo has any.

    Parameters
    ----------
    area : str
        Slug of the place.
    """
    if area != "demo":
        return ()
    with DEMO.open(encoding="utf-8", newline="") as file:
        return tuple(
            checked({**row, "place_kind": "neighbourhood", "place_id": row["place"]}, LAST)
            for row in DictReader(file)
        )
