"""Cards: what is known of one tract or one school, how surely, and what is not known."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from data.contracts.vocabulary import RELIABILITY_LABELS
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
    students_text,
    with_margin,
)
from ui.words.standing import AREA_MEANING, TRACT_MEANING, not_shown_text

MOST_SCHOOLS = 8
MOST_BETTER = 3
_NO_ABSENCE = "not shown: too few students, or none, for a reliable figure"


def tract_card(row: pd.Series, year: str, test: str = "") -> str:
    """HTML card of a row of the tract view; `test` is what the hot-spot analyses say of it."""
    title = row["name"] if not row["neighbourhood"] else f"{row['name']}, {row['neighbourhood']}"
    if not row["shown"]:
        facts = [("Chronically absent", not_shown_text(row["status"], row["reason"]))]
        return card(title, facts, "")
    facts = [
        (f"Chronically absent in the schools its children attend, {year}", _rate(row, BY_SCHOOLS)),
        ("Compared with schools of the same levels", _ratio(row, BY_SCHOOLS)),
        ("Could differences between schools alone give this?", _by_schools(row)),
        ("Steadied for small numbers", percent_text(row["eb_rate"], row["enrolled"])),
        ("Students counted here", _coverage(row)),
        ("Schools behind the figure", _schools_behind(row)),
    ]
    if test:
        facts.insert(1, ("Hot-spot test", test))
    return card(title, facts, TRACT_MEANING)


def school_card(
    row: pd.Series, year: str, level: str, conditions: Sequence[tuple[str, str]] = ()
) -> str:
    """HTML card of a row of the school view; `conditions` are terms and texts of its students."""
    facts = [("Level", " · ".join(part for part in (level, row["school_type"]) if part))]
    if row["shown"]:
        facts += [
            (f"Chronically absent, {year}", _rate(row, NEXT_YEAR)),
            ("Compared with schools of the same level", _ratio(row, NEXT_YEAR)),
        ]
    else:
        facts.append((f"Chronically absent, {year}", not_shown_text(row["status"], row["reason"])))
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
    note = AREA_MEANING.format(area=kind) if row["shown"] else ""
    return card(name, neighbourhood_facts(row, schools, year), note)


def neighbourhood_facts(row: pd.Series, schools: pd.DataFrame, year: str) -> list[tuple[str, str]]:
    """Terms and texts of the card of a neighbourhood."""
    if not row["shown"]:
        return [("Chronically absent", not_shown_text(row["status"], row["reason"]))]
    return [
        (f"Chronically absent in the schools its children attend, {year}", _rate(row, BY_SCHOOLS)),
        ("Compared with schools of the same levels", _beyond(row)),
        ("The usual year before", _year_before(row)),
        ("Students counted here", f"{_coverage(row)}, in {plural(row['tracts'], 'tract')}"),
        ("Schools with most students from here", _named(schools)),
        *_doing_better(schools),
    ]


def _beyond(row: pd.Series) -> str:
    """Say how many students more or fewer than expected, with the range."""
    if pd.isna(row["excess"]):
        return "not compared: no school elsewhere is of these levels"
    beyond, low, high = (row[name] for name in ("excess", "excess_low", "excess_high"))
    more = "more" if beyond >= 0 else "fewer"
    ends = f"{signed_text(low)} to {signed_text(high)}"
    clear = "" if low > 0 or high < 0 else ", so it could be about as expected"
    return (
        f"about {students_text(abs(beyond))} {more} than expected"
        f" ({BY_SCHOOLS} {ends}{clear}); {_ratio(row, BY_SCHOOLS)}"
    )


def _year_before(row: pd.Series) -> str:
    """Say the year before's figure and how the same schools changed, or why there is none."""
    if not row["since"]:
        return str(row["compared"])
    if pd.isna(row["before"]):
        return f"not shown: too few students in {row['since']}"
    before = f"{percent_text(row['before'])} in {row['since']}"
    if pd.isna(row["change"]):
        return f"{before}; no school has a figure in both years"
    change = f"the same schools changed by {points_text(row['change'])} points"
    if pd.isna(row["change_low"]):
        return f"{before}; {change}"
    ends = f"{points_text(row['change_low'])} to {points_text(row['change_high'])}"
    unclear = ", no clear change" if row["change_low"] <= 0 <= row["change_high"] else ""
    return f"{before}; {change} ({BY_SCHOOLS} {ends}{unclear})"


def _named(schools: pd.DataFrame) -> str:
    """Name the schools with most students from a place, each with its figure."""
    rows = schools.head(MOST_SCHOOLS)
    texts = [
        f"{row.name_} {percent_text(row.rate, row.enrolled) if row.shown else '(not shown)'}"
        for row in rows.rename(columns={"name": "name_"}).itertuples()
    ]
    rest = len(schools) - len(rows)
    return ", ".join(texts) + (f" and {count_text(rest)} more with fewer" if rest else "")


