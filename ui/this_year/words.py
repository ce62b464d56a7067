"""Sentences of the page This year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from data.views.in_year import LaidYear
from ui import queries, roles
from ui.languages import counted, mark, text
from ui.queries import in_year, in_year_ahead
from ui.queries.in_year import Unit
from ui.selection import Selection
from ui.this_year import standing
from ui.words import plain
from ui.words.dates import day_text
from ui.words.numbers import count_text, percent_text, points_text, students_text
from ui.words.standing import not_shown_text, source_text


@dataclass(frozen=True)
class SoFar:
    """Attendance of a unit from the first day of school to the newest.

    Attributes
    ----------
    attended : float
        Share; nan where it is not shown.
    days : int
        Days of school with a figure.
    students, schools : float
        On the newest of them; nan where not known.
    """

    attended: float
    days: int
    students: float
    schools: float


def so_far(calendar: pd.DataFrame) -> SoFar:
    """Sum up a calendar: the one figure of attendance so far that every part of the page shows.

    Parameters
    ----------
    calendar : DataFrame
        `data.views.in_year_calendar.calendar_view`.
    """
    told = calendar[calendar["status"].eq("reported")]
    if told.empty:
        return SoFar(float("nan"), 0, float("nan"), float("nan"))
    known = told["students"].notna().all()
    weight = told["students" if known else "schools"].astype(float)
    attended = float((told["attended"] * weight).sum() / weight.sum())
    newest = told.iloc[-1]
    students = float(newest["students"]) if known else float("nan")
    return SoFar(attended, len(told), students, float(newest["schools"]))


def none_here(selection: Selection) -> str:
    """Say that a place has no figures of the year, and the next step for who reads."""
    place = queries.panel(selection).area.name
    step = (
        text(standing.ADD, slug=selection.area) if roles.role() == "analyst" else text(standing.ASK)
    )
    return f"{text(standing.NONE, place=place)} {step}"


def today(selection: Selection) -> date:
    """Give the day on which figures are read: it alone decides whether they are old.

    In a made-up place time stands still on the morning of its last update.
    """
    checked = in_year.state(selection).checked
    if checked and queries.panel(selection).area.fictional:
        return date.fromisoformat(checked[:10])
    return date.today()


def answer(selection: Selection) -> str:
    """Say how attendance goes so far, beside the year before, and who is on track."""
    age = in_year.age(selection, today(selection))
    parts = [_so_far(selection, over=age.over), _change(selection), on_track(selection)]
    return " ".join(filter(None, parts))


def _so_far(selection: Selection, *, over: bool) -> str:
    if not in_year.has_days(selection):
        return ""
    of, sums = in_year.unit(selection), so_far(in_year.calendar(selection))
    if not sums.days:
        return text("{name}: no figure of this year is shown.", name=of.name)
    values = {
        "name": of.name,
        "year": in_year.now(selection),
        "share": percent_text(sums.attended),
        "days": count_text(sums.days),
    }
    if over:
        return text(
            "{name}: in {year}, a year that is over, {share} of students were at school on an"
            " average day.",
            **values,
        )
    return text(
        "{name}: {share} of students were at school on an average day of {year} so far"
        " ({days} days).",
        **values,
    )


def _change(selection: Selection) -> str:
    row = in_year.change(selection)
    return "" if row is None else change_text(row, in_year.last(selection))


def change_text(row: pd.Series, then: str) -> str:
    """Say how this year differs from an earlier one on the same day of school, if it does."""
    if pd.isna(row["low"]):
        before = percent_text(row["last"])
        return text("By the same school day of {year} it was {share}.", year=then, share=before)
    if row["low"] <= 0 <= row["high"]:
        return text("That is about as in {year} by the same school day.", year=then)
    said = (
        mark("That is {points} points higher than in {year} by the same school day.")
        if row["change"] > 0
        else mark("That is {points} points lower than in {year} by the same school day.")
    )
    return text(said, points=points_text(abs(row["change"])).lstrip("+"), year=then)


def on_track(selection: Selection) -> str:
    """Say how many students are on track to be chronically absent; "" where it is not known."""
    months = in_year.months(selection)
    shown = months[months["status"].eq("reported")]
    if shown.empty:
        return ""
    row = shown.iloc[-1]
    return text(
        "{about} are on track to be chronically absent: {count} of {students}.",
        about=plain.capital(plain.about(float(row["share"]))),
        count=count_text(float(row["chronic"])),
        students=count_text(float(row["students"])),
    )


def same_schools(row: pd.Series, now: str, last: str) -> str:
    """Say which schools two years are compared by, and what came out."""
    return counted(
        "{count} school with figures in both years: {now} at {share}, {last} at {other}, {range}.",
        "{count} schools with figures in both years: {now} at {share}, {last} at {other}, {range}.",
        int(row["schools"]),
        now=now,
        last=last,
        share=percent_text(row["now"]),
        other=percent_text(row["last"]),
        range=text("a change of {range} points", range=range_of(row)),
    )


def age_text(selection: Selection) -> str:
    """Say up to which day the figures go, and when an update last looked."""
    found, age = in_year.state(selection), in_year.age(selection, today(selection))
    said = [text("Figures up to {day}.", day=day_text(in_year.as_of(selection)))]
    if age.late:
        said.append(
            counted(
                "That is {count} weekday ago: newer ones were promised by now.",
                "That is {count} weekdays ago: newer ones were promised by now.",
                age.weekdays,
            )
        )
    if found.checked:
        looked = date.fromisoformat(found.checked[:10])
        said.append(text("Last looked for new ones on {day}.", day=day_text(looked)))
    if found.problem:
        said.append(text("The last update changed nothing: {why}.", why=found.problem.rstrip(".")))
    return " ".join(said)


def over_text(selection: Selection) -> str:
    """Say plainly that the year is over."""
    return text(
        "These are figures of {year}. That school year is over: they tell nothing about today.",
        year=in_year.now(selection),
    )


def title(of: Unit, year: str) -> str:
    """Name what the calendar shows."""
    return text("Students at school each day, {name}, {year}", name=of.name, year=year)


def facts(selection: Selection) -> list[tuple[str, str]]:
    """Tell of what is chosen, for its card."""
    sums, year = so_far(in_year.calendar(selection)), in_year.now(selection)
    if not sums.days:
        return [(text("At school so far in {year}", year=year), text("no figure is shown"))]
    facts = [(text("At school so far in {year}", year=year), _share_of(sums))]
    row = in_year.change(selection)
    if row is not None:
        then = in_year.last(selection)
        one = in_year.unit(selection).kind == "school"
        both = text(
            mark("{last}; now {now}") if one else mark("{last}; now {now}, the same schools"),
            last=percent_text(row["last"], row["students"]),
            now=percent_text(row["now"], row["students"]),
        )
        facts.append((text("{year}, by the same school day", year=then), both))
        facts.append((text("Change in points"), range_of(row)))
    return [*facts, *_beside_others(selection), *_on_track(selection)]


def _share_of(sums: SoFar) -> str:
    """Write attendance so far with its students, where they are known, and its days."""
    if pd.isna(sums.students):
        share = percent_text(sums.attended)
        return counted("{share} in {count} day", "{share} in {count} days", sums.days, share=share)
    return counted(
        "{share} of {students} in {count} day",
        "{share} of {students} in {count} days",
        sums.days,
        share=percent_text(sums.attended, sums.students),
        students=students_text(sums.students),
    )


def _beside_others(selection: Selection) -> list[tuple[str, str]]:
    """Say how a school moved beside the middle school, and whether that is beyond noise."""
    table = in_year_ahead.movers(selection)
    if selection.focus not in table.index:
        return []
    row = table.loc[selection.focus]
    said = mark("{points}, beyond noise") if row["moved"] else mark("{points}, not told from noise")
    term = text("Change beside the middle school, in points")
    return [(term, text(said, points=points_text(float(row["relative"]))))]


def _on_track(selection: Selection) -> list[tuple[str, str]]:
    months = in_year.months(selection)
    if months.empty:
        return []
    row = months.iloc[-1]
    if row["status"] != "reported":
        told = not_shown_text(str(row["status"]), "")
    else:
        told = text(
            "{share}: {count} of {students}",
            share=percent_text(float(row["share"]), float(row["students"])),
            count=count_text(float(row["chronic"])),
            students=count_text(float(row["students"])),
        )
    return [(text("On track to be chronically absent, so far"), told)]


def range_of(row: pd.Series) -> str:
    """Write a change with its range, in points."""
    change = points_text(row["change"])
    if pd.isna(row["low"]):
        return change
    return text(
        "{change} ({low} to {high})",
        change=change,
        low=points_text(row["low"]),
        high=points_text(row["high"]),
    )


PATTERNS = {
    "Mondays": mark("on Mondays"),
    "Fridays": mark("on Fridays"),
    "before a break": mark("before a break"),
    "after a break": mark("after a break"),
}


def pattern_text(patterns: pd.DataFrame) -> str:
    """Say which weekdays differ beyond chance, or that none does."""
    stated = patterns[patterns["stated"]]
    if stated.empty:
        return text("No weekday, and no day beside a break, differs beyond chance.")
    said = [
        text(
            "{points} points fewer {when}"
            if row["difference"] < 0
            else "{points} points more {when}",
            points=points_text(abs(row["difference"])).lstrip("+"),
            when=text(PATTERNS[str(name)]),
        )
        for name, row in stated.iterrows()
    ]
    return text(
        "Beyond chance: {differences} than in the middle of the week.",
        differences=plain.listed(said),
    )


def weighted(year: LaidYear) -> str:
    """Say what schools are weighted by, and how many are left out."""
    said = text(standing.BASES[year.basis])
    if not year.unweighted:
        return said
    left = counted(
        "{count} school is left out: how many students it has is not known, or they are too few.",
        "{count} schools are left out: how many students they have is not known, or they are too"
        " few.",
        year.unweighted,
    )
    return f"{said} {left}"


def of_year(selection: Selection) -> str:
    """Name who published the figures of this year, beside the sources of the other pages."""
    sources = in_year.figures(selection).sources
    titles = dict.fromkeys(
        source_text(each.publisher, each.title, each.vintage) for each in sources
    )
    return text("Figures of this page: {sources}.", sources="; ".join(titles))


def shown(selection: Selection) -> str:
    """Say under the calendar what it shows, and which weekdays differ."""
    if not in_year.has_days(selection):
        return text(standing.NO_DAYS)
    return f"{text(standing.SHOWN)} {pattern_text(in_year.weekdays(selection))}"
