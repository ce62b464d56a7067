"""The fictional county's year under way, of the roll-ups that lie beside this file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from data.contracts.check import empty_table
from data.in_year import store
from data.in_year.days import as_days, floats
from data.in_year.figures import InYear
from data.in_year.rollups import RolledUp, read_rollup, stacked
from data.in_year.update import Updated
from data.panel import PROTECTED, PanelError, load_panel
from data.store.folders import panel_path
from data.store.provenance import Ledger, Source

SLUG = "demo"
FOLDER = Path(__file__).with_name("in_year")
LAST_DAY = date(2025, 2, 14)
SMALL = "Of schools with fewer than 300 students the county gives no figures of the year."


def update_demo(as_of: date | None = None) -> Updated:
    """Store the county's figures as they stood on a day, its last when left out.

    Time stands still there: it is always looked on the morning after.
    """
    until = min(as_of or LAST_DAY, LAST_DAY)
    figures = make_in_year(until, _absence())
    before = store.version(SLUG)
    store.save(SLUG, figures)
    return Updated(figures, store.version(SLUG) != before)


def make_in_year(until: date, absence: pd.DataFrame) -> InYear:
    """Put the roll-ups of all years up to a day together.

    Parameters
    ----------
    until : date
    absence : DataFrame
        That of the protected panel.
    """
    folders = (each for each in sorted(FOLDER.iterdir()) if each.is_dir())
    ledger = Ledger()
    read = [read_rollup(folder, until, ledger) for folder in folders]
    years = [each for each in read if len(each.days)]
    rows = pd.concat([each.days for each in years], ignore_index=True)
    days = as_days(floats(rows), absence, ledger, SLUG)
    ledger.record(SLUG, "days", "dropped", SMALL, _small(years, absence))
    return InYear(
        days=days.sort_values(["place_id", "date"], ignore_index=True),
        months=stacked("months", [each.months for each in years]),
        bands=stacked("bands", [each.bands for each in years]),
        sources=tuple(_made_up(each.source) for each in years),
        ledger=ledger.entries,
        as_of=date.fromisoformat(days["date"].max()),
        checked=f"{until + timedelta(1)}T06:00:00+00:00",
    )


def _made_up(source: Source) -> Source:
    return replace(
        source,
        publisher="Halcyon County (fictional)",
        title=f"{source.title} (made up by data/demo)",
        licence="CC0: made up, free for any use",
        release="published",
    )


def _small(years: list[RolledUp], absence: pd.DataFrame) -> list[str]:
    given = {place for each in years for place in each.days["place_id"]}
    return sorted(set(absence["school_id"]) - given)


def _absence() -> pd.DataFrame:
    try:
        return load_panel(panel_path(SLUG) / PROTECTED).absence
    except PanelError:
        return empty_table("absence")
