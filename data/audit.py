"""Audit a built place: what a reader of the protected copy can work out.

`python -m data.audit PLACE [--panel DIR] [--policy NAME]`
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from analytics.disclosure import PRESETS, Audit, Policy, PublicTotals, audit, protect
from data.errors import DataError
from data.panel import PROTECTED, Panel, load_panel
from data.store import answers
from data.store.folders import build_path
from data.store.policies import policies
from data.store.protected import as_counts, enrolments_lost, places
from data.store.released import CELLS, GIVEN, KEYS, as_they_are

MOST_NAMED = 20
COUNTED = ["enrolled", "chronic_absent", "lower", "upper", "status", "reason"]


class DisclosedError(DataError):
    """Hidden counts could be worked out from what would be shown."""


def restricted_rows(panel: Panel, table: str = "absence") -> pd.Series:
    """Mark the rows of a table whose source is shared under an agreement."""
    held = {source.id for source in panel.sources if source.release == "restricted"}
    return panel.table(table)["source"].isin(held)


def audit_panel(raw: Panel, shown: Panel, given: pd.DataFrame | None = None) -> Audit:
    """Audit the rows of restricted sources: absence, and what is known of schools besides.

    Parameters
    ----------
    raw, shown : Panel
        With all figures, and the protected copy of it.
    given : DataFrame, optional
        What earlier releases gave, see `data.store.released`: a reader may still have it.

    Returns
    -------
    Audit
        Known are all rows shown and the totals of every year, group and grade by place, level,
        district and neighbourhood, but those named in the copy as not to be published.

    Raises
    ------
    DataError
        The two are not copies of each other.
    """
    own = restricted_rows(raw)
    if not raw.absence[KEYS].equals(shown.absence[KEYS]):
        raise DataError("the protected copy has other rows than the panel; build the place again")
    stored = shown.parameters.get("policies", {}).get("restricted")
    policy = PRESETS["restricted"] if stored is None else Policy(**stored)
    withheld = shown.parameters.get("withheld", ())
    besides = (_audit_drivers(raw, shown, policy), _audit_climate(raw, shown, policy))
    before = None if given is None else as_they_are(given, raw.absence)
    found = audit(
        shown.absence[own],
        PublicTotals.of(raw.absence[own], places(raw), withheld=withheld),
        policy=policy,
        released=None if before is None else before[own],
    )
    return Audit(
        found.hidden + sum(each.hidden for each in besides),
        found.totals + sum(each.totals for each in besides),
        found.withheld + sum(each.withheld for each in besides),
        sum((each.disclosed for each in besides), found.disclosed),
        found.already,
    )


def _audit_drivers(raw: Panel, shown: Panel, policy: Policy) -> Audit:
    """Audit the measures of schools, each as a group of students."""
    own = restricted_rows(raw, "school_drivers")
    true, seen = (as_counts(each.school_drivers[own]) for each in (raw, shown))
    return _audit_counts(raw, shown, policy, true, seen)


def _audit_climate(raw: Panel, shown: Panel, policy: Policy) -> Audit:
    """Audit what surveys say, each scale as a group of students."""
    own = restricted_rows(raw, "climate") & answers.counted(raw.climate)
    true, seen = raw.climate[own], shown.climate[own]
    seen = answers.as_the_gate_left(true, seen, enrolments_lost(raw, shown.absence))
    true, seen = (answers.as_counts(each) for each in (true, seen))
    return _audit_counts(raw, shown, policy, true, seen)


def _audit_counts(
    raw: Panel, shown: Panel, policy: Policy, true: pd.DataFrame, seen: pd.DataFrame
) -> Audit:
    """Audit counts beside absence."""
    # Their table has no bounds; a reader who knows the policy has those of P4.
    bounds = protect(true[COUNTED], policy)[["lower", "upper"]]
    totals = PublicTotals.of(true, places(raw), withheld=shown.parameters.get("withheld", ()))
    return audit(seen.assign(**bounds), totals, policy=policy)


def shown_against(raw: Panel, shown: Panel, policy: Policy) -> int:
    """Count the rows that are shown though a policy would hide them for their own count."""
    own = restricted_rows(raw)
    asked = protect(raw.absence.loc[own, COUNTED], policy)["reason"].isin(["P1", "P2", "P4"])
    open_rows = shown.absence.loc[own, "chronic_absent"].notna()
    return int((asked & open_rows).sum())


def refuse_disclosed(found: Audit) -> None:
    """Raise an error that says where cells stand that can be worked out, never what they hold.

    Raises
    ------
    DisclosedError
    """
    if found.passed:
        return
    more = len(found.disclosed) - MOST_NAMED
    others = f" and {more:,} more" if more > 0 else ""
    raise DisclosedError(
        f"{len(found.disclosed):,} hidden counts could be worked out from what would be shown:"
        f" {'; '.join(found.disclosed[:MOST_NAMED])}{others}. Leave out the rows or groups that add"
        " up to them, or hide more with a stricter policy"
    )


def audit_text(found: Audit, seconds: float) -> str:
    """Say what an audit found."""
    said = (
        f"{found.hidden:,} hidden cells against {found.totals:,} sums in {seconds:.1f} s:"
        f" {len(found.disclosed):,} can be worked out"
    )
    if found.withheld:
        said += f"; {found.withheld:,} totals may not be published beside"
    if found.already:
        said += f"; {found.already:,} were given by an earlier release and protect nothing"
    return said


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Returns
    -------
    int
        0 when nothing can be worked out, 1 when something can, 2 after a message about the panel.
    """
    parser = argparse.ArgumentParser(prog="python -m data.audit", description=__doc__)
    parser.add_argument("place", help="short name of a built place, such as nyc")
    parser.add_argument("--panel", type=Path, help="panel folder (default: the store)")
    parser.add_argument("--policy", default="", help="policy that the copy is to keep, such as CT")
    options = parser.parse_args(arguments)
    try:
        folder = build_path(options.place) if options.panel is None else options.panel
        raw, shown = load_panel(folder), load_panel(folder / PROTECTED)
        if not restricted_rows(raw).any():
            print(f"{options.place}: every source is published; the gate hides no count here")
            return 0
        started = time.perf_counter()
        told = pd.DataFrame(raw.parameters.get(GIVEN, []), columns=[*KEYS, *CELLS])
        found = audit_panel(raw, shown, told.astype(dict.fromkeys(CELLS, "Int64")))
        print(f"{options.place}: {audit_text(found, time.perf_counter() - started)}")
        refuse_disclosed(found)
        if loose := shown_against(raw, shown, policies(options.policy)["restricted"]):
            raise DisclosedError(
                f"{loose:,} rows are shown that the policy hides; build the place again with it"
            )
    except DisclosedError as error:
        print(error, file=sys.stderr)
        return 1
    except DataError as error:
        print(f"{options.place} was not audited: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
