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
from ui.languages import mark, number, text
from ui.queries import hotspots as queries_hotspots
from ui.selection import Selection
from ui.words import plain
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

TOO_SMALL_TO_SCAN = mark(
    "This place is too small for a scan: every circle would hold more than a tenth of its students."
    " Choose another way to look for hot spots."
)

NOTHING_TESTED = mark(
    "No tract can be tested with this choice. Choose another school year, level or join method."
)
GO_TOGETHER = mark("They go together; this does not show why.")
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
    answer = text(
        "No school has a figure to show in this view: of {schools}, none is counted{why}.",
        schools=schools,
        why=why,
    )
    if not len(reasons):
        answer = text("No school has a figure to show in this view: the files give no row for it.")
    other = text("No other school year of this level has figures either.")
    if years:
        other = text("Choose another school year: {years}.", years=", ".join(years))
    return f"{answer} {other}"


def breaks_text(breaks: Sequence[DefinitionBreak]) -> str:
    """Say from which years on figures are not comparable with earlier ones; "" for none."""
    if not breaks:
        return ""
    notes = " ".join(f"{each.school_year}: {text(each.note)}" for each in breaks)
    return f"{text('The line is cut where figures stop being comparable.')} {notes}"


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
        return text(
            "No absence figure of {place} can be shown for {year}. Choose another school year or"
            " level.",
            place=place,
            year=year,
        )
    rate = chronic_absent / enrolled
    missed = mark("They missed at least a tenth of their school days.")
    if not TENTH.search(definition):
        missed = mark("The foot of the page says how they are counted.")
    said = text(
        "{about} were chronically absent in {year}: {count} of {students} in {schools} of {place}"
        " ({rate}).",
        about=capital(about(rate)),
        year=year,
        count=count_text(chronic_absent),
        students=students_text(enrolled),
        schools=plural(n_schools, "school"),
        place=place,
        rate=percent_text(rate, enrolled),
    )
    return f"{said} {text(missed)}"


def draws_sentence(draws: int, n_tested: int, alpha: float) -> str:
    """Warning that one area alone cannot pass with at most so many draws; ``""`` when it can."""
    needed = smallest_draws_needed(n_tested, alpha)
    if draws >= needed:
        return ""
    return text(
        "This check can find groups of neighbourhoods. It is not fine enough to single out one"
        " tract: to pass q {alpha} alone among {tested}, it would need {needed} draws of chance,"
        " and gets up to {draws}.",
        alpha=alpha_text(alpha),
        tested=plural(n_tested, "tested tract"),
        needed=count_text(needed),
        draws=count_text(draws),
    )


def drivers_sentence(driver: str, rho: float, low: float, high: float, n: int) -> str:
    """Answer to "Which conditions go together with absence?", as an association only.

    `rho, low, high` are the rank correlation between the rates of `n` schools and their exposure,
    with its interval; the absence of a clear link is an answer too.
    """
    if n < 3 or not all(map(math.isfinite, (rho, low, high))):
        few = mark("Too few schools have both figures to compare absence with “{condition}”.")
        return text(few, condition=driver)
    schools = plural(n, "school")
    if low <= 0 <= high:
        unclear = mark("We see no clear link between “{condition}” and absence across {schools}.")
        return text(unclear, condition=driver, schools=schools)
    strength = 2 if abs(rho) >= 0.6 else 1 if abs(rho) >= 0.3 else 0
    said = text(
        "Schools whose tracts have more of “{condition}” have {strength} absence across {schools}.",
        condition=driver,
        strength=text((_MORE if rho > 0 else _LESS)[strength]),
        schools=schools,
    )
    return f"{said} {text(GO_TOGETHER)}"


_MORE = (mark("slightly more"), mark("clearly more"), mark("much more"))
_LESS = (mark("slightly less"), mark("clearly less"), mark("much less"))