def _doing_better(schools: pd.DataFrame) -> list[tuple[str, str]]:
    """Name schools here whose whole range is below what is expected: what goes well."""
    better = schools[schools["shown"] & (schools["ratio_high"] < 1)].head(MOST_BETTER)
    if better.empty:
        return []
    return [("What goes well: clearly less absence than expected at", ", ".join(better["name"]))]


def condition_facts(rows: pd.DataFrame, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Terms and texts of a school's own social drivers: its rows of `school_drivers`."""
    facts = []
    for row in rows.itertuples():
        if row.status != "reported":
            text = not_shown_text(row.status, row.reason)
        else:
            rate = row.numerator / row.denominator
            share = percent_text(rate, row.denominator)
            text = f"{share}, {count_text(row.numerator)} of {students_text(row.denominator)}"
        facts.append((f"{labels[row.measure]}, {row.school_year}", text))
    return facts


def not_covered_text(years: Collection[str], year: str) -> str:
    """Say of which school years figures are published, when the chosen one is not among them."""
    first, last = min(years), max(years)
    span = first if first == last else f"{first} to {last}"
    return f"published for {span}, not for {year}"


def driver_card(row: pd.Series, label: str) -> str:
    """HTML card of a social driver in one tract; `label` is the driver in words."""
    title = row["name"] if not row["neighbourhood"] else f"{row['name']}, {row['neighbourhood']}"
    if row["status"] != "reported" or pd.isna(row["value"]):
        return card(title, [(label, not_shown_text("missing", ""))], "")
    facts = [
        (f"{label}, {row['vintage']}", with_margin(row["value"], row["moe"], row["unit"])),
        ("Reliability of the estimate", driver_reliability(row["reliability"], row["cv"])),
    ]
    return card(title, facts, "± is the survey's 90 % margin of error.")


def together_card(row: pd.Series, label: str) -> str:
    """HTML card of a social driver and of absence in one tract."""
    compared = pd.notna(row["ratio"])
    ratio = _ratio(row, BY_SCHOOLS) if compared else _NO_ABSENCE
    facts = [("Absence in the schools its children attend", ratio)]
    if row["pair"] != NOT_SHOWN:
        both = f"{row['absence_class']} third of absence, {row['driver_class']} third of the other"
        facts.append(("On the map", both))
    own = card("", facts, TRACT_MEANING)
    return driver_card(row, label) + own.replace("<h2></h2>", "")


def driver_reliability(reliability: str, cv: float) -> str:
    """Reliability of a figure with its coefficient of variation, and what a low one cannot do."""
    if pd.isna(cv):
        return RELIABILITY_LABELS[reliability]
    text = f"{reliability.capitalize()}: coefficient of variation {percent_text(cv, 0)}"
    return f"{text}; cannot carry a conclusion" if reliability == "low" else text


def _rate(row: pd.Series, kind: str) -> str:
    x, n = row["chronic_absent"], row["enrolled"]
    return rate_text(row["rate"], row["low"], row["high"], x, n, kind)


def _ratio(row: pd.Series, kind: str) -> str:
    ends = f"{ratio_text(row['ratio_low'])}–{ratio_text(row['ratio_high'])}"
    return f"{ratio_text(row['ratio'])} times as expected ({kind} {ends})"


def _by_schools(row: pd.Series) -> str:
    if row["by_schools"]:
        return "Yes: other schools of the same levels could easily give it too"
    return "No: schools of the same levels, placed at random, seldom would (fewer than 5 in 100)"


def _coverage(row: pd.Series) -> str:
    students = students_text(row["enrolled"])
    if not row["children"] > 0:
        return f"{students}; resident children not known"
    flag = "" if 0.5 <= row["coverage"] <= 1.5 else " - read with care"
    share = percent_text(row["coverage"], 0)
    return f"{students}, {share} of {count_text(row['children'])} resident children{flag}"


def _schools_behind(row: pd.Series) -> str:
    largest = percent_text(row["largest_share"], 0)
    return f"{plural(row['schools'], 'school')}; the largest gives {largest} of the students"


def card(title: Any, facts: Sequence[tuple[str, str]], note: str) -> str:
    """HTML of a card: a title, terms with texts, and a note; every text is escaped."""
    rows = "".join(f"<dt>{escape(term)}</dt><dd>{escape(text)}</dd>" for term, text in facts)
    foot = f"<p class='atlas-note'>{escape(note)}</p>" if note else ""
    return f"<div class='atlas-card'><h2>{escape(str(title))}</h2><dl>{rows}</dl>{foot}</div>"
