"""Make once what the pages of a place show without any choice: ``python -m ui.prepare PLACE``.

The results are kept beside the panel (`data.store.results`). A place opens without them too: then
whoever opens a page first waits for them.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from streamlit.logger import set_log_level

from data.contracts.vocabulary import METHODS
from data.errors import DataError
from data.store.folders import list_panels

if TYPE_CHECKING:  # loading them writes to the log, which is quiet only then
    from ui.selection import Selection

Step = tuple[str, Callable[[], object]]


def prepare(slug: str, say: Callable[[str], None], *, every: bool = False) -> None:
    """Make the results of a place's default views.

    Parameters
    ----------
    slug : str
        A place of the store.
    say : callable
        Receives a line a step.
    every : bool
        Also the hot spots of each usual year at each level of school, by each method, and what
        could be missed: minutes.

    Raises
    ------
    DataError
        The place is not in the store, or cannot be read.
    """
    if slug not in list_panels():
        raise DataError(f"{slug!r} is not in the store; build it: python -m data.build {slug}")
    started = time.perf_counter()
    for words, make in _steps(slug, every=every):
        make()
        say(f"{time.perf_counter() - started:7.1f} s  prepared {words}")


def _steps(slug: str, *, every: bool) -> Iterator[Step]:
    """Give what is made, the first page's first."""
    from ui import queries
    from ui.queries import (
        climate,
        drivers,
        evaluation,
        gaps,
        goals,
        methods,
        nation,
        neighbourhoods,
        priorities,
    )

    view = queries.choices(slug).default()
    yield "outlines", lambda: queries.geometry(view)
    if nation.is_open(view) or not queries.totals(view).schools:
        return
    yield "neighbourhoods", lambda: neighbourhoods.table(view)
    if queries.panel(view).area.reports == "school":
        yield from _hot_spots(view)
        yield "significance by nulls", lambda: methods.null_comparison(view)
    if view.driver:
        yield "conditions and absence", lambda: drivers.under_all_joins(view)
    yield "priorities", lambda: priorities.found(view)
    yield "reasons of priorities", lambda: priorities.criteria(view)
    yield "gaps", lambda: gaps.found(view)
    if climate.has_surveys(view):
        scales = climate.scales_here(view).index
        yield "surveys", lambda: [climate.found(view, each) for each in scales]
    yield "smallest effects", lambda: evaluation.smallest(view)
    yield "goals", lambda: (goals.found(view), goals.whole(view), goals.tested(view))
    if every and queries.panel(view).area.reports == "school":
        yield from _other_hot_spots(view)


def _hot_spots(view: Selection) -> Iterator[Step]:
    from ui import queries
    from ui.queries import hotspots, joins

    yield "hot spots", lambda: hotspots.found(view)
    for year in _usual(view):
        yield f"hot spots {year}", partial(hotspots.found, replace(view, year=year))
    for level in queries.choices(view.area).levels:
        own = replace(view, level=level)
        if queries.totals(own).schools:
            yield f"hot spots, {level}", partial(hotspots.found, own)
    yield "hot spots within counties", lambda: hotspots.within_counties(view)
    for county in queries.choices(view.area).counties[:1]:  # made for all of them at once
        apart = replace(view, counties=county)
        yield "hot spots of each county by itself", partial(hotspots.found, apart)
    yield "hot spots of all years", lambda: hotspots.years(view)
    yield "joins", lambda: joins.quality(view)
    if queries.choices(view.area).others(view):
        yield "hot spots under another join", lambda: joins.change(view)


def _other_hot_spots(view: Selection) -> Iterator[Step]:
    from ui import queries
    from ui.queries import hotspots

    for year in _usual(view):
        for level in queries.choices(view.area).levels:
            own = replace(view, year=year, level=level)
            if queries.totals(own).schools:
                yield f"hot spots {year}, {level}", partial(hotspots.found, own)
    yield "what hot spots could be missed", lambda: hotspots.power(view)
    for method in METHODS:
        yield f"hot spots by {method}", partial(hotspots.found, replace(view, method=method))


def _usual(view: Selection) -> list[str]:
    """List the other usual school years that have figures, the last first."""
    from ui import queries

    area, trend = queries.panel(view).area, queries.trend(view)
    years = trend.loc[trend["schools"] > 0, "school_year"]
    return sorted(set(years) - set(area.unusual_years) - {view.year}, reverse=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0, or 2 after a message about something the user can put right."""
    parser = argparse.ArgumentParser(prog="python -m ui.prepare", description=__doc__)
    parser.add_argument("place", help="short name of a built place, such as demo or nyc")
    words = (
        "also hot spots of each usual year at each level, by each method, and what may be missed"
    )
    parser.add_argument("--all", action="store_true", dest="every", help=words)
    options = parser.parse_args(arguments)
    set_log_level("ERROR")  # there is no browser, and nobody need be told
    logging.disable(logging.WARNING)
    try:
        prepare(options.place, print, every=options.every)
    except DataError as error:
        print(f"{options.place} was not prepared: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
