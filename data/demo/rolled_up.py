"""The fictional county's roll-ups: counted, gated and written as an agency would do it.

`python -m data.demo.rolled_up` writes them anew beside this file, in a minute. The demo is built of
what was written.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd

from analytics.disclosure import Policy
from data.demo import school_days as drawn
from data.demo.in_year import FOLDER
from data.demo.tables import AREA, make_tables
from data.demo.truth import SEED, World, build_world
from data.rollup.inputs import Opened
from data.rollup.release import Figures, release
from data.rollup.written import FORMAT, Earlier, write
from data.store.policies import policies

TRUTH = Path(__file__).with_name("in_year_truth.json")
GROUPS = {"low_income": "low_income"}


def gated(year: drawn.Year, schools: list[drawn.SchoolYear], policy: Policy) -> Figures:
    """Count months and days of schools and the county, and send them through the gate.

    Raises
    ------
    DataError
        A hidden figure could be worked out.
    """
    found = {
        "counts": _of_both(drawn.student_months(year, schools)),
        "days": _of_both(drawn.school_days(year, schools)),
    }
    return release(found, _opened(year, schools), Earlier(), policy, print).figures


def _of_both(table: pd.DataFrame) -> pd.DataFrame:
    """Count schools, and all of them as the county."""
    both = [table.assign(kind="school"), table.assign(kind="district", place=AREA.name)]
    return pd.concat(both, ignore_index=True)


def _opened(year: drawn.Year, schools: list[drawn.SchoolYear]) -> Opened:
    """Say what the gate and the files ask of records; there are none."""
    names = [each.school for each in schools]
    own = SimpleNamespace(
        districts=dict.fromkeys(names, AREA.name),
        sizes=dict.fromkeys(names, 1),
        rules=SimpleNamespace(parts=1),
        groups=GROUPS,
        broad=tuple(GROUPS),
        complete=year.name != drawn.UNDER_WAY,
        earlier=pd.DataFrame(),
    )
    return cast("Opened", own)


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
    write(folder, figures, _opened(year, schools), manifest)
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
