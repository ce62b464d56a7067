"""Roll-ups of records of students: their figures went through the gate where they were counted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from pyarrow.lib import ArrowException

from data.contracts.check import empty_table, validate
from data.contracts.in_year import PLACE
from data.errors import FileError
from data.in_year.days import COLUMNS
from data.rollup.written import BANDED, EACH, FORMAT, MANIFEST
from data.store.provenance import Ledger, Source, sha256_of

HIDDEN = "Hidden by the gate of the roll-up."
AT_EACH = (
    "Students of several schools count at each of them in the district: they are so few that the"
    " district less its schools would tell of them."
)
REMEDY = "run python -m data.rollup again, and name the folder that it wrote"


@dataclass(frozen=True)
class RolledUp:
    """What one folder of a roll-up holds.

    Attributes
    ----------
    days : DataFrame
        `data.in_year.days.COLUMNS`.
    months, bands : DataFrame
        As in their contracts.
    """

    days: pd.DataFrame
    months: pd.DataFrame
    bands: pd.DataFrame
    source: Source


def read_rollup(folder: Path, until: date, ledger: Ledger) -> RolledUp:
    """Read the files of a roll-up.

    Parameters
    ----------
    folder : Path
    ledger : Ledger
        Is told in which months students of several schools count at each in their district.
    until : date
        Last day that is used: of a roll-up that went on, the months that were over by then, and no
        end of the year.

    Raises
    ------
    DataError
        The folder holds no roll-up, one of another version, or figures that break their contract.
    """
    manifest = _manifest(folder)
    year, through = str(manifest["school_year"]), date.fromisoformat(str(manifest["through"]))
    source = Source(
        id=f"rollup_{year.replace('-', '_')}",
        publisher="The agency's own records",
        title=f"Roll-up of records of students, {year}",
        url="",
        vintage=f"{year}, through {min(through, until).isoformat()}",
        retrieved="",
        licence="",
        sha256=sha256_of(folder / MANIFEST),
        release="restricted",
    )
    known = {"school_year": year, "source": source.id}
    twice = [
        f"{district} {month}"
        for district, own in manifest.get(EACH, {}).items()
        for month in own
        if through <= until or (month != BANDED and _last_day(month) <= until.isoformat())
    ]
    ledger.record(source.id, "months", "kept", AT_EACH, twice)
    months, bands = _table(folder, "months"), _table(folder, "bands")
    if "school_year" in bands:  # earlier years stand in roll-ups of their own
        bands = bands[bands["school_year"].eq(year)]
    if through > until:
        months = months[months["month"].map(_last_day).le(until.isoformat())]
        bands = bands.iloc[:0]
    return RolledUp(
        _days(_table(folder, "days"), until, source.id),
        _checked("months", months.assign(**known)),
        _checked("bands", bands.assign(**known)),
        source,
    )


def stacked(name: str, tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put tables of several years together, valid also without rows."""
    filled = [each for each in tables if len(each)]
    return pd.concat(filled, ignore_index=True) if filled else empty_table(name)


def _days(table: pd.DataFrame, until: date, source: str) -> pd.DataFrame:
    """Give the days of schools and districts as shares present."""
    own = table[table["date"].le(until.isoformat())]
    single = len(table.loc[table["kind"].eq("district"), "place"].unique()) == 1
    district = PLACE if single else "district: " + own["place"]
    shown = own[["possible", "absent"]].notna().all(axis=1) & own["possible"].gt(0)
    return pd.DataFrame(
        {
            "place_id": own["place"].where(own["kind"].eq("school"), district),
            "date": own["date"],
            "attended": (1 - own["absent"] / own["possible"]).where(shown),
            "possible": own["possible"],
            "absent": own["absent"].where(shown),
            "status": shown.map({True: "reported", False: "suppressed"}).astype("str"),
            "reason": shown.map({True: "", False: HIDDEN}).astype("str"),
            "source": source,
        }
    )[COLUMNS]


def _checked(name: str, table: pd.DataFrame) -> pd.DataFrame:
    wanted = empty_table(name)
    counts = {
        each: str(dtype)
        for each, dtype in wanted.dtypes.items()
        if str(dtype) in ("Int64", "float64")
    }
    lacking = dict.fromkeys([each for each in counts if each not in table], pd.NA)
    return validate(name, table.assign(**lacking).astype(counts).reset_index(drop=True))


def _last_day(month: str) -> str:
    first = date.fromisoformat(f"{month}-01")
    return ((first + timedelta(31)).replace(day=1) - timedelta(1)).isoformat()


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        version = manifest["format"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FileError(f"{folder.name}/{MANIFEST}", "there is no roll-up", REMEDY) from error
    if version != FORMAT:
        raise FileError(f"{folder.name}/{MANIFEST}", f"its format is {version!r}", REMEDY)
    return manifest


def _table(folder: Path, name: str) -> pd.DataFrame:
    path = folder / f"{name}.parquet"
    if not path.is_file() and name == "bands":  # of a year that is not over
        return empty_table("bands").drop(columns=["school_year", "source"])
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError, ArrowException) as error:
        raise FileError(f"{folder.name}/{path.name}", "it cannot be read", REMEDY) from error
