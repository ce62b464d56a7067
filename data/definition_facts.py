"""The facts of a rule in words, and which of them two places must share to be compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from data.definition_rules import WHOLE_YEAR, Rule

FACTS: Mapping[str, str] = MappingProxyType(
    {
        "threshold": "Threshold",
        "basis": "Share of",
        "reasons": "Absences that count",
        "suspension": "A day of suspension",
        "day_missed": "A day is missed by",
        "minimum": "Fewest days enrolled",
        "present": "Fewest days present",
        "grades": "Grades",
        "through": "Attendance up to",
        "counted": "Students counted",
        "unit": "Figures are by",
        "two_units": "A student of two schools counts",
    }
)
"""What each fact of a rule is called, in the order in which it is read."""
CORE = ("threshold", "basis", "reasons", "minimum", "grades", "through", "counted", "unit")
"""Facts that must be known of both; the others refuse only where both are known and differ."""
WORDS: Mapping[str, str] = MappingProxyType(
    {
        name: name
        for name in (
            *("days enrolled", "days expected to attend", "days of the school year", "hours"),
            *("any reason", "unexcused only", "a day absent", "no absence", "whole days"),
            *("half days too", "more than half a day", "half a day or more"),
            *("enrolled at any time", "enrolled on a day", "school", "district"),
            *("in each", "in one", "none", "not known", WHOLE_YEAR),
        )
    }
)
"""Words that a fact may have."""
UNKNOWN = WORDS["not known"]


def threshold(rule: Rule) -> str:
    """Threshold of a rule: "10 % or more", "above 15 days"; "" where it is not known."""
    amount = f"{rule.percent} %" if rule.percent is not None else f"{rule.days} days"
    if (rule.percent is None and rule.days is None) or rule.reached is None:
        return ""
    return f"{amount} or more" if rule.reached == "at or above" else f"above {amount}"


def grade_span(rule: Rule) -> str:
    """Grades of a rule: "K to 12"; "" where they are not known."""
    return f"{rule.first_grade} to {rule.last_grade}" if rule.grades else ""


def fact(rule: Rule, name: str) -> str:
    """Give one fact of a rule in plain English; "" where it is not known.

    Equal facts have equal words and no others have.

    Raises
    ------
    KeyError
        There is no such fact.
    """
    return _SAID[name](rule)


def facts(rule: Rule) -> dict[str, str]:
    """Give every fact of a rule by its label; "not known" where it is not."""
    return {label: fact(rule, name) or UNKNOWN for name, label in FACTS.items()}


def _days(count: int | None) -> str:
    if count is None:
        return ""
    return str(count) if count else WORDS["none"]


_SAID: Mapping[str, Callable[[Rule], str]] = MappingProxyType(
    {
        "threshold": threshold,
        "basis": lambda rule: rule.basis or "",
        "reasons": lambda rule: rule.reasons or "",
        "suspension": lambda rule: rule.suspension or "",
        "day_missed": lambda rule: rule.day_missed or "",
        "minimum": lambda rule: _days(rule.minimum_days),
        "present": lambda rule: _days(rule.present_days),
        "grades": grade_span,
        "through": lambda rule: rule.through or "",
        "counted": lambda rule: rule.counted or "",
        "unit": lambda rule: rule.unit or "",
        "two_units": lambda rule: rule.two_units or "",
    }
)
