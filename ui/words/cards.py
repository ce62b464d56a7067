"""Cards: what is known of one tract or one school, how surely, and what is not known."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from data.contracts.vocabulary import RELIABILITY_LABELS
from ui.languages import mark, text
from ui.maps.scales import NOT_SHOWN
from ui.words.numbers import (
    BY_SCHOOLS,
    NEXT_YEAR,
    count_text,
    percent_text,
    plural,
    points_text,
    rate_text,
    ratio_text,
    signed_text,
    span_text,
    students_text,
    with_margin,
)
from ui.words.standing import AREA_MEANING, TRACT_MEANING, not_shown_text

MOST_SCHOOLS = 8
MOST_BETTER = 3
_NO_ABSENCE = mark("not shown: too few students, or none, for a reliable figure")
_KINDS = {"neighbourhood": mark("neighbourhood"), "county": mark("county")}
NOT_COMPARED = (
    mark("not compared: an unusual year"),
    mark("not compared: no earlier year"),
    mark("not compared: the definition changed"),
)
"""What `compared` says where a year has none to be compared with; named for the catalogue."""
_THIRDS = {"low": mark("lower"), "middle": mark("middle"), "high": mark("upper")}


def tract_card(row: pd.Series, year: str, test: str = "") -> str:
    """HTML card of a row of the tract view; `test` is what the hot-spot analyses say of it."""
    title = row["name"] if not row["neighbourhood"] else f"{row['name']}, {row['neighbourhood']}"
    if not row["shown"]:
        facts = [(text("Chronically absent"), not_shown_text(row["status"], row["reason"]))]
        return card(title, facts, "")
    facts = [
        (attended(year), _rate(row, BY_SCHOOLS)),
        (text("Compared with schools of the same levels"), _ratio(row, BY_SCHOOLS)),
        (text("Could differences between schools alone give this?"), _by_schools(row)),
        (text("Steadied for small numbers"), percent_text(row["eb_rate"], row["enrolled"])),
        (text("Students counted here"), _coverage(row)),
        (text("Schools behind the figure"), _schools_behind(row)),
    ]
    if test:
        facts.insert(1, (text("Hot-spot test"), test))
    return card(title, facts, text(TRACT_MEANING))


def attended(year: str) -> str:
    """Term of the figure of an area."""
    return text("Chronically absent in the schools its children attend, {year}", year=year)


def school_card(
    row: pd.Series, year: str, level: str, conditions: Sequence[tuple[str, str]] = ()
) -> str:
    """HTML card of a row of the school view; `conditions` are terms and texts of its students."""
    kind = " · ".join(part for part in (level, row["school_type"]) if part)
    facts = [(text("Level"), kind)] if kind else []
    absent = text("Chronically absent, {year}", year=year)
    if row["shown"]:
        facts += [
            (absent, _rate(row, NEXT_YEAR)),
            (text("Compared with schools of the same level"), _ratio(row, NEXT_YEAR)),
        ]
    else:
        facts.append((absent, not_shown_text(row["status"], row["reason"])))
    return card(row["name"], [*facts, *conditions], "")


def neighbourhood_card(
    name: str, row: pd.Series, schools: pd.DataFrame, year: str, kind: str = "neighbourhood"
) -> str:
    """HTML card of a row of the table of neighbourhoods, with the schools that serve it.

    Parameters
    ----------
    schools : DataFrame
        Schools with `students_here`, most of them first.
    """
    note = text(AREA_MEANING, area=text(_KINDS[kind])) if row["shown"] else ""
    return card(name, neighbourhood_facts(row, schools, year), note)


def neighbourhood_facts(row: pd.Series, schools: pd.DataFrame, year: str) -> list[tuple[str, str]]:
    """Terms and texts of the card of a neighbourhood."""
    if not row["shown"]:
        return [(text("Chronically absent"), not_shown_text(row["status"], row["reason"]))]
    return [
        (attended(year), _rate(row, BY_SCHOOLS)),
        (text("Compared with schools of the same levels"), _beyond(row)),
        (text("The usual year before"), _year_before(row)),
        (
            text("Students counted here"),
            text("{students}, in {tracts}", students=_coverage(row), tracts=_tracts(row)),
        ),
        (text("Schools with most students from here"), _named(schools)),
        *_doing_better(schools),
    ]


def _tracts(row: pd.Series) -> str:
    return plural(row["tracts"], "tract")


def _beyond(row: pd.Series) -> str:
    """Say how many students more or fewer than expected, with the range."""
    if pd.isna(row["excess"]):
        return text("not compared: no school elsewhere is of these levels")
    beyond, low, high = (row[name] for name in ("excess", "excess_low", "excess_high"))
    ends = _span(signed_text(low), signed_text(high))
    clear = "" if low > 0 or high < 0 else text(", so it could be about as expected")
    more = mark("about {students} more than expected ({range}); {ratio}")
    fewer = mark("about {students} fewer than expected ({range}); {ratio}")
    return text(
        more if beyond >= 0 else fewer,
        students=students_text(abs(beyond)),
        range=f"{ends}{clear}",
        ratio=_ratio(row, BY_SCHOOLS),
    )


def _span(low: str, high: str) -> str:
    """Range by how schools differ."""
    return f"{text(BY_SCHOOLS)} {text('{least} to {most}', least=low, most=high)}"


def _year_before(row: pd.Series) -> str:
    """Say the year before's figure and how the same schools changed, or why there is none."""
    if not row["since"]:
        return text(row["compared"])
    if pd.isna(row["before"]):
        return text("not shown: too few students in {year}", year=row["since"])
    before = text("{rate} in {year}", rate=percent_text(row["before"]), year=row["since"])
    if pd.isna(row["change"]):
        return text("{before}; no school has a figure in both years", before=before)
    change = text(
        "{before}; the same schools changed by {points} points",
        before=before,
        points=points_text(row["change"]),
    )
    if pd.isna(row["change_low"]):
        return change
    ends = _span(points_text(row["change_low"]), points_text(row["change_high"]))
    unclear = text(", no clear change") if row["change_low"] <= 0 <= row["change_high"] else ""
    return f"{change} ({ends}{unclear})"


