"""A roll-up from records to written figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analytics.disclosure import Policy
from data.errors import DataError
from data.rollup import tables
from data.rollup.expressions import NOBODY
from data.rollup.gate import BANDS, EVERYONE, Before, Gated, Key, gate, gate_transitions
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
from data.rollup.settings import Settings
from data.rollup.written import FORMAT, earlier, write
from data.store.folders import replace_folder


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
        opened = open_inputs(settings, base, connection)
        parts = parts_of(opened, resources.part_rows)
        mark = fingerprint(settings, opened, list(opened.sizes))
        shop = Workshop(out.absolute().with_name(f".{out.name}.counting"), mark)
        done = count_parts(opened, connection, shop, parts, say)
        found = gathered(shop, done, opened)
        if settings.conflicts == "refuse" and found["account"]["conflicts"].sum():
            refuse_conflicts(opened, connection)
    finally:
        connection.close()
    figures = _gated(found, opened, out, policy, say)
    manifest = _manifest(settings, opened, found, policy, figures)
    replace_folder(out, lambda folder: write(folder, figures, opened, manifest))
    shop.close()
    return manifest


def _gated(
    found: dict[str, pd.DataFrame],
    opened: Opened,
    out: Path,
    policy: Policy,
    say: Callable[[str], None],
) -> dict[Key, float | None]:
    """Gate every month of every district; None stands for a hidden figure.

    Keys begin with the month.
    """
    table = tables.long(found["counts"], opened.groups, opened.broad)
    measures = tables.measured(table)
    days = tables.by_day(found["days"], opened.rules.parts)
    before, until = earlier(out)
    made: dict[Key, float | None] = {}
    for district in sorted({opened.districts[school] for school in opened.sizes}):
        counted: dict[Key, float] = {}
        closed: set[Key] = set()
        for number, month in tables.months_of(district, measures, days, opened):
            # Figures of a month that went on since are others, and tell nothing for certain.
            same = until >= month.days.index.get_level_values("date").max()
            shown = before.shown if same else {}
            own = Before(
                shown={key[1:]: value for key, value in shown.items() if key[0] == number},
                hidden=frozenset(key[1:] for key in before.hidden if key[0] == number),
                counted=counted,
                closed=frozenset(closed),
            )
            release = gate(month, own, policy)
            _refuse_disclosed(release)
            _remember(release, counted, closed)
            made |= {(number, *key): value for key, value in release.shown.items()}
            made |= dict.fromkeys([(number, *key) for key in release.hidden])
        if opened.complete:
            made |= _transitions(district, table, measures, made, policy)
        say(f"{len(made):,} figures through the gate")
    return made


def _transitions(
    district: str,
    table: pd.DataFrame,
    measures: pd.DataFrame,
    made: dict[Key, float | None],
    policy: Policy,
) -> dict[Key, float | None]:
    """Gate what became of each band, of a district whose year is over."""
    place: Key = ("district", district)
    counts = tables.transitions(table)
    counts = counts[counts["kind"].eq("district") & counts["place"].eq(district)]
    counts = counts.set_index("band")[["students", "chronic"]]
    counts = counts.reindex(range(NOBODY, len(BANDS)), fill_value=0)
    own = measures.loc[(*place, EVERYONE)]
    signal = own.index[own[BANDS[0]].notna()]
    if signal.empty:
        return {}
    known: dict[Key, bool] = {
        (band,): made.get((int(signal[0]), *place, EVERYONE, name)) is not None
        for band, name in enumerate(BANDS)
    }
    last = int(own.index.max())
    for name in ("students", "chronic"):
        known[name,] = made.get((last, *place, EVERYONE, name)) is not None
    release = gate_transitions(counts, own.loc[last], known, policy)
    _refuse_disclosed(release)
    figures: dict[Key, float | None] = {**release.shown, **dict.fromkeys(release.hidden)}
    return {
        (0, *place, "band", BANDS[int(str(band))], name): value
        for (band, name), value in figures.items()
        if band != EVERYONE
    }


def _manifest(
    settings: Settings,
    opened: Opened,
    found: dict[str, pd.DataFrame],
    policy: Policy,
    figures: dict[Key, float | None],
) -> dict[str, Any]:
    """Say what was read, what was left out and why, and by which rules."""
    account = {name: int(value) for name, value in found["account"].sum().items()}
    district = found["counts"][found["counts"]["kind"].eq("school")]
    hidden = sum(value is None for value in figures.values())
    return {
        "format": FORMAT,
        "school_year": settings.school_year,
        "through": opened.through.isoformat(),
        "complete": opened.complete,
        "read": {**opened.counts, "schools": len(opened.sizes)},
        "records": account,
        "counted": {
            "days_of_enrolment": int(district["possible"].sum()) // opened.rules.parts,
            "units_absent": int(district["absent"].sum()),
        },
        "written": {"figures": len(figures) - hidden, "hidden": hidden},
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


def _refuse_disclosed(release: Gated) -> None:
    """Write nothing where something could be worked out."""
    if release.disclosed:
        raise DataError(
            f"{len(release.disclosed):,} hidden figures could be worked out from those shown; "
            "nothing is written. Leave out a column of groups; where records of a month "
            "given before were put right, keep to the earlier roll-up: both together tell too much"
        )


def _remember(release: Gated, counted: dict[Key, float], closed: set[Key]) -> None:
    """Keep what readers know of students so far."""
    for key, value in release.shown.items():
        if key[-1] == "students":
            counted[key[:3]] = value
    closed |= {key[:3] for key in release.hidden if key[-1] == "students"}
