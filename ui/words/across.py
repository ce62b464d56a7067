"""Words of two places beside each other: what is counted alike, how far apart, or why not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from analytics.rates.between_schools import Estimate
from data.definition_facts import FACTS, UNKNOWN, WORDS, fact
from data.definition_rules import Rule
from data.views.across import Comparison, PlaceYear, Reason, Verdict
from ui.languages import PERCENT, mark, text
from ui.words.numbers import count_text, percent_text, points_text

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "fictional": mark("{place} is made up, and is never compared with a real place."),
        "nation": mark("{place} is made of other places, each with a definition of its own."),
        "no_rule": mark("No definition is known here for {place} in {year}."),
        "not_published": mark("No figures of {place} were published for {year}."),
        "unconfirmed": mark(
            "The definition for {place} in {year} is not confirmed in its publisher's own words."
        ),
        "unusual": mark("{year} was an unusual year in {place}: cut short or remote."),
        "unknown": mark("{fact}: not known for {place}."),
        "differs": mark("{fact}: {first} in {one}, {second} in {other}."),
        "levels": mark(
            "Fewer than 9 in 10 students of {place} are at levels that both places have with enough"
            " schools for a figure."
        ),
    }
)
"""Why two places are not compared."""
REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "fictional": mark("two places of one kind"),
        "nation": mark("one of the places it is made of"),
        "no_rule": mark("a page of the publisher that says how it counts"),
        "not_published": mark("another school year"),
        "unconfirmed": mark("a page of the publisher that says how it counts"),
        "unusual": mark("another school year"),
        "unknown": mark("a page of the publisher that says how it counts"),
        "differs": mark("counts of one of the two made again by the rule of the other"),
        "levels": mark("a place with schools of the same levels"),
    }
)
"""What would make a comparison possible."""
BY_GRADE = mark("figures by grade from both")
NOTES: Mapping[str, str] = MappingProxyType(
    {
        "years": mark("The years differ: {first} and {second}."),
        "state_rule": mark(
            "The rule for {place} is that of its state; its own publisher may count otherwise."
        ),
        "schools": mark("{place}: {what}"),
        "minimum": mark(
            "Fewest days enrolled are {first} and {second}: the range is wider by what that could"
            " change at most."
        ),
        "grades": mark("Grades {first} to {second} alone, which both count."),
        "unknown": mark("{fact}: not known for {place}; it may differ."),
    }
)
"""What is said beside a comparison."""
NOT_WHY = mark(
    "This says how many students miss much school in two places, not why, and nothing of how well"
    " anybody works. Families live with other conditions in each."
)
SURE = mark(
    "Ranges say what other schools like these could give: each school counts as one (a cluster)."
    " With the same mix of levels, each level weighs as in both places together."
)
ALL = mark("All of these levels")


def fact_text(rule: Rule, name: str) -> str:
    """Say a fact of a rule in the reader's language; dates stay in the publisher's words."""
    said = fact(rule, name) or UNKNOWN
    if name == "threshold" and said != UNKNOWN:
        days = text("{count} days", count=rule.days)
        amount = days if rule.percent is None else f"{rule.percent}{PERCENT}"
        usual = rule.reached == "at or above"
        return (
            text("{amount} or more", amount=amount)
            if usual
            else text("above {amount}", amount=amount)
        )
    if name == "grades" and said != UNKNOWN:
        return text("{first} to {last}", first=str(rule.first_grade), last=str(rule.last_grade))
    return text(WORDS[said]) if said in WORDS else said


def answer(one: PlaceYear, other: PlaceYear, found: Comparison) -> str:
    """Say the two rates and how far they lie apart."""
    rows = found.table[found.table["level"] == "all"].set_index("name")
    first, second = (rows.iloc[place] for place in (0, 1))
    rates = text(
        "{first} of {students} students in {one} ({year}) were chronically absent, {second} of"
        " {others} in {other} ({later}).",
        first=percent_text(first["rate"], first["enrolled"]),
        students=count_text(first["enrolled"]),
        one=one.name,
        year=one.year,
        second=percent_text(second["rate"], second["enrolled"]),
        others=count_text(second["enrolled"]),
        other=other.name,
        later=other.year,
    )
    return f"{rates} {apart_text(found.crude, one.name, other.name)} {_alike(found.alike)}"


def refusal(one: PlaceYear, other: PlaceYear, verdict: Verdict) -> str:
    """Say that two places are not compared, and the first reason: a difference if there is one."""
    differs = (at for at, each in enumerate(verdict.reasons) if each.code == "differs")
    first = reasons(one, other, verdict)[next(differs, 0)]
    said = text(
        "{one} ({year}) and {other} ({later}) are not compared.",
        one=one.name,
        year=one.year,
        other=other.name,
        later=other.year,
    )
    return f"{said} {first}"


def reasons(one: PlaceYear, other: PlaceYear, verdict: Verdict) -> list[str]:
    """Say every reason against a comparison."""
    return [_said(REASONS[each.code], each, one, other) for each in verdict.reasons]


def remedies(verdict: Verdict) -> list[str]:
    """Say once each what would make a comparison possible."""
    said = [
        text(BY_GRADE if each.fact == "grades" and each.code == "differs" else REMEDIES[each.code])
        for each in verdict.reasons
    ]
    return list(dict.fromkeys(said))


def notes(one: PlaceYear, other: PlaceYear, verdict: Verdict) -> list[str]:
    """Say what must be known beside a comparison."""
    return [_said(NOTES[each.code], each, one, other) for each in verdict.notes]


def alike_text(rule: Rule) -> str:
    """Say what both places count, in one sentence."""
    return text(
        "Counted alike in both: absent on {threshold} of {basis}, for {reasons}; fewest days"
        " enrolled {minimum}; grades {grades}; up to {through}.",
        **{
            name: fact_text(rule, name)
            for name in ("threshold", "basis", "reasons", "minimum", "grades", "through")
        },
    )


def range_text(low: float, high: float) -> str:
    """Range of a difference in points; no range of a figure that has none."""
    if math.isnan(low) or math.isnan(high):
        return text("not known")
    return text("{least} to {most}", least=points_text(low), most=points_text(high))


def apart_text(found: Estimate, one: str, other: str) -> str:
    """Say a difference, and whether the two can be told apart."""
    if found.low <= 0 <= found.high:
        return text(
            "{one} less {other}: {points} points ({range}); they cannot be told apart.",
            one=one,
            other=other,
            points=points_text(found.value),
            range=range_text(found.low, found.high),
        )
    return text(
        "{one} less {other}: {points} points ({range}).",
        one=one,
        other=other,
        points=points_text(found.value),
        range=range_text(found.low, found.high),
    )


def _alike(found: Estimate) -> str:
    return text(
        "With the same mix of school levels: {points} points ({range}).",
        points=points_text(found.value),
        range=range_text(found.low, found.high),
    )


def _said(words: str, reason: Reason, one: PlaceYear, other: PlaceYear) -> str:
    """Fill the words of a reason or note."""
    first, second = (*reason.given, "", "")[:2]
    if reason.code == "differs" and one.rule is not None and other.rule is not None:
        first, second = (fact_text(rule, reason.fact) for rule in (one.rule, other.rule))
    given = {
        "place": reason.place,
        "year": first,
        "what": first,
        "fact": text(FACTS[reason.fact]) if reason.fact else "",
        "first": first,
        "second": second,
        "one": one.name,
        "other": other.name,
    }
    return text(words, **given)
