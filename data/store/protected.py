"""The copy of a panel that may be shown: every school count goes through the display gate."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import geopandas as gpd
import pandas as pd

from analytics.disclosure import PRESETS, Policy, Protected, release
from data.assemble.alternative_joins import join_settings, joined_schools, with_joins
from data.assemble.context import named_again
from data.assemble.join import account_of, children_left
from data.assemble.neighbourhoods import by_district
from data.panel import Panel
from data.store import answers
from data.store.provenance import LedgerEntry, singular
from data.store.released import as_they_are
from geo.join.gravity import fit_gravity

AS_ABSENCE = {"numerator": "chronic_absent", "denominator": "enrolled"}


PLACES = ("level", "district", "neighbourhood")
"""Columns of the schools by which totals of restricted counts may be known."""


def protect_panel(
    raw: Panel, policies: Mapping[str, Policy] = PRESETS, *, given: pd.DataFrame | None = None
) -> Panel:
    """Protect a panel, each source by its release kind.

    Parameters
    ----------
    raw : Panel
        Panel with all its figures.
    policies : mapping of str to Policy
        The policy for "published" and for "restricted" sources.
    given : DataFrame, optional
        What earlier releases gave, see `data.store.released`: it cannot be hidden any more, and
        protects nothing.

    Returns
    -------
    Panel
        Same shape, ids and row order. `catchment.students` is empty for a school whose enrolment
        is withheld in any year. Where there is one, all shares are made anew from the enrolments
        that are shown, as are `joins` and the account of the fit: fitted again with one enrolment
        after the other, shares of the raw table would tell the true one. Shares of districts stay:
        no enrolment is in them. `parameters["withheld"]` names the totals that may not be
        published beside.
    """
    kinds: dict[str, str] = {source.id: source.release for source in raw.sources}
    used: dict[str, Policy] = {kind: policies[kind] for kind in sorted(set(kinds.values()))}
    before = None if given is None else as_they_are(given, raw.absence)
    made = _protect(raw.absence, kinds, used, raw, before)
    absence = made.table
    withheld = _withheld(raw, absence)
    drivers = _protect_school_drivers(raw, kinds, used)
    climate = _protect_climate(raw, absence, kinds, used)
    secret = [*made.withheld, *drivers.withheld, *climate.withheld]
    by_outline = raw.area.reports == "district"
    if by_outline:  # shares follow from outlines and children, whatever an enrolment is
        told = _without_students(raw, withheld)
    else:
        told = raw if withheld.empty else _joined_again(raw, withheld)
    shown = replace(
        told,
        absence=absence,
        schools=_without_listed(raw, absence),
        school_drivers=drivers.table,
        climate=climate.table,
        parameters={
            **told.parameters,
            "policies": {kind: asdict(policy) for kind, policy in used.items()},
            **({"withheld": secret} if "restricted" in used else {}),
        },
        protected=True,
    )
    if withheld.empty or by_outline:
        return shown
    return named_again(by_district(with_joins(shown)))


def for_analysts(raw: Panel) -> Panel:
    """Give every count to those who are party to its agreement: only reliability applies (Q codes).

    Never for coalition mode, nor for files that leave.
    """
    return protect_panel(raw, {**PRESETS, "restricted": PRESETS["published"]})


def places(panel: Panel) -> pd.DataFrame:
    """Give what totals of schools are made by: level, district and neighbourhood."""
    return pd.DataFrame(panel.schools[list(PLACES)])


def _protect(
    table: pd.DataFrame,
    kinds: Mapping[str, str],
    policies: Mapping[str, Policy],
    raw: Panel,
    released: pd.DataFrame | None = None,
) -> Protected:
    """Protect the rows of each release kind by its policy."""
    kind = table["source"].map(dict(kinds))
    parts = []
    for name, policy in policies.items():
        own = kind.eq(name)
        before = None if released is None else released.loc[own]
        parts.append(release(table.loc[own], policy, schools=places(raw), released=before))
    withheld = tuple(total for part in parts for total in part.withheld)
    return Protected(pd.concat([part.table for part in parts]).loc[table.index], withheld)


def as_counts(drivers: pd.DataFrame) -> pd.DataFrame:
    """Write each measure of schools as a group of students of its own, as rows of absence are."""
    counts = drivers.rename(columns=AS_ABSENCE)
    count = counts["chronic_absent"]
    return counts.assign(student_group=drivers["measure"], grade="all", lower=count, upper=count)


def _protect_school_drivers(
    raw: Panel, kinds: Mapping[str, str], policies: Mapping[str, Policy]
) -> Protected:
    """Protect the measures of schools."""
    table = raw.school_drivers
    made = _protect(as_counts(table), kinds, policies, raw)
    shown = made.table.rename(columns={name: own for own, name in AS_ABSENCE.items()})
    return Protected(shown[list(table)], made.withheld)


def _protect_climate(
    raw: Panel, absence: pd.DataFrame, kinds: Mapping[str, str], policies: Mapping[str, Policy]
) -> Protected:
    """Protect what surveys say, where it is known how many answered as counts of students are."""
    known = raw.climate[answers.counted(raw.climate)]
    made = _protect(answers.as_counts(known), kinds, policies, raw)
    withheld = enrolments_lost(raw, absence)
    return Protected(answers.as_shown(raw.climate, made.table, kinds, withheld), made.withheld)


def enrolments_lost(raw: Panel, absence: pd.DataFrame) -> pd.MultiIndex:
    """Give the schools and years some row of which no longer shows its enrolment."""
    lost = raw.absence.loc[_lost(raw, absence), ["school_id", "school_year"]]
    return pd.MultiIndex.from_frame(lost.drop_duplicates())


def _lost(raw: Panel, shown: pd.DataFrame) -> pd.Series:
    """Mark the rows of absence that no longer show their enrolment."""
    return raw.absence["enrolled"].notna() & shown["enrolled"].isna()


def _without_listed(raw: Panel, shown: pd.DataFrame) -> gpd.GeoDataFrame:
    """Empty the students on the list of schools an enrolment of which is no longer shown."""
    lost = _lost(raw, shown)
    hidden = raw.schools.index.isin(raw.absence.loc[lost, "school_id"])
    return raw.schools.assign(students=raw.schools["students"].mask(hidden))


def _withheld(raw: Panel, shown: pd.DataFrame) -> pd.Index:
    """Give the schools of the join some year of which no longer shows its enrolment."""
    lost = _lost(raw, shown)
    joined = pd.Index(raw.catchment["school_id"].unique())
    return joined[joined.isin(raw.absence.loc[lost, "school_id"])]


def _without_students(raw: Panel, withheld: pd.Index) -> Panel:
    """Empty the students of the join whose enrolment is withheld; shares stay."""
    table = raw.catchment
    students = table["students"].mask(table["school_id"].isin(withheld))
    return replace(raw, catchment=table.assign(students=students))


def _joined_again(raw: Panel, withheld: pd.Index) -> Panel:
    """Make the build's own join from the enrolments that are shown.

    A school whose enrolment is withheld is spread by distance alone.
    """
    stored = _rounded(raw.parameters["catchment"])
    raw = replace(raw, parameters={**raw.parameters, "catchment": stored})
    students = raw.catchment["students"].mask(raw.catchment["school_id"].isin(withheld))
    masked = replace(raw, catchment=raw.catchment.assign(students=students))
    counted = masked.catchment[~masked.catchment["school_id"].isin(_by_distance(raw, withheld))]
    schools = joined_schools(masked)
    schools = schools[~schools.index.isin(counted["school_id"])]
    tracts = raw.tracts.to_crs(raw.area.crs)
    tracts = tracts.assign(children=children_left(tracts["children"], counted))
    fit = fit_gravity(schools, tracts, **join_settings(raw))
    spread = fit.table.assign(students=fit.table["students"].mask(_in(fit.table, withheld)))
    table = pd.concat([counted, spread]).sort_values(["school_id", "geoid"], ignore_index=True)
    own = sorted(schools.index) if stored["method"] == "supplied" else []
    account = {**account_of(fit), "by_gravity": own, "summary": singular(fit.summary())}
    return replace(
        raw,
        catchment=table[list(raw.catchment.columns)],
        ledger=tuple(_retold(each, stored["summary"], account["summary"]) for each in raw.ledger),
        parameters={**raw.parameters, "catchment": {**stored, **account}},
    )


def _rounded(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Give the join's settings without what could be solved for an enrolment: scales to ten metres.

    Scales may come from counts of every school; students behind them are left out.
    """

    def near(value: Any) -> Any:
        if isinstance(value, Mapping):
            kept = {name: each for name, each in value.items() if name != "students"}
            return {name: near(each) for name, each in kept.items()}
        if isinstance(value, list | tuple):
            return [near(each) for each in value]
        return round(value, 2) if isinstance(value, float) else value

    named = ("scale_km", "zone_scales", "scale_estimates")
    return {name: near(value) if name in named else value for name, value in stored.items()}


def _by_distance(raw: Panel, withheld: pd.Index) -> pd.Index:
    """Give the schools that are not placed by the district's own counts, or no longer."""
    stored = raw.parameters["catchment"]
    if stored["method"] != "supplied":
        return pd.Index(raw.catchment["school_id"].unique())
    return withheld.union(pd.Index(stored["by_gravity"], dtype=withheld.dtype))


def _in(table: pd.DataFrame, schools: pd.Index) -> pd.Series:
    return table["school_id"].isin(schools)


def _retold(entry: LedgerEntry, before: str, after: str) -> LedgerEntry:
    """Let the ledger tell of the fit that is shown, not of the one with every enrolment."""
    is_fit = entry.table == "catchment" and entry.action == "matched" and "km on" in entry.reason
    return replace(entry, reason=after) if is_fit and entry.reason in before else entry
