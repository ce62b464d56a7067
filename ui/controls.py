"""Controls of the selection: what each is called, what it offers, and how it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import streamlit as st

from data.contracts.vocabulary import PROVIDER_LABELS
from data.voices.codebook import AREAS, GROUPS, WHO
from ui import queries
from ui.languages import PERCENT, mark, text
from ui.selection import (
    ADDED,
    ALPHAS,
    BY_COUNTY,
    FIELDS,
    GOAL_PERCENTS,
    GOALS,
    KEPT_ELSEWHERE,
    LISTED,
    MEASURES,
    METHODS,
    MOVED_OF,
    NEIGHBOURS,
    ORDERS,
    RANKS,
    REFERENCES,
    SHAPES,
    SINGLE_TESTS,
    SITE_COUNTS,
    SITE_FLOORS,
    SITE_QUESTIONS,
    SITE_REACHES,
    TOPS,
    UNITS,
    VIEWS,
    Selection,
    is_offered,
)
from ui.words.numbers import value_text
from ui.words.standing import COUNTIES_APART, JOIN_METHODS, LEVELS, SURENESS

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "area": mark("Study area"),
        "year": mark("School year"),
        "level": mark("School level"),
        "within": mark("Borough, county or district"),
        "kind": mark("Type of school"),
        "rank": mark("Ranked by"),
        "driver": mark("Condition"),
        "view": mark("What the map shows"),
        "unit": mark("Map and list of"),
        "cluster": mark("Group"),
        "measure": mark("Measure"),
        "catchment": mark("Where students live"),
        "versus": mark("Compare with"),
        "method": mark("Method"),
        "null": mark("What counts as chance"),
        "neighbours": mark("Neighbours"),
        "counties": mark("Counties by themselves"),
        "alpha": mark("False discoveries"),
        "beside": mark("Beside the map"),
        "focus": mark("About"),
        "strategy": mark("Strategy"),
        "list_of": mark("List of"),
        "against": mark("Students are counted beyond"),
        "top": mark("Length of the list"),
        "ordered": mark("In order of"),
        "gap": mark("Gaps between"),
        "goals_of": mark("Goals of"),
        "moved_of": mark("List of"),
        "goal": mark("Goal"),
        "goal_shape": mark("Path"),
        "goal_base": mark("From the year"),
        "goal_year": mark("By the year"),
        "service": mark("Kind of service"),
        "site_count": mark("New sites"),
        "site_reach": mark("Within reach"),
        "site_question": mark("What counts"),
        "site_among": mark("Where a site may be"),
        "site_floor": mark("At least from the hardest fifth"),
        "fixed": mark("Schools that are sites already"),
        "goal_percent": mark("Share of students"),
        "survey": mark("Asked about"),
        "voices_area": mark("Themes of"),
        "heard": mark("Who spoke"),
        "spoken_of": mark("Of which students"),
        "across": mark("Other place"),
    }
)
WIDTHS: Mapping[str, int] = MappingProxyType(
    {
        "year": 108,
        "level": 136,
        "area": 168,
        "within": 150,
        "driver": 206,
        "list_of": 168,
        "goals_of": 200,
        "voices_area": 150,
        "heard": 140,
        "spoken_of": 140,
    }
)
"""Pixels of the controls in the row of filters."""


def row(selection: Selection, names: Sequence[str]) -> Selection:
    """Draw the filters of a page side by side, their labels for screen readers only."""
    for name in names:
        width = WIDTHS.get(name, 160)
        selection = draw(selection, name, width=width, label_visibility="collapsed")
    return selection


def options(selection: Selection, names: Sequence[str]) -> Selection:
    """Draw statistical settings in a popover that tells how many are not the usual ones."""
    if all(len(words(selection, name)) < 2 for name in names):
        return selection
    changed = _changed(selection, names)
    label = text("Options ({count} changed)", count=changed) if changed else text("Options")
    with st.popover(label, key="options"):
        for name in names:
            selection = draw(selection, name)
    return selection


def draw(
    selection: Selection, name: str, offered: Mapping[Any, str] | None = None, **more: Any
) -> Selection:
    """Draw the control of a field where it offers a choice; return the selection with its value.

    Parameters
    ----------
    selection : Selection
        A value that is not offered falls back to the first.
    name : str
        Field of the selection, a key of `LABELS`.
    offered : mapping, optional
        Words of each value, where only the page knows them.
    **more
        Settings of `streamlit.selectbox`.
    """
    offered = words(selection, name) if offered is None else offered
    if not offered:
        return selection
    if name in LISTED:
        return several(selection, name, offered, text("the whole place"))
    if getattr(selection, name) not in offered:
        st.session_state[name] = next(iter(offered))
    if len(offered) == 1 and name not in ("area", "year"):
        return replace(selection, **{name: st.session_state[name]})
    if name == "area":
        more["on_change"] = open_place
    chosen = st.selectbox(
        text(LABELS[name]),
        list(offered),
        key=name,
        format_func=lambda value: text(offered.get(value, str(value))),
        help=_help(selection, name),
        **more,
    )
    return replace(selection, **{name: chosen})


def several(selection: Selection, name: str, offered: Mapping[Any, str], without: str) -> Selection:
    """Draw the control of a field that names several values, with commas between.

    Parameters
    ----------
    selection : Selection
    name : str
        Field of the selection, a key of `LISTED`.
    offered : mapping
        Words of each value.
    without : str
        What is shown while nothing is chosen.
    """
    key = f"{name}-list"
    st.session_state[key] = [each for each in getattr(selection, name).split(",") if each]

    def keep() -> None:
        st.session_state[name] = ",".join(st.session_state[key])

    st.multiselect(
        text(LABELS[name]),
        list(offered),
        key=key,
        format_func=lambda value: offered[value],
        max_selections=LISTED[name],
        placeholder=without,
        help=_help(selection, name),
        on_change=keep,
    )
    return selection


def open_place() -> None:
    """Forget what was chosen in another place, but for what is chosen in every place."""
    for name in {*FIELDS} - {"area", *KEPT_ELSEWHERE}:
        st.session_state.pop(name, None)


def words(selection: Selection, name: str) -> Mapping[Any, str]:
    """Words of each value that a field offers in this view; none where it changes nothing."""
    return _OFFERED[name](selection) if name in _OFFERED else _STANDING[name]


def _changed(selection: Selection, names: Sequence[str]) -> int:
    usual = queries.choices(selection.area).default()
    return sum(
        getattr(selection, name) != getattr(usual, name)
        for name in names
        if is_offered(name, getattr(selection, name), tuple(words(selection, name)))
    )


def _help(selection: Selection, name: str) -> str | None:
    if name == "alpha":
        return text(SURENESS)
    if name == "counties":
        return text(COUNTIES_APART)
    if name != "catchment":
        return None
    joins = queries.choices(selection.area).joins()
    return "\n".join(f"- **{label}**: {text(JOIN_METHODS[join])}" for join, label in joins.items())


def _years(selection: Selection) -> Mapping[str, str]:
    unusual = queries.panel(selection).area.unusual_years
    years = reversed(queries.choices(selection.area).years)
    return {
        year: text("{year} (unusual year)", year=year) if year in unusual else year
        for year in years
    }


def _levels(selection: Selection) -> Mapping[str, str]:
    levels = queries.choices(selection.area).levels
    if queries.panel(selection).area.reports == "district":
        levels = ()  # each has all of them
    return {"all": mark("All schools"), **{level: LEVELS[level] for level in levels}}


def _named(first: str, names: Sequence[str]) -> Mapping[str, str]:
    return {"": first, **{name: name for name in names}} if names else {}


def _drivers(selection: Selection) -> Mapping[str, str]:
    from ui.queries import drivers  # loaded by the page that shows a condition

    return drivers.driver_labels(selection.area)


def _alphas(selection: Selection) -> Mapping[float, str]:
    """Levels of the tests of tracts, which a place by district does not have."""
    by_district = queries.panel(selection).area.reports == "district"
    return {} if by_district else ALPHAS


def _views(selection: Selection) -> Mapping[str, str]:
    from ui.queries import drivers

    return VIEWS if drivers.has_both(selection) else {"": VIEWS[""]}


def _neighbours(selection: Selection) -> Mapping[str, str]:
    return NEIGHBOURS if selection.method in SINGLE_TESTS else {}


def _counties(selection: Selection) -> Mapping[str, str]:
    if selection.method not in BY_COUNTY:
        return {}
    from ui.queries import hotspots  # loaded by the page that looks for them

    return hotspots.county_names(selection)


def _lists(selection: Selection) -> Mapping[str, str]:
    from ui.queries import units  # loaded by the pages that list places

    return units.offered(selection)


def _moved_of(selection: Selection) -> Mapping[str, str]:
    from ui.queries import units

    here = units.here(selection)
    return {name: words for name, words in MOVED_OF.items() if not name or name in here}


def _goals_of(selection: Selection) -> Mapping[str, str]:
    from ui.queries import goals

    return goals.offered(selection)


def _goal_years(selection: Selection) -> Mapping[int, str]:
    from ui.queries import goals

    return goals.years(selection)


def _goal_bases(selection: Selection) -> Mapping[int, str]:
    from ui.queries import goals

    return goals.bases(selection)


def _goal_percents(selection: Selection) -> Mapping[int, str]:
    rates = GOAL_PERCENTS if selection.goal == "own" else ()
    return {rate: f"{rate}{PERCENT}" for rate in rates}


def _gaps(selection: Selection) -> Mapping[str, str]:
    from ui.queries import gaps

    return gaps.offered(selection)


def _services(selection: Selection) -> Mapping[str, str]:
    from ui.queries import sites  # loaded by the page that asks for services

    return {kind: PROVIDER_LABELS[kind] for kind in sites.kinds(selection)}


def _among(selection: Selection) -> Mapping[str, str]:
    from ui.queries import sites

    own = {ADDED: mark("Points handed in")} if sites.added(selection) is not None else {}
    return {"": mark("Schools"), **_services(selection), **own}


def _questions(selection: Selection) -> Mapping[str, str]:
    from ui.queries import sites

    solved = sites.centre_is_offered(selection)
    return {key: words for key, words in SITE_QUESTIONS.items() if solved or key != "centre"}


def _heard(selection: Selection) -> Mapping[str, str]:
    from ui.queries import voices  # loaded by the page that shows them

    own = voices.offered(selection, "who")
    return {"": mark("Everyone"), **{key: WHO[key] for key in own}} if own else {}


def _surveys(selection: Selection) -> Mapping[str, str]:
    from ui.queries import climate  # loaded by the pages that show surveys

    return climate.offered(selection)


def _spoken_of(selection: Selection) -> Mapping[str, str]:
    from ui.queries import voices

    own = voices.offered(selection, "student_group")
    return {"": mark("Any students"), **{key: GROUPS[key] for key in own}} if own else {}


def _across(selection: Selection) -> Mapping[str, str]:
    """Other places of the store, by name."""
    known = queries.places()
    others = {slug: known[slug] for slug in queries.choices(selection.area).elsewhere}
    return {"": mark("Choose a place"), **others} if others else {}


def _units(selection: Selection) -> Mapping[str, str]:
    from ui.queries import neighbourhoods

    return UNITS if neighbourhoods.units(selection).notna().any() else {}


_STANDING: Mapping[str, Mapping[Any, str]] = MappingProxyType(
    {
        "measure": MEASURES,
        "method": METHODS,
        "rank": RANKS,
        "against": REFERENCES,
        "top": TOPS,
        "ordered": ORDERS,
        "goal": GOALS,
        "goal_shape": SHAPES,
        "site_count": {count: str(count) for count in SITE_COUNTS},
        "site_floor": {floor: f"{floor:.0%}".replace("%", PERCENT) for floor in SITE_FLOORS},
    }
)
_OFFERED: Mapping[str, Callable[[Selection], Mapping[Any, str]]] = MappingProxyType(
    {
        "area": lambda _: queries.places(),
        "across": _across,
        "year": _years,
        "level": _levels,
        "within": lambda s: _named(mark("Everywhere"), queries.choices(s.area).withins),
        "kind": lambda s: _named(mark("All types"), queries.choices(s.area).kinds),
        "driver": _drivers,
        "view": _views,
        "alpha": _alphas,
        "unit": _units,
        "catchment": lambda s: queries.choices(s.area).joins(),
        "versus": lambda s: queries.choices(s.area).others(s),
        "null": lambda s: s.nulls(),
        "neighbours": _neighbours,
        "counties": _counties,
        "beside": lambda s: s.besides(queries.choices(s.area).years),
        "list_of": _lists,
        "gap": _gaps,
        "goals_of": _goals_of,
        "moved_of": _moved_of,
        "goal_base": _goal_bases,
        "goal_year": _goal_years,
        "service": _services,
        "site_among": _among,
        "site_question": _questions,
        "site_reach": lambda _: {km: value_text(km, "km") for km in SITE_REACHES},
        "goal_percent": _goal_percents,
        "survey": _surveys,
        "voices_area": lambda _: {"": mark("All areas"), **AREAS},
        "heard": _heard,
        "spoken_of": _spoken_of,
    }
)
