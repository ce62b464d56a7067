"""The copy of a panel that may be shown: every school count goes through the display gate."""

from collections.abc import Mapping
from dataclasses import asdict, replace

import pandas as pd

from analytics.disclosure.gate import PRESETS, Policy, protect
from data.assemble.alternative_joins import with_joins
from data.panel import Panel

AS_ABSENCE = {"numerator": "chronic_absent", "denominator": "enrolled"}


def protect_panel(raw: Panel, policies: Mapping[str, Policy] = PRESETS) -> Panel:
    """Protect a panel, each source by its release kind.

    Parameters
    ----------
    raw : Panel
        Panel with all its figures.
    policies : mapping of str to Policy
        The policy for "published" and for "restricted" sources.

    Returns
    -------
    Panel
        Same shape, ids and row order. `catchment.students` is empty for a school whose enrolment
        is withheld in any year; shares stay. `joins` are made anew from what is left.
    """
    release: dict[str, str] = {source.id: source.release for source in raw.sources}
    used: dict[str, Policy] = {kind: policies[kind] for kind in sorted(set(release.values()))}
    absence = _protect(raw.absence, release, used)
    shown = replace(
        raw,
        absence=absence,
        school_drivers=_protect_school_drivers(raw.school_drivers, release, used),
        catchment=_withhold_students(raw, absence),
        parameters={
            **raw.parameters,
            "policies": {kind: asdict(policy) for kind, policy in used.items()},
        },
        protected=True,
    )
    nothing_withheld = shown.catchment.equals(raw.catchment)
    return shown if nothing_withheld else with_joins(shown)


def _protect(
    table: pd.DataFrame, release: Mapping[str, str], policies: Mapping[str, Policy]
) -> pd.DataFrame:
    kind = table["source"].map(dict(release))
    parts = [protect(table.loc[kind.eq(name)], policy) for name, policy in policies.items()]
    return pd.concat(parts).loc[table.index]


def _protect_school_drivers(
    table: pd.DataFrame, release: Mapping[str, str], policies: Mapping[str, Policy]
) -> pd.DataFrame:
    counts = table.rename(columns=AS_ABSENCE)
    counts = counts.assign(lower=counts["chronic_absent"], upper=counts["chronic_absent"])
    shown = _protect(counts, release, policies).drop(columns=["lower", "upper"])
    return shown.rename(columns={name: own for own, name in AS_ABSENCE.items()})


def _withhold_students(raw: Panel, shown: pd.DataFrame) -> pd.DataFrame:
    """Empty the students of schools some year of which no longer shows its enrolment."""
    lost = raw.absence["enrolled"].notna() & shown["enrolled"].isna()
    withheld = raw.catchment["school_id"].isin(raw.absence.loc[lost, "school_id"])
    return raw.catchment.assign(students=raw.catchment["students"].mask(withheld))
