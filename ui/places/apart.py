"""Districts without an outline: listed beside a map that cannot draw them."""

from __future__ import annotations

from html import escape

import pandas as pd

from ui.languages import counted, text
from ui.maps.scales import marks_legend
from ui.queries import districts
from ui.selection import Selection
from ui.words.numbers import count_text, percent_text
from ui.words.standing import not_shown_text

NAMED = 4


def note(selection: Selection) -> str:
    """HTML list of the units that have no outline, with their figures; "" for none."""
    rows = districts.without_outline(selection)
    if rows.empty:
        return ""
    said = "; ".join(_figure(row) for _, row in rows.head(NAMED).iterrows())
    if len(rows) > NAMED:
        more = text("{count} more in the table below", count=count_text(len(rows) - NAMED))
        said = f"{said}; {more}"
    lead = text("In the sums, without an outline on the map:")
    return f"<p class='atlas-apart'>{escape(lead)} {escape(said)}</p>"


def legend(selection: Selection) -> str:
    """HTML line of the legend on what the map does not draw; "" where it draws all."""
    count = len(districts.without_outline(selection))
    if not count:
        return ""
    said = counted(
        "{count} district without an outline: in the sums, listed under the ranks",
        "{count} districts without an outline: in the sums, listed under the ranks",
        count,
    )
    return marks_legend(note=said)


def _figure(row: pd.Series) -> str:
    if not row["shown"]:
        return f"{row['name']} ({not_shown_text(row['status'], row['reason'])})"
    return f"{row['name']} {percent_text(row['rate'], row['enrolled'])}"
