"""The evidence library: strategies, what they answer, and what studies found."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic.dataclasses import dataclass

from analytics.what_if import ATTENDANCE, CHRONIC, Effect
from data.recipe.binding import STRICT, TomlError, bind, dump, parse_toml, read_toml
from data.recipe.measures import measures

FILE = Path(__file__).parent / "evidence.toml"
Measure = Literal["rate_ratio", "relative", "points", "fewer_students", "attendance_points"]
Interval = Literal["95 %", "range of estimates", "not published"]
Status = Literal["verified", "to be verified"]


@dataclass(frozen=True, config=STRICT)
class PublishedEffect:
    """One effect of a study, as published; fractions, so that -8 points are -0.08.

    Attributes
    ----------
    measure : str
        "rate_ratio"; "relative", a part of the figure; "points"; "fewer_students" a school and
        year; "attendance_points".
    outcome : str
        What was measured: "chronic absence", "absences", "days absent" or "attendance rate".
    whom : str
        Whose outcome it is.
    value, low, high : float or None
        The effect and its interval or range.
    interval : str
        What `low` and `high` are.
    study_rate : float or None
        Rate without the strategy.
    note : str
        How the outcome is defined where it is not 10 % of the days, and the like.
    """

    measure: Measure
    outcome: Literal["chronic absence", "absences", "days absent", "attendance rate"]
    whom: str
    interval: Interval
    value: float | None = None
    low: float | None = None
    high: float | None = None
    study_rate: float | None = None
    note: str = ""

    @property
    def usable(self) -> bool:
        """Whether it can be multiplied through to students, with a stated model where it must."""
        chronic = self.outcome == "chronic absence" and self.measure in CHRONIC
        return chronic or (self.outcome == "attendance rate" and self.measure == ATTENDANCE)

    def effect(self) -> Effect:
        """Give it to `analytics.what_if.what_if`.

        Raises
        ------
        ValueError
            Not on the chronic absence or the attendance rate.
        """
        if not self.usable:
            raise ValueError(
                f"an effect on {self.outcome} ({self.measure}) does not carry over to students who "
                "are no longer chronically absent"
            )
        return Effect(self.measure, self.value, self.low, self.high, self.study_rate)


@dataclass(frozen=True, config=STRICT)
class Strategy:
    """A strategy and what is known of it.

    Attributes
    ----------
    id, name : str
        Its id and what people call it.
    answers : tuple of str
        Drivers it answers, in words.
    conditions : tuple of str
        Measures of data/measures.toml that speak of these drivers; without any, no place calls
        for the strategy by its conditions.
    level : str
        Grades or schools that were studied.
    design, setting, source : str
        How, where and by whom.
    transfer : str
        What may not transfer.
    status : str
        "verified": the figure was read in the source named; else "to be verified".
    effects : tuple of PublishedEffect
        None where no effect on attendance is established.
    """

    id: str
    name: str
    answers: tuple[str, ...]
    conditions: tuple[str, ...]
    level: str
    design: str
    setting: str
    source: str
    transfer: str
    status: Status
    effects: tuple[PublishedEffect, ...] = ()


@dataclass(frozen=True, config=STRICT)
class _Library:
    strategies: tuple[Strategy, ...]


@cache
def evidence(path: Path = FILE) -> Mapping[str, Strategy]:
    """Read the library: every strategy by its id, in the order of the file.

    Raises
    ------
    TomlError
        Keys that are wrong, an id given twice, an unknown measure, or an effect without a figure.
    """
    strategies = bind(_Library, read_toml(path), path.name).strategies
    problems = [f"{path.name}: {line}" for each in strategies for line in _problems(each)]
    ids = [each.id for each in strategies]
    problems += [
        f"{path.name}: {name} is there twice" for name in {i for i in ids if ids.count(i) > 1}
    ]
    if problems:
        raise TomlError("\n".join(problems))
    return MappingProxyType({each.id: each for each in strategies})


def to_toml(strategy: Strategy) -> str:
    """Write a strategy as an entry of the library.

    Raises
    ------
    TomlError
        The library would refuse it.
    """
    problems = _problems(strategy)
    if problems:
        raise TomlError("\n".join(problems))
    return dump(_Library((strategy,)))


def from_toml(written: str) -> Strategy:
    """Read one entry that `to_toml` wrote.

    Raises
    ------
    TomlError
        It is not one entry of the library's format.
    """
    strategies = bind(_Library, parse_toml(written, "entry"), "entry").strategies
    if len(strategies) != 1:
        raise TomlError(f"entry: {len(strategies)} strategies; give one")
    return strategies[0]


def proposed(harder: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Propose strategies for a place because of its conditions.

    Parameters
    ----------
    harder : collection of str
        Measures that are harder there than in comparable places, by their ids.

    Returns
    -------
    dict
        By strategy, those that answer most of them first: the conditions that it is proposed for.
    """
    found = {
        each.id: tuple(name for name in each.conditions if name in harder)
        for each in evidence().values()
    }
    order = sorted(found, key=lambda name: -len(found[name]))
    return {name: found[name] for name in order if found[name]}


def _problems(strategy: Strategy) -> list[str]:
    """List what is wrong with a strategy."""
    unknown = [name for name in strategy.conditions if name not in measures()]
    found = [f"{strategy.id}: {name} is no measure of data/measures.toml" for name in unknown]
    for effect in strategy.effects:
        ends = (effect.low, effect.high)
        if effect.value is None and None in ends:
            found.append(f"{strategy.id}: an effect has neither a value nor a range")
        if (effect.interval == "not published") != (None in ends):
            found.append(f"{strategy.id}: interval {effect.interval!r} and its ends do not agree")
        if effect.low is not None and effect.high is not None and effect.low > effect.high:
            found.append(f"{strategy.id}: low is above high")
    if strategy.status == "verified" and not strategy.effects:
        found.append(f"{strategy.id}: verified, but without an effect")
    return found
