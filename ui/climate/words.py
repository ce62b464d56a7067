"""What is said of surveys beside absence, by rules: of schools, never of students."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analytics.association.model import MIN_PLACES
from analytics.rates.reliability import MIN_EFFECTIVE
from data.store.answers import LEAST_RESPONDENTS
from data.views.climate import LEAST_STUDENTS, STEP, Link
from ui.languages import counted, mark, number, text
from ui.words.numbers import count_text, percent_text, plural, ratio_text, span_text

QUESTION = mark("What do surveys of families, students and teachers say?")
SCHOOLS_ONLY = mark(
    "This sets schools side by side, not students. It does not say that a student who answers so"
    " misses fewer days, nor what comes first."
)
SILENT = mark(
    "Fewer than {least} answers are never shown, and fewer than {reliable} are left out as too few"
    " to rely on. Those who did not answer may see it in another way."
)
UNTOLD = mark(
    "The files do not say how many answered, how many were asked, or how few answers are too few to"
    " be shown. Those who did not answer may see it in another way."
)
CHART = mark("School by school, do these answers and absence go together?")
ALONG = mark("{name}: share of answers")
_LESS = mark("In {year}, schools where more answers say “{scale}” have less absence.")
_MORE = mark("In {year}, schools where more answers say “{scale}” have more absence.")
_UNCLEAR = mark(
    "In {year}, the answers on “{scale}” and absence do not clearly go together across schools."
)


def answer(link: Link, scale: str, year: str) -> str:
    """Say first whether answers and absence go together, or why that is not said."""
    if link.state == "estimated":
        clear = _LESS if link.high < 1 else _MORE
        return text(clear if link.clear else _UNCLEAR, scale=scale, year=year)
    if link.state == "low response":
        return text(
            "“{scale}” is not set beside absence: in {few} of {schools} with answers, fewer than"
            " half of those asked answered.",
            scale=scale,
            few=count_text(link.low_response),
            schools=plural(link.schools + link.low_response, "school"),
        )
    if link.state == "too few schools":
        return text(
            "“{scale}” is not set beside absence: {schools} have both figures, and {least} are"
            " needed at least.",
            scale=scale,
            schools=plural(link.schools, "school"),
            least=count_text(MIN_PLACES),
        )
    return text(
        "“{scale}” is not set beside absence: schools hardly differ in it, or it cannot be told"
        " apart from what students live with.",
        scale=scale,
    )


def sureness(link: Link) -> Sequence[str]:
    """Say the figures behind the answer, what they mean, and who is not in them."""
    response = text(UNTOLD)
    if link.response_known:
        response = text(SILENT, least=LEAST_RESPONDENTS, reliable=f"{MIN_EFFECTIVE:.0f}")
    if link.state != "estimated":
        return (_left_out(link), response)
    return (_figures(link), text(SCHOOLS_ONLY), _left_out(link), response)


def _figures(link: Link) -> str:
    interval = span_text(number(f"{link.low:.2f}"), number(f"{link.high:.2f}"))
    said = text(
        "Ten points more of such answers go with {ratio} times the odds of chronic absence (95 %"
        " interval {interval}, {schools}).",
        ratio=ratio_text(link.odds),
        interval=interval,
        schools=plural(link.schools, "school"),
    )
    aside = text(
        "Levels of school and what neighbouring schools share are set aside, and {conditions} where"
        " students live. The interval allows for {questions} asked side by side.",
        conditions=plural(link.conditions, "condition"),
        questions=plural(link.questions, "question"),
    )
    return f"{said} {aside}"


def _left_out(link: Link) -> str:
    """Say which schools take no part; "" for none."""
    parts = []
    if link.no_figure:
        parts.append(text("{count} without one of the figures", count=count_text(link.no_figure)))
    if link.small:
        small = mark("{count} with fewer than {least} students")
        parts.append(text(small, count=count_text(link.small), least=LEAST_STUDENTS))
    if link.low_response:
        few = mark("{count} where fewer than half answered")
        parts.append(text(few, count=count_text(link.low_response)))
    return text("Schools left out: {parts}.", parts="; ".join(parts)) if parts else ""


def other_years(years: Sequence[str], year: str) -> str:
    """Say of which years there are surveys, where the view's year has none."""
    return text(
        "Surveys here are of {years}; none has figures of these schools for {year}.",
        years=span_text(years[0], years[-1]),
        year=year,
    )


def middle(row: pd.Series) -> str:
    """Share of the middle school with the middle half of schools."""
    return text(
        "{share} ({least} to {most})",
        share=percent_text(row["median"], 0),
        least=percent_text(row["least"], 0),
        most=percent_text(row["most"], 0),
    )


def narrow(row: pd.Series) -> str:
    """Say where ten points are more than schools usually differ by; "" where they are not."""
    between = row["most"] - row["least"]
    if between >= STEP:
        return ""
    return text(
        "The middle half of schools lies within {points}: ten points more is a wide step here, and"
        " few schools are that far apart.",
        points=counted("{count} point", "{count} points", round(100 * between)),
    )


def people(value: float) -> str:
    """How many answered, or that nobody says."""
    return text("not in the file") if pd.isna(value) else count_text(value)


def part(value: float) -> str:
    """Part of those asked who answered, or that nobody says."""
    return text("not in the file") if pd.isna(value) else percent_text(value, 0)
