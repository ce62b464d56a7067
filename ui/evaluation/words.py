"""Sentences of the page Did it work?: every one by rule, from what the design carries."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from analytics.evaluation import Effects, Placebo
from data.views.evaluation import Evaluation
from ui import queries
from ui.languages import counted, mark, number, text
from ui.queries import evaluation as queries_evaluation
from ui.queries.evaluation import Outcome
from ui.queries.goals import year_name
from ui.selection import Selection
from ui.words import plain
from ui.words.numbers import percent_text, plural

ALPHA, LEADS = 0.05, 0.05
OWN, LIKE = "#a04f12", "#2166ac"
"""Colours of schools with the programme, and of those beside them."""
EMPTY = mark(
    "Choose where something began, and when. The page then sets these schools beside similar ones"
    " that did not have it."
)
ELSEWHERE = mark(
    "The link names a programme that it does not carry: the list was too long for a link. Ask for"
    " the list (CSV) and hand it in under “Choose a programme”."
)
TOO_LONG = mark(
    "This programme is too long for a link. To share it, send the list (CSV) along; the link opens"
    " the page without it."
)
NOT_YET = mark("It begins in {year}, and no usual year with figures is there yet.")
NO_RANGE = mark("Too few schools are like these to tell a change from chance.")
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "few years before": mark("there are fewer than 3 usual years with figures before it began"),
        "no year after": mark("there is no usual year with figures since it began"),
        "few others": mark("fewer than 2 other schools can be compared with"),
        "moved apart before": mark("its schools and similar ones moved apart before it began"),
        "unlike": mark("no schools are alike enough in rate and trend before it began"),
    }
)
"""Why a change cannot be called an effect, by the short names of `analytics.evaluation.design`."""
NEXT: Mapping[str, str] = MappingProxyType(
    {
        "few years before": mark("Next step: add earlier years of this place, if they exist."),
        "no year after": mark("Next step: come back when the figures of that year are out."),
        "few others": mark("Next step: name fewer schools, or choose all school levels."),
        "moved apart before": mark(
            "Next step: ask what set these schools apart before. The same may go on since."
        ),
        "unlike": mark(
            "Next step: look at the part of the programme whose schools have others like them."
        ),
    }
)
SURE = mark(
    "The range and the chance come from made-up programmes: the same starts given to similar"
    " schools that had none. About 95 in 100 such ranges hold the true effect."
)
ASSOCIATION = mark(
    "Schools are not dealt at random. Something else that began at the same time in these schools"
    " alone would look the same."
)
OUTCOME = mark(
    "The outcome is chronic absence as counted in schools. Modelled estimates such as CDC PLACES"
    " are never an outcome here."
)
SHOWN = mark("Thick line: schools with the programme. Thin line: schools without it.")
BAND = mark(
    "Band: where the thick line would be without the programme (95 %, by how schools differ)."
)
TO_CHOOSE = mark("Click a school on the map or search for a place, then add it.")
PLACES_RULE = mark(
    "A place stands for the schools whose building is in it, or that the district runs. A school"
    " year runs from July to June. A year that had part of the programme counts as one with it."
)


def answer(outcome: Outcome, selection: Selection) -> str:
    """Say by rule what the figures show, or why they show nothing."""
    if outcome.trouble:
        return text("This programme cannot be looked at: {why}.", why=outcome.trouble)
    if outcome.found is None:
        return text(ELSEWHERE if queries_evaluation.is_elsewhere(selection) else EMPTY)
    found = outcome.found
    if is_ahead(found, selection):
        said = text(NOT_YET, year=year_name(found.starts[0]))
        return f"{said} {_least_before(selection)}".strip()
    if not found.design.carries:
        return f"{descriptive(found)} {went(found)}"
    return effect(found)


def is_ahead(found: Evaluation, selection: Selection) -> bool:
    """Whether the programme begins after the last year with figures."""
    return found.starts[0] > max(queries.choices(selection.area).autumns())


def descriptive(found: Evaluation) -> str:
    """Say that no effect can be told, and why."""
    reasons = [text(REASONS[each]) for each in found.design.reasons]
    return text("Descriptive only: {reasons}.", reasons="; ".join(reasons))


def went(found: Evaluation) -> str:
    """Say how the rate of the programme's schools went, without a comparison."""
    rates = found.rates[found.rates["programme"].notna()]
    if rates.empty:
        return text("No year has figures of all its schools.")
    last = rates.iloc[-1]
    if len(rates) == 1:
        return text(
            "In its schools {rate} were chronically absent in {year}.",
            rate=percent_text(last["programme"], last["own"]),
            year=year_name(int(rates.index[-1])),
        )
    before = rates[rates.index < found.starts[0]]
    first = (before if len(before) else rates).iloc[-1 if len(before) else 0]
    return text(
        "In its schools the share went from {first} ({when}) to {last} ({year}).",
        first=percent_text(first["programme"], first["own"]),
        when=year_name(int(first.name)),
        last=percent_text(last["programme"], last["own"]),
        year=year_name(int(rates.index[-1])),
    )


def ranged(found: Evaluation) -> Placebo | Effects | None:
    """Give what the effect's range is from: made-up programmes, or clusters where too few are.

    Page, picture and files take range, chance and ranges by year from it alone. None where nothing
    was compared.
    """
    made_up = found.made_up
    return made_up if made_up is not None and np.isfinite(made_up.low) else found.effects


def ends(found: Evaluation) -> tuple[float, float]:
    """Range of the mean effect; NaN without one."""
    one = ranged(found)
    return (one.low, one.high) if one else (np.nan, np.nan)


def chance(found: Evaluation) -> float:
    """Chance of an effect as far from none; NaN where it is not known."""
    one = ranged(found)
    return one.p if one else float("nan")


