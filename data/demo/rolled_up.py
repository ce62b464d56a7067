"""The fictional county's roll-ups: counted, gated and written as an agency would do it.

`python -m data.demo.rolled_up` writes them anew beside this file, in minutes: the gate searches for
every way to work a hidden figure out. The demo is built of what was written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd

from analytics.disclosure import Policy
from data.contracts.check import empty_table
from data.demo import school_days as drawn
from data.demo.in_year import FOLDER
from data.demo.tables import AREA, make_tables
from data.demo.truth import SEED, World, build_world
from data.errors import DataError
from data.rollup import tables
from data.rollup.cells import BANDS, EVERYONE, Before, Gated, Key
from data.rollup.gate import gate, gate_transitions
from data.rollup.inputs import Opened
from data.rollup.written import FORMAT, write
from data.store.policies import policies

TRUTH = Path(__file__).with_name("in_year_truth.json")
GROUPS = {"low_income": "low_income"}
Figures = dict[Key, float | None]


def counted(year: drawn.Year, schools: list[drawn.SchoolYear]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count months and days of schools and the county, as `data.rollup.tables` has them."""
    months = drawn.student_months(year, schools)
    both = [months.assign(kind="school"), months.assign(kind="district", place=AREA.name)]
    long = tables.long(pd.concat(both, ignore_index=True), GROUPS, tuple(GROUPS))
    days = drawn.school_days(year, schools)
    both = [days.assign(kind="school"), days.assign(kind="district", place=AREA.name)]
    return long, tables.by_day(pd.concat(both, ignore_index=True), 1)


def gated(year: drawn.Year, schools: list[drawn.SchoolYear], policy: Policy) -> Figures:
    """Send all months of a year through the gate, one after the other.

    Raises
    ------
    DataError
        A hidden figure could be worked out.
    """
    long, days = counted(year, schools)
    measures = tables.measured(long)
    counts: dict[Key, float] = {}
    closed: set[Key] = set()
    figures: Figures = {}
    for number, month in tables.months_of(AREA.name, measures, days, _opened(schools)):
        release = gate(month, Before(counted=counts, closed=frozenset(closed)), policy)
        _refuse(release)
        for key, value in release.shown.items():
            if key[-1] == "students":
                counts[key[:3]] = value
        closed |= {key[:3] for key in release.hidden if key[-1] == "students"}
        figures |= {(number, *key): value for key, value in release.shown.items()}
        figures |= dict.fromkeys([(number, *key) for key in release.hidden])
    if year.name != drawn.UNDER_WAY:
        figures |= dict(_bands(long, measures, figures, policy))
    return figures


def _bands(
    long: pd.DataFrame, measures: pd.DataFrame, figures: Figures, policy: Policy
) -> Iterator[tuple[Key, float | None]]:
    """Send through the gate what became of each band, of the whole county."""
    place: Key = ("district", AREA.name)
    found = tables.transitions(long)
    found = found[found["kind"].eq("district")].set_index("band")[["students", "chronic"]]
    found = found.reindex(range(-1, len(BANDS)), fill_value=0)
    own = measures.loc[(*place, EVERYONE)]
    signal, last = int(own.index[own[BANDS[0]].notna()][0]), int(own.index.max())
    known: dict[Key, bool] = {
        (band,): figures.get((signal, *place, EVERYONE, name)) is not None
        for band, name in enumerate(BANDS)
    }
    for total in ("students", "chronic"):
        known[total,] = figures.get((last, *place, EVERYONE, total)) is not None
    release = gate_transitions(found, own.loc[last], known, policy)
    _refuse(release)
    cells: Figures = {**release.shown, **dict.fromkeys(release.hidden)}
    for (band, name), value in cells.items():
        if band != EVERYONE:
            yield (0, *place, "band", BANDS[int(str(band))], str(name)), value


def _refuse(release: Gated) -> None:
    if release.disclosed:
        raise DataError(f"{len(release.disclosed)} hidden figures could be worked out")


def _opened(schools: list[drawn.SchoolYear]) -> Opened:
    """Say of which district schools are, and that days are whole: all that the tables ask."""
    districts = dict.fromkeys([each.school for each in schools], AREA.name)
    none = empty_table("rollup_bands")
    return cast(
        "Opened", SimpleNamespace(districts=districts, rules=SimpleNamespace(parts=1), earlier=none)
    )


def write_year(world: World, name: str, folder: Path, gone: set[str]) -> dict[str, Any]:
    """Write the roll-up of one year into an empty folder, and give what is true of it.

    Parameters
    ----------
    gone : set of str
        Schools that sent in no figures that year.
    """
    year = drawn.Year(name, world)
    schools = [each for each in year.draw() if each.school not in gone]
    policy = policies()["restricted"]
    figures = gated(year, schools, policy)
    hidden = sum(value is None for value in figures.values())
    through = str(year.dates[year.known - 1])
    manifest = {
        "format": FORMAT,
        "school_year": name,
        "through": through,
        "complete": name != drawn.UNDER_WAY,
        "read": {"schools": len(schools), "students": sum(len(each.absent) for each in schools)},
        "written": {"figures": len(figures) - hidden, "hidden": hidden},
        "rules": {"day_parts": 1, "minimum_days": 10},
        "policy": asdict(policy),
    }
    write(folder, figures, _opened(schools), manifest)
    (folder / "weeks.parquet").unlink()
    missed, possible = (
        sum(int(each.absent.sum()) for each in schools),
        sum(each.absent.size for each in schools),
    )
    chronic = sum(int((10 * each.absent.sum(axis=1) >= year.known).sum()) for each in schools)
    return {
        "through": through,
        "students": manifest["read"]["students"],  # type: ignore[index]
        "chronic_so_far": chronic,
        "absent_share": round(missed / possible, 5),
    }


def truth(years: dict[str, Any]) -> dict[str, Any]:
    """Tell what was planted."""
    waves = {
        name: {"neighbourhood": where, "first_day": first.isoformat(), "days": drawn.WAVE_DAYS}
        for name, (where, first) in drawn.WAVES.items()
    }
    return {
        "about": "Fictional. What was put into the county's days; written by data.demo.rolled_up.",
        "log_chance": {
            "monday": drawn.MONDAY,
            "friday": drawn.FRIDAY,
            "before_a_break": drawn.BEFORE_A_BREAK,
            "winter": drawn.WINTER,
            "wave": drawn.WAVE,
        },
        "waves": waves,
        "under_way": {
            "school_year": drawn.UNDER_WAY,
            "worse": dict([drawn.WORSE]),
            "better": dict([drawn.BETTER]),
            "low_income_by_the_end_of_the_year": drawn.LOW_INCOME_DECLINE,
        },
        "years": years,
    }


def gone_by_year() -> dict[str, set[str]]:
    """Name the schools that sent in no figures, by year, as the panel has it."""
    absence = make_tables(SEED).absence
    gone = absence[absence["status"].eq("missing")]
    return {name: set(gone.loc[gone["school_year"].eq(name), "school_id"]) for name in drawn.YEARS}


def main() -> None:
    """Write all years and what is true of them."""
    world, gone, years = build_world(SEED), gone_by_year(), {}
    for name in drawn.YEARS:
        folder = FOLDER / name
        folder.mkdir(parents=True, exist_ok=True)
        years[name] = write_year(world, name, folder, gone[name])
        print(name, years[name], date.fromisoformat(years[name]["through"]))
    text = json.dumps(truth(years), indent=1, ensure_ascii=False) + "\n"
    TRUTH.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
