"""What a brief says of the year under way, where there are figures of it."""

from __future__ import annotations

from ui.queries import in_year
from ui.report.story import Table
from ui.selection import Selection
from ui.this_year import words


def this_year(selection: Selection) -> tuple[Table, ...]:
    """Tell how attendance goes, as the page This year does; nothing where no figure is there."""
    if not in_year.here(selection):
        return ()
    of, year = in_year.unit(selection), in_year.now(selection)
    rows = [*words.facts(selection), ("How old", words.age_text(selection))]
    if in_year.age(selection, words.today(selection)).over:
        rows.insert(0, ("Mind", words.over_text(selection)))
    title = f"The school year {year} so far: {of.name}"
    return (Table(title, ("What", "Figure"), tuple(rows)),)