def has_range(found: Evaluation) -> bool:
    """Whether the effect has a range, without which nothing is said of it."""
    return bool(np.isfinite(ends(found)).all())


def shown(found: Evaluation) -> str:
    """Say what the picture shows: the band only where one is drawn."""
    banded = found.design.carries and has_range(found)
    return f"{text(SHOWN)} {text(BAND)}" if banded else text(SHOWN)


def is_shown(found: Evaluation) -> bool:
    """Whether something is shown: the range leaves out 0, and chance alone rarely gives as much."""
    low, high = ends(found)
    return bool((low > 0 or high < 0) and chance(found) < ALPHA)


def effect(found: Evaluation) -> str:
    """Say what the comparison shows; to be asked only where the design carries it."""
    if found.effects is None:
        return ""
    if not has_range(found):
        return f"{text(NO_RANGE)} {went(found)}"
    low, high = ends(found)
    moved = text(
        _moved(found),
        points=_plain(abs(found.effects.effect)),
        low=_signed(low),
        high=_signed(high),
    )
    alike = text("Before the programme the two moved alike.")
    if is_shown(found):
        return f"{moved} {alike}"
    said = text("Nothing is shown: chance alone gives as much.")
    return f"{said} {moved} {missed(found)}".strip()


def _moved(found: Evaluation) -> str:
    """Choose the sentence of an effect by where the programme's own rate went."""
    change = 0.0 if found.corrected is None else found.corrected.change
    fewer = found.effects is not None and found.effects.effect < 0
    if fewer and change <= 0:
        return mark(
            "Chronic absence fell {points} points more than in similar schools ({low} to {high})."
        )
    if fewer:
        return mark(
            "Chronic absence rose {points} points less than in similar schools ({low} to {high})."
        )
    if change > 0:
        return mark(
            "Chronic absence rose {points} points more than in similar schools ({low} to {high})."
        )
    return mark(
        "Chronic absence fell {points} points less than in similar schools ({low} to {high})."
    )


def missed(found: Evaluation) -> str:
    """Say how large an effect would be likely to be seen."""
    if not np.isfinite(found.least):
        return ""
    least = _plain(found.least)
    if found.grouped:
        return counted(
            "With {count} group an effect of less than {points} points would likely be missed.",
            "With {count} groups an effect of less than {points} points would likely be missed.",
            found.units,
            points=least,
        )
    return counted(
        "With {count} school an effect of less than {points} points would likely be missed.",
        "With {count} schools an effect of less than {points} points would likely be missed.",
        found.units,
        points=least,
    )


def _least_before(selection: Selection) -> str:
    """Say what a programme of its size would show, from the place's own past."""
    table = queries_evaluation.smallest(selection)
    known = table[table["effect"].notna()]
    if known.empty:
        return text(
            "Too few years or schools here to tell how large an effect would be seen: it takes 4"
            " usual years, and 3 schools beside each one with the programme."
        )
    count, row = known.index[0], known.iloc[0]
    return counted(
        "With {count} school, an effect of {points} points or more would be seen four times in"
        " five.",
        "With {count} schools, an effect of {points} points or more would be seen four times in"
        " five.",
        int(count),
        points=_plain(row["effect"]),
    )


def counting(found: Evaluation, selection: Selection) -> str:
    """Say in which of the years the way of counting changed; "" for none."""
    shown = {year_name(int(year)) for year in found.rates.index[1:]}
    years = [each.school_year for each in queries.panel(selection).area.breaks]
    here = [*(year for year in years if year in shown), *found.crossed]
    if not here:
        return ""
    return text(
        "The way of counting changed in {years}, for all schools alike: read the difference between"
        " the two lines, not where they go.",
        years=plain.listed(sorted(set(here))),
    )


def sides(found: Evaluation) -> tuple[tuple[str, str], ...]:
    """Name the two lines, each with its colour."""
    like = text("Similar schools") if found.effects is not None else text("All others")
    return (text("With the programme"), OWN), (like, LIKE)


def beside(found: Evaluation) -> str:
    """Say who is compared with whom, and how many take no part."""
    own = plural(found.schools, "school")
    if found.grouped:
        own = text("{schools}, counted as {count}", schools=own, count=found.units)
    like = (
        counted("{count} group like them", "{count} groups like them", found.like)
        if found.grouped
        else counted("{count} school like them", "{count} schools like them", found.like)
    )
    if found.effects is None:
        like = text("all others with figures in all these years")
    said = text("With the programme: {own}. Beside them: {like}.", own=own, like=like)
    if len(found.left_out):
        said += " " + counted(
            "{count} school takes no part: it has no figure in every usual year, or none before.",
            "{count} schools take no part: they have no figure in every usual year, or none"
            " before.",
            len(found.left_out),
        )
    return said


def _plain(share: float) -> str:
    """Points of a difference of rates, without a sign."""
    return number(f"{100 * share:.1f}")


def _signed(share: float) -> str:
    said = f"{100 * share:+.1f}"
    return number("0" if float(said) == 0 else said.replace("-", "\N{MINUS SIGN}"))


def points(share: float) -> str:
    """Points of a difference of rates, with its sign."""
    return _signed(share) if np.isfinite(share) else text("not known")


def range_text(low: float, high: float) -> str:
    """Write a range of effects in points: "−3.1 to −0.5"."""
    if not np.isfinite([low, high]).all():
        return text("no range: one unit has no spread")
    return text("{low} to {high}", low=_signed(low), high=_signed(high))


def chance_text(p: float) -> str:
    """Write a chance: ".03"; "<.001" for less."""
    if not np.isfinite(p):
        return text("not known")
    return "< .001" if p < 0.001 else f"{p:.2f}".replace("0.", ".", 1)