def overview_figures(
    sums: Totals, trend: pd.DataFrame, year: str, definition: str = "10 %"
) -> Figures:
    """Students, rate, schools, and change of the same schools since the usual year before."""
    if sums.enrolled <= 0:
        return [(text("not shown"), text("no school has a figure for this choice"))]
    rate = sums.chronic_absent / sums.enrolled
    how = mark("of {count} students missed a tenth of their days or more")
    if not TENTH.search(definition):
        how = mark("of {count} students were chronically absent")
    return [
        (count_text(sums.chronic_absent), text(how, count=count_text(sums.enrolled))),
        (percent_text(rate, sums.enrolled), text("a count of all students, not of a sample")),
        (
            plural(sums.schools, "school"),
            text(
                "in these sums; {hidden} of all {all} have no figure of their own to show",
                hidden=count_text(sums.hidden),
                all=count_text(sums.listed),
            ),
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
    return text(
        "{schools} withheld: {bounded} of them have {students} students on the list of schools, of"
        " whom {least} to {most} were chronically absent by what is published. With them the rate"
        " would be {low} to {high}: close, not exact, as the list counts the students of another"
        " day.",
        schools=plural(sums.withheld, "school"),
        bounded=count_text(sums.bounded),
        students=count_text(sums.listed_students),
        least=count_text(sums.least),
        most=count_text(sums.most),
        low=low,
        high=high,
    )


def publishers_text(sums: Totals, total: tuple[int, int] | None) -> str:
    """Say the publisher's own total of the whole place where the sum is another number.

    Parameters
    ----------
    sums : Totals
        Of all levels of the year.
    total : tuple of int, optional
        Students absent, and all, as `data.plausible.totals.publishers_total` gives them.
    """
    if total is None or total == (sums.chronic_absent, sums.enrolled):
        return ""
    absent, students = total
    return text(
        "The publisher's own total is {absent} of {students} students ({rate}). Schools add up to"
        " another number: some are withheld, and who changes schools may count twice.",
        absent=count_text(absent),
        students=count_text(students),
        rate=percent_text(absent / students),
    )


def hot_spot_figures(spots: HotSpots) -> Figures:
    """Hot tracts and groups, students in them, rate, tests made."""
    groups = spots.groups
    enrolled, absent = float(groups["enrolled"].sum()), float(groups["chronic_absent"].sum())
    made = text("tracts looked at")
    if spots.ways > 1:
        made = text("tracts looked at, each in up to {count} ways", count=spots.ways)
    if groups.empty:
        return [(plural(0, "tract"), text("stand out")), (count_text(spots.tested), made)]
    expected = float(groups["expected"].sum())
    return [
        (
            plural(groups["tracts"].sum(), "tract"),
            text("in {groups}", groups=plural(len(groups), "group")),
        ),
        (
            count_text(absent),
            text("of about {count} students there chronically absent", count=count_text(enrolled)),
        ),
        (
            percent_text(absent / enrolled, enrolled),
            text(
                "{ratio} times as expected for the school levels",
                ratio=ratio_text(absent / expected),
            ),
        ),
        (count_text(spots.tested), made),
    ]


def hot_spot_answer(spots: HotSpots, selection: Selection) -> str:
    """Answer to "Where does absence cluster?"."""
    if spots.tested == 0:
        return text(TOO_SMALL_TO_SCAN if spots.kind == "scan" else NOTHING_TESTED)
    place, totals = queries.panel(selection).area.name, queries.totals(selection)
    rate = totals.chronic_absent / totals.enrolled
    if counties := selection.by_county():
        names = queries_hotspots.county_names(selection)
        place = plain.listed([names[each] for each in counties])
        inside = spots.tracts[spots.tracts["county"].isin(counties) & spots.tracts["shown"]]
        rate = float(inside["chronic_absent"].sum() / inside["enrolled"].sum())
    said = stand_out(spots, selection.year, place, rate, selection.alpha)
    return " ".join(filter(None, (said, hotspot_words.caution(selection))))


def draws_note(spots: HotSpots, alpha: float) -> str:
    """Say what was tested and what it cannot find; "" where nothing was drawn."""
    if spots.kind == "membership":
        return ""
    one = mark("{tracts} were tested against up to {draws} draws of chance.")
    many = mark(
        "{tracts} were tested, each in up to {ways} ways, against up to {draws} draws of chance."
    )
    tested = text(
        many if spots.ways > 1 else one,
        tracts=plural(spots.tested, "tract"),
        ways=spots.ways,
        draws=count_text(spots.draws),
    )
    if spots.whole_p is not None:
        uneven = mark("Chance alone would make the whole map as uneven as this with {p}.")
        tested = f"{tested} {text(uneven, p=q_text(spots.whole_p, 'p'))}"
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
        return text("no earlier year"), text("to compare with in this place's files")
    row = rows.loc[year]
    if row["is_unusual"]:
        unusual = mark("{year} was unusual: cut short or remote")
        return text("not compared"), text(unusual, year=year)
    if pd.isna(row["since"]):
        changed = mark("with {year}: the definition changed in between")
        return text("not comparable"), text(changed, year=earlier[-1])
    if pd.isna(row["paired"]):
        none = mark("no school has a figure both in {since} and in {year}")
        return text("not compared"), text(none, since=row["since"], year=year)
    return text("{points} points", points=points_text(row["paired"])), text(
        "in the same {schools} since {year} ({range}); opened and closed schools add {points}",
        schools=plural(row["same_schools"], "school"),
        year=row["since"],
        range=_between(row["paired_low"], row["paired_high"]),
        points=points_text(row["composition"]),
    )


def _between(low: float, high: float) -> str:
    """Say how sure a change is, as schools differ."""
    if pd.isna(low):
        return text("too few schools to say how sure that is")
    ends = {"low": points_text(low), "high": points_text(high)}
    if low <= 0 <= high:
        return text("{low} to {high} as schools differ: no clear change", **ends)
    return text("{low} to {high} as schools differ", **ends)


def year_basis(dispersion: Dispersion) -> str:
    """Say what the ranges of schools for next year rest on."""
    ratio = number(f"{dispersion.place:.1f}")
    if not dispersion.pairs:
        return text(
            "This place has no two usual years to compare. Ranges of schools take the spread of"
            " New York City's: {ratio} times the variance of chance among students.",
            ratio=ratio,
        )
    return text(
        "Ranges of schools rest on how far schools here moved from one usual year to the next"
        " ({pairs} of years, {first} to {last}). That was {ratio} times the variance of chance"
        " among students. Levels with many schools have their own; the change of the whole place is"
        " taken out.",
        pairs=plural(len(dispersion.pairs), "pair"),
        first=dispersion.pairs[0][0],
        last=dispersion.pairs[-1][1],
        ratio=ratio,
    )
