"""Labels, standing sentences and reasons as people read them: plain, about places."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from data.contracts.vocabulary import LEVEL_LABELS
from ui.languages import mark, text

MEASURES: Mapping[str, str] = MappingProxyType(
    {
        "crude": mark("Share of students chronically absent"),
        "ratio": mark("Compared with what the school levels lead one to expect"),
        "eb": mark("Share chronically absent, steadied for small schools"),
    }
)
MEASURE_NOTES: Mapping[str, str] = MappingProxyType(
    {
        "crude": mark("Students chronically absent, divided by students enrolled."),
        "ratio": mark(
            "Observed over expected: 1.00 is as many as schools of the same levels have across the"
            " whole place; 1.25 is a quarter more."
        ),
        "eb": mark(
            "Each rate is drawn toward the rate of the whole place, more so where there are few"
            " students (empirical Bayes, Marshall 1991). The crude rate stands beside it."
        ),
    }
)
JOIN_METHODS: Mapping[str, str] = MappingProxyType(
    {
        "gravity": mark(
            "Students are spread over the nearest tracts by distance and by resident children;"
            " every student is counted once."
        ),
        "building": mark(
            "All students count in the tract the school stands in. The weakest join: most children"
            " live elsewhere."
        ),
        "zones": mark(
            "Students live in their school's attendance zone, where its children do; schools"
            " without a zone draw by distance."
        ),
        "nearest": mark(
            "Children of a tract fill the nearest schools of each level that have room."
        ),
        "supplied": mark("Students are spread over tracts by shares supplied with the data."),
    }
)
LEVELS: Mapping[str, str] = LEVEL_LABELS
HOT_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "hot 99": mark("hot, false discoveries 1 %"),
        "hot 95": mark("hot, false discoveries 5 %"),
        "hot 90": mark("perhaps hot, 10 %"),
        "not significant": mark("no clear cluster"),
        "cold 90": mark("perhaps cold, 10 %"),
        "cold 95": mark("cold, false discoveries 5 %"),
        "cold 99": mark("cold, false discoveries 1 %"),
        "not shown": mark("not shown"),
    }
)
CIRCLE_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "hot 99": mark("in a hot circle, p up to .01"),
        "hot 95": mark("in a hot circle, p up to .05"),
        "hot 90": mark("perhaps hot, p up to .10"),
        "not significant": mark("in no clear circle"),
        "cold 90": mark("perhaps cold, p up to .10"),
        "cold 95": mark("in a cold circle, p up to .05"),
        "cold 99": mark("in a cold circle, p up to .01"),
        "not shown": mark("not shown"),
    }
)
AGREEMENT_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "hot in most": mark("hot in half of the analyses or more"),
        "hot in some": mark("hot in some"),
        "hot in one only": mark("hot in one alone"),
        "not flagged": mark("no clear cluster in any"),
        "cold in one only": mark("cold in one alone"),
        "cold in some": mark("cold in some"),
        "cold in most": mark("cold in half or more"),
        "hot and cold": mark("hot in as many as cold"),
    }
)
EXCEEDANCE_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "above, strong": mark("a quarter or more above: strong (.95)"),
        "above, likely": mark("a quarter or more above: likely (.80)"),
        "unclear": mark("not clearly either"),
        "below, likely": mark("a fifth or more below: likely (.80)"),
        "below, strong": mark("a fifth or more below: strong (.95)"),
    }
)
TRACT_MEANING = mark(
    "This map shows the schools that children of a tract attend;"
    " it does not measure each child there."
)
AREA_MEANING = mark(
    "Figures are of the schools that children of this {area} attend; they do not measure each child"
    " there."
)
COUNT_MEANING = mark(
    "The figure of the whole place counts every enrolled student: it is no sample and has no range"
    " of chance."
)
CHANGE_MEANING = mark(
    "A change compares the same schools in both years. Its 95 % range comes from how differently"
    " these schools changed. What opened and closed schools add stands apart."
)
SCHOOL_RANGE = mark(
    "A school's range is for next year: with the whole place standing still, 95 of 100 schools"
    " have their next figure inside."
)
AREA_RANGE = mark(
    "The 95 % range of a tract or group comes from how much the schools behind it differ. A figure"
    " of few or unlike schools could easily have been another."
)
COVERAGE_MEANING = mark(
    "Coverage compares the students counted in a tract with the children who live there; under 50 %"
    " or over 150 % the figure speaks for a different group of children and is read with care."
)
ASSOCIATION = mark(
    "Association, not cause: places where conditions and absence go together. It says nothing"
    " about any one student or family."
)
HELPS = mark("Belonging, health care nearby and a stable home help children be in school.")
HOT_SPOT_MEANING = mark(
    "Children of these neighbourhoods attend schools with more absence than chance and"
    " school-to-school differences explain."
)
FLOW_MEANING = mark(
    "Nobody publishes which school each child attends: students by tract are made by the join, not"
    " counted."
)
NULL_MEANING = mark(
    "Chance is measured by moving school results among schools of the same level many times and"
    " sending each result through the same join. What goes with size and recorded type stays"
    " with the school. Moving tracts instead would call the smoothness of shared schools a"
    " cluster."
)
SURENESS = mark(
    "Of the tracts called hot or cold, about this share would be so by chance alone: a"
    " false-discovery rate. It is not how sure one tract is. For the scan it is the p of a circle."
)
COUNTIES_APART = mark(
    "Choose counties to see what stands out within each. A county's schools are set beside its own"
    " only. The tracts of all counties are counted as one search, so that going through them"
    " one after the other finds no more by chance."
)
NO_CATCHMENT = mark("not shown: no students allocated")
_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "P1": mark("not shown: {minimum} or fewer students enrolled"),
        "P2": mark("not shown: fewer than {minimum} students"),
        "P3": mark("not shown: it would give back another withheld number"),
        "P4": mark("shown as a limit: nearly none or nearly all students"),
        "P5": mark("not shown: too few schools stand behind it"),
        "P6": mark("not shown: made from a withheld number"),
        "Q1": mark("not shown: too few students for a reliable figure"),
        "Q2": mark("not shown: the interval is too wide to be of use"),
        "Q3": mark("not shown: the interval is wide compared with the figure"),
        "Q4": mark("not shown: the steadied figure is not reliable enough"),
        "Q5": mark("not shown: too few students for a reliable figure"),
        "Q6": mark("not shown: the interval is wide compared with the count"),
        "D1": mark("changed a little by the publisher to protect students"),
    }
)
_STATUSES: Mapping[str, str] = MappingProxyType(
    {
        "suppressed": mark("not shown: fewer than {minimum} students"),
        "missing": mark("not shown: no figure was published"),
        "unreliable": mark("not shown: not reliable enough"),
    }
)
_UNKNOWN = mark("not shown: the reason is not known")
_CODE = re.compile(r"[A-Z]\d+")


def not_shown_text(status: str, reason: str, minimum: int = 10) -> str:
    """Why a number is withheld, in plain words; ``""`` for a reported value.

    Parameters
    ----------
    status : str
        "reported", "suppressed", "missing" or "unreliable".
    reason : str
        Reason code of the display gate ("P2"), the words of a recipe, or "" when none is known.
    minimum : int
        Smallest count the policy in force lets through.
    """
    if status == "reported" and not reason:
        return ""
    code = _CODE.match(reason)
    if code is None and reason.strip():
        return _own_words(reason.strip())
    meaning = _REASONS.get(code[0]) if code else None
    return text(meaning or _STATUSES.get(status, _UNKNOWN), minimum=minimum)


def fictional_banner(name: str) -> str:
    """Notice for every page and export of a made-up place."""
    return text(
        "{name} is fictional: its places, schools and numbers are made up to show what the"
        " software does.",
        name=name,
    )


def source_text(publisher: str, title: str, vintage: str) -> str:
    """One source in one line."""
    return f"{publisher}: {title} ({vintage})"


def _own_words(reason: str) -> str:
    words = " ".join(reason.split()).rstrip(".")
    if words.lower() in {"no students", "no students allocated"}:
        return text(NO_CATCHMENT)
    if words.lower() == "unknown":
        return text("not shown: the count is not known")
    if words.lower().startswith("not shown"):
        return words
    return text("not shown: {reason}", reason=f"{words[0].lower()}{words[1:]}")
