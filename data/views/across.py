"""Two places beside each other: whether their definitions allow it, and how far they lie apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from analytics.disclosure import dominated
from analytics.rates.between_schools import Estimate, difference, ratio_of_sums
from analytics.rates.reliability import reliability
from analytics.rates.standardised import standardised_difference
from data.definition_facts import CORE, FACTS, fact
from data.definition_rules import Rule, rules_of
from data.nation.tables import is_nation
from data.panel import Panel
from data.recipe.rows import GRADES
from data.views.units import counted

MOST_LEFT_OUT = 2
"""Percent of students that a minimum of days may leave out where the other place has another."""
FEWEST = 10
"""Students on either side of the threshold behind a figure of a level."""
LEAST_SHARED = 0.9
"""Part of each place's students who must be at levels that both places have."""


@dataclass(frozen=True)
class PlaceYear:
    """A place in one school year, as far as its definition decides what it is compared with.

    Attributes
    ----------
    name, year : str
    rule : Rule or None
        None where the rule table has none.
    named : bool
        The place file names its rules; else they are those of its state.
    fictional, nation, unusual : bool
    graded : frozenset of str
        Grades that have figures of their own.
    """

    name: str
    year: str
    rule: Rule | None
    named: bool = True
    fictional: bool = False
    nation: bool = False
    unusual: bool = False
    graded: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Reason:
    """Why two places are not compared, or what must be said beside a comparison.

    Attributes
    ----------
    code : str
        "fictional", "nation", "no_rule", "not_published", "unconfirmed", "unusual", "unknown",
        "differs", "levels"; of a note "years", "state_rule", "schools", "minimum", "grades",
        "unknown".
    place : str
        Whom it is about; "" for both.
    fact : str
        Key of `FACTS`; "" where it is of none.
    given : tuple of str
        What the first and the second place have, or a year, or words of the publisher.
    """

    code: str
    place: str = ""
    fact: str = ""
    given: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """Whether two places may be compared.

    Attributes
    ----------
    reasons : tuple of Reason
        All that stand in the way; none where the comparison is allowed.
    notes : tuple of Reason
        What is said beside it.
    grades : tuple of str
        Grades that both are brought to; none where all that is counted is compared.
    bound : float
        How far another minimum of days could move the difference, as a fraction.
    """

    reasons: tuple[Reason, ...] = ()
    notes: tuple[Reason, ...] = ()
    grades: tuple[str, ...] = ()
    bound: float = 0.0

    @property
    def allowed(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.reasons


@dataclass(frozen=True, eq=False)
class Comparison:
    """How far two places lie apart.

    Attributes
    ----------
    table : DataFrame
        Rows of both places by level that both have, then of all of these ("all"): name, level,
        school_year, schools, enrolled, chronic_absent, rate, low, high, status, reason.
    apart : DataFrame
        By level and "all": difference (first less second), difference_low, difference_high.
    crude, alike : Estimate
        Of all students compared; the second as if both had the same mix of levels. The bound of
        the verdict is in both ranges.
    left_out : tuple of float
        Students of either place at levels that the other does not have.
    """

    table: pd.DataFrame
    apart: pd.DataFrame
    crude: Estimate
    alike: Estimate
    left_out: tuple[float, float]


def place_year(panel: Panel, year: str) -> PlaceYear:
    """Describe a place in one school year, see `PlaceYear`."""
    area = panel.area
    rules = rules_of(area)
    rows = panel.absence[panel.absence["school_year"].eq(year)]
    return PlaceYear(
        name=area.name,
        year=year,
        rule=rules.of(year) if rules else None,
        named=bool(area.definition_rule),
        fictional=area.fictional,
        nation=is_nation(panel),
        unusual=year in area.unusual_years,
        graded=frozenset(rows["grade"]) & frozenset(GRADES),
    )


def year_beside(panel: Panel, year: str) -> str:
    """Give the year in which a place is set beside another: the same, else the one shown first."""
    known = panel.absence["school_year"].eq(year).any()
    return year if known else panel.area.default_year


def verdict(one: PlaceYear, other: PlaceYear) -> Verdict:
    """Say whether two places may be compared, with every reason against it.

    The order of the two changes the order of words alone.
    """
    if one.fictional != other.fictional:
        return Verdict((Reason("fictional", one.name if one.fictional else other.name),))
    if nations := tuple(Reason("nation", each.name) for each in (one, other) if each.nation):
        return Verdict(nations)
    own = [reason for each in (one, other) for reason in _alone(each)]
    notes = [note for each in (one, other) for note in _told(each)]
    if one.year != other.year:
        notes.append(Reason("years", given=(one.year, other.year)))
    found = Verdict(tuple(own), tuple(notes))
    if one.rule is None or other.rule is None or one.rule == other.rule:
        return found
    if not (one.rule.published and other.rule.published):
        return found
    for name in FACTS:
        found = _held(found, name, one, other)
    return found


def compare(panels: tuple[Panel, Panel], years: tuple[str, str], allowed: Verdict) -> Comparison:
    """Compare two places whose definitions allow it.

    Parameters
    ----------
    panels, years : pair
        Protected panels, and the school year of each.
    allowed : Verdict
        From `verdict`.

    Raises
    ------
    ValueError
        The verdict does not allow it.
    """
    if not allowed.allowed:
        raise ValueError("the definitions of the two places do not allow a comparison")
    schools = _both(panels, years, allowed.grades)
    shared = schools[schools["level"].isin(_shared(schools))]
    every = {**{str(level): rows for level, rows in shared.groupby("level")}, "all": shared}
    table = pd.concat(_rows(rows, panels, years, level) for level, rows in every.items())
    apart = {level: _widened(_apart(rows), allowed.bound) for level, rows in every.items()}
    columns = {
        "difference": [each.value for each in apart.values()],
        "difference_low": [each.low for each in apart.values()],
        "difference_high": [each.high for each in apart.values()],
    }
    alike = standardised_difference(shared["x"], shared["n"], shared["level"], shared["first"])
    left = schools.drop(shared.index).groupby("first")["n"].sum()
    return Comparison(
        table.reset_index(drop=True),
        pd.DataFrame(columns, index=pd.Index(list(apart), name="level")),
        apart["all"],
        _widened(alike, allowed.bound),
        (float(left.get(True, 0.0)), float(left.get(False, 0.0))),
    )


def beside(panel: Panel, year: str, other: Panel) -> tuple[Verdict, Comparison | None]:
    """Set a place beside another: the verdict, and the comparison where it is allowed."""
    panels, years = (panel, other), (year, year_beside(other, year))
    one, two = (place_year(each, its) for each, its in zip(panels, years, strict=True))
    found = verdict(one, two)
    if not found.allowed:
        return found, None
    schools = _both(panels, years, found.grades)
    levels = _shared(schools)
    for name, first in ((one.name, True), (two.name, False)):
        rows = schools[schools["first"].eq(first)]
        inside = rows.loc[rows["level"].isin(levels), "n"].sum()
        if not inside or inside < LEAST_SHARED * rows["n"].sum():
            found = replace(found, reasons=(*found.reasons, Reason("levels", name)))
    return found, compare(panels, years, found) if found.allowed else None


def _alone(place: PlaceYear) -> Iterator[Reason]:
    """Reasons that lie in one of the places, whatever the other is."""
    if place.rule is None:
        yield Reason("no_rule", place.name, given=(place.year,))
    elif not place.rule.published:
        yield Reason("not_published", place.name, given=(place.year,))
    elif not place.rule.confirmed:
        yield Reason("unconfirmed", place.name, given=(place.year,))
    if place.unusual:
        yield Reason("unusual", place.name, given=(place.year,))


def _told(place: PlaceYear) -> Iterator[Reason]:
    if place.rule is not None and not place.named:
        yield Reason("state_rule", place.name)
    if place.rule is not None and place.rule.schools:
        yield Reason("schools", place.name, given=(place.rule.schools,))


def _held(found: Verdict, name: str, one: PlaceYear, other: PlaceYear) -> Verdict:
    """Hold one fact of two rules against each other."""
    rules = [each.rule for each in (one, other) if each.rule is not None]
    values = tuple(fact(rule, name) for rule in rules)
    if lacking := [each for each, value in zip((one, other), values, strict=True) if not value]:
        said = tuple(Reason("unknown", each.name, name) for each in lacking)
        if name in CORE:
            return replace(found, reasons=(*found.reasons, *said))
        return replace(found, notes=(*found.notes, *said))
    if values[0] == values[1]:
        return found
    if name == "minimum" and (bound := _bound(rules)) is not None:
        note = Reason("minimum", fact=name, given=values)
        return replace(found, notes=(*found.notes, note), bound=bound)
    if name == "grades" and (common := _common(one, other)):
        note = Reason("grades", fact=name, given=(common[0], common[-1]))
        return replace(found, notes=(*found.notes, note), grades=common)
    return replace(found, reasons=(*found.reasons, Reason("differs", "", name, values)))


def _bound(rules: list[Rule]) -> float | None:
    """Give how far the stricter minimum can move a rate; None where no source bounds it.

    Students left out who are a part f of all move a rate r to between `(1 - f) r` and
    `(1 - f) r + f`, by f at most.
    """
    stricter = max(rules, key=lambda rule: rule.minimum_days or 0).left_out_percent
    return None if stricter is None or stricter > MOST_LEFT_OUT else stricter / 100


def _common(one: PlaceYear, other: PlaceYear) -> tuple[str, ...]:
    """Grades that both count, where each that counts more has figures of every one of them."""
    grades = [each.rule.grades if each.rule else () for each in (one, other)]
    common = tuple(grade for grade in grades[0] if grade in grades[1])
    able = all(
        own == common or each.graded >= set(common)
        for each, own in zip((one, other), grades, strict=True)
    )
    return common if able else ()


def _both(
    panels: tuple[Panel, Panel], years: tuple[str, str], grades: tuple[str, ...]
) -> pd.DataFrame:
    """Schools of both places with a count: x, n, level and whether they are of the first."""
    parts = []
    for panel, year, first in zip(panels, years, (True, False), strict=True):
        x, n = _figures(panel, year, grades)
        table = pd.DataFrame({"x": x, "n": n, "level": panel.schools["level"], "first": first})
        table = table[table["x"].notna() & table["n"].gt(0)]
        parts.append(
            table.set_index(f"{'first' if first else 'second'}/" + table.index.astype(str))
        )
    return pd.concat(parts)


def _figures(panel: Panel, year: str, grades: tuple[str, ...]) -> tuple[pd.Series, pd.Series]:
    """Events and students by school: of all grades, or of some where it has them by grade."""
    ids = panel.schools.index
    rules = rules_of(panel.area)
    rule = rules.of(year) if rules else None
    if not grades or (rule is not None and rule.grades == grades):
        absent, students = counted(panel, "all", ids)
        return absent[year], students[year]
    rows = panel.absence
    rows = rows[rows["school_year"].eq(year) & rows["student_group"].eq("all")]
    hidden = rows["grade"].isin(grades) & rows["chronic_absent"].isna()
    x, n = pd.Series(0.0, ids), pd.Series(0.0, ids)
    for grade in grades:
        absent, students = counted(panel, "all", ids, grade, "grade")
        x, n = x + absent[year].fillna(0.0), n + students[year].fillna(0.0)
    # A school with a grade that is withheld would lose the students of that grade alone.
    out = ids.isin(rows.loc[hidden, "school_id"]) | (n == 0)
    return x.mask(out), n.mask(out)


def _shared(schools: pd.DataFrame) -> list[str]:
    """Levels at which both places have enough schools and students for a figure of their own."""
    if schools.empty:
        return []
    sums = schools.groupby(["level", "first"]).agg(
        x=("x", "sum"), n=("n", "sum"), schools=("n", "size"), largest=("n", "max")
    )
    few = dominated(sums["schools"], sums["largest"] / sums["n"])
    few |= (sums["x"] < FEWEST) | (sums["n"] - sums["x"] < FEWEST)
    shown = reliability(sums["x"].to_numpy(), sums["n"].to_numpy())["status"].eq("present")
    fine = (~few & shown.to_numpy()).groupby("level").sum()
    return list(fine.index[fine == 2])


def _rows(
    rows: pd.DataFrame, panels: tuple[Panel, Panel], years: tuple[str, str], level: str
) -> pd.DataFrame:
    """Figures of both places at a level, one row each."""
    table = []
    for panel, year, first in zip(panels, years, (True, False), strict=True):
        own = rows[rows["first"].eq(first)]
        rate = ratio_of_sums(own["x"], own["n"])
        table.append(
            {
                "name": panel.area.name,
                "level": level,
                "school_year": year,
                "schools": len(own),
                "enrolled": own["n"].sum(),
                "chronic_absent": own["x"].sum(),
                "rate": rate.value,
                "low": max(rate.low, 0.0),
                "high": min(rate.high, 1.0),
            }
        )
    return pd.DataFrame(table)


def _apart(rows: pd.DataFrame) -> Estimate:
    first = rows["first"].astype(float)
    return difference(rows["x"], rows["n"], first, 1 - first)


def _widened(found: Estimate, bound: float) -> Estimate:
    """Add to a range what another minimum of days could change."""
    return replace(found, low=found.low - bound, high=found.high + bound)
