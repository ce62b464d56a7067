"""Match the tables of a place, and say all that is wrong or doubted in one list."""

from collections.abc import Callable

from data.assemble.districts import of_districts
from data.assemble.drivers import with_designations
from data.assemble.match import match
from data.doubts import refuse_open
from data.errors import DataError, raise_together
from data.panel import SourceTables
from data.plausible.counties import doubt_tract_ids
from data.plausible.figures import (
    doubt_children,
    doubt_figures,
    doubt_levels,
    refuse_first_year,
)
from data.plausible.ids import doubt_other_ids, doubt_school_ids
from data.plausible.joinable import refuse_unjoinable
from data.plausible.online import doubt_large, doubt_online, refuse_strangers
from data.plausible.outlines import doubt_outlines
from data.plausible.points import doubt_points
from data.plausible.totals import doubt_totals
from data.store.provenance import Ledger

_OF_READ: tuple[Callable[[SourceTables, Ledger], None], ...] = (
    *(doubt_totals, doubt_figures, doubt_levels),
    *(doubt_school_ids, doubt_other_ids, doubt_tract_ids, doubt_outlines),
)
_OF_MATCHED: tuple[Callable[[SourceTables, Ledger], None], ...] = (
    *(doubt_points, doubt_children, doubt_online, doubt_large),
)


def believed(tables: SourceTables, ledger: Ledger) -> SourceTables:
    """Match the tables of a place, unless something in them cannot be believed.

    Parameters
    ----------
    tables : SourceTables
        As read, each valid by itself.
    ledger : Ledger
        Receives what was matched, and what is doubted.

    Returns
    -------
    SourceTables
        Matched to one another.

    Raises
    ------
    DataError
        What is wrong, and the doubts that change the map and are not accepted, in one list.
    """
    errors: list[DataError] = []
    matched = [tables]

    def attempt(step: Callable[[], None]) -> None:
        try:
            step()
        except DataError as error:
            errors.append(error)

    attempt(lambda: refuse_first_year(tables))
    for doubt in _OF_READ:
        doubt(tables, ledger)
    attempt(lambda: matched.append(match(with_designations(tables, ledger), ledger)))
    if len(matched) > 1:
        for doubt in () if of_districts(tables) else _OF_MATCHED:
            doubt(matched[-1], ledger)
        attempt(lambda: refuse_strangers(matched[-1]))
        if not of_districts(tables):
            attempt(lambda: refuse_unjoinable(matched[-1]))
    attempt(lambda: refuse_open(ledger.entries, tables.accept, tables.area.slug))
    raise_together(errors)
    return matched[-1]
