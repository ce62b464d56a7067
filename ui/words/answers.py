"""The sentence that answers a page's question, and the few numbers beside it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import pandas as pd

from analytics.local.significance import smallest_draws_needed
from data.store.manifest import DefinitionBreak
from data.views.hot_spots import MAX_DRAWS, SET_MAX_DRAWS, HotSpots
from data.views.schools_and_tracts import Totals
from data.views.years import Dispersion
from ui import queries
from ui.hotspots import words as hotspot_words
from ui.hotspots.areas import stand_out
from ui.selection import Selection
from ui.words.numbers import (
    alpha_text,
    count_text,
    percent_text,
    plural,
    points_text,
    q_text,
    ratio_text,
    students_text,
)
from ui.words.plain import about, capital

TOO_SMALL_TO_SCAN = (
    "This place is too small for a scan: every circle would hold more than a tenth of its students."
    " Choose another way to look for hot spots."
)

NOTHING_TESTED = (
    "No tract can be tested with this choice. Choose another school year, level or join method."
)
GO_TOGETHER = "They go together; this does not show why."
Figures = list[tuple[str, str]]
TENTH = re.compile(
    r"(?<![0-9.])(?:10|90)\s*(?:%|per\s?cent)|\b(?:tenth|ten per\s?cent)\b", re.IGNORECASE
)
"""Definitions that count those who miss a tenth of their days."""


def no_figures(reasons: pd.Series, years: Sequence[str]) -> str:
    """Say that no school of a view has a figure to show, why, and where some have.

    Parameters
    ----------
    reasons : Series of str
        Why each school of the view has no figure; "" where none is given.
    years : sequence of str
        School years of this level that have figures, earliest first.
    """
    schools = plural(len(reasons), "school")
    given = reasons[reasons.ne("")].value_counts()
    why = f" ({given.index[0].removesuffix('.')})" if len(given) else ""
    answer = f"No school has a figure to show in this view: of {schools}, none is counted{why}."
    if not len(reasons):
        answer = "No school has a figure to show in this view: the files give no row for it."
    if not years:
        return f"{answer} No other school year of this level has figures either."
    return f"{answer} Choose another school year: {', '.join(years)}."


def breaks_text(breaks: Sequence[DefinitionBreak]) -> str:
    """Say from which years on figures are not comparable with earlier ones; "" for none."""
    if not breaks:
        return ""
    notes = " ".join(f"{each.school_year}: {each.note}" for each in breaks)
    return f"The line is cut where figures stop being comparable. {notes}"


def overview_sentence(
    place: str,
    year: str,
    chronic_absent: float,
    enrolled: float,
    n_schools: int,
    definition: str = "10 %",
) -> str:
    """Answer to "How many children miss much school here?", in the words of the definition."""
    if enrolled <= 0:
        return (
            f"No absence figure of {place} can be shown for {year}."
            " Choose another school year or level."
        )
    rate = chronic_absent / enrolled
    missed = (
        "They missed at least a tenth of their school days."
        if TENTH.search(definition)
        else "The foot of the page says how they are counted."
    )
    return (
        f"{capital(about(rate))} were chronically absent in {year}: {count_text(chronic_absent)} of"
        f" {students_text(enrolled)} in {plural(n_schools, 'school')} of {place}"
        f" ({percent_text(rate, enrolled)}). {missed}"
    )


def draws_sentence(draws: int, n_tested: int, alpha: float) -> str:
    """Warning that one area alone cannot pass with at most so many draws; ``""`` when it can."""
    needed = smallest_draws_needed(n_tested, alpha)
    if draws >= needed:
        return ""
    return (
        "This check can find groups of neighbourhoods. It is not fine enough to single out one"
        f" tract: to pass q {alpha_text(alpha)} alone among {plural(n_tested, 'tested tract')}, it"
        f" would need {count_text(needed)} draws of chance, and gets up to {count_text(draws)}."
    )


def drivers_sentence(driver: str, rho: float, low: float, high: float, n: int) -> str:
    """Answer to "Which conditions go together with absence?", as an association only.

    `rho, low, high` are the rank correlation between the rates of `n` schools and their exposure,
    with its interval; the absence of a clear link is an answer too.
    """
    if n < 3 or not all(map(math.isfinite, (rho, low, high))):
        return f"Too few schools have both figures to compare absence with “{driver}”."
    schools = f"across {plural(n, 'school')}"
    if low <= 0 <= high:
        return f"We see no clear link between “{driver}” and absence {schools}."
    strength = "much" if abs(rho) >= 0.6 else "clearly" if abs(rho) >= 0.3 else "slightly"
    direction = "more" if rho > 0 else "less"
    return (
        f"Schools whose tracts have more of “{driver}” have {strength} {direction} absence"
        f" {schools}. {GO_TOGETHER}"
    )


def overview_figures(
    sums: Totals, trend: pd.DataFrame, year: str, definition: str = "10 %"
) -> Figures:
    """Students, rate, schools, and change of the same schools since the usual year before."""
    if sums.enrolled <= 0:
        return [("not shown", "no school has a figure for this choice")]
    rate = sums.chronic_absent / sums.enrolled
    how = "missed a tenth of their days or more"
    if not TENTH.search(definition):
        how = "were chronically absent"
    students = f"of {count_text(sums.enrolled)} students {how}"
    return [
        (count_text(sums.chronic_absent), students),
        (percent_text(rate, sums.enrolled), "a count of all students, not of a sample"),
        (
            plural(sums.schools, "school"),
            f"in these sums; {count_text(sums.hidden)} of all {count_text(sums.listed)} have no"
            " figure of their own to show",
        ),
        _change(trend, year),
    ]


def withheld_text(sums: Totals) -> str:
    """Say how far schools that are withheld could move the rate of a place; "" for none.

    Parameters
    ----------
    sums : Totals
        Of the view; the students of withheld schools are those on the list of schools.
    """
    if not sums.bounded or sums.enrolled <= 0:
        return ""
    everyone = sums.enrolled + sums.listed_students
    low, high = (
        percent_text((sums.chronic_absent + n) / everyone) for n in (sums.least, sums.most)
    )
    return (
        f"{plural(sums.withheld, 'school')} withheld: {count_text(sums.bounded)} of them have"
        f" {count_text(sums.listed_students)} students on the list of schools, of whom"
        f" {count_text(sums.least)} to {count_text(sums.most)} were chronically absent by what is"
        f" published. With them the rate would be {low} to {high}: close, not exact, as the list"
        " counts the students of another day."
    )


def hot_spot_figures(spots: HotSpots) -> Figures:
    """Hot tracts and groups, students in them, rate, tests made."""
    groups = spots.groups
    enrolled, absent = float(groups["enrolled"].sum()), float(groups["chronic_absent"].sum())
    made = "tracts looked at" + (f", each in up to {spots.ways} ways" if spots.ways > 1 else "")
    if groups.empty:
        return [("0 tracts", "stand out"), (count_text(spots.tested), made)]
    expected = float(groups["expected"].sum())
    return [
        (plural(groups["tracts"].sum(), "tract"), f"in {plural(len(groups), 'group')}"),
        (count_text(absent), f"of about {count_text(enrolled)} students there chronically absent"),
        (
            percent_text(absent / enrolled, enrolled),
            f"{ratio_text(absent / expected)} times as expected for the school levels",
        ),
        (count_text(spots.tested), made),
    ]


def hot_spot_answer(spots: HotSpots, selection: Selection) -> str:
    """Answer to "Where does absence cluster?"."""
    if spots.tested == 0:
        return TOO_SMALL_TO_SCAN if spots.kind == "scan" else NOTHING_TESTED
    place, totals = queries.panel(selection).area.name, queries.totals(selection)
    said = stand_out(
        spots,
        selection.year,
        place,
        totals.chronic_absent / totals.enrolled,
        selection.alpha,
    )
    return " ".join(filter(None, (said, hotspot_words.caution(selection))))


def draws_note(spots: HotSpots, alpha: float) -> str:
    """Say what was tested and what it cannot find; "" where nothing was drawn."""
    if spots.kind == "membership":
        return ""
    ways = f", each in up to {spots.ways} ways," if spots.ways > 1 else ""
    uneven = ""
    if spots.whole_p is not None:
        uneven = (
            f" The map as a whole is as uneven as this by chance with {q_text(spots.whole_p, 'p')}."
        )
    tested = (
        f"{plural(spots.tested, 'tract')} were tested{ways} against up to"
        f" {count_text(spots.draws)} draws of chance.{uneven}"
    )
    if not counts_draws(spots):
        return tested
    most = MAX_DRAWS if spots.kind == "test" else SET_MAX_DRAWS
    return " ".join(filter(None, (draws_sentence(most, spots.tested, alpha), tested)))


def counts_draws(spots: HotSpots) -> bool:
    """Whether each tract has a q of its own: a circle or a probability has none."""
    return spots.kind in ("test", "consensus")


def _change(trend: pd.DataFrame, year: str) -> tuple[str, str]:
    rows = trend.set_index("school_year")
    earlier = [item for item in rows.index if item < year and not rows.loc[item, "is_unusual"]]
    if year not in rows.index or not earlier:
        return ("no earlier year", "to compare with in this place's files")
    row = rows.loc[year]
    if row["is_unusual"]:
        return ("not compared", f"{year} was unusual: cut short or remote")
    if pd.isna(row["since"]):
        return ("not comparable", f"with {earlier[-1]}: the definition changed in between")
    low, high = row["paired_low"], row["paired_high"]
    if pd.isna(row["paired"]):
        return ("not compared", f"no school has a figure both in {row['since']} and in {year}")
    unclear = ": no clear change" if low <= 0 <= high else ""
    between = f"{points_text(low)} to {points_text(high)} as schools differ{unclear}"
    if pd.isna(low):
        between = "too few schools to say how sure that is"
    return (
        f"{points_text(row['paired'])} points",
        f"in the same {plural(row['same_schools'], 'school')} since {row['since']} ({between});"
        f" opened and closed schools add {points_text(row['composition'])}",
    )


def year_basis(dispersion: Dispersion) -> str:
    """Say what the ranges of schools for next year rest on."""
    spread = f"{dispersion.place:.1f} times the variance of chance among students"
    if not dispersion.pairs:
        return (
            "This place has no two usual years to compare. Ranges of schools take the spread of"
            f" New York City's: {spread}."
        )
    first, last = dispersion.pairs[0][0], dispersion.pairs[-1][1]
    pairs = plural(len(dispersion.pairs), "pair")
    return (
        "Ranges of schools rest on how far schools here moved from one usual year to the next"
        f" ({pairs} of years, {first} to {last}). That was {spread}. Levels with many schools have"
        " their own; the change of the whole place is taken out."
    )
