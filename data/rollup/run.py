"""A roll-up from records to written figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from analytics.disclosure import Policy
from data.errors import DataError
from data.rollup.inputs import Opened, open_inputs, refuse_conflicts
from data.rollup.parts import (
    PART_ROWS,
    Workshop,
    count_parts,
    fingerprint,
    gathered,
    parts_of,
)
from data.rollup.read import connect
from data.rollup.release import Given, release
from data.rollup.settings import Settings
from data.rollup.written import EACH, FORMAT, earlier, write
from data.store.folders import replace_folder

RECORDS = ("records", "copies", "conflicts", "absences")
"""What an account says of all records; the rest of it lies outside of enrolment."""


@dataclass(frozen=True)
class Resources:
    """What the machine may give.

    Attributes
    ----------
    memory : str
        For DuckDB, "300MB": it never writes records to disk, so what does not fit fails.
    threads : int
    part_rows : int
        Records that are counted together.
    """

    memory: str = "300MB"
    threads: int = 2
    part_rows: int = PART_ROWS


def roll_up(
    settings: Settings,
    base: Path,
    out: Path,
    policy: Policy,
    resources: Resources = Resources(),
    say: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Count records, gate the counts, write them.

    Parameters
    ----------
    settings : Settings
    base : Path
        Folder from which the paths of the settings are meant.
    out : Path
        Folder to write; what an earlier roll-up wrote there is taken as known to readers.
    policy : Policy
        See `data.store.policies.policies`.
    resources : Resources
    say : callable
        Is told of progress, in numbers of parts.

    Returns
    -------
    dict
        The manifest, see `data.rollup.written`.

    Raises
    ------
    DataError
        Records that do not fit, memory that does not suffice, or a figure that could be worked out;
        nothing is written then.
    """
    connection = connect(resources.memory, resources.threads)
    try:
        opened = _opened(settings, base, connection)
        parts = parts_of(opened, resources.part_rows)
        mark = fingerprint(settings, opened, list(opened.sizes))
        shop = Workshop(out.absolute().with_name(f".{out.name}.counting"), mark)
        done = count_parts(opened, connection, shop, parts, say)
        found = gathered(shop, done, opened)
        if settings.conflicts == "refuse" and found["account"]["conflicts"].sum():
            refuse_conflicts(opened, connection)
    finally:
        connection.close()
    before = earlier(out)
    if before.figures and before.school_year != settings.school_year:
        raise DataError(f"{out.name} holds another school year; name another folder with --out")
    given = release(found, opened, before, policy, say)
    manifest = _manifest(settings, opened, found, policy, given)
    replace_folder(out, lambda folder: write(folder, given.figures, opened, manifest, given.before))
    shop.close()
    return manifest


def _opened(settings: Settings, base: Path, connection: Any) -> Opened:
    """Open the records, or say that memory does not suffice."""
    try:
        return open_inputs(settings, base, connection)
    except duckdb.OutOfMemoryException:
        raise DataError("the records do not fit into the memory given; raise --memory") from None


def _manifest(
    settings: Settings,
    opened: Opened,
    found: dict[str, pd.DataFrame],
    policy: Policy,
    given: Given,
) -> dict[str, Any]:
    """Say what was read, what was left out and why, and by which rules."""
    account = {name: int(value) for name, value in found["account"].sum().items()}
    district = found["counts"][found["counts"]["kind"].eq("school")]
    figures = given.figures
    hidden = sum(value is None for value in figures.values())
    return {
        "format": FORMAT,
        "school_year": settings.school_year,
        "through": opened.through.isoformat(),
        "complete": opened.complete,
        "read": {**opened.counts, "schools": len(opened.sizes)},
        "records": {name: account[name] for name in RECORDS},
        "outside_enrolment": {
            name: value for name, value in account.items() if name not in RECORDS
        },
        "counted": {
            "days_of_enrolment": int(district["possible"].sum()) // opened.rules.parts,
            "units_absent": int(district["absent"].sum()),
        },
        "written": {"figures": len(figures) - hidden, "hidden": hidden},
        "kept": {"months": given.kept, "figures_that_records_now_say_otherwise": given.differ},
        EACH: given.each,
        "rules": {
            "day_parts": settings.day_parts,
            "minimum_days": settings.minimum_days,
            "conflicts": settings.conflicts,
            "day_rule": opened.rules.day_rule,
            "groups": list(settings.enrolment.groups),
            "district_groups": list(settings.enrolment.district_groups),
        },
        "policy": asdict(policy),
    }