def _named(schools: pd.DataFrame) -> str:
    """Name the schools with most students from a place, each with its figure."""
    rows, hidden = schools.head(MOST_SCHOOLS), f"({text(NOT_SHOWN)})"
    texts = [
        f"{row.name_} {percent_text(row.rate, row.enrolled) if row.shown else hidden}"
        for row in rows.rename(columns={"name": "name_"}).itertuples()
    ]
    rest = len(schools) - len(rows)
    listed = ", ".join(texts)
    if not rest:
        return listed
    return text("{schools} and {count} more with fewer", schools=listed, count=count_text(rest))


def _doing_better(schools: pd.DataFrame) -> list[tuple[str, str]]:
    """Name schools here whose whole range is below what is expected: what goes well."""
    better = schools[schools["shown"] & (schools["ratio_high"] < 1)].head(MOST_BETTER)
    if better.empty:
        return []
    well = text("What goes well: clearly less absence than expected at")
    return [(well, ", ".join(better["name"]))]


def condition_facts(rows: pd.DataFrame, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Terms and texts of a school's own social drivers: its rows of `school_drivers`."""
    facts = []
    for row in rows.itertuples():
        if row.status != "reported":
            said = not_shown_text(row.status, row.reason)
        else:
            said = text(
                "{share}, {part} of {students}",
                share=percent_text(row.numerator / row.denominator, row.denominator),
                part=count_text(row.numerator),
                students=students_text(row.denominator),
            )
        facts.append((f"{text(labels[row.measure])}, {row.school_year}", said))
    return facts


def not_covered_text(years: Collection[str], year: str) -> str:
    """Say of which school years figures are published, when the chosen one is not among them."""
    first, last = min(years), max(years)
    return text("published for {years}, not for {year}", years=span_text(first, last), year=year)


def driver_card(row: pd.Series, label: str) -> str:
    """HTML card of a social driver in one tract; `label` is the driver in words."""
    title = row["name"] if not row["neighbourhood"] else f"{row['name']}, {row['neighbourhood']}"
    if row["status"] != "reported" or pd.isna(row["value"]):
        return card(title, [(label, not_shown_text("missing", ""))], "")
    facts = [
        (f"{label}, {row['vintage']}", with_margin(row["value"], row["moe"], row["unit"])),
        (text("Reliability of the estimate"), driver_reliability(row["reliability"], row["cv"])),
    ]
    return card(title, facts, text("± is the survey's 90 % margin of error."))


def together_card(row: pd.Series, label: str) -> str:
    """HTML card of a social driver and of absence in one tract."""
    compared = pd.notna(row["ratio"])
    ratio = _ratio(row, BY_SCHOOLS) if compared else text(_NO_ABSENCE)
    facts = [(text("Absence in the schools its children attend"), ratio)]
    if row["pair"] != NOT_SHOWN:
        both = text(
            "{absence} third of absence, {other} third of the other",
            absence=text(_THIRDS[row["absence_class"]]),
            other=text(_THIRDS[row["driver_class"]]),
        )
        facts.append((text("On the map"), both))
    own = card("", facts, text(TRACT_MEANING))
    return driver_card(row, label) + own.replace("<h2></h2>", "")


def driver_reliability(reliability: str, cv: float) -> str:
    """Reliability of a figure with its coefficient of variation, and what a low one cannot do."""
    if pd.isna(cv):
        return text(RELIABILITY_LABELS[reliability])
    return text(_RELIABILITY[reliability], cv=percent_text(cv, 0))


_RELIABILITY = {
    "high": mark("High: coefficient of variation {cv}"),
    "medium": mark("Medium: coefficient of variation {cv}"),
    "low": mark("Low: coefficient of variation {cv}; cannot carry a conclusion"),
    "undefined": mark("Undefined: coefficient of variation {cv}"),
}


def _rate(row: pd.Series, kind: str) -> str:
    x, n = row["chronic_absent"], row["enrolled"]
    return rate_text(row["rate"], row["low"], row["high"], x, n, kind)


def _ratio(row: pd.Series, kind: str) -> str:
    ends = f"{ratio_text(row['ratio_low'])}–{ratio_text(row['ratio_high'])}"
    return text(
        "{ratio} times as expected ({range})",
        ratio=ratio_text(row["ratio"]),
        range=f"{text(kind)} {ends}",
    )


def _by_schools(row: pd.Series) -> str:
    if row["by_schools"]:
        return text("Yes: other schools of the same levels could easily give it too")
    return text(
        "No: schools of the same levels, placed at random, seldom would (fewer than 5 in 100)"
    )


def _coverage(row: pd.Series) -> str:
    students = students_text(row["enrolled"])
    if not row["children"] > 0:
        return text("{students}; resident children not known", students=students)
    flag = "" if 0.5 <= row["coverage"] <= 1.5 else text(" - read with care")
    return text(
        "{students}, {share} of {children} resident children{flag}",
        students=students,
        share=percent_text(row["coverage"], 0),
        children=count_text(row["children"]),
        flag=flag,
    )


def _schools_behind(row: pd.Series) -> str:
    largest = percent_text(row["largest_share"], 0)
    return text(
        "{schools}; the largest gives {largest} of the students",
        schools=plural(row["schools"], "school"),
        largest=largest,
    )


def card(title: Any, facts: Sequence[tuple[str, str]], note: str) -> str:
    """HTML of a card: a title, terms with texts, and a note; every text is escaped."""
    rows = "".join(f"<dt>{escape(term)}</dt><dd>{escape(said)}</dd>" for term, said in facts)
    foot = f"<p class='atlas-note'>{escape(note)}</p>" if note else ""
    return f"<div class='atlas-card'><h2>{escape(str(title))}</h2><dl>{rows}</dl>{foot}</div>"
